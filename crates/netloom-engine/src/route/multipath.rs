//! Routes with several next hops: which of them a flow takes (ip-route(8) `nexthop`, ip-sysctl
//! `fib_multipath_hash_policy`, RFC 2992).
//!
//! A flow's hash decides, so a flow keeps its way; each next hop has a share of the hashes by its
//! weight. Linux seeds its hash at random, so which flow goes where is told of no kernel.
//! Left out: of the policy for custom fields (3), fields of an encapsulated packet.

use super::table::Hop;
use super::{Flow, Found, hop_usable, source};
use crate::ip::version::{V4, V6};
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::Net;
use crate::sysctl::Global;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::Scope;
use netloom_model::journey::{MultipathChoice, MultipathHop};
use netloom_wire::{IpProtocol, icmpv4, ipv4};

/// Hashes have 31 bits.
const HASHES: u64 = 1 << 31;

/// Fields that a custom hash is over (`FIB_MULTIPATH_HASH_FIELD_*`).
mod field {
    pub(super) const SOURCE: i32 = 0x1;
    pub(super) const DESTINATION: i32 = 0x2;
    pub(super) const PROTOCOL: i32 = 0x4;
    pub(super) const SOURCE_PORT: i32 = 0x10;
    pub(super) const DESTINATION_PORT: i32 = 0x20;
}

/// What a flow is told apart by.
#[derive(Clone, Copy, Debug)]
struct Keys {
    src: Ipv4Addr,
    dst: Ipv4Addr,
    protocol: u8,
    ports: (u16, u16),
}

impl Keys {
    /// The keys without what the policy does not look at.
    fn under(self, policy: i32, fields: i32) -> Keys {
        let wants = |field: i32| match policy {
            0 | 2 => field & (field::SOURCE | field::DESTINATION) != 0,
            3 => fields & field != 0,
            _ => true,
        };
        let address = |field, address| {
            if wants(field) {
                address
            } else {
                Ipv4Addr::UNSPECIFIED
            }
        };
        let port = |field, port| if wants(field) { port } else { 0 };
        Keys {
            src: address(field::SOURCE, self.src),
            dst: address(field::DESTINATION, self.dst),
            protocol: if wants(field::PROTOCOL) {
                self.protocol
            } else {
                0
            },
            ports: (
                port(field::SOURCE_PORT, self.ports.0),
                port(field::DESTINATION_PORT, self.ports.1),
            ),
        }
    }

    /// A number of 31 bits, the same for the same keys and seed (the finisher of splitmix64).
    fn hash(self, seed: u32) -> u32 {
        let addresses = u64::from(self.src.to_bits()) << 32 | u64::from(self.dst.to_bits());
        let upper = u64::from(self.protocol) << 32
            | u64::from(self.ports.0) << 16
            | u64::from(self.ports.1);
        (mix(mix(addresses ^ u64::from(seed)) ^ upper) >> 33) as u32
    }
}

fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}

/// The hash of keys as the namespace's settings want it.
fn hash(net: &Net, ns: NsId, keys: Keys) -> u32 {
    let settings = &net.ns(ns).settings;
    let policy = settings.get(Global::FibMultipathHashPolicy);
    let fields = settings.get(Global::FibMultipathHashFields);
    let seed = settings.get(Global::FibMultipathHashSeed);
    keys.under(policy, fields).hash(seed as u32)
}

/// The hash of a packet received, whose front is its IP header; none where its addresses alone
/// decide. An ICMP error goes with the flow that it is about.
#[inline]
pub(crate) fn of_packet(net: &Net, ns: NsId, header: &ipv4::Packet<&[u8]>) -> Option<u32> {
    let policy = net.ns(ns).settings.get(Global::FibMultipathHashPolicy);
    if policy == 0 && header.protocol() != IpProtocol::ICMP {
        return None;
    }
    of_any_packet(net, ns, policy, header)
}

#[cold]
fn of_any_packet(net: &Net, ns: NsId, policy: i32, header: &ipv4::Packet<&[u8]>) -> Option<u32> {
    let is_error = crate::ip::receive::icmp_type(header).is_some_and(icmpv4::Type::is_error);
    let about = is_error
        .then(|| header.payload().get(icmpv4::HEADER_LEN..))
        .flatten()
        .and_then(|inner| ipv4::Packet::new_header(inner).ok());
    if policy == 0 && about.is_none() {
        return None;
    }
    let keys = match (policy, about) {
        (0 | 2, Some(about)) => keys(&about),
        (2, None) => encapsulated(header).unwrap_or_else(|| keys(header)),
        _ => keys(header),
    };
    Some(hash(net, ns, keys))
}

fn keys(header: &ipv4::Packet<&[u8]>) -> Keys {
    let has_ports = matches!(header.protocol(), IpProtocol::TCP | IpProtocol::UDP);
    let ports = match header.payload() {
        [a, b, c, d, ..] if has_ports && !header.is_fragment() => {
            (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]))
        }
        _ => (0, 0),
    };
    Keys {
        src: header.src(),
        dst: header.dst(),
        protocol: header.protocol().0,
        ports,
    }
}

/// The keys of the packet inside of an IP-in-IP or GRE packet.
fn encapsulated(header: &ipv4::Packet<&[u8]>) -> Option<Keys> {
    const GRE: u8 = 47;
    let payload = header.payload();
    let inner = match header.protocol().0 {
        4 => payload,
        GRE => {
            let [flags, _, 0x08, 0x00, ..] = payload else {
                return None;
            };
            // Checksum, key and sequence number are there as their flags say (RFC 2890).
            let more = [0x80, 0x20, 0x10].iter().filter(|f| flags & **f != 0);
            payload.get(4 + 4 * more.count()..)?
        }
        _ => return None,
    };
    ipv4::Packet::new_header(inner)
        .ok()
        .map(|inner| keys(&inner))
}

