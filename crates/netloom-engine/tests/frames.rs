//! Whatever arrives, nothing panics, every frame ends, and the world goes on: bytes drawn at
//! random, and good frames of every protocol with a few bytes changed or cut off.

#![allow(missing_docs, reason = "a test")]

mod town;

use core::net::Ipv6Addr;
use core::time::Duration;
use netloom_wire::llc::STP_HEADER;
use netloom_wire::stp::{BridgeId, CONFIG_LEN, Config, NOTIFICATION};
use netloom_wire::{EtherType, IpProtocol, MacAddr, arp, ethernet, icmpv4, icmpv6, ipv4, udp};
use proptest::prelude::*;
use town::{HOST, Town};

const STRANGER: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x77]);

fn frame(dst: MacAddr, ethertype: u16, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; ethernet::HEADER_LEN];
    let header = ethernet::Header {
        dst,
        src: STRANGER,
        ethertype: EtherType(ethertype),
    };
    header.emit(&mut bytes);
    bytes.extend_from_slice(payload);
    bytes
}

fn packet(to: [u8; 4], protocol: IpProtocol, options: &[u8], payload: &[u8]) -> Vec<u8> {
    let repr = ipv4::Repr {
        src: [10, 0, 0, 77].into(),
        dst: to.into(),
        protocol,
        options,
        payload_len: payload.len(),
        ..ipv4::Repr::default()
    };
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes);
    let header = repr.header_len();
    bytes[header..].copy_from_slice(payload);
    bytes
}

fn icmp(message: &icmpv4::Repr<'_>) -> Vec<u8> {
    let mut bytes = vec![0; message.buffer_len()];
    message.emit(&mut bytes);
    bytes
}

fn datagram(to: [u8; 4], port: u16) -> Vec<u8> {
    let repr = udp::Repr {
        src_port: 4000,
        dst_port: port,
        payload: b"hello",
    };
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit_v4(&mut bytes, [10, 0, 0, 77].into(), to.into());
    bytes
}

/// A message of ICMPv6 in its packet: its type, and what stands behind its checksum.
fn icmp6(from: &str, to: &str, kind: u8, rest: &[u8]) -> Vec<u8> {
    let (src, dst): (Ipv6Addr, Ipv6Addr) = (from.parse().unwrap(), to.parse().unwrap());
    let mut message = vec![kind, 0, 0, 0];
    message.extend_from_slice(rest);
    icmpv6::Packet::new_unchecked(&mut message[..]).fill_checksum(src, dst);
    let len = u16::try_from(message.len()).unwrap().to_be_bytes();
    let mut packet = vec![0x60, 0, 0, 0, len[0], len[1], 58, 255];
    packet.extend(src.octets());
    packet.extend(dst.octets());
    packet.extend(message);
    packet
}

