//! Walks chains: what the rules say of a packet.

use super::act::{self, Did};
use super::compile::{Go, Op, Rule, Within};
use super::ct;
use super::facts::Facts;
use super::load::Load;
use super::nat;
use super::table::State;
use super::{ChainId, Filter};
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::journey::{ChainStep, ChainVerdict, DropReason};
use netloom_model::ruleset::check::JUMP_DEPTH;
use netloom_model::ruleset::set::ElementData;
use netloom_model::ruleset::statement::Reject;
use netloom_model::ruleset::{Base, Policy};
use std::sync::Arc;

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    Accept,
    Drop(DropReason),
    Reject(Reject),
    /// A rule says something that netloom does not know.
    Unknown,
}

/// What a rule says.
enum Said {
    /// One of its statements did not match: which.
    No(usize),
    /// All was done; the packet goes on where the last one says.
    Go(Go),
    Reject(Reject),
    /// The packet ends, for this reason.
    Ends(DropReason),
    Unknown,
}

/// Writes down which rules were tried; nobody does where nobody asks.
pub(super) trait Trail {
    fn step(&mut self, filter: &Filter, step: impl FnOnce(&Filter) -> ChainStep);

    /// No rule decided: the policy does.
    fn policy(&mut self);
}

/// Nobody asks.
pub(super) struct Unwritten;

impl Trail for Unwritten {
    #[inline(always)]
    fn step(&mut self, _: &Filter, _: impl FnOnce(&Filter) -> ChainStep) {}

    #[inline(always)]
    fn policy(&mut self) {}
}

/// Writes all steps down.
#[derive(Default)]
pub(super) struct Written {
    pub(super) tried: Vec<ChainStep>,
    pub(super) policy: bool,
}

impl Trail for Written {
    fn step(&mut self, filter: &Filter, step: impl FnOnce(&Filter) -> ChainStep) {
        self.tried.push(step(filter));
    }

    fn policy(&mut self) {
        self.policy = true;
    }
}

/// Asks a base chain, and the chains that it leads to.
pub(super) fn chain<T: Trail>(
    net: &mut Net,
    filter: &mut Filter,
    (first, base): (ChainId, &Base),
    facts: &Facts,
    packet: &mut Packet,
    trail: &mut T,
) -> Judged {
    // Where each chain goes on that another was called from; checked to be enough.
    let mut stack = [(ChainId(0), 0); JUMP_DEPTH];
    let mut depth = 0usize;
    let (mut chain, mut next) = (first, 0);
    loop {
        let Some(rule) = filter.chains[chain.0].rules.get(next).map(Arc::clone) else {
            let Some(above) = depth.checked_sub(1) else {
                return policy(filter, (first, base), (facts, packet), trail);
            };
            depth = above;
            (chain, next) = stack[depth];
            continue;
        };
        let said = ask(net, filter, (chain, next), &rule, facts, packet);
        trail.step(filter, |filter| {
            let told = &filter.chains[chain.0];
            let failed = match said {
                Said::No(part) => Some(part as u32),
                _ => None,
            };
            ChainStep {
                chain: told.name.clone(),
                number: next as u32 + 1,
                handle: rule.rule.handle,
                failed,
                rule: failed
                    .is_none()
                    .then(|| Box::new(told.states[next].describe(&rule))),
            }
        });
        next += 1;
        let go = match said {
            Said::No(_) => continue,
            Said::Reject(reject) => return Judged::Reject(reject),
            Said::Ends(reason) => return Judged::Drop(reason),
            Said::Unknown => return Judged::Unknown,
            Said::Go(go) => go,
        };
        match go {
            Go::Continue => {}
            Go::Accept => return Judged::Accept,
            Go::Drop => return Judged::Drop(DropReason::RuleDrop),
            Go::Return => match depth.checked_sub(1) {
                Some(above) => {
                    depth = above;
                    (chain, next) = stack[depth];
                }
                None => return policy(filter, (first, base), (facts, packet), trail),
            },
            Go::Jump(to) => {
                stack[depth] = (chain, next);
                depth += 1;
                (chain, next) = (to, 0);
            }
            Go::Goto(to) => (chain, next) = (to, 0),
        }
    }
}

