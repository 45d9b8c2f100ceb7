//! Whoever listens to what changes: sockets in the multicast groups of rtnetlink(7) and of rules, or of
//! connections, and the names of namespaces as they come and go.

use crate::netlink::{Netlink, Protocol, widen};
use crate::{namespace, read, refused, ruleset};
use core::mem::MaybeUninit;
use netlink_sys::{Socket, SocketAddr};
use netloom_model::notice::{About, Notice};
use netloom_model::ruleset::{ChainRef, Rule, Ruleset, Wanted};
use netloom_model::trace::{TraceStep, Traced, TracedPacket};
use netloom_model::{Errno, NsName, Result, Time};
use netloom_netlink::nft::event::{self, Listener};
use netloom_netlink::nft::{self, set, trace};
use netloom_netlink::{Message, Messages, conntrack, kind, link, listened, told};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

/// The groups of links, neighbours, addresses, routes, rules, settings, groups of bridges, ids of
/// namespaces and next hops (`RTNLGRP_*`).
const ROUTE: [u32; 13] = [1, 3, 5, 7, 8, 9, 11, 19, 24, 25, 26, 28, 32];

/// Those of connections that come, change and go, and of those that are waited for (`NFNLGRP_*`).
const CONNECTIONS: [u32; 6] = [1, 2, 3, 4, 5, 6];

/// What one message has room for.
const ROOM: usize = 64 * 1024;

/// What is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listened {
    /// Links, addresses, routes, and rules for packets.
    Route,
    /// Connections.
    Connections,
}

/// One who listens.
pub(crate) struct Monitor {
    socket: Socket,
    /// The socket that tells of rules, and what was heard of it; none where nobody may.
    rules: Option<Rules>,
    listened: Listened,
    /// The names of namespaces.
    names: Option<OwnedFd>,
    /// Another socket, to ask what numbers stand for.
    asks: Netlink,
    /// The names of links by their numbers, as they were told first: what goes had one.
    links: HashMap<u32, String>,
    /// The names of the namespaces that have an id here.
    ids: BTreeMap<i32, NsName>,
    waiting: VecDeque<Notice>,
    room: Vec<u8>,
}

impl Monitor {
    /// Listens in the namespace of the thread.
    pub(crate) fn open(listened: Listened) -> io::Result<Monitor> {
        let (protocol, groups) = match listened {
            Listened::Route => (Protocol::Route, ROUTE.as_slice()),
            Listened::Connections => (Protocol::Netfilter, CONNECTIONS.as_slice()),
        };
        let mut socket = Socket::new(protocol.number())?;
        widen(&socket);
        socket.bind(&SocketAddr::new(0, 0))?;
        for group in groups {
            socket.add_membership(*group)?;
        }
        let mut asks = Netlink::open(Protocol::Route)?;
        let (mut links, mut ids) = (HashMap::new(), BTreeMap::new());
        if listened == Listened::Route {
            let all = asks.dump(kind::LINK + kind::GET, &link::ask(None), link::decode);
            let all = all.unwrap_or_default().into_iter();
            links = all.map(|link| (link.index, link.name)).collect();
            ids = read::nsids(&mut asks).unwrap_or_default();
        }
        let rules = (listened == Listened::Route).then(|| rules().ok());
        Ok(Monitor {
            socket,
            rules: rules.flatten(),
            listened,
            names: (listened == Listened::Route).then(names).flatten(),
            asks,
            links,
            ids,
            waiting: VecDeque::new(),
            room: vec![0; ROOM],
        })
    }

