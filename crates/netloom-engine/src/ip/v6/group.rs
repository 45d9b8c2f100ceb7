//! Groups that a device listens to, and telling the link of them (RFC 2710, RFC 3810, `mld_*`):
//! what MLD has of its own. Source filters are left out.

use super::{ALL_NODES, ALL_ROUTERS, output};
use crate::device::DevId;
use crate::ip::membership::{self, Generation, Groups, Memberships, Query};
use crate::ip::version::V6;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::Conf6;
use crate::timer::Timer;
use core::net::Ipv6Addr;
use core::time::Duration;
use netloom_model::MacAddr;
use netloom_wire::icmpv6::{self, Repr, Type};
use netloom_wire::membership::{QueryTail, RECORD_V6, RecordType, decode_16, put_record};
use netloom_wire::{IpProtocol, ipv6, mld};

/// How often a change is told (`MLD_QRV_DEFAULT`).
const ROBUSTNESS: u8 = 2;
/// The interface-local group of all nodes.
const INTERFACE_NODES: Ipv6Addr = Ipv6Addr::new(0xff01, 0, 0, 0, 0, 0, 0, 1);

/// The groups of a router, in the order in which they are joined.
const ROUTERS: [Ipv6Addr; 3] = [
    ALL_ROUTERS,
    Ipv6Addr::new(0xff01, 0, 0, 0, 0, 0, 0, 2),
    Ipv6Addr::new(0xff05, 0, 0, 0, 0, 0, 0, 2),
];

impl Groups for V6 {
    fn timer(dev: DevId) -> Timer {
        Timer::Mld { dev }
    }

    fn of(net: &Net, dev: DevId) -> &Memberships<Ipv6Addr> {
        &net.dev(dev).v6.groups
    }

    fn of_mut(net: &mut Net, dev: DevId) -> &mut Memberships<Ipv6Addr> {
        &mut net.dev_mut(dev).v6.groups
    }

    fn runs(net: &Net, dev: DevId) -> bool {
        let device = net.dev(dev);
        device.v6.running && device.is_running() && !device.is_loopback()
    }

    /// Groups of which nobody is told (RFC 3810 section 6).
    fn is_silent(_: &Net, _: DevId, group: Ipv6Addr) -> bool {
        group == ALL_NODES || group.segments()[0] & 0xf < 2
    }

    fn hardware(group: Ipv6Addr) -> Option<MacAddr> {
        let leaves = group.segments()[0] & 0xf >= 2;
        leaves.then(|| MacAddr::from_ipv6_multicast(group))
    }

    fn forced(net: &Net, dev: DevId) -> Option<Generation> {
        let all = net
            .ns(net.ns_of(dev))
            .v6
            .conf_all
            .get(Conf6::ForceMldVersion);
        let own = net.dev(dev).v6.conf.get(Conf6::ForceMldVersion);
        match if all != 0 { all } else { own } {
            1 => Some(Generation::Second),
            2 => Some(Generation::Third),
            _ => None,
        }
    }

    fn interval(net: &Net, dev: DevId, generation: Generation) -> Duration {
        let key = match generation {
            Generation::Third => Conf6::Mldv2Interval,
            _ => Conf6::Mldv1Interval,
        };
        Duration::from_millis(net.dev(dev).v6.conf.get(key).max(1) as u64)
    }

    fn robustness(_: &Net, _: DevId) -> u8 {
        ROBUSTNESS
    }

    fn tell_one<O: Observer>(
        cx: &mut Cx<'_, O>,
        dev: DevId,
        _: Generation,
        group: Ipv6Addr,
        listens: bool,
    ) {
        let (msg_type, to) = if listens {
            (Type::MLD_REPORT, group)
        } else {
            (Type::MLD_DONE, ALL_ROUTERS)
        };
        let message = Repr {
            msg_type,
            code: 0,
            rest: 0,
            body: &group.octets(),
        };
        send(cx, dev, &message, to);
    }

    fn tell<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, records: &[(RecordType, Ipv6Addr)]) {
        let mut body = vec![0; records.len() * RECORD_V6];
        for ((record, group), at) in records.iter().zip(body.chunks_exact_mut(RECORD_V6)) {
            put_record(at, *record, &group.octets());
        }
        let message = Repr {
            msg_type: Type::MLD2_REPORT,
            code: 0,
            rest: records.len() as u32,
            body: &body,
        };
        send(cx, dev, &message, mld::ROUTERS);
    }
}

/// A device that knows IPv6 listens to the groups of all nodes, even before it is up
/// (`ipv6_add_dev`).
pub(crate) fn prepare(net: &mut Net, dev: DevId) {
    for group in [INTERFACE_NODES, ALL_NODES] {
        if !net.dev(dev).v6.listens(group) {
            join(net, dev, group);
        }
    }
}

