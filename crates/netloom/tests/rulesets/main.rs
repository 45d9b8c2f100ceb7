//! Rulesets drawn at random from the whole grammar, held to the real kernel: the same rules loaded by
//! the real commands into a router of the running kernel and by netloom's into one of the engine, the
//! same frames sent in on both sides, and everything that can be seen compared: what the commands say,
//! each frame that comes out, the counters of the rules and the table of connections.
//!
//! - `drawn::rulesets::N` draws and plays its share of the cases: 500 rulesets with 40 packets each,
//!   or as many as `NETLOOM_CASES` says; from the seed `NETLOOM_SEED`. A case that differs is made as
//!   small as it can be, and told as a script. `NETLOOM_CASE=SEED,FILE` plays these again.
//! - `drawn::twins::N` reads routers of the running kernel, loads each into the engine, and sends the
//!   same frames through both (`twin`).
//! - `rebuilt::N` reads such routers from the kernel, makes each again in empty namespaces by what it
//!   read, and reads it again: 60 in all, or `NETLOOM_CASES`.
//! - `kept::engine::NAME` and `kept::kernel::NAME` replay the cases of `kept/`, against what the
//!   kernel did when they were recorded.
//!
//! Whoever is not root has the engine's half of what is kept alone; the rest is ignored, and counted
//! as such.

#[path = "../rebuilt/again.rs"]
mod again;
#[path = "../random/apart.rs"]
#[allow(dead_code, reason = "shared with the networks drawn at random")]
mod apart;
mod case;
#[path = "../random/dice.rs"]
mod dice;
mod draw;
mod engine;
#[path = "../rebuilt/equal.rs"]
mod equal;
#[path = "../random/fewer.rs"]
mod fewer;
mod kept;
mod kernel;
mod lane;
mod packet;
mod place;
mod play;
#[path = "../rebuilt/lane.rs"]
mod rebuild;
mod rebuilt;
#[path = "../random/record.rs"]
mod record;
mod script;
mod seen;
mod shrink;
#[path = "../hosts/taps.rs"]
mod taps;
#[path = "../random/transcript.rs"]
#[allow(dead_code, reason = "shared with the networks drawn at random")]
mod transcript;
mod twin;
mod words;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

/// Into how many trials the cases are parted.
const TRIALS: usize = 8;
/// Into how many those of twins are parted.
const TWINS: usize = 4;
/// Into how many those that are made again are parted.
const AGAIN: usize = 3;
/// What the kernel's side needs.
const TOOLS: [&str; 4] = ["ip", "iptables-legacy", "nft", "conntrack"];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let usable = apart::usable(&TOOLS) && kernel::has_taps();
    let mut trials = kept::trials(usable);
    for part in 0..TRIALS {
        let run = move || lane::run(part, TRIALS);
        let trial = Trial::test(format!("drawn::rulesets::{part}"), run);
        trials.push(trial.with_ignored_flag(!usable));
    }
    for part in 0..TWINS {
        let run = move || twin::run(part, TWINS);
        let trial = Trial::test(format!("drawn::twins::{part}"), run);
        trials.push(trial.with_ignored_flag(!usable));
    }
    for part in 0..AGAIN {
        let run = move || rebuild::run::<rebuilt::Router>(rebuilt::ROUTERS, part, AGAIN);
        let trial = Trial::test(format!("rebuilt::{part}"), run);
        trials.push(trial.with_ignored_flag(!usable));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
