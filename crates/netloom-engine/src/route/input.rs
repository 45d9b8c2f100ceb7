//! Routing for packets received (`ip_route_input_slow`).

use super::{Flow, Found, Refused, lookup, multipath, source};
use crate::device::DevId;
use crate::net::Net;
use crate::sysctl::Conf;
use core::net::Ipv4Addr;
use netloom_model::RouteType;
use netloom_model::journey::DropReason;
use netloom_wire::IpProtocol;

/// What becomes of a packet received.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Decision {
    /// For this host.
    Local,
    /// For everybody on the link.
    Broadcast,
    /// To be passed on.
    Forward {
        found: Found,
        /// The sender could have gone there directly.
        redirect: bool,
    },
    /// No way; the sender is told if this host forwards.
    NoWay(Refused),
    /// Dropped.
    Refused(DropReason),
}

/// Decides about a packet that `dev` received.
#[inline(always)]
pub(crate) fn route(net: &Net, dev: DevId, flow: &Flow) -> Decision {
    let device = net.dev(dev);
    let space = net.ns(device.ns);
    let (src, dst) = (flow.src, flow.dst);
    if src.is_multicast() || src.is_broadcast() {
        return Decision::Refused(DropReason::MartianSource);
    }
    if dst.is_broadcast() || (src.is_unspecified() && dst.is_unspecified()) {
        return broadcast(net, dev, flow);
    }
    if src.octets()[0] == 0 {
        return Decision::Refused(DropReason::MartianSource);
    }
    if dst.octets()[0] == 0 {
        return Decision::Refused(DropReason::MartianDestination);
    }
    if (dst.is_loopback() || src.is_loopback())
        && !device.is_loopback()
        && !device.either(space, Conf::RouteLocalnet)
    {
        return Decision::Refused(if dst.is_loopback() {
            DropReason::MartianDestination
        } else {
            DropReason::MartianSource
        });
    }
    let forwards = device.conf.on(Conf::Forwarding);
    let found = match lookup(net, device.ns, flow) {
        Ok(found) => found,
        Err(_) if !forwards => return Decision::Refused(DropReason::ForwardingOff),
        Err(refused) => return Decision::NoWay(refused),
    };
    match found.kind {
        RouteType::Local => local(net, dev, flow),
        RouteType::Broadcast => broadcast(net, dev, flow),
        _ if !forwards => Decision::Refused(DropReason::ForwardingOff),
        RouteType::Unicast => forward(net, dev, flow, found),
        _ => Decision::Refused(DropReason::MartianDestination),
    }
}

fn local(net: &Net, dev: DevId, flow: &Flow) -> Decision {
    if net.dev(dev).is_loopback() {
        return Decision::Local; // made here: its source was chosen here
    }
    match source::validate(net, dev, flow, DevId::NONE) {
        Ok(_) => Decision::Local,
        Err(reason) => Decision::Refused(reason),
    }
}

/// Checks the source of a packet to a group that this host listens to (`ip_mc_validate_source`).
pub(crate) fn group(
    net: &Net,
    dev: DevId,
    flow: &Flow,
    protocol: IpProtocol,
) -> Result<(), DropReason> {
    let (src, device) = (flow.src, net.dev(dev));
    let martian = src.is_multicast()
        || src.is_broadcast()
        || src.is_loopback() && !device.either(net.ns(device.ns), Conf::RouteLocalnet);
    if martian {
        return Err(DropReason::MartianSource);
    }
    if src.octets()[0] == 0 {
        let of_link = flow.dst.octets()[..3] == [224, 0, 0];
        let may = of_link || protocol == IpProtocol::IGMP;
        return if may {
            Ok(())
        } else {
            Err(DropReason::MartianSource)
        };
    }
    if device.is_loopback() {
        return Ok(());
    }
    let unknown = Flow {
        dst: Ipv4Addr::UNSPECIFIED,
        ..*flow
    };
    source::validate(net, dev, &unknown, DevId::NONE).map(|_| ())
}

fn broadcast(net: &Net, dev: DevId, flow: &Flow) -> Decision {
    if flow.src.is_unspecified() || net.dev(dev).is_loopback() {
        return Decision::Broadcast;
    }
    let unknown = Flow {
        dst: Ipv4Addr::UNSPECIFIED,
        ..*flow
    };
    match source::validate(net, dev, &unknown, DevId::NONE) {
        Ok(_) => Decision::Broadcast,
        Err(reason) => Decision::Refused(reason),
    }
}

#[inline(always)]
fn forward(net: &Net, dev: DevId, flow: &Flow, mut found: Found) -> Decision {
    if found.multipath {
        found = multipath::select(net, net.ns_of(dev), flow, found);
    }
    match source::validate(net, dev, flow, found.dev) {
        Ok(on_link) => {
            let redirect = on_link && found.dev == dev && redirects(net, dev, flow.src, &found);
            Decision::Forward { found, redirect }
        }
        Err(reason) => Decision::Refused(reason),
    }
}

/// Whether a sender that should have gone to the gateway directly is told so.
fn redirects(net: &Net, dev: DevId, src: Ipv4Addr, found: &Found) -> bool {
    let device = net.dev(dev);
    let either = |key| net.either(dev, key);
    if !either(Conf::SendRedirects) {
        return false;
    }
    let gateway = found.gateway.map_or(src, |g| g);
    either(Conf::SharedMedia)
        || device.addresses.iter().any(|ifa| {
            let prefix = ifa.address.prefix();
            prefix.contains(src.into()) && prefix.contains(gateway.into())
        })
}
