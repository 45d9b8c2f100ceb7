//! A netlink socket (netlink(7)): one request at a time, and everything that answers it.

use crate::refused;
use netlink_sys::protocols::{NETLINK_NETFILTER, NETLINK_ROUTE, NETLINK_SOCK_DIAG};
use netlink_sys::{Socket, SocketAddr};
use netloom_model::{Errno, Result};
use netloom_netlink::message::ended;
use netloom_netlink::{Message, Messages, Writer, flag, kind};
use rustix::net::sockopt;
use std::io;

/// What one answer has room for: the kernel tells of many things in up to 32 KiB at a time.
const ROOM: usize = 64 * 1024;

/// Does not wait for what is not there (`MSG_DONTWAIT`).
const NOT_WAITING: i32 = 0x40;

/// How often what changed while it was told is asked for again.
const PATIENCE: usize = 8;

/// The buffers of a socket: a batch goes in one piece, and each of its messages may be answered.
const BUFFER: usize = 32 * 1024 * 1024;

/// Who is spoken to by a socket of netlink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Protocol {
    /// rtnetlink(7): links, addresses, routes.
    Route,
    /// Netfilter: its kinds of messages have the number of a subsystem in their upper byte.
    Netfilter,
    /// sock_diag(7): sockets.
    SockDiag,
}

impl Protocol {
    pub(crate) const fn number(self) -> isize {
        match self {
            Protocol::Route => NETLINK_ROUTE,
            Protocol::Netfilter => NETLINK_NETFILTER,
            Protocol::SockDiag => NETLINK_SOCK_DIAG,
        }
    }
}

/// A socket of netlink in the namespace in which it was opened, whoever uses it.
pub(crate) struct Netlink {
    socket: Socket,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Netlink {
    /// Opens a socket in the namespace of the thread.
    pub(crate) fn open(protocol: Protocol) -> io::Result<Netlink> {
        let socket = Socket::new(protocol.number())?;
        // Refusals come with the kernel's sentence, and without the request.
        socket.set_ext_ack(true)?;
        socket.set_cap_ack(true)?;
        if protocol == Protocol::Route {
            socket.set_netlink_get_strict_chk(true)?;
        }
        widen(&socket);
        socket.connect(&SocketAddr::new(0, 0))?;
        Ok(Netlink {
            socket,
            sequence: 0,
            buffer: vec![0; ROOM],
        })
    }

    fn send(&mut self, kind: u16, flags: u16, body: Writer) -> Result<()> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut message = body.message(kind, flags)?;
        netloom_netlink::message::number(&mut message, self.sequence);
        self.write(&message)
    }

