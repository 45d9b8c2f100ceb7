//! What `explain` says is what happens: in networks drawn at random, with mistakes in them, a ping
//! is answered where the journey says so and nowhere else, and asking has changed nothing.

#![allow(missing_docs, reason = "a test")]

mod common;

use common::{Lab, ip, ping};
use core::time::Duration;
use netloom_model::journey::Verdict;
use netloom_model::socket::{Received, SocketKind};
use netloom_model::state::Parts;
use netloom_model::{Change, LinkSettings, Mode, Neighbour, World};
use netloom_wire::icmpv4::{Echo, Repr};
use proptest::prelude::*;

/// What somebody forgot, or set otherwise, at the host of a number.
#[derive(Clone, Copy, Debug)]
enum Mistake {
    DeviceDown,
    NoForwarding,
    NoRoute,
    StrictReversePath,
    ArpIgnored,
    EchoIgnored,
    Blackhole,
    WrongNeighbour,
    NarrowLink,
}

const MISTAKES: [Mistake; 9] = [
    Mistake::DeviceDown,
    Mistake::NoForwarding,
    Mistake::NoRoute,
    Mistake::StrictReversePath,
    Mistake::ArpIgnored,
    Mistake::EchoIgnored,
    Mistake::Blackhole,
    Mistake::WrongNeighbour,
    Mistake::NarrowLink,
];

fn host(number: usize) -> String {
    format!("h{number}")
}

/// Hosts in a row, each a router but the ends; between any two a network of its own, which a bridge
/// joins where `bridged` says so.
fn row(hosts: usize, bridged: &[bool]) -> Lab {
    let mut lab = Lab::default();
    for number in 0..hosts {
        lab.ns(&host(number));
        lab.sysctl(&host(number), "net.ipv4.ip_forward", "1");
    }
    for left in 0..hosts - 1 {
        let right = left + 1;
        if bridged[left % bridged.len()] {
            let bridge = format!("br{left}");
            lab.bridge("", &bridge);
            for (number, dev) in [(left, "right"), (right, "left")] {
                let port = format!("p{left}{dev}");
                lab.veth((&host(number), dev), ("", &port));
                lab.master("", &port, &bridge);
            }
        } else {
            lab.veth((&host(left), "right"), (&host(right), "left"));
        }
        lab.addr(&host(left), "right", &format!("10.0.{left}.1/24"));
        lab.addr(&host(right), "left", &format!("10.0.{left}.2/24"));
    }
    for number in 0..hosts {
        for net in 0..hosts - 1 {
            let dst = format!("10.0.{net}.0/24");
            if net > number {
                lab.route(&host(number), &dst, &format!("10.0.{number}.2"));
            } else if net + 1 < number {
                lab.route(&host(number), &dst, &format!("10.0.{}.1", number - 1));
            }
        }
    }
    lab
}

fn spoil(lab: &mut Lab, hosts: usize, at: usize, mistake: Mistake) {
    let (ns, last) = (host(at), hosts - 1);
    let dev = if at == last { "left" } else { "right" };
    let far = format!("10.0.{}.0/24", last - 1);
    let set = |lab: &mut Lab, settings| lab.set(&ns, dev, settings);
    match mistake {
        Mistake::DeviceDown => set(
            lab,
            LinkSettings {
                up: Some(false),
                ..LinkSettings::default()
            },
        ),
        Mistake::NarrowLink => set(
            lab,
            LinkSettings {
                mtu: Some(70),
                ..LinkSettings::default()
            },
        ),
        Mistake::NoForwarding => lab.sysctl(&ns, "net.ipv4.ip_forward", "0"),
        Mistake::StrictReversePath => lab.sysctl(&ns, "net.ipv4.conf.all.rp_filter", "1"),
        Mistake::ArpIgnored => lab.sysctl(&ns, "net.ipv4.conf.all.arp_ignore", "8"),
        Mistake::EchoIgnored => lab.sysctl(&ns, "net.ipv4.icmp_echo_ignore_all", "1"),
        Mistake::NoRoute => {
            let wanted = netloom_model::route::RouteMatch::new(far.parse().unwrap());
            let change = Change::DelRoute {
                ns: ns.as_str().into(),
                route: wanted,
            };
            let _ = lab.0.apply(vec![change]); // the last hosts have none but the link's own
        }
        Mistake::Blackhole => {
            let route = netloom_model::Route {
                kind: netloom_model::RouteType::Blackhole,
                ..netloom_model::Route::new("10.0.0.0/30".parse().unwrap())
            };
            let change = Change::AddRoute {
                ns: ns.as_str().into(),
                route,
                mode: Mode::Replace,
            };
            lab.apply(change);
        }
        Mistake::WrongNeighbour => {
            let index = lab.link(&ns, dev).index;
            let hop = if at == last {
                format!("10.0.{}.1", last - 1)
            } else {
                format!("10.0.{at}.2")
            };
            let mac = netloom_model::MacAddr([2, 0, 0, 0, 0, 0x99]);
            let change = Change::AddNeighbour {
                ns: ns.as_str().into(),
                neighbour: Neighbour::permanent(index, ip(&hop), mac),
                mode: Mode::Replace,
            };
            lab.apply(change);
        }
    }
}

/// Whether a program's echo request is answered within ten seconds.
fn answered(lab: &mut Lab, from: &str, to: &str) -> bool {
    let socket = lab.0.open(&from.into(), SocketKind::Ping).unwrap();
    let echo = Repr::EchoRequest(Echo {
        ident: 1,
        seq: 1,
        data: &[0; 56],
    });
    let mut message = vec![0; echo.buffer_len()];
    echo.emit(&mut message);
    let until = lab.0.engine.now() + Duration::from_secs(10);
    let _ = lab.0.send(socket, Some((ip(to), 0)), &message);
    matches!(lab.0.receive(socket, until), Ok(Received::Datagram(_)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_ping_is_answered_where_explain_says_so(
        hosts in 2_usize..5,
        bridged in prop::collection::vec(any::<bool>(), 4),
        mistakes in prop::collection::vec((0_usize..5, prop::sample::select(&MISTAKES[..])), 0..3),
    ) {
        let mut lab = row(hosts, &bridged);
        for (at, mistake) in mistakes {
            spoil(&mut lab, hosts, at % hosts, mistake);
        }
        // Whoever looks for duplicate addresses and groups has done so.
        lab.0.engine.advance(netloom_model::Time::from_secs(30));
        let to = format!("10.0.{}.2", hosts - 2);
        let before = lab.0.snapshot(None, Parts::ALL).unwrap();
        let probe = ping(&to);

        let journey = lab.explain("h0", probe);
        let after = lab.0.snapshot(None, Parts::ALL).unwrap();
        prop_assert_eq!(before, after, "asking changed something");
        let told = matches!(journey.back, Some(Verdict::Delivered { .. }));
        prop_assert_eq!(answered(&mut lab, "h0", &to), told, "{:?} {:?}", journey.verdict, journey.back);
    }
}
