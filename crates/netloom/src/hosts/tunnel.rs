//! Tunnels between hosts: devices of one VXLAN (RFC 7348) are on one link, and so are the two ends of a tunnel
//! of IP (`ipip`, `sit`, `gre`, `ip6tnl` ..., RFC 2003, 4213, 2784), if what carries them gets from one host to
//! the other. The engine knows nothing of what is around a frame, so it is asked what becomes of such a
//! packet from the one host to the other.

use super::unknown::Ask;
use netloom_model::journey::{
    DropReason, Event, Explain, Journey, Probe, ProbeProtocol, ProbeSend, Step, Verdict,
};
use netloom_model::link::{IpTunnel, LinkKind, Vxlan};
use netloom_model::{Link, MacAddr, NsName, State};
use netloom_wire::IpProtocol;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// What VXLAN puts before a frame, behind the header of UDP.
const HEADER: u16 = 8;

/// What is around a packet inside: the tunnel's header and Ethernet's.
const AROUND: u16 = HEADER + 14;

/// How long the packet inside is taken to be.
const INSIDE: u16 = 64;

/// What carries the frames or packets of a device.
#[derive(Clone, Debug)]
pub(super) enum Carried {
    Vxlan(Vxlan),
    /// A tunnel of IP, by the word of its kind.
    Ip(String, IpTunnel),
}

/// What carries what a device sends, if it is an end of a tunnel.
pub(super) fn carried(link: &Link) -> Option<Carried> {
    let LinkKind::Other(other) = &link.kind else {
        return None;
    };
    let of_ip = || Some(Carried::Ip(other.kind.clone()?, other.tunnel.clone()?));
    other.vxlan.clone().map(Carried::Vxlan).or_else(of_ip)
}

impl Carried {
    /// Whether what it sends is of the same tunnel as what the other receives, and the other way round.
    pub(super) fn leads_to(&self, other: &Carried) -> bool {
        match (self, other) {
            (Carried::Vxlan(one), Carried::Vxlan(other)) => {
                (one.id, one.port) == (other.id, other.port)
            }
            (Carried::Ip(kind, one), Carried::Ip(other_kind, other)) => {
                let open = |to: Option<IpAddr>, own: Option<IpAddr>| {
                    to.zip(own).is_none_or(|(to, own)| to == own)
                };
                kind == other_kind
                    && (one.keys.0, one.keys.1) == (other.keys.1, other.keys.0)
                    && open(one.remote, other.local)
                    && open(other.remote, one.local)
            }
            _ => false,
        }
    }

    /// The address from which it sends.
    const fn local(&self) -> Option<IpAddr> {
        match self {
            Carried::Vxlan(vxlan) => vxlan.local,
            Carried::Ip(_, tunnel) => tunnel.local,
        }
    }

    /// The address to which it sends, where that is always the same.
    const fn remote(&self) -> Option<IpAddr> {
        match self {
            Carried::Vxlan(_) => None,
            Carried::Ip(_, tunnel) => tunnel.remote,
        }
    }

    /// What is around: the protocol above IP, a port, and how long it is.
    fn around(&self) -> (ProbeProtocol, u16, u16) {
        match self {
            Carried::Vxlan(vxlan) => (ProbeProtocol::Udp, vxlan.port, AROUND + INSIDE),
            Carried::Ip(kind, _) => {
                let protocol = match kind.as_str() {
                    "sit" => IpProtocol::IPV6,
                    "ipip" | "ip6tnl" => IpProtocol::IPIP,
                    _ => IpProtocol::GRE,
                };
                (ProbeProtocol::Other(protocol.0), 0, INSIDE)
            }
        }
    }
}

/// One end of a tunnel.
#[derive(Clone, Debug)]
pub(super) struct Tunnel {
    ns: NsName,
    dev: String,
    address: MacAddr,
    carried: Carried,
    /// For whom it knows a host; zeros stand for everybody it does not know.
    known: BTreeSet<MacAddr>,
}

/// All ends of tunnels.
pub(super) fn all(state: &State) -> Vec<Tunnel> {
    let mut all = Vec::new();
    for (ns, there) in &state.namespaces {
        for link in &there.links {
            let Some(carried) = carried(link) else {
                continue;
            };
            let entries = there.fdb.iter().filter(|entry| entry.dev == link.index);
            all.push(Tunnel {
                ns: ns.clone(),
                dev: link.name.clone(),
                address: link.address,
                carried,
                known: entries.map(|entry| entry.address).collect(),
            });
        }
    }
    all
}

/// Where a frame goes from one end of a tunnel to another.
fn crossing<'t>(step: &Step, all: &'t [Tunnel]) -> Option<(&'t Tunnel, &'t Tunnel)> {
    let Event::Crossed { ns, dev } = &step.event else {
        return None;
    };
    let find = |ns: &NsName, dev: &str| all.iter().find(|end| end.ns == *ns && end.dev == dev);
    find(&step.ns, step.dev.as_deref()?).zip(find(ns, dev))
}

/// Why a frame does not get from one end to the other; none if it does.
pub(super) fn broken(
    step: &Step,
    all: &[Tunnel],
    ask: Ask<'_>,
    judge: &dyn Fn(&mut Journey),
) -> Option<String> {
    let (from, to) = crossing(step, all)?;
    let (dev, ns) = (&from.dev, &from.ns);
    let known = match &from.carried {
        Carried::Ip(..) => true,
        Carried::Vxlan(vxlan) => {
            vxlan.remote.is_some()
                || from.known.contains(&to.address)
                || from.known.contains(&MacAddr::ZERO)
        }
    };
    if !known {
        let mac = to.address;
        return Some(format!(
            "no entry of the forwarding database of {dev} of {ns} says behind which host {mac} is"
        ));
    }
    let Some(host) = from.carried.remote().or(to.carried.local()) else {
        return Some(format!(
            "{} of {} has no address of its own to which {dev} of {ns} could send",
            to.dev, to.ns
        ));
    };
    let (protocol, port, size) = from.carried.around();
    let explain = Explain {
        ns: ns.clone(),
        probe: Probe::Send(ProbeSend {
            to: host,
            port,
            protocol,
            from: from.carried.local(),
            source_port: None,
            ttl: None,
            size,
            tos: 0,
            mark: 0,
            dont_fragment: false,
            device: None,
        }),
        what_if: Vec::new(),
        max_steps: 1_000,
        states: false,
    };
    let told = format!("what {dev} of {ns} sends to {host}");
    let mut journey = match ask(explain) {
        Ok(journey) => journey,
        Err(error) => return Some(format!("{told} cannot be followed: {error}")),
    };
    judge(&mut journey);
    match &journey.verdict {
        Verdict::Delivered { ns, .. } if *ns == to.ns => None,
        // No program listens there, but the kernel.
        Verdict::Dropped {
            ns,
            reason: DropReason::NoSocket | DropReason::NoProtocol,
            ..
        } if *ns == to.ns => None,
        Verdict::Delivered { ns, .. } => Some(format!("{told} comes to {ns}")),
        Verdict::Left { ns, dev } => Some(format!("{told} leaves {ns} by {dev}")),
        Verdict::Dropped { ns, reason, .. } => {
            Some(format!("{told} is dropped in {ns}: {}", reason.text()))
        }
        Verdict::Unknown { why } => Some(format!("{told} has an unknown end: {why}")),
    }
}
