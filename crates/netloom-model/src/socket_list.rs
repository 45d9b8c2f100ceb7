//! Sockets as they are listed (ss(8), `sock_diag`): whose they are, between whom, and how they are
//! doing.

use crate::socket::{SocketKind, TcpInfo, TcpState};
use core::net::IpAddr;
use core::time::Duration;
use serde::{Deserialize, Serialize};

/// A socket of a namespace, or what is left of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedSocket {
    /// Its kind.
    pub kind: SocketKind,
    /// Its own address and port; of a raw socket the protocol stands for the port.
    pub local: (IpAddr, u16),
    /// Its partner's, if it has one.
    pub remote: Option<(IpAddr, u16)>,
    /// The link that it is bound to; 0 = none.
    pub dev: u32,
    /// Its state; of sockets that know no connection `Established` with a partner, else `Closed`.
    pub state: TcpState,
    /// Bytes received and not read, and sent and not acknowledged. Of one that listens: the
    /// connections that wait, and how many may.
    pub queues: (u32, u32),
    /// Whether it speaks IPv6 alone.
    pub only_v6: bool,
    /// The most bytes that its queues hold: received, to be sent.
    pub buffers: (u32, u32),
    /// Packets that came and were lost (`sk_drops`).
    pub drops: u32,
    /// The number that tells it from all others of its world; 0 where no program has it.
    pub inode: u32,
    /// Whoever opened it, as the world numbers its clients; none where nobody holds it any more.
    pub client: Option<u64>,
    /// The program that holds it, where the world knows of one.
    pub program: Option<SocketProgram>,
    /// The timer that runs.
    pub timer: Option<SocketTimer>,
    /// How its connection is doing.
    pub tcp: Option<Box<TcpInfo>>,
}

impl ListedSocket {
    /// Whether it is a connection that Linux counts as made (`tcpCurrEstab` of RFC 4022).
    #[must_use]
    pub fn is_connected(&self) -> bool {
        let made = matches!(self.state, TcpState::Established | TcpState::CloseWait);
        made && self.kind.is_tcp()
    }
}

/// A program that holds a socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketProgram {
    /// Its process.
    pub pid: u32,
    /// Its name.
    pub name: String,
    /// The number that the socket would have in it.
    pub fd: u32,
}

/// A timer of a socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketTimer {
    /// Its name in ss(8).
    pub name: String,
    /// When it is due from now.
    pub left: Duration,
    /// Retransmissions so far.
    pub retransmits: u32,
}
