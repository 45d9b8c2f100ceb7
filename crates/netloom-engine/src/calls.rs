//! What programs ask of their sockets: a request becomes a call, and its answer a reply; what has to
//! wait says until when.

use crate::engine::{Answer, ClientId};
use crate::link;
use crate::net::{Cx, Net};
use crate::observer::Unobserved;
use crate::receive;
use crate::socket::tcp::{self, calls::Progress};
use crate::socket::{self, Socket, configure};
use netloom_model::socket::{Interest, Received, SocketId};
use netloom_model::{Errno, Reply, Request, Result, Time};

/// Answers a request about sockets.
pub(crate) fn answer(net: &mut Net, client: ClientId, request: &Request) -> Answer {
    let all = sockets_of(request);
    for id in all {
        match net.socket(id) {
            Ok(socket) if socket.client == client.0 => {}
            _ => return Answer::Ready(Err(Errno::BADF.into())),
        }
    }
    let mut cx = Cx {
        net,
        watch: &mut Unobserved,
    };
    let answer = match waiting(&mut cx, request) {
        Some(answer) => answer,
        None => Answer::Ready(at_once(&mut cx, client, request)),
    };
    receive::drain(&mut cx);
    answer
}

/// The sockets that a request is about.
fn sockets_of(request: &Request) -> Vec<SocketId> {
    match request {
        Request::Set { socket, .. }
        | Request::AttachTun { socket, .. }
        | Request::Bind { socket, .. }
        | Request::Connect { socket, .. }
        | Request::Listen { socket, .. }
        | Request::Accept { socket, .. }
        | Request::Shutdown { socket, .. }
        | Request::Send { socket, .. }
        | Request::Receive { socket, .. }
        | Request::NextNotice { socket, .. } => vec![*socket],
        Request::LocalAddress(id)
        | Request::PeerAddress(id)
        | Request::ReceiveError(id)
        | Request::PendingError(id)
        | Request::TcpInfo(id)
        | Request::Close(id) => vec![*id],
        Request::Poll { sockets, .. } => sockets.iter().map(|(id, _)| *id).collect(),
        _ => Vec::new(),
    }
}

fn ready<T>(progress: Progress<T>, reply: impl FnOnce(T) -> Reply) -> Answer {
    match progress {
        Progress::Ready(done) => Answer::Ready(done.map(reply).map_err(Into::into)),
        Progress::Wait(until) => Answer::Wait(until),
    }
}

/// Requests that may have to wait; none for others.
fn waiting(cx: &mut Cx<'_, Unobserved>, request: &Request) -> Option<Answer> {
    let is_tcp = |id: &SocketId| cx.net.tcp(id.0).is_some();
    Some(match request {
        Request::Receive { socket, deadline } => receive(cx, *socket, *deadline),
        Request::NextNotice { socket, deadline } => next_notice(cx.net, *socket, *deadline),
        Request::Connect {
            socket,
            address,
            port,
        } if is_tcp(socket) => {
            let progress = tcp::calls::connect(cx, *socket, *address, *port);
            ready(progress, |()| Reply::Done)
        }
        Request::Send { socket, data, .. } if is_tcp(socket) => {
            ready(tcp::calls::send(cx, *socket, data), Reply::Sent)
        }
        Request::Accept { socket, deadline } => {
            let progress = tcp::calls::accept(cx, *socket, *deadline);
            ready(progress, |(id, (address, port))| {
                Reply::Accepted(id, address, port)
            })
        }
        Request::Poll { sockets, deadline } => poll(cx.net, sockets, *deadline),
        _ => return None,
    })
}

/// recvmsg(2).
fn receive(cx: &mut Cx<'_, Unobserved>, id: SocketId, deadline: Time) -> Answer {
    let received = if cx.net.tcp(id.0).is_some() {
        tcp::calls::receive(cx, id).map(|data| data.map(Received::Stream))
    } else {
        socket::take(cx.net, id)
    };
    match received {
        Err(errno) => Answer::Ready(Err(errno.into())),
        Ok(Some(received)) => Answer::Ready(Ok(Reply::Received(received))),
        Ok(None) if deadline > cx.net.now => Answer::Wait(deadline),
        Ok(None) => Answer::Ready(Ok(Reply::Received(Received::Nothing))),
    }
}

/// The next change that a socket is to be told of.
fn next_notice(net: &mut Net, id: SocketId, deadline: Time) -> Answer {
    let now = net.now;
    match net.socket_mut(id).and_then(Socket::next_notice) {
        Err(errno) => Answer::Ready(Err(errno.into())),
        Ok(None) if deadline > now => Answer::Wait(deadline),
        Ok(notice) => Answer::Ready(Ok(Reply::Notice(notice.map(Box::new)))),
    }
}

/// poll(2).
fn poll(net: &Net, sockets: &[(SocketId, Interest)], deadline: Time) -> Answer {
    let mut all = Vec::new();
    for (id, wanted) in sockets {
        let Ok(socket) = net.socket(*id) else {
            return Answer::Ready(Err(Errno::BADF.into()));
        };
        let is = socket.ready();
        let told = Interest {
            read: is.read && wanted.read,
            write: is.write && wanted.write,
            ..is
        };
        if told.any() {
            all.push((*id, told));
        }
    }
    if all.is_empty() && deadline > net.now {
        Answer::Wait(deadline)
    } else {
        Answer::Ready(Ok(Reply::Ready(all)))
    }
}

/// Requests that are answered as they come.
fn at_once(cx: &mut Cx<'_, Unobserved>, client: ClientId, request: &Request) -> Result<Reply> {
    let net = &mut *cx.net;
    Ok(match request {
        Request::Open { ns, kind } => Reply::Socket(socket::open(net, ns, *kind, client.0)?),
        Request::Set { socket, option } => {
            configure::set(net, *socket, option)?;
            Reply::Done
        }
        Request::Bind {
            socket,
            address,
            port,
        } => {
            configure::bind(net, *socket, *address, *port)?;
            Reply::Done
        }
        Request::Connect {
            socket,
            address,
            port,
        } => {
            configure::connect(net, *socket, *address, *port)?;
            Reply::Done
        }
        Request::Listen { socket, backlog } => {
            tcp::calls::listen(cx, *socket, *backlog)?;
            Reply::Done
        }
        Request::Shutdown { socket, how } => {
            socket::shutdown(cx, *socket, *how)?;
            Reply::Done
        }
        Request::LocalAddress(id) => {
            let (address, port) = net.socket(*id)?.local_address();
            Reply::Address(address, port)
        }
        Request::PeerAddress(id) => {
            let (address, port) = net.socket(*id)?.peer_address()?;
            Reply::Address(address, port)
        }
        Request::TcpInfo(id) => {
            let tcp = net.socket(*id)?.tcp.as_ref().ok_or(Errno::OPNOTSUPP)?;
            Reply::TcpInfo(Box::new(tcp.info()))
        }
        Request::AttachTun { socket, name, tun } => {
            Reply::Name(link::tun::attach(cx, *socket, name, tun)?)
        }
        Request::Send { socket, to, data } => {
            Reply::Sent(socket::send::send(cx, *socket, *to, data)?)
        }
        Request::ReceiveError(id) => Reply::Received(net.socket_mut(*id)?.take_error()),
        Request::PendingError(id) => match net.socket_mut(*id)?.take_pending() {
            Some(errno) => return Err(errno.into()),
            None => Reply::Done,
        },
        Request::Close(id) => {
            socket::tun::release(cx, *id);
            socket::close(cx, *id)?;
            Reply::Done
        }
        _ => return Err(Errno::OPNOTSUPP.into()),
    })
}
