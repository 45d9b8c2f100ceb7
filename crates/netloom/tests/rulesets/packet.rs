//! Packets as words, as frames, and read back from frames to be answered.

use crate::case::{How, Step};
use crate::place;
use core::net::IpAddr;
use netloom_wire::{IpProtocol, checksum};

/// A packet. What its protocol has no use for is not looked at.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    pub(crate) protocol: u8,
    pub(crate) ports: (u16, u16),
    /// Of TCP.
    pub(crate) flags: u8,
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    window: u16,
    mss: Option<u16>,
    /// Type and code of ICMP.
    pub(crate) icmp: (u8, u8),
    /// What follows type, code and checksum of ICMP.
    pub(crate) rest: u32,
    ttl: u8,
    tos: u8,
    id: u16,
    df: bool,
    /// Bytes behind the header of the transport: their number, or what they are.
    pub(crate) len: usize,
    quote: Option<Vec<u8>>,
    cut: Cut,
    /// Of which host behind the device its frame is, and whose it is.
    host: u8,
    to_mac: Option<[u8; 6]>,
    /// What is added to the checksum of the transport.
    sum: u16,
    /// Whether a header with options for each hop stands before the transport (IPv6).
    hop: bool,
}

/// How a packet is cut into fragments.
#[derive(Clone, Copy, Debug, Default)]
struct Cut {
    /// Bytes of each; 0: it is not cut.
    at: usize,
    /// The last one goes first.
    back: bool,
    /// This one gets lost.
    lost: Option<usize>,
    /// This one is sent twice.
    twice: Option<usize>,
}

const FLAGS: [(char, u8); 8] = [
    ('F', 1),
    ('S', 2),
    ('R', 4),
    ('P', 8),
    ('A', 16),
    ('U', 32),
    ('E', 64),
    ('C', 128),
];

/// Protocols by the names of a case.
pub(crate) const PROTOCOLS: [(&str, u8); 9] = [
    ("icmp", 1),
    ("tcp", 6),
    ("udp", 17),
    ("gre", 47),
    ("esp", 50),
    ("ah", 51),
    ("icmpv6", 58),
    ("sctp", 132),
    ("udplite", 136),
];

/// The protocol of a name or number.
fn protocol(name: &str) -> Option<u8> {
    let known = PROTOCOLS.iter().find(|(known, _)| *known == name);
    known.map(|(_, number)| *number).or(name.parse().ok())
}

impl Packet {
    fn new(from: IpAddr, to: IpAddr, protocol: u8) -> Packet {
        Packet {
            from,
            to,
            protocol,
            ports: (0, 0),
            flags: if protocol == 6 { 2 } else { 0 },
            seq: 1000,
            ack: 0,
            window: 5000,
            mss: None,
            icmp: if protocol == 58 { (128, 0) } else { (8, 0) },
            rest: 0,
            ttl: 64,
            tos: 0,
            id: 0,
            df: false,
            len: 4,
            quote: None,
            cut: Cut::default(),
            host: 2,
            to_mac: None,
            sum: 0,
            hop: false,
        }
    }

    /// What a step sends, if it does not answer anything.
    pub(crate) fn of(step: &Step) -> Option<Packet> {
        let (How::Send {
            from,
            to,
            protocol: name,
            ..
        }
        | How::Local {
            from,
            to,
            protocol: name,
        }) = &step.how
        else {
            return None;
        };
        let (from, to): (IpAddr, IpAddr) = (from.parse().ok()?, to.parse().ok()?);
        if from.is_ipv4() != to.is_ipv4() {
            return None;
        }
        Packet::new(from, to, protocol(name)?).with(step)
    }

    /// With what the words of a step say.
    fn with(mut self, step: &Step) -> Option<Packet> {
        self.id = step.number;
        for (name, value) in &step.words {
            self.word(name, value)?;
        }
        Some(self)
    }

