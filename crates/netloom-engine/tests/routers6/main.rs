//! What hosts make of router advertisements, good ones and forged ones, and what routers send
//! (`advertised`). Each row was asked of the real kernel first.

#![allow(missing_docs, reason = "a test")]

mod advertised;
#[path = "../common/mod.rs"]
mod common;
mod host;
mod message;

use host::{Host, far};
use message::{ROUTER, message, prefix, route, router, says};
use netloom_model::journey::DropReason;
use netloom_model::{Address, World};
use netloom_wire::ndp::{Prefix, Router, emit_mtu};

#[test]
fn an_advertisement_brings_an_address_and_two_routes() {
    let mut host = Host::with(&[]);
    host.hear(&says(&router(1800), &[&prefix(1).emit()]));
    let expected = ["2001:db8:1::/64 3600s", "::/0 via fe80::2 1800s hops 64"];
    assert_eq!(host.routes(), expected);
    let addresses = host.addresses();
    let [address] = &addresses[..] else {
        panic!("{addresses:?}");
    };
    assert_eq!(address.local.to_string(), "2001:db8:1::ff:fe00:1/64");
    let lifetimes = (address.valid_lft, address.preferred_lft);
    assert_eq!(lifetimes, (Some(3600), Some(1800)));
    host.later(1799);
    assert_eq!(host.routes().len(), 2);
    host.later(2);
    assert_eq!(host.routes(), ["2001:db8:1::/64 1799s"]);
    host.later(1800);
    assert!(host.routes().is_empty() && host.addresses().is_empty());
}

#[test]
fn later_advertisements_change_what_the_first_one_brought() {
    let mut host = Host::with(&[]);
    host.hear(&says(&router(1800), &[&prefix(1).emit()]));
    let told = Router {
        preference: 1,
        hop_limit: 33,
        ..router(1800)
    };
    let for_ever = Prefix {
        valid: u32::MAX,
        preferred: u32::MAX,
        ..prefix(1)
    };
    host.hear(&says(&told, &[&emit_mtu(1400), &for_ever.emit()]));
    let expected = [
        "2001:db8:1::/64",
        "::/0 via fe80::2 1800s high mtu 1400 hops 33",
    ];
    assert_eq!(host.routes(), expected);
    assert_eq!(
        (host.setting("mtu"), host.setting("hop_limit")),
        ("1400".into(), "33".into())
    );
    host.hear(&says(&router(0), &[]));
    assert_eq!(host.routes(), ["2001:db8:1::/64"]);
    // A prefix that ends takes its route along, and leaves the address two hours.
    let ends = Prefix {
        valid: 0,
        preferred: 0,
        ..prefix(1)
    };
    host.hear(&says(&router(0), &[&ends.emit()]));
    assert!(host.routes().is_empty());
    let left = |host: &mut Host| host.addresses()[0].valid_lft;
    assert_eq!(left(&mut host), Some(7200));
    let short = Prefix {
        valid: 3000,
        ..prefix(1)
    };
    host.hear(&says(&router(0), &[&short.emit()]));
    assert_eq!(left(&mut host), Some(7200));
    // What no link here takes is not believed of it.
    host.hear(&says(&router(0), &[&emit_mtu(1200)]));
    host.hear(&says(&router(0), &[&emit_mtu(9000)]));
    assert_eq!(host.setting("mtu"), "1400");
}

