//! Changes of addresses and neighbours that could deliver a packet.

use super::{Candidate, sysctl};
use crate::explain::command::ip;
use crate::explain::hint;
use netloom_model::journey::{DropReason, Event, Journey, Verdict};
use netloom_model::setting::dotted;
use netloom_model::{Address, Change, IpNet, Mode, NeighbourState, NsName, State};

/// The address that nobody answers for, on each device at the other end that has none.
pub(super) fn addresses(state: &State, journey: &Journey, from: &NsName) -> Vec<Candidate> {
    let wanted = journey.steps.iter().rev().find_map(|s| match &s.event {
        Event::Waits { address, .. } => Some(*address),
        _ => None,
    });
    let Some(wanted) = wanted else {
        return Vec::new();
    };
    let len = state.namespaces.get(from).and_then(|ns| {
        ns.addresses
            .iter()
            .map(Address::prefix)
            .find(|p| p.contains(wanted))
            .map(|p| p.len)
    });
    let local = IpNet::new(wanted, len.unwrap_or(24));
    let mut all = Vec::new();
    for (ns, there) in state.namespaces.iter().filter(|(name, _)| *name != from) {
        let bare = |index: u32| !there.addresses.iter().any(|a| a.dev == index);
        for link in there
            .links
            .iter()
            .filter(|l| l.index > 1 && bare(l.index) && l.master.is_none())
        {
            let address = Address::new(link.index, local, link.name.clone());
            all.push(Candidate {
                command: format!("{} addr add {local} dev {}", ip(ns), link.name),
                change: Change::AddAddress {
                    ns: ns.clone(),
                    address,
                    mode: Mode::Add,
                },
            });
        }
    }
    all
}

/// Settings that kept the ARP request from being answered.
pub(super) fn arp_settings(journey: &Journey, verdict: &Verdict) -> Vec<Candidate> {
    let Some((step, reason)) = hint::asking_ended(journey, verdict) else {
        return Vec::new();
    };
    let key = match reason {
        DropReason::ArpIgnored => "arp_ignore",
        DropReason::ArpFiltered => "arp_filter",
        _ => return Vec::new(),
    };
    let conf = [step.dev.as_deref(), Some("all")].into_iter().flatten();
    conf.map(|dev| {
        sysctl(
            &step.ns,
            &format!("net.ipv4.conf.{}.{key}", dotted(dev)),
            "0",
        )
    })
    .collect()
}

/// Entries that were set by hand, forgotten: the frame went to another hardware address.
pub(super) fn set_by_hand(state: &State) -> Vec<Candidate> {
    let mut all = Vec::new();
    for (ns, here) in &state.namespaces {
        let entries = here.neighbours.iter().filter(|entry| {
            entry.state == NeighbourState::Permanent || entry.state == NeighbourState::Noarp
        });
        for entry in entries {
            let Some(link) = here.links.iter().find(|l| l.index == entry.dev) else {
                continue;
            };
            all.push(Candidate {
                command: format!("{} neigh del {} dev {}", ip(ns), entry.dst, link.name),
                change: Change::DelNeighbour {
                    ns: ns.clone(),
                    dev: entry.dev,
                    dst: entry.dst,
                    proxy: entry.proxy,
                },
            });
        }
    }
    all
}
