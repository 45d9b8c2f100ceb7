//! Sockets (socket(7)): the ends of programs. One file per kind; here is what all have in common.

pub(crate) mod configure;
mod deliver;
pub(crate) mod error;
pub(crate) mod list;
mod options;
pub(crate) mod packet;
pub(crate) mod ping;
pub(crate) mod ports;
pub(crate) mod raw;
pub(crate) mod restore;
pub(crate) mod send;
pub(crate) mod sender;
pub(crate) mod tcp;
pub(crate) mod tun;
pub(crate) mod udp;
pub(crate) mod udp_lite;
pub(crate) mod v6;

use crate::arena::Arena;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::sysctl::{Global, Global6};
use core::net::{IpAddr, Ipv4Addr};
use deliver::{datagram, hand_over, one_of, true_size};
use netloom_model::counters::Counter;
use netloom_model::notice::Notice;
use netloom_model::socket::{
    Datagram, Interest, PmtuDiscovery, Received, Shutdown, SocketError, SocketId, SocketKind,
};
use netloom_model::socket_list::ListedSocket;
use netloom_model::{Errno, NsName};
use options::Options;
use std::collections::VecDeque;

/// Sockets that a world may have open at once.
pub(crate) const MOST: usize = 65_536;

/// Errors that a socket keeps until they are read.
const ERRORS: usize = 64;

/// Every socket of a world.
#[derive(Clone, Default)]
pub(crate) struct Sockets(
    pub(crate) Arena<Socket>,
    /// What those of TCP have in common.
    pub(crate) TcpShared,
);

/// What the sockets of TCP have in common.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TcpShared {
    /// Bytes that their queues hold.
    pub(crate) memory: usize,
    /// Tells a socket from others that had its place.
    pub(crate) stamp: u32,
}

/// The sockets of a namespace, by kind, in the order in which they were opened.
#[derive(Clone, Default)]
pub(crate) struct NsSockets {
    pub(crate) ping: Vec<u32>,
    pub(crate) raw: Vec<u32>,
    pub(crate) udp: Vec<u32>,
    pub(crate) packet: Vec<u32>,
    pub(crate) tun: Vec<u32>,
    /// Who listens to changes.
    pub(crate) monitors: Vec<u32>,
    /// Who listens to connections.
    pub(crate) conntrack_monitors: Vec<u32>,
    /// Who listens to packets that rules log.
    pub(crate) packet_logs: Vec<u32>,
    pub(crate) ping6: Vec<u32>,
    pub(crate) raw6: Vec<u32>,
    pub(crate) udp6: Vec<u32>,
    pub(crate) tcp: tcp::Table,
    /// Sockets of which a snapshot told, and no more is known.
    pub(crate) told: Vec<ListedSocket>,
}

impl NsSockets {
    /// The list of a kind; TCP has a table.
    fn of(&mut self, kind: SocketKind) -> Option<&mut Vec<u32>> {
        Some(match kind {
            SocketKind::Tcp | SocketKind::Tcp6 => return None,
            SocketKind::Ping => &mut self.ping,
            SocketKind::Raw(_) => &mut self.raw,
            SocketKind::Udp => &mut self.udp,
            SocketKind::Packet(_) => &mut self.packet,
            SocketKind::Tun => &mut self.tun,
            SocketKind::Monitor => &mut self.monitors,
            SocketKind::ConntrackMonitor => &mut self.conntrack_monitors,
            SocketKind::PacketLog => &mut self.packet_logs,
            SocketKind::Ping6 => &mut self.ping6,
            SocketKind::Raw6(_) => &mut self.raw6,
            SocketKind::Udp6 => &mut self.udp6,
        })
    }
}

/// A socket.
#[derive(Clone, Debug)]
pub(crate) struct Socket {
    pub(crate) kind: SocketKind,
    pub(crate) ns: NsId,
    /// Whoever opened it: it is closed with its client.
    pub(crate) client: u64,
    pub(crate) local: (Ipv4Addr, u16),
    pub(crate) remote: Option<(Ipv4Addr, u16)>,
    /// Addresses and ports of a socket of IPv6.
    pub(crate) v6: v6::Ends,
    /// The device it is bound to.
    pub(crate) dev: DevId,
    pub(crate) options: Options,
    /// As a snapshot told of it.
    pub(crate) told: Option<Box<ListedSocket>>,
    queue: VecDeque<Datagram>,
    /// Changes that it is to be told of.
    pub(crate) notices: VecDeque<Notice>,
    queued_bytes: usize,
    /// Packets that came and were lost (`sk_drops`).
    pub(crate) drops: u32,
    errors: VecDeque<SocketError>,
    /// An error to be told by the next call.
    pending: Option<Errno>,
    /// What it has of TCP.
    pub(crate) tcp: Option<Box<tcp::Tcp>>,
}

