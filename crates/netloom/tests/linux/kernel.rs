//! The running kernel as a script's world: fresh network, mount and process namespaces, which
//! leave nothing behind, and the real tools.

use crate::script::Script;
use crate::world;
use libtest_mimic::Failed;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

/// The script that makes a script's world, and what it needs beside it.
pub(crate) const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/linux/kernel");
/// Where the real tools are.
pub(crate) const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";
/// What a script needs to see what rules log.
pub(crate) const LOG: &str = "nf_log_all_netns";
const FRESH: [&str; 6] = [
    "unshare",
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--mount-proc",
];

/// What the running kernel lets us do.
pub(crate) struct Kernel {
    root: bool,
    kinds: RefCell<BTreeMap<String, bool>>,
}

impl Kernel {
    /// Finds out whether namespaces can be made here.
    pub(crate) fn probe() -> Self {
        Self {
            root: succeeds(&["true"]),
            kinds: RefCell::default(),
        }
    }

    /// Whether namespaces can be made.
    pub(crate) fn root(&self) -> bool {
        self.root
    }

    /// Whether the script can run: there are rights, and there are its devices.
    pub(crate) fn can_run(&self, script: &Script) -> bool {
        self.root && script.needs().all(|kind| self.has(kind))
    }

    fn has(&self, kind: &str) -> bool {
        // That the log tells of all namespaces is a setting of the whole machine.
        if kind == LOG {
            let setting = std::fs::read_to_string("/proc/sys/net/netfilter/nf_log_all_netns");
            return setting.is_ok_and(|value| value.trim() == "1");
        }
        *self
            .kinds
            .borrow_mut()
            .entry(kind.to_owned())
            .or_insert_with(|| succeeds(&asking(kind)))
    }
}

/// The command that succeeds where the kernel has what a script needs: a kind of device, a setting of
/// bridges, rules of bridges.
fn asking(kind: &str) -> Vec<&str> {
    const REFUSES: &str = "add table bridge t; add chain bridge t c { type filter hook input priority 0; }; \
         add rule bridge t c reject";
    const TRACKS: &str =
        "add table bridge t; add chain bridge t c; add rule bridge t c ct state new";
    let device = ["ip", "link", "add", "probe", "type"];
    match kind {
        "nft_reject_bridge" => vec!["nft", REFUSES],
        "nf_conntrack_bridge" => vec!["nft", TRACKS],
        "vlan_filtering" => [&device[..], &["bridge", kind, "1"]].concat(),
        device_kind => [&device[..], &[device_kind]].concat(),
    }
}

/// Whether a command succeeds in fresh namespaces.
fn succeeds(command: &[&str]) -> bool {
    let mut unshare = Command::new(FRESH[0]);
    unshare
        .args(&FRESH[1..])
        .args(command)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    unshare.status().is_ok_and(|status| status.success())
}

/// What the real tools print.
pub(crate) fn run(script: &Script) -> Result<String, Failed> {
    let path = script.path.to_string_lossy();
    let command = command(FOLDER, &path);
    let command: Vec<_> = command.iter().map(String::as_str).collect();
    world::run(&command, PATH)
}

/// The command that runs a script in a fresh world by the scripts of `folder`.
pub(crate) fn command(folder: &str, script: &str) -> Vec<String> {
    let enter = format!("{folder}/enter.sh");
    let words = [&FRESH[..], &["--kill-child", "bash", &enter, script]].concat();
    words.into_iter().map(str::to_owned).collect()
}
