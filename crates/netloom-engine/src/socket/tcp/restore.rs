//! Sockets of TCP that listen, as a snapshot lists them.

use super::Role;
use super::listen::Listener;
use crate::namespace::NsId;
use crate::net::Net;
use netloom_model::socket::SocketId;
use netloom_model::socket_list::ListedSocket;

/// Has a socket, which was just opened, listen where it was told to.
pub(in crate::socket) fn listen(net: &mut Net, (ns, id): (NsId, SocketId), told: &ListedSocket) {
    let port = told.local.1;
    if let Some(tcp) = net.tcp_mut(id.0) {
        tcp.local = told.local;
        tcp.chose_port = true;
        tcp.role = Role::Listening(Listener::new(told.queues.1));
    }
    let table = &mut net.ns_mut(ns).sockets.tcp;
    table.hold(port, id.0);
    table.listen(port, id.0);
}
