//! tcp(7): connections between programs (RFC 9293).
//!
//! A [`connection::Connection`] is the protocol alone, without I/O: `arrive`, `acknowledge`,
//! `inbound`, `transmit`, `timers` are what it does, `congestion`, `probe`, `rtt`, `ranges`, `options`,
//! `seq` what it does it with. Around it `table` finds the connection of a segment, `input` and
//! `output` stand between it and IP, `listen` makes new ones, `time_wait` keeps what is left of
//! old ones, `tally` is what is counted, `ports` gives out ports, `calls` and `close` are what programs ask for.
//!
//! Left out: urgent data, explicit congestion notification, fast open, SYN cookies.

pub(crate) mod acknowledge;
mod arrive;
pub(crate) mod calls;
mod close;
mod congestion;
pub(crate) mod connection;
mod error;
mod inbound;
mod input;
mod listen;
mod mib;
mod options;
mod output;
pub(crate) mod ports;
mod probe;
mod ranges;
mod reset;
pub(super) mod restore;
mod rtt;
mod seq;
mod settle;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod time_wait;
mod timers;
mod transmit;
pub(crate) mod tunables;

pub(crate) use close::{close, device_gone, remove, shutdown};
pub(crate) use error::{Told, icmp_error, path_narrowed};
pub(crate) use input::{connected, listening, receive_v4, receive_v6};
pub(crate) use settle::timer;
pub(crate) use table::Table;
pub(crate) use time_wait::timer as time_wait_timer;

use connection::{Connection, End, Wishes};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use listen::Listener;
use netloom_model::Time;
use netloom_model::socket::{SocketKind, TcpInfo, TcpState};

/// What a socket of TCP has beside what all have.
#[derive(Clone, Debug)]
pub(crate) struct Tcp {
    /// Where it is bound; an address that is not specified stands for all of its family, port 0 for
    /// none. A connection over IPv4 has IPv4 addresses whatever its socket's family.
    pub(crate) local: End,
    /// Whether a program chose the port.
    pub(crate) chose_port: bool,
    pub(crate) role: Role,
    pub(crate) owner: Owner,
    pub(crate) wishes: Wishes,
    /// `O_NONBLOCK`.
    pub(crate) nonblocking: bool,
    /// How long connect(2) waits; zero: for ever.
    pub(crate) connect_timeout: Duration,
    /// A connect(2) whose outcome was not told yet, and until when it waits.
    connecting: Option<Time>,
    /// Bytes of its queues that are accounted for.
    accounted: usize,
    /// When its timer is set for.
    armed: Option<Time>,
    /// Tells its timers from those of others that had its place.
    stamp: u32,
    /// The identification of its next IPv4 packet.
    ident: u16,
}

/// What a socket is.
#[derive(Clone, Debug)]
pub(crate) enum Role {
    Idle,
    Listening(Listener),
    Connected(Box<Connection>),
}

/// Who holds a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A program.
    Program,
    /// A socket that listens: it waits to be accepted.
    Listener(u32),
    /// Nobody any more: it ends by itself.
    Nobody,
}

/// The client of sockets that no program holds.
pub(crate) const NOBODY: u64 = u64::MAX - 1;

impl Tcp {
    pub(crate) fn new(kind: SocketKind, stamp: u32, ident: u16) -> Tcp {
        Tcp {
            local: (anywhere(kind), 0),
            chose_port: false,
            role: Role::Idle,
            owner: Owner::Program,
            wishes: Wishes::default(),
            nonblocking: false,
            connect_timeout: Duration::ZERO,
            connecting: None,
            accounted: 0,
            armed: None,
            stamp,
            ident,
        }
    }

    pub(crate) fn connection(&self) -> Option<&Connection> {
        match &self.role {
            Role::Connected(connection) => Some(connection),
            _ => None,
        }
    }

    /// What the program wishes goes over to its connection.
    pub(crate) fn wishes_changed(&mut self) {
        let wishes = self.wishes;
        if let Some(connection) = self.connection_mut() {
            connection.wishes = wishes;
        }
    }

    fn connection_mut(&mut self) -> Option<&mut Connection> {
        match &mut self.role {
            Role::Connected(connection) => Some(connection),
            _ => None,
        }
    }

    /// `TCP_INFO`.
    pub(crate) fn info(&self) -> TcpInfo {
        match &self.role {
            Role::Connected(connection) => connection.info(),
            Role::Listening(_) => TcpInfo {
                state: TcpState::Listen,
                ..TcpInfo::default()
            },
            Role::Idle => TcpInfo::default(),
        }
    }

    pub(crate) fn listener(&self) -> Option<&Listener> {
        match &self.role {
            Role::Listening(listener) => Some(listener),
            _ => None,
        }
    }

    fn listener_mut(&mut self) -> Option<&mut Listener> {
        match &mut self.role {
            Role::Listening(listener) => Some(listener),
            _ => None,
        }
    }
}

/// The address that stands for all addresses of a kind of socket.
fn anywhere(kind: SocketKind) -> IpAddr {
    if kind.is_v6() {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    }
}

/// An address as a program of the socket's family sees it (`::ffff:192.0.2.1`).
pub(crate) fn shown(kind: SocketKind, address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) if kind.is_v6() => address.to_ipv6_mapped().into(),
        other => other,
    }
}
