//! The spanning tree of a bridge: IEEE 802.1D-1998 clause 8, as Linux's kernel runs it
//! (ip-link(8) `stp_state 1`, brctl(8)).
//!
//! `Tree` is the protocol as one value without devices: what it is told (a BPDU, a timer, a port
//! that came up, a user's setting) changes it, and it says what follows: the state of each port,
//! what is sent, whose addresses are forgotten. `operation` is what it does with BPDUs and timers,
//! `ports` with ports and settings, both by the `procedures` of the standard; `drive` ties the tree
//! to its bridge: frames in and out, timers, carrier.
//!
//! The tree is there without the protocol too (`stp_state 0`): then a port that is enabled forwards
//! at once, and nothing is sent. Rapid and multiple spanning trees are a program's matter on Linux,
//! and not here.
//!
//! Linux aligns the hello and hold timers to its seconds; here they run from the moment they were
//! started.

mod alarm;
mod drive;
mod operation;
mod ports;
mod procedures;
mod restore;
#[cfg(test)]
mod tests;

pub(crate) use alarm::StpTimer;
pub(super) use drive::{bpdu, closed};
pub(crate) use drive::{set_states, settle, timer};

use crate::device::DevId;
use alarm::Alarm;
use core::time::Duration;
use netloom_model::bridge::PortState;
use netloom_model::spanning_tree::{self, BridgeTree, PortTree, PortTreeCounters};
use netloom_model::{MacAddr, Time};
use netloom_wire::stp::{BridgeId, Config};

/// The spanning tree of one bridge.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// Whether the protocol runs.
    enabled: bool,
    /// Whether the bridge is up.
    up: bool,
    /// The moment of what is told to it.
    now: Time,
    /// It was told something that is not carried out yet.
    told: bool,
    id: BridgeId,
    /// What users set, and what the root says: the same where the bridge is the root.
    own: Times,
    times: Times,
    /// How long addresses are believed, in centiseconds: as users set it, and as it is now.
    lasting_ageing: u32,
    ageing: u32,
    root: BridgeId,
    root_path_cost: u32,
    root_port: Option<u16>,
    topology_change: bool,
    topology_change_detected: bool,
    hello: Alarm,
    notification: Alarm,
    topology_change_over: Alarm,
    /// By number.
    members: Vec<Member>,
    /// What is to be sent.
    out: Vec<(DevId, Message)>,
    /// Ports behind which nobody is known any more.
    forgotten: Vec<DevId>,
}

/// How often a bridge speaks, and how long it waits (8.5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Times {
    max_age: Duration,
    hello: Duration,
    forward_delay: Duration,
}

/// What a port says to its LAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Message {
    Config(Config),
    Notification,
}

/// What a LAN knows of the way to the root: the lesser is the better (8.6.2.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Vector {
    root: BridgeId,
    cost: u32,
    bridge: BridgeId,
    port: u16,
}

/// A port in the tree (8.5.5).
#[derive(Clone, Debug)]
struct Member {
    dev: DevId,
    number: u16,
    /// Of six bits.
    priority: u16,
    path_cost: u32,
    /// It may not become the root port.
    root_block: bool,
    /// Whether its device is up and has carrier.
    runs: bool,
    state: PortState,
    designated: Vector,
    /// When the root said what is known here, as far as can be told.
    heard: Time,
    aged: Duration,
    acknowledges: bool,
    config_pending: bool,
    message_age: Alarm,
    forward_delay: Alarm,
    hold: Alarm,
    counters: PortTreeCounters,
}

impl Member {
    /// Its identifier: priority and number.
    fn id(&self) -> u16 {
        self.priority << 10 | self.number & 0x3ff
    }

    fn is_disabled(&self) -> bool {
        self.state == PortState::Disabled
    }
}

const fn centiseconds(time: u32) -> Duration {
    Duration::from_millis(time as u64 * 10)
}

fn in_centiseconds(time: Duration) -> u32 {
    u32::try_from(time.as_millis() / 10).unwrap_or(u32::MAX)
}

