//! What rules write to a connection: marks, labels, and before there is one the zone in which it is
//! looked up.

use super::of_packet;
use crate::conntrack::{self, Reference, Standing, Zone, event};
use crate::filter::facts::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::xt::{ConnmarkOp, Not};

/// Has a packet's connection be looked up in a zone, if it was not looked up yet.
pub(super) fn set_zone(packet: &mut Packet, zone: Zone) {
    if is_open(packet) {
        packet.ct.zone = Some(zone);
    }
}

/// Whether nothing was said of a packet's connection yet: the first rule that does is believed.
pub(super) fn is_open(packet: &Packet) -> bool {
    let Reference { standing, zone, .. } = packet.ct;
    !packet.ct.is_some() && standing == Standing::None && zone.is_none()
}

pub(super) fn set_mark(net: &mut Net, facts: &Facts, packet: &Packet, mark: u32) {
    if let Some(connection) = conntrack::of_packet_mut(net, facts.ns, packet)
        && connection.mark != mark
    {
        connection.mark = mark;
        connection.events |= event::MARK;
    }
}

pub(super) fn set_labels(net: &mut Net, facts: &Facts, packet: &Packet, labels: u128) {
    if let Some(connection) = conntrack::of_packet_mut(net, facts.ns, packet) {
        let own = connection.labels.get_or_insert_default();
        if **own | labels != **own {
            **own |= labels;
            connection.events |= event::LABEL;
        }
    }
}

pub(super) fn connlabel(
    net: &mut Net,
    (label, set): (&Not<u16>, bool),
    facts: &Facts,
    packet: &Packet,
) -> bool {
    let bit = 1u128.checked_shl(u32::from(label.is)).unwrap_or(0);
    let Some(connection) = conntrack::of_packet(net, facts.ns, packet) else {
        return label.not;
    };
    let has = connection
        .labels
        .as_deref()
        .is_some_and(|labels| labels & bit != 0);
    if !set || has {
        return has != label.not;
    }
    set_labels(net, facts, packet, bit);
    !label.not
}

pub(super) fn connmark(
    net: &mut Net,
    (op, ctmask, nfmask, value): (ConnmarkOp, u32, u32, u32),
    facts: &Facts,
    packet: &mut Packet,
) {
    let Some(mark) = of_packet(net, facts, packet).map(|c| c.mark) else {
        return;
    };
    match op {
        ConnmarkOp::Set => set_mark(net, facts, packet, (mark & !ctmask) ^ value),
        ConnmarkOp::Save => {
            let saved = (mark & !ctmask) ^ (packet.mark & nfmask);
            set_mark(net, facts, packet, saved);
        }
        ConnmarkOp::Restore => packet.mark = (packet.mark & !nfmask) ^ (mark & ctmask),
    }
}
