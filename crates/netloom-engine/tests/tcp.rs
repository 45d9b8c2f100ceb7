//! TCP between programs in one world.

mod common;

use common::{Lab, ip};
use netloom_model::socket::{
    Interest, Received, Shutdown, SocketId, SocketKind, SocketOption, TcpState,
};
use netloom_model::{Errno, MacAddr, Time, World};
use std::time::Duration;

/// `a` and `b` on one link.
fn pair() -> Lab {
    let mut lab = Lab::default();
    lab.ns("a");
    lab.ns("b");
    lab.veth(("a", "v"), ("b", "v"));
    lab.addr("a", "v", "10.0.0.1/24");
    lab.addr("b", "v", "10.0.0.2/24");
    lab
}

/// A socket of `ns` that listens at `port`.
fn listener(lab: &mut Lab, ns: &str, port: u16) -> SocketId {
    let socket = lab.0.open(&ns.into(), SocketKind::Tcp).unwrap();
    lab.0.bind(socket, ip("0.0.0.0"), port).unwrap();
    lab.0.listen(socket, 8).unwrap();
    socket
}

/// Both ends of a connection from `a` to `b`.
fn connected(lab: &mut Lab) -> (SocketId, SocketId) {
    let listener = listener(lab, "b", 80);
    let client = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
    lab.0.connect(client, ip("10.0.0.2"), 80).unwrap();
    let now = lab.0.now().unwrap();
    let (server, from) = lab.0.accept(listener, now).unwrap();
    assert_eq!(from.0, ip("10.0.0.1"));
    assert_eq!(lab.0.local_address(client).unwrap(), from);
    assert_eq!(lab.0.peer_address(client).unwrap(), (ip("10.0.0.2"), 80));
    (client, server)
}

fn soon(lab: &mut Lab) -> Time {
    lab.0.now().unwrap() + Duration::from_secs(5)
}

fn read(lab: &mut Lab, socket: SocketId) -> Vec<u8> {
    let until = soon(lab);
    match lab.0.receive(socket, until).unwrap() {
        Received::Stream(data) => data,
        other => panic!("{other:?}"),
    }
}

fn state(lab: &mut Lab, socket: SocketId) -> TcpState {
    lab.0.tcp_info(socket).unwrap().state
}

#[test]
fn what_is_sent_arrives_and_the_end_is_seen() {
    let mut lab = pair();
    let (client, server) = connected(&mut lab);
    assert_eq!(lab.0.send(client, None, b"hello").unwrap(), 5);
    assert_eq!(read(&mut lab, server), b"hello");
    assert_eq!(lab.0.send(server, None, b"welcome").unwrap(), 7);
    assert_eq!(read(&mut lab, client), b"welcome");
    lab.0.shutdown(client, Shutdown::Write).unwrap();
    assert_eq!(read(&mut lab, server), b"");
    // Half closed: the other direction still works.
    assert_eq!(lab.0.send(server, None, b"late").unwrap(), 4);
    assert_eq!(read(&mut lab, client), b"late");
    lab.0.close(server).unwrap();
    assert_eq!(read(&mut lab, client), b"");
}

#[test]
fn a_port_where_nobody_listens_refuses() {
    let mut lab = pair();
    let client = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
    let error = lab.0.connect(client, ip("10.0.0.2"), 81).unwrap_err();
    assert_eq!(error.errno, Errno::CONNREFUSED);
}

#[test]
fn a_host_that_is_not_there_is_told_after_the_neighbour_failed() {
    let mut lab = pair();
    let client = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
    let error = lab.0.connect(client, ip("10.0.0.9"), 81).unwrap_err();
    assert_eq!(error.errno, Errno::HOSTUNREACH);
    let error = lab.0.connect(client, ip("10.9.0.9"), 81).unwrap_err();
    assert_eq!(error.errno, Errno::NETUNREACH);
}

#[test]
fn a_megabyte_arrives_whole() {
    let mut lab = pair();
    let (client, server) = connected(&mut lab);
    let data: Vec<u8> = (0..1_000_000u32).map(|i| (i * 7 % 251) as u8).collect();
    let (mut sent, mut got) = (0, Vec::new());
    lab.0.set(client, SocketOption::NonBlocking(true)).unwrap();
    while got.len() < data.len() {
        if sent < data.len() {
            match lab.0.send(client, None, &data[sent..]) {
                Ok(n) => sent += n,
                Err(error) => assert_eq!(error.errno, Errno::AGAIN),
            }
        }
        got.extend(read(&mut lab, server));
    }
    assert!(got == data, "the bytes differ");
    assert_eq!(lab.0.tcp_info(client).unwrap().total_retransmits, 0);
}