    /// The next thing that is told, if it comes within `patience`; none: it is waited for as long as it
    /// takes. What makes `end` readable ends the wait.
    pub(crate) fn next(
        &mut self,
        patience: Option<Duration>,
        end: Option<BorrowedFd<'_>>,
        now: impl Fn() -> Time,
    ) -> Result<Option<Notice>> {
        let until = patience.and_then(|patience| Instant::now().checked_add(patience));
        loop {
            if let Some(notice) = self.waiting.pop_front() {
                return Ok(Some(notice));
            }
            // What is heard and tells nothing makes the wait no longer.
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            let left = left.map(crate::kernel::patience);
            let ready = self.wait(left.as_ref(), end)?;
            if ready.ended {
                return Err(Errno::INTR.into());
            }
            if !ready.socket && !ready.rules && !ready.names {
                return Ok(None);
            }
            if ready.names {
                self.read_names(now());
            }
            if ready.socket {
                self.read_socket(now())?;
            }
            if ready.rules {
                self.read_rules(now())?;
            }
        }
    }

    fn wait(&self, patience: Option<&Timespec>, end: Option<BorrowedFd<'_>>) -> Result<Ready> {
        // SAFETY: the sockets are open as long as this borrows from them.
        #[allow(unsafe_code, reason = "the sockets have their numbers alone")]
        let file = |socket: &Socket| unsafe { BorrowedFd::borrow_raw(socket.as_raw_fd()) };
        let names = self.names.as_ref().map(AsFd::as_fd);
        let rules = self.rules.as_ref().map(|rules| file(&rules.socket));
        let watched = [Some(file(&self.socket)), names, end, rules];
        let there = watched.iter().flatten();
        let mut polled: Vec<PollFd<'_>> = there
            .map(|file| PollFd::from_borrowed_fd(*file, PollFlags::IN))
            .collect();
        poll(&mut polled, patience).map_err(|error| refused(&error.into()))?;
        let mut ready = polled.iter().map(|file| !file.revents().is_empty());
        let mut of = |file: Option<BorrowedFd<'_>>| file.is_some() && ready.next() == Some(true);
        Ok(Ready {
            socket: of(watched[0]),
            names: of(watched[1]),
            ended: of(watched[2]),
            rules: of(watched[3]),
        })
    }

