//! Transmission Control Protocol: the header of RFC 9293, with the options of RFC 7323 (window
//! scale, timestamps) and RFC 2018 (selective acknowledgement).

use core::net::{Ipv4Addr, Ipv6Addr};
use core::ops::Range;

use crate::field::{clamped, put_u16, put_u32, require, u16, u32};
use crate::{IpProtocol, Malformed, checksum};

/// A header without options.
pub const HEADER_LEN: usize = 20;

/// The control bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// No more data from the sender.
    pub const FIN: Self = Self(0x01);
    /// Synchronise sequence numbers.
    pub const SYN: Self = Self(0x02);
    /// Reset the connection.
    pub const RST: Self = Self(0x04);
    /// Push.
    pub const PSH: Self = Self(0x08);
    /// The acknowledgement number counts.
    pub const ACK: Self = Self(0x10);
    /// The urgent pointer counts.
    pub const URG: Self = Self(0x20);
    /// ECN echo.
    pub const ECE: Self = Self(0x40);
    /// Congestion window reduced.
    pub const CWR: Self = Self(0x80);

    /// Whether all of `flags` are set.
    #[inline]
    #[must_use]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

impl core::ops::BitOr for Flags {
    type Output = Self;

    #[inline]
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// A segment over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Packet<T> {
    /// Wraps bytes that hold a header with its options.
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        let data = bytes.as_ref();
        require("TCP header", HEADER_LEN, data)?;
        let header_len = usize::from(data[12] >> 4) * 4;
        if header_len < HEADER_LEN {
            return Err(Malformed::BadHeaderLength(header_len));
        }
        require("TCP options", header_len, data)?;
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

    /// The sequence number of the first byte.
    #[inline]
    pub fn seq(&self) -> u32 {
        u32(self.0.as_ref(), 4)
    }

    /// The next sequence number the sender expects.
    #[inline]
    pub fn ack(&self) -> u32 {
        u32(self.0.as_ref(), 8)
    }

    /// The header length in bytes, options included.
    #[inline]
    pub fn header_len(&self) -> usize {
        usize::from(self.0.as_ref()[12] >> 4) * 4
    }

    /// The control bits.
    #[inline]
    pub fn flags(&self) -> Flags {
        Flags(self.0.as_ref()[13])
    }

    /// The receive window, not scaled.
    #[inline]
    pub fn window(&self) -> u16 {
        u16(self.0.as_ref(), 14)
    }

    /// The checksum over pseudo header and segment.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16(self.0.as_ref(), 16)
    }

    /// The urgent pointer.
    #[inline]
    pub fn urgent(&self) -> u16 {
        u16(self.0.as_ref(), 18)
    }

    /// The bytes of the options.
    #[inline]
    pub fn options(&self) -> &[u8] {
        clamped(self.0.as_ref(), HEADER_LEN, self.header_len())
    }

    /// The options one by one.
    #[inline]
    pub fn options_iter(&self) -> OptionIter<'_> {
        OptionIter::new(self.options())
    }

    /// What follows the header.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        let data = self.0.as_ref();
        clamped(data, self.header_len(), data.len())
    }

    /// Whether the checksum over IPv4 is right.
    #[inline]
    pub fn verify_checksum_v4(&self, src: Ipv4Addr, dst: Ipv4Addr) -> bool {
        let data = self.0.as_ref();
        let pseudo = checksum::pseudo_v4(src, dst, IpProtocol::TCP, data.len());
        checksum::combine(&[pseudo, checksum::sum(data)]) == 0xffff
    }

    /// Whether the checksum over IPv6 is right.
    #[inline]
    pub fn verify_checksum_v6(&self, src: Ipv6Addr, dst: Ipv6Addr) -> bool {
        let data = self.0.as_ref();
        let pseudo = checksum::pseudo_v6(src, dst, IpProtocol::TCP, data.len());
        checksum::combine(&[pseudo, checksum::sum(data)]) == 0xffff
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

    /// Sets the sequence number.
    #[inline]
    pub fn set_seq(&mut self, seq: u32) {
        put_u32(self.0.as_mut(), 4, seq);
    }

    /// Sets the control bits.
    #[inline]
    pub fn set_flags(&mut self, flags: Flags) {
        self.0.as_mut()[13] = flags.0;
    }

    /// Sets the checksum.
    #[inline]
    pub fn set_checksum(&mut self, checksum: u16) {
        put_u16(self.0.as_mut(), 16, checksum);
    }

    /// Computes the checksum over IPv4 and sets it.
    #[inline]
    pub fn fill_checksum_v4(&mut self, src: Ipv4Addr, dst: Ipv4Addr) {
        self.set_checksum(0);
        let data = self.0.as_ref();
        let pseudo = checksum::pseudo_v4(src, dst, IpProtocol::TCP, data.len());
        let checksum = !checksum::combine(&[pseudo, checksum::sum(data)]);
        self.set_checksum(checksum);
    }

    /// Computes the checksum over IPv6 and sets it.
    #[inline]
    pub fn fill_checksum_v6(&mut self, src: Ipv6Addr, dst: Ipv6Addr) {
        self.set_checksum(0);
        let data = self.0.as_ref();
        let pseudo = checksum::pseudo_v6(src, dst, IpProtocol::TCP, data.len());
        let checksum = !checksum::combine(&[pseudo, checksum::sum(data)]);
        self.set_checksum(checksum);
    }
}

