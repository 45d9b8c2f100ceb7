//! The binary form of netlink's messages (netlink(7), rtnetlink(7)), to and from netloom's model.
//!
//! A running kernel is spoken to in it; `ip route save` and rtmon(8) keep it in files. Numbers are
//! little-endian, as on the machines where such files are made. Nothing here does I/O.
//!
//! Each subject is a file: its `decode` reads the body of a message that tells of something, its
//! `encode` writes one.

#![forbid(unsafe_code)]

pub mod address;
pub mod again;
pub mod attribute;
pub mod bridge;
pub mod conntrack;
pub mod diag;
pub mod fdb;
pub mod ipset;
pub mod link;
pub mod listened;
pub mod mdb;
pub mod message;
pub mod neighbour;
pub mod nexthop;
pub mod nft;
pub mod port;
pub mod route;
pub mod rule;
pub mod setting;
pub mod stats;
pub mod told;
pub mod traffic;
pub mod vlan;
pub mod xt;

pub use attribute::{Attributes, Writer};
pub use message::{Malformed, Message, Messages, flag, kind};

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::{Family, MacAddr};

/// The families (`AF_*`).
const INET: u8 = 2;
const INET6: u8 = 10;
/// The family of bridges.
pub const BRIDGE: u8 = 7;

/// Length rounded up to the next multiple of four.
const fn aligned(len: usize) -> usize {
    len.next_multiple_of(4)
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

/// An address by its length.
fn addr(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::V4(Ipv4Addr::from(four)));
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(IpAddr::V6(Ipv6Addr::from(sixteen)))
}

/// A hardware address; zero where there is none of six bytes.
fn mac(bytes: Option<&[u8]>) -> MacAddr {
    let six = bytes.and_then(|bytes| <[u8; 6]>::try_from(bytes).ok());
    six.map_or(MacAddr::ZERO, MacAddr)
}

/// The family of IP that a number stands for.
const fn family_of(number: u8) -> Option<Family> {
    match number {
        INET => Some(Family::V4),
        INET6 => Some(Family::V6),
        _ => None,
    }
}

/// The number of a family (`AF_*`).
#[must_use]
pub const fn family_number(family: Family) -> u8 {
    match family {
        Family::V4 => INET,
        Family::V6 => INET6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes drawn by a linear congruence, small numbers more often than others.
    fn drawn(seed: u64, len: usize) -> Vec<u8> {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as u8
        };
        let byte = |next: &mut dyn FnMut() -> u8| match next() % 4 {
            0 => next(),
            1 => 0,
            _ => next() % 32,
        };
        (0..len).map(|_| byte(&mut next)).collect()
    }

    #[test]
    fn any_bytes_are_read_or_refused() {
        for seed in 0..20_000 {
            let bytes = drawn(seed, (seed % 200) as usize);
            let _ = address::decode(&bytes);
            let _ = conntrack::decode(&bytes, netloom_model::Time::ZERO);
            let _ = conntrack::expectation(&bytes);
            let _ = conntrack::statistics(&bytes);
            let _ = diag::decode(diag::Inet::Tcp, &bytes);
            let _ = diag::decode_packet(&bytes);
            let _ = fdb::decode(&bytes);
            let _ = ipset::decode(&bytes);
            let _ = link::decode(&bytes);
            let _ = mdb::decode(&bytes);
            let _ = neighbour::decode(&bytes);
            let _ = nexthop::decode(&bytes);
            let _ = route::answer(&bytes);
            let _ = nft::table::decode(&bytes);
            let _ = nft::chain::decode(&bytes);
            let _ = nft::object::decode(&bytes);
            let _ = nft::flowtable::decode(&bytes);
            let context = nft::read::Context::default();
            let _ = nft::rule::decode(&bytes, &context);
            if let Some(known) = nft::set::decode(&bytes) {
                let _ = nft::element::decode(&known, std::slice::from_ref(&bytes));
            }
            let _ = rule::decode(&bytes);
            let _ = setting::of_link(&bytes);
            let _ = setting::of_neighbours(&bytes);
            let _ = stats::of_port(&bytes);
            let _ = nft::trace::decode(&bytes);
            let _ = traffic::xdp(&bytes);
            let _ = traffic::filter(&bytes);
            let _ = vlan::decode(&bytes);
            let _ = vlan::global(&bytes);
            let _ = vlan::of_link(&bytes);
            for message in Messages::new(&bytes, 0).flatten() {
                let _ = told::decode(&message);
                let _ = listened::decode(&message);
                let _ = listened::moved(message.body);
                let _ = conntrack::notice(&message, netloom_model::Time::ZERO);
                let _ = conntrack::expectation_notice(&message);
                let _ = message::ended(&message);
            }
        }
    }
}
