//! Routes with several next hops: which of them a flow takes (ip-route(8) `nexthop`, ip-sysctl
//! `fib_multipath_hash_policy`, RFC 2992).
//!
//! A flow's hash decides, so a flow keeps its way; each next hop has a share of the hashes by its
//! weight. Linux seeds its hash at random, so which flow goes where is told of no kernel.
//! Left out: of the policy for custom fields (3), fields of an encapsulated packet.

mod v4;
pub(crate) mod v6;

pub(crate) use v4::{explain, of_packet, select};

use super::table::{Entry, Hop};
use super::upper::Upper;
use crate::ip::version::IpVersion;
use core::net::IpAddr;
use netloom_wire::{IpProtocol, ipv4, ipv6};

/// Hashes have 31 bits.
const HASHES: u64 = 1 << 31;

/// Fields that a custom hash is over (`FIB_MULTIPATH_HASH_FIELD_*`).
mod field {
    pub(super) const SOURCE: i32 = 0x1;
    pub(super) const DESTINATION: i32 = 0x2;
    pub(super) const PROTOCOL: i32 = 0x4;
    pub(super) const FLOW_LABEL: i32 = 0x8;
    pub(super) const SOURCE_PORT: i32 = 0x10;
    pub(super) const DESTINATION_PORT: i32 = 0x20;
}

/// What a flow is told apart by.
#[derive(Clone, Copy, Debug)]
struct Keys {
    src: IpAddr,
    dst: IpAddr,
    /// The flow label (RFC 6437); 0 where there is none.
    label: u32,
    protocol: u8,
    ports: (u16, u16),
}

impl Keys {
    /// The keys without what the policy does not look at. By addresses alone is, for IPv6, by the
    /// protocol and the flow label too.
    fn under(self, policy: i32, fields: i32) -> Keys {
        let of_layer_3 = if self.src.is_ipv6() {
            field::SOURCE | field::DESTINATION | field::PROTOCOL | field::FLOW_LABEL
        } else {
            field::SOURCE | field::DESTINATION
        };
        let looks_at = match policy {
            0 | 2 => of_layer_3,
            3 => fields,
            _ => !field::FLOW_LABEL,
        };
        let wants = |field: i32| looks_at & field != 0;
        let address = |field, address: IpAddr| match address {
            _ if wants(field) => address,
            IpAddr::V4(_) => IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED),
            IpAddr::V6(_) => IpAddr::V6(core::net::Ipv6Addr::UNSPECIFIED),
        };
        let port = |field, port| if wants(field) { port } else { 0 };
        let number = |field, number| if wants(field) { number } else { 0 };
        Keys {
            src: address(field::SOURCE, self.src),
            dst: address(field::DESTINATION, self.dst),
            label: number(field::FLOW_LABEL, self.label),
            protocol: number(field::PROTOCOL, self.protocol.into()) as u8,
            ports: (
                port(field::SOURCE_PORT, self.ports.0),
                port(field::DESTINATION_PORT, self.ports.1),
            ),
        }
    }

    /// A number of 31 bits, the same for the same keys and seed (the finisher of splitmix64).
    fn hash(self, seed: u32) -> u32 {
        let addresses = match (self.src, self.dst) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => {
                u64::from(src.to_bits()) << 32 | u64::from(dst.to_bits())
            }
            (src, dst) => fold(dst) ^ mix(fold(src)),
        };
        let upper = u64::from(self.label) << 40
            | u64::from(self.protocol) << 32
            | u64::from(self.ports.0) << 16
            | u64::from(self.ports.1);
        (mix(mix(addresses ^ u64::from(seed)) ^ upper) >> 33) as u32
    }
}

/// An address of whatever length in 64 bits.
fn fold(address: IpAddr) -> u64 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            bits as u64 ^ mix((bits >> 64) as u64)
        }
    }
}

fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// The keys of a packet of IPv4.
fn keys_v4(header: &ipv4::Packet<&[u8]>) -> Keys {
    let has_ports = matches!(header.protocol(), IpProtocol::TCP | IpProtocol::UDP);
    let ports = match header.payload() {
        [a, b, c, d, ..] if has_ports && !header.is_fragment() => {
            (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]))
        }
        _ => (0, 0),
    };
    Keys {
        src: header.src().into(),
        dst: header.dst().into(),
        label: 0,
        protocol: header.protocol().0,
        ports,
    }
}

