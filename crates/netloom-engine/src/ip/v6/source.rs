//! Which source address a packet takes (RFC 6724 section 5, `ipv6_dev_get_saddr`).
//!
//! Left out: home addresses (rule 4), address labels set by users.

use super::device::Ifa6;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::sysctl::Conf6;
use core::cmp::Reverse;
use core::net::Ipv6Addr;

/// How far an address or a group reaches, as the scope of a group is numbered (RFC 4007): greater
/// is wider.
pub(super) fn reach(addr: Ipv6Addr) -> u8 {
    let first = addr.segments()[0];
    if addr.is_multicast() {
        (first & 0xf) as u8
    } else if addr.is_loopback() || addr.is_unicast_link_local() {
        2
    } else if first & 0xffc0 == 0xfec0 {
        5
    } else {
        14
    }
}

/// The label of an address (RFC 6724 section 2.1, and Linux's own of Teredo and ORCHID).
fn label(addr: Ipv6Addr) -> u8 {
    let bits = addr.to_bits();
    let within = |prefix: u128, len: u32| bits >> (128 - len) == prefix >> (128 - len);
    let first = |word: u128| word << 112;
    if addr.is_loopback() {
        0
    } else if within(0xffff << 32, 96) {
        4
    } else if within(0x2001_0010 << 96, 28) {
        7
    } else if within(0x2001_0000 << 96, 32) {
        6
    } else if within(first(0x2002), 16) {
        2
    } else if within(first(0xfec0), 10) {
        11
    } else if within(first(0x3ffe), 16) {
        12
    } else if within(first(0xfc00), 7) {
        5
    } else if within(0, 96) {
        3
    } else {
        1
    }
}

/// The address to reach `dst` with by `dev`, or by whichever device; none if there is none that may
/// be used.
pub(crate) fn select(net: &Net, ns: NsId, dev: DevId, dst: Ipv6Addr) -> Option<Ipv6Addr> {
    let wide = reach(dst);
    let only_device = dev != DevId::NONE
        && (dst.is_multicast() || wide <= 2 || net.dev(dev).v6.conf.on(Conf6::UseOifAddrsOnly));
    let mut best: Option<(_, Ipv6Addr)> = None;
    let first = dev.some().into_iter();
    let others = net.ns(ns).devices.values().copied().filter(|d| *d != dev);
    let devices = first.chain(others.filter(|_| !only_device));
    // The loopback's address reaches what is of this host by any device.
    for candidate in devices {
        let usable = |ifa: &&Ifa6| ifa.is_usable() && !ifa.addr().is_multicast();
        for ifa in net.dev(candidate).v6.addresses.iter().filter(usable) {
            let score = score(net, (candidate, ifa), candidate == dev, dst, wide);
            if best.as_ref().is_none_or(|(other, _)| score > *other) {
                best = Some((score, ifa.addr()));
            }
        }
    }
    best.map(|(_, addr)| addr)
}

/// How good a source is, rule by rule.
type Score = (bool, (bool, Reverse<u8>, u8), bool, bool, bool, bool, u8);

/// The rules in their order; what compares greater is better.
fn score(net: &Net, (dev, ifa): (DevId, &Ifa6), on_device: bool, dst: Ipv6Addr, wide: u8) -> Score {
    let addr = ifa.addr();
    let own = reach(addr);
    // Rule 2: of those that reach far enough the narrowest, else the widest.
    let far_enough = own >= wide;
    let scope = if far_enough {
        (true, Reverse(own), 0)
    } else {
        (false, Reverse(0), own)
    };
    let prefer_temporary = net.dev(dev).v6.conf.get(Conf6::UseTempaddr) >= 2;
    let common = (addr.to_bits() ^ dst.to_bits()).leading_zeros() as u8;
    (
        addr == dst,
        scope,
        !ifa.is_deprecated(net.now) && !ifa.address.flags.optimistic,
        on_device,
        label(addr) == label(dst),
        // Rule 7: a temporary one where the setting prefers them, else any other.
        ifa.address.flags.temporary == prefer_temporary,
        common.min(ifa.address.local.len),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a(text: &str) -> Ipv6Addr {
        text.parse().unwrap()
    }

    #[test]
    fn scopes_are_those_of_rfc_4007() {
        assert_eq!(reach(a("fe80::1")), 2);
        assert_eq!(reach(a("ff05::2")), 5);
        assert_eq!(reach(a("2001:db8::1")), 14);
        assert_eq!(reach(a("::1")), 2);
    }

    #[test]
    fn labels_are_those_of_rfc_6724() {
        assert_eq!(label(a("::1")), 0);
        assert_eq!(label(a("2001:db8::1")), 1);
        assert_eq!(label(a("2002::1")), 2);
        assert_eq!(label(a("fd00::1")), 5);
        assert_eq!(label(a("::ffff:10.0.0.1")), 4);
    }
}
