//! Rules for packets: tables, chains, rules, sets and maps (nft(8), iptables(8)).
//!
//! There is one form for what nft and iptables say. A table of iptables is a table like any other,
//! marked with where it came from; a match or a target of xtables that has no form in nft's language
//! is a typed variant of its own ([`xt`]). What a rule says is kept as nft lists it: without the
//! checks that another part of the rule implies (`tcp dport 80` implies that the packet is TCP).

pub mod change;
pub mod check;
pub mod datatype;
pub mod event;
pub mod expr;
pub mod field;
pub mod implied;
pub mod object;
pub mod set;
pub mod statement;
pub mod value;
pub mod wanted;
pub mod xt;

pub use change::{ChainRef, Place, RulesetChange, TableRef};
pub use datatype::DataType;
pub use expr::{CtDirection, CtKey, Expr, FibResult, MetaKey, Relation};
pub use field::{Field, Header};
pub use object::{Flowtable, Object, ObjectKind};
pub use set::{Element, ElementData, Set, SetFlags};
pub use statement::{Counter, Statement, Verdict};
pub use value::Value;
pub use wanted::Wanted;

use serde::{Deserialize, Serialize};

/// All tables of a namespace, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ruleset {
    /// The tables.
    pub tables: Vec<Table>,
    /// Grows with each transaction (`nft monitor` tells it as `generation`).
    pub generation: u32,
}

impl Ruleset {
    /// The table that `table` names.
    #[must_use]
    pub fn table(&self, table: &TableRef) -> Option<&Table> {
        self.tables.iter().find(|t| t.is(table))
    }
}

/// The families of tables (nft(8), ADDRESS FAMILIES).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TableFamily {
    /// IPv4.
    Ip,
    /// IPv6.
    Ip6,
    /// IPv4 and IPv6.
    Inet,
    /// ARP packets that are for this host or made here.
    Arp,
    /// Frames that cross a bridge.
    Bridge,
    /// What devices receive and send.
    Netdev,
}

impl TableFamily {
    /// Every family, in the order in which nft lists them.
    pub const ALL: [TableFamily; 6] = [
        TableFamily::Ip,
        TableFamily::Ip6,
        TableFamily::Inet,
        TableFamily::Arp,
        TableFamily::Bridge,
        TableFamily::Netdev,
    ];

    /// Its word in nft's language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            TableFamily::Ip => "ip",
            TableFamily::Ip6 => "ip6",
            TableFamily::Inet => "inet",
            TableFamily::Arp => "arp",
            TableFamily::Bridge => "bridge",
            TableFamily::Netdev => "netdev",
        }
    }
}

/// Which of the kernel's two homes of rules a table is in. Both apply where both are loaded.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// `nf_tables`: nft, and iptables as distributions ship it (`iptables-nft`).
    #[default]
    Nft,
    /// `ip_tables` and its kin (`iptables-legacy`): nft does not see it.
    Legacy,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its family.
    pub family: TableFamily,
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub backend: Backend,
    /// Its number, which no other table of the namespace has.
    pub handle: u64,
    /// Whether its chains are not asked (`flags dormant`).
    pub dormant: bool,
    /// What its maker says of it.
    pub comment: Option<String>,
    /// Its chains, in the order in which they were made.
    pub chains: Vec<Chain>,
    /// Its named sets and maps, in the order in which they were made.
    pub sets: Vec<Set>,
    /// Its counters, quotas and other objects with names.
    pub objects: Vec<Object>,
    /// Its flow tables.
    pub flowtables: Vec<Flowtable>,
}

impl Table {
    /// Whether `table` names this one.
    #[must_use]
    pub fn is(&self, table: &TableRef) -> bool {
        self.family == table.family && self.backend == table.backend && self.name == table.name
    }

    /// Its chain called `name`.
    #[must_use]
    pub fn chain(&self, name: &str) -> Option<&Chain> {
        self.chains.iter().find(|c| c.name == name)
    }

    /// Its set or map called `name`.
    #[must_use]
    pub fn set(&self, name: &str) -> Option<&Set> {
        self.sets.iter().find(|s| s.name == name)
    }
}

/// A chain of rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Its name.
    pub name: String,
    /// Its number, which nothing else of the table has.
    pub handle: u64,
    /// Where packets come into it; none: only by `jump` and `goto`.
    pub base: Option<Base>,
    /// What its maker says of it.
    pub comment: Option<String>,
    /// The rules, in the order in which they are tried.
    pub rules: Vec<Rule>,
}