/// The keys of a packet of IPv6.
fn keys_v6(header: &ipv6::Packet<&[u8]>) -> Keys {
    let upper = Upper::of_v6(header);
    Keys {
        src: header.src().into(),
        dst: header.dst().into(),
        label: header.flow_label(),
        protocol: upper.protocol,
        ports: upper.ports,
    }
}

/// The keys of the packet inside of an IP-in-IP or GRE packet, whose payload begins here.
fn encapsulated(protocol: IpProtocol, payload: &[u8]) -> Option<Keys> {
    const GRE: u8 = 47;
    let inner = match protocol.0 {
        4 | 41 => payload,
        GRE => {
            let ([flags, _, 0x08, 0x00, ..] | [flags, _, 0x86, 0xdd, ..]) = payload else {
                return None;
            };
            // Checksum, key and sequence number are there as their flags say (RFC 2890).
            let more = [0x80, 0x20, 0x10].iter().filter(|f| flags & **f != 0);
            payload.get(4 + 4 * more.count()..)?
        }
        _ => return None,
    };
    if let Ok(inner) = ipv4::Packet::new_header(inner) {
        return Some(keys_v4(&inner));
    }
    let inner = ipv6::Packet::new_header(inner).ok()?;
    Some(keys_v6(&inner))
}

/// One of the next hops that a flow can take.
struct Candidate<'n, V: IpVersion> {
    hop: &'n Hop<V>,
    /// The greatest hash of its share; none if it is passed over.
    upto: Option<u32>,
    /// It is the one.
    chosen: bool,
}

impl<V: IpVersion> Candidate<'_, V> {
    /// Whether a hash lies in its share or in one before it.
    fn covers(&self, hash: u32) -> bool {
        self.upto.is_some_and(|upto| hash <= upto)
    }
}

/// The next hops of a route with their shares of the hashes, by the weights of those alive.
fn shares<V: IpVersion>(
    entry: &Entry<V>,
    alive: impl Fn(&Hop<V>) -> bool,
) -> Vec<Candidate<'_, V>> {
    let living = entry.hops().filter(|hop| alive(hop));
    let total: u64 = living.map(|hop| u64::from(hop.weight)).sum();
    let total = total.max(1);
    let mut weight = 0;
    let share = |hop| {
        let upto = alive(hop).then(|| {
            weight += u64::from(hop.weight);
            ((weight * HASHES + total / 2) / total - 1) as u32
        });
        Candidate {
            hop,
            upto,
            chosen: false,
        }
    };
    entry.hops().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::{Ipv4Addr, Ipv6Addr};

    const ONE: Keys = Keys {
        src: IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)),
        dst: IpAddr::V4(Ipv4Addr::new(10, 9, 0, 1)),
        label: 0,
        protocol: 17,
        ports: (1000, 53),
    };

    #[test]
    fn hashes_spread_evenly() {
        let low = (0..10_000u32).filter(|n| {
            let dst = IpAddr::V4(Ipv4Addr::from_bits(n.wrapping_add(0x0a09_0000)));
            u64::from(Keys { dst, ..ONE }.hash(0)) < HASHES / 4
        });
        let low = low.count();
        assert!((2300..2700).contains(&low), "{low}");
    }

    #[test]
    fn ports_count_where_the_policy_says_so() {
        let other = Keys {
            ports: (1001, 53),
            ..ONE
        };
        let alike = |policy, fields| {
            ONE.under(policy, fields).hash(7) == other.under(policy, fields).hash(7)
        };
        assert!(alike(0, 0));
        assert!(!alike(1, 0));
        assert!(alike(3, 0x27));
        assert!(!alike(3, 0x10));
    }

    #[test]
    fn another_seed_is_another_hash() {
        assert_ne!(ONE.hash(1), ONE.hash(2));
    }

    #[test]
    fn a_flow_label_counts_among_the_addresses_of_ipv6() {
        let address = |n| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, n));
        let one = Keys {
            src: address(1),
            dst: address(2),
            label: 7,
            ..ONE
        };
        let labelled = Keys { label: 8, ..one };
        let alike = |policy, fields| {
            one.under(policy, fields).hash(7) == labelled.under(policy, fields).hash(7)
        };
        assert!(!alike(0, 0));
        assert!(alike(1, 0));
        assert!(alike(3, 7));
        assert!(!alike(3, 8));
        let back = Keys {
            src: one.dst,
            dst: one.src,
            ..one
        };
        assert_ne!(one.hash(7), back.hash(7));
    }
}
