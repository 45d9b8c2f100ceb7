//! `ip rule` (ip-rule(8)).
//!
//! Left out, with a clear error: tunnels, VRF by name, realms, NAT.

pub(super) mod format;
mod list;
pub(super) mod selector;

use super::saved::{self, Saved};
use super::words::{self, Failure, Outcome, TABLES, Words, matches, number, u32_of};
use super::{Options, parse_group};
use crate::Context;
use list::{Filter, list};
use netloom_model::change::RuleMatch;
use netloom_model::route::table;
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Error, Family, IpNet, Rule, RuleAction};
use netloom_netlink as rtnetlink;
use selector::{fwmark, ipproto, ports, protocol, tos, users};

const USAGE: &str = "\
Usage: ip rule add|del [not] [from PREFIX] [to PREFIX] [tos TOS] [fwmark MARK[/MASK]]
               [iif DEVICE] [oif DEVICE] [ipproto PROTOCOL] [sport PORT[-PORT]]
               [dport PORT[-PORT]] [uidrange UID-UID] [pref NUMBER] [protocol NAME] ACTION
               [suppress_prefixlength NUMBER] [suppress_ifgroup GROUP]
       ip rule [list [WORD]...]
       ip rule flush | save | restore

actions: table TABLE, l3mdev, goto NUMBER, nop, blackhole, unreachable, prohibit
tables:  local, main, default or a number";

const PARTS: Parts = Parts {
    rules: true,
    ..Parts::LINKS
};

// Words of ip-rule(8) that rules of this model do not have.
const UNSUPPORTED: [&str; 5] = ["tun_id", "realms", "nat", "map-to", "vrf"];

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
    } else if is("save") {
        save(cx, options, &words)
    } else if is("restore") {
        if words.is_empty() {
            return saved::restore(cx, Saved::Rules);
        }
        let text = "\"ip rule restore\" does not take any arguments.";
        Err(Failure::new(text, 1))
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"ip rule help\".");
        Err(Failure::new(text, 255))
    }
}

/// Writes the rules to a file.
fn save(cx: &mut Context<'_>, options: &Options, words: &Words<'_>) -> Outcome<()> {
    if !words.is_empty() {
        let text = "\"ip rule save\" does not take any arguments.";
        return Err(Failure::new(text, 1));
    }
    let ns = words::namespace(cx, PARTS)?;
    let family = family(options);
    let rules = ns.rules.iter().filter(|rule| rule.family == family);
    saved::save(cx, Saved::Rules, rules.map(rtnetlink::rule::encode))
}

/// The family that is meant: IPv4 unless said otherwise.
fn family(options: &Options) -> Family {
    options.family.unwrap_or(Family::V4)
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
        } else if word == "suppress_ifgroup" || word == "sup_group" {
            let value = words.value()?;
            let wrong = || Failure::wrong_nl(value, "Invalid \"suppress_ifgroup\" value");
            rule.suppress_ifgroup = Some(parse_group(value).ok_or_else(wrong)?);
        } else if upper(&mut rule, word, words)? {
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
    if rule.l3mdev && table.is_some() {
        let text = "table can not be specified for l3mdev rules";
        return Err(Failure::new(text, 22));
    }
    check_families(&rule)?;
    let action_given = table.is_some() || action.is_some();
    let lookup = RuleAction::Lookup(table.filter(|t| *t != 0).unwrap_or(table::MAIN));
    rule.action = action.flatten().unwrap_or(lookup);
    Ok(Asked { rule, action_given })
}

/// A selector of what is above IP, or of what no header tells; whether `word` is one.
fn upper(rule: &mut Rule, word: &str, words: &mut Words<'_>) -> Outcome<bool> {
    match word {
        "ipproto" => rule.ipproto = ipproto(words.value()?)?,
        "sport" => rule.sport = Some(ports(words.value()?)?),
        "dport" => rule.dport = Some(ports(words.value()?)?),
        "uidrange" => rule.uid_range = Some(users(words.value()?)?),
        "l3mdev" => rule.l3mdev = true,
        _ => return Ok(false),
    }
    Ok(true)
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
        "dst"
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
    use netloom_model::Namespace;

    fn asked(line: &str) -> Outcome<Rule> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&Options::default(), &mut Words::new(&words)).map(|a| a.rule)
    }

    fn line(words: &str) -> String {
        let rule = asked(words).unwrap();
        format::rule(&Namespace::default(), &Options::default(), &rule, &[]).text
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
            line("uidrange 5-7 ipproto udp sport 5-6 dport 53 sup_group 3 table 6 pref 7"),
            "7:\tfrom all uidrange 5-7 ipproto udp sport 5-6 dport 53 lookup 6 suppress_ifgroup 3"
        );
        assert_eq!(
            line("l3mdev prohibit pref 7"),
            "7:\tfrom all lookup [l3mdev-table] prohibit"
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
}
