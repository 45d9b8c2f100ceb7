//! Counters, quotas and the like that have a name, and flow tables (nft(8), STATEFUL OBJECTS and
//! FLOWTABLES).

use super::statement::{Counter, Limit, Quota};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An object with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Object {
    /// Its name.
    pub name: String,
    /// Its number, which nothing else of the table has.
    pub handle: u64,
    /// What its maker says of it.
    pub comment: Option<String>,
    /// What it is.
    pub body: ObjectBody,
}

/// What an object is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectBody {
    /// A counter.
    Counter(Counter),
    /// A quota.
    Quota(Quota),
    /// A limit.
    Limit(Limit),
    /// A helper that watches connections.
    CtHelper {
        /// Its name in the kernel: `ftp`.
        helper: String,
        /// The protocol above IP.
        protocol: u8,
        /// The family that it is for.
        l3proto: super::TableFamily,
    },
    /// How long connections are remembered.
    CtTimeout {
        /// The protocol above IP.
        protocol: u8,
        /// The family that it is for.
        l3proto: super::TableFamily,
        /// Seconds, by the name of the state.
        policy: BTreeMap<String, u32>,
    },
    /// A connection that is expected beside another.
    CtExpectation {
        /// The protocol above IP.
        protocol: u8,
        /// The family that it is for.
        l3proto: super::TableFamily,
        /// The port that it comes to.
        dport: u16,
        /// For how many milliseconds it is expected.
        timeout: u32,
        /// How many.
        size: u8,
    },
    /// Answers to SYNs in the place of a listener.
    Synproxy(super::statement::Synproxy),
    /// A label of a security module.
    Secmark(String),
}

impl ObjectBody {
    /// Which kind of object it is.
    #[must_use]
    pub const fn kind(&self) -> ObjectKind {
        match self {
            ObjectBody::Counter(_) => ObjectKind::Counter,
            ObjectBody::Quota(_) => ObjectKind::Quota,
            ObjectBody::Limit(_) => ObjectKind::Limit,
            ObjectBody::CtHelper { .. } => ObjectKind::CtHelper,
            ObjectBody::CtTimeout { .. } => ObjectKind::CtTimeout,
            ObjectBody::CtExpectation { .. } => ObjectKind::CtExpectation,
            ObjectBody::Synproxy(_) => ObjectKind::Synproxy,
            ObjectBody::Secmark(_) => ObjectKind::Secmark,
        }
    }
}

/// The states of TCP whose times can be set, in the kernel's order, and the times that nft gives them.
const TCP_STATES: &[(&str, u32)] = &[
    ("syn_sent", 120),
    ("syn_recv", 60),
    ("established", 432_000),
    ("fin_wait", 120),
    ("close_wait", 60),
    ("last_ack", 30),
    ("time_wait", 120),
    ("close", 10),
    ("syn_sent2", 120),
    ("retrans", 300),
    ("unack", 300),
];

/// Those of UDP.
const UDP_STATES: &[(&str, u32)] = &[("unreplied", 30), ("replied", 120)];

/// The states of a protocol whose times a [`ObjectBody::CtTimeout`] can set, in their order, each with
/// the seconds that it has unless the policy says others.
#[must_use]
pub const fn timeout_states(protocol: u8) -> &'static [(&'static str, u32)] {
    match protocol {
        6 => TCP_STATES,
        17 => UDP_STATES,
        _ => &[],
    }
}

/// The kinds of objects. Names are of one kind alone: a counter and a quota may share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    /// `counter`.
    Counter,
    /// `quota`.
    Quota,
    /// `limit`.
    Limit,
    /// `ct helper`.
    CtHelper,
    /// `ct timeout`.
    CtTimeout,
    /// `ct expectation`.
    CtExpectation,
    /// `synproxy`.
    Synproxy,
    /// `secmark`.
    Secmark,
}

impl ObjectKind {
    /// Every kind, in the order in which nft lists objects of a table.
    pub const ALL: [ObjectKind; 8] = [
        ObjectKind::Counter,
        ObjectKind::Quota,
        ObjectKind::CtHelper,
        ObjectKind::Limit,
        ObjectKind::CtTimeout,
        ObjectKind::Secmark,
        ObjectKind::CtExpectation,
        ObjectKind::Synproxy,
    ];

    /// Its words in nft's language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ObjectKind::Counter => "counter",
            ObjectKind::Quota => "quota",
            ObjectKind::Limit => "limit",
            ObjectKind::CtHelper => "ct helper",
            ObjectKind::CtTimeout => "ct timeout",
            ObjectKind::CtExpectation => "ct expectation",
            ObjectKind::Synproxy => "synproxy",
            ObjectKind::Secmark => "secmark",
        }
    }
}

/// A flow table: kept as it was given; flows go the whole way in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flowtable {
    /// Its name.
    pub name: String,
    /// Its number, which nothing else of the table has.
    pub handle: u64,
    /// Its priority at `ingress`.
    pub priority: i32,
    /// Its devices.
    pub devices: Vec<String>,
    /// Whether flows are counted.
    pub counter: bool,
    /// Whether hardware is asked to do it.
    pub offload: bool,
}
