//! Traps of addresses.

use super::finding::{Finding, Severity};
use super::place::Place;
use netloom_model::{Address, Link, LinkKind, NsName};

/// An address as `ip addr` prints it.
fn line(place: &Place<'_>, address: &Address) -> String {
    let family = if address.local.addr.is_ipv4() {
        "inet"
    } else {
        "inet6"
    };
    let dev = place.namespace.link_name(address.dev);
    format!("{family} {} dev {dev}", address.local)
}

/// Whether an address is in a subnet of more than itself, and not one that every link has.
fn has_subnet(address: &&Address) -> bool {
    let link_local =
        matches!(address.local.addr, core::net::IpAddr::V6(a) if a.is_unicast_link_local());
    !address.prefix().is_host() && !link_local && !address.noprefixroute
}

/// Two devices are in one subnet: what is sent there leaves by one of them, whoever asked.
pub(super) fn overlapping(place: &Place<'_>) -> Vec<Finding> {
    let all: Vec<&Address> = place
        .namespace
        .addresses
        .iter()
        .filter(has_subnet)
        .collect();
    let mut findings = Vec::new();
    for (at, one) in all.iter().enumerate() {
        let meets = |other: &&&Address| {
            let (a, b) = (one.prefix(), other.prefix());
            one.dev != other.dev && (a.contains(b.addr) || b.contains(a.addr))
        };
        let Some(other) = all[at + 1..].iter().find(meets) else {
            continue;
        };
        let text = format!(
            "{} and {} are in overlapping subnets, {} and {}",
            place.namespace.link_name(one.dev),
            place.namespace.link_name(other.dev),
            one.prefix(),
            other.prefix()
        );
        let finding = Finding::new(Severity::Warning, text);
        findings.push(finding.seen(line(place, one)).seen(line(place, other)));
    }
    findings
}

/// Two hosts on one bridge have the same address, in one VLAN where it filters by them.
pub(super) fn twice(place: &Place<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for bridge in place.bridges() {
        let own = place.namespace.addresses.iter();
        let own = own.filter(|address| address.dev == bridge.index);
        let vlan = vlan(place, bridge, bridge.index);
        let mut seen: Vec<_> = own.map(|address| (vlan, place.ns, address)).collect();
        for port in place.ports(bridge.index) {
            let vlan = self::vlan(place, bridge, port.index);
            for (ns, address) in behind(place, port) {
                let before = seen.iter().find(|(of, _, other)| {
                    *of == vlan && vlan.is_some() && other.local.addr == address.local.addr
                });
                if let Some((_, first, _)) = before {
                    let text = format!(
                        "{} is the address of two hosts on {}: in {first} and in {ns}",
                        address.local.addr, bridge.name
                    );
                    findings.push(Finding::new(Severity::Error, text));
                }
                seen.push((vlan, ns, address));
            }
        }
    }
    findings
}

/// The VLAN of what a device of a bridge takes without a tag: 0 where the bridge knows of none, none
/// where nothing is taken.
fn vlan(place: &Place<'_>, bridge: &Link, dev: u32) -> Option<u16> {
    let filters = matches!(&bridge.kind, LinkKind::Bridge(state) if state.vlan_filtering);
    if !filters {
        return Some(0);
    }
    let mut vlans = place.namespace.vlans.iter();
    let own = vlans.find(|vlan| vlan.dev == dev && vlan.pvid)?;
    Some(own.vid)
}

/// The addresses at the other end of a port.
fn behind<'s>(place: &Place<'s>, port: &'s Link) -> Vec<(&'s NsName, &'s Address)> {
    let Some(peer) = &port.peer else {
        return Vec::new();
    };
    let Some(namespace) = place.state.namespaces.get(&peer.ns) else {
        return Vec::new();
    };
    let addresses = namespace.addresses.iter();
    let of_peer = addresses.filter(|address| address.dev == peer.index);
    let global = of_peer.filter(|address| {
        !matches!(address.local.addr, core::net::IpAddr::V6(a) if a.is_unicast_link_local())
    });
    global.map(|address| (&peer.ns, address)).collect()
}

/// A port of a bridge has an address: what comes in there is the bridge's.
pub(super) fn on_port(place: &Place<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for address in place.namespace.addresses.iter().filter(has_subnet) {
        let port = place
            .link(address.dev)
            .filter(|link| link.bridge_port.is_some());
        let Some((port, bridge)) = port.and_then(|port| Some((port, place.link(port.master?)?)))
        else {
            continue;
        };
        if !matches!(bridge.kind, LinkKind::Bridge(_)) {
            continue;
        }
        let text = format!(
            "{} is a port of {} and has an address: packets for it are received by {1}",
            port.name, bridge.name
        );
        let (del, add) = (
            format!("ip addr del {} dev {}", address.local, port.name),
            format!("ip addr add {} dev {}", address.local, bridge.name),
        );
        let finding = Finding::new(Severity::Warning, text)
            .seen(line(place, address))
            .mended_by(place.exec(&del))
            .mended_by(place.exec(&add));
        findings.push(finding);
    }
    findings
}
