//! Ethernet hardware addresses (EUI-48), written and read as iproute2 does.

use core::fmt;
use core::str::FromStr;

/// A 48-bit hardware address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MacAddr(pub [u8; 6]);

impl MacAddr {
    /// Every station: `ff:ff:ff:ff:ff:ff`.
    pub const BROADCAST: Self = Self([0xff; 6]);
    /// No address: `00:00:00:00:00:00`.
    pub const ZERO: Self = Self([0; 6]);

    /// Whether the group bit is set; the broadcast address is a group too.
    #[inline]
    #[must_use]
    pub const fn is_multicast(self) -> bool {
        self.0[0] & 0x01 != 0
    }

    /// Whether this is the address of every station.
    #[inline]
    #[must_use]
    pub const fn is_broadcast(self) -> bool {
        self.to_u64() == Self::BROADCAST.to_u64()
    }

    /// Whether all bits are zero.
    #[inline]
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.to_u64() == 0
    }

    /// Whether the address was given by an administrator rather than a manufacturer.
    #[inline]
    #[must_use]
    pub const fn is_local(self) -> bool {
        self.0[0] & 0x02 != 0
    }

    /// Whether a device may have it: neither a group nor zero.
    #[inline]
    #[must_use]
    pub const fn is_valid_unicast(self) -> bool {
        !self.is_multicast() && !self.is_zero()
    }

    /// The address as the low 48 bits of a number, first byte highest.
    #[inline]
    #[must_use]
    pub const fn to_u64(self) -> u64 {
        // Two words rather than six bytes: that is how processors load them.
        let [a, b, c, d, e, f] = self.0;
        (u32::from_be_bytes([a, b, c, d]) as u64) << 16 | u16::from_be_bytes([e, f]) as u64
    }

    /// The address from the low 48 bits of a number; the inverse of [`to_u64`](Self::to_u64).
    #[inline]
    #[must_use]
    pub const fn from_u64(value: u64) -> Self {
        let [_, _, a, b, c, d, e, f] = value.to_be_bytes();
        Self([a, b, c, d, e, f])
    }

    /// The group address of an IPv4 multicast group (RFC 1112, 6.4): its low 23 bits after
    /// `01:00:5e`.
    #[inline]
    #[must_use]
    pub const fn from_ipv4_multicast(group: core::net::Ipv4Addr) -> Self {
        let [_, b, c, d] = group.octets();
        Self([0x01, 0x00, 0x5e, b & 0x7f, c, d])
    }

    /// The group address of an IPv6 multicast group (RFC 2464, 7): its low 32 bits after `33:33`.
    #[inline]
    #[must_use]
    pub const fn from_ipv6_multicast(group: core::net::Ipv6Addr) -> Self {
        let [.., c, d, e, f] = group.octets();
        Self([0x33, 0x33, c, d, e, f])
    }
}

impl From<[u8; 6]> for MacAddr {
    fn from(bytes: [u8; 6]) -> Self {
        Self(bytes)
    }
}

impl From<MacAddr> for [u8; 6] {
    fn from(mac: MacAddr) -> Self {
        mac.0
    }
}

impl fmt::Display for MacAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b':'; 17];
        for (i, byte) in self.0.iter().enumerate() {
            text[3 * i] = HEX[usize::from(byte >> 4)];
            text[3 * i + 1] = HEX[usize::from(byte & 15)];
        }
        // Hex digits and colons are UTF-8; `pad` keeps width and alignment flags working.
        f.pad(core::str::from_utf8(&text).unwrap_or_default())
    }
}

/// Why a text is not a hardware address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseMacError {
    /// One part is not a hexadecimal number of at most `ff`.
    BadByte,
    /// This many parts instead of six.
    BadLength(usize),
}

impl fmt::Display for ParseMacError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadByte => f.write_str("invalid lladdr"),
            Self::BadLength(n) => write!(f, "invalid address length {n} - must be 6 bytes"),
        }
    }
}

impl core::error::Error for ParseMacError {}

