//! What programs ask of TCP sockets (tcp(7), connect(2), accept(2), send(2), recv(2), poll(2)).

use super::connection::{Beginning, Connection, End};
use super::listen::Listener;
use super::output::{Manner, Path, no_way};
use super::settle::{account, settle, tunables};
use super::table::Place;
use super::{Owner, Role, Tcp, ports, shown};
use crate::net::Cx;
use crate::observer::Observer;
use crate::sysctl::Global;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use netloom_model::counters::Counter;
use netloom_model::socket::{Interest, SocketId, TcpState};
use netloom_model::{Errno, RouteType, Time};

/// Bytes that one receive gives at most.
const CHUNK: usize = 1 << 18;

/// An answer, or until when to wait for one.
pub(crate) enum Progress<T> {
    Ready(Result<T, Errno>),
    Wait(Time),
}

impl<T> From<Errno> for Progress<T> {
    fn from(errno: Errno) -> Self {
        Progress::Ready(Err(errno))
    }
}

/// connect(2). Called again, it tells how the connection that is being made fares.
pub(crate) fn connect<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    to: IpAddr,
    port: u16,
) -> Progress<()> {
    let Some(tcp) = cx.net.tcp_mut(id.0) else {
        return Errno::OPNOTSUPP.into();
    };
    let under_way = tcp.connecting.is_some();
    match &tcp.role {
        Role::Listening(_) => return Errno::ISCONN.into(),
        Role::Connected(c) if c.state == TcpState::Closed && !under_way && c.error.is_none() => {
            forget(cx, id.0);
        }
        Role::Connected(c) if c.is_being_made() && !under_way => return Errno::ALREADY.into(),
        Role::Connected(_) if !under_way => return Errno::ISCONN.into(),
        Role::Connected(_) => return outcome(cx, id),
        Role::Idle => {}
    }
    if let Err(errno) = begin(cx, id, to, port) {
        return errno.into();
    }
    // On the way to oneself the answer may be there already.
    crate::receive::drain(cx);
    outcome(cx, id)
}

/// A connection that failed is forgotten: its socket may try again.
fn forget<O: Observer>(cx: &mut Cx<'_, O>, id: u32) {
    if let Some(tcp) = cx.net.tcp_mut(id) {
        tcp.role = Role::Idle;
        account(cx.net, id);
    }
}

/// How a connect(2) under way fares.
fn outcome<O: Observer>(cx: &mut Cx<'_, O>, id: SocketId) -> Progress<()> {
    let now = cx.net.now;
    let Some(tcp) = cx.net.tcp_mut(id.0) else {
        return Errno::BADF.into();
    };
    let until = tcp.connecting.unwrap_or(Time::NEVER);
    let nonblocking = tcp.nonblocking;
    let Some(connection) = tcp.connection_mut() else {
        return Errno::NOTCONN.into();
    };
    if connection.is_being_made() {
        if nonblocking || until <= now {
            tcp.connecting = None;
            return Errno::INPROGRESS.into();
        }
        return Progress::Wait(until);
    }
    let failed = connection.error.take();
    let over = connection.state == TcpState::Closed && failed.is_none();
    tcp.connecting = None;
    match failed {
        Some(errno) => errno.into(),
        None if over => Errno::CONNABORTED.into(),
        None => Progress::Ready(Ok(())),
    }
}

