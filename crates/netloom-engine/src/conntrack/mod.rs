//! Connection tracking: which connection a packet belongs to, and how it stands to it
//! (`nf_conntrack`; nf_conntrack-sysctl in the kernel's documentation, conntrack(8)).
//!
//! `filter` calls at the hooks, where a ruleset asks for connections: `track` looks a packet's
//! connection up before the rules, `confirm` keeps a new one once its first packet has passed them
//! all. `tuple` reads what connections are found by, `table` finds and forgets them, `protocol` (with
//! `tcp` and `sctp`) knows what packets do to them, `related` reads the errors of ICMP. `helper`
//! reads of connections that others announce, which `expect` waits for; `given` is what rules give a connection. `told` tells who listens, `configure` does what programs ask for.
//!
//! Left out: PPTP's keys of GRE, other helpers than FTP's. Of DCCP no more is known than of any protocol, as
//! since Linux 6.16.

pub(crate) mod again;
pub(crate) mod ahead;
mod configure;
mod confirm;
mod connection;
mod describe;
mod expect;
pub(crate) mod given;
mod helper;
pub(crate) mod nat;
mod protocol;
mod related;
pub(crate) mod restore;
mod sctp;
mod table;
mod tcp;
#[cfg(test)]
mod tests;
mod told;
pub(crate) mod trace;
mod track;
mod tuple;

pub(crate) use configure::change;
pub(crate) use confirm::confirm;
pub(crate) use connection::{Connection, Reference, Standing, TEMPLATE, Zone, event};
pub(crate) use describe::{count, list, statistics};
pub(crate) use expect::list as expected;
pub(crate) use given::{Beside, Timeouts, Waits};
pub(crate) use helper::Which as Helper;
pub(crate) use nat::{shift_all, write_number};
pub(crate) use related::sums_up;
pub(crate) use table::Direction;
pub(crate) use tcp::State;
pub(crate) use track::track;
pub(crate) use tuple::Tuple;

use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use crate::sysctl::Ct;
use crate::timer::Timer;
use connection::Protocol;
use core::net::IpAddr;
use netloom_model::Time;
use netloom_model::conntrack::status;
use table::Table;

/// The connections of a namespace.
#[derive(Clone, Debug)]
pub(crate) struct Conntrack {
    table: Table,
    /// When the engine comes back for those that expire.
    armed: Option<Time>,
    pub(crate) stats: Stats,
    /// Connections that others announced.
    expected: Vec<expect::Expectation>,
    /// What makes hashes of it its own.
    seed: u64,
}

/// What is counted (`conntrack -S`).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stats {
    pub(crate) invalid: u64,
    pub(crate) insert: u64,
    pub(crate) insert_failed: u64,
    pub(crate) drop: u64,
    pub(crate) early_drop: u64,
    pub(crate) clash_resolve: u64,
    others: restore::Others,
}

impl Conntrack {
    fn new(seed: u64) -> Conntrack {
        Conntrack {
            table: Table::new(seed),
            armed: None,
            stats: Stats::default(),
            expected: Vec::new(),
            seed,
        }
    }

    /// What nobody outside knows.
    pub(crate) const fn secret(&self) -> u64 {
        self.seed
    }

    /// The connection that a packet refers to.
    #[inline]
    pub(crate) fn of(&self, reference: Reference) -> Option<&Connection> {
        let connection = self.table.get(reference.place())?;
        (connection.stamp == reference.stamp()).then_some(connection)
    }

    /// The same, to be changed.
    #[inline]
    pub(crate) fn of_mut(&mut self, reference: Reference) -> Option<&mut Connection> {
        let connection = self.table.get_mut(reference.place())?;
        (connection.stamp == reference.stamp()).then_some(connection)
    }

    /// Forgets a connection that is not confirmed, for its packet is gone.
    fn forget_fresh(&mut self, reference: Reference) {
        if self.of(reference).is_some_and(|c| !c.is_confirmed()) {
            self.table.remove(reference.place());
            let place = reference.place();
            self.expected.retain(|one| one.is_not_of(place));
        }
    }
}

/// The connection of a packet in a namespace.
#[inline]
pub(crate) fn of_packet<'n>(net: &'n Net, ns: NsId, packet: &Packet) -> Option<&'n Connection> {
    net.ns(ns).conntrack.as_ref()?.of(packet.ct)
}

