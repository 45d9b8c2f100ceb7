//! Routing policy rules (ip-rule(8)): which table answers for which packet.

use super::Refused;
use super::upper::Upper;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use core::net::IpAddr;
use netloom_model::change::RuleMatch;
use netloom_model::journey::RuleOutcome;
use netloom_model::{Errno, Error, Family, IpNet, Result, Rule, RuleAction};

/// The rules of a family in the order in which they are asked.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    list: Vec<Rule>,
    /// Whether they are other than those that every namespace begins with.
    custom: bool,
    /// Whether one asks for what is above IP of packets received.
    dissects: bool,
}

impl Rules {
    /// The rules that every namespace begins with: those that look up `tables`.
    pub(super) fn initial(family: Family, tables: &[u32]) -> Rules {
        let priorities = [0, 32766, 32767];
        let rules = priorities.into_iter().zip(tables);
        Rules {
            list: rules
                .map(|(priority, table)| Rule::lookup(family, priority, *table))
                .collect(),
            custom: false,
            dissects: false,
        }
    }

    /// Each rule, the one that is asked first in front.
    pub(crate) fn as_slice(&self) -> &[Rule] {
        &self.list
    }

    /// Whether they are other than those that every namespace begins with, or were once.
    #[inline]
    pub(crate) fn is_custom(&self) -> bool {
        self.custom
    }

    /// Whether packets received are looked into for the rules' sake (`fib_rule_requires_fldissect`).
    #[inline]
    pub(crate) fn dissect(&self) -> bool {
        self.dissects
    }

    /// The priority of a rule that names none: right before the second rule there is.
    fn next_priority(&self) -> u32 {
        let second = self.list.get(1).and_then(|rule| rule.priority);
        second.unwrap_or(0).saturating_sub(1)
    }

    /// Rules as they were told.
    pub(super) fn restore(&mut self, told: Vec<Rule>) {
        if self.list != told {
            self.list = told;
            self.changed();
        }
    }

    fn changed(&mut self) {
        let looks = |r: &Rule| r.asks_upper() && r.iif.as_deref() != Some("lo");
        self.custom = true;
        self.dissects = self.list.iter().any(looks);
    }
}

/// What rules ask of a packet, whatever its version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    pub(super) src: IpAddr,
    pub(super) dst: IpAddr,
    pub(super) iif: DevId,
    pub(super) oif: DevId,
    pub(super) tos: u8,
    pub(super) mark: u32,
    pub(super) upper: Upper,
    pub(super) uid: u32,
}

/// Whether a rule's selectors match a packet.
pub(super) fn matches(net: &Net, rule: &Rule, flow: &Facts) -> bool {
    let within = |net: Option<IpNet>, addr: IpAddr| net.is_none_or(|n| n.contains(addr));
    let named = |name: &Option<String>, dev: DevId| {
        name.as_ref()
            .is_none_or(|n| dev != DevId::NONE && net.dev(dev).name == *n)
    };
    // What is made here counts as received by `lo`.
    let by_iif = match &rule.iif {
        Some(name) if name == "lo" && flow.iif == DevId::NONE => true,
        name => named(name, flow.iif),
    };
    let matched = within(rule.from, flow.src)
        && within(rule.to, flow.dst)
        && by_iif
        && named(&rule.oif, flow.oif)
        && rule
            .fwmark
            .is_none_or(|(mark, mask)| (flow.mark ^ mark) & mask == 0)
        && (rule.tos == 0 || rule.tos == compared_tos(rule.family, flow.tos))
        && (rule.ipproto == 0 || rule.ipproto == flow.upper.protocol)
        && inside(rule.sport, flow.upper.ports.0)
        && inside(rule.dport, flow.upper.ports.1)
        && inside(rule.uid_range, flow.uid)
        // No device is of a VRF here.
        && !rule.l3mdev;
    matched != rule.not
}

/// The bits of TOS that rules compare.
const fn compared_tos(family: Family, tos: u8) -> u8 {
    match family {
        Family::V4 => tos & super::LEGACY_TOS,
        Family::V6 => tos,
    }
}

/// Whether a number lies in a rule's range, if it has one.
fn inside<T: PartialOrd + Copy>(range: Option<(T, T)>, number: T) -> bool {
    range.is_none_or(|(from, to)| from <= number && number <= to)
}

/// What one table says.
pub(crate) enum TableAnswer<F> {
    Found(F),
    Refused(Refused),
    /// `throw`: the next rule goes on.
    Throw,
    Nothing,
}

/// Asks the rules one after the other: `table` looks up in a table, `about` says of a route that was
/// found how long its prefix is and of which group its device, and `tell` hears what each rule said.
pub(super) fn ask<F>(
    rules: &[Rule],
    matches: impl Fn(&Rule) -> bool,
    table: impl Fn(u32) -> TableAnswer<F>,
    about: impl Fn(&F) -> (u8, u32),
    tell: &mut dyn FnMut(&Rule, RuleOutcome),
) -> core::result::Result<F, Refused> {
    let mut at = 0;
    while let Some(rule) = rules.get(at) {
        at += 1;
        if !matches(rule) {
            tell(rule, RuleOutcome::NotMatched);
            continue;
        }
        let (answer, outcome) = match rule.action {
            RuleAction::Lookup(id) => match table(id) {
                TableAnswer::Found(found) if suppressed(rule, about(&found)) => {
                    (None, RuleOutcome::Suppressed)
                }
                TableAnswer::Found(found) => (Some(Ok(found)), RuleOutcome::Decided),
                TableAnswer::Refused(refused) => (Some(Err(refused)), RuleOutcome::Decided),
                TableAnswer::Throw => (None, RuleOutcome::Throw),
                TableAnswer::Nothing => (None, RuleOutcome::NoRoute),
            },
            RuleAction::Goto(priority) => {
                // Without a rule there it is as if it did not match.
                let target = rules.iter().position(|r| r.priority == Some(priority));
                at = target.filter(|t| *t >= at).unwrap_or(at);
                continue;
            }
            RuleAction::Nop => continue,
            RuleAction::Blackhole => (Some(Err(Refused::Blackhole)), RuleOutcome::Decided),
            RuleAction::Prohibit => (Some(Err(Refused::Prohibit)), RuleOutcome::Decided),
            RuleAction::Unreachable => (Some(Err(Refused::NoRoute)), RuleOutcome::Decided),
        };
        tell(rule, outcome);
        if let Some(answer) = answer {
            return answer;
        }
    }
    Err(Refused::NoRoute)
}

