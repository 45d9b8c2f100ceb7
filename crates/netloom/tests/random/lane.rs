//! Many cases at the same time: waiting for a kernel's timers costs no processor.

use crate::apart::Apart;
use crate::case::Case;
use crate::draw;
use crate::engine::Inside;
use crate::kernel::Outside;
use crate::play::play;
use crate::shrink;
use crate::transcript::{Transcript, difference};
use core::time::Duration;
use libtest_mimic::Failed;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Cases played at the same time. The neighbour table, which all namespaces of a machine share,
/// drops entries beyond 1,024.
const TOGETHER: usize = 12;
/// How many cases that differ are shrunk and told; the others are counted.
const TOLD: u64 = 3;
/// The cases that may differ by what docs/FIDELITY.md names, unless somebody asks for cases: then every
/// one that differs is told.
const NAMED: [&str; 3] = ["1000514", "1001155", "1001628"];
/// How long the kernel may take for what the engine saw: at first, and when in doubt.
const PATIENCE: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1500)];

/// A number that the environment may give.
fn number(name: &str, or: u64) -> Result<u64, Failed> {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .map_err(|_| format!("{name} is no number: {text}").into()),
        Err(_) => Ok(or),
    }
}

/// Seeds of the engine beside the first. What hangs on what is drawn by chance on a kernel (which of
/// several next hops a hash takes) hangs on the seed in the engine.
const OTHER_SEEDS: core::ops::Range<u64> = 2..18;

/// A case that somebody asks for: by its seed, or by a file that has it.
#[derive(Clone)]
enum Which {
    Seed(u64),
    File(PathBuf),
}

impl Which {
    /// The words of `NETLOOM_CASE`.
    fn named(word: &str) -> Result<Which, Failed> {
        if let Ok(seed) = word.parse() {
            return Ok(Which::Seed(seed));
        }
        let path = PathBuf::from(word);
        let is = path.is_file();
        is.then_some(Which::File(path))
            .ok_or_else(|| format!("NETLOOM_CASE: {word} is neither a seed nor a file").into())
    }

    fn case(&self) -> Result<Case, String> {
        match self {
            Which::Seed(seed) => Ok(draw::draw(*seed)),
            Which::File(path) => std::fs::read_to_string(path)
                .map_err(|error| error.to_string())?
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

/// Where the scripts of cases that differ go.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("random")
}

/// What became of the probes of all cases.
#[derive(Default)]
pub(crate) struct Mix {
    probes: usize,
    answered: usize,
    refused: usize,
}

impl Mix {
    fn count(&mut self, transcript: &Transcript) {
        for entry in &transcript.entries {
            if !entry.about.starts_with("probe ") {
                continue;
            }
            self.probes += 1;
            let has = |what: &str| entry.lines.iter().any(|line| line.contains(what));
            self.answered += usize::from(has(": reply "));
            self.refused += usize::from(!has(": reply ") && !entry.lines.is_empty());
        }
    }
}

/// Plays the share `part` of `parts` of all cases.
pub(crate) fn run(part: usize, parts: usize) -> Result<(), Failed> {
    let cases = number("NETLOOM_CASES", 2000)? as usize;
    let seed = number("NETLOOM_SEED", 1)?;
    let mut asked: Vec<Which> = (0..cases)
        .map(|n| Which::Seed(seed.wrapping_mul(1_000_003).wrapping_add(n as u64)))
        .collect();
    if let Ok(named) = std::env::var("NETLOOM_CASE") {
        asked = named
            .split(',')
            .map(Which::named)
            .collect::<Result<_, _>>()?;
    }
    if let Ok(only) = std::env::var("NETLOOM_ONLY") {
        let v6 = match only.as_str() {
            "4" => false,
            "6" => true,
            _ => return Err("NETLOOM_ONLY is neither 4 nor 6".into()),
        };
        asked.retain(|which| match which {
            Which::Seed(seed) => draw::has_v6(*seed) == v6,
            Which::File(_) => true,
        });
    }
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
                    let engine = play(&mut Inside::new(1), &case, None);
                    mix.lock().expect("no panic").count(&engine);
                    if let Some(told) = differs(&apart, &case) {
                        eprintln!("{name}, not made smaller:\n{told}");
                        let _ = write(&format!("{name}-whole"), &case);
                        let mut differing = differing.lock().expect("no panic");
                        differing.push((name, case, told));
                    }
                }
            });
        }
    });
    let mix = mix.into_inner()?;
    let mut differing = differing.into_inner()?;
    differing.retain_mut(|(_, case, told)| match alone(case.clone()) {
        Some(again) => {
            *told = again;
            true
        }
        None => false,
    });
    let strict = [
        "NETLOOM_CASES",
        "NETLOOM_SEED",
        "NETLOOM_CASE",
        "NETLOOM_ONLY",
    ]
    .iter()
    .any(|name| std::env::var_os(name).is_some());
    if !strict {
        differing.retain(|(name, ..)| !NAMED.contains(&name.as_str()));
    }
    if differing.is_empty() {
        return degenerate(&mix);
    }
    differing.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    Err(tell(&differing, asked.len()).into())
}

