//! The table of connections of a namespace (`ctnetlink`): read, and changed.

use crate::netlink::Netlink;
use netloom_model::conntrack::{
    Connection, ConnectionChange, ConnectionUpdate, Expectation, Statistics, Tuple,
};
use netloom_model::{Errno, Result, Time};
use netloom_netlink::conntrack::{self, kind};
use netloom_netlink::flag;

/// The connections that are remembered, and those that are waited for. All namespaces share one table,
/// which the kernel goes through for each: where it counts none, nothing is asked for.
pub(crate) fn read(
    netlink: &mut Netlink,
    now: Time,
) -> Result<(Vec<Connection>, Vec<Expectation>)> {
    let all = conntrack::of_family(None);
    let count = netlink.find(kind::COUNT, all.clone(), conntrack::count)?;
    if count == Some(0) {
        return Ok((Vec::new(), Vec::new()));
    }
    let connections = netlink.dump(kind::GET, &all, |body| conntrack::decode(body, now))?;
    let expected = netlink.dump(kind::EXPECT_GET, &all, conntrack::expectation)?;
    Ok((connections, expected))
}

/// What each processor counted.
pub(crate) fn statistics(netlink: &mut Netlink) -> Result<Vec<Statistics>> {
    let all = conntrack::of_family(None);
    netlink.dump(kind::STATISTICS, &all, conntrack::statistics)
}

/// Carries a change out.
pub(crate) fn change(netlink: &mut Netlink, change: &ConnectionChange) -> Result<()> {
    match change {
        ConnectionChange::Create(connection) => {
            let body = conntrack::create(connection)?;
            netlink.request(kind::NEW, flag::CREATE | flag::EXCLUSIVE, body)
        }
        ConnectionChange::Update(wanted) => update(netlink, wanted),
        ConnectionChange::Delete { id, original, zone } => {
            let body = conntrack::delete(*id, original, *zone);
            netlink.request(kind::DELETE, 0, body)
        }
        ConnectionChange::Flush(family) => {
            netlink.request(kind::DELETE, 0, conntrack::flush(*family))
        }
        ConnectionChange::Zero => {
            let all = conntrack::of_family(None);
            netlink.dump(kind::GET_AND_ZERO, &all, |_| None::<()>)?;
            Ok(())
        }
        ConnectionChange::FlushExpectations => {
            let body = conntrack::flush_expectations();
            netlink.request(kind::EXPECT_DELETE, 0, body)
        }
    }
}

/// The connection of a first direction, in a zone.
pub(crate) fn find(
    netlink: &mut Netlink,
    original: &Tuple,
    zone: u16,
) -> Result<Option<Connection>> {
    let asked = conntrack::find(original, zone);
    match netlink.find(kind::GET, asked, |body| conntrack::decode(body, Time::ZERO)) {
        Err(error) if error.errno == Errno::NOENT => Ok(None),
        found => found,
    }
}

/// Changes a connection. The kernel wants to be told all bits of its status: those that it has are
/// asked for first.
fn update(netlink: &mut Netlink, wanted: &ConnectionUpdate) -> Result<()> {
    let there = find(netlink, &wanted.original, wanted.zone)?;
    let there = there.filter(|there| there.id == wanted.id);
    let there = there.ok_or(Errno::NOENT)?;
    netlink.request(kind::NEW, 0, conntrack::update(wanted, &there)?)
}