/// One option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcpOption<'a> {
    /// End of the options.
    End,
    /// One byte of padding.
    Nop,
    /// Maximum segment size.
    MaxSegmentSize(u16),
    /// Window scale, as a shift.
    WindowScale(u8),
    /// Selective acknowledgements may be sent.
    SackPermitted,
    /// Selective acknowledgements: pairs of 32-bit sequence numbers.
    Sack(&'a [u8]),
    /// Timestamps.
    Timestamps {
        /// The sender's clock.
        value: u32,
        /// The peer's clock given back.
        echo: u32,
    },
    /// Any other option.
    Other {
        /// Its kind.
        kind: u8,
        /// What follows kind and length.
        data: &'a [u8],
    },
}

/// The kind of the option at a place among options, and all of its bytes; none behind the last one. An end
/// of options takes all that is left.
///
/// # Errors
/// Its length is none that it can have.
pub fn option_at(options: &[u8], at: usize) -> Option<Result<(u8, Range<usize>), Malformed>> {
    let kind = *options.get(at)?;
    let end = match kind {
        0 => options.len(),
        1 => at + 1,
        _ => {
            let length = options.get(at + 1).map_or(0, |&length| usize::from(length));
            if length < 2 || length > options.len() - at {
                return Some(Err(Malformed::BadOption(kind)));
            }
            at + length
        }
    };
    Some(Ok((kind, at..end)))
}

/// The options of a segment one by one: an end of options last, and nothing after the first
/// malformed one.
#[derive(Clone, Debug)]
pub struct OptionIter<'a> {
    options: &'a [u8],
    at: usize,
}

impl<'a> OptionIter<'a> {
    /// Walks the bytes of the options.
    #[must_use]
    pub fn new(options: &'a [u8]) -> Self {
        Self { options, at: 0 }
    }
}

impl<'a> Iterator for OptionIter<'a> {
    type Item = Result<TcpOption<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, place) = match option_at(self.options, self.at)? {
            Ok(found) => found,
            Err(malformed) => {
                self.at = self.options.len();
                return Some(Err(malformed));
            }
        };
        self.at = place.end;
        let data = self.options.get(place.start + 2..place.end);
        let data = data.unwrap_or_default();
        Some(Ok(match (kind, data.len()) {
            (0, _) => TcpOption::End,
            (1, _) => TcpOption::Nop,
            (2, 2) => TcpOption::MaxSegmentSize(u16(data, 0)),
            (3, 1) => TcpOption::WindowScale(data[0]),
            (4, 0) => TcpOption::SackPermitted,
            (5, n) if n % 8 == 0 => TcpOption::Sack(data),
            (8, 8) => TcpOption::Timestamps {
                value: u32(data, 0),
                echo: u32(data, 4),
            },
            _ => TcpOption::Other { kind, data },
        }))
    }
}

/// The fields of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Repr<'a> {
    /// The source port.
    pub src_port: u16,
    /// The destination port.
    pub dst_port: u16,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number.
    pub ack: u32,
    /// Control bits.
    pub flags: Flags,
    /// Receive window.
    pub window: u16,
    /// Urgent pointer.
    pub urgent: u16,
    /// Options; written padded with zeros to a multiple of four, and cut at 40 bytes.
    pub options: &'a [u8],
    /// What it carries.
    pub payload: &'a [u8],
}

