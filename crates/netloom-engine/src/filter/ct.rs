//! What rules ask and say of connections (nft(8), CONNTRACK EXPRESSIONS and STATEMENTS;
//! iptables-extensions(8): conntrack, state, connmark, connbytes, connlabel, CONNMARK, CT).

mod change;
mod key;
mod matched;
mod needs;

pub(super) use key::{is_known, load};
pub(super) use needs::{force_accounting, tracks};

use super::facts::Facts;
use super::load::{self, Load};
use super::mapped::Maps;
use crate::conntrack::{self, Connection, Reference, Zone};
use crate::net::Net;
use crate::packet::Packet;
use change::{connlabel, connmark, is_open, set_labels, set_mark, set_zone};
use matched::{announced_by, had, xt_state};
use netloom_model::ruleset::Expr;
use netloom_model::ruleset::expr::{CtDirection, CtKey};
use netloom_model::ruleset::statement::Statement;
use netloom_model::ruleset::xt::{
    Connbytes, ConnmarkOp, Conntrack, Ct, Masked, Not, XtMatch, XtTarget,
};

/// What a statement asks of a connection, or does to it.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Conntrack(Box<Conntrack>),
    State(Not<u16>),
    Connmark(Not<Masked>),
    Connbytes(Connbytes),
    Connlabel {
        label: Not<u16>,
        set: bool,
    },
    SetMark(Load),
    SetLabel(Load),
    SetZone(Load, u8),
    Mark(ConnmarkOp, u32, u32, u32),
    Untracked,
    /// A zone, and a helper that is to watch the connection.
    Template(Given, Option<conntrack::Helper>),
    /// Whether the connection was announced, read by this helper; by any where the name is empty.
    Helper(Not<String>),
}

/// Where a zone comes from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Given {
    Zone(Zone),
    /// The packet's mark says it, for these directions.
    Mark(u8),
}

/// What a statement asks or does; none where it says nothing of connections, or what netloom does not
/// know.
pub(super) fn compile(statement: &Statement, maps: &mut Maps<'_>) -> Option<Op> {
    Some(match statement {
        Statement::XtMatch(XtMatch::Conntrack(asked)) => Op::Conntrack(asked.clone()),
        Statement::XtMatch(XtMatch::State(states)) => Op::State(*states),
        Statement::XtMatch(XtMatch::Connmark(mark)) => Op::Connmark(*mark),
        Statement::XtMatch(XtMatch::Connbytes(asked)) => Op::Connbytes(asked.clone()),
        Statement::XtMatch(XtMatch::Helper(name)) => Op::Helper(name.clone()),
        Statement::XtMatch(XtMatch::Connlabel { label, set }) => Op::Connlabel {
            label: *label,
            set: *set,
        },
        Statement::Set {
            what: Expr::Ct(key, direction),
            value,
        } => {
            let load = load::compile(value, maps)?;
            match key {
                CtKey::Mark => Op::SetMark(load),
                CtKey::Label => Op::SetLabel(load),
                CtKey::Zone => Op::SetZone(load, directions(*direction)),
                _ => return None,
            }
        }
        Statement::XtTarget(XtTarget::Connmark {
            op,
            ctmask,
            nfmask,
            value,
        }) => Op::Mark(*op, *ctmask, *nfmask, *value),
        Statement::Notrack => Op::Untracked,
        Statement::XtTarget(XtTarget::Ct(ct)) => target(ct)?,
        _ => return None,
    })
}

const fn directions(direction: Option<CtDirection>) -> u8 {
    match direction {
        None => 3,
        Some(CtDirection::Original) => 1,
        Some(CtDirection::Reply) => 2,
    }
}

fn target(ct: &Ct) -> Option<Op> {
    use netloom_model::ruleset::xt::Zone as Asked;
    if ct.notrack {
        return Some(Op::Untracked);
    }
    if ct.timeout.is_some() {
        return None;
    }
    let helper = match &ct.helper {
        Some(name) => Some(conntrack::Helper::named(name)?),
        None => None,
    };
    let directions = match ct.zone_direction {
        0 => 3,
        one => one,
    };
    let zone = match ct.zone {
        Some(Asked::Mark) => Given::Mark(directions),
        Some(Asked::Id(id)) => Given::Zone(Zone { id, directions }),
        None => Given::Zone(Zone::default()),
    };
    Some(Op::Template(zone, helper))
}

/// Asks a statement's question, or does what it says; whether the rule goes on.
pub(super) fn ask(net: &mut Net, op: &Op, facts: &Facts, packet: &mut Packet) -> bool {
    let of = |net| of_packet(net, facts, packet);
    match op {
        Op::Conntrack(asked) => matched::conntrack(net, asked, facts, packet),
        Op::State(states) => {
            let own = xt_state(of(net), packet.ct);
            (own & states.is != 0) != states.not
        }
        Op::Connmark(mark) => of(net).is_some_and(|connection| {
            (connection.mark & mark.is.mask == mark.is.value) != mark.not
        }),
        Op::Connbytes(asked) => of(net).is_some_and(|connection| had(connection, asked)),
        Op::Connlabel { label, set } => connlabel(net, (label, *set), facts, packet),
        Op::SetMark(load) => match load.value(net, facts, packet) {
            Some(mark) => {
                set_mark(net, facts, packet, mark as u32);
                true
            }
            None => false,
        },
        Op::SetLabel(load) => match load.value(net, facts, packet) {
            Some(labels) => {
                set_labels(net, facts, packet, labels);
                true
            }
            None => false,
        },
        Op::SetZone(load, directions) => match load.value(net, facts, packet) {
            Some(id) => {
                let directions = *directions;
                set_zone(
                    packet,
                    Zone {
                        id: id as u16,
                        directions,
                    },
                );
                true
            }
            None => false,
        },
        Op::Mark(op, ctmask, nfmask, value) => {
            connmark(net, (*op, *ctmask, *nfmask, *value), facts, packet);
            true
        }
        Op::Untracked => {
            if is_open(packet) {
                packet.ct = Reference::UNTRACKED;
            }
            true
        }
        Op::Template(given, helper) => {
            let zone = match *given {
                Given::Zone(zone) => zone,
                Given::Mark(directions) => Zone {
                    id: packet.mark as u16,
                    directions,
                },
            };
            set_zone(packet, zone);
            if !packet.ct.is_settled() {
                packet.ct.helper = *helper;
            }
            true
        }
        Op::Helper(name) => announced_by(of(net), name),
    }
}

/// The connection of a packet as rules see it.
fn of_packet<'n>(net: &'n Net, facts: &Facts, packet: &Packet) -> Option<&'n Connection> {
    match packet.ct.is_template() {
        true => Some(&conntrack::TEMPLATE),
        false => conntrack::of_packet(net, facts.ns, packet),
    }
}
