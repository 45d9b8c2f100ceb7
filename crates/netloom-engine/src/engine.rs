//! The engine as its users have it: one world, driven from outside.

use crate::apply;
use crate::calls;
use crate::device::DevId;
use crate::explain;
use crate::ip::membership;
use crate::ip::v6;
use crate::ip::version::{V4, V6};
use crate::link::{Kind, tun};
use crate::neighbour;
use crate::net::{Cx, Net};
use crate::observer::{Observer, Unobserved};
use crate::packet::Packet;
use crate::random::Random;
use crate::receive;
use crate::socket::{self, tcp};
use crate::timer::Timer;
use core::net::IpAddr;
use netloom_model::journey::{DropReason, Explain, Journey};
use netloom_model::route::{RouteAnswer, RouteQuery};
use netloom_model::ruleset::{Ruleset, Wanted};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Family, LinkRef, NsName, Reply, Request, Result, State, Time};
use std::collections::BTreeMap;

/// Whoever asks an engine: its sockets live as long as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u64);

/// What an engine answers to a request.
#[derive(Debug)]
pub enum Answer {
    /// This.
    Ready(Result<Reply>),
    /// Not yet: ask again when something happened, at the latest at this moment.
    Wait(Time),
}

/// A Linux network in user space.
///
/// It does no I/O, reads no clock and starts no thread: [`advance`](Engine::advance) tells it the
/// time, [`next_event`](Engine::next_event) says when it wants to be told next. The same calls
/// give the same answers, byte for byte.
///
/// ```
/// use netloom_engine::Engine;
/// use netloom_model::{Change, NewKind, NewLink, NsName, Time};
///
/// let mut engine = Engine::new(1);
/// let ns = NsName::first();
/// let link = NewLink::veth("veth0", "veth1", None);
/// engine.apply(&[Change::AddLink { ns, link }]).unwrap();
/// engine.advance(Time::from_secs(1));
/// ```
#[derive(Clone)]
pub struct Engine {
    net: Net,
}

impl Default for Engine {
    fn default() -> Self {
        Engine::new(1)
    }
}

impl Engine {
    /// A world with its first namespace; `seed` decides everything random in it.
    #[must_use]
    pub fn new(seed: u64) -> Engine {
        let mut net = Net {
            random: Random::new(seed),
            ..Net::default()
        };
        apply::namespace::add(&mut net, &NsName::first()).expect("an empty world takes any name");
        Engine { net }
    }

    /// The same world as Linux begins it with the kernel's parameter `ipv6.disable_ipv6=1`: no device
    /// has IPv6 until `net.ipv6.conf.DEV.disable_ipv6` says so. For an engine that was just made.
    #[must_use]
    pub fn without_ipv6(mut self) -> Engine {
        self.net.ipv6_disabled = true;
        let all: Vec<u32> = self.net.namespaces.iter().map(|(id, _)| id).collect();
        for id in all {
            *self.net.namespaces[id].v6 = v6::namespace::Inet6Ns::new(true);
            let lo = self.net.namespaces[id].loopback;
            let conf = self.net.namespaces[id].v6.conf_default.clone();
            self.net.dev_mut(lo).v6.conf = conf;
        }
        self
    }

