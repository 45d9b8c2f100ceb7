//! Forged messages of neighbour discovery: what came from another link, is damaged, or is told by
//! whoever is not asked, changes nothing (RFC 4861 section 7.1, 8.1).

#![allow(missing_docs, reason = "a test")]

mod common;

use common::Lab;
use core::net::{IpAddr, Ipv6Addr};
use netloom_engine::Port;
use netloom_model::journey::DropReason;
use netloom_model::{
    Change, LinkSettings, MacAddr, Mode, NeighbourState, NextHop, Route, Time, World,
};
use netloom_wire::icmpv6::{Repr, Type};

const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
const ROUTER: &str = "fe80::2";
const HOST: &str = "2001:db8::1";
const FAR: &str = "2001:db8:9::9";

/// A host with a default route, and what it hears.
struct Host {
    lab: Lab,
    door: Port,
}

impl Host {
    fn new() -> Host {
        let mut lab = Lab::v6();
        lab.ns("h");
        lab.ns("r");
        lab.veth(("h", "eth0"), ("r", "eth0"));
        lab.set(
            "h",
            "eth0",
            LinkSettings {
                address: Some(MAC),
                ..LinkSettings::default()
            },
        );
        lab.addr("h", "eth0", &format!("{HOST}/64"));
        lab.addr("r", "eth0", "2001:db8::2/64");
        let until = Time(lab.0.engine.now().0 + 5_000_000_000);
        lab.0.sleep_until(until).unwrap();
        let hop = NextHop {
            via: Some(ROUTER.parse().unwrap()),
            dev: Some(lab.link("h", "eth0").index),
            weight: 1,
            ..NextHop::default()
        };
        let route = Route {
            nexthops: vec![hop],
            ..Route::new("::/0".parse().unwrap())
        };
        lab.apply(Change::AddRoute {
            ns: "h".into(),
            route,
            mode: Mode::Add,
        });
        let door = lab.0.engine.port(&"h".into(), &"eth0".into()).unwrap();
        Host { lab, door }
    }

    fn hear(&mut self, (src, dst, hops): (&str, &str, u8), message: (Type, u8, u32, &[u8])) {
        let (src, dst): (Ipv6Addr, Ipv6Addr) = (src.parse().unwrap(), dst.parse().unwrap());
        let (msg_type, code, rest, body) = message;
        let repr = Repr {
            msg_type,
            code,
            rest,
            body,
        };
        let mut bytes = vec![0; repr.buffer_len()];
        repr.emit(&mut bytes, src, dst);
        let mac = if dst.is_multicast() {
            MacAddr::from_ipv6_multicast(dst)
        } else {
            MAC
        };
        let mut frame = [&mac.0[..], &[2, 0, 0, 0, 0, 2, 0x86, 0xdd, 0x60, 0, 0, 0]].concat();
        frame.extend((bytes.len() as u16).to_be_bytes());
        frame.extend([58, hops]);
        frame.extend(src.octets());
        frame.extend(dst.octets());
        frame.extend(bytes);
        self.lab.0.engine.inject(self.door, &frame);
        self.lab.0.engine.run();
    }

    fn neighbour(&mut self, addr: &str) -> Option<(NeighbourState, Option<MacAddr>)> {
        let addr: IpAddr = addr.parse().unwrap();
        let all = self.lab.state("h").neighbours;
        let found = all.into_iter().find(|n| n.dst == addr)?;
        Some((found.state, found.lladdr))
    }

    fn gateway(&mut self, to: &str) -> Option<IpAddr> {
        let query = netloom_model::route::RouteQuery {
            to: to.parse().unwrap(),
            from: None,
            iif: None,
            oif: None,
            mark: 0,
            tos: 0,
            protocol: 0,
            ports: (0, 0),
            uid: 0,
            fibmatch: false,
        };
        let answer = self.lab.0.route_get(&"h".into(), query).unwrap();
        answer.route.nexthops[0].via
    }

    fn malformed(&self) -> u64 {
        let drops = self.lab.0.engine.drops(&"h".into(), Some(&"eth0".into()));
        let drops = drops.unwrap();
        drops.get(&DropReason::NdpMalformed).copied().unwrap_or(0)
    }
}

