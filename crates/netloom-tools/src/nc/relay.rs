//! What comes in by standard input goes out by the socket, and the other way round, until both have
//! ended.

use super::options::Options;
use super::{Failure, sleep};
use crate::Context;
use netloom_model::socket::{Interest, Received, Shutdown, SocketId, SocketOption};
use netloom_model::{Errno, Time};

/// Bytes read from standard input at once.
const CHUNK: usize = 16_384;

/// One connection's two directions.
struct Relay<'a> {
    options: &'a Options,
    socket: SocketId,
    /// Whether standard input is still read, and the socket still read and written.
    input: bool,
    reads: bool,
    writes: bool,
    /// What waits to be sent.
    pending: Vec<u8>,
    /// When to end whatever happens.
    quit_at: Option<Time>,
    received: u64,
}

/// Runs until both directions have ended.
pub(super) fn run(
    cx: &mut Context<'_>,
    options: &Options,
    socket: SocketId,
) -> Result<(), Failure> {
    let set = cx.world.set(socket, SocketOption::NonBlocking(true));
    set.map_err(|e| Failure::call("setsockopt", &e))?;
    let mut relay = Relay {
        options,
        socket,
        input: !options.no_stdin,
        reads: true,
        writes: true,
        pending: Vec::new(),
        quit_at: None,
        received: 0,
    };
    while !relay.is_over() {
        if !relay.step(cx)? {
            break;
        }
    }
    Ok(())
}

impl Relay<'_> {
    fn is_over(&self) -> bool {
        let inputs = self.input || self.reads || (self.writes && !self.pending.is_empty());
        let heard_all = self.options.listen && !self.reads && self.pending.is_empty();
        let enough = self
            .options
            .limit
            .is_some_and(|limit| self.received >= limit);
        !inputs || heard_all || enough
    }

    /// Waits for one thing and does it; `false` when the time is over.
    fn step(&mut self, cx: &mut Context<'_>) -> Result<bool, Failure> {
        let now = cx.world.now().map_err(|_| Failure(None))?;
        let idle = self.options.timeout.map_or(Time::NEVER, |t| now + t);
        let deadline = self.quit_at.map_or(idle, |at| at.min(idle));
        let wanted = Interest {
            read: self.reads,
            write: self.writes && !self.pending.is_empty(),
            ..Interest::NONE
        };
        let takes_input = self.input && self.pending.is_empty();
        let sockets = [(self.socket, wanted)];
        let watched = if self.reads || wanted.write {
            &sockets[..]
        } else {
            &[]
        };
        let ready = match cx.world.poll(watched, takes_input, deadline) {
            Ok(ready) => ready,
            Err(error) if error.errno == Errno::INTR => return Err(Failure(None)),
            Err(error) => return Err(Failure::call("polling error", &error)),
        };
        let is = ready.of(self.socket);
        if !ready.input && !is.any() {
            let now = cx.world.now().map_err(|_| Failure(None))?;
            return Ok(now < deadline);
        }
        if self.reads && (is.read || is.error || is.hung_up) {
            self.receive(cx)?;
        }
        if ready.input && takes_input {
            self.read_input(cx)?;
        }
        if !self.pending.is_empty() {
            self.send(cx);
        }
        Ok(true)
    }

    /// From the socket to standard output.
    fn receive(&mut self, cx: &mut Context<'_>) -> Result<(), Failure> {
        let data = match cx.world.receive(self.socket, Time::ZERO) {
            Ok(Received::Stream(data)) if data.is_empty() => {
                self.reads = false;
                return Ok(());
            }
            Ok(Received::Stream(data)) => data,
            Ok(Received::Datagram(datagram)) => datagram.data,
            Ok(Received::Nothing | Received::Error(_)) => return Ok(()),
            Err(error) if error.errno == Errno::INTR => return Err(Failure(None)),
            Err(_) => {
                self.reads = false;
                return Ok(());
            }
        };
        self.received += 1;
        let written = cx.out.write_all(&data).and_then(|()| cx.out.flush());
        written.map_err(|_| Failure(None))
    }

    /// From standard input to what waits to be sent.
    fn read_input(&mut self, cx: &mut Context<'_>) -> Result<(), Failure> {
        let mut buffer = vec![0; CHUNK];
        let read = cx.stdin.read(&mut buffer).unwrap_or(0);
        buffer.truncate(read);
        if read == 0 {
            self.input = false;
            return self.input_ended(cx);
        }
        self.pending = if self.options.crlf {
            with_crlf(&buffer)
        } else {
            buffer
        };
        if let Some(wait) = self.options.interval {
            sleep(cx, wait)?;
        }
        Ok(())
    }

    /// Standard input has ended: the other side is told if that is wanted.
    fn input_ended(&mut self, cx: &mut Context<'_>) -> Result<(), Failure> {
        if self.options.shut_at_end && !self.options.udp {
            let _ = cx.world.shutdown(self.socket, Shutdown::Write);
            self.writes = false;
        }
        if let Some(wait) = self.options.quit {
            let now = cx.world.now().map_err(|_| Failure(None))?;
            self.quit_at = Some(now + wait);
        }
        Ok(())
    }

    fn send(&mut self, cx: &mut Context<'_>) {
        match cx.world.send(self.socket, None, &self.pending) {
            Ok(sent) => {
                self.pending.drain(..sent.min(self.pending.len()));
            }
            Err(error) if error.errno == Errno::AGAIN => {}
            // A datagram that came back as refused: the next may be taken.
            Err(_) if self.options.udp => self.pending.clear(),
            Err(_) => {
                self.pending.clear();
                self.writes = false;
                self.input = false;
            }
        }
    }
}

/// The same with every line's end as CR LF.
fn with_crlf(data: &[u8]) -> Vec<u8> {
    let mut all = Vec::with_capacity(data.len() + 16);
    for byte in data {
        if *byte == b'\n' {
            all.push(b'\r');
        }
        all.push(*byte);
    }
    all
}
