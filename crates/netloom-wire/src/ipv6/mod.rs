//! Internet Protocol version 6: the fixed header of RFC 8200.
//!
//! [`extension`] walks what follows it.

pub mod extension;

use core::net::Ipv6Addr;

use crate::field::{clamped, clamped_mut, ipv6, put, put_u16, put_u32, require, u16, u32};
use crate::{IpProtocol, Malformed};

/// The fixed header.
pub const HEADER_LEN: usize = 40;
/// The smallest MTU that IPv6 works over.
pub const MIN_MTU: usize = 1280;

/// A packet over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Packet<T> {
    /// Wraps bytes that hold a whole packet; bytes after its length may follow (padding).
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        let packet = Self::new_header(bytes)?;
        let total = HEADER_LEN + usize::from(packet.payload_len());
        require("IPv6 packet", total, packet.0.as_ref())?;
        Ok(packet)
    }

    /// Wraps bytes that hold a header, but maybe not the whole payload.
    #[inline]
    pub fn new_header(bytes: T) -> Result<Self, Malformed> {
        let data = bytes.as_ref();
        require("IPv6 header", HEADER_LEN, data)?;
        let version = data[0] >> 4;
        if version != 6 {
            return Err(Malformed::BadVersion(version));
        }
        Ok(Self(bytes))
    }

    /// Wraps bytes that the caller knows to hold a header; getters panic otherwise.
    #[inline]
    pub fn new_unchecked(bytes: T) -> Self {
        Self(bytes)
    }

    /// The version: 6.
    #[inline]
    pub fn version(&self) -> u8 {
        self.0.as_ref()[0] >> 4
    }

    /// The traffic class: DSCP and ECN.
    #[inline]
    pub fn traffic_class(&self) -> u8 {
        (u16(self.0.as_ref(), 0) >> 4) as u8
    }

    /// The flow label, 20 bits.
    #[inline]
    pub fn flow_label(&self) -> u32 {
        u32(self.0.as_ref(), 0) & 0x000f_ffff
    }

    /// The length of what follows the fixed header.
    #[inline]
    pub fn payload_len(&self) -> u16 {
        u16(self.0.as_ref(), 4)
    }

    /// What follows the fixed header: an extension header or an upper layer.
    #[inline]
    pub fn next_header(&self) -> IpProtocol {
        IpProtocol(self.0.as_ref()[6])
    }

    /// How many more hops the packet may take.
    #[inline]
    pub fn hop_limit(&self) -> u8 {
        self.0.as_ref()[7]
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> Ipv6Addr {
        ipv6(self.0.as_ref(), 8)
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> Ipv6Addr {
        ipv6(self.0.as_ref(), 24)
    }

    /// What follows the fixed header, as far as its length and the bytes go.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        let end = HEADER_LEN + usize::from(self.payload_len());
        clamped(self.0.as_ref(), HEADER_LEN, end)
    }

    /// All fields as values.
    #[inline]
    pub fn repr(&self) -> Repr {
        Repr {
            src: self.src(),
            dst: self.dst(),
            next_header: self.next_header(),
            hop_limit: self.hop_limit(),
            traffic_class: self.traffic_class(),
            flow_label: self.flow_label(),
            payload_len: usize::from(self.payload_len()),
        }
    }
}

impl<T: AsRef<[u8]> + AsMut<[u8]>> Packet<T> {
    /// Sets the hop limit.
    #[inline]
    pub fn set_hop_limit(&mut self, hops: u8) {
        self.0.as_mut()[7] = hops;
    }

    /// Sets the length of what follows the fixed header.
    #[inline]
    pub fn set_payload_len(&mut self, length: u16) {
        put_u16(self.0.as_mut(), 4, length);
    }

    /// Sets the source address.
    #[inline]
    pub fn set_src(&mut self, address: Ipv6Addr) {
        put(self.0.as_mut(), 8, address.octets());
    }

    /// Sets the destination address.
    #[inline]
    pub fn set_dst(&mut self, address: Ipv6Addr) {
        put(self.0.as_mut(), 24, address.octets());
    }

    /// What follows the fixed header, for writing.
    #[inline]
    pub fn payload_mut(&mut self) -> &mut [u8] {
        let end = HEADER_LEN + usize::from(self.payload_len());
        clamped_mut(self.0.as_mut(), HEADER_LEN, end)
    }
}

/// The fields of a header, and the length of what follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Repr {
    /// The source address.
    pub src: Ipv6Addr,
    /// The destination address.
    pub dst: Ipv6Addr,
    /// What follows.
    pub next_header: IpProtocol,
    /// Hop limit.
    pub hop_limit: u8,
    /// Traffic class.
    pub traffic_class: u8,
    /// Flow label; its low 20 bits count.
    pub flow_label: u32,
    /// The length of what follows.
    pub payload_len: usize,
}

impl Default for Repr {
    fn default() -> Self {
        Self {
            src: Ipv6Addr::UNSPECIFIED,
            dst: Ipv6Addr::UNSPECIFIED,
            next_header: IpProtocol::NO_NEXT_HEADER,
            hop_limit: 64,
            traffic_class: 0,
            flow_label: 0,
            payload_len: 0,
        }
    }
}

impl Repr {
    /// The length of the whole packet.
    #[inline]
    #[must_use]
    pub const fn buffer_len(&self) -> usize {
        HEADER_LEN + self.payload_len
    }

    /// Writes the header to the start of `buf`. The payload is the caller's, to be written at
    /// [`HEADER_LEN`]. A payload beyond the largest length is written with that length.
    ///
    /// # Panics
    /// If `buf` is shorter than the header.
    #[inline]
    pub fn emit(&self, buf: &mut [u8]) {
        let class = u32::from(self.traffic_class) << 20;
        put_u32(
            buf,
            0,
            0x6000_0000 | class | (self.flow_label & 0x000f_ffff),
        );
        put_u16(buf, 4, u16::try_from(self.payload_len).unwrap_or(u16::MAX));
        put(buf, 6, [self.next_header.0, self.hop_limit]);
        put(buf, 8, self.src.octets());
        put(buf, 24, self.dst.octets());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_packet_of_another_version_is_refused() {
        assert_eq!(
            Packet::new_checked([0x45; 40]),
            Err(Malformed::BadVersion(4))
        );
    }

    proptest! {
        #[test]
        fn a_header_reads_back_as_it_was_written(
            src: [u8; 16], dst: [u8; 16], bytes: [u8; 3], flow_label in 0u32..1 << 20,
            payload_len in 0usize..50,
        ) {
            let repr = Repr {
                src: src.into(), dst: dst.into(), next_header: IpProtocol(bytes[0]),
                hop_limit: bytes[1], traffic_class: bytes[2], flow_label, payload_len,
            };
            let mut buf = [0; 90];
            repr.emit(&mut buf);
            let packet = Packet::new_checked(&buf[..]).unwrap();
            prop_assert_eq!(packet.repr(), repr);
            prop_assert_eq!(packet.payload().len(), payload_len);
            let theirs = etherparse::Ipv6HeaderSlice::from_slice(&buf).unwrap();
            prop_assert_eq!(theirs.source(), src);
            prop_assert_eq!(theirs.destination(), dst);
            prop_assert_eq!(theirs.traffic_class(), bytes[2]);
            prop_assert_eq!(theirs.flow_label().value(), flow_label);
            prop_assert_eq!(theirs.hop_limit(), bytes[1]);
            prop_assert_eq!(theirs.next_header().0, bytes[0]);
        }
    }
}
