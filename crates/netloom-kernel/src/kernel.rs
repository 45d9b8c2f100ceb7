//! The kernel as a world.

use crate::monitor::{Listened, Monitor};
use crate::netlink::{Netlink, Protocol};
use crate::opened::Opened;
use crate::undo::Log;
use crate::{
    connections, holders, ipsets, legacy, namespace, owned, read, refused, ruleset, settings,
    sockets, write,
};
use netloom_model::notice::Notice;
use netloom_model::route::{RouteAnswer, RouteQuery};
use netloom_model::ruleset::{Ruleset, Wanted};
use netloom_model::socket::{SocketId, SocketKind};
use netloom_model::state::Parts;
use netloom_model::{
    Change, Errno, Error, Family, Namespace, NsName, Reply, Request, Result, State, Time, World,
};
use netloom_netlink::{kind, route};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::os::fd::{AsFd, OwnedFd};
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
    sockets: Opened,
    /// Those who listen to what changes.
    monitors: HashMap<SocketId, Monitor>,
    /// With which tag everything is marked that is made.
    pub(crate) tag: Option<String>,
    /// What becomes readable when the user asks the program to end.
    end: Option<OwnedFd>,
    began: Instant,
    /// What the wall clock said then.
    epoch: Duration,
    /// Whether it looks at nothing but the namespaces that it is asked for.
    alone: bool,
    /// What was left out of the rules that were read, for whoever takes it.
    pub(crate) unknown: BTreeSet<String>,
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
            sockets: Opened::new(),
            monitors: HashMap::new(),
            tag: None,
            end: None,
            began: Instant::now(),
            epoch: SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default(),
            alone: false,
            unknown: BTreeSet::new(),
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

    /// From here on, a wait ends with `EINTR` once `end` can be read.
    pub fn end_by(&mut self, end: OwnedFd) {
        self.end = Some(end);
    }

    /// Has somebody listen to what changes in a namespace.
    fn open(&mut self, ns: &NsName, kind: SocketKind) -> Result<SocketId> {
        let listened = match kind {
            SocketKind::Monitor => Listened::Route,
            SocketKind::ConntrackMonitor => Listened::Connections,
            _ => return Err(Errno::OPNOTSUPP.into()),
        };
        let opened = namespace::inside(ns, || Monitor::open(listened))?;
        let opened = opened.map_err(|error| refused(&error))?;
        let last = self.monitors.keys().max().map_or(0, |last| last.0);
        let id = SocketId(last + 1);
        self.monitors.insert(id, opened);
        Ok(id)
    }

    fn next_notice(&mut self, socket: SocketId, deadline: Time) -> Result<Option<Box<Notice>>> {
        let (epoch, began) = (self.epoch, self.began);
        let now = move || clock(epoch, began);
        let patience = (deadline != Time::NEVER).then(|| deadline.since(now()));
        let end = self.end.as_ref().map(AsFd::as_fd);
        let monitor = self.monitors.get_mut(&socket).ok_or(Errno::BADF)?;
        let notice = monitor.next(patience, end, now)?;
        Ok(notice.map(Box::new))
    }

    fn sleep(&self, time: Duration) -> Result<()> {
        let ended = self.end.as_ref();
        let mut watched: Vec<PollFd<'_>> = ended
            .map(|end| PollFd::new(end, PollFlags::IN))
            .into_iter()
            .collect();
        match poll(&mut watched, Some(&patience(time))) {
            Ok(0) => Ok(()),
            _ => Err(Errno::INTR.into()),
        }
    }

    /// The socket of rtnetlink(7) of a namespace.
    pub(crate) fn socket(&mut self, ns: &NsName) -> Result<&mut Netlink> {
        self.socket_of(ns, Protocol::Route)
    }

    pub(crate) fn socket_of(&mut self, ns: &NsName, protocol: Protocol) -> Result<&mut Netlink> {
        self.sockets.get(ns, protocol)
    }

    fn state(&mut self, ns: Option<NsName>, parts: Parts) -> Result<State> {
        let all = ns.is_none();
        let wanted = ns.map_or_else(namespace::all, |ns| vec![ns]);
        let mut state = State {
            clock: self.elapsed(),
            ..State::default()
        };
        for ns in wanted {
            match self.one(&ns, parts) {
                Ok(found) => drop(state.namespaces.insert(ns, found)),
                // Of all names, one that leads to no namespace is a name still, and one that went is none.
                Err(error) if all && error.errno == Errno::INVAL => {
                    state.namespaces.insert(ns, Namespace::default());
                }
                Err(error) if all && error.errno == Errno::NOENT && !ns.is_first() => {}
                Err(error) => return Err(error),
            }
        }
        if parts.sockets && !self.alone {
            let all = state.namespaces.values_mut();
            holders::name(all.flat_map(|ns| &mut ns.sockets));
        }
        Ok(state)
    }

    fn one(&mut self, ns: &NsName, parts: Parts) -> Result<Namespace> {
        let nsids = match self.alone {
            true => BTreeMap::new(),
            false => read::nsids(self.socket(ns)?)?,
        };
        // A host's are those of all its namespaces, and the kernel takes most of a snapshot's time to tell them.
        let settings = match self.alone {
            true => settings::Wanted::Deciding,
            false => settings::Wanted::All,
        };
        let mut found = read::namespace(self.socket(ns)?, ns, (parts, settings), nsids)?;
        self.beside(ns, parts, &mut found)?;
        Ok(found)
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
            found.ruleset = self.rules(ns, &Wanted::all())?;
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
        if legacy::is_wanted_alone(wanted) {
            return legacy::read(ns, wanted);
        }
        let now = self.elapsed();
        let netlink = self.socket_of(ns, Protocol::Netfilter)?;
        let (mut found, unknown) = ruleset::read_and_tell(netlink, wanted, now)?;
        self.unknown.extend(unknown);
        found.tables.extend(legacy::read(ns, wanted)?.tables);
        Ok(found)
    }

    fn way(&mut self, ns: &NsName, query: &RouteQuery) -> Result<RouteAnswer> {
        let asked = route::query(query);
        let answer = self
            .socket(ns)?
            .ask(kind::ROUTE + kind::GET, asked, route::answer)?;
        answer.ok_or_else(|| Errno::PROTO.into())
    }

    /// Whether there is a routing table: of one without routes it is told to who asks for it by its number.
    fn has_table(&mut self, ns: &NsName, family: Family, table: u32) -> Result<bool> {
        let asked = route::ask_table(family, table);
        let told = self
            .socket(ns)?
            .dump(kind::ROUTE + kind::GET, &asked, |_| Some(()));
        match told {
            Err(error) if error.errno == Errno::NOENT => Ok(false),
            told => told.map(|_| true),
        }
    }

    /// One namespace, as far as it is wanted.
    pub(crate) fn read(&mut self, ns: &NsName, parts: Parts) -> Result<Namespace> {
        let mut state = self.state(Some(ns.clone()), parts)?;
        Ok(state.namespaces.remove(ns).unwrap_or_default())
    }

    /// Carries changes out, all or none.
    fn apply_all(&mut self, changes: &[Change]) -> Result<()> {
        if let [change] = changes
            && !write::is_several(change)
        {
            return self.change(change);
        }
        let mut log = Log::default();
        for (n, change) in changes.iter().enumerate() {
            // A link that goes last does not come back.
            let ends = n + 1 == changes.len() && matches!(change, Change::DelLink { .. });
            let noted = if ends {
                log.end();
                Ok(())
            } else {
                log.note(self, change)
            };
            let done = noted.and_then(|()| self.change(change));
            let done = done.and_then(|()| log.done(self));
            if let Err(error) = done {
                if !write::is_several(change) {
                    log.refused();
                }
                return Err(log.undo(self, error));
            }
        }
        Ok(())
    }

    pub(crate) fn change(&mut self, change: &Change) -> Result<()> {
        if let Change::DelNamespace(name) = change {
            // A socket would keep the namespace.
            self.sockets.close(name);
        }
        if let (Change::AddNamespace(name), Some(tag)) = (change, &self.tag) {
            return owned::make(name, tag);
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
                let mark = self.tag.as_deref().map(owned::text);
                let netlink = self.socket_of(&ns, Protocol::Netfilter)?;
                ruleset::apply(netlink, changes, mark.as_deref())
            }
            Change::IpSet { change, .. } => {
                ipsets::change(self.socket_of(&ns, Protocol::Netfilter)?, change)
            }
            change => write::change(self.socket(&ns)?, change),
        }
    }

    /// The clock: nanoseconds since 1970, which go on evenly.
    fn elapsed(&self) -> Time {
        clock(self.epoch, self.began)
    }
}

