//! A program's way to its world: requests over the world's socket.

use crate::interrupt::Interrupt;
use crate::protocol::{Answer, Ask, Frames, GREETING, MAX_ANSWER, MAX_ASK, Welcome, encode, frame};
use netloom_model::socket::{Interest, SocketId};
use netloom_model::world::Ready;
use netloom_model::{Errno, Error, Reply, Request, Result, Time, World};
use rustix::event::{PollFd, PollFlags, poll};
use std::fmt;
use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

/// Why there is no world at the other end.
#[derive(Debug)]
pub enum ConnectError {
    /// Nobody listens there.
    Nobody(io::Error),
    /// Another version of netloom listens there.
    OtherVersion(String),
    /// Something else listens there.
    NoWorld,
}

/// Connects to who listens at `path`. A world is seen a moment before it listens, so nobody there
/// may mean not yet.
fn reach(path: &Path, patience: Duration) -> io::Result<UnixStream> {
    let start = Instant::now();
    loop {
        match UnixStream::connect(path) {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
                ) && start.elapsed() < patience =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConnectError::Nobody(error) => write!(f, "nothing answers there ({error})"),
            ConnectError::OtherVersion(version) => write!(
                f,
                "it was started by netloom {version}, this is {}; stop it and start it anew",
                env!("CARGO_PKG_VERSION")
            ),
            ConnectError::NoWorld => f.write_str("what answers there is no world of netloom"),
        }
    }
}

/// A connection to a world.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
    frames: Frames,
    welcome: Welcome,
    interrupt: Option<Interrupt>,
}

impl Client {
    /// Enters the world whose socket is at `path`.
    ///
    /// # Errors
    /// If there is no world, or one of another version.
    pub fn connect(path: &Path) -> core::result::Result<Client, ConnectError> {
        let stream = UnixStream::connect(path).map_err(ConnectError::Nobody)?;
        Client::greet(stream)
    }

    /// Enters the world as [`connect`](Client::connect), but gives up on one that does not answer
    /// for `patience`.
    ///
    /// # Errors
    /// If there is no world, or it does not answer.
    pub fn connect_within(
        path: &Path,
        patience: Duration,
    ) -> core::result::Result<Client, ConnectError> {
        let stream = reach(path, patience).map_err(ConnectError::Nobody)?;
        (stream.set_read_timeout(Some(patience))).map_err(ConnectError::Nobody)?;
        Client::greet(stream)
    }

    fn greet(stream: UnixStream) -> core::result::Result<Client, ConnectError> {
        (&stream)
            .write_all(&frame(GREETING.as_bytes()))
            .map_err(ConnectError::Nobody)?;
        let mut frames = Frames::new(MAX_ANSWER);
        let reply = read_frame(&stream, &mut frames).map_err(ConnectError::Nobody)?;
        let rest = reply.strip_prefix(GREETING.as_bytes());
        let Some(welcome) = rest.and_then(|rest| postcard::from_bytes(rest).ok()) else {
            let version = core::str::from_utf8(&reply).ok().and_then(|text| {
                let (version, _) = text.strip_prefix("netloom/")?.split_once('\n')?;
                Some(version.to_owned())
            });
            return Err(version.map_or(ConnectError::NoWorld, ConnectError::OtherVersion));
        };
        Ok(Client {
            stream,
            frames,
            welcome,
            interrupt: None,
        })
    }

    /// What the world says of itself.
    pub const fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// Waits for a moment of the world's clock and leaves signals to others.
    ///
    /// # Errors
    /// If the world has ended.
    pub fn sleep_through(&mut self, until: Time) -> Result<()> {
        self.tell(&Ask::Request(Request::SleepUntil(until)))?;
        self.answer().map(|_| ())
    }

