//! Whose socket sent a packet (`skb->sk`), as rules ask for it.

use super::tcp::{NOBODY, Owner};
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::socket::{SocketId, TcpState};
use std::collections::BTreeMap;

/// The users of programs, by client; of others it is root.
pub(crate) type Users = BTreeMap<u64, (u32, u32)>;

/// Who sent a packet of this host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sender {
    /// A program of this user and group.
    Program { uid: u32, gid: u32 },
    /// A socket of the kernel's own: answers and errors of ICMP, resets.
    Kernel,
    /// A socket that no program has, or not yet.
    Nobody,
}

/// Who sent a packet that was made here; it has not left yet.
pub(crate) fn of(net: &Net, packet: &Packet) -> Sender {
    let Some(id) = packet.sender else {
        return Sender::Kernel;
    };
    let Ok(socket) = net.socket(id) else {
        return Sender::Nobody;
    };
    let mut client = socket.client;
    // What answers a SYN is sent for who listens.
    if let Some(tcp) = socket.tcp.as_deref()
        && let Owner::Listener(listener) = tcp.owner
        && tcp
            .connection()
            .is_some_and(|c| c.state == TcpState::SynReceived)
    {
        client = net.socket(SocketId(listener)).map_or(NOBODY, |s| s.client);
    }
    if client == NOBODY {
        return Sender::Nobody;
    }
    let (uid, gid) = net.users.get(&client).copied().unwrap_or_default();
    Sender::Program { uid, gid }
}
