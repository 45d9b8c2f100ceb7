//! Where a match or a target may be: what the kernel checks of a rule when it is put in
//! (`xt_check_match`, `xt_check_target`).

use super::ext;
use super::tables::Builtin;
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::statement::{Reject, Statement};
use netloom_model::ruleset::xt::{EbIp, XtMatch, XtTarget};
use netloom_model::ruleset::{Expr, Field, Rule};

/// What a match or target asks of its rule.
#[derive(Default)]
struct Asks {
    /// The tables that it is for.
    tables: &'static [&'static str],
    /// The table's own chains that it is for.
    chains: &'static [&'static str],
    /// The protocols that the rule must be for.
    protocols: &'static [u8],
}

/// TCP.
const TCP: &[u8] = &[6];

/// Whether the kernel refuses a rule there.
pub(super) fn refused(builtin: &Builtin, chain: &str, rule: &Rule) -> bool {
    let protocol = protocol(rule);
    rule.statements.iter().any(|statement| {
        let asks = match statement {
            Statement::XtTarget(target) => of_target(target),
            Statement::XtMatch(found) => of_match(found),
            _ => return false,
        };
        let fits = |all: &[&str], name: &str| all.is_empty() || all.contains(&name);
        let for_it = |number| asks.protocols.contains(&number);
        !fits(asks.tables, builtin.name)
            || !is_whole(statement)
            || (builtin.has(chain) && !fits(asks.chains, chain))
            || !(asks.protocols.is_empty() || protocol.is_some_and(for_it))
    })
}

/// Whether the kernel cannot say it: that an address is in none of all networks.
pub(super) fn unsayable(rule: &Rule) -> bool {
    rule.statements.iter().any(|statement| {
        matches!(
            statement,
            Statement::Match {
                relation: Relation::Ne,
                right: Expr::Prefix(_, 0),
                ..
            }
        )
    })
}

/// Whether what a statement says fits together.
fn is_whole(statement: &Statement) -> bool {
    match statement {
        Statement::XtTarget(XtTarget::Npt { from, to, .. }) => {
            ext::prefixes::fits(from) && ext::prefixes::fits(to)
        }
        _ => true,
    }
}

/// The protocol that a rule is for.
fn protocol(rule: &Rule) -> Option<u8> {
    rule.statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Match {
                left: Expr::Meta(MetaKey::L4Proto),
                relation: Relation::Eq,
                right: Expr::Value(value),
            } => value.to_number().map(|number| number as u8),
            other => super::spec::header_of(other)?.protocol(),
        })
}

fn of_target(target: &XtTarget) -> Asks {
    let in_table = |table: &'static [&'static str]| Asks {
        tables: table,
        ..Asks::default()
    };
    match target {
        XtTarget::Reject(kind) => Asks {
            tables: &["filter"],
            protocols: if *kind == Reject::TcpReset { TCP } else { &[] },
            ..Asks::default()
        },
        XtTarget::Snat(_) => Asks {
            chains: &["POSTROUTING", "INPUT"],
            ..in_table(&["nat"])
        },
        XtTarget::Dnat(_) | XtTarget::Redirect(_) => Asks {
            chains: &["PREROUTING", "OUTPUT"],
            ..in_table(&["nat"])
        },
        XtTarget::Masquerade(_) => Asks {
            chains: &["POSTROUTING"],
            ..in_table(&["nat"])
        },
        XtTarget::Npt { destination, .. } => Asks {
            chains: if *destination {
                &["PREROUTING", "OUTPUT"]
            } else {
                &["POSTROUTING", "INPUT"]
            },
            ..in_table(&["mangle"])
        },
        XtTarget::Netmap { .. } => in_table(&["nat"]),
        XtTarget::Ct(_) => in_table(&["raw"]),
        XtTarget::Ttl(_)
        | XtTarget::Hl(_)
        | XtTarget::Dscp(_)
        | XtTarget::Tos { .. }
        | XtTarget::Checksum => in_table(&["mangle"]),
        XtTarget::EcnTcpRemove | XtTarget::Tcpoptstrip(_) => Asks {
            protocols: TCP,
            ..in_table(&["mangle"])
        },
        XtTarget::Tproxy { .. } => Asks {
            chains: &["PREROUTING"],
            protocols: &[6, 17],
            ..in_table(&["mangle"])
        },
        XtTarget::Tcpmss(_) => Asks {
            protocols: TCP,
            ..Asks::default()
        },
        XtTarget::Classify(_) => Asks {
            chains: &["OUTPUT", "FORWARD", "POSTROUTING"],
            ..Asks::default()
        },
        XtTarget::Synproxy(_) => Asks {
            chains: &["INPUT", "FORWARD"],
            protocols: TCP,
            ..Asks::default()
        },
        _ => Asks::default(),
    }
}

