//! The engine's state as the model tells it.

use crate::bridge;
use crate::conntrack;
use crate::device::{DevId, Device};
use crate::ip::v6;
use crate::link::Kind;
use crate::namespace::NsId;
use crate::neighbour;
use crate::net::Net;
use crate::route;
use crate::sysctl::{Conf6, told};
use netloom_model::link::Peer;
use netloom_model::state::Parts;
use netloom_model::{
    AddrGenMode, Address, Errno, Group, Link, Membership, Namespace, NsName, OperState, Result,
    State,
};

/// The state of one namespace, or of all, as far as `parts` wants it.
pub(crate) fn snapshot(net: &Net, ns: Option<&NsName>, parts: Parts) -> Result<State> {
    let mut state = State {
        clock: net.now,
        ..State::default()
    };
    match ns {
        Some(name) => {
            let ns = *net.names.get(name).ok_or(Errno::NOENT)?;
            state
                .namespaces
                .insert(name.clone(), namespace(net, ns, parts));
        }
        None => {
            for (name, ns) in &net.names {
                state
                    .namespaces
                    .insert(name.clone(), namespace(net, *ns, parts));
            }
        }
    }
    Ok(state)
}

/// The state of a namespace, as far as `parts` wants it.
pub(crate) fn namespace(net: &Net, ns: NsId, parts: Parts) -> Namespace {
    let namespace = net.ns(ns);
    let nsids = namespace.nsids.iter();
    let mut state = Namespace {
        nsids: nsids
            .map(|(id, ns)| (id, net.ns(ns).name.clone()))
            .collect(),
        ..Namespace::default()
    };
    let devices = || namespace.devices.values().map(|dev| net.dev(*dev));
    if parts.links {
        state.links = devices().map(|device| link(net, device)).collect();
        let advertised = devices().filter_map(|device| {
            let advertiser = device.v6.advertiser.as_ref()?;
            Some((device.index, advertiser.what.clone()))
        });
        state.advertised = advertised.collect();
    }
    if parts.mdb {
        state.mdb = bridge::multicast::list(net, ns);
        state.mdb_routers = bridge::multicast::list_routers(net, ns);
    }
    if parts.groups {
        state.groups = devices().flat_map(groups).collect();
    }
    if parts.addresses {
        state.addresses = devices()
            .flat_map(|device| addresses(net, device))
            .collect();
    }
    if parts.routes {
        // The kernel keeps tables in 256 buckets by their number, and the routes of a table by
        // address, the longest prefix of an address first.
        state.route_tables = namespace.routing.tables.numbers();
        let mut tables: Vec<_> = namespace.routing.tables.iter().collect();
        tables.sort_by_key(|(id, _)| *id % 256);
        for (id, table) in tables {
            let from = state.routes.len();
            let routes = table.iter().map(|entry| route::describe(net, id, entry));
            state.routes.extend(routes);
            state.routes[from..].sort_by_key(|r| (r.dst.addr, core::cmp::Reverse(r.dst.len)));
        }
        state.routes.extend(route::v6::list(net, ns));
    }
    if parts.nexthops {
        state.nexthops = route::nexthop::list(net, ns);
    }
    if parts.rules {
        state.rules = namespace.routing.rules.as_slice().to_vec();
        state
            .rules
            .extend_from_slice(namespace.v6.routing.rules.as_slice());
    }
    if parts.ruleset
        && let Some(filter) = &namespace.filter
    {
        state.ruleset = crate::filter::describe(filter, net.now);
    }
    if parts.neighbours {
        state.neighbours = neighbour::configure::list(net, ns);
    }
    if parts.fdb {
        state.fdb = bridge::list_fdb(net, ns);
    }
    if parts.sockets {
        state.sockets = crate::socket::list::list(net, ns);
    }
    if parts.connections {
        state.connections = conntrack::list(net, ns);
        state.expectations = conntrack::expected(net, ns);
    }
    if parts.ipsets {
        state.ipsets = crate::ipset::list(net, ns);
    }
    if parts.counters {
        state.tracked = vec![conntrack::statistics(net, ns)];
        state.counters = namespace.mib.describe();
    }
    if parts.vlans {
        state.vlans = bridge::list_vlans(net, ns);
        state.global_vlans = bridge::list_global_vlans(net, ns);
    }
    if parts.sysctls {
        state.sysctls = told::list(net, ns);
    }
    state
}

