//! bind(2) of TCP sockets: which ports are free, and for whom (`inet_csk_get_port`,
//! `inet_hash_connect`, socket(7) `SO_REUSEADDR`, `SO_REUSEPORT`).

use super::connection::End;
use super::table::Place;
use super::{Role, anywhere, time_wait};
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::route;
use crate::socket::ports::{self, Bound};
use crate::sysctl::{Global, Global6};
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::socket::SocketId;
use netloom_model::{Errno, RouteType};

/// What a socket that holds a port, or wants to, says about sharing it.
#[derive(Clone, Copy, Debug)]
struct Claim {
    at: Bound,
    reuse_address: bool,
    reuse_port: bool,
    listens: bool,
}

impl Claim {
    fn conflicts(&self, other: &Claim) -> bool {
        // Who listens lets nobody in; who wants to listen may share with connections.
        let shared = self.reuse_address && other.reuse_address && !other.listens;
        let spread = self.reuse_port && other.reuse_port;
        self.at.meets(&other.at) && !shared && !spread
    }
}

/// The claim of a socket.
fn claim(net: &Net, id: u32) -> Option<Claim> {
    let socket = net.sockets.0.get(id)?;
    let tcp = socket.tcp.as_ref()?;
    let sort = (socket.kind.is_v6(), socket.options.only_v6);
    Some(Claim {
        at: Bound::new(tcp.local.0, sort, socket.dev),
        reuse_address: socket.options.reuse_address,
        reuse_port: socket.options.reuse_port,
        listens: matches!(tcp.role, Role::Listening(_)),
    })
}

/// Whether somebody else holds a port in a way that `wanted` cannot share.
fn taken(net: &Net, ns: NsId, id: u32, wanted: &Claim, port: u16) -> bool {
    let table = &net.ns(ns).sockets.tcp;
    let others = table.holders(port).iter().filter(|other| **other != id);
    let held = others
        .filter_map(|other| claim(net, *other))
        .any(|c| wanted.conflicts(&c));
    held || table.waiting_at(port).any(|waiting| {
        let sort = (waiting.kind.is_v6(), waiting.only_v6);
        wanted.conflicts(&Claim {
            at: Bound::new(waiting.local.0, sort, waiting.dev),
            reuse_address: waiting.reuse_address,
            reuse_port: waiting.reuse_port,
            listens: false,
        })
    })
}

/// Whether a socket that holds its port may listen there.
pub(super) fn may_listen(net: &Net, id: u32) -> bool {
    let Some((wanted, tcp)) = claim(net, id).zip(net.tcp(id)) else {
        return false;
    };
    let ns = net.sockets.0[id].ns;
    let wanted = Claim {
        listens: true,
        ..wanted
    };
    !taken(net, ns, id, &wanted, tcp.local.1)
}

/// The ports that are given out, in the order in which they are tried: every second one first.
pub(crate) fn ephemeral(net: &mut Net, ns: NsId, odd: bool) -> impl Iterator<Item = u16> + use<> {
    let (low, high) = ports::range(net, ns);
    let count = u32::from(high - low) + 1;
    let first = net.random.below(count.into()) as u32 & !1;
    let step = move |parity: u32| {
        (0..count.div_ceil(2)).map(move |i| (first + 2 * i + parity) % count.next_multiple_of(2))
    };
    let first_round = u32::from(odd);
    step(first_round)
        .chain(step(1 - first_round))
        .filter(move |offset| *offset < count)
        .map(move |offset| low + offset as u16)
}

/// Whether a socket may be bound to an address.
fn may_have(net: &Net, ns: NsId, id: SocketId, address: IpAddr) -> Result<(), Errno> {
    let socket = net.socket(id)?;
    let free = socket.options.free_bind;
    let fits = match address {
        _ if address.is_unspecified() => true,
        IpAddr::V4(v4) => {
            let nonlocal = net.ns(ns).settings.on(Global::IpNonlocalBind);
            free || nonlocal || route::address_kind(net, ns, v4) == RouteType::Local
        }
        IpAddr::V6(v6) => {
            let near = v6.is_unicast_link_local();
            if near && socket.dev == DevId::NONE {
                return Err(Errno::INVAL);
            }
            let dev = if near { socket.dev } else { DevId::NONE };
            let nonlocal = net.ns(ns).v6.settings.on(Global6::IpNonlocalBind);
            free || nonlocal || route::v6::is_local(net, ns, v6, dev)
        }
    };
    if fits {
        Ok(())
    } else {
        Err(Errno::ADDRNOTAVAIL)
    }
}

