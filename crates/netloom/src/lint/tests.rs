//! Each trap in a world that has it, and in the same world without.

use super::finding::Severity;
use super::findings;
use crate::simulated::after;

/// What one trap finds after some commands.
fn found(trap: &str, commands: &str) -> Vec<(Severity, String)> {
    let all = findings(&after(commands), &[], &[trap.to_owned()]);
    all.into_iter()
        .map(|one| (one.severity, one.text))
        .collect()
}

/// That a trap is found once after some commands, and not after more of them.
#[track_caller]
fn caught(trap: &str, commands: &str, mended: &str) {
    let first = found(trap, commands);
    assert_eq!(first.len(), 1, "{first:?}");
    let then = found(trap, &format!("{commands}\n{mended}"));
    assert_eq!(then, [], "{mended}");
}

const BRIDGE: &str = "
    ip link add br0 type bridge
    ip addr add 10.0.0.1/24 dev br0
    ip netns add a
    ip netns add b
    ip link add va type veth peer name eth0 netns a
    ip link add vb type veth peer name eth0 netns b
    ip link set va master br0 up
    ip link set vb master br0 up
    ip link set br0 up
    ip -n a addr add 10.0.0.2/24 dev eth0
    ip -n b addr add 10.0.0.3/24 dev eth0
    ip -n a link set eth0 up
    ip -n b link set eth0 up
";

#[test]
fn rules_that_translate_need_forwarding() {
    let masquerade =
        format!("{BRIDGE} iptables -t nat -A POSTROUTING -s 10.0.0.0/24 -j MASQUERADE");
    caught(
        "forwarding-off",
        &masquerade,
        "sysctl -w net.ipv4.ip_forward=1",
    );
}

#[test]
fn what_docker_translates_for_names_needs_no_forwarding() {
    let names = "ip link set lo up
        iptables -t nat -A OUTPUT -d 127.0.0.11/32 -p udp --dport 53 -j DNAT --to-destination 127.0.0.11:5353
        iptables -t nat -A POSTROUTING -s 127.0.0.11/32 -p udp --sport 5353 -j SNAT --to-source :53";
    assert_eq!(found("forwarding-off", names), []);
}

#[test]
fn what_this_host_itself_sends_needs_no_forwarding() {
    let dnat = "-p tcp --dport 80 -j DNAT --to-destination 192.0.2.9";
    let of = |chain: &str| format!("iptables -t nat -A {chain} {dnat}");
    assert_eq!(found("forwarding-off", &of("OUTPUT")), []);
    assert_eq!(found("forwarding-off", &of("PREROUTING")).len(), 1);
}

#[test]
fn what_is_never_asked_is_found_by_networks_ranges_and_sets() {
    let after = |first: &str, later: &str| {
        let rules = format!(
            "nft add table ip t
             nft add chain ip t c
             nft add rule ip t c ip saddr 10.9.0.0/16 tcp dport 1 drop
             nft add rule ip t c {first} drop
             nft add rule ip t c ip daddr 10.8.0.0/16 drop
             nft add rule ip t c {later} accept"
        );
        let told = found("rule-never-asked", &rules);
        told.into_iter().map(|(_, text)| text).collect::<Vec<_>>()
    };
    let by_second = ["rule 4 of c is never asked: rule 2 takes all of its packets before"];
    for (first, later) in [
        ("ip saddr 10.0.0.0/8", "ip saddr 10.1.0.0/16"),
        ("ip saddr 10.0.0.0/8", "ip saddr 10.1.2.3 tcp dport 80"),
        ("ip saddr 10.0.0.0/8", "ip saddr 10.1.2.3-10.4.0.0"),
        (
            "ip saddr 10.0.0.0/8",
            "ip saddr { 10.1.2.3, 10.200.0.0/16 }",
        ),
        ("ip saddr 10.1.2.3", "tcp dport 80 ip saddr 10.1.2.3"),
        ("ip saddr 10.1.2.0-10.1.2.9", "ip saddr 10.1.2.3"),
        ("tcp dport 80", "ip saddr 10.1.2.3 tcp dport 80"),
        ("meta l4proto tcp", "ip saddr 10.1.2.3 tcp dport 80"),
    ] {
        assert_eq!(after(first, later), by_second, "{first}, {later}");
    }
    for (first, later) in [
        ("ip saddr 10.1.0.0/16", "ip saddr 10.0.0.0/8"),
        ("ip saddr 10.0.0.0/8", "ip daddr 10.1.0.0/16"),
        ("ip saddr 10.0.0.0/8", "ip saddr 10.1.2.3-11.0.0.0"),
        ("ip saddr 10.0.0.0/8", "ip saddr { 10.1.2.3, 11.0.0.0/16 }"),
        ("ip saddr != 10.0.0.0/8", "ip saddr 11.1.2.3"),
    ] {
        assert_eq!(
            after(first, later),
            Vec::<String>::new(),
            "{first}, {later}"
        );
    }
}

