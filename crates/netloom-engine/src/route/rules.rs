//! Routing policy rules (ip-rule(8)): which table answers for which packet.

use super::Refused;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use core::net::IpAddr;
use netloom_model::change::RuleMatch;
use netloom_model::journey::RuleOutcome;
use netloom_model::route::table;
use netloom_model::{Errno, Error, Family, IpNet, Result, Rule, RuleAction};

/// The three rules that every namespace begins with.
pub(super) fn initial() -> Vec<Rule> {
    [
        (0, table::LOCAL),
        (32766, table::MAIN),
        (32767, table::DEFAULT),
    ]
    .map(|(priority, table)| Rule::lookup(Family::V4, priority, table))
    .to_vec()
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
        && (rule.tos == 0 || rule.tos == flow.tos);
    matched != rule.not
}

/// What one table says.
pub(super) enum TableAnswer<F> {
    Found(F),
    Refused(Refused),
    /// `throw`: the next rule goes on.
    Throw,
    Nothing,
}

/// Asks the rules one after the other: `table` looks up in a table, `len` says how long the prefix
/// of a route is that was found, and `tell` hears what each rule said.
pub(super) fn ask<F>(
    rules: &[Rule],
    matches: impl Fn(&Rule) -> bool,
    table: impl Fn(u32) -> TableAnswer<F>,
    len: impl Fn(&F) -> u8,
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
                TableAnswer::Found(found) if rule.suppresses(len(&found)) => {
                    (None, RuleOutcome::Suppressed)
                }
                TableAnswer::Found(found) => (Some(Ok(found)), RuleOutcome::Decided),
                TableAnswer::Refused(refused) => (Some(Err(refused)), RuleOutcome::Decided),
                TableAnswer::Throw => (None, RuleOutcome::Throw),
                TableAnswer::Nothing => (None, RuleOutcome::NoRoute),
            },
            RuleAction::Goto(priority) => {
                let target = rules.iter().position(|r| r.priority >= Some(priority));
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

/// The rules of a family, and whether they are other than at the beginning.
fn rules_of(net: &mut Net, ns: NsId, family: Family) -> (&mut Vec<Rule>, &mut bool) {
    let namespace = net.ns_mut(ns);
    match family {
        Family::V4 => {
            let routing = &mut namespace.routing;
            (&mut routing.rules, &mut routing.custom_rules)
        }
        Family::V6 => {
            let routing = &mut namespace.v6.routing;
            (&mut routing.rules, &mut routing.custom_rules)
        }
    }
}

/// Adds a rule; without a priority it comes before the second rule there is.
pub(crate) fn add(net: &mut Net, ns: NsId, mut rule: Rule) -> Result<()> {
    if rule.tos & 3 != 0 {
        let text = "Invalid dsfield (tos): ECN bits must be 0";
        return Err(Error::with(Errno::INVAL, text));
    }
    // The bits that RFC 1349 knows, the last one of them taken by ECN.
    if rule.tos & !0x1e != 0 {
        return Err(Error::with(Errno::INVAL, "Invalid tos"));
    }
    if let (RuleAction::Goto(to), Some(from)) = (rule.action, rule.priority)
        && to <= from
    {
        return Err(Error::with(Errno::INVAL, "Backward goto not supported"));
    }
    let (rules, custom) = rules_of(net, ns, rule.family);
    if rule.priority.is_none() {
        let second = rules.get(1).and_then(|r| r.priority);
        rule.priority = Some(second.unwrap_or(0).saturating_sub(1));
    }
    if rules.contains(&rule) {
        return Err(Errno::EXIST.into());
    }
    let at = rules.partition_point(|r| r.priority <= rule.priority);
    rules.insert(at, rule);
    *custom = true;
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
            && (want.suppress_prefixlen.is_none()
                || want.suppress_prefixlen == r.suppress_prefixlen)
            && (!wanted.action_given || want.action == r.action)
    };
    let (rules, custom) = rules_of(net, ns, want.family);
    let at = rules.iter().position(fits).ok_or(Errno::NOENT)?;
    rules.remove(at);
    *custom = true;
    Ok(())
}
