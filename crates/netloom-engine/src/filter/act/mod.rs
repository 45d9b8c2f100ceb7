//! What rules do to packets, beside letting them pass or not (nft(8), STATEMENTS;
//! iptables-extensions(8), TARGET EXTENSIONS): a subject a file.
//!
//! While rules are asked they are out of their namespace, so nothing is sent from here: copies are
//! kept until the hook is done (`copy`).

pub(super) mod copy;
pub(super) mod forward;
mod frame;
mod mss;
mod prefix;
mod tcp_options;
mod tproxy;
mod write;

pub(super) use mss::rt_mtu;

use super::compile::Go;
use super::facts::Facts;
use super::load::{self, Load};
use super::mapped::Maps;
use super::{log, sockets};
use crate::net::Net;
use crate::packet::Packet;
use crate::synproxy::{self, Says};
use netloom_model::journey::DropReason;
use netloom_model::ruleset::statement::{Statement, Synproxy};
use netloom_model::ruleset::xt::{XtMatch, XtTarget};
use netloom_model::ruleset::{Expr, MetaKey};
use netloom_model::socket::PacketType;

/// What a statement does to a packet.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Tells a segment size that fits.
    Mss(Option<u16>),
    /// Takes options of TCP away.
    Strip(Box<[u8]>),
    /// Writes to an option of TCP: its kind, from which bit, how many, what.
    TcpOption(u8, (u16, u16), Load),
    /// Takes the bits of congestion away from TCP.
    EcnRemove,
    /// Exchanges a prefix of IPv6.
    Prefix(prefix::Op),
    /// Writes to a header.
    Write(write::Op),
    Priority(Load),
    /// Follows it from here on, or no more.
    Trace(Load),
    PacketType(Load),
    /// Hands it to a program; whether it passes where there is none.
    Queue {
        bypass: bool,
    },
    /// Hands it to a socket.
    Tproxy(tproxy::Op),
    /// Goes on if it is for a socket.
    Socket(sockets::Asked),
    /// Logs it.
    Log(log::Op),
    /// Does what a target of ebtables or arptables says.
    Frame(Box<XtTarget>),
    /// Sends a copy of the frame out of another device.
    Mirror(Load),
    /// Sends a copy elsewhere.
    Copy(copy::Op),
    /// Sends it out of another device.
    Forward(forward::Op),
    /// Answers in the place of a server.
    Synproxy(Synproxy),
}

/// What became of a packet.
pub(super) enum Did {
    /// The rule goes on.
    On,
    /// The rule does not match.
    No,
    Go(Go),
    /// The packet ends, for this reason.
    Ends(DropReason),
    /// It leaves by another device.
    Leaves(forward::Way),
    /// It ends, and this is sent in its place.
    Proxied(synproxy::Plan),
}

impl Did {
    /// The rule goes on if it could be done.
    fn if_so(done: Option<()>) -> Did {
        done.map_or(Did::No, |()| Did::On)
    }
}

/// What a statement does; none where it is nothing of this, or what netloom does not know.
pub(super) fn compile(statement: &Statement, maps: &mut Maps<'_>) -> Option<Op> {
    if let Some(op) = log::compile(statement) {
        return Some(Op::Log(op));
    }
    Some(match statement {
        Statement::XtTarget(target) => of_xtables(target)?,
        Statement::XtMatch(XtMatch::Socket {
            transparent,
            nowildcard,
            restore_skmark,
        }) => Op::Socket(sockets::Asked {
            transparent: *transparent,
            nowildcard: *nowildcard,
            restore_skmark: *restore_skmark,
        }),
        Statement::Tproxy {
            family,
            address,
            port,
        } => Op::Tproxy(tproxy::Op::of(
            *family,
            address.as_ref(),
            port.as_ref(),
            maps,
        )?),
        Statement::ResetTcpOption(kind) => Op::Strip(Box::new([*kind])),
        Statement::Queue { bypass, .. } => Op::Queue { bypass: *bypass },
        Statement::Dup {
            to: None,
            device: Some(device),
        } => Op::Mirror(load::compile(device, maps)?),
        Statement::Dup { to, device } => {
            Op::Copy(copy::Op::of(to.as_ref(), device.as_ref(), maps)?)
        }
        Statement::Forward { device, to, family } => {
            Op::Forward(forward::Op::of(device, to.as_ref(), *family, maps)?)
        }
        Statement::Synproxy(how) => Op::Synproxy(*how),
        Statement::Set { what, value } => set(what, load::compile(value, maps)?)?,
        _ => return None,
    })
}

