//! The words of a rule of `ebtables`, read into statements.

use super::super::Variant;
use super::super::arguments::{Command, Parsed};
use super::super::hardware;
use super::super::line::{self, Grammar, Known, Line};
use super::super::rules::Spec;
use super::super::spec::compare;
use super::{inside, names, target};
use crate::ip::words::Outcome;
use netloom_model::ruleset::expr::{MetaKey, Relation};
use netloom_model::ruleset::{Expr, Field, Statement, Value};

const fn known(letter: Option<char>, names: &'static [&'static str], values: u8) -> Known {
    Known {
        letter,
        names,
        values,
    }
}

const fn long(names: &'static [&'static str]) -> Known {
    known(None, names, 1)
}

pub(super) const GRAMMAR: Grammar = Grammar {
    options: &[
        known(Some('t'), &["table"], 1),
        known(Some('v'), &["verbose"], 0),
        known(Some('M'), &["modprobe"], 1),
        known(None, &["concurrent"], 0),
        known(None, &["init-table"], 0),
        known(None, &["Ln"], 0),
        known(None, &["Lc"], 0),
        known(None, &["Lx"], 0),
        known(None, &["Lmac2"], 0),
        known(Some('p'), &["protocol", "proto"], 1),
        known(Some('s'), &["source", "src"], 1),
        known(Some('d'), &["destination", "dst"], 1),
        known(Some('i'), &["in-interface", "in-if"], 1),
        known(Some('o'), &["out-interface", "out-if"], 1),
        long(&["logical-in"]),
        long(&["logical-out"]),
        known(Some('j'), &["jump"], 1),
        long(&["ip-source", "ip-src"]),
        long(&["ip-destination", "ip-dst"]),
        long(&["ip-tos"]),
        long(&["ip-protocol", "ip-proto"]),
        long(&["ip-source-port", "ip-sport"]),
        long(&["ip-destination-port", "ip-dport"]),
        long(&["ip-icmp-type"]),
        long(&["ip-igmp-type"]),
        long(&["ip6-source", "ip6-src"]),
        long(&["ip6-destination", "ip6-dst"]),
        long(&["ip6-tclass"]),
        long(&["ip6-protocol", "ip6-proto"]),
        long(&["ip6-source-port", "ip6-sport"]),
        long(&["ip6-destination-port", "ip6-dport"]),
        long(&["ip6-icmp-type"]),
        long(&["arp-opcode", "arp-op"]),
        long(&["arp-htype"]),
        long(&["arp-ptype"]),
        long(&["arp-ip-src"]),
        long(&["arp-ip-dst"]),
        long(&["arp-mac-src"]),
        long(&["arp-mac-dst"]),
        known(None, &["arp-gratuitous"], 0),
        long(&["vlan-id"]),
        long(&["vlan-prio"]),
        long(&["vlan-encap"]),
        long(&["among-src"]),
        long(&["among-dst"]),
        long(&["stp-type"]),
        long(&["stp-flags"]),
        long(&["stp-root-prio"]),
        long(&["stp-root-addr"]),
        long(&["stp-root-cost"]),
        long(&["stp-sender-prio"]),
        long(&["stp-sender-addr"]),
        long(&["stp-port"]),
        long(&["stp-msg-age"]),
        long(&["stp-max-age"]),
        long(&["stp-hello-time"]),
        long(&["stp-forward-delay"]),
        long(&["802_3-sap"]),
        long(&["802_3-type"]),
        long(&["among-src-file"]),
        long(&["among-dst-file"]),
        long(&["mark"]),
        long(&["limit"]),
        long(&["limit-burst"]),
        long(&["pkttype-type"]),
        known(None, &["log"], 0),
        long(&["log-level"]),
        long(&["log-prefix"]),
        known(None, &["log-ip"], 0),
        known(None, &["log-arp"], 0),
        known(None, &["log-ip6"], 0),
        known(None, &["nflog"], 0),
        long(&["nflog-group"]),
        long(&["nflog-prefix"]),
        long(&["nflog-range"]),
        long(&["nflog-threshold"]),
        long(&["mark-set", "set-mark"]),
        long(&["mark-or"]),
        long(&["mark-and"]),
        long(&["mark-xor"]),
        long(&["mark-target"]),
        long(&["to-source", "to-src"]),
        known(None, &["snat-arp"], 0),
        long(&["snat-target"]),
        long(&["to-destination", "to-dst"]),
        long(&["dnat-target"]),
        long(&["redirect-target"]),
        long(&["arpreply-mac"]),
        long(&["arpreply-target"]),
    ],
    commands: "ADILFZNXPEVh",
    bridge: true,
};

/// Reads a command line.
pub(in super::super) fn parse(variant: Variant, args: &[String]) -> Outcome<Parsed> {
    parsed(variant, &line::read(variant, &GRAMMAR, args)?)
}

