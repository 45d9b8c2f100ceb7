//! Changes carried out, each whole or not at all, with the errors of the kernel's netlink.

pub(crate) mod address;
pub(crate) mod group;
pub(crate) mod link;
pub(crate) mod link_gone;
mod module;
pub(crate) mod namespace;
pub(crate) mod new_link;
pub(crate) mod route;
pub(crate) mod route6;
pub(crate) mod sysctl;
pub(crate) mod sysctl6;

use crate::bridge;
use crate::conntrack;
use crate::device::DevId;
use crate::filter;
use crate::ip::v6::address as v6;
use crate::ip::v6::router::advertise;
use crate::namespace::NsId;
use crate::neighbour::configure as neighbour;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::route::{nexthop, rules};
use netloom_model::{Change, Errno, Family, LinkRef, NsName, Result};

/// The namespace called `name`.
pub(crate) fn ns(net: &Net, name: &NsName) -> Result<NsId> {
    net.names
        .get(name)
        .copied()
        .ok_or_else(|| Errno::NOENT.into())
}

/// The device that `link` refers to.
pub(crate) fn device(net: &Net, ns: NsId, link: &LinkRef) -> Result<DevId> {
    let namespace = net.ns(ns);
    let found = match link {
        LinkRef::Index(index) => namespace.device(*index),
        LinkRef::Name(name) => namespace.by_name.get(name).copied(),
    };
    found.ok_or_else(|| Errno::NODEV.into())
}