impl FromStr for MacAddr {
    type Err = ParseMacError;

    /// Reads six hexadecimal numbers joined by colons, each with as many digits as one likes and
    /// an optional `0x`, as iproute2 does.
    fn from_str(text: &str) -> Result<Self, ParseMacError> {
        let mut bytes = [0; 6];
        let mut count = 0;
        for part in text.split(':') {
            let byte = parse_hex(part).ok_or(ParseMacError::BadByte)?;
            if let Some(slot) = bytes.get_mut(count) {
                *slot = byte;
            }
            count += 1;
        }
        if count != bytes.len() {
            return Err(ParseMacError::BadLength(count));
        }
        Ok(Self(bytes))
    }
}

fn parse_hex(part: &str) -> Option<u8> {
    let digits = part
        .strip_prefix("0x")
        .or_else(|| part.strip_prefix("0X"))
        .unwrap_or(part);
    // `from_str_radix` alone would accept a sign.
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    u8::from_str_radix(digits, 16).ok()
}

#[cfg(feature = "serde")]
mod as_text {
    use core::fmt;

    use serde::de::{Deserialize, Deserializer, Error, Visitor};
    use serde::ser::{Serialize, Serializer};

    use super::MacAddr;

    impl Serialize for MacAddr {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_str(self)
        }
    }

    struct MacVisitor;

    impl Visitor<'_> for MacVisitor {
        type Value = MacAddr;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a hardware address such as \"02:00:00:00:00:01\"")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<MacAddr, E> {
            text.parse().map_err(E::custom)
        }
    }

    impl<'de> Deserialize<'de> for MacAddr {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_str(MacVisitor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn an_address_is_written_in_lower_case_with_colons() {
        assert_eq!(
            MacAddr([0, 0x1b, 0xC0, 0xff, 0xee, 9]).to_string(),
            "00:1b:c0:ff:ee:09"
        );
    }

    #[test]
    fn short_and_upper_case_parts_are_read_as_iproute2_reads_them() {
        let expected = Ok(MacAddr([2, 0, 0, 0xab, 0, 1]));
        assert_eq!("2:0:0:AB:0:1".parse(), expected);
        assert_eq!("02:00:00:ab:00:01".parse(), expected);
        assert_eq!("0x2:0:0:0ab:0:01".parse(), expected);
    }

    #[test]
    fn what_is_not_six_bytes_is_refused() {
        assert_eq!(
            "1:2:3:4:5".parse::<MacAddr>(),
            Err(ParseMacError::BadLength(5))
        );
        assert_eq!(
            "1:2:3:4:5:6:7".parse::<MacAddr>(),
            Err(ParseMacError::BadLength(7))
        );
        assert_eq!(
            "1:2:3:4:5:100".parse::<MacAddr>(),
            Err(ParseMacError::BadByte)
        );
        assert_eq!(
            "1:2:3:4:5:+6".parse::<MacAddr>(),
            Err(ParseMacError::BadByte)
        );
        assert_eq!("1:2:3:4:5:".parse::<MacAddr>(), Err(ParseMacError::BadByte));
        assert_eq!("".parse::<MacAddr>(), Err(ParseMacError::BadByte));
    }

    #[test]
    fn a_multicast_group_maps_to_its_group_address() {
        let group = MacAddr::from_ipv4_multicast(core::net::Ipv4Addr::new(239, 129, 2, 3));
        assert_eq!(group.to_string(), "01:00:5e:01:02:03");
        assert!(group.is_multicast() && !group.is_broadcast());
        let group = MacAddr::from_ipv6_multicast("ff02::1:ff00:9".parse().unwrap());
        assert_eq!(group.to_string(), "33:33:ff:00:00:09");
    }

    #[test]
    fn the_number_of_an_address_keeps_its_order() {
        let mac = MacAddr([1, 2, 3, 4, 5, 6]);
        assert_eq!(mac.to_u64(), 0x0102_0304_0506);
        assert_eq!(MacAddr::from_u64(mac.to_u64()), mac);
    }
}
