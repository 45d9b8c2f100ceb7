//! A packet has passed all rules: its connection is kept, and what is new of it is told
//! (`nf_conntrack_confirm`).

use super::connection::{Reference, Standing};
use super::table::Direction;
use super::{arm, helper, told, track};
use crate::filter::Facts;
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use crate::sysctl::Ct;
use core::time::Duration;
use netloom_model::conntrack::status;
use netloom_model::journey::DropReason;

/// Keeps the connection of a packet, if it is new.
///
/// # Errors
/// Another connection of the same ends was faster; there is no port for what it announces.
pub(crate) fn confirm(net: &mut Net, facts: &Facts, packet: &mut Packet) -> Result<(), DropReason> {
    let ns = facts.ns;
    helper::watch(net, facts, packet)?;
    // What this host says of what it said of a first packet goes the way of that one.
    let may_be_new = packet.ct.fresh || packet.ct.standing == Standing::Related;
    if may_be_new && packet.ct.direction == Direction::Original {
        keep(net, ns, packet)?;
    }
    told::deliver(net, ns, packet.ct);
    Ok(())
}

fn keep(net: &mut Net, ns: NsId, packet: &mut Packet) -> Result<(), DropReason> {
    let now = net.now;
    let reference = packet.ct;
    let stamps = net.ns(ns).conntrack_conf.on(Ct::Timestamp);
    let Some(conntrack) = &mut net.ns_mut(ns).conntrack else {
        return Ok(());
    };
    let Some(connection) = conntrack.of(reference) else {
        return Ok(());
    };
    if connection.has(status::CONFIRMED | status::DYING) {
        return Ok(());
    }
    let zone = connection.zone;
    let [original, reply] = connection.tuples;
    let find = |tuple, by| conntrack.table.find(tuple, zone, by);
    let first = find(&original, Direction::Original);
    let clash = first.or_else(|| find(&reply, Direction::Reply));
    if let Some((place, direction)) = clash {
        let other = conntrack.table.get(place);
        // In another zone the same ends have another connection.
        let same = other.filter(|other| other.tuples == [original, reply] && other.zone == zone);
        let adopted = same.map(|other| {
            let standing = track::standing(other, direction);
            Reference::to((ns, place), other, standing, direction)
        });
        conntrack.forget_fresh(reference);
        return match adopted {
            Some(adopted) => {
                conntrack.stats.clash_resolve += 1;
                packet.ct = adopted;
                Ok(())
            }
            None => {
                conntrack.stats.insert_failed += 1;
                conntrack.stats.drop += 1;
                packet.ct = Reference::NONE;
                Err(DropReason::ConntrackClash)
            }
        };
    }
    if let Some(connection) = conntrack.of_mut(reference) {
        connection.expires = now + Duration::from_nanos(connection.expires.0);
        connection.status |= status::CONFIRMED;
        if stamps {
            connection.more_mut().began = Some(now);
        }
    }
    packet.ct.fresh = false;
    conntrack.table.hang(reference.place());
    let sooner = conntrack.table.watch(reference.place());
    debug_assert!(
        reference.standing != Standing::Untracked,
        "it has a connection"
    );
    if sooner {
        arm(net, ns);
    }
    Ok(())
}