fn groups(device: &Device) -> Vec<Membership> {
    let hardware = device.hardware_groups.iter().map(|group| {
        let (address, by_hand) = (group.mac, group.by_hand);
        (Group::Link { address, by_hand }, group.users)
    });
    let v4 = device.groups.iter();
    let v4 = v4.map(|member| (Group::Ip(member.group.into()), member.users));
    let v6 = device.v6.groups.iter();
    let v6 = v6.map(|member| (Group::Ip(member.group.into()), member.users));
    let all = hardware.chain(v4).chain(v6);
    let dev = device.index;
    let told = all.map(|(group, users)| Membership { dev, group, users });
    told.collect()
}

fn addresses(net: &Net, device: &Device) -> Vec<Address> {
    let left = |set_at, lft: Option<u32>| {
        lft.map(|lft| lft.saturating_sub(net.now.since(set_at).as_secs() as u32))
    };
    let told = device.addresses.iter().map(|ifa| Address {
        dev: device.index,
        valid_lft: left(ifa.set_at, ifa.address.valid_lft),
        preferred_lft: left(ifa.set_at, ifa.address.preferred_lft),
        ..ifa.address.clone()
    });
    let mut all: Vec<Address> = told.collect();
    all.extend(device.v6.addresses.iter().map(|ifa| Address {
        dev: device.index,
        valid_lft: left(ifa.set_at, ifa.address.valid_lft),
        preferred_lft: left(ifa.set_at, ifa.address.preferred_lft),
        ..ifa.address.clone()
    }));
    all
}

/// A device as a link of the model.
pub(crate) fn link(net: &Net, device: &Device) -> Link {
    let defaults = device.kind.defaults();
    let description = &device.description;
    let mut link = Link {
        index: device.index,
        name: device.name.clone(),
        altnames: description.altnames.clone(),
        kind: Kind::describe(net, device),
        flags: device.shown_flags(),
        operstate: operstate(net, device),
        carrier: device.carrier,
        carrier_changes: description.carrier_changes,
        address: device.mac,
        broadcast: description.broadcast,
        mtu: device.mtu,
        min_mtu: defaults.mtu_range.0,
        max_mtu: defaults.mtu_range.1,
        qdisc: qdisc(device).to_owned(),
        tso: device.takes_large(),
        txqueuelen: description.txqueuelen,
        queues: defaults.queues,
        group: description.group,
        promiscuity: device.promiscuity,
        allmulti: device.allmulti,
        alias: description.alias.clone(),
        master: device.master.map(|master| net.dev(master).index),
        peer: peer(net, device),
        stats: device.stats(),
        bridge_port: device.port.as_ref().map(|port| port.describe(net)),
        addr_gen_mode: v6::address::has_ipv6(device)
            .then(|| AddrGenMode::of_number(device.v6.conf.get(Conf6::AddrGenMode)))
            .flatten(),
    };
    if let Some(told) = &description.told {
        told.tell(&mut link);
    }
    link
}

/// RFC 2863's state as Linux derives it (`default_operstate`).
fn operstate(net: &Net, device: &Device) -> OperState {
    if !device.is_up() {
        OperState::Down
    } else if !device.kind.knows_carrier() {
        OperState::Unknown
    } else if device.carrier {
        OperState::Up
    } else if let Kind::Veth(veth) = device.kind
        && net.ns_of(veth.peer) == device.ns
        && !net.dev(veth.peer).carrier
    {
        // What is in another namespace is not seen as a layer below.
        OperState::LowerLayerDown
    } else {
        OperState::Down
    }
}

/// A virtual device has no queue; before it is up for the first time it has `noop`.
fn qdisc(device: &Device) -> &'static str {
    match (&device.kind, device.description.was_up) {
        (_, false) => "noop",
        (Kind::Tun(_), true) => "pfifo_fast",
        (_, true) => "noqueue",
    }
}

fn peer(net: &Net, device: &Device) -> Option<Peer> {
    let veth = match &device.kind {
        Kind::Veth(veth) => veth,
        Kind::Outside(outside) => return outside.peer().cloned(),
        _ => return None,
    };
    let peer: DevId = veth.peer.some()?;
    let other = net.dev(peer);
    let known = net.ns(device.ns).nsids.id(other.ns);
    Some(Peer {
        index: other.index,
        ns: net.ns(other.ns).name.clone(),
        nsid: known.filter(|_| other.ns != device.ns),
    })
}
