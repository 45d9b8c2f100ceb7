//! The database of groups and the settings of snooping as users see and change them (bridge(8)
//! `mdb`, ip-link(8) `mcast_*`).

use super::mdb::{Group, Key, PortGroup};
use super::{Multicast, PROTOS, Proto, query, time, told};
use crate::bridge::configure::bridge;
use crate::device::{DevId, Device};
use crate::ip::v6::ALL_NODES;
use crate::link;
use crate::namespace::NsId;
use crate::net::Net;
use core::net::IpAddr;
use netloom_model::bridge::PortState;
use netloom_model::{
    Errno, Error, FilterMode, McastSettings, MdbEntry, MdbGroup, MdbRouter, Result, Time,
};

/// The least time between two queries: more would be a flood.
const LEAST_INTERVAL: u64 = 100;

fn invalid<T>(text: &str) -> Result<T> {
    Err(Error::with(Errno::INVAL, text))
}

/// What is wrong with an entry whatever the bridge (`rtnl_validate_mdb_entry`).
fn check(entry: &MdbEntry) -> Result<()> {
    match entry.group {
        MdbGroup::Ip(IpAddr::V4(group)) if group.octets()[..3] == [224, 0, 0] => {
            invalid("IPv4 entry group address is local multicast")
        }
        MdbGroup::Ip(IpAddr::V4(group)) if !group.is_multicast() && !group.is_unspecified() => {
            invalid("IPv4 entry group address is not multicast or 0.0.0.0")
        }
        MdbGroup::Ip(IpAddr::V6(group)) if group == ALL_NODES => {
            invalid("IPv6 entry group address is link-local all nodes")
        }
        MdbGroup::Mac(group) if !group.is_multicast() => invalid("L2 entry group is not multicast"),
        _ if entry.vid > 4094 => invalid("Invalid entry VLAN id"),
        _ => Ok(()),
    }
}

/// What is wrong with the source of an entry (`is_valid_mdb_source`).
fn check_source(entry: &MdbEntry) -> Result<()> {
    match (entry.group, entry.source) {
        (_, None) => Ok(()),
        (MdbGroup::Mac(_), _) => invalid("bridge: Invalid protocol used with source address"),
        (MdbGroup::Ip(IpAddr::V4(_)), Some(IpAddr::V6(_))) => {
            invalid("bridge: IPv4 invalid source address length")
        }
        (MdbGroup::Ip(IpAddr::V6(_)), Some(IpAddr::V4(_))) => {
            invalid("bridge: IPv6 invalid source address length")
        }
        (MdbGroup::Ip(group), Some(source)) if source.is_multicast() => {
            let version = if group.is_ipv4() { 4 } else { 6 };
            invalid(&format!(
                "bridge: IPv{version} multicast source address is not allowed"
            ))
        }
        _ => Ok(()),
    }
}

/// The bridge and the port of an entry; none: the bridge itself.
fn place(net: &mut Net, ns: NsId, entry: &MdbEntry) -> Result<(DevId, Option<DevId>)> {
    let device = |net: &Net, index| net.ns(ns).device(index).ok_or(Errno::NODEV);
    let master = device(net, entry.bridge)?;
    check(entry)?;
    if !matches!(net.dev(master).kind, link::Kind::Bridge(_)) {
        let text = "Device does not support MDB operations";
        return Err(Error::with(Errno::OPNOTSUPP, text));
    }
    check_source(entry)?;
    if entry.group == MdbGroup::Ip(core::net::Ipv4Addr::UNSPECIFIED.into()) {
        return invalid("bridge: IPv4 entry group address 0.0.0.0 is not allowed");
    }
    if !net.dev(master).is_up() {
        return invalid("bridge: Bridge device is not running");
    }
    if !bridge(net, master).is_some_and(|own| own.settings.mcast_snooping) {
        return invalid("bridge: Bridge's multicast processing is disabled");
    }
    if entry.port == entry.bridge {
        return Ok((master, None));
    }
    let port = device(net, entry.port)?;
    match net.dev(port).port.as_ref() {
        None => return invalid("bridge: Net device is not a bridge port"),
        Some(port) if port.bridge != master => {
            return invalid("bridge: Port belongs to a different bridge device");
        }
        Some(_) => {}
    }
    Ok((master, Some(port)))
}

fn key(entry: &MdbEntry) -> Key {
    Key {
        group: entry.group,
        source: entry.source,
        vid: entry.vid,
    }
}

