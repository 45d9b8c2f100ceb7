//! What rules cost: to be loaded, to be added to, to be explained, and the memory of connections.

use crate::engine::Simulated;
use crate::frames::BATCH;
use crate::kernel::Kernel;
use crate::path::{Machine, Path};
use crate::scale::resident;
use std::fmt::Write;
use std::time::Instant;

/// A table with so many rules that match no packet of any bench, each other than all others.
pub(crate) fn table(count: usize) -> String {
    let mut text = String::from("*filter\n");
    for i in 0..count {
        let (high, low, port) = (i / 250 % 250, i % 250, 1024 + i % 60_000);
        let net = 16 + i / 62_500;
        // A string takes every word that is written to it.
        let _ = writeln!(
            text,
            "-A FORWARD -s 172.{net}.{high}.{low}/32 -p udp -m udp --dport {port} -j DROP"
        );
    }
    text + "COMMIT\n"
}

/// Three namespaces in a row, the middle one a router with ten thousand rules.
pub(crate) const BEHIND_RULES: &str = "ip netns exec r iptables-restore < $FOLDER/10000\n";

/// What is measured as a process: its name, what is done before, the command, and whether the real one is
/// measured beside it.
pub(crate) const COMMANDS: [(&str, &str, &str, bool); 4] = [
    (
        "iptables-restore, 10,000 rules",
        "",
        "iptables-restore $FOLDER/10000",
        true,
    ),
    (
        "iptables-restore, 100,000 rules",
        "",
        "iptables-restore $FOLDER/100000",
        true,
    ),
    (
        "iptables -A into 10,000 rules",
        "iptables-restore $FOLDER/10000\n",
        "iptables -A FORWARD -s 172.16.0.1 -p tcp -m tcp --dport 80 -j DROP",
        true,
    ),
    (
        "explain through 10,000 rules",
        BEHIND_RULES,
        "netloom explain --in a 10.0.2.2",
        false,
    ),
];

/// What connections cost: how many are made in a second, and the bytes of each.
pub(crate) fn connections(path: &Path, count: usize) -> (f64, f64) {
    let mut machine = Simulated::new();
    path.build(&mut machine);
    let command = "sysctl -qw net.netfilter.nf_conntrack_max=2000000";
    machine.run(Some("s"), command, "");
    let mut frames = path.frames();
    // The pool's packets are there, whatever comes.
    machine.send_batches(path.from, &mut frames, 16);
    let (memory, began) = (resident(), Instant::now());
    machine.send_batches(path.from, &mut frames, count / BATCH);
    let seconds = began.elapsed().as_secs_f64();
    let made = (count / BATCH * BATCH) as f64;
    let bytes = resident().saturating_sub(memory) as f64;
    (made / seconds, bytes / made)
}

/// The same in the kernel, as many as one turn makes and its table holds: how many in a second.
pub(crate) fn kernel_connections(path: &Path) -> f64 {
    let mut kernel = Kernel::new();
    path.build(&mut kernel);
    crate::turn(path, &mut kernel)
}
