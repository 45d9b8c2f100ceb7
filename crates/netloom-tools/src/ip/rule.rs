//! `ip rule` (ip-rule(8)).
//!
//! Left out, with a clear error: ports, users, tunnels, VRF, realms, NAT; `save` and
//! `restore`.

use super::print::{Record, Value};
use super::words::{
    self, Failure, Outcome, PROTOCOLS, TABLES, Words, dsfield, matches, number, show_dsfield,
    show_prefix, u32_of,
};
use super::{Options, show};
use crate::Context;
use netloom_model::change::RuleMatch;
use netloom_model::route::table;
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Error, Family, IpNet, Namespace, Rule, RuleAction};

const USAGE: &str = "\
Usage: ip rule add|del [not] [from PREFIX] [to PREFIX] [tos TOS] [fwmark MARK[/MASK]]
               [iif DEVICE] [oif DEVICE] [pref NUMBER] [protocol NAME] ACTION
               [suppress_prefixlength NUMBER]
       ip rule [list [WORD]...]
       ip rule flush

actions: table TABLE, goto NUMBER, nop, blackhole, unreachable, prohibit
tables:  local, main, default or a number";

const PARTS: Parts = Parts {
    rules: true,
    ..Parts::LINKS
};

// Words of ip-rule(8) that rules of this model do not have.
const UNSUPPORTED: [&str; 12] = [
    "suppress_ifgroup",
    "sup_group",
    "uidrange",
    "ipproto",
    "sport",
    "dport",
    "tun_id",
    "l3mdev",
    "realms",
    "nat",
    "map-to",
    "vrf",
];

/// Runs `ip rule` with the words behind it.
pub(super) fn rule(cx: &mut Context<'_>, options: &Options, words: &[String]) -> Outcome<()> {
    let mut words = Words::new(words);
    let Some(command) = words.next() else {
        return list(cx, options, words);
    };
    let is = |full| matches(command, full);
    if is("list") || is("lst") || is("show") {
        list(cx, options, words)
    } else if is("add") {
        modify(cx, options, words, true)
    } else if is("delete") {
        modify(cx, options, words, false)
    } else if is("flush") {
        flush(cx, options, words)
    } else if is("save") || is("restore") {
        Err(Failure::unsupported(command))
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"ip rule help\".");
        Err(Failure::new(text, 255))
    }
}

/// The family that is meant: IPv4 unless said otherwise.
fn family(options: &Options) -> Family {
    options.family.unwrap_or(Family::V4)
}

/// Which rules are listed.
#[derive(Debug, Default)]
struct Filter {
    not: bool,
    from: Option<IpNet>,
    to: Option<IpNet>,
    iif: Option<String>,
    oif: Option<String>,
    fwmark: Option<(u32, Option<u32>)>,
    tos: Option<u8>,
    priority: Option<u32>,
    table: Option<u32>,
    protocol: Option<u8>,
}

impl Filter {
    fn parse(options: &Options, words: &mut Words<'_>) -> Outcome<Filter> {
        let mut filter = Filter::default();
        while let Some(word) = words.next() {
            let is = |full| matches(word, full);
            if word == "not" {
                filter.not = true;
            } else if is("preference") || is("order") || is("priority") {
                let value = words.value()?;
                let wrong = || Failure::wrong_nl(value, "preference value is invalid");
                filter.priority = Some(u32_of(value).ok_or_else(wrong)?);
            } else if word == "from" {
                filter.from = Some(words::prefix(words.value()?, Some(family(options)))?);
            } else if word == "tos" || is("dsfield") {
                filter.tos = Some(tos(words.value()?)?);
            } else if word == "fwmark" {
                filter.fwmark = Some(fwmark(words.value()?)?);
            } else if word == "iif" || word == "dev" {
                filter.iif = Some(words.value()?.to_owned());
            } else if word == "oif" {
                filter.oif = Some(words.value()?.to_owned());
            } else if is("lookup") || is("table") {
                let value = words.value()?;
                let wrong = || Failure::wrong_nl(value, "table id value is invalid");
                let number = TABLES.number(value, u32::MAX).ok_or_else(wrong)?;
                filter.table = Some(number).filter(|_| value != "all");
            } else if is("protocol") {
                filter.protocol = Some(protocol(words.value()?)?);
            } else if UNSUPPORTED.contains(&word) {
                return Err(Failure::unsupported(word));
            } else {
                let word = if word == "to" { words.value()? } else { word };
                filter.to = Some(words::prefix(word, Some(family(options)))?);
            }
        }
        Ok(filter)
    }