/// Adds an entry (`br_mdb_add`).
pub(crate) fn add(net: &mut Net, ns: NsId, entry: &MdbEntry) -> Result<()> {
    let (master, port) = place(net, ns, entry)?;
    if matches!(entry.group, MdbGroup::Mac(_)) && !entry.permanent {
        return invalid("bridge: Only permanent L2 entries allowed");
    }
    let state = |dev: DevId| net.dev(dev).port.as_ref().map(|port| port.state);
    if let Some(port) = port
        && !entry.permanent
        && state(port) == Some(PortState::Disabled)
    {
        return invalid("bridge: Port is in disabled state and entry is not permanent");
    }
    if port.is_none() && entry.permanent {
        return invalid("bridge: Flags are not allowed for host groups");
    }
    if port.is_none() && entry.source.is_some() {
        return invalid("bridge: Groups with sources cannot be manually host joined");
    }
    told::changed(net, master, |net| enter(net, (master, port), entry))
}

/// Enters what was found to be right.
fn enter(net: &mut Net, (master, port): (DevId, Option<DevId>), entry: &MdbEntry) -> Result<()> {
    let until = net.now;
    let Some(own) = bridge(net, master) else {
        return Err(Errno::OPNOTSUPP.into());
    };
    let until = until + time(own.multicast.settings.membership_interval);
    let made = own.multicast.make(key(entry));
    let Ok(group) = made else {
        own.settings.mcast_snooping = false;
        super::follow(net, master);
        return Err(Errno::E2BIG.into());
    };
    put(group, port, entry, until)?;
    query::arm(net, master, until);
    Ok(())
}

fn put(group: &mut Group, port: Option<DevId>, entry: &MdbEntry, until: Time) -> Result<()> {
    let Some(port) = port else {
        if group.host.is_some() {
            let text = "bridge: Group is already joined by host";
            return Err(Error::with(Errno::EXIST, text));
        }
        group.host = Some(until);
        return Ok(());
    };
    if group.ports.iter().any(|old| old.port == port) {
        let text = match entry.source {
            Some(_) => "bridge: (S, G) group is already joined by port",
            None => "bridge: (*, G) group is already joined by port",
        };
        return Err(Error::with(Errno::EXIST, text));
    }
    group.ports.push(PortGroup {
        port,
        from: None,
        permanent: entry.permanent,
        by_user: true,
        mode: match entry.source {
            Some(_) => FilterMode::Include,
            None => FilterMode::Exclude,
        },
        until: (!entry.permanent).then_some(until),
        asks: None,
    });
    Ok(())
}

/// Deletes an entry (`br_mdb_del`).
pub(crate) fn delete(net: &mut Net, ns: NsId, entry: &MdbEntry) -> Result<()> {
    let (master, port) = place(net, ns, entry)?;
    told::changed(net, master, |net| take_out(net, (master, port), entry))
}

fn take_out(net: &mut Net, (master, port): (DevId, Option<DevId>), entry: &MdbEntry) -> Result<()> {
    let own = bridge(net, master).ok_or(Errno::OPNOTSUPP)?;
    let group = own
        .multicast
        .groups
        .get_mut(&key(entry))
        .ok_or(Errno::INVAL)?;
    match port {
        None => {
            group.host.take().ok_or(Errno::INVAL)?;
        }
        Some(port) => {
            let at = group.ports.iter().position(|old| old.port == port);
            group.ports.remove(at.ok_or(Errno::INVAL)?);
        }
    }
    own.multicast.sweep();
    Ok(())
}

/// What is left of a time, in centiseconds.
fn left(net: &Net, until: Option<Time>) -> u32 {
    let left = until.map_or(0, |until| until.since(net.now).as_millis() / 10);
    u32::try_from(left).unwrap_or(u32::MAX)
}

fn bridges(net: &Net, ns: NsId) -> impl Iterator<Item = (&Device, &super::super::Bridge)> {
    let devices = net.ns(ns).devices.values().map(|dev| net.dev(*dev));
    devices.filter_map(|device| match &device.kind {
        link::Kind::Bridge(own) => Some((device, &**own)),
        _ => None,
    })
}

/// Every entry of a namespace's bridges.
pub(crate) fn list(net: &Net, ns: NsId) -> Vec<MdbEntry> {
    let mut all = Vec::new();
    for (device, own) in bridges(net, ns) {
        all.extend(entries(net, device, own));
    }
    all
}

/// Every entry of a bridge.
pub(super) fn of_bridge(net: &Net, master: DevId) -> Vec<MdbEntry> {
    let device = net.dev(master);
    match &device.kind {
        link::Kind::Bridge(own) => entries(net, device, own),
        _ => Vec::new(),
    }
}