/// What a command line asks for.
pub(super) fn parsed(variant: Variant, line: &Line) -> Outcome<Parsed> {
    let listed = matches!(line.command, Some(Command::List(..)));
    for option in ["Lc", "Ln", "Lx", "Lmac2"] {
        if line.has(option) && !listed {
            return Err(variant.problem(&format!("Use --{option} with -L")));
        }
    }
    if line.has("Lx") && line.has("Ln") {
        return Err(variant.problem("--Lx is not compatible with --Ln"));
    }
    let Some(command) = line.command.clone() else {
        return Err(variant.problem("No command specified"));
    };
    let table = line.option("table");
    Ok(Parsed {
        table: table.map_or_else(|| "filter".to_owned(), |given| given.value.clone()),
        verbose: line.has("Lc").into(),
        numeric: true,
        exact: true,
        line_numbers: line.has("Ln"),
        counters: line.counters,
        spec: rule(variant, line, &command)?,
        also_zero: line.also_zero,
        policy: line.policy.clone(),
        command,
    })
}

fn rule(variant: Variant, line: &Line, command: &Command) -> Outcome<Spec> {
    let (Command::Append(chain)
    | Command::Insert(chain, _)
    | Command::Check(chain)
    | Command::Delete(chain, None)) = command
    else {
        return Ok(Spec::default());
    };
    check_devices(variant, line, chain)?;
    Ok(Spec {
        head: head(variant, line)?,
        matches: inside::matches(variant, line)?,
        target: target::read(variant, line)?,
        ..Spec::default()
    })
}

/// A frame that comes in leaves by no port yet, and one made here came by none.
fn check_devices(variant: Variant, line: &Line, chain: &str) -> Outcome<()> {
    let comes = matches!(chain, "PREROUTING" | "INPUT");
    let leaves = matches!(chain, "POSTROUTING" | "OUTPUT");
    let texts = [
        (
            "out-interface",
            comes,
            "Use -o only in OUTPUT, FORWARD and POSTROUTING chains",
        ),
        (
            "logical-out",
            comes,
            "Use --logical-out only in OUTPUT, FORWARD and POSTROUTING chains",
        ),
        (
            "in-interface",
            leaves,
            "Use -i only in INPUT, FORWARD, PREROUTING and BROUTING chains",
        ),
        (
            "logical-in",
            leaves,
            "Use --logical-in only in INPUT, FORWARD, PREROUTING and BROUTING chains",
        ),
    ];
    match texts
        .iter()
        .find(|(name, wrong, _)| *wrong && line.has(name))
    {
        Some((_, _, text)) => Err(variant.problem(text)),
        None => Ok(()),
    }
}

/// What every rule can ask: devices, addresses, the protocol.
fn head(variant: Variant, line: &Line) -> Outcome<Vec<Statement>> {
    let mut all = Vec::new();
    for (name, key) in [
        ("in-interface", MetaKey::IifName),
        ("out-interface", MetaKey::OifName),
        ("logical-in", MetaKey::IbrName),
        ("logical-out", MetaKey::ObrName),
    ] {
        if let Some(given) = line.option(name) {
            all.push(hardware::device(variant, key, &given.value, given.not)?);
        }
    }
    for (name, field, what) in [
        ("source", Field::EtherSaddr, "source"),
        ("destination", Field::EtherDaddr, "destination"),
    ] {
        if let Some(given) = line.option(name) {
            let bad = || {
                let word = &given.value;
                variant.problem(&format!("Problem with specified {what} mac '{word}'"))
            };
            let asked = hardware::masked(&given.value).ok_or_else(bad)?;
            all.push(hardware::compare_mac(field, given.not, asked));
        }
    }
    if let Some(given) = line.option("protocol") {
        all.push(protocol(variant, &given.value, given.not)?);
    }
    Ok(all)
}

fn protocol(variant: Variant, word: &str, not: bool) -> Outcome<Statement> {
    let number = |number: u16| Expr::Value(Value::from(number));
    if word.eq_ignore_ascii_case("LENGTH") {
        return Ok(Statement::Match {
            left: Expr::Field(Field::EtherType),
            relation: if not { Relation::Ge } else { Relation::Lt },
            right: number(0x600),
        });
    }
    let Some(found) = names::ethertype(word) else {
        return Err(variant.problem(&format!(
            "Problem with the specified Ethernet protocol '{word}', perhaps /etc/ethertypes is missing"
        )));
    };
    if found < 0x600 {
        let text = "Sorry, protocols have values above or equal to 0x0600";
        return Err(variant.problem(text));
    }
    Ok(compare(Expr::Field(Field::EtherType), not, number(found)))
}
