//! Requests about connections.

use super::attribute::{
    HELPER, ID, LABELS, MARK, NAT_DESTINATION, NAT_SOURCE, ORIGINAL, PROTOCOL, REPLY, STATUS,
    TIMEOUT, ZONE,
};
use super::{of_family, tuple};
use crate::{Writer, family_number};
use netloom_model::conntrack::{
    Connection, ConnectionUpdate, Ports, SCTP_STATES, TCP_STATES, Tuple, status,
};
use netloom_model::{Errno, Family, Result};

const TCP: u8 = 6;
const SCTP: u8 = 132;

/// Bits of its status that a program has no say in.
const TRANSLATED: u32 =
    status::SRC_NAT | status::DST_NAT | status::SRC_NAT_DONE | status::DST_NAT_DONE;

/// The body of a request about the connection of a first direction, in a zone.
#[must_use]
pub fn find(original: &Tuple, zone: u16) -> Writer {
    let mut body = of_family(Some(Family::of(original.source)));
    tuple::encode(&mut body, ORIGINAL, original, None);
    if zone != 0 {
        body.put(ZONE, &zone.to_be_bytes());
    }
    body
}

/// The body of a request that forgets a connection, if it has that number still.
#[must_use]
pub fn delete(id: u32, original: &Tuple, zone: u16) -> Writer {
    let mut body = find(original, zone);
    body.put(ID, &id.to_be_bytes());
    body
}

/// The body of a request that forgets those of a version of IP, or all. Its version says that the
/// family counts.
#[must_use]
pub fn flush(family: Option<Family>) -> Writer {
    let counts = u8::from(family.is_some());
    Writer::new(&[family.map_or(0, family_number), counts, 0, 0])
}

/// The body of a request that waits for nothing any more.
#[must_use]
pub fn flush_expectations() -> Writer {
    of_family(None)
}

/// The body of a request that makes a connection. What it is translated to says its reply: the kernel
/// wants it told as it would be otherwise.
///
/// # Errors
/// `EINVAL` where its protocol has no such state, or it would have a zone a direction.
pub fn create(connection: &Connection) -> Result<Writer> {
    let Connection {
        original, reply, ..
    } = connection;
    let source = connection.status & status::SRC_NAT != 0;
    let destination = connection.status & status::DST_NAT != 0;
    let plain = tuple::turned(original, reply);
    let told = if source || destination { &plain } else { reply };
    if connection.original_zone.is_some() && connection.reply_zone.is_some() {
        return Err(Errno::INVAL.into());
    }
    let mut body = of_family(Some(Family::of(original.source)));
    tuple::encode(&mut body, ORIGINAL, original, connection.original_zone);
    tuple::encode(&mut body, REPLY, told, connection.reply_zone);
    let status = connection.status & !TRANSLATED | status::CONFIRMED;
    body.put(STATUS, &status.to_be_bytes());
    body.put(TIMEOUT, &connection.timeout.to_be_bytes());
    let port = |wanted: Option<u16>, plain: Option<u16>| wanted.filter(|_| wanted != plain);
    if source {
        let port = port(ports(reply).1, ports(&plain).1);
        tuple::translate(&mut body, NAT_SOURCE, reply.destination, port);
    }
    if destination {
        let port = port(ports(reply).0, ports(&plain).0);
        tuple::translate(&mut body, NAT_DESTINATION, reply.source, port);
    }
    if connection.mark != 0 {
        body.put(MARK, &connection.mark.to_be_bytes());
    }
    if connection.zone != 0 {
        body.put(ZONE, &connection.zone.to_be_bytes());
    }
    if let Some(helper) = &connection.helper {
        const NAME: u16 = 1;
        body.nest(HELPER, |body| body.text(NAME, helper));
    }
    write_labels(&mut body, connection.labels);
    write_state(
        &mut body,
        original.protocol,
        connection.state.as_deref(),
        connection.tags,
    )?;
    Ok(body)
}

/// Source and destination port.
const fn ports(tuple: &Tuple) -> (Option<u16>, Option<u16>) {
    match tuple.ports {
        Ports::Ports {
            source,
            destination,
        } => (Some(source), Some(destination)),
        _ => (None, None),
    }
}

/// The body of a request that changes a connection, which is now as `there` says.
///
/// # Errors
/// `EINVAL` where its protocol has no such state.
pub fn update(update: &ConnectionUpdate, there: &Connection) -> Result<Writer> {
    let mut body = find(&there.original, there.zone_there());
    body.put(ID, &update.id.to_be_bytes());
    if let Some(bits) = update.status {
        body.put(STATUS, &(there.status | bits).to_be_bytes());
    }
    if let Some(seconds) = update.timeout {
        body.put(TIMEOUT, &seconds.to_be_bytes());
    }
    if let Some(mark) = update.mark {
        body.put(MARK, &mark.to_be_bytes());
    }
    write_labels(&mut body, update.labels);
    let protocol = there.original.protocol;
    write_state(&mut body, protocol, update.state.as_deref(), there.tags)?;
    Ok(body)
}

fn write_labels(body: &mut Writer, labels: Option<u128>) {
    if let Some(labels) = labels {
        body.put(LABELS, &labels.to_le_bytes());
    }
}

/// What the protocol is to know (`CTA_PROTOINFO`).
fn write_state(
    body: &mut Writer,
    protocol: u8,
    state: Option<&str>,
    tags: Option<[u32; 2]>,
) -> Result<()> {
    /// The attribute of each protocol.
    const OF_TCP: u16 = 1;
    const OF_SCTP: u16 = 3;
    const STATE: u16 = 1;
    const TAGS: [u16; 2] = [2, 3];
    let (inside, names): (u16, &[&str]) = match protocol {
        TCP => (OF_TCP, &TCP_STATES),
        SCTP => (OF_SCTP, &SCTP_STATES),
        _ => return Ok(()),
    };
    let Some(state) = state else {
        return Ok(());
    };
    let number = names.iter().position(|name| *name == state);
    let number = number.and_then(|number| u8::try_from(number).ok());
    let number = number.ok_or(Errno::INVAL)?;
    body.nest(PROTOCOL, |body| {
        body.nest(inside, |body| {
            body.u8(STATE, number);
            for (kind, tag) in TAGS.into_iter().zip(tags.into_iter().flatten()) {
                body.put(kind, &tag.to_be_bytes());
            }
        });
    });
    Ok(())
}
