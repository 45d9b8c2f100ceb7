//! Traps of devices: what they can carry, and which frames they take.

use super::finding::{Finding, Severity};
use super::place::Place;
use netloom_model::ruleset::xt::XtTarget;
use netloom_model::ruleset::{Expr, Statement};
use netloom_model::{FdbEntry, Link, LinkFlags, LinkKind, Neighbour, RouteType};

/// The ends of a veth pair have different MTUs: what one end may send, the other drops.
pub(super) fn two_ends(place: &Place<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for link in &place.namespace.links {
        let other = link.peer.as_ref().and_then(|peer| {
            let namespace = place.state.namespaces.get(&peer.ns)?;
            let end = namespace.links.iter().find(|end| end.index == peer.index)?;
            Some((&peer.ns, end))
        });
        let Some((ns, end)) = other.filter(|(_, end)| link.mtu > end.mtu) else {
            continue;
        };
        let text = format!(
            "{} may send {} bytes, and its other end {} in {ns} takes {}",
            link.name, link.mtu, end.name, end.mtu
        );
        let command = format!("ip link set {} mtu {}", link.name, end.mtu);
        let finding = Finding::new(Severity::Warning, text).mended_by(place.exec(&command));
        findings.push(finding);
    }
    findings
}

/// The kind of TCP's option that tells the longest segment (RFC 9293, 3.2).
const MAXSEG: u8 = 2;

/// Whether a statement writes the longest segment into a SYN.
fn clamps_segments(statement: &Statement) -> bool {
    match statement {
        Statement::XtTarget(XtTarget::Tcpmss(_)) => true,
        Statement::Set { what, .. } => matches!(what, Expr::TcpOption { kind: MAXSEG, .. }),
        _ => false,
    }
}

/// What is forwarded comes from devices of a greater MTU than that of the way out: TCP of hosts that
/// never hear of it stands still.
pub(super) fn on_the_way(place: &Place<'_>) -> Vec<Finding> {
    let clamps = place.rules().any(|at| {
        let mut statements = at.rule.statements.iter();
        statements.any(clamps_segments)
    });
    if clamps || !place.is_on("net.ipv4.ip_forward") {
        return Vec::new();
    }
    let routes = place.namespace.routes.iter();
    let mut default = routes.filter(|r| r.dst.len == 0 && r.kind == RouteType::Unicast);
    let out = default.find_map(|route| {
        let dev = route.nexthops.first()?.dev?;
        place.link(dev)
    });
    let Some(out) = out else {
        return Vec::new();
    };
    let inner = |link: &&Link| {
        let addressed = place
            .namespace
            .addresses
            .iter()
            .any(|a| a.dev == link.index);
        addressed
            && link.index != out.index
            && link.bridge_port.is_none()
            && !matches!(link.kind, LinkKind::Loopback)
            && link.flags.contains(LinkFlags::UP)
            && link.mtu > out.mtu
    };
    let found = place.namespace.links.iter().filter(inner);
    let finding = |link: &Link| {
        let text = format!(
            "{} has an MTU of {}, the way out by {} one of {}: where ICMP does not come back, TCP stands \
             still",
            link.name, link.mtu, out.name, out.mtu
        );
        let rule = format!(
            "iptables -t mangle -A FORWARD -o {} -p tcp --tcp-flags SYN,RST SYN -j TCPMSS \
             --clamp-mss-to-pmtu",
            out.name
        );
        Finding::new(Severity::Warning, text).mended_by(place.exec(&rule))
    };
    found.map(finding).collect()
}

/// A port of tagged VLANs takes untagged frames too, into the VLAN that it was born with.
pub(super) fn pvid_left(place: &Place<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for bridge in place.bridges() {
        let LinkKind::Bridge(state) = &bridge.kind else {
            continue;
        };
        if !state.vlan_filtering || state.vlan_default_pvid == 0 {
            continue;
        }
        for port in place.ports(bridge.index) {
            let vlans = place.namespace.vlans.iter();
            let vlans: Vec<_> = vlans.filter(|vlan| vlan.dev == port.index).collect();
            let tagged = vlans.iter().filter(|vlan| !vlan.untagged).count();
            let born = vlans
                .iter()
                .find(|vlan| vlan.pvid && vlan.vid == state.vlan_default_pvid);
            let (Some(born), 1..) = (born, tagged) else {
                continue;
            };
            let text = format!(
                "{} carries {tagged} tagged VLANs, and untagged frames into VLAN {} as well",
                port.name, born.vid
            );
            let command = format!("bridge vlan del dev {} vid {}", port.name, born.vid);
            let finding = Finding::new(Severity::Note, text)
                .seen(format!("{} {} PVID Egress Untagged", port.name, born.vid))
                .mended_by(place.exec(&command));
            findings.push(finding);
        }
    }
    findings
}

/// A VXLAN device knows a neighbour's address, and not behind which host it is.
pub(super) fn vxlan_without_fdb(place: &Place<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let vxlan = |link: &&Link| link.kind.name() == Some("vxlan");
    for link in place.namespace.links.iter().filter(vxlan) {
        let mut fdb = place.namespace.fdb.iter();
        // An entry of zeros is where everything unknown goes.
        if fdb.any(|entry| entry.dev == link.index && entry.address.0 == [0; 6]) {
            continue;
        }
        let neighbours = place.namespace.neighbours.iter();
        // Groups are nobody's: what a host without a group to flood says to them is lost, as it is meant to be.
        let own = |one: &&Neighbour| one.dev == link.index && !one.dst.is_multicast();
        for neighbour in neighbours.filter(own) {
            let known = |entry: &FdbEntry| {
                entry.dev == link.index && Some(entry.address) == neighbour.lladdr
            };
            let (Some(address), false) = (neighbour.lladdr, place.namespace.fdb.iter().any(known))
            else {
                continue;
            };
            let text = format!(
                "{} is {address} on {}, and no entry says behind which host that is",
                neighbour.dst, link.name
            );
            let command = format!("bridge fdb append {address} dev {} dst HOST", link.name);
            let finding = Finding::new(Severity::Error, text).mended_by(place.exec(&command));
            findings.push(finding);
        }
    }
    findings
}
