//! What the tree is told of its bridge and ports, and by users (802.1D-1998 8.8).

use super::{Member, Tree, Vector, centiseconds, jiffies};
use crate::device::DevId;
use core::ops::RangeInclusive;
use core::time::Duration;
use netloom_model::bridge::PortState;
use netloom_model::spanning_tree::PortTreeCounters;
use netloom_model::{BridgePortSettings, BridgeSettings, Errno, MacAddr, Result, Time};

/// What a port begins with.
const PRIORITY: u16 = 32;
const PRIORITIES: RangeInclusive<u16> = 0..=63;
const PATH_COSTS: RangeInclusive<u32> = 1..=65_535;

/// The ranges of a bridge's times, in centiseconds (802.1D 8.10.2).
const FORWARD_DELAYS: RangeInclusive<u32> = 200..=3_000;
const HELLO_TIMES: RangeInclusive<u32> = 100..=1_000;
const MAX_AGES: RangeInclusive<u32> = 600..=4_000;

impl Tree {
    /// What is refused of a bridge's settings. Without the protocol any forward delay is taken.
    pub(in super::super) fn check(&self, set: &BridgeSettings) -> Result<()> {
        let outside = |value: Option<u32>, range: RangeInclusive<u32>| {
            value.is_some_and(|value| !range.contains(&value))
        };
        if self.enabled && outside(set.forward_delay, FORWARD_DELAYS)
            || outside(set.hello_time, HELLO_TIMES)
            || outside(set.max_age, MAX_AGES)
        {
            return Err(Errno::RANGE.into());
        }
        Ok(())
    }

    /// Sets a bridge, what was checked, in the order in which Linux does.
    pub(in super::super) fn configure(&mut self, set: &BridgeSettings) {
        let time = |time: Option<u32>| time.map(|time| centiseconds(jiffies(time)));
        if let Some(delay) = time(set.forward_delay) {
            self.own.forward_delay = delay;
        }
        if let Some(hello) = time(set.hello_time) {
            self.own.hello = hello;
        }
        if let Some(age) = time(set.max_age) {
            self.own.max_age = age;
        }
        self.own_times_count();
        if let Some(ageing) = set.ageing_time {
            self.lasting_ageing = jiffies(ageing);
            self.ageing = self.lasting_ageing;
        }
        match set.stp_state {
            Some(0) => self.enabled = false,
            Some(_) if !self.enabled => self.enable(),
            _ => {}
        }
        if let Some(priority) = set.priority {
            self.set_priority(priority);
        }
    }

    /// A root follows its own times.
    fn own_times_count(&mut self) {
        if self.is_root() {
            self.times = self.own;
        }
    }

    /// The protocol begins; ports stay what they are until it knows better.
    fn enable(&mut self) {
        let (least, most) = (*FORWARD_DELAYS.start(), *FORWARD_DELAYS.end());
        let delay = self.own.forward_delay;
        self.own.forward_delay = delay.clamp(centiseconds(least), centiseconds(most));
        self.own_times_count();
        self.enabled = true;
        if self.up {
            self.start_hello();
        }
        self.port_state_selection();
    }

    /// 8.8.4.
    fn set_priority(&mut self, priority: u16) {
        let was_root = self.is_root();
        for at in 0..self.members.len() {
            let member = &self.members[at];
            if !member.is_disabled() && self.is_designated(member) {
                self.members[at].designated.bridge.priority = priority;
            }
        }
        self.id.priority = priority;
        self.configuration_update();
        self.port_state_selection();
        self.become_root_unless(was_root);
    }

    /// The bridge has another address.
    pub(in super::super) fn set_address(&mut self, mac: MacAddr) {
        let old = self.id.mac;
        if old == mac {
            return;
        }
        let was_root = self.is_root();
        self.id.mac = mac;
        for member in &mut self.members {
            let known = &mut member.designated;
            for id in [&mut known.bridge, &mut known.root] {
                if id.mac == old {
                    id.mac = mac;
                }
            }
        }
        self.configuration_update();
        self.port_state_selection();
        self.become_root_unless(was_root);
    }

    /// The bridge goes up or down: its ports with it.
    pub(in super::super) fn set_up(&mut self, up: bool) {
        if up {
            self.up = true;
            if self.enabled {
                self.start_hello();
            }
            self.config_bpdu_generation();
            for at in 0..self.members.len() {
                if self.members[at].runs {
                    self.enable_port(at);
                }
            }
            return;
        }
        for at in 0..self.members.len() {
            if !self.members[at].is_disabled() {
                self.disable_port(at);
            }
        }
        self.set_topology_change(false);
        self.topology_change_detected = false;
        self.hello.stop();
        self.topology_change_over.stop();
        self.notification.stop();
        // Until here the bridge still speaks by the ports it has left, as Linux's does.
        self.up = false;
    }

