//! A large host: read, written down, loaded, asked.

use crate::{TURNS, apply, median, row, rules, time};
use netloom_engine::Simulation;
use netloom_kernel::host::{self, Which};
use netloom_model::journey::{Explain, Probe, ProbeProtocol, ProbeSend};
use netloom_model::{NsName, Snapshot, World};
use netloom_rules::{Family, IpTables};
use std::time::Duration;

/// How long a thousand devices tell a bridge of their addresses and groups, each to all others.
const REST: Duration = Duration::from_secs(20);

/// 1,000 namespaces behind a bridge, and 10,000 rules.
pub(crate) fn host() {
    apply::build();
    let mut tables = IpTables::kernel(Family::V4);
    tables
        .restore(&rules::saved())
        .expect("the rules are loaded");
    std::thread::sleep(REST);
    let (mut read, mut load, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let (took, snapshot) = time(|| host::snapshot(&Which::All).expect("the host is read"));
        read.push(took);
        assert!(snapshot.state.namespaces.len() > 1_000, "all of it is read");
        let text = serde_json::to_vec(&snapshot).expect("a snapshot is JSON");
        let (took, mut twin) = time(|| {
            let read: Snapshot = serde_json::from_slice(&text).expect("it is a snapshot");
            Simulation::twin(&read.state).0
        });
        load.push(took);
        asked.push(time(|| ask(&mut twin)).0);
    }
    row(
        "snapshot of 1,000 namespaces, 10,000 rules",
        median(read),
        None,
    );
    row("the same loaded from JSON", median(load), None);
    row("a question of it", median(asked), None);
    apply::clear();
}

/// Whether one of its hosts reaches another.
fn ask(twin: &mut Simulation) {
    let probe = Probe::Send(ProbeSend {
        to: "10.1.1.1".parse().expect("it is an address"),
        port: 0,
        protocol: ProbeProtocol::Icmp,
        from: None,
        source_port: None,
        ttl: None,
        size: 56,
        tos: 0,
        mark: 0,
        dont_fragment: false,
        device: None,
    });
    let ask = Explain {
        ns: NsName::new("n0"),
        probe,
        what_if: Vec::new(),
        max_steps: 20_000,
        states: false,
    };
    twin.explain(ask).expect("it is answered");
}
