//! All that an engine holds, and the context in which its pipeline runs.

use crate::arena::Arena;
use crate::device::{DevId, Device};
use crate::filter::{Copies, Turned};
use crate::flow::Flows;
use crate::kernel_log::KernelLog;
use crate::namespace::{Namespace, NsId};
use crate::observer::Observer;
use crate::packet::{Packet, Pool};
use crate::random::Random;
use crate::socket::Sockets;
use crate::socket::sender::Users;
use crate::sysctl::{Conf, Conf6};
use crate::timer::Timers;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::{NsName, Time};
use std::collections::{BTreeMap, VecDeque};

/// All that an engine holds.
#[derive(Clone, Default)]
pub(crate) struct Net {
    pub(crate) now: Time,
    /// Nanoseconds from 1970 until the world began.
    pub(crate) epoch: u64,
    pub(crate) namespaces: Arena<Namespace>,
    pub(crate) names: BTreeMap<NsName, NsId>,
    pub(crate) devices: Arena<Device>,
    pub(crate) sockets: Sockets,
    /// Of which users its programs are.
    pub(crate) users: Users,
    /// Frames that wait for the receive softirq, with the device that receives them.
    pub(crate) backlog: VecDeque<(DevId, Packet)>,
    /// Whether the backlog is being worked off.
    pub(crate) drains: bool,
    pub(crate) timers: Timers,
    pub(crate) pool: Pool,
    /// What was done with the packets of flows.
    pub(crate) flows: Flows,
    pub(crate) random: Random,
    /// Nobody is told of what is part of something greater, which is told as a whole.
    pub(crate) silent: bool,
    /// The way of the packet that rules at OUTPUT have let pass last, if they changed it.
    pub(crate) turned: Option<Turned>,
    /// Whether ICMP is sending, of each version: nothing is told of what becomes of that
    /// (`icmp_xmit_lock`).
    pub(crate) icmp_sends: [bool; 2],
    /// Copies of packets that rules send elsewhere.
    pub(crate) copies: Copies,
    /// What maps of rules have for the packet that is asked of.
    pub(crate) registers: crate::filter::Registers,
    /// How many rules that send frames on are in the middle of it.
    pub(crate) forwarded: u8,
    /// Whether the module `br_netfilter` is loaded.
    pub(crate) br_netfilter: bool,
    /// What its kernel says.
    pub(crate) log: KernelLog,
    /// The kernel's parameter `ipv6.disable_ipv6=1`: no device begins with IPv6.
    pub(crate) ipv6_disabled: bool,
}

impl Net {
    #[inline]
    pub(crate) fn dev(&self, dev: DevId) -> &Device {
        &self.devices[dev.0]
    }

    #[inline]
    pub(crate) fn dev_mut(&mut self, dev: DevId) -> &mut Device {
        &mut self.devices[dev.0]
    }

    /// Nanoseconds since 1970.
    pub(crate) fn wall_clock(&self) -> u64 {
        self.epoch.saturating_add(self.now.0)
    }

    #[inline]
    pub(crate) fn ns(&self, ns: NsId) -> &Namespace {
        &self.namespaces[ns.0]
    }

    #[inline]
    pub(crate) fn ns_mut(&mut self, ns: NsId) -> &mut Namespace {
        &mut self.namespaces[ns.0]
    }

    /// Whether a device's own setting or `all`'s is on.
    #[inline]
    pub(crate) fn either(&self, dev: DevId, key: Conf) -> bool {
        let device = self.dev(dev);
        device.either(self.ns(device.ns), key)
    }

    /// Whether a device's own setting of IPv6 or `all`'s is on.
    #[inline]
    pub(crate) fn either6(&self, dev: DevId, key: Conf6) -> bool {
        let device = self.dev(dev);
        device.v6.conf.on(key) || self.ns(device.ns).v6.conf_all.on(key)
    }

    /// The namespace of a device.
    #[inline]
    pub(crate) fn ns_of(&self, dev: DevId) -> NsId {
        self.dev(dev).ns
    }
}

/// The context of the pipeline: the network and whoever watches.
pub(crate) struct Cx<'a, O: Observer> {
    pub(crate) net: &'a mut Net,
    pub(crate) watch: &'a mut O,
}

impl<O: Observer> Cx<'_, O> {
    /// Tells the observer of a step at a device; the event is made only if somebody watches.
    #[inline(always)]
    pub(crate) fn see(
        &mut self,
        packet: &Packet,
        dev: DevId,
        stage: Stage,
        event: impl FnOnce(&Net) -> Event,
    ) {
        if O::ON {
            let ns = self.net.ns_of(dev);
            let event = event(self.net);
            self.watch.step(self.net, packet, (ns, dev), stage, event);
        }
    }

    /// Tells the observer of a step above the devices of a namespace.
    #[inline(always)]
    pub(crate) fn see_in(
        &mut self,
        packet: &Packet,
        ns: NsId,
        stage: Stage,
        event: impl FnOnce(&Net) -> Event,
    ) {
        if O::ON {
            let event = event(self.net);
            self.watch
                .step(self.net, packet, (ns, DevId::NONE), stage, event);
        }
    }

    /// Ends a packet at a device: counted by reason, told to the observer.
    #[cold]
    #[inline(never)]
    pub(crate) fn drop(&mut self, packet: Packet, dev: DevId, stage: Stage, reason: DropReason) {
        self.net.dev_mut(dev).drops.count(reason);
        let ns = self.net.ns_of(dev);
        self.net.count_drop(ns, &packet, stage, reason);
        self.see(&packet, dev, stage, |_| Event::Dropped(reason));
        self.net.pool.give_back(packet);
    }

    /// Ends a packet above the devices of a namespace.
    #[cold]
    #[inline(never)]
    pub(crate) fn drop_in(&mut self, packet: Packet, ns: NsId, stage: Stage, reason: DropReason) {
        self.net.ns_mut(ns).drops.count(reason);
        self.net.count_drop(ns, &packet, stage, reason);
        self.see_in(&packet, ns, stage, |_| Event::Dropped(reason));
        self.net.pool.give_back(packet);
    }

    /// Ends a packet that arrived.
    #[inline]
    pub(crate) fn consume(&mut self, packet: Packet) {
        self.net.pool.give_back(packet);
    }

    /// A copy of a packet that goes a way of its own.
    #[inline]
    pub(crate) fn copy(&mut self, packet: &Packet) -> Packet {
        let mut copy = self.net.pool.copy(packet);
        if O::ON {
            self.watch
                .born(self.net, &mut copy, Some(packet.id), Origin::Copy);
        }
        copy
    }

    /// Tells the observer of a packet that the stack made, because of `parent` if there is one.
    #[inline]
    pub(crate) fn born(&mut self, packet: &mut Packet, parent: Option<u32>, origin: Origin) {
        if O::ON {
            self.watch.born(self.net, packet, parent, origin);
        }
    }
}