    fn read_socket(&mut self, now: Time) -> Result<()> {
        let mut room = self.room.as_mut_slice();
        let received = match self.socket.recv(&mut room, 0) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            received => received.map_err(|error| refused(&error))?,
        };
        let bytes = self.room[..received].to_vec();
        for message in Messages::new(&bytes, 0) {
            let message = message.map_err(|_| Errno::PROTO)?;
            let heard = match self.listened {
                Listened::Route => self.of_routes(&message),
                Listened::Connections => of_connections(&message, now),
            };
            let notices = heard.into_iter();
            let at = now;
            self.waiting
                .extend(notices.map(|(gone, about)| Notice { at, gone, about }));
        }
        Ok(())
    }

    fn read_rules(&mut self, at: Time) -> Result<()> {
        let Some(mut rules) = self.rules.take() else {
            return Ok(());
        };
        let heard = self.hear_rules(&mut rules, at);
        self.rules = Some(rules);
        heard
    }

    fn hear_rules(&mut self, rules: &mut Rules, at: Time) -> Result<()> {
        let mut room = self.room.as_mut_slice();
        let received = match rules.socket.recv(&mut room, 0) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) if error.raw_os_error() == Some(Errno::NOBUFS.0) => {
                rules.listener.lost(sets(&mut rules.asks));
                rules.read = None;
                return Err(Errno::NOBUFS.into());
            }
            received => received.map_err(|error| refused(&error))?,
        };
        let bytes = self.room[..received].to_vec();
        for message in Messages::new(&bytes, 0) {
            let message = message.map_err(|_| Errno::PROTO)?;
            let about = if message.kind == nft::kind::TRACE {
                let told = trace::decode(message.body);
                let step = told.and_then(|told| rules.traced(told, |dev| self.name_of_link(dev)));
                step.map(|step| About::Traced(Box::new(step)))
            } else {
                let events = rules.listener.hear(&message);
                if events.is_some() {
                    rules.read = None;
                }
                events.map(|events| About::Ruleset(Box::new(events)))
            };
            let gone = false;
            self.waiting
                .extend(about.map(|about| Notice { at, gone, about }));
        }
        Ok(())
    }

    /// What a message of rtnetlink(7) tells.
    fn of_routes(&mut self, message: &Message<'_>) -> Vec<(bool, About)> {
        if let Some(told::Told::Notice { gone, mut about }) = told::decode(message) {
            if let About::Link { link, moved, .. } = &mut about {
                self.name_peer(link);
                // A name that is told once stays, as ip(8) keeps it.
                let name = || link.name.clone();
                self.links.entry(link.index).or_insert_with(name);
                *moved = listened::moved(message.body)
                    .map(|(id, index)| (self.name_of(id).unwrap_or_default(), index));
            }
            return vec![(gone, about)];
        }
        let mut all = Vec::new();
        for mut heard in listened::decode(message) {
            match &mut heard.about {
                About::Nsid { id, ns } => {
                    *ns = self.name_of(*id).unwrap_or_default();
                    if heard.gone {
                        self.ids.remove(id);
                    }
                }
                About::Netconf {
                    dev: Some(dev),
                    name,
                    ..
                } => *name = self.name_of_link(*dev),
                _ => {}
            }
            all.push((heard.gone, heard.about));
        }
        all
    }

    fn name_peer(&mut self, link: &mut netloom_model::Link) {
        let peer = link.peer.as_mut();
        let Some((peer, id)) = peer.and_then(|peer| peer.nsid.map(|id| (peer, id))) else {
            return;
        };
        if let Some(name) = self.name_of(id) {
            peer.ns = name;
        }
    }

    /// The name of the namespace that has an id here.
    fn name_of(&mut self, id: i32) -> Option<NsName> {
        if !self.ids.contains_key(&id) {
            self.ids = read::nsids(&mut self.asks).ok()?;
        }
        self.ids.get(&id).cloned()
    }

    /// The name of a link: of one that is not told of yet, what it is called now.
    fn name_of_link(&mut self, index: u32) -> String {
        if let Some(name) = self.links.get(&index) {
            return name.clone();
        }
        let asked = link::name(index);
        let found = self.asks.ask(kind::LINK + kind::GET, asked, link::decode);
        let found = found.ok().flatten();
        found.map_or_else(|| format!("if{index}"), |link| link.name)
    }

    /// Namespaces that have a name now, or none any more.
    fn read_names(&mut self, at: Time) {
        let Some(names) = &self.names else {
            return;
        };
        let mut room = [MaybeUninit::uninit(); 4096];
        let mut events = inotify::Reader::new(names, &mut room);
        loop {
            let Ok(event) = events.next() else {
                return;
            };
            let gone = event.events().contains(inotify::ReadFlags::DELETE);
            if let Some(name) = event.file_name().and_then(|name| name.to_str().ok()) {
                let about = About::Namespace(NsName::new(name));
                self.waiting.push_back(Notice { at, gone, about });
            }
            if events.is_buffer_empty() {
                return;
            }
        }
    }
}

/// One who listens to changes of rules, and to what they do with packets that are followed.
struct Rules {
    socket: Socket,
    /// What was heard.
    listener: Listener,
    /// Another socket, to ask for sets.
    asks: Netlink,
    /// The rules that packets are followed through, with what they had counted when they were read; none
    /// where they changed since.
    read: Option<Ruleset>,
    /// The packet that was told with the end of a chain, and not with a step.
    ended: Option<(u32, trace::Packet)>,
}

