//! Links are made (`ip link add`).

use super::{link, link_gone};
use crate::bridge::Bridge;
use crate::device::{Description, DevId, Device, Drops, Traffic};
use crate::ip::membership;
use crate::ip::v6::{self, device::Inet6};
use crate::ip::version::V4;
use crate::link::Kind;
use crate::link::groups::HardwareGroups;
use crate::link::tun::Tun;
use crate::link::veth::Veth;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::notify;
use crate::observer::Observer;
use crate::sysctl::{Conf, Conf6};
use netloom_model::{Errno, Error, LinkSettings, MacAddr, NewKind, NewLink, Result};

/// Longest name of a device, in bytes (`IFNAMSIZ` - 1).
pub(crate) const NAME: usize = 15;

/// Makes a link, with everything that is set from the start; where anything of that is refused,
/// nothing is made.
pub(crate) fn add<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, new: &NewLink) -> Result<()> {
    let home = match &new.settings.netns {
        Some(name) => super::ns(cx.net, name)?,
        None => ns,
    };
    let mut settings = vec![&new.settings];
    if let NewKind::Veth { peer_settings, .. } = &new.kind {
        settings.push(peer_settings);
    }
    // IPv6 is not on it yet.
    if settings.iter().any(|set| set.addr_gen_mode.is_some()) {
        return Err(Errno::AFNOSUPPORT.into());
    }
    let made = match &new.kind {
        NewKind::Veth {
            peer,
            peer_settings,
        } => {
            let peer_home = match &peer_settings.netns {
                Some(name) => super::ns(cx.net, name)?,
                None => home,
            };
            add_veth(cx, (home, new), (peer_home, peer, peer_settings))?
        }
        NewKind::Bridge => vec![add_one(
            cx,
            home,
            new,
            Kind::Bridge(Box::new(Bridge::new(cx.net.random.hash_seed()))),
        )?],
        NewKind::Dummy => vec![add_one(cx, home, new, Kind::Dummy)?],
        NewKind::Tun(settings) => {
            let tun = Tun::new(settings.clone());
            vec![add_one(cx, home, new, Kind::Tun(Box::new(tun)))?]
        }
    };
    for dev in made {
        link::update_carrier(cx, dev);
    }
    Ok(())
}

fn add_one<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, new: &NewLink, kind: Kind) -> Result<DevId> {
    let name = free_name(cx.net, ns, &new.name, &kind)?;
    let mac = match new_address(cx.net, &new.settings)? {
        mac if kind.has_ethernet() => mac,
        _ => MacAddr::ZERO,
    };
    let index = new_index(cx.net, ns, new.index)?;
    let dev = make(cx.net, ns, &name, kind, mac, index);
    notify::netconf::both(cx.net, dev, false);
    if let Kind::Bridge(_) = cx.net.dev(dev).kind {
        crate::bridge::made(cx.net, dev);
    }
    // It is told as it is in the end.
    let silent = core::mem::replace(&mut cx.net.silent, true);
    let finished = finish(cx, dev, &new.settings);
    cx.net.silent = silent;
    finished.inspect_err(|_| link_gone::destroy(cx, dev))?;
    notify::link(cx.net, dev);
    Ok(dev)
}

fn add_veth<O: Observer>(
    cx: &mut Cx<'_, O>,
    (ns, new): (NsId, &NewLink),
    (peer_ns, peer_name, peer_settings): (NsId, &str, &LinkSettings),
) -> Result<Vec<DevId>> {
    let kind = Kind::Veth(Veth { peer: DevId::NONE });
    let peer_name = free_name(cx.net, peer_ns, peer_name, &kind)?;
    let peer_mac = new_address(cx.net, peer_settings)?;
    // The peer is made first, as Linux does: it gets the lower index.
    let peer_index = new_index(cx.net, peer_ns, peer_settings.index)?;
    let peer = make(
        cx.net,
        peer_ns,
        &peer_name,
        kind.clone(),
        peer_mac,
        peer_index,
    );
    let rest = (|| {
        let name = free_name(cx.net, ns, &new.name, &kind)?;
        let mac = new_address(cx.net, &new.settings)?;
        let index = new_index(cx.net, ns, new.index)?;
        Ok((name, mac, index))
    })();
    let (name, mac, index) = rest.inspect_err(|_: &Error| link_gone::forget(cx.net, peer))?;
    notify::link_new(cx.net, peer);
    let dev = make(cx.net, ns, &name, kind, mac, index);
    cx.net.dev_mut(peer).kind = Kind::Veth(Veth { peer: dev });
    cx.net.dev_mut(dev).kind = Kind::Veth(Veth { peer });
    notify::netconf::both(cx.net, dev, false);
    if ns != peer_ns {
        super::namespace::nsid(cx.net, ns, peer_ns);
        super::namespace::nsid(cx.net, peer_ns, ns);
    }
    notify::link(cx.net, dev);
    let settled = finish(cx, peer, peer_settings).and_then(|()| finish(cx, dev, &new.settings));
    settled.inspect_err(|_| link_gone::destroy(cx, dev))?;
    Ok(vec![peer, dev])
}

/// Settles what is set from the start, beside the namespace, the name and the address.
fn finish<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, settings: &LinkSettings) -> Result<()> {
    let rest = LinkSettings {
        netns: None,
        name: None,
        address: None,
        ..settings.clone()
    };
    let is_bridge = matches!(cx.net.dev(dev).kind, Kind::Bridge(_));
    if is_bridge && settings.address.is_some() {
        crate::bridge::address_set(cx.net, dev);
    }
    link::set(cx, dev, &rest)
}