impl Socket {
    /// Whether it has one partner.
    pub(crate) fn has_partner(&self) -> bool {
        self.remote.is_some() || self.v6.remote.is_some()
    }

    /// Whether it is bound to any address.
    pub(crate) fn is_wildcard(&self) -> bool {
        match &self.tcp {
            Some(tcp) => tcp.local.0.is_unspecified(),
            None if self.kind.is_v6() => self.v6.local.0.is_unspecified(),
            None => self.local.0.is_unspecified(),
        }
    }
}

impl Socket {
    /// A socket of namespace `ns` that nobody holds yet.
    pub(crate) fn new(kind: SocketKind, ns: NsId) -> Socket {
        Socket {
            kind,
            ns,
            client: tcp::NOBODY,
            local: (Ipv4Addr::UNSPECIFIED, 0),
            remote: None,
            v6: v6::Ends::default(),
            dev: DevId::NONE,
            options: Options::default(),
            told: None,
            queue: VecDeque::new(),
            notices: VecDeque::new(),
            queued_bytes: 0,
            drops: 0,
            errors: VecDeque::new(),
            pending: None,
            tcp: None,
        }
    }

    /// Puts a datagram into the receive queue; `false` if it is full. Into an empty one fits any.
    fn queue(&mut self, datagram: Datagram) -> bool {
        let cost = true_size(datagram.data.len());
        let full = self.queued_bytes + cost > self.options.receive_buffer as usize;
        // The end of a TUN counts packets alone.
        if full && self.queued_bytes > 0 && self.kind != SocketKind::Tun {
            self.drops = self.drops.wrapping_add(1);
            return false;
        }
        self.queued_bytes += cost;
        self.queue.push_back(datagram);
        true
    }

    /// Something is lost that it was to be told of.
    #[cold]
    pub(crate) fn overrun(&mut self) {
        self.pending = Some(Errno::NOBUFS);
    }

    /// Takes the next change that it is to be told of; an error if some were lost.
    pub(crate) fn next_notice(&mut self) -> Result<Option<Notice>, Errno> {
        match self.pending.take() {
            Some(errno) => Err(errno),
            None => Ok(self.notices.pop_front()),
        }
    }

    /// Keeps an error for the error queue.
    fn queue_error(&mut self, error: SocketError) {
        if self.errors.len() < ERRORS {
            self.errors.push_back(error);
        }
    }

    /// Tells it of an error that came back: it is queued if that is wanted, else told by the next
    /// call if `hard`.
    fn tell_error(&mut self, error: &SocketError, hard: bool) {
        if self.options.receive_errors {
            self.queue_error(error.clone());
        } else if hard {
            self.pending = Some(error.errno);
        }
    }

    /// Gives a socket of datagrams its port.
    fn set_port(&mut self, port: u16) {
        self.local.1 = port;
        self.v6.local.1 = port;
    }

    /// Whether it is of IPv6 and hears IPv4 too (ipv6(7), `IPV6_V6ONLY`).
    fn hears_v4(&self) -> bool {
        let local = self.v6.local.0;
        let open = local.is_unspecified() || local.to_ipv4_mapped().is_some();
        self.kind.is_v6() && open && !self.options.only_v6
    }

    /// The address and port that it sends from.
    pub(crate) fn local_address(&self) -> (IpAddr, u16) {
        if let Some(tcp) = &self.tcp {
            (tcp::shown(self.kind, tcp.local.0), tcp.local.1)
        } else if self.kind.is_v6() {
            (self.v6.local.0.into(), self.v6.local.1)
        } else {
            (self.local.0.into(), self.local.1)
        }
    }

