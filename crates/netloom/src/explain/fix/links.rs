//! Changes of devices and ports that could deliver a packet.

use super::Candidate;
use crate::explain::command::{exec, ip};
use netloom_model::bridge::PortState;
use netloom_model::tun::TunMode;
use netloom_model::{
    BridgePort, BridgePortSettings, BridgeSettings, Change, Family, Link, LinkFlags, LinkKind,
    LinkRef, LinkSettings, Namespace, NsName, State,
};

fn set_link(ns: &NsName, index: u32, set: LinkSettings, command: String) -> Candidate {
    let change = Change::SetLink {
        ns: ns.clone(),
        link: LinkRef::Index(index),
        set: Box::new(set),
    };
    Candidate { change, command }
}

/// Every device that is down, up.
pub(super) fn links_up(state: &State) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (ns, here) in &state.namespaces {
        for link in here
            .links
            .iter()
            .filter(|l| !l.flags.contains(LinkFlags::UP))
        {
            let set = LinkSettings {
                up: Some(true),
                ..LinkSettings::default()
            };
            let command = format!("{} link set {} up", ip(ns), link.name);
            all.push(set_link(ns, link.index, set, command));
        }
    }
    all
}

/// Every device beside a bridge that could be a port of it and is none.
pub(super) fn masters(state: &State) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (ns, here) in &state.namespaces {
        let is_bridge = |link: &&Link| matches!(link.kind, LinkKind::Bridge(_));
        // What has an address of its own is meant to be used by itself.
        let bare = |link: &&Link| {
            !here
                .addresses
                .iter()
                .any(|a| a.dev == link.index && a.local.family() == Family::V4)
        };
        let free = |link: &&Link| link.kind.link_type() == "ether" && link.master.is_none();
        for bridge in here.links.iter().filter(is_bridge) {
            let ports = here.links.iter().filter(|link| !is_bridge(link));
            for port in ports.filter(free).filter(bare) {
                let set = LinkSettings {
                    master: Some(Some(LinkRef::Index(bridge.index))),
                    ..LinkSettings::default()
                };
                let command = format!("{} link set {} master {}", ip(ns), port.name, bridge.name);
                all.push(set_link(ns, port.index, set, command));
            }
        }
    }
    all
}

/// Every device with a smaller MTU, with as much as Ethernet usually has.
pub(super) fn mtus(state: &State) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (ns, here) in &state.namespaces {
        // A tunnel takes less because what carries it takes no more.
        let carried = |link: &&Link| match &link.kind {
            LinkKind::Other(other) => other.kind.is_some(),
            LinkKind::Tun(tun) => tun.mode == TunMode::Tun,
            _ => false,
        };
        let small = here.links.iter().filter(|link| link.mtu < 1500);
        for link in small.filter(|link| !carried(link)) {
            let set = LinkSettings {
                mtu: Some(1500),
                ..LinkSettings::default()
            };
            let command = format!("{} link set {} mtu 1500", ip(ns), link.name);
            all.push(set_link(ns, link.index, set, command));
        }
    }
    all
}

/// Every port of a namespace whose state was set by hand and lets nothing pass, forwarding: where
/// STP runs it is refused, and not told.
pub(super) fn states(ns: &NsName, here: &Namespace) -> Vec<Candidate> {
    let closed = |port: &BridgePort| port.state != PortState::Forwarding;
    let ports = here.links.iter();
    let ports = ports.filter(|link| link.bridge_port.as_ref().is_some_and(closed));
    let candidate = |link: &Link| {
        let port = BridgePortSettings {
            state: Some(PortState::Forwarding),
            ..BridgePortSettings::default()
        };
        let set = LinkSettings {
            bridge_port: Some(port),
            ..LinkSettings::default()
        };
        let command = format!("bridge link set dev {} state 3", link.name);
        set_link(ns, link.index, set, exec(ns, &command))
    };
    ports.map(candidate).collect()
}

/// A bridge that snoops no more.
pub(super) fn no_snooping(ns: &NsName, bridge: &Link) -> Candidate {
    let set = LinkSettings {
        bridge: Some(BridgeSettings {
            mcast_snooping: Some(false),
            ..BridgeSettings::default()
        }),
        ..LinkSettings::default()
    };
    let (ip, name) = (ip(ns), &bridge.name);
    let command = format!("{ip} link set {name} type bridge mcast_snooping 0");
    set_link(ns, bridge.index, set, command)
}

/// A switch of ports: its word, the value that lets frames pass, whether it stands otherwise, and
/// what sets it right.
type Switch = (
    &'static str,
    &'static str,
    fn(&BridgePort) -> bool,
    fn(&mut BridgePortSettings),
);

const SWITCHES: [Switch; 6] = [
    (
        "hairpin",
        "on",
        |p| !p.flags.hairpin,
        |s| s.hairpin = Some(true),
    ),
    (
        "isolated",
        "off",
        |p| p.flags.isolated,
        |s| s.isolated = Some(false),
    ),
    (
        "locked",
        "off",
        |p| p.flags.locked,
        |s| s.locked = Some(false),
    ),
    ("flood", "on", |p| !p.flags.flood, |s| s.flood = Some(true)),
    (
        "bcast_flood",
        "on",
        |p| !p.flags.bcast_flood,
        |s| s.bcast_flood = Some(true),
    ),
    (
        "mcast_flood",
        "on",
        |p| !p.flags.mcast_flood,
        |s| s.mcast_flood = Some(true),
    ),
];

/// Every port of a namespace that a switch keeps from passing frames, the switch set right.
pub(super) fn ports(ns: &NsName, here: &Namespace, switch: &str) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (word, value, wrong, mend) in SWITCHES.iter().filter(|(word, ..)| *word == switch) {
        let ports = here
            .links
            .iter()
            .filter(|l| l.bridge_port.as_ref().is_some_and(wrong));
        for link in ports {
            let mut port = BridgePortSettings::default();
            mend(&mut port);
            let set = LinkSettings {
                bridge_port: Some(port),
                ..LinkSettings::default()
            };
            let command = format!("bridge link set dev {} {word} {value}", link.name);
            all.push(set_link(ns, link.index, set, exec(ns, &command)));
        }
    }
    all
}
