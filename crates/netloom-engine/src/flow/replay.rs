//! What was done with a flow's packet is done with another.

use super::key::{ENDS, Key};
use super::record::{Flow, Rewrite, Way};
use crate::conntrack;
use crate::device::DevId;
use crate::ip::output;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::counters::Counter;
use netloom_wire::{IpProtocol, checksum, ipv4};

/// Has a packet go the short way; gives it back, as it was, where there is none for it.
#[inline]
pub(super) fn replay<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    key: &Key,
    mut packet: Packet,
) -> Result<(), Packet> {
    // The table stands aside while the rest of the network is worked on.
    let Some(groups) = cx.net.flows.groups.take() else {
        return Err(packet);
    };
    let flow = groups.find(key, cx.net.flows.epoch);
    let way = flow.and_then(|flow| again(cx.net, (ns, key), flow, &mut packet));
    cx.net.flows.groups = Some(groups);
    let Some((dev, way)) = way else {
        return Err(packet);
    };
    cx.net.flows.replayed += 1;
    cx.net.count_at(dev, Counter::IpForwDatagrams);
    output::to_neighbour(cx, ns, way.out, way.next_hop, packet);
    Ok(())
}

/// Does with a packet what was done with its flow; where it leaves. None, and nothing is done, where
/// this one is another case.
#[inline]
fn again(
    net: &mut Net,
    (ns, key): (NsId, &Key),
    flow: &Flow,
    packet: &mut Packet,
) -> Option<(DevId, Way)> {
    let ttl = ipv4::Packet::new_unchecked(packet.bytes()).ttl();
    if ttl <= 1 || packet.longest() > flow.way.mtu as usize {
        return None;
    }
    let dev = packet.dev;
    if let Some(known) = &flow.connection
        && !conntrack::again::hear(net, ns, (flow.reference, known), packet)
    {
        return None;
    }
    let len = packet.len();
    if !flow.counts.is_empty()
        && let Some(filter) = &mut net.ns_mut(ns).filter
    {
        filter.count_again(&flow.counts, len);
    }
    if let Some(rewrite) = &flow.rewrite {
        rewrite.write(IpProtocol(key.protocol), packet);
    }
    ipv4::Packet::new_unchecked(packet.bytes_mut()).decrement_ttl();
    (packet.local, packet.iif) = (false, dev);
    packet.mark = flow.mark;
    packet.priority = flow.priority;
    packet.ct = flow.reference;
    if flow.connection.is_some() {
        conntrack::again::tell(net, ns, flow.reference);
    }
    Some((dev, flow.way))
}

impl Rewrite {
    /// Writes addresses and ports, and brings the checksums up to date.
    #[inline]
    fn write(&self, protocol: IpProtocol, packet: &mut Packet) {
        const HEADER: usize = ipv4::HEADER_LEN;
        let partial = packet.checksum_partial;
        let network = packet.network_mut();
        let Some(ends) = network.get_mut(ENDS..ENDS + self.ends.len()) else {
            return;
        };
        ends.copy_from_slice(&self.ends);
        if let Some(sum) = field(network, 10) {
            *sum = updated(*sum, self.addresses);
        }
        let udp = protocol == IpProtocol::UDP;
        let Some(sum) = field(network, HEADER + if udp { 6 } else { 16 }) else {
            return;
        };
        *sum = match (udp, partial) {
            // Only the pseudo header is summed, and not complemented.
            (_, true) => {
                checksum::combine(&[u16::from_be_bytes(*sum), self.addresses]).to_be_bytes()
            }
            // None was sent, and none is made; one that comes to 0 is written otherwise (RFC 768).
            (true, false) if *sum == [0, 0] => return,
            (true, false) => match updated(*sum, self.upper) {
                [0, 0] => [0xff, 0xff],
                sum => sum,
            },
            (false, false) => updated(*sum, self.upper),
        };
    }
}

/// The two bytes of a field.
#[inline]
fn field(network: &mut [u8], at: usize) -> Option<&mut [u8; 2]> {
    network.get_mut(at..)?.first_chunk_mut()
}

/// A checksum brought up to date by the sum of what changed.
#[inline]
fn updated(checksum: [u8; 2], change: u16) -> [u8; 2] {
    let sum = !u16::from_be_bytes(checksum);
    (!checksum::combine(&[sum, change])).to_be_bytes()
}
