//! `ip link show`: links as text and JSON.

use super::print::{Record, Value};
use super::words::{self, Failure, Outcome, Words, matches};
use super::{Options, group_name, link_new, link_set, parse_group};
use crate::Context;
use netloom_model::bridge::BridgePort;
use netloom_model::state::Parts;
use netloom_model::{BridgeState, Link, LinkFlags, LinkKind, LinkRef, MacAddr, Namespace};

/// `ip link COMMAND`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let Some(command) = words.next() else {
        return show(cx, options, words);
    };
    let is = |name: &str| matches(command, name);
    if is("add") {
        link_new::add(cx, words)
    } else if is("set") || is("change") {
        link_set::set(cx, words)
    } else if is("replace") {
        Err(Failure::unsupported("ip link replace"))
    } else if is("delete") {
        link_set::delete(cx, words)
    } else if is("show") || is("lst") || is("list") {
        show(cx, options, words)
    } else if is("property") {
        link_set::property(cx, words)
    } else if is("xstats") || is("afstats") {
        Err(Failure::unsupported(&format!("ip link {command}")))
    } else if is("help") {
        Err(link_new::usage())
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"ip link help\".");
        Err(Failure::new(text, 255))
    }
}

/// Which links are wanted.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) dev: Option<String>,
    pub(super) up: bool,
    pub(super) master: Option<String>,
    pub(super) nomaster: bool,
    pub(super) kind: Option<String>,
    pub(super) group: Option<u32>,
}

impl Filter {
    /// Reads one word of a filter; `false` if it is none.
    pub(super) fn word(&mut self, word: &str, words: &mut Words<'_>) -> Outcome<bool> {
        match word {
            "up" => self.up = true,
            "master" => self.master = Some(words.value()?.to_owned()),
            "nomaster" => self.nomaster = true,
            "type" => self.kind = Some(words.value()?.to_owned()),
            "vrf" => return Err(Failure::unsupported("vrf")),
            "group" => {
                let name = words.value()?;
                let group = parse_group(name);
                self.group =
                    Some(group.ok_or_else(|| Failure::wrong_nl(name, "Invalid \"group\" value"))?);
            }
            "dev" => self.set_dev(words.value()?)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The one device that is wanted.
    pub(super) fn set_dev(&mut self, name: &str) -> Outcome<()> {
        if self.dev.is_some() {
            return Err(Failure::garbage("dev", name));
        }
        self.dev = Some(name.to_owned());
        Ok(())
    }

    /// The links that are wanted, in the order of their index.
    pub(super) fn links<'a>(&self, state: &'a Namespace) -> Outcome<Vec<&'a Link>> {
        if let Some(name) = &self.dev {
            let index = super::find(state, name)
                .ok_or_else(|| Failure::new(format!("Device \"{name}\" does not exist."), 1))?;
            return Ok(state.link(&LinkRef::Index(index)).into_iter().collect());
        }
        let master = match &self.master {
            Some(name) => Some(
                super::find(state, name)
                    .ok_or_else(|| Failure::wrong_nl(name, "Device does not exist"))?,
            ),
            None => None,
        };
        let wanted = |link: &&Link| {
            (!self.up || link.flags.contains(LinkFlags::UP))
                && (master.is_none() || link.master == master)
                && (!self.nomaster || link.master.is_none())
                && self.group.is_none_or(|group| link.group == group)
                && self.kind.as_deref().is_none_or(|kind| is_kind(link, kind))
        };
        Ok(state.links.iter().filter(wanted).collect())
    }
}

/// Whether a link is of a kind, or a port of a device of that kind (`bridge_slave`).
fn is_kind(link: &Link, kind: &str) -> bool {
    match kind.strip_suffix("_slave") {
        Some(kind) => kind == "bridge" && link.bridge_port.is_some(),
        None => link.kind.name() == Some(kind),
    }
}