fn of_xtables(target: &XtTarget) -> Option<Op> {
    Some(match target {
        frame if frame::known(frame) => Op::Frame(Box::new(frame.clone())),
        XtTarget::Tcpmss(size) => Op::Mss(*size),
        XtTarget::Tcpoptstrip(kinds) => Op::Strip(kinds.clone().into()),
        XtTarget::EcnTcpRemove => Op::EcnRemove,
        XtTarget::Synproxy(how) => Op::Synproxy(*how),
        XtTarget::Npt {
            destination,
            from,
            to,
        } => Op::Prefix(prefix::Op::of(*destination, from, to)?),
        XtTarget::Classify(class) => Op::Priority(Load::Constant(u128::from(*class))),
        XtTarget::Nfqueue { bypass, .. } => Op::Queue { bypass: *bypass },
        XtTarget::Tproxy {
            port,
            address,
            mark,
        } => Op::Tproxy(tproxy::Op::to(*port, *address, *mark)),
        XtTarget::Tee { gateway, device } => Op::Copy(copy::Op::to(*gateway, device.clone())),
        _ => return None,
    })
}

fn set(what: &Expr, value: Load) -> Option<Op> {
    Some(match what {
        Expr::Meta(MetaKey::Priority) => Op::Priority(value),
        Expr::Meta(MetaKey::NfTrace) => Op::Trace(value),
        Expr::Meta(MetaKey::PktType) => Op::PacketType(value),
        Expr::TcpOption {
            kind,
            field: Some(field),
        } => Op::TcpOption(*kind, *field, value),
        other => Op::Write(write::Op::of(other, value)?),
    })
}

/// Does it.
pub(super) fn carry_out(op: &Op, net: &mut Net, facts: &Facts, packet: &mut Packet) -> Did {
    match op {
        Op::Mss(size) => mss::set(*size, net, facts, packet),
        Op::Strip(kinds) => {
            tcp_options::strip(kinds, facts, packet);
            Did::On
        }
        Op::TcpOption(kind, field, load) => {
            let value = load.value(net, facts, packet);
            Did::if_so(value.map(|value| {
                tcp_options::set((*kind, *field), value, facts, packet);
            }))
        }
        Op::EcnRemove => {
            tcp_options::remove_ecn(facts, packet);
            Did::On
        }
        Op::Frame(target) => frame::carry_out(target, net, facts, packet),
        Op::Prefix(op) => op.carry_out(facts, packet),
        Op::Write(op) => Did::if_so(op.carry_out(net, facts, packet)),
        Op::Priority(load) => Did::if_so(load.value(net, facts, packet).map(|class| {
            packet.priority = class as u32;
        })),
        Op::Trace(load) => {
            let on = load.value(net, facts, packet);
            Did::if_so(on.map(|on| follow(net, packet, on != 0)))
        }
        Op::PacketType(load) => {
            let kind = load.value(net, facts, packet);
            Did::if_so(kind.map(|kind| set_packet_type(packet, kind)))
        }
        Op::Queue { bypass: true } => Did::Go(Go::Accept),
        Op::Queue { bypass: false } => Did::Ends(DropReason::RuleQueue),
        Op::Tproxy(op) => op.carry_out(net, facts, packet),
        Op::Socket(asked) => match sockets::matches(*asked, net, facts, packet) {
            true => Did::On,
            false => Did::No,
        },
        Op::Log(op) => {
            op.carry_out(net, facts, packet);
            Did::On
        }
        Op::Mirror(device) => {
            if let Some(index) = device.value(net, facts, packet) {
                copy::mirror(net, facts, packet, index as u32);
            }
            Did::On
        }
        Op::Forward(op) => op.carry_out(net, facts, packet),
        Op::Synproxy(how) => match synproxy::asked(how, net, facts, packet) {
            Says::On => Did::On,
            Says::No => Did::No,
            Says::Ends(plan) => Did::Proxied(plan),
            Says::Drops => Did::Ends(DropReason::RuleDrop),
        },
        Op::Copy(op) => {
            op.keep(net, facts, packet);
            Did::On
        }
    }
}

/// Follows a packet from here on, or no more.
fn follow(net: &mut Net, packet: &mut Packet, on: bool) {
    packet.trace = match (on, packet.trace) {
        (false, _) => 0,
        (true, 0) => (net.random.next() as u32).max(1),
        (true, number) => number,
    };
}

/// For whom a packet is may change where it was for somebody.
fn set_packet_type(packet: &mut Packet, kind: u128) {
    let changes = |kind| {
        matches!(
            kind,
            PacketType::Host
                | PacketType::Broadcast
                | PacketType::Multicast
                | PacketType::OtherHost
        )
    };
    let new = match kind {
        0 => PacketType::Host,
        1 => PacketType::Broadcast,
        2 => PacketType::Multicast,
        3 => PacketType::OtherHost,
        _ => return,
    };
    if changes(packet.packet_type) {
        packet.packet_type = new;
    }
}
