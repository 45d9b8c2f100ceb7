//! Cases that are kept: what once differed, and what is worth to be held for ever. Beside each
//! stands what the real kernel did. With `NETLOOM_BLESS=1` the kernel's trials write that anew. A case is
//! its lines alone; the script that a shell runs is written where it fails.

use crate::apart::Apart;
use crate::case::Case;
use crate::engine::Inside;
use crate::kernel::Outside;
use crate::lane;
use crate::play::play;
use crate::record::Kept;
use core::time::Duration;
use libtest_mimic::{Failed, Trial};

const KEPT: Kept = Kept(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/random/kept"));
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a kernel's clock may have been late.
const TRIES: usize = 3;

/// The trials of every case.
pub(crate) fn trials(usable: bool) -> Vec<Trial> {
    KEPT.trials(usable, kernel, engine)
}

fn read(name: &str) -> Result<Case, Failed> {
    Ok(KEPT.read(name)?.parse()?)
}

fn engine(name: &str) -> Result<(), Failed> {
    let printed = play(&mut Inside::new(1), &read(name)?, None).lines();
    KEPT.judge(name, &printed)
}

fn kernel(name: &str) -> Result<(), Failed> {
    let case = read(name)?;
    let bless = std::env::var_os("NETLOOM_BLESS").is_some_and(|value| value == "1");
    let name = name.to_owned();
    let run = move || {
        let apart = Apart::leave()?;
        let engine = play(&mut Inside::new(1), &case, None);
        let mut verdict = Ok(());
        for _ in 0..TRIES {
            let seen = play(&mut Outside::new(&apart, PATIENCE), &case, Some(&engine)).lines();
            if bless {
                KEPT.write(&name, &seen)?;
            }
            verdict = KEPT.judge(&name, &seen);
            if verdict.is_ok() {
                break;
            }
        }
        verdict.map_err(|failed| {
            let script = lane::write(&name, &case).map(|path| path.display().to_string());
            let failed = failed.message().unwrap_or_default();
            format!("{failed}\nas a script: {}", script.unwrap_or_default()).into()
        })
    };
    std::thread::spawn(run)
        .join()
        .map_err(|_| Failed::from("panicked"))?
}
