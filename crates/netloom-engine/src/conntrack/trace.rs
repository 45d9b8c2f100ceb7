//! What connection tracking and translation did to a packet, for those who watch it.

use super::connection::Reference;
use super::table::Direction;
use super::tuple::{self, Tuple};
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::conntrack::Connection as Told;
use netloom_model::journey::{ConnectionTrace, End, Event, Rewritten, Standing};

/// The tuple of a packet, as its headers say it.
fn ends(facts: &Facts, packet: &Packet) -> Option<Tuple> {
    let (protocol, transport) = (facts.protocol?, facts.transport?);
    Tuple::of(
        facts.is_v6(),
        packet.network(),
        protocol,
        usize::from(transport),
    )
}

/// The connection that a packet would find, as it is before.
pub(crate) fn before(net: &Net, facts: &Facts, packet: &Packet) -> Option<Told> {
    let conntrack = net.ns(facts.ns).conntrack.as_ref()?;
    let tuple = ends(facts, packet)?;
    let zone = packet.ct.zone.unwrap_or_default();
    let (place, _) = super::track::find(conntrack, &tuple, zone)?;
    Some(conntrack.table.get(place)?.describe(net.now))
}

/// How a packet stands to its connection, now that it was looked up.
pub(crate) fn tracked(net: &Net, facts: &Facts, packet: &Packet, before: Option<Told>) -> Event {
    use super::Standing as Own;
    let reference: &Reference = &packet.ct;
    let standing = match reference.standing {
        Own::None => Standing::Invalid,
        Own::Untracked => Standing::Untracked,
        Own::New => Standing::New,
        Own::Established => Standing::Established,
        Own::Related => Standing::Related,
    };
    let connection = super::of_packet(net, facts.ns, packet);
    Event::Tracked(Box::new(ConnectionTrace {
        standing,
        answer: reference.direction == Direction::Reply,
        before: before.and_then(|before| before.state),
        connection: connection.map(|connection| connection.describe(net.now)),
    }))
}

/// The connection of a packet that is remembered from now on.
pub(crate) fn confirmed(net: &Net, facts: &Facts, packet: &Packet) -> Option<Event> {
    let connection = super::of_packet(net, facts.ns, packet)?;
    Some(Event::Confirmed(Box::new(connection.describe(net.now))))
}

/// Both ends of a packet.
pub(crate) fn both(facts: &Facts, packet: &Packet) -> Option<[End; 2]> {
    let tuple = ends(facts, packet)?;
    let port = |port| tuple::has_ports(tuple.protocol).then_some(port);
    Some([
        End {
            address: tuple.source(),
            port: port(tuple.sport),
        },
        End {
            address: tuple.destination(),
            port: port(tuple.dport),
        },
    ])
}

/// What was written anew, if anything was.
pub(crate) fn translated(facts: &Facts, packet: &Packet, before: [End; 2]) -> Option<Event> {
    let after = both(facts, packet)?;
    let [source, destination] = [0, 1].map(|at| {
        (before[at] != after[at]).then_some(Rewritten {
            from: before[at],
            to: after[at],
        })
    });
    (source.is_some() || destination.is_some()).then_some(Event::Translated {
        source,
        destination,
    })
}
