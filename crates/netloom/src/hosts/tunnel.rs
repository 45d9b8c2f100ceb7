//! Tunnels between hosts (VXLAN, RFC 7348): devices of one network of the same number are on one link, if
//! what carries it gets from one host to the other. The engine knows nothing of what is around a frame, so
//! it is asked what becomes of such a packet: UDP from the one host to the other.

use netloom_engine::Simulation;
use netloom_model::journey::{
    DropReason, Event, Explain, Journey, Probe, ProbeProtocol, ProbeSend, Step, Verdict,
};
use netloom_model::link::{LinkKind, Vxlan};
use netloom_model::{Link, MacAddr, NsName, State, World};
use std::collections::BTreeSet;

/// What VXLAN puts before a frame, behind the header of UDP.
const HEADER: u16 = 8;

/// What is around a packet inside: the tunnel's header and Ethernet's.
const AROUND: u16 = HEADER + 14;

/// One end of a tunnel.
#[derive(Clone, Debug)]
pub(super) struct Tunnel {
    ns: NsName,
    dev: String,
    address: MacAddr,
    vxlan: Vxlan,
    /// For whom it knows a host; zeros stand for everybody it does not know.
    known: BTreeSet<MacAddr>,
}

/// The tunnel that a device is an end of.
pub(super) fn vxlan(link: &Link) -> Option<&Vxlan> {
    match &link.kind {
        LinkKind::Other(other) => other.vxlan.as_ref(),
        _ => None,
    }
}

/// Whether two ends are of the same tunnel.
pub(super) fn same(one: &Vxlan, other: &Vxlan) -> bool {
    (one.id, one.port) == (other.id, other.port)
}

/// All ends of tunnels.
pub(super) fn all(state: &State) -> Vec<Tunnel> {
    let mut all = Vec::new();
    for (ns, there) in &state.namespaces {
        for link in &there.links {
            let Some(vxlan) = vxlan(link) else { continue };
            let entries = there.fdb.iter().filter(|entry| entry.dev == link.index);
            all.push(Tunnel {
                ns: ns.clone(),
                dev: link.name.clone(),
                address: link.address,
                vxlan: vxlan.clone(),
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
    simulation: &mut Simulation,
    judge: &dyn Fn(&mut Journey),
) -> Option<String> {
    let (from, to) = crossing(step, all)?;
    let (dev, ns) = (&from.dev, &from.ns);
    let known = from.vxlan.remote.is_some()
        || from.known.contains(&to.address)
        || from.known.contains(&MacAddr::ZERO);
    if !known {
        let mac = to.address;
        return Some(format!(
            "no entry of the forwarding database of {dev} of {ns} says behind which host {mac} is"
        ));
    }
    let Some(host) = to.vxlan.local else {
        return Some(format!(
            "{} of {} has no address of its own to which {dev} of {ns} could send",
            to.dev, to.ns
        ));
    };
    let explain = Explain {
        ns: ns.clone(),
        probe: Probe::Send(ProbeSend {
            to: host,
            port: from.vxlan.port,
            protocol: ProbeProtocol::Udp,
            from: from.vxlan.local,
            source_port: None,
            ttl: None,
            size: AROUND.saturating_add(64),
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
    let mut journey = match simulation.explain(explain) {
        Ok(journey) => journey,
        Err(error) => return Some(format!("{told} cannot be followed: {error}")),
    };
    judge(&mut journey);
    match &journey.verdict {
        Verdict::Delivered { ns, .. } if *ns == to.ns => None,
        // No program listens there, but the kernel.
        Verdict::Dropped {
            ns,
            reason: DropReason::NoSocket,
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
