//! Links as a snapshot tells them.

use super::missing;
use crate::apply::new_link;
use crate::bridge::{self, Bridge};
use crate::device::{DevId, Traffic};
use crate::link::Kind;
use crate::link::outside::Outside;
use crate::link::tun::Tun;
use crate::link::veth::Veth;
use crate::namespace::NsId;
use crate::net::Net;
use crate::sysctl::Conf6;
use netloom_model::snapshot::Missing;
use netloom_model::{
    AddrGenMode, Link, LinkFlags, LinkKind, LinkStats, Namespace, NsName, OperState, State,
};
use std::sync::Arc;

/// What a host told of a link, and netloom would not tell by itself.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    mtu_range: (u32, u32),
    queues: (u32, u32),
    qdisc: String,
    tso: bool,
    no_ipv6: bool,
    /// What was counted of what netloom does not count, and nothing of the rest.
    stats: LinkStats,
    /// The state as long as this is so: up, with carrier.
    operstate: (OperState, bool, bool),
    /// A master that is no bridge.
    master: Option<u32>,
}

impl Told {
    /// Makes of what netloom has what the host told.
    pub(crate) fn tell(&self, link: &mut Link) {
        (link.min_mtu, link.max_mtu) = self.mtu_range;
        link.queues = self.queues;
        if link.qdisc != "noop" {
            link.qdisc.clone_from(&self.qdisc);
        }
        link.tso = self.tso;
        link.master = link.master.or(self.master);
        if self.no_ipv6 {
            link.addr_gen_mode = None;
        }
        let (operstate, up, carrier) = self.operstate;
        if (link.flags.contains(LinkFlags::UP), link.carrier) == (up, carrier) {
            link.operstate = operstate;
        }
        let own = link.stats;
        link.stats = LinkStats {
            rx_packets: own.rx_packets,
            tx_packets: own.tx_packets,
            rx_bytes: own.rx_bytes,
            tx_bytes: own.tx_bytes,
            rx_errors: own.rx_errors,
            tx_errors: own.tx_errors,
            rx_dropped: own.rx_dropped,
            tx_dropped: own.tx_dropped,
            multicast: own.multicast,
            ..self.stats
        };
    }
}

/// Makes the devices of a namespace, each alone.
pub(super) fn make(
    net: &mut Net,
    (ns, name): (NsId, &NsName),
    state: &State,
    lost: &mut Vec<Missing>,
) {
    let Some(told) = state.namespaces.get(name) else {
        return;
    };
    for link in &told.links {
        let lo = net.ns(ns).loopback;
        if matches!(link.kind, LinkKind::Loopback) {
            rename(net, lo, &link.name);
            continue;
        }
        let taken = net.ns(ns).devices.contains_key(&link.index)
            || net.ns(ns).by_name.contains_key(&link.name);
        if taken || link.index == 0 {
            let why = format!("link {} has the number or the name of another", link.name);
            lost.push(missing(name, "links", why));
            continue;
        }
        let kind = kind(net, (name, link), state);
        if let Kind::Outside(outside) = &kind
            && !outside.is_wire()
        {
            let word = outside.kind_name().unwrap_or("hardware").to_owned();
            let why = format!(
                "{} is of a kind that netloom does not know: {word}",
                link.name
            );
            lost.push(missing(name, "links", why));
        }
        new_link::make(net, ns, &link.name, kind, link.address, Some(link.index));
    }
}

fn rename(net: &mut Net, dev: DevId, name: &str) {
    let ns = net.ns_of(dev);
    let old = core::mem::replace(&mut net.dev_mut(dev).name, name.to_owned());
    let names = &mut net.ns_mut(ns).by_name;
    names.remove(&old);
    names.insert(name.to_owned(), dev);
}

fn kind(net: &Net, (ns, link): (&NsName, &Link), state: &State) -> Kind {
    match &link.kind {
        LinkKind::Bridge(_) => Kind::Bridge(Box::new(Bridge::new(net.random.hash_seed()))),
        LinkKind::Dummy => Kind::Dummy,
        LinkKind::Tun(settings) => {
            // A kernel tells by the carrier alone that a program holds it.
            let attached = settings.attached || link.carrier;
            let settings = netloom_model::tun::Tun {
                attached,
                ..settings.clone()
            };
            Kind::Tun(Box::new(Tun::new(settings)))
        }
        LinkKind::Veth if partner(state, ns, link).is_some() => {
            Kind::Veth(Veth { peer: DevId::NONE })
        }
        _ => {
            let peer = link.peer.clone();
            let outside = Outside::new(link.kind.clone(), peer, link.carrier);
            Kind::Outside(Box::new(outside))
        }
    }
}

/// The other end of a veth, if it is told of too, with the name of its namespace.
fn partner<'s>(state: &'s State, ns: &NsName, link: &Link) -> Option<(&'s NsName, &'s Link)> {
    let peer = link.peer.as_ref()?;
    let other = |peer: &netloom_model::link::Peer| {
        let (name, there) = state.namespaces.get_key_value(&peer.ns)?;
        let link = there.links.iter().find(|link| link.index == peer.index)?;
        Some((name, link))
    };
    let (name, found) = other(peer)?;
    let back = found.peer.as_ref()?;
    let mutual = matches!(found.kind, LinkKind::Veth)
        && (name, found.index) != (ns, link.index)
        && back.index == link.index
        && back.ns == *ns;
    mutual.then_some((name, found))
}

