//! Cases that are kept: what once differed, and what is worth to be held for ever. Beside each
//! stands what the real kernel did. With `NETLOOM_BLESS=1` the kernel's trials write that anew.

use crate::apart::Apart;
use crate::case::Case;
use crate::engine::Inside;
use crate::kernel::Outside;
use crate::play::play;
use libtest_mimic::{Failed, Trial};
use std::fs;
use std::path::PathBuf;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rulesets/kept");
/// How often a kernel may have been late.
const TRIES: usize = 3;

/// Two trials for each case; the kernel's are ignored where it is not `usable`.
pub(crate) fn trials(usable: bool) -> Vec<Trial> {
    let mut names: Vec<String> = fs::read_dir(FOLDER)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let name = entry.ok()?.file_name().into_string().ok()?;
            let case = name.strip_suffix(".case").map(str::to_owned);
            assert!(
                case.is_some() || name.ends_with(".out"),
                "{name} is no case"
            );
            case
        })
        .collect();
    names.sort();
    let mut trials = Vec::new();
    for name in names {
        let on_kernel = name.clone();
        let trial = Trial::test(format!("kept::kernel::{name}"), move || kernel(&on_kernel));
        trials.push(trial.with_ignored_flag(!usable));
        trials.push(Trial::test(format!("kept::engine::{name}"), move || {
            judge(&name, &play(&mut Inside::new(), &read(&name)?).out.lines())
        }));
    }
    trials
}

fn read(name: &str) -> Result<Case, Failed> {
    Ok(fs::read_to_string(PathBuf::from(FOLDER).join(format!("{name}.case")))?.parse()?)
}

fn record(name: &str) -> PathBuf {
    PathBuf::from(FOLDER).join(format!("{name}.out"))
}

fn kernel(name: &str) -> Result<(), Failed> {
    let case = read(name)?;
    let bless = std::env::var_os("NETLOOM_BLESS").is_some_and(|value| value == "1");
    let name = name.to_owned();
    let run = move || {
        let apart = Apart::leave()?;
        let mut verdict = Ok(());
        for _ in 0..TRIES {
            let seen = play(&mut Outside::new(&apart)?, &case).out.lines();
            if bless {
                fs::write(record(&name), seen.join("\n") + "\n")?;
            }
            verdict = judge(&name, &seen);
            if verdict.is_ok() {
                break;
            }
        }
        verdict
    };
    std::thread::spawn(run)
        .join()
        .map_err(|_| Failed::from("panicked"))?
}

fn judge(name: &str, seen: &[String]) -> Result<(), Failed> {
    let recorded = fs::read_to_string(record(name))?;
    let recorded: Vec<&str> = recorded.lines().collect();
    if recorded == seen {
        return Ok(());
    }
    let here = seen
        .iter()
        .zip(&recorded)
        .take_while(|(a, b)| a == b)
        .count();
    let about = seen[..here.min(seen.len())]
        .iter()
        .rev()
        .find(|line| !line.starts_with(' '));
    Err(format!(
        "{name} differs from its record, line {}:\n{}\nseen:     {}\nrecorded: {}",
        here + 1,
        about.map_or("", String::as_str),
        seen.get(here).map_or("nothing", String::as_str),
        recorded.get(here).copied().unwrap_or("nothing"),
    )
    .into())
}