    /// The address and port of its partner.
    pub(crate) fn peer_address(&self) -> Result<(IpAddr, u16), Errno> {
        let partner = match &self.tcp {
            Some(tcp) => (tcp.connection())
                .filter(|c| c.state != netloom_model::socket::TcpState::Closed)
                .map(|c| (tcp::shown(self.kind, c.remote.0), c.remote.1)),
            None if self.kind.is_v6() => self.v6.remote.map(|(a, p)| (a.into(), p)),
            None => self.remote.map(|(a, p)| (a.into(), p)),
        };
        partner.ok_or(Errno::NOTCONN)
    }

    /// Whether both let others have their port, in the same way (`SO_REUSEADDR`, `SO_REUSEPORT`).
    fn shares_port(&self, other: &Socket) -> bool {
        let (own, its) = (&self.options, &other.options);
        (own.reuse_address && its.reuse_address) || (own.reuse_port && its.reuse_port)
    }

    /// Takes the pending error (`SO_ERROR`).
    pub(crate) fn take_pending(&mut self) -> Option<Errno> {
        match self.tcp.as_mut().map(|tcp| &mut tcp.role) {
            Some(tcp::Role::Connected(connection)) => connection.error.take(),
            _ => self.pending.take(),
        }
    }

    /// What it is ready for (poll(2)).
    pub(crate) fn ready(&self) -> Interest {
        match &self.tcp {
            Some(tcp) => tcp::calls::ready(tcp),
            None => {
                let error = self.pending.is_some() || !self.errors.is_empty();
                Interest {
                    read: error || !self.queue.is_empty() || !self.notices.is_empty(),
                    write: true,
                    error,
                    hung_up: false,
                }
            }
        }
    }

    /// Takes what recvmsg(2) gives, if there is anything.
    pub(crate) fn take(&mut self) -> Result<Option<Received>, Errno> {
        if let Some(errno) = self.pending.take() {
            // The pending error is also the head of the error queue, where there is one.
            return match self.errors.pop_front() {
                Some(error) => Ok(Some(Received::Error(error))),
                None => Err(errno),
            };
        }
        if let Some(datagram) = self.queue.pop_front() {
            self.queued_bytes -= true_size(datagram.data.len());
            return Ok(Some(Received::Datagram(datagram)));
        }
        Ok(self.errors.pop_front().map(Received::Error))
    }

    /// Takes the next error of the error queue.
    pub(crate) fn take_error(&mut self) -> Received {
        self.pending = None;
        self.errors
            .pop_front()
            .map_or(Received::Nothing, Received::Error)
    }

    /// Whether a packet between these addresses, received by `dev`, is for the socket.
    fn wants(&self, from: Ipv4Addr, to: Ipv4Addr, dev: DevId) -> bool {
        (self.dev == DevId::NONE || self.dev == dev)
            && (self.local.0.is_unspecified() || self.local.0 == to)
            && self.remote.is_none_or(|(remote, _)| remote == from)
            && (!to.is_multicast()
                || self.options.multicast_all
                || self.options.groups.contains(&(to, dev)))
    }
}

impl Net {
    pub(crate) fn socket(&self, id: SocketId) -> Result<&Socket, Errno> {
        self.sockets.0.get(id.0).ok_or(Errno::BADF)
    }

    pub(crate) fn socket_mut(&mut self, id: SocketId) -> Result<&mut Socket, Errno> {
        self.sockets.0.get_mut(id.0).ok_or(Errno::BADF)
    }
}

/// Opens a socket for `client`.
pub(crate) fn open(
    net: &mut Net,
    ns: &NsName,
    kind: SocketKind,
    client: u64,
) -> Result<SocketId, Errno> {
    let ns = *net.names.get(ns).ok_or(Errno::NOENT)?;
    if net.sockets.0.len() >= MOST {
        return Err(Errno::NFILE);
    }
    let discovers = net.ns(ns).settings.get(Global::IpNoPmtuDisc) == 0;
    let options = Options {
        header_included: matches!(kind, SocketKind::Raw(255) | SocketKind::Raw6(255)),
        // inet_create: a socket begins with what the setting says.
        pmtu: if discovers {
            PmtuDiscovery::Want
        } else {
            PmtuDiscovery::Dont
        },
        ..Options::default()
    };
    let mut socket = Socket {
        client,
        options,
        ..Socket::new(kind, ns)
    };
    if kind.is_v6() {
        socket.options.only_v6 = net.ns(ns).v6.settings.on(Global6::Bindv6only);
    }
    if kind.is_tcp() {
        net.sockets.1.stamp = net.sockets.1.stamp.wrapping_add(1);
        let (stamp, ident) = (net.sockets.1.stamp, (net.random.next() >> 48) as u16);
        socket.tcp = Some(Box::new(tcp::Tcp::new(kind, stamp, ident)));
    }
    let id = net.sockets.0.insert(socket);
    if let Some(list) = net.ns_mut(ns).sockets.of(kind) {
        list.push(id);
    }
    if matches!(kind, SocketKind::Packet(_)) {
        packet::retap(net, ns);
    }
    Ok(SocketId(id))
}

