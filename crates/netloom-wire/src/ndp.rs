//! Neighbour discovery (RFC 4861): options, and the messages that have more than a target.

use core::net::Ipv6Addr;

use crate::MacAddr;
use crate::field::{ipv6, mac, put, put_u32, u16, u32};

/// The hop limit that every message must have: it has crossed no router.
pub const HOP_LIMIT: u8 = 255;

/// The kinds of options.
pub mod kind {
    /// The sender's hardware address.
    pub const SOURCE_LLADDR: u8 = 1;
    /// The target's hardware address.
    pub const TARGET_LLADDR: u8 = 2;
    /// A prefix of the link.
    pub const PREFIX: u8 = 3;
    /// The packet that a redirect is about.
    pub const REDIRECTED: u8 = 4;
    /// The MTU of the link.
    pub const MTU: u8 = 5;
    /// A route by the router that tells of it (RFC 4191).
    pub const ROUTE: u8 = 24;
    /// A nonce, by which a sender knows its own solicitation (RFC 7527).
    pub const NONCE: u8 = 14;
}

/// Of a neighbour advertisement's second word: the sender is a router.
pub const ROUTER: u32 = 1 << 31;
/// It answers a solicitation.
pub const SOLICITED: u32 = 1 << 30;
/// It replaces what is known.
pub const OVERRIDE: u32 = 1 << 29;

/// The length of an option that holds an Ethernet address.
pub const LLADDR_LEN: usize = 8;
/// The length of a prefix option.
pub const PREFIX_LEN: usize = 32;

/// The options in `bytes`, each whole, its kind and length with it; an error where one has no
/// length or runs beyond the end.
pub fn options(bytes: &[u8]) -> impl Iterator<Item = Result<&[u8], ()>> {
    let mut rest = bytes;
    core::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let len = rest.get(1).map_or(0, |units| 8 * usize::from(*units));
        if len == 0 || len > rest.len() {
            rest = &[];
            return Some(Err(()));
        }
        let (option, behind) = rest.split_at(len);
        rest = behind;
        Some(Ok(option))
    })
}

/// Whether all options are well formed.
#[must_use]
pub fn well_formed(bytes: &[u8]) -> bool {
    options(bytes).all(|option| option.is_ok())
}

/// The first option of a kind.
#[must_use]
pub fn find(bytes: &[u8], kind: u8) -> Option<&[u8]> {
    options(bytes).flatten().find(|option| option[0] == kind)
}

/// The Ethernet address in the first option of a kind.
#[must_use]
pub fn lladdr(bytes: &[u8], kind: u8) -> Option<MacAddr> {
    find(bytes, kind).map(|option| mac(option, 2))
}

/// Writes an option with an Ethernet address.
///
/// # Panics
/// If `buf` is shorter than [`LLADDR_LEN`].
pub fn put_lladdr(buf: &mut [u8], kind: u8, address: MacAddr) {
    put(buf, 0, [kind, 1]);
    put(buf, 2, address.0);
}

/// The fields of a router advertisement before its options.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Router {
    /// The hop limit that hosts should begin with; 0 = not said.
    pub hop_limit: u8,
    /// Addresses are to be had by DHCP.
    pub managed: bool,
    /// Other settings are to be had by DHCP.
    pub other: bool,
    /// Preference (RFC 4191): 0 medium, 1 high, 3 low.
    pub preference: u8,
    /// Seconds that it stays a default router.
    pub lifetime: u16,
    /// Milliseconds that a neighbour stays reachable; 0 = not said.
    pub reachable: u32,
    /// Milliseconds between solicitations; 0 = not said.
    pub retransmit: u32,
}

impl Router {
    /// The length of what follows the ICMPv6 header, before the options.
    pub const LEN: usize = 8;

    /// Reads the second word of the header and what follows it.
    #[must_use]
    pub fn parse(rest: u32, body: &[u8]) -> Option<(Router, &[u8])> {
        let (fields, options) = body.split_at_checked(Self::LEN)?;
        let flags = (rest >> 16) as u8;
        let router = Router {
            hop_limit: (rest >> 24) as u8,
            managed: flags & 0x80 != 0,
            other: flags & 0x40 != 0,
            preference: flags >> 3 & 3,
            lifetime: rest as u16,
            reachable: u32(fields, 0),
            retransmit: u32(fields, 4),
        };
        Some((router, options))
    }

    /// The second word of the header, and the eight bytes that follow.
    #[must_use]
    pub fn emit(&self) -> (u32, [u8; Self::LEN]) {
        let flags = u32::from(self.managed) << 7
            | u32::from(self.other) << 6
            | u32::from(self.preference & 3) << 3;
        let rest = u32::from(self.hop_limit) << 24 | flags << 16 | u32::from(self.lifetime);
        let mut body = [0; Self::LEN];
        put_u32(&mut body, 0, self.reachable);
        put_u32(&mut body, 4, self.retransmit);
        (rest, body)
    }
}

/// A route information option (RFC 4191 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteInfo {
    /// Where the route leads.
    pub prefix: Ipv6Addr,
    /// The length of that prefix.
    pub len: u8,
    /// Preference: 0 medium, 1 high, 3 low.
    pub preference: u8,
    /// Seconds that it is valid; all ones = for ever.
    pub lifetime: u32,
}

