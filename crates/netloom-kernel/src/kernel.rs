//! The kernel as a world.

use crate::netlink::{Netlink, Protocol};
use crate::{
    connections, holders, ipsets, legacy, namespace, read, refused, ruleset, sockets, write,
};
use netloom_model::route::{RouteAnswer, RouteQuery};
use netloom_model::ruleset::{Ruleset, Wanted};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Namespace, NsName, Reply, Request, Result, State, Time, World};
use netloom_netlink::{kind, route};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

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
    /// What the wall clock said then.
    epoch: Duration,
    /// Whether it looks at nothing but the namespaces that it is asked for.
    alone: bool,
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
            epoch: SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default(),
            alone: false,
        }
    }

    /// The kernel as one namespace: the names of others, and the programs that hold sockets, are looked
    /// for by who asks of many namespaces.
    pub(crate) fn alone() -> Kernel {
        Kernel {
            alone: true,
            ..Kernel::new()
        }
    }

    /// The socket of rtnetlink(7) of a namespace.
    pub(crate) fn socket(&mut self, ns: &NsName) -> Result<&mut Netlink> {
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
        let mut state = State {
            clock: self.elapsed(),
            ..State::default()
        };
        for ns in wanted {
            let nsids = match self.alone {
                true => BTreeMap::new(),
                false => read::nsids(self.socket(&ns)?)?,
            };
            let mut found = read::namespace(self.socket(&ns)?, &ns, parts, nsids)?;
            self.beside(&ns, parts, &mut found)?;
            state.namespaces.insert(ns, found);
        }
        if parts.sockets && !self.alone {
            let all = state.namespaces.values_mut();
            holders::name(all.flat_map(|ns| &mut ns.sockets));
        }
        Ok(state)
    }

    /// What others than rtnetlink(7) tell.
    fn beside(&mut self, ns: &NsName, parts: Parts, found: &mut Namespace) -> Result<()> {
        let now = self.elapsed();
        if parts.connections {
            let netlink = self.socket_of(ns, Protocol::Netfilter)?;
            (found.connections, found.expectations) = connections::read(netlink, now)?;
        }
        if parts.counters {
            let netlink = self.socket_of(ns, Protocol::Netfilter)?;
            found.tracked = connections::statistics(netlink)?;
        }
        if parts.ruleset {
            let wanted = Wanted {
                rules: true,
                ..Wanted::default()
            };
            found.ruleset = self.rules(ns, &wanted)?;
            found.ruleset.tables.extend(legacy::read(ns)?);
        }
        if parts.ipsets {
            found.ipsets = ipsets::read(self.socket_of(ns, Protocol::Netfilter)?)?;
        }
        if parts.sockets {
            found.sockets = sockets::read(self.socket_of(ns, Protocol::SockDiag)?, ns)?;
        }
        Ok(())
    }

    /// The part of the rules for packets that is wanted.
    fn rules(&mut self, ns: &NsName, wanted: &Wanted) -> Result<Ruleset> {
        let now = self.elapsed();
        ruleset::read(self.socket_of(ns, Protocol::Netfilter)?, wanted, now)
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
        match change {
            Change::Connections { change, .. } => {
                connections::change(self.socket_of(&ns, Protocol::Netfilter)?, change)
            }
            Change::Ruleset { changes, .. } if legacy::is_of(changes) => {
                legacy::change(&ns, changes)
            }
            Change::Ruleset { changes, .. } => {
                ruleset::apply(self.socket_of(&ns, Protocol::Netfilter)?, changes)
            }
            Change::IpSet { change, .. } => {
                ipsets::change(self.socket_of(&ns, Protocol::Netfilter)?, change)
            }
            change => write::change(self.socket(&ns)?, change),
        }
    }

    /// The clock: nanoseconds since 1970, which go on evenly.
    fn elapsed(&self) -> Time {
        let nanos = (self.epoch + self.began.elapsed()).as_nanos();
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
            Request::Ruleset { ns, wanted } => {
                let part = self.rules(&ns, &wanted)?;
                Ok(Reply::Ruleset(Box::new(part)))
            }
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