fn show(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let mut filter = Filter::default();
    while let Some(word) = words.next() {
        if word == "help" {
            return Err(link_new::usage());
        }
        if !filter.word(word, words)? {
            filter.set_dev(word)?;
        }
    }
    let state = words::namespace(cx, Parts::LINKS)?;
    let mut records = Vec::new();
    for link in filter.links(&state)? {
        let mut record = Record::default();
        if options.brief {
            brief(&mut record, &state, link);
            brief_address(&mut record, &state, link);
        } else {
            full(&mut record, options, &state, link, true);
        }
        records.push(record);
    }
    super::show(cx, options, records)
}

/// The flags in the order in which iproute2 prints them.
fn flag_names(state: &Namespace, link: &Link) -> Vec<&'static str> {
    let has = |flag| link.flags.contains(flag);
    let mut names = Vec::new();
    if has(LinkFlags::UP) && !has(LinkFlags::RUNNING) {
        names.push("NO-CARRIER");
    }
    let ordered = [
        (LinkFlags::LOOPBACK, "LOOPBACK"),
        (LinkFlags::BROADCAST, "BROADCAST"),
        (LinkFlags::POINTOPOINT, "POINTOPOINT"),
        (LinkFlags::MULTICAST, "MULTICAST"),
        (LinkFlags::NOARP, "NOARP"),
        (LinkFlags::ALLMULTI, "ALLMULTI"),
        (LinkFlags::PROMISC, "PROMISC"),
        (LinkFlags::UP, "UP"),
        (LinkFlags::LOWER_UP, "LOWER_UP"),
        (LinkFlags::DORMANT, "DORMANT"),
    ];
    names.extend(
        ordered
            .iter()
            .filter(|(flag, _)| has(*flag))
            .map(|(_, name)| *name),
    );
    // The other end is here, and down.
    let peer = link.peer.as_ref().filter(|peer| peer.nsid.is_none());
    let lower = peer.and_then(|peer| state.link(&LinkRef::Index(peer.index)));
    if lower.is_some_and(|lower| !lower.flags.contains(LinkFlags::UP)) {
        names.push("M-DOWN");
    }
    names
}

pub(crate) fn flags(record: &mut Record, state: &Namespace, link: &Link) {
    let names = flag_names(state, link);
    record.open_list("flags");
    record.text("<");
    for (at, name) in names.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        record.field("", *name, format!("{comma}{name}"));
    }
    record.close();
    record.text("> ");
}

/// The name, with what it is tied to: `veth0@if3:`.
pub(crate) fn name(record: &mut Record, state: &Namespace, link: &Link) -> String {
    let mut text = link.name.clone();
    if let Some(peer) = &link.peer {
        let here = peer
            .nsid
            .is_none()
            .then(|| state.link(&LinkRef::Index(peer.index)))
            .flatten();
        if let Some(other) = here {
            record.json("link", other.name.as_str());
            text.push('@');
            text.push_str(&other.name);
        } else {
            record.json("link_index", peer.index);
            text.push_str(&format!("@if{}", peer.index));
        }
    }
    text
}

/// What `-br` says of a link first.
pub(super) fn brief(record: &mut Record, state: &Namespace, link: &Link) {
    let name = name(record, state, link);
    record.field("ifname", link.name.as_str(), format!("{name:<16} "));
    let operstate = link.operstate.name();
    record.field("operstate", operstate, format!("{operstate:<14} "));
}

/// What `ip -br link` says behind it.
fn brief_address(record: &mut Record, state: &Namespace, link: &Link) {
    let address = link.address.to_string();
    record.field("address", address.as_str(), format!("{address} "));
    flags(record, state, link);
}

