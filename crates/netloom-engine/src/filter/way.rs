//! What routing said of a packet, and what it would say (nft(8), ROUTING EXPRESSION and FIB
//! EXPRESSIONS).

use super::act;
use super::facts::Facts;
use super::xt::addresses;
use super::xt::reverse::{self, Fib};
use crate::net::Net;
use crate::packet::Packet;
use crate::route::v6::{self, Flow6};
use crate::route::{self, Flow};
use core::net::IpAddr;
use netloom_model::ruleset::expr::{FibResult, RtKey};
use netloom_model::ruleset::{Hook, Value};

/// Whether a packet is routed where it is.
pub(super) const fn is_routed(facts: &Facts) -> bool {
    !matches!(facts.hook, Hook::Prerouting | Hook::Ingress)
}

/// What routing said.
pub(super) fn said(key: RtKey, net: &Net, facts: &Facts, packet: &Packet) -> Option<u128> {
    if !is_routed(facts) {
        return None;
    }
    match key {
        // Routes have no realms, and nothing is encrypted.
        RtKey::ClassId | RtKey::IpSec => Some(0),
        RtKey::NextHop4 => match next_hop(net, facts, packet)? {
            IpAddr::V4(hop) => Some(u32::from(hop).into()),
            IpAddr::V6(_) => None,
        },
        RtKey::NextHop6 => match next_hop(net, facts, packet)? {
            IpAddr::V6(hop) => Some(hop.into()),
            IpAddr::V4(_) => None,
        },
        RtKey::Mtu => act::rt_mtu(net, facts, packet).map(u128::from),
    }
}

/// Where a packet goes next.
pub(super) fn next_hop(net: &Net, facts: &Facts, packet: &Packet) -> Option<IpAddr> {
    let (src, dst) = addresses(facts, packet)?;
    if facts.hook == Hook::Input {
        return Some(dst);
    }
    let mark = packet.mark;
    match (src, dst) {
        (IpAddr::V4(src), IpAddr::V4(dst)) => {
            let flow = Flow {
                src,
                mark,
                ..Flow::to(dst)
            };
            let found = route::lookup(net, facts.ns, &flow).ok()?;
            Some(found.next_hop(dst))
        }
        (IpAddr::V6(src), IpAddr::V6(dst)) => {
            let flow = Flow6 {
                src,
                mark,
                oif: facts.output,
                strict: false,
                ..Flow6::to(dst)
            };
            let found = v6::lookup(net, facts.ns, &flow).ok()?;
            Some(found.gateway.unwrap_or(dst).into())
        }
        _ => None,
    }
}

/// What routing would say of an address.
pub(super) fn fib(
    asked: Fib,
    result: FibResult,
    net: &Net,
    facts: &Facts,
    packet: &Packet,
) -> u128 {
    if result == FibResult::Type {
        return reverse::fib_type(asked, net, facts, packet).map_or(0, u128::from);
    }
    let device = reverse::fib_device(asked, net, facts, packet).map(|dev| net.dev(dev));
    match (result, device) {
        (_, None) => 0,
        (FibResult::OifName, Some(device)) => Value::ifname(&device.name).to_number().unwrap_or(0),
        (FibResult::Check, Some(_)) => 1,
        (_, Some(device)) => device.index.into(),
    }
}
