//! One change, as the request that carries it out.

use crate::netlink::Netlink;
use crate::{devices, namespace, owned, settings, vlans};
use netloom_model::{
    Change, Errno, FdbEntry, Link, LinkKind, LinkRef, LinkSettings, MacAddr, Mode, NewKind,
    NewLink, NsName, Result,
};
use netloom_netlink::{
    Writer, address, fdb, flag, kind, link, mdb, neighbour, nexthop, route, rule,
};
use std::cell::RefCell;
use std::fs::File;
use std::os::fd::AsRawFd;

/// The flags of a request that makes something.
const fn flags(mode: Mode) -> u16 {
    match mode {
        Mode::Add => flag::CREATE | flag::EXCLUSIVE,
        Mode::Replace => flag::CREATE | flag::REPLACE,
        Mode::Change => flag::REPLACE,
        Mode::Append => flag::CREATE | flag::APPEND,
        Mode::Prepend => flag::CREATE,
    }
}

/// The namespace whose socket carries a change out; none where it is about namespaces themselves.
pub(crate) const fn namespace_of(change: &Change) -> Option<&NsName> {
    match change {
        Change::AddNamespace(_) | Change::DelNamespace(_) | Change::Module { .. } => None,
        Change::SetNsid { ns, .. }
        | Change::AddLink { ns, .. }
        | Change::SetLink { ns, .. }
        | Change::DelLink { ns, .. }
        | Change::AddAltname { ns, .. }
        | Change::DelAltname { ns, .. }
        | Change::AddAddress { ns, .. }
        | Change::DelAddress { ns, .. }
        | Change::AddRoute { ns, .. }
        | Change::DelRoute { ns, .. }
        | Change::AddNexthop { ns, .. }
        | Change::DelNexthop { ns, .. }
        | Change::AddRule { ns, .. }
        | Change::DelRule { ns, .. }
        | Change::AddNeighbour { ns, .. }
        | Change::DelNeighbour { ns, .. }
        | Change::AddFdb { ns, .. }
        | Change::DelFdb { ns, .. }
        | Change::AddMdb { ns, .. }
        | Change::DelMdb { ns, .. }
        | Change::AddGroup { ns, .. }
        | Change::DelGroup { ns, .. }
        | Change::SetAdvertise { ns, .. }
        | Change::FlushFdb { ns, .. }
        | Change::Vlan { ns, .. }
        | Change::Ruleset { ns, .. }
        | Change::Connections { ns, .. }
        | Change::IpSet { ns, .. }
        | Change::SetSysctl { ns, .. } => Some(ns),
    }
}

/// Whether a change is several requests, of which a later one may be refused.
pub(crate) fn is_several(change: &Change) -> bool {
    match change {
        Change::SetLink { set, .. } => {
            let plain = LinkSettings {
                bridge_port: None,
                tso: None,
                ..(**set).clone()
            };
            **set != plain && plain != LinkSettings::default()
        }
        Change::AddLink { link, .. } => {
            matches!(link.kind, NewKind::Tun(_)) && link.settings != LinkSettings::default()
        }
        _ => false,
    }
}

