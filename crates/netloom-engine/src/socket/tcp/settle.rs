//! After something happened to a connection: what it has to say is sent, and it is put where its
//! new state belongs.

use super::connection::Connection;
use super::table::Place;
use super::tunables::Tunables;
use super::{Owner, Role, Tcp, mib, output, time_wait};
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::timer::Timer;
use netloom_model::socket::TcpState;

/// Bytes in the queues of all connections beyond which none grows (`tcp_mem`, the second number,
/// of a machine with some gigabytes).
const PRESSURE: usize = 256 << 20;

/// Bytes beyond which nothing more is taken (the third number).
pub(super) const MOST_MEMORY: usize = 512 << 20;

/// What the settings of a namespace say now.
pub(super) fn tunables(net: &Net, ns: NsId) -> Tunables {
    let pressure = net.sockets.1.memory > PRESSURE;
    Tunables::new(&net.ns(ns).settings, net.now, pressure)
}

impl Net {
    /// What a socket of TCP has of TCP.
    pub(crate) fn tcp(&self, id: u32) -> Option<&Tcp> {
        self.sockets.0.get(id)?.tcp.as_deref()
    }

    pub(super) fn tcp_mut(&mut self, id: u32) -> Option<&mut Tcp> {
        self.sockets.0.get_mut(id)?.tcp.as_deref_mut()
    }

    pub(super) fn connection_mut(&mut self, id: u32) -> Option<&mut Connection> {
        self.tcp_mut(id)?.connection_mut()
    }
}

/// Sends what a connection has to say and puts it where it belongs. `cause`: the packet that
/// brought it about.
pub(super) fn settle<O: Observer>(cx: &mut Cx<'_, O>, id: u32, cause: Option<u32>) {
    output::flush(cx, id, cause);
    collect(cx.net, id);
    account(cx.net, id);
    let Some(socket) = cx.net.sockets.0.get_mut(id) else {
        return;
    };
    let ns = socket.ns;
    let Some(tcp) = socket.tcp.as_deref_mut() else {
        return;
    };
    let owner = tcp.owner;
    let Role::Connected(connection) = &mut tcp.role else {
        return;
    };
    let (local, remote) = (connection.local, connection.remote);
    match connection.state {
        TcpState::TimeWait => {
            time_wait::enter(cx.net, id);
            ended(cx.net, id, owner);
        }
        TcpState::Closed => {
            cx.net
                .ns_mut(ns)
                .sockets
                .tcp
                .remove(local, remote, Place::Socket(id));
            ended(cx.net, id, owner);
        }
        state => {
            let t = tunables(cx.net, ns);
            if owner == Owner::Nobody
                && state == TcpState::FinWait2
                && let Some(connection) = cx.net.connection_mut(id)
            {
                connection.leave_after(&t);
                collect(cx.net, id);
            }
            arm(cx.net, id);
        }
    }
}

/// A connection is over: nobody's socket goes with it.
fn ended(net: &mut Net, id: u32, owner: Owner) {
    let never_made = matches!(owner, Owner::Listener(listener)
        if net.tcp(listener).and_then(Tcp::listener).is_some_and(|l| l.is_half_open(id)));
    if let (true, Owner::Listener(listener)) = (never_made, owner)
        && let Some(listener) = net.tcp_mut(listener).and_then(Tcp::listener_mut)
    {
        listener.forget(id);
    }
    if owner == Owner::Nobody || never_made {
        super::close::remove(net, id);
    }
}

/// Counts in its namespace what a connection has done.
fn collect(net: &mut Net, id: u32) {
    let Some(socket) = net.sockets.0.get_mut(id) else {
        return;
    };
    let mib = &mut net.namespaces[socket.ns.0].mib;
    let connection = socket.tcp.as_mut().and_then(|tcp| tcp.connection_mut());
    if let Some(connection) = connection {
        for (counter, count) in connection.tally.collect() {
            mib.add(counter, count as usize);
        }
    }
}

/// Keeps account of what the queues hold.
pub(super) fn account(net: &mut Net, id: u32) {
    let Some(tcp) = net.tcp_mut(id) else {
        return;
    };
    let held = tcp.connection().map_or(0, Connection::held);
    let before = core::mem::replace(&mut tcp.accounted, held);
    net.sockets.1.memory = (net.sockets.1.memory + held).saturating_sub(before);
}

/// Sets the timer, unless it comes early enough already.
pub(super) fn arm(net: &mut Net, id: u32) {
    let Some(tcp) = net.tcp_mut(id) else {
        return;
    };
    let Some(at) = tcp.connection().and_then(Connection::next_deadline) else {
        return;
    };
    if tcp.armed.is_some_and(|armed| armed <= at) {
        return;
    }
    tcp.armed = Some(at);
    let stamp = tcp.stamp;
    net.timers.set(at, Timer::Tcp { socket: id, stamp });
}

/// The timer of a connection is due, or would have been if nothing had happened since it was set.
pub(crate) fn timer<O: Observer>(cx: &mut Cx<'_, O>, id: u32, stamp: u32) {
    let Some(socket) = cx.net.sockets.0.get_mut(id) else {
        return;
    };
    let ns = socket.ns;
    let Some(tcp) = socket.tcp.as_deref_mut().filter(|tcp| tcp.stamp == stamp) else {
        return;
    };
    if tcp.armed.is_none_or(|armed| armed > cx.net.now) {
        return; // a later one was set before an earlier one; the earlier one counts
    }
    tcp.armed = None;
    let t = tunables(cx.net, ns);
    let Some(tcp) = cx.net.tcp_mut(id) else {
        return;
    };
    let orphan = tcp.owner == Owner::Nobody;
    if let Some(connection) = tcp.connection_mut() {
        let before = connection.state;
        connection.expire(orphan, &t);
        if let Some(counter) = mib::became(before, connection) {
            cx.net.count(ns, counter);
        }
    }
    settle(cx, id, None);
}
