//! Packets: a few flows, which begin, are answered, go on, and are told of errors.

use super::PACKETS;
use crate::case::{How, Step};
use crate::dice::Dice;
use crate::packet::PROTOCOLS;
use crate::place::router;
use crate::words::{PORTS, address};
use core::fmt::Display;

/// What the packets of one direction have in common.
struct Flow {
    dev: usize,
    from: String,
    to: String,
    protocol: &'static str,
    words: Vec<(String, String)>,
}

/// What is sent.
pub(super) fn draw(dice: &mut Dice, versions: &[bool]) -> Vec<Step> {
    let flows: Vec<Flow> = (0..3 + dice.below(5))
        .map(|_| {
            let v6 = *dice.of(versions);
            flow(dice, v6)
        })
        .collect();
    (1..=PACKETS as u16)
        .map(|number| {
            let earlier = number.saturating_sub(1 + dice.weighted(&[(70, 0), (20, 1), (10, 3)]));
            let kind = if earlier == 0 { 99 } else { dice.below(100) };
            let (how, mut words) = match kind {
                0..45 => (How::Answer { of: earlier }, answer_words(dice)),
                45..53 => (How::Error { of: earlier }, error_words(dice, versions)),
                53..60 if !dice.of(&flows).from.contains(':') => {
                    let flow = dice.of(&flows);
                    local(dice, flow)
                }
                _ => {
                    let flow = dice.of(&flows);
                    sent(dice, flow)
                }
            };
            // Those that the router itself sends are not joined for tracking.
            // Of errors of IPv6 that Linux translates it draws the first 48 bytes into one piece,
            // whatever the pieces were.
            let cut = match how {
                How::Local { .. } => false,
                How::Error { .. } => versions == [false],
                _ => true,
            };
            odd(dice, &mut words, cut);
            if let How::Local { .. } = how {
                // Nobody looks at the checksum of what comes from this host.
                words.retain(|(name, _)| name != "sum");
            }
            Step { number, how, words }
        })
        .collect()
}

fn word(name: &str, value: impl Display) -> (String, String) {
    (name.to_owned(), value.to_string())
}

fn flow(dice: &mut Dice, v6: bool) -> Flow {
    let dev = dice.below(3);
    let host = 2 + dice.below(2);
    let from = match (dice.chance(85), v6) {
        (true, false) => format!("10.0.{dev}.{host}"),
        (true, true) => format!("fd00:{dev}::{host}"),
        (false, false) => format!("10.10{dev}.0.5"),
        (false, true) => format!("fd00:10{dev}::5"),
    };
    let to = match dice.below(10) {
        0..2 => router(dice.below(3), v6).to_string(),
        _ => address(dice, v6),
    };
    let icmp = if v6 { "icmpv6" } else { "icmp" };
    let protocol = dice.weighted(&[(40, "tcp"), (30, "udp"), (20, icmp), (10, "")]);
    let (protocol, _) = match protocol {
        "" => *dice.of(&PROTOCOLS),
        named => *PROTOCOLS
            .iter()
            .find(|(n, _)| *n == named)
            .unwrap_or(&PROTOCOLS[0]),
    };
    let mut words = Vec::new();
    if matches!(protocol, "tcp" | "udp" | "sctp" | "udplite") {
        words.push(word("sport", dice.of(&PORTS)));
        words.push(word("dport", dice.of(&PORTS)));
    } else if protocol == icmp {
        words.push(word("icmpid", 7 + dice.below(3)));
    }
    if host == 3 {
        words.push(word("host", 3));
    }
    Flow {
        dev,
        from,
        to,
        protocol,
        words,
    }
}

const FLAGS: [(usize, &str); 12] = [
    (50, "S"),
    (10, "A"),
    (8, "AP"),
    (5, "R"),
    (4, "AR"),
    (5, "AF"),
    (4, "SA"),
    (1, "-"),
    (1, "FPU"),
    (1, "SR"),
    (1, "F"),
    (1, "SEC"),
];

