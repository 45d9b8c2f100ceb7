//! What is told of connections to who listens (`ctnetlink`; conntrack(8), `-E`; the setting
//! `nf_conntrack_events`).
//!
//! What happens to a connection is noted while its packet is looked at, and told when the packet has
//! passed all rules, all of it in one message. A connection that began while nobody listened is
//! never told of.

use super::connection::{Connection, Reference, event};
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use crate::sysctl::Ct;
use netloom_model::Time;
use netloom_model::conntrack::{ConnectionEvent, ConnectionNotice};
use netloom_model::notice::About;

/// What a connection that begins notes of what happens to it.
pub(super) fn begins(net: &Net, ns: NsId) -> u16 {
    let listened = match net.ns(ns).conntrack_conf.get(Ct::Events) {
        0 => false,
        1 => true,
        _ => notify::heard_of_connections(net, ns),
    };
    match listened {
        true => event::NEW | event::LISTENED,
        false => event::NEW,
    }
}

/// A packet has passed all rules: what was noted of its connection is told.
#[inline]
pub(super) fn deliver(net: &mut Net, ns: NsId, reference: Reference) {
    if notify::heard_of_connections(net, ns) {
        deliver_noted(net, ns, reference);
    }
}

#[cold]
fn deliver_noted(net: &mut Net, ns: NsId, reference: Reference) {
    let conntrack = net.ns_mut(ns).conntrack.as_mut();
    let Some(connection) = conntrack.and_then(|conntrack| conntrack.of_mut(reference)) else {
        return;
    };
    if !connection.is_confirmed() {
        return;
    }
    let noted = connection.events;
    connection.events &= event::LISTENED;
    tell(net, ns, reference.place(), noted, None);
}

/// A connection is about to be forgotten.
pub(super) fn gone(net: &mut Net, ns: NsId, place: u32, by: Option<u32>) {
    if !notify::heard_of_connections(net, ns) {
        return;
    }
    let conntrack = net.ns(ns).conntrack.as_ref();
    let connection = conntrack.and_then(|conntrack| conntrack.table.get(place));
    if let Some(connection) = connection.filter(|connection| connection.is_confirmed()) {
        let noted = connection.events & event::LISTENED | event::DESTROY;
        tell(net, ns, place, noted, by);
    }
}

/// A program made or changed a connection.
pub(super) fn configured(net: &mut Net, ns: NsId, place: u32, noted: u16, by: u32) {
    if notify::heard_of_connections(net, ns) {
        tell(net, ns, place, noted | event::LISTENED, Some(by));
    }
}

fn tell(net: &mut Net, ns: NsId, place: u32, noted: u16, by: Option<u32>) {
    let now = net.now;
    let conntrack = net.ns(ns).conntrack.as_ref();
    let Some(connection) = conntrack.and_then(|conntrack| conntrack.table.get(place)) else {
        return;
    };
    if noted & event::LISTENED == 0 || noted == event::LISTENED {
        return;
    }
    let notice = connection.notice((noted, by), now);
    let gone = notice.event == ConnectionEvent::Destroy;
    notify::connection(net, ns, gone, &About::Connection(Box::new(notice)));
}

impl Connection {
    /// What is told of what happened.
    fn notice(&self, (noted, by): (u16, Option<u32>), now: Time) -> ConnectionNotice {
        let mut told = self.describe(now);
        let event = match noted {
            _ if noted & event::DESTROY != 0 => ConnectionEvent::Destroy,
            _ if noted & event::NEW != 0 => ConnectionEvent::New,
            _ => ConnectionEvent::Update,
        };
        if event != ConnectionEvent::Destroy {
            (told.counters, told.began, told.lived) = (None, None, None);
            if noted & event::PROTOINFO == 0 {
                (told.state, told.tags) = (None, None);
            }
        }
        if noted & event::LABEL == 0 {
            told.labels = None;
        }
        ConnectionNotice {
            event,
            connection: told,
            marked: noted & event::MARK != 0,
            by,
        }
    }
}