#[test]
fn a_redirect_needs_no_forwarding() {
    let redirect = "iptables -t nat -A PREROUTING -p tcp --dport 80 -j REDIRECT --to-ports 8080";
    assert_eq!(found("forwarding-off", redirect), []);
}

#[test]
fn bridged_frames_meet_the_policy_of_forward() {
    let drop = format!("{BRIDGE} modprobe br_netfilter\niptables -P FORWARD DROP");
    caught(
        "bridged-forward-drop",
        &drop,
        "iptables -A FORWARD -i br0 -o br0 -j ACCEPT",
    );
    caught(
        "bridged-forward-drop",
        &drop,
        "sysctl -w net.bridge.bridge-nf-call-iptables=0",
    );
}

#[test]
fn a_strict_reverse_path_refuses_the_second_uplink() {
    let uplinks = "
        ip link add up1 type dummy
        ip link add up2 type dummy
        ip link set up1 up
        ip link set up2 up
        ip addr add 192.0.2.2/24 dev up1
        ip addr add 198.51.100.2/24 dev up2
        ip route add default via 192.0.2.1 metric 10
        ip route add default via 198.51.100.1 metric 20
        sysctl -w net.ipv4.conf.up2.rp_filter=1
    ";
    caught(
        "reverse-path",
        uplinks,
        "sysctl -w net.ipv4.conf.up2.rp_filter=2",
    );
}

#[test]
fn a_dot_in_the_name_of_a_device_is_a_slash_in_that_of_its_setting() {
    let uplinks = "
        ip link add up.1 type dummy
        ip link add up.2 type dummy
        ip link set up.1 up
        ip link set up.2 up
        ip addr add 192.0.2.2/24 dev up.1
        ip addr add 198.51.100.2/24 dev up.2
        ip route add default via 192.0.2.1 metric 10
        ip route add default via 198.51.100.1 metric 20
        sysctl -w net.ipv4.conf.up/2.rp_filter=1
    ";
    let all = findings(&after(uplinks), &[], &["reverse-path".to_owned()]);
    let [one] = &all[..] else {
        panic!("{all:?}");
    };
    assert_eq!(one.fix, ["sysctl -w net.ipv4.conf.up/2.rp_filter=2"]);
    caught("reverse-path", uplinks, &one.fix[0]);
}

#[test]
fn localhost_does_not_reach_a_host_behind_a_bridge() {
    let port = format!(
        "{BRIDGE} iptables -t nat -A OUTPUT -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2"
    );
    caught(
        "martian-localhost",
        &port,
        "sysctl -w net.ipv4.conf.br0.route_localnet=1",
    );
    let but = format!(
        "{BRIDGE} iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2"
    );
    assert_eq!(found("martian-localhost", &but), []);
}

#[test]
fn a_service_does_not_reach_itself_without_masquerade() {
    let service = format!(
        "{BRIDGE} iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80
         iptables -t nat -A POSTROUTING -s 10.0.0.0/24 ! -o br0 -j MASQUERADE"
    );
    let itself = "iptables -t nat -A POSTROUTING -s 10.0.0.2 -d 10.0.0.2 -j MASQUERADE";
    caught("no-hairpin", &service, itself);
}

#[test]
fn masquerade_behind_an_accept_translates_nothing() {
    let rules = "
        iptables -t nat -A POSTROUTING -s 10.0.0.0/8 -j ACCEPT
        iptables -t nat -A POSTROUTING -s 10.1.0.0/16 -o eth0 -j MASQUERADE
    ";
    caught(
        "masquerade-behind-accept",
        rules,
        "iptables -t nat -D POSTROUTING 1",
    );
    assert_eq!(found("rule-never-asked", rules), []);
}

