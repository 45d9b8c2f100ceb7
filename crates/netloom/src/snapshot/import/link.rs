//! Links and addresses: `ip -j -d -s link`, `ip -j -d addr`.

use super::gather::Ids;
use super::item::Item;
use netloom_model::bridge::{PortFlags, PortState};
use netloom_model::link::{IpTunnel, OtherKind, Peer, Vxlan};
use netloom_model::mdb::McastState;
use netloom_model::spanning_tree::{BridgeId, BridgeTree, PortTree};
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{
    AddrGenMode, Address, AddressFlags, BridgePort, BridgeState, Family, IpNet, Link, LinkFlags,
    LinkKind, LinkStats, MacAddr, NsName, OperState, Scope,
};
use std::collections::HashMap;
use std::net::IpAddr;

/// Flags by the words of `ip link`; `NO-CARRIER` and `M-DOWN` follow from others.
const FLAGS: [(&str, LinkFlags); 10] = [
    ("UP", LinkFlags::UP),
    ("BROADCAST", LinkFlags::BROADCAST),
    ("LOOPBACK", LinkFlags::LOOPBACK),
    ("POINTOPOINT", LinkFlags::POINTOPOINT),
    ("NOARP", LinkFlags::NOARP),
    ("PROMISC", LinkFlags::PROMISC),
    ("ALLMULTI", LinkFlags::ALLMULTI),
    ("MULTICAST", LinkFlags::MULTICAST),
    ("LOWER_UP", LinkFlags::LOWER_UP),
    ("DORMANT", LinkFlags::DORMANT),
];

const OPERSTATES: [OperState; 7] = [
    OperState::Unknown,
    OperState::NotPresent,
    OperState::Down,
    OperState::LowerLayerDown,
    OperState::Testing,
    OperState::Dormant,
    OperState::Up,
];

