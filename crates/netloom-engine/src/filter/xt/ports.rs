//! `sctp` and `dccp`: ports, and what segments are (RFC 9260, 3; RFC 4340, 5).

use super::Says;
use super::transport::{bytes, ports, within};
use crate::filter::facts::Facts;
use crate::packet::Packet;
use netloom_model::ruleset::xt::{Dccp, Not, Sctp, SctpChunks, Span};

/// The length of SCTP's header; chunks follow.
const SCTP_HEADER: usize = 12;

/// Ports that are asked for.
type Ports = Option<Not<Span<u16>>>;

fn between((sport, dport): (Ports, Ports), facts: &Facts, packet: &Packet) -> bool {
    ports(facts, packet).is_some_and(|(source, destination)| {
        sport.is_none_or(|span| within(span, source))
            && dport.is_none_or(|span| within(span, destination))
    })
}

/// Ports and chunks of SCTP. A packet whose chunks cannot be read ends.
pub(super) fn sctp(asked: &Sctp, facts: &Facts, packet: &Packet) -> Says {
    let Some(bytes) = bytes(facts, packet) else {
        return Says::Is(false);
    };
    if bytes.len() < SCTP_HEADER {
        return Says::Drops;
    }
    if !between((asked.sport, asked.dport), facts, packet) {
        return Says::Is(false);
    }
    let Some(Not { is, not }) = &asked.chunks else {
        return Says::Is(true);
    };
    match chunks(is, &bytes[SCTP_HEADER..]) {
        Some(found) => Says::Is(found != *not),
        None => Says::Drops,
    }
}

/// Whether the chunks are those asked for; none if they cannot be read.
fn chunks(asked: &SctpChunks, mut rest: &[u8]) -> Option<bool> {
    let mut missing: Vec<u8> = asked.types.iter().map(|(kind, ..)| *kind).collect();
    loop {
        let [kind, flags, high, low, ..] = *rest else {
            return None;
        };
        let len = usize::from(u16::from_be_bytes([high, low]));
        if len == 0 {
            return None;
        }
        let wanted = asked.types.iter().find(|(wanted, ..)| *wanted == kind);
        let fits = wanted.map(|(_, set, mask)| flags & mask == *set);
        match (asked.mode, fits) {
            (0, Some(true)) => return Some(true),
            (1, Some(true)) => missing.retain(|other| *other != kind),
            (2, None | Some(false)) => return Some(false),
            _ => {}
        }
        match rest.get(len.next_multiple_of(4)..) {
            Some(behind) if !behind.is_empty() => rest = behind,
            _ => break,
        }
    }
    Some(match asked.mode {
        0 => false,
        1 => missing.is_empty(),
        _ => true,
    })
}

/// Ports, types and an option of DCCP.
pub(super) fn dccp(asked: &Dccp, facts: &Facts, packet: &Packet) -> Says {
    let Some(bytes) = bytes(facts, packet) else {
        return Says::Is(false);
    };
    if bytes.len() < 12 {
        return Says::Drops;
    }
    let kind = bytes[8] >> 1 & 15;
    if !between((asked.sport, asked.dport), facts, packet)
        || !asked
            .types
            .is_none_or(|types| types.matches(types.is >> kind & 1 != 0))
    {
        return Says::Is(false);
    }
    let Some(option) = asked.option else {
        return Says::Is(true);
    };
    match dccp_options(bytes, kind) {
        Some(options) => Says::Is(option.matches(has_option(options, option.is))),
        None => Says::Drops,
    }
}

/// The options of a packet of DCCP; none if its header is too short for what it is.
fn dccp_options(bytes: &[u8], kind: u8) -> Option<&[u8]> {
    let long = bytes[8] & 1 != 0;
    let basic = if long { 16 } else { 12 };
    let more = match kind {
        2 => 0,
        0 => 4,
        3..=6 | 8 | 9 => 8,
        _ => 12,
    };
    let end = usize::from(bytes[4]) * 4;
    let begin = basic + more;
    (begin <= end).then(|| bytes.get(begin..end))?
}

fn has_option(mut options: &[u8], wanted: u8) -> bool {
    while let [kind, ..] = *options {
        if kind == wanted {
            return true;
        }
        let len = match options.get(1) {
            Some(len) if kind >= 32 => usize::from(*len).max(1),
            _ => 1,
        };
        options = options.get(len..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// DATA with its flags for a beginning and an end, then an INIT.
    const CHUNKS: [u8; 12] = [0, 3, 0, 5, 9, 0, 0, 0, 1, 0, 0, 4];

    fn asked(mode: u8, types: &[(u8, u8, u8)]) -> SctpChunks {
        SctpChunks {
            mode,
            types: types.to_vec(),
        }
    }

    #[test]
    fn any_all_or_only_the_chunks_asked_for_are_there() {
        let found = |mode, types: &[_]| chunks(&asked(mode, types), &CHUNKS);
        assert_eq!(found(0, &[(1, 0, 0), (7, 0, 0)]), Some(true));
        assert_eq!(found(1, &[(1, 0, 0), (7, 0, 0)]), Some(false));
        assert_eq!(found(1, &[(1, 0, 0), (0, 3, 3)]), Some(true));
        assert_eq!(found(2, &[(0, 0, 0)]), Some(false));
        assert_eq!(found(2, &[(0, 0, 0), (1, 0, 0)]), Some(true));
        assert_eq!(found(0, &[(0, 0, 1)]), Some(false));
    }

    #[test]
    fn chunks_without_length_cannot_be_read() {
        assert_eq!(chunks(&asked(0, &[(9, 0, 0)]), &[0, 0, 0, 0]), None);
        assert_eq!(chunks(&asked(0, &[(9, 0, 0)]), &[0, 0]), None);
    }

    #[test]
    fn options_of_dccp_are_found_behind_others() {
        assert!(has_option(&[0, 0, 38, 3, 1, 41, 2], 41));
        assert!(!has_option(&[0, 38, 3, 41], 41));
    }
}