    /// The same world, in which what is random from now on is decided by `seed`.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Engine {
        self.net.random = Random::new(seed);
        self
    }

    /// Tells what the wall clock was when the world began, since 1970: rules ask for hours and dates.
    pub fn set_epoch(&mut self, epoch: core::time::Duration) {
        self.net.epoch = u64::try_from(epoch.as_nanos()).unwrap_or(u64::MAX);
    }

    /// Tells of which user and group a client's program is, until it disconnects; of others it is
    /// root.
    pub fn set_user(&mut self, client: ClientId, uid: u32, gid: u32) {
        self.net.users.insert(client.0, (uid, gid));
    }

    /// The same world without the cache of flows: every packet is asked everything. All is the same
    /// then, and slower.
    #[must_use]
    pub fn without_flow_cache(mut self) -> Engine {
        self.net.flows.off = true;
        self
    }

    /// How many packets had done with them what was done with others of their flow.
    #[must_use]
    pub fn replayed(&self) -> u64 {
        self.net.flows.replayed
    }

    /// Runs whatever is due by `now`, each thing at its own moment. Time never goes back.
    pub fn advance(&mut self, now: Time) {
        advance(
            &mut Cx {
                net: &mut self.net,
                watch: &mut Unobserved,
            },
            now,
        );
    }

    /// The world's clock as it was told last.
    #[must_use]
    pub fn now(&self) -> Time {
        self.net.now
    }

    /// When something is due next.
    #[must_use]
    pub fn next_event(&self) -> Option<Time> {
        if self.net.backlog.is_empty() {
            self.net.timers.next()
        } else {
            Some(self.net.now)
        }
    }

    /// Carries changes out, all of them or none.
    ///
    /// # Errors
    /// Linux's error for the first change that is refused.
    pub fn apply(&mut self, changes: &[Change]) -> Result<()> {
        let before = (changes.len() > 1).then(|| self.clone());
        self.net.flows.forget();
        let mut cx = Cx {
            net: &mut self.net,
            watch: &mut Unobserved,
        };
        for change in changes {
            if let Err(error) = apply::apply(&mut cx, change) {
                if let Some(before) = before {
                    *self = before;
                }
                return Err(error);
            }
        }
        receive::drain(&mut cx);
        Ok(())
    }

    /// The state of one namespace (`None`: of all), as far as `parts` wants it.
    ///
    /// # Errors
    /// `ENOENT` if there is no such namespace.
    pub fn snapshot(&self, ns: Option<&NsName>, parts: Parts) -> Result<State> {
        crate::snapshot::snapshot(&self.net, ns, parts)
    }

    /// A part of the rules for packets of a namespace.
    ///
    /// # Errors
    /// `ENOENT` if there is no such namespace.
    pub fn ruleset(&self, ns: &NsName, wanted: &Wanted) -> Result<Ruleset> {
        let found = *self.net.names.get(ns).ok_or(Errno::NOENT)?;
        let filter = self.net.ns(found).filter.as_deref();
        let part = filter.map(|filter| crate::filter::part(filter, wanted, self.net.now));
        Ok(part.unwrap_or_default())
    }

    fn has_route_table(&self, ns: &NsName, family: Family, table: u32) -> Result<bool> {
        let found = *self.net.names.get(ns).ok_or(Errno::NOENT)?;
        let there = self.net.ns(found);
        Ok(match family {
            Family::V4 => there.routing.tables.numbers().contains(&table),
            Family::V6 => {
                let table = there.v6.routing.tables.get(table);
                table.is_some_and(|table| table.iter().next().is_some())
            }
        })
    }

    /// Sends a packet through a copy of the world and tells its whole way; nothing changes.
    ///
    /// # Errors
    /// `ENOENT`, `ENODEV`: no such namespace or device; what a `what_if` change is refused with.
    pub fn explain(&self, explain: &Explain) -> Result<Journey> {
        explain::explain(self, explain)
    }

    /// How many packets were dropped and why: above the devices of a namespace, or at one device.
    ///
    /// # Errors
    /// `ENOENT`, `ENODEV`.
    pub fn drops(&self, ns: &NsName, dev: Option<&LinkRef>) -> Result<BTreeMap<DropReason, u64>> {
        let ns = apply::ns(&self.net, ns)?;
        Ok(match dev {
            Some(dev) => self
                .net
                .dev(apply::device(&self.net, ns, dev)?)
                .drops
                .iter()
                .collect(),
            None => self.net.ns(ns).drops.iter().collect(),
        })
    }

    /// Finds a device once, for the calls that want it fast.
    ///
    /// # Errors
    /// `ENOENT`, `ENODEV`.
    pub fn port(&self, ns: &NsName, dev: &LinkRef) -> Result<Port> {
        let ns = apply::ns(&self.net, ns)?;
        Ok(Port(apply::device(&self.net, ns, dev)?))
    }

    /// A frame leaves by a device, as if a program had sent it with a packet socket. It is queued:
    /// [`run`](Engine::run) moves it on.
    pub fn transmit(&mut self, port: Port, frame: &[u8]) {
        if self.net.devices.get(port.0.0).is_none() {
            return;
        }
        let packet = self.packet(frame);
        let mut cx = Cx {
            net: &mut self.net,
            watch: &mut Unobserved,
        };
        crate::link::transmit(&mut cx, port.0, packet);
    }

    /// A frame arrives at a device from outside (for a TAP: the program wrote it). It is queued:
    /// [`run`](Engine::run) moves it on.
    pub fn inject(&mut self, port: Port, frame: &[u8]) {
        if self.net.devices.get(port.0.0).is_none() {
            return;
        }
        let packet = self.packet(frame);
        let mut cx = Cx {
            net: &mut self.net,
            watch: &mut Unobserved,
        };
        if cx.net.dev(port.0).kind.has_ethernet() {
            receive::enqueue(&mut cx, port.0, packet);
        } else {
            // What is no IP packet is refused, and nobody is there to be told.
            let _ = tun::receive(&mut cx, port.0, packet);
        }
    }

    fn packet(&mut self, frame: &[u8]) -> Packet {
        let mut packet = self.net.pool.take(frame.len());
        packet.bytes_mut().copy_from_slice(frame);
        packet
    }

    /// Moves every queued frame on until none is left.
    pub fn run(&mut self) {
        receive::drain(&mut Cx {
            net: &mut self.net,
            watch: &mut Unobserved,
        });
    }

    /// Takes a frame (a TUN's: an IP packet) that a TUN or TAP, or a device whose other end is outside,
    /// has for whoever holds the engine.
    pub fn take(&mut self, port: Port) -> Option<Vec<u8>> {
        let device = self.net.devices.get_mut(port.0.0)?;
        let packet = match &mut device.kind {
            Kind::Tun(tun) => tun.take()?,
            Kind::Outside(outside) => outside.take()?,
            _ => return None,
        };
        let frame = packet.bytes().to_vec();
        self.net.pool.give_back(packet);
        Some(frame)
    }

    /// Answers a request of a client. Call [`advance`](Engine::advance) first.
    pub fn handle(&mut self, client: ClientId, request: &Request) -> Answer {
        let now = self.net.now;
        let answer = match request {
            Request::SleepUntil(until) if *until > now => return Answer::Wait(*until),
            Request::SleepUntil(_) => Ok(Reply::Done),
            Request::Apply(changes) => self.apply(changes).map(|()| Reply::Done),
            Request::Snapshot { ns, parts } => self.snapshot(ns.as_ref(), *parts).map(Reply::State),
            Request::Ruleset { ns, wanted } => self
                .ruleset(ns, wanted)
                .map(|part| Reply::Ruleset(Box::new(part))),
            Request::RouteGet { ns, query } => self.route_get(ns, query).map(Reply::Route),
            Request::RouteTable { ns, family, table } => {
                self.has_route_table(ns, *family, *table).map(Reply::There)
            }
            Request::LinkCounters { ns, index } => {
                self.link_counters(ns, *index).map(Reply::Counters)
            }
            Request::Now => Ok(Reply::Time(now)),
            Request::KernelLog { from, deadline } => {
                let lines = self.net.log.from(*from);
                if lines.is_empty() && *deadline > now {
                    return Answer::Wait(*deadline);
                }
                Ok(Reply::KernelLog(lines))
            }
            Request::ClearKernelLog => {
                self.net.log.clear();
                Ok(Reply::Done)
            }
            Request::Explain(explain) => self
                .explain(explain)
                .map(|journey| Reply::Journey(Box::new(journey))),
            other => {
                if matches!(other, Request::AttachTun { .. } | Request::Close(_)) {
                    self.net.flows.forget();
                }
                return calls::answer(&mut self.net, client, other);
            }
        };
        Answer::Ready(answer)
    }

    /// A client is gone: its sockets are closed.
    pub fn disconnect(&mut self, client: ClientId) {
        self.net.flows.forget();
        let mut cx = Cx {
            net: &mut self.net,
            watch: &mut Unobserved,
        };
        socket::tun::release_all(&mut cx, client.0);
        socket::close_client(&mut cx, client.0);
        cx.net.users.remove(&client.0);
        receive::drain(&mut cx);
    }

    fn link_counters(&self, ns: &NsName, index: u32) -> Result<BTreeMap<String, u64>> {
        let ns = apply::ns(&self.net, ns)?;
        let dev = apply::device(&self.net, ns, &LinkRef::Index(index))?;
        Kind::counters(&self.net, self.net.dev(dev)).ok_or_else(|| Errno::OPNOTSUPP.into())
    }

    fn route_get(&self, ns: &NsName, query: &RouteQuery) -> Result<RouteAnswer> {
        let ns = apply::ns(&self.net, ns)?;
        match query.to {
            IpAddr::V4(_) => crate::route::get::get(&self.net, ns, query),
            IpAddr::V6(_) => crate::route::v6::get::get(&self.net, ns, query),
        }
    }

    pub(crate) fn with(net: Net) -> Engine {
        Engine { net }
    }

    pub(crate) fn net(&self) -> &Net {
        &self.net
    }

    pub(crate) fn net_mut(&mut self) -> &mut Net {
        &mut self.net
    }
}

