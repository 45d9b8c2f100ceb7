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
    /// Matches the protocol above IP; 0 = any.
    pub ipproto: u8,
    /// Matches the source port, from one to the other.
    pub sport: Option<(u16, u16)>,
    /// Matches the destination port, from one to the other.
    pub dport: Option<(u16, u16)>,
    /// Matches the user whose program sends, from one to the other.
    pub uid_range: Option<(u32, u32)>,
    /// Asks the table of the VRF that the packet comes or goes by; matches nothing without one.
    pub l3mdev: bool,
    /// Matches what the rest does not.
    pub not: bool,
    /// Who made it ([`crate::route::protocol`]).
    pub protocol: u8,
    /// Routes that it finds with prefixes no longer than this are passed over
    /// (`suppress_prefixlength`).
    pub suppress_prefixlen: Option<u32>,
    /// Routes that it finds by a device of this group are passed over (`suppress_ifgroup`).
    pub suppress_ifgroup: Option<u32>,
    /// What it does.
    pub action: RuleAction,
    /// What else it matches by that is not known here, by ip-rule(8)'s words: `tun_id`, `dscp`. No verdict
    /// rests on such a rule.
    #[serde(default)]
    pub beyond: Vec<String>,
}

impl Rule {
    /// Whether a route that it found, with a prefix of `len` bits and by a device of `group`, is
    /// passed over.
    #[must_use]
    pub fn suppresses(&self, len: u8, group: u32) -> bool {
        let short = |most| u32::from(len) <= most;
        self.suppress_prefixlen.is_some_and(short) || self.suppress_ifgroup == Some(group)
    }

    /// Whether it asks for what is above IP.
    #[must_use]
    pub const fn asks_upper(&self) -> bool {
        self.ipproto != 0 || self.sport.is_some() || self.dport.is_some()
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
            ipproto: 0,
            sport: None,
            dport: None,
            uid_range: None,
            l3mdev: false,
            not: false,
            protocol: crate::route::protocol::KERNEL,
            suppress_prefixlen: None,
            suppress_ifgroup: None,
            action: RuleAction::Lookup(table),
            beyond: Vec::new(),
        }
    }
}
