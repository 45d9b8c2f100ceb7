//! A world of clocks and names alone: it knows its namespaces and can wait.

use netloom_model::{Change, Errno, Namespace, NsName, Reply, Request, Result, State, Time};

/// Whose sockets are whose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientId(pub u64);

/// What an engine says to a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The answer.
    Ready(Result<Reply>),
    /// Ask again when something happened, or at this time.
    Wait(Time),
}

/// The namespaces, and what time it is.
#[derive(Clone, Debug, Default)]
pub struct Engine {
    now: Time,
    state: State,
}

impl Engine {
    /// The first namespace.
    pub fn new(_seed: u64) -> Engine {
        let mut engine = Engine::default();
        (engine.state.namespaces).insert(NsName::first(), Namespace::default());
        engine
    }

    /// Goes on to `now`.
    pub fn advance(&mut self, now: Time) {
        self.now = now;
    }

    /// Nothing happens by itself.
    pub fn next_event(&self) -> Option<Time> {
        None
    }

    /// Answers.
    pub fn handle(&mut self, _client: ClientId, request: &Request) -> Answer {
        Answer::Ready(match request {
            Request::Now => Ok(Reply::Time(self.now)),
            Request::SleepUntil(until) if *until > self.now => return Answer::Wait(*until),
            Request::SleepUntil(_) => Ok(Reply::Done),
            Request::Snapshot { .. } => Ok(Reply::State(self.state.clone())),
            Request::Apply(changes) => {
                for change in changes {
                    if let Change::AddNamespace(name) = change {
                        (self.state.namespaces).insert(name.clone(), Namespace::default());
                    }
                }
                Ok(Reply::Done)
            }
            _ => Err(Errno::OPNOTSUPP.into()),
        })
    }

    /// Nobody has anything.
    pub fn disconnect(&mut self, _client: ClientId) {}
}
