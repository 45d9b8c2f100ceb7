//! What bridges, their ports and their VLANs are set to, setting by setting, and the ends of tunnels: as the
//! familiar commands tell it in JSON, and as the command that sets it is typed.

use netloom_model::link::{LinkKind, OtherKind};
use serde_json::Value;
use std::net::IpAddr;

/// What bridges and ports tell beside what they are set to: what a spanning tree has come to, and times that
/// are left.
const TOLD: [&str; 25] = [
    "bridge_id",
    "root_id",
    "root_port",
    "root_path_cost",
    "topology_change",
    "topology_change_detected",
    "hello_timer",
    "tcn_timer",
    "topology_change_timer",
    "gc_timer",
    "group_fwd_mask_str",
    "fdb_n_learned",
    "mcast_querier_ipv4_addr",
    "mcast_querier_ipv6_addr",
    "state",
    "id",
    "no",
    "designated_port",
    "designated_cost",
    "designated_bridge",
    "designated_root",
    "topology_change_ack",
    "config_pending",
    "message_age_timer",
    "forward_delay_timer",
];

/// Words by which a setting is told, and those by which it is set.
const TYPED: [(&str, &str); 2] = [
    ("group_addr", "group_address"),
    ("multicast_router", "mcast_router"),
];

/// The commands that set what `ip -d -j link` tells of bridges and their ports.
pub(super) fn of_links(told: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for link in told.as_array().into_iter().flatten() {
        let name = text(link, "ifname");
        let about = &link["linkinfo"];
        for (kind, data) in [
            ("info_kind", "info_data"),
            ("info_slave_kind", "info_slave_data"),
        ] {
            let word = match (text(about, kind), kind) {
                ("bridge", "info_kind") => "bridge",
                ("bridge", _) => "bridge_slave",
                _ => continue,
            };
            let set = format!("ip link set {name} type {word}");
            lines.extend(each(&about[data], &set));
        }
    }
    lines
}

/// The commands that set what `bridge -d -j vlan` tells of each VLAN beside that it is there, and `global` of
/// those of bridges.
pub(super) fn of_vlans(told: &Value, global: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for (list, words) in [
        (told, "bridge vlan set"),
        (global, "bridge vlan global set"),
    ] {
        for link in list.as_array().into_iter().flatten() {
            let name = text(link, "ifname");
            for vlan in link["vlans"].as_array().into_iter().flatten() {
                let set = format!("{words} dev {name} vid {}", vlan["vlan"]);
                if let Some(state) = vlan.get("state").and_then(Value::as_str) {
                    lines.push(format!("{set} state {state}"));
                }
                lines.extend(each(vlan, &set));
            }
        }
    }
    lines
}

/// A command for each setting of an object.
fn each(data: &Value, set: &str) -> Vec<String> {
    let passes =
        |key: &str| TOLD.contains(&key) || key.starts_with("vlan") && set.starts_with("bridge");
    let line = |(key, value): (&String, &Value)| {
        let value = match value {
            Value::Bool(on) => if *on { "on" } else { "off" }.to_owned(),
            Value::Number(number) => number.to_string(),
            Value::String(text) => text.clone(),
            _ => return None,
        };
        let typed = TYPED.iter().find(|(told, _)| told == key);
        let key = typed.map_or(key.as_str(), |(_, typed)| typed);
        (!passes(key)).then(|| format!("{set} {key} {value}"))
    };
    data.as_object()
        .into_iter()
        .flatten()
        .filter_map(line)
        .collect()
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key].as_str().unwrap_or_default()
}

/// What the end of a tunnel is made with, as far as it is known.
pub(super) fn of_tunnel(kind: &LinkKind) -> String {
    let LinkKind::Other(other) = kind else {
        return String::new();
    };
    let OtherKind { vxlan, tunnel, .. } = &**other;
    let mut words = String::new();
    let mut say = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            words.push_str(&format!(" {key} {value}"));
        }
    };
    let address = |address: Option<IpAddr>| address.map(|address| address.to_string());
    if let Some(vxlan) = vxlan {
        say("id", Some(vxlan.id.to_string()));
        say("local", address(vxlan.local));
        say("remote", address(vxlan.remote));
        say("dstport", Some(vxlan.port.to_string()));
    }
    if let Some(tunnel) = tunnel {
        say("local", address(tunnel.local));
        say("remote", address(tunnel.remote));
        say("ikey", tunnel.keys.0.map(|key| key.to_string()));
        say("okey", tunnel.keys.1.map(|key| key.to_string()));
    }
    words
}

/// What a line sets: all but the value.
pub(super) fn name(line: &str) -> &str {
    line.rsplit_once(' ').map_or(line, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_told_is_what_is_typed() {
        let told = json!([
            { "ifname": "br0", "linkinfo": { "info_kind": "bridge", "info_data": {
                "stp_state": 1, "group_addr": "01:80:c2:00:00:00", "hello_timer": 0.5 } } },
            { "ifname": "p0", "linkinfo": { "info_kind": "veth", "info_slave_kind": "bridge",
                "info_slave_data": { "state": "forwarding", "hairpin": true, "multicast_router": 1 } } },
            { "ifname": "m0", "linkinfo": { "info_kind": "macvlan", "info_data": { "mode": "vepa" } } },
        ]);
        let lines = [
            "ip link set br0 type bridge group_address 01:80:c2:00:00:00",
            "ip link set br0 type bridge stp_state 1",
            "ip link set p0 type bridge_slave hairpin on",
            "ip link set p0 type bridge_slave mcast_router 1",
        ];
        let mut found = of_links(&told);
        found.sort();
        assert_eq!(found, lines);
        assert_eq!(name(lines[1]), "ip link set br0 type bridge stp_state");
        let vlans = json!([{ "ifname": "p0", "vlans": [
            { "vlan": 5, "flags": ["PVID"], "state": "blocking", "mcast_router": 1 }] }]);
        let global = json!([{ "ifname": "br0", "vlans": [{ "vlan": 5, "mcast_snooping": 0 }] }]);
        assert_eq!(
            of_vlans(&vlans, &global),
            [
                "bridge vlan set dev p0 vid 5 state blocking",
                "bridge vlan set dev p0 vid 5 mcast_router 1",
                "bridge vlan global set dev br0 vid 5 mcast_snooping 0",
            ]
        );
    }
}
