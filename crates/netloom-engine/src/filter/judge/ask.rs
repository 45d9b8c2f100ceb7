//! Carries one rule out.

use super::key::key_of;
use super::trail::Trail;
use crate::filter::act::forward::Way;
use crate::filter::act::{self, Did};
use crate::filter::compile::{self, Go, Op, Rule, Within};
use crate::filter::facts::{Facts, Proto};
use crate::filter::keep::Used;
use crate::filter::load::Load;
use crate::filter::table::State;
use crate::filter::xt::{self, Says};
use crate::filter::{ChainId, Filter, ct, lookup, nat, trace};
use crate::net::Net;
use crate::packet::Packet;
use crate::synproxy::Plan;
use netloom_model::journey::DropReason;
use netloom_model::ruleset::Backend;
use netloom_model::ruleset::expr::MetaKey;
use netloom_model::ruleset::set::ElementData;
use netloom_model::ruleset::statement::Reject;

/// What a rule says.
pub(super) enum Said {
    /// One of its statements did not match: which.
    No(usize),
    /// All was done; the packet goes on where the last one says.
    Go(Go),
    Reject(Reject),
    /// The packet ends, for this reason.
    Ends(DropReason),
    /// It leaves by another device.
    Leaves(Way),
    /// It ends, and this is sent in its place.
    Proxied(Plan),
    Unknown,
}

impl Said {
    /// How a rule that was carried out ended, as it is told of a packet that is followed.
    pub(super) const fn told(&self) -> Option<trace::Said> {
        match self {
            Said::No(_) | Said::Unknown => None,
            Said::Go(go) => Some(Some(*go)),
            Said::Reject(_) | Said::Ends(_) | Said::Leaves(_) | Said::Proxied(_) => Some(None),
        }
    }
}

/// Whether a packet ends at a rule that asks for its protocol: legacy's rules for IPv6 have it so where the
/// headers before that cannot be read (`hotdrop`).
fn ends_broken(filter: &Filter, chain: ChainId, load: &Load, facts: &Facts) -> bool {
    matches!(load, Load::Meta(MetaKey::L4Proto))
        && facts.proto == Proto::V6
        && facts.protocol.is_none()
        && filter.chains[chain.0].table.backend == Backend::Legacy
}

/// Whether a packet ends at a rule that looks into the header of TCP, UDP or ICMP, of which not all is
/// there: legacy's rules have it so (`tcp_mt`, `udp_mt`, `icmp_match`).
#[inline]
fn is_cut(
    filter: &Filter,
    chain: ChainId,
    load: &Load,
    (facts, packet): (&Facts, &Packet),
) -> bool {
    let Some(transport) = facts.transport else {
        return false;
    };
    let there = packet.network().len().saturating_sub(transport.into());
    there < TCP_HEADER
        && load
            .header_len()
            .is_some_and(|(of, whole)| facts.protocol == Some(of) && there < whole)
        && filter.chains[chain.0].table.backend == Backend::Legacy
}

/// The length of TCP's header without options.
const TCP_HEADER: usize = 20;

