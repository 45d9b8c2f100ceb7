//! What the parts of rules depend on, and what they leave behind.
//!
//! An index of rules may pass over a rule only for what it asks before it does anything. The flow
//! cache may repeat what rules said of a packet only where they looked at nothing but the flow. What
//! is not named here does something, and depends on everything.

use super::compile::{Op, Within};
use super::ct;
use super::load::Load;
use netloom_model::ruleset::expr::{BitOp, CtKey, MetaKey};
use netloom_model::ruleset::field::Layer;
use netloom_model::ruleset::xt::XtMatch;

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
            Op::Count | Op::Go(_) | Op::Map { .. } | Op::Lookup { .. } | Op::Match(_)
        );
        !stays && !self.only_asks()
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
            other => matches!(other, Load::Constant(_)),
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
