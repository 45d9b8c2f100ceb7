//! User Datagram Protocol: RFC 768.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::field::{clamped, put_u16, require, u16};
use crate::{IpProtocol, Malformed, checksum};

/// Ports, length and checksum.
pub const HEADER_LEN: usize = 8;

/// A datagram over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Packet<T> {
    /// Wraps bytes that hold a whole datagram.
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        let packet = Self::new_header(bytes)?;
        let length = usize::from(packet.length());
        if length < HEADER_LEN {
            return Err(Malformed::BadTotalLength(length));
        }
        require("UDP datagram", length, packet.0.as_ref())?;
        Ok(packet)
    }

    /// Wraps bytes that hold a header, but maybe not the whole datagram.
    #[inline]
    pub fn new_header(bytes: T) -> Result<Self, Malformed> {
        require("UDP header", HEADER_LEN, bytes.as_ref())?;
        Ok(Self(bytes))
    }

    /// Wraps bytes that the caller knows to hold a header; getters panic otherwise.
    #[inline]
    pub fn new_unchecked(bytes: T) -> Self {
        Self(bytes)
    }

    /// The source port.
    #[inline]
    pub fn src_port(&self) -> u16 {
        u16(self.0.as_ref(), 0)
    }

    /// The destination port.
    #[inline]
    pub fn dst_port(&self) -> u16 {
        u16(self.0.as_ref(), 2)
    }

    /// The length of the datagram, header included.
    #[inline]
    pub fn length(&self) -> u16 {
        u16(self.0.as_ref(), 4)
    }

    /// The checksum; zero means that the sender made none.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16(self.0.as_ref(), 6)
    }

    /// The bytes of the datagram, as far as its length and the bytes go.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        clamped(self.0.as_ref(), 0, usize::from(self.length()))
    }

    /// What follows the header, as far as the length and the bytes go.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        clamped(self.0.as_ref(), HEADER_LEN, usize::from(self.length()))
    }

    /// Whether the checksum is right, or absent.
    #[inline]
    pub fn verify_checksum_v4(&self, src: Ipv4Addr, dst: Ipv4Addr) -> bool {
        let pseudo = checksum::pseudo_v4(src, dst, IpProtocol::UDP, usize::from(self.length()));
        self.checksum() == 0 || checksum::combine(&[pseudo, checksum::sum(self.as_bytes())]) == !0
    }

    /// Whether the checksum is right; over IPv6 there must be one.
    #[inline]
    pub fn verify_checksum_v6(&self, src: Ipv6Addr, dst: Ipv6Addr) -> bool {
        let pseudo = checksum::pseudo_v6(src, dst, IpProtocol::UDP, usize::from(self.length()));
        self.checksum() != 0 && checksum::combine(&[pseudo, checksum::sum(self.as_bytes())]) == !0
    }
}

impl<T: AsRef<[u8]> + AsMut<[u8]>> Packet<T> {
    /// Sets the source port.
    #[inline]
    pub fn set_src_port(&mut self, port: u16) {
        put_u16(self.0.as_mut(), 0, port);
    }

    /// Sets the destination port.
    #[inline]
    pub fn set_dst_port(&mut self, port: u16) {
        put_u16(self.0.as_mut(), 2, port);
    }

    /// Sets the length of the datagram, header included.
    #[inline]
    pub fn set_length(&mut self, length: u16) {
        put_u16(self.0.as_mut(), 4, length);
    }

    /// Sets the checksum.
    #[inline]
    pub fn set_checksum(&mut self, checksum: u16) {
        put_u16(self.0.as_mut(), 6, checksum);
    }

    /// Computes the checksum over IPv4 and sets it.
    #[inline]
    pub fn fill_checksum_v4(&mut self, src: Ipv4Addr, dst: Ipv4Addr) {
        let length = usize::from(self.length());
        self.fill_checksum(checksum::pseudo_v4(src, dst, IpProtocol::UDP, length));
    }

    /// Computes the checksum over IPv6 and sets it.
    #[inline]
    pub fn fill_checksum_v6(&mut self, src: Ipv6Addr, dst: Ipv6Addr) {
        let length = usize::from(self.length());
        self.fill_checksum(checksum::pseudo_v6(src, dst, IpProtocol::UDP, length));
    }

    #[inline]
    fn fill_checksum(&mut self, pseudo: u16) {
        self.set_checksum(0);
        let checksum = !checksum::combine(&[pseudo, checksum::sum(self.as_bytes())]);
        // Zero would say "no checksum"; all ones is the same number in one's complement.
        self.set_checksum(if checksum == 0 { 0xffff } else { checksum });
    }
}