/// Chooses the ends of a connection and sends its SYN.
fn begin<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    to: IpAddr,
    port: u16,
) -> Result<(), Errno> {
    let mut to = ports::meant(cx.net, id, to)?;
    if to.is_unspecified() {
        to = match to {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
    }
    let socket = cx.net.socket(id)?;
    let bound = socket.tcp.as_ref().ok_or(Errno::OPNOTSUPP)?.local;
    let manner = Manner::of(socket).between(bound.1, port);
    if let IpAddr::V6(v6) = to
        && v6.is_unicast_link_local()
        && manner.dev == crate::device::DevId::NONE
    {
        return Err(Errno::INVAL);
    }
    let source = match (bound.0, to) {
        (IpAddr::V6(any), IpAddr::V4(_)) if any.is_unspecified() => Ipv4Addr::UNSPECIFIED.into(),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => {
            return Err(Errno::NETUNREACH);
        }
        (bound, _) => bound,
    };
    let path = match Path::find(cx.net, &manner, source, to) {
        Ok(path) => path,
        Err(errno) => {
            if errno == Errno::NETUNREACH {
                let v4 = Counter::IpOutNoRoutes;
                let counter = if to.is_ipv4() {
                    v4
                } else {
                    Counter::Ip6OutNoRoutes
                };
                cx.net.count(manner.ns, counter);
            }
            no_way(cx, &manner, source, (to, port));
            return Err(errno);
        }
    };
    if matches!(path.kind(), RouteType::Broadcast | RouteType::Multicast) {
        return Err(Errno::NETUNREACH);
    }
    let source = path.source();
    let remote: End = (to, port);
    let own = ports::take_for(cx.net, id.0, source, remote)?;
    let ns = manner.ns;
    let t = tunables(cx.net, ns);
    let begin = Beginning {
        local: (source, own),
        remote,
        iss: (cx.net.random.next() >> 32) as u32,
        clock_offset: (cx.net.random.next() >> 32) as u32,
        mtu: path.mtu(),
        wishes: cx.net.tcp(id.0).map(|tcp| tcp.wishes).unwrap_or_default(),
    };
    let connection = Connection::connect(&begin, &t);
    cx.net.count(ns, Counter::TcpActiveOpens);
    cx.net
        .ns_mut(ns)
        .sockets
        .tcp
        .insert(begin.local, remote, Place::Socket(id.0));
    let now = cx.net.now;
    if let Some(tcp) = cx.net.tcp_mut(id.0) {
        tcp.local = begin.local;
        tcp.role = Role::Connected(Box::new(connection));
        tcp.connecting = Some(match tcp.connect_timeout {
            Duration::ZERO => Time::NEVER,
            wait => now + wait,
        });
    }
    settle(cx, id.0, None);
    Ok(())
}

/// listen(2).
pub(crate) fn listen<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    backlog: u32,
) -> Result<(), Errno> {
    let ns = cx.net.socket(id)?.ns;
    let most = cx.net.ns(ns).settings.get(Global::Somaxconn).max(0) as u32;
    let backlog = backlog.min(most);
    let tcp = cx.net.tcp_mut(id.0).ok_or(Errno::OPNOTSUPP)?;
    match &mut tcp.role {
        Role::Listening(listener) => {
            listener.backlog = backlog;
            return Ok(());
        }
        Role::Connected(_) => return Err(Errno::INVAL),
        Role::Idle => {}
    }
    if tcp.local.1 == 0 {
        ports::take(cx.net, id.0, 0)?;
    }
    if !ports::may_listen(cx.net, id.0) {
        return Err(Errno::ADDRINUSE);
    }
    let ns = cx.net.socket(id)?.ns;
    if let Some(tcp) = cx.net.tcp_mut(id.0) {
        tcp.role = Role::Listening(Listener::new(backlog));
        let port = tcp.local.1;
        cx.net.ns_mut(ns).sockets.tcp.listen(port, id.0);
    }
    Ok(())
}

