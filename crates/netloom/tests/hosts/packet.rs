//! The table of packets: a line each.
//!
//! - `DEV tcp|udp FROM:PORT TO:PORT [FLAGS] [WORD VALUE...]`, `DEV icmp FROM TO [TYPE/CODE]`: a packet
//!   arrives at a TAP. The flags of TCP are letters of FSRPAU; `S` where none are said. Words: `ttl`,
//!   `len`, and `to` with a hardware address.
//! - `local ...`: the host itself sends it.
//! - `answer DEV [FLAGS]`: whoever got the last frame that came out of a TAP answers it.
//! - `error DEV TYPE/CODE`: a router there tells its sender of an error.
//! - `either NAME NAME`: which of two addresses, or of two TAPs, is a matter of chance.
//!
//! Behind `chance`, which rules are met is a matter of chance too, and is not compared.

use crate::network::{Mac, Network};
use crate::seen::{Seen, transport_sum};
use core::net::{IpAddr, SocketAddr};
use netloom_wire::checksum;

const FLAGS: [(char, u8); 6] = [('F', 1), ('S', 2), ('R', 4), ('P', 8), ('A', 16), ('U', 32)];

/// The flags of TCP as their letters.
pub(crate) fn letters(flags: u8) -> String {
    let set = FLAGS.iter().filter(|(_, bit)| flags & bit != 0);
    set.map(|(letter, _)| *letter).collect()
}

fn flags(word: &str) -> Option<u8> {
    let bit = |c| FLAGS.iter().find(|(letter, _)| *letter == c).map(|f| f.1);
    word.chars().map(bit).sum()
}

/// A packet on its way.
#[derive(Clone)]
pub(crate) struct Packet {
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    protocol: u8,
    ports: (u16, u16),
    flags: u8,
    answers: bool,
    icmp: (u8, u8),
    ttl: u8,
    /// What follows the transport's header.
    body: Vec<u8>,
    mac: Option<Mac>,
}

/// Where it comes from.
pub(crate) enum Source {
    Tap(String),
    Local,
}

/// A line of the table.
pub(crate) enum Line {
    Send(Source, Packet, bool),
    Answer(String, Option<u8>),
    Error(String, (u8, u8)),
    Either(String, String),
}

fn pair(word: &str) -> Option<(u8, u8)> {
    let (one, other) = word.split_once('/')?;
    Some((one.parse().ok()?, other.parse().ok()?))
}

/// Reads a line.
pub(crate) fn line(text: &str) -> Option<Line> {
    let words: Vec<&str> = text.split_whitespace().collect();
    Some(match words[..] {
        ["answer", dev] => Line::Answer(dev.to_owned(), None),
        ["answer", dev, word] => Line::Answer(dev.to_owned(), Some(flags(word)?)),
        ["error", dev, word] => Line::Error(dev.to_owned(), pair(word)?),
        ["either", one, other] => Line::Either(one.to_owned(), other.to_owned()),
        [dev, protocol, from, to, ref rest @ ..] => {
            let source = match dev {
                "local" => Source::Local,
                tap => Source::Tap(tap.to_owned()),
            };
            let chance = rest.contains(&"chance");
            let rest: Vec<&str> = rest.iter().copied().filter(|w| *w != "chance").collect();
            Line::Send(source, Packet::read(protocol, from, to, &rest)?, chance)
        }
        _ => return None,
    })
}

impl Packet {
    fn read(protocol: &str, from: &str, to: &str, rest: &[&str]) -> Option<Packet> {
        let end = |text: &str| match text.parse::<SocketAddr>() {
            Ok(end) => Some((end.ip(), end.port())),
            Err(_) => Some((text.parse().ok()?, 0)),
        };
        let ((from, sport), (to, dport)) = (end(from)?, end(to)?);
        let v6 = from.is_ipv6();
        let protocol = match protocol {
            "tcp" => 6,
            "udp" => 17,
            "icmp" if v6 => 58,
            "icmp" => 1,
            other => other.parse().ok()?,
        };
        let mut packet = Packet {
            from,
            to,
            protocol,
            ports: (sport, dport),
            flags: 2,
            answers: false,
            icmp: if v6 { (128, 0) } else { (8, 0) },
            ttl: 64,
            body: if protocol == 6 {
                Vec::new()
            } else {
                b"abcd".to_vec()
            },
            mac: None,
        };
        let mut rest = rest.iter();
        while let Some(word) = rest.next() {
            match *word {
                "ttl" => packet.ttl = rest.next()?.parse().ok()?,
                "len" => packet.body = vec![b'a'; rest.next()?.parse().ok()?],
                "to" => packet.mac = Some(crate::network::mac(rest.next()?)?),
                word if protocol == 6 => packet.flags = flags(word)?,
                word => packet.icmp = pair(word)?,
            }
        }
        Some(packet)
    }