/// A link in full; `mode` is printed for `ip link` alone.
pub(super) fn full(
    record: &mut Record,
    options: &Options,
    state: &Namespace,
    link: &Link,
    mode: bool,
) {
    record.field("ifindex", link.index, format!("{}: ", link.index));
    let shown = name(record, state, link);
    record.field("ifname", link.name.as_str(), format!("{shown}: "));
    flags(record, state, link);
    record.field("mtu", link.mtu, format!("mtu {} ", link.mtu));
    record.field(
        "qdisc",
        link.qdisc.as_str(),
        format!("qdisc {} ", link.qdisc),
    );
    if let Some(master) = link.master {
        let name = state.link_name(master);
        record.field("master", name.as_str(), format!("master {name} "));
    }
    let operstate = link.operstate.name();
    record.field("operstate", operstate, format!("state {operstate} "));
    if mode {
        record.field("linkmode", "DEFAULT", "mode DEFAULT ");
    }
    let group = group_name(link.group);
    record.field("group", group.as_str(), format!("group {group} "));
    record.field(
        "txqlen",
        link.txqueuelen,
        format!("qlen {}", link.txqueuelen),
    );
    // Under an Internet protocol's family, `ip addr` leaves the link layer out.
    if mode || options.family.is_none() {
        layer_two(record, link);
    }
    if options.details {
        details(record, state, link);
    }
    if let Some(alias) = &link.alias {
        record.text(format!("\n    alias {alias}"));
        if mode {
            record.json("ifalias", alias.as_str());
        }
    }
    if mode && options.statistics > 0 {
        statistics(record, options, link);
    }
    if !link.altnames.is_empty() {
        record.open_list("altnames");
        for altname in &link.altnames {
            record.field("", altname.as_str(), format!("\n    altname {altname}"));
        }
        record.close();
    }
}

fn layer_two(record: &mut Record, link: &Link) {
    let loopback = matches!(link.kind, LinkKind::Loopback);
    let kind = if loopback { "loopback" } else { "ether" };
    record.field("link_type", kind, format!("\n    link/{kind} "));
    let address = link.address.to_string();
    record.field("address", address.as_str(), &address);
    let broadcast = link.broadcast.to_string();
    record.field("broadcast", broadcast.as_str(), format!(" brd {broadcast}"));
    if let Some(peer) = &link.peer
        && let Some(nsid) = peer.nsid
    {
        if peer.ns.is_first() {
            record.field("link_netnsid", nsid, format!(" link-netnsid {nsid}"));
        } else {
            let ns = peer.ns.as_str();
            record.field("link_netns", ns, format!(" link-netns {ns}"));
        }
    }
}

/// What `-d` adds.
fn details(record: &mut Record, state: &Namespace, link: &Link) {
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
        if let LinkKind::Bridge(bridge) = &link.kind {
            record.open_object("info_data");
            bridge_details(record, bridge);
            record.close();
        }
        if let Some(port) = &link.bridge_port {
            record.field("info_slave_kind", "bridge", "\n    bridge_slave ");
            record.open_object("info_slave_data");
            port_details(record, port, bridge_of(state, link));
            record.close();
        }
        record.close();
    }
    record.field("inet6_addr_gen_mode", "eui64", "addrgenmode eui64 ");
    let (tx, rx) = link.queues;
    record.field("num_tx_queues", tx, format!("numtxqueues {tx} "));
    record.field("num_rx_queues", rx, format!("numrxqueues {rx} "));
    let tso = if matches!(link.kind, LinkKind::Bridge(_)) && empty_bridge(state, link) {
        65_536u32
    } else {
        524_280
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

fn bridge_of<'a>(state: &'a Namespace, port: &Link) -> Option<&'a BridgeState> {
    match &state.link(&LinkRef::Index(port.master?))?.kind {
        LinkKind::Bridge(bridge) => Some(bridge),
        _ => None,
    }
}

