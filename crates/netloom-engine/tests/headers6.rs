//! Extension headers and fragments of IPv6: what is answered, what is refused with a parameter
//! problem, and where it points. Each row was asked of the real kernel first.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::Lab;
use core::net::Ipv6Addr;
use netloom_engine::Port;
use netloom_model::journey::DropReason;
use netloom_model::socket::{Received, SocketId, SocketKind};
use netloom_model::{LinkSettings, MacAddr, Time, World};
use netloom_wire::icmpv6;
use netloom_wire::ipv6::extension::Fragment;

const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 2]);
const A: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1);
const B: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 2);
const GROUP: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);

const HOP_BY_HOP: u8 = 0;
const ROUTING: u8 = 43;
const FRAGMENT: u8 = 44;
const ICMP: u8 = 58;
const DESTINATION: u8 = 60;
const UNKNOWN: u8 = 200;

/// What comes back: an echo reply, or the code of a parameter problem and where it points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Back {
    Reply,
    Problem(u8, u32),
    TimeExceeded,
}

/// Two hosts on a cable; the first hears what comes back.
struct Cable {
    lab: Lab,
    socket: SocketId,
    door: Port,
}

impl Cable {
    fn new() -> Cable {
        let mut lab = Lab::v6();
        for ns in ["a", "b"] {
            lab.ns(ns);
            lab.sysctl(ns, "net.ipv6.icmp.ratelimit", "0");
        }
        lab.veth(("a", "eth0"), ("b", "eth0"));
        let address = Some(MAC);
        lab.set(
            "b",
            "eth0",
            LinkSettings {
                address,
                ..LinkSettings::default()
            },
        );
        lab.addr("a", "eth0", &format!("{A}/64"));
        lab.addr("b", "eth0", &format!("{B}/64"));
        later(&mut lab, 5);
        let socket = lab.0.open(&"a".into(), SocketKind::Raw6(ICMP)).unwrap();
        let door = lab.0.engine.port(&"b".into(), &"eth0".into()).unwrap();
        Cable { lab, socket, door }
    }

    fn send(&mut self, frames: &[Vec<u8>]) -> Option<Back> {
        for frame in frames {
            self.lab.0.engine.inject(self.door, frame);
            self.lab.0.engine.run();
        }
        self.heard()
    }

    fn heard(&mut self) -> Option<Back> {
        let now = self.lab.0.engine.now();
        let mut back = None;
        while let Received::Datagram(got) = self.lab.0.receive(self.socket, now).unwrap() {
            let message = icmpv6::Packet::new_checked(&got.data[..]).unwrap();
            back = match message.msg_type() {
                icmpv6::Type::ECHO_REPLY => Some(Back::Reply),
                icmpv6::Type::PARAMETER_PROBLEM => {
                    Some(Back::Problem(message.code(), message.rest_of_header()))
                }
                icmpv6::Type::TIME_EXCEEDED => Some(Back::TimeExceeded),
                _ => back,
            };
        }
        back
    }

    fn dropped(&self, reason: DropReason) -> u64 {
        let drops = self.lab.0.engine.drops(&"b".into(), Some(&"eth0".into()));
        drops.unwrap().get(&reason).copied().unwrap_or(0)
    }
}

fn later(lab: &mut Lab, seconds: u64) {
    let until = Time(lab.0.engine.now().0 + seconds * 1_000_000_000);
    lab.0.sleep_until(until).unwrap();
}

/// A frame for host `b` with a packet to `dst`.
fn to(dst: Ipv6Addr, next: u8, payload: &[u8]) -> Vec<u8> {
    let len = u16::try_from(payload.len()).unwrap();
    sized(dst, next, len, payload)
}

fn sized(dst: Ipv6Addr, next: u8, len: u16, payload: &[u8]) -> Vec<u8> {
    let mac = if dst.is_multicast() {
        MacAddr::from_ipv6_multicast(dst)
    } else {
        MAC
    };
    let mut bytes = [&mac.0[..], &[2, 0, 0, 0, 0, 1, 0x86, 0xdd]].concat();
    bytes.extend([0x60, 0, 0, 0]);
    bytes.extend(len.to_be_bytes());
    bytes.extend([next, 64]);
    bytes.extend(A.octets());
    bytes.extend(dst.octets());
    bytes.extend(payload);
    bytes
}

