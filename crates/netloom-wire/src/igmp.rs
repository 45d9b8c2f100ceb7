//! Internet Group Management Protocol, versions 1 to 3 (RFC 1112, 2236, 3376): the common header.
//!
//! The records of version 3 reports and the end of version 3 queries are those of
//! [`crate::membership`].

use core::net::Ipv4Addr;

use crate::field::{ipv4, put, put_u16, require, u16};
use crate::{Malformed, checksum};

/// Type, maximum response time, checksum and group.
pub const HEADER_LEN: usize = 8;

/// The option by which routers look at a message (RFC 2113): it goes with every one.
pub const ROUTER_ALERT: [u8; 4] = [0x94, 4, 0, 0];

/// Where reports of version 3 are sent: all routers that know IGMPv3.
pub const ROUTERS_V3: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 22);

/// Where it is said that a group is left: all routers.
pub const ROUTERS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 2);

/// Where it is asked for every group: all hosts.
pub const HOSTS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 1);

/// The type of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Type(pub u8);

impl Type {
    /// Membership query.
    pub const QUERY: Self = Self(0x11);
    /// Version 1 membership report.
    pub const V1_REPORT: Self = Self(0x12);
    /// Version 2 membership report.
    pub const V2_REPORT: Self = Self(0x16);
    /// Leave group.
    pub const LEAVE: Self = Self(0x17);
    /// Version 3 membership report.
    pub const V3_REPORT: Self = Self(0x22);
}

/// A message over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Packet<T> {
    /// Wraps bytes that hold at least a header.
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        require("IGMP header", HEADER_LEN, bytes.as_ref())?;
        Ok(Self(bytes))
    }

    /// The type.
    #[inline]
    pub fn msg_type(&self) -> Type {
        Type(self.0.as_ref()[0])
    }

    /// The maximum response code, in tenths of a second below 128.
    #[inline]
    pub fn max_response(&self) -> u8 {
        self.0.as_ref()[1]
    }

    /// The checksum over the whole message.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16(self.0.as_ref(), 2)
    }

    /// The group; unspecified in a general query.
    #[inline]
    pub fn group(&self) -> Ipv4Addr {
        ipv4(self.0.as_ref(), 4)
    }

    /// How many records a version 3 report has.
    #[inline]
    pub fn record_count(&self) -> u16 {
        u16(self.0.as_ref(), 6)
    }

    /// What follows the header.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        &self.0.as_ref()[HEADER_LEN..]
    }

    /// Whether the checksum is right.
    #[inline]
    pub fn verify_checksum(&self) -> bool {
        checksum::verify(self.0.as_ref())
    }
}

/// Writes the header of a message whose payload is in `buf` already, and its checksum.
///
/// # Panics
/// If `buf` is shorter than [`HEADER_LEN`].
pub fn emit(buf: &mut [u8], msg_type: Type, max_response: u8, last: [u8; 4]) {
    put(buf, 0, [msg_type.0, max_response, 0, 0]);
    put(buf, 4, last);
    let sum = checksum::checksum(buf);
    put_u16(buf, 2, sum);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_2_report_names_its_group() {
        let bytes = [0x16, 0, 0xfa, 0x04, 239, 1, 0, 250];
        let packet = Packet::new_checked(bytes).unwrap();
        assert_eq!(packet.msg_type(), Type::V2_REPORT);
        assert_eq!(packet.group(), Ipv4Addr::new(239, 1, 0, 250));
        assert_eq!((packet.max_response(), packet.payload().len()), (0, 0));
    }
}
