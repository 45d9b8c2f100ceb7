//! Routing policy rules (ip-rule(8)).

use crate::names::{Family, IpNet};
use serde::{Deserialize, Serialize};

/// What a rule does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleAction {
    /// Look the packet up in this table; go on to the next rule if nothing is found.
    Lookup(u32),
    /// Go on with the rule of this priority.
    Goto(u32),
    /// Do nothing.
    Nop,
    /// Drop in silence.
    Blackhole,
    /// Answer network unreachable.
    Unreachable,
    /// Answer administratively prohibited.
    Prohibit,
}

/// A routing policy rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// The family it is for.
    pub family: Family,
    /// Less is asked earlier. `None` in a new rule: one before the first after 0.
    pub priority: Option<u32>,
    /// Matches the source.
    pub from: Option<IpNet>,
    /// Matches the destination.
    pub to: Option<IpNet>,
    /// Matches the link the packet came by (`lo`: made here).
    pub iif: Option<String>,
    /// Matches the link a socket is bound to.
    pub oif: Option<String>,
    /// Matches the mark, under the mask.
    pub fwmark: Option<(u32, u32)>,
    /// Matches the type of service.
    pub tos: u8,
    /// Matches what the rest does not.
    pub not: bool,
    /// Who made it ([`crate::route::protocol`]).
    pub protocol: u8,
    /// Routes that it finds with prefixes no longer than this are passed over
    /// (`suppress_prefixlength`).
    pub suppress_prefixlen: Option<u32>,
    /// What it does.
    pub action: RuleAction,
}

impl Rule {
    /// Whether a route that it found, with a prefix of `len` bits, is passed over.
    #[must_use]
    pub fn suppresses(&self, len: u8) -> bool {
        self.suppress_prefixlen
            .is_some_and(|most| u32::from(len) <= most)
    }

    /// A rule for everything that looks up `table`.
    #[must_use]
    pub fn lookup(family: Family, priority: u32, table: u32) -> Rule {
        Rule {
            family,
            priority: Some(priority),
            from: None,
            to: None,
            iif: None,
            oif: None,
            fwmark: None,
            tos: 0,
            not: false,
            protocol: crate::route::protocol::KERNEL,
            suppress_prefixlen: None,
            action: RuleAction::Lookup(table),
        }
    }
}
