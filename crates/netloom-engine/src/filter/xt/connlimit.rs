//! `connlimit` and nft's `ct count`: how many connections there are of those whose packets came to a
//! rule (iptables-extensions(8); nft(8), CONNTRACK STATEMENT).

use super::fields::addresses;
use crate::conntrack::{Conntrack, Reference};
use crate::filter::facts::Facts;
use crate::net::Net;
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::ruleset::xt::Connlimit;
use std::collections::HashMap;

/// The connections that came to a rule, by the network that they are counted for and by zone.
#[derive(Clone, Debug, Default)]
pub(in crate::filter) struct Counts(
    HashMap<(u128, u16), Vec<Reference>, foldhash::fast::FixedState>,
    /// How many networks there were when those without connections went.
    usize,
);

/// Fewer networks than these stay as they are.
const MANY: usize = 256;

impl Counts {
    /// How many a network has, that of the packet among them.
    pub(in crate::filter) fn count(
        &mut self,
        net: &Net,
        facts: &Facts,
        network: u128,
        packet: &Packet,
    ) -> usize {
        let Some(connections) = net.ns(facts.ns).conntrack.as_deref() else {
            return 1;
        };
        let own = connections.of(packet.ct);
        let zone = own.map_or(0, |own| own.zone.id);
        if own.is_none() {
            // It begins no connection: nothing is remembered of it.
            let seen = self.0.get(&(network, zone));
            let alive = |seen: &Vec<Reference>| {
                let living = seen.iter().filter(|other| lives(connections, **other));
                living.count()
            };
            return seen.map_or(0, alive) + 1;
        }
        if self.0.len() >= 2 * self.1.max(MANY) {
            // Networks whose connections are all gone go too, once there are twice as many.
            self.0.retain(|_, seen| {
                seen.retain(|other| lives(connections, *other));
                !seen.is_empty()
            });
            self.1 = self.0.len();
        }
        let seen = self.0.entry((network, zone)).or_default();
        let is_own = |other: &Reference| {
            let place = |of: &Reference| (of.place(), of.stamp());
            place(other) == place(&packet.ct)
        };
        // Those that are gone are looked for as far as its own, where that is there.
        let mut at = 0;
        while let Some(other) = seen.get(at) {
            if is_own(other) {
                return seen.len();
            }
            if lives(connections, *other) {
                at += 1;
            } else {
                seen.remove(at);
            }
        }
        seen.push(packet.ct);
        seen.len()
    }
}

/// Whether a connection is there and not closed.
fn lives(connections: &Conntrack, reference: Reference) -> bool {
    let connection = connections.of(reference);
    connection.is_some_and(|connection| !connection.is_closed())
}

/// Whether a network has more connections than it may, or not; none of what has no addresses.
pub(super) fn connlimit(
    asked: &Connlimit,
    counts: &mut Counts,
    net: &Net,
    facts: &Facts,
    packet: &Packet,
) -> Option<bool> {
    let (source, destination) = addresses(facts, packet)?;
    let address = match asked.destination {
        true => destination,
        false => source,
    };
    let (bits, len) = match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32u32),
        IpAddr::V6(address) => (u128::from(address), 128),
    };
    let host = len.saturating_sub(asked.prefix.into());
    let network = bits & u128::MAX.checked_shl(host).unwrap_or(0);
    let count = counts.count(net, facts, network, packet);
    Some((count > asked.limit as usize) != asked.upto)
}
