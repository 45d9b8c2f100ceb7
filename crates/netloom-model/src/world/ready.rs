//! What of several sockets became ready.

use crate::socket::{Interest, SocketId};

/// What became ready ([`World::poll`](super::World::poll)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ready {
    /// Whether the program's standard input can be read; only where that was asked for.
    pub input: bool,
    /// The sockets that are ready, each with what for.
    pub sockets: Vec<(SocketId, Interest)>,
}

impl Ready {
    /// What `socket` is ready for.
    #[must_use]
    pub fn of(&self, socket: SocketId) -> Interest {
        let found = self.sockets.iter().find(|(id, _)| *id == socket);
        found.map_or(Interest::NONE, |(_, ready)| *ready)
    }
}
