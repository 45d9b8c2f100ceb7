//! bind(2), connect(2), setsockopt(2).

use super::{Socket, packet, ports, send};
use crate::device::DevId;
use crate::ip::version::V4;
use crate::ip::{membership, with_options};
use crate::namespace::NsId;
use crate::net::Net;
use crate::route::upper::Upper;
use crate::route::{self, Flow};
use crate::sysctl::Global;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::counters::Counter;
use netloom_model::socket::{SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, RouteType};
use netloom_wire::IpProtocol;
use netloom_wire::ipv4::{HEADER_LEN, MAX_HEADER_LEN};

fn v4(address: IpAddr) -> Result<Ipv4Addr, Errno> {
    match address {
        IpAddr::V4(address) => Ok(address),
        IpAddr::V6(_) => Err(Errno::AFNOSUPPORT),
    }
}

/// Binds to a local address and port.
pub(crate) fn bind(net: &mut Net, id: SocketId, address: IpAddr, port: u16) -> Result<(), Errno> {
    let socket = net.socket(id)?;
    if socket.kind.is_tcp() {
        return super::tcp::ports::bind(net, id, address, port);
    }
    let address = match ports::meant(socket, address)? {
        IpAddr::V6(address) => return super::v6::configure::bind(net, id, address, port),
        IpAddr::V4(address) => address,
    };
    let ns = socket.ns;
    let nonlocal = net.ns(ns).settings.on(Global::IpNonlocalBind);
    let free = socket.options.free_bind || nonlocal;
    let fits = match route::address_kind(net, ns, address) {
        RouteType::Local => true,
        // Who pings does not speak for everybody.
        RouteType::Multicast | RouteType::Broadcast => socket.kind != SocketKind::Ping,
        _ => free,
    };
    if !fits && !address.is_unspecified() {
        return Err(Errno::ADDRNOTAVAIL);
    }
    let numbered = socket.kind.has_ports();
    if numbered && port != 0 && ports::taken(net, id, address.into(), port) {
        return Err(Errno::ADDRINUSE);
    }
    let socket = net.socket_mut(id)?;
    socket.local = (address, port);
    socket.show_mapped();
    ports::bind_any(net, id).map_err(|_| Errno::ADDRINUSE)
}

/// Sets the partner: the source address is chosen now.
pub(crate) fn connect(
    net: &mut Net,
    id: SocketId,
    address: IpAddr,
    port: u16,
) -> Result<(), Errno> {
    let socket = net.socket(id)?;
    let address = match socket.partner(address)? {
        IpAddr::V6(address) => return super::v6::configure::connect(net, id, address, port),
        IpAddr::V4(address) => address,
    };
    let (ns, may_broadcast) = (socket.ns, socket.options.broadcast);
    let (oif, src) = send::leaves(socket, address);
    let flow = Flow {
        src,
        oif,
        tos: socket.options.tos & crate::ip::receive::TOS_MASK,
        mark: socket.options.mark,
        upper: match socket.kind {
            SocketKind::Udp | SocketKind::Udp6 => {
                Upper::new(IpProtocol::UDP, (socket.local.1, port))
            }
            _ => Upper::default(),
        },
        ..Flow::to(address)
    };
    let found = route::output::route(net, ns, &flow, socket.options.free_bind);
    let way = found.map_err(|no| {
        if no.errno == Errno::NETUNREACH {
            net.count(ns, Counter::IpOutNoRoutes);
        }
        no.errno
    })?;
    if way.kind == RouteType::Broadcast && !may_broadcast {
        return Err(Errno::ACCES);
    }
    // An address of this host that is a group cannot be a source.
    if way.source.is_multicast() {
        return Err(Errno::INVAL);
    }
    let socket = net.socket_mut(id)?;
    if socket.local.0.is_unspecified() {
        socket.local.0 = way.source;
    }
    socket.remote = Some((way.dst, port));
    socket.show_mapped();
    ports::bind_any(net, id)
}

