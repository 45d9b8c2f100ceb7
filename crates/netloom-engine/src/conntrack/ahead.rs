//! Reading ahead in large tables of connections, as `route::ahead` does in tables of routes.
//!
//! A packet of a connection among hundreds of thousands waits for memory longer than all the rest of
//! its way takes: for the chain that its tuple hangs in and for the connection there; one that begins a
//! connection also for what its source was translated to last, and for the chain of its answers. So
//! these are read for the next packets of the backlog together, before the packets move. Nothing is
//! decided here, and nothing kept.

use super::Conntrack;
use super::tuple::{Tuple, has_ports};
use crate::device::DevId;
use crate::net::Net;
use crate::packet::Packet;
use core::hint::black_box;
use netloom_wire::{EtherType, ethernet, ipv4};

/// How many frames are looked at together, as many as of routes.
const FRAMES: usize = 16;

/// The zone that nearly all are in.
const ZONE: u16 = 0;

/// An IPv4 header without options: its first byte.
const PLAIN: u8 = 0x45;

/// Reads ahead for the frames that are first in the backlog. Where the first one's namespace has no
/// large table nothing is read.
#[inline]
pub(crate) fn read(net: &Net) {
    if let Some((dev, _)) = net.backlog.front()
        && large(net, *dev).is_some()
    {
        read_for_all(net);
    }
}

/// The connections of a device's namespace, if they are many.
#[inline]
fn large(net: &Net, dev: DevId) -> Option<&Conntrack> {
    let conntrack = net.ns(net.ns_of(dev)).conntrack.as_deref()?;
    conntrack.table.is_large().then_some(conntrack)
}

#[inline(never)]
fn read_for_all(net: &Net) {
    let mut wanted = [None; FRAMES];
    for (want, (dev, packet)) in wanted.iter_mut().zip(&net.backlog) {
        *want = large(net, *dev).zip(tuple(packet));
    }
    // One loop for each step: within a loop nothing waits for anything.
    let places = wanted.map(|want| {
        want.map(|(of, tuple)| {
            let last = of.table.last_of_source(&tuple, ZONE);
            (of, tuple, of.table.first(&tuple, ZONE), last)
        })
    });
    let answers = places.map(|found| {
        found.and_then(|(of, tuple, first, last)| {
            let first = first.and_then(|place| of.table.get(place));
            let last = last.and_then(|place| of.table.get(place));
            // What tells it from others, and its tuples, stand apart.
            black_box(first.map(|connection| (connection.stamp, connection.tuples[0].sport)));
            black_box(last.map(|connection| connection.stamp));
            // The answers go to what the source was translated to last, or to itself.
            let (dst, dport) = last.map_or((tuple.src, tuple.sport), |connection| {
                let reply = &connection.tuples[1];
                (reply.dst, reply.dport)
            });
            let answer = tuple.invert()?;
            Some((
                of,
                Tuple {
                    dst,
                    dport,
                    ..answer
                },
            ))
        })
    });
    for (of, answer) in answers.into_iter().flatten() {
        black_box(of.table.first(&answer, ZONE));
    }
}

/// The tuple of a frame's IPv4 packet, if it has ports.
#[inline]
fn tuple(packet: &Packet) -> Option<Tuple> {
    let frame = packet.bytes();
    let network = frame.get(ethernet::HEADER_LEN..)?;
    let (first, protocol) = (*network.first()?, *network.get(9)?);
    let ethertype = ethernet::Frame::new_unchecked(frame).ethertype();
    let plain = ethertype == EtherType::IPV4 && first == PLAIN && has_ports(protocol);
    plain.then(|| Tuple::of(false, network, protocol, ipv4::HEADER_LEN))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Pool;

    fn frame(ethertype: EtherType, len: usize) -> Packet {
        let mut packet = Pool::default().take(len);
        let bytes = packet.bytes_mut();
        bytes.fill(17);
        bytes[12..14].copy_from_slice(&ethertype.0.to_be_bytes());
        bytes[14] = PLAIN;
        packet
    }

    #[test]
    fn only_a_frame_with_ports_has_a_tuple() {
        let found = tuple(&frame(EtherType::IPV4, 38));
        assert_eq!(found.map(|tuple| tuple.dport), Some(0x1111));
        assert!(tuple(&frame(EtherType::IPV4, 37)).is_none());
        assert!(tuple(&frame(EtherType::ARP, 60)).is_none());
        assert!(tuple(&frame(EtherType::IPV4, 15)).is_none());
    }
}
