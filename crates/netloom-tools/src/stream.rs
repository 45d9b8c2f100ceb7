//! Streams of TCP for commands: connect with patience, send all, read what comes.

use netloom_model::socket::{Received, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, Error, NsName, Result, Time, World};
use std::net::IpAddr;
use std::time::Duration;

/// A connection, or the way to one.
pub(crate) struct Stream<'a> {
    world: &'a mut dyn World,
    /// The socket.
    pub(crate) socket: SocketId,
    /// When it takes too long.
    deadline: Time,
}

impl<'a> Stream<'a> {
    /// Connects to an address and port, in the time that `patience` allows (none: as long as TCP
    /// tries).
    ///
    /// # Errors
    /// connect(2)'s.
    pub(crate) fn connect(
        world: &'a mut dyn World,
        ns: &NsName,
        to: (IpAddr, u16),
        patience: Option<Duration>,
    ) -> Result<Stream<'a>> {
        let kind = if to.0.is_ipv4() {
            SocketKind::Tcp
        } else {
            SocketKind::Tcp6
        };
        let socket = world.open(ns, kind)?;
        if let Some(patience) = patience {
            world.set(socket, SocketOption::ConnectTimeout(patience))?;
        }
        match world.connect(socket, to.0, to.1) {
            Ok(()) => Ok(Stream {
                world,
                socket,
                deadline: Time::NEVER,
            }),
            Err(error) => {
                let _ = world.close(socket);
                // What did not succeed in time is under way still.
                Err(match error.errno {
                    Errno::INPROGRESS => Errno::TIMEDOUT.into(),
                    _ => error,
                })
            }
        }
    }

    /// Lets every wait end at `deadline`, with `ETIMEDOUT`.
    pub(crate) fn until(self, deadline: Time) -> Stream<'a> {
        Stream { deadline, ..self }
    }

    /// Sends all of `data`.
    ///
    /// # Errors
    /// send(2)'s.
    pub(crate) fn send(&mut self, data: &[u8]) -> Result<()> {
        send_all(self.world, self.socket, data)
    }

    /// What comes next; nothing at the end of the stream.
    ///
    /// # Errors
    /// recv(2)'s; `ETIMEDOUT` past the deadline.
    pub(crate) fn receive(&mut self) -> Result<Vec<u8>> {
        match self.world.receive(self.socket, self.deadline)? {
            Received::Stream(bytes) => Ok(bytes),
            Received::Nothing => Err(Errno::TIMEDOUT.into()),
            Received::Error(error) => Err(error.errno.into()),
            Received::Datagram(_) => Err(Error::from(Errno::PROTO)),
        }
    }

    /// Closes it.
    pub(crate) fn close(self) {
        let _ = self.world.close(self.socket);
    }
}

/// Sends all of `data` by a stream.
///
/// # Errors
/// send(2)'s.
pub(crate) fn send_all(world: &mut dyn World, socket: SocketId, data: &[u8]) -> Result<()> {
    let mut rest = data;
    while !rest.is_empty() {
        // A piece at a time, for what is handed over is copied.
        let piece = &rest[..rest.len().min(256 << 10)];
        let sent = world.send(socket, None, piece)?;
        rest = &rest[sent.min(rest.len())..];
    }
    Ok(())
}
