//! Sockets of IP (`struct inet_diag_req_v2`, `struct inet_diag_msg`, `INET_DIAG_*`).

use super::{Inet, memory, tcp_info};
use crate::{Attributes, INET, INET6, Writer, addr, array, family_number, u32_at};
use core::net::IpAddr;
use core::time::Duration;
use netloom_model::Family;
use netloom_model::socket::{SocketKind, TcpState};
use netloom_model::socket_list::{ListedSocket, SocketTimer};

/// The length of the fixed part.
const FIXED: usize = 72;

const INFO: u16 = 2;
const MEMORY: u16 = 7;
const PROTOCOL: u16 = 10;
const ONLY_V6: u16 = 11;

/// The body of a request for all sockets of a protocol and a version of IP, in whatever state.
#[must_use]
pub fn ask(protocol: Inet, family: Family) -> Writer {
    /// Each attribute that is wanted is a bit, the first of them one.
    const WANTED: u8 = 1 << (INFO - 1) | 1 << (MEMORY - 1);
    const STATES: u32 = 0xfff;
    let mut fixed = [0; 56];
    fixed[0] = family_number(family);
    fixed[1] = protocol.number();
    fixed[2] = WANTED;
    fixed[4..8].copy_from_slice(&STATES.to_le_bytes());
    Writer::new(&fixed)
}

/// The socket of a message's body. Who holds it is not told.
#[must_use]
pub fn decode(protocol: Inet, body: &[u8]) -> Option<ListedSocket> {
    let (v6, octets) = match *body.first()? {
        INET => (false, 4),
        INET6 => (true, 16),
        _ => return None,
    };
    let state = state(*body.get(1)?);
    let end = |address: usize, port: usize| -> Option<(IpAddr, u16)> {
        let port = u16::from_be_bytes(array(body, port)?);
        Some((addr(body.get(address..address + octets)?)?, port))
    };
    let (local, remote) = (end(8, 4)?, end(24, 6)?);
    let attributes = Attributes::behind(body, FIXED);
    let held = attributes.get(MEMORY).unwrap_or_default();
    let amount = |at: usize| u32_at(held, at).unwrap_or(0);
    let number = u8::try_from(local.1).unwrap_or(0);
    let number = attributes.u8(PROTOCOL).unwrap_or(number);
    let inode = u32_at(body, 68)?;
    Some(ListedSocket {
        kind: kind(protocol, v6, number),
        local,
        remote: Some(remote).filter(|(address, port)| !address.is_unspecified() || *port != 0),
        dev: u32_at(body, 40)?,
        state,
        queues: (u32_at(body, 56)?, u32_at(body, 60)?),
        only_v6: attributes.is_on(ONLY_V6),
        buffers: (amount(memory::MOST_RECEIVED), amount(memory::MOST_SENT)),
        drops: amount(memory::DROPS),
        inode,
        client: (inode != 0).then_some(0),
        program: None,
        timer: timer(*body.get(2)?, *body.get(3)?, u32_at(body, 52)?),
        tcp: attributes
            .get(INFO)
            .filter(|_| protocol == Inet::Tcp)
            .map(|info| Box::new(tcp_info::decode(info, state))),
    })
}

const fn kind(protocol: Inet, v6: bool, number: u8) -> SocketKind {
    match (protocol, v6) {
        (Inet::Tcp, false) => SocketKind::Tcp,
        (Inet::Tcp, true) => SocketKind::Tcp6,
        (Inet::Udp, false) => SocketKind::Udp,
        (Inet::Udp, true) => SocketKind::Udp6,
        (Inet::Raw, false) => SocketKind::Raw(number),
        (Inet::Raw, true) => SocketKind::Raw6(number),
    }
}

/// A state by its number; what has none is closed.
const fn state(number: u8) -> TcpState {
    /// A connection that a listening socket keeps for itself (`TCP_NEW_SYN_RECV`).
    const ASKED_FOR: u8 = 12;
    match number {
        1 => TcpState::Established,
        2 => TcpState::SynSent,
        3 | ASKED_FOR => TcpState::SynReceived,
        4 => TcpState::FinWait1,
        5 => TcpState::FinWait2,
        6 => TcpState::TimeWait,
        8 => TcpState::CloseWait,
        9 => TcpState::LastAck,
        10 => TcpState::Listen,
        11 => TcpState::Closing,
        _ => TcpState::Closed,
    }
}

fn timer(number: u8, retransmits: u8, millis: u32) -> Option<SocketTimer> {
    let name = match number {
        0 => return None,
        1 => "on",
        2 => "keepalive",
        3 => "timewait",
        4 => "persist",
        _ => "unknown",
    };
    Some(SocketTimer {
        name: name.to_owned(),
        left: Duration::from_millis(millis.into()),
        retransmits: retransmits.into(),
    })
}
