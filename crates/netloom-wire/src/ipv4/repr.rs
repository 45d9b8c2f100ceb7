//! The fields of an IPv4 header as values, and their writing.

use core::net::Ipv4Addr;

use super::{HEADER_LEN, MAX_HEADER_LEN, Packet, fragment_word};
use crate::field::{put, put_u16};
use crate::{IpProtocol, checksum};

/// The fields of a header, and the length of what follows it.
///
/// The defaults are those of a locally made packet on Linux: a time to live of 64, everything else
/// empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Repr<'a> {
    /// The source address.
    pub src: Ipv4Addr,
    /// The destination address.
    pub dst: Ipv4Addr,
    /// What the packet carries.
    pub protocol: IpProtocol,
    /// Time to live.
    pub ttl: u8,
    /// Type of service: DSCP and ECN.
    pub tos: u8,
    /// Identification.
    pub ident: u16,
    /// Don't fragment.
    pub df: bool,
    /// More fragments follow.
    pub mf: bool,
    /// Where the payload belongs, in bytes; a multiple of 8.
    pub frag_offset: u16,
    /// Options; written padded with zeros to a multiple of four, and cut at 40 bytes.
    pub options: &'a [u8],
    /// The length of what follows the header.
    pub payload_len: usize,
}

impl Default for Repr<'_> {
    fn default() -> Self {
        Self {
            src: Ipv4Addr::UNSPECIFIED,
            dst: Ipv4Addr::UNSPECIFIED,
            protocol: IpProtocol(0),
            ttl: 64,
            tos: 0,
            ident: 0,
            df: false,
            mf: false,
            frag_offset: 0,
            options: &[],
            payload_len: 0,
        }
    }
}

impl<'a> Repr<'a> {
    /// The fields of a packet.
    pub fn parse<T: AsRef<[u8]>>(packet: &'a Packet<T>) -> Self {
        Self {
            src: packet.src(),
            dst: packet.dst(),
            protocol: packet.protocol(),
            ttl: packet.ttl(),
            tos: packet.tos(),
            ident: packet.ident(),
            df: packet.df(),
            mf: packet.mf(),
            frag_offset: packet.frag_offset(),
            options: packet.options(),
            payload_len: usize::from(packet.total_len()).saturating_sub(packet.header_len()),
        }
    }

    /// The length of the header with its options: what [`emit`](Self::emit) writes.
    #[inline]
    #[must_use]
    pub fn header_len(&self) -> usize {
        (HEADER_LEN + self.options.len().next_multiple_of(4)).min(MAX_HEADER_LEN)
    }

    /// The length of the whole packet.
    #[inline]
    #[must_use]
    pub fn buffer_len(&self) -> usize {
        self.header_len() + self.payload_len
    }

    /// Writes the header to the start of `buf`, its checksum too. The payload is the caller's, to
    /// be written at [`header_len`](Self::header_len). A packet beyond the largest length is
    /// written with that length.
    ///
    /// # Panics
    /// If `buf` is shorter than the header.
    #[inline]
    pub fn emit(&self, buf: &mut [u8]) {
        let header = &mut buf[..self.header_len()];
        let total = u16::try_from(self.buffer_len()).unwrap_or(u16::MAX);
        header[0] = 0x40 | (header.len() / 4) as u8;
        header[1] = self.tos;
        put_u16(header, 2, total);
        put_u16(header, 4, self.ident);
        put_u16(header, 6, fragment_word(self.df, self.mf, self.frag_offset));
        header[8] = self.ttl;
        header[9] = self.protocol.0;
        put_u16(header, 10, 0);
        put(header, 12, self.src.octets());
        put(header, 16, self.dst.octets());
        let options = &mut header[HEADER_LEN..];
        let given = self.options.len().min(options.len());
        options[..given].copy_from_slice(&self.options[..given]);
        options[given..].fill(0);
        let checksum = checksum::checksum(header);
        put_u16(header, 10, checksum);
    }
}