fn echo(dst: Ipv6Addr, len: usize) -> Vec<u8> {
    let data = vec![7; len];
    let repr = icmpv6::Repr::echo_request(7, 1, &data);
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes, A, dst);
    bytes
}

/// A header of options, padded to units of eight bytes.
fn options(next: u8, all: &[u8]) -> Vec<u8> {
    let mut bytes = [&[next, 0][..], all].concat();
    match bytes.len().next_multiple_of(8) - bytes.len() {
        0 => {}
        1 => bytes.push(0),
        more => {
            bytes.extend([1, more as u8 - 2]);
            bytes.resize(bytes.len() + more - 2, 0);
        }
    }
    bytes[1] = (bytes.len() / 8 - 1) as u8;
    bytes
}

fn routing(kind: u8, left: u8) -> Vec<u8> {
    let mut bytes = vec![0; 24];
    bytes[..4].copy_from_slice(&[ICMP, 2, kind, left]);
    bytes
}

/// A part of `whole`, the fragment header before it.
fn part(next: u8, whole: &[u8], place: core::ops::Range<usize>, more: bool, ident: u32) -> Vec<u8> {
    let mut bytes = vec![0; 8];
    Fragment::emit(
        &mut bytes,
        netloom_wire::IpProtocol(next),
        place.start as u16,
        more,
        ident,
    );
    bytes.extend(&whole[place]);
    bytes
}

#[test]
fn options_are_passed_over_or_refused_as_they_ask() {
    let mut cable = Cable::new();
    let problem = |code, at| Some(Back::Problem(code, at));
    for header in [HOP_BY_HOP, DESTINATION] {
        for (dst, kind, expected) in [
            (B, 0x1e, Some(Back::Reply)),
            (B, 0x5e, None),
            (B, 0x9e, problem(2, 42)),
            (B, 0xde, problem(2, 42)),
            (GROUP, 0x1e, Some(Back::Reply)),
            (GROUP, 0x5e, None),
            (GROUP, 0x9e, problem(2, 42)),
            (GROUP, 0xde, None),
        ] {
            let payload = [options(ICMP, &[kind, 0]), echo(dst, 8)].concat();
            let back = cable.send(&[to(dst, header, &payload)]);
            assert_eq!(back, expected, "{header} {kind:#x} to {dst}");
        }
        for (count, expected) in [(8, Some(Back::Reply)), (9, None)] {
            let payload = [options(ICMP, &[0x1e, 0].repeat(count)), echo(B, 8)].concat();
            assert_eq!(cable.send(&[to(B, header, &payload)]), expected);
        }
    }
    assert_eq!(cable.dropped(DropReason::Ipv6TooManyOptions), 2);
}

#[test]
fn hop_by_hop_options_that_are_known_are_checked() {
    let mut cable = Cable::new();
    let jumbo = |len: u32| [&[0xc2, 4][..], &len.to_be_bytes()].concat();
    let mut rows = vec![
        (vec![5, 2, 0, 0], None, Some(Back::Reply)),
        (vec![5, 4, 0, 0, 0, 0], None, None),
        (vec![5, 1, 0], None, None),
        (jumbo(70_000), None, Some(Back::Problem(0, 42))),
        (jumbo(24), None, Some(Back::Problem(0, 44))),
        (jumbo(24), Some(0), Some(Back::Problem(0, 44))),
        (jumbo(70_000), Some(0), None),
        ([vec![0], jumbo(70_000)].concat(), Some(0), None),
        (vec![], Some(0), Some(Back::Reply)),
    ];
    rows.push((vec![0x1e, 9, 0, 0], None, None));
    for (all, len, expected) in rows {
        let payload = [options(ICMP, &all), echo(B, 8)].concat();
        let len = len.unwrap_or(payload.len() as u16);
        let back = cable.send(&[sized(B, HOP_BY_HOP, len, &payload)]);
        assert_eq!(back, expected, "{all:?}");
    }
}

