//! Groups that a device listens to, and telling the link of them (RFC 3810, `mld_*`).
//!
//! Reports are of version 2 alone; source filters and querying are left out.

use super::{ALL_NODES, ALL_ROUTERS, output};
use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::sysctl::Conf6;
use crate::timer::Timer;
use core::net::Ipv6Addr;
use core::time::Duration;
use netloom_wire::icmpv6::{self, Repr, Type};
use netloom_wire::mld::{self, Record};
use netloom_wire::{IpProtocol, ipv6};

/// How often a change is told (`MLD_QRV_DEFAULT`).
const ROBUSTNESS: u8 = 2;
/// The longest time until it is told again, in milliseconds.
const AGAIN: u64 = 1000;
/// How many records a report has.
const RECORDS: usize = 60;
/// The interface-local group of all nodes.
const INTERFACE_NODES: Ipv6Addr = Ipv6Addr::new(0xff01, 0, 0, 0, 0, 0, 0, 1);

/// The groups of a router, in the order in which they are joined.
const ROUTERS: [Ipv6Addr; 3] = [
    ALL_ROUTERS,
    Ipv6Addr::new(0xff01, 0, 0, 0, 0, 0, 0, 2),
    Ipv6Addr::new(0xff05, 0, 0, 0, 0, 0, 0, 2),
];

/// Groups of which nobody is told (RFC 3810 section 6).
fn is_silent(group: Ipv6Addr) -> bool {
    group == ALL_NODES || group.segments()[0] & 0xf < 2
}

/// IPv6 begins to run on a device.
pub(super) fn begin(net: &mut Net, dev: DevId) {
    join(net, dev, INTERFACE_NODES);
    join(net, dev, ALL_NODES);
    if net.dev(dev).v6.conf.on(Conf6::Forwarding) {
        forwarding(net, dev, true);
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

/// Listens to a group once more.
pub(crate) fn join(net: &mut Net, dev: DevId, group: Ipv6Addr) {
    let groups = &mut net.dev_mut(dev).v6.groups;
    if let Some((_, count)) = groups.iter_mut().find(|(g, _)| *g == group) {
        *count += 1;
        return;
    }
    groups.insert(0, (group, 1));
    changed(net, dev, group, true);
}

/// Listens to a group once less.
pub(crate) fn leave(net: &mut Net, dev: DevId, group: Ipv6Addr) {
    let groups = &mut net.dev_mut(dev).v6.groups;
    let Some(at) = groups.iter().position(|(g, _)| *g == group) else {
        return;
    };
    groups[at].1 -= 1;
    if groups[at].1 == 0 {
        groups.remove(at);
        changed(net, dev, group, false);
    }
}

fn changed(net: &mut Net, dev: DevId, group: Ipv6Addr, listens: bool) {
    let device = net.dev_mut(dev);
    if is_silent(group) || device.is_loopback() || !device.v6.running {
        return;
    }
    let reports = &mut device.v6.reports;
    reports.retain(|(g, ..)| *g != group);
    reports.push((group, listens, ROBUSTNESS));
    tell_soon(net, dev);
}

/// Reports what changed, once what happens now is over.
pub(super) fn tell_soon(net: &mut Net, dev: DevId) {
    let at = net.now + Duration::from_millis(1 + net.random.below(50));
    net.timers.set(at, Timer::Mld { dev });
}

/// Tells the link what changed.
pub(crate) fn timer<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let Some(device) = cx.net.devices.get_mut(dev.0) else {
        return;
    };
    if !device.v6.running || !device.is_running() || device.v6.reports.is_empty() {
        return;
    }
    let reports = &mut device.v6.reports;
    let records: Vec<(Record, Ipv6Addr)> = reports
        .iter()
        .take(RECORDS)
        .map(|(group, listens, _)| {
            let record = if *listens {
                Record::ToExclude
            } else {
                Record::ToInclude
            };
            (record, *group)
        })
        .collect();
    for report in reports.iter_mut().take(RECORDS) {
        report.2 -= 1;
    }
    reports.retain(|(.., left)| *left > 0);
    if !reports.is_empty() {
        let at = cx.net.now + Duration::from_millis(1 + cx.net.random.below(AGAIN));
        cx.net.timers.set(at, Timer::Mld { dev });
    }
    report(cx, dev, &records);
}

/// A router asks who listens (RFC 3810 section 6.2): every group is told once, after a part of the
/// time that it allows.
pub(super) fn queried<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: Packet) {
    let message = icmpv6::Packet::new_unchecked(packet.bytes());
    let longest = (message.rest_of_header() >> 16) as u64; // milliseconds, if below 32768
    let wanted = message.target().filter(|group| !group.is_unspecified());
    cx.consume(packet);
    let inet6 = &mut cx.net.dev_mut(dev).v6;
    for (group, _) in inet6.groups.iter().rev() {
        let asked = wanted.is_none_or(|w| w == *group) && !is_silent(*group);
        if asked && inet6.reports.iter().all(|(g, ..)| g != group) {
            inet6.reports.push((*group, true, 1));
        }
    }
    let wait = cx.net.random.below(longest.clamp(1, 32_768));
    let at = cx.net.now + Duration::from_millis(wait);
    cx.net.timers.set(at, Timer::Mld { dev });
}

/// Sends a report: from the link-local address, or from none while there is none yet.
fn report<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, records: &[(Record, Ipv6Addr)]) {
    let src = cx.net.dev(dev).v6.link_local();
    let src = src.unwrap_or(Ipv6Addr::UNSPECIFIED);
    let mut body = vec![0; records.len() * mld::RECORD_LEN];
    for ((record, group), at) in records.iter().zip(body.chunks_exact_mut(mld::RECORD_LEN)) {
        mld::put_record(at, *record, *group);
    }
    let message = Repr {
        msg_type: Type::MLD2_REPORT,
        code: 0,
        rest: records.len() as u32,
        body: &body,
    };
    let alert = mld::ROUTER_ALERT.len();
    let mut payload = vec![0; alert + message.buffer_len()];
    payload[..alert].copy_from_slice(&mld::ROUTER_ALERT);
    message.emit(&mut payload[alert..], src, mld::ROUTERS);
    let header = ipv6::Repr {
        src,
        dst: mld::ROUTERS,
        next_header: IpProtocol::HOP_BY_HOP,
        hop_limit: 1,
        payload_len: payload.len(),
        ..ipv6::Repr::default()
    };
    output::background(cx, dev, &header, &payload, None, None);
}
