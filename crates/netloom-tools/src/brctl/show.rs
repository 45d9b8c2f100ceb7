//! What `brctl` shows: bridges with their ports, addresses, and the spanning tree (brctl(8)).

use super::{failure, is_bridge, links, silent};
use crate::Context;
use crate::ip::words::{self, Outcome};
use netloom_model::bridge::{BridgePort, BridgeState, FdbState};
use netloom_model::spanning_tree::BridgeId;
use netloom_model::state::Parts;
use netloom_model::{Errno, Link, LinkKind, MacAddr, Namespace};
use std::fmt::Write;

/// The identifier of a bridge as this program writes it.
fn id(priority: u16, address: MacAddr) -> String {
    let bytes = address.0.iter().map(|byte| format!("{byte:02x}"));
    format!("{priority:04x}.{}", bytes.collect::<String>())
}

/// The ports of a bridge, by name.
fn ports<'a>(state: &'a Namespace, bridge: &Link) -> Vec<(&'a Link, &'a BridgePort)> {
    let of_bridge = |link: &&Link| link.master == Some(bridge.index);
    let all = state.links.iter().filter(of_bridge);
    let mut ports: Vec<_> = all
        .filter_map(|link| Some((link, link.bridge_port.as_ref()?)))
        .collect();
    ports.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    ports
}

/// `brctl show [BRIDGE...]`.
pub(super) fn show(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let state = links(cx)?;
    let mut bridges: Vec<&Link> = Vec::new();
    let mut failed = false;
    for name in words {
        match state.link(&name.as_str().into()) {
            Some(link) if is_bridge(link) => bridges.push(link),
            Some(_) => writeln!(cx.err, "device {name} is not a bridge!")?,
            None => writeln!(cx.err, "bridge {name} does not exist!")?,
        }
        failed = bridges.len() < words.len();
    }
    if words.is_empty() {
        bridges = state.links.iter().filter(|link| is_bridge(link)).collect();
        bridges.sort_by(|a, b| a.name.cmp(&b.name));
    }
    if !bridges.is_empty() {
        writeln!(cx.out, "bridge name\tbridge id\t\tSTP enabled\tinterfaces")?;
    }
    for link in bridges {
        let LinkKind::Bridge(bridge) = &link.kind else {
            continue;
        };
        let id = id(bridge.priority, bridge.id_address);
        let stp = if bridge.stp_state == 0 { "no" } else { "yes" };
        let ports = ports(&state, link);
        let names: Vec<&str> = ports.iter().map(|(link, _)| link.name.as_str()).collect();
        let names = names.join("\n\t\t\t\t\t\t\t");
        writeln!(cx.out, "{}\t\t{id}\t{stp}\t\t{names}", link.name)?;
    }
    if failed { Err(silent()) } else { Ok(()) }
}

/// `brctl showmacs BRIDGE`.
pub(super) fn macs(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let parts = Parts {
        fdb: true,
        ..Parts::LINKS
    };
    let state = words::namespace(cx, parts)?;
    let bridge = super::bridge(&state, &words[0])
        .map_err(|errno: Errno| failure(format!("read of forward table failed: {errno}")))?;
    // What is too old to be believed is passed over.
    let of_bridge = |entry: &&netloom_model::FdbEntry| {
        entry.master == Some(bridge.index) && entry.state != FdbState::Stale
    };
    let mut entries: Vec<_> = state.fdb.iter().filter(of_bridge).collect();
    entries.sort_by_key(|entry| entry.address);
    writeln!(cx.out, "port no\tmac addr\t\tis local?\tageing timer")?;
    for entry in entries {
        // The bridge's own addresses are behind no port.
        let link = state.link(&entry.dev.into());
        let Some(port) = link.and_then(|link| link.bridge_port.as_ref()) else {
            continue;
        };
        let local = if entry.state == FdbState::Local {
            "yes"
        } else {
            "no"
        };
        let ages = entry.state == FdbState::Dynamic;
        let age = if ages { entry.updated } else { 0 };
        let (number, address) = (port.number, entry.address);
        writeln!(cx.out, "{number:>3}\t{address}\t{local}\t\t{age:>4}.00")?;
    }
    Ok(())
}

