use super::*;
use crate::Writer;
use netloom_model::socket::{SocketKind, TcpState};

/// A message about a socket of IPv4 between 10.0.0.1:80 and 10.0.0.2:1025.
fn message(state: u8, timer: u8) -> Writer {
    let mut fixed = [0; 72];
    fixed[..4].copy_from_slice(&[2, state, timer, 3]);
    fixed[4..8].copy_from_slice(&[0, 80, 4, 1]);
    fixed[8..12].copy_from_slice(&[10, 0, 0, 1]);
    fixed[24..28].copy_from_slice(&[10, 0, 0, 2]);
    fixed[40] = 7;
    fixed[52..54].copy_from_slice(&[0xe8, 3]);
    fixed[56] = 1;
    fixed[60] = 2;
    fixed[68] = 9;
    Writer::new(&fixed)
}

#[test]
fn a_connection_has_two_ends_a_state_and_a_timer() {
    let mut body = message(1, 1);
    let mut info = [0; 240];
    info[5] = 7;
    info[6] = 0x97;
    info[76..80].copy_from_slice(&u32::MAX.to_le_bytes());
    info[232] = 5;
    body.put(2, &info);
    let found = decode(Inet::Tcp, body.bytes()).unwrap();
    assert_eq!(found.kind, SocketKind::Tcp);
    assert_eq!(found.local, ("10.0.0.1".parse().unwrap(), 80));
    assert_eq!(found.remote, Some(("10.0.0.2".parse().unwrap(), 1025)));
    assert_eq!((found.dev, found.queues, found.inode), (7, (1, 2), 9));
    let timer = found.timer.unwrap();
    assert_eq!((timer.name.as_str(), timer.left.as_secs()), ("on", 1));
    assert_eq!(timer.retransmits, 3);
    let info = found.tcp.unwrap();
    assert_eq!((info.window_scale, info.ssthresh), (Some((7, 9)), None));
    assert_eq!((info.state, info.windows.1), (TcpState::Established, 5));
}

#[test]
fn the_port_of_a_raw_socket_is_its_protocol() {
    let found = decode(Inet::Raw, message(7, 0).bytes()).unwrap();
    assert_eq!(found.kind, SocketKind::Raw(80));
    assert_eq!((found.state, found.timer), (TcpState::Closed, None));
}

#[test]
fn a_packet_socket_says_what_it_looks_at() {
    let mut fixed = [0; 16];
    fixed[..8].copy_from_slice(&[17, 3, 3, 0, 5, 0, 0, 0]);
    let mut body = Writer::new(&fixed);
    body.u32(0, 4);
    let found = decode_packet(body.bytes()).unwrap();
    assert_eq!(found.kind, SocketKind::Packet(3));
    assert_eq!((found.dev, found.inode), (4, 5));
    assert_eq!(decode_packet(message(1, 0).bytes()), None);
}
