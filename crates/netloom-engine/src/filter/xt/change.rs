//! Targets that change what stands in a packet or goes with it: `MARK`, `TTL`, `HL`, `DSCP`, `TOS`.

use super::super::facts::{Facts, Proto};
use super::fields;
use crate::ipset;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::xt::{SetTtl, XtTarget};
use netloom_wire::checksum;

/// Whether netloom carries a target out, or it changes nothing that netloom has.
pub(in crate::filter) const fn known(target: &XtTarget) -> bool {
    matches!(
        target,
        XtTarget::Mark(_)
            | XtTarget::Ttl(_)
            | XtTarget::Hl(_)
            | XtTarget::Dscp(_)
            | XtTarget::Tos { .. }
            | XtTarget::Checksum
            | XtTarget::Audit(_)
            | XtTarget::Set(_)
    )
}

/// Carries a target out.
pub(in crate::filter) fn carry_out(
    target: &XtTarget,
    net: &mut Net,
    facts: &Facts,
    packet: &mut Packet,
) {
    match target {
        XtTarget::Set(target) => ipset::carry_out(net, target, facts, packet),
        XtTarget::Mark(to) => packet.mark = (packet.mark & !to.mask) ^ to.value,
        XtTarget::Ttl(how) | XtTarget::Hl(how) => set_ttl(*how, facts, packet),
        XtTarget::Dscp(class) => set_tos(class << 2, 0xfc, facts, packet),
        XtTarget::Tos { value, mask } => {
            let Some(tos) = fields::tos(facts, packet) else {
                return;
            };
            set_tos((tos & !mask) ^ value, 0xff, facts, packet);
        }
        _ => {}
    }
}

fn set_ttl(how: SetTtl, facts: &Facts, packet: &mut Packet) {
    let Some(old) = fields::ttl(facts, packet) else {
        return;
    };
    let new = match how {
        SetTtl::Set(to) => to,
        SetTtl::Inc(by) => old.saturating_add(by),
        SetTtl::Dec(by) => old.saturating_sub(by),
    };
    if facts.proto == Proto::V6 {
        packet.network_mut()[7] = new;
    } else {
        write_v4(packet, 8, new);
    }
}

fn set_tos(value: u8, mask: u8, facts: &Facts, packet: &mut Packet) {
    let Some(old) = fields::tos(facts, packet) else {
        return;
    };
    let new = (old & !mask) | (value & mask);
    if facts.proto == Proto::V6 {
        let network = packet.network_mut();
        network[0] = network[0] & 0xf0 | new >> 4;
        network[1] = network[1] & 0x0f | new << 4;
    } else {
        write_v4(packet, 1, new);
    }
}

/// Writes a byte of an IPv4 header, and its checksum (RFC 1624).
fn write_v4(packet: &mut Packet, at: usize, byte: u8) {
    let network = packet.network_mut();
    if network.len() < 20 {
        return;
    }
    let word = |network: &[u8], at: usize| u16::from_be_bytes([network[at], network[at + 1]]);
    let even = at & !1;
    let old = word(network, even);
    network[at] = byte;
    let sum = checksum::update_u16(word(network, 10), old, word(network, even));
    network[10..12].copy_from_slice(&sum.to_be_bytes());
}
