//! One program's connection to its world, as the world holds it: never waited for.

use crate::protocol::{Answer, Ask, Frames, GREETING, MAX_ANSWER, MAX_ASK, Welcome, encode, frame};
use netloom_model::{Errno, Request, Time};
use rustix::event::PollFlags;
use std::io::{self, ErrorKind, Write};
use std::os::unix::net::UnixStream;

/// A connection.
#[derive(Debug)]
pub(super) struct Connection {
    stream: UnixStream,
    pid: Option<u32>,
    user: Option<(u32, u32)>,
    frames: Frames,
    out: Vec<u8>,
    greeted: bool,
    waiting: Option<(Request, Time)>,
}

impl Connection {
    /// The program at the other end of `stream`.
    pub(super) fn new(stream: UnixStream) -> io::Result<Connection> {
        stream.set_nonblocking(true)?;
        let credentials = rustix::net::sockopt::socket_peercred(&stream).ok();
        let pid = credentials.and_then(|c| u32::try_from(c.pid.as_raw_nonzero().get()).ok());
        // Whoever holds the world is its root.
        let own = rustix::process::geteuid();
        let user = credentials
            .filter(|c| c.uid != own)
            .map(|c| (c.uid.as_raw(), c.gid.as_raw()));
        Ok(Connection {
            stream,
            pid,
            user,
            frames: Frames::new(MAX_ASK),
            out: Vec::new(),
            greeted: false,
            waiting: None,
        })
    }

    pub(super) const fn stream(&self) -> &UnixStream {
        &self.stream
    }

    /// Of which user and group it is, where that is not who holds the world.
    pub(super) const fn user(&self) -> Option<(u32, u32)> {
        self.user
    }

    /// The program's process, if it can be seen from here.
    pub(super) const fn pid(&self) -> Option<u32> {
        self.pid
    }

    pub(super) const fn greeted(&self) -> bool {
        self.greeted
    }

    /// What to wait for: to be rid of an answer comes before the next question.
    pub(super) const fn interest(&self) -> PollFlags {
        if self.out.is_empty() {
            PollFlags::IN
        } else {
            PollFlags::OUT
        }
    }

    /// The request that waits for something to happen.
    pub(super) fn waiting_for(&self) -> Option<&Request> {
        self.waiting.as_ref().map(|(request, _)| request)
    }

    /// Until when it waits.
    pub(super) fn deadline(&self) -> Option<Time> {
        self.waiting.as_ref().map(|(_, deadline)| *deadline)
    }

    /// Keeps a request that cannot be answered yet.
    pub(super) fn wait(&mut self, request: Request, deadline: Time) {
        self.waiting = Some((request, deadline));
    }

    /// Reads once. An error also where the other side is gone.
    pub(super) fn fill(&mut self) -> io::Result<()> {
        match self.frames.fill(&self.stream) {
            Ok(0) => Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => Ok(()),
            Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Ok(()),
            Err(e) => Err(e),
        }
    }

    /// Answers the greeting, once it is whole; whether it is. A stranger is told who speaks here,
    /// and an error ends the connection.
    pub(super) fn greet(&mut self, welcome: &Welcome) -> io::Result<bool> {
        let Some(payload) = self.payload()? else {
            return Ok(false);
        };
        if payload != GREETING.as_bytes() {
            self.send(&frame(GREETING.as_bytes()))?;
            return Err(nonsense("no greeting"));
        }
        let mut reply = GREETING.as_bytes().to_vec();
        reply.extend(postcard::to_stdvec(welcome).map_err(|_| nonsense("no welcome"))?);
        self.greeted = true;
        self.send(&frame(&reply))?;
        Ok(true)
    }

    /// The next thing the program asks, once it is whole. An error if it makes no sense: a second
    /// request before the first is answered makes none either.
    pub(super) fn next_ask(&mut self) -> io::Result<Option<Ask>> {
        if !self.out.is_empty() {
            return Ok(None);
        }
        let Some(payload) = self.payload()? else {
            return Ok(None);
        };
        let ask = postcard::from_bytes(&payload).map_err(|_| nonsense("no message"))?;
        if self.waiting.is_some() && matches!(ask, Ask::Request(_)) {
            return Err(nonsense("a request during another"));
        }
        Ok(Some(ask))
    }

    fn payload(&mut self) -> io::Result<Option<Vec<u8>>> {
        (self.frames.next()).map_err(|too_long| nonsense(&format!("a frame of {}", too_long.0)))
    }

    /// Ends the wait under way, if there is one.
    pub(super) fn cancel(&mut self) -> io::Result<()> {
        match self.waiting {
            Some(_) => self.answer(&Err(Errno::INTR.into())),
            None => Ok(()),
        }
    }

    /// Answers the request under way.
    pub(super) fn answer(&mut self, answer: &Answer) -> io::Result<()> {
        self.waiting = None;
        let frame = encode(answer, MAX_ANSWER)
            .or_else(|error| encode(&Answer::Err(error), MAX_ANSWER))
            .map_err(|error| nonsense(&error.to_string()))?;
        self.send(&frame)
    }

    fn send(&mut self, frame: &[u8]) -> io::Result<()> {
        self.out.extend_from_slice(frame);
        self.flush()
    }

    /// Writes what there is to write, as far as the program takes it now.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let mut done = 0;
        while done < self.out.len() {
            match (&self.stream).write(&self.out[done..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(n) => done += n,
                Err(e) if e.kind() == ErrorKind::Interrupted => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                Err(e) => return Err(e),
            }
        }
        self.out.drain(..done);
        Ok(())
    }
}

fn nonsense(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}
