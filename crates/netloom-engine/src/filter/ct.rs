//! What rules ask and say of connections (nft(8), CONNTRACK EXPRESSIONS and STATEMENTS;
//! iptables-extensions(8): conntrack, state, connmark, connbytes, connlabel, CONNMARK, CT).

use super::facts::Facts;
use super::load::{self, Load};
use super::mapped::Maps;
use crate::conntrack::{self, Connection, Direction, Reference, Standing, Zone, event};
use crate::namespace::NsId;
use crate::net::Net;
use crate::packet::Packet;
use crate::sysctl::Ct as Setting;
use core::net::IpAddr;
use netloom_model::conntrack::status;
use netloom_model::ruleset::change::RulesetChange;
use netloom_model::ruleset::expr::{CtDirection, CtKey};
use netloom_model::ruleset::statement::{ObjectName, Statement};
use netloom_model::ruleset::xt::{
    Connbytes, ConnmarkOp, Conntrack, Ct, Masked, Network, Not, XtMatch, XtTarget, ct_state,
};
use netloom_model::ruleset::{Counter, Expr};

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

/// Whether a statement has connections be tracked (`nf_ct_netns_get`).
pub(super) fn tracks(statement: &Statement) -> bool {
    match statement {
        Statement::XtMatch(
            XtMatch::Conntrack(_)
            | XtMatch::State(_)
            | XtMatch::Connmark(_)
            | XtMatch::Connbytes(_)
            | XtMatch::Connlabel { .. }
            | XtMatch::Connlimit(_)
            | XtMatch::Helper(_),
        )
        | Statement::ConnLimit { .. }
        | Statement::Synproxy(_)
        | Statement::Nat(_)
        | Statement::XtTarget(
            XtTarget::Connmark { .. }
            | XtTarget::Snat(_)
            | XtTarget::Dnat(_)
            | XtTarget::Masquerade(_)
            | XtTarget::Redirect(_)
            | XtTarget::Netmap { .. }
            | XtTarget::Synproxy(_),
        ) => true,
        Statement::XtTarget(XtTarget::Ct(ct)) => !ct.notrack,
        Statement::Match { left, right, .. } => reads(left) || reads(right),
        Statement::Set { what, value } => reads(what) || reads(value),
        Statement::VerdictMap { key, .. }
        | Statement::Object {
            name: ObjectName::Map { key, .. },
            ..
        } => reads(key),
        Statement::Update {
            key,
            data,
            statements,
            ..
        } => {
            let data = data.as_ref().is_some_and(reads);
            reads(key) || data || statements.iter().any(tracks)
        }
        _ => false,
    }
}

fn reads(expr: &Expr) -> bool {
    match expr {
        Expr::Ct(..) => true,
        Expr::Bits(_, left, right) => reads(left) || reads(right),
        Expr::Concat(parts) => parts.iter().any(reads),
        Expr::Map { key, .. } => reads(key),
        Expr::Hash { of: Some(of), .. } => reads(of),
        _ => false,
    }
}

