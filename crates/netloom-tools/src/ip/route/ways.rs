//! Next hops, as words, and how many of them ip(8) has room for in one request.

use crate::ip::words::{self, Failure, Outcome, Words};
use core::net::IpAddr;
use netloom_model::{Family, IpNet};

/// What a request has room for, and so have the next hops in it, which are put together apart.
const ROOM: usize = 4096;

/// The headers of a message and of a route, of a next hop, and of an attribute.
const ROUTE: usize = 28;
const HOP: usize = 8;
const ATTRIBUTE: usize = 4;

/// A `nexthop`.
#[derive(Debug)]
pub(super) struct Hop {
    pub(super) via: Option<IpAddr>,
    pub(super) dev: Option<String>,
    pub(super) weight: u16,
    pub(super) onlink: bool,
}

/// A gateway, maybe of another family than the destination.
pub(super) fn gateway(words: &mut Words<'_>, family: Option<Family>) -> Outcome<IpAddr> {
    let word = words.value()?;
    match word {
        "inet" => words::address(words.value()?, Some(Family::V4)),
        "inet6" => words::address(words.value()?, Some(Family::V6)),
        // What has colons tells its family itself.
        _ if word.contains(':') => words::address(word, family),
        _ => words::address(word, family.or(Some(Family::V4))),
    }
}

/// `nexthop via A dev D weight N ... nexthop ...`, to the end of the line.
pub(super) fn nexthops(words: &mut Words<'_>, family: Option<Family>) -> Outcome<Vec<Hop>> {
    let mut hops = Vec::new();
    loop {
        if words.peek().is_none() {
            let text = "Error: unexpected end of line after \"nexthop\"";
            return Err(Failure::new(text, 255));
        }
        let mut hop = Hop {
            via: None,
            dev: None,
            weight: 1,
            onlink: false,
        };
        loop {
            match words.peek() {
                None => {
                    hops.push(hop);
                    has_room(&hops, family)?;
                    return Ok(hops);
                }
                Some("nexthop") => {
                    words.next();
                    hops.push(hop);
                    has_room(&hops, family)?;
                    break;
                }
                Some("via") => {
                    words.next();
                    hop.via = Some(gateway(words, family)?);
                }
                Some("dev") => {
                    words.next();
                    hop.dev = Some(words.value()?.to_owned());
                }
                Some("weight") => {
                    words.next();
                    let word = words.value()?;
                    let weight = word.parse::<u16>().ok().filter(|w| (1..=256).contains(w));
                    let wrong = || Failure::wrong_nl(word, "\"weight\" is invalid");
                    hop.weight = weight.ok_or_else(wrong)?;
                }
                Some("onlink") => {
                    words.next();
                    hop.onlink = true;
                }
                Some(word @ ("encap" | "realms" | "as")) => {
                    return Err(Failure::unsupported(word));
                }
                Some(word) => {
                    let text = "\"nexthop\" or end of line is expected instead of";
                    return Err(Failure::new(format!("Error: {text} \"{word}\""), 255));
                }
            }
        }
    }
}

/// How many bytes an address takes.
const fn octets(family: Family) -> usize {
    family.bits() as usize / 8
}

/// How many bytes next hops take in a route of a family.
fn length(hops: &[Hop], family: Family) -> usize {
    let of = |hop: &Hop| match hop.via.map(Family::of) {
        None => HOP,
        Some(own) if own == family => HOP + ATTRIBUTE + octets(own),
        // Another family's number stands before its address.
        Some(own) => HOP + ATTRIBUTE + (2 + octets(own)).next_multiple_of(4),
    };
    ATTRIBUTE + hops.iter().map(of).sum::<usize>()
}

/// Whether there is room for the next hops that were said so far.
fn has_room(hops: &[Hop], family: Option<Family>) -> Outcome<()> {
    let first = hops.first().and_then(|hop| hop.via).map(Family::of);
    let family = family.or(first).unwrap_or(Family::V4);
    if length(hops, family) <= ROOM {
        return Ok(());
    }
    let text = format!(
        "rta_addattr_l: Error! max allowed bound {ROOM} exceeded\nError: cannot parse nexthop"
    );
    Err(Failure::new(text, 255))
}

/// Whether there is room for the request.
pub(super) fn request_has_room(hops: &[Hop], dst: IpNet) -> Outcome<()> {
    let family = dst.family();
    let to = if dst.len == 0 {
        0
    } else {
        ATTRIBUTE + octets(family)
    };
    if hops.is_empty() || ROUTE + to + length(hops, family) <= ROOM {
        return Ok(());
    }
    let text = format!("addattr_l ERROR: message exceeded bound of {ROOM}");
    Err(Failure::new(text, 1))
}