#[test]
fn the_side_that_closes_first_waits_a_minute() {
    let mut lab = pair();
    let (client, server) = connected(&mut lab);
    lab.0.close(client).unwrap();
    assert_eq!(state(&mut lab, server), TcpState::CloseWait);
    lab.0.close(server).unwrap();
    let again = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
    let refused = lab.0.connect(again, ip("10.0.0.2"), 82).unwrap_err();
    assert_eq!(refused.errno, Errno::CONNREFUSED);
}

#[test]
fn a_backlog_that_is_full_takes_no_more() {
    let mut lab = pair();
    let listening = lab.0.open(&"b".into(), SocketKind::Tcp).unwrap();
    lab.0.bind(listening, ip("10.0.0.2"), 80).unwrap();
    lab.0.listen(listening, 1).unwrap();
    let mut made = 0;
    for _ in 0..5 {
        let client = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
        let patience = SocketOption::ConnectTimeout(Duration::from_millis(100));
        lab.0.set(client, patience).unwrap();
        made += usize::from(lab.0.connect(client, ip("10.0.0.2"), 80).is_ok());
    }
    assert_eq!(made, 2, "the backlog and one more");
}

#[test]
fn polling_tells_what_a_socket_is_ready_for() {
    let mut lab = pair();
    let (client, server) = connected(&mut lab);
    let now = lab.0.now().unwrap();
    let both = [(client, Interest::BOTH), (server, Interest::READ)];
    let ready = lab.0.poll(&both, false, now).unwrap();
    assert_eq!(ready.of(client), Interest::WRITE);
    assert_eq!(ready.of(server), Interest::NONE);
    lab.0.send(client, None, b"x").unwrap();
    assert!(lab.0.poll(&both, false, now).unwrap().of(server).read);
    lab.0.set(client, SocketOption::Linger(Some(0))).unwrap();
    lab.0.close(client).unwrap();
    let only = [(server, Interest::READ)];
    let ready = lab.0.poll(&only, false, now).unwrap().of(server);
    assert!(ready.read && ready.error && ready.hung_up, "{ready:?}");
}

#[test]
fn both_families_reach_a_socket_that_listens_for_both() {
    let mut lab = Lab::v6();
    lab.ns("a");
    lab.addr("a", "lo", "::2/128");
    let listening = lab.0.open(&"a".into(), SocketKind::Tcp6).unwrap();
    lab.0.bind(listening, ip("::"), 80).unwrap();
    lab.0.listen(listening, 8).unwrap();
    for (kind, to, seen) in [
        (SocketKind::Tcp, "127.0.0.1", "::ffff:127.0.0.1"),
        (SocketKind::Tcp6, "::1", "::1"),
        (SocketKind::Tcp6, "::ffff:127.0.0.1", "::ffff:127.0.0.1"),
    ] {
        let client = lab.0.open(&"a".into(), kind).unwrap();
        lab.0.connect(client, ip(to), 80).unwrap();
        let now = lab.0.now().unwrap();
        let (_, from) = lab.0.accept(listening, now).unwrap();
        assert_eq!(from.0, ip(seen));
    }
    let other = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
    let taken = lab.0.bind(other, ip("0.0.0.0"), 80).unwrap_err();
    assert_eq!(taken.errno, Errno::ADDRINUSE);
}

/// A TCP segment over IPv4 in a frame from `a` to `b`, its checksums right.
fn frame(
    (from, to): (MacAddr, MacAddr),
    src: [u8; 4],
    ports: (u16, u16),
    numbers: (u32, u32),
    flags: u8,
) -> Vec<u8> {
    use netloom_wire::{EtherType, IpProtocol, ethernet, ipv4, tcp};
    let segment = tcp::Repr {
        src_port: ports.0,
        dst_port: ports.1,
        seq: numbers.0,
        ack: numbers.1,
        flags: tcp::Flags(flags),
        window: 1000,
        payload: b"data",
        ..tcp::Repr::default()
    };
    let header = ipv4::Repr {
        src: src.into(),
        dst: [10, 0, 0, 2].into(),
        protocol: IpProtocol::TCP,
        ttl: 64,
        payload_len: segment.buffer_len(),
        ..ipv4::Repr::default()
    };
    let at = ethernet::HEADER_LEN + ipv4::HEADER_LEN;
    let mut frame = vec![0; at + segment.buffer_len()];
    ethernet::Header {
        dst: to,
        src: from,
        ethertype: EtherType::IPV4,
    }
    .emit(&mut frame);
    header.emit(&mut frame[ethernet::HEADER_LEN..]);
    segment.emit(&mut frame[at..]);
    tcp::Packet::new_unchecked(&mut frame[at..]).fill_checksum_v4(src.into(), [10, 0, 0, 2].into());
    frame
}

