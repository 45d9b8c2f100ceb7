//! IPv6 through whole networks: who is reached, where the others end, and what it costs.

mod common;

use common::{Lab, ping};
use netloom_model::journey::{DropReason, Origin, ProbeProtocol, ProbeSend, Verdict};
use netloom_model::{Time, World};

fn reason(verdict: &Verdict) -> Option<DropReason> {
    match verdict {
        Verdict::Dropped { reason, .. } => Some(*reason),
        _ => None,
    }
}

fn delivered(verdict: Option<&Verdict>) -> bool {
    matches!(verdict, Some(Verdict::Delivered { .. }))
}

/// a - r - b, with addresses that are known to be free, and without routes and forwarding.
fn routed() -> Lab {
    let mut lab = Lab::v6();
    for ns in ["a", "r", "b"] {
        lab.ns(ns);
    }
    lab.veth(("a", "a0"), ("r", "r0"));
    lab.veth(("b", "b0"), ("r", "r1"));
    lab.addr("a", "a0", "2001:db8:1::2/64");
    lab.addr("r", "r0", "2001:db8:1::1/64");
    lab.addr("r", "r1", "2001:db8:2::1/64");
    lab.addr("b", "b0", "2001:db8:2::2/64");
    later(&mut lab, 5);
    lab
}

fn later(lab: &mut Lab, seconds: u64) {
    let until = Time(lab.0.engine.now().0 + seconds * 1_000_000_000);
    lab.0.sleep_until(until).unwrap();
}

#[test]
fn an_address_is_used_only_once_it_is_known_to_be_free() {
    let mut lab = Lab::v6();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "v0"), ("b", "v1"));
    lab.addr("a", "v0", "2001:db8::1/64");
    lab.addr("b", "v1", "2001:db8::2/64");
    let journey = lab.explain("a", ping("2001:db8::2"));
    // Until then the loopback's address is the only one, and it cannot come from outside.
    assert_eq!(reason(&journey.verdict), Some(DropReason::MartianSource));
    later(&mut lab, 5);
    let journey = lab.explain("a", ping("2001:db8::2"));
    assert!(delivered(journey.back.as_ref()), "{journey:#?}");
    let solicited = |p: &netloom_model::journey::JourneyPacket| {
        matches!(p.origin, Origin::NeighbourSolicitation)
    };
    assert!(journey.packets.iter().any(solicited), "{journey:#?}");
}

#[test]
fn a_router_forwards_only_when_told_to() {
    let mut lab = routed();
    let journey = lab.explain("a", ping("2001:db8:2::2"));
    assert_eq!(reason(&journey.verdict), Some(DropReason::NoRoute));
    lab.route("a", "::/0", "2001:db8:1::1");
    let journey = lab.explain("a", ping("2001:db8:2::2"));
    assert_eq!(reason(&journey.verdict), Some(DropReason::ForwardingOff));
    lab.sysctl("r", "net.ipv6.conf.all.forwarding", "1");
    lab.route("b", "::/0", "2001:db8:2::1");
    let journey = lab.explain("a", ping("2001:db8:2::2"));
    assert!(delivered(Some(&journey.verdict)), "{journey:#?}");
    assert!(delivered(journey.back.as_ref()), "{journey:#?}");
}

#[test]
fn a_neighbour_that_does_not_answer_is_named() {
    let mut lab = routed();
    let journey = lab.explain("a", ping("2001:db8:1::77"));
    assert_eq!(reason(&journey.verdict), Some(DropReason::NeighbourFailed));
}

#[test]
fn a_link_local_source_does_not_leave_its_link() {
    let mut lab = routed();
    lab.route("a", "::/0", "2001:db8:1::1");
    lab.sysctl("r", "net.ipv6.conf.all.forwarding", "1");
    let state = lab.state("a");
    let mut own = state.addresses.iter().map(|a| a.local.addr);
    let own = own.rfind(|a| a.to_string().starts_with("fe80"));
    let probe = ProbeSend {
        from: own,
        ..ping("2001:db8:2::2")
    };
    let probe = netloom_model::journey::Explain {
        ns: "r".into(),
        probe: netloom_model::journey::Probe::ReceiveIp {
            dev: "r0".to_owned(),
            packet: probe,
        },
        what_if: Vec::new(),
        max_steps: 1000,
        states: false,
    };
    let journey = lab.0.explain(probe).unwrap();
    assert_eq!(reason(&journey.verdict), Some(DropReason::BeyondScope));
}

#[test]
fn a_port_where_nobody_listens_is_told_and_a_segment_reset() {
    let mut lab = routed();
    for (protocol, answer) in [
        (ProbeProtocol::Udp, Origin::IcmpError),
        (ProbeProtocol::Tcp, Origin::TcpReset),
    ] {
        let probe = ProbeSend {
            protocol,
            port: 80,
            ..ping("2001:db8:1::1")
        };
        let journey = lab.explain("a", probe);
        assert_eq!(reason(&journey.verdict), Some(DropReason::NoSocket));
        let answers = journey.packets.iter().filter(|p| p.origin == answer);
        assert_eq!(answers.count(), 1, "{journey:#?}");
    }
}

#[test]
fn explaining_changes_nothing() {
    let mut lab = routed();
    let before = lab.state("a");
    lab.explain("a", ping("2001:db8:1::1"));
    assert_eq!(lab.state("a"), before);
}

