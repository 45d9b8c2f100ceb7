//! What came out, as lines to be compared: without what a kernel draws by chance.
//!
//! Ports and identifiers that a case does not name are drawn when addresses are translated, the
//! identifications and flow labels of packets that the router makes are its own, and so is the time of
//! day that it tells. They become 0 in what is compared, and checksums that cover them become a word that
//! says whether they are right.

use crate::case::{Case, Line};
use crate::packet::{Seen, read, transport_sum};
use netloom_wire::checksum;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Numbers beyond are never named: ranges of ports are drawn from there, of which chance takes one.
pub(crate) const CHANCE: u16 = 30_000;

/// The numbers that a case names.
pub(crate) struct Known(BTreeSet<u16>);

impl Known {
    pub(crate) fn of(case: &Case) -> Known {
        let mut known = BTreeSet::from([0]);
        let mut numbers = |text: &str| {
            let numbers = text.split(|c: char| !c.is_ascii_digit());
            known.extend(numbers.filter_map(|n| n.parse::<u16>().ok()));
        };
        for line in &case.lines {
            // What number a packet has, and how long it is, names no port: chance may well take that.
            let Line::Packet(step) = line else {
                numbers(&line.to_string());
                continue;
            };
            let ports = ["sport", "dport", "icmpid"];
            let words = step.words.iter();
            let named = words.filter(|(name, _)| ports.contains(&name.as_str()));
            named.for_each(|(_, value)| numbers(value));
        }
        known.retain(|number| *number < CHANCE);
        // What the words of rules name by other names, and what answers itself.
        known.extend([7, 22, 53, 80, 443]);
        Known(known)
    }

    fn knows(&self, number: u16) -> bool {
        self.0.contains(&number)
    }

    /// A word of a listing without numbers drawn by chance.
    pub(crate) fn word(&self, word: &str) -> String {
        let Some((name, value)) = word.split_once('=') else {
            return word.to_owned();
        };
        let by_chance = matches!(name, "sport" | "dport" | "id")
            && value.parse().is_ok_and(|number| !self.knows(number));
        if by_chance {
            format!("{name}=?")
        } else {
            word.to_owned()
        }
    }

    /// Puts 0 for a number that is not known: whether it did.
    fn hide(&self, bytes: &mut [u8]) -> bool {
        let [high, low] = bytes else { return false };
        let known = self.knows(u16::from_be_bytes([*high, *low]));
        if !known {
            (*high, *low) = (0, 0);
        }
        !known
    }

    /// A frame as a line; none where it asks for hardware addresses or tells of groups. `id` is the
    /// identification of what was sent.
    pub(crate) fn frame(&self, dev: &str, frame: &[u8], id: u16) -> Option<String> {
        let Some(seen) = read(frame) else {
            let kind = frame.get(12..14);
            return (kind != Some(&[0x08, 0x06])).then(|| format!("{dev} {}", hex(frame)));
        };
        if seen.protocol == 58 && matches!(seen.icmp.0, 133..=137 | 143) {
            return None;
        }
        let mut line = String::new();
        let mut bytes = frame.to_vec();
        let v4 = seen.from.is_ipv4();
        if v4 {
            let header = &mut bytes[14..seen.transport];
            if !checksum::verify(header) {
                line.push_str(" bad-header-sum");
            }
            if header[4..6] != id.to_be_bytes() {
                header[4..6].fill(0);
            }
            header[10..12].fill(0);
        } else {
            // Flow labels.
            bytes[15] &= 0xf0;
            bytes[16..18].fill(0);
        }
        if seen.fragment.is_some() && !v4 {
            let at = seen.transport - 4;
            if bytes[at..at + 4] != u32::from(id).to_be_bytes() {
                bytes[at..at + 4].fill(0);
            }
        }
        if seen.fragment.is_none_or(|offset| offset == 0) {
            self.transport(&seen, &mut bytes, &mut line);
        }
        let shown = read(&bytes).as_ref().map(summary).unwrap_or_default();
        Some(format!("{dev} {shown}{line} | {}", hex(&bytes)))
    }

