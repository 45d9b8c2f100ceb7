//! The kernel's sockets, in the terms of [`netloom_model::socket`].

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use netloom_model::socket::{
    Datagram, PmtuDiscovery, Received, SocketError, SocketId, SocketKind, SocketOption,
};
use netloom_model::{Errno, Time};
use nix::cmsg_space;
use nix::libc;
use nix::sys::socket::{
    AddressFamily, ControlMessageOwned, MsgFlags, SockFlag, SockProtocol, SockType,
    SockaddrStorage, bind, recvmsg, sendto, setsockopt, socket, sockopt,
};
use std::collections::BTreeMap;
use std::io::IoSliceMut;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// Options that nix has no names for.
mod option {
    use nix::{libc, setsockopt_impl, sockopt_impl};
    sockopt_impl!(
        PmtuV4,
        SetOnly,
        libc::IPPROTO_IP,
        libc::IP_MTU_DISCOVER,
        i32
    );
    sockopt_impl!(
        PmtuV6,
        SetOnly,
        libc::IPPROTO_IPV6,
        libc::IPV6_MTU_DISCOVER,
        i32
    );
    sockopt_impl!(TosV4, SetOnly, libc::IPPROTO_IP, libc::IP_TOS, i32);
    sockopt_impl!(ClassV6, SetOnly, libc::IPPROTO_IPV6, libc::IPV6_TCLASS, i32);
    sockopt_impl!(RecvTosV4, SetOnly, libc::IPPROTO_IP, libc::IP_RECVTOS, bool);
    sockopt_impl!(
        RecvClassV6,
        SetOnly,
        libc::IPPROTO_IPV6,
        libc::IPV6_RECVTCLASS,
        bool
    );
    sockopt_impl!(
        HopsV6,
        SetOnly,
        libc::IPPROTO_IPV6,
        libc::IPV6_MULTICAST_HOPS,
        i32
    );
}

/// The sockets of a case.
#[derive(Default)]
pub(super) struct Sockets {
    all: BTreeMap<u32, (OwnedFd, SocketKind)>,
    next: u32,
    /// What a datagram is read into.
    buffer: Vec<u8>,
}

type Outcome<T> = Result<T, Errno>;

fn errno(error: nix::Error) -> Errno {
    Errno(error as i32)
}

impl Sockets {
    fn get(&self, id: SocketId) -> Outcome<&(OwnedFd, SocketKind)> {
        self.all.get(&id.0).ok_or(Errno::BADF)
    }

    /// Opens a socket in the thread's namespace.
    pub(super) fn open(&mut self, kind: SocketKind) -> Outcome<SocketId> {
        let (family, protocol) = match kind {
            SocketKind::Ping => (AddressFamily::Inet, SockProtocol::Icmp),
            SocketKind::Ping6 => (AddressFamily::Inet6, SockProtocol::IcmpV6),
            SocketKind::Udp => (AddressFamily::Inet, SockProtocol::Udp),
            SocketKind::Udp6 => (AddressFamily::Inet6, SockProtocol::Udp),
            _ => return Err(Errno::OPNOTSUPP),
        };
        let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
        let fd = socket(family, SockType::Datagram, flags, protocol).map_err(errno)?;
        tell_everything(&fd, kind).map_err(errno)?;
        self.next += 1;
        self.all.insert(self.next, (fd, kind));
        Ok(SocketId(self.next))
    }

    pub(super) fn set(&self, id: SocketId, option: &SocketOption) -> Outcome<()> {
        let (fd, kind) = self.get(id)?;
        let v6 = kind.is_v6();
        let pmtu = |pmtu| match pmtu {
            PmtuDiscovery::Dont => libc::IP_PMTUDISC_DONT,
            PmtuDiscovery::Want => libc::IP_PMTUDISC_WANT,
            PmtuDiscovery::Do => libc::IP_PMTUDISC_DO,
            PmtuDiscovery::Probe => libc::IP_PMTUDISC_PROBE,
        };
        match option {
            SocketOption::ReceiveErrors(on) if v6 => setsockopt(fd, sockopt::Ipv6RecvErr, on),
            SocketOption::ReceiveErrors(on) => setsockopt(fd, sockopt::Ipv4RecvErr, on),
            SocketOption::OnlyV6(on) => setsockopt(fd, sockopt::Ipv6V6Only, on),
            SocketOption::Broadcast(on) => setsockopt(fd, sockopt::Broadcast, on),
            SocketOption::BindToDevice(name) => setsockopt(fd, sockopt::BindToDevice, &name.into()),
            SocketOption::Ttl(ttl) if v6 => setsockopt(fd, sockopt::Ipv6Ttl, &i32::from(*ttl)),
            SocketOption::Ttl(ttl) => setsockopt(fd, sockopt::Ipv4Ttl, &i32::from(*ttl)),
            SocketOption::MulticastTtl(ttl) if v6 => {
                setsockopt(fd, option::HopsV6, &i32::from(*ttl))
            }
            SocketOption::MulticastTtl(ttl) => setsockopt(fd, sockopt::IpMulticastTtl, ttl),
            SocketOption::PmtuDiscovery(how) if v6 => setsockopt(fd, option::PmtuV6, &pmtu(*how)),
            SocketOption::PmtuDiscovery(how) => setsockopt(fd, option::PmtuV4, &pmtu(*how)),
            SocketOption::Mark(mark) => setsockopt(fd, sockopt::Mark, mark),
            SocketOption::Tos(tos) if v6 => setsockopt(fd, option::ClassV6, &i32::from(*tos)),
            SocketOption::Tos(tos) => setsockopt(fd, option::TosV4, &i32::from(*tos)),
            _ => return Err(Errno::OPNOTSUPP),
        }
        .map_err(errno)
    }