/// A device, found once.
#[derive(Clone, Copy, Debug)]
pub struct Port(pub(crate) DevId);

/// Runs what is due by `now`, each at its own moment.
pub(crate) fn advance<O: Observer>(cx: &mut Cx<'_, O>, now: Time) {
    receive::drain(cx);
    while let Some((at, timer)) = cx.net.timers.due(now) {
        cx.net.now = cx.net.now.max(at);
        if !timer.concerns_only_itself() {
            cx.net.flows.forget();
        }
        match timer {
            Timer::Neighbour { ns, entry, stamp } => {
                neighbour::state::timer::<V4, O>(cx, ns, entry, stamp);
            }
            Timer::Neighbour6 { ns, entry, stamp } => {
                neighbour::state::timer::<V6, O>(cx, ns, entry, stamp);
            }
            Timer::ProxyArp { ns } => neighbour::proxy::timer::<V4, O>(cx, ns),
            Timer::ProxyNdp { ns } => neighbour::proxy::timer::<V6, O>(cx, ns),
            Timer::Dad { dev, id } => v6::dad::timer(cx, dev, id),
            Timer::Mld { dev } => membership::timer::<V6, O>(cx, dev),
            Timer::Multicast { dev } => crate::bridge::multicast::timer(cx, dev),
            Timer::Igmp { dev } => membership::timer::<V4, O>(cx, dev),
            Timer::RouterAdvertisement { dev, stamp } => {
                v6::router::advertise::timer(cx, dev, stamp);
            }
            Timer::RouterSolicitation { dev } => v6::router::timer(cx, dev),
            Timer::Routes6 { ns } => crate::route::v6::address::expire(cx.net, ns),
            Timer::FdbGc { dev } => crate::bridge::gc(cx.net, dev),
            Timer::Stp { dev, timer } => crate::bridge::timer(cx, dev, timer),
            Timer::Addresses { ns } => {
                apply::address::expire(cx.net, ns);
                v6::address::expire(cx, ns);
            }
            Timer::Tcp { socket, stamp } => tcp::timer(cx, socket, stamp),
            Timer::TcpTimeWait { ns } => tcp::time_wait_timer(cx, ns),
            Timer::Connections { ns } => crate::conntrack::expire(cx.net, ns),
            Timer::Fragments { ns } => crate::ip::reassembly::expire::<V4, O>(cx, ns),
            Timer::Fragments6 { ns } => crate::ip::reassembly::expire::<V6, O>(cx, ns),
        }
        receive::drain(cx);
    }
    cx.net.now = cx.net.now.max(now);
}

/// An engine as a [`World`](netloom_model::World) of one program, in virtual time: whoever waits
/// is at once where the wait ends.
pub struct Simulation {
    /// The engine.
    pub engine: Engine,
}

impl netloom_model::World for Simulation {
    fn call(&mut self, request: Request) -> Result<Reply> {
        loop {
            match self.engine.handle(ClientId(0), &request) {
                Answer::Ready(reply) => return reply,
                Answer::Wait(until) => {
                    let next = self.engine.next_event().map_or(until, |at| at.min(until));
                    self.engine.advance(next);
                }
            }
        }
    }
}

/// An IPv4 address, or `EAFNOSUPPORT`.
pub(crate) fn v4(address: IpAddr) -> Result<core::net::Ipv4Addr> {
    match address {
        IpAddr::V4(address) => Ok(address),
        IpAddr::V6(_) => Err(Errno::AFNOSUPPORT.into()),
    }
}
