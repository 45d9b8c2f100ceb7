//! Whatever the bytes are: once a view is checked, nothing it offers panics, and every walk over
//! options ends.
//!
//! The same walk is fuzzed at length by `fuzz/fuzz_targets/wire.rs`; here it runs over bytes drawn
//! at random, and over well-formed packets with a few bytes changed or cut off.

mod walk;

use netloom_wire::{EtherType, IpProtocol, MacAddr, arp, ethernet, icmpv4, ipv4, udp};
use proptest::prelude::*;

/// A UDP datagram inside IPv4 inside Ethernet.
fn good_frame() -> Vec<u8> {
    let payload = udp::Repr {
        src_port: 53,
        dst_port: 1024,
        payload: b"payload",
    };
    let ip = ipv4::Repr {
        protocol: IpProtocol::UDP,
        options: &[7, 7, 4, 0, 0, 0, 0, 148, 4, 0, 0, 1],
        payload_len: payload.buffer_len(),
        ..ipv4::Repr::default()
    };
    let mut frame = vec![0; ethernet::HEADER_LEN + ip.buffer_len()];
    let header = ethernet::Header {
        dst: MacAddr::BROADCAST,
        src: MacAddr([2, 0, 0, 0, 0, 1]),
        ethertype: EtherType::IPV4,
    };
    header.emit(&mut frame);
    ip.emit(&mut frame[ethernet::HEADER_LEN..]);
    payload.emit_v4(
        &mut frame[ethernet::HEADER_LEN + ip.header_len()..],
        ip.src,
        ip.dst,
    );
    frame
}

#[test]
fn the_good_frame_is_good() {
    let frame = good_frame();
    let frame = ethernet::Frame::new_checked(&frame).unwrap();
    let packet = ipv4::Packet::new_checked(frame.payload()).unwrap();
    assert!(packet.verify_checksum());
    let datagram = udp::Packet::new_checked(packet.payload()).unwrap();
    assert!(datagram.verify_checksum_v4(packet.src(), packet.dst()));
    assert_eq!(datagram.payload(), b"payload");
    assert!(arp::Packet::new_checked(frame.payload()).is_err());
    assert!(icmpv4::Packet::new_checked(&[0; 7]).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn random_bytes_panic_in_no_view(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        walk::every_view(&bytes);
    }

    #[test]
    fn a_damaged_frame_panics_in_no_view(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        length in any::<prop::sample::Index>(),
    ) {
        let mut frame = good_frame();
        for (place, value) in damage {
            let place = place.index(frame.len());
            frame[place] = value;
        }
        frame.truncate(length.index(frame.len() + 1));
        walk::every_view(&frame);
        walk::every_view(frame.get(ethernet::HEADER_LEN..).unwrap_or_default());
    }
}
