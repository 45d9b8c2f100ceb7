//! Packet sockets (`struct packet_diag_req`, `struct packet_diag_msg`, `PACKET_DIAG_*`).

use super::memory;
use crate::{Attributes, Writer, u16_at, u32_at};
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::socket::{SocketKind, TcpState};
use netloom_model::socket_list::ListedSocket;

/// `AF_PACKET`.
const PACKET: u8 = 17;

/// The length of the fixed part.
const FIXED: usize = 16;

const INFO: u16 = 0;
const MEMORY: u16 = 6;

/// The body of a request for all of them.
#[must_use]
pub fn ask() -> Writer {
    /// What is to be told beside: what they look at, and their memory (`PACKET_SHOW_*`).
    const WANTED: u32 = 0x01 | 0x20;
    let mut fixed = [0; 20];
    fixed[0] = PACKET;
    fixed[8..12].copy_from_slice(&WANTED.to_le_bytes());
    Writer::new(&fixed)
}

/// The socket of a message's body. Who holds it is not told.
#[must_use]
pub fn decode(body: &[u8]) -> Option<ListedSocket> {
    if *body.first()? != PACKET {
        return None;
    }
    let attributes = Attributes::behind(body, FIXED);
    let held = attributes.get(MEMORY).unwrap_or_default();
    let amount = |at: usize| u32_at(held, at).unwrap_or(0);
    let inode = u32_at(body, 4)?;
    Some(ListedSocket {
        kind: SocketKind::Packet(u16_at(body, 2)?),
        local: (IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
        remote: None,
        dev: attributes.u32(INFO).unwrap_or(0),
        state: TcpState::Closed,
        queues: (amount(memory::RECEIVED), amount(memory::SENT)),
        only_v6: false,
        buffers: (amount(memory::MOST_RECEIVED), amount(memory::MOST_SENT)),
        drops: amount(memory::DROPS),
        inode,
        client: (inode != 0).then_some(0),
        program: None,
        timer: None,
        tcp: None,
    })
}
