//! How things are named: namespaces, links, prefixes, address families.

use core::fmt;
use core::net::{AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// The name of a network namespace. The first one, which every world has, has the empty name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NsName(String);

impl NsName {
    /// The namespace in which a world begins.
    #[must_use]
    pub const fn first() -> NsName {
        NsName(String::new())
    }

    /// The namespace called `name`.
    pub fn new(name: impl Into<String>) -> NsName {
        NsName(name.into())
    }

    /// Whether this is the namespace in which a world begins.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.0.is_empty()
    }

    /// The name; empty for the first namespace.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_first() { "(first)" } else { &self.0 })
    }
}

impl From<&str> for NsName {
    fn from(name: &str) -> NsName {
        NsName::new(name)
    }
}

/// A link of one namespace, by its index or by its name (or altname), as netlink takes either.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LinkRef {
    /// By its ifindex, unique in its namespace.
    Index(u32),
    /// By its name or one of its altnames.
    Name(String),
}

impl From<u32> for LinkRef {
    fn from(index: u32) -> LinkRef {
        LinkRef::Index(index)
    }
}

impl From<&str> for LinkRef {
    fn from(name: &str) -> LinkRef {
        LinkRef::Name(name.to_owned())
    }
}

impl From<String> for LinkRef {
    fn from(name: String) -> LinkRef {
        LinkRef::Name(name)
    }
}

/// An address family of the Internet protocols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Family {
    /// IPv4, `inet`.
    V4,
    /// IPv6, `inet6`.
    V6,
}

impl Family {
    /// The family of `addr`.
    #[must_use]
    pub const fn of(addr: IpAddr) -> Family {
        match addr {
            IpAddr::V4(_) => Family::V4,
            IpAddr::V6(_) => Family::V6,
        }
    }

    /// Bits in an address of the family.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Family::V4 => 32,
            Family::V6 => 128,
        }
    }

    /// The unspecified address of the family.
    #[must_use]
    pub const fn unspecified(self) -> IpAddr {
        match self {
            Family::V4 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            Family::V6 => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        }
    }
}

/// An address with a prefix length. The host bits may be set (an interface's address) or not (a
/// route's destination): [`IpNet::network`] clears them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IpNet {
    /// The address.
    pub addr: IpAddr,
    /// The prefix length, 0 to the family's bits.
    pub len: u8,
}

impl IpNet {
    /// `addr/len`; the length is cut to the family's bits.
    #[must_use]
    pub fn new(addr: IpAddr, len: u8) -> IpNet {
        IpNet {
            addr,
            len: len.min(Family::of(addr).bits()),
        }
    }

    /// The one address `addr`.
    #[must_use]
    pub const fn host(addr: IpAddr) -> IpNet {
        IpNet {
            addr,
            len: Family::of(addr).bits(),
        }
    }

    /// Every address of `family`.
    #[must_use]
    pub const fn default_of(family: Family) -> IpNet {
        IpNet {
            addr: family.unspecified(),
            len: 0,
        }
    }

    /// The family of the address.
    #[must_use]
    pub const fn family(&self) -> Family {
        Family::of(self.addr)
    }

    /// Whether it is the one address alone.
    #[must_use]
    pub const fn is_host(&self) -> bool {
        self.len == self.family().bits()
    }

    /// The same prefix with its host bits cleared.
    #[must_use]
    pub fn network(&self) -> IpNet {
        IpNet {
            addr: mask(self.addr, self.len),
            len: self.len,
        }
    }

    /// The last address of the prefix: for IPv4 the directed broadcast (RFC 919).
    #[must_use]
    pub fn last(&self) -> IpAddr {
        match self.addr {
            IpAddr::V4(a) => {
                let host = u32::MAX.checked_shr(self.len.into()).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from_bits(a.to_bits() | host))
            }
            IpAddr::V6(a) => {
                let host = u128::MAX.checked_shr(self.len.into()).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from_bits(a.to_bits() | host))
            }
        }
    }

    /// Whether `addr` lies in the prefix.
    #[must_use]
    pub fn contains(&self, addr: IpAddr) -> bool {
        Family::of(addr) == self.family() && mask(addr, self.len) == mask(self.addr, self.len)
    }

    /// The netmask that the prefix length stands for (IPv4: `255.255.255.0` for 24).
    #[must_use]
    pub fn netmask(&self) -> IpAddr {
        match self.addr {
            IpAddr::V4(_) => mask(IpAddr::V4(Ipv4Addr::BROADCAST), self.len),
            IpAddr::V6(_) => mask(IpAddr::V6(Ipv6Addr::from_bits(u128::MAX)), self.len),
        }
    }
}

fn mask(addr: IpAddr, len: u8) -> IpAddr {
    match addr {
        IpAddr::V4(a) => {
            let keep = u32::MAX
                .checked_shl(32 - u32::from(len.min(32)))
                .unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(a.to_bits() & keep))
        }
        IpAddr::V6(a) => {
            let keep = u128::MAX
                .checked_shl(128 - u32::from(len.min(128)))
                .unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(a.to_bits() & keep))
        }
    }
}

impl fmt::Display for IpNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.addr, self.len)
    }
}

/// Why a text is no prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseNetError {
    /// The part before the slash is no address.
    Address(AddrParseError),
    /// The part after the slash is no length of the family.
    Length,
}

impl fmt::Display for ParseNetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseNetError::Address(e) => e.fmt(f),
            ParseNetError::Length => f.write_str("prefix length out of range"),
        }
    }
}

impl core::error::Error for ParseNetError {}

impl FromStr for IpNet {
    type Err = ParseNetError;

    /// Reads `ADDRESS[/LENGTH]`; without a length it is the one address.
    fn from_str(s: &str) -> Result<IpNet, ParseNetError> {
        let (addr, len) = match s.split_once('/') {
            Some((addr, len)) => (addr, Some(len)),
            None => (s, None),
        };
        let addr: IpAddr = addr.parse().map_err(ParseNetError::Address)?;
        let bits = Family::of(addr).bits();
        let len = match len {
            None => bits,
            Some(len) => len
                .parse()
                .ok()
                .filter(|&l| l <= bits)
                .ok_or(ParseNetError::Length)?,
        };
        Ok(IpNet { addr, len })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(s: &str) -> IpNet {
        s.parse().unwrap()
    }

    #[test]
    fn a_prefix_contains_its_own_addresses_alone() {
        assert!(net("10.1.0.0/16").contains("10.1.255.1".parse().unwrap()));
        assert!(!net("10.1.0.0/16").contains("10.2.0.1".parse().unwrap()));
        assert!(net("0.0.0.0/0").contains("8.8.8.8".parse().unwrap()));
        assert!(!net("0.0.0.0/0").contains("::1".parse().unwrap()));
    }

    #[test]
    fn network_and_last_are_the_ends_of_the_prefix() {
        assert_eq!(net("10.1.2.3/24").network(), net("10.1.2.0/24"));
        assert_eq!(net("10.1.2.3/24").last().to_string(), "10.1.2.255");
        assert_eq!(net("10.1.2.3/32").last().to_string(), "10.1.2.3");
        assert_eq!(net("1.2.3.4/0").network(), net("0.0.0.0/0"));
        assert_eq!(net("fe80::1/64").network(), net("fe80::/64"));
    }

    #[test]
    fn a_length_beyond_the_family_is_refused() {
        assert_eq!("1.2.3.4/33".parse::<IpNet>(), Err(ParseNetError::Length));
        assert!("fe80::1/128".parse::<IpNet>().is_ok());
    }
}