/// What makes a chain a base chain: a packet meets it at a hook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// What it is for.
    pub kind: ChainKind,
    /// Where packets meet it.
    pub hook: Hook,
    /// Less is asked earlier ([`priority`]).
    pub priority: i32,
    /// What becomes of packets at its end.
    pub policy: Policy,
    /// The devices whose packets it is for, at `ingress` and `egress`.
    pub devices: Vec<String>,
    /// What reached its end; none: not counted (iptables counts, nft does not).
    pub counter: Option<Counter>,
}

/// What a base chain is for (nft(8), CHAINS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChainKind {
    /// To let packets pass or not.
    Filter,
    /// To translate addresses: sees the first packet of each connection alone.
    Nat,
    /// As a filter of what is made here; a packet whose mark or header it changed is routed again.
    Route,
}

impl ChainKind {
    /// Its word in nft's language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ChainKind::Filter => "filter",
            ChainKind::Nat => "nat",
            ChainKind::Route => "route",
        }
    }
}

/// The places at which chains are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hook {
    /// A device received it, before anything else.
    Ingress,
    /// It came in and is not routed yet.
    Prerouting,
    /// It is for this host.
    Input,
    /// It is passed on.
    Forward,
    /// It was made here.
    Output,
    /// It is about to leave.
    Postrouting,
    /// A device is about to send it, after anything else.
    Egress,
}

impl Hook {
    /// Its word in nft's language.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Hook::Ingress => "ingress",
            Hook::Prerouting => "prerouting",
            Hook::Input => "input",
            Hook::Forward => "forward",
            Hook::Output => "output",
            Hook::Postrouting => "postrouting",
            Hook::Egress => "egress",
        }
    }
}

/// What becomes of packets at the end of a base chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// They go on.
    #[default]
    Accept,
    /// They end there.
    Drop,
}

impl Policy {
    /// Its word in nft's language; iptables writes it large.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Policy::Accept => "accept",
            Policy::Drop => "drop",
        }
    }
}

/// The priorities by their names (nft(8), "Standard priority names"), and those of the kernel's own
/// work at the same hooks.
pub mod priority {
    /// Fragments are joined.
    pub const DEFRAG: i32 = -400;
    /// Before connections are looked up.
    pub const RAW: i32 = -300;
    /// Connections are looked up.
    pub const CONNTRACK: i32 = -200;
    /// Packets are changed.
    pub const MANGLE: i32 = -150;
    /// Destinations are translated.
    pub const DSTNAT: i32 = -100;
    /// Packets are let through or not.
    pub const FILTER: i32 = 0;
    /// Labels of security modules.
    pub const SECURITY: i32 = 50;
    /// Sources are translated.
    pub const SRCNAT: i32 = 100;
    /// Helpers look into connections.
    pub const CONNTRACK_HELPER: i32 = 300;
    /// Connections are confirmed, last of all.
    pub const CONNTRACK_CONFIRM: i32 = i32::MAX;
    /// Destinations are translated, in a bridge.
    pub const BRIDGE_DSTNAT: i32 = -300;
    /// Frames are let through or not, in a bridge.
    pub const BRIDGE_FILTER: i32 = -200;
    /// `br_netfilter` calls the hooks of IP.
    pub const BRIDGE_NETFILTER: i32 = 0;
    /// Destinations of frames made here are translated, in a bridge.
    pub const BRIDGE_OUT: i32 = 100;
    /// Sources are translated, in a bridge.
    pub const BRIDGE_SRCNAT: i32 = 300;
}

/// A rule: its statements are carried out in order, until one does not match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Its number, which nothing else of the table has; 0 in a rule that is not there yet.
    pub handle: u64,
    /// What it says.
    pub statements: Vec<Statement>,
    /// What its maker says of it (`comment` of nft; that of iptables is a match).
    pub comment: Option<String>,
    /// Whether it is what ebtables calls the policy of a chain that somebody made.
    #[serde(default)]
    pub policy: bool,
}

impl Rule {
    /// What the rule counts, if it counts.
    #[must_use]
    pub fn counter(&self) -> Option<Counter> {
        self.statements.iter().find_map(|s| match s {
            Statement::Counter(counter) => Some(*counter),
            _ => None,
        })
    }

    /// What its maker says of it: nft's comment, or that of the match of iptables.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        let said = self.statements.iter().find_map(|s| match s {
            Statement::XtMatch(xt::XtMatch::Comment(text)) => Some(text.as_str()),
            _ => None,
        });
        self.comment.as_deref().or(said)
    }

    /// The chain that is asked next where it matches, if it names one.
    #[must_use]
    pub fn leads_to(&self) -> Option<&str> {
        self.statements.iter().find_map(|s| match s {
            Statement::Verdict(Verdict::Jump(chain) | Verdict::Goto(chain)) => Some(chain.as_str()),
            _ => None,
        })
    }
}
