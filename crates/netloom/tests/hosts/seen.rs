//! What came out, as lines: without what a kernel draws by chance.

use crate::packet::{is_error, letters};
use core::net::IpAddr;
use netloom_wire::{IpProtocol, checksum};
use std::collections::BTreeSet;

/// What can be read of a frame.
pub(crate) struct Seen {
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    pub(crate) protocol: u8,
    pub(crate) ports: (u16, u16),
    pub(crate) flags: u8,
    pub(crate) icmp: (u8, u8),
    ttl: u8,
    transport: Vec<u8>,
}

impl Seen {
    /// Reads a frame; none if it carries no IP.
    pub(crate) fn read(frame: &[u8]) -> Option<Seen> {
        let ethertype = frame.get(12..14)?;
        match ethertype {
            [0x08, 0x00] | [0x86, 0xdd] => Seen::packet(frame.get(14..)?),
            _ => None,
        }
    }

    /// Reads an IP packet, whole or begun.
    fn packet(ip: &[u8]) -> Option<Seen> {
        let short = |at: usize| Some(u16::from_be_bytes(ip.get(at..at + 2)?.try_into().ok()?));
        let (from, to, protocol, ttl, start, end): (IpAddr, IpAddr, _, _, _, usize);
        if ip.first()? >> 4 == 4 {
            let address = |at: usize| <[u8; 4]>::try_from(ip.get(at..at + 4)?).ok();
            (from, to) = (address(12)?.into(), address(16)?.into());
            (protocol, ttl) = (*ip.get(9)?, *ip.get(8)?);
            (start, end) = (usize::from(ip[0] & 15) * 4, short(2)?.into());
        } else {
            let address = |at: usize| <[u8; 16]>::try_from(ip.get(at..at + 16)?).ok();
            (from, to) = (address(8)?.into(), address(24)?.into());
            (protocol, ttl) = (*ip.get(6)?, *ip.get(7)?);
            (start, end) = (40, usize::from(short(4)?) + 40);
        }
        let transport = ip.get(start..end.min(ip.len())).unwrap_or_default();
        let pair = |at: usize| Some((*transport.get(at)?, *transport.get(at + 1)?));
        let number = |at: usize| pair(at).map_or(0, |(a, b)| u16::from_be_bytes([a, b]));
        Some(Seen {
            from,
            to,
            protocol,
            ttl,
            ports: match protocol {
                6 | 17 => (number(0), number(2)),
                _ => (0, 0),
            },
            flags: match protocol {
                6 => transport.get(13).copied().unwrap_or_default(),
                _ => 0,
            },
            icmp: match protocol {
                1 | 58 => pair(0).unwrap_or_default(),
                _ => (0, 0),
            },
            transport: transport.to_vec(),
        })
    }

    /// Whether a host says it of itself: of its neighbours and groups.
    fn is_talk(&self) -> bool {
        self.protocol == 2 || self.protocol == 58 && matches!(self.icmp.0, 133..=137 | 143)
    }
}

/// What is chance, and what is not.
pub(crate) struct Known {
    /// The numbers that stand in the table or the rules: other ports were drawn.
    numbers: BTreeSet<u16>,
    /// Addresses of which one was drawn.
    pub(crate) either: Vec<(String, String)>,
}

impl Known {
    pub(crate) fn of(texts: &[String]) -> Known {
        let words = texts
            .iter()
            .flat_map(|text| text.split(|c: char| !c.is_ascii_digit()));
        Known {
            numbers: words.filter_map(|word| word.parse().ok()).collect(),
            either: Vec::new(),
        }
    }

    fn port(&self, port: u16) -> String {
        if self.numbers.contains(&port) {
            port.to_string()
        } else {
            "?".to_owned()
        }
    }

    fn address(&self, address: IpAddr) -> String {
        self.drawn(&address.to_string())
    }

    /// An address or a device; both of them, where it is a matter of chance which.
    pub(crate) fn drawn(&self, name: &str) -> String {
        let mut either = self.either.iter();
        match either.find(|(one, other)| one == name || other == name) {
            Some((one, other)) => format!("{one}|{other}"),
            None => name.to_owned(),
        }
    }

    /// A frame as words; none if it is not about a packet of the table.
    pub(crate) fn frame(&self, frame: &[u8]) -> Option<String> {
        let seen = Seen::read(frame)?;
        if seen.is_talk() {
            return None;
        }
        let mut text = format!("{} ttl {}", self.packet(&seen), seen.ttl);
        let unsummed = seen.protocol == 17 && seen.transport.get(6..8) == Some(&[0, 0]);
        let summed = matches!(seen.protocol, 1 | 6 | 17 | 58) && !unsummed;
        if summed && transport_sum(seen.from, seen.to, seen.protocol, &seen.transport) != 0 {
            text.push_str(" with a wrong checksum");
        }
        let errors = matches!(seen.protocol, 1 | 58) && is_error(seen.protocol, seen.icmp.0);
        if let Some(quoted) = seen.transport.get(8..).filter(|_| errors) {
            let about = Seen::packet(quoted).map(|quoted| self.packet(&quoted));
            text.push_str(&format!(" about {}", about.unwrap_or_default()));
        }
        Some(text)
    }

    fn packet(&self, seen: &Seen) -> String {
        let (from, to) = (self.address(seen.from), self.address(seen.to));
        let (sport, dport) = (self.port(seen.ports.0), self.port(seen.ports.1));
        let end = |address: &str, port: &str| {
            if address.contains(':') {
                format!("[{address}]:{port}")
            } else {
                format!("{address}:{port}")
            }
        };
        let ends = format!("{} > {}", end(&from, &sport), end(&to, &dport));
        match seen.protocol {
            6 => format!("tcp {ends} {}", letters(seen.flags)),
            17 => format!("udp {ends}"),
            1 | 58 => format!("icmp {from} > {to} {}/{}", seen.icmp.0, seen.icmp.1),
            other => format!("protocol {other} {from} > {to}"),
        }
    }
}

/// The checksum of a transport's bytes: what is to stand there, or 0 where what stands is right.
pub(crate) fn transport_sum(from: IpAddr, to: IpAddr, protocol: u8, bytes: &[u8]) -> u16 {
    let number = IpProtocol(protocol);
    let pseudo = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) if protocol != 1 => {
            checksum::pseudo_v4(from, to, number, bytes.len())
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => checksum::pseudo_v6(from, to, number, bytes.len()),
        _ => 0,
    };
    !checksum::combine(&[pseudo, checksum::sum(bytes)])
}
