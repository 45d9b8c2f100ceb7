//! One direction of a connection (`CTA_TUPLE_*`).

use super::{be16, be32};
use crate::{Attributes, Writer};
use core::net::IpAddr;
use netloom_model::conntrack::{Ports, Tuple};

const IP: u16 = 1;
const PROTO: u16 = 2;
const ZONE: u16 = 3;

/// Addresses: source and destination (`CTA_IP_*`).
const V4: [u16; 2] = [1, 2];
const V6: [u16; 2] = [3, 4];

/// What is of the protocol (`CTA_PROTO_*`).
const NUMBER: u16 = 1;
const SOURCE: u16 = 2;
const DESTINATION: u16 = 3;
/// Identifier, type and code of ICMP, and of ICMPv6.
const ICMP: [u16; 3] = [4, 5, 6];
const ICMPV6: [u16; 3] = [7, 8, 9];

const GRE: u8 = 47;
const OF_ICMPV6: u8 = 58;

/// The direction that `attributes` are, of a protocol of its own or of `protocol`.
pub(super) fn decode(attributes: Attributes<'_>) -> Option<Tuple> {
    let ip = attributes.inside(IP);
    let pair = |[source, destination]: [u16; 2]| ip.addr(source).zip(ip.addr(destination));
    let (source, destination) = pair(V4).or_else(|| pair(V6))?;
    let proto = attributes.inside(PROTO);
    let protocol = proto.u8(NUMBER).unwrap_or(0);
    Some(Tuple {
        source,
        destination,
        protocol,
        ports: ports(proto, protocol),
    })
}

fn ports(proto: Attributes<'_>, protocol: u8) -> Ports {
    let icmp = |[id, icmp_type, code]: [u16; 3]| {
        Some(Ports::Icmp {
            icmp_type: proto.u8(icmp_type)?,
            code: proto.u8(code)?,
            id: be16(proto, id)?,
        })
    };
    let both = be16(proto, SOURCE).zip(be16(proto, DESTINATION));
    let of_ports = both.map(|(source, destination)| match protocol {
        GRE => Ports::Gre {
            source,
            destination,
        },
        _ => Ports::Ports {
            source,
            destination,
        },
    });
    let found = icmp(ICMP).or_else(|| icmp(ICMPV6)).or(of_ports);
    found.unwrap_or(Ports::None)
}

/// The zone of that direction alone.
pub(super) fn zone(attributes: Attributes<'_>) -> Option<u16> {
    be16(attributes, ZONE)
}

/// Writes a direction as the attribute `kind`, with a zone of its own where it has one.
pub(super) fn encode(body: &mut Writer, kind: u16, tuple: &Tuple, zone: Option<u16>) {
    body.nest(kind, |body| {
        let [source, destination] = match tuple.source {
            IpAddr::V4(_) => V4,
            IpAddr::V6(_) => V6,
        };
        body.nest(IP, |body| {
            body.addr(source, tuple.source);
            body.addr(destination, tuple.destination);
        });
        body.nest(PROTO, |body| write_ports(body, tuple));
        if let Some(zone) = zone {
            body.put(ZONE, &zone.to_be_bytes());
        }
    });
}

fn write_ports(body: &mut Writer, tuple: &Tuple) {
    body.u8(NUMBER, tuple.protocol);
    match tuple.ports {
        Ports::Ports {
            source,
            destination,
        }
        | Ports::Gre {
            source,
            destination,
        } => {
            body.put(SOURCE, &source.to_be_bytes());
            body.put(DESTINATION, &destination.to_be_bytes());
        }
        Ports::Icmp {
            icmp_type,
            code,
            id,
        } => {
            let [of_id, of_type, of_code] = match tuple.protocol {
                OF_ICMPV6 => ICMPV6,
                _ => ICMP,
            };
            body.put(of_id, &id.to_be_bytes());
            body.u8(of_type, icmp_type);
            body.u8(of_code, code);
        }
        Ports::None => {}
    }
}

/// What translates a direction to an address, and to a port where it has one (`CTA_NAT_*`).
pub(super) fn translate(body: &mut Writer, kind: u16, address: IpAddr, port: Option<u16>) {
    const V4_FIRST: u16 = 1;
    const PORTS: u16 = 3;
    const V6_FIRST: u16 = 4;
    const FIRST: u16 = 1;
    const LAST: u16 = 2;
    body.nest(kind, |body| {
        body.addr(
            match address {
                IpAddr::V4(_) => V4_FIRST,
                IpAddr::V6(_) => V6_FIRST,
            },
            address,
        );
        if let Some(port) = port {
            body.nest(PORTS, |body| {
                body.put(FIRST, &port.to_be_bytes());
                body.put(LAST, &port.to_be_bytes());
            });
        }
    });
}

/// The direction of the answers, where nothing is translated.
pub(super) fn turned(tuple: &Tuple, reply: &Tuple) -> Tuple {
    let ports = match (tuple.ports, reply.ports) {
        (
            Ports::Ports {
                source,
                destination,
            },
            _,
        ) => Ports::Ports {
            source: destination,
            destination: source,
        },
        (
            Ports::Gre {
                source,
                destination,
            },
            _,
        ) => Ports::Gre {
            source: destination,
            destination: source,
        },
        (_, ports) => ports,
    };
    Tuple {
        source: tuple.destination,
        destination: tuple.source,
        protocol: tuple.protocol,
        ports,
    }
}

/// The number of an attribute; zero where it is not there.
pub(super) fn number(attributes: Attributes<'_>, kind: u16) -> u32 {
    be32(attributes, kind).unwrap_or(0)
}