/// A bridge's id: priority and address, the bytes without leading zeros.
pub(crate) fn bridge_id(priority: u16, address: MacAddr) -> String {
    let bytes: Vec<String> = address.0.iter().map(|byte| format!("{byte:x}")).collect();
    format!("{priority:04x}.{}", bytes.join(":"))
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
    let id = bridge_id(bridge.priority, bridge.id_address);
    record.field("bridge_id", id.as_str(), format!("bridge_id {id} "));
    record.field("root_id", id.as_str(), format!("designated_root {id} "));
    for key in [
        "root_port",
        "root_path_cost",
        "topology_change",
        "topology_change_detected",
    ] {
        record.field(key, 0u32, format!("{key} 0 "));
    }
    for key in ["hello_timer", "tcn_timer", "topology_change_timer"] {
        timer(record, key, 0);
    }
    timer(record, "gc_timer", bridge.gc_timer);
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
    record.field(
        "group_addr",
        "01:80:c2:00:00:00",
        "group_address 01:80:c2:00:00:00 ",
    );
    for (key, value) in [
        ("mcast_snooping", u32::from(bridge.mcast_snooping)),
        ("no_linklocal_learn", u32::from(bridge.no_linklocal_learn)),
        ("mcast_vlan_snooping", 0),
        ("mcast_router", 1),
        ("mcast_query_use_ifaddr", 0),
        ("mcast_querier", 0),
        ("mcast_hash_elasticity", 16),
        ("mcast_hash_max", 4096),
        ("mcast_last_member_count", 2),
        ("mcast_startup_query_count", 2),
        ("mcast_last_member_interval", 100),
        ("mcast_membership_interval", 26_000),
        ("mcast_querier_interval", 25_500),
        ("mcast_query_interval", 12_500),
        ("mcast_query_response_interval", 1_000),
        ("mcast_startup_query_interval", 3_124),
        ("mcast_stats_enabled", 0),
        ("mcast_igmp_version", 2),
        ("mcast_mld_version", 1),
        ("nf_call_iptables", 0),
        ("nf_call_ip6tables", 0),
        ("nf_call_arptables", 0),
    ] {
        record.field(key, value, format!("{key} {value} "));
    }
}

fn port_details(record: &mut Record, port: &BridgePort, bridge: Option<&BridgeState>) {
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
    record.field("designated_port", id, format!("designated_port {id} "));
    record.field("designated_cost", 0u32, "designated_cost 0 ");
    let id = bridge.map_or_else(String::new, |b| bridge_id(b.priority, b.id_address));
    record.field("bridge_id", id.as_str(), format!("designated_bridge {id} "));
    record.field("root_id", id.as_str(), format!("designated_root {id} "));
    for key in ["hold_timer", "message_age_timer", "forward_delay_timer"] {
        timer(record, key, 0);
    }
    record.field("topology_change_ack", 0u32, "topology_change_ack 0 ");
    record.field("config_pending", 0u32, "config_pending 0 ");
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
    record.field("multicast_router", 1u32, "mcast_router 1 ");
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

/// Widths of the columns of statistics: as wide as the widest number, at least as its name.
fn columns(names: &[&str], values: &[u64]) -> Vec<usize> {
    let width = |(name, value): (&&str, &u64)| name.len().max(value.to_string().len());
    names.iter().zip(values).map(width).collect()
}

pub(super) fn statistics(record: &mut Record, options: &Options, link: &Link) {
    let stats = &link.stats;
    let end = "\n";
    json_statistics(record, options, link);
    let rx = [
        stats.rx_bytes,
        stats.rx_packets,
        stats.rx_errors,
        stats.rx_dropped,
        stats.rx_missed_errors,
        stats.multicast,
    ];
    let tx = [
        stats.tx_bytes,
        stats.tx_packets,
        stats.tx_errors,
        stats.tx_dropped,
        stats.tx_carrier_errors,
        stats.collisions,
    ];
    let rx_more = [
        stats.rx_length_errors,
        stats.rx_crc_errors,
        stats.rx_frame_errors,
        stats.rx_fifo_errors,
        stats.rx_over_errors,
    ];
    let tx_more = [
        stats.tx_aborted_errors,
        stats.tx_fifo_errors,
        stats.tx_window_errors,
        stats.tx_heartbeat_errors,
        u64::from(link.carrier_changes),
    ];
    let names_rx = ["bytes", "packets", "errors", "dropped", "missed", "mcast"];
    let names_tx = [
        "bytes", "packets", "errors", "dropped", "carrier", "collsns",
    ];
    let more = options.statistics > 1;
    // Both directions share the widths of their columns.
    let mut widths: Vec<usize> = columns(&names_rx, &rx)
        .into_iter()
        .zip(columns(&names_tx, &tx))
        .map(|(a, b)| a.max(b))
        .collect();
    widths[0] = widths[0].max(6);
    let row = |lead: &str, cells: &[String]| {
        let cells: Vec<String> = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:>width$}"))
            .collect();
        format!("{lead} {}", cells.join(" "))
    };
    let texts = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>();
    let numbers = |values: &[u64]| values.iter().map(u64::to_string).collect::<Vec<_>>();
    let tail = "           ";
    record.text(format!("{end}{}{tail}", row("    RX:", &texts(&names_rx))));
    record.text(format!("{end}{} ", row("       ", &numbers(&rx))));
    let errors = |lead: &str, names: [&str; 5], values: [u64; 5]| {
        let width = |at: usize| {
            widths
                .get(at + 1)
                .copied()
                .unwrap_or(7)
                .max(names[at].len())
        };
        let head: Vec<String> = (0..5)
            .map(|i| format!("{:>w$}", names[i], w = width(i)))
            .collect();
        let body: Vec<String> = (0..5)
            .map(|i| format!("{:>w$}", values[i], w = width(i)))
            .collect();
        let pad = " ".repeat(lead.len());
        format!(
            "{end}{lead} {}{end}{pad} {} ",
            head.join(" "),
            body.join(" ")
        )
    };
    if more {
        let names = ["length", "crc", "frame", "fifo", "overrun"];
        record.text(errors("    RX errors:", names, rx_more));
    }
    record.text(format!("{end}{}{tail}", row("    TX:", &texts(&names_tx))));
    record.text(format!("{end}{} ", row("       ", &numbers(&tx))));
    if more {
        let names = ["aborted", "fifo", "window", "heartbt", "transns"];
        record.text(errors("    TX errors:", names, tx_more));
    }
}

