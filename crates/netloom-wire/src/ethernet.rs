//! Ethernet II frames and the header they share with IEEE 802.3.
//!
//! Without preamble and frame check sequence: neither is seen above the network card.

use crate::field::{array, mac, put, put_u16, require, u16};
use crate::{EtherType, MacAddr, Malformed};

/// Destination, source and type.
pub const HEADER_LEN: usize = 14;
/// The shortest frame on a real wire, without its check sequence; virtual devices do not pad.
pub const MIN_FRAME_LEN: usize = 60;

/// A frame over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Frame<T> {
    /// Wraps bytes that hold at least a header.
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        require("Ethernet header", HEADER_LEN, bytes.as_ref())?;
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

    /// All bytes of the frame.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// The destination address.
    #[inline]
    pub fn dst(&self) -> MacAddr {
        mac(self.0.as_ref(), 0)
    }

    /// The source address.
    #[inline]
    pub fn src(&self) -> MacAddr {
        mac(self.0.as_ref(), 6)
    }

    /// The type, or the length of an 802.3 frame.
    #[inline]
    pub fn ethertype(&self) -> EtherType {
        EtherType(u16(self.0.as_ref(), 12))
    }

    /// The header's fields as values.
    #[inline]
    pub fn header(&self) -> Header {
        Header {
            dst: self.dst(),
            src: self.src(),
            ethertype: self.ethertype(),
        }
    }

    /// The header's bytes as they stand on the wire.
    #[inline]
    pub fn header_bytes(&self) -> [u8; HEADER_LEN] {
        array(self.0.as_ref(), 0)
    }

    /// What follows the header.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        &self.0.as_ref()[HEADER_LEN..]
    }
}

impl<T: AsRef<[u8]> + AsMut<[u8]>> Frame<T> {
    /// Sets the destination address.
    #[inline]
    pub fn set_dst(&mut self, mac: MacAddr) {
        put(self.0.as_mut(), 0, mac.0);
    }

    /// Sets the source address.
    #[inline]
    pub fn set_src(&mut self, mac: MacAddr) {
        put(self.0.as_mut(), 6, mac.0);
    }

    /// Sets the type.
    #[inline]
    pub fn set_ethertype(&mut self, ethertype: EtherType) {
        put_u16(self.0.as_mut(), 12, ethertype.0);
    }

    /// What follows the header, for writing.
    #[inline]
    pub fn payload_mut(&mut self) -> &mut [u8] {
        &mut self.0.as_mut()[HEADER_LEN..]
    }
}

/// The fields of a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Header {
    /// Where the frame goes.
    pub dst: MacAddr,
    /// Where it comes from.
    pub src: MacAddr,
    /// What it carries.
    pub ethertype: EtherType,
}

impl Header {
    /// How many bytes [`emit`](Self::emit) writes.
    #[inline]
    #[must_use]
    pub const fn buffer_len(&self) -> usize {
        HEADER_LEN
    }

    /// Writes the header to the start of `buf`.
    ///
    /// # Panics
    /// If `buf` is shorter than [`HEADER_LEN`].
    #[inline]
    pub fn emit(&self, buf: &mut [u8]) {
        let buf = &mut buf[..HEADER_LEN];
        put(buf, 0, self.dst.0);
        put(buf, 6, self.src.0);
        put_u16(buf, 12, self.ethertype.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_frame_of_thirteen_bytes_is_truncated() {
        let error = Frame::new_checked([0u8; 13]).unwrap_err();
        assert_eq!(
            error,
            Malformed::Truncated {
                what: "Ethernet header",
                need: 14,
                have: 13
            }
        );
    }

    proptest! {
        #[test]
        fn a_header_reads_back_as_it_was_written(dst: [u8; 6], src: [u8; 6], ethertype: u16) {
            let header = Header {
                dst: MacAddr(dst), src: MacAddr(src), ethertype: EtherType(ethertype),
            };
            let mut buf = [0; 20];
            header.emit(&mut buf);
            let frame = Frame::new_checked(&buf[..]).unwrap();
            prop_assert_eq!(frame.header(), header);
            prop_assert_eq!(frame.payload(), &[0; 6]);
            let (theirs, _) = etherparse::Ethernet2Header::from_slice(&buf).unwrap();
            prop_assert_eq!(theirs.destination, dst);
            prop_assert_eq!(theirs.source, src);
            prop_assert_eq!(theirs.ether_type.0, ethertype);
        }

        #[test]
        fn setters_write_what_getters_read(dst: [u8; 6], src: [u8; 6], ethertype: u16) {
            let mut frame = Frame::new_checked([0u8; 14]).unwrap();
            frame.set_dst(MacAddr(dst));
            frame.set_src(MacAddr(src));
            frame.set_ethertype(EtherType(ethertype));
            prop_assert_eq!(frame.dst(), MacAddr(dst));
            prop_assert_eq!(frame.src(), MacAddr(src));
            prop_assert_eq!(frame.ethertype(), EtherType(ethertype));
        }
    }
}