/// The links of a list, with masters and ends of pairs by their index.
///
/// `ids` are those by which other namespaces are known; a namespace that is told by its name alone is
/// given one.
pub(super) fn links(list: &serde_json::Value, ids: &mut Ids) -> Vec<Link> {
    let mut read: Vec<(Link, Item<'_>)> = Item::all(list)
        .filter_map(|item| Some((link(item)?, item)))
        .collect();
    let indices: HashMap<String, u32> = (read.iter())
        .map(|(link, _)| (link.name.clone(), link.index))
        .collect();
    let index = |name: &str| indices.get(name).copied();
    for (link, item) in &mut read {
        link.master = item.text("master").and_then(index);
        // Inside one namespace the other end is told by its name.
        let of_name = item.text("link").and_then(index);
        let nsid = item.u32("link_netnsid").map(u32::cast_signed);
        let nsid = nsid.or_else(|| Some(id_of(item.text("link_netns")?, ids)));
        let peer = item.u32("link_index").or(of_name).filter(|at| *at != 0);
        link.peer = peer.map(|index| Peer {
            index,
            ns: NsName::first(),
            nsid,
        });
    }
    read.into_iter().map(|(link, _)| link).collect()
}

/// Whether a list tells what `-d` tells.
pub(super) fn has_details(list: &serde_json::Value) -> bool {
    Item::all(list).any(|item| item.has("promiscuity") || item.has("linkinfo"))
}

/// The id of a namespace; one that has none is given the next.
fn id_of(name: &str, ids: &mut Ids) -> i32 {
    if let Some((id, _)) = ids.iter().find(|(_, known)| known.as_str() == name) {
        return *id;
    }
    let id = ids
        .last_key_value()
        .map_or(0, |(last, _)| last.saturating_add(1));
    ids.insert(id, NsName::new(name));
    id
}

fn link(item: Item<'_>) -> Option<Link> {
    let number = |key| item.u32(key).unwrap_or(0);
    let mut flags = LinkFlags::default();
    for (word, flag) in FLAGS {
        flags.set(flag, item.lists("flags", word));
    }
    let operstate = item.text("operstate").unwrap_or("UNKNOWN");
    let known = OPERSTATES
        .into_iter()
        .find(|state| state.name() == operstate);
    let operstate = known.unwrap_or(OperState::Unknown);
    // That a link runs is not printed, but that one that is up does not.
    let runs = flags.contains(LinkFlags::UP) && !item.lists("flags", "NO-CARRIER");
    flags.set(LinkFlags::RUNNING, runs);
    let information = item.inside("linkinfo");
    let kind = kind(item, information);
    let is_port = information.text("info_slave_kind") == Some("bridge");
    Some(Link {
        // A kernel numbers them by positive numbers of 32 bits with a sign.
        index: item
            .u32("ifindex")
            .filter(|index| *index > 0 && i32::try_from(*index).is_ok())?,
        name: item.text("ifname")?.to_owned(),
        altnames: item
            .each("altnames")
            .filter_map(|name| name.0.as_str().map(str::to_owned))
            .collect(),
        flags,
        operstate,
        // One that is down is not asked.
        carrier: flags.contains(LinkFlags::LOWER_UP) || !flags.contains(LinkFlags::UP),
        carrier_changes: item
            .inside("stats64")
            .inside("tx")
            .u32("carrier_changes")
            .unwrap_or(0),
        address: item.mac("address").unwrap_or(MacAddr::ZERO),
        broadcast: item.mac("broadcast").unwrap_or(MacAddr::ZERO),
        mtu: number("mtu"),
        min_mtu: number("min_mtu"),
        max_mtu: number("max_mtu"),
        qdisc: item.text("qdisc").unwrap_or_default().to_owned(),
        txqueuelen: number("txqlen"),
        queues: (
            item.u32("num_tx_queues").unwrap_or(1),
            item.u32("num_rx_queues").unwrap_or(1),
        ),
        // The default group has a name, and the number 0.
        group: number("group"),
        promiscuity: number("promiscuity"),
        allmulti: number("allmulti"),
        alias: item.text("ifalias").map(str::to_owned),
        master: None,
        peer: None,
        stats: stats(item.inside("stats64")),
        bridge_port: is_port.then(|| port(information.inside("info_slave_data"))),
        addr_gen_mode: item.text("inet6_addr_gen_mode").and_then(|word| {
            AddrGenMode::ALL
                .into_iter()
                .find(|mode| mode.name() == word)
        }),
        tso: !matches!(kind, LinkKind::Other(_)),
        kind,
    })
}

fn kind(item: Item<'_>, information: Item<'_>) -> LinkKind {
    let data = information.inside("info_data");
    let link_type = item.text("link_type").unwrap_or("ether");
    match information.text("info_kind") {
        Some("veth") => LinkKind::Veth,
        Some("bridge") => LinkKind::Bridge(Box::new(bridge(data))),
        Some("dummy") => LinkKind::Dummy,
        Some("tun") => LinkKind::Tun(tun(data)),
        None if link_type == "loopback" => LinkKind::Loopback,
        kind => LinkKind::Other(Box::new(OtherKind {
            kind: kind.map(str::to_owned),
            link_type: link_type.to_owned(),
            vxlan: (kind == Some("vxlan")).then(|| vxlan(data)),
            tunnel: kind.and_then(|kind| tunnel(kind, data)),
        })),
    }
}

fn vxlan(data: Item<'_>) -> Vxlan {
    let one = |keys: [&str; 4]| keys.into_iter().find_map(|key| data.ip(key));
    Vxlan {
        id: data.u32("id").unwrap_or(0),
        local: one(["local", "local6", "", ""]),
        remote: one(["remote", "remote6", "group", "group6"]),
        port: data.u16("port").unwrap_or(0),
    }
}

/// Tunnels of IP, whose keys are written as addresses of IPv4.
fn tunnel(kind: &str, data: Item<'_>) -> Option<IpTunnel> {
    let of_ip = [
        "ipip",
        "sit",
        "ip6tnl",
        "gre",
        "gretap",
        "ip6gre",
        "ip6gretap",
    ];
    let key = |key: &str| match data.ip(key) {
        Some(IpAddr::V4(key)) => Some(key.to_bits()),
        _ => data.u32(key),
    };
    of_ip.contains(&kind).then(|| IpTunnel {
        local: data.ip("local"),
        remote: data.ip("remote"),
        keys: (key("ikey"), key("okey")),
    })
}

fn tun(data: Item<'_>) -> Tun {
    let mode = match data.text("type") {
        Some("tun") => TunMode::Tun,
        _ => TunMode::Tap,
    };
    Tun {
        packet_info: data.on("pi"),
        vnet_header: data.on("vnet_hdr"),
        persist: data.on("persist"),
        multi_queue: data.on("multi_queue"),
        user: data.u32("user"),
        group: data.u32("group"),
        ..Tun::persistent(mode)
    }
}

fn stats(stats: Item<'_>) -> LinkStats {
    let (rx, tx) = (stats.inside("rx"), stats.inside("tx"));
    let rx = |key| rx.u64(key).unwrap_or(0);
    let tx = |key| tx.u64(key).unwrap_or(0);
    LinkStats {
        rx_packets: rx("packets"),
        tx_packets: tx("packets"),
        rx_bytes: rx("bytes"),
        tx_bytes: tx("bytes"),
        rx_errors: rx("errors"),
        tx_errors: tx("errors"),
        rx_dropped: rx("dropped"),
        tx_dropped: tx("dropped"),
        multicast: rx("multicast"),
        collisions: tx("collisions"),
        rx_length_errors: rx("length_errors"),
        rx_over_errors: rx("over_errors"),
        rx_crc_errors: rx("crc_errors"),
        rx_frame_errors: rx("frame_errors"),
        rx_fifo_errors: rx("fifo_errors"),
        rx_missed_errors: rx("missed_errors"),
        tx_aborted_errors: tx("aborted_errors"),
        tx_carrier_errors: tx("carrier_errors"),
        tx_fifo_errors: tx("fifo_errors"),
        tx_heartbeat_errors: tx("heartbeat_errors"),
        tx_window_errors: tx("window_errors"),
        rx_compressed: 0,
        tx_compressed: 0,
        rx_nohandler: rx("nohandler"),
    }
}

/// `8000.b2:96:fa:ae:db:16`, whose bytes have no leading zeros.
fn bridge_id(text: Option<&str>) -> BridgeId {
    let (priority, bytes) = text.unwrap_or_default().split_once('.').unwrap_or_default();
    let mut address = MacAddr::ZERO;
    for (to, byte) in address.0.iter_mut().zip(bytes.split(':')) {
        *to = u8::from_str_radix(byte, 16).unwrap_or(0);
    }
    BridgeId {
        priority: u16::from_str_radix(priority, 16).unwrap_or(0),
        address,
    }
}

fn bridge(data: Item<'_>) -> BridgeState {
    let number = |key| data.u32(key).unwrap_or(0);
    let short = |key| data.u16(key).unwrap_or(0);
    let group = data.mac("group_addr").map_or(0, |group| group.0[5] & 0xf);
    BridgeState {
        ageing_time: number("ageing_time"),
        forward_delay: number("forward_delay"),
        hello_time: number("hello_time"),
        max_age: number("max_age"),
        stp_state: number("stp_state"),
        priority: short("priority"),
        group_fwd_mask: short("group_fwd_mask"),
        vlan_filtering: data.on("vlan_filtering"),
        vlan_protocol: match data.text("vlan_protocol") {
            Some("802.1Q" | "802.1q") => 0x8100,
            Some("802.1ad" | "802.1AD") => 0x88a8,
            _ => 0,
        },
        vlan_default_pvid: short("vlan_default_pvid"),
        vlan_stats_enabled: data.on("vlan_stats_enabled"),
        vlan_stats_per_port: data.on("vlan_stats_per_port"),
        mcast_snooping: data.on("mcast_snooping"),
        mcast: multicast(data),
        no_linklocal_learn: data.on("no_linklocal_learn"),
        nf_call_iptables: data.on("nf_call_iptables"),
        nf_call_ip6tables: data.on("nf_call_ip6tables"),
        nf_call_arptables: data.on("nf_call_arptables"),
        id_address: bridge_id(data.text("bridge_id")).address,
        address_set: false,
        group_address: group,
        gc_timer: data.centiseconds("gc_timer"),
        tree: BridgeTree {
            root: bridge_id(data.text("root_id")),
            root_port: short("root_port"),
            root_path_cost: number("root_path_cost"),
            topology_change: data.on("topology_change"),
            topology_change_detected: data.on("topology_change_detected"),
            hello_timer: data.centiseconds("hello_timer"),
            tcn_timer: data.centiseconds("tcn_timer"),
            topology_change_timer: data.centiseconds("topology_change_timer"),
        },
    }
}

fn multicast(data: Item<'_>) -> McastState {
    let byte = |key| data.u8(key).unwrap_or(0);
    let number = |key| data.u32(key).unwrap_or(0);
    let interval = |key| data.u64(key).unwrap_or(0);
    McastState {
        router: byte("mcast_router"),
        query_use_ifaddr: data.on("mcast_query_use_ifaddr"),
        querier: data.on("mcast_querier"),
        hash_max: number("mcast_hash_max"),
        last_member_count: number("mcast_last_member_cnt"),
        startup_query_count: number("mcast_startup_query_cnt"),
        last_member_interval: interval("mcast_last_member_intvl"),
        membership_interval: interval("mcast_membership_intvl"),
        querier_interval: interval("mcast_querier_intvl"),
        query_interval: interval("mcast_query_intvl"),
        query_response_interval: interval("mcast_query_response_intvl"),
        startup_query_interval: interval("mcast_startup_query_intvl"),
        stats_enabled: data.on("mcast_stats_enabled"),
        igmp_version: byte("mcast_igmp_version"),
        mld_version: byte("mcast_mld_version"),
    }
}

/// What the spanning tree lets a port do.
pub(super) fn port_state(data: Item<'_>) -> Option<PortState> {
    PortState::of_name(data.text("state")?)
}

fn port(data: Item<'_>) -> BridgePort {
    BridgePort {
        number: data.u16("no").unwrap_or(0),
        state: port_state(data).unwrap_or(PortState::Disabled),
        priority: data.u16("priority").unwrap_or(0),
        cost: data.u32("cost").unwrap_or(0),
        mcast_router: data.u8("multicast_router").unwrap_or(0),
        flags: PortFlags {
            learning: data.on("learning"),
            flood: data.on("flood"),
            mcast_flood: data.on("mcast_flood"),
            bcast_flood: data.on("bcast_flood"),
            hairpin: data.on("hairpin"),
            isolated: data.on("isolated"),
            locked: data.on("locked"),
            bpdu_guard: data.on("guard"),
            root_block: data.on("root_block"),
            fast_leave: data.on("fastleave"),
            proxy_arp: data.on("proxy_arp"),
            proxy_arp_wifi: data.on("proxy_arp_wifi"),
            mcast_to_unicast: data.on("mcast_to_unicast"),
            neigh_suppress: data.on("neigh_suppress"),
            learning_sync: false,
        },
        tree: PortTree {
            designated_root: bridge_id(data.text("root_id")),
            designated_cost: data.u32("designated_cost").unwrap_or(0),
            designated_bridge: bridge_id(data.text("bridge_id")),
            designated_port: data.u16("designated_port").unwrap_or(0),
            topology_change_ack: data.on("topology_change_ack"),
            config_pending: data.on("config_pending"),
            message_age_timer: data.centiseconds("message_age_timer"),
            forward_delay_timer: data.centiseconds("forward_delay_timer"),
            hold_timer: data.centiseconds("hold_timer"),
            ..PortTree::default()
        },
    }
}

/// The addresses of a list of links, those of IPv4 first, as the kernel tells them.
pub(super) fn addresses(list: &serde_json::Value) -> Vec<Address> {
    let of_link = |item: Item<'_>| {
        let dev = item.u32("ifindex")?;
        Some(
            item.0
                .get("addr_info")?
                .as_array()?
                .iter()
                .map(move |one| (dev, one.clone()))
                .collect::<Vec<_>>(),
        )
    };
    let all: Vec<_> = Item::all(list).filter_map(of_link).flatten().collect();
    let read = all.iter().filter_map(|(dev, one)| address(*dev, Item(one)));
    let mut addresses: Vec<Address> = read.collect();
    addresses.sort_by_key(|address| address.local.family() == Family::V6);
    addresses
}

