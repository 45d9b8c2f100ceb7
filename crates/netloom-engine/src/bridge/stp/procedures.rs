//! The procedures of the protocol (802.1D-1998 8.6), by the standard's names.

use super::{Member, Message, Tree, Vector};
use core::time::Duration;
use netloom_model::bridge::PortState;
use netloom_wire::stp::{Config, TICK_NANOS, TOPOLOGY_CHANGE, TOPOLOGY_CHANGE_ACK};

/// The least time between two configurations of a port (8.10.2).
const HOLD_TIME: Duration = Duration::from_secs(1);

/// What a bridge adds to the age of what it passes on.
const MESSAGE_AGE_INCREMENT: Duration = Duration::from_nanos(TICK_NANOS);

/// A time of a BPDU.
fn from_ticks(ticks: u16) -> Duration {
    Duration::from_nanos(u64::from(ticks) * TICK_NANOS)
}

/// A time as a BPDU tells it.
fn ticks(time: Duration) -> u16 {
    let ticks = time.as_nanos() / u128::from(TICK_NANOS);
    u16::try_from(ticks).unwrap_or(u16::MAX)
}

fn vector(config: &Config) -> Vector {
    Vector {
        root: config.root,
        cost: config.root_path_cost,
        bridge: config.bridge,
        port: config.port,
    }
}

impl Tree {
    pub(super) fn is_root(&self) -> bool {
        self.root == self.id
    }

    /// Whether the port is the one by which its LAN reaches the root.
    pub(super) fn is_designated(&self, member: &Member) -> bool {
        member.designated.bridge == self.id && member.designated.port == member.id()
    }

    /// 8.6.1.
    pub(super) fn transmit_config(&mut self, at: usize) {
        if self.members[at].hold.is_running() {
            self.members[at].config_pending = true;
            return;
        }
        let age = match self.root_port.and_then(|number| self.index(number)) {
            Some(root) if !self.is_root() => {
                let root = &self.members[root];
                self.now.since(root.heard) + root.aged + MESSAGE_AGE_INCREMENT
            }
            _ => Duration::ZERO,
        };
        // What is too old is told to nobody.
        if age >= self.times.max_age {
            return;
        }
        let member = &mut self.members[at];
        let mut flags = 0;
        if self.topology_change {
            flags |= TOPOLOGY_CHANGE;
        }
        if member.acknowledges {
            flags |= TOPOLOGY_CHANGE_ACK;
        }
        let config = Config {
            flags,
            root: self.root,
            root_path_cost: self.root_path_cost,
            bridge: self.id,
            port: member.id(),
            message_age: ticks(age),
            max_age: ticks(self.times.max_age),
            hello_time: ticks(self.times.hello),
            forward_delay: ticks(self.times.forward_delay),
        };
        member.acknowledges = false;
        member.config_pending = false;
        if self.enabled {
            member.counters.tx_bpdu += 1;
            member.hold.start(self.now + HOLD_TIME);
            self.out.push((member.dev, Message::Config(config)));
        }
    }

    /// 8.6.2.2: whether a configuration is better than what the port's LAN knows, or news of the
    /// bridge that told it.
    pub(super) fn supersedes(&self, member: &Member, config: &Config) -> bool {
        let (new, old) = (vector(config), &member.designated);
        let way = |v: &Vector| (v.root, v.cost, v.bridge);
        way(&new) < way(old)
            || way(&new) == way(old) && (config.bridge != self.id || new.port <= old.port)
    }

    /// 8.6.2.
    pub(super) fn record_config_information(&mut self, at: usize, config: &Config) {
        let age = from_ticks(config.message_age);
        let left = from_ticks(config.max_age).saturating_sub(age);
        let now = self.now;
        let member = &mut self.members[at];
        member.designated = vector(config);
        (member.heard, member.aged) = (now, age);
        member.message_age.start(now + left);
    }

    /// 8.6.3.
    pub(super) fn record_config_timeout_values(&mut self, config: &Config) {
        self.times.max_age = from_ticks(config.max_age);
        self.times.hello = from_ticks(config.hello_time);
        self.times.forward_delay = from_ticks(config.forward_delay);
        self.set_topology_change(config.flags & TOPOLOGY_CHANGE != 0);
    }

    /// 8.6.4: every port that leads its LAN to the root speaks.
    pub(super) fn config_bpdu_generation(&mut self) {
        for at in 0..self.members.len() {
            let member = &self.members[at];
            if !member.is_disabled() && self.is_designated(member) {
                self.transmit_config(at);
            }
        }
    }

    /// 8.6.6, and again until it is acknowledged.
    pub(super) fn notify_root(&mut self) {
        let root = self.root_port.and_then(|number| self.index(number));
        if let Some(at) = root
            && self.enabled
        {
            let member = &mut self.members[at];
            member.counters.tx_tcn += 1;
            self.out.push((member.dev, Message::Notification));
        }
        self.notification.start(self.now + self.own.hello);
    }

    /// 8.6.7.
    pub(super) fn configuration_update(&mut self) {
        self.root_selection();
        self.designated_port_selection();
    }

