//! What holds a state and carries changes out: the engine, a running kernel, or either one at the
//! other end of a socket. One request gives one reply, so a world can be far away.

mod borrowed;
mod ready;
mod request;

pub use ready::Ready;
pub use request::{Reply, Request};

use crate::change::Change;
use crate::error::{Errno, Error, Result};
use crate::journey::{Explain, Journey};
use crate::kernel_log::LogLine;
use crate::names::{Family, NsName};
use crate::notice::Notice;
use crate::route::{RouteAnswer, RouteQuery};
use crate::ruleset::{Ruleset, Wanted};
use crate::socket::{Interest, Received, Shutdown, SocketId, SocketKind, SocketOption, TcpInfo};
use crate::state::{Parts, State};
use crate::time::Time;
use crate::tun::Tun;
use core::net::IpAddr;
use std::collections::BTreeMap;

/// Something that holds a state and carries changes out.
///
/// Implementors give [`call`](World::call); users take the typed calls.
pub trait World {
    /// Asks one thing and waits for the answer.
    ///
    /// # Errors
    /// What Linux answers; `EPROTO` where the other side is no world or is gone.
    fn call(&mut self, request: Request) -> Result<Reply>;

    /// Whether the user asked the program to end (SIGINT, SIGTERM): a long-running command looks
    /// between two waits, and a [`receive`](World::receive) under way ends early with `EINTR`.
    fn interrupted(&self) -> bool {
        false
    }

    /// Carries changes out, all of them or none.
    ///
    /// # Errors
    /// Linux's error for the first change that is refused.
    fn apply(&mut self, changes: Vec<Change>) -> Result<()> {
        match self.call(Request::Apply(changes))? {
            Reply::Done => Ok(()),
            _ => Err(mismatch()),
        }
    }

    /// The state of one namespace (`None`: of all), as far as `parts` wants it.
    ///
    /// # Errors
    /// `ENOENT` if there is no such namespace.
    fn snapshot(&mut self, ns: Option<&NsName>, parts: Parts) -> Result<State> {
        match self.call(Request::Snapshot {
            ns: ns.cloned(),
            parts,
        })? {
            Reply::State(state) => Ok(state),
            _ => Err(mismatch()),
        }
    }

    /// A part of the rules for packets of a namespace; tables and chains that are not there are left
    /// out. A chain's own rules are read without those of the others.
    ///
    /// # Errors
    /// `ENOENT` if there is no such namespace.
    fn ruleset(&mut self, ns: &NsName, wanted: Wanted) -> Result<Ruleset> {
        match self.call(Request::Ruleset {
            ns: ns.clone(),
            wanted,
        })? {
            Reply::Ruleset(ruleset) => Ok(*ruleset),
            _ => Err(mismatch()),
        }
    }

    /// Which way a packet would take (`ip route get`).
    ///
    /// # Errors
    /// `ENETUNREACH`, `EHOSTUNREACH`, `EACCES`, `EINVAL` as the routes say.
    fn route_get(&mut self, ns: &NsName, query: RouteQuery) -> Result<RouteAnswer> {
        match self.call(Request::RouteGet {
            ns: ns.clone(),
            query,
        })? {
            Reply::Route(answer) => Ok(answer),
            _ => Err(mismatch()),
        }
    }

    /// The counters that a kind of device has of its own (`ethtool -S`).
    ///
    /// # Errors
    /// `ENODEV`, or `EOPNOTSUPP` where the kind has none.
    fn link_counters(&mut self, ns: &NsName, index: u32) -> Result<BTreeMap<String, u64>> {
        match self.call(Request::LinkCounters {
            ns: ns.clone(),
            index,
        })? {
            Reply::Counters(counters) => Ok(counters),
            _ => Err(mismatch()),
        }
    }

    /// Whether there is a routing table, of which nothing is seen in a state where it has no routes.
    ///
    /// # Errors
    /// `ENOENT` if there is no such namespace.
    fn has_route_table(&mut self, ns: &NsName, family: Family, table: u32) -> Result<bool> {
        match self.call(Request::RouteTable {
            ns: ns.clone(),
            family,
            table,
        })? {
            Reply::There(there) => Ok(there),
            _ => Err(mismatch()),
        }
    }

    /// The world's clock.
    ///
    /// # Errors
    /// `EPROTO` if the world is gone.
    fn now(&mut self) -> Result<Time> {
        match self.call(Request::Now)? {
            Reply::Time(time) => Ok(time),
            _ => Err(mismatch()),
        }
    }

    /// Waits for a moment of the world's clock.
    ///
    /// # Errors
    /// `EINTR` when interrupted.
    fn sleep_until(&mut self, until: Time) -> Result<()> {
        match self.call(Request::SleepUntil(until))? {
            Reply::Done => Ok(()),
            _ => Err(mismatch()),
        }
    }