/// A target and an option with a hardware address.
fn about(target: &str, kind: u8, mac: [u8; 6]) -> Vec<u8> {
    let target: Ipv6Addr = target.parse().unwrap();
    [&target.octets()[..], &[kind, 1], &mac].concat()
}

const EVIL: [u8; 6] = [2, 0, 0, 0, 0, 0x66];
const OVERRIDE: u32 = 1 << 29;
const SOLICITED: u32 = 1 << 30;

#[test]
fn forged_advertisements_change_no_neighbour() {
    let mut host = Host::new();
    host.lab.explain("h", common::ping("2001:db8::2"));
    let good = about("2001:db8::2", 2, EVIL);
    let from = "2001:db8::2";
    let advertisement = Type::NEIGHBOUR_ADVERTISEMENT;
    // Nobody asked for it: there is no entry, and none is made.
    host.hear((from, "ff02::1", 255), (advertisement, 0, OVERRIDE, &good));
    assert_eq!(host.neighbour(from), None);
    let before = host.malformed();
    let mut without_length = good.clone();
    without_length[17] = 0;
    let group = about("ff02::5", 2, EVIL);
    for (ends, message) in [
        ((from, HOST, 254), (advertisement, 0, OVERRIDE, &good[..])),
        ((from, HOST, 255), (advertisement, 1, OVERRIDE, &good)),
        (
            (from, HOST, 255),
            (advertisement, 0, OVERRIDE, &without_length),
        ),
        ((from, HOST, 255), (advertisement, 0, OVERRIDE, &group)),
        ((from, HOST, 255), (advertisement, 0, OVERRIDE, &good[..12])),
        // An answer is for whoever asked.
        ((from, "ff02::1", 255), (advertisement, 0, SOLICITED, &good)),
    ] {
        host.hear(ends, message);
    }
    assert_eq!(host.malformed() - before, 6);
    assert_eq!(host.neighbour(from), None);
}

#[test]
fn forged_solicitations_teach_nothing() {
    let mut host = Host::new();
    let good = about(HOST, 1, EVIL);
    let solicitation = Type::NEIGHBOUR_SOLICITATION;
    let group = "ff02::1:ff00:1";
    let before = host.malformed();
    for (ends, message) in [
        (("2001:db8::66", group, 64), (solicitation, 0, 0, &good[..])),
        (("2001:db8::66", group, 255), (solicitation, 9, 0, &good)),
        // Whoever has no address yet tells of none, and asks the group alone.
        (("::", group, 255), (solicitation, 0, 0, &good)),
        (("::", HOST, 255), (solicitation, 0, 0, &good[..16])),
    ] {
        host.hear(ends, message);
    }
    assert_eq!(host.malformed() - before, 4);
    assert_eq!(host.neighbour("2001:db8::66"), None);
    host.hear(("2001:db8::66", group, 255), (solicitation, 0, 0, &good));
    // The good one is answered, by what it told.
    let learned = Some((NeighbourState::Delay, Some(MacAddr(EVIL))));
    assert_eq!(host.neighbour("2001:db8::66"), learned);
}

#[test]
fn forged_redirects_move_no_route() {
    let mut host = Host::new();
    let via = host.gateway(FAR);
    let redirect = Type::REDIRECT;
    let to = |target: &str, dst: &str| {
        let (target, dst): (Ipv6Addr, Ipv6Addr) = (target.parse().unwrap(), dst.parse().unwrap());
        [target.octets(), dst.octets()].concat()
    };
    let good = to("fe80::66", FAR);
    let global = to("2001:db8::66", FAR);
    let group = to("fe80::66", "ff05::1");
    for (ends, body) in [
        // From another link, from no link-local address, from no router of that destination.
        ((ROUTER, HOST, 254), &good),
        (("2001:db8::2", HOST, 255), &good),
        (("fe80::77", HOST, 255), &good),
        ((ROUTER, HOST, 255), &global),
        ((ROUTER, HOST, 255), &group),
    ] {
        host.hear(ends, (redirect, 0, 0, body));
        assert_eq!(host.gateway(FAR), via);
    }
    assert!(host.malformed() >= 4);
    host.hear((ROUTER, HOST, 255), (redirect, 0, 0, &good));
    assert_eq!(host.gateway(FAR), Some("fe80::66".parse().unwrap()));
}