/// Sets an option.
pub(crate) fn set(net: &mut Net, id: SocketId, option: &SocketOption) -> Result<(), Errno> {
    let ns = net.socket(id)?.ns;
    match option {
        SocketOption::BindToDevice(name) => return bind_to_device(net, id, name),
        SocketOption::LogGroup(group) => return crate::notify::listen_to_log(net, id, *group),
        SocketOption::JoinGroup { group, dev } => return join(net, id, *group, *dev),
        SocketOption::LeaveGroup { group, dev } => return leave(net, id, *group, *dev),
        SocketOption::MulticastInterface(index) => {
            let dev = match index {
                0 => DevId::NONE,
                index => net.ns(ns).device(*index).ok_or(Errno::ADDRNOTAVAIL)?,
            };
            return multicast_interface(net, id, dev, Ipv4Addr::UNSPECIFIED);
        }
        SocketOption::MulticastAddress(address) => {
            let dev = match address.is_unspecified() {
                true => DevId::NONE,
                false => device_of(net, ns, *address).ok_or(Errno::ADDRNOTAVAIL)?,
            };
            return multicast_interface(net, id, dev, *address);
        }
        SocketOption::Promiscuous(on) => return promiscuous(net, id, *on),
        SocketOption::IpOptions(bytes) => return ip_options(net, id, bytes),
        _ => {}
    }
    if set_of_tcp(net.socket_mut(id)?, option) {
        return Ok(());
    }
    let options = &mut net.socket_mut(id)?.options;
    match option {
        SocketOption::Ttl(ttl) => options.ttl = *ttl,
        SocketOption::MulticastAll(on) => options.multicast_all = *on,
        SocketOption::MulticastTtl(ttl) => options.multicast_ttl = *ttl,
        SocketOption::MulticastLoop(on) => options.multicast_loop = *on,
        SocketOption::Tos(tos) => options.tos = *tos,
        SocketOption::Mark(mark) => options.mark = *mark,
        SocketOption::Broadcast(on) => options.broadcast = *on,
        SocketOption::PmtuDiscovery(pmtu) => options.pmtu = *pmtu,
        SocketOption::ReceiveErrors(on) => options.receive_errors = *on,
        SocketOption::HeaderIncluded(on) => options.header_included = *on,
        SocketOption::DontRoute(on) => options.dont_route = *on,
        SocketOption::FreeBind(on) => options.free_bind = *on,
        // It may be bound to any address, and send from it.
        SocketOption::Transparent(on) => {
            (options.transparent, options.free_bind) = (*on, options.free_bind || *on);
        }
        // The kernel doubles what is asked for and keeps a least (socket(7)).
        SocketOption::ReceiveBuffer(bytes) => {
            options.receive_buffer = bytes.saturating_mul(2).clamp(2304, 2 * 212_992);
        }
        SocketOption::ReuseAddress(on) => options.reuse_address = *on,
        SocketOption::ReusePort(on) => options.reuse_port = *on,
        SocketOption::OnlyV6(on) => options.only_v6 = *on,
        // The others were seen to above, or say nothing about a socket that is not of TCP.
        _ => {}
    }
    Ok(())
}

/// Options that mean something to TCP alone; whether this was one.
fn set_of_tcp(socket: &mut Socket, option: &SocketOption) -> bool {
    let Some(tcp) = socket.tcp.as_deref_mut() else {
        return false;
    };
    let wishes = &mut tcp.wishes;
    match option {
        SocketOption::NonBlocking(on) => tcp.nonblocking = *on,
        SocketOption::ConnectTimeout(wait) => tcp.connect_timeout = *wait,
        SocketOption::SendBuffer(bytes) => wishes.send_buffer = Some(bytes.saturating_mul(2)),
        SocketOption::ReceiveBuffer(bytes) => {
            wishes.receive_buffer = Some(bytes.saturating_mul(2).clamp(2304, 2 * 212_992));
        }
        SocketOption::KeepAlive(on) => wishes.keepalive = *on,
        SocketOption::Linger(seconds) => wishes.abort_on_close = *seconds == Some(0),
        SocketOption::NoDelay(on) => wishes.nodelay = *on,
        SocketOption::Cork(on) => wishes.cork = *on,
        SocketOption::KeepAliveTimes {
            idle,
            interval,
            count,
        } => wishes.keepalive_times = (*idle, *interval, *count),
        SocketOption::MaxSegment(bytes) => {
            wishes.max_segment = (*bytes != 0).then_some((*bytes).max(88));
        }
        SocketOption::SynRetries(tries) => wishes.syn_retries = (*tries != 0).then_some(*tries),
        SocketOption::UserTimeout(wait) => wishes.user_timeout = *wait,
        _ => return false,
    }
    tcp.wishes_changed();
    true
}

fn ip_options(net: &mut Net, id: SocketId, bytes: &[u8]) -> Result<(), Errno> {
    if bytes.len() > MAX_HEADER_LEN - HEADER_LEN {
        return Err(Errno::INVAL);
    }
    let ns = net.socket(id)?.ns;
    let prepared = with_options::set(net, ns, bytes).map_err(|_| Errno::INVAL)?;
    let options = (!bytes.is_empty()).then(|| Box::new(prepared));
    net.socket_mut(id)?.options.ip_options = options;
    Ok(())
}

