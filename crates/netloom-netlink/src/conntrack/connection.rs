//! A connection as the kernel tells of it.

use super::attribute::{
    COUNTED_ORIGINAL, COUNTED_REPLY, HELPER, ID, LABELS, MARK, ORIGINAL, PROTOCOL, REPLY, STATUS,
    TIMEOUT, TIMESTAMP, USE, ZONE,
};
use super::tuple::{self, number};
use super::{attributes, be16, be32, be64, kind};
use crate::{Attributes, flag};
use netloom_model::Time;
use netloom_model::conntrack::{
    Connection, ConnectionEvent, ConnectionNotice, SCTP_STATES, TCP_STATES,
};
use netloom_model::ruleset::Counter;

/// The connection of a message's body, read at `now`; moments are nanoseconds since 1970.
#[must_use]
pub fn decode(body: &[u8], now: Time) -> Option<Connection> {
    let found = attributes(body);
    let [original, reply] = [ORIGINAL, REPLY].map(|kind| found.inside(kind));
    let (state, tags) = protocol(found.inside(PROTOCOL));
    let (began, lived) = life(found.inside(TIMESTAMP), now);
    let counters =
        counted(found.inside(COUNTED_ORIGINAL)).zip(counted(found.inside(COUNTED_REPLY)));
    Some(Connection {
        id: number(found, ID),
        original: tuple::decode(original)?,
        reply: tuple::decode(reply)?,
        status: number(found, STATUS),
        timeout: number(found, TIMEOUT),
        state,
        mark: number(found, MARK),
        zone: be16(found, ZONE).unwrap_or(0),
        original_zone: tuple::zone(original),
        reply_zone: tuple::zone(reply),
        labels: found.get(LABELS).map(labels),
        helper: helper(found),
        tags,
        began,
        lived,
        counters: counters.map(|(there, back)| [there, back]),
        references: number(found, USE),
    })
}

/// What a message that nobody asked for tells of a connection.
#[must_use]
pub fn notice(message: &crate::Message<'_>, now: Time) -> Option<ConnectionNotice> {
    let event = match message.kind {
        kind::DELETE => ConnectionEvent::Destroy,
        kind::NEW if message.flags & (flag::CREATE | flag::EXCLUSIVE) != 0 => ConnectionEvent::New,
        kind::NEW => ConnectionEvent::Update,
        _ => return None,
    };
    Some(ConnectionNotice {
        event,
        connection: decode(message.body, now)?,
        marked: attributes(message.body).get(MARK).is_some(),
        by: Some(message.port).filter(|port| *port != 0),
    })
}

/// The state and the tags of what its protocol knows (`CTA_PROTOINFO`).
fn protocol(info: Attributes<'_>) -> (Option<String>, Option<[u32; 2]>) {
    const TCP: u16 = 1;
    const SCTP: u16 = 3;
    const STATE: u16 = 1;
    const TAGS: [u16; 2] = [2, 3];
    let named = |names: &[&str], number: u8| {
        let name = names.get(usize::from(number)).unwrap_or(&"NONE");
        (*name).to_owned()
    };
    if let Some(number) = info.inside(TCP).u8(STATE) {
        return (Some(named(&TCP_STATES, number)), None);
    }
    let sctp = info.inside(SCTP);
    let Some(number) = sctp.u8(STATE) else {
        return (None, None);
    };
    let [there, back] = TAGS.map(|kind| be32(sctp, kind));
    let tags = there.zip(back).map(|(there, back)| [there, back]);
    (Some(named(&SCTP_STATES, number)), tags)
}

/// When it began, and for how many seconds it has lived.
fn life(told: Attributes<'_>, now: Time) -> (Option<Time>, Option<u32>) {
    const START: u16 = 1;
    const STOP: u16 = 2;
    let began = be64(told, START).map(Time);
    let until = be64(told, STOP).map_or(now, Time);
    let lived = began.map(|began| {
        let seconds = (until.0 / 1_000_000_000).saturating_sub(began.0 / 1_000_000_000);
        u32::try_from(seconds).unwrap_or(u32::MAX)
    });
    (began, lived)
}

fn counted(told: Attributes<'_>) -> Option<Counter> {
    const PACKETS: u16 = 1;
    const BYTES: u16 = 2;
    Some(Counter {
        packets: be64(told, PACKETS)?,
        bytes: be64(told, BYTES)?,
    })
}

/// Up to 128 bits, in the machine's order.
fn labels(value: &[u8]) -> u128 {
    let mut bits = [0; 16];
    let len = value.len().min(bits.len());
    bits[..len].copy_from_slice(&value[..len]);
    u128::from_le_bytes(bits)
}

fn helper(found: Attributes<'_>) -> Option<String> {
    const NAME: u16 = 1;
    found.inside(HELPER).text(NAME)
}