    /// 8.6.8: the port with the best way to a root better than this bridge.
    fn root_selection(&mut self) {
        let way = |m: &Member| {
            let d = &m.designated;
            // The sum of what a BPDU says and a port costs may be too great for its 32 bits.
            let cost = d.cost.wrapping_add(m.path_cost);
            (d.root, cost, d.bridge, d.port, m.id())
        };
        let mut best: Option<usize> = None;
        for at in 0..self.members.len() {
            let member = &self.members[at];
            let leads = !member.is_disabled()
                && !self.is_designated(member)
                && member.designated.root < self.id;
            if !leads || best.is_some_and(|best| way(member) >= way(&self.members[best])) {
                continue;
            }
            if member.root_block {
                self.block_root(at);
            } else {
                best = Some(at);
            }
        }
        self.root_port = best.map(|at| self.members[at].number);
        (self.root, self.root_path_cost) = match best.map(|at| &self.members[at]) {
            Some(member) => (
                member.designated.root,
                member.designated.cost.wrapping_add(member.path_cost),
            ),
            None => (self.id, 0),
        };
    }

    /// A port that may not become the root port would have (bridge(8) `root_block`).
    fn block_root(&mut self, at: usize) {
        self.set_state(at, PortState::Listening);
        if self.times.forward_delay > Duration::ZERO {
            let end = self.now + self.times.forward_delay;
            self.members[at].forward_delay.start(end);
        }
    }

    /// 8.6.9.
    fn designated_port_selection(&mut self) {
        for at in 0..self.members.len() {
            let member = &self.members[at];
            let known = &member.designated;
            let own = (self.root_path_cost, self.id, member.id());
            let becomes = self.is_designated(member)
                || known.root != self.root
                || own < (known.cost, known.bridge, known.port);
            if !member.is_disabled() && becomes {
                self.become_designated_port(at);
            }
        }
    }

    /// 8.6.10.
    pub(super) fn become_designated_port(&mut self, at: usize) {
        let (root, cost, bridge) = (self.root, self.root_path_cost, self.id);
        let member = &mut self.members[at];
        member.designated = Vector {
            root,
            cost,
            bridge,
            port: member.id(),
        };
    }

    /// 8.6.11.
    pub(super) fn port_state_selection(&mut self) {
        for at in 0..self.members.len() {
            if self.members[at].is_disabled() {
                continue;
            }
            let designated = self.is_designated(&self.members[at]);
            let member = &mut self.members[at];
            let root = self.root_port == Some(member.number);
            if designated && !root {
                member.message_age.stop();
            } else {
                member.config_pending = false;
                member.acknowledges = false;
            }
            if designated || root {
                self.make_forwarding(at);
            } else {
                self.make_blocking(at);
            }
        }
    }

    /// 8.6.12: a blocked port is on its way to forward; without the protocol it does at once.
    fn make_forwarding(&mut self, at: usize) {
        if self.members[at].state != PortState::Blocking {
            return;
        }
        let delay = self.times.forward_delay;
        if !self.enabled || delay.is_zero() {
            self.set_state(at, PortState::Forwarding);
            self.topology_change_detection();
        } else {
            self.set_state(at, PortState::Listening);
        }
        // It runs without the protocol too, and takes a port on that was set back by hand.
        if !delay.is_zero() {
            let end = self.now + delay;
            self.members[at].forward_delay.start(end);
        }
    }

    /// 8.6.13.
    fn make_blocking(&mut self, at: usize) {
        match self.members[at].state {
            PortState::Disabled | PortState::Blocking => return,
            PortState::Forwarding | PortState::Learning => self.topology_change_detection(),
            PortState::Listening => {}
        }
        self.set_state(at, PortState::Blocking);
        self.members[at].forward_delay.stop();
    }

    pub(super) fn set_state(&mut self, at: usize, state: PortState) {
        let enabled = self.enabled;
        let member = &mut self.members[at];
        member.state = state;
        let counters = &mut member.counters;
        match state {
            PortState::Blocking if enabled => counters.transition_blk += 1,
            PortState::Forwarding if enabled => counters.transition_fwd += 1,
            _ => {}
        }
    }

    /// 8.6.14.
    pub(super) fn topology_change_detection(&mut self) {
        if !self.enabled {
            return;
        }
        if self.is_root() {
            self.set_topology_change(true);
            let over = self.now + self.own.forward_delay + self.own.max_age;
            self.topology_change_over.start(over);
        } else if !self.topology_change_detected {
            self.notify_root();
        }
        self.topology_change_detected = true;
    }

    /// 8.6.15.
    pub(super) fn topology_change_acknowledged(&mut self) {
        self.topology_change_detected = false;
        self.notification.stop();
    }

    /// While the topology changes, learned addresses age in twice the forward delay.
    pub(super) fn set_topology_change(&mut self, on: bool) {
        if self.enabled && self.topology_change != on {
            self.ageing = if on {
                super::in_centiseconds(2 * self.times.forward_delay)
            } else {
                self.lasting_ageing
            };
        }
        self.topology_change = on;
    }
}
