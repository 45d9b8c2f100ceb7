//! Replies, of IPv4 and of IPv6: whose they are, and what is told of them.

use super::{Run, told};
use crate::Context;
use core::net::IpAddr;
use netloom_model::socket::Datagram;
use netloom_model::state::Parts;
use netloom_wire::icmpv4::{self, Type};
use netloom_wire::{icmpv6, ipv4};

impl Run<'_> {
    /// A packet came: of IPv4 whole, of IPv6 what follows its headers.
    pub(super) fn reply(&mut self, cx: &mut Context<'_>, datagram: &Datagram) {
        let (at, from) = match (self.to, datagram.from) {
            (IpAddr::V6(_), Some((from, _))) => (0, self.shown(cx, from, datagram.dev)),
            _ => match ipv4::Packet::new_header(&datagram.data[..]) {
                Ok(ip) => (ip.header_len(), ip.src().to_string()),
                Err(_) => return,
            },
        };
        let bytes = datagram.data.get(at..).unwrap_or_default();
        if self.to.is_ipv4() && bytes.first() == Some(&Type::REDIRECT.0) {
            return self.redirected(cx, datagram, at);
        }
        let Some((ident, seq)) = echo(bytes, self.to.is_ipv6(), true) else {
            return;
        };
        if ident != self.ident {
            return;
        }
        let sent = self.at.get(usize::from(seq.wrapping_sub(1))).copied();
        let trip = sent.map(|sent| datagram.at.since(sent).as_micros() as u64);
        let again = !self.replied.insert(seq);
        self.acknowledge(seq);
        self.last = datagram.at;
        if again {
            self.repeated += 1;
        } else {
            self.received += 1;
        }
        if let Some(trip) = trip.filter(|_| self.options.size >= 16) {
            self.trips.push(trip);
        }
        let heard = told::Heard {
            from: &from,
            ttl: datagram.ttl,
            len: bytes.len(),
            options: datagram.data.get(ipv4::HEADER_LEN..at).unwrap_or_default(),
        };
        told::reply(cx, self, &heard, (seq, trip, again));
    }

    /// A router told of a better way for a request of ours; the message is at `at`.
    fn redirected(&self, cx: &mut Context<'_>, datagram: &Datagram, at: usize) {
        let from = ipv4::Packet::new_unchecked(&datagram.data[..]).src();
        let Ok(message) = icmpv4::Packet::new_checked(&datagram.data[at..]) else {
            return;
        };
        let Ok(inner) = ipv4::Packet::new_header(message.payload()) else {
            return;
        };
        let rest = message.payload().get(inner.header_len()..);
        let Some(Ok(echo)) = rest.map(icmpv4::Packet::new_checked) else {
            return;
        };
        let ours = echo.msg_type() == Type::ECHO_REQUEST && echo.echo_ident() == self.ident;
        if ours && self.to == inner.dst() {
            told::redirect(cx, self.options, from, &message, echo.echo_seq());
        }
    }

    /// An address with its link, where it means nothing without.
    fn shown(&self, cx: &mut Context<'_>, addr: IpAddr, dev: u32) -> String {
        let IpAddr::V6(v6) = addr else {
            return addr.to_string();
        };
        if !v6.is_unicast_link_local() {
            return addr.to_string();
        }
        let ns = cx.ns.clone();
        let state = cx.world.snapshot(Some(&ns), Parts::LINKS);
        let link = state.ok().and_then(|mut s| s.namespaces.remove(&ns));
        let name = link.map_or_else(String::new, |ns| ns.link_name(dev));
        format!("{addr}%{name}")
    }
}

/// The identifier and the number of an echo reply, or of a request that came back in an error.
pub(super) fn echo(bytes: &[u8], v6: bool, reply: bool) -> Option<(u16, u16)> {
    if v6 {
        let message = icmpv6::Packet::new_checked(bytes).ok()?;
        let wanted = !reply || message.msg_type() == icmpv6::Type::ECHO_REPLY;
        return wanted.then(|| (message.echo_ident(), message.echo_seq()));
    }
    let message = icmpv4::Packet::new_checked(bytes).ok()?;
    let wanted = !reply || message.msg_type() == Type::ECHO_REPLY;
    wanted.then(|| (message.echo_ident(), message.echo_seq()))
}
