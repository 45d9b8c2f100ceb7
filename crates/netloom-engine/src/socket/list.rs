//! The sockets of a namespace as the model lists them (ss(8)).

use super::Socket;
use super::tcp::{Owner, Role, Tcp};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use core::net::Ipv4Addr;
use netloom_model::socket::{SocketKind, TcpState};
use netloom_model::socket_list::{ListedSocket, SocketTimer};

/// Every socket that ss(8) would show: by kind and family, those that listen first, then by port.
pub(crate) fn list(net: &Net, ns: NsId) -> Vec<ListedSocket> {
    let sockets = net.sockets.0.iter().filter(|(_, socket)| socket.ns == ns);
    let mut all: Vec<ListedSocket> = sockets
        .filter_map(|(id, socket)| one(net, id, socket))
        .collect();
    all.extend(time_waits(net, ns));
    all.extend_from_slice(&net.ns(ns).sockets.told);
    all.sort_by_key(|socket| {
        let listens = socket.state == TcpState::Listen;
        (rank(socket.kind), !listens, socket.local.1, socket.inode)
    });
    all
}

/// Packet sockets, raw, UDP, TCP; of each IPv4 first.
fn rank(kind: SocketKind) -> u8 {
    match kind {
        SocketKind::Packet(_) => 0,
        SocketKind::Raw(_) => 1,
        SocketKind::Raw6(_) => 2,
        SocketKind::Udp => 3,
        SocketKind::Udp6 => 4,
        SocketKind::Tcp => 5,
        SocketKind::Tcp6 => 6,
        _ => 7,
    }
}

fn one(net: &Net, id: u32, socket: &Socket) -> Option<ListedSocket> {
    if let Some(told) = &socket.told {
        return Some((**told).clone());
    }
    let mut listed = ListedSocket {
        kind: socket.kind,
        local: (Ipv4Addr::UNSPECIFIED.into(), 0),
        remote: None,
        dev: index(net, socket.dev),
        state: TcpState::Closed,
        queues: (socket.queued_bytes as u32, 0),
        only_v6: socket.options.only_v6,
        buffers: (
            socket.options.receive_buffer,
            super::options::RECEIVE_BUFFER,
        ),
        drops: socket.drops,
        inode: id + 1,
        client: Some(socket.client),
        program: None,
        timer: None,
        tcp: None,
    };
    match socket.kind {
        // What is not bound to a port yet is in no table.
        SocketKind::Udp if socket.local.1 == 0 => return None,
        SocketKind::Udp6 if socket.v6.local.1 == 0 => return None,
        SocketKind::Tcp | SocketKind::Tcp6 => {
            connection(net, &mut listed, socket.tcp.as_deref()?)?;
            return Some(listed);
        }
        SocketKind::Packet(_) => {}
        SocketKind::Raw6(_) | SocketKind::Udp6 => {
            listed.local = (socket.v6.local.0.into(), socket.v6.local.1);
            listed.remote = socket.v6.remote.map(|(to, port)| (to.into(), port));
        }
        SocketKind::Raw(_) | SocketKind::Udp => {
            listed.local = (socket.local.0.into(), socket.local.1);
            listed.remote = socket.remote.map(|(to, port)| (to.into(), port));
        }
        // ss(8) shows no ping sockets, nor what is no socket of IP.
        _ => return None,
    }
    if let SocketKind::Raw(protocol) | SocketKind::Raw6(protocol) = socket.kind {
        listed.local.1 = protocol.into();
    }
    if listed.remote.is_some() {
        listed.state = TcpState::Established;
    }
    Some(listed)
}

/// What a socket of TCP is; none if it is in no table.
fn connection(net: &Net, listed: &mut ListedSocket, tcp: &Tcp) -> Option<()> {
    let info = tcp.info();
    listed.state = info.state;
    listed.local = tcp.local;
    if tcp.owner != Owner::Program {
        listed.inode = 0;
        listed.client = None;
    }
    match &tcp.role {
        Role::Idle => return None,
        Role::Listening(listener) => {
            listed.queues = (listener.waiting() as u32, listener.backlog);
        }
        Role::Connected(_) if info.state == TcpState::Closed => return None,
        Role::Connected(connection) => {
            listed.local = connection.local;
            listed.remote = Some(connection.remote);
            let (sent, received) = info.queues;
            // What asks for a connection has one number, and waits for its acknowledgement.
            let asks = u32::from(info.state == TcpState::SynSent);
            listed.queues = (received, sent + asks);
            listed.timer = connection.timer().map(|(name, at)| SocketTimer {
                name: name.to_owned(),
                left: at.since(net.now),
                retransmits: connection.retransmits(),
            });
        }
    }
    listed.tcp = Some(Box::new(info));
    Some(())
}

/// What is left of connections in TIME-WAIT.
fn time_waits(net: &Net, ns: NsId) -> impl Iterator<Item = ListedSocket> {
    let waiting = net.ns(ns).sockets.tcp.time_waits();
    waiting.map(|waiting| ListedSocket {
        kind: waiting.kind,
        local: waiting.local,
        remote: Some(waiting.remote),
        dev: 0,
        state: TcpState::TimeWait,
        queues: (0, 0),
        only_v6: false,
        buffers: (0, 0),
        drops: 0,
        inode: 0,
        client: None,
        program: None,
        timer: Some(SocketTimer {
            name: "timewait".to_owned(),
            left: waiting.until.since(net.now),
            retransmits: 0,
        }),
        tcp: None,
    })
}

fn index(net: &Net, dev: DevId) -> u32 {
    dev.some().map_or(0, |dev| net.dev(dev).index)
}
