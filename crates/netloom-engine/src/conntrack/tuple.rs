//! One direction of a connection, as its packets show it (`nf_conntrack_tuple`).

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::conntrack::{self as model, Ports};
use netloom_wire::{IpProtocol, ipv4, ipv6};

pub(crate) const TCP: u8 = 6;
pub(crate) const UDP: u8 = 17;
pub(crate) const GRE: u8 = 47;
pub(crate) const SCTP: u8 = 132;
pub(crate) const UDP_LITE: u8 = 136;
pub(crate) const ICMP: u8 = IpProtocol::ICMP.0;
pub(crate) const ICMPV6: u8 = IpProtocol::ICMPV6.0;

/// One direction of a connection. An address of IPv4 stands in the first four bytes. Of ICMP the
/// source port is the identifier, the destination port is type and code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tuple {
    pub(crate) src: [u8; 16],
    pub(crate) dst: [u8; 16],
    pub(crate) sport: u16,
    pub(crate) dport: u16,
    pub(crate) protocol: u8,
    pub(crate) v6: bool,
}

/// The other type of a pair of request and reply; none of a message that is not one of a pair.
const fn answer(protocol: u8, v6: bool, icmp_type: u8) -> Option<u8> {
    match (protocol, v6, icmp_type) {
        (ICMP, false, 8) => Some(0),
        (ICMP, false, 0) => Some(8),
        (ICMP, false, 13 | 15 | 17) | (ICMPV6, true, 128 | 139) => Some(icmp_type + 1),
        (ICMP, false, 14 | 16 | 18) | (ICMPV6, true, 129 | 140) => Some(icmp_type - 1),
        _ => None,
    }
}

/// Whether a protocol tells its connections apart by ports.
pub(crate) const fn has_ports(protocol: u8) -> bool {
    matches!(protocol, TCP | UDP | SCTP | UDP_LITE)
}

impl Tuple {
    /// That of no packet.
    pub(crate) const NOTHING: Tuple = Tuple {
        src: [0; 16],
        dst: [0; 16],
        sport: 0,
        dport: 0,
        protocol: 0,
        v6: false,
    };

    /// That of a packet: its network header on, its protocol, and where its transport header begins.
    pub(crate) fn of(v6: bool, network: &[u8], protocol: u8, transport: usize) -> Option<Tuple> {
        let (mut src, mut dst) = ([0; 16], [0; 16]);
        if v6 && protocol == IpProtocol::NO_NEXT_HEADER.0 {
            return None;
        }
        if v6 {
            let header = ipv6::Packet::new_checked(network).ok()?;
            (src, dst) = (header.src().octets(), header.dst().octets());
        } else {
            src[..4].copy_from_slice(network.get(12..16)?);
            dst[..4].copy_from_slice(network.get(16..ipv4::HEADER_LEN)?);
        }
        let upper = network.get(transport..)?;
        let word = |at: usize| Some(u16::from_be_bytes([*upper.get(at)?, *upper.get(at + 1)?]));
        let (sport, dport) = if has_ports(protocol) {
            (word(0)?, word(2)?)
        } else if is_icmp(protocol, v6) {
            (word(4)?, word(0)?)
        } else {
            (0, 0)
        };
        Some(Tuple {
            src,
            dst,
            sport,
            dport,
            protocol,
            v6,
        })
    }

    /// That of the answers; none where nothing is answered so.
    pub(crate) fn invert(&self) -> Option<Tuple> {
        let (sport, dport) = if self.is_icmp() {
            let other = answer(self.protocol, self.v6, self.icmp_type())?;
            let code = self.dport & 0xff;
            (self.sport, u16::from(other) << 8 | code)
        } else {
            (self.dport, self.sport)
        };
        Some(Tuple {
            src: self.dst,
            dst: self.src,
            sport,
            dport,
            ..*self
        })
    }