impl RouteInfo {
    /// The length of an option with a whole prefix.
    pub const LEN: usize = 24;

    /// Reads a whole option.
    #[must_use]
    pub fn parse(option: &[u8]) -> Option<RouteInfo> {
        let (fields, prefix) = option.split_at_checked(8)?;
        let len = fields[2];
        let least = match len {
            0 => 0,
            1..=64 => 8,
            65..=128 => 16,
            _ => return None,
        };
        if fields[0] != kind::ROUTE || prefix.len() < least || prefix.len() > 16 {
            return None;
        }
        let mut octets = [0; 16];
        octets[..prefix.len()].copy_from_slice(prefix);
        Some(RouteInfo {
            prefix: octets.into(),
            len,
            preference: fields[3] >> 3 & 3,
            lifetime: u32(fields, 4),
        })
    }

    /// Writes an option.
    #[must_use]
    pub fn emit(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        put(
            &mut bytes,
            0,
            [kind::ROUTE, 3, self.len, (self.preference & 3) << 3],
        );
        put_u32(&mut bytes, 4, self.lifetime);
        put(&mut bytes, 8, self.prefix.octets());
        bytes
    }
}

/// Writes an option with the MTU of the link.
#[must_use]
pub fn emit_mtu(mtu: u32) -> [u8; 8] {
    let mut bytes = [kind::MTU, 1, 0, 0, 0, 0, 0, 0];
    put_u32(&mut bytes, 4, mtu);
    bytes
}

/// A prefix option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefix {
    /// The prefix.
    pub prefix: Ipv6Addr,
    /// Its length.
    pub len: u8,
    /// It is on the link.
    pub on_link: bool,
    /// Hosts may make addresses of it.
    pub autonomous: bool,
    /// Seconds that it is valid; all ones = for ever.
    pub valid: u32,
    /// Seconds that addresses of it are preferred.
    pub preferred: u32,
}

impl Prefix {
    /// Reads a whole option.
    #[must_use]
    pub fn parse(option: &[u8]) -> Option<Prefix> {
        if option.len() < PREFIX_LEN || option[0] != kind::PREFIX || option[2] > 128 {
            return None;
        }
        Some(Prefix {
            prefix: ipv6(option, 16),
            len: option[2],
            on_link: option[3] & 0x80 != 0,
            autonomous: option[3] & 0x40 != 0,
            valid: u32(option, 4),
            preferred: u32(option, 8),
        })
    }

    /// The option.
    #[must_use]
    pub fn emit(&self) -> [u8; PREFIX_LEN] {
        let mut option = [0; PREFIX_LEN];
        let flags = u8::from(self.on_link) << 7 | u8::from(self.autonomous) << 6;
        put(&mut option, 0, [kind::PREFIX, 4, self.len, flags]);
        put_u32(&mut option, 4, self.valid);
        put_u32(&mut option, 8, self.preferred);
        put(&mut option, 16, self.prefix.octets());
        option
    }
}

/// The MTU that an option tells.
#[must_use]
pub fn mtu(option: &[u8]) -> Option<u32> {
    let whole = option.len() >= 8 && option[0] == kind::MTU && u16(option, 2) == 0;
    whole.then(|| u32(option, 4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn an_option_without_a_length_is_refused() {
        assert!(!well_formed(&[1, 0, 2, 0, 0, 0, 0, 1]));
        assert!(!well_formed(&[1, 2, 2, 0, 0, 0, 0, 1]));
        assert!(well_formed(&[1, 1, 2, 0, 0, 0, 0, 1]));
    }

    #[test]
    fn a_prefix_reads_back_as_it_was_written() {
        let prefix = Prefix {
            prefix: Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0),
            len: 64,
            on_link: true,
            autonomous: false,
            valid: 3600,
            preferred: 1800,
        };
        assert_eq!(Prefix::parse(&prefix.emit()), Some(prefix));
    }

    #[test]
    fn a_route_reads_back_as_it_was_written_and_needs_its_prefix() {
        let route = RouteInfo {
            prefix: Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1),
            len: 128,
            preference: 3,
            lifetime: 600,
        };
        assert_eq!(RouteInfo::parse(&route.emit()), Some(route));
        assert_eq!(RouteInfo::parse(&route.emit()[..16]), None);
        assert!(RouteInfo::parse(&[24, 1, 0, 0, 0, 0, 0, 9]).is_some());
    }

    #[test]
    fn an_advertisement_reads_back_as_it_was_written() {
        let router = Router {
            hop_limit: 64,
            other: true,
            preference: 1,
            lifetime: 1800,
            retransmit: 1000,
            ..Router::default()
        };
        let (rest, body) = router.emit();
        assert_eq!(Router::parse(rest, &body), Some((router, &[][..])));
    }

    proptest! {
        #[test]
        fn options_end_whatever_the_bytes_are(bytes: Vec<u8>) {
            prop_assert!(options(&bytes).count() <= bytes.len());
            let _ = (lladdr(&bytes, 1), find(&bytes, 3).and_then(Prefix::parse));
        }
    }
}
