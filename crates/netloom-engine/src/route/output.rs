//! Routing for packets made here (`ip_route_output_key_hash`).

use super::{Flow, Found, Refused, address_kind, device_with, lookup, multipath, source};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::sysctl::{Conf, Global};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::route::RouteMetrics;
use netloom_model::{Errno, RouteType, Scope};

/// The way of a packet made here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// Unicast, local, broadcast or multicast.
    pub(crate) kind: RouteType,
    /// The device it leaves by (`lo` for local destinations).
    pub(crate) dev: DevId,
    /// To oneself: the device that sockets take it for received by, if not `lo`.
    pub(crate) iif: DevId,
    pub(crate) gateway: Option<Ipv4Addr>,
    /// The gateway, where it is one of IPv6.
    pub(crate) via6: Option<Ipv6Addr>,
    pub(crate) source: Ipv4Addr,
    pub(crate) dst: Ipv4Addr,
    /// Longest IP packet that may go, by the route or the device.
    pub(crate) mtu: u32,
    /// The MTU is locked: packets longer than it are cut, whatever path MTU discovery wants.
    pub(crate) may_cut: bool,
    /// The route that was found; none where the device alone decided.
    pub(crate) found: Option<Found>,
}

impl Way {
    /// Who takes the packet on: the gateway, or its destination itself.
    pub(crate) fn next_hop(&self) -> IpAddr {
        super::next_hop(self.gateway, self.via6, self.dst)
    }

    /// What the route says of its packets. Broadcasts, and groups without a route of their own, do
    /// not ask it.
    pub(crate) fn metrics<'n>(&self, net: &'n Net, ns: NsId) -> Option<&'n RouteMetrics> {
        let found = self.found.as_ref()?;
        let entry = net
            .ns(ns)
            .routing
            .tables
            .get(found.table)?
            .entry(found.entry);
        let asked = match self.kind {
            RouteType::Broadcast => false,
            RouteType::Multicast => entry.prefix_len >= GROUPS,
            _ => true,
        };
        entry.metrics.as_deref().filter(|_| asked)
    }

    /// The TTL of packets whose sender wants none: the route's or the namespace's
    /// (`ip4_dst_hoplimit`).
    pub(crate) fn ttl(&self, net: &Net, ns: NsId) -> u8 {
        let default = || net.ns(ns).settings.get(Global::IpDefaultTtl) as u8;
        match self.metrics(net, ns) {
            Some(metrics) if metrics.hoplimit != 0 => metrics.hoplimit as u8,
            _ => default(),
        }
    }
}

/// The length of the prefix that is all groups.
const GROUPS: u8 = 4;

/// Why there is no way: Linux's error, and the lookup's refusal if that was it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoWay {
    pub(crate) errno: Errno,
    pub(crate) refused: Option<Refused>,
}

impl From<Errno> for NoWay {
    fn from(errno: Errno) -> NoWay {
        NoWay {
            errno,
            refused: None,
        }
    }
}

/// Finds the way. `flow.src` may be unspecified: then it is chosen. `any_source`: it need not be an
/// address of this host.
pub(crate) fn route(net: &Net, ns: NsId, flow: &Flow, any_source: bool) -> Result<Way, NoWay> {
    let mut flow = *flow;
    let given = !flow.src.is_unspecified();
    let group = flow.dst.is_multicast() || flow.dst.is_broadcast();
    if given {
        if flow.src.is_multicast() || flow.src.is_broadcast() || flow.src.octets()[0] == 0 {
            return Err(Errno::INVAL.into());
        }
        if flow.oif == DevId::NONE && group {
            // The device that has the source is where groups are sent, even if it is down.
            flow.oif = device_with(net, ns, flow.src).ok_or(Errno::INVAL)?;
            return on_link(net, ns, &flow, flow.oif, Scope::UNIVERSE);
        } else if !any_source && address_kind(net, ns, flow.src) != RouteType::Local {
            return Err(Errno::NETUNREACH.into());
        }
    }
    if let Some(oif) = flow.oif.some() {
        if !net.dev(oif).is_up() {
            return Err(Errno::NETUNREACH.into());
        }
        if group {
            let scope = if flow.dst.is_broadcast() {
                Scope::LINK
            } else {
                Scope::UNIVERSE
            };
            return on_link(net, ns, &flow, oif, scope);
        }
    }
    if flow.dst.is_unspecified() {
        return Ok(to_itself(net, ns, &flow));
    }
    match lookup(net, ns, &flow) {
        Ok(found) => way(net, ns, &flow, found),
        Err(_) if flow.oif != DevId::NONE => on_link(net, ns, &flow, flow.oif, Scope::LINK),
        Err(refused) => Err(NoWay {
            errno: refused.errno(),
            refused: Some(refused),
        }),
    }
}

