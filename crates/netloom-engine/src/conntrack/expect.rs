//! Connections that others announced (`nf_conntrack_expect`): the first packet of one is related to
//! the connection that announced it, and is translated as that one is.

use super::connection::{Connection, event};
use super::given::Waits;
use super::helper::Which;
use super::nat::{self, Manip, Range};
use super::table::Direction;
use super::tuple::Tuple;
use super::{Conntrack, arm};
use crate::filter::Facts;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use crate::packet::Packet;
use crate::sysctl::Ct;
use netloom_model::Time;
use netloom_model::conntrack::{self as model, ConnectionEvent, ExpectationNotice, status};
use netloom_model::notice::About;

/// A connection, by its place and what tells it from others in that place.
pub(crate) type Known = (u32, u32);

/// A connection that is waited for.
#[derive(Clone, Debug)]
pub(crate) struct Expectation {
    pub(super) id: u32,
    /// Its first packet; the source's port is not known.
    pub(super) tuple: Tuple,
    /// The connection that announced it.
    pub(super) master: Known,
    pub(super) zone: u16,
    /// The helper that read of it; none where a rule said it.
    pub(super) helper: Option<Which>,
    pub(super) expires: Time,
    /// What it is translated to, where its master is: the direction of the master whose translation
    /// it follows, and the port that was announced at first.
    pub(super) follows: Option<(Direction, u16)>,
}

/// What a connection that was waited for knows of the one that announced it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announced {
    pub(crate) master: Known,
    /// Which helper read of it.
    pub(crate) helper: Option<Which>,
    follows: Option<(Direction, u16)>,
}

impl Expectation {
    /// Whether a packet that begins a connection is the one.
    fn is(&self, tuple: &Tuple, zone: u16) -> bool {
        let own = &self.tuple;
        (own.src, own.dst, own.dport) == (tuple.src, tuple.dst, tuple.dport)
            && (own.protocol, own.v6) == (tuple.protocol, tuple.v6)
            && self.zone == zone
    }

    /// Whether another connection than the one in that place announced it.
    pub(super) const fn is_not_of(&self, place: u32) -> bool {
        self.master.0 != place
    }

    fn describe(&self, table: &super::table::Table, now: Time) -> Option<model::Expectation> {
        let master = table.get(self.master.0)?;
        let mut tuple = self.tuple.describe();
        let all = Tuple {
            src: [0xff; 16],
            dst: [0xff; 16],
            sport: 0,
            dport: u16::MAX,
            ..self.tuple
        };
        if let model::Ports::Ports { source, .. } = &mut tuple.ports {
            *source = 0;
        }
        Some(model::Expectation {
            id: self.id,
            timeout: (self.expires.0.saturating_sub(now.0) / 1_000_000_000) as u32,
            tuple,
            mask: all.describe(),
            master: master.tuples[0].describe(),
            zone: self.zone,
            class: 0,
            helper: self.helper.map_or("", Which::name).to_owned(),
            permanent: false,
        })
    }
}

/// Those that are waited for in a namespace.
pub(crate) fn list(net: &Net, ns: NsId) -> Vec<model::Expectation> {
    let Some(conntrack) = &net.ns(ns).conntrack else {
        return Vec::new();
    };
    let all = conntrack.expected.iter();
    all.filter_map(|one| one.describe(&conntrack.table, net.now))
        .collect()
}

/// Waits for a connection; of one master for so many at once as its helper allows.
pub(super) fn expect(net: &mut Net, ns: NsId, wanted: Expectation) {
    let most = net.ns(ns).conntrack_conf.get(Ct::ExpectMax).max(1) as usize;
    let allowed = wanted.helper.map_or(usize::MAX, Which::most_expected);
    let Some(conntrack) = &net.ns(ns).conntrack else {
        return;
    };
    let same = |one: &&Expectation| one.is(&wanted.tuple, wanted.zone);
    let again = conntrack.expected.iter().find(same).map(|one| one.id);
    if let Some(id) = again {
        forget(net, ns, |one| one.id == id);
    }
    let Some(conntrack) = &net.ns(ns).conntrack else {
        return;
    };
    let own: Vec<u32> = (conntrack.expected.iter())
        .filter(|one| one.master == wanted.master)
        .map(|one| one.id)
        .collect();
    if own.len() >= allowed {
        forget(net, ns, |one| one.id == own[0]);
    }
    keep(net, ns, wanted, most);
}

/// Waits for a connection that a rule said, of one master for so many at once.
pub(super) fn beside(net: &mut Net, ns: NsId, wanted: Expectation, allowed: usize) -> Waits {
    let most = net.ns(ns).conntrack_conf.get(Ct::ExpectMax).max(1) as usize;
    let Some(conntrack) = &net.ns(ns).conntrack else {
        return Waits::No;
    };
    let all = conntrack.expected.iter();
    if all.filter(|one| one.master == wanted.master).count() >= allowed {
        return Waits::No;
    }
    let same = |one: &&Expectation| one.is(&wanted.tuple, wanted.zone);
    match conntrack.expected.iter().find(same) {
        Some(one) if one.master != wanted.master => return Waits::Clashes,
        Some(one) => {
            let again = one.id;
            forget(net, ns, |one| one.id == again);
        }
        None => {}
    }
    match keep(net, ns, wanted, most) {
        true => Waits::Yes,
        false => Waits::Clashes,
    }
}

