//! Rules (`struct fib_rule_hdr`, `FRA_*`).

use crate::{Attributes, Writer, family_number, family_of, flag, kind, u16_at, u32_at};
use netloom_model::change::RuleMatch;
use netloom_model::route::protocol;
use netloom_model::{Errno, Family, IpNet, Rule, RuleAction};

const FIXED: usize = 12;
/// Where a short number of the table and the number of the action stand in the fixed part.
const SHORT_TABLE: usize = 4;
const ACTION: usize = 7;
const DST: u16 = 1;
const SRC: u16 = 2;
const IIFNAME: u16 = 3;
const GOTO: u16 = 4;
const PRIORITY: u16 = 6;
const FWMARK: u16 = 10;
const SUPPRESS_IFGROUP: u16 = 13;
const SUPPRESS_PREFIXLEN: u16 = 14;
const TABLE: u16 = 15;
const FWMASK: u16 = 16;
const OIFNAME: u16 = 17;
const L3MDEV: u16 = 19;
const UID_RANGE: u16 = 20;
const PROTOCOL: u16 = 21;
const IP_PROTO: u16 = 22;
const SPORT_RANGE: u16 = 23;
const DPORT_RANGE: u16 = 24;
/// What a rule matches by and is not known here, by ip-rule(8)'s words (linux/fib_rules.h).
const BEYOND: [(u16, &str); 7] = [
    (12, "tun_id"),
    (25, "dscp"),
    (26, "flowlabel"),
    (27, "flowlabel mask"),
    (28, "sport mask"),
    (29, "dport mask"),
    (30, "dscp mask"),
];

/// It matches what the rest does not (`FIB_RULE_INVERT`).
const INVERT: u32 = 2;
/// Nothing is suppressed.
const NONE: u32 = u32::MAX;

/// The number of an action (`FR_ACT_*`), and its table.
fn action(rule: &Rule) -> (u8, u32) {
    match rule.action {
        RuleAction::Lookup(_) if rule.l3mdev => (1, 0),
        RuleAction::Lookup(table) => (1, table),
        RuleAction::Goto(_) => (2, 0),
        RuleAction::Nop => (3, 0),
        RuleAction::Blackhole => (6, 0),
        RuleAction::Unreachable => (7, 0),
        RuleAction::Prohibit => (8, 0),
    }
}

/// A rule as a message of many.
///
/// # Errors
/// `EMSGSIZE`: no message has room for all of it.
pub fn encode(rule: &Rule) -> Result<Vec<u8>, Errno> {
    body(rule).message(kind::RULE, flag::MULTI)
}

/// The body of a request that makes a rule: one of priority 0 says so.
#[must_use]
pub fn make(rule: &Rule) -> Writer {
    let mut body = body(rule);
    if rule.priority == Some(0) {
        body.u32(PRIORITY, 0);
    }
    body
}

/// The body of a request that deletes the first rule that fits; what it does counts only if that is
/// given.
#[must_use]
pub fn remove(asked: &RuleMatch) -> Writer {
    let rule = &asked.rule;
    let mut body = Writer::new(&header(rule));
    if asked.action_given {
        put_action(&mut body, rule);
    } else {
        body.change_byte(ACTION, |_| 0);
        body.change_byte(SHORT_TABLE, |_| 0);
    }
    if let Some(priority) = rule.priority {
        body.u32(PRIORITY, priority);
    }
    if let Some(len) = rule.suppress_prefixlen {
        body.u32(SUPPRESS_PREFIXLEN, len);
    }
    // What a rule begins with is not asked for.
    if !matches!(
        rule.protocol,
        protocol::UNSPEC | protocol::KERNEL | protocol::BOOT
    ) {
        body.u8(PROTOCOL, rule.protocol);
    }
    selectors(&mut body, rule);
    body
}

/// The body of a request for all rules of a family.
#[must_use]
pub fn ask(family: Family) -> Writer {
    Writer::of_family::<FIXED>(family)
}

/// A rule as the body of a message that tells of it.
#[must_use]
pub fn body(rule: &Rule) -> Writer {
    let mut message = Writer::new(&header(rule));
    put_action(&mut message, rule);
    message.u32(SUPPRESS_PREFIXLEN, rule.suppress_prefixlen.unwrap_or(NONE));
    message.u8(PROTOCOL, rule.protocol);
    if let Some(priority) = rule.priority.filter(|priority| *priority != 0) {
        message.u32(PRIORITY, priority);
    }
    selectors(&mut message, rule);
    message
}

/// The fixed part.
fn header(rule: &Rule) -> [u8; FIXED] {
    let (number, table) = action(rule);
    let len = |net: Option<IpNet>| net.map_or(0, |net| net.len);
    let mut fixed = [0; FIXED];
    fixed[..4].copy_from_slice(&[
        family_number(rule.family),
        len(rule.to),
        len(rule.from),
        rule.tos,
    ]);
    fixed[SHORT_TABLE] = u8::try_from(table).unwrap_or(252);
    fixed[ACTION] = number;
    let flags = if rule.not { INVERT } else { 0 };
    fixed[8..].copy_from_slice(&flags.to_le_bytes());
    fixed
}

fn put_action(message: &mut Writer, rule: &Rule) {
    // A VRF has its own table.
    if !rule.l3mdev {
        message.u32(TABLE, action(rule).1);
    }
    if let RuleAction::Goto(target) = rule.action {
        message.u32(GOTO, target);
    }
}

