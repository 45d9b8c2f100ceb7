//! Whether something changed while it was read: whoever listens to netlink's groups is told of every
//! change (netlink(7)). Neighbours, forwarding databases and connections come and go all the time, and
//! are not listened to.

use netlink_sys::protocols::{NETLINK_NETFILTER, NETLINK_ROUTE};
use netlink_sys::{Socket, SocketAddr};
use std::io;

/// Groups of rtnetlink(7): links, addresses, routes and rules of both versions, next hops.
const ROUTING: [u32; 8] = [1, 5, 7, 8, 9, 11, 19, 32];

/// The group of netfilter that is told of rules (`NFNLGRP_NFTABLES`).
const RULES: [u32; 1] = [7];

/// `MSG_DONTWAIT`.
const NOT_WAITING: i32 = 0x40;

/// Listens in the namespace in which it began.
pub(super) struct Watch {
    sockets: Vec<Socket>,
}

impl Watch {
    /// Begins. Rules are listened to by those who may (`CAP_NET_ADMIN`).
    pub(super) fn begin() -> io::Result<Watch> {
        let mut sockets = vec![listen(NETLINK_ROUTE, &ROUTING)?];
        sockets.extend(listen(NETLINK_NETFILTER, &RULES));
        Ok(Watch { sockets })
    }

    /// Whether there was a change since; also where so much was told that some was lost.
    pub(super) fn changed(&self) -> bool {
        let mut byte = [0; 1];
        let told = |socket: &Socket| match socket.recv(&mut &mut byte[..], NOT_WAITING) {
            Ok(_) => true,
            Err(error) => error.raw_os_error() == Some(netloom_model::Errno::NOBUFS.0),
        };
        self.sockets.iter().any(told)
    }
}

fn listen(protocol: isize, groups: &[u32]) -> io::Result<Socket> {
    let mut socket = Socket::new(protocol)?;
    socket.bind(&SocketAddr::new(0, 0))?;
    for group in groups {
        socket.add_membership(*group)?;
    }
    Ok(socket)
}
