//! Sends what a proxy says, in the name of one end to the other.

use super::segment::LONGEST;
use super::{Plan, Segment};
use crate::conntrack::{self, Reference};
use crate::device::DevId;
use crate::filter::{Facts, Named, Spoofed};
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use netloom_model::journey::{Event, Origin, Stage};
use netloom_wire::tcp;

/// Sends what a segment brought about; the segment itself ends here.
pub(crate) fn carry_out<O: Observer>(
    cx: &mut Cx<'_, O>,
    facts: &Facts,
    dev: DevId,
    packet: Packet,
    plan: Plan,
) {
    let Some(ends) = Named::of(facts, &packet) else {
        return cx.consume(packet);
    };
    let say = |cx: &mut Cx<'_, O>, segment: &Segment, back: bool, ct: Reference| {
        let ends = if back { ends.turned() } else { ends };
        let mut options = [0; LONGEST];
        let len = segment.options.write(&mut options);
        let repr = tcp::Repr {
            src_port: ends.ports.0,
            dst_port: ends.ports.1,
            seq: segment.seq,
            ack: segment.ack,
            flags: segment.flags,
            window: segment.window,
            options: &options[..len],
            ..tcp::Repr::default()
        };
        let Some(mut out) = Spoofed::build(cx, (facts.ns, dev), &ends, 0, &repr) else {
            return;
        };
        let origin = if back { Origin::TcpReply } else { Origin::Copy };
        let (to, of) = (ends.to, ends.from);
        cx.see(&packet, dev, Stage::Rules, |_| Event::Answered {
            with: origin,
            what: format!("a segment to {to} in the name of {of}"),
        });
        out.packet.ct = ct;
        cx.born(&mut out.packet, Some(packet.id), origin);
        out.send(cx, facts.ns);
    };
    match plan {
        Plan::Accept(answer) => say(cx, &answer, true, Reference::NONE),
        Plan::Ask(syn) => say(cx, &syn, false, Reference::PROXIED),
        Plan::Join {
            server,
            client,
            shift,
        } => {
            say(cx, &server, true, Reference::NONE);
            conntrack::shift_all(cx.net, facts.ns, packet.ct, shift);
            say(cx, &client, false, packet.ct);
        }
    }
    cx.consume(packet);
}
