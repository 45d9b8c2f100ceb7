//! Walks chains: what the rules say of a packet.

use super::act::forward::Way;
use super::act::{self, Did};
use super::compile::{Go, Op, Rule, Within};
use super::ct;
use super::facts::{Facts, Proto};
use super::index::Candidates;
use super::load::Load;
use super::nat;
use super::table::State;
use super::xt::Says;
use super::{ChainId, Filter, lookup, trace};
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::journey::{ChainStep, ChainVerdict, DropReason, Lookup};
use netloom_model::ruleset::check::JUMP_DEPTH;
use netloom_model::ruleset::expr::MetaKey;
use netloom_model::ruleset::set::ElementData;
use netloom_model::ruleset::statement::Reject;
use netloom_model::ruleset::{Backend, Base, Policy};
use std::sync::Arc;

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    Accept,
    Drop(DropReason),
    Reject(Reject),
    /// It leaves by another device.
    Leaves(Way),
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
    /// It leaves by another device.
    Leaves(Way),
    Unknown,
}

impl Said {
    /// How a rule that was carried out ended, as it is told of a packet that is followed.
    const fn told(&self) -> Option<trace::Said> {
        match self {
            Said::No(_) | Said::Unknown => None,
            Said::Go(go) => Some(Some(*go)),
            Said::Reject(_) | Said::Ends(_) | Said::Leaves(_) => Some(None),
        }
    }
}

/// Writes down which rules were tried; nobody does where nobody asks.
pub(super) trait Trail {
    /// Whether every rule is to be tried, those too that a chain's index passes over.
    const ALL: bool;

    /// A rule was tried: which of a chain, and which of its parts did not match.
    fn step(&mut self, filter: &Filter, at: (ChainId, usize), rule: &Rule, failed: Option<usize>);

    /// The rule that is tried asked a set or map.
    #[inline(always)]
    fn looked(&mut self, _: impl FnOnce() -> Option<Lookup>) {}

    /// No rule decided: the policy of a chain does, and counts the packet or not.
    fn policy(&mut self, chain: ChainId, counts: bool);
}

/// Nobody asks.
pub(super) struct Unwritten;

impl Trail for Unwritten {
    const ALL: bool = false;

    #[inline(always)]
    fn step(&mut self, _: &Filter, _: (ChainId, usize), _: &Rule, _: Option<usize>) {}

    #[inline(always)]
    fn policy(&mut self, _: ChainId, _: bool) {}
}

/// Writes all steps down.
#[derive(Default)]
pub(super) struct Written {
    pub(super) tried: Vec<ChainStep>,
    pub(super) policy: bool,
    /// What sets and maps answered that the rule asked which is tried.
    looked: Vec<Lookup>,
}

impl Trail for Written {
    const ALL: bool = true;

    fn step(
        &mut self,
        filter: &Filter,
        (chain, at): (ChainId, usize),
        rule: &Rule,
        failed: Option<usize>,
    ) {
        let told = &filter.chains[chain.0];
        let said = || Box::new(told.states[at].describe(rule));
        self.tried.push(ChainStep {
            chain: told.name.clone(),
            number: at as u32 + 1,
            handle: rule.rule.handle,
            failed: failed.map(|part| part as u32),
            rule: failed.is_none().then(said),
            lookups: core::mem::take(&mut self.looked),
        });
    }

    fn looked(&mut self, lookup: impl FnOnce() -> Option<Lookup>) {
        self.looked.extend(lookup());
    }

    fn policy(&mut self, _: ChainId, _: bool) {
        self.policy = true;
    }
}

/// A chain that is walked.
struct Walk {
    chain: ChainId,
    rules: Arc<Vec<Arc<Rule>>>,
    /// The rule that is tried next, if it can match.
    next: usize,
    candidates: Option<Candidates>,
}

impl Walk {
    /// A chain, from a rule on.
    fn of<T: Trail>(
        net: &mut Net,
        filter: &mut Filter,
        (chain, next): (ChainId, usize),
        facts: &Facts,
        packet: &Packet,
    ) -> Walk {
        let found = &mut filter.chains[chain.0];
        let index = if T::ALL { None } else { found.index() };
        Walk {
            chain,
            rules: Arc::clone(&found.rules),
            next,
            candidates: index.map(|index| Candidates::of(index, next, net, facts, packet)),
        }
    }