    fn word(&mut self, name: &str, value: &str) -> Option<()> {
        let number: Option<u32> = value.parse().ok();
        let short = number.and_then(|n| u16::try_from(n).ok());
        let byte = number.and_then(|n| u8::try_from(n).ok());
        match name {
            "sport" => self.ports.0 = short?,
            "dport" => self.ports.1 = short?,
            "flags" => {
                let of = |c: char| FLAGS.iter().find(|(name, _)| *name == c).map(|f| f.1);
                let all = value.chars().filter(|c| *c != '-').map(of);
                self.flags = all.sum::<Option<u8>>()?;
            }
            "seq" => self.seq = number?,
            "ack" => self.ack = number?,
            "win" => self.window = short?,
            "mss" => self.mss = Some(short?),
            "type" => self.icmp.0 = byte?,
            "code" => self.icmp.1 = byte?,
            "icmpid" => self.rest = u32::from(short?) << 16 | self.rest & 0xffff,
            "icmpseq" => self.rest = self.rest & 0xffff_0000 | u32::from(short?),
            "ttl" => self.ttl = byte?,
            "tos" => self.tos = byte?,
            "id" => self.id = short?,
            "df" => self.df = byte? != 0,
            "len" => self.len = number? as usize,
            "cut" => self.cut.at = usize::from(short? & !7),
            "back" => self.cut.back = byte? != 0,
            "lost" => self.cut.lost = Some(number? as usize),
            "twice" => self.cut.twice = Some(number? as usize),
            "host" => self.host = byte?,
            "sum" => self.sum = short?,
            "hop" => self.hop = byte? != 0,
            "from" => self.from = value.parse().ok()?,
            _ => return None,
        }
        (self.from.is_ipv4() == self.to.is_ipv4()).then_some(())
    }

    /// The answer to a frame that came out, by what a step says.
    pub(crate) fn answer(frame: &[u8], step: &Step) -> Option<Packet> {
        let seen = read(frame)?;
        let mut answer = Packet::new(seen.to, seen.from, seen.protocol);
        answer.to_mac = frame.get(6..12).and_then(|mac| mac.try_into().ok());
        answer.ports = (seen.ports.1, seen.ports.0);
        answer.flags = match seen.flags & 0x17 {
            2 => 0x12,
            _ => 0x10,
        };
        answer.seq = if seen.flags & 16 != 0 { seen.ack } else { 7000 };
        let marks = u32::from(seen.flags & 2 != 0) + u32::from(seen.flags & 1 != 0);
        answer.ack = seen.seq.wrapping_add(seen.len as u32 + marks);
        answer.rest = seen.rest;
        answer.icmp = match seen.icmp.0 {
            8 => (0, 0),
            0 if seen.protocol == 1 => (8, 0),
            13 => (14, 0),
            128 => (129, 0),
            129 => (128, 0),
            other => (other, seen.icmp.1),
        };
        answer.len = seen.len;
        answer.with(step)
    }

    /// An error about a frame that came out, by what a step says.
    pub(crate) fn error(frame: &[u8], step: &Step) -> Option<Packet> {
        let seen = read(frame)?;
        let v6 = seen.to.is_ipv6();
        let mut error = Packet::new(seen.to, seen.from, if v6 { 58 } else { 1 });
        error.to_mac = frame.get(6..12).and_then(|mac| mac.try_into().ok());
        error.icmp = if v6 { (1, 4) } else { (3, 3) };
        let quoted = frame.get(14..)?;
        error.quote = Some(quoted[..quoted.len().min(if v6 { 200 } else { 64 })].to_vec());
        error.with(step)
    }

    /// The frames that it is, as they arrive at a device.
    pub(crate) fn frames(&self, dev: usize) -> Vec<Vec<u8>> {
        let mut header = self.to_mac.unwrap_or(place::mac(dev, 1)).to_vec();
        header.extend(place::mac(dev, self.host));
        header.extend(if self.from.is_ipv4() {
            [0x08, 0x00]
        } else {
            [0x86, 0xdd]
        });
        let packets = self.packets();
        let frame = |packet: Vec<u8>| [header.clone(), packet].concat();
        packets.into_iter().map(frame).collect()
    }

    /// The IP packets that it is: one, or its fragments.
    pub(crate) fn packets(&self) -> Vec<Vec<u8>> {
        let mut payload = self.transport();
        if self.hop && self.from.is_ipv6() {
            let options = [self.protocol, 0, 1, 4, 0, 0, 0, 0];
            payload.splice(0..0, options);
        }
        let (at, cut) = (self.cut.at, self.cut);
        if at == 0 || payload.len() <= at {
            return vec![self.ip(&payload, None)];
        }
        let mut all = Vec::new();
        for (n, part) in payload.chunks(at).enumerate() {
            let more = (n + 1) * at < payload.len();
            let times = usize::from(cut.lost != Some(n)) + usize::from(cut.twice == Some(n));
            for _ in 0..times {
                all.push(self.ip(part, Some((n * at, more))));
            }
        }
        if cut.back {
            all.reverse();
        }
        all
    }