#[test]
fn a_flood_of_syns_fills_no_more_than_the_backlog() {
    let mut lab = pair();
    let listening = listener(&mut lab, "b", 80);
    let port = lab.0.engine.port(&"a".into(), &"v".into()).unwrap();
    let link = (lab.link("a", "v").address, lab.link("b", "v").address);
    for i in 0..5000u32 {
        let src = [10, 0, 0, 100 + (i % 100) as u8];
        let syn = frame(link, src, ((1000 + i % 50_000) as u16, 80), (i, 0), 0x02);
        lab.0.engine.transmit(port, &syn);
        lab.0.engine.run();
    }
    let drops = lab.0.engine.drops(&"b".into(), Some(&"v".into())).unwrap();
    let refused = drops[&netloom_model::journey::DropReason::SynQueueFull];
    assert!(refused >= 5000 - 16, "{refused} of 5000");
    // A caller who means it gets through when those who don't are given up.
    let later = lab.0.now().unwrap() + Duration::from_secs(120);
    lab.0.sleep_until(later).unwrap();
    let client = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
    lab.0.connect(client, ip("10.0.0.2"), 80).unwrap();
    lab.0.accept(listening, later).unwrap();
}

#[test]
fn segments_of_every_kind_leave_a_connection_standing() {
    let mut lab = pair();
    let (client, server) = connected(&mut lab);
    let (_, own) = lab.0.local_address(client).unwrap();
    let port = lab.0.engine.port(&"a".into(), &"v".into()).unwrap();
    let link = (lab.link("a", "v").address, lab.link("b", "v").address);
    let mut number = 1u32;
    for flags in 0..=0xffu8 {
        for sender in [own, own + 1, 7] {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let forged = frame(link, [10, 0, 0, 1], (sender, 80), (number, !number), flags);
            lab.0.engine.transmit(port, &forged);
            lab.0.engine.run();
        }
    }
    lab.0.send(client, None, b"still here").unwrap();
    assert_eq!(read(&mut lab, server), b"still here");
    assert_eq!(state(&mut lab, server), TcpState::Established);
}

#[test]
fn a_thousand_connections_live_at_once_and_leave_nothing() {
    let mut lab = pair();
    let listening = lab.0.open(&"b".into(), SocketKind::Tcp).unwrap();
    lab.0.bind(listening, ip("0.0.0.0"), 80).unwrap();
    lab.0.listen(listening, 2000).unwrap();
    let mut all = Vec::new();
    for i in 0..1000u32 {
        let client = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
        lab.0.connect(client, ip("10.0.0.2"), 80).unwrap();
        let now = lab.0.now().unwrap();
        let (server, _) = lab.0.accept(listening, now).unwrap();
        lab.0.send(client, None, &i.to_be_bytes()).unwrap();
        all.push((client, server));
    }
    for (i, (client, server)) in all.into_iter().enumerate() {
        assert_eq!(read(&mut lab, server), (i as u32).to_be_bytes());
        lab.0.close(server).unwrap();
        assert_eq!(read(&mut lab, client), b"");
        lab.0.close(client).unwrap();
    }
    // All ports that were given out are free again after a minute.
    let later = lab.0.now().unwrap() + Duration::from_secs(61);
    lab.0.sleep_until(later).unwrap();
    lab.sysctl("a", "net.ipv4.ip_local_port_range", "40000 40000");
    let client = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
    lab.0.connect(client, ip("10.0.0.2"), 80).unwrap();
    let second = lab.0.open(&"a".into(), SocketKind::Tcp).unwrap();
    let none_left = lab.0.connect(second, ip("10.0.0.2"), 80).unwrap_err();
    assert_eq!(none_left.errno, Errno::ADDRNOTAVAIL);
}

#[test]
fn a_reader_that_does_not_read_stops_the_writer_and_probes_find_it_reading_again() {
    let mut lab = pair();
    let (client, server) = connected(&mut lab);
    lab.0.set(client, SocketOption::NonBlocking(true)).unwrap();
    let chunk = vec![1; 65_536];
    let mut sent = 0;
    loop {
        match lab.0.send(client, None, &chunk) {
            Ok(n) => sent += n,
            Err(error) => {
                assert_eq!(error.errno, Errno::AGAIN);
                break;
            }
        }
    }
    assert!(sent < 4 << 20, "{sent} bytes are held");
    // A minute of silence: the window stays closed, the connection stays.
    let later = lab.0.now().unwrap() + Duration::from_secs(60);
    lab.0.sleep_until(later).unwrap();
    assert_eq!(state(&mut lab, client), TcpState::Established);
    let mut got = 0;
    while got < sent {
        let data = read(&mut lab, server);
        assert!(!data.is_empty());
        got += data.len();
    }
    assert_eq!(got, sent);
}
