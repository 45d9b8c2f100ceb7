//! Many cases at the same time: waiting for a kernel's timers costs no processor.

use crate::case::Case;
use crate::draw;
use crate::engine::Inside;
use crate::kernel::{Apart, Outside};
use crate::play::play;
use crate::shrink;
use crate::transcript::{Transcript, difference};
use core::time::Duration;
use libtest_mimic::Failed;
use std::fmt::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Cases played at the same time. The neighbour table, which all namespaces of a machine share,
/// drops entries beyond 1,024.
const TOGETHER: usize = 12;
/// How many cases that differ are shrunk and told; the others are counted.
const TOLD: u64 = 3;
/// Of a hundred cases so many may differ by what docs/FIDELITY.md names, unless somebody asks for
/// cases: then every one that differs is told.
const STAY: usize = 8;
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
    let mut seeds: Vec<u64> = (0..cases)
        .map(|n| seed.wrapping_mul(1_000_003).wrapping_add(n as u64))
        .collect();
    if let Ok(named) = std::env::var("NETLOOM_CASE") {
        let named = named.split(',').map(str::parse).collect::<Result<_, _>>();
        seeds = named.map_err(|_| "NETLOOM_CASE is no list of seeds")?;
    }
    if let Ok(only) = std::env::var("NETLOOM_ONLY") {
        let v6 = match only.as_str() {
            "4" => false,
            "6" => true,
            _ => return Err("NETLOOM_ONLY is neither 4 nor 6".into()),
        };
        seeds.retain(|seed| draw::has_v6(*seed) == v6);
    }
    let mut at = 0..;
    seeds.retain(|_| at.next().is_some_and(|n: usize| n % parts == part));
    let (next, mix) = (AtomicUsize::new(0), Mutex::new(Mix::default()));
    let differing = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER.min(seeds.len()) {
            scope.spawn(|| {
                let apart = Apart::leave().expect("rights to make namespaces");
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let case = draw::draw(*seed);
                    let engine = play(&mut Inside::new(), &case, None);
                    mix.lock().expect("no panic").count(&engine);
                    if let Some(told) = differs(&apart, &case) {
                        eprintln!("seed {seed}, not made smaller:\n{told}");
                        differing
                            .lock()
                            .expect("no panic")
                            .push((*seed, case, told));
                    }
                }
            });
        }
    });
    let mix = mix.into_inner()?;
    let mut differing = differing.into_inner()?;
    let strict = [
        "NETLOOM_CASES",
        "NETLOOM_SEED",
        "NETLOOM_CASE",
        "NETLOOM_ONLY",
    ]
    .iter()
    .any(|name| std::env::var_os(name).is_some());
    let few = !strict && differing.len() * 100 <= seeds.len() * STAY;
    if differing.is_empty() || few {
        return degenerate(&mix);
    }
    differing.sort_by_key(|(seed, ..)| *seed);
    Err(tell(&differing, seeds.len()).into())
}

/// Whether a case differs each time it is played, with more patience every time: how.
pub(crate) fn differs(apart: &Apart, case: &Case) -> Option<String> {
    let engine = play(&mut Inside::new(), case, None);
    let mut told = String::new();
    for patience in PATIENCE {
        let kernel = play(&mut Outside::new(apart, patience), case, Some(&engine));
        told = difference(&engine, &kernel);
        if told.is_empty() {
            return None;
        }
    }
    Some(told)
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
fn tell(differing: &[(u64, Case, String)], of: usize) -> String {
    let mut out = format!(
        "{} of {of} cases differ from the real kernel\n",
        differing.len()
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("random");
    let most = number("NETLOOM_SHRINK", TOLD).unwrap_or(TOLD) as usize;
    for (seed, case, _) in differing.iter().take(most) {
        let case = case.clone();
        let small = std::thread::spawn(move || {
            let apart = Apart::leave().ok()?;
            let small = shrink::shrink(&apart, case);
            let told = differs(&apart, &small)?;
            Some((small, told))
        });
        let Ok(Some((small, told))) = small.join() else {
            let _ = writeln!(out, "seed {seed}: differed, but not when played alone");
            continue;
        };
        let path = folder.join(format!("{seed}.sh"));
        let written = std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&path, small.to_string()));
        let lines: Vec<String> = small.lines.iter().map(|line| format!("  {line}")).collect();
        let _ = writeln!(out, "\nseed {seed}:\n{}\n{told}", lines.join("\n"));
        if written.is_ok() {
            let _ = writeln!(
                out,
                "as a script: {path}\nto keep it: cp {path} crates/netloom/tests/random/kept/NAME.sh, \
                 then NETLOOM_BLESS=1 cargo test -p netloom --test random NAME",
                path = path.display()
            );
        }
    }
    for (seed, _, told) in differing.iter().skip(most) {
        let _ = writeln!(out, "\nseed {seed}, not made smaller:\n{told}");
    }
    out
}