impl Repr<'_> {
    /// The length of the header with its options.
    #[must_use]
    pub fn header_len(&self) -> usize {
        (HEADER_LEN + self.options.len().next_multiple_of(4)).min(60)
    }

    /// The length of the whole segment.
    #[must_use]
    pub fn buffer_len(&self) -> usize {
        self.header_len() + self.payload.len()
    }

    /// Writes the whole segment to the start of `buf` with a checksum of zero;
    /// [`Packet::fill_checksum_v4`] sets it.
    ///
    /// # Panics
    /// If `buf` is shorter than [`buffer_len`](Self::buffer_len).
    pub fn emit(&self, buf: &mut [u8]) {
        let (header, rest) = buf.split_at_mut(self.header_len());
        put_u16(header, 0, self.src_port);
        put_u16(header, 2, self.dst_port);
        put_u32(header, 4, self.seq);
        put_u32(header, 8, self.ack);
        header[12] = ((header.len() / 4) << 4) as u8;
        header[13] = self.flags.0;
        put_u16(header, 14, self.window);
        put_u16(header, 16, 0);
        put_u16(header, 18, self.urgent);
        let options = &mut header[HEADER_LEN..];
        let given = self.options.len().min(options.len());
        options[..given].copy_from_slice(&self.options[..given]);
        options[given..].fill(0);
        rest[..self.payload.len()].copy_from_slice(self.payload);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn the_options_of_a_usual_syn_are_told_apart() {
        let options = [
            2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 3, 3, 7, 0, 9,
        ];
        let all: Vec<_> = OptionIter::new(&options).map(Result::unwrap).collect();
        assert_eq!(
            all,
            [
                TcpOption::MaxSegmentSize(1460),
                TcpOption::SackPermitted,
                TcpOption::Timestamps { value: 1, echo: 2 },
                TcpOption::Nop,
                TcpOption::WindowScale(7),
                TcpOption::End,
            ]
        );
    }

    #[test]
    fn a_malformed_option_is_the_last() {
        for bytes in [&[1, 9, 1, 1][..], &[1, 9, 0], &[1, 9, 4, 1], &[1, 9]] {
            let all: Vec<_> = OptionIter::new(bytes).collect();
            assert_eq!(all, [Ok(TcpOption::Nop), Err(Malformed::BadOption(9))]);
        }
    }

    proptest! {
        #[test]
        fn a_segment_reads_back_as_it_was_written(
            ports: [u16; 2], numbers: [u32; 2], flags: u8, window: u16, urgent: u16,
            words in prop::collection::vec(any::<[u8; 4]>(), 0..=10), payload: Vec<u8>,
            src: [u8; 4], dst: [u8; 4],
        ) {
            let options = words.concat();
            let repr = Repr {
                src_port: ports[0], dst_port: ports[1], seq: numbers[0], ack: numbers[1],
                flags: Flags(flags), window, urgent, options: &options, payload: &payload,
            };
            let mut buf = std::vec![0xee; repr.buffer_len()];
            repr.emit(&mut buf);
            Packet::new_unchecked(&mut buf[..]).fill_checksum_v4(src.into(), dst.into());
            let packet = Packet::new_checked(&buf).unwrap();
            let read = Repr {
                src_port: packet.src_port(), dst_port: packet.dst_port(), seq: packet.seq(),
                ack: packet.ack(), flags: packet.flags(), window: packet.window(),
                urgent: packet.urgent(), options: packet.options(), payload: packet.payload(),
            };
            prop_assert_eq!(read, repr);
            prop_assert!(packet.verify_checksum_v4(src.into(), dst.into()));
            let theirs = etherparse::TcpSlice::from_slice(&buf).unwrap();
            prop_assert_eq!(theirs.calc_checksum_ipv4(src, dst).unwrap(), theirs.checksum());
            prop_assert_eq!(theirs.sequence_number(), numbers[0]);
            prop_assert_eq!(theirs.payload(), &payload[..]);
            prop_assert_eq!(theirs.options(), &options[..]);
        }
    }
}
