//! Rulesets of real hosts, held to the real kernel: what Docker, Podman, libvirt, ufw, firewalld and
//! others leave behind is loaded by the real commands and by netloom's, the same packets arrive on
//! both sides, and both must give the same verdicts and print the same rules back.
//!
//! A host is a folder of `data`:
//!
//! - `network.sh`: devices, addresses and neighbours, as commands of `ip`, `bridge` and `sysctl`. Its
//!   TAPs are where packets arrive and come out.
//! - `iptables.save`, `ip6tables.save`, those of `-legacy`, `ipset.save`: what the host's programs made,
//!   as it was saved. A host without them is loaded from `ruleset.nft`.
//! - `ruleset.nft`, `ruleset.json`: what `nft list ruleset` and `nft -j list ruleset` say of them.
//! - `packets`: what is sent; see [`packet`].
//! - `verdicts`: what came of each packet on the real kernel, and which counters it moved.
//! - `differs`: lines `TRIAL: REASON` for what netloom is known to do otherwise. It must then still do so.
//!
//! Trials: `kernel::HOST` plays a host on the running kernel (it needs root, and is ignored without);
//! with `NETLOOM_BLESS=1` it writes verdicts and listings anew. `engine::HOST::verdicts`, `::saved`,
//! `::listed`, `::json` and `::json_loaded` hold netloom to each.

mod engine;
mod host;
mod judge;
mod kernel;
mod network;
mod packet;
mod play;
mod seen;
mod taps;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let bless = std::env::var_os("NETLOOM_BLESS").is_some_and(|value| value == "1");
    let usable = kernel::usable();
    let mut trials = Vec::new();
    for host in host::all() {
        let name = host.name.clone();
        for (about, check) in judge::engine_trials(&host) {
            let host = host.clone();
            trials.push(Trial::test(format!("engine::{name}::{about}"), move || {
                judge::engine(&host, about, check)
            }));
        }
        let judged = Trial::test(format!("kernel::{name}"), move || {
            judge::kernel(&host, bless)
        });
        trials.push(judged.with_ignored_flag(!usable));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
