//! What a connection is translated to: a tuple that no other connection has (`nf_nat_setup_info`).

use super::{Manip, source};
use crate::conntrack::connection::{Connection, Zone};
use crate::conntrack::table::{Direction, Table};
use crate::conntrack::tcp::Tcp;
use crate::conntrack::tuple::{Tuple, has_ports};
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::conntrack::status;
use netloom_model::ruleset::statement::NatFlags;

/// What can be translated to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Range {
    /// From one address to another; none: it stays.
    pub(crate) addresses: Option<([u8; 16], [u8; 16])>,
    /// From one port to another; none: it stays if it can.
    pub(crate) ports: Option<(u16, u16)>,
    /// Ports keep their distance from this one.
    pub(crate) base_port: Option<u16>,
    pub(crate) flags: NatFlags,
}

impl Range {
    const fn is_random(&self) -> bool {
        self.flags.random || self.flags.fully_random
    }
}

/// How many ports are tried at most before a new place is drawn.
const MOST_TRIES: u32 = 128;
/// With how many tries left the connections of others are looked at more closely.
const FEW_TRIES: u32 = MOST_TRIES / 4;

/// Who asks for a tuple: what of a new connection matters to others.
#[derive(Clone, Copy)]
struct Asks {
    zone: Zone,
    /// How its packets come in.
    original: Tuple,
    /// Where the SYN that begins it ends.
    syn: Option<u32>,
}

impl Asks {
    fn of(connection: &Connection) -> Asks {
        let syn = connection.tcp().and_then(Tcp::syn_ends);
        Asks {
            zone: connection.zone,
            original: connection.tuples[0],
            syn,
        }
    }
}

/// Settles what a packet's connection is translated to.
pub(crate) fn bind(net: &mut Net, facts: &Facts, packet: &Packet, manip: Manip, range: &Range) {
    let reference = packet.ct;
    let Some(connection) = crate::conntrack::of_packet(net, facts.ns, packet) else {
        return;
    };
    if connection.is_bound(manip) || connection.is_confirmed() {
        return;
    }
    let Some(current) = connection.tuples[1].invert() else {
        return;
    };
    let asks = Asks::of(connection);
    let chosen = choose(net, facts, &asks, current, (manip, range));
    let Some(reply) = chosen.invert() else {
        return;
    };
    let namespace = net.ns_mut(facts.ns);
    let conntrack = namespace.conntrack.as_mut();
    let Some(connection) = conntrack.and_then(|conntrack| conntrack.of_mut(reference)) else {
        return;
    };
    if chosen != current {
        connection.tuples[1] = reply;
        connection.status |= manip.bit();
    }
    connection.status |= manip.done();
    if chosen != current
        && manip == Manip::Source
        && let Some(conntrack) = &mut namespace.conntrack
    {
        conntrack.table.hang_by_source(reference.place());
    }
}

/// Whether another connection's answers would be taken for this one's.
fn is_taken(net: &Net, facts: &Facts, asks: &Asks, tuple: &Tuple) -> bool {
    let Some(reply) = tuple.invert() else {
        return true;
    };
    let conntrack = net.ns(facts.ns).conntrack.as_ref();
    let (zone, by) = (asks.zone, Direction::Reply);
    let begins_in = |zone: Zone| zone.id(Direction::Original);
    // One that begins alike is the same connection: whoever is confirmed later gives way.
    let other = |found: &Connection| {
        found.tuples[0] != asks.original || begins_in(found.zone) != begins_in(zone)
    };
    let find = |table: &Table| table.find_if(&reply, zone, by, other).is_some();
    conntrack.is_some_and(|conntrack| find(&conntrack.table))
}

