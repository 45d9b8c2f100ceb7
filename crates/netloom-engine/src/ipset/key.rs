//! What elements of a set are found by.

use core::net::IpAddr;
use netloom_model::Family;
use netloom_wire::MacAddr;

/// The parts of an element as numbers, in their order, and how many bits count of those that are
/// networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) words: [u128; 3],
    pub(super) lens: [u8; 2],
}

/// An address as a number.
pub(super) fn address(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// A number as an address.
pub(super) fn to_address(word: u128, family: Family) -> IpAddr {
    match family {
        Family::V4 => core::net::Ipv4Addr::from_bits(word as u32).into(),
        Family::V6 => core::net::Ipv6Addr::from_bits(word).into(),
    }
}

/// How many bits an address has.
pub(super) const fn width(family: Family) -> u8 {
    match family {
        Family::V4 => 32,
        Family::V6 => 128,
    }
}

/// The bits of an address that a network of length `len` leaves.
pub(super) fn masked(word: u128, len: u8, family: Family) -> u128 {
    let host = u32::from(width(family).saturating_sub(len));
    word & u128::MAX.checked_shl(host).unwrap_or(0)
}

pub(super) fn port(protocol: u8, port: u16) -> u128 {
    u128::from(protocol) << 16 | u128::from(port)
}

pub(super) fn mac(mac: MacAddr) -> u128 {
    let [a, b, c, d, e, f] = mac.0;
    u64::from_be_bytes([0, 0, a, b, c, d, e, f]).into()
}

pub(super) fn to_mac(word: u128) -> MacAddr {
    let [_, _, a, b, c, d, e, f] = (word as u64).to_be_bytes();
    MacAddr([a, b, c, d, e, f])
}
