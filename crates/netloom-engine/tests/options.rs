//! IP options on their way, as a router and a host of Linux answer the same frames.

mod common;

use common::Lab;
use netloom_model::World;
use netloom_model::journey::{DropReason, Event, Explain, Head, Journey, Origin, Probe, Verdict};
use netloom_wire::{EtherType, IpProtocol, MacAddr, ethernet, icmpv4, ipv4};
use std::net::Ipv4Addr;

const ASKER: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 1);
const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 0, 1, 254);

/// 10.0.1.1 - router - 10.0.2.2, which takes source routes or not.
fn routed(source_routes: bool) -> Lab {
    let mut lab = Lab::default();
    for ns in ["left", "router", "right"] {
        lab.ns(ns);
        let all = "net.ipv4.conf.all.accept_source_route";
        lab.sysctl(ns, all, if source_routes { "1" } else { "0" });
    }
    lab.veth(("left", "eth0"), ("router", "r0"));
    lab.veth(("right", "eth0"), ("router", "r1"));
    lab.addr("left", "eth0", "10.0.1.1/24");
    lab.addr("router", "r0", "10.0.1.254/24");
    lab.addr("router", "r1", "10.0.2.254/24");
    lab.addr("right", "eth0", "10.0.2.2/24");
    lab.route("left", "0.0.0.0/0", "10.0.1.254");
    lab.route("right", "0.0.0.0/0", "10.0.2.254");
    lab.sysctl("router", "net.ipv4.ip_forward", "1");
    lab
}

/// An echo request with options arrives at the router.
fn ask(lab: &mut Lab, dst: Ipv4Addr, options: &[u8]) -> Journey {
    let echo = icmpv4::Echo {
        ident: 7,
        seq: 1,
        data: b"abcdefgh",
    };
    let echo = icmpv4::Repr::EchoRequest(echo);
    let repr = ipv4::Repr {
        src: ASKER,
        dst,
        protocol: IpProtocol::ICMP,
        options,
        payload_len: echo.buffer_len(),
        ..ipv4::Repr::default()
    };
    let at = ethernet::HEADER_LEN + repr.header_len();
    let mut frame = vec![0; at + echo.buffer_len()];
    ethernet::Header {
        dst: lab.link("router", "r0").address,
        src: MacAddr([2, 0, 0, 0, 0, 1]),
        ethertype: EtherType::IPV4,
    }
    .emit(&mut frame);
    repr.emit(&mut frame[ethernet::HEADER_LEN..]);
    echo.emit(&mut frame[at..]);
    let explain = Explain {
        ns: "router".into(),
        probe: Probe::Receive {
            dev: "r0".to_owned(),
            frame,
        },
        what_if: Vec::new(),
        max_steps: 10_000,
        states: false,
    };
    lab.0.explain(explain).unwrap()
}

/// The options of the answer of a kind as it arrives, and the bytes behind its header.
fn answer(journey: &Journey, origin: Origin) -> Option<(Vec<u8>, Vec<u8>)> {
    let id = journey.packets.iter().find(|p| p.origin == origin)?.id;
    let heads = journey.steps.iter().filter(|step| step.packet == id);
    let whole = |head: &Head| {
        let start = if head.ethernet {
            ethernet::HEADER_LEN
        } else {
            0
        };
        let header = ipv4::Packet::new_checked(&head.bytes[start..]).ok()?;
        let rest = header.payload().to_vec();
        header
            .verify_checksum()
            .then(|| (header.options().to_vec(), rest))
    };
    heads
        .filter_map(|step| step.head.as_ref().and_then(whole))
        .next_back()
}

fn hex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn a_source_route_is_refused_unless_the_host_accepts_them() {
    let journey = ask(&mut routed(false), ROUTER, &hex("018307040a000202"));
    assert!(
        matches!(
            journey.verdict,
            Verdict::Dropped {
                reason: DropReason::SourceRoute,
                ..
            }
        ),
        "{journey:#?}"
    );
}

#[test]
fn a_source_route_is_followed_and_goes_back_by_its_stops() {
    let mut lab = routed(true);
    for (asked, answered) in [
        ("018307040a000202", "8307080a0001fe00"),
        ("018907040a000202", "8907080a0001fe00"),
        ("01830b040a0002fe0a000202", "830b0c0a0002fe0a0001fe00"),
    ] {
        let journey = ask(&mut lab, ROUTER, &hex(asked));
        let (options, _) = answer(&journey, Origin::IcmpReply).expect(asked);
        assert_eq!(options, hex(answered), "{journey:#?}");
    }
}

#[test]
fn a_stop_that_cannot_be_reached_ends_the_packet() {
    let journey = ask(&mut routed(true), ROUTER, &hex("018307040a090909"));
    assert!(
        answer(&journey, Origin::IcmpReply).is_none(),
        "{journey:#?}"
    );
    assert!(
        matches!(
            journey.verdict,
            Verdict::Dropped {
                reason: DropReason::IpOptions,
                ..
            }
        ),
        "{journey:#?}"
    );
}

#[test]
fn a_wrong_option_is_told_with_the_place_of_its_wrong_byte() {
    let mut lab = routed(true);
    let far = Ipv4Addr::new(10, 0, 2, 2);
    for (dst, options, pointer) in [
        (ROUTER, "01830704", 0x15),
        (ROUTER, "018307030a000202", 0x17),
        (ROUTER, "0107060400000000", 0x17),
        (far, "018907040a000202", 0x10),
    ] {
        let journey = ask(&mut lab, dst, &hex(options));
        let (_, icmp) = answer(&journey, Origin::IcmpError).expect(options);
        assert_eq!(
            (icmp[0], icmp[1], icmp[4]),
            (12, 0, pointer),
            "{journey:#?}"
        );
    }
}

#[test]
fn a_timestamp_names_the_host_that_answers() {
    let asked = hex("440c0501000000000000000000000000");
    let journey = ask(&mut routed(true), ROUTER, &asked);
    let (options, _) = answer(&journey, Origin::IcmpReply).unwrap();
    // One slot is all there was: the asker finds none, and is counted.
    assert_eq!(options[..8], hex("440c0d110a0001fe"), "{journey:#?}");
}

#[test]
fn a_journey_tells_who_wrote_to_the_options() {
    let far = Ipv4Addr::new(10, 0, 2, 2);
    let asked = hex("070b04000000000000000000");
    let journey = ask(&mut routed(true), far, &asked);
    let met: Vec<String> = journey
        .steps
        .iter()
        .filter_map(|step| match &step.event {
            Event::Recorded { address } => Some(address.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(met[..3], ["10.0.1.254", "10.0.2.254", "10.0.2.2"]);
}
