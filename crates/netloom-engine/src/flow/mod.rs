//! The flow cache: what was done with a flow's packet is done with the next ones without asking again.
//!
//! A flow is what comes by a device with the same addresses, ports, protocol, type of service and mark.
//! Its packets run the pipeline with an observer ([`Recorder`]) that writes down what was done
//! between IP's reception and the neighbour by which it leaves: which rules and policies counted, to
//! which connection it belongs, how its header was written anew, and where it went. The packets that
//! follow have just that done (`replay`), and everything before and after is as ever: the checks of
//! the header, packet sockets, bridges, neighbours and what is sent.
//!
//! What changes without anybody's doing is looked at each time: the checksum, the connection's
//! state, mark and labels, TTL, length and MTU. A connection hears every packet; one that has it change
//! its state goes the long way. What depends on more than the flow (`limit`, `quota`, TTL, lengths...)
//! is not cached (`filter::depends`). Any change of the network makes everything stale (the epoch).
//!
//! Left out: packets for this host and of it, IPv6, fragments, options, what is neither UDP nor TCP,
//! and segments of TCP that begin or end a connection.

mod key;
mod record;
mod replay;
mod table;

pub(crate) use record::{Recording, Way};
pub(crate) use table::Flows;

use crate::device::DevId;
use crate::ip::receive;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use key::Key;
use record::Recorder;

/// Whether packets of a namespace are worth remembering: those that rules are asked of.
#[inline]
pub(crate) fn is_worth_it(net: &Net, ns: NsId) -> bool {
    !net.flows.off && net.ns(ns).filter.is_some()
}

/// An IPv4 packet whose header is in order was received.
pub(crate) fn receive<O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, dev: DevId, packet: Packet) {
    let Some(key) = Key::of(&packet, dev) else {
        return receive::accepted(cx, ns, dev, packet);
    };
    let packet = match replay::replay(cx, ns, &key, packet) {
        Ok(()) => return,
        Err(packet) => packet,
    };
    let mut recorder = Recorder::of(cx.net, key, &packet);
    let mut recorded = Cx {
        net: cx.net,
        watch: &mut recorder,
    };
    receive::accepted(&mut recorded, ns, dev, packet);
    recorder.keep(cx.net);
}