    /// Whether `rule` fits. The protocol decides in `flush` alone, as in the original.
    fn fits(&self, rule: &Rule) -> bool {
        let mark = rule.fwmark;
        self.not <= rule.not
            && self.priority.is_none_or(|p| rule.priority == Some(p))
            && self.from.is_none_or(|n| rule.from == Some(n))
            && self.to.is_none_or(|n| rule.to == Some(n))
            && self
                .iif
                .as_ref()
                .is_none_or(|n| rule.iif.as_ref() == Some(n))
            && self
                .oif
                .as_ref()
                .is_none_or(|n| rule.oif.as_ref() == Some(n))
            && self.tos.is_none_or(|t| rule.tos == t)
            && self.fwmark.is_none_or(|(value, mask)| {
                mark.is_some_and(|(v, m)| v == value && mask.is_none_or(|mask| m == mask))
            })
            && self
                .table
                .is_none_or(|t| rule.action == RuleAction::Lookup(t))
    }
}

fn tos(word: &str) -> Outcome<u8> {
    dsfield(word).ok_or_else(|| Failure::wrong_nl(word, "TOS value is invalid"))
}

fn fwmark(word: &str) -> Outcome<(u32, Option<u32>)> {
    let (value, mask) = match word.split_once('/') {
        Some((value, mask)) => (value, Some(mask)),
        None => (word, None),
    };
    let parse = |word: &str, what: &str| {
        u32_of(word).ok_or_else(|| Failure::wrong_nl(word, &format!("{what} value is invalid")))
    };
    let value = parse(value, "fwmark")?;
    let mask = mask.map(|mask| parse(mask, "fwmask")).transpose()?;
    Ok((value, mask))
}

fn protocol(word: &str) -> Outcome<u8> {
    let wrong = || Failure::wrong_nl(word, "\"protocol\" value is invalid");
    let number = PROTOCOLS.number(word, 255).ok_or_else(wrong)?;
    u8::try_from(number).map_err(|_| wrong())
}

fn list(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let filter = Filter::parse(options, &mut words)?;
    let ns = words::namespace(cx, PARTS)?;
    let rules: Vec<&Rule> = ns
        .rules
        .iter()
        .filter(|r| r.family == family(options))
        .collect();
    let found = rules.iter().filter(|r| filter.fits(r));
    let records = found.map(|r| format(&ns, options, r, &rules)).collect();
    show(cx, options, records)
}

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
fn format(ns: &Namespace, options: &Options, rule: &Rule, rules: &[&Rule]) -> Record {
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
    action(&mut record, options, rule, rules);
    if rule.protocol != netloom_model::route::protocol::KERNEL && rule.protocol != 0
        || options.details
    {
        let name = PROTOCOLS.name(rule.protocol.into(), options.numeric);
        record.field("protocol", name.as_str(), format_args!(" proto {name}"));
    }
    record
}