    /// The next rule that can match.
    fn step(&mut self) -> Option<(usize, Arc<Rule>)> {
        if let Some(candidates) = &mut self.candidates {
            self.next = candidates.first(self.next);
        }
        let rule = self.rules.get(self.next)?;
        self.next += 1;
        Some((self.next - 1, Arc::clone(rule)))
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
    let mut walk = Walk::of::<T>(net, filter, (first, 0), facts, packet);
    let mut told = trace::Told::default();
    loop {
        let Some((at, rule)) = walk.step() else {
            let Some(above) = depth.checked_sub(1) else {
                return policy(
                    (net, filter, &mut told),
                    (first, base),
                    (facts, packet),
                    trail,
                );
            };
            if packet.trace != 0 {
                trace::returns(net, filter, walk.chain, facts, packet);
            }
            depth = above;
            walk = Walk::of::<T>(net, filter, stack[depth], facts, packet);
            continue;
        };
        let (followed, mark) = (packet.trace != 0, packet.mark);
        let said = ask(net, filter, (walk.chain, at), &rule, (facts, packet), trail);
        if (followed || packet.trace != 0)
            && let Some(go) = said.told()
        {
            let (place, rule) = ((walk.chain, at), (&*rule, followed.then_some(mark)));
            trace::rule((net, filter, &mut told), place, rule, go, facts, packet);
        }
        let failed = match said {
            Said::No(part) => Some(part),
            _ => None,
        };
        trail.step(filter, (walk.chain, at), &rule, failed);
        let go = match said {
            Said::No(_) => Go::Continue,
            Said::Reject(reject) => return Judged::Reject(reject),
            Said::Ends(reason) => return Judged::Drop(reason),
            Said::Leaves(way) => return Judged::Leaves(way),
            Said::Unknown => return Judged::Unknown,
            Said::Go(go) => go,
        };
        let next = match go {
            // Which rules can match is another question to a packet that was changed.
            Go::Continue if rule.changes => (walk.chain, walk.next),
            Go::Continue => continue,
            Go::Accept => return Judged::Accept,
            Go::Drop => return Judged::Drop(DropReason::RuleDrop),
            Go::Return => match depth.checked_sub(1) {
                Some(above) => {
                    depth = above;
                    stack[depth]
                }
                None => {
                    return policy(
                        (net, filter, &mut told),
                        (first, base),
                        (facts, packet),
                        trail,
                    );
                }
            },
            Go::Jump(to) => {
                stack[depth] = (walk.chain, walk.next);
                depth += 1;
                (to, 0)
            }
            Go::Goto(to) => (to, 0),
        };
        walk = Walk::of::<T>(net, filter, next, facts, packet);
    }
}

/// What becomes of packets at the end of a base chain.
fn policy<T: Trail>(
    (net, filter, told): (&mut Net, &mut Filter, &mut trace::Told),
    (chain, base): (ChainId, &Base),
    (facts, packet): (&Facts, &Packet),
    trail: &mut T,
) -> Judged {
    trail.policy(chain, base.counter.is_some());
    if packet.trace != 0 {
        trace::policy((net, filter, told), (chain, base.policy), facts, packet);
    }
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

/// Whether a packet ends at a rule that asks for its protocol: legacy's rules for IPv6 have it so where the
/// headers before that cannot be read (`hotdrop`).
fn ends_broken(filter: &Filter, chain: ChainId, load: &Load, facts: &Facts) -> bool {
    matches!(load, Load::Meta(MetaKey::L4Proto))
        && facts.proto == Proto::V6
        && facts.protocol.is_none()
        && filter.chains[chain.0].table.backend == Backend::Legacy
}

/// Carries a rule out, until one of its statements does not match.
fn ask<T: Trail>(
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
                match filter.update(update, &key, net, (facts, packet)) {
                    Some(goes_on) => goes_on,
                    None => return Said::Unknown,
                }
            }
            Op::Object(used) => match filter.use_object(chain, used, net, (facts, packet)) {
                Some(goes_on) => goes_on,
                None => return Said::Unknown,
            },
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
                match super::xt::matches(found, net, (memory, part), facts, packet) {
                    Says::Is(says) => says,
                    Says::Drops => return Said::Ends(DropReason::RuleDrop),
                    Says::Unknown => return Said::Unknown,
                }
            }
            Op::Target(target) => {
                super::xt::change::carry_out(target, net, facts, packet);
                true
            }
            Op::Limit(limit) => {
                let memory = &mut filter.chains[chain.0].states[at].memory;
                let len = facts.len(packet);
                super::xt::memory::limit(memory, part, limit, len, net.now)
            }
            Op::ConnLimit { count, over } => {
                let counts = filter.chains[chain.0].states[at].memory.counts(part);
                (counts.count(net, facts, 0, packet) > *count as usize) == *over
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
                Did::Leaves(way) => return Said::Leaves(way),
            },
            Op::Unknown | Op::Mapped(_) => return Said::Unknown,
        };
        if !goes_on {
            return Said::No(part);
        }
    }
    Said::Go(Go::Continue)
}

/// How many parts a key has at most: a register of four bytes each (`NFT_REG32_COUNT`).
const PARTS: usize = 16;

/// The parts of a key.
#[derive(Clone, Copy)]
pub(super) struct Key {
    parts: [u128; PARTS],
    len: usize,
}

impl core::ops::Deref for Key {
    type Target = [u128];

    fn deref(&self) -> &[u128] {
        &self.parts[..self.len]
    }
}

/// The key of a packet; none if it lacks a part.
pub(super) fn key_of(net: &mut Net, key: &[Load], facts: &Facts, packet: &Packet) -> Option<Key> {
    let mut parts = [0; PARTS];
    for (part, load) in parts.get_mut(..key.len())?.iter_mut().zip(key) {
        *part = load.value(net, facts, packet)?;
    }
    let len = key.len();
    Some(Key { parts, len })
}

impl Within {
    pub(super) fn find<'a>(
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
            Judged::Leaves(_) => ChainVerdict::Forward,
            Judged::Unknown => ChainVerdict::Unknown,
        }
    }
}