fn json_statistics(record: &mut Record, options: &Options, link: &Link) {
    let stats = &link.stats;
    let more = options.statistics > 1;
    record.open_object("stats64");
    record.open_object("rx");
    let rx = [
        ("bytes", stats.rx_bytes),
        ("packets", stats.rx_packets),
        ("errors", stats.rx_errors),
        ("dropped", stats.rx_dropped),
        ("over_errors", stats.rx_over_errors),
        ("multicast", stats.multicast),
        ("length_errors", stats.rx_length_errors),
        ("crc_errors", stats.rx_crc_errors),
        ("frame_errors", stats.rx_frame_errors),
        ("fifo_errors", stats.rx_fifo_errors),
        ("missed_errors", stats.rx_missed_errors),
    ];
    for (key, value) in rx.iter().take(if more { 11 } else { 6 }) {
        record.json(key, *value);
    }
    record.close();
    record.open_object("tx");
    let tx = [
        ("bytes", stats.tx_bytes),
        ("packets", stats.tx_packets),
        ("errors", stats.tx_errors),
        ("dropped", stats.tx_dropped),
        ("carrier_errors", stats.tx_carrier_errors),
        ("collisions", stats.collisions),
        ("aborted_errors", stats.tx_aborted_errors),
        ("fifo_errors", stats.tx_fifo_errors),
        ("window_errors", stats.tx_window_errors),
        ("heartbeat_errors", stats.tx_heartbeat_errors),
        ("carrier_changes", u64::from(link.carrier_changes)),
    ];
    for (key, value) in tx.iter().take(if more { 11 } else { 6 }) {
        record.json(key, *value);
    }
    record.close();
    record.close();
}

/// A device by name in a state, or the complaint of commands that need it.
pub(super) fn wanted<'a>(state: &'a Namespace, name: &str) -> Outcome<&'a Link> {
    super::find(state, name)
        .and_then(|index| state.link(&LinkRef::Index(index)))
        .ok_or_else(|| Failure::no_device(name))
}
