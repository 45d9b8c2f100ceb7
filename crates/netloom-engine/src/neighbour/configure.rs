//! What users do to a neighbour table (ip-neighbour(8), `neigh_add`, `neigh_delete`), and what
//! happens to it with its devices.

use super::protocol::Protocol;
use super::state::{self, News};
use super::{Entry, create};
use crate::device::DevId;
use crate::ip::v6::address::has_ipv6;
use crate::ip::version::{V4, V6};
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::notify;
use crate::observer::Observer;
use crate::sysctl::Conf6;
use core::net::IpAddr;
use netloom_model::journey::{DropReason, Stage};
use netloom_model::notice::About;
use netloom_model::{Errno, Error, Mode, Neighbour, NeighbourState, Result};

fn device(net: &Net, ns: NsId, index: u32, proxy: bool) -> Result<DevId> {
    if index == 0 && proxy {
        return Ok(DevId::NONE);
    }
    net.ns(ns).device(index).ok_or_else(|| Errno::NODEV.into())
}

/// Adds or changes an entry, or adds a proxy entry.
pub(crate) fn add<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    wanted: &Neighbour,
    mode: Mode,
) -> Result<()> {
    match wanted.dst {
        IpAddr::V4(addr) => add_to::<V4, O>(cx, ns, wanted, addr, mode),
        IpAddr::V6(addr) => {
            allowed6(cx.net, ns, wanted)?;
            add_to::<V6, O>(cx, ns, wanted, addr, mode)
        }
    }
}

/// Whether a device has neighbours of IPv6 (`ndisc_allow_add`); proxy entries need no more than
/// that there could be IPv6.
fn allowed6(net: &Net, ns: NsId, wanted: &Neighbour) -> Result<()> {
    let Some(dev) = device(net, ns, wanted.dev, wanted.proxy)?.some() else {
        return Ok(());
    };
    let device = net.dev(dev);
    let there = has_ipv6(device);
    if wanted.proxy && !there {
        return Err(Errno::NOBUFS.into());
    }
    if !wanted.proxy && (!there || device.v6.conf.on(Conf6::DisableIpv6)) {
        let text = "IPv6 is disabled on this device";
        return Err(Error::with(Errno::INVAL, text));
    }
    Ok(())
}

fn add_to<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    wanted: &Neighbour,
    addr: V::Addr,
    mode: Mode,
) -> Result<()> {
    let dev = device(cx.net, ns, wanted.dev, wanted.proxy)?;
    let table = V::table_mut(cx.net.ns_mut(ns));
    if wanted.proxy {
        if table.proxies.insert((dev, addr)) {
            V::proxied(cx.net, dev, addr, true);
        }
        return Ok(());
    }
    let old = table.find(dev, addr);
    match (mode, old) {
        (Mode::Add, Some(_)) => return Err(Errno::EXIST.into()),
        (Mode::Change, None) => return Err(Errno::NOENT.into()),
        _ => {}
    }
    let mac = match (wanted.lladdr, old) {
        (Some(mac), _) => mac,
        (None, Some(place)) if table.entries[place].state.is_valid() => table.entries[place].mac,
        (None, _) if wanted.state.is_valid() => return Err(Errno::INVAL.into()),
        (None, _) => netloom_model::MacAddr::ZERO,
    };
    let replace = matches!(mode, Mode::Replace | Mode::Change);
    let place = match old {
        Some(place) => place,
        None => create::<V>(cx.net, ns, dev, addr).ok_or(Errno::NOBUFS)?,
    };
    let entry = &mut V::table_mut(cx.net.ns_mut(ns)).entries[place];
    entry.extern_learn = wanted.extern_learn;
    entry.router = wanted.router;
    entry.protocol = wanted.protocol;
    let news = News {
        mac,
        state: wanted.state,
        replace,
        by_user: true,
    };
    state::update::<V, O>(cx, dev, addr, news, false);
    Ok(())
}

/// Deletes an entry or a proxy entry.
pub(crate) fn delete<O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    index: u32,
    dst: IpAddr,
    proxy: bool,
) -> Result<()> {
    match dst {
        IpAddr::V4(addr) => delete_from::<V4, O>(cx, ns, index, addr, proxy),
        IpAddr::V6(addr) => delete_from::<V6, O>(cx, ns, index, addr, proxy),
    }
}