/// IPv6 begins to run on a device.
pub(crate) fn begin(net: &mut Net, dev: DevId) {
    prepare(net, dev);
    membership::up::<V6>(net, dev);
    if net.dev(dev).v6.conf.on(Conf6::Forwarding) {
        forwarding(net, dev, true);
    }
}

/// IPv6 runs no more on a device.
pub(super) fn end(net: &mut Net, dev: DevId) {
    membership::down::<V6>(net, dev);
    if net.dev(dev).v6.conf.on(Conf6::Forwarding) {
        forwarding(net, dev, false);
    }
}

/// A device begins or ends to forward.
pub(crate) fn forwarding(net: &mut Net, dev: DevId, on: bool) {
    for group in ROUTERS {
        if on {
            join(net, dev, group);
        } else {
            leave(net, dev, group);
        }
    }
}

/// Listens to the group in which an address is asked for, or no more; nobody asks on the loopback
/// (`addrconf_join_solict`).
pub(crate) fn solicited(net: &mut Net, dev: DevId, addr: Ipv6Addr, on: bool) {
    let group = super::solicited_node(addr);
    if net.dev(dev).is_loopback() {
        return;
    }
    if on {
        join(net, dev, group);
    } else {
        leave(net, dev, group);
    }
}

/// Listens to a group once more.
pub(crate) fn join(net: &mut Net, dev: DevId, group: Ipv6Addr) {
    membership::join::<V6>(net, dev, group);
}

/// Listens to a group once less.
pub(crate) fn leave(net: &mut Net, dev: DevId, group: Ipv6Addr) {
    membership::leave::<V6>(net, dev, group);
}

/// The link-local address may be used from now on: what was told without it is told again
/// (`ipv6_mc_dad_complete`).
pub(super) fn tell_again(net: &mut Net, dev: DevId) {
    membership::tell_again::<V6>(net, dev);
}

/// A router asks who listens. It is one of this link: its message has a link-local source and
/// crossed no router (RFC 3810, section 6.2).
pub(super) fn queried<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let header = ipv6::Packet::new_unchecked(packet.network());
    let near = header.src().is_unicast_link_local() && header.hop_limit() == 1;
    if let Some(query) = query(packet.bytes()).filter(|_| near) {
        membership::queried::<V6>(cx.net, dev, &query);
    }
    cx.consume(packet);
}

/// Another host told of a group (`igmp6_event_report`).
pub(super) fn heard<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    if let Some(group) = message.target().filter(|_| !packet.local) {
        membership::heard::<V6>(cx.net, dev, group);
    }
    cx.consume(packet);
}

/// Reads a query; its length tells its version (RFC 3810, section 8.1).
pub(crate) fn query(bytes: &[u8]) -> Option<Query<Ipv6Addr>> {
    let message = icmpv6::Packet::new_checked(bytes).ok()?;
    let group = message.target()?;
    let code = (message.rest_of_header() >> 16) as u16;
    let group = Some(group).filter(|group| !group.is_unspecified());
    let millis = |millis: u32| Duration::from_millis(u64::from(millis.max(1)));
    if bytes.len() == mld::LEN {
        return Some(Query {
            generation: Generation::Second,
            group,
            within: millis(code.into()),
            suppressed: false,
            robustness: None,
            interval: None,
        });
    }
    let tail = QueryTail::parse(&bytes[mld::LEN..], 16)?;
    if group.is_none() && !tail.sources.is_empty() {
        return None;
    }
    Some(Query {
        generation: Generation::Third,
        group,
        within: millis(decode_16(code)),
        suppressed: tail.suppress,
        robustness: Some(tail.robustness),
        interval: Some(Duration::from_secs(tail.interval.into())).filter(|time| !time.is_zero()),
    })
}

/// Sends a message: from the link-local address, or from none while there is none yet.
fn send<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, message: &Repr<'_>, dst: Ipv6Addr) {
    let src = cx.net.dev(dev).v6.link_local();
    let src = src.unwrap_or(Ipv6Addr::UNSPECIFIED);
    let alert = mld::ROUTER_ALERT.len();
    let mut payload = vec![0; alert + message.buffer_len()];
    payload[..alert].copy_from_slice(&mld::ROUTER_ALERT);
    message.emit(&mut payload[alert..], src, dst);
    let header = ipv6::Repr {
        src,
        dst,
        next_header: IpProtocol::HOP_BY_HOP,
        hop_limit: 1,
        payload_len: payload.len(),
        ..ipv6::Repr::default()
    };
    output::background(cx, dev, &header, &payload, None, None);
}