/// The clock of a kernel that was spoken to first at that moment, when the wall clock said `epoch`.
fn clock(epoch: Duration, began: Instant) -> Time {
    let nanos = (epoch + began.elapsed()).as_nanos();
    Time(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// A time to wait, as poll(2) has it.
pub(crate) fn patience(time: Duration) -> Timespec {
    Timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: time.subsec_nanos().into(),
    }
}

impl World for Kernel {
    fn call(&mut self, request: Request) -> Result<Reply> {
        match request {
            Request::Apply(changes) => {
                match self.tag.clone() {
                    None => self.apply_all(&changes)?,
                    Some(tag) => {
                        let marked = changes.iter().map(|change| owned::mark(change, &tag));
                        self.apply_all(&marked.collect::<Vec<_>>())?;
                    }
                }
                Ok(Reply::Done)
            }
            Request::Snapshot { ns, parts } => self.state(ns, parts).map(Reply::State),
            Request::Ruleset { ns, wanted } => {
                let part = self.rules(&ns, &wanted)?;
                Ok(Reply::Ruleset(Box::new(part)))
            }
            Request::RouteGet { ns, query } => self.way(&ns, &query).map(Reply::Route),
            Request::RouteTable { ns, family, table } => {
                self.has_table(&ns, family, table).map(Reply::There)
            }
            Request::Now => Ok(Reply::Time(self.elapsed())),
            Request::SleepUntil(until) => {
                self.sleep(until.since(self.elapsed()))?;
                Ok(Reply::Done)
            }
            Request::Open { ns, kind } => self.open(&ns, kind).map(Reply::Socket),
            Request::NextNotice { socket, deadline } => {
                self.next_notice(socket, deadline).map(Reply::Notice)
            }
            Request::Close(socket) => match self.monitors.remove(&socket) {
                Some(_) => Ok(Reply::Done),
                None => Err(Errno::BADF.into()),
            },
            Request::Explain(_) => Err(Error::with(Errno::OPNOTSUPP, FOLLOWED)),
            _ => Err(Errno::OPNOTSUPP.into()),
        }
    }
}

/// What is said to who asks where a packet goes.
const FOLLOWED: &str = "the running kernel has no packets followed: a copy of it does, with --live";

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::journey::{Explain, Probe, ProbeProtocol, ProbeSend};

    #[test]
    fn who_asks_where_a_packet_goes_is_told_who_knows() {
        let explain = Explain {
            ns: NsName::first(),
            probe: Probe::Send(ProbeSend {
                to: core::net::Ipv4Addr::LOCALHOST.into(),
                port: 0,
                protocol: ProbeProtocol::Icmp,
                from: None,
                source_port: None,
                ttl: None,
                size: 64,
                tos: 0,
                mark: 0,
                dont_fragment: false,
                device: None,
            }),
            what_if: Vec::new(),
            max_steps: 10,
            states: false,
        };
        let refused = Kernel::new().explain(explain).unwrap_err();
        assert_eq!(refused.errno, Errno::OPNOTSUPP);
        assert!(refused.to_string().contains("--live"), "{refused}");
    }
}