fn suppressed(rule: &Rule, (len, group): (u8, u32)) -> bool {
    rule.suppresses(len, group)
}

/// The rules of a family.
fn rules_of(net: &mut Net, ns: NsId, family: Family) -> &mut Rules {
    let namespace = net.ns_mut(ns);
    match family {
        Family::V4 => &mut namespace.routing.rules,
        Family::V6 => &mut namespace.v6.routing.rules,
    }
}

/// What the kernel refuses about a rule by itself.
fn check(rule: &Rule) -> Result<()> {
    let wrong = |text| Err(Error::with(Errno::INVAL, text));
    if rule.tos & 3 != 0 {
        return wrong("Invalid dsfield (tos): ECN bits must be 0");
    }
    // The bits that RFC 1349 knows, the last one of them taken by ECN.
    if rule.family == Family::V4 && rule.tos & !0x1e != 0 {
        return wrong("Invalid tos");
    }
    if let (RuleAction::Goto(to), Some(from)) = (rule.action, rule.priority)
        && to <= from
    {
        return wrong("Backward goto not supported");
    }
    let ports = |range: Option<(u16, u16)>| {
        range.is_none_or(|(from, to)| from > 0 && from <= to && to < u16::MAX)
    };
    if rule.uid_range.is_some_and(|(from, to)| from > to) {
        wrong("Invalid uid range")
    } else if !ports(rule.sport) {
        wrong("Invalid sport range")
    } else if !ports(rule.dport) {
        wrong("Invalid dport range")
    } else {
        Ok(())
    }
}

/// Whether two actions are the same to Linux: to where a `goto` goes does not count.
fn does_same(one: RuleAction, other: RuleAction) -> bool {
    let gotos = |a, b| matches!((a, b), (RuleAction::Goto(_), RuleAction::Goto(_)));
    one == other || gotos(one, other)
}

/// Whether Linux takes a new rule for the same as one that is there: `not` does not count, nor what
/// the new one does not say of addresses and TOS (`rule_exists`, `fib4_rule_compare`).
fn same(there: &Rule, new: &Rule) -> bool {
    let alike = Rule {
        not: there.not,
        action: there.action,
        from: new.from.or(there.from),
        to: new.to.or(there.to),
        tos: if new.tos == 0 { there.tos } else { new.tos },
        ..new.clone()
    };
    does_same(there.action, new.action) && *there == alike
}

/// Adds a rule; without a priority it comes before the second rule there is.
pub(crate) fn add(net: &mut Net, ns: NsId, mut rule: Rule) -> Result<()> {
    let rules = rules_of(net, ns, rule.family);
    rule.priority = rule.priority.or(Some(rules.next_priority()));
    check(&rule)?;
    let list = &mut rules.list;
    if list.iter().any(|other| same(other, &rule)) {
        return Err(Errno::EXIST.into());
    }
    let at = list.partition_point(|r| r.priority <= rule.priority);
    let told = rule.clone();
    list.insert(at, rule);
    rules.changed();
    notify::rule(net, ns, &told, false);
    Ok(())
}

/// Deletes the first rule that fits everything named.
pub(crate) fn delete(net: &mut Net, ns: NsId, wanted: &RuleMatch) -> Result<()> {
    let want = &wanted.rule;
    let fits = |r: &Rule| {
        want.priority.is_none_or(|p| r.priority == Some(p))
            && (want.from.is_none() || want.from == r.from)
            && (want.to.is_none() || want.to == r.to)
            && (want.iif.is_none() || want.iif == r.iif)
            && (want.oif.is_none() || want.oif == r.oif)
            && (want.fwmark.is_none() || want.fwmark == r.fwmark)
            && (want.tos == 0 || want.tos == r.tos)
            && (want.ipproto == 0 || want.ipproto == r.ipproto)
            && (want.sport.is_none() || want.sport == r.sport)
            && (want.dport.is_none() || want.dport == r.dport)
            && (want.uid_range.is_none() || want.uid_range == r.uid_range)
            && want.l3mdev <= r.l3mdev
            && (want.protocol == 0 || want.protocol == r.protocol)
            && (want.suppress_prefixlen.is_none()
                || want.suppress_prefixlen == r.suppress_prefixlen)
            && (want.suppress_ifgroup.is_none() || want.suppress_ifgroup == r.suppress_ifgroup)
            && (!wanted.action_given || does_same(want.action, r.action))
    };
    let rules = rules_of(net, ns, want.family);
    let priority = want.priority.or(Some(rules.next_priority()));
    check(&Rule {
        priority,
        ..want.clone()
    })?;
    let at = rules.list.iter().position(fits).ok_or(Errno::NOENT)?;
    let gone = rules.list.remove(at);
    rules.changed();
    notify::rule(net, ns, &gone, true);
    Ok(())
}
