//! `rpfilter`: whether the way back leads to where a packet came by (iptables-extensions(8)), and what
//! nft's `fib` asks of routing (nft(8), FIB EXPRESSIONS).

use super::fields::{addresses, tos};
use crate::device::DevId;
use crate::filter::facts::Facts;
use crate::net::Net;
use crate::packet::Packet;
use crate::route::upper::Upper;
use crate::route::v6::{self, Flow6};
use crate::route::{self, Flow};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::RouteType;
use netloom_model::ruleset::Hook;

/// What `rpfilter` is asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) loose: bool,
    pub(super) validmark: bool,
    pub(super) accept_local: bool,
}

/// Whether the way back is the one that a packet came; none where it has no addresses.
pub(super) fn rpfilter(asked: Asked, net: &Net, facts: &Facts, packet: &Packet) -> bool {
    let Some(dev) = facts.input.some() else {
        return false;
    };
    let Some((source, destination)) = addresses(facts, packet) else {
        return false;
    };
    if net.dev(dev).is_loopback() {
        return true;
    }
    let mark = if asked.validmark { packet.mark } else { 0 };
    let tos = tos(facts, packet).unwrap_or(0);
    match (source, destination) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            if source.octets()[0] == 0 && is_to_link(destination) {
                return true;
            }
            let from = if is_unicast(destination) {
                destination
            } else {
                Ipv4Addr::UNSPECIFIED
            };
            let flow = back(net, facts, (source, from), mark, tos);
            way_back(asked, net, facts, dev, &flow)
        }
        (IpAddr::V6(source), IpAddr::V6(destination)) => {
            if source.is_unspecified() {
                return true;
            }
            let mut flow = back6(net, facts, (source, destination), mark);
            if source.is_unicast_link_local() {
                flow.oif = dev;
            }
            way_back6(asked, net, facts, dev, &flow)
        }
        _ => false,
    }
}

fn is_unicast(address: Ipv4Addr) -> bool {
    !(address.is_multicast() || address.is_broadcast() || address.octets()[0] == 0)
}

/// Whether an address is of the link alone: all hosts of it, or a group of 224.0.0.0/24.
fn is_to_link(address: Ipv4Addr) -> bool {
    address.is_broadcast() || address.octets()[..3] == [224, 0, 0]
}

/// The way to `to`, as if it came from this host.
fn back(net: &Net, facts: &Facts, (to, from): (Ipv4Addr, Ipv4Addr), mark: u32, tos: u8) -> Flow {
    Flow {
        src: from,
        iif: net.ns(facts.ns).loopback,
        tos: tos & crate::ip::receive::TOS_MASK,
        mark,
        ..Flow::to(to)
    }
}

fn back6(net: &Net, facts: &Facts, (to, from): (Ipv6Addr, Ipv6Addr), mark: u32) -> Flow6 {
    let src = if from.is_multicast() {
        Ipv6Addr::UNSPECIFIED
    } else {
        from
    };
    Flow6 {
        src,
        iif: net.ns(facts.ns).loopback,
        mark,
        upper: Upper::default(),
        ..Flow6::to(to)
    }
}

fn way_back(asked: Asked, net: &Net, facts: &Facts, dev: DevId, flow: &Flow) -> bool {
    let Ok(found) = route::lookup(net, facts.ns, flow) else {
        return false;
    };
    match found.kind {
        RouteType::Unicast => {}
        RouteType::Local if asked.accept_local => {}
        _ => return false,
    }
    asked.loose || leaves_by(net, facts, &found, dev)
}

/// Whether a route that was found has a next hop by a device.
fn leaves_by(net: &Net, facts: &Facts, found: &route::Found, dev: DevId) -> bool {
    let table = net.ns(facts.ns).routing.tables.get(found.table);
    table.is_some_and(|table| table.entry(found.entry).uses(dev))
}

fn way_back6(asked: Asked, net: &Net, facts: &Facts, dev: DevId, flow: &Flow6) -> bool {
    let Ok(found) = v6::lookup(net, facts.ns, flow) else {
        return false;
    };
    match found.kind {
        RouteType::Local => return asked.accept_local,
        RouteType::Unicast if !found.leads_nowhere(net) => {}
        _ => return false,
    }
    asked.loose || found.dev == dev || found.multipath && leaves_by6(net, facts, &found, dev)
}

fn leaves_by6(net: &Net, facts: &Facts, found: &v6::Found6, dev: DevId) -> bool {
    let table = net.ns(facts.ns).v6.routing.tables.get(found.table);
    table.is_some_and(|table| table.entry(found.entry).uses(dev))
}

/// What `fib` is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::filter) struct Fib {
    /// The destination, or the source.
    pub(in crate::filter) destination: bool,
    pub(in crate::filter) mark: bool,
    pub(in crate::filter) iif: bool,
    pub(in crate::filter) oif: bool,
}

impl Fib {
    /// The device that the answer has to be about.
    fn device(self, facts: &Facts) -> DevId {
        match (self.oif, self.iif) {
            (true, _) => facts.output,
            (_, true) => facts.input,
            _ => DevId::NONE,
        }
    }
}

