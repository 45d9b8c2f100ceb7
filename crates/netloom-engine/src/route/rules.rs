//! Routing policy rules (ip-rule(8)): which table answers for which packet.

use super::Flow;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use core::net::IpAddr;
use netloom_model::change::RuleMatch;
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

/// Whether a rule's selectors match a flow.
pub(super) fn matches(net: &Net, rule: &Rule, flow: &Flow) -> bool {
    let facts = Facts {
        src: flow.src.into(),
        dst: flow.dst.into(),
        iif: flow.iif,
        oif: flow.oif,
        tos: flow.tos,
        mark: flow.mark,
    };
    matches_facts(net, rule, &facts)
}

/// Whether a rule's selectors match a packet.
pub(super) fn matches_facts(net: &Net, rule: &Rule, flow: &Facts) -> bool {
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
