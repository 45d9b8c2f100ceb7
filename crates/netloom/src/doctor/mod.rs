//! `netloom doctor`: what of this machine stands in netloom's way, and what of its network bites.
//!
//! A subject is a function that tells its findings, and a row of [`SUBJECTS`]. It changes nothing of the
//! machine's networks; what the kernel lacks is asked for in a namespace that goes with the question.

mod kernel;
mod leftovers;
mod network;
mod rights;

use crate::applet::Output;
use std::fmt::Write;
use std::io::Write as _;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Health {
    /// It is as it should be.
    Well,
    /// Something is missing that not everybody needs.
    Lacks,
    /// Something does not work, or loses packets.
    Ill,
}

impl Health {
    const fn word(self) -> &'static str {
        match self {
            Health::Well => "ok",
            Health::Lacks => "lacks",
            Health::Ill => "bad",
        }
    }
}

/// One line of what was found.
struct Told {
    health: Health,
    text: String,
    /// What to do about it.
    advice: Option<String>,
}

impl Told {
    fn new(health: Health, text: impl Into<String>) -> Told {
        Told {
            health,
            text: text.into(),
            advice: None,
        }
    }

    fn advised(mut self, advice: impl Into<String>) -> Told {
        self.advice = Some(advice.into());
        self
    }
}

/// Something that is looked at: its name, and who looks.
type Subject = (&'static str, fn() -> Vec<Told>);

/// What is looked at, in order.
const SUBJECTS: &[Subject] = &[
    ("rights", rights::root),
    ("rootless", rights::rootless),
    ("devices", kernel::devices),
    ("rules", kernel::rules),
    ("leftovers", leftovers::worlds),
    ("leftovers", leftovers::made),
    ("network", network::traps),
];

/// Looks at everything, and prints it: 0 if nothing is bad, else 1.
pub fn doctor() -> i32 {
    let mut worst = Health::Well;
    let mut out = Output::new();
    for (subject, look) in SUBJECTS {
        let told = look();
        worst = told.iter().map(|one| one.health).fold(worst, Ord::max);
        // Some take their time: what is known is told.
        let text = lines(subject, &told);
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
    i32::from(worst == Health::Ill)
}

fn lines(subject: &str, told: &[Told]) -> String {
    let mut text = String::new();
    for one in told {
        let _ = writeln!(text, "{:<6} {subject}: {}", one.health.word(), one.text);
        if let Some(advice) = &one.advice {
            let _ = writeln!(text, "       {advice}");
        }
    }
    text
}