    fn transport(&self, seen: &Seen, bytes: &mut [u8], line: &mut String) {
        let (transport, whole) = (seen.transport, seen.fragment.is_none());
        let end = seen.end.max(transport);
        let sum = transport_sum(seen.from, seen.to, seen.protocol, &bytes[transport..end]);
        let part = &mut bytes[transport..end];
        if part.len() < 8 {
            return;
        }
        if matches!(seen.protocol, 6 | 17 | 132 | 136) {
            self.ports(part);
        }
        let at = match seen.protocol {
            6 if part.len() >= 20 => 16,
            17 | 136 => 6,
            1 | 58 => 2,
            _ => return,
        };
        let none = seen.protocol == 17 && part[6..8] == [0, 0];
        if whole && sum != 0 && !none {
            line.push_str(" bad-sum");
        } else if whole && none {
            line.push_str(" no-sum");
        }
        part[at..at + 2].fill(0);
        if seen.protocol != 1 && seen.protocol != 58 {
            return;
        }
        if is_error(seen.protocol, part[0]) {
            self.quoted(seen.protocol == 1, &mut part[8..]);
        } else {
            if let (1, 14, Some(times)) = (seen.protocol, part[0], part.get_mut(12..20)) {
                times.fill(0);
            }
            self.hide(&mut part[4..6]);
        }
    }

    fn ports(&self, part: &mut [u8]) {
        self.hide(&mut part[..2]);
        self.hide(&mut part[2..4]);
    }

    /// The packet that an error is about.
    fn quoted(&self, v4: bool, quote: &mut [u8]) {
        // It may be of the router's own, with an identification or a flow label that it drew; not all of
        // its header need be there.
        let drawn: &[(usize, usize)] = if v4 { &[(4, 6), (10, 12)] } else { &[(2, 4)] };
        for (from, to) in drawn {
            if let Some(bytes) = quote.get_mut(*from..*to) {
                bytes.fill(0);
            }
        }
        if let (false, Some(byte)) = (v4, quote.get_mut(1)) {
            *byte &= 0xf0;
        }
        let (protocol, start) = match quote.first() {
            Some(first) if v4 && quote.len() >= 20 => (quote[9], usize::from(first & 15) * 4),
            Some(_) if !v4 && quote.len() >= 40 => (quote[6], 40),
            _ => return,
        };
        let (mut protocol, mut start) = (protocol, start);
        if let (44, Some(header)) = (protocol, quote.get_mut(start..start + 8)) {
            // The router may have cut the packet anew, under an identification of its own.
            header[4..8].fill(0);
            if header[2..4] != [0, 1] && header[2..4] != [0, 0] {
                return;
            }
            (protocol, start) = (header[0], start + 8);
        }
        let Some(part) = quote.get_mut(start..) else {
            return;
        };
        if part.len() < 8 {
            return;
        }
        let (hidden, at) = match protocol {
            6 | 17 | 136 => {
                let one = self.hide(&mut part[..2]);
                let other = self.hide(&mut part[2..4]);
                (one || other, if protocol == 6 { 16 } else { 6 })
            }
            // What an error quotes once more may be of the router's own too: its sum covers that.
            1 | 58 if is_error(protocol, part[0]) => {
                self.quoted(v4, &mut part[8..]);
                (true, 2)
            }
            1 | 58 => (self.hide(&mut part[4..6]), 2),
            _ => return,
        };
        if let (true, Some(sum)) = (hidden, part.get_mut(at..at + 2)) {
            sum.fill(0);
        }
    }
}

const fn is_error(protocol: u8, icmp_type: u8) -> bool {
    match protocol {
        1 => matches!(icmp_type, 3 | 4 | 5 | 11 | 12),
        _ => icmp_type < 128,
    }
}

fn summary(seen: &Seen) -> String {
    let Seen {
        from,
        to,
        protocol,
        ports: (sport, dport),
        ..
    } = seen;
    match protocol {
        6 => format!("{from} {to} tcp {sport} {dport} flags {:02x}", seen.flags),
        17 => format!("{from} {to} udp {sport} {dport}"),
        1 | 58 => format!("{from} {to} icmp {}/{}", seen.icmp.0, seen.icmp.1),
        other => format!("{from} {to} protocol {other}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