#[test]
fn a_routing_header_is_passed_over_once_no_segment_is_left() {
    let mut cable = Cable::new();
    let problem = Some(Back::Problem(0, 42));
    for (kind, left, expected) in [
        (0, 0, Some(Back::Reply)),
        (0, 1, problem),
        (2, 1, problem),
        (253, 0, Some(Back::Reply)),
        (253, 2, problem),
        (3, 0, None),
        (4, 0, None),
    ] {
        let payload = [routing(kind, left), echo(B, 8)].concat();
        let back = cable.send(&[to(B, ROUTING, &payload)]);
        assert_eq!(back, expected, "type {kind}, {left} left");
    }
    let payload = [routing(0, 0), echo(GROUP, 8)].concat();
    assert_eq!(cable.send(&[to(GROUP, ROUTING, &payload)]), None);
    assert_eq!(cable.dropped(DropReason::RoutingHeader), 6);
}

#[test]
fn chains_end_at_what_is_unknown_and_their_length_does_not_matter() {
    let mut cable = Cable::new();
    let next = |next: u8| options(next, &[]);
    let problem = |at| Some(Back::Problem(1, at));
    for (first, payload, expected) in [
        (UNKNOWN, vec![1; 8], problem(6)),
        (UNKNOWN, vec![], problem(6)),
        (
            DESTINATION,
            [next(UNKNOWN), vec![1; 8]].concat(),
            problem(40),
        ),
        (
            DESTINATION,
            [next(HOP_BY_HOP), next(ICMP), echo(B, 8)].concat(),
            problem(40),
        ),
        (
            HOP_BY_HOP,
            [next(HOP_BY_HOP), next(ICMP), echo(B, 8)].concat(),
            problem(40),
        ),
        (59, vec![1; 8], None),
        (DESTINATION, vec![ICMP], None),
        (DESTINATION, vec![ICMP, 5, 0, 0, 0, 0, 0, 0], None),
        (HOP_BY_HOP, vec![ICMP, 5, 0, 0, 0, 0, 0, 0], None),
        (
            DESTINATION,
            [next(DESTINATION).repeat(100), next(ICMP), echo(B, 8)].concat(),
            Some(Back::Reply),
        ),
    ] {
        let back = cable.send(&[to(B, first, &payload)]);
        assert_eq!(back, expected, "{first}: {payload:?}");
    }
    assert_eq!(cable.send(&[to(GROUP, UNKNOWN, &[1; 8])]), None);
}

#[test]
fn a_fragment_that_cannot_be_one_is_told_to_its_sender() {
    let mut cable = Cable::new();
    let whole = echo(B, 40);
    let alone = |next, place, more| vec![to(B, FRAGMENT, &part(next, &whole, place, more, 9))];
    let problem = |code, at| Some(Back::Problem(code, at));
    let dst = [options(ICMP, &[]), vec![]].concat();
    for (frames, expected) in [
        // Not a multiple of eight bytes, and more to come.
        (alone(ICMP, 0..20, true), problem(0, 4)),
        (alone(ICMP, 16..20, true), problem(0, 4)),
        // Not all headers in the first.
        (alone(ICMP, 0..0, true), problem(3, 0)),
        (alone(6, 0..8, true), problem(3, 0)),
        (
            vec![to(B, FRAGMENT, &part(DESTINATION, &dst, 0..8, true, 9))],
            problem(3, 0),
        ),
        (alone(ICMP, 0..8, true), None),
        // Cut off.
        (vec![to(B, FRAGMENT, &[ICMP, 0, 0, 1])], problem(0, 40)),
        (vec![to(B, FRAGMENT, &[])], problem(0, 40)),
        // In another.
        (
            vec![to(
                B,
                FRAGMENT,
                &part(
                    FRAGMENT,
                    &part(ICMP, &whole, 0..48, false, 1),
                    0..56,
                    false,
                    2,
                ),
            )],
            problem(0, 48),
        ),
    ] {
        assert_eq!(cable.send(&frames), expected, "{frames:?}");
    }
    let mut far = part(ICMP, &whole, 0..16, false, 9);
    far[2..4].copy_from_slice(&65528_u16.to_be_bytes());
    assert_eq!(cable.send(&[to(B, FRAGMENT, &far)]), problem(0, 42));
}

