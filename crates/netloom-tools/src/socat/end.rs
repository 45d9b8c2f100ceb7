//! One side of a relay, open: where bytes or packets come from and go to.

use super::address::{Address, Local, Peer};
use super::wish;
use crate::Context;
use crate::stream::send_all;
use netloom_model::socket::{Received, Shutdown, SocketId, SocketKind, SocketOption};
use netloom_model::tun::Tun;
use netloom_model::{
    Address as LinkAddress, Change, Errno, Error, IpNet, LinkRef, LinkSettings, Mode, Result, Time,
    state::Parts,
};
use std::net::IpAddr;

/// An open side.
pub(super) enum End {
    /// Standard input and output.
    Stdio,
    /// A connection.
    Stream(SocketId),
    /// A socket of datagrams, or the program's end of a TUN; where they go, unless the socket knows.
    Packets(SocketId, Option<(IpAddr, u16)>),
}

/// What comes out of an end.
pub(super) enum Input {
    Data(Vec<u8>),
    /// Nothing for now.
    Nothing,
    /// Nothing any more.
    Ended,
}

fn kind(udp: bool, address: IpAddr) -> SocketKind {
    match (udp, address.is_ipv4()) {
        (true, true) => SocketKind::Udp,
        (true, false) => SocketKind::Udp6,
        (false, true) => SocketKind::Tcp,
        (false, false) => SocketKind::Tcp6,
    }
}

/// Opens a listening socket of TCP.
pub(super) fn listen(cx: &mut Context<'_>, local: &Local) -> Result<SocketId> {
    let socket = open_at(cx, false, local)?;
    cx.world.listen(socket, 128)?;
    Ok(socket)
}

impl End {
    /// Opens an address; whatever it must wait for first, it waits for.
    pub(super) fn open(cx: &mut Context<'_>, address: &Address) -> Result<End> {
        match address {
            Address::Stdio => Ok(End::Stdio),
            Address::Tcp(peer) => {
                let socket = open_to(cx, false, peer)?;
                cx.world.connect(socket, peer.to.0, peer.to.1)?;
                Ok(End::Stream(socket))
            }
            Address::TcpListen { local, .. } => {
                let listener = listen(cx, local)?;
                let (socket, _) = cx.world.accept(listener, Time::NEVER)?;
                cx.world.close(listener)?;
                Ok(End::Stream(socket))
            }
            Address::Udp(peer) => {
                let socket = open_to(cx, true, peer)?;
                cx.world.connect(socket, peer.to.0, peer.to.1)?;
                Ok(End::Packets(socket, None))
            }
            Address::UdpDatagram(peer) => {
                let socket = open_to(cx, true, peer)?;
                Ok(End::Packets(socket, Some(peer.to)))
            }
            Address::Ip(peer) => {
                let (address, protocol) = (peer.to.0, peer.to.1 as u8);
                let kind = match address.is_ipv4() {
                    true => SocketKind::Raw(protocol),
                    false => SocketKind::Raw6(protocol),
                };
                let socket = cx.world.open(&cx.ns, kind)?;
                wish::tell(cx, socket, &peer.wishes)?;
                if let Some((address, _)) = peer.bind {
                    cx.world.bind(socket, address, 0)?;
                }
                cx.world.connect(socket, address, 0)?;
                Ok(End::Packets(socket, None))
            }
            Address::UdpListen(local) | Address::UdpReceive(local) => {
                let socket = open_at(cx, true, local)?;
                Ok(End::Packets(socket, None))
            }
            Address::Tun {
                name,
                tun,
                address,
                up,
            } => {
                let socket = open_tun(cx, name, tun, address.as_ref(), *up)?;
                Ok(End::Packets(socket, None))
            }
        }
    }

    /// The socket that is waited for; none for standard input.
    pub(super) fn socket(&self) -> Option<SocketId> {
        match self {
            End::Stdio => None,
            End::Stream(socket) | End::Packets(socket, _) => Some(*socket),
        }
    }