/// The same where few ports are left to be tried: a connection of TCP that is over makes way for a SYN
/// whose number shows that it came later (`nf_nat_used_tuple_harder`).
fn stays_taken(net: &mut Net, facts: &Facts, asks: &Asks, tuple: &Tuple, left: u32) -> bool {
    let (true, Some(syn)) = (left <= FEW_TRIES, asks.syn) else {
        return is_taken(net, facts, asks, tuple);
    };
    let (Some(reply), Some(conntrack)) = (tuple.invert(), &net.ns(facts.ns).conntrack) else {
        return true;
    };
    let found = crate::conntrack::track::find(conntrack, &reply, asks.zone);
    let Some((place, direction)) = found else {
        return false;
    };
    let other = conntrack.table.get(place);
    let goes = direction == Direction::Reply
        && other.is_some_and(|other| {
            other.has(status::SRC_NAT)
                && !other.has(status::FIXED_TIMEOUT)
                && other
                    .tcp()
                    .is_some_and(|old| old.is_over() && old.ends_before(syn))
        });
    if goes {
        crate::conntrack::forget(net, facts.ns, place);
    }
    !goes
}

fn choose(
    net: &mut Net,
    facts: &Facts,
    asks: &Asks,
    current: Tuple,
    (manip, range): (Manip, &Range),
) -> Tuple {
    let mut tuple = current;
    // A source that may stay stays, if its port is free.
    if manip == Manip::Source && !range.is_random() {
        let fits = range
            .addresses
            .is_none_or(|(from, to)| (from..=to).contains(&tuple.src));
        let port = range
            .ports
            .is_none_or(|(from, to)| (from..=to).contains(&tuple.sport));
        if fits && port {
            if !is_taken(net, facts, asks, &tuple) {
                return tuple;
            }
        } else if let Some(kept) = kept(net, facts, asks.zone, &tuple, range)
            && !is_taken(net, facts, asks, &kept)
        {
            return kept;
        }
    }
    if let Some(addresses) = range.addresses {
        let zone = asks.zone.id(Direction::Original);
        let new = address(&tuple, addresses, (range.flags.persistent, zone), manip);
        match manip {
            Manip::Source => tuple.src = new,
            Manip::Destination => tuple.dst = new,
        }
    }
    if !range.is_random() {
        match range.ports {
            Some((from, to)) if range.base_port.is_none() => {
                let own = port_of(&tuple, manip);
                let fits = (from..=to).contains(&own);
                if fits && (from == to || !is_taken(net, facts, asks, &tuple)) {
                    return tuple;
                }
            }
            // A destination stays where no port of it is to be chosen, whoever else is there.
            None if manip == Manip::Destination && !tuple.is_icmp() => return tuple,
            None if !is_taken(net, facts, asks, &tuple) => return tuple,
            _ => {}
        }
    }
    port(net, facts, asks, tuple, (manip, range))
}

/// The tuple with what its source was translated to elsewhere, if a range has that.
fn kept(net: &Net, facts: &Facts, zone: Zone, tuple: &Tuple, range: &Range) -> Option<Tuple> {
    let conntrack = net.ns(facts.ns).conntrack.as_ref()?;
    let zone = zone.id(Direction::Original);
    let mut all = source::all(&conntrack.table, tuple, zone);
    let fits = |&(src, sport): &([u8; 16], u16)| {
        let within = |(from, to): ([u8; 16], [u8; 16])| (from..=to).contains(&src);
        let ports = |(from, to): (u16, u16)| (from..=to).contains(&sport);
        range.addresses.is_none_or(within) && range.ports.is_none_or(ports)
    };
    let (src, sport) = all.find(fits)?;
    Some(Tuple {
        src,
        sport,
        ..*tuple
    })
}