/// A time that a user sets, as Linux's clock of 250 Hz keeps it.
const fn jiffies(time: u32) -> u32 {
    time & !1
}

impl Default for Tree {
    fn default() -> Tree {
        let times = Times {
            max_age: Duration::from_secs(20),
            hello: Duration::from_secs(2),
            forward_delay: Duration::from_secs(15),
        };
        let id = BridgeId {
            priority: 0x8000,
            mac: MacAddr::ZERO,
        };
        Tree {
            enabled: false,
            up: false,
            now: Time::ZERO,
            told: false,
            id,
            own: times,
            times,
            lasting_ageing: 30_000,
            ageing: 30_000,
            root: id,
            root_path_cost: 0,
            root_port: None,
            topology_change: false,
            topology_change_detected: false,
            hello: Alarm::default(),
            notification: Alarm::default(),
            topology_change_over: Alarm::default(),
            members: Vec::new(),
            out: Vec::new(),
            forgotten: Vec::new(),
        }
    }
}

impl Tree {
    /// The tree, told something at `now`.
    pub(super) fn at(&mut self, now: Time) -> &mut Tree {
        self.now = now;
        self.told = true;
        self
    }

    /// Whether the protocol runs.
    pub(super) fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// The bridge's priority and address.
    pub(super) fn id(&self) -> BridgeId {
        self.id
    }

    /// The times of the root, in centiseconds: forward delay, hello time, maximum age.
    pub(super) fn times(&self) -> [u32; 3] {
        let times = &self.times;
        [times.forward_delay, times.hello, times.max_age].map(in_centiseconds)
    }

    /// How long a learned address is believed, in centiseconds, as users are told.
    pub(super) fn ageing_time(&self) -> u32 {
        self.ageing
    }

    /// After how many nanoseconds without a word a learned address is no more. Linux does not take
    /// out at once what a topology change makes too old.
    #[inline]
    pub(super) fn ageing_nanos(&self) -> u64 {
        let time = if self.topology_change {
            self.lasting_ageing
        } else {
            self.ageing
        };
        u64::from(time) * 10_000_000
    }

    /// After how many nanoseconds it counts as too old, and goes when it is come by (`hold_time`).
    pub(super) fn stale_nanos(&self) -> u64 {
        if self.topology_change {
            u64::try_from(self.times.forward_delay.as_nanos()).unwrap_or(u64::MAX)
        } else {
            self.ageing_nanos()
        }
    }

    fn index(&self, number: u16) -> Option<usize> {
        self.members
            .binary_search_by_key(&number, |member| member.number)
            .ok()
    }

    /// As the model tells it.
    pub(super) fn describe(&self, now: Time) -> BridgeTree {
        BridgeTree {
            root: told(self.root),
            root_port: self.root_port.unwrap_or(0),
            root_path_cost: self.root_path_cost,
            topology_change: self.topology_change,
            topology_change_detected: self.topology_change_detected,
            hello_timer: self.hello.left(now),
            tcn_timer: self.notification.left(now),
            topology_change_timer: self.topology_change_over.left(now),
        }
    }

    /// A port's priority and path cost, and what the tree has come to there.
    pub(super) fn describe_port(&self, number: u16, now: Time) -> Option<(u16, u32, PortTree)> {
        let member = &self.members[self.index(number)?];
        let tree = PortTree {
            designated_root: told(member.designated.root),
            designated_cost: member.designated.cost,
            designated_bridge: told(member.designated.bridge),
            designated_port: member.designated.port,
            topology_change_ack: member.acknowledges,
            config_pending: member.config_pending,
            message_age_timer: member.message_age.left(now),
            forward_delay_timer: member.forward_delay.left(now),
            hold_timer: member.hold.left(now),
            counters: member.counters,
        };
        Some((member.priority, member.path_cost, tree))
    }
}

fn told(id: BridgeId) -> spanning_tree::BridgeId {
    spanning_tree::BridgeId {
        priority: id.priority,
        address: id.mac,
    }
}
