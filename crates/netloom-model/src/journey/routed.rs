//! How a route was found: rules, tables, and the choice among several next hops.

use crate::route::Route;
use crate::rule::Rule;
use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// How a route was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteTrace {
    /// The destination.
    pub to: IpAddr,
    /// The source, if it was known.
    pub from: Option<IpAddr>,
    /// The rules in the order asked, with what each said; the last decided.
    pub rules: Vec<(Rule, RuleOutcome)>,
    /// The route; none if no rule led to one.
    pub route: Option<Route>,
    /// Which of several next hops was chosen, and how; none where there was no choice.
    pub choice: Option<MultipathChoice>,
    /// The gateway or the destination itself, where the packet goes to a neighbour.
    pub next_hop: Option<IpAddr>,
    /// The device.
    pub dev: Option<String>,
}

/// How one of several next hops is chosen (ip-sysctl, `fib_multipath_hash_policy`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultipathChoice {
    /// What the hash is over: 0 = addresses, 1 = ports too, 2 = addresses inside, 3 = fields.
    pub policy: u8,
    /// The flow's hash, of 31 bits.
    pub hash: u32,
    /// The next hops in their order.
    pub hops: Vec<MultipathHop>,
}

/// One of several next hops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MultipathHop {
    /// The gateway; none where the destination is on the link.
    pub via: Option<IpAddr>,
    /// The device.
    pub dev: String,
    /// Its weight.
    pub weight: u16,
    /// The greatest hash of its share; none if its link is down and it is passed over.
    pub upto: Option<u32>,
    /// Whether it is the one.
    pub chosen: bool,
}

/// What a rule said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleOutcome {
    /// Its selectors do not match.
    NotMatched,
    /// Its table has no route.
    NoRoute,
    /// Its table said `throw`.
    Throw,
    /// Its table's route has too short a prefix (`suppress_prefixlength`).
    Suppressed,
    /// It decided.
    Decided,
}

impl RuleOutcome {
    /// Whether the rule's table was looked into.
    #[must_use]
    pub const fn asked(self) -> bool {
        !matches!(self, RuleOutcome::NotMatched)
    }
}
