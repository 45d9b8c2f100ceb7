//! Cases that are kept: what once differed, and what is worth to be held for ever. Beside each
//! stands what the real kernel did. With `NETLOOM_BLESS=1` the kernel's trials write that anew.

use crate::apart::Apart;
use crate::case::Case;
use crate::engine::Inside;
use crate::kernel::Outside;
use crate::play::play;
use crate::record::Kept;
use libtest_mimic::{Failed, Trial};

const KEPT: Kept = Kept(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rulesets/kept"));
/// How often a kernel may have been late.
const TRIES: usize = 3;

/// The trials of every case.
pub(crate) fn trials(usable: bool) -> Vec<Trial> {
    KEPT.trials(usable, kernel, engine)
}

fn read(name: &str) -> Result<Case, Failed> {
    Ok(KEPT.read(name)?.parse()?)
}

fn engine(name: &str) -> Result<(), Failed> {
    let seen = play(&mut Inside::new(1), &read(name)?).out.lines();
    KEPT.judge(name, &seen)
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
                KEPT.write(&name, &seen)?;
            }
            verdict = KEPT.judge(&name, &seen);
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