/// Carries a change out in the namespace of a socket.
pub(crate) fn change(netlink: &mut Netlink, change: &Change) -> Result<()> {
    const PROPERTY: u16 = kind::LINK_PROPERTY;
    let delete = |subject| subject + kind::DELETE;
    let (kind, flags, body) = match change {
        Change::AddNamespace(name) => return namespace::make(name),
        Change::DelNamespace(name) => {
            namespace::delete(name)?;
            owned::forget(name);
            return Ok(());
        }
        Change::SetSysctl { ns, name, value } => return settings::write(ns, name, value),
        Change::AddLink { ns, link } => return add_pair(netlink, ns, link, None),
        Change::SetLink { ns, link, set } => return set_link(netlink, ns, link, set),
        Change::DelLink { link, .. } => {
            let index = index(netlink, link)?;
            (delete(kind::LINK), 0, link::name(index))
        }
        Change::AddAltname { link, name, .. } => {
            let made = flag::CREATE | flag::EXCLUSIVE | flag::APPEND;
            let body = link::altname(index(netlink, link)?, name);
            (PROPERTY, made, body)
        }
        Change::DelAltname { link, name, .. } => {
            let body = link::altname(index(netlink, link)?, name);
            (delete(PROPERTY), 0, body)
        }
        Change::AddAddress { address, mode, .. } => {
            (kind::ADDRESS, flags(*mode), address::body(address))
        }
        Change::DelAddress { address, exact, .. } => {
            (delete(kind::ADDRESS), 0, address::remove(address, *exact))
        }
        Change::AddRoute { route, mode, .. } => (kind::ROUTE, flags(*mode), route::make(route)),
        Change::DelRoute { route, .. } => (delete(kind::ROUTE), 0, route::remove(route)),
        Change::AddNexthop { nexthop, mode, .. } => {
            (kind::NEXTHOP, flags(*mode), nexthop::encode(nexthop))
        }
        Change::DelNexthop { id, .. } => (delete(kind::NEXTHOP), 0, nexthop::name(*id)),
        Change::AddRule { rule, .. } => {
            (kind::RULE, flag::CREATE | flag::EXCLUSIVE, rule::make(rule))
        }
        Change::DelRule { rule, .. } => (delete(kind::RULE), 0, rule::remove(rule)),
        Change::AddNeighbour {
            neighbour, mode, ..
        } => (kind::NEIGHBOUR, flags(*mode), neighbour::encode(neighbour)),
        Change::DelNeighbour {
            dev, dst, proxy, ..
        } => {
            let body = neighbour::remove(*dev, *dst, *proxy);
            (delete(kind::NEIGHBOUR), 0, body)
        }
        Change::AddFdb { entry, mode, .. } => (kind::NEIGHBOUR, flags(*mode), fdb::encode(entry)),
        Change::DelFdb {
            dev,
            address,
            vlan,
            own,
            remote,
            ..
        } => {
            let own = *own || is_bridge(netlink, *dev)?;
            let body = fdb::remove((*dev, *address, *vlan), own, remote.as_deref());
            (delete(kind::NEIGHBOUR), 0, body)
        }
        Change::SetNsid { peer, id, .. } => return set_nsid(netlink, peer, *id),
        Change::FlushFdb {
            bridge, entries, ..
        } => return flush(netlink, *bridge, entries),
        Change::AddMdb { entry, .. } => {
            let made = flag::CREATE | flag::EXCLUSIVE;
            (kind::MDB, made, mdb::encode(entry))
        }
        Change::Vlan { dev, change, .. } => return vlans::change(netlink, *dev, change),
        Change::DelMdb { entry, .. } => (delete(kind::MDB), 0, mdb::encode(entry)),
        Change::AddGroup { ns, dev, address } => {
            return listen(netlink, ns, (*dev, *address), true);
        }
        Change::DelGroup { ns, dev, address } => {
            return listen(netlink, ns, (*dev, *address), false);
        }
        Change::SetAdvertise { .. }
        | Change::Ruleset { .. }
        | Change::Connections { .. }
        | Change::Module { .. }
        | Change::IpSet { .. } => return Err(Errno::OPNOTSUPP.into()),
    };
    netlink.request(kind, flags, body)
}

/// The index of a link.
fn index(netlink: &mut Netlink, link: &LinkRef) -> Result<u32> {
    let name = match link {
        LinkRef::Index(index) => return Ok(*index),
        LinkRef::Name(name) => name,
    };
    let found = netlink.ask(kind::LINK + kind::GET, link::ask(Some(name)), link::decode)?;
    found
        .map(|link| link.index)
        .ok_or_else(|| Errno::NODEV.into())
}