#[test]
fn a_rule_behind_one_that_takes_all_of_its_packets_is_never_asked() {
    let never = |rules: &str| found("rule-never-asked", rules).len();
    let tcp = "iptables -A INPUT -p tcp -j ACCEPT";
    assert_eq!(
        never(&format!(
            "{tcp}\niptables -A INPUT -p tcp --dport 22 -j DROP"
        )),
        1
    );
    assert_eq!(
        never(&format!(
            "{tcp}\niptables -A INPUT -p udp --dport 22 -j DROP"
        )),
        0
    );
    let net = "iptables -A INPUT -s 10.0.0.0/8 -i eth+ -j DROP";
    assert_eq!(
        never(&format!(
            "{net}\niptables -A INPUT -s 10.1.0.0/16 -i eth0 -j ACCEPT"
        )),
        1
    );
    assert_eq!(
        never(&format!(
            "{net}\niptables -A INPUT -s 10.1.0.0/16 -j ACCEPT"
        )),
        0
    );
    let limited = "iptables -A INPUT -m limit --limit 1/s -j ACCEPT";
    assert_eq!(
        never(&format!(
            "{limited}\niptables -A INPUT -m limit --limit 1/s -j DROP"
        )),
        0
    );
    let all = "iptables -A INPUT -m comment --comment all -j DROP";
    assert_eq!(
        never(&format!("{all}\niptables -A INPUT -p tcp -j ACCEPT")),
        1
    );
}

#[test]
fn a_rule_that_stands_twice_is_only_noted() {
    let twice = "iptables -A INPUT -p tcp --dport 22 -j ACCEPT\niptables -A INPUT -p tcp --dport 22 -j ACCEPT";
    let [(severity, _)] = &found("rule-never-asked", twice)[..] else {
        panic!("found once");
    };
    assert_eq!(*severity, Severity::Note);
}

#[test]
fn legacy_rules_beside_those_of_nf_tables_are_told() {
    let both = "iptables -A INPUT -p tcp -j ACCEPT\niptables-legacy -A INPUT -p tcp -j DROP";
    caught("two-firewalls", both, "iptables-legacy -F");
}

#[test]
fn subnets_of_two_devices_that_overlap_are_told() {
    let devices = "
        ip link add d1 type dummy
        ip link add d2 type dummy
        ip addr add 172.17.0.1/16 dev d1
        ip addr add 172.17.5.1/24 dev d2
    ";
    caught(
        "overlapping-subnets",
        devices,
        "ip addr del 172.17.5.1/24 dev d2",
    );
}

#[test]
fn one_address_of_two_hosts_on_a_bridge_is_told() {
    let twice = format!("{BRIDGE} ip -n b addr add 10.0.0.2/24 dev eth0");
    caught(
        "address-in-use-twice",
        &twice,
        "ip -n b addr del 10.0.0.2/24 dev eth0",
    );
}

#[test]
fn an_address_on_a_port_of_a_bridge_is_told() {
    let port = format!("{BRIDGE} ip addr add 10.9.0.1/24 dev va");
    caught("address-on-a-port", &port, "ip addr del 10.9.0.1/24 dev va");
}

#[test]
fn the_end_that_takes_less_than_the_other_sends_is_told() {
    let less = format!("{BRIDGE} ip -n a link set eth0 mtu 1400");
    caught("mtu-of-two-ends", &less, "ip link set va mtu 1400");
}

#[test]
fn a_way_out_that_takes_less_than_what_comes_in_is_told() {
    let narrow = format!(
        "{BRIDGE} ip link add wan type dummy
         ip link set wan mtu 1400 up
         ip addr add 192.0.2.2/24 dev wan
         ip route add default via 192.0.2.1
         sysctl -w net.ipv4.ip_forward=1"
    );
    let clamp = "iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu";
    caught("mtu-on-the-way", &narrow, clamp);
}

#[test]
fn a_pvid_that_was_left_on_a_trunk_is_told() {
    let trunk = format!(
        "{BRIDGE} ip link set br0 type bridge vlan_filtering 1
         bridge vlan add dev va vid 10"
    );
    caught("pvid-left", &trunk, "bridge vlan del dev va vid 1");
}