/// One of the next hops that a flow can take.
struct Candidate<'n> {
    hop: &'n Hop<V4>,
    /// The greatest hash of its share; none if it is passed over.
    upto: Option<u32>,
    /// It is the one.
    chosen: bool,
}

/// The next hops of a route and which of them a flow takes: the one with the flow's source address,
/// else the one in whose share the hash lies (`fib_select_multipath`).
fn candidates<'n>(
    net: &'n Net,
    ns: NsId,
    flow: &Flow,
    found: &Found,
    hash: u32,
) -> Vec<Candidate<'n>> {
    let space = net.ns(ns);
    let Some(table) = space.routing.tables.get(found.table) else {
        return Vec::new();
    };
    let entry = table.entry(found.entry);
    let alive = |hop: &Hop<V4>| hop_usable(net, space, hop.dev, flow, entry.kind);
    let total: u64 = entry
        .hops()
        .filter(|h| alive(h))
        .map(|h| u64::from(h.weight))
        .sum();
    let total = total.max(1);
    let mut weight = 0;
    let mut all: Vec<Candidate<'n>> = entry
        .hops()
        .map(|hop| {
            let upto = alive(hop).then(|| {
                weight += u64::from(hop.weight);
                ((weight * HASHES + total / 2) / total - 1) as u32
            });
            Candidate {
                hop,
                upto,
                chosen: false,
            }
        })
        .collect();
    let use_neighbour = space.settings.on(Global::FibMultipathUseNeigh);
    let good = |c: &Candidate<'_>| c.upto.is_some() && (!use_neighbour || answers(net, ns, c.hop));
    let of_source = |c: &Candidate<'_>| {
        let gateway = c.hop.gateway.unwrap_or(Ipv4Addr::UNSPECIFIED);
        !flow.src.is_unspecified()
            && source::select(net, ns, c.hop.dev, gateway, found.scope) == Some(flow.src)
    };
    let in_share = |c: &Candidate<'_>| c.upto.is_some_and(|upto| hash <= upto);
    // Two next hops can have the source: then the hash decides among them.
    let score = |c: &Candidate<'_>| 2 * u8::from(of_source(c)) + u8::from(in_share(c));
    let mut best: Option<(usize, u8)> = None;
    for (at, candidate) in all.iter().enumerate().filter(|(_, c)| good(c)) {
        let score = score(candidate);
        if best.is_none_or(|(_, before)| score > before) {
            best = Some((at, score));
        }
    }
    let first = || all.iter().position(|c| c.upto.is_some());
    if let Some(at) = best.map(|(at, _)| at).or_else(first) {
        all[at].chosen = true;
    }
    all
}

/// Whether a gateway is not known to be silent (`fib_good_nh`).
fn answers(net: &Net, ns: NsId, hop: &Hop<V4>) -> bool {
    match gateway(hop).filter(|_| hop.scope == Scope::LINK) {
        None => true,
        Some(IpAddr::V4(gateway)) => neighbour::is_good::<V4>(net, ns, hop.dev, gateway),
        Some(IpAddr::V6(gateway)) => neighbour::is_good::<V6>(net, ns, hop.dev, gateway),
    }
}

fn gateway(hop: &Hop<V4>) -> Option<IpAddr> {
    hop.via6.map(IpAddr::V6).or(hop.gateway.map(IpAddr::V4))
}

fn flow_hash(net: &Net, ns: NsId, flow: &Flow) -> u32 {
    flow.spread.unwrap_or_else(|| {
        let keys = Keys {
            src: flow.src,
            dst: flow.dst,
            protocol: flow.upper.protocol,
            ports: flow.upper.ports,
        };
        hash(net, ns, keys)
    })
}

/// Puts the next hop that a flow takes into the route that was found for it.
#[cold]
pub(crate) fn select(net: &Net, ns: NsId, flow: &Flow, found: Found) -> Found {
    // Whoever names the device has the first next hop by it.
    if flow.oif.some().is_some() {
        return found;
    }
    let hash = flow_hash(net, ns, flow);
    let all = candidates(net, ns, flow, &found, hash);
    match all.iter().find(|candidate| candidate.chosen) {
        Some(Candidate { hop, .. }) => Found {
            dev: hop.dev,
            gateway: hop.gateway,
            via6: hop.via6,
            hop_scope: hop.scope,
            ..found
        },
        None => found,
    }
}

/// How a flow's next hop is chosen, for journeys.
pub(super) fn explain(net: &Net, ns: NsId, flow: &Flow, found: &Found) -> Option<MultipathChoice> {
    if !found.multipath || flow.oif.some().is_some() {
        return None;
    }
    let hash = flow_hash(net, ns, flow);
    let hops = candidates(net, ns, flow, found, hash);
    let hops = hops.iter().map(|candidate| MultipathHop {
        via: gateway(candidate.hop),
        dev: net.dev(candidate.hop.dev).name.clone(),
        weight: candidate.hop.weight,
        upto: candidate.upto,
        chosen: candidate.chosen,
    });
    let policy = net.ns(ns).settings.get(Global::FibMultipathHashPolicy);
    Some(MultipathChoice {
        policy: policy as u8,
        hash,
        hops: hops.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Keys = Keys {
        src: Ipv4Addr::new(10, 0, 0, 1),
        dst: Ipv4Addr::new(10, 9, 0, 1),
        protocol: 17,
        ports: (1000, 53),
    };

    #[test]
    fn hashes_spread_evenly() {
        let low = (0..10_000u32).filter(|n| {
            let dst = Ipv4Addr::from_bits(n.wrapping_add(0x0a09_0000));
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
}
