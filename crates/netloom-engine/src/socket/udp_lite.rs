//! UDP-Lite (RFC 3828): no program has a socket of it here, so the sender of a datagram that is right is
//! told that nobody listens. Its length says how many bytes the checksum covers.
//!
//! Left out: sockets, and the counters of `UdpLite`.

use crate::device::DevId;
use crate::ip::{icmp_error, v6};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::journey::{DropReason, Stage};
use netloom_wire::icmpv4::{Repr, code};
use netloom_wire::{IpProtocol, checksum, icmpv6, ipv4, ipv6};

/// Its number.
pub(crate) const PROTOCOL: IpProtocol = IpProtocol(136);

/// The length of its header.
const HEADER_LEN: usize = 8;

/// Receives a datagram of IPv4 whose front is its header.
pub(crate) fn receive_v4<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    let header = ipv4::Packet::new_unchecked(packet.network());
    let len = packet.bytes().len();
    let pseudo = checksum::pseudo_v4(header.src(), header.dst(), PROTOCOL, len);
    if let Err(reason) = judge(packet.bytes(), pseudo) {
        return cx.drop(packet, dev, Stage::LocalDeliver, reason);
    }
    packet.rewind_to_network();
    cx.net.pool.forget_connection(&mut packet);
    icmp_error::send(cx, dev, &packet, |original| Repr::DestUnreachable {
        code: code::PORT_UNREACHABLE,
        mtu: 0,
        original,
    });
    cx.drop(packet, dev, Stage::LocalDeliver, DropReason::NoSocket);
}

/// Receives a datagram of IPv6 whose front is its header.
pub(crate) fn receive_v6<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    let header = ipv6::Packet::new_unchecked(packet.network());
    let len = packet.bytes().len();
    let pseudo = checksum::pseudo_v6(header.src(), header.dst(), PROTOCOL, len);
    if let Err(reason) = judge(packet.bytes(), pseudo) {
        return cx.drop(packet, dev, Stage::Local6Deliver, reason);
    }
    packet.rewind_to_network();
    cx.net.pool.forget_connection(&mut packet);
    let (kind, code) = (
        icmpv6::Type::DEST_UNREACHABLE,
        icmpv6::code::PORT_UNREACHABLE,
    );
    v6::icmp_error::send(cx, dev, &packet, kind, code, 0);
    cx.drop(packet, dev, Stage::Local6Deliver, DropReason::NoSocket);
}

/// Whether a datagram covers what it must, and its checksum is there and right (section 3.1).
fn judge(bytes: &[u8], pseudo: u16) -> Result<(), DropReason> {
    let Some(&[_, _, _, _, high, low, sum_high, sum_low]) = bytes.first_chunk::<HEADER_LEN>()
    else {
        return Err(DropReason::UdpMalformed);
    };
    let covered = match usize::from(u16::from_be_bytes([high, low])) {
        0 => bytes.len(),
        some => some,
    };
    if covered > bytes.len() {
        return Err(DropReason::UdpMalformed);
    }
    if covered < HEADER_LEN || (sum_high, sum_low) == (0, 0) {
        return Err(DropReason::UdpChecksum);
    }
    match checksum::combine(&[pseudo, checksum::sum(&bytes[..covered])]) {
        0xffff => Ok(()),
        _ => Err(DropReason::UdpChecksum),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_covers_as_much_as_the_length_says() {
        let mut bytes = [0, 1, 0, 2, 0, 8, 0, 0, 9, 9];
        let sum = !checksum::sum(&bytes[..8]);
        bytes[6..8].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(judge(&bytes, 0), Ok(()), "what is behind is not covered");
        bytes[1] = 7;
        assert_eq!(judge(&bytes, 0), Err(DropReason::UdpChecksum));
        bytes[5] = 11;
        assert_eq!(judge(&bytes, 0), Err(DropReason::UdpMalformed));
        bytes[5] = 7;
        assert_eq!(judge(&bytes, 0), Err(DropReason::UdpChecksum));
    }
}