    /// Opens a socket in namespace `ns`; it lives until closed or until its program's connection
    /// ends.
    ///
    /// # Errors
    /// `ENOENT` without such a namespace, `ENFILE` past the limit.
    fn open(&mut self, ns: &NsName, kind: SocketKind) -> Result<SocketId> {
        match self.call(Request::Open {
            ns: ns.clone(),
            kind,
        })? {
            Reply::Socket(socket) => Ok(socket),
            _ => Err(mismatch()),
        }
    }

    /// Sets an option.
    ///
    /// # Errors
    /// setsockopt(2)'s.
    fn set(&mut self, socket: SocketId, option: SocketOption) -> Result<()> {
        self.call(Request::Set { socket, option }).map(|_| ())
    }

    /// Binds to a local address and port (0: any).
    ///
    /// # Errors
    /// bind(2)'s: `EADDRNOTAVAIL`, `EADDRINUSE`.
    fn bind(&mut self, socket: SocketId, address: IpAddr, port: u16) -> Result<()> {
        self.call(Request::Bind {
            socket,
            address,
            port,
        })
        .map(|_| ())
    }

    /// Sets the one partner. TCP waits until the connection is made; without patience
    /// ([`SocketOption::NonBlocking`], [`SocketOption::ConnectTimeout`]) it is `EINPROGRESS`, and
    /// [`poll`](World::poll) tells when it can be written to.
    ///
    /// # Errors
    /// connect(2)'s: `ENETUNREACH`, `EACCES` for broadcast without leave, `ECONNREFUSED`,
    /// `ETIMEDOUT`.
    fn connect(&mut self, socket: SocketId, address: IpAddr, port: u16) -> Result<()> {
        self.call(Request::Connect {
            socket,
            address,
            port,
        })
        .map(|_| ())
    }

    /// Takes a TUN or TAP into the program's hands (`TUNSETIFF`); what is sent by the socket the
    /// device receives, and the other way round. It is made if there is none of that name (`%d`
    /// stands for the first free number, empty for the mode's own pattern). Its name.
    ///
    /// # Errors
    /// `EBUSY` where another program holds it, `EINVAL` where it is of another kind or mode.
    fn attach_tun(&mut self, socket: SocketId, name: &str, tun: Tun) -> Result<String> {
        match self.call(Request::AttachTun {
            socket,
            name: name.to_owned(),
            tun,
        })? {
            Reply::Name(name) => Ok(name),
            _ => Err(mismatch()),
        }
    }

    /// The address and port (ping: identifier) that the socket sends from.
    ///
    /// # Errors
    /// `EBADF`.
    fn local_address(&mut self, socket: SocketId) -> Result<(IpAddr, u16)> {
        match self.call(Request::LocalAddress(socket))? {
            Reply::Address(address, port) => Ok((address, port)),
            _ => Err(mismatch()),
        }
    }

    /// Sends; the number of bytes taken. A stream may take fewer than given, and waits while it can
    /// take none.
    ///
    /// # Errors
    /// sendto(2)'s: a pending error of the socket, `ENETUNREACH`, `EHOSTUNREACH`, `EMSGSIZE`,
    /// `EPIPE`, ...
    fn send(&mut self, socket: SocketId, to: Option<(IpAddr, u16)>, data: &[u8]) -> Result<usize> {
        match self.call(Request::Send {
            socket,
            to,
            data: data.to_vec(),
        })? {
            Reply::Sent(sent) => Ok(sent),
            _ => Err(mismatch()),
        }
    }

    /// Waits until `deadline` for a datagram, for bytes of a stream, or for an error.
    ///
    /// # Errors
    /// A pending error of a socket without an error queue; `EINTR` when interrupted.
    fn receive(&mut self, socket: SocketId, deadline: Time) -> Result<Received> {
        match self.call(Request::Receive { socket, deadline })? {
            Reply::Received(received) => Ok(received),
            _ => Err(mismatch()),
        }
    }

    /// Waits until `deadline` for a change that a [`SocketKind::Monitor`] is told of.
    ///
    /// # Errors
    /// `ENOBUFS` where some were lost; `EINTR` when interrupted.
    fn next_notice(&mut self, socket: SocketId, deadline: Time) -> Result<Option<Box<Notice>>> {
        match self.call(Request::NextNotice { socket, deadline })? {
            Reply::Notice(notice) => Ok(notice),
            _ => Err(mismatch()),
        }
    }

