use super::*;
use netloom_model::ipset::{Entry, IpSet, IpSetChange, Kind, Options, Part, Range, Skb};
use netloom_model::ruleset::Counter;
use netloom_model::{Family, MacAddr};

fn set(kind: Kind, entries: Vec<Entry>) -> IpSet {
    IpSet {
        name: "a".to_owned(),
        kind,
        family: kind.has_family().then_some(Family::V4),
        options: Options::default(),
        references: 0,
        entries,
    }
}

/// The set as the kernel would list it, by what a request to make it and its elements says.
fn listed(set: &IpSet) -> Vec<IpSet> {
    let made = IpSetChange::Create {
        set: Box::new(set.clone()),
        exist: false,
    };
    let (_, _, mut body) = change(&made, 6, None);
    body.nest(command::ELEMENTS, |body| {
        for entry in &set.entries {
            body.nest(command::DATA, |body| {
                element::encode(body, set.kind, entry);
            });
        }
    });
    joined(decode(body.bytes()).into_iter().collect())
}

#[test]
fn elements_come_back_as_they_were_written() {
    let net = |text: &str, prefix| Part::Net {
        address: text.parse().unwrap(),
        prefix,
    };
    let port = Part::Port {
        protocol: 6,
        port: 80,
    };
    let iface = Part::Iface {
        name: "eth".to_owned(),
        physdev: true,
        wildcard: true,
    };
    let mac = Part::Mac(MacAddr([2, 0, 0, 0, 0, 1]));
    let host = || net("10.0.0.1", 32);
    let all = [
        (Kind::HashIp, vec![host()]),
        (Kind::HashNet, vec![net("10.0.0.0", 8)]),
        (
            Kind::HashNetNet,
            vec![net("10.0.0.0", 8), net("10.1.0.0", 16)],
        ),
        (
            Kind::HashIpPortNet,
            vec![host(), port.clone(), net("10.1.0.0", 16)],
        ),
        (Kind::HashIpPortIp, vec![host(), port, net("10.0.0.2", 32)]),
        (Kind::HashNetIface, vec![net("10.0.0.0", 8), iface]),
        (Kind::HashIpMark, vec![host(), Part::Mark(7)]),
        (Kind::BitmapIpMac, vec![host(), mac.clone()]),
        (Kind::BitmapIpMac, vec![host()]),
        (Kind::HashMac, vec![mac]),
        (Kind::ListSet, vec![Part::Set("b".to_owned())]),
    ];
    for (kind, parts) in all {
        let set = set(kind, vec![Entry::new(parts)]);
        assert_eq!(listed(&set), [set]);
    }
}

#[test]
fn what_elements_have_beside_comes_back_too() {
    let mut entry = Entry::new(vec![Part::Port {
        protocol: 0,
        port: 80,
    }]);
    entry.timeout = Some(5);
    entry.counter = Some(Counter {
        packets: 1,
        bytes: 2,
    });
    entry.comment = Some("why".to_owned());
    entry.skb = Skb {
        mark: Some((1, 2)),
        prio: Some((3, 4)),
        queue: Some(5),
    };
    let mut set = set(Kind::BitmapPort, vec![entry]);
    set.options.range = Some(Range::Ports(1, 1000));
    set.options.timeout = Some(60);
    (set.options.counters, set.options.comment) = (true, true);
    (set.options.skbinfo, set.options.forceadd) = (true, true);
    assert_eq!(listed(&set), [set]);
}

#[test]
fn a_set_of_several_messages_is_one() {
    let whole = set(
        Kind::HashIp,
        vec![Entry::new(vec![Part::host([10, 0, 0, 1].into())])],
    );
    let mut bytes = Writer::default();
    bytes.nest(command::DATA, |body| {
        element::encode(body, Kind::HashIp, &whole.entries[0]);
    });
    let pieces = vec![
        Piece::Set(Box::new(whole)),
        Piece::More("a".to_owned(), bytes.bytes().to_vec()),
        Piece::More("b".to_owned(), bytes.bytes().to_vec()),
    ];
    let joined = joined(pieces);
    assert_eq!((joined.len(), joined[0].entries.len()), (1, 2));
}
