//! Routing for IPv6 packets made here (`ip6_route_output_flags`, `ip6_dst_lookup_tail`).

use super::{Flow6, Found6, Refused, lookup};
use crate::device::DevId;
use crate::ip::v6::source;
use crate::namespace::NsId;
use crate::net::Net;
use crate::route::multipath::v6 as multipath;
use crate::route::output::NoWay;
use crate::sysctl::Conf6;
use core::net::Ipv6Addr;
use netloom_model::{Errno, RouteType};

/// The way of a packet made here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way6 {
    /// Unicast, local or multicast.
    pub(crate) kind: RouteType,
    /// The device it leaves by (`lo` for what stays here).
    pub(crate) dev: DevId,
    pub(crate) gateway: Option<Ipv6Addr>,
    pub(crate) source: Ipv6Addr,
    pub(crate) dst: Ipv6Addr,
    /// Longest packet that may go, by the route, the device, or what routers told.
    pub(crate) mtu: u32,
    /// The route that was found.
    pub(crate) found: Found6,
}

/// Finds the way. `flow.src` may be unspecified: then it is chosen. One that is given need not be an address of this
/// host: who may bind to it was asked before.
pub(crate) fn route(net: &Net, ns: NsId, flow: &Flow6) -> Result<Way6, NoWay> {
    let mut flow = *flow;
    if flow.dst.is_unspecified() {
        flow.dst = Ipv6Addr::LOCALHOST;
    }
    let given = !flow.src.is_unspecified();
    let mut found = match lookup(net, ns, &flow) {
        Err(refused) if !given => {
            // Rules may ask for the source: it is chosen first, among those of all devices.
            flow.src = source::select(net, ns, DevId::NONE, flow.dst)
                .ok_or_else(|| no_way(Errno::ADDRNOTAVAIL, refused))?;
            flow.strict = true;
            lookup(net, ns, &flow)
        }
        found => found,
    }
    .map_err(|refused| no_way(refused.errno(), refused))?;
    if found.multipath {
        found = multipath::select(net, ns, &flow, found);
    }
    let stays = matches!(found.kind, RouteType::Local | RouteType::Anycast);
    let source = if flow.src.is_unspecified() {
        let preferred = found.prefsrc;
        let chosen = preferred.or_else(|| source::select(net, ns, found.dev, flow.dst));
        chosen.ok_or(Errno::ADDRNOTAVAIL)?
    } else {
        flow.src
    };
    let dev = if stays {
        net.ns(ns).loopback
    } else {
        found.dev
    };
    Ok(Way6 {
        kind: if stays { RouteType::Local } else { found.kind },
        dev,
        gateway: gateway(net, ns, &found, flow.dst),
        source,
        dst: flow.dst,
        mtu: mtu(net, ns, dev, &found, flow.dst),
        found,
    })
}

fn no_way(errno: Errno, refused: Refused) -> NoWay {
    NoWay {
        errno,
        refused: Some(refused),
    }
}

/// The longest packet that may go a way.
fn mtu(net: &Net, ns: NsId, dev: DevId, found: &Found6, dst: Ipv6Addr) -> u32 {
    let link = net.dev(dev).v6.conf.get(Conf6::Mtu) as u32;
    let route = if found.mtu == 0 {
        link
    } else {
        found.mtu.min(link)
    };
    match net.ns(ns).v6.routing.exceptions.path(dst, net.now) {
        Some(path) => route.min(path.mtu),
        None => route,
    }
}

/// The gateway of a way: the route's, or the one that a redirect told of, which is the destination
/// itself where that is on the link.
pub(super) fn gateway(net: &Net, ns: NsId, found: &Found6, dst: Ipv6Addr) -> Option<Ipv6Addr> {
    match net.ns(ns).v6.routing.exceptions.gateway(dst) {
        Some(told) if found.kind == RouteType::Unicast => Some(told).filter(|told| *told != dst),
        _ => found.gateway,
    }
}
