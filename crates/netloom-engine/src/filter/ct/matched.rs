//! What matches of xtables ask of a connection (iptables-extensions(8): conntrack, state, connbytes,
//! helper).

use super::key::{counted, state};
use super::of_packet;
use crate::conntrack::{Connection, Direction, Reference};
use crate::filter::facts::Facts;
use crate::net::Net;
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::conntrack::status;
use netloom_model::ruleset::xt::{Connbytes, Conntrack, Network, Not, ct_state};

pub(super) fn conntrack(net: &Net, asked: &Conntrack, facts: &Facts, packet: &Packet) -> bool {
    let connection = of_packet(net, facts, packet);
    let reference = packet.ct;
    if let Some(states) = &asked.state {
        let mut own = xt_state(connection, reference);
        if let Some(connection) = connection {
            let nat = |bit, state| if connection.has(bit) { state } else { 0 };
            own |= nat(status::SRC_NAT, ct_state::SNAT) | nat(status::DST_NAT, ct_state::DNAT);
        }
        if (own & states.is != 0) == states.not {
            return false;
        }
    }
    let Some(connection) = connection else {
        return asked.state.is_some();
    };
    let [original, reply] = &connection.tuples;
    let direction = asked.direction;
    direction.is_none_or(|direction| direction == reference.direction as u8)
        && holds(&asked.protocol, |protocol| *protocol == original.protocol)
        && within(&asked.original_source, original.source())
        && within(&asked.original_destination, original.destination())
        && within(&asked.reply_source, reply.source())
        && within(&asked.reply_destination, reply.destination())
        && holds(&asked.original_source_port, |(a, b)| {
            (a..=b).contains(&&original.sport)
        })
        && holds(&asked.original_destination_port, |(a, b)| {
            (a..=b).contains(&&original.dport)
        })
        && holds(&asked.reply_source_port, |(a, b)| {
            (a..=b).contains(&&reply.sport)
        })
        && holds(&asked.reply_destination_port, |(a, b)| {
            (a..=b).contains(&&reply.dport)
        })
        && holds(&asked.status, |bits| {
            u32::from(*bits) & connection.seen_status() != 0
        })
        && holds(&asked.expire, |(a, b)| {
            (a..=b).contains(&&connection.seconds_left(net.now))
        })
}

/// The same as bits of xtables.
pub(super) fn xt_state(connection: Option<&Connection>, reference: Reference) -> u16 {
    match state(connection, reference) {
        0x40 => ct_state::UNTRACKED,
        bits => bits as u16,
    }
}

/// Whether something is so, or is not, where that is asked.
fn holds<T>(asked: &Option<Not<T>>, is: impl FnOnce(&T) -> bool) -> bool {
    asked
        .as_ref()
        .is_none_or(|asked| is(&asked.is) != asked.not)
}

fn within(asked: &Option<Not<Network>>, address: IpAddr) -> bool {
    let bits = |address| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    holds(asked, |network| {
        (bits(address) ^ bits(network.address)) & bits(network.mask) == 0
    })
}

pub(super) fn had(connection: &Connection, asked: &Connbytes) -> bool {
    let direction = match asked.direction {
        0 => Some(Direction::Original),
        1 => Some(Direction::Reply),
        _ => None,
    };
    let Some(counter) = counted(connection, direction) else {
        return false;
    };
    let amount = match asked.mode {
        0 => counter.packets,
        1 => counter.bytes,
        _ => counter.bytes.checked_div(counter.packets).unwrap_or(0),
    };
    let (from, to) = asked.amount.is;
    (from..=to).contains(&amount) != asked.amount.not
}

/// Whether a connection was announced by one that a helper watches.
pub(super) fn announced_by(connection: Option<&Connection>, name: &Not<String>) -> bool {
    let more = connection.and_then(|connection| connection.more.as_deref());
    let helper = more
        .and_then(|more| more.announced?.helper)
        .map(crate::conntrack::Helper::name);
    let is = helper.is_some_and(|own| name.is.is_empty() || own == name.is);
    helper.is_some() && is != name.not || helper.is_none() && name.not
}
