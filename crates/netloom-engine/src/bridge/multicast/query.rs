//! Queries of a bridge that snoops, its own and others', and where routers are (RFC 2236, section
//! 3; RFC 3376, section 6.6; RFC 4541, section 2.1.1).

use super::mdb::Key;
use super::snoop::Said;
use super::{Multicast, OwnQueries, PROTOS, Proto, message, time, told};
use crate::bridge::configure::bridge;
use crate::bridge::forward;
use crate::device::DevId;
use crate::ip::membership::{Generation, Query};
use crate::link;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive;
use crate::timer::Timer;
use core::net::IpAddr;
use core::time::Duration;
use netloom_model::bridge::PortState;
use netloom_model::{FilterMode, MdbGroup, Time};
use netloom_wire::{EtherType, ethernet};

/// A tick of the kernel's clock.
const TICK: Duration = Duration::from_millis(4);

/// A query that a port heard.
pub(super) struct Asked {
    group: Option<IpAddr>,
    within: Duration,
    source: IpAddr,
    /// It leaves the timers as they are.
    suppressed: bool,
}

impl Asked {
    pub(super) fn new<A: Into<IpAddr> + Copy>(query: &Query<A>, source: A) -> Asked {
        Asked {
            group: query.group.map(Into::into),
            within: query.within,
            source: source.into(),
            suppressed: query.generation == Generation::Third
                && query.group.is_some()
                && query.suppressed,
        }
    }
}

/// Whether the bridge speaks IGMPv3 or MLDv2.
pub(super) fn speaks_newest(net: &mut Net, master: DevId, proto: Proto) -> bool {
    bridge(net, master).is_some_and(|bridge| bridge.multicast.newest_version(proto))
}

impl Multicast {
    pub(super) fn newest_version(&self, proto: Proto) -> bool {
        match proto {
            Proto::V4 => self.settings.igmp_version == 3,
            Proto::V6 => self.settings.mld_version == 2,
        }
    }

    /// When something is to be done.
    fn next(&self) -> Option<Time> {
        let groups = self.groups.values().flat_map(|group| {
            let ends = group.ports.iter().filter(|entry| !entry.permanent);
            let ends = ends.flat_map(|e| [e.until, e.asks.map(|(at, _)| at)]);
            ends.chain([group.host]).flatten()
        });
        let queriers = self.queriers.iter().flat_map(|q| [q.own.at, q.other_until]);
        groups.chain(queriers.flatten()).min()
    }
}

/// Sees to it that what is to be done at a moment is done then: whoever sets a time says it here. A
/// time that is put off again is looked for anew when the timer calls.
pub(super) fn arm(net: &mut Net, master: DevId, at: Time) {
    // Nothing is done sooner than at the next tick of the kernel's clock.
    let at = at.max(net.now + TICK);
    if let Some(own) = bridge(net, master)
        && own.multicast.armed.is_none_or(|armed| at < armed)
    {
        own.multicast.armed = Some(at);
        net.timers.set(at, Timer::Multicast { dev: master });
    }
}

/// Looks for what is to be done next among all that the bridge and its ports know.
fn arm_next(net: &mut Net, master: DevId) {
    let Some(own) = forward::bridge(net, master) else {
        return;
    };
    let mut next = own.multicast.next();
    for port in own
        .ports
        .iter()
        .filter_map(|port| net.dev(*port).port.as_ref())
    {
        let own = port.multicast.queries.iter().filter_map(|q| q.at);
        let ends = port.multicast.router_until.iter().flatten().copied();
        next = own.chain(ends).chain(next).min();
    }
    if let Some(at) = next {
        arm(net, master, at);
    }
}

/// Does what is due.
pub(crate) fn timer<O: Observer>(cx: &mut Cx<'_, O>, master: DevId) {
    if cx.net.devices.get(master.0).is_none() {
        return;
    }
    let now = cx.net.now;
    let running = cx.net.dev(master).is_up();
    let Some(own) = bridge(cx.net, master) else {
        return;
    };
    if own.multicast.armed.is_some_and(|at| at <= now) {
        own.multicast.armed = None;
    }
    let ports = own.ports.clone();
    told::changed(cx.net, master, |net| {
        if let Some(own) = bridge(net, master) {
            own.multicast.expire(now);
        }
    });
    for proto in PROTOS {
        let Some(own) = bridge(cx.net, master) else {
            return;
        };
        let querier = &mut own.multicast.queriers[proto as usize];
        if querier.other_until.is_some_and(|until| until <= now) {
            querier.other_until = None;
            start(cx.net, master, proto);
        }
        ask_again(cx, master, proto);
        if !running {
            forget_own(cx.net, master, &ports);
        } else {
            for port in core::iter::once(None).chain(ports.iter().copied().map(Some)) {
                own_query(cx, master, port, proto);
            }
        }
    }
    for dev in ports {
        if let Some(port) = &mut cx.net.dev_mut(dev).port {
            let over = |until: &Option<Time>| until.is_some_and(|until| until <= now);
            for until in port.multicast.router_until.iter_mut().filter(|u| over(u)) {
                *until = None;
            }
        }
    }
    arm_next(cx.net, master);
}