    fn ip(&self, payload: &[u8], fragment: Option<(usize, bool)>) -> Vec<u8> {
        let (offset, more) = fragment.unwrap_or_default();
        let place = (offset as u16) | u16::from(more);
        match (self.from, self.to) {
            (IpAddr::V4(from), IpAddr::V4(to)) => {
                let len = (20 + payload.len()) as u16;
                let place = place >> 3 | u16::from(more) << 13 | u16::from(self.df) << 14;
                let mut packet = vec![0x45, self.tos];
                packet.extend(len.to_be_bytes());
                packet.extend(self.id.to_be_bytes());
                packet.extend(place.to_be_bytes());
                packet.extend([self.ttl, self.protocol, 0, 0]);
                packet.extend(from.octets());
                packet.extend(to.octets());
                let sum = checksum::checksum(&packet);
                packet[10..12].copy_from_slice(&sum.to_be_bytes());
                packet.extend(payload);
                packet
            }
            (IpAddr::V6(from), IpAddr::V6(to)) => {
                let next = if self.hop { 0 } else { self.protocol };
                let extra = if fragment.is_some() { 8 } else { 0 };
                let mut packet = (6 << 28 | u32::from(self.tos) << 20).to_be_bytes().to_vec();
                packet.extend(((payload.len() + extra) as u16).to_be_bytes());
                packet.extend([if extra > 0 { 44 } else { next }, self.ttl]);
                packet.extend(from.octets());
                packet.extend(to.octets());
                if extra > 0 {
                    packet.extend([next, 0]);
                    packet.extend(place.to_be_bytes());
                    packet.extend(u32::from(self.id).to_be_bytes());
                }
                packet.extend(payload);
                packet
            }
            _ => Vec::new(),
        }
    }

    /// The header of the transport, and what follows it.
    fn transport(&self) -> Vec<u8> {
        let body = match &self.quote {
            Some(quote) => quote.clone(),
            None => (0..self.len).map(|n| b'a' + (n % 26) as u8).collect(),
        };
        let mut bytes = Vec::new();
        let at = match self.protocol {
            6 => {
                let options = self.mss.map_or(0, |_| 4);
                bytes.extend(self.ports.0.to_be_bytes());
                bytes.extend(self.ports.1.to_be_bytes());
                bytes.extend(self.seq.to_be_bytes());
                bytes.extend(self.ack.to_be_bytes());
                bytes.extend([(5 + options / 4) << 4, self.flags]);
                bytes.extend(self.window.to_be_bytes());
                bytes.extend([0; 4]);
                if let Some(mss) = self.mss {
                    bytes.extend([2, 4]);
                    bytes.extend(mss.to_be_bytes());
                }
                16
            }
            17 | 136 => {
                bytes.extend(self.ports.0.to_be_bytes());
                bytes.extend(self.ports.1.to_be_bytes());
                bytes.extend(((8 + body.len()) as u16).to_be_bytes());
                bytes.extend([0; 2]);
                6
            }
            1 | 58 => {
                bytes.extend([self.icmp.0, self.icmp.1, 0, 0]);
                bytes.extend(self.rest.to_be_bytes());
                2
            }
            132 => {
                bytes.extend(self.ports.0.to_be_bytes());
                bytes.extend(self.ports.1.to_be_bytes());
                // A tag, a checksum that is not right, and a chunk.
                bytes.extend([0, 0, 0, 1, 0, 0, 0, 0]);
                bytes.extend([self.flags, 0, 0, 4]);
                return bytes;
            }
            _ => {
                // Enough zeros to be the header of any of them.
                bytes.extend([0; 8]);
                bytes.extend(body);
                return bytes;
            }
        };
        bytes.extend(body);
        let sum = transport_sum(self.from, self.to, self.protocol, &bytes);
        let sum = if sum == 0 && matches!(self.protocol, 17 | 136) {
            0xffff
        } else {
            sum
        };
        bytes[at..at + 2].copy_from_slice(&sum.wrapping_add(self.sum).to_be_bytes());
        bytes
    }
}

