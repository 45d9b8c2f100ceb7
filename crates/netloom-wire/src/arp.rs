//! Address resolution: RFC 826, for Ethernet hardware and IPv4 addresses.

use core::net::Ipv4Addr;

use crate::field::{ipv4, mac, put, put_u16, require, u16};
use crate::{EtherType, MacAddr, Malformed};

/// A whole packet.
pub const PACKET_LEN: usize = 28;
/// The hardware type of Ethernet.
pub const HARDWARE_ETHERNET: u16 = 1;

/// What a packet asks or says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Operation(pub u16);

impl Operation {
    /// Who has this address?
    pub const REQUEST: Self = Self(1);
    /// I have it.
    pub const REPLY: Self = Self(2);
    /// Reverse ARP request.
    pub const REVERSE_REQUEST: Self = Self(3);
    /// Reverse ARP reply.
    pub const REVERSE_REPLY: Self = Self(4);
}

/// A packet over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Packet<T> {
    /// Wraps bytes that hold a whole packet about Ethernet and IPv4.
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        let data = bytes.as_ref();
        require("ARP packet", PACKET_LEN, data)?;
        let format = (u16(data, 0), u16(data, 2), data[4], data[5]);
        if format != (HARDWARE_ETHERNET, EtherType::IPV4.0, 6, 4) {
            return Err(Malformed::BadAddressFormat);
        }
        Ok(Self(bytes))
    }

    /// Wraps bytes that the caller knows to hold a packet; getters panic otherwise.
    #[inline]
    pub fn new_unchecked(bytes: T) -> Self {
        Self(bytes)
    }

    /// What the packet asks or says.
    #[inline]
    pub fn operation(&self) -> Operation {
        Operation(u16(self.0.as_ref(), 6))
    }

    /// The sender's hardware address.
    #[inline]
    pub fn sender_mac(&self) -> MacAddr {
        mac(self.0.as_ref(), 8)
    }

    /// The sender's IPv4 address; unspecified in a probe.
    #[inline]
    pub fn sender_ip(&self) -> Ipv4Addr {
        ipv4(self.0.as_ref(), 14)
    }

    /// The target's hardware address; zero in most requests.
    #[inline]
    pub fn target_mac(&self) -> MacAddr {
        mac(self.0.as_ref(), 18)
    }

    /// The address asked for, or the one the reply goes to.
    #[inline]
    pub fn target_ip(&self) -> Ipv4Addr {
        ipv4(self.0.as_ref(), 24)
    }

    /// All fields as values.
    #[inline]
    pub fn repr(&self) -> Repr {
        Repr {
            operation: self.operation(),
            sender_mac: self.sender_mac(),
            sender_ip: self.sender_ip(),
            target_mac: self.target_mac(),
            target_ip: self.target_ip(),
        }
    }
}

/// The fields of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Repr {
    /// What it asks or says.
    pub operation: Operation,
    /// The sender's hardware address.
    pub sender_mac: MacAddr,
    /// The sender's IPv4 address.
    pub sender_ip: Ipv4Addr,
    /// The target's hardware address.
    pub target_mac: MacAddr,
    /// The target's IPv4 address.
    pub target_ip: Ipv4Addr,
}

impl Repr {
    /// How many bytes [`emit`](Self::emit) writes.
    #[inline]
    #[must_use]
    pub const fn buffer_len(&self) -> usize {
        PACKET_LEN
    }

    /// Writes the packet to the start of `buf`.
    ///
    /// # Panics
    /// If `buf` is shorter than [`PACKET_LEN`].
    pub fn emit(&self, buf: &mut [u8]) {
        put_u16(buf, 0, HARDWARE_ETHERNET);
        put_u16(buf, 2, EtherType::IPV4.0);
        put(buf, 4, [6, 4]);
        put_u16(buf, 6, self.operation.0);
        put(buf, 8, self.sender_mac.0);
        put(buf, 14, self.sender_ip.octets());
        put(buf, 18, self.target_mac.0);
        put(buf, 24, self.target_ip.octets());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_address_formats_are_refused() {
        let mut bytes = [0u8; 28];
        assert_eq!(Packet::new_checked(bytes), Err(Malformed::BadAddressFormat));
        bytes[..6].copy_from_slice(&[0, 1, 8, 0, 6, 4]);
        assert!(Packet::new_checked(bytes).is_ok());
        assert!(Packet::new_checked(&bytes[..27]).is_err());
    }

    proptest! {
        #[test]
        fn a_packet_reads_back_as_it_was_written(
            operation: u16, macs: [[u8; 6]; 2], ips: [[u8; 4]; 2],
        ) {
            let repr = Repr {
                operation: Operation(operation),
                sender_mac: MacAddr(macs[0]), sender_ip: ips[0].into(),
                target_mac: MacAddr(macs[1]), target_ip: ips[1].into(),
            };
            let mut buf = [0xee; PACKET_LEN];
            repr.emit(&mut buf);
            prop_assert_eq!(Packet::new_checked(&buf[..]).unwrap().repr(), repr);
            let theirs = etherparse::ArpPacketSlice::from_slice(&buf).unwrap();
            prop_assert_eq!(theirs.operation().0, operation);
            prop_assert_eq!(theirs.sender_hw_addr(), &macs[0]);
            prop_assert_eq!(theirs.target_protocol_addr(), &ips[1]);
        }
    }
}