/// A bridge that is down sends no queries.
fn forget_own(net: &mut Net, master: DevId, ports: &[DevId]) {
    if let Some(own) = bridge(net, master) {
        own.multicast
            .queriers
            .iter_mut()
            .for_each(|q| q.own.at = None);
    }
    for dev in ports {
        if let Some(port) = &mut net.dev_mut(*dev).port {
            port.multicast.queries = [OwnQueries::default(); 2];
        }
    }
}

/// The bridge begins to ask, if it may (`br_multicast_start_querier`).
pub(super) fn start(net: &mut Net, master: DevId, proto: Proto) {
    let now = net.now;
    let due = OwnQueries {
        sent: 0,
        at: Some(now),
    };
    let Some(own) = bridge(net, master) else {
        return;
    };
    own.multicast.queriers[proto as usize].own = due;
    for dev in own.ports.clone() {
        if let Some(port) = &mut net.dev_mut(dev).port
            && !matches!(port.state, PortState::Disabled | PortState::Blocking)
        {
            port.multicast.queries[proto as usize] = due;
        }
    }
    arm(net, master, now);
}

/// The bridge asks no more.
pub(super) fn stop(net: &mut Net, master: DevId) {
    if let Some(own) = bridge(net, master) {
        for querier in &mut own.multicast.queriers {
            querier.own.at = None;
            querier.other_until = None;
        }
        own.multicast.router_until = [None; 2];
    }
}

/// The bridge's own query to all, by a port or to its own host, if it is due
/// (`br_multicast_send_query`).
fn own_query<O: Observer>(cx: &mut Cx<'_, O>, master: DevId, port: Option<DevId>, proto: Proto) {
    let now = cx.net.now;
    let Some(own) = bridge(cx.net, master) else {
        return;
    };
    let settings = own.multicast.settings.clone();
    let other = own.multicast.queriers[proto as usize].other_until.is_some();
    let silent = !own.settings.mcast_snooping || !settings.querier || other;
    let queries = match port {
        None => Some(&mut own.multicast.queriers[proto as usize].own),
        Some(port) => {
            let port = cx.net.dev_mut(port).port.as_mut();
            port.map(|port| &mut port.multicast.queries[proto as usize])
        }
    };
    let Some(queries) = queries.filter(|queries| queries.at.is_some_and(|at| at <= now)) else {
        return;
    };
    queries.sent = (queries.sent + 1).min(settings.startup_query_count);
    if silent {
        queries.at = None;
        return;
    }
    let again = if queries.sent < settings.startup_query_count {
        settings.startup_query_interval
    } else {
        settings.query_interval
    };
    queries.at = Some(now + time(again));
    send(cx, master, port, proto, About::All);
}

/// A port left a group, and others behind it may not have (`__grp_send_query_and_rexmit`).
pub(super) fn ask_group<O: Observer>(cx: &mut Cx<'_, O>, said: Said, proto: Proto) {
    let now = cx.net.now;
    let Some(own) = bridge(cx.net, said.master) else {
        return;
    };
    let multicast = &mut own.multicast;
    let settings = &multicast.settings;
    let between = time(settings.last_member_interval);
    let (count, querier) = (settings.last_member_count, settings.querier);
    let until = now + between * count;
    let asks = querier && multicast.queriers[proto as usize].other_until.is_none();
    let Some(group) = multicast.groups.get_mut(&said.key) else {
        return;
    };
    for entry in &mut group.ports {
        if Some(entry.port) == said.port && !entry.permanent {
            entry.until = entry.until.map(|old| old.min(until));
            entry.asks = (asks && count > 1).then_some((now + between, count - 1));
        }
    }
    if asks {
        send(cx, said.master, said.port, proto, About::Members(said.key));
    }
    let next = if asks { now + between } else { until };
    arm(cx.net, said.master, next);
}

/// Asks once more about groups that were left.
fn ask_again<O: Observer>(cx: &mut Cx<'_, O>, master: DevId, proto: Proto) {
    let now = cx.net.now;
    let Some(own) = bridge(cx.net, master) else {
        return;
    };
    let between = time(own.multicast.settings.last_member_interval);
    let mut due = Vec::new();
    for (key, group) in &mut own.multicast.groups {
        let v4 = matches!(key.group, MdbGroup::Ip(IpAddr::V4(_)));
        for entry in group
            .ports
            .iter_mut()
            .filter(|_| v4 == (proto == Proto::V4))
        {
            if let Some((at, count)) = entry.asks
                && at <= now
            {
                entry.asks = (count > 1).then_some((now + between, count - 1));
                due.push((entry.port, *key));
            }
        }
    }
    for (port, key) in due {
        send(cx, master, Some(port), proto, About::Members(key));
    }
}