/// Takes what a socket has for its program, if there is anything. A datagram of UDP counts as
/// received now.
pub(crate) fn take(net: &mut Net, id: SocketId) -> Result<Option<Received>, Errno> {
    let socket = net.socket_mut(id)?;
    let (ns, kind) = (socket.ns, socket.kind);
    let taken = socket.take()?;
    if let Some(Received::Datagram(datagram)) = &taken {
        let v4 = datagram.to.is_some_and(|to| to.to_canonical().is_ipv4());
        match kind {
            SocketKind::Udp => net.count(ns, Counter::UdpInDatagrams),
            // What came by IPv4 counts there.
            SocketKind::Udp6 if v4 => net.count(ns, Counter::UdpInDatagrams),
            SocketKind::Udp6 => net.count(ns, Counter::Udp6InDatagrams),
            _ => {}
        }
    }
    Ok(taken)
}

/// Closes a socket.
pub(crate) fn close<O: Observer>(cx: &mut Cx<'_, O>, id: SocketId) -> Result<(), Errno> {
    configure::leave_all(cx.net, id)?;
    if cx.net.socket(id)?.kind.is_tcp() {
        tcp::close(cx, id.0);
        return Ok(());
    }
    let net = &mut *cx.net;
    let socket = net.sockets.0.remove(id.0).ok_or(Errno::BADF)?;
    if let Some(list) = net.ns_mut(socket.ns).sockets.of(socket.kind) {
        list.retain(|s| *s != id.0);
    }
    if matches!(socket.kind, SocketKind::Packet(_)) {
        packet::retap(net, socket.ns);
    }
    Ok(())
}

/// Takes a socket away with its namespace: nothing more is sent.
pub(crate) fn vanish<O: Observer>(cx: &mut Cx<'_, O>, id: SocketId) {
    if cx.net.tcp(id.0).is_some() {
        tcp::remove(cx.net, id.0);
    } else {
        let _ = close(cx, id);
    }
}

/// shutdown(2).
pub(crate) fn shutdown<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    how: Shutdown,
) -> Result<(), Errno> {
    if cx.net.socket(id)?.tcp.is_some() {
        return tcp::shutdown(cx, id, how);
    }
    // A datagram socket without a partner has nothing to end.
    cx.net.socket(id)?.peer_address().map(|_| ())
}

/// Closes every socket of a client.
pub(crate) fn close_client<O: Observer>(cx: &mut Cx<'_, O>, client: u64) {
    let gone: Vec<u32> = cx
        .net
        .sockets
        .0
        .iter()
        .filter(|(_, s)| s.client == client)
        .map(|(id, _)| id)
        .collect();
    for id in gone {
        let _ = close(cx, SocketId(id));
    }
}

/// A device is gone, or in another namespace: whatever was bound to it is bound to nothing that
/// receives.
pub(crate) fn device_gone(net: &mut Net, ns: NsId, dev: DevId) {
    tcp::device_gone(net, ns, dev);
    let sockets = &net.ns(ns).sockets;
    let all = [&sockets.ping, &sockets.raw, &sockets.udp, &sockets.packet];
    let six = [&sockets.ping6, &sockets.raw6, &sockets.udp6];
    let all = all.into_iter().chain(six).chain([&sockets.tun]);
    let ids: Vec<u32> = all.flatten().copied().collect();
    for id in ids {
        let socket = &mut net.sockets.0[id];
        if socket.dev == dev {
            socket.dev = DevId::NONE;
            socket.pending = Some(Errno::NETDOWN);
        }
        socket.options.groups.retain(|(_, d)| *d != dev);
        socket.options.groups6.retain(|(_, d)| *d != dev);
    }
}
