//! What has arrived, handed to a socket: as its program will see it, into its queue.

use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::socket::Datagram;
use netloom_wire::ipv4;

/// What a datagram takes of a receive buffer (`skb->truesize`): what describes it, and its bytes with
/// headers, room and the list of its parts, in a block of 576 bytes or of a power of two.
pub(super) fn true_size(len: usize) -> usize {
    const DESCRIPTION: usize = 256;
    const SMALL: usize = 576;
    const BESIDE: usize = 379;
    let block = match len + BESIDE {
        ..=SMALL => SMALL,
        needed => needed.next_power_of_two(),
    };
    block + DESCRIPTION
}

/// A received IP packet as a socket gets it: `data` of a packet whose network header is IPv4. One of
/// IPv6 gets its addresses inside those of IPv6.
pub(super) fn datagram(net: &Net, dev: DevId, packet: &Packet, data: &[u8], port: u16) -> Datagram {
    let header = ipv4::Packet::new_unchecked(packet.network());
    Datagram {
        at: net.now,
        data: data.to_vec(),
        from: Some((IpAddr::V4(header.src()), port)),
        to: Some(IpAddr::V4(header.dst())),
        ttl: header.ttl(),
        tos: header.tos(),
        dev: net.dev(packet.received_by(dev)).index,
        packet_type: packet.packet_type,
        source_mac: None,
    }
}

/// Which of several sockets that fit a datagram equally well gets it: the one that was bound last, or,
/// where they share the port by `SO_REUSEPORT`, the one that `ends` decide.
pub(super) fn one_of(net: &Net, all: &[u32], ends: impl core::hash::Hash) -> Option<u32> {
    use core::hash::BuildHasher;
    let last = *all.last()?;
    if all.len() == 1 || !net.sockets.0[last].options.reuse_port {
        return Some(last);
    }
    let share = foldhash::fast::FixedState::default().hash_one(ends) % all.len() as u64;
    all.get(share as usize).copied()
}

/// Puts a datagram into a socket's queue and tells the observer; `false` if the queue is full.
pub(super) fn hand_over<O: Observer>(cx: &mut Cx<'_, O>, id: u32, datagram: Datagram) -> bool {
    cx.net.sockets.0[id].queue(datagram)
}