/// Carries a rule out, until one of its statements does not match.
pub(super) fn ask<T: Trail>(
    net: &mut Net,
    filter: &mut Filter,
    (chain, at): (ChainId, usize),
    rule: &Rule,
    (facts, packet): (&Facts, &mut Packet),
    trail: &mut T,
) -> Said {
    for (part, op) in rule.ops.iter().enumerate() {
        let op = match op {
            Op::Mapped(mapped) => {
                let looked = |filter: &Filter, fetch: &_, key: &[u128]| {
                    trail.looked(|| lookup::of_value(filter, (rule, part), fetch, key));
                };
                match mapped.fetch(net, filter, (facts, packet), looked) {
                    Some(()) => &mapped.op,
                    None => return Said::No(part),
                }
            }
            op => op,
        };
        let goes_on = match op {
            Op::Test(test) if is_cut(filter, chain, &test.load, (facts, packet)) => {
                return Said::Ends(DropReason::RuleDrop);
            }
            Op::Test(test) => match test.load.value(net, facts, packet) {
                Some(number) => test.passes(number),
                None if ends_broken(filter, chain, &test.load, facts) => {
                    return Said::Ends(DropReason::RuleDrop);
                }
                None => false,
            },
            Op::Lookup { key, set, not } => {
                let Some(key) = key_of(net, key, facts, packet) else {
                    return Said::No(part);
                };
                trail.looked(|| lookup::of_set(filter, (rule, part), set, &key));
                let found = set.find(filter, &key).is_some();
                match set {
                    Within::Named(set) if found && !not && filter.sets[set.0].counts() => {
                        filter.met(*set, &key, net, facts, packet).unwrap_or(true)
                    }
                    _ => found != *not,
                }
            }
            Op::Update(key, update) => {
                let Some(key) = key_of(net, key, facts, packet) else {
                    return Said::No(part);
                };
                let had = T::ALL && filter.has(update, &key);
                let goes_on = filter.update(update, &key, net, (facts, packet));
                trail.looked(|| lookup::of_update(filter, part, (update, had), &key));
                match goes_on {
                    Some(goes_on) => goes_on,
                    None => return Said::Unknown,
                }
            }
            Op::Object(used) => match filter.use_object(chain, used, net, (facts, packet)) {
                Some(Used::Rule(goes_on)) => goes_on,
                Some(Used::Drops) => return Said::Ends(DropReason::RuleDrop),
                None => return Said::Unknown,
            },
            Op::Count => {
                let State { counter, .. } = &mut filter.chains[chain.0].states[at];
                counter.packets += 1;
                counter.bytes += facts.len(packet);
                true
            }
            Op::CountBeside(number) => {
                let later = &mut filter.chains[chain.0].states[at].later;
                if let Some(counter) = later.get_mut(*number) {
                    counter.packets += 1;
                    counter.bytes += facts.len(packet);
                }
                true
            }
            Op::Go(Go::Continue) | Op::Nothing => true,
            Op::Go(go) => return Said::Go(*go),
            Op::Map { key, map } => {
                let key = key_of(net, key, facts, packet);
                trail.looked(|| lookup::of_set(filter, (rule, part), map, key.as_deref()?));
                match key.and_then(|key| map.go(filter, chain, &key)) {
                    Some(Go::Continue) => true,
                    Some(go) => return Said::Go(go),
                    None => false,
                }
            }
            Op::SetMark(load) => match load.value(net, facts, packet) {
                Some(mark) => {
                    packet.mark = mark as u32;
                    true
                }
                None => false,
            },
            Op::Ct(op) => ct::ask(net, op, facts, packet),
            Op::Nat(op) if op.passes_over(facts.is_v6()) => true,
            Op::Nat(op) => match nat::bind(net, op, facts, packet) {
                Ok(()) => return Said::Go(Go::Accept),
                Err(reason) => return Said::Ends(reason),
            },
            Op::Reject(reject) if facts.can_be_told(*reject) => return Said::Reject(*reject),
            Op::Reject(_) => false,
            Op::Match(found) => {
                trail.looked(|| lookup::of_ipset(net, found, part, (facts, packet)));
                let memory = &mut filter.chains[chain.0].states[at].memory;
                match xt::matches(found, net, (memory, part), facts, packet) {
                    Says::Is(says) => says,
                    Says::Drops => return Said::Ends(DropReason::RuleDrop),
                    Says::Unknown => return Said::Unknown,
                }
            }
            Op::Target(target) => {
                let before = match T::ALL {
                    true => lookup::of_target(net, target, part, (facts, packet)),
                    false => Vec::new(),
                };
                xt::change::carry_out(target, net, facts, packet);
                for (lookup, verb) in before {
                    trail.looked(|| {
                        Some(lookup::changed(net, lookup, verb, target, (facts, packet)))
                    });
                }
                true
            }
            Op::Limit(limit) => {
                let memory = &mut filter.chains[chain.0].states[at].memory;
                let len = facts.len(packet);
                xt::memory::limit(memory, part, limit, len, net.now)
            }
            Op::ConnLimit { count, over } => {
                let counts = filter.chains[chain.0].states[at].memory.counts(part);
                (counts.count(net, facts, 0, packet) > *count as usize) == *over
            }
            Op::Quota(quota) => {
                let memory = &mut filter.chains[chain.0].states[at].memory;
                let len = facts.len(packet);
                xt::memory::quota(memory, part, quota, len)
            }
            Op::Act(op) => match act::carry_out(op, net, facts, packet) {
                Did::On => true,
                Did::No => false,
                Did::Go(go) => return Said::Go(go),
                Did::Ends(reason) => return Said::Ends(reason),
                Did::Leaves(way) => return Said::Leaves(way),
                Did::Proxied(plan) => return Said::Proxied(plan),
            },
            Op::Unknown | Op::Mapped(_) => return Said::Unknown,
        };
        if !goes_on {
            return Said::No(part);
        }
    }
    Said::Go(Go::Continue)
}

impl Within {
    /// Where a map leads a packet with a key.
    fn go(&self, filter: &Filter, chain: ChainId, key: &[u128]) -> Option<Go> {
        let ElementData::Verdict(verdict) = self.find(filter, key)?.data.as_ref()? else {
            return None;
        };
        let table = filter.table(&filter.chains[chain.0].table)?;
        compile::go(table, verdict).ok()
    }
}
