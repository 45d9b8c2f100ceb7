//! Constants of rules: bytes as they stand in a packet.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// Length of a device's name with its zeros (`IFNAMSIZ`).
pub const IFNAME: usize = 16;

/// A constant, in network order. How many bytes it has and what they mean the
/// [`DataType`](super::DataType) of what it is compared with says; fewer bytes are compared with the
/// first ones alone (`"eth*"`). Values of one length are ordered as the numbers they stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Value(#[serde(with = "written")] Vec<u8>);

/// Bytes as they are; in a text for people (JSON), in hexadecimal.
mod written {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use std::fmt::Write;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        if !to.is_human_readable() {
            return serde_bytes::serialize(bytes, to);
        }
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            let _ = write!(text, "{byte:02x}");
        }
        to.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        if !from.is_human_readable() {
            return serde_bytes::deserialize(from);
        }
        let text = std::borrow::Cow::<str>::deserialize(from)?;
        let digit = |digit: u8| char::from(digit).to_digit(16);
        let pair = |pair: &[u8]| match pair {
            [high, low] => u8::try_from(digit(*high)? << 4 | digit(*low)?).ok(),
            _ => None,
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(pair).collect();
        bytes.ok_or_else(|| D::Error::custom("bytes are pairs of hexadecimal digits"))
    }
}

impl Value {
    /// These bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Value {
        Value(bytes.into())
    }

    /// A number of `len` bytes; what does not fit is cut off.
    #[must_use]
    pub fn number(number: u128, len: usize) -> Value {
        let bytes = number.to_be_bytes();
        Value(bytes[bytes.len() - len.min(bytes.len())..].to_vec())
    }

    /// The name of a device, whole.
    #[must_use]
    pub fn ifname(name: &str) -> Value {
        let mut bytes = name.as_bytes().to_vec();
        bytes.resize(IFNAME, 0);
        Value(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The number that it stands for; none if it is longer than 16 bytes.
    #[must_use]
    pub fn to_number(&self) -> Option<u128> {
        (self.0.len() <= 16).then(|| {
            self.0
                .iter()
                .fold(0, |number, byte| number << 8 | u128::from(*byte))
        })
    }
}

impl From<u8> for Value {
    fn from(number: u8) -> Value {
        Value(vec![number])
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Value {
        Value(number.to_be_bytes().to_vec())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Value {
        Value(number.to_be_bytes().to_vec())
    }
}

impl From<Ipv4Addr> for Value {
    fn from(address: Ipv4Addr) -> Value {
        Value(address.octets().to_vec())
    }
}

impl From<Ipv6Addr> for Value {
    fn from(address: Ipv6Addr) -> Value {
        Value(address.octets().to_vec())
    }
}

impl From<IpAddr> for Value {
    fn from(address: IpAddr) -> Value {
        match address {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => address.into(),
        }
    }
}

impl From<MacAddr> for Value {
    fn from(address: MacAddr) -> Value {
        Value(address.0.to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_length_are_ordered_as_their_numbers() {
        assert!(Value::from(255u16) < Value::from(256u16));
        assert_eq!(Value::number(0x1_02, 2).to_number(), Some(0x102));
        assert_eq!(Value::number(0x1_02, 1).bytes(), [2]);
    }

    #[test]
    fn a_name_of_a_device_has_its_zeros() {
        assert_eq!(Value::ifname("eth0").bytes().len(), IFNAME);
    }
}
