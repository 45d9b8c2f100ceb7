//! A netlink socket (netlink(7)): one request at a time, and everything that answers it.

use crate::refused;
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use netloom_model::{Errno, Result};
use netloom_netlink::message::ended;
use netloom_netlink::{Message, Messages, Writer, flag, kind};

/// What one answer has room for: the kernel tells of many things in up to 32 KiB at a time.
const ROOM: usize = 64 * 1024;

/// How often what changed while it was told is asked for again.
const PATIENCE: usize = 16;

/// A socket of rtnetlink(7) in the namespace in which it was opened, whoever uses it.
pub(crate) struct Netlink {
    socket: Socket,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Netlink {
    /// Opens a socket in the namespace of the thread.
    pub(crate) fn open() -> std::io::Result<Netlink> {
        let socket = Socket::new(NETLINK_ROUTE)?;
        // Refusals come with the kernel's sentence, and without the request.
        socket.set_ext_ack(true)?;
        socket.set_cap_ack(true)?;
        socket.set_netlink_get_strict_chk(true)?;
        socket.connect(&SocketAddr::new(0, 0))?;
        Ok(Netlink {
            socket,
            sequence: 0,
            buffer: vec![0; ROOM],
        })
    }

    fn send(&mut self, kind: u16, flags: u16, body: Writer) -> Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut message = body.message(kind, flags);
        netloom_netlink::message::number(&mut message, self.sequence);
        let sent = self.socket.send(&message, 0);
        sent.map(|_| ()).map_err(|error| refused(&error))
    }

    /// Calls `each` with what answers the last request, until it has ended; whether it has.
    fn receive(&mut self, each: &mut dyn FnMut(&Message<'_>)) -> Result<bool> {
        let mut room = self.buffer.as_mut_slice();
        let received = match self.socket.recv(&mut room, 0) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => return Ok(false),
            received => received.map_err(|error| refused(&error))?,
        };
        for message in Messages::new(&self.buffer[..received], 0) {
            let message = message.map_err(|_| Errno::PROTO)?;
            if message.sequence != self.sequence {
                continue;
            }
            if matches!(message.kind, kind::ERROR | kind::DONE) {
                ended(&message)?;
                each(&message);
                return Ok(true);
            }
            each(&message);
            if message.flags & flag::MULTI == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Asks for something to be done, and waits until it is.
    pub(crate) fn request(&mut self, kind: u16, flags: u16, body: Writer) -> Result<()> {
        self.send(kind, flag::REQUEST | flag::ACK | flags, body)?;
        while !self.receive(&mut |_| ())? {}
        Ok(())
    }

    /// Asks one thing: what `read` makes of the answer.
    pub(crate) fn ask<T>(
        &mut self,
        kind: u16,
        body: Writer,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        self.send(kind, flag::REQUEST, body)?;
        while !self.receive(&mut |message| found = read(message.body))? {}
        Ok(found)
    }

    /// Asks for all there is of something: what `read` makes of each. What changed meanwhile is asked
    /// for again (`NLM_F_DUMP_INTR`).
    pub(crate) fn dump<T>(
        &mut self,
        kind: u16,
        body: &Writer,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Vec<T>> {
        for _ in 0..PATIENCE {
            let (mut all, mut interrupted) = (Vec::new(), false);
            self.send(kind, flag::REQUEST | flag::DUMP, body.clone())?;
            let mut each = |message: &Message<'_>| {
                interrupted |= message.flags & flag::INTERRUPTED != 0;
                if message.kind != kind::DONE && message.kind != kind::ERROR {
                    all.extend(read(message.body));
                }
            };
            while !self.receive(&mut each)? {}
            if !interrupted {
                return Ok(all);
            }
        }
        Err(Errno::AGAIN.into())
    }
}
