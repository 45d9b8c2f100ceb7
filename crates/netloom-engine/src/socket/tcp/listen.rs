//! listen(2): connections that are asked for, and those that wait to be accepted (RFC 9293 section
//! 3.10.7.2, `tcp_conn_request`).

use super::connection::{Beginning, Connection, End, Segment};
use super::settle::{settle, tunables};
use super::table::{Place, Table};
use super::{NOBODY, Owner, Role, Tcp};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::socket::Socket;
use crate::sysctl::Global;
use core::net::IpAddr;
use netloom_model::journey::DropReason;
use netloom_model::socket::SocketKind;
use std::collections::VecDeque;

/// The queues of a socket that listens.
#[derive(Clone, Debug, Default)]
pub(crate) struct Listener {
    /// Connections that may wait to be accepted; one more than this does.
    pub(crate) backlog: u32,
    /// Those whose SYN was not yet acknowledged.
    half_open: Vec<u32>,
    /// Those that wait to be accepted.
    pub(super) ready: VecDeque<u32>,
}

impl Listener {
    pub(super) fn new(backlog: u32) -> Listener {
        Listener {
            backlog,
            ..Listener::default()
        }
    }

    /// Connections that wait to be accepted.
    pub(crate) fn waiting(&self) -> usize {
        self.ready.len()
    }

    pub(super) fn is_full(&self) -> bool {
        self.ready.len() > self.backlog as usize
    }

    pub(super) fn is_half_open(&self, id: u32) -> bool {
        self.half_open.contains(&id)
    }

    pub(super) fn forget(&mut self, id: u32) {
        self.half_open.retain(|other| *other != id);
        self.ready.retain(|other| *other != id);
    }

    /// The connection is made: it waits to be accepted.
    pub(super) fn complete(&mut self, id: u32) {
        self.half_open.retain(|other| *other != id);
        self.ready.push_back(id);
    }

    /// All that nobody has accepted.
    pub(super) fn all(&self) -> Vec<u32> {
        self.half_open.iter().chain(&self.ready).copied().collect()
    }
}

/// The socket that listens where a segment wants to go (`__inet_lookup_listener`): the address
/// itself before all addresses, the device before all devices, the socket of the packet's family
/// before one of both; among equals, which share the port, the ends decide.
pub(super) fn find(net: &Net, ns: NsId, dev: DevId, local: End, remote: End) -> Option<u32> {
    let mut best: (u8, Vec<u32>) = (0, Vec::new());
    for id in net.ns(ns).sockets.tcp.listeners(local.1) {
        let socket = &net.sockets.0[*id];
        let Some(score) = score(socket, dev, local.0) else {
            continue;
        };
        if score > best.0 {
            best = (score, vec![*id]);
        } else if score == best.0 {
            best.1.push(*id);
        }
    }
    let (_, all) = best;
    let shares = all
        .first()
        .is_some_and(|id| net.sockets.0[*id].options.reuse_port);
    let at = match all.len() {
        0 => return None,
        len if shares => (Table::share(local, remote) % len as u64) as usize,
        _ => 0,
    };
    all.get(at).copied()
}

/// Whether a socket listens.
pub(super) fn listens(net: &Net, id: u32) -> bool {
    net.tcp(id)
        .is_some_and(|tcp| matches!(tcp.role, Role::Listening(_)))
}

/// How well a listener fits; none if it does not.
fn score(socket: &Socket, dev: DevId, to: IpAddr) -> Option<u8> {
    let bound = socket.tcp.as_ref()?.local.0;
    if socket.dev != DevId::NONE && socket.dev != dev {
        return None;
    }
    let family = socket.kind.is_v6() == to.is_ipv6();
    let fits = if bound.is_unspecified() {
        family || (socket.kind.is_v6() && !socket.options.only_v6)
    } else {
        bound == to
    };
    let points = 1
        + u8::from(family)
        + 4 * u8::from(!bound.is_unspecified())
        + 2 * u8::from(socket.dev != DevId::NONE);
    fits.then_some(points)
}

/// Somebody calls: a connection is begun, if there is room for it.
pub(super) fn called<O: Observer>(
    cx: &mut Cx<'_, O>,
    listener: u32,
    (dev, local, remote): (DevId, End, End),
    syn: &Segment<'_>,
    (mtu, cause): (u32, u32),
) -> Result<(), DropReason> {
    let ns = cx.net.ns_of(dev);
    let settings = &cx.net.ns(ns).settings;
    let most = settings.get(Global::TcpMaxSynBacklog).max(8) as usize;
    let queues = cx.net.tcp(listener).and_then(Tcp::listener);
    let queues = queues.ok_or(DropReason::NoSocket)?;
    if queues.is_full() {
        return Err(DropReason::AcceptQueueFull);
    }
    let half_open = queues.half_open.len();
    if half_open > queues.backlog as usize || half_open >= most {
        return Err(DropReason::SynQueueFull);
    }
    if cx.net.sockets.0.len() >= crate::socket::MOST {
        return Err(DropReason::SynQueueFull);
    }
    let t = tunables(cx.net, ns);
    let wishes = cx
        .net
        .tcp(listener)
        .map(|tcp| tcp.wishes)
        .unwrap_or_default();
    let begin = Beginning {
        local,
        remote,
        iss: (cx.net.random.next() >> 32) as u32,
        clock_offset: (cx.net.random.next() >> 32) as u32,
        mtu,
        wishes,
    };
    let connection = Connection::accept(&begin, syn, &t);
    let id = child(cx.net, listener, connection);
    settle(cx, id, Some(cause));
    Ok(())
}

/// The socket of a connection that a listener may accept.
fn child(net: &mut Net, listener: u32, connection: Connection) -> u32 {
    net.sockets.1.stamp = net.sockets.1.stamp.wrapping_add(1);
    let stamp = net.sockets.1.stamp;
    let parent = &net.sockets.0[listener];
    let (ns, local, remote) = (parent.ns, connection.local, connection.remote);
    let mut socket = Socket {
        client: NOBODY,
        options: parent.options.clone(),
        dev: parent.dev,
        ..Socket::new(parent.kind, ns)
    };
    socket.options.groups.clear();
    socket.options.groups6.clear();
    let ident = (connection.ident_seed() >> 16) as u16;
    socket.tcp = Some(Box::new(Tcp {
        local,
        chose_port: true,
        owner: Owner::Listener(listener),
        wishes: connection.wishes,
        role: Role::Connected(Box::new(connection)),
        ..Tcp::new(SocketKind::Tcp, stamp, ident)
    }));
    let id = net.sockets.0.insert(socket);
    let table = &mut net.ns_mut(ns).sockets.tcp;
    table.insert(local, remote, Place::Socket(id));
    table.hold(local.1, id);
    if let Some(listener) = net.tcp_mut(listener).and_then(Tcp::listener_mut) {
        listener.half_open.push(id);
    }
    id
}