    pub(super) fn bind(&self, id: SocketId, address: IpAddr, port: u16) -> Outcome<()> {
        let (fd, _) = self.get(id)?;
        let address = SockaddrStorage::from(SocketAddr::new(address, port));
        bind(fd.as_raw_fd(), &address).map_err(errno)
    }

    pub(super) fn send(
        &self,
        id: SocketId,
        (to, port): (IpAddr, u16),
        data: &[u8],
    ) -> Outcome<usize> {
        let (fd, _) = self.get(id)?;
        let to = SockaddrStorage::from(SocketAddr::new(to, port));
        sendto(fd.as_raw_fd(), data, &to, MsgFlags::empty()).map_err(errno)
    }

    pub(super) fn receive(&mut self, id: SocketId) -> Outcome<Received> {
        self.take(id, MsgFlags::empty())
    }

    pub(super) fn receive_error(&mut self, id: SocketId) -> Outcome<Received> {
        self.take(id, MsgFlags::MSG_ERRQUEUE)
    }

    pub(super) fn close(&mut self, id: SocketId) {
        self.all.remove(&id.0);
    }

    fn take(&mut self, id: SocketId, flags: MsgFlags) -> Outcome<Received> {
        self.buffer.resize(66_000, 0);
        let (fd, _) = self.all.get(&id.0).ok_or(Errno::BADF)?;
        let mut slices = [IoSliceMut::new(&mut self.buffer)];
        let mut space = cmsg_space!([u8; 512]);
        let flags = flags | MsgFlags::MSG_DONTWAIT;
        let message =
            recvmsg::<SockaddrStorage>(fd.as_raw_fd(), &mut slices, Some(&mut space), flags);
        let message = match message {
            Err(nix::Error::EAGAIN) => return Ok(Received::Nothing),
            Err(error) => return Err(errno(error)),
            Ok(message) => message,
        };
        let (from, len) = (message.address.as_ref().and_then(end), message.bytes);
        let notes: Vec<ControlMessageOwned> = message.cmsgs().map_err(errno)?.collect();
        for note in &notes {
            if let Some(error) = error(note, from) {
                return Ok(Received::Error(error));
            }
        }
        let mut datagram = Datagram {
            at: Time::ZERO,
            data: Vec::new(),
            from,
            to: None,
            ttl: 0,
            tos: 0,
            dev: 0,
            packet_type: netloom_model::socket::PacketType::Host,
            source_mac: None,
        };
        for note in &notes {
            describe(&mut datagram, note);
        }
        datagram.data = self.buffer[..len].to_vec();
        Ok(Received::Datagram(datagram))
    }
}

/// With every datagram come its destination, its link, its TTL and its TOS.
fn tell_everything(fd: &OwnedFd, kind: SocketKind) -> nix::Result<()> {
    let fd = &fd.as_fd();
    if kind.is_v6() {
        setsockopt(fd, sockopt::Ipv6RecvPacketInfo, &true)?;
        setsockopt(fd, sockopt::Ipv6RecvHopLimit, &true)?;
        setsockopt(fd, option::RecvClassV6, &true)
    } else {
        setsockopt(fd, sockopt::Ipv4PacketInfo, &true)?;
        setsockopt(fd, sockopt::Ipv4RecvTtl, &true)?;
        setsockopt(fd, option::RecvTosV4, &true)
    }
}

/// What comes beside a datagram.
fn describe(datagram: &mut Datagram, note: &ControlMessageOwned) {
    match note {
        ControlMessageOwned::Ipv4PacketInfo(info) => {
            let to = Ipv4Addr::from_bits(u32::from_be(info.ipi_addr.s_addr));
            datagram.to = Some(to.into());
            datagram.dev = info.ipi_ifindex as u32;
        }
        ControlMessageOwned::Ipv6PacketInfo(info) => {
            datagram.to = Some(Ipv6Addr::from(info.ipi6_addr.s6_addr).into());
            datagram.dev = info.ipi6_ifindex;
        }
        ControlMessageOwned::Ipv4Ttl(ttl) | ControlMessageOwned::Ipv6HopLimit(ttl) => {
            datagram.ttl = *ttl as u8;
        }
        ControlMessageOwned::Ipv4Tos(tos) => datagram.tos = *tos,
        ControlMessageOwned::Ipv6TClass(class) => datagram.tos = *class as u8,
        _ => {}
    }
}

/// An error of the error queue.
fn error(note: &ControlMessageOwned, to: Option<(IpAddr, u16)>) -> Option<SocketError> {
    let (error, offender) = match note {
        ControlMessageOwned::Ipv4RecvErr(error, by) => {
            let by = by.map(|by| Ipv4Addr::from_bits(u32::from_be(by.sin_addr.s_addr)));
            (error, by.map(IpAddr::V4))
        }
        ControlMessageOwned::Ipv6RecvErr(error, by) => {
            let by = by.map(|by| Ipv6Addr::from(by.sin6_addr.s6_addr));
            (error, by.map(IpAddr::V6))
        }
        _ => return None,
    };
    let local = error.ee_origin == libc::SO_EE_ORIGIN_LOCAL;
    Some(SocketError {
        at: Time::ZERO,
        errno: Errno(error.ee_errno as i32),
        local,
        icmp: (error.ee_type, error.ee_code),
        info: error.ee_info,
        offender: offender.filter(|_| !local),
        to,
        data: Vec::new(),
    })
}

/// An address and its port.
fn end(address: &SockaddrStorage) -> Option<(IpAddr, u16)> {
    if let Some(v4) = address.as_sockaddr_in() {
        return Some((v4.ip().into(), v4.port()));
    }
    address
        .as_sockaddr_in6()
        .map(|v6| (v6.ip().into(), v6.port()))
}
