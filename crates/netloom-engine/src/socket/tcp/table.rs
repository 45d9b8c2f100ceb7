//! The connections, listeners and ports of a namespace (`inet_hashtables`).

use super::connection::End;
use super::time_wait::Waiting;
use crate::arena::Arena;
use core::hash::BuildHasher;
use netloom_model::Time;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Where a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A socket.
    Socket(u32),
    /// What is left of one.
    TimeWait(u32),
}

type Tuple = (End, End);

/// The table.
#[derive(Clone, Default)]
pub(crate) struct Table {
    connections: HashMap<Tuple, Place, foldhash::fast::FixedState>,
    /// Sockets that listen, by port.
    listeners: BTreeMap<u16, Vec<u32>>,
    /// Sockets that hold a port, in the order in which they took it.
    holders: HashMap<u16, Vec<u32>, foldhash::fast::FixedState>,
    pub(super) waiting: Arena<Waiting>,
    /// When each of those ends, the earliest first.
    pub(super) ends: VecDeque<(Time, u32, u32)>,
    /// Sockets that nobody holds.
    pub(super) orphans: u32,
}

impl Table {
    pub(super) fn find(&self, local: End, remote: End) -> Option<Place> {
        self.connections.get(&(local, remote)).copied()
    }

    pub(super) fn insert(&mut self, local: End, remote: End, place: Place) {
        self.connections.insert((local, remote), place);
    }

    /// Takes a connection out, if it is still at `place`.
    pub(super) fn remove(&mut self, local: End, remote: End, place: Place) {
        if self.find(local, remote) == Some(place) {
            self.connections.remove(&(local, remote));
        }
    }

    pub(super) fn listeners(&self, port: u16) -> &[u32] {
        self.listeners.get(&port).map_or(&[], Vec::as_slice)
    }

    pub(super) fn listen(&mut self, port: u16, socket: u32) {
        self.listeners.entry(port).or_default().push(socket);
    }

    pub(super) fn listen_no_more(&mut self, port: u16, socket: u32) {
        if let Some(all) = self.listeners.get_mut(&port) {
            all.retain(|other| *other != socket);
            if all.is_empty() {
                self.listeners.remove(&port);
            }
        }
    }

    /// The sockets that hold a port.
    pub(super) fn holders(&self, port: u16) -> &[u32] {
        self.holders.get(&port).map_or(&[], Vec::as_slice)
    }

    pub(super) fn hold(&mut self, port: u16, socket: u32) {
        self.holders.entry(port).or_default().push(socket);
    }

    pub(super) fn let_go(&mut self, port: u16, socket: u32) {
        if let Some(all) = self.holders.get_mut(&port) {
            if let Some(at) = all.iter().position(|other| *other == socket) {
                all.swap_remove(at);
            }
            if all.is_empty() {
                self.holders.remove(&port);
            }
        }
    }

    /// The remains of connections of a port.
    pub(super) fn waiting_at(&self, port: u16) -> impl Iterator<Item = &Waiting> {
        let all = self.waiting.iter().map(|(_, waiting)| waiting);
        all.filter(move |waiting| waiting.local.1 == port)
    }

    /// A number that follows from a connection's ends alone: which of several listeners has it.
    pub(super) fn share(local: End, remote: End) -> u64 {
        foldhash::fast::FixedState::default().hash_one((local, remote))
    }

    /// What is left of connections in TIME-WAIT.
    pub(crate) fn time_waits(&self) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter().map(|(_, waiting)| waiting)
    }
}