fn of_match(found: &XtMatch) -> Asks {
    match found {
        XtMatch::Rpfilter { .. } => Asks {
            tables: &["raw", "mangle"],
            chains: &["PREROUTING"],
            ..Asks::default()
        },
        XtMatch::Mac(_) => Asks {
            chains: &["PREROUTING", "INPUT", "FORWARD"],
            ..Asks::default()
        },
        XtMatch::Owner(_) => Asks {
            chains: &["OUTPUT", "POSTROUTING"],
            ..Asks::default()
        },
        XtMatch::Socket { .. } => Asks {
            chains: &["PREROUTING", "INPUT"],
            ..Asks::default()
        },
        XtMatch::Tcpmss(_) => for_protocols(TCP),
        XtMatch::Sctp(_) => for_protocols(&[132]),
        XtMatch::Dccp(_) => for_protocols(&[33]),
        XtMatch::Esp(_) => for_protocols(&[50]),
        XtMatch::Ah(_) => for_protocols(&[51]),
        XtMatch::Ipcomp { .. } => for_protocols(&[108]),
        XtMatch::Mh(_) => for_protocols(&[135]),
        // What comes has no policy yet that it leaves by, and what leaves none by which it came.
        XtMatch::Policy(policy) => Asks {
            chains: if policy.out {
                &["OUTPUT", "FORWARD", "POSTROUTING"]
            } else {
                &["PREROUTING", "INPUT", "FORWARD"]
            },
            ..Asks::default()
        },
        _ => Asks::default(),
    }
}

/// For rules of these protocols alone.
fn for_protocols(protocols: &'static [u8]) -> Asks {
    Asks {
        protocols,
        ..Asks::default()
    }
}

/// Whether the kernel refuses a rule of ebtables there.
pub(super) fn refused_frame(builtin: &Builtin, chain: &str, rule: &Rule) -> bool {
    let ethertype = rule
        .statements
        .iter()
        .find_map(|statement| match statement {
            Statement::Match {
                left: Expr::Field(Field::EtherType),
                relation: Relation::Eq,
                right: Expr::Value(value),
            } => value.to_number(),
            _ => None,
        });
    let at = |tables: &[&str], chains: &[&str]| {
        let there = tables.contains(&builtin.name);
        !there || builtin.has(chain) && !chains.contains(&chain)
    };
    let ports = |asked: &EbIp| {
        let protocol = asked
            .protocol
            .filter(|asked| !asked.not)
            .map(|asked| asked.is);
        let of_ports = matches!(protocol, Some(6 | 17 | 33 | 132 | 136));
        (asked.sport.is_some() || asked.dport.is_some()) && !of_ports
            || asked.icmp.is_some() && !matches!(protocol, Some(1 | 58))
            || asked.igmp.is_some() && protocol != Some(2)
    };
    rule.statements.iter().any(|statement| match statement {
        Statement::XtMatch(XtMatch::EbIp(asked)) => ethertype != Some(0x0800) || ports(asked),
        Statement::XtMatch(XtMatch::EbIp6(asked)) => ethertype != Some(0x86dd) || ports(asked),
        Statement::XtMatch(XtMatch::EbArp(_)) => !matches!(ethertype, Some(0x0806 | 0x8035)),
        Statement::XtMatch(XtMatch::EbVlan(_)) => ethertype != Some(0x8100),
        Statement::XtTarget(XtTarget::EbDnat { .. }) => at(&["nat"], &["PREROUTING", "OUTPUT"]),
        Statement::XtTarget(XtTarget::EbSnat { .. }) => at(&["nat"], &["POSTROUTING"]),
        Statement::XtTarget(XtTarget::EbRedirect(_)) => at(&["nat"], &["PREROUTING"]),
        Statement::XtTarget(XtTarget::ArpReply { .. }) => {
            at(&["nat"], &["PREROUTING"]) || ethertype != Some(0x0806)
        }
        _ => false,
    })
}