/// Whether a case differs each time it is played, with more patience every time: how.
pub(crate) fn differs(apart: &Apart, case: &Case) -> Option<String> {
    let mut told = String::new();
    for patience in PATIENCE {
        told = compare(apart, case, patience);
        if told.is_empty() {
            return None;
        }
    }
    Some(told)
}

/// How the engine and the kernel differ in a case, but for what hangs on the seed.
pub(crate) fn compare(apart: &Apart, case: &Case, patience: Duration) -> String {
    let mut engine = play(&mut Inside::new(1), case, None);
    let kernel = play(&mut Outside::new(apart, patience), case, Some(&engine));
    if difference(&engine, &kernel).is_empty() {
        return String::new();
    }
    for seed in OTHER_SEEDS {
        engine.doubt(&play(&mut Inside::new(seed), case, None));
    }
    difference(&engine, &kernel)
}

/// Writes a case as a script: where.
pub(crate) fn write(name: &str, case: &Case) -> std::io::Result<PathBuf> {
    let path = folder().join(format!("{name}.sh"));
    std::fs::create_dir_all(folder())?;
    std::fs::write(&path, case.to_string())?;
    Ok(path)
}

/// How a case differs that is played with no other beside it: on a busy machine some differ by time
/// alone.
fn alone(case: Case) -> Option<String> {
    let played = std::thread::spawn(move || {
        let apart = Apart::leave().ok()?;
        differs(&apart, &case)
    });
    played.join().ok()?
}

/// Draws that no longer reach anything would find nothing: of all probes a good half is answered,
/// and of the others many are told why not.
fn degenerate(mix: &Mix) -> Result<(), Failed> {
    println!(
        "{} probes, {} answered, {} otherwise heard of",
        mix.probes, mix.answered, mix.refused
    );
    if mix.probes >= 200
        && (mix.answered * 100 < mix.probes * 40 || mix.refused * 100 < mix.probes * 5)
    {
        let Mix {
            probes,
            answered,
            refused,
        } = mix;
        return Err(format!(
            "the mix of cases is poor: of {probes} probes {answered} were answered and of {refused} was heard otherwise"
        )
        .into());
    }
    Ok(())
}

/// The first of the cases that differ, as small as they can be.
fn tell(differing: &[(String, Case, String)], of: usize) -> String {
    let mut out = format!(
        "{} of {of} cases differ from the real kernel\n",
        differing.len()
    );
    let most = number("NETLOOM_SHRINK", TOLD).unwrap_or(TOLD) as usize;
    for (name, case, _) in differing.iter().take(most) {
        let case = case.clone();
        let small = std::thread::spawn(move || {
            let apart = Apart::leave().ok()?;
            let small = shrink::shrink(&apart, case);
            let told = differs(&apart, &small)?;
            Some((small, told))
        });
        let Ok(Some((small, told))) = small.join() else {
            let _ = writeln!(out, "{name}: differed, but not when played alone");
            continue;
        };
        let written = write(name, &small);
        let lines: Vec<String> = small.lines.iter().map(|line| format!("  {line}")).collect();
        let _ = writeln!(out, "\n{name}:\n{}\n{told}", lines.join("\n"));
        if let Ok(path) = written {
            let _ = writeln!(
                out,
                "as a script: {path}\nto keep it: sed '1,/^# The case/d' {path} > \
                 crates/netloom/tests/random/kept/NAME.case, \
                 then NETLOOM_BLESS=1 cargo test -p netloom --test random NAME",
                path = path.display()
            );
        }
    }
    for (name, _, told) in differing.iter().skip(most) {
        let _ = writeln!(out, "\n{name}, not made smaller:\n{told}");
    }
    out
}