fn action(record: &mut Record, options: &Options, rule: &Rule, rules: &[&Rule]) {
    let word = match rule.action {
        RuleAction::Lookup(table) => {
            let name = TABLES.name(table, options.numeric);
            record.field("table", name.as_str(), format_args!("lookup {name}"));
            if let Some(len) = rule.suppress_prefixlen {
                let text = format!(" suppress_prefixlength {len}");
                record.field("suppress_prefixlen", len, text);
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
    record.field("action", word, word);
}

/// A rule as its words describe it.
struct Asked {
    rule: Rule,
    action_given: bool,
}

fn parse(options: &Options, words: &mut Words<'_>) -> Outcome<Asked> {
    let family = family(options);
    let mut rule = Rule::lookup(family, 0, table::MAIN);
    rule.priority = None;
    rule.protocol = 0;
    let mut table = None;
    let mut action = None;
    while let Some(word) = words.next() {
        let is = |full| matches(word, full);
        if word == "not" {
            rule.not = true;
        } else if word == "from" {
            rule.from = selector(words.value()?, options)?;
        } else if word == "to" {
            rule.to = selector(words.value()?, options)?;
        } else if is("preference") || is("order") || is("priority") {
            let value = words.value()?;
            let wrong = || Failure::wrong_nl(value, "preference value is invalid");
            rule.priority = Some(u32_of(value).ok_or_else(wrong)?);
        } else if word == "tos" || is("dsfield") {
            rule.tos = tos(words.value()?)?;
        } else if word == "fwmark" {
            let (value, mask) = fwmark(words.value()?)?;
            rule.fwmark = Some((value, mask.unwrap_or(u32::MAX)));
        } else if is("protocol") {
            rule.protocol = protocol(words.value()?)?;
        } else if is("table") || word == "lookup" {
            let value = words.value()?;
            let wrong = || Failure::wrong_nl(value, "invalid table ID");
            table = Some(TABLES.number(value, u32::MAX).ok_or_else(wrong)?);
        } else if word == "dev" || word == "iif" {
            rule.iif = Some(words.value()?.to_owned());
        } else if word == "oif" {
            rule.oif = Some(words.value()?.to_owned());
        } else if word == "suppress_prefixlength" || word == "sup_pl" {
            let value = words.value()?;
            let wrong = || Failure::wrong_nl(value, "suppress_prefixlength value is invalid");
            rule.suppress_prefixlen = Some(u32_of(value).ok_or_else(wrong)?);
        } else if UNSUPPORTED.contains(&word) {
            return Err(Failure::unsupported(word));
        } else {
            let word = if word == "type" { words.value()? } else { word };
            if is("help") {
                return Err(Failure::new(USAGE, 255));
            }
            action = Some(parse_action(word, words)?);
        }
    }
    check_families(&rule)?;
    let action_given = table.is_some() || action.is_some();
    let lookup = RuleAction::Lookup(table.filter(|t| *t != 0).unwrap_or(table::MAIN));
    rule.action = action.flatten().unwrap_or(lookup);
    Ok(Asked { rule, action_given })
}

/// The prefix that `from` and `to` take; `all` matches everything, as if nothing was said.
fn selector(word: &str, options: &Options) -> Outcome<Option<IpNet>> {
    let net = words::prefix(word, options.family)?;
    Ok((net.len != 0).then_some(net))
}

/// The action that `word` names; `None` where it is a table's lookup.
fn parse_action(word: &str, words: &mut Words<'_>) -> Outcome<Option<RuleAction>> {
    Ok(match word {
        "goto" => {
            let value = words.value()?;
            let wrong = || Failure::wrong_nl(value, "invalid target");
            Some(RuleAction::Goto(u32_of(value).ok_or_else(wrong)?))
        }
        "nop" => Some(RuleAction::Nop),
        "blackhole" => Some(RuleAction::Blackhole),
        "unreachable" => Some(RuleAction::Unreachable),
        "prohibit" => Some(RuleAction::Prohibit),
        "unicast" => None,
        "local" | "broadcast" | "anycast" | "multicast" | "throw" => {
            return Err(Failure::unsupported(word));
        }
        _ if number(word).is_some() => return Err(Failure::unsupported(word)),
        _ => return Err(Failure::wrong(word, "Failed to parse rule type")),
    })
}

/// The kernel takes prefixes of the rule's own family only.
fn check_families(rule: &Rule) -> Outcome<()> {
    let strange = |net: Option<IpNet>| net.is_some_and(|n| n.family() != rule.family);
    let what = if strange(rule.from) {
        "source"
    } else if strange(rule.to) {
        "destination"
    } else {
        return Ok(());
    };
    Err(Error::with(Errno::INVAL, format!("Invalid {what} address.")).into())
}

fn modify(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>, add: bool) -> Outcome<()> {
    if words.peek().is_none() {
        let word = if add { "add" } else { "del" };
        return Err(Failure::new(
            format!("\"ip rule {word}\" requires arguments."),
            1,
        ));
    }
    let Asked { rule, action_given } = parse(options, &mut words)?;
    let ns = cx.ns.clone();
    let change = if add {
        Change::AddRule { ns, rule }
    } else {
        let rule = Box::new(RuleMatch { rule, action_given });
        Change::DelRule { ns, rule }
    };
    cx.world.apply(vec![change])?;
    Ok(())
}

/// Deletes every rule that fits but those of priority 0; with a protocol, those of it alone.
fn flush(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let filter = Filter::parse(options, &mut words)?;
    let ns = words::namespace(cx, PARTS)?;
    let doomed = |r: &&Rule| {
        r.family == family(options)
            && r.priority != Some(0)
            && filter.protocol.is_none_or(|p| p == r.protocol)
            && filter.fits(r)
    };
    let changes: Vec<Change> = ns
        .rules
        .iter()
        .filter(doomed)
        .map(|rule| Change::DelRule {
            ns: cx.ns.clone(),
            rule: Box::new(RuleMatch {
                rule: rule.clone(),
                action_given: true,
            }),
        })
        .collect();
    if !changes.is_empty() {
        cx.world.apply(changes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &str) -> Outcome<Rule> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&Options::default(), &mut Words::new(&words)).map(|a| a.rule)
    }

    fn line(words: &str) -> String {
        let rule = asked(words).unwrap();
        format(&Namespace::default(), &Options::default(), &rule, &[]).text
    }

    #[test]
    fn rules_are_printed_as_ip_does() {
        assert_eq!(
            line("from 10.0.0.0/24 table 100 pref 5"),
            "5:\tfrom 10.0.0.0/24 lookup 100"
        );
        assert_eq!(
            line("not fwmark 16/0xff table main pref 6"),
            "6:\tnot from all fwmark 0x10/0xff lookup main"
        );
        assert_eq!(
            line("oif eth9 tos 8 protocol static table 6 pref 7"),
            "7:\tfrom all tos 0x08 oif eth9 [detached] lookup 6 proto static"
        );
        assert_eq!(
            line("goto 55 pref 21"),
            "21:\tfrom all goto 55 [unresolved]"
        );
        assert_eq!(
            line("to 5.5.5.5 type blackhole pref 4"),
            "4:\tfrom all to 5.5.5.5 blackhole"
        );
    }

    #[test]
    fn wrong_words_are_refused_in_the_words_of_ip() {
        let refused = |words| asked(words).unwrap_err().text;
        assert_eq!(
            refused("from foo"),
            "Error: any valid prefix is expected rather than \"foo\".\n"
        );
        assert_eq!(
            refused("table foo"),
            "Error: argument \"foo\" is wrong: invalid table ID\n\n"
        );
        assert_eq!(
            refused("foo"),
            "Error: argument \"foo\" is wrong: Failed to parse rule type\n"
        );
        assert_eq!(
            refused("from 2001:db8::/32 table 5"),
            "Error: Invalid source address.\n"
        );
    }

    #[test]
    fn a_list_is_filtered() {
        let words: Vec<String> = ["fwmark", "0x10"].map(str::to_owned).into();
        let filter = Filter::parse(&Options::default(), &mut Words::new(&words)).unwrap();
        assert!(filter.fits(&asked("fwmark 0x10/0xff table 8").unwrap()));
        assert!(!filter.fits(&asked("table 8").unwrap()));
    }
}