fn entries(net: &Net, device: &Device, own: &super::super::Bridge) -> Vec<MdbEntry> {
    let mut all = Vec::new();
    for (key, group) in own.multicast.newest() {
        let entry = MdbEntry {
            bridge: device.index,
            port: device.index,
            group: key.group,
            source: key.source,
            vid: key.vid,
            permanent: false,
            by_user: false,
            filter_mode: None,
            timer: left(net, group.host),
        };
        all.extend(group.host.is_some().then(|| entry.clone()));
        let mut ports: Vec<&PortGroup> = group.ports.iter().collect();
        let number = |p: &&PortGroup| net.dev(p.port).port.as_ref().map(|port| port.number);
        ports.sort_by_key(|port| core::cmp::Reverse(number(port)));
        for port in ports {
            all.push(MdbEntry {
                port: net.dev(port.port).index,
                permanent: port.permanent,
                by_user: port.by_user,
                filter_mode: own.multicast.mode(key, port),
                timer: left(net, port.until.filter(|_| !port.permanent)),
                ..entry.clone()
            });
        }
    }
    all
}

impl Multicast {
    /// The filter mode of an entry, where sources are told apart.
    fn mode(&self, key: &Key, port: &PortGroup) -> Option<FilterMode> {
        let proto = match key.group {
            MdbGroup::Ip(IpAddr::V4(_)) => Proto::V4,
            MdbGroup::Ip(IpAddr::V6(_)) => Proto::V6,
            MdbGroup::Mac(_) => return None,
        };
        self.newest_version(proto).then_some(port.mode)
    }
}

/// Every port behind which a router is.
pub(crate) fn list_routers(net: &Net, ns: NsId) -> Vec<MdbRouter> {
    let mut all = Vec::new();
    for (device, own) in bridges(net, ns) {
        for dev in own.ports.iter().rev() {
            let Some(port) = &net.dev(*dev).port else {
                continue;
            };
            let multicast = &port.multicast;
            if PROTOS
                .iter()
                .any(|proto| multicast.is_router(*proto, net.now))
            {
                all.push(MdbRouter {
                    bridge: device.index,
                    port: net.dev(*dev).index,
                    timer: left(net, multicast.router_until.iter().flatten().max().copied()),
                    kind: multicast.router,
                });
            }
        }
    }
    all
}

/// Checks the settings of a bridge's snooping, before any is set.
pub(in crate::bridge) fn check_settings(set: &McastSettings) -> Result<()> {
    let wrong = set.router.is_some_and(|router| router > 2)
        || set
            .igmp_version
            .is_some_and(|version| !matches!(version, 2 | 3))
        || set
            .mld_version
            .is_some_and(|version| !matches!(version, 1 | 2));
    if wrong {
        return Err(Errno::INVAL.into());
    }
    Ok(())
}

/// Sets what is given.
pub(in crate::bridge) fn configure(net: &mut Net, master: DevId, set: &McastSettings) {
    let now = net.now;
    let Some(own) = bridge(net, master) else {
        return;
    };
    let multicast = &mut own.multicast;
    let asked_before = multicast.settings.querier;
    // Linux turns the querier on before it sets the times.
    let response = time(multicast.settings.query_response_interval);
    let settings = &mut multicast.settings;
    macro_rules! take {
        ($($field:ident)*) => { $(if let Some(value) = set.$field { settings.$field = value; })* };
    }
    take!(router query_use_ifaddr querier hash_max last_member_count startup_query_count
        last_member_interval membership_interval querier_interval query_response_interval
        stats_enabled igmp_version mld_version);
    if let Some(interval) = set.query_interval {
        settings.query_interval = interval.max(LEAST_INTERVAL);
    }
    if let Some(interval) = set.startup_query_interval {
        settings.startup_query_interval = interval.max(LEAST_INTERVAL);
    }
    if set.router.is_some() {
        multicast.router_until = [None; 2];
    }
    if multicast.settings.querier && !asked_before {
        for proto in PROTOS {
            let querier = &mut multicast.queriers[proto as usize];
            if querier.other_until.is_none() {
                querier.complete_from = now + response;
            }
        }
        if net.dev(master).is_up() {
            for proto in PROTOS {
                query::start(net, master, proto);
            }
        }
    }
}

/// Sets whether a router is behind a port (`br_multicast_set_port_router`).
pub(in crate::bridge) fn set_port_router(net: &mut Net, dev: DevId, kind: u8) {
    let now = net.now;
    let Some(master) = net.dev(dev).port.as_ref().map(|port| port.bridge) else {
        return;
    };
    let interval = bridge(net, master).map(|own| own.multicast.settings.querier_interval);
    let until = interval.map(|interval| now + time(interval));
    if let Some(port) = &mut net.dev_mut(dev).port {
        let same = port.multicast.router == kind;
        port.multicast.router = kind;
        match kind {
            3 => port.multicast.router_until = [until; 2],
            _ if !same => port.multicast.router_until = [None; 2],
            _ => {}
        }
    }
    if let Some(until) = until {
        query::arm(net, master, until);
    }
}
