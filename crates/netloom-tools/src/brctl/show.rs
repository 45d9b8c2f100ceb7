//! What `brctl` shows: bridges with their ports, addresses, and the spanning tree (brctl(8)).

use super::{failure, is_bridge, links, silent};
use crate::Context;
use crate::ip::words::{self, Outcome};
use netloom_model::bridge::{BridgePort, BridgeState, FdbState, PortState};
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
    let of_bridge = |entry: &&netloom_model::FdbEntry| entry.master == Some(bridge.index);
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
        port_tree(&mut text, bridge, link, port);
    }
    cx.out.write_all(text.as_bytes())?;
    Ok(())
}

fn tree(name: &str, bridge: &BridgeState) -> String {
    let id = id(bridge.priority, bridge.id_address);
    let (max_age, hello) = (seconds(bridge.max_age), seconds(bridge.hello_time));
    let delay = seconds(bridge.forward_delay);
    let (zero, gc) = (seconds(0), seconds(bridge.gc_timer));
    let ageing = seconds(bridge.ageing_time);
    format!(
        "{name}\n bridge id\t\t{id}\n designated root\t{id}\n \
         root port\t\t{:>4}\t\t\tpath cost\t\t{:>4}\n \
         max age\t\t{max_age}\t\t\tbridge max age\t\t{max_age}\n \
         hello time\t\t{hello}\t\t\tbridge hello time\t{hello}\n \
         forward delay\t\t{delay}\t\t\tbridge forward delay\t{delay}\n \
         ageing time\t\t{ageing}\n \
         hello timer\t\t{zero}\t\t\ttcn timer\t\t{zero}\n \
         topology change timer\t{zero}\t\t\tgc timer\t\t{gc}\n \
         flags\t\t\t\n\n\n",
        0, 0
    )
}

fn port_tree(text: &mut String, bridge: &BridgeState, link: &Link, port: &BridgePort) {
    let number = port.number;
    let own = port.priority << 10 | number;
    // A port that takes no part has what it was given when it came to the bridge.
    let (priority, designated) = match port.state {
        PortState::Disabled => (0x8000, 0x8000 | number),
        _ => (bridge.priority, own),
    };
    let id = id(priority, bridge.id_address);
    let (state, cost, zero) = (port.state.name(), port.cost, seconds(0));
    let _ = write!(
        text,
        "{} ({number})\n port id\t\t{own:04x}\t\t\tstate\t\t{state:>15}\n \
         designated root\t{id}\tpath cost\t\t{cost:>4}\n \
         designated bridge\t{id}\tmessage age timer\t{zero}\n \
         designated port\t{designated:04x}\t\t\tforward delay timer\t{zero}\n \
         designated cost\t{:>4}\t\t\thold timer\t\t{zero}\n \
         flags\t\t\t\n",
        link.name, 0
    );
    if port.flags.hairpin {
        let _ = writeln!(text, " hairpin mode\t\t{:>4}", 1);
    }
    text.push('\n');
}
