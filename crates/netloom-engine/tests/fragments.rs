//! What is cut on the way is joined at its end, whatever its length, the link's MTU and the order
//! in which its fragments come; what overlaps is given up.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::{Lab, ip};
use core::time::Duration;
use netloom_engine::Port;
use netloom_model::journey::DropReason;
use netloom_model::socket::{Received, SocketId, SocketKind};
use netloom_model::{LinkSettings, MacAddr, World};
use netloom_wire::{EtherType, IpProtocol, ethernet, ipv4, udp};
use proptest::prelude::*;

const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 2]);

/// Two hosts on a cable, and a socket that receives at the second.
fn cable(mtu: u32) -> (Lab, SocketId) {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "eth0"), ("b", "eth0"));
    lab.addr("a", "eth0", "10.0.0.1/24");
    lab.addr("b", "eth0", "10.0.0.2/24");
    let settings = LinkSettings {
        mtu: Some(mtu),
        ..LinkSettings::default()
    };
    lab.set("a", "eth0", settings.clone());
    let address = Some(MAC);
    lab.set(
        "b",
        "eth0",
        LinkSettings {
            address,
            ..settings
        },
    );
    let socket = lab.0.open(&"b".into(), SocketKind::Udp).unwrap();
    lab.0.bind(socket, ip("0.0.0.0"), 9).unwrap();
    (lab, socket)
}

fn received(lab: &mut Lab, socket: SocketId) -> Option<Vec<u8>> {
    let now = lab.0.engine.now();
    match lab.0.receive(socket, now).unwrap() {
        Received::Datagram(datagram) => Some(datagram.data),
        _ => None,
    }
}

/// A UDP datagram cut at the given places (of eight bytes each), as frames for host `b`.
fn fragments(payload: &[u8], cuts: &[usize]) -> Vec<Vec<u8>> {
    let repr = udp::Repr {
        src_port: 7,
        dst_port: 9,
        payload,
    };
    let mut datagram = vec![0; repr.buffer_len()];
    repr.emit_v4(&mut datagram, [10, 0, 0, 1].into(), [10, 0, 0, 2].into());
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut * 8).collect();
    places.retain(|place| *place > 0 && *place < datagram.len());
    places.extend([0, datagram.len()]);
    places.sort_unstable();
    places.dedup();
    let parts = places.windows(2).map(|ends| (ends[0], ends[1]));
    parts
        .map(|(from, to)| frame(from, to < datagram.len(), &datagram[from..to]))
        .collect()
}

/// A fragment at a place, as a frame for host `b`.
fn frame(from: usize, more: bool, part: &[u8]) -> Vec<u8> {
    let repr = ipv4::Repr {
        src: [10, 0, 0, 1].into(),
        dst: [10, 0, 0, 2].into(),
        protocol: IpProtocol::UDP,
        ident: 77,
        payload_len: part.len(),
        ..ipv4::Repr::default()
    };
    let mut packet = vec![0; repr.buffer_len()];
    repr.emit(&mut packet);
    let header = repr.header_len();
    packet[header..].copy_from_slice(part);
    let mut view = ipv4::Packet::new_unchecked(&mut packet[..]);
    view.set_fragment(false, more, from as u16);
    view.fill_checksum();
    let mut frame = vec![0; ethernet::HEADER_LEN];
    ethernet::Header {
        dst: MAC,
        src: MacAddr([2, 0, 0, 0, 0, 1]),
        ethertype: EtherType::IPV4,
    }
    .emit(&mut frame);
    frame.extend(packet);
    frame
}

fn door(lab: &Lab) -> Port {
    lab.0.engine.port(&"b".into(), &"eth0".into()).unwrap()
}

fn arrive(lab: &mut Lab, frame: &[u8]) {
    let door = door(lab);
    lab.0.engine.inject(door, frame);
    lab.0.engine.run();
}

fn dropped(lab: &Lab, reason: DropReason) -> u64 {
    let drops = lab.0.engine.drops(&"b".into(), Some(&"eth0".into()));
    drops.unwrap().get(&reason).copied().unwrap_or(0)
}