/// What becomes of packets at the end of a base chain.
fn policy<T: Trail>(
    filter: &mut Filter,
    (chain, base): (ChainId, &Base),
    (facts, packet): (&Facts, &Packet),
    trail: &mut T,
) -> Judged {
    trail.policy();
    if base.counter.is_some() {
        let counter = &mut filter.chains[chain.0].policy;
        counter.packets += 1;
        counter.bytes += facts.len(packet);
    }
    match base.policy {
        Policy::Accept => Judged::Accept,
        Policy::Drop => Judged::Drop(DropReason::RulePolicy),
    }
}

/// Carries a rule out, until one of its statements does not match.
fn ask(
    net: &mut Net,
    filter: &mut Filter,
    (chain, at): (ChainId, usize),
    rule: &Rule,
    facts: &Facts,
    packet: &mut Packet,
) -> Said {
    for (part, op) in rule.ops.iter().enumerate() {
        let goes_on = match op {
            Op::Test(test) => test
                .load
                .value(net, facts, packet)
                .is_some_and(|number| test.passes(number)),
            Op::Lookup { key, set, not } => key_of(net, key, facts, packet)
                .is_some_and(|key| set.find(filter, &key).is_some() != *not),
            Op::Count => {
                let State { counter, .. } = &mut filter.chains[chain.0].states[at];
                counter.packets += 1;
                counter.bytes += facts.len(packet);
                true
            }
            Op::Go(Go::Continue) | Op::Nothing => true,
            Op::Go(go) => return Said::Go(*go),
            Op::Map { key, map } => {
                let key = key_of(net, key, facts, packet);
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
            Op::Nat(op) => match nat::bind(net, op, facts, packet) {
                Ok(()) => return Said::Go(Go::Accept),
                Err(reason) => return Said::Ends(reason),
            },
            Op::Reject(reject) if facts.can_be_told(*reject) => return Said::Reject(*reject),
            Op::Reject(_) => false,
            Op::Match(found) => {
                let memory = &mut filter.chains[chain.0].states[at].memory;
                match super::xt::matches(found, net, (memory, part), facts, packet) {
                    Some(says) => says,
                    None => return Said::Unknown,
                }
            }
            Op::Target(target) => {
                super::xt::change::carry_out(target, facts, packet);
                true
            }
            Op::Limit(limit) => {
                let memory = &mut filter.chains[chain.0].states[at].memory;
                let len = facts.len(packet);
                super::xt::memory::limit(memory, part, limit, len, net.now)
            }
            Op::Quota(quota) => {
                let memory = &mut filter.chains[chain.0].states[at].memory;
                let len = facts.len(packet);
                super::xt::memory::quota(memory, part, quota, len)
            }
            Op::Act(op) => match act::carry_out(op, net, facts, packet) {
                Did::On => true,
                Did::No => false,
                Did::Go(go) => return Said::Go(go),
                Did::Ends(reason) => return Said::Ends(reason),
            },
            Op::Unknown => return Said::Unknown,
        };
        if !goes_on {
            return Said::No(part);
        }
    }
    Said::Go(Go::Continue)
}

/// The parts of a key for a packet; none if it lacks one of them.
fn key_of(net: &Net, key: &[Load], facts: &Facts, packet: &Packet) -> Option<Vec<u128>> {
    key.iter()
        .map(|load| load.value(net, facts, packet))
        .collect()
}

impl Within {
    fn find<'a>(
        &'a self,
        filter: &'a Filter,
        key: &[u128],
    ) -> Option<&'a netloom_model::ruleset::Element> {
        match self {
            Within::Own(index) => index.find(key),
            Within::Named(set) => filter.sets[set.0].find(key),
        }
    }

    /// Where a map leads a packet with a key.
    fn go(&self, filter: &Filter, chain: ChainId, key: &[u128]) -> Option<Go> {
        let ElementData::Verdict(verdict) = self.find(filter, key)?.data.as_ref()? else {
            return None;
        };
        let table = filter.table(&filter.chains[chain.0].table)?;
        super::compile::go(table, verdict).ok()
    }
}

impl Judged {
    /// The verdict as a journey tells it.
    pub(super) const fn tell(self) -> ChainVerdict {
        match self {
            Judged::Accept => ChainVerdict::Accept,
            Judged::Drop(_) => ChainVerdict::Drop,
            Judged::Reject(_) => ChainVerdict::Reject,
            Judged::Unknown => ChainVerdict::Unknown,
        }
    }
}
