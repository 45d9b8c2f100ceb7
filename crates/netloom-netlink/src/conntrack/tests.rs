use super::*;
use crate::Messages;
use netloom_model::conntrack::{Connection, ConnectionEvent, Ports, Tuple, status};
use netloom_model::{Errno, Time};

fn tuple(source: &str, destination: &str, protocol: u8, ports: Ports) -> Tuple {
    Tuple {
        source: source.parse().unwrap(),
        destination: destination.parse().unwrap(),
        protocol,
        ports,
    }
}

fn connection(original: Tuple, reply: Tuple) -> Connection {
    Connection {
        id: 0,
        original,
        reply,
        status: status::CONFIRMED | status::ASSURED,
        timeout: 100,
        state: None,
        mark: 7,
        zone: 3,
        original_zone: None,
        reply_zone: None,
        labels: Some(5),
        helper: None,
        tags: None,
        began: None,
        lived: None,
        counters: None,
        references: 0,
    }
}

const fn ports(source: u16, destination: u16) -> Ports {
    Ports::Ports {
        source,
        destination,
    }
}

#[test]
fn a_connection_comes_back_as_it_was_written() {
    let icmp = |icmp_type| Ports::Icmp {
        icmp_type,
        code: 0,
        id: 77,
    };
    let gre = Ports::Gre {
        source: 1,
        destination: 2,
    };
    let back = Ports::Gre {
        source: 2,
        destination: 1,
    };
    let pairs = [
        ("10.0.0.1", "10.0.0.2", 17, ports(10, 20), ports(20, 10)),
        ("fd00::1", "fd00::2", 58, icmp(128), icmp(129)),
        ("10.0.0.1", "10.0.0.2", 1, icmp(8), icmp(0)),
        ("10.0.0.1", "10.0.0.2", 47, gre, back),
        ("fd00::1", "fd00::2", 99, Ports::None, Ports::None),
    ];
    for (source, destination, protocol, there, back) in pairs {
        let original = tuple(source, destination, protocol, there);
        let told = connection(original, tuple(destination, source, protocol, back));
        let body = create(&told).unwrap();
        assert_eq!(decode(body.bytes(), Time::ZERO), Some(told));
    }
}

#[test]
fn states_and_tags_are_those_of_the_protocol() {
    let original = tuple("10.0.0.1", "10.0.0.2", 132, ports(1, 2));
    let mut told = connection(original, tuple("10.0.0.2", "10.0.0.1", 132, ports(2, 1)));
    (told.state, told.tags) = (Some("ESTABLISHED".to_owned()), Some([5, 6]));
    let body = create(&told).unwrap();
    assert_eq!(decode(body.bytes(), Time::ZERO), Some(told.clone()));
    told.state = Some("SYN_SENT".to_owned());
    assert_eq!(create(&told).unwrap_err().errno, Errno::INVAL);
}

#[test]
fn a_translated_connection_is_told_with_its_plain_reply() {
    let original = tuple("10.0.0.1", "10.0.0.2", 6, ports(10, 20));
    let mut told = connection(original, tuple("10.0.0.6", "10.0.0.1", 6, ports(80, 10)));
    told.status |= status::DST_NAT;
    told.state = Some("SYN_SENT".to_owned());
    let body = create(&told).unwrap();
    let read = decode(body.bytes(), Time::ZERO).unwrap();
    assert_eq!(read.reply.source, original.destination);
    assert_eq!(read.status & status::DST_NAT, 0);
    let nat = Attributes::behind(body.bytes(), FIXED).inside(attribute::NAT_DESTINATION);
    assert_eq!(nat.addr(1), Some("10.0.0.6".parse().unwrap()));
    assert_eq!(be16(nat.inside(3), 1), Some(80));
}

#[test]
fn messages_tell_what_happened() {
    let original = tuple("10.0.0.1", "10.0.0.2", 17, ports(10, 20));
    let told = connection(original, tuple("10.0.0.2", "10.0.0.1", 17, ports(20, 10)));
    let body = create(&told).unwrap();
    let event = |kind, flags| {
        let bytes = body.clone().message(kind, flags).unwrap();
        let message = Messages::new(&bytes, 0).next()?.ok()?;
        notice(&message, Time::ZERO).map(|notice| notice.event)
    };
    let made = crate::flag::CREATE | crate::flag::EXCLUSIVE;
    assert_eq!(event(kind::NEW, made), Some(ConnectionEvent::New));
    assert_eq!(event(kind::NEW, 0), Some(ConnectionEvent::Update));
    assert_eq!(event(kind::DELETE, 0), Some(ConnectionEvent::Destroy));
    assert_eq!(event(kind::GET, 0), None);
}
