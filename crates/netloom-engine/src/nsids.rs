//! The ids by which a namespace knows others (`ip netns list-id`, RTM_NEWNSID in rtnetlink(7)).

use crate::namespace::NsId;
use std::collections::{BTreeMap, BTreeSet};

/// Ids and namespaces, one to one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nsids {
    peers: BTreeMap<i32, NsId>,
    ids: BTreeMap<NsId, i32>,
    /// Free ids below `next`, which no id reaches that was given in turn.
    free: BTreeSet<i32>,
    next: i32,
}

impl Nsids {
    /// The namespace with an id.
    pub(crate) fn peer(&self, id: i32) -> Option<NsId> {
        self.peers.get(&id).copied()
    }

    /// The id of a namespace.
    pub(crate) fn id(&self, peer: NsId) -> Option<i32> {
        self.ids.get(&peer).copied()
    }

    /// The id of a namespace; the first free one if it had none.
    pub(crate) fn id_or_new(&mut self, peer: NsId) -> i32 {
        if let Some(id) = self.id(peer) {
            return id;
        }
        let id = self.free.pop_first().unwrap_or_else(|| {
            while self.peers.contains_key(&self.next) {
                self.next += 1;
            }
            self.next
        });
        self.set(id, peer);
        id
    }

    /// Gives a namespace an id; both are free.
    pub(crate) fn set(&mut self, id: i32, peer: NsId) {
        self.free.remove(&id);
        self.peers.insert(id, peer);
        self.ids.insert(peer, id);
    }

    /// A namespace is gone.
    pub(crate) fn forget(&mut self, peer: NsId) {
        let Some(id) = self.ids.remove(&peer) else {
            return;
        };
        self.peers.remove(&id);
        if id < self.next {
            self.free.insert(id);
        }
    }

    /// Every id with its namespace, by id.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i32, NsId)> {
        self.peers.iter().map(|(id, peer)| (*id, *peer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_free_id_is_given() {
        let mut ids = Nsids::default();
        ids.set(1, NsId(9));
        assert_eq!(
            [NsId(5), NsId(6), NsId(5)].map(|ns| ids.id_or_new(ns)),
            [0, 2, 0]
        );
        assert_eq!(ids.id_or_new(NsId(7)), 3);
        ids.forget(NsId(9));
        ids.forget(NsId(5));
        assert_eq!(ids.id_or_new(NsId(8)), 0);
        assert_eq!(ids.id_or_new(NsId(4)), 1);
        assert_eq!(ids.id_or_new(NsId(3)), 4);
    }
}
