//! Internet Control Message Protocol: RFC 792, with router discovery (RFC 1256), the path MTU of
//! RFC 1191 and the codes of RFC 1812.

mod names;
mod repr;

use core::net::Ipv4Addr;

pub use names::{Type, code, description};
pub use repr::{Echo, Repr};

use crate::field::{ipv4, put_u16, put_u32, require, u16, u32};
use crate::{Malformed, checksum};

/// Type, code, checksum and the rest of the header.
pub const HEADER_LEN: usize = 8;

/// A message over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Packet<T> {
    /// Wraps bytes that hold at least a header.
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        require("ICMP header", HEADER_LEN, bytes.as_ref())?;
        Ok(Self(bytes))
    }

    /// Wraps bytes that the caller knows to hold a header; getters panic otherwise.
    #[inline]
    pub fn new_unchecked(bytes: T) -> Self {
        Self(bytes)
    }

    /// All bytes of the message.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// The type.
    #[inline]
    pub fn msg_type(&self) -> Type {
        Type(self.0.as_ref()[0])
    }

    /// The code: what the type means in detail.
    #[inline]
    pub fn code(&self) -> u8 {
        self.0.as_ref()[1]
    }

    /// The checksum over the whole message.
    #[inline]
    pub fn checksum(&self) -> u16 {
        u16(self.0.as_ref(), 2)
    }

    /// The second word of the header, whose meaning depends on the type.
    #[inline]
    pub fn rest_of_header(&self) -> u32 {
        u32(self.0.as_ref(), 4)
    }

    /// Of an echo: which conversation it belongs to.
    #[inline]
    pub fn echo_ident(&self) -> u16 {
        u16(self.0.as_ref(), 4)
    }

    /// Of an echo: its number in the conversation.
    #[inline]
    pub fn echo_seq(&self) -> u16 {
        u16(self.0.as_ref(), 6)
    }

    /// Of a redirect: the better gateway.
    #[inline]
    pub fn gateway(&self) -> Ipv4Addr {
        ipv4(self.0.as_ref(), 4)
    }

    /// Of "fragmentation needed": the MTU of the next hop.
    #[inline]
    pub fn mtu(&self) -> u16 {
        u16(self.0.as_ref(), 6)
    }

    /// Of a parameter problem: the offset of the bad byte.
    #[inline]
    pub fn pointer(&self) -> u8 {
        self.0.as_ref()[4]
    }

    /// What follows the header: echo data, or the packet that an error is about.
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

impl<T: AsRef<[u8]> + AsMut<[u8]>> Packet<T> {
    /// Sets the type.
    #[inline]
    pub fn set_msg_type(&mut self, kind: Type) {
        self.0.as_mut()[0] = kind.0;
    }

    /// Sets the code.
    #[inline]
    pub fn set_code(&mut self, code: u8) {
        self.0.as_mut()[1] = code;
    }

    /// Sets the checksum.
    #[inline]
    pub fn set_checksum(&mut self, checksum: u16) {
        put_u16(self.0.as_mut(), 2, checksum);
    }

    /// Sets the second word of the header.
    #[inline]
    pub fn set_rest_of_header(&mut self, value: u32) {
        put_u32(self.0.as_mut(), 4, value);
    }

    /// Sets the identifier of an echo.
    #[inline]
    pub fn set_echo_ident(&mut self, ident: u16) {
        put_u16(self.0.as_mut(), 4, ident);
    }

    /// Sets the number of an echo.
    #[inline]
    pub fn set_echo_seq(&mut self, seq: u16) {
        put_u16(self.0.as_mut(), 6, seq);
    }

    /// What follows the header, for writing.
    #[inline]
    pub fn payload_mut(&mut self) -> &mut [u8] {
        &mut self.0.as_mut()[HEADER_LEN..]
    }

    /// Computes the checksum over the whole message and sets it.
    #[inline]
    pub fn fill_checksum(&mut self) {
        self.set_checksum(0);
        let checksum = checksum::checksum(self.0.as_ref());
        self.set_checksum(checksum);
    }
}
