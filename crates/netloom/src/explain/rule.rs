//! A rule of a journey, in the words of ip-rule(8).

use super::text::table_name;
use netloom_model::{Rule, RuleAction};
use netloom_wire::IpProtocol;
use std::fmt::{Display, Write};

/// A rule as `ip rule` would say it.
pub(super) fn rule_text(rule: &Rule) -> String {
    let mut text = format!("{}: ", rule.priority.unwrap_or(0));
    if rule.not {
        text.push_str("not ");
    }
    match rule.from {
        Some(from) => drop(write!(text, "from {from}")),
        None => text.push_str("from all"),
    }
    if let Some(to) = rule.to {
        let _ = write!(text, " to {to}");
    }
    if let Some((mark, mask)) = rule.fwmark {
        let _ = write!(text, " fwmark {mark:#x}/{mask:#x}");
    }
    if let Some(iif) = &rule.iif {
        let _ = write!(text, " iif {iif}");
    }
    if let Some(oif) = &rule.oif {
        let _ = write!(text, " oif {oif}");
    }
    text.push_str(&upper_text(rule));
    let action = match rule.action {
        RuleAction::Lookup(_) if rule.l3mdev => "lookup [l3mdev-table]".to_owned(),
        RuleAction::Lookup(table) => format!("lookup {}", table_name(table)),
        RuleAction::Goto(priority) => format!("goto {priority}"),
        RuleAction::Nop => "nop".to_owned(),
        RuleAction::Blackhole => "blackhole".to_owned(),
        RuleAction::Unreachable => "unreachable".to_owned(),
        RuleAction::Prohibit => "prohibit".to_owned(),
    };
    let _ = write!(text, " {action}");
    text
}

/// What a rule asks of the layer above IP and of the sender.
fn upper_text(rule: &Rule) -> String {
    fn range<T: PartialEq + Display>(out: &mut String, word: &str, range: Option<(T, T)>) {
        let _ = match range {
            None => Ok(()),
            Some((from, to)) if from == to => write!(out, " {word} {from}"),
            Some((from, to)) => write!(out, " {word} {from}-{to}"),
        };
    }
    let mut text = String::new();
    range(&mut text, "uidrange", rule.uid_range);
    if rule.ipproto != 0 {
        let _ = write!(text, " ipproto {}", IpProtocol(rule.ipproto));
    }
    range(&mut text, "sport", rule.sport);
    range(&mut text, "dport", rule.dport);
    text
}
