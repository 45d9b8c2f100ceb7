//! Who sends what to whom.

use super::net::{self, End, Net};
use crate::case::{Probe, ProbeKind};
use crate::dice::Dice;
use crate::play::ECHO;
use core::net::IpAddr;
use netloom_model::socket::PmtuDiscovery;

pub(super) fn draw(dice: &mut Dice, net: &Net) -> Probe {
    let v6 = net.has_v6() && (!net.has_v4() || dice.chance(45));
    let ns = dice.below(net.spaces);
    let end = dice.of(&net.ends);
    let address = |end: &End| if v6 { end.v6() } else { end.v4() };
    let text = if dice.chance(88) {
        address(end)
    } else {
        odd(dice, net, end, v6)
    };
    let to: IpAddr = text.parse().expect("an address");
    let kind = dice.weighted(&[
        (65, ProbeKind::Ping),
        (27, ProbeKind::Udp(ECHO)),
        (8, ProbeKind::Udp(9)),
    ]);
    let from = dice.chance(8).then(|| {
        let mine: Vec<&End> = net.ends.iter().filter(|e| e.ns == ns).collect();
        let end = if mine.is_empty() || dice.chance(10) {
            dice.of(&net.ends)
        } else {
            dice.of(&mine)
        };
        address(end).parse().expect("an address")
    });
    let dev = (dice.chance(6) && !to.is_loopback()).then(|| {
        let all = net.all_devices();
        let mine: Vec<_> = all.iter().filter(|(at, _)| *at == ns).collect();
        if mine.is_empty() {
            "lo".to_owned()
        } else {
            dice.of(&mine).1.clone()
        }
    });
    let pmtu = [
        PmtuDiscovery::Dont,
        PmtuDiscovery::Want,
        PmtuDiscovery::Do,
        PmtuDiscovery::Probe,
    ];
    Probe {
        ns: net::name(ns),
        kind,
        to,
        size: dice.weighted(&[
            (60, 56),
            (6, 0),
            (6, 8),
            (6, 1000),
            (4, 1272),
            (5, 1472),
            (4, 1473),
            (6, 2500),
            (3, 9000),
        ]),
        ttl: dice
            .chance(18)
            .then(|| dice.weighted(&[(4, 1), (4, 2), (2, 3), (1, 4), (1, 255)])),
        pmtu: dice.chance(25).then(|| *dice.of(&pmtu)),
        from,
        dev,
        mark: dice.chance(8).then(|| 1 + dice.below(2) as u32),
        tos: dice.chance(6).then(|| *dice.of(&[0x08, 0x10, 0x1c, 0xb8])),
    }
}

/// A destination that is nobody's, everybody's, or special.
fn odd(dice: &mut Dice, net: &Net, end: &End, v6: bool) -> String {
    let segment = end.segment;
    let v4 = [
        format!("10.0.{segment}.255"),
        format!("10.0.{segment}.77"),
        format!("10.0.{segment}.0"),
        format!("10.0.{}.1", net.segments + 5),
        "10.99.0.1".to_owned(),
        "127.0.0.1".to_owned(),
        "127.0.0.2".to_owned(),
        "224.0.0.1".to_owned(),
        "255.255.255.255".to_owned(),
        "192.0.2.1".to_owned(),
        "0.0.0.0".to_owned(),
    ];
    let six = [
        format!("fd00:{segment}::77"),
        format!("fd00:{}::1", net.segments + 5),
        "fd99::1".to_owned(),
        "::1".to_owned(),
        "2001:db8::1".to_owned(),
    ];
    dice.of(if v6 { &six[..] } else { &v4[..] }).clone()
}