#[test]
fn fragments_are_joined_behind_the_headers_that_came_before() {
    let mut cable = Cable::new();
    let whole = echo(B, 40);
    let tiny = |at: usize| to(B, FRAGMENT, &part(ICMP, &whole, at..at + 8, at < 40, 1));
    let frames: Vec<_> = [40, 0, 8, 32, 24, 16].map(tiny).to_vec();
    assert_eq!(cable.send(&frames), Some(Back::Reply));
    // All of a packet in one has nothing to do with others that wait.
    let begun = to(B, FRAGMENT, &part(ICMP, &whole, 0..16, true, 2));
    let atomic = to(B, FRAGMENT, &part(ICMP, &whole, 0..48, false, 2));
    let rest = to(B, FRAGMENT, &part(ICMP, &whole, 16..48, false, 2));
    assert_eq!(cable.send(&[begun, atomic]), Some(Back::Reply));
    assert_eq!(cable.send(&[rest]), Some(Back::Reply));
    for header in [HOP_BY_HOP, DESTINATION] {
        let behind = |place, more| {
            let payload = [options(FRAGMENT, &[]), part(ICMP, &whole, place, more, 3)].concat();
            to(B, header, &payload)
        };
        let frames = [behind(0..16, true), behind(16..48, false)];
        assert_eq!(cable.send(&frames), Some(Back::Reply));
    }
    // An unknown upper layer is named where it stands in the whole.
    let unknown = |place, more| to(B, FRAGMENT, &part(UNKNOWN, &whole, place, more, 4));
    let frames = [unknown(0..16, true), unknown(16..48, false)];
    assert_eq!(cable.send(&frames), Some(Back::Problem(1, 6)));
}

#[test]
fn what_overlaps_is_given_up_and_what_comes_twice_is_not() {
    let mut cable = Cable::new();
    let whole = echo(B, 40);
    let piece = |place, more, ident| to(B, FRAGMENT, &part(ICMP, &whole, place, more, ident));
    let frames = [
        piece(0..24, true, 1),
        piece(16..32, true, 1),
        piece(24..48, false, 1),
    ];
    assert_eq!(cable.send(&frames), None);
    assert_eq!(cable.dropped(DropReason::FragmentOverlap), 2);
    let frames = [
        piece(0..16, true, 2),
        piece(16..32, true, 2),
        piece(0..32, true, 2),
        piece(32..48, false, 2),
    ];
    assert_eq!(cable.send(&frames), Some(Back::Reply));
}

#[test]
fn the_sender_hears_of_what_did_not_come_in_time_if_the_first_part_did() {
    let mut cable = Cable::new();
    cable.lab.sysctl("b", "net.ipv6.ip6frag_time", "1");
    let whole = echo(B, 40);
    for (place, expected) in [(0..16, Some(Back::TimeExceeded)), (16..32, None)] {
        let frame = to(B, FRAGMENT, &part(ICMP, &whole, place, true, 1));
        assert_eq!(cable.send(&[frame]), None);
        later(&mut cable.lab, 2);
        assert_eq!(cable.heard(), expected);
    }
    assert_eq!(cable.dropped(DropReason::ReassemblyIncomplete), 2);
}

#[test]
fn neighbour_discovery_does_not_come_in_fragments() {
    let mut cable = Cable::new();
    let mut message = vec![0; 24];
    let repr = icmpv6::Repr {
        msg_type: icmpv6::Type::NEIGHBOUR_SOLICITATION,
        code: 0,
        rest: 0,
        body: &B.octets(),
    };
    repr.emit(&mut message, A, B);
    let frame = to(B, FRAGMENT, &part(ICMP, &message, 0..24, false, 1));
    cable.send(&[frame]);
    assert_eq!(cable.dropped(DropReason::NdpFragmented), 1);
}
