//! Reading ahead in large routing tables.
//!
//! A table of hundreds of thousands of routes is in no cache: a lookup waits for memory longer than
//! all the rest of a packet's way takes. But it waits no longer for many reads than for one, if none
//! needs another's result. So the routes of the next packets in the backlog are looked up together
//! before the packets move, and their lookups then find everything in the cache. Nothing is decided
//! here, and nothing kept.

use super::table::Table;
use crate::device::DevId;
use crate::ip::version::V4;
use crate::net::Net;
use crate::packet::Packet;
use core::hint::black_box;
use core::net::Ipv4Addr;
use netloom_wire::{EtherType, ethernet, ipv4};

/// Frames that are looked at together.
const FRAMES: usize = 16;

/// Reads ahead for the frames that are first in the backlog; how many that are at most. Where the
/// first one's namespace has no large table nothing is read.
#[inline]
pub(crate) fn read(net: &Net) -> usize {
    if let Some((dev, _)) = net.backlog.front()
        && large_table(net, *dev).is_some()
    {
        read_for_all(net);
    }
    FRAMES
}

/// The main table of a device's namespace, if it is large.
#[inline]
fn large_table(net: &Net, dev: DevId) -> Option<&Table<V4>> {
    let main = net.ns(net.ns_of(dev)).routing.tables.main();
    main.is_large().then_some(main)
}

#[inline(never)]
fn read_for_all(net: &Net) {
    let mut wanted = [None; FRAMES];
    for (want, (dev, packet)) in wanted.iter_mut().zip(&net.backlog) {
        *want = large_table(net, *dev).zip(destination(packet));
    }
    // One loop for each step of a lookup: within a loop nothing waits for anything.
    let heads = wanted.map(|want| want.and_then(|(table, to)| Some((table, table.longest(to)?))));
    for (table, head) in heads.into_iter().flatten() {
        black_box(table.entry(head).kind);
    }
}

/// Where a frame's IPv4 packet goes, if it has one.
#[inline]
fn destination(packet: &Packet) -> Option<Ipv4Addr> {
    let frame = packet.bytes();
    let header = frame.get(ethernet::HEADER_LEN..ethernet::HEADER_LEN + ipv4::HEADER_LEN)?;
    let ethertype = ethernet::Frame::new_unchecked(frame).ethertype();
    (ethertype == EtherType::IPV4).then(|| ipv4::Packet::new_unchecked(header).dst())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::Pool;

    fn frame(ethertype: EtherType, len: usize) -> Packet {
        let mut packet = Pool::default().take(len);
        let bytes = packet.bytes_mut();
        bytes.fill(9);
        bytes[12..14].copy_from_slice(&ethertype.0.to_be_bytes());
        packet
    }

    #[test]
    fn only_a_whole_ipv4_header_has_a_destination() {
        let to = Some(Ipv4Addr::new(9, 9, 9, 9));
        assert_eq!(destination(&frame(EtherType::IPV4, 34)), to);
        assert_eq!(destination(&frame(EtherType::IPV4, 33)), None);
        assert_eq!(destination(&frame(EtherType::ARP, 60)), None);
        assert_eq!(destination(&frame(EtherType::IPV4, 14)), None);
    }
}
