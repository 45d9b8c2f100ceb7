//! Internet Protocol version 4: RFC 791, with the differentiated services field of RFC 2474 and
//! the congestion bits of RFC 3168.

mod options;
mod repr;

use core::net::Ipv4Addr;

pub use options::{IpOption, OptionIter, OptionKind};
pub use repr::Repr;

use crate::field::{clamped, clamped_mut, ipv4, put, put_u16, require, u16};
use crate::{IpProtocol, Malformed, checksum};

/// A header without options.
pub const HEADER_LEN: usize = 20;
/// The longest header: fifteen 32-bit words.
pub const MAX_HEADER_LEN: usize = 60;
/// The longest packet, header included.
pub const MAX_LEN: usize = 65535;
/// The smallest MTU that IPv4 works over.
pub const MIN_MTU: usize = 68;

/// The "don't fragment" bit in the flags and offset word.
const DF: u16 = 0x4000;
/// The "more fragments" bit.
const MF: u16 = 0x2000;
const OFFSET: u16 = 0x1fff;

/// A packet over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Packet<T> {
    /// Wraps bytes that hold a whole packet; bytes after its total length may follow (padding).
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        let packet = Self::new_header(bytes)?;
        let total = usize::from(packet.total_len());
        require("IPv4 packet", total, packet.0.as_ref())?;
        Ok(packet)
    }

    /// Wraps bytes that hold a whole header, but maybe not the whole payload: as captures and the
    /// packets inside ICMP errors do.
    #[inline]
    pub fn new_header(bytes: T) -> Result<Self, Malformed> {
        let data = bytes.as_ref();
        require("IPv4 header", HEADER_LEN, data)?;
        let version = data[0] >> 4;
        if version != 4 {
            return Err(Malformed::BadVersion(version));
        }
        let header_len = usize::from(data[0] & 15) * 4;
        if header_len < HEADER_LEN {
            return Err(Malformed::BadHeaderLength(header_len));
        }
        require("IPv4 options", header_len, data)?;
        let total = usize::from(u16(data, 2));
        if total < header_len {
            return Err(Malformed::BadTotalLength(total));
        }
        Ok(Self(bytes))
    }

    /// Wraps bytes that the caller knows to hold a header; getters panic otherwise.
    #[inline]
    pub fn new_unchecked(bytes: T) -> Self {
        Self(bytes)
    }

    /// The storage back.
    #[inline]
    pub fn into_inner(self) -> T {
        self.0
    }

    /// The bytes of the packet, without what follows its total length.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        clamped(self.0.as_ref(), 0, usize::from(self.total_len()))
    }

    /// The version: 4.
    #[inline]
    pub fn version(&self) -> u8 {
        self.0.as_ref()[0] >> 4
    }

    /// The header length in 32-bit words.
    #[inline]
    pub fn ihl(&self) -> u8 {
        self.0.as_ref()[0] & 15
    }

    /// The header length in bytes, options included.
    #[inline]
    pub fn header_len(&self) -> usize {
        usize::from(self.ihl()) * 4
    }

    /// The whole second byte: type of service, now DSCP and ECN.
    #[inline]
    pub fn tos(&self) -> u8 {
        self.0.as_ref()[1]
    }

    /// The differentiated services code point.
    #[inline]
    pub fn dscp(&self) -> u8 {
        self.tos() >> 2
    }

    /// The congestion bits.
    #[inline]
    pub fn ecn(&self) -> u8 {
        self.tos() & 3
    }

    /// The length of the packet, header included.
    #[inline]
    pub fn total_len(&self) -> u16 {
        u16(self.0.as_ref(), 2)
    }

    /// The identification that fragments of one packet share.
    #[inline]
    pub fn ident(&self) -> u16 {
        u16(self.0.as_ref(), 4)
    }

    /// Whether the packet must not be fragmented.
    #[inline]
    pub fn df(&self) -> bool {
        u16(self.0.as_ref(), 6) & DF != 0
    }

    /// Whether more fragments follow.
    #[inline]
    pub fn mf(&self) -> bool {
        u16(self.0.as_ref(), 6) & MF != 0
    }

    /// Whether the reserved flag bit is set.
    #[inline]
    pub fn reserved_flag(&self) -> bool {
        self.0.as_ref()[6] & 0x80 != 0
    }

    /// Where this fragment's payload belongs, in bytes.
    #[inline]
    pub fn frag_offset(&self) -> u16 {
        (u16(self.0.as_ref(), 6) & OFFSET) << 3
    }

    /// Whether this is one fragment of several, the first included.
    #[inline]
    pub fn is_fragment(&self) -> bool {
        u16(self.0.as_ref(), 6) & (MF | OFFSET) != 0
    }

    /// How many more hops the packet may take.
    #[inline]
    pub fn ttl(&self) -> u8 {
        self.0.as_ref()[8]
    }

    /// What the packet carries.
    #[inline]
    pub fn protocol(&self) -> IpProtocol {
        IpProtocol(self.0.as_ref()[9])
    }

    /// The header checksum.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16(self.0.as_ref(), 10)
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> Ipv4Addr {
        ipv4(self.0.as_ref(), 12)
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> Ipv4Addr {
        ipv4(self.0.as_ref(), 16)
    }

    /// The header with its options.
    #[inline]
    pub fn header_bytes(&self) -> &[u8] {
        clamped(self.0.as_ref(), 0, self.header_len())
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

    /// What follows the header, as far as the total length and the bytes go.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        clamped(
            self.0.as_ref(),
            self.header_len(),
            usize::from(self.total_len()),
        )
    }

    /// Whether the header checksum is right.
    #[inline]
    pub fn verify_checksum(&self) -> bool {
        checksum::verify(self.header_bytes())
    }
}

