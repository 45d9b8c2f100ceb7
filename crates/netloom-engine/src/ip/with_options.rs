//! Packets whose header has options (`ip_rcv_options`, `ip_options_rcv_srr`, `ip_forward_options`):
//! how they are received, follow source routes, and are passed on. What the options themselves say
//! is in [`super::options`].

use super::icmp_error;
use super::options::{self, Here, Options, Prepared};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::route::input::{self, Decision};
use crate::route::{self, Flow, Found, source};
use crate::sysctl::Conf;
use core::net::Ipv4Addr;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_model::socket::PacketType;
use netloom_model::{RouteType, Scope};
use netloom_wire::icmpv4::Repr;
use netloom_wire::ipv4;

/// Where the destination is in an IP header: what a strict source route that missed points at.
const DESTINATION: usize = 16;

/// Takes the slots of a received packet's options and follows its source route: what routing decided
/// may be decided anew.
#[cold]
pub(super) fn receive<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &mut Packet,
    flow: &mut Flow,
    decision: Decision,
) -> Result<Decision, DropReason> {
    let local = matches!(decision, Decision::Local);
    let here = Here {
        address: if local {
            flow.dst
        } else {
            answering(cx.net, dev, flow)
        },
        now: cx.net.now,
    };
    let ns = cx.net.ns_of(dev);
    let mut header = ipv4::Packet::new_unchecked(packet.bytes_mut());
    let taken = options::take_slots(header.options_mut(), Some(here), |a| ours(cx.net, ns, a));
    header.fill_checksum();
    let mut found = match taken {
        Ok(found) => found,
        Err(at) => {
            problem(cx, dev, packet, at);
            return Err(DropReason::IpOptions);
        }
    };
    cx.see(packet, dev, Stage::IpOptions, |_| Event::Recorded {
        address: here.address.into(),
    });
    packet.options = Some(Box::new(found));
    let Some(at) = found.source_route else {
        return Ok(decision);
    };
    let device = cx.net.dev(dev);
    let key = Conf::AcceptSourceRoute;
    if !device.conf.on(key) || !cx.net.ns(ns).conf_all.on(key) {
        return Err(DropReason::SourceRoute);
    }
    let decision = follow(cx, dev, packet, flow, decision, (at, &mut found))?;
    packet.options = Some(Box::new(found));
    Ok(decision)
}

/// The address by which a packet that is not for one address of this host would be answered
/// (`fib_compute_spec_dst`).
fn answering(net: &Net, dev: DevId, flow: &Flow) -> Ipv4Addr {
    let ns = net.ns_of(dev);
    let back = Flow {
        tos: flow.tos,
        ..Flow::to(flow.src)
    };
    let address = match route::lookup(net, ns, &back) {
        Ok(found) => source::of_route(net, ns, &found),
        Err(_) => source::select(net, ns, dev, flow.src, Scope::UNIVERSE),
    };
    address.unwrap_or(Ipv4Addr::UNSPECIFIED)
}

/// Whether an address is of this host or of a group, rather than of somebody else.
fn ours(net: &Net, ns: NsId, address: Ipv4Addr) -> bool {
    route::address_kind(net, ns, address) != RouteType::Unicast
}

/// Tells the sender which byte of the header is wrong.
fn problem<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet, at: usize) {
    icmp_error::send(cx, dev, packet, |original| Repr::ParameterProblem {
        code: 0,
        pointer: at as u8,
        original,
    });
}

/// This host may be a stop of the source route: the way to the next one that is elsewhere.
fn follow<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    packet: &mut Packet,
    flow: &mut Flow,
    decision: Decision,
    (at, found): (usize, &mut Options),
) -> Result<Decision, DropReason> {
    match decision {
        _ if packet.packet_type != PacketType::Host => return Err(DropReason::IpOptions),
        Decision::Forward { .. } if found.strict => {
            problem(cx, dev, packet, DESTINATION);
            return Err(DropReason::IpOptions);
        }
        Decision::Forward { .. } => return Ok(decision),
        Decision::Local => {}
        _ => return Err(DropReason::IpOptions),
    }
    let header = ipv4::Packet::new_unchecked(packet.bytes());
    let (stops, broken) = options::stops(header.options(), at);
    for stop in stops {
        flow.dst = stop;
        let decision = input::route(cx.net, dev, flow);
        cx.see(packet, dev, Stage::RouteInput, |net| {
            Event::Routed(Box::new(route::trace(net, net.ns_of(dev), flow)))
        });
        match decision {
            Decision::Local => {
                let mut header = ipv4::Packet::new_unchecked(packet.bytes_mut());
                header.set_dst(stop);
                header.fill_checksum();
            }
            Decision::Forward { .. } => {
                found.next_stop = Some(stop);
                return Ok(decision);
            }
            _ => return Err(DropReason::IpOptions),
        }
    }
    if let Some(at) = broken {
        problem(cx, dev, packet, at);
        return Err(DropReason::IpOptions);
    }
    Ok(Decision::Local)
}

/// A packet with options is passed on: this host writes down by which address.
#[cold]
pub(super) fn forwarded<O: Observer>(
    cx: &mut Cx<'_, O>,
    packet: &mut Packet,
    options: &Options,
    found: &Found,
) {
    let ns = cx.net.ns_of(found.dev);
    let leaving_by = source::of_route(cx.net, ns, found).unwrap_or(Ipv4Addr::UNSPECIFIED);
    let mut header = ipv4::Packet::new_unchecked(packet.bytes_mut());
    options.forwarded(header.options_mut(), leaving_by);
    if let Some(next) = options.next_stop {
        header.set_dst(next);
    }
    header.fill_checksum();
    cx.see(packet, found.dev, Stage::IpOptions, |_| Event::Recorded {
        address: leaving_by.into(),
    });
}

/// The options of an answer to a packet: none if it had none, an error if they have no room.
pub(super) fn answer(net: &Net, ns: NsId, packet: &Packet) -> Result<Option<Prepared>, DropReason> {
    let Some(options) = &packet.options else {
        return Ok(None);
    };
    let header = ipv4::Packet::new_unchecked(packet.network());
    let own = |a| ours(net, ns, a);
    Prepared::answer(header.options(), options, header.src(), own)
        .map(Some)
        .ok_or(DropReason::IpOptions)
}

/// The options that a program sets.
pub(crate) fn set(net: &Net, ns: NsId, bytes: &[u8]) -> Result<Prepared, usize> {
    Prepared::new(bytes, |a| ours(net, ns, a))
}
