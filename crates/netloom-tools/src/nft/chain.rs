//! Base chains: types, hooks, priorities by name and number, policies and devices (nft(8), CHAINS).

use super::lexer::Kind;
use super::parser::Parser;
use super::source::{Problem, Read};
use netloom_model::ruleset::{Base, ChainKind, Hook, Policy, TableFamily, priority};

/// The priorities by name.
const PRIORITIES: [(&str, i32); 6] = [
    ("raw", priority::RAW),
    ("mangle", priority::MANGLE),
    ("dstnat", priority::DSTNAT),
    ("filter", priority::FILTER),
    ("security", priority::SECURITY),
    ("srcnat", priority::SRCNAT),
];

/// Those of a bridge.
const BRIDGE_PRIORITIES: [(&str, i32); 4] = [
    ("dstnat", priority::BRIDGE_DSTNAT),
    ("filter", priority::BRIDGE_FILTER),
    ("out", priority::BRIDGE_OUT),
    ("srcnat", priority::BRIDGE_SRCNAT),
];

/// The names that a family has at a hook.
fn priorities(family: TableFamily, hook: Hook) -> Vec<(&'static str, i32)> {
    let all: &[(&str, i32)] = match family {
        TableFamily::Bridge => &BRIDGE_PRIORITIES,
        TableFamily::Arp | TableFamily::Netdev => &[("filter", priority::FILTER)],
        _ => &PRIORITIES,
    };
    let there = |name: &str| match name {
        "dstnat" => hook == Hook::Prerouting,
        "srcnat" => hook == Hook::Postrouting,
        "out" => hook == Hook::Output,
        _ => true,
    };
    all.iter()
        .copied()
        .filter(|(name, _)| there(name))
        .collect()
}

/// A priority as it is listed: by a name that is not more than ten away.
pub(super) fn show_priority(base: &Base, family: TableFamily, numeric: bool) -> String {
    let names = priorities(family, base.hook);
    let near = names
        .iter()
        .find(|(_, named)| base.priority.abs_diff(*named) <= 10);
    match near {
        Some((name, named)) if !numeric => match base.priority - named {
            0 => (*name).to_owned(),
            more @ 1.. => format!("{name} + {more}"),
            less => format!("{name} - {}", -less),
        },
        _ => base.priority.to_string(),
    }
}

/// What is written between the braces of a chain, beside its rules.
#[derive(Debug, Default)]
pub(super) struct ChainWords {
    pub(super) base: Option<Base>,
    pub(super) policy: Option<Policy>,
    pub(super) comment: Option<String>,
}

impl Parser<'_> {
    /// One statement of a chain's block that is no rule; whether it was one.
    pub(super) fn chain_word(&mut self, words: &mut ChainWords) -> Read<bool> {
        if self.is("type") && !self.second_is(":") {
            words.base = Some(self.base()?);
            return Ok(true);
        }
        if self.eat("policy") {
            words.policy = Some(self.policy()?);
            return Ok(true);
        }
        if self.eat("comment") {
            words.comment = Some(self.text()?);
            return Ok(true);
        }
        Ok(false)
    }

    fn policy(&mut self) -> Read<Policy> {
        let token = self.next();
        match token.text.as_str() {
            "accept" => Ok(Policy::Accept),
            "drop" => Ok(Policy::Drop),
            _ => {
                self.at -= 1;
                Err(self.unexpected(""))
            }
        }
    }

    /// `type filter hook input [device NAME] priority N`.
    fn base(&mut self) -> Read<Base> {
        self.at += 1;
        let token = self.next();
        let kind = match token.text.as_str() {
            "filter" => ChainKind::Filter,
            "nat" => ChainKind::Nat,
            "route" => ChainKind::Route,
            _ => return Err(Problem::new("unknown chain type", token.at)),
        };
        self.expect("hook")?;
        let token = self.next();
        let hook = match token.text.as_str() {
            "ingress" => Hook::Ingress,
            "prerouting" => Hook::Prerouting,
            "input" => Hook::Input,
            "forward" => Hook::Forward,
            "output" => Hook::Output,
            "postrouting" => Hook::Postrouting,
            "egress" => Hook::Egress,
            _ => return Err(Problem::new("unknown chain hook", token.at)),
        };
        let mut devices = Vec::new();
        if self.eat("device") {
            devices.push(self.text()?);
        } else if self.eat("devices") {
            self.expect("=")?;
            devices = self.device_names()?;
        }
        let from = self.at;
        self.expect("priority")?;
        let priority = self.priority(from, hook, self.family)?;
        Ok(Base {
            kind,
            hook,
            priority,
            policy: Policy::Accept,
            devices,
            counter: None,
        })
    }

    /// `{ NAME, ... }`.
    pub(super) fn device_names(&mut self) -> Read<Vec<String>> {
        let mut devices = Vec::new();
        self.expect("{")?;
        loop {
            self.lines();
            if self.is("}") {
                break;
            }
            if self.is("{") {
                devices.extend(self.device_names()?);
            } else {
                devices.push(self.text()?);
            }
            self.lines();
            if !self.eat(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(devices)
    }

    /// What follows `priority`.
    pub(super) fn priority(&mut self, from: usize, hook: Hook, family: TableFamily) -> Read<i32> {
        let signed = |minus: bool, number: u64| {
            let number = i32::try_from(number).unwrap_or(i32::MAX);
            if minus { -number } else { number }
        };
        if self.peek().kind != Kind::Word {
            let minus = self.eat("-");
            let number = self.number()?;
            return Ok(signed(minus, number));
        }
        let name = self.next().text;
        let names = priorities(family, hook);
        let Some((_, named)) = names.iter().find(|(word, _)| *word == name) else {
            let message = "invalid priority expression value in this context.";
            return Err(Problem::new(message, self.since(from)));
        };
        let minus = self.eat("-");
        let more = match minus || self.eat("+") {
            true => signed(minus, self.number()?),
            false => 0,
        };
        Ok(named.saturating_add(more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_priority_is_listed_by_a_name_that_is_near() {
        let base = |hook, priority| Base {
            kind: ChainKind::Filter,
            hook,
            priority,
            policy: Policy::Accept,
            devices: Vec::new(),
            counter: None,
        };
        let show = |hook, priority| show_priority(&base(hook, priority), TableFamily::Ip, false);
        assert_eq!(show(Hook::Input, 10), "filter + 10");
        assert_eq!(show(Hook::Input, 11), "11");
        assert_eq!(show(Hook::Prerouting, -101), "dstnat - 1");
        assert_eq!(show(Hook::Input, -100), "-100");
    }
}