/// Whether there was room for it.
fn keep(net: &mut Net, ns: NsId, wanted: Expectation, most: usize) -> bool {
    let Some(conntrack) = &mut net.ns_mut(ns).conntrack else {
        return false;
    };
    if conntrack.expected.len() >= most {
        return false;
    }
    conntrack.expected.push(wanted);
    let at = conntrack.expected.len() - 1;
    tell(net, ns, ConnectionEvent::New, at);
    arm(net, ns);
    true
}

/// Whether somebody already waits for a connection of these ends.
pub(super) fn is_expected(net: &Net, ns: NsId, tuple: &Tuple, zone: u16) -> bool {
    let conntrack = net.ns(ns).conntrack.as_ref();
    conntrack.is_some_and(|conntrack| conntrack.expected.iter().any(|one| one.is(tuple, zone)))
}

/// Waits no more for those for which `which` holds.
pub(super) fn forget(net: &mut Net, ns: NsId, which: impl Fn(&Expectation) -> bool) {
    loop {
        let conntrack = net.ns(ns).conntrack.as_ref();
        let all = conntrack.map_or(&[][..], |conntrack| &conntrack.expected);
        let Some(at) = all.iter().position(&which) else {
            return;
        };
        tell(net, ns, ConnectionEvent::Destroy, at);
        if let Some(conntrack) = &mut net.ns_mut(ns).conntrack {
            conntrack.expected.remove(at);
        }
    }
}

/// A connection is about to be forgotten: what it announced is waited for no more.
pub(super) fn master_gone(net: &mut Net, ns: NsId, place: u32) {
    let conntrack = net.ns(ns).conntrack.as_ref();
    if conntrack.is_some_and(|conntrack| !conntrack.expected.is_empty()) {
        forget(net, ns, |one| one.master.0 == place);
    }
}

fn tell(net: &mut Net, ns: NsId, event: ConnectionEvent, at: usize) {
    if !notify::heard_of_connections(net, ns) {
        return;
    }
    let conntrack = net.ns(ns).conntrack.as_ref();
    let told = conntrack.and_then(|conntrack| {
        let one = conntrack.expected.get(at)?;
        one.describe(&conntrack.table, net.now)
    });
    if let Some(expectation) = told {
        let gone = event == ConnectionEvent::Destroy;
        let notice = ExpectationNotice { event, expectation };
        notify::connection(net, ns, gone, &About::Expectation(Box::new(notice)));
    }
}

/// Waits no more for what took too long.
pub(super) fn expire(net: &mut Net, ns: NsId) {
    let now = net.now;
    forget(net, ns, |one| one.expires <= now);
}

/// When the next one has taken too long.
pub(super) fn next_due(conntrack: &Conntrack) -> Option<Time> {
    conntrack.expected.iter().map(|one| one.expires).min()
}

/// A connection begins: if it was waited for, it knows who announced it.
pub(super) fn fulfil(net: &mut Net, ns: NsId, connection: &mut Connection) {
    let Some(conntrack) = &net.ns(ns).conntrack else {
        return;
    };
    if conntrack.expected.is_empty() {
        return;
    }
    let zone = connection.zone.id(Direction::Original);
    let tuple = &connection.tuples[0];
    let found = conntrack.expected.iter().find(|one| one.is(tuple, zone));
    let Some(found) = found.cloned() else {
        return;
    };
    let (place, stamp) = found.master;
    let master = conntrack.table.get(place).filter(|c| c.stamp == stamp);
    let Some(mark) = master.map(|master| master.mark) else {
        return;
    };
    forget(net, ns, |one| one.id == found.id);
    connection.mark = mark;
    connection.status |= status::EXPECTED;
    connection.events |= event::NEW;
    connection.more_mut().announced = Some(Announced {
        master: found.master,
        helper: found.helper,
        follows: found.follows,
    });
}

/// A connection that was waited for is translated as the one that announced it
/// (`nf_nat_follow_master`).
pub(super) fn follow_master(net: &mut Net, facts: &Facts, packet: &Packet) {
    let Some(connection) = super::of_packet(net, facts.ns, packet) else {
        return;
    };
    let announced = connection.more.as_ref().and_then(|more| more.announced);
    let Some(announced) = announced else {
        return;
    };
    let Some((direction, port)) = announced.follows else {
        return;
    };
    let (place, stamp) = announced.master;
    let conntrack = net.ns(facts.ns).conntrack.as_ref();
    let master = conntrack.and_then(|c| c.table.get(place).filter(|m| m.stamp == stamp));
    let Some(back) = master.map(|master| *master.tuple(direction.other())) else {
        return;
    };
    let source = Range {
        addresses: Some((back.dst, back.dst)),
        ..Range::default()
    };
    nat::bind(net, facts, packet, Manip::Source, &source);
    let destination = Range {
        addresses: Some((back.src, back.src)),
        ports: Some((port, port)),
        ..Range::default()
    };
    nat::bind(net, facts, packet, Manip::Destination, &destination);
}