/// Good frames of IPv6: echoes near and far, every message of neighbour discovery, an error, and
/// extension headers.
fn good6() -> Vec<Vec<u8>> {
    let (router, stranger): (Ipv6Addr, Ipv6Addr) =
        ("fd00::254".parse().unwrap(), "fe80::77".parse().unwrap());
    let group: Ipv6Addr = "ff05::5".parse().unwrap();
    let link = |kind: u8| [&[kind, 1][..], &STRANGER.0].concat();
    let about = |flags: u8, who: Ipv6Addr, kind| {
        [&[flags, 0, 0, 0][..], &who.octets(), &link(kind)].concat()
    };
    let prefix = [
        &[
            3, 4, 64, 0xc0, 0, 0, 14, 16, 0, 0, 7, 8, 0, 0, 0, 0, 0xfd, 2,
        ][..],
        &[0; 14],
    ]
    .concat();
    let router_says = [
        &[64, 0, 7, 8, 0, 0, 0, 0, 0, 0, 0, 0][..],
        &prefix,
        &link(1),
    ]
    .concat();
    let echo = [&[0, 7, 0, 1][..], &[9; 20]].concat();
    let inner = icmp6("fd01::1", "fd00::77", 128, &echo);
    let too_big = [&[0, 0, 5, 0][..], &inner].concat();
    let redirect = [&[0; 4][..], &stranger.octets(), &router.octets()].concat();
    let mut fragment = icmp6("fd00::77", "fd00::254", 128, &echo);
    fragment[6] = 44;
    fragment[5] += 8;
    fragment.splice(40..40, [58, 0, 0, 1, 0, 0, 0, 9]);
    let mut part = fragment.clone();
    part[43] = 1;
    let mut routed = icmp6("fd00::77", "fd00::254", 128, &echo);
    routed[6] = 60;
    routed[5] += 16;
    routed.splice(40..40, [43, 0, 1, 4, 0, 0, 0, 0, 58, 0, 0, 0, 0, 0, 0, 0]);
    let mut hops = icmp6("fd00::77", "fd01::1", 128, &echo);
    hops[6] = 0;
    hops[5] += 8;
    hops.splice(40..40, [58, 0, 5, 2, 0, 0, 1, 0]);
    [
        icmp6("fd00::77", "fd00::254", 128, &echo),
        icmp6("fd00::77", "fd01::1", 128, &echo),
        icmp6("fe80::77", "ff02::1", 128, &echo),
        icmp6("fd00::77", "ff02::1:ff00:254", 135, &about(0, router, 1)),
        icmp6("fe80::77", "ff02::1", 136, &about(0x20, stranger, 2)),
        icmp6(
            "fe80::77",
            "ff02::2",
            133,
            &[&[0; 4][..], &link(1)].concat(),
        ),
        icmp6("fe80::77", "ff02::1", 134, &router_says),
        icmp6("fe80::77", "fd00::1", 137, &redirect),
        icmp6("fd01::254", "fd00::254", 2, &too_big),
        icmp6("fe80::77", "ff02::1", 130, &[0; 20]),
        mld("ff02::1", 130, &[0; 24]),
        mld("ff05::5", 131, &[&[0; 4][..], &group.octets()].concat()),
        mld("ff02::2", 132, &[&[0; 4][..], &group.octets()].concat()),
        mld(
            "ff02::16",
            143,
            &[&[0, 0, 0, 1, 4, 0, 0, 0][..], &group.octets()].concat(),
        ),
        fragment,
        part,
        routed,
        hops,
    ]
    .iter()
    .map(|bytes| frame(HOST, 0x86dd, bytes))
    .collect()
}

/// A message of IGMP, its checksum right.
fn igmp(dst: [u8; 4], message: &[u8]) -> Vec<u8> {
    let mut message = message.to_vec();
    let sum = netloom_wire::checksum::checksum(&message);
    message[2..4].copy_from_slice(&sum.to_be_bytes());
    packet(dst, IpProtocol::IGMP, &[0x94, 4, 0, 0], &message)
}

/// A message of MLD behind its router alert.
fn mld(dst: &str, kind: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = icmp6("fe80::77", dst, kind, body);
    bytes[6] = 0;
    bytes[5] += 8;
    bytes.splice(40..40, [58, 0, 5, 2, 0, 0, 1, 0]);
    bytes
}