/// accept(2): the connection's socket and its other end.
pub(crate) fn accept<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    deadline: Time,
) -> Progress<(SocketId, End)> {
    let now = cx.net.now;
    let Ok(client) = cx.net.socket(id).map(|socket| socket.client) else {
        return Errno::BADF.into();
    };
    let Some(tcp) = cx.net.tcp_mut(id.0) else {
        return Errno::OPNOTSUPP.into();
    };
    let nonblocking = tcp.nonblocking;
    let Some(listener) = tcp.listener_mut() else {
        return Errno::INVAL.into();
    };
    let Some(child) = listener.ready.pop_front() else {
        return if nonblocking || deadline <= now {
            Errno::AGAIN.into()
        } else {
            Progress::Wait(deadline)
        };
    };
    let Some(socket) = cx.net.sockets.0.get_mut(child) else {
        return Errno::CONNABORTED.into();
    };
    socket.client = client;
    let kind = socket.kind;
    let Some(tcp) = socket.tcp.as_deref_mut() else {
        return Errno::CONNABORTED.into();
    };
    tcp.owner = Owner::Program;
    let (address, port) = tcp.connection().map_or(tcp.local, |c| c.remote);
    Progress::Ready(Ok((SocketId(child), (shown(kind, address), port))))
}

/// send(2): as many bytes as the queue takes.
pub(crate) fn send<O: Observer>(cx: &mut Cx<'_, O>, id: SocketId, data: &[u8]) -> Progress<usize> {
    let full = cx.net.sockets.1.memory > super::settle::MOST_MEMORY;
    let Some(tcp) = cx.net.tcp_mut(id.0) else {
        return Errno::OPNOTSUPP.into();
    };
    let nonblocking = tcp.nonblocking;
    let wait = if nonblocking {
        Errno::AGAIN.into()
    } else {
        Progress::Wait(Time::NEVER)
    };
    let Some(connection) = tcp.connection_mut() else {
        return Errno::PIPE.into();
    };
    if let Some(errno) = connection.error.take() {
        return errno.into();
    }
    if connection.shut_write || connection.state == TcpState::Closed {
        return Errno::PIPE.into();
    }
    if connection.is_being_made() {
        return wait;
    }
    let room = connection.room();
    if data.is_empty() {
        return Progress::Ready(Ok(0));
    }
    let enough = room >= data.len() || connection.is_writable();
    if !enough || full {
        return wait;
    }
    let taken = room.min(data.len());
    connection.out.extend(&data[..taken]);
    settle(cx, id.0, None);
    Progress::Ready(Ok(taken))
}

/// recv(2): the next bytes; none at the end.
pub(crate) fn receive<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
) -> Result<Option<Vec<u8>>, Errno> {
    let ns = cx.net.socket(id)?.ns;
    let t = tunables(cx.net, ns);
    let connection = cx.net.connection_mut(id.0).ok_or(Errno::NOTCONN)?;
    let data = connection.read(CHUNK, &t);
    if !data.is_empty() {
        settle(cx, id.0, None);
        return Ok(Some(data));
    }
    if let Some(errno) = connection.error.take() {
        return Err(errno);
    }
    let over =
        connection.inbound.ended || connection.shut_read || connection.state == TcpState::Closed;
    Ok(over.then(Vec::new))
}

impl Connection {
    /// Bytes that the send queue still takes.
    fn room(&self) -> usize {
        self.out_limit.saturating_sub(self.out.len())
    }

    /// Whether there is room worth waking a program for (`sk_stream_is_writeable`).
    fn is_writable(&self) -> bool {
        self.room() >= self.out_limit / 3
    }
}

/// What a socket is ready for.
pub(crate) fn ready(tcp: &Tcp) -> Interest {
    match &tcp.role {
        Role::Idle => Interest {
            write: true,
            hung_up: true,
            ..Interest::NONE
        },
        Role::Listening(listener) => Interest {
            read: listener.waiting() > 0,
            ..Interest::NONE
        },
        Role::Connected(connection) => {
            let error = connection.error.is_some();
            let over = connection.state == TcpState::Closed;
            let ended = connection.inbound.ended || connection.shut_read || over;
            let made = !connection.is_being_made();
            Interest {
                read: error || (made && (ended || connection.inbound.readable() > 0)),
                write: error || (made && (connection.shut_write || connection.is_writable())),
                error,
                hung_up: made && ended && connection.shut_write,
            }
        }
    }
}