    /// A device becomes a port.
    pub(in super::super) fn add(&mut self, dev: DevId, number: u16, path_cost: u32) {
        let at = self.members.partition_point(|m| m.number < number);
        let member = Member {
            dev,
            number,
            priority: PRIORITY,
            path_cost,
            root_block: false,
            runs: false,
            state: PortState::Disabled,
            designated: Vector::default(),
            heard: Time::ZERO,
            aged: Duration::ZERO,
            acknowledges: false,
            config_pending: false,
            message_age: super::Alarm::default(),
            forward_delay: super::Alarm::default(),
            hold: super::Alarm::default(),
            counters: PortTreeCounters::default(),
        };
        self.members.insert(at, member);
        self.become_designated_port(at);
        self.set_state(at, PortState::Blocking);
        self.set_state(at, PortState::Disabled);
    }

    /// It is one no more.
    pub(in super::super) fn remove(&mut self, number: u16) {
        if let Some(at) = self.index(number) {
            self.disable_port(at);
            self.members.remove(at);
        }
    }

    /// Whether a port's device runs, as far as was told.
    pub(in super::super) fn knows_running(&self, number: u16) -> Option<bool> {
        self.index(number).map(|at| self.members[at].runs)
    }

    /// A port's device begins or ceases to run. What a user set by hand stays until then.
    pub(in super::super) fn port_runs(&mut self, number: u16, runs: bool) {
        let Some(at) = self.index(number) else {
            return;
        };
        if core::mem::replace(&mut self.members[at].runs, runs) == runs || !self.up {
            return;
        }
        match (runs, self.members[at].is_disabled()) {
            (true, true) => self.enable_port(at),
            (false, false) => self.disable_port(at),
            _ => {}
        }
    }

    /// 8.8.2.
    fn enable_port(&mut self, at: usize) {
        self.become_designated_port(at);
        self.set_state(at, PortState::Blocking);
        let member = &mut self.members[at];
        member.acknowledges = false;
        member.config_pending = false;
        self.port_state_selection();
    }

    /// 8.8.3.
    fn disable_port(&mut self, at: usize) {
        let was_root = self.is_root();
        self.become_designated_port(at);
        let member = &mut self.members[at];
        member.state = PortState::Disabled;
        member.acknowledges = false;
        member.config_pending = false;
        member.message_age.stop();
        member.forward_delay.stop();
        member.hold.stop();
        self.forgotten.push(member.dev);
        self.configuration_update();
        self.port_state_selection();
        self.become_root_unless(was_root);
    }

    /// A BPDU came by a port that is to get none (bridge(8) `guard`).
    pub(super) fn guard(&mut self, number: u16) {
        if let Some(at) = self.index(number) {
            self.disable_port(at);
        }
    }

    /// What is refused of a port's settings; `up`: its device is, whether or not with carrier.
    pub(in super::super) fn check_port(
        &self,
        number: u16,
        up: bool,
        set: &BridgePortSettings,
    ) -> Result<()> {
        let member = &self.members[self.index(number).ok_or(Errno::INVAL)?];
        if set.cost.is_some_and(|cost| !PATH_COSTS.contains(&cost))
            || set.priority.is_some_and(|p| !PRIORITIES.contains(&p))
        {
            return Err(Errno::RANGE.into());
        }
        match set.state {
            Some(_) if self.enabled => Err(Errno::BUSY.into()),
            Some(state) if !up || !member.runs && state != PortState::Disabled => {
                Err(Errno::NETDOWN.into())
            }
            _ => Ok(()),
        }
    }

    /// Sets a port, what was checked.
    pub(in super::super) fn configure_port(&mut self, number: u16, set: &BridgePortSettings) {
        let Some(at) = self.index(number) else {
            return;
        };
        if let Some(block) = set.root_block {
            self.members[at].root_block = block;
        }
        if let Some(cost) = set.cost {
            self.members[at].path_cost = cost;
            self.configuration_update();
            self.port_state_selection();
        }
        if let Some(priority) = set.priority {
            self.set_port_priority(at, priority);
        }
        if let Some(state) = set.state {
            self.set_state(at, state);
            self.port_state_selection();
        }
    }

    /// 8.8.5.
    fn set_port_priority(&mut self, at: usize, priority: u16) {
        let designated = self.is_designated(&self.members[at]);
        let member = &mut self.members[at];
        member.priority = priority;
        let (id, known) = (member.id(), &mut member.designated);
        if designated {
            known.port = id;
        }
        if known.bridge == self.id && id < known.port {
            self.become_designated_port(at);
            self.port_state_selection();
        }
    }
}
