//! Helpers: they read what connections carry, for other connections that it announces
//! (`nf_conntrack_helper`; iptables-extensions(8), CT; nft(8), CT HELPER). FTP's is the one there is.

mod ftp;
mod payload;

use super::connection::{Connection, Standing};
use super::expect::{self, Expectation};
use super::nat::adjust;
use super::table::Direction;
use super::tuple::{self, Tuple};
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use core::time::Duration;
use netloom_model::conntrack::status;
use netloom_model::journey::DropReason;
use netloom_wire::tcp;
use payload::mangle;

/// Which helper watches a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    Ftp,
}

impl Which {
    /// The one of a name.
    pub(crate) fn named(name: &str) -> Option<Which> {
        (name == Which::Ftp.name()).then_some(Which::Ftp)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Which::Ftp => "ftp",
        }
    }

    /// Whether it watches connections of a protocol.
    pub(super) const fn watches(self, protocol: u8) -> bool {
        match self {
            Which::Ftp => protocol == tuple::TCP,
        }
    }

    /// For how many connections it waits at once.
    pub(super) const fn most_expected(self) -> usize {
        match self {
            Which::Ftp => 1,
        }
    }

    /// For how long it waits.
    const fn patience(self) -> Duration {
        match self {
            Which::Ftp => Duration::from_secs(300),
        }
    }
}

/// What a helper knows of a connection.
#[derive(Clone, Debug)]
pub(crate) enum Helper {
    Ftp(ftp::Lines),
}

impl Helper {
    pub(super) fn new(which: Which) -> Helper {
        match which {
            Which::Ftp => Helper::Ftp(ftp::Lines::default()),
        }
    }

    pub(crate) const fn which(&self) -> Which {
        match self {
            Helper::Ftp(_) => Which::Ftp,
        }
    }
}

/// How many ports are tried for a connection that is announced elsewhere.
const MOST_TRIES: u32 = 128;

/// A packet of a connection is about to leave, or to be delivered: its helper reads it, and its
/// numbers follow what helpers wrote (`nf_confirm`).
///
/// # Errors
/// There is no port left for what it announces.
pub(super) fn watch(net: &mut Net, facts: &Facts, packet: &mut Packet) -> Result<(), DropReason> {
    let Some(connection) = super::of_packet(net, facts.ns, packet) else {
        return Ok(());
    };
    let Some(more) = &connection.more else {
        return Ok(());
    };
    let adjusts = more.adjust.is_some();
    if more.helper.is_some() && packet.ct.standing == Standing::Established {
        read(net, facts, packet)?;
    }
    if adjusts {
        adjust::numbers(net, facts, packet);
    }
    Ok(())
}

/// Has the helper read a segment.
fn read(net: &mut Net, facts: &Facts, packet: &mut Packet) -> Result<(), DropReason> {
    let (Some(tuple::TCP), Some(transport)) = (facts.protocol, facts.transport) else {
        return Ok(());
    };
    let transport = usize::from(transport);
    let Ok(segment) = tcp::Packet::new_checked(&packet.network()[transport..]) else {
        return Ok(());
    };
    let begins = transport + segment.header_len();
    let (seq, data) = (segment.seq(), packet.network()[begins..].to_vec());
    let direction = packet.ct.direction;
    let reference = packet.ct;
    let Some(connection) = super::of_packet_mut(net, facts.ns, packet) else {
        return Ok(());
    };
    let own = connection.tuples[direction as usize];
    let more = connection.more.as_deref_mut();
    let Some(Helper::Ftp(lines)) = more.and_then(|more| more.helper.as_mut()) else {
        return Ok(());
    };
    let Some(found) = lines.read(&own, direction, seq, &data) else {
        return Ok(());
    };
    let connection = &connection.clone();
    let Some(mut wanted) = announced(connection, &found, direction, net) else {
        return Ok(());
    };
    wanted.master = (reference.place(), connection.stamp);
    if connection.has(status::SRC_NAT | status::DST_NAT) {
        let port = free_port(net, facts, &wanted).ok_or(DropReason::ConntrackClash)?;
        wanted.follows = Some((direction.other(), wanted.tuple.dport));
        wanted.tuple.dport = port;
        let address = connection.tuple(direction.other()).destination();
        let text = found.form.write(address, port);
        let place = (begins + found.at, found.len);
        mangle(net, facts, (packet, seq), place, text.as_bytes());
    }
    expect::expect(net, facts.ns, wanted);
    Ok(())
}

/// The connection that was read of; none where somebody else is to be called.
fn announced(
    connection: &Connection,
    found: &ftp::Found,
    direction: Direction,
    net: &mut Net,
) -> Option<Expectation> {
    let own = &connection.tuples[direction as usize];
    let back = connection.tuple(direction.other());
    // Who has others called is not believed.
    if found.address.is_some_and(|address| address != own.source()) {
        return None;
    }
    let tuple = Tuple {
        src: back.src,
        dst: back.dst,
        sport: 0,
        dport: found.port,
        ..*own
    };
    Some(Expectation {
        id: net.random.next() as u32,
        tuple,
        master: (0, 0),
        zone: connection.zone.id(Direction::Original),
        helper: Some(Which::Ftp),
        expires: net.now + Which::Ftp.patience(),
        follows: None,
    })
}

/// The port that was announced, or another one if somebody is waited for there.
fn free_port(net: &mut Net, facts: &Facts, wanted: &Expectation) -> Option<u16> {
    let mut tuple = wanted.tuple;
    for _ in 0..MOST_TRIES {
        if !expect::is_expected(net, facts.ns, &tuple, wanted.zone) {
            return Some(tuple.dport);
        }
        tuple.dport = 1024 + ((net.random.next() >> 32) % (65_536 - 1024)) as u16;
    }
    None
}
