//! What a segment carries is written anew (`nf_nat_mangle_tcp_packet`): it may become longer or
//! shorter, and all numbers behind it change by as much.

use crate::conntrack::nat::adjust;
use crate::conntrack::tuple;
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_wire::{IpProtocol, checksum, ipv4, ipv6};

/// Where the checksum of TCP stands in its header.
const TCP_CHECKSUM: usize = 16;

/// Exchanges bytes of a segment, which stand at a place behind its network header.
pub(super) fn mangle(
    net: &mut Net,
    facts: &Facts,
    (packet, seq): (&mut Packet, u32),
    (at, len): (usize, usize),
    new: &[u8],
) {
    packet.exchange((at, len), new);
    let network = packet.network_mut();
    let total = network.len();
    if facts.is_v6() {
        let mut header = ipv6::Packet::new_unchecked(&mut *network);
        header.set_payload_len((total - ipv6::HEADER_LEN) as u16);
    } else {
        let mut header = ipv4::Packet::new_unchecked(&mut *network);
        header.set_total_len(total as u16);
        header.fill_checksum();
    }
    if let Some(transport) = facts.transport {
        sum_anew(packet, facts.is_v6(), usize::from(transport));
    }
    let by = new.len() as i32 - len as i32;
    if by != 0 {
        adjust::shift(net, facts.ns, packet.ct, seq, by);
    }
}

/// The checksum of a segment of which much was written, or its beginning.
fn sum_anew(packet: &mut Packet, v6: bool, transport: usize) {
    let partial = packet.checksum_partial;
    let network = packet.network_mut();
    let protocol = IpProtocol(tuple::TCP);
    let Some(len) = network.len().checked_sub(transport) else {
        return;
    };
    let pseudo = if v6 {
        let header = ipv6::Packet::new_unchecked(&*network);
        checksum::pseudo_v6(header.src(), header.dst(), protocol, len)
    } else {
        let header = ipv4::Packet::new_unchecked(&*network);
        checksum::pseudo_v4(header.src(), header.dst(), protocol, len)
    };
    let at = transport + TCP_CHECKSUM;
    let Some(field) = network.get_mut(at..at + 2) else {
        return;
    };
    field.fill(0);
    let sum = if partial {
        pseudo
    } else {
        !checksum::combine(&[pseudo, checksum::sum(&network[transport..])])
    };
    network[at..at + 2].copy_from_slice(&sum.to_be_bytes());
}
