//! Many cases, as fast as the kernel is asked: its commands take most of the time.

use crate::apart::Apart;
use crate::case::{Case, Line};
use crate::draw;
use crate::engine::Inside;
use crate::kernel::Outside;
use crate::play::play;
use crate::script;
use crate::shrink;
use crate::transcript::{Transcript, difference};
use libtest_mimic::Failed;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Cases played at the same time: while a kernel makes namespaces and waits for its grace periods,
/// the engine computes.
const TOGETHER: usize = 3;
/// How many cases that differ are shrunk and told; the others are counted.
const TOLD: u64 = 3;
/// How often a case must differ.
const TRIES: u64 = 6;

/// A number that the environment may give.
pub(crate) fn number(name: &str, or: u64) -> Result<u64, Failed> {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .map_err(|_| format!("{name} is no number: {text}").into()),
        Err(_) => Ok(or),
    }
}

/// A case that somebody asks for: by its seed, or by a file that has it.
enum Which {
    Seed(u64),
    File(PathBuf),
}

impl Which {
    /// The words of `NETLOOM_CASE`.
    fn named(word: &str) -> Which {
        word.parse()
            .map_or_else(|_| Which::File(PathBuf::from(word)), Which::Seed)
    }

    fn case(&self) -> Result<Case, String> {
        match self {
            Which::Seed(seed) => Ok(draw::draw(*seed)),
            Which::File(path) => std::fs::read_to_string(path)
                .map_err(|error| format!("{}: {error}", path.display()))?
                .parse(),
        }
    }

    fn name(&self) -> String {
        match self {
            Which::Seed(seed) => seed.to_string(),
            Which::File(path) => path
                .file_stem()
                .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
        }
    }
}

/// Where cases that differ go, and their scripts.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("rulesets")
}

/// What all cases had.
#[derive(Default)]
struct Mix {
    cases: usize,
    rules: usize,
    packets: usize,
    /// Packets for which something came out.
    heard: usize,
    /// Rulesets that were not taken.
    refused: usize,
    /// Rules whose counters are not 0, of those that have some.
    met: (usize, usize),
}

impl Mix {
    fn count(&mut self, case: &Case, seen: &Transcript) {
        self.cases += 1;
        self.rules += case.rules();
        self.packets += case.packets();
        for entry in &seen.entries {
            let about = entry.about.split(' ').next().unwrap_or_default();
            match about {
                "send" | "answer" | "error" | "local" => {
                    self.heard += usize::from(!entry.lines.is_empty());
                }
                "rules" => self.refused += 1,
                _ => {
                    let counted =
                        |line: &&String| line.starts_with("[") || line.contains("counter packets");
                    let lines = entry.lines.iter().filter(counted);
                    for line in lines {
                        self.met.1 += 1;
                        let none = line.starts_with("[0:0]") || line.contains("packets 0 bytes 0");
                        self.met.0 += usize::from(!none);
                    }
                }
            }
        }
    }

    /// Draws that no longer reach anything would find nothing.
    fn judge(&self) -> Result<(), Failed> {
        let Mix {
            cases,
            rules,
            packets,
            heard,
            refused,
            met: (met, counted),
        } = self;
        let told = format!(
            "{cases} cases, {refused} rulesets refused, {rules} rules, of {counted} listed with counters {met} met a packet; {packets} packets, {heard} came out or were answered"
        );
        println!("{told}");
        let enough = *packets < 400
            || (heard * 100 >= packets * 20
                && refused * 100 <= cases * 20
                && met * 100 >= counted * 10);
        if enough {
            Ok(())
        } else {
            Err(format!("the mix of cases is poor: {told}").into())
        }
    }
}