impl Rules {
    /// A step of a packet that is followed; none if its rule has gone.
    fn traced(&mut self, told: trace::Told, name: impl FnMut(u32) -> String) -> Option<Traced> {
        let before = self.ended.take().filter(|(id, _)| *id == told.id);
        let packet = told.packet.or(before.map(|(_, packet)| packet));
        let Some(step) = told.step else {
            self.ended = packet.map(|packet| (told.id, packet));
            return None;
        };
        let step = match step {
            trace::Step::Policy(policy) => TraceStep::Policy(policy),
            trace::Step::Rule(handle, verdict) => TraceStep::Rule {
                rule: Box::new(self.rule(&told.chain, handle)?),
                verdict,
            },
        };
        let family = told.family;
        Some(Traced {
            id: told.id,
            table: told.chain.table,
            chain: told.chain.chain,
            family,
            mark: told.mark,
            packet: packet.map(|packet| followed(packet, family, name)),
            step,
        })
    }

    fn rule(&mut self, chain: &ChainRef, handle: u64) -> Option<Rule> {
        if self.read.is_none() {
            self.read = ruleset::read(&mut self.asks, &Wanted::all(), Time::ZERO).ok();
        }
        let tables = &self.read.as_ref()?.tables;
        let table = tables
            .iter()
            .find(|table| (table.family, &table.name) == (chain.table.family, &chain.table.name))?;
        let chain = table.chains.iter().find(|own| own.name == chain.chain)?;
        chain
            .rules
            .iter()
            .find(|rule| rule.handle == handle)
            .cloned()
    }
}

/// A packet that is followed, with the names of its devices.
fn followed(
    packet: trace::Packet,
    family: u8,
    mut name: impl FnMut(u32) -> String,
) -> Box<TracedPacket> {
    let protocol = packet.protocol(family);
    let [link, network, transport] = packet.headers;
    Box::new(TracedPacket {
        input: packet.input.map(&mut name).unwrap_or_default(),
        output: packet.output.map(&mut name).unwrap_or_default(),
        loopback: packet.loopback,
        link,
        network,
        transport,
        protocol,
    })
}

/// Which of what is waited for has come.
struct Ready {
    socket: bool,
    names: bool,
    ended: bool,
    rules: bool,
}

/// What a message about connections tells.
fn of_connections(message: &Message<'_>, now: Time) -> Vec<(bool, About)> {
    let connection = conntrack::notice(message, now).map(|told| {
        let gone = told.event == netloom_model::conntrack::ConnectionEvent::Destroy;
        (gone, About::Connection(Box::new(told)))
    });
    let expected = conntrack::expectation_notice(message).map(|told| {
        let gone = told.event == netloom_model::conntrack::ConnectionEvent::Destroy;
        (gone, About::Expectation(Box::new(told)))
    });
    connection.into_iter().chain(expected).collect()
}

/// Listens to changes of rules, which takes `CAP_NET_ADMIN`.
fn rules() -> io::Result<Rules> {
    let mut socket = Socket::new(Protocol::Netfilter.number())?;
    widen(&socket);
    socket.bind(&SocketAddr::new(0, 0))?;
    socket.add_membership(event::GROUP)?;
    socket.add_membership(trace::GROUP)?;
    let mut asks = Netlink::open(Protocol::Netfilter)?;
    let listener = Listener::new(sets(&mut asks));
    let read = ruleset::read(&mut asks, &Wanted::all(), Time::ZERO).ok();
    Ok(Rules {
        socket,
        listener,
        asks,
        read,
        ended: None,
    })
}

/// The sets that there are.
fn sets(asks: &mut Netlink) -> Vec<set::Known> {
    let all = nft::body(None);
    let sets = asks.dump(nft::kind::SET + nft::kind::GET, &all, set::decode);
    sets.unwrap_or_default()
}

/// Watches the names of namespaces; none where there can be no names.
fn names() -> Option<OwnedFd> {
    let watch = inotify::init(inotify::CreateFlags::CLOEXEC | inotify::CreateFlags::NONBLOCK);
    let watch = watch.ok()?;
    let events = inotify::WatchFlags::CREATE | inotify::WatchFlags::DELETE;
    namespace::prepare().ok()?;
    inotify::add_watch(&watch, namespace::NAMES, events).ok()?;
    Some(watch)
}
