//! `owner` and `cgroup`: whose socket sent a packet (iptables-extensions(8)). What is passed on has
//! none.

use crate::filter::facts::Facts;
use crate::net::Net;
use crate::packet::Packet;
use crate::socket::sender::{self, Sender};
use netloom_model::ruleset::xt::{Cgroup, Not, Owner, Span};
use netloom_model::socket::PacketType;

/// Whether the socket that sent a packet is as asked for.
pub(super) fn owner(asked: &Owner, net: &Net, facts: &Facts, packet: &Packet) -> bool {
    let (uid, gid) = (asked.uid.map(|uid| uid.not), asked.gid.map(|gid| gid.not));
    let exists = asked.socket_exists.map(|exists| exists.not);
    // What is not there is not so.
    let (not, wanted) = ((true, true), |not: Option<bool>| not.unwrap_or(true));
    let nobody = (wanted(uid), wanted(gid)) == not;
    match sender(net, facts, packet) {
        None => nobody && wanted(exists),
        Some(_) if exists == Some(true) => false,
        Some(Sender::Program { uid, gid }) => within(asked.uid, uid) && within(asked.gid, gid),
        // No program has opened it.
        Some(_) => nobody,
    }
}

fn within(asked: Option<Not<Span<u32>>>, id: u32) -> bool {
    asked.is_none_or(|span| super::transport::within(span, id))
}

/// The socket that sent a packet of this host, which has not left yet.
pub(in crate::filter) fn sender(net: &Net, facts: &Facts, packet: &Packet) -> Option<Sender> {
    let own = packet.packet_type == PacketType::Outgoing && facts.input.some().is_none();
    let sender = own.then(|| sender::of(net, packet));
    sender.filter(|sender| *sender != Sender::Nobody)
}

/// Whether that socket is in a control group. A world has none but the first: all are in that, and
/// its class is 0.
pub(super) fn cgroup(asked: &Cgroup, net: &Net, facts: &Facts, packet: &Packet) -> bool {
    let there = sender(net, facts, packet).is_some();
    there
        && match asked {
            Cgroup::Path(path) => path.matches(path.is.trim_matches('/').is_empty()),
            Cgroup::ClassId(class) => class.matches(class.is == 0),
        }
}