/// Nowhere in particular is this host itself, at the address that it would send from: no table is
/// asked.
fn to_itself(net: &Net, ns: NsId, flow: &Flow) -> Way {
    let of_device = |dev| source::select(net, ns, dev, Ipv4Addr::UNSPECIFIED, Scope::HOST);
    let own = match flow.oif.some() {
        _ if !flow.src.is_unspecified() => flow.src,
        Some(dev) => of_device(dev).unwrap_or(Ipv4Addr::LOCALHOST),
        None => Ipv4Addr::LOCALHOST,
    };
    let lo = net.ns(ns).loopback;
    Way {
        kind: RouteType::Local,
        dev: lo,
        iif: flow.oif,
        gateway: None,
        via6: None,
        source: own,
        dst: own,
        mtu: net.dev(lo).mtu,
        may_cut: false,
        found: None,
    }
}

/// No route, but a device: the destination is taken to be on its link.
fn on_link(net: &Net, ns: NsId, flow: &Flow, dev: DevId, scope: Scope) -> Result<Way, NoWay> {
    let source = if flow.src.is_unspecified() {
        source::select(net, ns, dev, Ipv4Addr::UNSPECIFIED, scope).unwrap_or(flow.src)
    } else {
        flow.src
    };
    let kind = if flow.dst.is_broadcast() {
        RouteType::Broadcast
    } else if flow.dst.is_multicast() {
        RouteType::Multicast
    } else {
        RouteType::Unicast
    };
    let mtu = net.dev(dev).mtu;
    Ok(Way {
        kind,
        dev,
        iif: DevId::NONE,
        gateway: None,
        via6: None,
        source,
        dst: flow.dst,
        mtu,
        may_cut: false,
        found: None,
    })
}

/// The way that a found route gives.
fn way(net: &Net, ns: NsId, flow: &Flow, mut found: Found) -> Result<Way, NoWay> {
    if found.multipath {
        found = multipath::select(net, ns, flow, found);
    }
    let chosen = |other: Ipv4Addr| {
        if flow.src.is_unspecified() {
            other
        } else {
            flow.src
        }
    };
    if found.kind == RouteType::Local {
        let lo = net.ns(ns).loopback;
        let source = chosen(found.prefsrc.unwrap_or(flow.dst));
        let mtu = net.dev(lo).mtu;
        let (dst, iif, found) = (flow.dst, found.dev, Some(found));
        return Ok(Way {
            kind: RouteType::Local,
            dev: lo,
            iif,
            gateway: None,
            via6: None,
            source,
            dst,
            mtu,
            may_cut: false,
            found,
        });
    }
    let source = chosen(source::of_route(net, ns, &found).unwrap_or(Ipv4Addr::UNSPECIFIED));
    let device = net.dev(found.dev);
    let may_leave = device.is_loopback() || net.either(found.dev, Conf::RouteLocalnet);
    if source.is_loopback() && !may_leave {
        return Err(Errno::INVAL.into());
    }
    let kind = if flow.dst.is_broadcast() {
        RouteType::Broadcast
    } else if flow.dst.is_multicast() {
        RouteType::Multicast
    } else if flow.dst.octets()[0] == 0 {
        return Err(Errno::INVAL.into());
    } else {
        found.kind
    };
    let exceptions = &net.ns(ns).routing.exceptions;
    let unicast = kind == RouteType::Unicast;
    let path = exceptions.path(flow.dst, net.now).filter(|_| unicast);
    let told = exceptions.gateway(flow.dst);
    let gateway = told.or(found.gateway).filter(|_| unicast);
    let via6 = found.via6.filter(|_| unicast && told.is_none());
    let mut way = Way {
        kind,
        dev: found.dev,
        iif: DevId::NONE,
        gateway,
        via6,
        source,
        dst: flow.dst,
        mtu: device.mtu,
        may_cut: false,
        found: Some(found),
    };
    if let Some(metrics) = way.metrics(net, ns).filter(|metrics| metrics.mtu != 0) {
        (way.mtu, way.may_cut) = (metrics.mtu.min(way.mtu), metrics.mtu_lock);
    }
    if let Some(path) = path {
        way.mtu = path.mtu.min(way.mtu);
        way.may_cut |= path.locked;
    }
    Ok(way)
}
