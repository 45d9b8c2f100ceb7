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
    let groups = core::mem::take(&mut cx.net.flows.groups);
    let flow = groups.find(key, cx.net.flows.epoch);
    let way = flow.and_then(|flow| again(cx.net, (ns, key), flow, &mut packet));
    cx.net.flows.groups = groups;
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
        && !conntrack::again::hear(net, (ns, dev), known, packet)
    {
        return None;
    }
    let len = packet.len();
    if let Some(filter) = &mut net.ns_mut(ns).filter {
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
    fn write(&self, protocol: IpProtocol, packet: &mut Packet) {
        const HEADER: usize = ipv4::HEADER_LEN;
        let partial = packet.checksum_partial;
        let network = packet.network_mut();
        let Some(ends) = network.get_mut(ENDS..ENDS + self.ends.len()) else {
            return;
        };
        ends.copy_from_slice(&self.ends);
        update(network, 10, &[self.addresses]);
        match (protocol, partial) {
            // Only the pseudo header is summed, and not complemented.
            (IpProtocol::UDP, true) => add(network, HEADER + 6, self.addresses),
            (_, true) => add(network, HEADER + 16, self.addresses),
            (IpProtocol::UDP, false) => {
                let at = HEADER + 6..HEADER + 8;
                if network.get(at.clone()) != Some(&[0, 0]) {
                    update(network, at.start, &[self.addresses, self.ports]);
                    if network.get(at.clone()) == Some(&[0, 0]) {
                        network[at].fill(0xff);
                    }
                }
            }
            (_, false) => update(network, HEADER + 16, &[self.addresses, self.ports]),
        }
    }
}

/// Brings a checksum up to date by sums of what changed.
fn update(network: &mut [u8], at: usize, sums: &[u16]) {
    if let Some(field) = network.get_mut(at..at + 2) {
        let sum = !u16::from_be_bytes([field[0], field[1]]);
        let sum = sums
            .iter()
            .fold(sum, |sum, more| checksum::combine(&[sum, *more]));
        field.copy_from_slice(&(!sum).to_be_bytes());
    }
}

/// Brings a sum up to date by a sum of what changed.
fn add(network: &mut [u8], at: usize, sum: u16) {
    if let Some(field) = network.get_mut(at..at + 2) {
        let old = u16::from_be_bytes([field[0], field[1]]);
        field.copy_from_slice(&checksum::combine(&[old, sum]).to_be_bytes());
    }
}
