//! What `ip -d link` adds to a link: its limits, its kind's own settings, those of a port.

use super::link_mcast;
use super::print::{Record, Value};
use netloom_model::bridge::BridgePort;
use netloom_model::spanning_tree::BridgeId;
use netloom_model::{BridgeState, Link, LinkKind, MacAddr, Namespace};

/// What `-d` adds.
/// `families`: also what the protocols of the Internet say of it, which is for `ip link` alone.
pub(super) fn details(record: &mut Record, state: &Namespace, link: &Link, families: bool) {
    record.field(
        "promiscuity",
        link.promiscuity,
        format!(" promiscuity {} ", link.promiscuity),
    );
    record.field(
        "allmulti",
        link.allmulti,
        format!(" allmulti {} ", link.allmulti),
    );
    record.field("min_mtu", link.min_mtu, format!("minmtu {} ", link.min_mtu));
    record.field("max_mtu", link.max_mtu, format!("maxmtu {} ", link.max_mtu));
    if let Some(kind) = link.kind.name() {
        record.open_object("linkinfo");
        record.field("info_kind", kind, format!("\n    {kind} "));
        match &link.kind {
            LinkKind::Bridge(bridge) => {
                record.open_object("info_data");
                bridge_details(record, bridge);
                record.close();
            }
            LinkKind::Tun(tun) => {
                record.open_object("info_data");
                super::tuntap::details(record, tun);
                record.close();
            }
            LinkKind::Loopback | LinkKind::Veth | LinkKind::Dummy | LinkKind::Other(_) => {}
        }
        if let Some(port) = &link.bridge_port {
            record.field("info_slave_kind", "bridge", "\n    bridge_slave ");
            record.open_object("info_slave_data");
            port_details(record, port);
            record.close();
        }
        record.close();
    }
    if let Some(mode) = link.addr_gen_mode.filter(|_| families) {
        let mode = mode.name();
        record.field("inet6_addr_gen_mode", mode, format!("addrgenmode {mode} "));
    }
    let (tx, rx) = link.queues;
    record.field("num_tx_queues", tx, format!("numtxqueues {tx} "));
    record.field("num_rx_queues", rx, format!("numrxqueues {rx} "));
    let tso = match link.kind {
        LinkKind::Bridge(_) if empty_bridge(state, link) => 65_536u32,
        LinkKind::Tun(_) => 65_536,
        _ => 524_280,
    };
    for (key, name, value) in [
        ("gso_max_size", "gso_max_size", 65_536u32),
        ("gso_max_segs", "gso_max_segs", 65_535),
        ("tso_max_size", "tso_max_size", tso),
        ("tso_max_segs", "tso_max_segs", 65_535),
        ("gro_max_size", "gro_max_size", 65_536),
    ] {
        record.field(key, value, format!("{name} {value} "));
    }
}

fn empty_bridge(state: &Namespace, link: &Link) -> bool {
    !state
        .links
        .iter()
        .any(|other| other.master == Some(link.index))
}

/// A bridge's id: priority and address, the bytes without leading zeros.
pub(crate) fn bridge_id(priority: u16, address: MacAddr) -> String {
    let bytes: Vec<String> = address.0.iter().map(|byte| format!("{byte:x}")).collect();
    format!("{priority:04x}.{}", bytes.join(":"))
}

/// The identifier of a root or a designated bridge.
fn tree_id(id: BridgeId) -> String {
    bridge_id(id.priority, id.address)
}

/// Centiseconds as seconds with two places, and as JSON.
fn timer(record: &mut Record, key: &str, centiseconds: u32) {
    let seconds = f64::from(centiseconds) / 100.0;
    record.field(
        key,
        Value::Raw(format!("{seconds:.2}")),
        format!("{key} {seconds:>7.2} "),
    );
}