/// What a rule matches.
fn selectors(message: &mut Writer, rule: &Rule) {
    for (kind, name) in [(IIFNAME, &rule.iif), (OIFNAME, &rule.oif)] {
        if let Some(name) = name {
            message.text(kind, name);
        }
    }
    if let Some((mark, mask)) = rule.fwmark {
        message.u32(FWMARK, mark);
        message.u32(FWMASK, mask);
    }
    if rule.l3mdev {
        message.u8(L3MDEV, 1);
    }
    if let Some((first, last)) = rule.uid_range {
        let bytes = [first.to_le_bytes(), last.to_le_bytes()].concat();
        message.put(UID_RANGE, &bytes);
    }
    if let Some(group) = rule.suppress_ifgroup {
        message.u32(SUPPRESS_IFGROUP, group);
    }
    upper(message, rule);
    for (kind, net) in [(DST, rule.to), (SRC, rule.from)] {
        if let Some(net) = net.filter(|net| net.len > 0) {
            message.addr(kind, net.addr);
        }
    }
}

/// What is above IP.
fn upper(message: &mut Writer, rule: &Rule) {
    if rule.ipproto != 0 {
        message.u8(IP_PROTO, rule.ipproto);
    }
    for (kind, ports) in [(SPORT_RANGE, rule.sport), (DPORT_RANGE, rule.dport)] {
        if let Some((first, last)) = ports {
            let bytes = [first.to_le_bytes(), last.to_le_bytes()].concat();
            message.put(kind, &bytes);
        }
    }
}

/// The rule of a message's body; none if it is not one of IP, or does what no rule does here.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Rule> {
    let &[family, to, from, tos, table, _, _, action, ..] = body else {
        return None;
    };
    let family = family_of(family)?;
    let flags = u32_at(body, 8)?;
    let attributes = Attributes::behind(body, FIXED);
    let table = attributes.u32(TABLE).unwrap_or(table.into());
    let mut rule = Rule::lookup(family, 0, table);
    rule.action = match action {
        1 => RuleAction::Lookup(table),
        2 => RuleAction::Goto(attributes.u32(GOTO)?),
        3 => RuleAction::Nop,
        6 => RuleAction::Blackhole,
        7 => RuleAction::Unreachable,
        8 => RuleAction::Prohibit,
        _ => return None,
    };
    let net = |kind, len: u8| {
        let net = IpNet {
            addr: attributes.addr(kind)?,
            len,
        };
        Some(net).filter(|net| net.family() == family && len <= family.bits())
    };
    (rule.to, rule.from, rule.tos) = (net(DST, to), net(SRC, from), tos);
    rule.not = flags & INVERT != 0;
    rule.priority = attributes.u32(PRIORITY);
    rule.protocol = attributes.u8(PROTOCOL).unwrap_or(0);
    (rule.iif, rule.oif) = (attributes.text(IIFNAME), attributes.text(OIFNAME));
    let mask = attributes.u32(FWMASK).unwrap_or(u32::MAX);
    rule.fwmark = attributes.u32(FWMARK).map(|mark| (mark, mask));
    rule.l3mdev = attributes.u8(L3MDEV).is_some_and(|on| on != 0);
    let set = |kind| attributes.u32(kind).filter(|value| *value != NONE);
    rule.suppress_prefixlen = set(SUPPRESS_PREFIXLEN);
    rule.suppress_ifgroup = set(SUPPRESS_IFGROUP);
    rule.ipproto = attributes.u8(IP_PROTO).unwrap_or(0);
    let ports = |kind| {
        let value = attributes.get(kind)?;
        Some((u16_at(value, 0)?, u16_at(value, 2)?))
    };
    (rule.sport, rule.dport) = (ports(SPORT_RANGE), ports(DPORT_RANGE));
    rule.uid_range = attributes
        .get(UID_RANGE)
        .and_then(|value| Some((u32_at(value, 0)?, u32_at(value, 4)?)));
    let beyond = BEYOND
        .iter()
        .filter(|(kind, _)| attributes.get(*kind).is_some());
    rule.beyond = beyond.map(|(_, word)| (*word).to_owned()).collect();
    Some(rule)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Messages;

    fn again(rule: &Rule) -> Option<Rule> {
        let message = encode(rule).unwrap();
        let read = Messages::new(&message, 0).next().unwrap().unwrap();
        decode(read.body)
    }

    #[test]
    fn what_a_rule_matches_by_and_is_not_known_is_named() {
        let mut body = body(&Rule::lookup(Family::V4, 500, 1000));
        body.put(12, &5u64.to_be_bytes());
        let read = decode(body.bytes()).unwrap();
        assert_eq!(read.beyond, ["tun_id"]);
    }

    #[test]
    fn rules_come_back_as_they_were_written() {
        let rule = Rule {
            from: Some("10.1.0.0/16".parse().unwrap()),
            iif: Some("eth0".to_owned()),
            fwmark: Some((1, 0xff)),
            sport: Some((10, 20)),
            uid_range: Some((0, 99)),
            ipproto: 17,
            not: true,
            suppress_prefixlen: Some(0),
            ..Rule::lookup(Family::V4, 500, 1000)
        };
        assert_eq!(again(&rule), Some(rule));
        let mut rule = Rule::lookup(Family::V6, 7, 0);
        rule.action = RuleAction::Goto(9);
        assert_eq!(again(&rule), Some(rule));
    }

    #[test]
    fn a_rule_of_priority_0_says_none() {
        let first = Rule::lookup(Family::V4, 0, 255);
        assert_eq!(again(&first).map(|rule| rule.priority), Some(None));
    }
}
