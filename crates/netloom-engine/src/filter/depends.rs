//! What the parts of rules depend on, and what they leave behind.
//!
//! An index of rules may pass over a rule only for what it asks before it does anything. The flow
//! cache may repeat what rules said of a packet only where they looked at nothing but the flow. What
//! is not named here does something, and depends on everything.

use super::Filter;
use super::compile::{Op, Rule, Within};
use super::ct;
use super::load::Load;
use super::set::Store;
use netloom_model::ruleset::expr::{BitOp, CtKey, MetaKey};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::xt::{XtMatch, XtTarget};

impl Op {
    /// Whether it asks a question, which changes nothing and ends no packet.
    pub(super) fn only_asks(&self) -> bool {
        match self {
            Op::Test(_) | Op::Nothing => true,
            // What rules remember of keys may be written by asking.
            Op::Lookup { set, .. } => matches!(set, Within::Own(_)),
            Op::Ct(asked) => only_asks(asked),
            Op::Match(asked) => of_packet(asked),
            _ => false,
        }
    }

    /// Whether it may change what later rules ask for.
    pub(super) fn changes_packet(&self) -> bool {
        let stays = matches!(
            self,
            Op::Count
                | Op::CountBeside(_)
                | Op::Go(_)
                | Op::Map { .. }
                | Op::Lookup { .. }
                | Op::Match(_)
        );
        match self {
            Op::Mapped(mapped) => mapped.op.changes_packet(),
            _ => !stays && !self.only_asks(),
        }
    }

    /// Whether it does the same to every packet of a flow: it depends on the flow alone, and does
    /// nothing but count, mark the packet and decide.
    pub(super) fn is_of_flow(&self, filter: &Filter) -> bool {
        let keys = |key: &[Load]| key.iter().all(Load::is_of_flow);
        match self {
            Op::Test(test) => test.load.is_of_flow() || test.load.is_tcp_flags(test.mask()),
            Op::Lookup { key, set, .. } => keys(key) && set.is_of_flow(filter),
            Op::Map { key, map } => keys(key) && map.is_of_flow(filter),
            Op::SetMark(load) => load.is_of_flow(),
            Op::Mapped(mapped) => mapped.is_of_flow(filter) && mapped.op.is_of_flow(filter),
            Op::Count | Op::Go(_) | Op::Nothing => true,
            Op::Ct(op) => ct_of_flow(op),
            Op::Match(asked) => xt_of_flow(asked),
            Op::Target(target) => matches!(**target, XtTarget::Mark(_)),
            _ => false,
        }
    }
}

impl Rule {
    /// Whether the parts of it that a packet was asked of depend on the flow alone: those up to the
    /// one that did not match, or all.
    pub(super) fn is_of_flow(&self, filter: &Filter, failed: Option<usize>) -> bool {
        let end = failed.map_or(self.ops.len(), |part| part + 1);
        let mut asked = self.ops.iter().take(end);
        asked.all(|op| op.is_of_flow(filter))
    }

    /// How often it counts a packet that came to a part.
    pub(super) fn counts(&self, failed: Option<usize>) -> usize {
        let end = failed.unwrap_or(self.ops.len());
        let passed = self.ops.iter().take(end);
        passed.filter(|op| matches!(op, Op::Count)).count()
    }
}

impl Within {
    pub(super) fn is_of_flow(&self, filter: &Filter) -> bool {
        match self {
            Within::Own(_) => true,
            Within::Named(set) => filter.sets[set.0].is_constant(),
        }
    }
}

impl Store {
    /// Whether only changes of the ruleset change it, and asking it changes nothing.
    fn is_constant(&self) -> bool {
        !self.set.flags.timeout && self.set.timeout.is_none() && !self.counts()
    }
}