    /// What is there to be read, of standard input so much at a time. `first`: where the sender of a first datagram becomes the partner.
    pub(super) fn read(
        &self,
        cx: &mut Context<'_>,
        block: usize,
        first: &mut bool,
    ) -> Result<Input> {
        let Some(socket) = self.socket() else {
            let mut bytes = vec![0; block];
            let len = cx.stdin.read(&mut bytes).map_err(|_| Errno::IO)?;
            bytes.truncate(len);
            return Ok(match len {
                0 => Input::Ended,
                _ => Input::Data(bytes),
            });
        };
        match cx.world.receive(socket, Time::AT_ONCE)? {
            Received::Stream(bytes) if bytes.is_empty() => Ok(Input::Ended),
            Received::Stream(bytes) => Ok(Input::Data(bytes)),
            Received::Datagram(datagram) => {
                if core::mem::take(first)
                    && let Some((address, port)) = datagram.from
                {
                    cx.world.connect(socket, address, port)?;
                }
                Ok(Input::Data(datagram.data))
            }
            Received::Nothing => Ok(Input::Nothing),
            Received::Error(error) => Err(error.errno.into()),
        }
    }

    /// Writes what the other side gave.
    pub(super) fn write(&self, cx: &mut Context<'_>, data: &[u8]) -> Result<()> {
        match self {
            End::Stdio => {
                let written = cx.out.write_all(data).and_then(|()| cx.out.flush());
                written.map_err(|_| Error::from(Errno::PIPE))
            }
            End::Stream(socket) => send_all(cx.world, *socket, data),
            End::Packets(socket, to) => match cx.world.send(*socket, *to, data) {
                // A device that is down, or a packet that is none, loses that packet alone.
                Err(error) if matches!(error.errno, Errno::IO | Errno::INVAL) => Ok(()),
                // Nobody has sent yet: there is no partner.
                Err(error) if error.errno == Errno::DESTADDRREQ => Ok(()),
                sent => sent.map(|_| ()),
            },
        }
    }

    /// The other side gives nothing any more.
    pub(super) fn finish(&self, cx: &mut Context<'_>) {
        if let End::Stream(socket) = self {
            let _ = cx.world.shutdown(*socket, Shutdown::Write);
        }
    }

    /// Closes it.
    pub(super) fn close(&self, cx: &mut Context<'_>) {
        if let Some(socket) = self.socket() {
            let _ = cx.world.close(socket);
        }
    }
}

/// A socket that is bound as asked.
fn open_at(cx: &mut Context<'_>, udp: bool, local: &Local) -> Result<SocketId> {
    let socket = cx.world.open(&cx.ns, kind(udp, local.at.0))?;
    cx.world.set(socket, SocketOption::ReuseAddress(true))?;
    wish::tell(cx, socket, &local.wishes)?;
    cx.world.bind(socket, local.at.0, local.at.1)?;
    Ok(socket)
}

/// A socket for a partner, bound as asked.
fn open_to(cx: &mut Context<'_>, udp: bool, peer: &Peer) -> Result<SocketId> {
    let socket = cx.world.open(&cx.ns, kind(udp, peer.to.0))?;
    wish::tell(cx, socket, &peer.wishes)?;
    if let Some((address, port)) = peer.bind {
        cx.world.set(socket, SocketOption::ReuseAddress(true))?;
        cx.world.bind(socket, address, port)?;
    }
    Ok(socket)
}

fn open_tun(
    cx: &mut Context<'_>,
    name: &str,
    tun: &Tun,
    address: Option<&IpNet>,
    up: bool,
) -> Result<SocketId> {
    let socket = cx.world.open(&cx.ns, SocketKind::Tun)?;
    let name = cx.world.attach_tun(socket, name, tun.clone())?;
    let ns = cx.ns.clone();
    let mut changes = Vec::new();
    if let Some(net) = address {
        let mut state = cx.world.snapshot(Some(&ns), Parts::LINKS)?;
        let here = state.namespaces.remove(&ns).ok_or(Errno::NOENT)?;
        let link = here.link(&LinkRef::from(name.as_str()));
        let index = link.ok_or(Errno::NODEV)?.index;
        changes.push(Change::AddAddress {
            ns: ns.clone(),
            address: LinkAddress::new(index, *net, name.as_str()),
            mode: Mode::Replace,
        });
    }
    if up {
        let set = LinkSettings {
            up: Some(true),
            ..LinkSettings::default()
        };
        changes.push(Change::SetLink {
            ns,
            link: LinkRef::from(name.as_str()),
            set: Box::new(set),
        });
    }
    cx.world.apply(changes)?;
    Ok(socket)
}
