//! Programs that hold a TUN or TAP: what the device sends they get, what they write it receives.

mod common;

use common::Lab;
use netloom_model::socket::{Received, SocketId, SocketKind};
use netloom_model::tun::{Tun, TunMode};
use netloom_model::{Errno, LinkFlags, LinkSettings, NsName, World};
use netloom_wire::ipv4;
use std::time::Duration;

fn first() -> NsName {
    NsName::first()
}

/// A program's end of a new device, up and with an address.
fn held(lab: &mut Lab, tun: Tun) -> (SocketId, String) {
    let socket = lab.0.open(&first(), SocketKind::Tun).unwrap();
    let name = lab.0.attach_tun(socket, "", tun).unwrap();
    lab.addr("", &name, "10.9.0.1/24");
    lab.up("", &name);
    (socket, name)
}

fn packet(lab: &mut Lab, socket: SocketId) -> Option<Vec<u8>> {
    let until = lab.0.now().unwrap() + Duration::from_secs(1);
    match lab.0.receive(socket, until).unwrap() {
        Received::Datagram(datagram) => Some(datagram.data),
        _ => None,
    }
}

fn ping(lab: &mut Lab, to: &str) -> SocketId {
    let socket = lab.0.open(&first(), SocketKind::Ping).unwrap();
    let request = [8, 0, 0, 0, 0, 0, 0, 1, b'h', b'i'];
    let to = (to.parse().unwrap(), 0);
    lab.0.send(socket, Some(to), &request).unwrap();
    socket
}

/// Turns an echo request of IPv4 into its reply.
fn answer(request: &[u8]) -> Vec<u8> {
    let mut reply = request.to_vec();
    reply[12..16].copy_from_slice(&request[16..20]);
    reply[16..20].copy_from_slice(&request[12..16]);
    reply[20] = 0;
    // The checksum of ICMP follows the type: 8 << 8 less in the sum.
    let sum = u32::from(u16::from_be_bytes([reply[22], reply[23]])) + 0x0800;
    let sum = (sum & 0xffff) + (sum >> 16);
    reply[22..24].copy_from_slice(&(sum as u16).to_be_bytes());
    reply
}

#[test]
fn a_program_behind_a_tun_answers_a_ping() {
    let mut lab = Lab::default();
    let (program, name) = held(&mut lab, Tun::held(TunMode::Tun));
    assert_eq!(name, "tun0");
    let pinger = ping(&mut lab, "10.9.0.2");
    let request = packet(&mut lab, program).unwrap();
    let header = ipv4::Packet::new_checked(&request[..]).expect("an IP packet and nothing before");
    assert_eq!(header.dst().to_string(), "10.9.0.2");
    let reply = answer(&request);
    assert_eq!(lab.0.send(program, None, &reply), Ok(reply.len()));
    let echo = packet(&mut lab, pinger).unwrap();
    assert_eq!((echo[0], &echo[8..]), (0, &b"hi"[..]));
    let stats = lab.link("", "tun0").stats;
    let len = request.len() as u64;
    assert_eq!((stats.tx_bytes, stats.rx_bytes), (len, len));
}

#[test]
fn what_the_program_wants_before_each_packet_stands_there() {
    let mut lab = Lab::default();
    let wanted = Tun {
        packet_info: true,
        vnet_header: true,
        ..Tun::held(TunMode::Tun)
    };
    let (program, _) = held(&mut lab, wanted);
    let pinger = ping(&mut lab, "10.9.0.2");
    let request = packet(&mut lab, program).unwrap();
    assert_eq!(request[..4], [0, 0, 8, 0], "flags and EtherType");
    assert_eq!(request[4..14], [0; 10]);
    let mut reply = request[..14].to_vec();
    reply.extend(answer(&request[14..]));
    lab.0.send(program, None, &reply).unwrap();
    assert!(packet(&mut lab, pinger).is_some());
}

#[test]
fn a_tap_asks_by_arp_and_gives_whole_frames() {
    let mut lab = Lab::default();
    let (program, name) = held(&mut lab, Tun::held(TunMode::Tap));
    assert_eq!(name, "tap0");
    ping(&mut lab, "10.9.0.2");
    let frame = packet(&mut lab, program).unwrap();
    assert_eq!((&frame[..6], &frame[12..14]), (&[0xff; 6][..], &[8, 6][..]));
}

#[test]
fn the_device_goes_with_its_program_unless_it_is_to_stay() {
    let mut lab = Lab::default();
    let (program, name) = held(&mut lab, Tun::held(TunMode::Tun));
    let carrier = |lab: &mut Lab| {
        let state = lab.state("");
        let link = state.link(&name.as_str().into());
        link.map(|link| link.flags.contains(LinkFlags::LOWER_UP))
    };
    assert_eq!(carrier(&mut lab), Some(true));
    lab.0.close(program).unwrap();
    assert_eq!(carrier(&mut lab), None);

    let stays = Tun {
        persist: true,
        ..Tun::held(TunMode::Tun)
    };
    let (program, _) = held(&mut lab, stays);
    assert_eq!(carrier(&mut lab), Some(true));
    lab.0.close(program).unwrap();
    assert_eq!(carrier(&mut lab), Some(false));
}

#[test]
fn one_program_holds_a_device_and_in_its_own_mode() {
    let mut lab = Lab::default();
    let (_, name) = held(&mut lab, Tun::held(TunMode::Tun));
    let other = lab.0.open(&first(), SocketKind::Tun).unwrap();
    let mut attach = |name: &str, mode| {
        let refused = lab.0.attach_tun(other, name, Tun::held(mode));
        refused.unwrap_err().errno
    };
    assert_eq!(attach(&name, TunMode::Tun), Errno::BUSY);
    assert_eq!(attach(&name, TunMode::Tap), Errno::INVAL);
    assert_eq!(attach("lo", TunMode::Tun), Errno::INVAL);
}

#[test]
fn what_is_no_packet_is_refused() {
    let mut lab = Lab::default();
    let (program, name) = held(&mut lab, Tun::held(TunMode::Tun));
    let mut write = |bytes: &[u8]| lab.0.send(program, None, bytes).unwrap_err().errno;
    assert_eq!(write(b""), Errno::INVAL);
    assert_eq!(write(&[0x10; 40]), Errno::INVAL);
    let down = LinkSettings {
        up: Some(false),
        ..LinkSettings::default()
    };
    lab.set("", &name, down);
    let down = lab.0.send(program, None, &[0x45; 40]).unwrap_err().errno;
    assert_eq!(down, Errno::IO);
    let closed = SocketId(77);
    assert_eq!(
        lab.0.send(closed, None, b"x").unwrap_err().errno,
        Errno::BADF
    );
    assert!(packet(&mut lab, program).is_none());
}

#[test]
fn packets_that_nobody_reads_are_dropped_beyond_the_queue() {
    let mut lab = Lab::default();
    let (program, name) = held(&mut lab, Tun::held(TunMode::Tun));
    for _ in 0..600 {
        ping(&mut lab, "10.9.0.2");
    }
    let stats = lab.link("", &name).stats;
    assert_eq!((stats.tx_packets, stats.tx_dropped), (500, 100));
    assert!(packet(&mut lab, program).is_some());
}
