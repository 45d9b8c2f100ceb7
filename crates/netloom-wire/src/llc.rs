//! IEEE 802.2 logical link control headers and their SNAP extension, enough to name what an 802.3
//! frame carries.

use crate::field::{clamped, require, u16};
use crate::{EtherType, Malformed};

/// DSAP, SSAP and a one-byte control field.
pub const HEADER_LEN: usize = 3;
/// The service access point of the bridge spanning tree protocol.
pub const SAP_STP: u8 = 0x42;
/// The service access point of the SNAP extension.
pub const SAP_SNAP: u8 = 0xaa;
/// The global service access point.
pub const SAP_GLOBAL: u8 = 0xff;
/// The control field of an unnumbered information frame.
pub const CONTROL_UI: u8 = 0x03;
/// The header before a bridge protocol data unit.
pub const STP_HEADER: [u8; HEADER_LEN] = [SAP_STP, SAP_STP, CONTROL_UI];
/// The greatest value of an Ethernet header's last field that is the length of what follows, an LLC
/// packet, and no EtherType (IEEE 802.3).
pub const LENGTH_MAX: u16 = 1500;

/// A header and what follows, over any storage of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<T: AsRef<[u8]>>(T);

impl<T: AsRef<[u8]>> Packet<T> {
    /// Wraps bytes that hold at least a header with a one-byte control field.
    #[inline]
    pub fn new_checked(bytes: T) -> Result<Self, Malformed> {
        require("LLC header", HEADER_LEN, bytes.as_ref())?;
        Ok(Self(bytes))
    }

    /// The destination service access point.
    #[inline]
    pub fn dsap(&self) -> u8 {
        self.0.as_ref()[0]
    }

    /// The source service access point; its lowest bit tells a response from a command.
    #[inline]
    pub fn ssap(&self) -> u8 {
        self.0.as_ref()[1]
    }

    /// The first byte of the control field.
    #[inline]
    pub fn control(&self) -> u8 {
        self.0.as_ref()[2]
    }

    /// Whether the frame is unnumbered, so that its control field is one byte long.
    #[inline]
    pub fn is_unnumbered(&self) -> bool {
        self.control() & 0x03 == 0x03
    }

    /// The organisation and protocol of a SNAP header, when this is one and complete.
    pub fn snap(&self) -> Option<([u8; 3], EtherType)> {
        let data = self.0.as_ref();
        if self.dsap() != SAP_SNAP || self.ssap() != SAP_SNAP || self.control() != CONTROL_UI {
            return None;
        }
        let snap = data.get(HEADER_LEN..HEADER_LEN + 5)?;
        Some(([snap[0], snap[1], snap[2]], EtherType(u16(snap, 3))))
    }

    /// What follows the header (and the SNAP header, if it is one).
    pub fn payload(&self) -> &[u8] {
        let data = self.0.as_ref();
        let start = match self.snap() {
            Some(_) => HEADER_LEN + 5,
            None if self.is_unnumbered() => HEADER_LEN,
            None => HEADER_LEN + 1,
        };
        clamped(data, start, data.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spanning_tree_frame_is_unnumbered_with_a_payload_after_three_bytes() {
        let packet = Packet::new_checked([0x42, 0x42, 0x03, 9]).unwrap();
        assert!(packet.is_unnumbered());
        assert_eq!((packet.snap(), packet.payload()), (None, &[9][..]));
    }

    #[test]
    fn a_snap_header_names_organisation_and_protocol() {
        let packet = Packet::new_checked([0xaa, 0xaa, 3, 0, 0, 0xc, 0x20, 0, 1]).unwrap();
        assert_eq!(packet.snap(), Some(([0, 0, 0xc], EtherType(0x2000))));
        assert_eq!(packet.payload(), [1]);
    }
}
