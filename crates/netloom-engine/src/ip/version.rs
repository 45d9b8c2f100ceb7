//! The two versions of the Internet Protocol as types, so that what IPv4 and IPv6 do alike is
//! written once. `V4` and `V6` are the only ones; the trait is sealed.
//!
//! Only what addresses have in common is here: their width, and their bits as one unsigned number
//! whose most significant bit is the first one on the wire.

use std::fmt::{Debug, Display};
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::{BitAnd, BitOr, BitXor, Not, Shl, Shr};
use std::str::FromStr;

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::V4 {}
    impl Sealed for super::V6 {}
    impl Sealed for u32 {}
    impl Sealed for u128 {}
}

/// A version of the Internet Protocol: [`V4`] or [`V6`].
pub trait IpVersion:
    sealed::Sealed + Copy + Debug + Default + Eq + Hash + Ord + Send + Sync + 'static
{
    /// An address of this version.
    type Addr: Copy
        + Debug
        + Display
        + Eq
        + FromStr
        + Hash
        + Into<IpAddr>
        + Ord
        + Send
        + Sync
        + 'static;

    /// The same address as an unsigned number.
    type Bits: AddressBits;

    /// Bits in an address: 32 or 128, also the longest prefix length.
    const BITS: u8;

    /// The address as a number, first bit on the wire most significant.
    fn bits(addr: Self::Addr) -> Self::Bits;

    /// The address that the number stands for.
    fn addr(bits: Self::Bits) -> Self::Addr;

    /// The netmask of a prefix length; lengths beyond [`Self::BITS`] count as that.
    fn mask(len: u8) -> Self::Bits {
        match u32::from(Self::BITS.saturating_sub(len)) {
            all if all == u32::from(Self::BITS) => Self::Bits::default(),
            host => !Self::Bits::default() << host,
        }
    }
}

/// What the numbers behind addresses, `u32` and `u128`, can do.
pub trait AddressBits:
    sealed::Sealed
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Copy
    + Debug
    + Default
    + Eq
    + From<u8>
    + Hash
    + Not<Output = Self>
    + Ord
    + Send
    + Shl<u32, Output = Self>
    + Shr<u32, Output = Self>
    + Sync
    + 'static
{
    /// How many bits are zero before the first one; all of them for zero.
    fn leading_zeros(self) -> u32;

    /// The last eight bits.
    fn low_byte(self) -> u8;

    /// The first `count` bits, of at least one and at most as many as there are, as an index.
    fn first_bits(self, count: u8) -> usize;
}

/// IPv4 (RFC 791).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct V4;

/// IPv6 (RFC 8200).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct V6;

macro_rules! version {
    ($version:ty, $addr:ty, $bits:ty) => {
        impl IpVersion for $version {
            type Addr = $addr;
            type Bits = $bits;
            const BITS: u8 = <$bits>::BITS as u8;

            #[inline]
            fn bits(addr: $addr) -> $bits {
                addr.to_bits()
            }

            #[inline]
            fn addr(bits: $bits) -> $addr {
                <$addr>::from_bits(bits)
            }
        }

        impl AddressBits for $bits {
            #[inline]
            fn leading_zeros(self) -> u32 {
                <$bits>::leading_zeros(self)
            }

            #[inline]
            fn low_byte(self) -> u8 {
                self as u8
            }

            #[inline]
            fn first_bits(self, count: u8) -> usize {
                (self >> (<$bits>::BITS - u32::from(count))) as usize
            }
        }
    };
}

version!(V4, Ipv4Addr, u32);
version!(V6, Ipv6Addr, u128);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_run_from_nothing_to_the_whole_address() {
        assert_eq!(V4::addr(V4::mask(0)), Ipv4Addr::UNSPECIFIED);
        assert_eq!(V4::addr(V4::mask(20)), Ipv4Addr::new(255, 255, 240, 0));
        assert_eq!(V4::mask(32), u32::MAX);
        assert_eq!(V4::mask(33), u32::MAX);
        assert_eq!(V6::mask(0), 0);
        assert_eq!(V6::addr(V6::mask(48)).to_string(), "ffff:ffff:ffff::");
        assert_eq!(V6::mask(128), u128::MAX);
    }

    #[test]
    fn an_address_and_its_number_are_the_same_thing() {
        let addr = Ipv4Addr::new(10, 1, 2, 3);
        assert_eq!(V4::bits(addr), 0x0a01_0203);
        assert_eq!(V4::addr(V4::bits(addr)), addr);
        let addr: Ipv6Addr = "2001:db8::1".parse().unwrap();
        assert_eq!(V6::bits(addr).first_bits(16), 0x2001);
        assert_eq!(V6::addr(V6::bits(addr)), addr);
    }
}