    /// Reads the answer to what was asked.
    fn answer(&mut self) -> Answer {
        let payload = read_frame(&self.stream, &mut self.frames).map_err(|e| gone(&e))?;
        postcard::from_bytes::<Answer>(&payload).unwrap_or_else(|_| {
            Err(Error::with(
                Errno::PROTO,
                "the world's answer makes no sense",
            ))
        })
    }

    /// The signal that asked this program to end.
    pub fn signal(&self) -> Option<i32> {
        self.interrupt.as_ref().and_then(Interrupt::signal)
    }

    /// Ends the world.
    ///
    /// # Errors
    /// If it is gone already.
    pub fn stop(&mut self) -> Result<()> {
        self.tell(&Ask::Stop)
    }

    fn tell(&self, ask: &Ask) -> Result<()> {
        let frame = encode(ask, MAX_ASK)?;
        (&self.stream).write_all(&frame).map_err(|e| gone(&e))
    }

    /// Waits for the answer, or, if `input`, until standard input can be read: whether it can. Input
    /// that comes first, and a signal that asks to end, call the wait off.
    fn wait(&mut self, input: bool) -> Result<bool> {
        if self.interrupt.is_none() {
            self.interrupt = Some(Interrupt::catch().map_err(|e| gone(&e))?);
        }
        while let Some(interrupt) = &self.interrupt {
            if interrupt.seen() {
                self.tell(&Ask::Cancel)?;
                return Ok(false);
            }
            let stdin = io::stdin();
            let mut fds = vec![
                PollFd::new(&self.stream, PollFlags::IN),
                PollFd::new(interrupt, PollFlags::IN),
            ];
            if input {
                fds.push(PollFd::new(&stdin, PollFlags::IN));
            }
            let polled = poll(&mut fds, None);
            let came = |at: usize| fds.get(at).is_some_and(|fd| !fd.revents().is_empty());
            match polled {
                Ok(_) if came(0) => return Ok(came(2)),
                Ok(_) if came(2) => {
                    self.tell(&Ask::Cancel)?;
                    return Ok(true);
                }
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(gone(&error.into())),
            }
        }
        Ok(false)
    }
}

impl World for Client {
    fn call(&mut self, request: Request) -> Result<Reply> {
        let waits = request.waits();
        self.tell(&Ask::Request(request))?;
        if waits {
            self.wait(false)?;
        }
        let payload = read_frame(&self.stream, &mut self.frames).map_err(|e| gone(&e))?;
        postcard::from_bytes::<Answer>(&payload).unwrap_or_else(|_| {
            Err(Error::with(
                Errno::PROTO,
                "the world's answer makes no sense",
            ))
        })
    }

    fn poll(
        &mut self,
        sockets: &[(SocketId, Interest)],
        input: bool,
        deadline: Time,
    ) -> Result<Ready> {
        let sockets = sockets.to_vec();
        self.tell(&Ask::Request(Request::Poll { sockets, deadline }))?;
        let input = self.wait(input)?;
        match self.answer() {
            Ok(Reply::Ready(sockets)) => Ok(Ready { input, sockets }),
            Ok(_) => Err(Errno::PROTO.into()),
            // The wait was called off because there is input.
            Err(error) if error.errno == Errno::INTR && input && !self.interrupted() => Ok(Ready {
                input,
                sockets: Vec::new(),
            }),
            Err(error) => Err(error),
        }
    }

    fn interrupted(&self) -> bool {
        self.interrupt.as_ref().is_some_and(Interrupt::seen)
    }
}

fn gone(error: &io::Error) -> Error {
    Error::with(Errno::PROTO, format!("the world has ended: {error}"))
}

fn read_frame(stream: &UnixStream, frames: &mut Frames) -> io::Result<Vec<u8>> {
    loop {
        match frames.next() {
            Ok(Some(payload)) => return Ok(payload),
            Ok(None) => {}
            Err(_) => return Err(io::ErrorKind::InvalidData.into()),
        }
        match frames.fill(stream) {
            Ok(0) => return Err(io::ErrorKind::ConnectionAborted.into()),
            Ok(_) => {}
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}
