//! Sockets of every kind: what they are handed, what they are told, and what is refused.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::{Lab, ip};
use netloom_model::socket::{Datagram, PacketType, Received, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, World};
use netloom_wire::icmpv4;

/// Two hosts on one cable.
fn cable() -> Lab {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "v0"), ("b", "v1"));
    lab.addr("a", "v0", "10.0.0.1/24");
    lab.addr("b", "v1", "10.0.0.2/24");
    lab
}

fn open(lab: &mut Lab, ns: &str, kind: SocketKind) -> SocketId {
    lab.0.open(&ns.into(), kind).unwrap()
}

/// What has come, without waiting.
fn next(lab: &mut Lab, socket: SocketId) -> Option<Datagram> {
    let now = lab.0.now().unwrap();
    match lab.0.receive(socket, now) {
        Ok(Received::Datagram(datagram)) => Some(datagram),
        _ => None,
    }
}

fn echo_request(ident: u16) -> Vec<u8> {
    let repr = icmpv4::Repr::EchoRequest(icmpv4::Echo {
        ident,
        seq: 1,
        data: b"are you there",
    });
    let mut bytes = vec![0; repr.buffer_len()];
    repr.emit(&mut bytes);
    bytes
}

#[test]
fn a_ping_socket_hears_the_answers_to_its_own_identifier_alone() {
    let mut lab = cable();
    let asks = open(&mut lab, "a", SocketKind::Ping);
    let other = open(&mut lab, "a", SocketKind::Ping);
    lab.0.bind(asks, ip("0.0.0.0"), 7).unwrap();
    lab.0.bind(other, ip("0.0.0.0"), 8).unwrap();
    // Whatever identifier the program writes, the socket's goes out.
    lab.0
        .send(asks, Some((ip("10.0.0.2"), 0)), &echo_request(99))
        .unwrap();
    let answer = next(&mut lab, asks).expect("no answer");
    let message = icmpv4::Packet::new_checked(&answer.data[..]).unwrap();
    let icmpv4::Repr::EchoReply(echo) = icmpv4::Repr::parse(&message) else {
        panic!("{answer:?}");
    };
    assert_eq!((echo.ident, echo.data), (7, &b"are you there"[..]));
    assert_eq!(answer.from.map(|(from, _)| from), Some(ip("10.0.0.2")));
    assert_eq!(answer.ttl, 64);
    assert_eq!(next(&mut lab, other), None);
}

#[test]
fn a_raw_socket_hears_every_packet_of_its_protocol() {
    let mut lab = cable();
    let icmp = open(&mut lab, "b", SocketKind::Raw(1));
    let udp = open(&mut lab, "b", SocketKind::Raw(17));
    let ping = open(&mut lab, "a", SocketKind::Ping);
    lab.0
        .send(ping, Some((ip("10.0.0.2"), 0)), &echo_request(1))
        .unwrap();
    let heard = next(&mut lab, icmp).expect("nothing heard");
    assert_eq!((heard.data[0], heard.data[20]), (0x45, 8));
    assert_eq!(next(&mut lab, icmp), None);
    assert_eq!(next(&mut lab, udp), None);
}

#[test]
fn a_datagram_finds_the_socket_bound_to_its_port() {
    let mut lab = cable();
    let server = open(&mut lab, "b", SocketKind::Udp);
    let client = open(&mut lab, "a", SocketKind::Udp);
    lab.0.bind(server, ip("0.0.0.0"), 7).unwrap();
    lab.0.bind(client, ip("10.0.0.1"), 4000).unwrap();
    lab.0
        .send(client, Some((ip("10.0.0.2"), 7)), b"hello")
        .unwrap();
    let datagram = next(&mut lab, server).expect("nothing came");
    assert_eq!(datagram.data, b"hello");
    assert_eq!(datagram.from, Some((ip("10.0.0.1"), 4000)));
    assert_eq!(datagram.to, Some(ip("10.0.0.2")));
    // And back.
    lab.0.send(server, datagram.from, b"world").unwrap();
    assert_eq!(next(&mut lab, client).unwrap().data, b"world");
}

#[test]
fn a_connected_socket_is_told_that_nobody_listens() {
    let mut lab = cable();
    let client = open(&mut lab, "a", SocketKind::Udp);
    lab.0.connect(client, ip("10.0.0.2"), 9).unwrap();
    lab.0.send(client, None, b"hello").unwrap();
    let now = lab.0.now().unwrap();
    let refused = lab.0.receive(client, now).unwrap_err();
    assert_eq!(refused.errno, Errno::CONNREFUSED);
    assert_eq!(lab.0.receive(client, now), Ok(Received::Nothing));
}

#[test]
fn a_connected_socket_hears_its_peer_alone() {
    let mut lab = cable();
    lab.addr("b", "v1", "10.0.0.3/24");
    let client = open(&mut lab, "a", SocketKind::Udp);
    lab.0.bind(client, ip("10.0.0.1"), 4000).unwrap();
    lab.0.connect(client, ip("10.0.0.2"), 7).unwrap();
    for (from, text) in [("10.0.0.3", b"no "), ("10.0.0.2", b"yes")] {
        let peer = open(&mut lab, "b", SocketKind::Udp);
        lab.0.bind(peer, ip(from), 7).unwrap();
        lab.0
            .send(peer, Some((ip("10.0.0.1"), 4000)), text)
            .unwrap();
    }
    assert_eq!(next(&mut lab, client).unwrap().data, b"yes");
    assert_eq!(next(&mut lab, client), None);
}

