//! Matches of xtables that look at a packet and its devices alone, carried out
//! (iptables-extensions(8)).

mod transport;

use super::facts::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::xt::XtMatch;

/// What a match says of a packet; none where netloom does not know.
pub(super) fn matches(found: &XtMatch, _net: &Net, facts: &Facts, packet: &Packet) -> Option<bool> {
    Some(match found {
        XtMatch::Comment(_) => true,
        XtMatch::Icmp(types) => transport::icmp(types, 255, facts, packet),
        XtMatch::Icmp6(types) => types.matches(transport::icmp6(types.is, facts, packet)),
        XtMatch::Tcp(tcp) => transport::tcp(tcp, facts, packet),
        XtMatch::Udp { sport, dport } => transport::udp(*sport, *dport, facts, packet),
        _ => return None,
    })
}
