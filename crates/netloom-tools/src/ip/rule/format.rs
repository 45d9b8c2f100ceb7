//! How a rule is printed.

use crate::ip::print::{Record, Value};
use crate::ip::protocol_names::PROTOCOL_NAMES;
use crate::ip::words::{PROTOCOLS, TABLES, show_dsfield, show_prefix};
use crate::ip::{Options, group_name};
use netloom_model::{IpNet, Namespace, Rule, RuleAction};

fn net(record: &mut Record, key: &str, word: &str, net: IpNet) {
    record.json(key, net.addr.to_string());
    if !net.is_host() {
        record.json(&format!("{key}len"), u32::from(net.len));
    }
    record.text(format_args!("{word} {} ", show_prefix(net)));
}

fn interface(record: &mut Record, ns: &Namespace, key: &str, name: &str) {
    record.field(key, name, format_args!("{key} {name} "));
    if ns.link(&name.into()).is_none() {
        record.field(&format!("{key}_detached"), Value::Null, "[detached] ");
    }
}

/// How a rule is printed; `rules` are all that a goto can find.
pub(in crate::ip) fn rule(
    ns: &Namespace,
    options: &Options,
    rule: &Rule,
    rules: &[&Rule],
) -> Record {
    let mut record = Record::default();
    let priority = rule.priority.unwrap_or(0);
    record.field("priority", priority, format_args!("{priority}:\t"));
    if rule.not {
        record.field("not", Value::Null, "not ");
    }
    match rule.from {
        Some(from) if from.len == 0 => {
            let text = from.to_string();
            record.json("src", from.addr.to_string());
            record.json("srclen", 0);
            record.text(format_args!("from {text} "));
        }
        Some(from) => net(&mut record, "src", "from", from),
        None => record.field("src", "all", "from all "),
    }
    if let Some(to) = rule.to {
        net(&mut record, "dst", "to", to);
    }
    if rule.tos != 0 {
        let tos = show_dsfield(rule.tos, options.numeric);
        record.field("tos", tos.as_str(), format_args!("tos {tos} "));
    }
    if let Some((value, mask)) = rule.fwmark {
        record.json("fwmark", format!("{value:#x}"));
        if mask == u32::MAX {
            record.text(format_args!("fwmark {value:#x} "));
        } else {
            record.json("fwmask", format!("{mask:#x}"));
            record.text(format_args!("fwmark {value:#x}/{mask:#x} "));
        }
    }
    if let Some(name) = &rule.iif {
        interface(&mut record, ns, "iif", name);
    }
    if let Some(name) = &rule.oif {
        interface(&mut record, ns, "oif", name);
    }
    if rule.l3mdev {
        record.field("l3mdev", Value::Null, "lookup [l3mdev-table]");
    }
    upper(&mut record, options, rule);
    action(&mut record, options, rule, rules);
    if rule.protocol != netloom_model::route::protocol::KERNEL && rule.protocol != 0
        || options.details
    {
        let name = PROTOCOLS.name(rule.protocol.into(), options.numeric);
        record.field("protocol", name.as_str(), format_args!(" proto {name}"));
    }
    record
}

/// What is asked of the layer above IP, and of the user.
fn upper(record: &mut Record, options: &Options, rule: &Rule) {
    if let Some((from, to)) = rule.uid_range {
        record.json("uid_start", from);
        record.json("uid_end", to);
        record.text(format_args!("uidrange {from}-{to} "));
    }
    if rule.ipproto != 0 {
        let number = rule.ipproto.into();
        let name = if options.numeric || !PROTOCOL_NAMES.has(number) {
            format!("ipproto-{number}")
        } else {
            PROTOCOL_NAMES.name(number, false)
        };
        record.field("ipproto", name.as_str(), format_args!("ipproto {name} "));
    }
    ports(record, "sport", rule.sport);
    ports(record, "dport", rule.dport);
}

fn ports(record: &mut Record, key: &str, range: Option<(u16, u16)>) {
    let Some((from, to)) = range else { return };
    if from == to {
        record.field(key, from, format_args!("{key} {from} "));
    } else {
        record.json(&format!("{key}_start"), from);
        record.json(&format!("{key}_end"), to);
        record.text(format_args!("{key} {from}-{to} "));
    }
}

fn action(record: &mut Record, options: &Options, rule: &Rule, rules: &[&Rule]) {
    let word = match rule.action {
        RuleAction::Lookup(_) if rule.l3mdev => return,
        RuleAction::Lookup(table) => {
            let name = TABLES.name(table, options.numeric);
            record.field("table", name.as_str(), format_args!("lookup {name}"));
            if let Some(len) = rule.suppress_prefixlen {
                let text = format!(" suppress_prefixlength {len}");
                record.field("suppress_prefixlen", len, text);
            }
            if let Some(group) = rule.suppress_ifgroup {
                let name = if options.numeric {
                    group.to_string()
                } else {
                    group_name(group)
                };
                let text = format!(" suppress_ifgroup {name}");
                record.field("suppress_ifgroup", name, text);
            }
            return;
        }
        RuleAction::Goto(to) => {
            record.field("goto", to, format_args!("goto {to}"));
            if !rules.iter().any(|r| r.priority == Some(to)) {
                record.field("unresolved", Value::Null, " [unresolved]");
            }
            return;
        }
        RuleAction::Nop => return record.field("nop", Value::Null, "nop"),
        RuleAction::Blackhole => ("blackhole", "6"),
        RuleAction::Unreachable => ("unreachable", "7"),
        RuleAction::Prohibit => ("prohibit", "8"),
    };
    let word = if options.numeric { word.1 } else { word.0 };
    let space = if rule.l3mdev { " " } else { "" };
    record.field("action", word, format_args!("{space}{word}"));
}
