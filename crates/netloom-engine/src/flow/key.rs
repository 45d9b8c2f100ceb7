//! What tells the packets of a flow from others.

use crate::conntrack::Standing;
use crate::device::DevId;
use crate::packet::Packet;
use netloom_model::socket::PacketType;
use netloom_wire::{IpProtocol, ipv4};

/// What tells the packets of a flow from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    dev: DevId,
    mark: u32,
    /// Source and destination, one behind the other, as they stand in the header; then the ports.
    pub(super) ends: [u8; 12],
    pub(super) protocol: u8,
    tos: u8,
}

/// Where source and destination begin in the header, and the ports behind it.
pub(super) const ENDS: usize = 12;

/// An IPv4 header without options: its first byte.
const PLAIN: u8 = 0x45;

/// The flags of TCP (RFC 9293, 3.1).
const ACK: u8 = 0x10;
const PUSH: u8 = 0x08;

impl Key {
    /// That of a packet whose front is its header, which came by a device; none of a packet that
    /// needs more than its flow does.
    #[inline]
    pub(super) fn of(packet: &Packet, dev: DevId) -> Option<Key> {
        let bytes = packet.bytes();
        let header: &[u8; 28] = bytes.first_chunk()?;
        let fragment = u16::from_be_bytes([header[6], header[7]]) & 0x3fff != 0;
        let settled = packet.ct.is_some()
            || packet.ct.standing != Standing::None
            || packet.ct.zone.is_some()
            || packet.ct.helper.is_some();
        let plain = header[0] == PLAIN && !fragment && packet.packet_type == PacketType::Host;
        let bridged = packet.port_in != DevId::NONE;
        let watched = packet.trace != 0 || packet.options.is_some();
        if !plain || settled || bridged || watched {
            return None;
        }
        let protocol = header[9];
        match IpProtocol(protocol) {
            IpProtocol::UDP => {}
            IpProtocol::TCP => {
                let flags = *bytes.get(ipv4::HEADER_LEN + 13)?;
                if bytes.len() < ipv4::HEADER_LEN + 20 || flags & !PUSH != ACK {
                    return None;
                }
            }
            _ => return None,
        }
        Some(Key {
            dev,
            mark: packet.mark,
            ends: *header[ENDS..].first_chunk()?,
            protocol,
            tos: header[1],
        })
    }

    /// A number that few other flows have.
    #[inline]
    pub(super) fn hash(&self) -> u64 {
        const FIRST: u64 = 0x9e37_79b9_7f4a_7c15;
        const SECOND: u64 = 0xbf58_476d_1ce4_e5b9;
        let [a, b, c, d, e, f, g, h, i, j, k, l] = self.ends;
        let addresses = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let ports = u64::from(u32::from_le_bytes([i, j, k, l]));
        let kind = u64::from(self.protocol) << 8 | u64::from(self.tos);
        let rest = ports << 32 | u64::from(self.dev.0 ^ self.mark.rotate_left(16));
        let mixed = (addresses ^ FIRST).wrapping_mul(SECOND) ^ (rest ^ kind << 48);
        let mixed = (mixed ^ mixed >> 32).wrapping_mul(FIRST);
        mixed ^ mixed >> 29
    }
}
