//! An element of a set.

use super::{address, be16, be32, be64, both, flags, put_address, put_be16, put_be32, put_be64};
use crate::{Attributes, Writer, mac};
use core::net::IpAddr;
use netloom_model::Family;
use netloom_model::ipset::{Dimension, Entry, Kind, ListPlace, Options, Part, Skb};
use netloom_model::ruleset::Counter;

const ETHER: u16 = 17;
const NAME: u16 = 18;
const OTHER_NAME: u16 = 19;
const SECOND_IP: u16 = 20;
const SECOND_CIDR: u16 = 21;
const SECOND_IP_TO: u16 = 22;
const IFACE: u16 = 23;
const BYTES: u16 = 24;
const PACKETS: u16 = 25;
const COMMENT: u16 = 26;
const SKBMARK: u16 = 27;
const SKBPRIO: u16 = 28;
const SKBQUEUE: u16 = 29;

/// Where an address, the end of its range and its length stand; of the second one elsewhere.
const fn places(second: bool) -> [u16; 3] {
    match second {
        false => [both::IP, both::IP_TO, both::CIDR],
        true => [SECOND_IP, SECOND_IP_TO, SECOND_CIDR],
    }
}

/// The element that attributes are, of a set of a kind.
pub(super) fn decode(kind: Kind, options: &Options, data: Attributes<'_>) -> Option<Entry> {
    let on = |flag: u32| be32(data, both::FLAGS).unwrap_or(0) & flag != 0;
    let (mut parts, mut addresses) = (Vec::new(), 0);
    for dimension in kind.dimensions() {
        parts.push(match dimension {
            Dimension::Ip | Dimension::Net => {
                addresses += 1;
                network(data, addresses > 1)?
            }
            Dimension::Port => Part::Port {
                protocol: data.u8(both::PROTO).unwrap_or(0),
                port: be16(data, both::PORT)?,
            },
            Dimension::Mac => match data.get(ETHER) {
                Some(found) => Part::Mac(mac(Some(found))),
                // A bitmap may have an address without one.
                None if kind == Kind::BitmapIpMac => continue,
                None => return None,
            },
            Dimension::Iface => Part::Iface {
                name: data.text(IFACE)?,
                physdev: on(flags::PHYSDEV),
                wildcard: on(flags::WILDCARD),
            },
            Dimension::Mark => Part::Mark(be32(data, both::MARK)?),
            Dimension::Set => Part::Set(data.text(NAME)?),
        });
    }
    let counter = be64(data, PACKETS).zip(be64(data, BYTES));
    Some(Entry {
        parts,
        timeout: be32(data, both::TIMEOUT).filter(|_| options.timeout.is_some()),
        counter: counter.map(|(packets, bytes)| Counter { packets, bytes }),
        comment: data.text(COMMENT),
        nomatch: on(flags::NOMATCH),
        skb: skb(data),
        place: None,
    })
}

fn network(data: Attributes<'_>, second: bool) -> Option<Part> {
    let [ip, _, cidr] = places(second);
    let address = address(data, ip)?;
    let whole = Family::of(address).bits();
    Some(Part::Net {
        address,
        prefix: data.u8(cidr).unwrap_or(whole),
    })
}

fn skb(data: Attributes<'_>) -> Skb {
    Skb {
        mark: be64(data, SKBMARK).map(|both| ((both >> 32) as u32, both as u32)),
        prio: be32(data, SKBPRIO).map(|both| ((both >> 16) as u16, both as u16)),
        queue: be16(data, SKBQUEUE),
    }
}

/// Writes an element of a set of a kind.
pub(super) fn encode(body: &mut Writer, kind: Kind, entry: &Entry) {
    let mut set = if entry.nomatch { flags::NOMATCH } else { 0 };
    let mut addresses = 0;
    for (part, dimension) in entry.parts.iter().zip(kind.dimensions()) {
        match part {
            Part::Net { address, prefix } => {
                addresses += 1;
                let length = Some(*prefix).filter(|_| {
                    *dimension == Dimension::Net || *prefix != Family::of(*address).bits()
                });
                put_network(body, addresses > 1, (*address, None), length);
            }
            Part::Addresses(first, last) => {
                addresses += 1;
                put_network(body, addresses > 1, (*first, Some(*last)), None);
            }
            Part::Port { protocol, port } => put_ports(body, kind, *protocol, *port, None),
            Part::Ports {
                protocol,
                first,
                last,
            } => put_ports(body, kind, *protocol, *first, Some(*last)),
            Part::Mac(address) => body.put(ETHER, &address.0),
            Part::Iface {
                name,
                physdev,
                wildcard,
            } => {
                body.text(IFACE, name);
                set |= if *physdev { flags::PHYSDEV } else { 0 };
                set |= if *wildcard { flags::WILDCARD } else { 0 };
            }
            Part::Mark(mark) => put_be32(body, both::MARK, *mark),
            Part::Set(name) => body.text(NAME, name),
        }
    }
    match &entry.place {
        Some(ListPlace::Before(other)) => {
            set |= flags::BEFORE;
            body.text(OTHER_NAME, other);
        }
        Some(ListPlace::After(other)) => body.text(OTHER_NAME, other),
        None => {}
    }
    if set != 0 {
        put_be32(body, both::FLAGS, set);
    }
    put_rest(body, entry);
}

fn put_network(
    body: &mut Writer,
    second: bool,
    (first, last): (IpAddr, Option<IpAddr>),
    length: Option<u8>,
) {
    let [ip, ip_to, cidr] = places(second);
    put_address(body, ip, first);
    if let Some(last) = last {
        put_address(body, ip_to, last);
    }
    body.u8s([(cidr, length)]);
}

fn put_ports(body: &mut Writer, kind: Kind, protocol: u8, first: u16, last: Option<u16>) {
    put_be16(body, both::PORT, first);
    if let Some(last) = last {
        put_be16(body, both::PORT_TO, last);
    }
    if kind != Kind::BitmapPort {
        body.u8(both::PROTO, protocol);
    }
}

/// What an element has beside its parts.
fn put_rest(body: &mut Writer, entry: &Entry) {
    if let Some(timeout) = entry.timeout {
        put_be32(body, both::TIMEOUT, timeout);
    }
    if let Some(Counter { packets, bytes }) = entry.counter {
        put_be64(body, PACKETS, packets);
        put_be64(body, BYTES, bytes);
    }
    if let Some(comment) = &entry.comment {
        body.text(COMMENT, comment);
    }
    if let Some((mark, mask)) = entry.skb.mark {
        put_be64(body, SKBMARK, u64::from(mark) << 32 | u64::from(mask));
    }
    if let Some((major, minor)) = entry.skb.prio {
        put_be32(body, SKBPRIO, u32::from(major) << 16 | u32::from(minor));
    }
    if let Some(queue) = entry.skb.queue {
        put_be16(body, SKBQUEUE, queue);
    }
}
