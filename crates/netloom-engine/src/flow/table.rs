//! The flows that are known: a table of bounded size, of groups in which a flow has a few places.
//!
//! A group holds of each of its flows a tag and where it stands, so that whoever looks for one reads
//! half a line of the cache, and then that flow and no other.

use super::key::Key;
use super::record::Flow;

/// How many places a flow has.
const WAYS: usize = 4;

/// How many groups of places there are at first, and at most.
const LEAST: usize = 256;
const MOST: usize = 1 << 14;

/// The flows of an engine. A copy begins without any.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    /// None where there is no flow yet, and while one is being done again.
    pub(super) groups: Option<Box<Groups>>,
    /// What was known before this number changed last is stale.
    pub(super) epoch: u64,
    /// Every packet goes the long way.
    pub(crate) off: bool,
    /// How many packets went the short way.
    pub(crate) replayed: u64,
    /// Room for what is being recorded.
    pub(super) spare: Vec<crate::filter::Counted>,
}

/// The places of flows.
#[derive(Debug)]
pub(super) struct Groups {
    groups: Vec<Group>,
    flows: Vec<Flow>,
}

/// The places of a few flows.
#[derive(Clone, Copy, Debug, Default)]
struct Group {
    /// A part of each one's hash; 0: the place is free.
    tags: [u32; WAYS],
    /// Where each one stands.
    flows: [u32; WAYS],
}

impl Clone for Flows {
    fn clone(&self) -> Flows {
        Flows {
            off: self.off,
            replayed: self.replayed,
            ..Flows::default()
        }
    }
}

impl Flows {
    /// Something changed that flows may depend on.
    #[inline]
    pub(crate) fn forget(&mut self) {
        self.epoch += 1;
    }

    /// Remembers a flow; another one may have to be forgotten for it.
    pub(super) fn keep(&mut self, flow: Flow) {
        let groups = (self.groups).get_or_insert_with(|| Box::new(Groups::of(LEAST)));
        if groups.place(&flow.key, self.epoch).is_none() && groups.groups.len() < MOST {
            groups.grow(self.epoch);
        }
        let hash = flow.key.hash();
        let place = groups.place(&flow.key, self.epoch);
        let other = (groups.group(hash), (hash >> 40) as usize % WAYS);
        groups.put(place.unwrap_or(other), flow);
    }
}

/// The part of a hash that stands in a group.
#[inline]
const fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32 | 1
}

impl Groups {
    /// So many, a power of two, without flows.
    fn of(count: usize) -> Groups {
        Groups {
            groups: vec![Group::default(); count],
            flows: Vec::new(),
        }
    }

    #[inline]
    fn group(&self, hash: u64) -> usize {
        hash as usize & (self.groups.len() - 1)
    }

    /// The flow of a key, if it is known since the last change.
    #[inline]
    pub(super) fn find(&self, key: &Key, epoch: u64) -> Option<&Flow> {
        let hash = key.hash();
        let group = &self.groups[self.group(hash)];
        let places = group.tags.iter().zip(&group.flows);
        let mut tagged = places.filter(|(other, _)| **other == tag(hash));
        tagged.find_map(|(_, at)| {
            let flow = &self.flows[*at as usize];
            (flow.key == *key && flow.epoch == epoch).then_some(flow)
        })
    }

    /// The place for a flow: its own, or one that is free or stale; none if all are taken.
    fn place(&self, key: &Key, epoch: u64) -> Option<(usize, usize)> {
        let at = self.group(key.hash());
        let group = &self.groups[at];
        let known = |way: &usize| match group.tags[*way] {
            0 => None,
            _ => Some(&self.flows[group.flows[*way] as usize]),
        };
        let own = |way: &usize| known(way).is_some_and(|found| found.key == *key);
        let free = |way: &usize| known(way).is_none_or(|found| found.epoch != epoch);
        let way = (0..WAYS).find(own).or_else(|| (0..WAYS).find(free));
        way.map(|way| (at, way))
    }

    /// Puts a flow into a place, over the one that is there.
    fn put(&mut self, (at, way): (usize, usize), flow: Flow) {
        let group = &mut self.groups[at];
        let before = group.tags[way];
        group.tags[way] = tag(flow.key.hash());
        if before == 0 {
            group.flows[way] = self.flows.len() as u32;
            self.flows.push(flow);
        } else {
            self.flows[group.flows[way] as usize] = flow;
        }
    }

    fn grow(&mut self, epoch: u64) {
        let mut more = Groups::of(self.groups.len() * 2);
        for flow in self.flows.drain(..).filter(|flow| flow.epoch == epoch) {
            // Of one group there are at most as many as a new one has places.
            if let Some(place) = more.place(&flow.key, epoch) {
                more.put(place, flow);
            }
        }
        *self = more;
    }
}
