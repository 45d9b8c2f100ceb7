//! The kernel as a world.

use crate::netlink::{Netlink, Protocol};
use crate::{namespace, read, refused, write};
use netloom_model::route::{RouteAnswer, RouteQuery};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, NsName, Reply, Request, Result, State, Time, World};
use netloom_netlink::{kind, route};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::thread::sleep;
use std::time::Instant;

/// The running kernel, as the namespace sees it in which this process began.
///
/// ```no_run
/// use netloom_kernel::Kernel;
/// use netloom_model::{NsName, World, state::Parts};
///
/// let mut kernel = Kernel::new();
/// let state = kernel.snapshot(Some(&NsName::first()), Parts::LINKS)?;
/// for link in &state.namespaces[&NsName::first()].links {
///     println!("{}", link.name);
/// }
/// # Ok::<(), netloom_model::Error>(())
/// ```
pub struct Kernel {
    /// A socket for each namespace that was asked for, and each who was spoken to.
    sockets: HashMap<(NsName, Protocol), Netlink>,
    began: Instant,
}

impl Default for Kernel {
    fn default() -> Kernel {
        Kernel::new()
    }
}

impl Kernel {
    /// The kernel; nothing is opened until something is asked.
    #[must_use]
    pub fn new() -> Kernel {
        Kernel {
            sockets: HashMap::new(),
            began: Instant::now(),
        }
    }

    /// The socket of rtnetlink(7) of a namespace.
    fn socket(&mut self, ns: &NsName) -> Result<&mut Netlink> {
        self.socket_of(ns, Protocol::Route)
    }

    fn socket_of(&mut self, ns: &NsName, protocol: Protocol) -> Result<&mut Netlink> {
        let key = (ns.clone(), protocol);
        match self.sockets.entry(key) {
            Entry::Occupied(opened) => Ok(opened.into_mut()),
            Entry::Vacant(place) => {
                let opened = namespace::inside(ns, || Netlink::open(protocol))?;
                let opened = opened.map_err(|error| refused(&error))?;
                Ok(place.insert(opened))
            }
        }
    }

    fn state(&mut self, ns: Option<NsName>, parts: Parts) -> Result<State> {
        let wanted = ns.map_or_else(namespace::all, |ns| vec![ns]);
        let mut state = State::default();
        for ns in wanted {
            let found = read::namespace(self.socket(&ns)?, &ns, parts)?;
            state.namespaces.insert(ns, found);
        }
        Ok(state)
    }

    fn way(&mut self, ns: &NsName, query: &RouteQuery) -> Result<RouteAnswer> {
        let asked = route::query(query);
        let answer = self
            .socket(ns)?
            .ask(kind::ROUTE + kind::GET, asked, route::answer)?;
        answer.ok_or_else(|| Errno::PROTO.into())
    }

    fn change(&mut self, change: &Change) -> Result<()> {
        if let Change::DelNamespace(name) = change {
            // A socket would keep the namespace.
            self.sockets.retain(|(ns, _), _| ns != name);
        }
        let first = NsName::first();
        let ns = write::namespace_of(change).unwrap_or(&first).clone();
        write::change(self.socket(&ns)?, change)
    }

    fn elapsed(&self) -> Time {
        let nanos = self.began.elapsed().as_nanos();
        Time(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

impl World for Kernel {
    fn call(&mut self, request: Request) -> Result<Reply> {
        match request {
            Request::Apply(changes) => {
                for change in &changes {
                    self.change(change)?;
                }
                Ok(Reply::Done)
            }
            Request::Snapshot { ns, parts } => self.state(ns, parts).map(Reply::State),
            Request::RouteGet { ns, query } => self.way(&ns, &query).map(Reply::Route),
            Request::Now => Ok(Reply::Time(self.elapsed())),
            Request::SleepUntil(until) => {
                sleep(until.since(self.elapsed()));
                Ok(Reply::Done)
            }
            _ => Err(Errno::OPNOTSUPP.into()),
        }
    }
}
