//! The server of a world: one thread that holds the engine, its clock and a connection to every
//! program in the world.
//!
//! It waits until a program says something or the engine's next timer is due, whichever is first.
//! One request is carried out at a time, so what programs see is one order of events. Under
//! virtual time the clock stands still while anybody works, and jumps to the next event once
//! everybody [sleeps](quiet).

mod clock;
mod connection;
mod programs;
mod quiet;

use crate::hosts::Known;
use crate::protocol::{Answer, Ask, Welcome};
use clock::Clock;
use connection::Connection;
use netloom_engine::{Answer as EngineAnswer, ClientId, Engine};
use netloom_model::{Errno, Error, NsName, Reply, Request, Time};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno as OsError;
use std::collections::BTreeMap;
use std::io;
use std::os::unix::net::UnixListener;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// A world and the programs in it.
pub struct Server {
    engine: Engine,
    /// What is not known of the hosts that it was loaded from.
    known: Option<Known>,
    clock: Clock,
    listener: UnixListener,
    welcome: Welcome,
    connections: BTreeMap<u64, Connection>,
    next_id: u64,
    stopped: bool,
}

impl Server {
    /// A fresh world that listens on `listener`.
    ///
    /// # Errors
    /// If the listener cannot be set up.
    pub fn new(mut engine: Engine, listener: UnixListener, welcome: Welcome) -> io::Result<Server> {
        listener.set_nonblocking(true)?;
        engine.set_epoch(welcome.epoch);
        let clock = Clock::new(welcome.virtual_time, engine.now());
        Ok(Server {
            engine,
            known: None,
            clock,
            listener,
            welcome,
            connections: BTreeMap::new(),
            next_id: 1,
            stopped: false,
        })
    }

    /// The world is that of hosts of which not all is known.
    #[must_use]
    pub(crate) fn of_hosts(mut self, known: Known) -> Server {
        self.known = Some(known);
        self
    }

    /// The namespace in which commands begin.
    pub const fn begins(&self) -> &NsName {
        &self.welcome.begins
    }

    /// Runs the world until a program stops it.
    ///
    /// # Errors
    /// If waiting for programs fails.
    pub fn serve(mut self) -> io::Result<()> {
        while !self.stopped {
            self.settle();
            if self.welcome.virtual_time {
                self.virtual_turn()?;
            } else {
                let next = self.next_moment();
                let wait = (next != Time::NEVER).then(|| next.since(self.clock.now()));
                self.turn(wait)?;
            }
        }
        Ok(())
    }

    /// When the engine or somebody who waits has to be looked at again.
    fn next_moment(&self) -> Time {
        let engine = self.engine.next_event().unwrap_or(Time::NEVER);
        let waits = self.connections.values().filter_map(Connection::deadline);
        waits.fold(engine, Time::min)
    }

    /// Lets the engine catch up with the clock. A fault at one event costs nobody their world, unless it
    /// is before the engine again and again: then nothing of the world goes on.
    fn advance(&mut self, now: Time) {
        let engine = &mut self.engine;
        let next = engine.next_event();
        let advanced = catch_unwind(AssertUnwindSafe(|| engine.advance(now)));
        if advanced.is_err() && self.engine.next_event() == next {
            self.stopped = true;
        }
    }

    /// Lets the engine catch up with the clock and answers those whose wait is over; whether there
    /// was one.
    fn settle(&mut self) -> bool {
        let now = self.clock.now();
        self.advance(now);
        let waiting: Vec<(u64, Request)> = (self.connections.iter())
            .filter_map(|(&id, c)| Some((id, c.waiting_for()?.clone())))
            .collect();
        let mut answered = false;
        for (id, request) in waiting {
            answered |= self.ask_engine(id, request, now);
        }
        answered
    }