/// What a query asks about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// Every group.
    All,
    /// A group, of every host.
    Group(Key),
    /// A group, of those who listen to it.
    Members(Key),
}

/// Sends a query by a port, or to the bridge's own host.
pub(super) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    master: DevId,
    port: Option<DevId>,
    proto: Proto,
    about: About,
) {
    let group = match about {
        About::All => None,
        About::Group(key) | About::Members(key) => match key.group {
            MdbGroup::Ip(group) => Some(group),
            MdbGroup::Mac(_) => None,
        },
    };
    let to = group.filter(|_| matches!(about, About::Members(_)));
    let made = match proto {
        Proto::V4 => message::v4(cx.net, master, group, to),
        Proto::V6 => message::v6(cx.net, master, group, to),
    };
    let Some((dst, bytes)) = made else {
        return;
    };
    let ethertype = match proto {
        Proto::V4 => EtherType::IPV4,
        Proto::V6 => EtherType::IPV6,
    };
    let src = cx.net.dev(master).mac;
    let mut packet = cx.net.pool.take(bytes.len());
    packet.bytes_mut().copy_from_slice(&bytes);
    packet.ethertype = ethertype;
    packet.id = Packet::UNWATCHED;
    ethernet::Header {
        dst,
        src,
        ethertype,
    }
    .emit(packet.push(ethernet::HEADER_LEN));
    match port {
        Some(port) => {
            packet.dev = port;
            link::transmit(cx, port, packet);
        }
        None => {
            if about == About::All
                && let Some(own) = bridge(cx.net, master)
            {
                own.multicast.queriers[proto as usize].address = message::source_of(&bytes, proto);
            }
            receive::enqueue(cx, master, packet);
        }
    }
}

/// A query came in by a port, or from the bridge's own host (`br_ip4_multicast_query`).
pub(super) fn received(net: &mut Net, said: Said, proto: Proto, asked: &Asked) {
    let now = net.now;
    let Some(own) = bridge(net, said.master) else {
        return;
    };
    let multicast = &mut own.multicast;
    let newest = multicast.newest_version(proto);
    let Some(group) = asked.group else {
        if won(multicast, proto, asked.source) {
            let settings = &multicast.settings;
            let until = now + time(settings.querier_interval);
            let querier = &mut multicast.queriers[proto as usize];
            if querier.other_until.is_none() {
                querier.complete_from = now + asked.within;
            }
            querier.other_until = Some(until);
            router_heard(net, said, proto);
            arm(net, said.master, until);
        }
        return;
    };
    if newest && asked.suppressed {
        return;
    }
    let key = Key::of(group, said.key.vid);
    let until = now + asked.within * multicast.settings.last_member_count;
    if let Some(group) = multicast.groups.get_mut(&key) {
        let end = |end: &mut Option<Time>| *end = end.map(|old| old.min(until));
        end(&mut group.host);
        for entry in &mut group.ports {
            if !newest || entry.mode == FilterMode::Exclude {
                end(&mut entry.until);
            }
        }
    }
    arm(net, said.master, until);
}

/// The querier with the least address asks; whether this one does (`br_multicast_select_querier`).
fn won(multicast: &mut Multicast, proto: Proto, source: IpAddr) -> bool {
    let querier = &mut multicast.queriers[proto as usize];
    let nobody = querier.own.at.is_none() && querier.other_until.is_none();
    let known = querier.address.filter(|address| !address.is_unspecified());
    let wins = nobody || known.is_none_or(|known| source <= known);
    if wins {
        querier.address = Some(source);
    }
    wins
}

/// A router is behind a port, or on the bridge's own host (`br_multicast_mark_router`).
pub(super) fn router_heard(net: &mut Net, said: Said, proto: Proto) {
    let now = net.now;
    let Some(own) = bridge(net, said.master) else {
        return;
    };
    let multicast = &mut own.multicast;
    let until = now + time(multicast.settings.querier_interval);
    match said.port {
        None if multicast.settings.router == 1 => {
            multicast.router_until[proto as usize] = Some(until);
        }
        None => {}
        Some(dev) => {
            if let Some(port) = &mut net.dev_mut(dev).port
                && matches!(port.multicast.router, 1 | 3)
            {
                port.multicast.router_until[proto as usize] = Some(until);
            }
        }
    }
    arm(net, said.master, until);
}
