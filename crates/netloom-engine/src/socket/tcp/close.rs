//! close(2) and shutdown(2) of TCP sockets (RFC 9293 section 3.6, `tcp_close`).

use super::connection::Connection;
use super::settle::{account, settle};
use super::table::Place;
use super::{NOBODY, Owner, Role, Tcp};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use netloom_model::Errno;
use netloom_model::counters::Counter;
use netloom_model::socket::{Shutdown, SocketId, TcpState};

/// Connections that go on without a program (`tcp_max_orphans`, of a machine with some gigabytes).
const MOST_ORPHANS: u32 = 16_384;

impl Connection {
    /// The program sends no more.
    pub(super) fn finish(&mut self) {
        if self.shut_write {
            return;
        }
        self.shut_write = true;
        match self.state {
            TcpState::Established => self.state = TcpState::FinWait1,
            TcpState::CloseWait => self.state = TcpState::LastAck,
            _ => {}
        }
    }

    /// The program is gone; whether something is still to be done.
    fn leave(&mut self) {
        let unread = self.inbound.readable() > 0;
        match self.state {
            TcpState::SynSent => self.end(),
            _ if unread => {
                self.tally.one(Counter::TcpExtTCPAbortOnClose);
                self.abort();
            }
            _ if self.wishes.abort_on_close => {
                self.tally.one(Counter::TcpExtTCPAbortOnData);
                self.abort();
            }
            _ => self.finish(),
        }
        self.shut_read = true;
    }
}

/// A program closes a socket.
pub(crate) fn close<O: Observer>(cx: &mut Cx<'_, O>, id: u32) {
    let Some(tcp) = cx.net.tcp(id) else {
        return;
    };
    match &tcp.role {
        Role::Idle => remove(cx.net, id),
        Role::Listening(listener) => {
            let waiting = listener.all();
            remove(cx.net, id);
            waiting.into_iter().for_each(|child| refuse(cx, child));
        }
        Role::Connected(_) => leave(cx, id),
    }
}

/// A connection whose listener is gone ends by a reset.
fn refuse<O: Observer>(cx: &mut Cx<'_, O>, id: u32) {
    if let Some(tcp) = cx.net.tcp_mut(id) {
        tcp.owner = Owner::Nobody;
        if let Some(connection) = tcp.connection_mut() {
            connection.abort();
        }
        count_orphan(cx.net, id);
        settle(cx, id, None);
    }
}

fn leave<O: Observer>(cx: &mut Cx<'_, O>, id: u32) {
    let Some(socket) = cx.net.sockets.0.get_mut(id) else {
        return;
    };
    socket.client = NOBODY;
    let ns = socket.ns;
    let crowded = cx.net.ns(ns).sockets.tcp.orphans >= MOST_ORPHANS;
    let Some(tcp) = cx.net.tcp_mut(id) else {
        return;
    };
    tcp.owner = Owner::Nobody;
    if let Some(connection) = tcp.connection_mut() {
        connection.leave();
        if crowded && connection.state != TcpState::Closed {
            connection.tally.one(Counter::TcpExtTCPAbortOnMemory);
            connection.abort();
        }
    }
    count_orphan(cx.net, id);
    settle(cx, id, None);
}

fn count_orphan(net: &mut Net, id: u32) {
    let ns = net.sockets.0[id].ns;
    net.ns_mut(ns).sockets.tcp.orphans += 1;
}

/// Takes a socket out of the world.
pub(crate) fn remove(net: &mut Net, id: u32) {
    let Some(tcp) = net.tcp_mut(id) else {
        return;
    };
    let (port, owner) = (tcp.local.1, tcp.owner);
    let listens = matches!(tcp.role, Role::Listening(_));
    let ends = tcp.connection().map(|c| (c.local, c.remote));
    tcp.role = Role::Idle;
    account(net, id);
    let ns = net.sockets.0[id].ns;
    let table = &mut net.ns_mut(ns).sockets.tcp;
    if port != 0 {
        table.let_go(port, id);
    }
    if listens {
        table.listen_no_more(port, id);
    }
    if let Some((local, remote)) = ends {
        table.remove(local, remote, Place::Socket(id));
    }
    if owner == Owner::Nobody {
        table.orphans = table.orphans.saturating_sub(1);
    }
    net.sockets.0.remove(id);
}

/// shutdown(2).
pub(crate) fn shutdown<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    how: Shutdown,
) -> Result<(), Errno> {
    let tcp = cx.net.tcp_mut(id.0).ok_or(Errno::NOTCONN)?;
    if let Role::Listening(listener) = &tcp.role {
        // What listens and is to read no more listens no more.
        if how == Shutdown::Write {
            return Ok(());
        }
        let waiting = listener.all();
        let port = tcp.local.1;
        tcp.role = Role::Idle;
        let ns = cx.net.sockets.0[id.0].ns;
        cx.net.ns_mut(ns).sockets.tcp.listen_no_more(port, id.0);
        waiting.into_iter().for_each(|child| refuse(cx, child));
        return Ok(());
    }
    let connection = tcp.connection_mut().ok_or(Errno::NOTCONN)?;
    if connection.state == TcpState::Closed {
        return Err(Errno::NOTCONN);
    }
    if how != Shutdown::Read {
        if connection.state == TcpState::SynSent {
            connection.end();
        } else {
            connection.finish();
        }
    }
    if how != Shutdown::Write {
        connection.shut_read = true;
    }
    settle(cx, id.0, None);
    Ok(())
}

/// A device is gone: a socket that was bound to it is bound to nothing that receives.
pub(crate) fn device_gone(net: &mut Net, ns: NsId, dev: DevId) {
    let all: Vec<u32> = (net.sockets.0.iter())
        .filter(|(_, socket)| socket.ns == ns && socket.dev == dev && socket.tcp.is_some())
        .map(|(id, _)| id)
        .collect();
    for id in all {
        net.sockets.0[id].dev = DevId::NONE;
        if let Some(connection) = net.tcp_mut(id).and_then(Tcp::connection_mut) {
            connection.soft_error = Some(Errno::NETDOWN);
        }
    }
}