/// The fields of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Repr<'a> {
    /// The source port.
    pub src_port: u16,
    /// The destination port.
    pub dst_port: u16,
    /// What it carries.
    pub payload: &'a [u8],
}

impl Repr<'_> {
    /// The length of the whole datagram.
    #[inline]
    #[must_use]
    pub const fn buffer_len(&self) -> usize {
        HEADER_LEN + self.payload.len()
    }

    /// Writes the datagram to the start of `buf` without a checksum; see [`emit_v4`](Self::emit_v4)
    /// and [`emit_v6`](Self::emit_v6). A datagram beyond the largest length is written with that
    /// length.
    ///
    /// # Panics
    /// If `buf` is shorter than [`buffer_len`](Self::buffer_len).
    #[inline]
    pub fn emit(&self, buf: &mut [u8]) {
        let buf = &mut buf[..self.buffer_len()];
        put_u16(buf, 0, self.src_port);
        put_u16(buf, 2, self.dst_port);
        put_u16(buf, 4, u16::try_from(self.buffer_len()).unwrap_or(u16::MAX));
        put_u16(buf, 6, 0);
        buf[HEADER_LEN..].copy_from_slice(self.payload);
    }

    /// Writes the datagram with its checksum over IPv4.
    ///
    /// # Panics
    /// If `buf` is shorter than [`buffer_len`](Self::buffer_len).
    #[inline]
    pub fn emit_v4(&self, buf: &mut [u8], src: Ipv4Addr, dst: Ipv4Addr) {
        self.emit(buf);
        Packet::new_unchecked(buf).fill_checksum_v4(src, dst);
    }

    /// Writes the datagram with its checksum over IPv6.
    ///
    /// # Panics
    /// If `buf` is shorter than [`buffer_len`](Self::buffer_len).
    #[inline]
    pub fn emit_v6(&self, buf: &mut [u8], src: Ipv6Addr, dst: Ipv6Addr) {
        self.emit(buf);
        Packet::new_unchecked(buf).fill_checksum_v6(src, dst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn a_length_below_eight_or_beyond_the_bytes_is_refused() {
        let mut bytes = [0u8; 12];
        assert_eq!(
            Packet::new_checked(bytes),
            Err(Malformed::BadTotalLength(0))
        );
        bytes[5] = 13;
        assert!(matches!(
            Packet::new_checked(bytes),
            Err(Malformed::Truncated { need: 13, .. })
        ));
        bytes[5] = 9;
        assert_eq!(Packet::new_checked(bytes).unwrap().payload().len(), 1);
    }

    proptest! {
        #[test]
        fn a_datagram_reads_back_as_it_was_written(
            src_port: u16, dst_port: u16, payload: Vec<u8>, src: [u8; 4], dst: [u8; 4],
        ) {
            let repr = Repr { src_port, dst_port, payload: &payload };
            let mut buf = std::vec![0xee; repr.buffer_len()];
            repr.emit_v4(&mut buf, src.into(), dst.into());
            let packet = Packet::new_checked(&buf).unwrap();
            prop_assert!(packet.verify_checksum_v4(src.into(), dst.into()));
            let read = Repr {
                src_port: packet.src_port(), dst_port: packet.dst_port(), payload: packet.payload(),
            };
            prop_assert_eq!(read, repr);
            let theirs = etherparse::UdpHeader::with_ipv4_checksum(
                src_port, dst_port,
                &etherparse::Ipv4Header::new(0, 64, etherparse::IpNumber::UDP, src, dst).unwrap(),
                &payload,
            ).unwrap();
            prop_assert_eq!(&theirs.to_bytes()[..], &buf[..8]);
        }

        #[test]
        fn over_ipv6_the_checksum_covers_its_pseudo_header(
            payload: Vec<u8>, src: [u8; 16], dst: [u8; 16],
        ) {
            let repr = Repr { src_port: 1, dst_port: 2, payload: &payload };
            let mut buf = std::vec![0; repr.buffer_len()];
            repr.emit_v6(&mut buf, src.into(), dst.into());
            let packet = Packet::new_checked(&buf).unwrap();
            prop_assert!(packet.verify_checksum_v6(src.into(), dst.into()));
            let header = etherparse::Ipv6Header { source: src, destination: dst, ..Default::default() };
            let theirs = etherparse::UdpHeader::with_ipv6_checksum(1, 2, &header, &payload).unwrap();
            prop_assert_eq!(theirs.checksum, packet.checksum());
        }
    }
}