/// The device by which routing would send to an address of the packet; none if there is none.
pub(in crate::filter) fn fib_device(
    asked: Fib,
    net: &Net,
    facts: &Facts,
    packet: &Packet,
) -> Option<DevId> {
    let (source, destination) = addresses(facts, packet)?;
    let wanted = asked.device(facts);
    // What came by the loopback came the right way (`nft_fib_can_skip`).
    if let (Some(dev), Hook::Prerouting | Hook::Input) = (facts.input.some(), facts.hook)
        && net.dev(dev).is_loopback()
    {
        return Some(dev);
    }
    let mark = if asked.mark { packet.mark } else { 0 };
    let ends = if asked.destination {
        (destination, source)
    } else {
        (source, destination)
    };
    // Of what is passed on it is asked as if it came by the device that it leaves by.
    let came = (!asked.destination && facts.hook == Hook::Forward && asked.iif)
        .then_some(facts.output)
        .and_then(DevId::some);
    match ends {
        (IpAddr::V4(to), IpAddr::V4(from)) => {
            if let (IpAddr::V4(source), IpAddr::V4(destination)) = (source, destination)
                && source.octets()[0] == 0
                && is_to_link(destination)
            {
                return facts.input.some().or(facts.output.some());
            }
            let from = if is_unicast(from) {
                from
            } else {
                Ipv4Addr::UNSPECIFIED
            };
            let mut flow = back(
                net,
                facts,
                (to, from),
                mark,
                tos(facts, packet).unwrap_or(0),
            );
            flow.iif = came.unwrap_or(flow.iif);
            let found = route::lookup(net, facts.ns, &flow).ok()?;
            let fits = |dev| leaves_by(net, facts, &found, dev);
            match found.kind {
                RouteType::Local => None,
                _ => match wanted.some() {
                    Some(dev) => fits(dev).then_some(dev),
                    None => Some(found.dev),
                },
            }
        }
        (IpAddr::V6(to), IpAddr::V6(from)) => {
            let mut flow = back6(net, facts, (to, from), mark);
            if to.is_unicast_link_local() {
                flow.oif = wanted;
            }
            flow.iif = came.unwrap_or(flow.iif);
            let found = v6::lookup(net, facts.ns, &flow).ok()?;
            match found.kind {
                RouteType::Unicast if !found.leads_nowhere(net) => {}
                _ => return None,
            }
            match wanted.some() {
                Some(dev) => (found.dev == dev).then_some(dev),
                None => Some(found.dev),
            }
        }
        _ => None,
    }
}

/// What routing takes an address of the packet for, by the number of its kind (`RTN_*`).
pub(in crate::filter) fn fib_type(
    asked: Fib,
    net: &Net,
    facts: &Facts,
    packet: &Packet,
) -> Option<u8> {
    let (source, destination) = addresses(facts, packet)?;
    let address = if asked.destination {
        destination
    } else {
        source
    };
    let dev = asked.device(facts);
    Some(match address {
        IpAddr::V4(address) => number(route::address_kind_at(net, facts.ns, address, dev)),
        IpAddr::V6(address) => number(kind6(net, facts, address, dev)),
    })
}

/// What kind of address one of IPv6 is here, on a device if that is named (`__nft_fib6_eval_type`).
fn kind6(net: &Net, facts: &Facts, address: Ipv6Addr, dev: DevId) -> RouteType {
    if address.is_multicast() {
        return RouteType::Multicast;
    }
    if address.is_unspecified() {
        return RouteType::Unicast;
    }
    if v6::is_local(net, facts.ns, address, dev) {
        return RouteType::Local;
    }
    let flow = Flow6 {
        oif: dev,
        ..Flow6::to(address)
    };
    match v6::lookup(net, facts.ns, &flow) {
        Err(_) => RouteType::Unreachable,
        Ok(found) if found.leads_nowhere(net) => RouteType::Unreachable,
        Ok(found) => match found.kind {
            RouteType::Local if dev == DevId::NONE => RouteType::Local,
            RouteType::Anycast => RouteType::Anycast,
            _ => RouteType::Unicast,
        },
    }
}

/// The number of a type (`RTN_*`).
pub(super) const fn number(kind: RouteType) -> u8 {
    match kind {
        RouteType::Unicast => 1,
        RouteType::Local => 2,
        RouteType::Broadcast => 3,
        RouteType::Anycast => 4,
        RouteType::Multicast => 5,
        RouteType::Blackhole => 6,
        RouteType::Unreachable => 7,
        RouteType::Prohibit => 8,
        RouteType::Throw => 9,
    }
}

/// The type of a packet's address by IPv6's routing (`addrtype`): whether it is of those asked for.
pub(super) fn address_type6(
    types: u16,
    net: &Net,
    facts: &Facts,
    (address, dev): (Ipv6Addr, DevId),
) -> bool {
    let asks = |kind| types & 1 << number(kind) != 0;
    let (group, nobody) = (address.is_multicast(), address.is_unspecified());
    if asks(RouteType::Multicast) && !group
        || asks(RouteType::Unicast) && (group || nobody)
        || types & 1 != 0 && !nobody
    {
        return false;
    }
    let looked_up = [RouteType::Local, RouteType::Anycast, RouteType::Unreachable];
    if !looked_up.iter().any(|kind| asks(*kind)) {
        return true;
    }
    let on_device = dev != DevId::NONE;
    let own = on_device && asks(RouteType::Local) && v6::is_local(net, facts.ns, address, dev);
    let flow = Flow6 {
        oif: dev,
        ..Flow6::to(address)
    };
    let mut found = if own {
        1 << number(RouteType::Local)
    } else {
        0
    };
    match v6::lookup(net, facts.ns, &flow) {
        Err(_) => found = 1 << number(RouteType::Unreachable),
        Ok(way) if way.leads_nowhere(net) => found = 1 << number(RouteType::Unreachable),
        Ok(way) if way.kind == RouteType::Local && !on_device => {
            found |= 1 << number(RouteType::Local);
        }
        Ok(way) if way.kind == RouteType::Anycast => found |= 1 << number(RouteType::Anycast),
        Ok(_) => {}
    }
    types & found != 0
}
