//! Translation of addresses (`nf_nat`; iptables-extensions(8): SNAT, DNAT, MASQUERADE, REDIRECT,
//! NETMAP; RFC 2663).
//!
//! What a connection is translated to is settled by its first packet (`bind`): then its answers'
//! tuple says it, and every packet is written anew by the tuple of the other direction (`rewrite`). A
//! source keeps what it was translated to (`source`).
//!
//! Left out: ports of DCCP and UDP-Lite in checksums that do not cover them.

pub(super) mod adjust;
mod bind;
mod rewrite;
mod source;

pub(crate) use adjust::{Adjust, shift_all, write as write_number};
pub(crate) use bind::{Range, bind};
pub(crate) use rewrite::translate;
pub(super) use source::{BySource, Neighbours};

use super::Connection;
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::conntrack::status;
use netloom_model::ruleset::Hook;

/// What of a packet is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manip {
    Source,
    Destination,
}

impl Manip {
    /// What is written anew at a hook.
    pub(crate) const fn at(hook: Hook) -> Manip {
        match hook {
            Hook::Prerouting | Hook::Output => Manip::Destination,
            _ => Manip::Source,
        }
    }

    /// The bit of a connection whose packets are.
    const fn bit(self) -> u32 {
        match self {
            Manip::Source => status::SRC_NAT,
            Manip::Destination => status::DST_NAT,
        }
    }

    /// The bit of a connection for which it is settled.
    const fn done(self) -> u32 {
        match self {
            Manip::Source => status::SRC_NAT_DONE,
            Manip::Destination => status::DST_NAT_DONE,
        }
    }

    const fn other(self) -> Manip {
        match self {
            Manip::Source => Manip::Destination,
            Manip::Destination => Manip::Source,
        }
    }
}

impl Connection {
    /// Whether it is settled what a manipulation does to it.
    pub(crate) fn is_bound(&self, manip: Manip) -> bool {
        self.has(manip.done())
    }
}

/// A connection that no rule translates is bound to what it is.
pub(crate) fn bind_to_itself(net: &mut Net, facts: &Facts, packet: &Packet) {
    let manip = Manip::at(facts.hook);
    let Some(connection) = super::of_packet(net, facts.ns, packet) else {
        return;
    };
    let reply = &connection.tuples[1];
    let own = match manip {
        Manip::Source => reply.dst,
        Manip::Destination => reply.src,
    };
    let range = Range {
        addresses: Some((own, own)),
        ..Range::default()
    };
    bind(net, facts, packet, manip, &range);
}
