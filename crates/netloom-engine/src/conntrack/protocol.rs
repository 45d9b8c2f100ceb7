//! What each protocol makes of a packet of a connection (`nf_conntrack_l4proto`).

use super::connection::{Connection, Protocol, event};
use super::table::Direction;
use super::{sctp, tcp, tuple};
use crate::sysctl::{ConntrackConf, Ct};
use netloom_model::Time;
use netloom_model::conntrack::status;

/// With what a packet is heard.
pub(super) struct Context<'a> {
    pub(super) conf: &'a ConntrackConf,
    pub(super) now: Time,
    pub(super) direction: Direction,
}

/// What came of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It belongs to the connection.
    Passes,
    /// It may be of another connection of the same ends: it passes, and is not counted.
    Ignored,
    /// It belongs to no connection.
    Invalid,
    /// It belongs to the connection, which ends with it.
    Ends,
    /// The connection is over, and the packet begins another one.
    Anew,
}

/// For how long UDP is taken for a single question, whatever comes back.
const STREAM_AFTER: core::time::Duration = core::time::Duration::from_secs(2);

/// A packet of a connection came; `upper` is its transport header on.
pub(super) fn heard(cx: &Context<'_>, connection: &mut Connection, upper: &[u8]) -> Heard {
    // What most packets are of, and what is known without reading further.
    if matches!(connection.protocol, Protocol::Udp { .. }) {
        return udp(cx, connection);
    }
    match connection.upper() {
        tuple::TCP => tcp::heard(cx, connection, upper),
        tuple::SCTP => sctp::heard(cx, connection, upper),
        tuple::UDP => udp(cx, connection),
        tuple::UDP_LITE => udp_lite(cx, connection),
        tuple::GRE => gre(cx, connection),
        tuple::ICMP | tuple::ICMPV6 if connection.tuples[0].is_icmp() => icmp(cx, connection),
        _ => {
            connection.refresh(cx.now, cx.conf.get(Ct::GenericTimeout));
            Heard::Passes
        }
    }
}

fn udp(cx: &Context<'_>, connection: &mut Connection) -> Heard {
    if !connection.is_confirmed() {
        let stream = cx.now + STREAM_AFTER;
        connection.protocol = Protocol::Udp { stream };
    }
    let late = matches!(connection.protocol, Protocol::Udp { stream } if cx.now > stream);
    let replied = connection.has(status::SEEN_REPLY);
    let stream = replied && (connection.has(status::ASSURED) || late);
    let key = match stream {
        true => Ct::UdpTimeoutStream,
        false => Ct::UdpTimeout,
    };
    connection.refresh(cx.now, cx.conf.get(key));
    if stream && connection.set(status::ASSURED) {
        connection.events |= event::ASSURED;
    }
    Heard::Passes
}

/// UDP-Lite has no time of questions: whoever goes on after an answer is believed
/// (`nf_conntrack_udplite_packet`).
fn udp_lite(cx: &Context<'_>, connection: &mut Connection) -> Heard {
    let replied = connection.has(status::SEEN_REPLY);
    let key = match replied {
        true => Ct::UdpTimeoutStream,
        false => Ct::UdpTimeout,
    };
    connection.refresh(cx.now, cx.conf.get(key));
    if replied && connection.set(status::ASSURED) {
        connection.events |= event::ASSURED;
    }
    Heard::Passes
}

fn gre(cx: &Context<'_>, connection: &mut Connection) -> Heard {
    if connection.has(status::SEEN_REPLY) {
        connection.refresh(cx.now, cx.conf.get(Ct::GreTimeoutStream));
        if connection.set(status::ASSURED) {
            connection.events |= event::ASSURED;
        }
    } else {
        connection.refresh(cx.now, cx.conf.get(Ct::GreTimeout));
    }
    Heard::Passes
}

/// A question of ICMP, or its answer; nothing else begins a connection.
fn icmp(cx: &Context<'_>, connection: &mut Connection) -> Heard {
    let first = &connection.tuples[0];
    let begins = match first.v6 {
        false => matches!(first.icmp_type(), 8 | 13 | 15 | 17),
        true => matches!(first.icmp_type(), 128 | 139),
    };
    if !connection.is_confirmed() && !begins {
        return Heard::Invalid;
    }
    let key = match first.v6 {
        false => Ct::IcmpTimeout,
        true => Ct::Icmpv6Timeout,
    };
    connection.refresh(cx.now, cx.conf.get(key));
    Heard::Passes
}
