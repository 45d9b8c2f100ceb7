//! Another packet of a flow whose connection is known: it is heard as any other, unless it would
//! change what rules can see.

use super::connection::{Connection, Reference};
use super::protocol::{self, Context, Heard};
use super::{arm, forget_orphans, related, told};
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use crate::sysctl::Ct;
use netloom_model::ruleset::Counter;
use netloom_wire::ipv4;

/// A connection as rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    place: u32,
    stamp: u32,
    status: u32,
    mark: u32,
    labels: Option<Box<u128>>,
}

impl Known {
    /// That of a packet; none where more is done with its packets than to hear them.
    pub(crate) fn of(net: &Net, ns: NsId, packet: &Packet) -> Option<Known> {
        let connection = super::of_packet(net, ns, packet)?;
        if is_looked_into(connection) {
            return None;
        }
        Some(Known {
            place: packet.ct.place(),
            stamp: connection.stamp,
            status: connection.status,
            mark: connection.mark,
            labels: connection.labels.clone(),
        })
    }

    /// Whether a connection is still so.
    #[inline]
    fn is(&self, connection: &Connection) -> bool {
        connection.status == self.status
            && connection.mark == self.mark
            && connection.labels == self.labels
            && !is_looked_into(connection)
    }
}

/// Whether what packets carry is read, their numbers are shifted, or it has times of its own.
fn is_looked_into(connection: &Connection) -> bool {
    let more = connection.more.as_deref();
    more.is_some_and(|more| {
        more.helper.is_some()
            || more.adjust.is_some()
            || more.timeouts.is_some()
            || more.proxy.is_some()
    })
}

/// Has a connection hear a packet that a device received, of UDP or TCP over IPv4 without options. Where
/// it is not as it was, or would not stay so, nothing has happened, and the answer is no.
#[inline]
pub(crate) fn hear(
    net: &mut Net,
    ns: NsId,
    (reference, known): (Reference, &Known),
    packet: &Packet,
) -> bool {
    forget_orphans(net);
    let now = net.now;
    let namespace = net.ns_mut(ns);
    let Some(conntrack) = &mut namespace.conntrack else {
        return false;
    };
    let Some(connection) = conntrack.of_mut(reference) else {
        return false;
    };
    if !known.is(connection) {
        return false;
    }
    let network = packet.network();
    let conf = &namespace.conntrack_conf;
    let made = packet.local || packet.checksum_partial;
    if conf.on(Ct::Checksum)
        && !made
        && !related::v4_sums_up(network, ipv4::HEADER_LEN, connection.upper())
    {
        return false;
    }
    let before = connection.protocol.clone();
    let (expires, events) = (connection.expires, connection.events);
    let cx = Context {
        conf,
        now,
        direction: reference.direction,
    };
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