/// The address of a range for a connection: by a hash, so that it is the same each time.
fn address(
    tuple: &Tuple,
    (from, to): ([u8; 16], [u8; 16]),
    (persistent, zone): (bool, u16),
    manip: Manip,
) -> [u8; 16] {
    if from == to {
        return from;
    }
    let word = |bytes: &[u8; 16], at: usize| {
        u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    };
    let last = if tuple.v6 { 12 } else { 0 };
    let start = match persistent {
        true => 0,
        false => word(&tuple.dst, last) ^ u32::from(zone),
    };
    let source = [0, 4, 8, 12].map(|at| word(&tuple.src, at));
    let hash = u64::from(hash(&source, start));
    let mut chosen = match manip {
        Manip::Source => tuple.src,
        Manip::Destination => tuple.dst,
    };
    let mut full = false;
    for at in (0..=last).step_by(4) {
        let of = |bytes: &[u8; 16]| word(bytes, at).swap_bytes();
        let (least, most) = match full {
            false => (of(&from), of(&to)),
            true => (0, u32::MAX),
        };
        let count = u64::from(most.wrapping_sub(least)) + 1;
        let new = least.wrapping_add(((hash * count) >> 32) as u32);
        chosen[at..at + 4].copy_from_slice(&new.to_be_bytes());
        full |= new != of(&to);
    }
    chosen
}

/// Bob Jenkins' hash of words (lookup3, `hashword`, in the public domain), by which the kernel chooses.
fn hash(words: &[u32; 4], start: u32) -> u32 {
    let first = 0xdead_beef_u32.wrapping_add(16).wrapping_add(start);
    let mut a = first.wrapping_add(words[0]);
    let mut b = first.wrapping_add(words[1]);
    let mut c = first.wrapping_add(words[2]);
    for (turn, from) in [(4, 0), (6, 1), (8, 2), (16, 0), (19, 1), (4, 2)] {
        let (x, y, z) = match from {
            0 => (&mut a, &mut b, &mut c),
            1 => (&mut b, &mut c, &mut a),
            _ => (&mut c, &mut a, &mut b),
        };
        *x = x.wrapping_sub(*z) ^ z.rotate_left(turn);
        *z = z.wrapping_add(*y);
    }
    a = a.wrapping_add(words[3]);
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    (c ^ b).wrapping_sub(b.rotate_left(24))
}

const fn port_of(tuple: &Tuple, manip: Manip) -> u16 {
    match manip {
        Manip::Source => tuple.sport,
        Manip::Destination => tuple.dport,
    }
}

/// A port that is free, or the last that was tried (`nf_nat_l4proto_unique_tuple`).
fn port(
    net: &mut Net,
    facts: &Facts,
    asks: &Asks,
    mut tuple: Tuple,
    (manip, range): (Manip, &Range),
) -> Tuple {
    let icmp = tuple.is_icmp();
    if !icmp && !has_ports(tuple.protocol) {
        return tuple;
    }
    let own = port_of(&tuple, manip);
    let (least, most) = match range.ports {
        Some(ports) => ports,
        None if icmp => (0, u16::MAX),
        // A destination's port is not chosen freely.
        None if manip == Manip::Destination => return tuple,
        // A port stays in its class: only the privileged bind to low ones.
        None => match own {
            0..512 => (1, 511),
            512..1024 => (600, 1023),
            _ => (1024, u16::MAX),
        },
    };
    let count = u32::from(most.saturating_sub(least)) + 1;
    let random = |net: &mut Net| (net.random.next() >> 48) as u32;
    let mut at = match range.base_port {
        Some(base) => u32::from(own.wrapping_sub(base)),
        None if range.is_random() || manip == Manip::Source => random(net),
        None => 0,
    };
    let mut tries = count.min(MOST_TRIES);
    loop {
        for tried in 0..tries {
            let new = least.wrapping_add((at % count) as u16);
            match manip {
                _ if icmp => tuple.sport = new,
                Manip::Source => tuple.sport = new,
                Manip::Destination => tuple.dport = new,
            }
            if !stays_taken(net, facts, asks, &tuple, tries - tried) {
                return tuple;
            }
            at = at.wrapping_add(1);
        }
        if tries >= count || tries < 16 {
            return tuple;
        }
        tries /= 2;
        at = random(net);
    }
}
