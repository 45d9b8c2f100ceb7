//! Networks drawn at random, held to the real kernel: the same links, bridges, addresses, routes,
//! rules and settings in the engine and in namespaces of the running kernel, the same packets sent,
//! and everything that can be seen compared: what each command says, what came of each packet, and
//! the neighbours, routes and forwarding databases that are left.
//!
//! - `drawn::NN` draws and plays its share of the cases: 2,000 in all, or `NETLOOM_CASES`; from the
//!   seed `NETLOOM_SEED`; with `NETLOOM_ONLY=4` those without IPv6 alone, with `6` the others. A case that differs is made as small as it can be, and printed as a script.
//! - `rebuilt::N` reads such networks from the kernel, makes each again in empty namespaces by what it
//!   read, and reads it again: 60 in all, or `NETLOOM_CASES`.
//! - `kept::engine::NAME` and `kept::kernel::NAME` replay the cases of `kept/`, against what the
//!   kernel did when they were recorded.
//!
//! Whoever is not root has the engine's half of what is kept alone; the rest is ignored, and counted
//! as such.

#[path = "../rebuilt/again.rs"]
mod again;
mod apart;
mod case;
mod dice;
mod draw;
mod engine;
#[path = "../rebuilt/equal.rs"]
mod equal;
mod fewer;
mod finals;
mod kept;
mod kernel;
mod lane;
mod play;
mod probe;
#[path = "../rebuilt/lane.rs"]
mod rebuild;
mod rebuilt;
mod record;
mod shrink;
mod transcript;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

/// Into how many trials the cases are parted.
const TRIALS: usize = 16;
/// Into how many those that are made again are parted.
const AGAIN: usize = 3;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let usable = apart::usable(&["ip", "bridge"]);
    let mut trials = kept::trials(usable);
    for part in 0..TRIALS {
        let run = move || lane::run(part, TRIALS);
        trials.push(Trial::test(format!("drawn::{part:02}"), run).with_ignored_flag(!usable));
    }
    for part in 0..AGAIN {
        let run = move || rebuild::run::<rebuilt::Network>(rebuilt::NETWORKS, part, AGAIN);
        trials.push(Trial::test(format!("rebuilt::{part}"), run).with_ignored_flag(!usable));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
