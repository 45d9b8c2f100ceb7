//! The flows that are known: a table of bounded size, of groups in which a flow has a few places.

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
    pub(super) groups: Groups,
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
#[derive(Debug, Default)]
pub(super) struct Groups(Vec<[Option<Box<Flow>>; WAYS]>);

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
        if self.groups.0.is_empty() {
            self.groups.0.resize_with(LEAST, Default::default);
        }
        if let Err(flow) = self.groups.put(Box::new(flow), self.epoch) {
            if self.groups.0.len() < MOST {
                self.groups.grow(self.epoch);
            }
            self.groups.replace(flow, self.epoch);
        }
    }
}

impl Groups {
    fn group(&self, key: &Key) -> Option<usize> {
        let last = self.0.len().checked_sub(1)?;
        Some(key.hash() as usize & last)
    }

    /// The flow of a key, if it is known since the last change.
    #[inline]
    pub(super) fn find(&self, key: &Key, epoch: u64) -> Option<&Flow> {
        let group = &self.0[self.group(key)?];
        let mut flows = group.iter().flatten();
        flows
            .find(|flow| flow.key == *key && flow.epoch == epoch)
            .map(|flow| &**flow)
    }

    /// Puts a flow into a place that is free or stale, or its own; gives it back if there is none.
    fn put(&mut self, flow: Box<Flow>, epoch: u64) -> Result<(), Box<Flow>> {
        let Some(group) = self.group(&flow.key) else {
            return Ok(());
        };
        let group = &mut self.0[group];
        let own = |place: &Option<Box<Flow>>| place.as_ref().is_some_and(|f| f.key == flow.key);
        let free = |place: &Option<Box<Flow>>| place.as_ref().is_none_or(|f| f.epoch != epoch);
        match group.iter().position(own).or(group.iter().position(free)) {
            Some(at) => {
                group[at] = Some(flow);
                Ok(())
            }
            None => Err(flow),
        }
    }

    /// Puts a flow into the place of another, if there is none else.
    fn replace(&mut self, flow: Box<Flow>, epoch: u64) {
        let (hash, group) = (flow.key.hash(), self.group(&flow.key));
        if let (Err(flow), Some(group)) = (self.put(flow, epoch), group) {
            self.0[group][(hash >> 40) as usize % WAYS] = Some(flow);
        }
    }

    fn grow(&mut self, epoch: u64) {
        let mut more = Groups::default();
        more.0.resize_with(self.0.len() * 2, Default::default);
        for flow in self.0.drain(..).flatten().flatten() {
            if flow.epoch == epoch {
                // Of one group there are at most as many as a new one has places.
                let _ = more.put(flow, epoch);
            }
        }
        *self = more;
    }
}
