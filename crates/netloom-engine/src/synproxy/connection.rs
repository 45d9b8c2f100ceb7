//! What is kept of a connection that was accepted in the place of its server, and what that does to its
//! packets before they leave or are delivered (`nf_conn_synproxy`, `ipv4_synproxy_hook`).

use super::Plan;
use super::rule::{ask, ends, read};
use super::segment::{Options, Segment, clocks_at};
use crate::conntrack::{self, Direction, State};
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_wire::tcp::Flags;

/// What is kept of such a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Proxy {
    /// The number that its client took for the server's first.
    first: u32,
    /// The clock that its client was told.
    told: u32,
    /// By how much the server's clock is ahead of that.
    ahead: u32,
}

/// A packet is about to leave or to be delivered: what is sent in its place, if its connection is such a
/// one and only begins; else its clocks are shifted.
pub(crate) fn pass(net: &mut Net, facts: &Facts, packet: &mut Packet) -> Option<Plan> {
    let connection = conntrack::of_packet(net, facts.ns, packet)?;
    let mut proxy = connection.more.as_deref()?.proxy?;
    let (state, window) = connection.first_end()?;
    let segment = read(facts, packet)?;
    let direction = packet.ct.direction;
    let original = direction == Direction::Original;
    let clocks = segment.options.clocks;
    match state {
        State::Close if segment.has(Flags::RST) && !original => {
            // The server refuses what its client thinks to have.
            let shift = proxy.first.wrapping_sub(segment.seq).wrapping_add(1) as i32;
            conntrack::shift_all(net, facts.ns, packet.ct, shift);
        }
        State::Close if segment.is(Flags::SYN) && original => {
            conntrack::shift_all(net, facts.ns, packet.ct, 0);
            proxy.ahead = 0;
            note(&mut proxy, &segment);
        }
        // Its client asks whether anybody is there: the server may not have heard.
        State::SynSent if segment.is(Flags::ACK) && original => {
            let ends = ends(net, facts, packet)?;
            let asked = ask(&segment, (segment.seq, clocks), &ends, net.now);
            return asked.map(Plan::Ask);
        }
        State::SynSent => note(&mut proxy, &segment),
        State::SynRecv if segment.is(Flags::SYN | Flags::ACK) => {
            if let Some((value, _)) = clocks {
                proxy.ahead = value.wrapping_sub(proxy.told);
            }
            keep(net, facts, packet, proxy);
            return Some(join(&segment, window, proxy.first));
        }
        _ => {}
    }
    keep(net, facts, packet, proxy);
    if proxy.ahead != 0 {
        shift_clocks(facts, packet, proxy.ahead);
    }
    None
}

fn note(proxy: &mut Proxy, syn: &Segment) {
    proxy.first = syn.ack;
    if let Some((_, echo)) = syn.options.clocks {
        proxy.told = echo;
    }
}

fn keep(net: &mut Net, facts: &Facts, packet: &Packet, proxy: Proxy) {
    if let Some(connection) = conntrack::of_packet_mut(net, facts.ns, packet) {
        connection.more_mut().proxy = Some(proxy);
    }
}

/// What both ends hear once the server has accepted.
fn join(accepted: &Segment, window: u32, first: u32) -> Plan {
    let clocks = accepted.options.clocks;
    let plain = |clocks| Options {
        clocks,
        ..Options::default()
    };
    let server = Segment {
        seq: accepted.ack,
        ack: accepted.seq.wrapping_add(1),
        flags: Flags::ACK,
        window: window as u16,
        options: plain(clocks.map(|(value, echo)| (echo, value))),
    };
    let client = Segment {
        seq: accepted.seq.wrapping_add(1),
        ack: accepted.ack,
        flags: Flags::ACK,
        window: accepted.window >> accepted.options.scale.unwrap_or(0),
        options: plain(clocks),
    };
    Plan::Join {
        server,
        client,
        shift: first.wrapping_sub(accepted.seq) as i32,
    }
}

/// Tells the client the clock that it knows, and the server its own.
fn shift_clocks(facts: &Facts, packet: &mut Packet, ahead: u32) {
    let Some(transport) = facts.transport else {
        return;
    };
    let (direction, partial) = (packet.ct.direction, packet.checksum_partial);
    let Some(upper) = packet.network_mut().get_mut(usize::from(transport)..) else {
        return;
    };
    let Some(value_at) = clocks_at(upper) else {
        return;
    };
    let (at, by) = match direction {
        Direction::Original => (value_at + 4, ahead),
        Direction::Reply => (value_at, ahead.wrapping_neg()),
    };
    let Some(word) = upper.get(at..at + 4) else {
        return;
    };
    let old = word.iter().fold(0, |all, byte| all << 8 | u32::from(*byte));
    conntrack::write_number(upper, at, (old, old.wrapping_add(by)), partial);
}