    /// The answer to a frame that came out.
    pub(crate) fn answer(frame: &[u8], flags: Option<u8>) -> Option<Packet> {
        let seen = Seen::read(frame)?;
        let usual = if seen.flags & 2 != 0 { 0x12 } else { 0x10 };
        let icmp = match seen.icmp.0 {
            8 => (0, 0),
            128 => (129, 0),
            _ => seen.icmp,
        };
        Some(Packet {
            from: seen.to,
            to: seen.from,
            protocol: seen.protocol,
            ports: (seen.ports.1, seen.ports.0),
            flags: flags.unwrap_or(usual),
            answers: true,
            icmp,
            ttl: 64,
            body: if seen.protocol == 6 {
                Vec::new()
            } else {
                b"abcd".to_vec()
            },
            mac: frame.get(6..12)?.try_into().ok(),
        })
    }

    /// A router's error about a frame that came out.
    pub(crate) fn error(frame: &[u8], icmp: (u8, u8)) -> Option<Packet> {
        let seen = Seen::read(frame)?;
        Some(Packet {
            from: seen.to,
            to: seen.from,
            protocol: if seen.to.is_ipv6() { 58 } else { 1 },
            ports: (0, 0),
            flags: 0,
            answers: true,
            icmp,
            ttl: 64,
            body: frame.get(14..)?.iter().copied().take(64).collect(),
            mac: frame.get(6..12)?.try_into().ok(),
        })
    }

    /// The frame that it is when it arrives at a TAP.
    pub(crate) fn frame(&self, network: &Network, tap: &str) -> Vec<u8> {
        let to = self.mac.or_else(|| multicast(self.to));
        let to = to.unwrap_or_else(|| network.receiver(tap));
        let mut frame = to.to_vec();
        frame.extend(network.sender(tap, self.from));
        frame.extend(match self.from {
            IpAddr::V4(_) => [0x08, 0x00],
            IpAddr::V6(_) => [0x86, 0xdd],
        });
        frame.extend(self.bytes());
        frame
    }

    /// The IP packet.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let payload = self.transport();
        let len = payload.len() as u16;
        let mut packet = Vec::new();
        match (self.from, self.to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                packet.extend([0x45, 0]);
                packet.extend((20 + len).to_be_bytes());
                packet.extend([0, 1, 0, 0, self.ttl, self.protocol, 0, 0]);
                packet.extend(from.octets());
                packet.extend(to.octets());
                let sum = checksum::checksum(&packet);
                packet[10..12].copy_from_slice(&sum.to_be_bytes());
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                packet.extend([0x60, 0, 0, 0]);
                packet.extend(len.to_be_bytes());
                packet.extend([self.protocol, self.ttl]);
                packet.extend(from.octets());
                packet.extend(to.octets());
            }
            _ => {}
        }
        packet.extend(payload);
        packet
    }

    fn transport(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let (sport, dport) = (self.ports.0.to_be_bytes(), self.ports.1.to_be_bytes());
        let at = match self.protocol {
            6 => {
                // One side's numbers begin at 1000, the other's at 7000.
                let syn = u32::from(self.flags & 2 != 0);
                let (mine, theirs) = if self.answers {
                    (7001, 1001)
                } else {
                    (1001, 7001_u32)
                };
                let ack = if self.flags & 16 != 0 { theirs } else { 0 };
                bytes.extend([sport, dport].concat());
                bytes.extend((mine - syn).to_be_bytes());
                bytes.extend(ack.to_be_bytes());
                bytes.extend([0x50, self.flags]);
                bytes.extend(5000_u16.to_be_bytes());
                bytes.extend([0; 4]);
                16
            }
            17 => {
                bytes.extend([sport, dport].concat());
                bytes.extend((8 + self.body.len() as u16).to_be_bytes());
                bytes.extend([0; 2]);
                6
            }
            1 | 58 => {
                let id = if is_error(self.protocol, self.icmp.0) {
                    0
                } else {
                    7
                };
                bytes.extend([self.icmp.0, self.icmp.1, 0, 0, 0, id, 0, id]);
                2
            }
            _ => return self.body.clone(),
        };
        bytes.extend(&self.body);
        let sum = transport_sum(self.from, self.to, self.protocol, &bytes);
        bytes[at..at + 2].copy_from_slice(&sum.to_be_bytes());
        bytes
    }
}

/// Whether a message of ICMP or ICMPv6 tells of an error.
pub(crate) const fn is_error(protocol: u8, icmp_type: u8) -> bool {
    match protocol {
        1 => matches!(icmp_type, 3 | 4 | 5 | 11 | 12),
        _ => icmp_type < 128,
    }
}

/// The hardware address of a group, or of everybody.
fn multicast(to: IpAddr) -> Option<Mac> {
    match to {
        IpAddr::V4(to) if to.is_multicast() => {
            let [_, b, c, d] = to.octets();
            Some([1, 0, 0x5e, b & 0x7f, c, d])
        }
        // The networks of the hosts are all /24 or wider.
        IpAddr::V4(to) if to.octets()[3] == 255 => Some([0xff; 6]),
        IpAddr::V6(to) if to.is_multicast() => {
            let [.., a, b, c, d] = to.octets();
            Some([0x33, 0x33, a, b, c, d])
        }
        _ => None,
    }
}
