//! What is sent along the paths, the same in both worlds: who sends to whom, how much, how long.

use core::time::Duration;
use netloom_model::MacAddr;
use std::net::Ipv4Addr;

/// How long each path is measured.
pub(crate) const MEASURE: Duration = Duration::from_millis(1500);

/// The sender, and who receives behind the bridge.
pub(crate) const A: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
pub(crate) const B: MacAddr = MacAddr([2, 0, 0, 0, 0, 2]);
/// The router as the sender sees it.
pub(crate) const ROUTER: MacAddr = MacAddr([2, 0, 0, 0, 1, 1]);

/// How many different packets are sent through the router.
const FRAMES: usize = 4096;

/// An Ethernet frame of 60 bytes (64 with its checksum).
fn frame(src: MacAddr, dst: MacAddr, ethertype: u16) -> Vec<u8> {
    let mut frame = vec![0; 60];
    frame[..6].copy_from_slice(&dst.0);
    frame[6..12].copy_from_slice(&src.0);
    frame[12..14].copy_from_slice(&ethertype.to_be_bytes());
    frame
}

/// A frame of no protocol that anybody knows (IEEE 802's local experimental ethertype).
pub(crate) fn bridged(src: MacAddr, dst: MacAddr) -> Vec<u8> {
    frame(src, dst, 0x88b5)
}

/// UDP packets from `A` to anywhere, by the router.
pub(crate) fn routed() -> Vec<Vec<u8>> {
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 32) as u32
    };
    let packet = |to| {
        let mut bytes = frame(A, ROUTER, 0x0800);
        let repr = netloom_wire::ipv4::Repr {
            src: Ipv4Addr::new(10, 0, 1, 2),
            dst: to,
            protocol: netloom_wire::IpProtocol::UDP,
            payload_len: 26,
            ..netloom_wire::ipv4::Repr::default()
        };
        repr.emit(&mut bytes[14..]);
        bytes
    };
    let anywhere = || {
        // But where no packet may come from or go to.
        let bits = random();
        let first = 11 + (bits >> 24) % 110;
        Ipv4Addr::from_bits(first << 24 | (bits & 0x00ff_ffff))
    };
    core::iter::repeat_with(anywhere)
        .take(FRAMES)
        .map(packet)
        .collect()
}