    fn write(&self, bytes: &[u8]) -> Result<()> {
        loop {
            match self.socket.send(bytes, 0) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                sent => return sent.map(|_| ()).map_err(|error| refused(&error)),
            }
        }
    }

    /// Waits for the next answers, and reads them into the buffer: how many bytes.
    fn read(&mut self, flags: i32) -> io::Result<usize> {
        loop {
            let mut room = self.buffer.as_mut_slice();
            match self.socket.recv(&mut room, flags) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                received => return received,
            }
        }
    }

    /// Hears all that is told and nobody waits for; each part has the kernel tell the next.
    fn drain(&mut self) {
        while self.read(NOT_WAITING).is_ok() {}
    }

    /// Calls `each` with what answers the last request, until it has ended; whether it has.
    fn receive(&mut self, each: &mut dyn FnMut(&Message<'_>)) -> Result<bool> {
        let received = self.read(0).map_err(|error| refused(&error))?;
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

    /// Asks for one thing of netfilter, which tells of it as of one of many, and says that it has ended:
    /// what `read` makes of it.
    pub(crate) fn find<T>(
        &mut self,
        kind: u16,
        body: Writer,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut found = None;
        self.send(kind, flag::REQUEST | flag::ACK, body)?;
        let mut each = |message: &Message<'_>| {
            if message.kind != kind::ERROR {
                found = read(message.body);
            }
        };
        while !self.receive(&mut each)? {}
        Ok(found)
    }

    /// Asks for all there is of something: what `read` makes of each. What changed meanwhile is asked
    /// for again (`NLM_F_DUMP_INTR`); where it never keeps still, what was told last is taken, as ip(8)
    /// takes it. Who needs all of one moment looks whether something changed (`host::watch`,
    /// `ruleset::read`).
    ///
    /// # Errors
    /// What the kernel says; `EAGAIN` where it never told to the end.
    pub(crate) fn dump<T>(
        &mut self,
        kind: u16,
        body: &Writer,
        read: impl Fn(&[u8]) -> Option<T>,
    ) -> Result<Vec<T>> {
        for left in (0..PATIENCE).rev() {
            let (mut all, mut interrupted) = (Vec::new(), false);
            self.send(kind, flag::REQUEST | flag::DUMP, body.clone())?;
            let mut each = |message: &Message<'_>| {
                interrupted |= message.flags & flag::INTERRUPTED != 0;
                if message.kind != kind::DONE && message.kind != kind::ERROR {
                    all.extend(read(message.body));
                }
            };
            let told = loop {
                match self.receive(&mut each) {
                    Ok(false) => {}
                    told => break told,
                }
            };
            match told {
                Err(error) if error.errno == Errno::INTR => {}
                // What somebody asked before and did not hear to its end is told still.
                Err(error) if error.errno == Errno::BUSY => self.drain(),
                told if !interrupted || left == 0 => return told.map(|_| all),
                _ => {}
            }
        }
        Err(Errno::AGAIN.into())
    }

    /// Sends several messages at once, of which a kernel makes one transaction (`NFNL_MSG_BATCH_BEGIN`
    /// to `NFNL_MSG_BATCH_END`), and calls `each` with everything that answers them: the number of the
    /// message that is answered, and the answer. Netlink has answered when it has taken the messages.
    ///
    /// # Errors
    /// Of sending; `ENOBUFS` where answers were lost. What the kernel says of a message is an answer.
    pub(crate) fn batch(
        &mut self,
        mut batch: Batch,
        each: &mut dyn FnMut(usize, &Message<'_>),
    ) -> Result<()> {
        let first = self.sequence.wrapping_add(1);
        for (n, at) in batch.at.iter().enumerate() {
            let sequence = first.wrapping_add(n as u32);
            netloom_netlink::message::number(&mut batch.bytes[*at..], sequence);
            self.sequence = sequence;
        }
        self.write(&batch.bytes)?;
        loop {
            let received = match self.read(NOT_WAITING) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => {
                    // What is left would have no room for the answers to the next request.
                    self.drain();
                    return Err(refused(&error));
                }
                Ok(received) => received,
            };
            for message in Messages::new(&self.buffer[..received], 0) {
                let message = message.map_err(|_| Errno::PROTO)?;
                let n = message.sequence.wrapping_sub(first) as usize;
                if n < batch.at.len() {
                    each(n, &message);
                }
            }
        }
    }
}

/// Gives a socket large buffers; without `CAP_NET_ADMIN` as large as everybody may have.
pub(crate) fn widen(socket: &Socket) {
    if sockopt::set_socket_send_buffer_size_force(socket, BUFFER).is_err() {
        let _ = sockopt::set_socket_send_buffer_size(socket, BUFFER);
    }
    if sockopt::set_socket_recv_buffer_size_force(socket, BUFFER).is_err() {
        let _ = sockopt::set_socket_recv_buffer_size(socket, BUFFER);
    }
}

/// Messages that are sent together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    /// Where each begins.
    at: Vec<usize>,
}

impl Batch {
    /// Adds a message with its header ([`Writer::message`]): its number.
    pub(crate) fn push(&mut self, message: &[u8]) -> usize {
        let n = self.at.len();
        self.at.push(self.bytes.len());
        self.bytes.extend(message);
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
        n
    }
}

#[cfg(test)]
pub(crate) mod tests;