#[test]
fn a_part_that_comes_twice_is_taken_once() {
    let (mut lab, socket) = cable(1500);
    let frames = fragments(&[5; 100], &[4, 9]);
    for at in [0, 2, 0, 2] {
        arrive(&mut lab, &frames[at]);
    }
    assert_eq!(dropped(&lab, DropReason::FragmentRepeated), 2);
    arrive(&mut lab, &frames[1]);
    assert_eq!(received(&mut lab, socket), Some(vec![5; 100]));
}

#[test]
fn what_overlaps_is_given_up_with_all_that_came() {
    let (mut lab, socket) = cable(1500);
    let frames = fragments(&[5; 100], &[4]);
    arrive(&mut lab, &frames[0]);
    arrive(&mut lab, &frame(24, true, &[9; 16]));
    assert_eq!(dropped(&lab, DropReason::FragmentOverlap), 2);
    arrive(&mut lab, &frames[1]);
    assert_eq!(received(&mut lab, socket), None);
}

#[test]
fn the_rest_is_waited_for_half_a_minute() {
    let (mut lab, socket) = cable(1500);
    let frames = fragments(&[5; 100], &[4]);
    arrive(&mut lab, &frames[0]);
    let now = lab.0.engine.now();
    lab.0.engine.advance(now + Duration::from_secs(29));
    assert_eq!(dropped(&lab, DropReason::ReassemblyIncomplete), 0);
    lab.0.engine.advance(now + Duration::from_secs(31));
    assert_eq!(dropped(&lab, DropReason::ReassemblyIncomplete), 1);
    arrive(&mut lab, &frames[1]);
    assert_eq!(received(&mut lab, socket), None);
}

#[test]
fn parts_that_nobody_completes_take_no_more_than_their_share_of_memory() {
    let (mut lab, _) = cable(1500);
    lab.sysctl("b", "net.ipv4.ipfrag_low_thresh", "80000");
    lab.sysctl("b", "net.ipv4.ipfrag_high_thresh", "100000");
    for ident in 0..1000_u16 {
        let mut bytes = frame(0, true, &[0; 800]);
        let mut header = ipv4::Packet::new_unchecked(&mut bytes[ethernet::HEADER_LEN..]);
        header.set_ident(ident);
        header.fill_checksum();
        arrive(&mut lab, &bytes);
    }
    let refused = dropped(&lab, DropReason::ReassemblyFull);
    assert!((900..1000).contains(&refused), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_sent_arrives_whatever_the_links_mtu(
        payload in prop::collection::vec(any::<u8>(), 0..9000),
        mtu in 68_u32..2000,
    ) {
        let (mut lab, socket) = cable(mtu);
        let sender = lab.0.open(&"a".into(), SocketKind::Udp).unwrap();
        lab.0.send(sender, Some((ip("10.0.0.2"), 9)), &payload).unwrap();
        prop_assert_eq!(received(&mut lab, socket), Some(payload));
    }

    #[test]
    fn fragments_in_any_order_give_the_whole(
        payload in prop::collection::vec(any::<u8>(), 0..3000),
        cuts in prop::collection::vec(1_usize..376, 0..12),
        order in any::<prop::sample::Index>(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
    ) {
        let (mut lab, socket) = cable(1500);
        let mut frames = fragments(&payload, &cuts);
        let at = order.index(frames.len());
        frames.rotate_left(at);
        frames.reverse();
        let mut sent: Vec<&Vec<u8>> = frames.iter().collect();
        for index in &again {
            let at = index.index(frames.len());
            sent.insert(at, &frames[at]);
        }
        for frame in sent {
            arrive(&mut lab, frame);
        }
        prop_assert_eq!(received(&mut lab, socket), Some(payload));
    }

    #[test]
    fn random_parts_never_give_wrong_bytes(
        parts in prop::collection::vec((0_usize..40, 1_usize..12, any::<bool>()), 1..30),
    ) {
        // Each byte says where it belongs, so a whole with a byte elsewhere would be seen.
        let (mut lab, socket) = cable(1500);
        for (from, len, more) in parts {
            let bytes: Vec<u8> = (from * 8..(from + len) * 8).map(|at| at as u8).collect();
            arrive(&mut lab, &frame(from * 8, more, &bytes));
            // Its UDP header makes no sense, so nothing is delivered, and nothing panics.
            prop_assert_eq!(received(&mut lab, socket), None);
        }
    }
}
