//! Connections as a snapshot tells them. What it does not tell: the numbers of TCP's ends (nothing of a
//! restored connection is refused for its numbers), what a helper has read so far, and which address
//! of a masqueraded connection is the device's.

use super::connection::{Connection, Protocol};
use super::expect::Expectation;
use super::helper::{Helper, Which};
use super::tuple::{self, Tuple};
use super::{arm, begin, configure, sctp, tcp};
use crate::namespace::NsId;
use crate::net::Net;
use core::time::Duration;
use netloom_model::conntrack::{self as model, status};
use netloom_model::{Errno, Result, Time};

/// Enters a connection.
///
/// # Errors
/// `EINVAL` where what is told makes no sense.
pub(crate) fn connection(net: &mut Net, ns: NsId, told: &model::Connection) -> Result<()> {
    let now = net.now;
    let tuples = [Tuple::told(&told.original), Tuple::told(&told.reply)];
    let mut connection = Connection::new(tuples, configure::zone_of(told)?);
    connection.id = told.id;
    connection.status = told.status | status::CONFIRMED;
    connection.mark = told.mark;
    connection.labels = told.labels.map(Box::new);
    connection.protocol = protocol_of(told)?;
    connection.expires = now + Duration::from_secs(told.timeout.into());
    connection.counters = told.counters.map(Box::new);
    if told.began.is_some() {
        connection.more_mut().began = told.began;
    }
    if let Some(which) = told.helper.as_deref().and_then(Which::named) {
        connection.more_mut().helper = Some(Helper::new(which));
    }
    begin(net, ns);
    let translated = connection.has(status::SRC_NAT);
    let conntrack = net.ns_mut(ns).conntrack.as_mut().ok_or(Errno::NOENT)?;
    let place = conntrack.table.insert(connection);
    conntrack.table.hang(place);
    conntrack.table.watch(place);
    if translated {
        conntrack.table.hang_by_source(place);
    }
    arm(net, ns);
    Ok(())
}

fn protocol_of(told: &model::Connection) -> Result<Protocol> {
    let state = told.state.as_deref();
    Ok(match (told.original.protocol, state) {
        (tuple::TCP, Some(state)) => Protocol::Tcp(tcp::Tcp::told(state).ok_or(Errno::INVAL)?),
        (tuple::SCTP, Some(state)) => {
            let tags = told.tags.unwrap_or_default();
            Protocol::Sctp(sctp::Sctp::told(state, tags).ok_or(Errno::INVAL)?)
        }
        (tuple::UDP, _) => Protocol::Udp { stream: Time(0) },
        _ => Protocol::None,
    })
}

/// Enters a connection that another one announced.
///
/// # Errors
/// `ENOENT` where that one is not there.
pub(crate) fn expectation(net: &mut Net, ns: NsId, told: &model::Expectation) -> Result<()> {
    let now = net.now;
    let conntrack = net.ns_mut(ns).conntrack.as_mut().ok_or(Errno::NOENT)?;
    let master = Tuple::told(&told.master);
    let announced = |(_, one): &(u32, &Connection)| one.tuples[0] == master;
    let found = conntrack.table.iter().find(announced);
    let master = found.map(|(place, connection)| (place, connection.stamp));
    conntrack.expected.push(Expectation {
        id: told.id,
        tuple: Tuple::told(&told.tuple),
        master: master.ok_or(Errno::NOENT)?,
        zone: told.zone,
        helper: Which::named(&told.helper),
        expires: now + Duration::from_secs(told.timeout.into()),
        follows: None,
    });
    arm(net, ns);
    Ok(())
}

/// What was counted of connections, by each processor.
pub(crate) fn statistics(net: &mut Net, ns: NsId, told: &[model::Statistics]) {
    if told.iter().all(|one| *one == model::Statistics::default()) {
        return;
    }
    begin(net, ns);
    let Some(conntrack) = &mut net.ns_mut(ns).conntrack else {
        return;
    };
    // A processor each, of which there is one here.
    let stats = &mut conntrack.stats;
    for one in told {
        stats.invalid += one.invalid;
        stats.insert += one.insert;
        stats.insert_failed += one.insert_failed;
        stats.drop += one.drop;
        stats.early_drop += one.early_drop;
        stats.clash_resolve += one.clash_resolve;
        let others = &mut stats.others;
        others.found += one.found;
        others.error += one.error;
        others.search_restart += one.search_restart;
        others.chain_too_long += one.chain_too_long;
    }
}

/// What is counted on Linux and never here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Others {
    pub(super) found: u64,
    pub(super) error: u64,
    pub(super) search_restart: u64,
    pub(super) chain_too_long: u64,
}