/// Asks a statement's question, or does what it says; whether the rule goes on.
pub(super) fn ask(net: &mut Net, op: &Op, facts: &Facts, packet: &mut Packet) -> bool {
    let of = |net| of_packet(net, facts, packet);
    match op {
        Op::Conntrack(asked) => matches(net, asked, facts, packet),
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

/// Whether a connection was announced by one that a helper watches.
fn announced_by(connection: Option<&Connection>, name: &Not<String>) -> bool {
    let more = connection.and_then(|connection| connection.more.as_deref());
    let helper = more
        .and_then(|more| more.announced)
        .map(|one| one.helper.name());
    let is = helper.is_some_and(|own| name.is.is_empty() || own == name.is);
    helper.is_some() && is != name.not || helper.is_none() && name.not
}

/// Has a packet's connection be looked up in a zone, if it was not looked up yet.
fn set_zone(packet: &mut Packet, zone: Zone) {
    if is_open(packet) {
        packet.ct.zone = Some(zone);
    }
}

/// Whether nothing was said of a packet's connection yet: the first rule that does is believed.
fn is_open(packet: &Packet) -> bool {
    let Reference { standing, zone, .. } = packet.ct;
    !packet.ct.is_some() && standing == Standing::None && zone.is_none()
}

fn set_mark(net: &mut Net, facts: &Facts, packet: &Packet, mark: u32) {
    if let Some(connection) = conntrack::of_packet_mut(net, facts.ns, packet)
        && connection.mark != mark
    {
        connection.mark = mark;
        connection.events |= event::MARK;
    }
}

fn set_labels(net: &mut Net, facts: &Facts, packet: &Packet, labels: u128) {
    if let Some(connection) = conntrack::of_packet_mut(net, facts.ns, packet) {
        let own = connection.labels.get_or_insert_default();
        if **own | labels != **own {
            **own |= labels;
            connection.events |= event::LABEL;
        }
    }
}

fn connlabel(
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

fn connmark(
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

/// How a packet stands to its connection, as nft's bits.
fn state(connection: Option<&Connection>, reference: Reference) -> u128 {
    match (connection, reference.standing) {
        (_, Standing::Untracked) => 0x40,
        _ if reference.is_template() => 8,
        (None, _) | (_, Standing::None) => 1,
        (_, Standing::Established) => 2,
        (_, Standing::Related) => 4,
        (_, Standing::New) => 8,
    }
}

/// The same as bits of xtables.
fn xt_state(connection: Option<&Connection>, reference: Reference) -> u16 {
    match state(connection, reference) {
        0x40 => ct_state::UNTRACKED,
        bits => bits as u16,
    }
}

fn matches(net: &Net, asked: &Conntrack, facts: &Facts, packet: &Packet) -> bool {
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
            u32::from(*bits) & connection.status != 0
        })
        && holds(&asked.expire, |(a, b)| {
            (a..=b).contains(&&connection.seconds_left(net.now))
        })
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

/// What a connection had of a direction, or of both.
fn counted(connection: &Connection, direction: Option<Direction>) -> Option<Counter> {
    let counters = connection.counters.as_deref()?;
    Some(match direction {
        Some(direction) => counters[direction as usize],
        None => Counter {
            packets: counters[0].packets + counters[1].packets,
            bytes: counters[0].bytes + counters[1].bytes,
        },
    })
}

fn had(connection: &Connection, asked: &Connbytes) -> bool {
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

/// The keys of connections that have a value here.
pub(super) const fn is_known(key: CtKey) -> bool {
    !matches!(
        key,
        CtKey::Helper | CtKey::Secmark | CtKey::Count | CtKey::Event
    )
}

/// What a connection is like, as a number.
pub(super) fn load(
    net: &Net,
    (key, direction): (CtKey, Option<CtDirection>),
    facts: &Facts,
    packet: &Packet,
) -> Option<u128> {
    let connection = of_packet(net, facts, packet);
    if key == CtKey::State {
        return Some(state(connection, packet.ct));
    }
    let connection = connection?;
    let way = direction.map(|direction| match direction {
        CtDirection::Original => Direction::Original,
        CtDirection::Reply => Direction::Reply,
    });
    let tuple = connection.tuple(way.unwrap_or(Direction::Original));
    let v4 = |bytes: [u8; 16]| u128::from_be_bytes(bytes) >> 96;
    let counter = || counted(connection, way).unwrap_or_default();
    let zone = packet.ct.zone.unwrap_or(connection.zone);
    Some(match key {
        CtKey::Direction => packet.ct.direction as u128,
        CtKey::Status => u128::from(connection.status),
        CtKey::Mark => u128::from(connection.mark),
        CtKey::Expiration => u128::from(connection.seconds_left(net.now)) * 1000,
        CtKey::Label => connection.labels.as_deref().copied().unwrap_or(0),
        CtKey::L3Proto => {
            if tuple.v6 {
                10
            } else {
                2
            }
        }
        CtKey::IpSaddr if !tuple.v6 => v4(tuple.src),
        CtKey::IpDaddr if !tuple.v6 => v4(tuple.dst),
        CtKey::Ip6Saddr if tuple.v6 => u128::from_be_bytes(tuple.src),
        CtKey::Ip6Daddr if tuple.v6 => u128::from_be_bytes(tuple.dst),
        CtKey::Protocol => u128::from(tuple.protocol),
        CtKey::ProtoSrc => u128::from(tuple.sport),
        CtKey::ProtoDst => u128::from(tuple.dport),
        CtKey::Packets => u128::from(counter().packets),
        CtKey::Bytes => u128::from(counter().bytes),
        CtKey::AvgPkt => u128::from(counter().bytes.checked_div(counter().packets).unwrap_or(0)),
        CtKey::Zone => match way {
            Some(way) => u128::from(zone.id(way)),
            None => u128::from(zone.id),
        },
        CtKey::Id => u128::from(connection.id),
        _ => return None,
    })
}

/// Whether an expression is how much a connection had.
const fn is_amount(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Ct(CtKey::Bytes | CtKey::Packets | CtKey::AvgPkt, _)
    )
}

/// Rules that look at how much a connection had have it be counted from then on.
pub(super) fn force_accounting(net: &mut Net, ns: NsId, changes: &[RulesetChange]) {
    let counts = |statement: &Statement| match statement {
        Statement::XtMatch(XtMatch::Connbytes(_)) => true,
        Statement::Match { left, .. } => is_amount(left),
        _ => false,
    };
    let forces = |change: &RulesetChange| match change {
        RulesetChange::AddRule { rule, .. } | RulesetChange::ReplaceRule { rule, .. } => {
            rule.statements.iter().any(counts)
        }
        _ => false,
    };
    if changes.iter().any(forces) {
        net.ns_mut(ns).conntrack_conf.set(Setting::Acct, 1);
    }
}
