//! Probes that are made whole here (`-T`, `-U`): each from a port of its own, so that answers of
//! every kind are told apart. Answers are read from a packet socket, which sees them all.

use super::{Heard, note};
use core::net::{IpAddr, Ipv6Addr};
use netloom_wire::icmpv6;
use netloom_wire::ipv6::extension;
use netloom_wire::tcp::{self, Flags};
use netloom_wire::{IpProtocol, icmpv4, ipv4, ipv6, udp};

/// What a SYN offers: a segment size, selective acknowledgements, times, a window scale.
const OFFERS: [u8; 20] = [
    2, 4, 5, 0xb4, // segments of 1460 bytes
    4, 2, // selective acknowledgements
    8, 10, 0, 0, 0, 1, 0, 0, 0, 0, // a time
    1, // aligns what follows
    3, 3, 2, // the window is scaled by 4
];

/// The window that it offers.
const WINDOW: u16 = 5840;

/// The probes of a trace.
#[derive(Clone, Debug)]
pub(super) struct Crafted {
    /// TCP or UDP.
    pub(super) protocol: IpProtocol,
    pub(super) source: IpAddr,
    pub(super) to: IpAddr,
    pub(super) port: u16,
    /// The first probe's own port.
    pub(super) base: u16,
    /// What UDP carries.
    pub(super) data: Vec<u8>,
}

impl Crafted {
    /// The `nth` probe behind its IP header.
    pub(super) fn message(&self, nth: usize) -> Vec<u8> {
        let own = self.base.wrapping_add(nth as u16);
        if self.protocol == IpProtocol::UDP {
            let repr = udp::Repr {
                src_port: own,
                dst_port: self.port,
                payload: &self.data,
            };
            let mut bytes = vec![0; repr.buffer_len()];
            match (self.source, self.to) {
                (IpAddr::V4(src), IpAddr::V4(dst)) => repr.emit_v4(&mut bytes, src, dst),
                (IpAddr::V6(src), IpAddr::V6(dst)) => repr.emit_v6(&mut bytes, src, dst),
                _ => {}
            }
            return bytes;
        }
        let repr = tcp::Repr {
            src_port: own,
            dst_port: self.port,
            seq: 0x6e65_7400 | nth as u32,
            ack: 0,
            flags: Flags::SYN,
            window: WINDOW,
            urgent: 0,
            options: &OFFERS,
            payload: &[],
        };
        let mut bytes = vec![0; repr.buffer_len()];
        repr.emit(&mut bytes);
        let mut segment = tcp::Packet::new_unchecked(&mut bytes[..]);
        match (self.source, self.to) {
            (IpAddr::V4(src), IpAddr::V4(dst)) => segment.fill_checksum_v4(src, dst),
            (IpAddr::V6(src), IpAddr::V6(dst)) => segment.fill_checksum_v6(src, dst),
            _ => {}
        }
        bytes
    }

    /// What a received packet tells of which probe.
    pub(super) fn heard(&self, packet: &[u8]) -> Option<(usize, Heard)> {
        match self.to {
            IpAddr::V4(_) => self.heard4(packet),
            IpAddr::V6(_) => self.heard6(packet),
        }
    }

    fn heard4(&self, packet: &[u8]) -> Option<(usize, Heard)> {
        let header = ipv4::Packet::new_checked(packet).ok()?;
        let from = IpAddr::V4(header.src());
        if header.protocol() != IpProtocol::ICMP {
            return self.reply(from, header.protocol(), header.payload());
        }
        let message = icmpv4::Packet::new_checked(header.payload()).ok()?;
        let rest = message.rest_of_header();
        let (last, note) = match (message.msg_type(), message.code()) {
            (icmpv4::Type::TIME_EXCEEDED, _) => (false, String::new()),
            (icmpv4::Type::DEST_UNREACHABLE, code) => (true, note::v4(code, rest & 0xffff)),
            _ => return None,
        };
        let inner = ipv4::Packet::new_header(message.payload()).ok()?;
        let behind = message.payload().get(inner.header_len()..)?;
        let about = (IpAddr::V4(inner.dst()), inner.protocol());
        Some((self.about(about, behind)?, Heard { from, last, note }))
    }