    /// Waits at most `wait` (none: for ever) for programs and does what they ask; whether
    /// something came.
    fn turn(&mut self, wait: Option<Duration>) -> io::Result<bool> {
        let wait = wait.map(timespec);
        let mut fds = vec![PollFd::new(&self.listener, PollFlags::IN)];
        let ids: Vec<u64> = self.connections.keys().copied().collect();
        for connection in self.connections.values() {
            fds.push(PollFd::new(connection.stream(), connection.interest()));
        }
        match poll(&mut fds, wait.as_ref()) {
            Err(OsError::INTR) | Ok(0) => return Ok(false),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let mut came = fds.iter().map(PollFd::revents);
        let newcomers = came.next().is_some_and(|events| !events.is_empty());
        let ready: Vec<(u64, PollFlags)> = ids.into_iter().zip(came).collect();
        for (id, events) in ready.into_iter().filter(|(_, events)| !events.is_empty()) {
            self.attend(id, events);
        }
        if newcomers {
            self.accept();
        }
        Ok(true)
    }

    /// Takes in whoever knocks.
    fn accept(&mut self) {
        match self.listener.accept() {
            Ok((stream, _)) => {
                if let Ok(connection) = Connection::new(stream) {
                    if let Some((uid, gid)) = connection.user() {
                        self.engine.set_user(ClientId(self.next_id), uid, gid);
                    }
                    self.connections.insert(self.next_id, connection);
                    self.next_id += 1;
                }
            }
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
            // No more descriptors: they come back when a program ends, not by asking again at once.
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }

    /// Reads from and writes to one program; forgets it if it is gone or talks nonsense.
    fn attend(&mut self, id: u64, events: PollFlags) {
        if self.talk(id, events).is_err() {
            self.connections.remove(&id);
            self.engine.disconnect(ClientId(id));
        }
    }

    fn talk(&mut self, id: u64, events: PollFlags) -> io::Result<()> {
        let Some(connection) = self.connections.get_mut(&id) else {
            return Ok(());
        };
        if events.contains(PollFlags::OUT) {
            connection.flush()?;
        }
        if events.intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR) {
            connection.fill()?;
        }
        while let Some(connection) = self.connections.get_mut(&id) {
            if !connection.greeted() {
                if !connection.greet(&self.welcome)? {
                    break;
                }
                continue;
            }
            match connection.next_ask()? {
                None => break,
                Some(Ask::Stop) => self.stopped = true,
                Some(Ask::Cancel) => connection.cancel()?,
                Some(Ask::Request(request)) => {
                    let now = self.clock.now();
                    self.advance(now);
                    self.ask_engine(id, request, now);
                    // What was asked may be what somebody else waits for.
                    self.settle();
                }
            }
        }
        Ok(())
    }

    /// Puts a program's request to the engine; whether there is an answer already.
    fn ask_engine(&mut self, id: u64, request: Request, now: Time) -> bool {
        let engine = &mut self.engine;
        // A fault in the engine must not cost everybody their world; it tells of itself on
        // standard error, and whoever ran into it is told too.
        let known = self.known.as_ref();
        let answer = catch_unwind(AssertUnwindSafe(|| {
            let mut answer = engine.handle(ClientId(id), &request);
            if let (Some(known), Request::Explain(explain)) = (known, &request)
                && let EngineAnswer::Ready(Ok(Reply::Journey(journey))) = &mut answer
            {
                known.admit(journey, &explain.probe, &mut |other| engine.explain(&other));
            }
            answer
        }))
        .unwrap_or_else(|_| EngineAnswer::Ready(Err(fault())));
        let Some(connection) = self.connections.get_mut(&id) else {
            return true;
        };
        match answer {
            EngineAnswer::Wait(deadline) if deadline > now => {
                connection.wait(request, deadline);
                false
            }
            EngineAnswer::Wait(_) => {
                // The deadline is over and the engine has nothing to say.
                self.finish(id, &Err(Errno::TIMEDOUT.into()));
                true
            }
            EngineAnswer::Ready(mut answer) => {
                if let Ok(Reply::State(state)) = &mut answer {
                    programs::tell(state, |client| self.connections.get(&client)?.pid());
                }
                self.finish(id, &answer);
                true
            }
        }
    }

    fn finish(&mut self, id: u64, answer: &Answer) {
        let sent = (self.connections.get_mut(&id)).is_none_or(|c| c.answer(answer).is_ok());
        if !sent {
            self.connections.remove(&id);
            self.engine.disconnect(ClientId(id));
        }
    }
}

fn fault() -> Error {
    Error::with(
        Errno::IO,
        "the engine failed at this request; that is a fault of netloom",
    )
}

fn timespec(wait: Duration) -> Timespec {
    Timespec {
        tv_sec: wait.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: wait.subsec_nanos().into(),
    }
}