    /// The kernel's log from the line with that number on, which is waited for until `deadline`;
    /// none: all that was not cleared.
    ///
    /// # Errors
    /// `EINTR` when interrupted.
    fn kernel_log(&mut self, from: Option<u64>, deadline: Time) -> Result<Vec<LogLine>> {
        match self.call(Request::KernelLog { from, deadline })? {
            Reply::KernelLog(lines) => Ok(lines),
            _ => Err(mismatch()),
        }
    }

    /// Clears the kernel's log.
    ///
    /// # Errors
    /// `EPROTO` if the world is gone.
    fn clear_kernel_log(&mut self) -> Result<()> {
        self.call(Request::ClearKernelLog).map(|_| ())
    }

    /// Takes an error from the error queue, without waiting.
    ///
    /// # Errors
    /// `EBADF`.
    fn receive_error(&mut self, socket: SocketId) -> Result<Received> {
        match self.call(Request::ReceiveError(socket))? {
            Reply::Received(received) => Ok(received),
            _ => Err(mismatch()),
        }
    }

    /// Takes the socket's pending error (`SO_ERROR`).
    ///
    /// # Errors
    /// That error; `EBADF`.
    fn pending_error(&mut self, socket: SocketId) -> Result<()> {
        self.call(Request::PendingError(socket)).map(|_| ())
    }

    /// Takes connections from now on; `backlog` may wait to be accepted.
    ///
    /// # Errors
    /// listen(2)'s: `EADDRINUSE`, `EOPNOTSUPP`.
    fn listen(&mut self, socket: SocketId, backlog: u32) -> Result<()> {
        self.call(Request::Listen { socket, backlog }).map(|_| ())
    }

    /// Waits until `deadline` for a connection; its socket and who is at the other end.
    ///
    /// # Errors
    /// accept(2)'s: `EAGAIN` past the deadline, `EINVAL` if it does not listen; `EINTR`.
    fn accept(&mut self, socket: SocketId, deadline: Time) -> Result<(SocketId, (IpAddr, u16))> {
        match self.call(Request::Accept { socket, deadline })? {
            Reply::Accepted(socket, address, port) => Ok((socket, (address, port))),
            _ => Err(mismatch()),
        }
    }

    /// Ends one direction of a connection, or both.
    ///
    /// # Errors
    /// `ENOTCONN`.
    fn shutdown(&mut self, socket: SocketId, how: Shutdown) -> Result<()> {
        self.call(Request::Shutdown { socket, how }).map(|_| ())
    }

    /// The address and port of the partner (getpeername(2)).
    ///
    /// # Errors
    /// `ENOTCONN`.
    fn peer_address(&mut self, socket: SocketId) -> Result<(IpAddr, u16)> {
        match self.call(Request::PeerAddress(socket))? {
            Reply::Address(address, port) => Ok((address, port)),
            _ => Err(mismatch()),
        }
    }

    /// How a connection is doing (`TCP_INFO`).
    ///
    /// # Errors
    /// `EBADF`, `EOPNOTSUPP` for a socket that is not of TCP.
    fn tcp_info(&mut self, socket: SocketId) -> Result<TcpInfo> {
        match self.call(Request::TcpInfo(socket))? {
            Reply::TcpInfo(info) => Ok(*info),
            _ => Err(mismatch()),
        }
    }

    /// Waits until `deadline` for the first of several sockets, or, if `input`, for the program's
    /// standard input (poll(2)). Where a world has no way to watch the input it is always ready.
    ///
    /// # Errors
    /// `EBADF`; `EINTR` when interrupted.
    fn poll(
        &mut self,
        sockets: &[(SocketId, Interest)],
        input: bool,
        deadline: Time,
    ) -> Result<Ready> {
        let request = Request::Poll {
            sockets: sockets.to_vec(),
            deadline: if input { Time(0) } else { deadline },
        };
        match self.call(request)? {
            Reply::Ready(sockets) => Ok(Ready { input, sockets }),
            _ => Err(mismatch()),
        }
    }

    /// Closes a socket.
    ///
    /// # Errors
    /// `EBADF`.
    fn close(&mut self, socket: SocketId) -> Result<()> {
        self.call(Request::Close(socket)).map(|_| ())
    }

    /// Sends a packet through a copy of the world and tells its whole way.
    ///
    /// # Errors
    /// `ENOENT`, `ENODEV`: no such namespace or device; what a `what_if` change is refused with.
    fn explain(&mut self, explain: Explain) -> Result<Journey> {
        match self.call(Request::Explain(Box::new(explain)))? {
            Reply::Journey(journey) => Ok(*journey),
            _ => Err(mismatch()),
        }
    }
}

fn mismatch() -> Error {
    Error::with(
        Errno::PROTO,
        "the world answered something else than was asked",
    )
}