fn address(dev: u32, item: Item<'_>) -> Option<Address> {
    let local = item.ip("local")?;
    let len = item
        .u8("prefixlen")
        .filter(|len| *len <= Family::of(local).bits())?;
    let lifetime = |key| item.u32(key).filter(|seconds| *seconds != u32::MAX);
    let temporary = item.on("temporary");
    let broadcast = match item.ip("broadcast") {
        Some(IpAddr::V4(broadcast)) => Some(broadcast),
        _ => None,
    };
    let valid_lft = lifetime("valid_life_time");
    Some(Address {
        dev,
        local: IpNet::new(local, len),
        peer: item.ip("address"),
        broadcast,
        scope: item.scope("scope").unwrap_or(Scope::UNIVERSE),
        label: item.text("label").unwrap_or_default().to_owned(),
        secondary: item.on("secondary"),
        noprefixroute: item.on("noprefixroute"),
        autojoin: item.on("autojoin"),
        valid_lft,
        preferred_lft: lifetime("preferred_life_time"),
        metric: item.u32("metric").unwrap_or(0),
        flags: AddressFlags {
            tentative: item.on("tentative"),
            dad_failed: item.on("dadfailed"),
            nodad: item.on("nodad"),
            optimistic: item.on("optimistic"),
            home: item.on("home"),
            manage_temp: item.on("mngtmpaddr"),
            temporary,
            autoconf: item.on("dynamic") && !temporary,
            stable_privacy: item.on("stable-privacy"),
        },
    })
}
