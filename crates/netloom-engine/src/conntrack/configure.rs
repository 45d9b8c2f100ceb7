//! What programs ask of the table of connections (`ctnetlink`; conntrack(8)): they list it, make,
//! change and forget connections.

use super::connection::{Connection, Protocol, Zone, event};
use super::table::Direction;
use super::tuple::{self, Tuple};
use super::{arm, begin, expect, forget_by, sctp, tcp, told};
use crate::namespace::NsId;
use crate::net::Net;
use core::net::IpAddr;
use core::time::Duration;
use netloom_model::conntrack::{self as model, ConnectionChange, ConnectionUpdate, status};
use netloom_model::{Errno, Family, Result};

/// The address of a program's socket, as those who listen are told: the one that Linux gives a
/// second socket of a program.
const PROGRAM: u32 = 4_294_963_199;

/// Bits of a connection's status that programs cannot change, and those that they cannot take back.
const FIXED: u32 = status::EXPECTED | status::CONFIRMED | status::DYING;

/// Bits that are passed over when programs say them (`IPS_UNCHANGEABLE_MASK`).
const PASSED_OVER: u32 = status::OFFLOAD;

/// Carries a change out.
///
/// # Errors
/// `EEXIST` where such a connection is there, `ENOENT` where it is not, `EBUSY` where a status cannot
/// be, `EINVAL` where what is asked for makes no sense.
pub(crate) fn change(net: &mut Net, ns: NsId, change: &ConnectionChange) -> Result<()> {
    match change {
        ConnectionChange::Create(connection) => create(net, ns, connection),
        ConnectionChange::Update(update) => set(net, ns, update),
        ConnectionChange::Delete { id, original, .. } => {
            let place = place_of(net, ns, *id, Some(original)).ok_or(Errno::NOENT)?;
            forget_by(net, ns, place, Some(PROGRAM));
            Ok(())
        }
        ConnectionChange::Flush(family) => {
            flush(net, ns, *family);
            Ok(())
        }
        ConnectionChange::Zero => {
            zero(net, ns);
            Ok(())
        }
        ConnectionChange::FlushExpectations => {
            expect::forget(net, ns, |_| true);
            Ok(())
        }
    }
}

/// Where the connection of a number is.
fn place_of(net: &Net, ns: NsId, id: u32, original: Option<&model::Tuple>) -> Option<u32> {
    let table = &net.ns(ns).conntrack.as_ref()?.table;
    let known = original.map(Tuple::told);
    if let Some((place, _)) =
        known.and_then(|tuple| table.find(&tuple, Zone::ALL, Direction::Original))
        && table.get(place).is_some_and(|found| found.id == id)
    {
        return Some(place);
    }
    let mut all = table.iter();
    let found = all.find(|(_, connection)| connection.id == id && connection.is_confirmed())?;
    Some(found.0)
}

fn flush(net: &mut Net, ns: NsId, family: Option<Family>) {
    let Some(conntrack) = &net.ns(ns).conntrack else {
        return;
    };
    let of = |connection: &Connection| match connection.tuples[0].v6 {
        false => Family::V4,
        true => Family::V6,
    };
    let all = conntrack.table.iter().filter(|(_, c)| c.is_confirmed());
    let wanted = all.filter(|(_, c)| family.is_none_or(|family| of(c) == family));
    for place in wanted.map(|(place, _)| place).collect::<Vec<_>>() {
        forget_by(net, ns, place, Some(PROGRAM));
    }
}

fn zero(net: &mut Net, ns: NsId) {
    let Some(conntrack) = &mut net.ns_mut(ns).conntrack else {
        return;
    };
    let places: Vec<u32> = conntrack.table.iter().map(|(place, _)| place).collect();
    for place in places {
        let connection = conntrack.table.get_mut(place);
        if let Some(counters) = connection.and_then(|c| c.counters.as_deref_mut()) {
            *counters = Default::default();
        }
    }
}

/// Makes a connection.
fn create(net: &mut Net, ns: NsId, wanted: &model::Connection) -> Result<()> {
    let tuples = [Tuple::told(&wanted.original), Tuple::told(&wanted.reply)];
    let zone = zone_of(wanted)?;
    if wanted.status & status::EXPECTED != 0 {
        return Err(Errno::BUSY.into());
    }
    begin(net, ns);
    let now = net.now;
    let mut connection = Connection::new(tuples, zone);
    connection.id = net.random.next() as u32;
    connection.status = wanted.status & !(FIXED | PASSED_OVER) | status::CONFIRMED;
    connection.mark = wanted.mark;
    connection.labels = wanted.labels.map(Box::new);
    connection.protocol = protocol_of(wanted)?;
    connection.expires = now + Duration::from_secs(wanted.timeout.into());
    connection.events = told::begins(net, ns) & event::LISTENED;
    let conf = &net.ns(ns).conntrack_conf;
    let counts = conf.on(crate::sysctl::Ct::Acct);
    connection.counters = counts.then(Default::default);
    if conf.on(crate::sysctl::Ct::Timestamp) {
        connection.more_mut().began = Some(now);
    }
    let conntrack = net.ns_mut(ns).conntrack.as_mut().ok_or(Errno::NOENT)?;
    for direction in Direction::BOTH {
        let tuple = &tuples[direction as usize];
        if conntrack.table.find(tuple, zone, direction).is_some() {
            return Err(Errno::EXIST.into());
        }
    }
    let place = conntrack.table.insert(connection);
    conntrack.table.hang(place);
    conntrack.table.watch(place);
    conntrack.stats.insert += 1;
    arm(net, ns);
    let noted = event::NEW | event::PROTOINFO | event::MARK | event::LABEL;
    told::configured(net, ns, place, noted, PROGRAM);
    Ok(())
}