#[test]
fn settings_say_what_of_an_advertisement_is_taken() {
    let with = |settings: &[&str]| {
        let mut host = Host::with(settings);
        let told = Router {
            preference: 1,
            ..router(1800)
        };
        let all = [&prefix(1).emit()[..], &emit_mtu(1400)];
        host.hear(&says(&told, &all));
        let addresses = host.addresses().len();
        (host.routes(), addresses)
    };
    let default = "::/0 via fe80::2 1800s high mtu 1400 hops 64";
    let on_link = "2001:db8:1::/64 3600s";
    for (settings, routes, addresses) in [
        (&["accept_ra=0"][..], &[][..], 0),
        (&["forwarding=1"], &[], 0),
        (&["forwarding=1", "accept_ra=2"], &[on_link, default], 1),
        (&["accept_ra_defrtr=0"], &[on_link], 1),
        (&["accept_ra_pinfo=0"], &[default], 0),
        (&["autoconf=0"], &[on_link, default], 0),
        (
            &["accept_ra_min_hop_limit=65"],
            &[on_link, "::/0 via fe80::2 1800s high mtu 1400"],
            1,
        ),
        (
            &["accept_ra_mtu=0"],
            &[on_link, "::/0 via fe80::2 1800s high hops 64"],
            1,
        ),
        (
            &["accept_ra_rtr_pref=0"],
            &[on_link, "::/0 via fe80::2 1800s mtu 1400 hops 64"],
            1,
        ),
        (&["accept_ra_min_lft=2000"], &[on_link], 1),
    ] {
        let expected: Vec<String> = routes.iter().map(|r| (*r).to_owned()).collect();
        assert_eq!(with(settings), (expected, addresses), "{settings:?}");
    }
}

#[test]
fn what_is_forged_is_not_believed() {
    let mut host = Host::with(&[]);
    let one = prefix(0xa).emit();
    let long: &[u8] = &[1, 2, 0, 0, 0, 0, 0, 0];
    let none: &[u8] = &[1, 0, 0, 0, 0, 0, 0, 0];
    let mut damaged = says(&router(1800), &[&one]);
    *damaged.last_mut().unwrap() ^= 1;
    for frame in [
        message(ROUTER, 254, 0, &router(1800), &[&one]),
        message("2001:db8::9", 255, 0, &router(1800), &[&one]),
        message("::", 255, 0, &router(1800), &[&one]),
        message(ROUTER, 255, 1, &router(1800), &[&one]),
        says(&router(1800), &[&one, none]),
        says(&router(1800), &[&one, long]),
        damaged,
    ] {
        host.hear(&frame);
    }
    assert!(host.routes().is_empty() && host.addresses().is_empty());
    assert_eq!(host.dropped(DropReason::NdpMalformed), 6);
    assert_eq!(host.dropped(DropReason::IcmpChecksum), 1);
    // A prefix that lives less than its addresses, a link-local one, one that is not of 64 bits.
    let wrong = Prefix {
        valid: 100,
        preferred: 200,
        ..prefix(2)
    };
    let link_local = Prefix {
        prefix: "fe80::".parse().unwrap(),
        ..prefix(3)
    };
    let wide = Prefix {
        len: 48,
        ..prefix(4)
    };
    let all = [
        &wrong.emit()[..],
        &link_local.emit(),
        &wide.emit(),
        &[3, 1, 0, 0, 0, 0, 0, 0],
    ];
    host.hear(&says(&router(0), &all));
    assert_eq!(host.routes(), ["2001:db8:4::/48 3600s"]);
    assert!(host.addresses().is_empty());
}

#[test]
fn of_several_routers_the_preferred_one_that_answers_is_taken() {
    let mut host = Host::with(&[]);
    host.lab.addr("r", "eth0", "2001:db8:1::2/64");
    let told = |host: &mut Host, who: &str, preference| {
        let told = Router {
            preference,
            ..router(1800)
        };
        host.hear(&message(who, 255, 0, &told, &[&prefix(1).emit()]));
    };
    let way = |host: &mut Host| {
        let query = far();
        let answer = host.lab.0.route_get(&"h".into(), query).unwrap();
        answer.route.nexthops[0].via.unwrap().to_string()
    };
    told(&mut host, "fe80::a", 0);
    told(&mut host, "fe80::b", 3);
    assert_eq!(way(&mut host), "fe80::a");
    told(&mut host, "fe80::b", 1);
    assert_eq!(way(&mut host), "fe80::b");
    // The reserved value counts as medium, and does not change the order.
    told(&mut host, "fe80::b", 2);
    assert_eq!(way(&mut host), "fe80::a");
    told(&mut host, "fe80::b", 1);
    // Whoever was asked and did not answer is passed over.
    host.later(2);
    host.lab.explain("h", common::ping("2001:db8:77::1"));
    let socket = host
        .lab
        .0
        .open(&"h".into(), netloom_model::socket::SocketKind::Ping6)
        .unwrap();
    let mut echo = [0; 8];
    echo[0] = 128;
    let to = Some(("2001:db8:77::1".parse().unwrap(), 0));
    host.lab.0.send(socket, to, &echo).unwrap();
    host.later(5);
    assert_eq!(way(&mut host), "fe80::a");
}