#[test]
fn random_frames_of_ipv6_panic_nowhere() {
    let mut lab = routed();
    lab.sysctl("r", "net.ipv6.conf.all.forwarding", "1");
    let router = lab.link("r", "r0").address;
    let engine = &mut lab.0.engine;
    let port = engine.port(&"r".into(), &"r0".into()).unwrap();
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for round in 0..20_000 {
        let len = 54 + (random() % 200) as usize;
        let mut frame: Vec<u8> = (0..len).map(|_| random() as u8).collect();
        frame[..6].copy_from_slice(&router.0);
        frame[12..14].copy_from_slice(&[0x86, 0xdd]);
        frame[14] = 0x60;
        let payload = if round % 5 == 0 { len } else { len - 54 };
        frame[18..20].copy_from_slice(&(payload as u16).to_be_bytes());
        // Headers that are known, and hop limits that let discovery in.
        frame[20] = [0, 6, 17, 43, 44, 58, 59, 60][(random() % 8) as usize];
        frame[21] = [0, 1, 64, 255][(random() % 4) as usize];
        let to: [u8; 16] = match random() % 4 {
            0 => "2001:db8:1::1"
                .parse::<std::net::Ipv6Addr>()
                .unwrap()
                .octets(),
            1 => "2001:db8:2::2"
                .parse::<std::net::Ipv6Addr>()
                .unwrap()
                .octets(),
            2 => "ff02::1".parse::<std::net::Ipv6Addr>().unwrap().octets(),
            _ => "ff02::1:ff00:1"
                .parse::<std::net::Ipv6Addr>()
                .unwrap()
                .octets(),
        };
        frame[38..54].copy_from_slice(&to);
        if round % 2 == 0 {
            frame[22..38].copy_from_slice(&to);
            frame[37] ^= 3;
        }
        engine.inject(port, &frame);
        engine.run();
    }
    assert!(lab.link("r", "r0").stats.rx_packets >= 20_000);
}

/// A router advertisement from fe80::2 at 02:00:00:00:00:02: a default route for `lifetime` seconds,
/// and the prefix 2001:db8:7::/64.
fn advertisement(lifetime: u16) -> Vec<u8> {
    use netloom_wire::icmpv6::{Repr, Type};
    use netloom_wire::ndp::{Prefix, Router, kind, put_lladdr};
    use netloom_wire::{EtherType, IpProtocol, MacAddr, ethernet, ipv6};
    let (src, dst) = ("fe80::2".parse().unwrap(), "ff02::1".parse().unwrap());
    let router = Router {
        hop_limit: 64,
        lifetime,
        ..Router::default()
    };
    let prefix = Prefix {
        prefix: "2001:db8:7::".parse().unwrap(),
        len: 64,
        on_link: true,
        autonomous: true,
        valid: 3600,
        preferred: 1800,
    };
    let (rest, fields) = router.emit();
    let mut lladdr = [0; 8];
    let mac = MacAddr([2, 0, 0, 0, 0, 2]);
    put_lladdr(&mut lladdr, kind::SOURCE_LLADDR, mac);
    let body = [&fields[..], &lladdr, &prefix.emit()].concat();
    let message = Repr {
        msg_type: Type::ROUTER_ADVERTISEMENT,
        code: 0,
        rest,
        body: &body,
    };
    let header = ipv6::Repr {
        src,
        dst,
        next_header: IpProtocol::ICMPV6,
        hop_limit: 255,
        payload_len: message.buffer_len(),
        ..ipv6::Repr::default()
    };
    let mut frame = vec![0; 14 + header.buffer_len()];
    ethernet::Header {
        dst: MacAddr::from_ipv6_multicast(dst),
        src: mac,
        ethertype: EtherType::IPV6,
    }
    .emit(&mut frame);
    header.emit(&mut frame[14..]);
    message.emit(&mut frame[54..], src, dst);
    frame
}

#[test]
fn a_host_makes_an_address_and_a_default_route_of_an_advertisement() {
    let mut lab = routed();
    let hear = |lab: &mut Lab, lifetime| {
        let engine = &mut lab.0.engine;
        let port = engine.port(&"a".into(), &"a0".into()).unwrap();
        engine.inject(port, &advertisement(lifetime));
        engine.run();
        later(lab, 3);
    };
    let default = |lab: &mut Lab| {
        let routes = lab.state("a").routes;
        routes.into_iter().find(|r| r.dst.to_string() == "::/0")
    };
    let made = |lab: &mut Lab| {
        let all = lab.state("a").addresses;
        let made = all.into_iter().find(|a| {
            let text = a.local.to_string();
            text.starts_with("2001:db8:7:0:") || text.starts_with("2001:db8:7::")
        });
        made.is_some_and(|a| a.valid_lft == Some(3597) && !a.flags.tentative)
    };
    hear(&mut lab, 1800);
    assert!(made(&mut lab));
    let route = default(&mut lab).unwrap();
    assert_eq!(route.expires, Some(1797));
    assert_eq!(route.protocol, netloom_model::route::protocol::RA);
    assert_eq!(route.metrics.hoplimit, 64);
    // A lifetime of nothing takes the route away; the address stays.
    hear(&mut lab, 0);
    assert_eq!(default(&mut lab), None);
    hear(&mut lab, 60);
    assert!(default(&mut lab).is_some());
    later(&mut lab, 60);
    assert_eq!(default(&mut lab), None);
    // A router believes no other.
    lab.sysctl("a", "net.ipv6.conf.all.forwarding", "1");
    hear(&mut lab, 1800);
    assert_eq!(default(&mut lab), None);
}