/// Writes a link with what is known of the namespace: the indices of other links, and files of
/// namespaces, which stay open until the request is answered.
fn write_link(
    netlink: &mut Netlink,
    (flags, peer_index): (u16, Option<u32>),
    write: impl FnOnce(&link::Known<'_>) -> Writer,
) -> Result<()> {
    let files: RefCell<Vec<File>> = RefCell::default();
    let missing = RefCell::new(None);
    let shared = RefCell::new(&mut *netlink);
    let known = link::Known {
        index: &|link| {
            let found = index(*shared.borrow_mut(), link);
            found.map_err(|error| missing.replace(Some(error))).ok()
        },
        namespace: &|ns| {
            let file = namespace::open(ns);
            let file = file.map_err(|error| missing.replace(Some(error))).ok()?;
            let number = file.as_raw_fd();
            files.borrow_mut().push(file);
            Some(number)
        },
        peer_index,
    };
    let body = write(&known);
    match missing.take() {
        Some(error) => Err(error),
        None => netlink.request(kind::LINK, flags, body),
    }
}

/// The link of an index.
fn named(netlink: &mut Netlink, index: u32) -> Result<Link> {
    let found = netlink.ask(kind::LINK + kind::GET, link::name(index), link::decode)?;
    found.ok_or_else(|| Errno::NODEV.into())
}

/// Whether a link is a bridge, whose own list is its database.
fn is_bridge(netlink: &mut Netlink, index: u32) -> Result<bool> {
    let link = named(netlink, index)?;
    Ok(matches!(link.kind, LinkKind::Bridge(_)) && link.master.is_none())
}

/// Has a device listen to a group of the hardware, or no more.
fn listen(
    netlink: &mut Netlink,
    ns: &NsName,
    (dev, group): (u32, MacAddr),
    listens: bool,
) -> Result<()> {
    devices::listen(ns, &named(netlink, dev)?.name, group, listens)
}

/// Takes entries out of a bridge's database, whichever port each is of.
fn flush(netlink: &mut Netlink, bridge: u32, entries: &[(MacAddr, Option<u16>)]) -> Result<()> {
    let there = netlink.dump(kind::NEIGHBOUR + kind::GET, &fdb::ask(), fdb::decode)?;
    for (address, vlan) in entries {
        let is = |found: &&FdbEntry| {
            let of_bridge = found.master == Some(bridge) || found.dev == bridge;
            of_bridge && (found.address, found.vlan) == (*address, *vlan)
        };
        let Some(found) = there.iter().find(is) else {
            continue;
        };
        let body = fdb::remove((found.dev, *address, *vlan), found.dev == bridge, None);
        match netlink.request(kind::NEIGHBOUR + kind::DELETE, 0, body) {
            // It went by itself meanwhile.
            Err(error) if error.errno == Errno::NOENT => {}
            done => done?,
        }
    }
    Ok(())
}

/// Makes a link; the other end of a pair has the number `peer_index`, if one is said.
pub(crate) fn add_pair(
    netlink: &mut Netlink,
    ns: &NsName,
    new: &NewLink,
    peer_index: Option<u32>,
) -> Result<()> {
    // A TUN is made by whoever opens it, not by a message.
    if let NewKind::Tun(tun) = &new.kind {
        devices::make_tun(ns, &new.name, tun, new.index)?;
        let made = LinkRef::Name(new.name.clone());
        return match new.settings == LinkSettings::default() {
            true => Ok(()),
            false => set_link(netlink, ns, &made, &new.settings),
        };
    }
    let made = flag::CREATE | flag::EXCLUSIVE;
    write_link(netlink, (made, peer_index), |known| link::make(new, known))
}

fn set_link(netlink: &mut Netlink, ns: &NsName, link: &LinkRef, set: &LinkSettings) -> Result<()> {
    let index = index(netlink, link)?;
    if let Some(on) = set.tso {
        // What a device offloads is set by ioctl_ethtool(2).
        devices::set_tso(ns, &named(netlink, index)?.name, on)?;
    }
    let port = |netlink: &mut Netlink| match &set.bridge_port {
        // A request about the link itself would have the port look at its carrier.
        Some(port) => netlink.request(kind::LINK + kind::SET, 0, link::change_port(index, port)),
        None => Ok(()),
    };
    let joins = matches!(set.master, Some(Some(_)));
    if !joins {
        port(netlink)?;
    }
    let rest = LinkSettings {
        bridge_port: None,
        tso: None,
        ..set.clone()
    };
    if rest != LinkSettings::default() {
        write_link(netlink, (0, None), |known| {
            link::change(index, &rest, known)
        })?;
        if set.up.is_some() {
            settle(netlink, index)?;
        }
    }
    // What becomes a port just now is one from here on.
    if joins {
        port(netlink)?;
    }
    Ok(())
}

/// Routes and states follow the carrier a little later, but for a link that is asked for alone
/// (`linkwatch_sync_dev`): whoever is told that a link is up finds it so. It may have left meanwhile.
fn settle(netlink: &mut Netlink, index: u32) -> Result<()> {
    match netlink.ask(kind::LINK + kind::GET, link::name(index), link::decode) {
        Err(error) if error.errno == Errno::NODEV => Ok(()),
        answered => answered.map(|_| ()),
    }
}

/// Gives a namespace an id (`RTM_NEWNSID`).
fn set_nsid(netlink: &mut Netlink, peer: &NsName, id: Option<i32>) -> Result<()> {
    const ID: u16 = 1;
    const FD: u16 = 3;
    const CHOOSE: i32 = -1;
    let file = namespace::open(peer)?;
    let mut body = Writer::new(&[0; 4]);
    body.u32(FD, file.as_raw_fd().cast_unsigned());
    body.u32(ID, id.unwrap_or(CHOOSE).cast_unsigned());
    netlink.request(kind::NSID, 0, body)
}
