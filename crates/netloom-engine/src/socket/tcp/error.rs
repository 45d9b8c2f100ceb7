//! ICMP errors about segments (`tcp_v4_err`, `tcp_v6_err`, RFC 5927): a connection that is being made
//! fails by a hard one, one that is made remembers it.

use super::connection::End;
use super::seq::{after, before};
use super::settle::settle;
use super::table::Place;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use core::net::IpAddr;
use netloom_model::Errno;
use netloom_model::socket::TcpState;

/// What an error says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    pub(crate) ns: NsId,
    pub(crate) local: End,
    pub(crate) remote: End,
    /// The sequence number of the segment that came back.
    pub(crate) seq: u32,
    pub(crate) errno: Errno,
    /// What the next link takes, where that was the reason.
    pub(crate) path: bool,
}

impl Told {
    /// A router's next link takes less than the segment that begins with `bytes`.
    pub(crate) fn narrow(ns: NsId, local: IpAddr, remote: IpAddr, bytes: &[u8]) -> Option<Told> {
        let front: [u8; 8] = bytes.get(..8)?.try_into().ok()?;
        let [a, b, c, d, e, f, g, h] = front;
        Some(Told {
            ns,
            local: (local, u16::from_be_bytes([a, b])),
            remote: (remote, u16::from_be_bytes([c, d])),
            seq: u32::from_be_bytes([e, f, g, h]),
            errno: Errno::MSGSIZE,
            path: true,
        })
    }
}

/// The connection of the segment that an error is about, if it may have sent it.
fn concerned(net: &Net, told: &Told) -> Option<u32> {
    let place = net.ns(told.ns).sockets.tcp.find(told.local, told.remote)?;
    let Place::Socket(id) = place else {
        return None;
    };
    let connection = net.tcp(id)?.connection()?;
    let sent = !before(told.seq, connection.snd_una) && !after(told.seq, connection.snd_nxt);
    sent.then_some(id)
}

/// Tells a connection of an error; whether there was one.
pub(crate) fn icmp_error<O: Observer>(cx: &mut Cx<'_, O>, told: &Told) -> bool {
    let Some(id) = concerned(cx.net, told) else {
        return false;
    };
    if told.path {
        return true;
    }
    let receives_errors = cx.net.sockets.0[id].options.receive_errors;
    let Some(connection) = cx.net.connection_mut(id) else {
        return false;
    };
    if connection.state == TcpState::SynSent {
        connection.fail(told.errno);
    } else if receives_errors && connection.state != TcpState::SynReceived {
        connection.error = Some(told.errno);
    } else {
        connection.soft_error = Some(told.errno);
    }
    settle(cx, id, None);
    true
}

/// The path of a connection takes less than its segments are long: they go again, shorter.
pub(crate) fn path_narrowed<O: Observer>(cx: &mut Cx<'_, O>, told: &Told) {
    let Some(id) = concerned(cx.net, told) else {
        return;
    };
    let socket = &cx.net.sockets.0[id];
    let manner = super::output::Manner::of(socket).between(told.local.1, told.remote.1);
    let path = super::output::Path::find(cx.net, &manner, told.local.0, told.remote.0);
    if let (Ok(path), Some(connection)) = (path, cx.net.connection_mut(id)) {
        connection.path_narrowed(path.mtu());
        settle(cx, id, None);
    }
}
