//! What rules count of a packet, written down for the packets of its flow that follow.

use super::compile::Rule;
use super::judge::Trail;
use super::{ChainId, Filter};

/// What counts a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Counted {
    /// A rule of a chain.
    Rule(ChainId, u32),
    /// The end of a chain.
    Policy(ChainId),
}

/// What rules did with a packet.
pub(crate) struct Recorded {
    /// Whether they would do the same with every other packet of its flow.
    pub(crate) of_flow: bool,
    pub(crate) counts: Vec<Counted>,
}

impl Recorded {
    /// Nothing yet, with room for what comes.
    pub(crate) fn new(mut counts: Vec<Counted>) -> Recorded {
        counts.clear();
        Recorded {
            of_flow: true,
            counts,
        }
    }
}

impl Trail for Recorded {
    const ALL: bool = false;

    fn step(
        &mut self,
        filter: &Filter,
        (chain, at): (ChainId, usize),
        rule: &Rule,
        failed: Option<usize>,
    ) {
        self.of_flow = self.of_flow && rule.is_of_flow(filter, failed);
        if self.of_flow {
            let counted = Counted::Rule(chain, at as u32);
            self.counts
                .extend(core::iter::repeat_n(counted, rule.counts(failed)));
        }
    }

    fn policy(&mut self, chain: ChainId, counts: bool) {
        if counts {
            self.counts.push(Counted::Policy(chain));
        }
    }
}

impl Filter {
    /// Counts a packet of so many bytes once more.
    #[inline]
    pub(crate) fn count_again(&mut self, counts: &[Counted], len: usize) {
        for counted in counts {
            let counter = match *counted {
                Counted::Rule(chain, at) => &mut self.chains[chain.0].states[at as usize].counter,
                Counted::Policy(chain) => &mut self.chains[chain.0].policy,
            };
            counter.packets += 1;
            counter.bytes += len as u64;
        }
    }
}