fn new_address(net: &mut Net, settings: &LinkSettings) -> Result<MacAddr> {
    match settings.address {
        Some(mac) if mac.is_multicast() || mac.is_zero() => Err(Errno::ADDRNOTAVAIL.into()),
        Some(mac) => Ok(mac),
        None => Ok(net.random.mac()),
    }
}

fn new_index(net: &Net, ns: NsId, wanted: Option<u32>) -> Result<Option<u32>> {
    match wanted {
        Some(0) => Err(Errno::INVAL.into()),
        Some(index) if net.ns(ns).devices.contains_key(&index) => Err(Errno::EXIST.into()),
        other => Ok(other),
    }
}

/// Checks a name, or finds the first free one of a pattern with `%d` (`dev_alloc_name`).
pub(crate) fn free_name(net: &Net, ns: NsId, wanted: &str, kind: &Kind) -> Result<String> {
    let wanted = if wanted.is_empty() {
        kind.defaults().name
    } else {
        wanted
    };
    valid_name(wanted)?;
    let taken = |name: &str| net.ns(ns).by_name.contains_key(name);
    let Some((before, after)) = wanted.split_once("%d") else {
        return if taken(wanted) {
            Err(Errno::EXIST.into())
        } else {
            Ok(wanted.to_owned())
        };
    };
    let name = (0..)
        .map(|n: u32| format!("{before}{n}{after}"))
        .find(|name| !taken(name));
    let name = name.ok_or(Errno::NFILE)?;
    if name.len() > NAME {
        Err(Errno::INVAL.into())
    } else {
        Ok(name)
    }
}

/// `dev_valid_name`.
pub(crate) fn valid_name(name: &str) -> Result<()> {
    let bad = |c: char| c == '/' || c == ':' || c.is_whitespace();
    if name.len() > NAME {
        let text = "Attribute failed policy validation";
        return Err(Error::with(Errno::RANGE, text));
    }
    if name.is_empty() || name == "." || name == ".." || name.contains(bad) {
        return Err(Errno::INVAL.into());
    }
    Ok(())
}

/// Puts a device into a namespace; its name and index must be free.
pub(crate) fn make(
    net: &mut Net,
    ns: NsId,
    name: &str,
    kind: Kind,
    mac: MacAddr,
    index: Option<u32>,
) -> DevId {
    let defaults = kind.defaults();
    let namespace = net.ns(ns);
    let mut conf = Box::new(namespace.conf_default.clone());
    let neighbour_conf = Box::new(namespace.neighbour_default.clone());
    let mut v6 = Box::new(Inet6::new(&namespace.v6, defaults.mtu));
    let loopback = matches!(kind, Kind::Loopback);
    let mut conf_written = 0;
    if loopback {
        // What goes to oneself passes no IPsec policy.
        for key in [Conf::DisablePolicy, Conf::DisableXfrm] {
            conf.set(key, 1);
            conf_written |= 1 << key as u32;
        }
        // What is of this host alone is free, and tells nobody of its hardware.
        for key in [Conf6::AcceptDad, Conf6::UseTempaddr] {
            v6.conf.set(key, -1);
        }
    }
    // An end of a veth is made with a carrier, which is taken at once; a TUN that is to stay had that
    // of the program which made it.
    let loses_carrier = match &kind {
        Kind::Veth(_) => true,
        Kind::Tun(tun) => tun.is_kept(),
        Kind::Bridge(_) | Kind::Dummy | Kind::Loopback | Kind::Outside(_) => false,
    };
    let description = Box::new(Description {
        conf_written,
        broadcast: if loopback || !kind.has_ethernet() {
            MacAddr::ZERO
        } else {
            MacAddr::BROADCAST
        },
        txqueuelen: defaults.txqueuelen,
        carrier_changes: u32::from(loses_carrier),
        ..Description::default()
    });
    let carrier = loopback || matches!(kind, Kind::Dummy);
    let dev = DevId(net.devices.insert(Device {
        kind,
        port: None,
        ns,
        index: 0,
        flags: defaults.flags,
        mtu: defaults.mtu,
        mac,
        carrier,
        taps: 0,
        backlogged: 0,
        rx: Traffic::default(),
        tx: Traffic::default(),
        rx_multicast: 0,
        conf,
        neighbour_conf,
        addresses: Vec::new(),
        groups: Box::default(),
        hardware_groups: HardwareGroups::default(),
        drops: Drops::default(),
        name: name.to_owned(),
        description,
        master: None,
        promiscuity: 0,
        allmulti: 0,
        v6,
    }));
    enlist(net, ns, dev, index);
    membership::prepare::<V4>(net, dev);
    if !net.ipv6_disabled {
        v6::group::prepare(net, dev);
    }
    dev
}

/// Enters a device into a namespace's lists, under its name and altnames and `index`, or the next.
pub(crate) fn enlist(net: &mut Net, ns: NsId, dev: DevId, index: Option<u32>) {
    let device = &mut net.devices[dev.0];
    let namespace = &mut net.namespaces[ns.0];
    let index = index.unwrap_or_else(|| {
        let mut next = namespace.next_index;
        while namespace.devices.contains_key(&next) {
            next += 1;
        }
        next
    });
    namespace.next_index = namespace.next_index.max(index + 1);
    device.ns = ns;
    device.index = index;
    namespace.devices.insert(index, dev);
    for name in core::iter::once(&device.name).chain(&device.description.altnames) {
        namespace.by_name.insert(name.clone(), dev);
    }
    if !namespace.sockets.packet.is_empty() {
        crate::socket::packet::retap(net, ns);
    }
}