/// A packet of a flow.
fn sent(dice: &mut Dice, flow: &Flow) -> (How, Vec<(String, String)>) {
    let how = How::Send {
        dev: format!("t{}", flow.dev),
        from: flow.from.clone(),
        to: flow.to.clone(),
        protocol: flow.protocol.to_owned(),
    };
    (how, own_words(dice, flow))
}

/// A packet of a flow as the router would send it.
fn local(dice: &mut Dice, flow: &Flow) -> (How, Vec<(String, String)>) {
    let how = How::Local {
        from: router(dice.below(3), false).to_string(),
        to: flow.to.clone(),
        protocol: flow.protocol.to_owned(),
    };
    let mut words = own_words(dice, flow);
    words.retain(|(name, _)| name != "host");
    (how, words)
}

fn own_words(dice: &mut Dice, flow: &Flow) -> Vec<(String, String)> {
    let mut words = flow.words.clone();
    match flow.protocol {
        "tcp" => {
            let flags = dice.weighted(&FLAGS);
            if flags != "S" {
                words.push(word("flags", flags));
            } else if dice.chance(20) {
                words.push(word("mss", dice.of(&[536, 1000, 1460])));
            }
            if flags.contains('A') && dice.chance(50) {
                words.push(word("seq", 1001));
                words.push(word("ack", 7001));
            }
        }
        "icmp" if dice.chance(15) => {
            let (kind, code) =
                *dice.of(&[(0, 0), (3, 1), (8, 5), (13, 0), (17, 0), (5, 1), (40, 0)]);
            words.push(word("type", kind));
            words.push(word("code", code));
        }
        "icmpv6" if dice.chance(15) => {
            let (kind, code) = *dice.of(&[(129, 0), (1, 4), (200, 0), (2, 0)]);
            words.push(word("type", kind));
            words.push(word("code", code));
        }
        "sctp" => words.push(word("flags", dice.of(&["-", "F", "S", "FS"]))),
        _ => {}
    }
    words
}

fn answer_words(dice: &mut Dice) -> Vec<(String, String)> {
    let flags = dice.weighted(&[
        (60, ""),
        (10, "AP"),
        (10, "AF"),
        (8, "R"),
        (6, "AR"),
        (6, "S"),
    ]);
    if flags.is_empty() {
        Vec::new()
    } else {
        vec![word("flags", flags)]
    }
}

fn error_words(dice: &mut Dice, versions: &[bool]) -> Vec<(String, String)> {
    if versions != [false] {
        return Vec::new();
    }
    let (kind, code) = *dice.of(&[(3, 3), (3, 1), (3, 4), (11, 0), (12, 0), (5, 1)]);
    let mut words = vec![word("type", kind), word("code", code)];
    if dice.chance(25) {
        words.push(word("from", "10.102.0.9"));
    }
    words
}

/// What is not as in most packets.
fn odd(dice: &mut Dice, words: &mut Vec<(String, String)>, cut: bool) {
    if dice.chance(25) {
        words.push(word("len", dice.of(&[0, 1, 16, 40, 100])));
    }
    if dice.chance(10) {
        words.push(word("ttl", dice.of(&[0, 1, 2, 5, 255])));
    }
    if dice.chance(10) {
        words.push(word("tos", dice.of(&[4, 0x10, 0x28, 0xb8, 3])));
    }
    if dice.chance(2) {
        words.push(word("sum", 1));
    }
    if cut && dice.chance(6) {
        words.push(word("len", 60));
        words.push(word("cut", dice.of(&[16, 24, 40])));
        match dice.below(6) {
            0 => words.push(word("back", 1)),
            1 => words.push(word("lost", dice.below(2))),
            2 => words.push(word("twice", 0)),
            _ => {}
        }
    } else if dice.chance(5) {
        words.push(word("df", 1));
    }
}