fn delete_from<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    index: u32,
    addr: V::Addr,
    proxy: bool,
) -> Result<()> {
    let dev = device(cx.net, ns, index, proxy)?;
    let table = V::table_mut(cx.net.ns_mut(ns));
    if proxy {
        let there = table.proxies.remove(&(dev, addr));
        return if there {
            V::proxied(cx.net, dev, addr, false);
            Ok(())
        } else {
            Err(Errno::NOENT.into())
        };
    }
    let Some(place) = table.find(dev, addr) else {
        return Err(Errno::NOENT.into());
    };
    // It fails before it is forgotten (`neigh_delete`).
    if table.entries[place].state != NeighbourState::Failed {
        table.entries[place].state = NeighbourState::Failed;
        tell::<V>(cx.net, ns, place, false);
    }
    forget::<V, O>(cx, ns, |d, a, _| d == dev && a == addr);
    Ok(())
}

/// Forgets the entries of a device: it went down, lost its carrier, moved, or changed its address.
/// Those set by hand survive the loss of a carrier alone.
pub(crate) fn flush_device<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, permanent_too: bool) {
    flush_of::<V4, O>(cx, dev, permanent_too);
    flush_of::<V6, O>(cx, dev, permanent_too);
}

/// Forgets the entries of a device in one version's table.
pub(crate) fn flush_of<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    permanent_too: bool,
) {
    let ns = cx.net.ns_of(dev);
    forget::<V, O>(cx, ns, |d, _, state| {
        d == dev && (permanent_too || state != NeighbourState::Permanent)
    });
    if permanent_too {
        let table = V::table_mut(cx.net.ns_mut(ns));
        table.proxies.retain(|(d, _)| *d != dev);
        table.delayed.retain(|delayed| delayed.dev() != dev);
    }
}

fn forget<V: Protocol, O: Observer>(
    cx: &mut Cx<'_, O>,
    ns: NsId,
    gone: impl Fn(DevId, V::Addr, NeighbourState) -> bool,
) {
    if notify::heard(cx.net, ns) {
        let entries = V::table(cx.net.ns(ns)).entries.iter();
        let doomed = entries.filter(|(_, e)| gone(e.dev, e.addr, e.state));
        let doomed: Vec<u32> = doomed.map(|(place, _)| place).collect();
        for place in doomed {
            tell::<V>(cx.net, ns, place, true);
        }
    }
    let table = V::table_mut(cx.net.ns_mut(ns));
    for packet in table.forget(|e| gone(e.dev, e.addr, e.state)) {
        cx.drop_in(packet, ns, Stage::Neighbour, DropReason::NeighbourFailed);
    }
}

/// The tables as the model tells them.
pub(crate) fn list(net: &Net, ns: NsId) -> Vec<Neighbour> {
    let mut all = list_of::<V4>(net, ns);
    all.extend(list_of::<V6>(net, ns));
    all
}

/// Who listens is told of an entry that changed, or is gone.
pub(super) fn tell<V: Protocol>(net: &mut Net, ns: NsId, place: u32, gone: bool) {
    notify::tell(net, ns, gone, |net| {
        let entry = &V::table(net.ns(ns)).entries[place];
        About::Neighbour(Box::new(describe(net, entry)))
    });
}

/// An entry as the model tells it.
fn describe<V: Protocol>(net: &Net, e: &Entry<V>) -> Neighbour {
    let age = |at| net.now.since(at).as_secs() as u32;
    Neighbour {
        dev: net.dev(e.dev).index,
        dst: e.addr.into(),
        lladdr: e.state.is_valid().then_some(e.mac),
        state: e.state,
        proxy: false,
        router: e.router,
        extern_learn: e.extern_learn,
        protocol: e.protocol,
        ages: (
            age(e.used),
            e.confirmed.map_or_else(|| age(e.updated) + 60, age),
            age(e.updated),
        ),
        refcnt: 1,
        probes: e.probes,
    }
}

/// A table: by device, then address; proxy entries behind.
fn list_of<V: Protocol>(net: &Net, ns: NsId) -> Vec<Neighbour> {
    let table = V::table(net.ns(ns));
    let entries = table.entries.iter().map(|(_, entry)| entry);
    let mut all: Vec<Neighbour> = entries.map(|entry| describe(net, entry)).collect();
    all.sort_by_key(|n| (n.dev, n.dst));
    all.extend(table.proxies.iter().map(|(dev, addr)| Neighbour {
        dev: dev.some().map_or(0, |dev| net.dev(dev).index),
        lladdr: None,
        state: NeighbourState::None,
        proxy: true,
        ..Neighbour::permanent(0, (*addr).into(), netloom_model::MacAddr::ZERO)
    }));
    all
}
