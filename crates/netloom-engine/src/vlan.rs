//! VLAN tags on their way (IEEE 802.1Q clause 9): beside a packet's bytes, as Linux keeps the tag of
//! a frame that a device took it off or is to put it on (`vlan_proto`, `vlan_tci`).
//!
//! So no byte moves where a frame goes from one virtual device to the next, and its length is that
//! of the frame without the tag, which is what Linux holds to an MTU. A frame that comes with a tag
//! in its bytes (from a program) has it taken out when it is received; a program gets it back.

use crate::packet::{Body, Packet};
use netloom_wire::vlan::{self, HEADER_LEN};
use netloom_wire::{EtherType, ethernet};

/// Where a tag stands: behind both addresses.
const PLACE: usize = 12;

/// A tag: its TPID in the upper half, its control information in the lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag(u32);

impl Tag {
    /// No tag.
    pub(crate) const NONE: Tag = Tag(0);

    #[inline]
    pub(crate) const fn new(protocol: EtherType, tci: u16) -> Tag {
        Tag((protocol.0 as u32) << 16 | tci as u32)
    }

    #[inline]
    pub(crate) const fn is_present(self) -> bool {
        self.0 != 0
    }

    /// The TPID.
    #[inline]
    pub(crate) const fn protocol(self) -> EtherType {
        EtherType((self.0 >> 16) as u16)
    }

    /// Priority, drop eligibility and number.
    #[inline]
    pub(crate) const fn tci(self) -> u16 {
        self.0 as u16
    }

    /// The VLAN's number; 0 for a tag that tells a priority alone.
    #[inline]
    pub(crate) const fn id(self) -> u16 {
        self.tci() & 0x0fff
    }
}

/// Takes the tag that follows the addresses out of the bytes; whether there was a whole one, and
/// what it encloses (`skb_vlan_untag`). A packet that has a tag already keeps both.
#[cold]
pub(crate) fn untag(packet: &mut Packet) -> bool {
    if packet.tag.is_present() {
        return true;
    }
    let bytes = packet.bytes_mut();
    if bytes.len() < ethernet::HEADER_LEN + HEADER_LEN + 2 {
        return false;
    }
    let protocol = EtherType(u16::from_be_bytes([bytes[PLACE], bytes[PLACE + 1]]));
    let inside = vlan::Tag::new_unchecked(&bytes[ethernet::HEADER_LEN..]);
    let (tci, ethertype) = (inside.tci(), inside.ethertype());
    bytes.copy_within(..PLACE, HEADER_LEN);
    packet.pull(HEADER_LEN);
    packet.tag = Tag::new(protocol, tci);
    packet.ethertype = ethertype;
    true
}

/// Puts the tag, if there is one, into the bytes (`vlan_insert_tag_set_proto`).
pub(crate) fn into_bytes(packet: &mut Packet) {
    let tag = packet.tag;
    if !tag.is_present() {
        return;
    }
    packet.tag = Tag::NONE;
    packet.ethertype = tag.protocol();
    packet.push(HEADER_LEN);
    let bytes = packet.bytes_mut();
    bytes.copy_within(HEADER_LEN..HEADER_LEN + PLACE, 0);
    bytes[PLACE..PLACE + 2].copy_from_slice(&tag.protocol().0.to_be_bytes());
    bytes[PLACE + 2..PLACE + 4].copy_from_slice(&tag.tci().to_be_bytes());
}

/// The frame as it is on a wire, the tag in its place.
pub(crate) fn whole(packet: &Body) -> Vec<u8> {
    let bytes = packet.bytes();
    let tag = packet.tag;
    if !tag.is_present() || bytes.len() < PLACE {
        return bytes.to_vec();
    }
    let mut frame = Vec::with_capacity(bytes.len() + HEADER_LEN);
    frame.extend_from_slice(&bytes[..PLACE]);
    frame.extend_from_slice(&tag.protocol().0.to_be_bytes());
    frame.extend_from_slice(&tag.tci().to_be_bytes());
    frame.extend_from_slice(&bytes[PLACE..]);
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Pool;

    fn packet(bytes: &[u8]) -> Packet {
        let mut packet = Pool::default().take(bytes.len());
        packet.bytes_mut().copy_from_slice(bytes);
        packet
    }

    /// Addresses, a tag of VLAN 10 with priority 3, an EtherType and two bytes.
    const TAGGED: [u8; 20] = [
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0x81, 0x00, 0x60, 0x0a, 0x88, 0xb5, 0xaa, 0xbb,
    ];

    #[test]
    fn a_tag_goes_out_of_the_bytes_and_back() {
        let mut packet = packet(&TAGGED);
        assert!(untag(&mut packet));
        assert_eq!(packet.bytes()[..12], TAGGED[..12]);
        assert_eq!(packet.bytes()[12..], TAGGED[16..]);
        assert_eq!(packet.tag, Tag::new(EtherType::VLAN, 0x600a));
        assert_eq!((packet.tag.id(), packet.ethertype.0), (10, 0x88b5));
        assert_eq!(whole(&packet), TAGGED);
        into_bytes(&mut packet);
        assert_eq!(packet.bytes(), TAGGED);
        assert!(!packet.tag.is_present());
    }

    #[test]
    fn a_tag_that_is_cut_off_is_none() {
        assert!(!untag(&mut packet(&TAGGED[..19])));
    }

    #[test]
    fn a_second_tag_stays_in_the_bytes() {
        let mut packet = packet(&TAGGED);
        packet.tag = Tag::new(EtherType::QINQ, 5);
        assert!(untag(&mut packet));
        assert_eq!(packet.bytes(), TAGGED);
    }
}