pub(super) fn zone_of(wanted: &model::Connection) -> Result<Zone> {
    Ok(match (wanted.original_zone, wanted.reply_zone) {
        (None, None) => Zone {
            id: wanted.zone,
            directions: 3,
        },
        (Some(id), None) => Zone { id, directions: 1 },
        (None, Some(id)) => Zone { id, directions: 2 },
        (Some(_), Some(_)) => return Err(Errno::INVAL.into()),
    })
}

/// What a program says that the protocol knows.
fn protocol_of(wanted: &model::Connection) -> Result<Protocol> {
    let state = wanted.state.as_deref();
    Ok(match (wanted.original.protocol, state) {
        (tuple::TCP, Some(state)) => Protocol::Tcp(tcp::Tcp::told(state).ok_or(Errno::INVAL)?),
        (tuple::SCTP, Some(state)) => {
            let tags = wanted.tags.unwrap_or_default();
            Protocol::Sctp(sctp::Sctp::told(state, tags).ok_or(Errno::INVAL)?)
        }
        (tuple::UDP, _) => Protocol::Udp {
            stream: netloom_model::Time(0),
        },
        _ => Protocol::None,
    })
}

/// Changes a connection.
fn set(net: &mut Net, ns: NsId, update: &ConnectionUpdate) -> Result<()> {
    let place = place_of(net, ns, update.id, Some(&update.original)).ok_or(Errno::NOENT)?;
    let now = net.now;
    let conntrack = net.ns_mut(ns).conntrack.as_mut().ok_or(Errno::NOENT)?;
    let connection = conntrack.table.get_mut(place).ok_or(Errno::NOENT)?;
    if let Some(bits) = update.status {
        if bits & FIXED & !connection.status != 0 {
            return Err(Errno::BUSY.into());
        }
        connection.status |= bits & !PASSED_OVER;
    }
    if let Some(seconds) = update.timeout {
        connection.expires = now + Duration::from_secs(seconds.into());
    }
    if let Some(mark) = update.mark {
        connection.mark = mark;
    }
    if let Some(labels) = update.labels {
        connection.labels = Some(Box::new(labels));
    }
    if let Some(state) = &update.state {
        match &mut connection.protocol {
            Protocol::Tcp(tcp) => tcp.state = tcp::State::named(state).ok_or(Errno::INVAL)?,
            Protocol::Sctp(sctp) => sctp.state = sctp::State::named(state).ok_or(Errno::INVAL)?,
            _ => {}
        }
    }
    conntrack.table.watch(place);
    arm(net, ns);
    let noted = event::REPLY | event::ASSURED | event::PROTOINFO | event::MARK | event::LABEL;
    told::configured(net, ns, place, noted, PROGRAM);
    Ok(())
}

impl Tuple {
    /// That of the model.
    pub(super) fn told(told: &model::Tuple) -> Tuple {
        let octets = |address: IpAddr| {
            let mut bytes = [0; 16];
            match address {
                IpAddr::V4(address) => bytes[..4].copy_from_slice(&address.octets()),
                IpAddr::V6(address) => bytes = address.octets(),
            }
            bytes
        };
        let (sport, dport) = match told.ports {
            model::Ports::Ports {
                source,
                destination,
            }
            | model::Ports::Gre {
                source,
                destination,
            } => (source, destination),
            model::Ports::Icmp {
                icmp_type,
                code,
                id,
            } => (id, u16::from(icmp_type) << 8 | u16::from(code)),
            model::Ports::None => (0, 0),
        };
        let keyed = matches!(
            told.ports,
            model::Ports::Gre { .. } | model::Ports::Icmp { .. }
        );
        let (sport, dport) = match keyed || tuple::has_ports(told.protocol) {
            true => (sport, dport),
            false => (0, 0),
        };
        Tuple {
            src: octets(told.source),
            dst: octets(told.destination),
            sport,
            dport,
            protocol: told.protocol,
            v6: told.source.is_ipv6(),
        }
    }
}