/// Ties the ends of veths together.
pub(super) fn pair(net: &mut Net, (ns, name): (NsId, &NsName), state: &State) {
    let Some(told) = state.namespaces.get(name) else {
        return;
    };
    for link in &told.links {
        let Some((there, other)) = partner(state, name, link) else {
            continue;
        };
        let there = net.names.get(there).copied();
        let peer = there.and_then(|there| net.ns(there).device(other.index));
        if let (Some(dev), Some(peer)) = (net.ns(ns).device(link.index), peer)
            && matches!(net.dev(dev).kind, Kind::Veth(_))
        {
            net.dev_mut(dev).kind = Kind::Veth(Veth { peer });
        }
    }
}

/// Settles what each device has beside its kind, its address, name and number.
pub(super) fn settle(net: &mut Net, ns: NsId, told: &Namespace) {
    for link in &told.links {
        let Some(dev) = net.ns(ns).device(link.index) else {
            continue;
        };
        one(net, dev, link);
        for altname in &link.altnames {
            let names = &mut net.ns_mut(ns).by_name;
            names.entry(altname.clone()).or_insert(dev);
        }
        let space = net.ns_mut(ns);
        space.next_index = space.next_index.max(link.index.saturating_add(1));
    }
}

fn one(net: &mut Net, dev: DevId, link: &Link) {
    let kind = &net.dev(dev).kind;
    let has_ethernet = kind.has_ethernet();
    let device = net.dev_mut(dev);
    let mut flags = link.flags;
    flags.set(LinkFlags::RUNNING.union(LinkFlags::LOWER_UP), false);
    device.flags = flags;
    device.mac = link.address;
    device.mtu = link.mtu;
    device.carrier = link.carrier;
    device.promiscuity = link.promiscuity;
    device.allmulti = link.allmulti;
    let stats = &link.stats;
    let count = |packets, bytes, dropped, errors| Traffic {
        packets,
        bytes,
        dropped,
        errors,
    };
    let s = stats;
    device.rx = count(s.rx_packets, s.rx_bytes, s.rx_dropped, s.rx_errors);
    device.tx = count(s.tx_packets, s.tx_bytes, s.tx_dropped, s.tx_errors);
    device.rx_multicast = s.multicast;
    let takes_large = device.kind.takes_large();
    let description = &mut device.description;
    description.broadcast = link.broadcast;
    description.txqueuelen = link.txqueuelen;
    description.group = link.group;
    description.alias.clone_from(&link.alias);
    description.altnames.clone_from(&link.altnames);
    description.carrier_changes = link.carrier_changes;
    description.was_up = link.qdisc != "noop";
    description.tso_off = has_ethernet && takes_large && !link.tso;
    if let Some(mode) = link.addr_gen_mode {
        device.v6.conf.set(Conf6::AddrGenMode, mode.number());
    }
    device
        .v6
        .conf
        .set(Conf6::Mtu, i32::try_from(link.mtu).unwrap_or(i32::MAX));
}

/// Makes devices the ports of their bridges.
pub(super) fn enslave(net: &mut Net, ns: NsId, told: &Namespace) {
    for link in &told.links {
        let LinkKind::Bridge(state) = &link.kind else {
            continue;
        };
        let Some(master) = net.ns(ns).device(link.index) else {
            continue;
        };
        let ports = told
            .links
            .iter()
            .filter(|port| port.master == Some(link.index));
        let ports = ports.filter_map(|port| {
            let dev = net.ns(ns).device(port.index)?;
            Some((dev, port.bridge_port.clone()?))
        });
        let mut ports: Vec<_> = ports.collect();
        ports.sort_by_key(|(_, port)| port.number);
        bridge::restore(net, master, state, &ports);
        bridge::restore_vlans(net, master, &told.vlans, &told.global_vlans);
    }
}

/// Keeps what the links of a namespace would be told otherwise than they were.
pub(super) fn keep(net: &mut Net, ns: NsId, told: &Namespace) {
    for link in &told.links {
        let Some(dev) = net.ns(ns).device(link.index) else {
            continue;
        };
        let own = crate::snapshot::link(net, net.dev(dev));
        if own == *link {
            continue;
        }
        let unknown: Option<AddrGenMode> = link.addr_gen_mode;
        let told = Told {
            mtu_range: (link.min_mtu, link.max_mtu),
            queues: link.queues,
            qdisc: link.qdisc.clone(),
            tso: link.tso,
            no_ipv6: unknown.is_none() && own.addr_gen_mode.is_some(),
            stats: link.stats,
            operstate: (
                link.operstate,
                link.flags.contains(LinkFlags::UP),
                link.carrier,
            ),
            master: link.master.filter(|_| own.master.is_none()),
        };
        net.dev_mut(dev).description.told = Some(Arc::new(told));
    }
}