/// A good frame of each kind that the world meets.
fn good() -> Vec<Vec<u8>> {
    let (router, far) = ([10, 0, 0, 254], [10, 0, 1, 1]);
    let asks = |operation, target| {
        let repr = arp::Repr {
            operation,
            sender_mac: STRANGER,
            sender_ip: [10, 0, 0, 77].into(),
            target_mac: MacAddr::ZERO,
            target_ip: target,
        };
        let mut bytes = vec![0; arp::PACKET_LEN];
        repr.emit(&mut bytes);
        bytes
    };
    let echo = icmp(&icmpv4::Repr::EchoRequest(icmpv4::Echo {
        ident: 7,
        seq: 1,
        data: &[9; 20],
    }));
    let inner = packet(far, IpProtocol::UDP, &[], &datagram(far, 7));
    let unreachable = icmp(&icmpv4::Repr::DestUnreachable {
        code: 4,
        mtu: 600,
        original: &inner,
    });
    let options = [7, 11, 4, 0, 0, 0, 0, 0, 0, 0, 0, 1];
    let mut fragment = packet(router, IpProtocol::UDP, &[], &datagram(router, 7));
    fragment[6] = 0x20;
    ipv4::Packet::new_unchecked(&mut fragment[..]).fill_checksum();
    let mut all: Vec<Vec<u8>> = [
        packet(router, IpProtocol::ICMP, &[], &echo),
        packet(far, IpProtocol::ICMP, &options, &echo),
        packet([255; 4], IpProtocol::ICMP, &[], &echo),
        packet(
            [224, 0, 0, 1],
            IpProtocol::IGMP,
            &[],
            &[0x11, 0, 0xee, 0xff, 0, 0, 0, 0],
        ),
        igmp([239, 1, 1, 1], &[0x16, 0, 0, 0, 239, 1, 1, 1]),
        igmp([224, 0, 0, 2], &[0x17, 0, 0, 0, 239, 1, 1, 1]),
        igmp([224, 0, 0, 1], &[0x11, 100, 0, 0, 0, 0, 0, 0, 2, 125, 0, 0]),
        igmp(
            [224, 0, 0, 22],
            &[
                0x22, 0, 0, 0, 0, 0, 0, 2, 4, 0, 0, 0, 239, 1, 1, 2, 1, 0, 0, 1, 239, 1, 1, 3, 10,
                0, 0, 1,
            ],
        ),
        packet(router, IpProtocol::ICMP, &[], &unreachable),
        packet(router, IpProtocol::UDP, &[], &datagram(router, 7)),
        packet(far, IpProtocol::UDP, &[], &datagram(far, 9)),
        packet(
            router,
            IpProtocol::TCP,
            &[],
            &[
                0, 80, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 0, 1, 0, 0, 0, 0,
            ],
        ),
        packet(router, IpProtocol(132), &[], &[1; 12]),
        fragment,
    ]
    .iter()
    .map(|bytes| frame(HOST, 0x0800, bytes))
    .collect();
    let group = MacAddr([1, 0x80, 0xc2, 0, 0, 0]);
    all.extend([
        frame(
            MacAddr::BROADCAST,
            0x0806,
            &asks(arp::Operation::REQUEST, router.into()),
        ),
        frame(HOST, 0x0806, &asks(arp::Operation::REPLY, router.into())),
        frame(
            group,
            38,
            &[0x42, 0x42, 3, 0, 0, 0, 0, 0, 0x80, 0, 2, 0, 0, 0, 0, 9],
        ),
        frame(group, 38, &configuration()),
        frame(group, 7, &[&STP_HEADER[..], &NOTIFICATION].concat()),
        frame(HOST, 0x8100, &[0, 5, 8, 0, 0x45]),
        frame(HOST, 0x86dd, &[0x60, 0, 0, 0, 0, 0, 59, 64]),
    ]);
    all.extend(good6());
    all
}

/// What a bridge says that takes itself for the root.
fn configuration() -> Vec<u8> {
    let id = BridgeId {
        priority: 0,
        mac: STRANGER,
    };
    let config = Config {
        flags: 1,
        root: id,
        root_path_cost: 0,
        bridge: id,
        port: 0x8001,
        message_age: 0,
        max_age: 20 << 8,
        hello_time: 2 << 8,
        forward_delay: 15 << 8,
    };
    let mut bytes = vec![0; CONFIG_LEN];
    config.emit(&mut bytes);
    [&STP_HEADER[..], &bytes].concat()
}

/// A good frame, some of its bytes changed and perhaps its end cut off.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let which = any::<prop::sample::Index>();
    let change = (any::<prop::sample::Index>(), any::<u8>());
    let changes = prop::collection::vec(change, 0..4);
    (
        which,
        changes,
        prop::option::weighted(0.2, any::<prop::sample::Index>()),
    )
        .prop_map(|(which, changes, cut)| {
            let mut frame = which.get(&good()).clone();
            for (at, byte) in changes {
                let at = at.index(frame.len());
                frame[at] = byte;
            }
            if let Some(cut) = cut {
                frame.truncate(cut.index(frame.len()));
            }
            frame
        })
}

#[test]
fn every_good_frame_is_taken_at_every_door() {
    let mut town = Town::default();
    for door in 0..8 {
        for frame in good() {
            town.receive(door, &frame);
        }
        town.wait(Duration::from_secs(5));
    }
    town.stands();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_frames_harm_nothing(
        frames in prop::collection::vec((any::<u8>(), damaged(), 0u64..3000), 1..80),
    ) {
        let mut town = Town::default();
        for (door, frame, wait) in frames {
            town.receive(door, &frame);
            town.wait(Duration::from_millis(wait));
        }
        town.stands();
    }

    #[test]
    fn random_stories_harm_nothing(story in prop::collection::vec(any::<u8>(), 0..600)) {
        Town::default().live(&story);
    }
}