#[test]
fn a_mark_that_a_jump_may_change_is_asked_anew() {
    let never = |rules: &str| found("rule-never-asked", rules).len();
    let asks = "-m mark --mark 0x10000/0x10000 -j RETURN";
    let chains = "iptables -N here\niptables -N pol1\niptables -N pol2";
    let calico = format!(
        "{chains}\niptables -A here -j pol1\niptables -A here {asks}\niptables -A here -j pol2\niptables -A here {asks}"
    );
    assert_eq!(never(&calico), 0);
    // Nothing between them changes the mark.
    let twice = format!("{chains}\niptables -A here {asks}\niptables -A here {asks}");
    assert_eq!(never(&twice), 1);
    let set = "ipset create s hash:ip
        iptables -A INPUT -m set --match-set s src -j ACCEPT
        iptables -A INPUT -j SET --add-set s src
        iptables -A INPUT -m set --match-set s src -j DROP";
    assert_eq!(never(set), 0);
    // No mark changes a port.
    let port = "iptables -N pol1
        iptables -A INPUT -p tcp --dport 22 -j ACCEPT
        iptables -A INPUT -j pol1
        iptables -A INPUT -p tcp --dport 22 -j DROP";
    assert_eq!(never(port), 1);
}

#[test]
fn chains_with_many_jumps_are_walked_once() {
    let mut rules = String::new();
    for chain in 0..15 {
        rules += &format!("iptables -t nat -N c{chain}\n");
    }
    rules += "iptables -t nat -A PREROUTING -j c0\n";
    for chain in 0..14 {
        let jump = format!("iptables -t nat -A c{chain} -j c{}\n", chain + 1);
        rules += &jump.repeat(6);
    }
    let service = format!(
        "{BRIDGE}{rules}iptables -t nat -A c14 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.2:80"
    );
    assert_eq!(found("no-hairpin", &service).len(), 1);
}

/// What wg-quick(8) does where everything goes through a tunnel.
#[test]
fn a_tunnel_for_everything_but_itself_is_no_wrong_way_back() {
    let tunnel = "
        ip link add eth0 type dummy
        ip link add wg0 type dummy
        ip link set eth0 up
        ip link set wg0 up
        ip addr add 192.0.2.2/24 dev eth0
        ip addr add 10.9.0.2/32 dev wg0
        ip route add default via 192.0.2.1
        ip route add default dev wg0 table 51820
        ip rule add not fwmark 51820 table 51820
        ip rule add table main suppress_prefixlength 0
        sysctl -w net.ipv4.conf.all.rp_filter=1
    ";
    assert_eq!(found("reverse-path", tunnel), []);
    // Without the rules nothing leads back by the tunnel.
    let gone = format!("{tunnel} ip rule del not fwmark 51820 table 51820");
    assert_eq!(found("reverse-path", &gone).len(), 1);
}

#[test]
fn a_chain_of_both_families_that_drops_bridged_frames_is_told_of_once() {
    let drop = format!(
        "{BRIDGE} modprobe br_netfilter
         nft add table inet own
         nft add chain inet own way '{{ type filter hook forward priority 0; policy drop; }}'"
    );
    let all = findings(&after(&drop), &[], &["bridged-forward-drop".to_owned()]);
    let [one] = &all[..] else {
        panic!("{all:?}");
    };
    let [fix] = &one.fix[..] else {
        panic!("{one:?}");
    };
    assert_eq!(
        fix,
        "nft insert rule inet own way iifname '\"br0\"' oifname '\"br0\"' accept"
    );
    let mended =
        format!("{drop}\nnft insert rule inet own way iifname \"br0\" oifname \"br0\" accept");
    assert_eq!(found("bridged-forward-drop", &mended), []);
    let mapped =
        format!("{drop}\nnft add rule inet own way meta l4proto vmap '{{ tcp : accept }}'");
    assert_eq!(found("bridged-forward-drop", &mapped), []);
}