#[test]
fn a_port_is_taken_until_its_socket_is_closed() {
    let mut lab = cable();
    let first = open(&mut lab, "a", SocketKind::Udp);
    let second = open(&mut lab, "a", SocketKind::Udp);
    lab.0.bind(first, ip("0.0.0.0"), 7).unwrap();
    let taken = lab.0.bind(second, ip("10.0.0.1"), 7).unwrap_err();
    assert_eq!(taken.errno, Errno::ADDRINUSE);
    lab.0.close(first).unwrap();
    lab.0.bind(second, ip("10.0.0.1"), 7).unwrap();
    let not_here = lab.0.bind(first, ip("10.0.0.1"), 8).unwrap_err();
    assert_eq!(not_here.errno, Errno::BADF);
}

#[test]
fn an_address_of_somebody_else_cannot_be_bound() {
    let mut lab = cable();
    let socket = open(&mut lab, "a", SocketKind::Udp);
    let refused = lab.0.bind(socket, ip("10.0.0.2"), 7).unwrap_err();
    assert_eq!(refused.errno, Errno::ADDRNOTAVAIL);
}

#[test]
fn broadcasting_has_to_be_asked_for() {
    let mut lab = cable();
    let server = open(&mut lab, "b", SocketKind::Udp);
    lab.0.bind(server, ip("0.0.0.0"), 7).unwrap();
    let socket = open(&mut lab, "a", SocketKind::Udp);
    let all = Some((ip("10.0.0.255"), 7));
    let refused = lab.0.send(socket, all, b"hello").unwrap_err();
    assert_eq!(refused.errno, Errno::ACCES);
    lab.0.set(socket, SocketOption::Broadcast(true)).unwrap();
    lab.0.send(socket, all, b"hello").unwrap();
    assert_eq!(next(&mut lab, server).unwrap().data, b"hello");
}

#[test]
fn a_packet_socket_sees_what_comes_and_what_goes() {
    let mut lab = cable();
    let tap = open(&mut lab, "a", SocketKind::Packet(3));
    let arp = open(&mut lab, "a", SocketKind::Packet(0x0806));
    let ping = open(&mut lab, "a", SocketKind::Ping);
    lab.0
        .send(ping, Some((ip("10.0.0.2"), 0)), &echo_request(1))
        .unwrap();
    let mut seen = Vec::new();
    while let Some(frame) = next(&mut lab, tap) {
        let ethertype = u16::from_be_bytes([frame.data[12], frame.data[13]]);
        seen.push((ethertype, frame.packet_type));
    }
    let exchange = [
        (0x0806, PacketType::Outgoing),
        (0x0806, PacketType::Host),
        (0x0800, PacketType::Outgoing),
        (0x0800, PacketType::Host),
    ];
    assert_eq!(seen, exchange);
    // A socket of one protocol sees what comes alone.
    assert_eq!(next(&mut lab, arp).unwrap().packet_type, PacketType::Host);
    assert_eq!(next(&mut lab, arp), None);
}

#[test]
fn a_socket_that_is_never_read_keeps_what_its_buffer_holds() {
    let mut lab = cable();
    let server = open(&mut lab, "b", SocketKind::Udp);
    lab.0.bind(server, ip("0.0.0.0"), 7).unwrap();
    let client = open(&mut lab, "a", SocketKind::Udp);
    for _ in 0..5000 {
        lab.0
            .send(client, Some((ip("10.0.0.2"), 7)), &[0; 1000])
            .unwrap();
    }
    let mut kept = 0;
    while next(&mut lab, server).is_some() {
        kept += 1;
    }
    // SO_RCVBUF is 212,992 bytes as a rule, and more than the payload counts.
    assert!((50..=212).contains(&kept), "{kept}");
    lab.0
        .send(client, Some((ip("10.0.0.2"), 7)), b"more")
        .unwrap();
    assert_eq!(next(&mut lab, server).unwrap().data, b"more");
}

#[test]
fn sockets_that_agree_share_a_port_and_a_flow_stays_with_one() {
    let mut lab = Lab::default();
    lab.ns("a");
    let open = |lab: &mut Lab| lab.0.open(&"a".into(), SocketKind::Udp).unwrap();
    let (first, second, third) = (open(&mut lab), open(&mut lab), open(&mut lab));
    for socket in [first, second] {
        lab.0.set(socket, SocketOption::ReusePort(true)).unwrap();
        lab.0.bind(socket, ip("127.0.0.1"), 5000).unwrap();
    }
    let taken = lab.0.bind(third, ip("127.0.0.1"), 5000).unwrap_err();
    assert_eq!(taken.errno, Errno::ADDRINUSE);
    let mut heard = [0, 0];
    for _ in 0..50 {
        let client = open(&mut lab);
        let until = lab.0.now().unwrap();
        let mut by = [0, 0];
        for _ in 0..3 {
            lab.0
                .send(client, Some((ip("127.0.0.1"), 5000)), b"x")
                .unwrap();
        }
        for (at, socket) in [first, second].into_iter().enumerate() {
            while let Ok(Received::Datagram(_)) = lab.0.receive(socket, until) {
                by[at] += 1;
            }
        }
        assert!(by == [3, 0] || by == [0, 3], "{by:?}");
        heard[usize::from(by[1] == 3)] += 1;
    }
    assert!(heard[0] > 5 && heard[1] > 5, "{heard:?}");
}
