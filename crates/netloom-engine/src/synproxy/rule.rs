//! What a rule does with a segment: a SYN is answered, who acknowledges a cookie is believed.

use super::Plan;
use super::cookie::{self, Ends};
use super::segment::{Options, Segment};
use crate::conntrack;
use crate::conntrack::Tuple;
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::Time;
use netloom_model::ruleset::statement::Synproxy;
use netloom_wire::IpProtocol;
use netloom_wire::tcp::Flags;

/// What a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Says {
    /// It is none of its segments.
    On,
    /// It does not match: it is no segment.
    No,
    Ends(Plan),
    /// It is broken, or acknowledges no cookie.
    Drops,
}

/// Bits of the clock that are given back: the scale of windows, whether selective acknowledgements were
/// offered; 15 stands for no scale.
const SCALE: u32 = 0xf;
const SACK: u32 = 1 << 4;
const KEPT: u32 = 0x3f;

/// Asks a rule about a packet.
pub(crate) fn asked(how: &Synproxy, net: &Net, facts: &Facts, packet: &Packet) -> Says {
    let segment = read(facts, packet);
    let (Some(segment), Some(ends)) = (segment, ends(net, facts, packet)) else {
        return Says::No;
    };
    if !conntrack::sums_up(facts, packet) {
        return Says::Drops;
    }
    if segment.is(Flags::SYN) {
        return Says::Ends(Plan::Accept(accept(how, &segment, &ends, net.now)));
    }
    if segment.is(Flags::ACK) {
        let asks = how.timestamp.then_some(segment.options.clocks).flatten();
        let begins = segment.seq.wrapping_sub(1);
        return match ask(&segment, (begins, asks), &ends, net.now) {
            Some(asks) => Says::Ends(Plan::Ask(asks)),
            None => Says::Drops,
        };
    }
    Says::On
}

/// The segment of a packet.
pub(super) fn read(facts: &Facts, packet: &Packet) -> Option<Segment> {
    let upper = packet.network().get(usize::from(facts.transport?)..)?;
    let tcp = facts.protocol == Some(IpProtocol::TCP.0);
    tcp.then(|| Segment::of(upper)).flatten()
}

/// Who talks to whom; what its numbers begin with is not said yet.
pub(super) fn ends(net: &Net, facts: &Facts, packet: &Packet) -> Option<Ends> {
    let transport = usize::from(facts.transport?);
    let tuple = Tuple::of(facts.is_v6(), packet.network(), facts.protocol?, transport)?;
    Some(Ends {
        secret: net.ns(facts.ns).conntrack.as_ref()?.secret(),
        addresses: [tuple.src, tuple.dst],
        ports: [tuple.sport, tuple.dport],
        begins: 0,
    })
}

/// The answer to a SYN.
fn accept(how: &Synproxy, syn: &Segment, ends: &Ends, now: Time) -> Segment {
    let told = syn.options;
    let ends = Ends {
        begins: syn.seq,
        ..*ends
    };
    let mut options = Options {
        mss: told.mss.filter(|_| how.mss != 0).map(|_| how.mss),
        ..Options::default()
    };
    // The rest is kept in a clock, and so needs one.
    if let (true, Some((value, _))) = (how.timestamp, told.clocks) {
        let scale = told.scale.filter(|_| how.wscale != 0);
        let sack = told.sack && how.sack_perm;
        let kept = scale.map_or(SCALE, u32::from) | if sack { SACK } else { 0 };
        let clock = (now.0 / 1_000_000) as u32 & !KEPT | kept;
        options.clocks = Some((clock, value));
        options.scale = scale.map(|_| how.wscale);
        options.sack = sack;
    }
    Segment {
        seq: cookie::of(&ends, told.mss.unwrap_or(536), now),
        ack: syn.seq.wrapping_add(1),
        flags: Flags::SYN | Flags::ACK,
        window: 0,
        options,
    }
}

/// What the server is asked, where a segment acknowledges a cookie: whose numbers begin so, and what its
/// clocks say.
pub(super) fn ask(
    segment: &Segment,
    (begins, clocks): (u32, Option<(u32, u32)>),
    ends: &Ends,
    now: Time,
) -> Option<Segment> {
    let ends = Ends { begins, ..*ends };
    let first = segment.ack.wrapping_sub(1);
    let mss = cookie::check(&ends, first, now)?;
    let kept = clocks.map(|(_, echo)| echo & KEPT);
    Some(Segment {
        seq: begins,
        ack: first,
        flags: Flags::SYN,
        window: segment.window,
        options: Options {
            mss: Some(mss),
            scale: kept
                .map(|kept| kept & SCALE)
                .filter(|scale| *scale != SCALE)
                .map(|scale| scale as u8),
            sack: kept.is_some_and(|kept| kept & SACK != 0),
            clocks,
        },
    })
}