    /// A number that few other tuples have, with a seed and in a zone.
    pub(crate) fn hash(&self, seed: u64, zone: u16) -> u64 {
        const SOURCE: u64 = 0x9e37_79b9_7f4a_7c15;
        const DESTINATION: u64 = 0xbf58_476d_1ce4_e5b9;
        const REST: u64 = 0x94d0_49bb_1331_11eb;
        let [source, source_low] = halves(&self.src);
        let [destination, destination_low] = halves(&self.dst);
        let ports = u64::from(self.sport) << 48 | u64::from(self.dport) << 32;
        let kind = u64::from(zone) << 16 | u64::from(self.protocol) << 8 | u64::from(self.v6);
        let other = seed.rotate_left(32);
        let mut mixed = fold(source ^ seed, destination ^ SOURCE ^ other);
        if self.v6 {
            mixed ^= fold(source_low ^ other, destination_low ^ DESTINATION ^ seed);
        }
        fold(mixed ^ ports ^ kind, REST ^ seed)
    }

    /// The same of what it has of its source.
    pub(crate) fn source_hash(&self, seed: u64, zone: u16) -> u64 {
        const SOURCE: u64 = 0xff51_afd7_ed55_8ccd;
        const REST: u64 = 0xc4ce_b9fe_1a85_ec53;
        let [source, low] = halves(&self.src);
        let kind = u64::from(zone) << 16 | u64::from(self.protocol) << 8 | u64::from(self.v6);
        let mixed = fold(source ^ seed, low ^ SOURCE);
        fold(mixed ^ u64::from(self.sport) << 32 ^ kind, REST ^ seed)
    }

    pub(crate) fn is_icmp(&self) -> bool {
        is_icmp(self.protocol, self.v6)
    }

    /// The type of an ICMP message.
    pub(crate) fn icmp_type(&self) -> u8 {
        (self.dport >> 8) as u8
    }

    pub(crate) fn source(&self) -> IpAddr {
        address(self.v6, &self.src)
    }

    pub(crate) fn destination(&self) -> IpAddr {
        address(self.v6, &self.dst)
    }

    /// As the model tells it.
    pub(crate) fn describe(&self) -> model::Tuple {
        let ports = if has_ports(self.protocol) {
            Ports::Ports {
                source: self.sport,
                destination: self.dport,
            }
        } else if self.is_icmp() {
            Ports::Icmp {
                icmp_type: self.icmp_type(),
                code: self.dport as u8,
                id: self.sport,
            }
        } else if self.protocol == GRE {
            Ports::Gre {
                source: self.sport,
                destination: self.dport,
            }
        } else {
            Ports::None
        };
        model::Tuple {
            source: self.source(),
            destination: self.destination(),
            protocol: self.protocol,
            ports,
        }
    }
}

/// An address as two numbers.
fn halves(address: &[u8; 16]) -> [u64; 2] {
    let whole = u128::from_le_bytes(*address);
    [whole as u64, (whole >> 64) as u64]
}

/// The halves of a product: what hangs on every bit of both.
const fn fold(one: u64, other: u64) -> u64 {
    let product = one as u128 * other as u128;
    product as u64 ^ (product >> 64) as u64
}

/// Whether a protocol is the ICMP of its version of IP.
pub(crate) const fn is_icmp(protocol: u8, v6: bool) -> bool {
    match v6 {
        true => protocol == ICMPV6,
        false => protocol == ICMP,
    }
}

/// The address that stands in the first bytes.
pub(crate) fn address(v6: bool, bytes: &[u8; 16]) -> IpAddr {
    if v6 {
        return Ipv6Addr::from(*bytes).into();
    }
    let [a, b, c, d, ..] = *bytes;
    Ipv4Addr::new(a, b, c, d).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes([a, b, c, d]: [u8; 4]) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&[a, b, c, d]);
        bytes
    }

    fn echo(icmp_type: u8) -> Tuple {
        Tuple {
            src: bytes([10, 0, 0, 1]),
            dst: bytes([10, 0, 0, 2]),
            sport: 7,
            dport: u16::from(icmp_type) << 8,
            protocol: ICMP,
            v6: false,
        }
    }

    #[test]
    fn an_echo_request_is_answered_by_an_echo_reply_of_its_identifier() {
        let reply = echo(8).invert().expect("a reply");
        assert_eq!((reply.icmp_type(), reply.sport), (0, 7));
        assert_eq!(reply.source(), IpAddr::from([10, 0, 0, 2]));
        assert_eq!(reply.invert(), Some(echo(8)));
    }

    #[test]
    fn an_error_message_is_answered_by_nothing() {
        assert_eq!(echo(3).invert(), None);
    }
}