/// The identifier of a root or a designated bridge.
fn tree_id(of: BridgeId) -> String {
    id(of.priority, of.address)
}

/// The words of the flags that are set, each with a space behind it.
fn flags(flags: [(bool, &str); 2]) -> String {
    let set = flags.iter().filter(|(on, _)| *on);
    set.map(|(_, word)| format!("{word} ")).collect()
}

/// A time as seconds, in the width of the original's columns.
fn seconds(centiseconds: u32) -> String {
    format!("{:>4}.{:02}", centiseconds / 100, centiseconds % 100)
}

/// `brctl showstp BRIDGE`.
pub(super) fn stp(cx: &mut Context<'_>, words: &[String]) -> Outcome<()> {
    let name = &words[0];
    let state = links(cx)?;
    let link = super::bridge(&state, name).map_err(|errno| match errno {
        Errno::NODEV => failure(format!("bridge {name} does not exist!")),
        _ => failure(format!("device {name} is not a bridge!")),
    })?;
    let LinkKind::Bridge(bridge) = &link.kind else {
        return Err(silent());
    };
    let mut text = tree(name, bridge);
    for (link, port) in ports(&state, link) {
        port_tree(&mut text, link, port);
    }
    cx.out.write_all(text.as_bytes())?;
    Ok(())
}

fn tree(name: &str, bridge: &BridgeState) -> String {
    let tree = &bridge.tree;
    let (id, root) = (id(bridge.priority, bridge.id_address), tree_id(tree.root));
    let (max_age, hello) = (seconds(bridge.max_age), seconds(bridge.hello_time));
    let delay = seconds(bridge.forward_delay);
    let ageing = seconds(bridge.ageing_time);
    let (hello_timer, tcn_timer) = (seconds(tree.hello_timer), seconds(tree.tcn_timer));
    let (over, gc) = (
        seconds(tree.topology_change_timer),
        seconds(bridge.gc_timer),
    );
    let flags = flags([
        (tree.topology_change, "TOPOLOGY_CHANGE"),
        (tree.topology_change_detected, "TOPOLOGY_CHANGE_DETECTED"),
    ]);
    format!(
        "{name}\n bridge id\t\t{id}\n designated root\t{root}\n \
         root port\t\t{:>4}\t\t\tpath cost\t\t{:>4}\n \
         max age\t\t{max_age}\t\t\tbridge max age\t\t{max_age}\n \
         hello time\t\t{hello}\t\t\tbridge hello time\t{hello}\n \
         forward delay\t\t{delay}\t\t\tbridge forward delay\t{delay}\n \
         ageing time\t\t{ageing}\n \
         hello timer\t\t{hello_timer}\t\t\ttcn timer\t\t{tcn_timer}\n \
         topology change timer\t{over}\t\t\tgc timer\t\t{gc}\n \
         flags\t\t\t{flags}\n\n\n",
        tree.root_port, tree.root_path_cost
    )
}

fn port_tree(text: &mut String, link: &Link, port: &BridgePort) {
    let (number, tree) = (port.number, &port.tree);
    let own = port.priority << 10 | number;
    let root = tree_id(tree.designated_root);
    let bridge = tree_id(tree.designated_bridge);
    let (state, cost) = (port.state.name(), port.cost);
    let age = seconds(tree.message_age_timer);
    let (delay, hold) = (seconds(tree.forward_delay_timer), seconds(tree.hold_timer));
    let flags = flags([
        (tree.config_pending, "CONFIG_PENDING"),
        (tree.topology_change_ack, "TOPOLOGY_CHANGE_ACK"),
    ]);
    let _ = write!(
        text,
        "{} ({number})\n port id\t\t{own:04x}\t\t\tstate\t\t{state:>15}\n \
         designated root\t{root}\tpath cost\t\t{cost:>4}\n \
         designated bridge\t{bridge}\tmessage age timer\t{age}\n \
         designated port\t{:04x}\t\t\tforward delay timer\t{delay}\n \
         designated cost\t{:>4}\t\t\thold timer\t\t{hold}\n \
         flags\t\t\t{flags}\n",
        link.name, tree.designated_port, tree.designated_cost
    );
    if port.flags.hairpin {
        let _ = writeln!(text, " hairpin mode\t\t{:>4}", 1);
    }
    text.push('\n');
}
