//! VLAN tags: IEEE 802.1Q and, in the same form, 802.1ad.
//!
//! A tag stands after the two addresses of an Ethernet frame. Its TPID is read as the frame's
//! EtherType; this view covers what follows it.

use crate::field::{put_u16, require, u16};
use crate::{EtherType, Malformed};

/// Tag control information and the inner EtherType.
pub const HEADER_LEN: usize = 4;
/// The highest usable VLAN identifier; 0 is a priority tag, 4095 is reserved.
pub const MAX_ID: u16 = 4094;

/// A tag and what it encloses, over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Tag<T> {
    /// Wraps bytes that hold at least a tag.
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        require("VLAN tag", HEADER_LEN, bytes.as_ref())?;
        Ok(Self(bytes))
    }

    /// Wraps bytes that the caller knows to hold a tag; getters panic otherwise.
    #[inline]
    pub fn new_unchecked(bytes: T) -> Self {
        Self(bytes)
    }

    /// The whole tag control information.
    #[inline]
    pub fn tci(&self) -> u16 {
        u16(self.0.as_ref(), 0)
    }

    /// The priority code point, 0 to 7.
    #[inline]
    pub fn pcp(&self) -> u8 {
        (self.tci() >> 13) as u8
    }

    /// The drop eligible indicator.
    #[inline]
    pub fn dei(&self) -> bool {
        self.tci() & 0x1000 != 0
    }

    /// The VLAN identifier.
    #[inline]
    pub fn id(&self) -> u16 {
        self.tci() & 0x0fff
    }

    /// What the tag encloses.
    #[inline]
    pub fn ethertype(&self) -> EtherType {
        EtherType(u16(self.0.as_ref(), 2))
    }

    /// What follows the tag.
    #[inline]
    pub fn payload(&self) -> &[u8] {
        &self.0.as_ref()[HEADER_LEN..]
    }
}

/// The fields of a tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Repr {
    /// Priority code point; its low three bits count.
    pub pcp: u8,
    /// Drop eligible indicator.
    pub dei: bool,
    /// VLAN identifier; its low twelve bits count.
    pub id: u16,
    /// What the tag encloses.
    pub ethertype: EtherType,
}

impl Repr {
    /// How many bytes [`emit`](Self::emit) writes.
    #[inline]
    #[must_use]
    pub const fn buffer_len(&self) -> usize {
        HEADER_LEN
    }

    /// The tag control information.
    #[inline]
    #[must_use]
    pub const fn tci(&self) -> u16 {
        ((self.pcp as u16 & 7) << 13) | ((self.dei as u16) << 12) | (self.id & 0x0fff)
    }

    /// Writes the tag to the start of `buf`.
    ///
    /// # Panics
    /// If `buf` is shorter than [`HEADER_LEN`].
    #[inline]
    pub fn emit(&self, buf: &mut [u8]) {
        put_u16(buf, 0, self.tci());
        put_u16(buf, 2, self.ethertype.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_tag_reads_back_as_it_was_written(
            pcp in 0u8..8, dei: bool, id in 0u16..4096, ethertype: u16,
        ) {
            let repr = Repr { pcp, dei, id, ethertype: EtherType(ethertype) };
            let mut buf = [0; 5];
            repr.emit(&mut buf);
            let tag = Tag::new_checked(&buf[..]).unwrap();
            prop_assert_eq!((tag.pcp(), tag.dei(), tag.id()), (pcp, dei, id));
            prop_assert_eq!(tag.ethertype().0, ethertype);
            prop_assert_eq!(tag.payload().len(), 1);
            let (theirs, _) = etherparse::SingleVlanHeader::from_slice(&buf).unwrap();
            prop_assert_eq!(theirs.vlan_id.value(), id);
            prop_assert_eq!(theirs.pcp.value(), pcp);
        }
    }
}