fn bridge_details(record: &mut Record, bridge: &BridgeState) {
    let mut number = |key: &str, value: u32| record.field(key, value, format!("{key} {value} "));
    number("forward_delay", bridge.forward_delay);
    number("hello_time", bridge.hello_time);
    number("max_age", bridge.max_age);
    number("ageing_time", bridge.ageing_time);
    number("stp_state", bridge.stp_state);
    number("priority", bridge.priority.into());
    number("vlan_filtering", bridge.vlan_filtering.into());
    // A kernel that was built without VLANs of bridges tells nothing of them.
    let vlans = bridge.vlan_protocol != 0;
    if vlans {
        let protocol = match bridge.vlan_protocol {
            0x88a8 => "802.1ad",
            _ => "802.1Q",
        };
        record.field(
            "vlan_protocol",
            protocol,
            format!("vlan_protocol {protocol} "),
        );
    }
    let id = bridge_id(bridge.priority, bridge.id_address);
    record.field("bridge_id", id.as_str(), format!("bridge_id {id} "));
    let tree = &bridge.tree;
    // iproute2 6.1 prints the bridge's own id for the root's; brctl has the root's.
    record.field("root_id", id.as_str(), format!("designated_root {id} "));
    for (key, value) in [
        ("root_port", u32::from(tree.root_port)),
        ("root_path_cost", tree.root_path_cost),
        ("topology_change", tree.topology_change.into()),
        (
            "topology_change_detected",
            tree.topology_change_detected.into(),
        ),
    ] {
        record.field(key, value, format!("{key} {value} "));
    }
    timer(record, "hello_timer", tree.hello_timer);
    timer(record, "tcn_timer", tree.tcn_timer);
    timer(record, "topology_change_timer", tree.topology_change_timer);
    timer(record, "gc_timer", bridge.gc_timer);
    for (key, value) in [
        ("vlan_default_pvid", bridge.vlan_default_pvid),
        ("vlan_stats_enabled", bridge.vlan_stats_enabled.into()),
        ("vlan_stats_per_port", bridge.vlan_stats_per_port.into()),
    ] {
        if vlans {
            record.field(key, value, format!("{key} {value} "));
        }
    }
    let mask = bridge.group_fwd_mask;
    let hex = if mask == 0 {
        "0".to_owned()
    } else {
        format!("{mask:#x}")
    };
    record.field(
        "group_fwd_mask",
        hex.as_str(),
        format!("group_fwd_mask {hex} "),
    );
    let group = MacAddr([0x01, 0x80, 0xc2, 0, 0, bridge.group_address]).to_string();
    record.field(
        "group_addr",
        group.as_str(),
        format!("group_address {group} "),
    );
    for (key, value) in [
        ("mcast_snooping", u32::from(bridge.mcast_snooping)),
        ("no_linklocal_learn", u32::from(bridge.no_linklocal_learn)),
        ("mcast_vlan_snooping", 0),
    ] {
        record.field(key, value, format!("{key} {value} "));
    }
    link_mcast::details(record, bridge);
    for (key, value) in [
        ("nf_call_iptables", u32::from(bridge.nf_call_iptables)),
        ("nf_call_ip6tables", u32::from(bridge.nf_call_ip6tables)),
        ("nf_call_arptables", u32::from(bridge.nf_call_arptables)),
    ] {
        record.field(key, value, format!("{key} {value} "));
    }
}

/// What the spanning tree has come to at a port.
fn tree_details(record: &mut Record, port: &BridgePort) {
    let tree = &port.tree;
    for (key, value) in [
        ("designated_port", u32::from(tree.designated_port)),
        ("designated_cost", tree.designated_cost),
    ] {
        record.field(key, value, format!("{key} {value} "));
    }
    let id = tree_id(tree.designated_bridge);
    record.field("bridge_id", id.as_str(), format!("designated_bridge {id} "));
    let id = tree_id(tree.designated_root);
    record.field("root_id", id.as_str(), format!("designated_root {id} "));
    timer(record, "hold_timer", tree.hold_timer);
    timer(record, "message_age_timer", tree.message_age_timer);
    timer(record, "forward_delay_timer", tree.forward_delay_timer);
    for (key, value) in [
        ("topology_change_ack", u32::from(tree.topology_change_ack)),
        ("config_pending", tree.config_pending.into()),
    ] {
        record.field(key, value, format!("{key} {value} "));
    }
}

fn port_details(record: &mut Record, port: &BridgePort) {
    let flags = &port.flags;
    let on = |on: bool| if on { "on" } else { "off" };
    let state = port.state.name();
    record.field("state", state, format!("state {state} "));
    record.field(
        "priority",
        port.priority,
        format!("priority {} ", port.priority),
    );
    record.field("cost", port.cost, format!("cost {} ", port.cost));
    for (key, name, value) in [
        ("hairpin", "hairpin", flags.hairpin),
        ("guard", "guard", flags.bpdu_guard),
        ("root_block", "root_block", flags.root_block),
        ("fastleave", "fastleave", flags.fast_leave),
        ("learning", "learning", flags.learning),
        ("flood", "flood", flags.flood),
    ] {
        record.field(key, value, format!("{name} {} ", on(value)));
    }
    let id = u32::from(port.priority) << 10 | u32::from(port.number);
    record.field("id", format!("{id:#x}"), format!("port_id {id:#x} "));
    record.field(
        "no",
        format!("{:#x}", port.number),
        format!("port_no {:#x} ", port.number),
    );
    tree_details(record, port);
    record.field(
        "proxy_arp",
        flags.proxy_arp,
        format!("proxy_arp {} ", on(flags.proxy_arp)),
    );
    let wifi = flags.proxy_arp_wifi;
    record.field(
        "proxy_arp_wifi",
        wifi,
        format!("proxy_arp_wifi {} ", on(wifi)),
    );
    let router = port.mcast_router;
    record.field(
        "multicast_router",
        router,
        format!("mcast_router {router} "),
    );
    // Printed from the same attribute as fastleave, in text alone.
    record.text(format!("mcast_fast_leave {} ", on(flags.fast_leave)));
    for (key, value) in [
        ("mcast_flood", flags.mcast_flood),
        ("bcast_flood", flags.bcast_flood),
        ("mcast_to_unicast", flags.mcast_to_unicast),
        ("neigh_suppress", flags.neigh_suppress),
    ] {
        record.field(key, value, format!("{key} {} ", on(value)));
    }
    record.field("group_fwd_mask", "0", "group_fwd_mask 0 ");
    record.field("group_fwd_mask_str", "0x0", "group_fwd_mask_str 0x0 ");
    for (key, value) in [
        ("vlan_tunnel", false),
        ("isolated", flags.isolated),
        ("locked", flags.locked),
    ] {
        record.field(key, value, format!("{key} {} ", on(value)));
    }
}