/// The address that a program means.
pub(super) fn meant(net: &Net, id: SocketId, address: IpAddr) -> Result<IpAddr, Errno> {
    ports::meant(net.socket(id)?, address)
}

/// Binds a socket to an address and a port (0: any that is free).
pub(crate) fn bind(net: &mut Net, id: SocketId, address: IpAddr, port: u16) -> Result<(), Errno> {
    let mut address = meant(net, id, address)?;
    let socket = net.socket(id)?;
    let ns = socket.ns;
    let tcp = socket.tcp.as_ref().ok_or(Errno::OPNOTSUPP)?;
    if tcp.local.1 != 0 || !matches!(tcp.role, Role::Idle) {
        return Err(Errno::INVAL);
    }
    may_have(net, ns, id, address)?;
    if address.is_unspecified() && address.is_ipv6() {
        address = Ipv6Addr::UNSPECIFIED.into();
    }
    if let Some(tcp) = net.tcp_mut(id.0) {
        tcp.local.0 = address;
    }
    let bound = take(net, id.0, port);
    if bound.is_err() {
        let any = anywhere(net.socket(id)?.kind);
        if let Some(tcp) = net.tcp_mut(id.0) {
            tcp.local = (any, 0);
        }
    }
    bound
}

/// Takes a port (0: any that is free) at the address that the socket has.
pub(super) fn take(net: &mut Net, id: u32, port: u16) -> Result<(), Errno> {
    let ns = net.sockets.0[id].ns;
    let wanted = claim(net, id).ok_or(Errno::OPNOTSUPP)?;
    let port = if port == 0 {
        let mut all = ephemeral(net, ns, true);
        let free = all.find(|port| !taken(net, ns, id, &wanted, *port));
        free.ok_or(Errno::ADDRINUSE)?
    } else if taken(net, ns, id, &wanted, port) {
        return Err(Errno::ADDRINUSE);
    } else {
        port
    };
    hold(net, ns, id, port, true);
    Ok(())
}

fn hold(net: &mut Net, ns: NsId, id: u32, port: u16, chosen: bool) {
    if let Some(tcp) = net.tcp_mut(id) {
        tcp.local.1 = port;
        tcp.chose_port = chosen;
    }
    net.ns_mut(ns).sockets.tcp.hold(port, id);
}

/// Finds a port for a connection from `source` to `remote`: one whose connections all differ.
pub(super) fn take_for(net: &mut Net, id: u32, source: IpAddr, remote: End) -> Result<u16, Errno> {
    let ns = net.sockets.0[id].ns;
    let own = net.tcp(id).map_or(0, |tcp| tcp.local.1);
    if own != 0 {
        if !is_free(net, ns, (source, own), remote) {
            return Err(Errno::ADDRNOTAVAIL);
        }
        return Ok(own);
    }
    for port in ephemeral(net, ns, false) {
        let table = &net.ns(ns).sockets.tcp;
        let bound = |other: &u32| net.tcp(*other).is_some_and(|tcp| tcp.chose_port);
        if table.holders(port).iter().any(bound) {
            continue;
        }
        if is_free(net, ns, (source, port), remote) {
            hold(net, ns, id, port, false);
            return Ok(port);
        }
    }
    Err(Errno::ADDRNOTAVAIL)
}

/// Whether there is no such connection; one in TIME-WAIT on the loopback gives way after a second
/// (`tcp_tw_reuse`).
fn is_free(net: &mut Net, ns: NsId, local: End, remote: End) -> bool {
    match net.ns(ns).sockets.tcp.find(local, remote) {
        None => true,
        Some(Place::Socket(_)) => false,
        Some(Place::TimeWait(slot)) => {
            let reuse = net.ns(ns).settings.get(Global::TcpTwReuse);
            let near = remote.0.is_loopback() || local.0 == remote.0;
            let allowed = reuse == 1 || (reuse == 2 && near);
            let table = &net.ns(ns).sockets.tcp;
            let old = table.waiting.get(slot).is_some_and(|w| {
                let left = w.until.since(net.now).as_secs_f64();
                w.clocks.is_some() && left < 59.0
            });
            if allowed && old {
                time_wait::kill(net, ns, slot);
                return true;
            }
            false
        }
    }
}