/// Carries one change out.
pub(crate) fn apply<O: Observer>(cx: &mut Cx<'_, O>, change: &Change) -> Result<()> {
    match change {
        Change::AddNamespace(name) => namespace::add(cx.net, name),
        Change::DelNamespace(name) => namespace::delete(cx, name),
        Change::SetNsid { ns: name, peer, id } => {
            let (here, there) = (ns(cx.net, name)?, ns(cx.net, peer)?);
            namespace::set_nsid(cx.net, here, there, *id)
        }
        Change::AddLink { ns: name, link } => {
            let ns = ns(cx.net, name)?;
            new_link::add(cx, ns, link)
        }
        Change::SetLink {
            ns: name,
            link,
            set,
        } => {
            let dev = device(cx.net, ns(cx.net, name)?, link)?;
            link::set(cx, dev, set)
        }
        Change::DelLink { ns: name, link } => {
            let dev = device(cx.net, ns(cx.net, name)?, link)?;
            link_gone::delete(cx, dev)
        }
        Change::AddAltname {
            ns: name,
            link,
            name: altname,
        } => {
            let dev = device(cx.net, ns(cx.net, name)?, link)?;
            link::add_altname(cx.net, dev, altname)
        }
        Change::DelAltname {
            ns: name,
            link,
            name: altname,
        } => {
            let dev = device(cx.net, ns(cx.net, name)?, link)?;
            link::del_altname(cx.net, dev, altname)
        }
        Change::AddAddress {
            ns: name,
            address,
            mode,
        } => {
            let ns = ns(cx.net, name)?;
            match address.local.family() {
                Family::V4 => address::add(cx, ns, address, *mode),
                Family::V6 => v6::add(cx, ns, address, *mode),
            }
        }
        Change::DelAddress {
            ns: name,
            address,
            exact,
        } => {
            let ns = ns(cx.net, name)?;
            match address.local.family() {
                Family::V4 => address::delete(cx, ns, address, *exact),
                Family::V6 => v6::delete(cx, ns, address),
            }
        }
        Change::AddRoute {
            ns: name,
            route,
            mode,
        } => {
            let ns = ns(cx.net, name)?;
            match route.family() {
                Family::V4 => route::add(cx.net, ns, route, *mode),
                Family::V6 => route6::add(cx.net, ns, route, *mode),
            }
        }
        Change::DelRoute { ns: name, route } => {
            let ns = ns(cx.net, name)?;
            match route.dst.family() {
                Family::V4 => route::delete(cx.net, ns, route),
                Family::V6 => route6::delete(cx.net, ns, route),
            }
        }
        Change::AddNexthop {
            ns: name,
            nexthop,
            mode,
        } => {
            let ns = ns(cx.net, name)?;
            nexthop::add(cx.net, ns, nexthop, *mode)
        }
        Change::DelNexthop { ns: name, id } => {
            let ns = ns(cx.net, name)?;
            nexthop::delete(cx.net, ns, *id)
        }
        Change::AddRule { ns: name, rule } => {
            let ns = ns(cx.net, name)?;
            rules::add(cx.net, ns, rule.clone())
        }
        Change::DelRule { ns: name, rule } => {
            let ns = ns(cx.net, name)?;
            rules::delete(cx.net, ns, rule)
        }
        Change::AddNeighbour {
            ns: name,
            neighbour,
            mode,
        } => {
            let ns = ns(cx.net, name)?;
            neighbour::add(cx, ns, neighbour, *mode)
        }
        Change::DelNeighbour {
            ns: name,
            dev,
            dst,
            proxy,
        } => {
            let ns = ns(cx.net, name)?;
            neighbour::delete(cx, ns, *dev, *dst, *proxy)
        }
        Change::AddFdb {
            ns: name,
            entry,
            mode,
        } => {
            let ns = ns(cx.net, name)?;
            bridge::add_fdb(cx.net, ns, entry, *mode)
        }
        Change::DelFdb {
            ns: name,
            dev,
            address,
            vlan,
            own,
            remote,
        } => {
            let ns = ns(cx.net, name)?;
            let entry = (*dev, *address, *vlan);
            bridge::del_fdb(cx.net, ns, entry, *own, remote.as_deref())
        }
        Change::AddMdb { ns: name, entry } => {
            let ns = ns(cx.net, name)?;
            bridge::multicast::add(cx.net, ns, entry)
        }
        Change::DelMdb { ns: name, entry } => {
            let ns = ns(cx.net, name)?;
            bridge::multicast::delete(cx.net, ns, entry)
        }
        Change::AddGroup {
            ns: name,
            dev,
            address,
        } => {
            let ns = ns(cx.net, name)?;
            group::add(cx.net, ns, *dev, *address)
        }
        Change::DelGroup {
            ns: name,
            dev,
            address,
        } => {
            let ns = ns(cx.net, name)?;
            group::delete(cx.net, ns, *dev, *address)
        }
        Change::Ruleset { ns: name, changes } => {
            let ns = ns(cx.net, name)?;
            filter::apply(cx.net, ns, changes)
        }
        Change::Connections { ns: name, change } => {
            let ns = ns(cx.net, name)?;
            conntrack::change(cx.net, ns, change)
        }
        Change::IpSet { ns: name, change } => {
            let ns = ns(cx.net, name)?;
            crate::ipset::apply(cx.net, ns, change)
        }
        Change::SetAdvertise {
            ns: name,
            link,
            advertise,
        } => {
            let dev = device(cx.net, ns(cx.net, name)?, link)?;
            if let Some(advertise) = advertise {
                advertise.check()?;
            }
            advertise::set(cx, dev, advertise.as_deref());
            Ok(())
        }
        Change::FlushFdb {
            ns: name,
            bridge,
            entries,
        } => {
            let ns = ns(cx.net, name)?;
            bridge::flush_fdb(cx.net, ns, *bridge, entries)
        }
        Change::Vlan {
            ns: name,
            dev,
            change,
        } => {
            let ns = ns(cx.net, name)?;
            bridge::change_vlans(cx.net, ns, *dev, change)
        }
        Change::Module { name, load } => module::change(cx.net, name, *load),
        Change::SetSysctl {
            ns: name,
            name: key,
            value,
        } => {
            let ns = ns(cx.net, name)?;
            match key.strip_prefix("net.ipv6.") {
                Some(key) => sysctl6::set(cx, ns, key, value),
                None => sysctl::set(cx.net, ns, key, value),
            }
        }
    }
}
