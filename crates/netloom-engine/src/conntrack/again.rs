//! Another packet of a flow whose connection is known: it is heard as any other, unless it would
//! change what rules can see.

use super::connection::{Connection, Reference};
use super::protocol::{self, Context, Heard};
use super::{arm, forget_orphans, related, told};
use crate::device::DevId;
use crate::filter::{Facts, Proto};
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::{Counter, Hook};
use netloom_wire::ipv4;

/// A connection as rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    reference: Reference,
    status: u32,
    mark: u32,
    labels: Option<u128>,
}

impl PartialEq for Known {
    fn eq(&self, other: &Known) -> bool {
        (self.reference.place(), self.reference.stamp())
            == (other.reference.place(), other.reference.stamp())
            && (self.status, self.mark, self.labels) == (other.status, other.mark, other.labels)
    }
}

impl Known {
    /// That of a packet; none where more is done with its packets than to hear them.
    pub(crate) fn of(net: &Net, ns: NsId, packet: &Packet) -> Option<Known> {
        let connection = super::of_packet(net, ns, packet)?;
        if is_looked_into(connection) {
            return None;
        }
        Some(Known {
            reference: packet.ct,
            status: connection.status,
            mark: connection.mark,
            labels: connection.labels.as_deref().copied(),
        })
    }
}

/// Whether what packets carry is read, or their numbers are shifted.
fn is_looked_into(connection: &Connection) -> bool {
    let more = connection.more.as_deref();
    more.is_some_and(|more| more.helper.is_some() || more.adjust.is_some())
}

/// Has a connection hear a packet that a device received. Where it is not as it was, or would not
/// stay so, nothing has happened, and the answer is no.
pub(crate) fn hear(
    net: &mut Net,
    (ns, dev): (NsId, DevId),
    known: &Known,
    packet: &Packet,
) -> bool {
    forget_orphans(net);
    let place = (ns, Proto::V4, Hook::Prerouting);
    let facts = Facts::of(packet, place, (dev, DevId::NONE));
    if !related::is_intact(net, &facts, packet) {
        return false;
    }
    let now = net.now;
    let namespace = net.ns_mut(ns);
    let Some(conntrack) = &mut namespace.conntrack else {
        return false;
    };
    let reference = known.reference;
    let Some(connection) = conntrack.of_mut(reference) else {
        return false;
    };
    let same = connection.status == known.status
        && connection.mark == known.mark
        && connection.labels.as_deref().copied() == known.labels;
    if !same || is_looked_into(connection) {
        return false;
    }
    let before = connection.protocol.clone();
    let (expires, events) = (connection.expires, connection.events);
    let cx = Context {
        conf: &namespace.conntrack_conf,
        now,
        direction: reference.direction,
    };
    let network = packet.network();
    let upper = network.get(ipv4::HEADER_LEN..).unwrap_or_default();
    let heard = protocol::heard(&cx, connection, upper);
    if heard != Heard::Passes || (connection.status, connection.events) != (known.status, events) {
        connection.protocol = before;
        (connection.status, connection.events) = (known.status, events);
        connection.expires = expires;
        return false;
    }
    if let Some(counters) = &mut connection.counters {
        let Counter { packets, bytes } = &mut counters[reference.direction as usize];
        *packets += 1;
        *bytes += network.len() as u64;
    }
    if connection.expires < connection.watched && conntrack.table.watch(reference.place()) {
        arm(net, ns);
    }
    true
}

/// What was noted of the connection is told, now that its packet has passed.
pub(crate) fn tell(net: &mut Net, ns: NsId, reference: Reference) {
    told::deliver(net, ns, reference);
}
