//! Walks chains: what the rules say of a packet.

mod ask;
mod key;
mod trail;

pub(super) use key::key_of;
pub(super) use trail::{Trail, Unwritten, Written};

use super::act::forward::Way;
use super::compile::{Go, Rule};
use super::facts::Facts;
use super::index::Candidates;
use super::{ChainId, Filter, trace};
use crate::net::Net;
use crate::packet::Packet;
use crate::synproxy::Plan;
use ask::{Said, ask};
use netloom_model::journey::{ChainVerdict, DropReason};
use netloom_model::ruleset::check::JUMP_DEPTH;
use netloom_model::ruleset::statement::Reject;
use netloom_model::ruleset::{Base, Policy};
use std::sync::Arc;

/// What becomes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    Accept,
    Drop(DropReason),
    Reject(Reject),
    /// It leaves by another device.
    Leaves(Way),
    /// It ends, and this is sent in its place.
    Proxied(Plan),
    /// A rule says something that netloom does not know.
    Unknown,
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
            Said::Proxied(plan) => return Judged::Proxied(plan),
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

impl Judged {
    /// The verdict as a journey tells it.
    pub(super) const fn tell(self) -> ChainVerdict {
        match self {
            Judged::Accept => ChainVerdict::Accept,
            Judged::Drop(_) => ChainVerdict::Drop,
            Judged::Reject(_) => ChainVerdict::Reject,
            Judged::Leaves(_) => ChainVerdict::Forward,
            Judged::Proxied(_) => ChainVerdict::Answer,
            Judged::Unknown => ChainVerdict::Unknown,
        }
    }
}
