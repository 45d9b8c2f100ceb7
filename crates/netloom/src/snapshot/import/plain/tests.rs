//! Texts as iproute2 prints them.

use super::{json, part};
use crate::snapshot::import::gather::Part;
use netloom_model::Family;
use serde_json::Value;

fn read(part: Part, text: &str) -> Value {
    json(part, text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

#[test]
fn texts_are_known_by_their_first_lines() {
    for (text, expected) in [
        (
            "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default\n",
            Some(Part::Links),
        ),
        (
            "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n",
            Some(Part::Addresses),
        ),
        ("default via 10.0.0.1 dev eth0 \n", Some(Part::Routes(None))),
        (
            "unreachable fd00::/8 dev lo metric 1024 pref medium\n",
            Some(Part::Routes(None)),
        ),
        ("10.0.0.1 dev eth0 scope link \n", Some(Part::Routes(None))),
        (
            "10.0.0.9 dev eth0 lladdr 02:00:00:00:00:09 STALE\n",
            Some(Part::Neighbours),
        ),
        ("10.0.0.9 dev eth0 FAILED\n", Some(Part::Neighbours)),
        (
            "02:00:00:00:00:09 dev eth0 self permanent\n",
            Some(Part::Fdb),
        ),
        (
            "0:\tfrom all lookup local\n32767:\tfrom all lookup default\n",
            Some(Part::Rules(Family::V4)),
        ),
        (
            "0:\tfrom all lookup local\n7:\tfrom fd00::/8 lookup 9\n",
            Some(Part::Rules(Family::V6)),
        ),
        (
            "port              vlan-id  \nv0 1 PVID Egress Untagged\n",
            Some(Part::Vlans),
        ),
        ("id 9 via 10.0.0.7 dev br0 \n", Some(Part::Nexthops)),
        ("hello\n", None),
        ("", None),
    ] {
        assert_eq!(part("a", text), expected, "{text}");
    }
}

#[test]
fn what_could_change_the_meaning_of_a_line_is_not_passed_over() {
    for (part, text, word) in [
        (
            Part::Routes(None),
            "10.0.0.0/8 encap mpls 100 via 10.1.0.1 dev eth0\n",
            "encap",
        ),
        (
            Part::Routes(None),
            "default from 2001:db8::/64 via fe80::1 dev eth0\n",
            "from",
        ),
        (Part::Routes(None), "10.0.0.0/8 dev\n", "dev"),
        (
            Part::Rules(Family::V4),
            "5:\tfrom all tun_id 7 lookup main\n",
            "tun_id",
        ),
        (Part::Rules(Family::V4), "x:\tfrom all lookup main\n", "x"),
        (Part::Neighbours, "10.0.0.9 dev eth0 SLEEPY\n", "SLEEPY"),
        (Part::Links, "Cannot open network namespace\n", "line 1"),
        (
            Part::Addresses,
            "    inet 10.0.0.1/8 scope global eth0\n",
            "no link",
        ),
    ] {
        let said = json(part, text).unwrap_err();
        assert!(said.contains(word), "{said}");
    }
}

#[test]
fn a_link_with_all_that_is_told_of_it() {
    let text = "4: v0@if7: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 xdp qdisc noqueue master br0 state UP group default qlen 1000
    link/ether aa:62:d0:3b:e1:90 brd ff:ff:ff:ff:ff:ff link-netns blue promiscuity 1  allmulti 1 minmtu 68 maxmtu 65535 
    veth 
    bridge_slave state forwarding priority 32 cost 2 hairpin on port_no 0x1 mcast_router 1 isolated off forward_delay_timer   14.93 addrgenmode eui64 numtxqueues 2 numrxqueues 2 
    prog/xdp id 12 name drop_all tag 57cd311f2e27366b jited 
    alias the 5: thing
    altname port-one
    inet 10.3.0.1 peer 10.3.0.2/32 scope global secondary noprefixroute v0:x
       valid_lft 86399sec preferred_lft forever
    RX:  bytes packets errors dropped  missed   mcast           
           180       2      0       0       0       3 
    RX errors:  length    crc   frame    fifo overrun
                     5      0       0       0       0
    TX:  bytes packets errors dropped carrier collsns           
           330       4      0       0       0       0 
";
    let all = read(Part::Addresses, text);
    let link = &all[0];
    for (place, expected) in [
        ("/ifindex", Value::from(4)),
        ("/ifname", "v0".into()),
        ("/link_index", 7.into()),
        ("/link_netns", "blue".into()),
        ("/mtu", 1450.into()),
        ("/master", "br0".into()),
        ("/operstate", "UP".into()),
        ("/address", "aa:62:d0:3b:e1:90".into()),
        ("/promiscuity", 1.into()),
        ("/max_mtu", 65535.into()),
        ("/linkinfo/info_kind", "veth".into()),
        ("/linkinfo/info_slave_kind", "bridge".into()),
        ("/linkinfo/info_slave_data/state", "forwarding".into()),
        ("/linkinfo/info_slave_data/hairpin", true.into()),
        ("/linkinfo/info_slave_data/isolated", false.into()),
        ("/linkinfo/info_slave_data/multicast_router", 1.into()),
        (
            "/linkinfo/info_slave_data/forward_delay_timer",
            14.93.into(),
        ),
        ("/inet6_addr_gen_mode", "eui64".into()),
        ("/num_tx_queues", 2.into()),
        ("/xdp/prog/id", 12.into()),
        ("/xdp/prog/name", "drop_all".into()),
        ("/ifalias", "the 5: thing".into()),
        ("/altnames/0", "port-one".into()),
        ("/addr_info/0/local", "10.3.0.1".into()),
        ("/addr_info/0/address", "10.3.0.2".into()),
        ("/addr_info/0/prefixlen", 32.into()),
        ("/addr_info/0/secondary", true.into()),
        ("/addr_info/0/label", "v0:x".into()),
        ("/addr_info/0/valid_life_time", 86399.into()),
        ("/addr_info/0/preferred_life_time", u32::MAX.into()),
        ("/stats64/rx/packets", 2.into()),
        ("/stats64/rx/multicast", 3.into()),
        ("/stats64/rx/length_errors", 5.into()),
        ("/stats64/tx/packets", 4.into()),
    ] {
        assert_eq!(link.pointer(place), Some(&expected), "{place}");
    }
}

#[test]
fn vlans_of_a_port_stand_below_one_another() {
    let text = "port              vlan-id  \nv0                1 PVID Egress Untagged\n                  5-7\nbr0               1 PVID Egress Untagged\n                    state forwarding mcast_router 1\n";
    let all = read(Part::Vlans, text);
    assert_eq!(all[0]["vlans"][1]["vlanEnd"], 7);
    assert_eq!(all[1]["vlans"][0]["flags"][1], "Egress Untagged");
    assert_eq!(all[1]["vlans"][0]["state"], "forwarding");
}
