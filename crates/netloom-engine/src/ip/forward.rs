//! A router passes a packet on (`ip_forward`, RFC 1812 section 5).

use super::{icmp_error, output, with_options};
use crate::device::DevId;
use crate::filter::{self, Proto};
use crate::flow::Way;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::{Flow, Found};
use netloom_model::counters::Counter;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::ruleset::Hook;
use netloom_model::socket::PacketType;
use netloom_wire::icmpv4::{Repr, code};
use netloom_wire::ipv4;

/// Forwards a packet by the route that was found.
pub(crate) fn forward<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    mut packet: Packet,
    found: Found,
    redirect: bool,
    flow: &Flow,
) {
    if packet.packet_type != PacketType::Host {
        return cx.drop(packet, dev, Stage::IpForward, DropReason::NotForUs);
    }
    let header = ipv4::Packet::new_unchecked(packet.bytes());
    let (ttl, df, tos) = (header.ttl(), header.df(), header.tos());
    if ttl <= 1 {
        icmp_error::send(cx, dev, &packet, |original| Repr::TimeExceeded {
            code: code::TTL_EXCEEDED,
            original,
        });
        return cx.drop(packet, dev, Stage::IpForward, DropReason::TtlExceeded);
    }
    let options = packet.options.take();
    let source_route = options.as_ref().is_some_and(|o| o.source_route.is_some());
    if (found.gateway.is_some() || found.via6.is_some())
        && options.as_ref().is_some_and(|o| o.strict)
    {
        icmp_error::send(cx, dev, &packet, |original| Repr::DestUnreachable {
            code: code::SOURCE_ROUTE_FAILED,
            mtu: 0,
            original,
        });
        return cx.drop(packet, dev, Stage::IpForward, DropReason::IpOptions);
    }
    cx.net.count_at(dev, Counter::IpForwDatagrams);
    let out = cx.net.dev(found.dev);
    let mtu = if found.mtu == 0 {
        out.mtu
    } else {
        found.mtu.min(out.mtu)
    };
    let too_long = packet.longest() > mtu as usize;
    if too_long && df {
        icmp_error::send(cx, dev, &packet, |original| {
            Repr::fragmentation_needed(mtu.min(u32::from(u16::MAX)) as u16, original)
        });
        return cx.drop(
            packet,
            dev,
            Stage::IpForward,
            DropReason::FragmentationNeeded,
        );
    }
    if redirect && !source_route {
        let better = found.gateway.unwrap_or(flow.dst);
        icmp_error::redirect(cx, dev, &packet, better);
    }
    let next_hop = found.next_hop(flow.dst);
    ipv4::Packet::new_unchecked(packet.bytes_mut()).decrement_ttl();
    cx.see(&packet, dev, Stage::IpForward, |_| Event::Ttl {
        from: ttl,
        to: ttl - 1,
    });
    (packet.local, packet.iif) = (false, dev);
    packet.priority = priority(tos);
    let ns = cx.net.ns_of(dev);
    let devices = (dev, found.dev);
    let Some(mut packet) = filter::at(cx, (ns, Proto::V4, Hook::Forward), devices, packet) else {
        return;
    };
    if let Some(options) = options {
        with_options::forwarded(cx, &mut packet, &options, &found);
    }
    let leaving = (ns, Proto::V4, Hook::Postrouting);
    let Some(packet) = filter::at(cx, leaving, devices, packet) else {
        return;
    };
    if let Some(recording) = cx.watch.recording() {
        let way = Way {
            out: found.dev,
            next_hop,
            mtu,
        };
        let plain = !(too_long || redirect || found.multipath || packet.frag_max != 0);
        recording.leaves(cx.net, ns, &packet, way, plain);
    }
    let mtu = match packet.frag_max {
        0 => mtu,
        longest => mtu.min(longest.into()),
    };
    if packet.longest() > mtu as usize {
        output::in_pieces(cx, (ns, found.dev), mtu, next_hop, packet);
        return;
    }
    output::to_neighbour(cx, ns, found.dev, next_hop, packet);
}

/// The class of traffic of packets that are passed on, by their type of service (`rt_tos2priority`).
const fn priority(tos: u8) -> u32 {
    match tos >> 3 & 3 {
        0 => 0,
        1 => 2,
        2 => 6,
        _ => 4,
    }
}