#[test]
fn routes_that_a_router_tells_of_are_taken_where_settings_say_so() {
    let with = |settings: &[&str]| {
        let mut host = Host::with(settings);
        let mut all = route(9, 48, 1).to_vec();
        all.extend(route(8, 64, 3));
        all.extend(route(7, 65, 0));
        all.extend(route(6, 32, 2));
        host.hear(&says(&router(0), &[&all]));
        host.routes()
    };
    assert!(with(&[]).is_empty());
    let (low, high) = (
        "2001:db8:8::/64 via fe80::2 600s low",
        "2001:db8:9::/48 via fe80::2 600s high",
    );
    let most = "accept_ra_rt_info_max_plen=64";
    assert_eq!(with(&[most]), [low, high]);
    assert_eq!(with(&[most, "accept_ra_rt_info_min_plen=49"]), [low]);
}

#[test]
fn identifiers_are_made_as_the_mode_says() {
    let with = |settings: &[&str]| {
        let mut host = Host::with(settings);
        host.hear(&says(&router(0), &[&prefix(1).emit()]));
        let address = host.addresses().remove(0);
        (address.local.addr.to_string(), address.flags.stable_privacy)
    };
    let hardware = ("2001:db8:1::ff:fe00:1".to_owned(), false);
    assert_eq!(with(&["addr_gen_mode=0"]), hardware);
    assert_eq!(with(&["addr_gen_mode=1"]), hardware);
    let stable = "2001:db8:1:0:50e7:9fce:95a6:4679".to_owned();
    assert_eq!(with(&["stable_secret=2001:db8::1"]), (stable, true));
    let (random, is_stable) = with(&["addr_gen_mode=3"]);
    assert!(is_stable && random != hardware.0);
}

#[test]
fn temporary_addresses_follow_each_other() {
    let mut host = Host::with(&[
        "use_tempaddr=2",
        "temp_prefered_lft=1000",
        "temp_valid_lft=2000",
        "max_desync_factor=0",
    ]);
    let told = Prefix {
        valid: 5000,
        preferred: 5000,
        ..prefix(1)
    };
    host.hear(&says(&router(1800), &[&told.emit()]));
    let temporary = |host: &mut Host| -> Vec<Address> {
        let all = host.addresses();
        all.into_iter().filter(|a| a.flags.temporary).collect()
    };
    let first = temporary(&mut host);
    assert_eq!(first.len(), 1);
    let lifetimes = (first[0].valid_lft, first[0].preferred_lft);
    assert_eq!(lifetimes, (Some(2000), Some(1000)));
    // It is what packets come from.
    host.later(3);
    let query = far();
    let answer = host.lab.0.route_get(&"h".into(), query).unwrap();
    assert_eq!(answer.source, Some(first[0].local.addr));
    // The next one is made a little before the first is no longer preferred.
    host.later(985);
    assert_eq!(temporary(&mut host).len(), 1);
    host.later(10);
    assert_eq!(temporary(&mut host).len(), 2);
    host.later(1002);
    let left = temporary(&mut host);
    assert!(left.iter().all(|a| a.local != first[0].local), "{left:?}");
}