impl Load {
    /// Whether it is the same for every packet of a flow: of its addresses, ports, class of service,
    /// devices and mark, and of its connection as long as that stays as it is.
    pub(super) fn is_of_flow(&self) -> bool {
        match self {
            Load::Bits(bits) => {
                let (layer, from, to) = bits.span();
                match layer {
                    // Class of service; protocol; addresses.
                    Layer::Network => to <= 16 || from >= 72 && to <= 80 || from >= 96 && to <= 160,
                    Layer::Transport => to <= 32,
                    Layer::Link | Layer::Inner => false,
                }
            }
            Load::Meta(key) => matches!(
                key,
                MetaKey::NfProto
                    | MetaKey::L4Proto
                    | MetaKey::Protocol
                    | MetaKey::Mark
                    | MetaKey::Iif
                    | MetaKey::IifName
                    | MetaKey::IifGroup
                    | MetaKey::Oif
                    | MetaKey::OifName
                    | MetaKey::OifGroup
                    | MetaKey::PktType
            ),
            Load::Ct(key, _) => !matches!(
                key,
                CtKey::Packets | CtKey::Bytes | CtKey::AvgPkt | CtKey::Expiration | CtKey::Count
            ),
            Load::Operation(op, left, right) => {
                let flags = match (op, &**left, &**right) {
                    (BitOp::And, flags, Load::Constant(mask)) => flags.is_tcp_flags(*mask),
                    _ => false,
                };
                flags || left.is_of_flow() && right.is_of_flow()
            }
            other => matches!(other, Load::Constant(_) | Load::Register(_)),
        }
    }

    /// Whether it is the flags of a TCP segment, and the mask leaves `PSH` out. All others are the
    /// same for every segment that the flow cache takes.
    fn is_tcp_flags(&self, mask: u128) -> bool {
        let flags = matches!(self, Load::Bits(bits) if bits.span() == (Layer::Transport, 104, 112));
        flags && mask & u128::from(PUSH) == 0
    }
}

/// The flag of TCP that says nothing of a connection (RFC 9293, 3.1).
const PUSH: u8 = 0x08;

/// Whether a question about a connection changes nothing.
fn only_asks(op: &ct::Op) -> bool {
    matches!(
        op,
        ct::Op::Conntrack(_)
            | ct::Op::State(_)
            | ct::Op::Connmark(_)
            | ct::Op::Connbytes(_)
            | ct::Op::Connlabel { set: false, .. }
    )
}

/// Whether what is asked of a connection, or done to it, is the same as long as its state, mark and
/// labels are.
fn ct_of_flow(op: &ct::Op) -> bool {
    match op {
        ct::Op::Conntrack(asked) => asked.expire.is_none(),
        ct::Op::State(_)
        | ct::Op::Connmark(_)
        | ct::Op::Connlabel { .. }
        | ct::Op::Mark(..)
        | ct::Op::Untracked => true,
        ct::Op::SetMark(load) => load.is_of_flow(),
        _ => false,
    }
}

/// Whether a match looks at the packet and its devices alone.
fn of_packet(asked: &XtMatch) -> bool {
    matches!(
        asked,
        XtMatch::Comment(_)
            | XtMatch::Icmp(_)
            | XtMatch::Icmp6(_)
            | XtMatch::Tcp(_)
            | XtMatch::Udp { .. }
            | XtMatch::Multiport(_)
            | XtMatch::Iprange { .. }
            | XtMatch::Length(_)
            | XtMatch::Ttl(_)
            | XtMatch::Hl(_)
            | XtMatch::Dscp(_)
            | XtMatch::Tos { .. }
            | XtMatch::Ecn(_)
            | XtMatch::Tcpmss(_)
            | XtMatch::Pkttype(_)
            | XtMatch::Mac(_)
            | XtMatch::Mark(_)
            | XtMatch::Devgroup { .. }
            | XtMatch::Cpu(_)
            | XtMatch::String(_)
            | XtMatch::U32 { .. }
            | XtMatch::Esp(_)
            | XtMatch::Ah(_)
            | XtMatch::Ah6(_)
            | XtMatch::Ipcomp { .. }
            | XtMatch::Dst(_)
            | XtMatch::Hbh(_)
            | XtMatch::Frag(_)
            | XtMatch::Rt(_)
            | XtMatch::Mh(_)
            | XtMatch::Ipv6header { .. }
            | XtMatch::Eui64
    )
}

/// Whether a match looks at nothing but the flow, and at what only changes of the network change.
fn xt_of_flow(asked: &XtMatch) -> bool {
    match asked {
        XtMatch::Tcp(tcp) => tcp.option.is == 0 && tcp.flags.is.mask & PUSH == 0,
        XtMatch::Comment(_)
        | XtMatch::Udp { .. }
        | XtMatch::Multiport(_)
        | XtMatch::Iprange { .. }
        | XtMatch::Addrtype(_)
        | XtMatch::Dscp(_)
        | XtMatch::Tos { .. }
        | XtMatch::Pkttype(_)
        | XtMatch::Mark(_)
        | XtMatch::Devgroup { .. }
        | XtMatch::Cpu(_) => true,
        _ => false,
    }
}