#[test]
fn segments_that_nft_cuts_are_clamped_too() {
    let clamped = "
        ip link add in type dummy
        ip link add wan type dummy
        ip link set in up
        ip link set wan mtu 1400 up
        ip addr add 10.0.0.1/24 dev in
        ip addr add 192.0.2.2/24 dev wan
        ip route add default via 192.0.2.1
        sysctl -w net.ipv4.ip_forward=1
        nft add table ip own
        nft add chain ip own way '{ type filter hook forward priority 0; }'
        nft add rule ip own way tcp flags syn tcp option maxseg size set rt mtu
    ";
    assert_eq!(found("mtu-on-the-way", clamped), []);
}

#[test]
fn one_address_in_two_vlans_is_of_two_networks() {
    let vlans = format!(
        "{BRIDGE} ip -n b addr add 10.0.0.2/24 dev eth0
         ip link set br0 type bridge vlan_filtering 1
         bridge vlan add dev vb vid 20 pvid untagged"
    );
    assert_eq!(found("address-in-use-twice", &vlans), []);
}

/// What `stale-connection` finds where a connection is remembered after some commands.
fn stale(commands: &str, connection: &str) -> usize {
    let state = format!("{commands}\nconntrack -I -t 100 -u SEEN_REPLY {connection}");
    found("stale-connection", &state).len()
}

#[test]
fn connections_of_ranges_and_of_the_host_itself_are_not_stale() {
    let from = "-p udp -s 192.0.2.9 --sport 4000";
    let to_4 = format!("{from} -d 10.0.0.1 --dport 53 --dst-nat 10.0.0.4");
    let dnat = "iptables -t nat -A PREROUTING -p udp --dport 53 -j DNAT --to-destination";
    assert_eq!(
        stale(&format!("{BRIDGE}{dnat} 10.0.0.3-10.0.0.5"), &to_4),
        0
    );
    assert_eq!(stale(&format!("{BRIDGE}{dnat} 10.0.0.3"), &to_4), 1);
    let netmap = "iptables -t nat -A PREROUTING -d 10.0.0.0/24 -j NETMAP --to 10.0.0.0/29";
    assert_eq!(stale(&format!("{BRIDGE}{netmap}"), &to_4), 0);
    let service = format!("{BRIDGE}{dnat} 10.0.0.3");
    let plain = format!("{from} -d 10.0.0.1 --dport 53");
    assert_eq!(stale(&service, &plain), 1);
    for (ports, found) in [("--dport 50:60", 1), ("! --dport 80", 1), ("--dport 54", 0)] {
        let service = service.replace("--dport 53", ports);
        assert_eq!(stale(&service, &plain), found, "{ports}");
    }
    // PREROUTING never sees what the host sends to itself.
    let own = "-p udp -s 10.0.0.1 --sport 4000 -d 10.0.0.1 --dport 53";
    assert_eq!(stale(&service, own), 0);
    let before =
        format!("{BRIDGE}iptables -t nat -A PREROUTING -s 192.0.2.0/24 -j ACCEPT\n{dnat} 10.0.0.3");
    assert_eq!(stale(&before, &plain), 0);
}

#[test]
fn a_trap_is_not_looked_for_where_what_it_needs_is_missing() {
    use netloom_model::snapshot::Missing;
    let twice = format!("{BRIDGE} ip -n b addr add 10.0.0.2/24 dev eth0");
    let state = after(&twice);
    let only = ["address-in-use-twice".to_owned()];
    let missing = |part: &str| {
        vec![Missing {
            ns: None,
            part: part.to_owned(),
            why: "not read".to_owned(),
        }]
    };
    assert_eq!(findings(&state, &missing("fdb"), &only).len(), 1);
    assert_eq!(super::not_looked_at(&missing("fdb"), &only), [""; 0]);
    assert_eq!(findings(&state, &missing("vlans"), &only), []);
    assert_eq!(
        super::not_looked_at(&missing("vlans"), &only),
        ["vlans: not read (for address-in-use-twice)"]
    );
}

#[test]
fn a_small_table_of_connections_is_full_when_it_is() {
    let limit = "sysctl -w net.netfilter.nf_conntrack_max=4";
    assert_eq!(found("connections-full", limit), []);
    let full: String = (1..=4)
        .map(|n| {
            format!("\nconntrack -I -t 100 -p udp -s 10.0.0.1 -d 10.0.0.2 --sport {n} --dport 53")
        })
        .collect();
    assert_eq!(
        found("connections-full", &format!("{limit}{full}")).len(),
        1
    );
}
