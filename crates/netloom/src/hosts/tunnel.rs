//! Tunnels between hosts: devices of one VXLAN (RFC 7348) are on one link, and so are the two ends of a tunnel
//! of IP (`ipip`, `sit`, `gre`, `ip6tnl` ..., RFC 2003, 4213, 2784), if what carries them gets from one host to
//! the other. The engine knows nothing of what is around a frame, so it is asked what becomes of such a
//! packet from the one host to the other.

use super::unknown::Ask;
use netloom_model::bridge::FdbRemote;
use netloom_model::journey::{
    DropReason, Event, Explain, Journey, Probe, ProbeProtocol, ProbeSend, Step, Verdict,
};
use netloom_model::link::{IpTunnel, LinkKind, Vxlan};
use netloom_model::{Link, MacAddr, NsName, State};
use netloom_wire::IpProtocol;
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
    carried: Carried,
}

/// All ends of tunnels.
pub(super) fn all(state: &State) -> Vec<Tunnel> {
    let mut all = Vec::new();
    for (ns, there) in &state.namespaces {
        for link in &there.links {
            if let Some(carried) = carried(link) {
                all.push(Tunnel {
                    ns: ns.clone(),
                    dev: link.name.clone(),
                    carried,
                });
            }
        }
    }
    all
}

/// A frame or packet that goes from one end of a tunnel to another.
struct Crossing<'t> {
    from: &'t Tunnel,
    to: &'t Tunnel,
    /// Whom a VXLAN looked up, and the hosts behind which it knows it.
    address: MacAddr,
    behind: &'t [FdbRemote],
}

impl<'t> Crossing<'t> {
    fn of(step: &'t Step, all: &'t [Tunnel]) -> Option<Crossing<'t>> {
        let Event::Carried {
            ns,
            dev,
            address,
            behind,
        } = &step.event
        else {
            return None;
        };
        let find = |ns: &NsName, dev: &str| all.iter().find(|end| end.ns == *ns && end.dev == dev);
        let (from, to) = find(&step.ns, step.dev.as_deref()?).zip(find(ns, dev))?;
        let address = address.unwrap_or_default();
        Some(Crossing {
            from,
            to,
            address,
            behind,
        })
    }

    /// What is sent around it, to each host that may be meant.
    ///
    /// # Errors
    /// Why it does not get to the other end.
    fn around(&self) -> Result<Vec<ProbeSend>, String> {
        let Crossing {
            from,
            to,
            address,
            behind,
        } = self;
        let (dev, ns) = (&from.dev, &from.ns);
        let Carried::Vxlan(own) = &from.carried else {
            let host = from.carried.remote().or(to.carried.local());
            return Ok(vec![
                from.packet(host.ok_or_else(|| self.without_address())?),
            ]);
        };
        let mut all = Vec::new();
        // Whom else it sends a copy to is no matter.
        let mut why = format!(
            "no entry of the forwarding database of {dev} of {ns} says behind which host {address} is"
        );
        for host in *behind {
            if let Some(id) = host.nhid {
                why = format!(
                    "{dev} of {ns} sends it to next hop {id}, and whom that means is not known"
                );
                continue;
            }
            let (vni, port) = (host.vni.unwrap_or(own.id), host.port.unwrap_or(own.port));
            if (vni, port) != (own.id, own.port) {
                why = format!(
                    "{dev} of {ns} sends it to VNI {vni} at port {port}, and {} of {} has VNI {} and port {}",
                    to.dev, to.ns, own.id, own.port
                );
                continue;
            }
            // Groups are heard at an address of one's own, and older snapshots do not say which host it is.
            let named = host.dst.filter(|dst| !dst.is_multicast());
            let dst = named.or(to.carried.local());
            all.push(from.packet(dst.ok_or_else(|| self.without_address())?));
        }
        match all.is_empty() {
            true => Err(why),
            false => Ok(all),
        }
    }

    fn without_address(&self) -> String {
        let Crossing { from, to, .. } = self;
        format!(
            "{} of {} has no address of its own to which {} of {} could send",
            to.dev, to.ns, from.dev, from.ns
        )
    }
}

impl Tunnel {
    /// The packet around what it sends to a host.
    fn packet(&self, host: IpAddr) -> ProbeSend {
        let (protocol, port, size) = self.carried.around();
        ProbeSend {
            to: host,
            port,
            protocol,
            from: self.carried.local(),
            source_port: None,
            ttl: None,
            size,
            tos: 0,
            mark: 0,
            dont_fragment: false,
            device: None,
        }
    }
}

/// Why a frame does not get from one end to the other; none if it does.
pub(super) fn broken(
    step: &Step,
    all: &[Tunnel],
    ask: Ask<'_>,
    judge: &dyn Fn(&mut Journey),
) -> Option<String> {
    let crossing = Crossing::of(step, all)?;
    let around = match crossing.around() {
        Ok(around) => around,
        Err(why) => return Some(why),
    };
    let mut why = None;
    for packet in around {
        why = lost(&crossing, packet, ask, judge);
        if why.is_none() {
            break;
        }
    }
    why
}

/// Why a packet does not get from the host of one end to that of the other; none if it does.
fn lost(
    Crossing { from, to, .. }: &Crossing<'_>,
    packet: ProbeSend,
    ask: Ask<'_>,
    judge: &dyn Fn(&mut Journey),
) -> Option<String> {
    let (dev, ns, host) = (&from.dev, &from.ns, packet.to);
    let explain = Explain {
        ns: ns.clone(),
        probe: Probe::Send(packet),
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
