//! Sockets as the kernel lists them (sock_diag(7)): those of TCP, UDP and raw ones (`inet_diag`), and
//! packet sockets (`packet_diag`).
//!
//! Left out: unix domain sockets, those of netlink, and rings of packet sockets.

mod inet;
mod packet;
mod tcp_info;

pub use inet::{ask, decode};
pub use packet::{ask as ask_packets, decode as decode_packet};

/// The kind of every message (`SOCK_DIAG_BY_FAMILY`).
pub const KIND: u16 = 20;

/// Which of a socket's memory is which (`SK_MEMINFO_*`).
mod memory {
    pub(super) const RECEIVED: usize = 0;
    pub(super) const MOST_RECEIVED: usize = 4;
    pub(super) const SENT: usize = 8;
    pub(super) const MOST_SENT: usize = 12;
    pub(super) const DROPS: usize = 32;
}

/// Kinds of sockets by the protocol that they are asked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inet {
    /// `IPPROTO_TCP`.
    Tcp,
    /// `IPPROTO_UDP`.
    Udp,
    /// `IPPROTO_RAW`: raw sockets of any protocol.
    Raw,
}

impl Inet {
    const fn number(self) -> u8 {
        match self {
            Inet::Tcp => 6,
            Inet::Udp => 17,
            Inet::Raw => 255,
        }
    }
}

#[cfg(test)]
mod tests;