/// The checksum of a transport's bytes: what is to stand there, or 0 where what stands is right.
pub(crate) fn transport_sum(from: IpAddr, to: IpAddr, protocol: u8, bytes: &[u8]) -> u16 {
    let number = IpProtocol(protocol);
    let pseudo = match (from, to) {
        (IpAddr::V4(_), _) if protocol == 1 => 0,
        (IpAddr::V4(from), IpAddr::V4(to)) => checksum::pseudo_v4(from, to, number, bytes.len()),
        (IpAddr::V6(from), IpAddr::V6(to)) => checksum::pseudo_v6(from, to, number, bytes.len()),
        _ => 0,
    };
    !checksum::combine(&[pseudo, checksum::sum(bytes)])
}

/// What can be read of a frame.
pub(crate) struct Seen {
    pub(crate) from: IpAddr,
    pub(crate) to: IpAddr,
    pub(crate) protocol: u8,
    /// Where the transport begins in the frame, and where the packet ends.
    pub(crate) transport: usize,
    pub(crate) end: usize,
    /// Whether it is a fragment, and of which offset.
    pub(crate) fragment: Option<u16>,
    pub(crate) ports: (u16, u16),
    pub(crate) flags: u8,
    pub(crate) icmp: (u8, u8),
    seq: u32,
    ack: u32,
    rest: u32,
    /// Bytes behind the header of the transport.
    pub(crate) len: usize,
}

/// Reads a frame; none if it carries no IP.
pub(crate) fn read(frame: &[u8]) -> Option<Seen> {
    let ip = frame.get(14..)?;
    let short = |at: usize| Some(u16::from_be_bytes(ip.get(at..at + 2)?.try_into().ok()?));
    let (from, to, protocol, start, end, fragment);
    match frame.get(12..14)? {
        [0x08, 0x00] => {
            let address = |at: usize| <[u8; 4]>::try_from(ip.get(at..at + 4)?).ok();
            (from, to) = (address(12)?.into(), address(16)?.into());
            protocol = *ip.get(9)?;
            start = usize::from(ip[0] & 15) * 4;
            end = usize::from(short(2)?);
            let place = short(6)? & 0x3fff;
            fragment = (place != 0).then_some((place & 0x1fff) * 8);
        }
        [0x86, 0xdd] => {
            let address = |at: usize| <[u8; 16]>::try_from(ip.get(at..at + 16)?).ok();
            (from, to) = (address(8)?.into(), address(24)?.into());
            end = usize::from(short(4)?) + 40;
            let (mut next, mut at, mut part) = (*ip.get(6)?, 40, None);
            while matches!(next, 0 | 43 | 44 | 60) {
                let len = if next == 44 {
                    8
                } else {
                    8 + usize::from(*ip.get(at + 1)?) * 8
                };
                if next == 44 {
                    part = Some(short(at + 2)? & 0xfff8);
                }
                next = *ip.get(at)?;
                at += len;
            }
            (protocol, start, fragment) = (next, at, part);
        }
        _ => return None,
    }
    let mut seen = Seen {
        from,
        to,
        protocol,
        transport: 14 + start,
        end: 14 + end.min(ip.len()),
        fragment,
        ports: (0, 0),
        flags: 0,
        icmp: (0, 0),
        seq: 0,
        ack: 0,
        rest: 0,
        len: 0,
    };
    if fragment.is_none_or(|offset| offset == 0) {
        seen.transport(frame);
    }
    Some(seen)
}

impl Seen {
    fn transport(&mut self, frame: &[u8]) {
        let bytes = frame.get(self.transport..self.end).unwrap_or_default();
        let short = |at: usize| {
            bytes
                .get(at..at + 2)
                .map_or(0, |b| u16::from_be_bytes([b[0], b[1]]))
        };
        let long = |at: usize| u32::from(short(at)) << 16 | u32::from(short(at + 2));
        let header = match self.protocol {
            6 => {
                self.ports = (short(0), short(2));
                (self.seq, self.ack) = (long(4), long(8));
                self.flags = bytes.get(13).copied().unwrap_or_default();
                usize::from(bytes.get(12).copied().unwrap_or_default() >> 4) * 4
            }
            17 | 136 | 132 => {
                self.ports = (short(0), short(2));
                8
            }
            1 | 58 => {
                let [icmp_type, code] = short(0).to_be_bytes();
                self.icmp = (icmp_type, code);
                self.rest = long(4);
                8
            }
            _ => 8,
        };
        self.len = bytes.len().saturating_sub(header);
    }
}
