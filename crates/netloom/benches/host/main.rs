//! What the running kernel costs as a world, beside the tools that people use for the same:
//! `cargo bench -p netloom --bench host`, as root.
//!
//! Everything happens in a namespace that goes with the process. Each figure is the median of several
//! turns, in which netloom and its rival take turns, so that the machine's other work slows both. With
//! `-- WORD` only what has the word in its name is measured.

mod apply;
mod rules;
mod snapshot;

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often something is measured.
const TURNS: usize = 5;

fn main() {
    if let Err(error) = netloom_kernel::namespace::fresh() {
        println!("left out: it needs root ({error})");
        return;
    }
    let args = std::env::args().skip(1);
    let words: Vec<String> = args.filter(|word| !word.starts_with('-')).collect();
    let wanted = |what: &str| words.is_empty() || words.iter().any(|w| what.contains(w.as_str()));
    println!(
        "{:<52} {:>12} {:>12} {:>8}",
        "", "netloom", "rival", "ratio"
    );
    let parts: [(&str, fn()); 5] = [
        ("apply 1,000 namespaces", apply::thousand),
        ("rules 10,000 in one transaction", rules::load),
        ("rule into 10,000", rules::one),
        ("library against exec", rules::calls),
        (
            "snapshot of 1,000 namespaces and 10,000 rules",
            snapshot::host,
        ),
    ];
    for (name, measure) in parts {
        if wanted(name) {
            measure();
        }
    }
}

/// How long something takes.
fn time<T>(act: impl FnOnce() -> T) -> (Duration, T) {
    let began = Instant::now();
    let made = act();
    (began.elapsed(), made)
}

/// The one in the middle.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A line of the table: netloom's time, the rival's, and how many times netloom's the rival's is.
fn row(what: &str, own: Duration, rival: Option<Duration>) {
    let told = |time: Duration| format!("{:.2} ms", time.as_secs_f64() * 1e3);
    let ratio = rival.map(|rival| rival.as_secs_f64() / own.as_secs_f64());
    println!(
        "{what:<52} {:>12} {:>12} {:>8}",
        told(own),
        rival.map(told).unwrap_or_default(),
        ratio.map(|ratio| format!("{ratio:.2}")).unwrap_or_default()
    );
}

/// Runs a line of bash, which has to go well.
fn run(line: &str) {
    let mut command = Command::new("bash");
    command.args(["-ec", line]).stdout(Stdio::null());
    let done = command.status();
    assert!(done.is_ok_and(|status| status.success()), "{line}");
}