/// The same, to be changed.
pub(crate) fn of_packet_mut<'n>(
    net: &'n mut Net,
    ns: NsId,
    packet: &Packet,
) -> Option<&'n mut Connection> {
    net.ns_mut(ns).conntrack.as_mut()?.of_mut(packet.ct)
}

/// A namespace remembers connections from now on.
pub(crate) fn begin(net: &mut Net, ns: NsId) {
    if net.ns(ns).conntrack.is_none() {
        let seed = net.random.hash_seed()[0];
        net.ns_mut(ns).conntrack = Some(Box::new(Conntrack::new(seed)));
    }
}

/// Has the engine come back when the next connection expires.
fn arm(net: &mut Net, ns: NsId) {
    let Some(conntrack) = &mut net.namespaces[ns.0].conntrack else {
        return;
    };
    let due = [conntrack.table.next_due(), expect::next_due(conntrack)];
    let Some(next) = due.into_iter().flatten().min() else {
        return;
    };
    if conntrack.armed.is_none_or(|armed| next < armed) {
        conntrack.armed = Some(next);
        net.timers.set(next, Timer::Connections { ns });
    }
}

/// Forgets connections that are past their time.
pub(crate) fn expire(net: &mut Net, ns: NsId) {
    let now = net.now;
    loop {
        let Some(conntrack) = net
            .namespaces
            .get_mut(ns.0)
            .and_then(|n| n.conntrack.as_mut())
        else {
            return;
        };
        let Some(place) = conntrack.table.expired(now) else {
            conntrack.armed = None;
            break;
        };
        forget(net, ns, place);
    }
    expect::expire(net, ns);
    arm(net, ns);
}

/// Forgets a connection, and tells so.
pub(crate) fn forget(net: &mut Net, ns: NsId, place: u32) {
    forget_by(net, ns, place, None);
}

/// Forgets a connection for a program.
fn forget_by(net: &mut Net, ns: NsId, place: u32, by: Option<u32>) {
    told::gone(net, ns, place, by);
    expect::master_gone(net, ns, place);
    let Some(conntrack) = &mut net.ns_mut(ns).conntrack else {
        return;
    };
    conntrack.table.remove(place);
}

/// This host has reset a packet's connection in the name of its other end: it is closed
/// (`nf_conntrack_set_closing`).
pub(crate) fn close(net: &mut Net, ns: NsId, packet: &Packet) {
    let (now, reference) = (net.now, packet.ct);
    let namespace = net.ns_mut(ns);
    let conf = &namespace.conntrack_conf;
    let Some(conntrack) = &mut namespace.conntrack else {
        return;
    };
    let connection = conntrack.of_mut(reference);
    let Some(connection) = connection.filter(|connection| connection.is_confirmed()) else {
        return;
    };
    let own = given::settings(connection, conf);
    let seconds = own.as_ref().unwrap_or(conf).get(Ct::TcpClose);
    let Protocol::Tcp(tcp) = &mut connection.protocol else {
        return;
    };
    if tcp.close() && !connection.has(status::FIXED_TIMEOUT) {
        connection.refresh(now, seconds);
        connection.events |= event::PROTOINFO;
        conntrack.table.watch(reference.place());
        arm(net, ns);
    }
}

/// An address is gone from a device: so are the connections that were masqueraded with it.
pub(crate) fn forget_masqueraded(net: &mut Net, dev: DevId, address: IpAddr) {
    forget_of(net, dev, |c| c.tuples[1].destination() == address);
}

/// A device is down: so are the connections that were masqueraded by it.
pub(crate) fn device_down(net: &mut Net, dev: DevId) {
    forget_of(net, dev, |_| true);
}

fn forget_of(net: &mut Net, dev: DevId, which: impl Fn(&Connection) -> bool) {
    let (ns, index) = (net.ns_of(dev), net.dev(dev).index);
    let Some(conntrack) = &net.ns(ns).conntrack else {
        return;
    };
    let all = conntrack.table.iter();
    let with = all.filter(|(_, c)| c.masquerade == index && which(c));
    for place in with.map(|(place, _)| place).collect::<Vec<_>>() {
        forget(net, ns, place);
    }
}

/// Connections of packets that ended before they were confirmed go with them.
fn forget_orphans(net: &mut Net) {
    while let Some(reference) = net.pool.orphans.pop() {
        let namespace = net.namespaces.get_mut(reference.ns().0);
        if let Some(conntrack) = namespace.and_then(|n| n.conntrack.as_mut()) {
            conntrack.forget_fresh(reference);
        }
    }
}