/// Plays the share `part` of `parts` of all cases.
pub(crate) fn run(part: usize, parts: usize) -> Result<(), Failed> {
    let cases = number("NETLOOM_CASES", 500)? as usize;
    let seed = number("NETLOOM_SEED", 1)?;
    let mut asked: Vec<Which> = match std::env::var("NETLOOM_CASE") {
        Ok(named) => named.split(',').map(Which::named).collect(),
        Err(_) => (0..cases)
            .map(|n| Which::Seed(seed.wrapping_mul(1_000_003).wrapping_add(n as u64)))
            .collect(),
    };
    let mut at = 0..;
    asked.retain(|_| at.next().is_some_and(|n: usize| n % parts == part));
    let (next, mix) = (AtomicUsize::new(0), Mutex::new(Mix::default()));
    let differing = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER.min(asked.len()) {
            scope.spawn(|| {
                let apart = Apart::leave().expect("rights to make namespaces");
                while let Some(which) = asked.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (name, case) = (which.name(), which.case().expect("a case"));
                    let inside = std::panic::catch_unwind(|| play(&mut Inside::new(1), &case).out);
                    if let Ok(engine) = inside {
                        mix.lock().expect("no panic").count(&case, &engine);
                    }
                    if let Some(told) = differs(&apart, &case) {
                        let _ = write(&apart, &format!("{name}-whole"), &case);
                        differing.lock().expect("no panic").push((name, case, told));
                    }
                }
            });
        }
    });
    let mut differing = differing.into_inner()?;
    if differing.is_empty() {
        return mix.into_inner()?.judge();
    }
    differing.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    Err(tell(&differing, asked.len()).into())
}

/// Whether a case differs each time it is played: how.
pub(crate) fn differs(apart: &Apart, case: &Case) -> Option<String> {
    let mut told = String::new();
    // What the engine draws by chance may be what the case names, but not each time.
    for seed in 1..=TRIES {
        told = compare(apart, case, seed).unwrap_or_else(|error| format!("the kernel: {error}\n"));
        if told.is_empty() {
            return None;
        }
    }
    Some(told)
}

/// How the engine with a seed and the kernel differ in a case.
///
/// # Errors
/// Where the machine makes no router for it.
pub(crate) fn compare(apart: &Apart, case: &Case, seed: u64) -> io::Result<String> {
    let inside = std::panic::catch_unwind(|| play(&mut Inside::new(seed), case).out);
    let Ok(engine) = inside else {
        return Ok("panic\n    engine: panicked\n".to_owned());
    };
    let kernel = play(&mut Outside::new(apart)?, case);
    Ok(difference(&engine, &kernel.out))
}

/// Writes a case, and the script that plays it on a kernel: where.
pub(crate) fn write(apart: &Apart, name: &str, case: &Case) -> io::Result<PathBuf> {
    let path = folder().join(format!("{name}.sh"));
    std::fs::create_dir_all(folder())?;
    std::fs::write(folder().join(format!("{name}.case")), case.to_string())?;
    let played = play(&mut Outside::new(apart)?, case);
    std::fs::write(&path, script::of(case, &played.sent))?;
    Ok(path)
}

/// The first of the cases that differ, as small as they can be.
fn tell(differing: &[(String, Case, String)], of: usize) -> String {
    let mut out = format!(
        "{} of {of} cases differ from the real kernel\n",
        differing.len()
    );
    let most = number("NETLOOM_SHRINK", TOLD).unwrap_or(TOLD) as usize;
    for (name, case, told) in differing.iter().take(most) {
        let case = case.clone();
        let file = name.clone();
        let small = std::thread::spawn(move || {
            let apart = Apart::leave().ok()?;
            let small = shrink::shrink(&apart, case);
            let told = differs(&apart, &small)?;
            let path = write(&apart, &file, &small).ok()?;
            Some((small, told, path))
        });
        let Ok(Some((small, told, path))) = small.join() else {
            let _ = writeln!(
                out,
                "\n{name}: differed, but not when played alone:\n{told}"
            );
            continue;
        };
        let lines: Vec<String> = small.lines.iter().map(Line::to_string).collect();
        let _ = writeln!(
            out,
            "\n{name}:\n  {}\n{told}as a script: {}\nto keep it: cp {} \
             crates/netloom/tests/rulesets/kept/NAME.case, then NETLOOM_BLESS=1 cargo test -p \
             netloom --test rulesets kept::kernel::NAME",
            lines.join("\n  "),
            path.display(),
            path.with_extension("case").display(),
        );
    }
    for (name, _, told) in differing.iter().skip(most) {
        let _ = writeln!(out, "\n{name}, not made smaller:\n{told}");
    }
    out
}