    fn heard6(&self, packet: &[u8]) -> Option<(usize, Heard)> {
        let header = ipv6::Packet::new_checked(packet).ok()?;
        let from = IpAddr::V6(header.src());
        let upper = extension::walk(header.next_header(), header.payload()).last()?;
        if upper.kind != IpProtocol::ICMPV6 {
            return self.reply(from, upper.kind, upper.bytes);
        }
        let message = icmpv6::Packet::new_checked(upper.bytes).ok()?;
        let kind = message.msg_type();
        let (last, note) = note::of_v6(kind, message.code(), message.rest_of_header())?;
        let inner = ipv6::Packet::new_header(message.payload()).ok()?;
        let behind = message.payload().get(ipv6::HEADER_LEN..)?;
        let upper = extension::walk(inner.next_header(), behind).last()?;
        let about = (IpAddr::V6(inner.dst()), upper.kind);
        Some((self.about(about, upper.bytes)?, Heard { from, last, note }))
    }

    /// Which probe an error is about.
    fn about(&self, (to, protocol): (IpAddr, IpProtocol), behind: &[u8]) -> Option<usize> {
        let mine = to == self.to && protocol == self.protocol;
        let [a, b, c, d, ..] = *behind else {
            return None;
        };
        let (own, port) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        (mine && port == self.port).then(|| self.nth(own))
    }

    /// The destination itself answers.
    fn reply(&self, from: IpAddr, protocol: IpProtocol, behind: &[u8]) -> Option<(usize, Heard)> {
        let [a, b, c, d, ..] = *behind else {
            return None;
        };
        let (port, own) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        let mine = from == self.to && protocol == self.protocol && port == self.port;
        let heard = Heard {
            from,
            last: true,
            note: String::new(),
        };
        mine.then(|| (self.nth(own), heard))
    }

    fn nth(&self, own: u16) -> usize {
        own.wrapping_sub(self.base).into()
    }
}

/// Where IP begins in a frame of a packet socket.
pub(super) fn network(frame: &[u8], ethernet: bool) -> &[u8] {
    let at = if ethernet { 14 } else { 0 };
    frame.get(at..).unwrap_or_default()
}

/// The source of probes to `to` where none is known.
pub(super) fn nowhere(to: IpAddr) -> IpAddr {
    match to {
        IpAddr::V4(_) => core::net::Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_and_an_answer_tell_of_the_probe_that_caused_them() {
        let to: Ipv6Addr = "2001:db8::2".parse().unwrap();
        let source: Ipv6Addr = "2001:db8::1".parse().unwrap();
        let crafted = Crafted {
            protocol: IpProtocol::TCP,
            source: source.into(),
            to: to.into(),
            port: 80,
            base: 40_000,
            data: Vec::new(),
        };
        let probe = crafted.message(3);
        assert_eq!(probe.len(), 40);
        let packet = |src, dst, next_header, payload: &[u8]| {
            let repr = ipv6::Repr {
                src,
                dst,
                next_header,
                payload_len: payload.len(),
                ..ipv6::Repr::default()
            };
            let mut bytes = vec![0; repr.buffer_len()];
            repr.emit(&mut bytes);
            bytes[ipv6::HEADER_LEN..].copy_from_slice(payload);
            bytes
        };
        let sent = packet(source, to, IpProtocol::TCP, &probe);
        let repr = icmpv6::Repr {
            msg_type: icmpv6::Type::TIME_EXCEEDED,
            code: 0,
            rest: 0,
            body: &sent,
        };
        let mut error = vec![0; repr.buffer_len()];
        repr.emit(&mut error, to, source);
        let router = "2001:db8::77".parse().unwrap();
        let error = packet(router, source, IpProtocol::ICMPV6, &error);
        let (nth, heard) = crafted.heard(&error).unwrap();
        assert_eq!((nth, heard.from, heard.last), (3, router.into(), false));
        let mut reset = probe;
        reset[..4].copy_from_slice(&[0, 80, 0x9c, 0x43]);
        let reset = packet(to, source, IpProtocol::TCP, &reset);
        let (nth, heard) = crafted.heard(&reset).unwrap();
        assert_eq!((nth, heard.last), (3, true));
        assert!(crafted.heard(&sent).is_none());
    }
}