fn bind_to_device(net: &mut Net, id: SocketId, name: &str) -> Result<(), Errno> {
    let socket = net.socket(id)?;
    let ns = socket.ns;
    let dev = if name.is_empty() {
        DevId::NONE
    } else {
        *net.ns(ns).by_name.get(name).ok_or(Errno::NODEV)?
    };
    let packet = matches!(socket.kind, SocketKind::Packet(_));
    net.socket_mut(id)?.dev = dev;
    if packet {
        packet::retap(net, ns);
    }
    Ok(())
}

fn promiscuous(net: &mut Net, id: SocketId, on: bool) -> Result<(), Errno> {
    let socket = net.socket_mut(id)?;
    let (was, dev) = (socket.options.promiscuous, socket.dev);
    socket.options.promiscuous = on;
    if dev == DevId::NONE || was == on {
        return Ok(());
    }
    let device = net.dev_mut(dev);
    device.promiscuity = if on {
        device.promiscuity + 1
    } else {
        device.promiscuity - 1
    };
    Ok(())
}

/// The device that has an address (`ip_dev_find`).
fn device_of(net: &Net, ns: NsId, address: Ipv4Addr) -> Option<DevId> {
    let devices = net.ns(ns).by_name.values();
    devices.copied().find(|dev| {
        let own = &net.dev(*dev).addresses;
        own.iter().any(|held| held.local() == address)
    })
}

/// `IP_MULTICAST_IF`: a socket that is bound to a device can have no other.
fn multicast_interface(
    net: &mut Net,
    id: SocketId,
    dev: DevId,
    source: Ipv4Addr,
) -> Result<(), Errno> {
    let socket = net.socket_mut(id)?;
    if dev != DevId::NONE && socket.dev != DevId::NONE && socket.dev != dev {
        return Err(Errno::INVAL);
    }
    socket.options.multicast_dev = dev;
    socket.options.multicast_source = source;
    Ok(())
}

fn join(net: &mut Net, id: SocketId, group: IpAddr, index: u32) -> Result<(), Errno> {
    if let IpAddr::V6(group) = group {
        return if group.is_multicast() {
            super::v6::configure::join(net, id, group, index)
        } else {
            Err(Errno::INVAL)
        };
    }
    let group = v4(group)?;
    if !group.is_multicast() {
        return Err(Errno::INVAL);
    }
    let socket = net.socket(id)?;
    let ns = socket.ns;
    let dev = if index == 0 {
        route::output::route(net, ns, &Flow::to(group), true)
            .map_err(|_| Errno::NODEV)?
            .dev
    } else {
        net.ns(ns).device(index).ok_or(Errno::NODEV)?
    };
    let most = net.ns(ns).settings.get(Global::IgmpMaxMemberships).max(0) as usize;
    let groups = &net.socket(id)?.options.groups;
    if groups.contains(&(group, dev)) {
        return Err(Errno::ADDRINUSE);
    }
    if groups.len() >= most {
        return Err(Errno::NOBUFS);
    }
    net.socket_mut(id)?.options.groups.push((group, dev));
    membership::join::<V4>(net, dev, group);
    Ok(())
}

fn leave(net: &mut Net, id: SocketId, group: IpAddr, index: u32) -> Result<(), Errno> {
    let ns = net.socket(id)?.ns;
    let dev = net.ns(ns).device(index).ok_or(Errno::NODEV)?;
    let options = &mut net.socket_mut(id)?.options;
    match group {
        IpAddr::V4(group) => {
            let at = options.groups.iter().position(|e| *e == (group, dev));
            options.groups.remove(at.ok_or(Errno::ADDRNOTAVAIL)?);
            membership::leave::<V4>(net, dev, group);
        }
        IpAddr::V6(group) => {
            let at = options.groups6.iter().position(|e| *e == (group, dev));
            options.groups6.remove(at.ok_or(Errno::ADDRNOTAVAIL)?);
            crate::ip::v6::group::leave(net, dev, group);
        }
    }
    Ok(())
}

/// Leaves every group and promiscuous mode, for a socket that is closed.
pub(super) fn leave_all(net: &mut Net, id: SocketId) -> Result<(), Errno> {
    promiscuous(net, id, false)?;
    super::v6::configure::leave_all(net, id)?;
    let groups = core::mem::take(&mut net.socket_mut(id)?.options.groups);
    for (group, dev) in groups {
        membership::leave::<V4>(net, dev, group);
    }
    Ok(())
}