impl<T: AsRef<[u8]> + AsMut<[u8]>> Packet<T> {
    /// Sets the whole second byte.
    #[inline]
    pub fn set_tos(&mut self, tos: u8) {
        self.0.as_mut()[1] = tos;
    }

    /// Sets the length of the packet, header included.
    #[inline]
    pub fn set_total_len(&mut self, length: u16) {
        put_u16(self.0.as_mut(), 2, length);
    }

    /// Sets the identification.
    #[inline]
    pub fn set_ident(&mut self, ident: u16) {
        put_u16(self.0.as_mut(), 4, ident);
    }

    /// Sets the fragmentation word; the offset is in bytes, a multiple of 8.
    #[inline]
    pub fn set_fragment(&mut self, df: bool, mf: bool, offset: u16) {
        put_u16(self.0.as_mut(), 6, fragment_word(df, mf, offset));
    }

    /// Sets the time to live.
    #[inline]
    pub fn set_ttl(&mut self, ttl: u8) {
        self.0.as_mut()[8] = ttl;
    }

    /// Sets what the packet carries.
    #[inline]
    pub fn set_protocol(&mut self, protocol: IpProtocol) {
        self.0.as_mut()[9] = protocol.0;
    }

    /// Sets the header checksum.
    #[inline]
    pub fn set_checksum(&mut self, checksum: u16) {
        put_u16(self.0.as_mut(), 10, checksum);
    }

    /// Sets the source address.
    #[inline]
    pub fn set_src(&mut self, address: Ipv4Addr) {
        put(self.0.as_mut(), 12, address.octets());
    }

    /// Sets the destination address.
    #[inline]
    pub fn set_dst(&mut self, address: Ipv4Addr) {
        put(self.0.as_mut(), 16, address.octets());
    }

    /// The bytes of the options, for writing.
    #[inline]
    pub fn options_mut(&mut self) -> &mut [u8] {
        let end = self.header_len();
        clamped_mut(self.0.as_mut(), HEADER_LEN, end)
    }

    /// What follows the header, for writing.
    #[inline]
    pub fn payload_mut(&mut self) -> &mut [u8] {
        let (start, end) = (self.header_len(), usize::from(self.total_len()));
        clamped_mut(self.0.as_mut(), start, end)
    }

    /// Computes the header checksum and sets it.
    #[inline]
    pub fn fill_checksum(&mut self) {
        self.set_checksum(0);
        let checksum = checksum::checksum(self.header_bytes());
        self.set_checksum(checksum);
    }

    /// Takes one hop off the time to live and repairs the checksum by RFC 1624; 0 stays 0. Returns
    /// the new time to live.
    #[inline]
    pub fn decrement_ttl(&mut self) -> u8 {
        let data = &mut self.0.as_mut()[..HEADER_LEN];
        let old = u16(data, 8);
        if old >> 8 == 0 {
            return 0;
        }
        let new = old - 0x0100;
        let checksum = checksum::update_u16(u16(data, 10), old, new);
        put_u16(data, 8, new);
        put_u16(data, 10, checksum);
        (new >> 8) as u8
    }
}

#[inline]
fn fragment_word(df: bool, mf: bool, offset: u16) -> u16 {
    let flags = if df { DF } else { 0 } | if mf { MF } else { 0 };
    flags | (offset >> 3)
}

#[cfg(test)]
mod tests;
