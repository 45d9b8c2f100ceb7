//! Options of TCP and IPv4 and chunks of SCTP, from their type on, as netfilter looks at them (nft(8),
//! EXTENSION HEADER EXPRESSIONS).

use core::ops::Range;
use netloom_wire::tcp::HEADER_LEN;

/// The option that tells the greatest segment (RFC 9293 section 3.2).
pub(super) const MSS: u8 = 2;

/// The header of a TCP segment with its options, if all of it is there.
pub(super) fn header(segment: &[u8]) -> Option<&[u8]> {
    let len = usize::from(segment.get(12)? >> 4) * 4;
    segment
        .get(..len)
        .filter(|header| header.len() >= HEADER_LEN)
}

/// How many bytes the option at a place of a header takes, as netfilter walks options: what ends them ends
/// nothing, and one that tells of no length stands alone. It may tell of more than there is.
pub(super) fn len_at(header: &[u8], at: usize) -> usize {
    match (header[at], header.get(at + 1)) {
        (0 | 1, _) | (_, None | Some(0)) => 1,
        (_, Some(len)) => usize::from(*len),
    }
}

/// The options of a TCP header: their types, and where they stand.
pub(super) fn of_header(header: &[u8]) -> impl Iterator<Item = (u8, Range<usize>)> {
    let mut at = HEADER_LEN;
    core::iter::from_fn(move || {
        let kind = *header.get(at)?;
        let place = at..at + len_at(header, at);
        at = place.end;
        Some((kind, place))
    })
}

/// An option of TCP. The last byte is none (`nft_exthdr_tcp_eval`).
pub(super) fn of_tcp(segment: &[u8], wanted: u8) -> Option<&[u8]> {
    let header = header(segment)?;
    let is = |(kind, place): &(u8, Range<usize>)| *kind == wanted && place.start + 1 < header.len();
    let (_, place) = of_header(header).find(is)?;
    header.get(place)
}

/// Where the two bytes of the greatest segment stand that a TCP segment tells (RFC 9293 section 3.2).
pub(super) fn mss(segment: &[u8]) -> Option<usize> {
    let header = header(segment)?;
    let told = |(kind, place): &(u8, Range<usize>)| {
        *kind == MSS && place.len() == 4 && place.end <= header.len()
    };
    of_header(header)
        .find(told)
        .map(|(_, place)| place.start + 2)
}

/// An option of IPv4.
pub(super) fn of_ipv4(packet: &[u8], wanted: u8) -> Option<&[u8]> {
    let end = usize::from(packet.first()? & 15) * 4;
    find(packet.get(20..end)?, wanted)
}

/// 0 ends them, 1 stands alone, others tell how long they are (RFC 791 section 3.1).
fn find(mut options: &[u8], wanted: u8) -> Option<&[u8]> {
    loop {
        let kind = *options.first()?;
        let len = match kind {
            0 | 1 => 1,
            _ => usize::from(*options.get(1)?).max(2),
        };
        let option = options.get(..len)?;
        if kind == wanted {
            return Some(option);
        }
        if kind == 0 {
            return None;
        }
        options = &options[len..];
    }
}

/// A chunk of SCTP.
pub(super) fn of_sctp(segment: &[u8], wanted: u8) -> Option<&[u8]> {
    let mut rest = segment.get(12..)?;
    loop {
        let len = usize::from(u16::from_be_bytes([*rest.get(2)?, *rest.get(3)?]));
        if rest[0] == wanted {
            return rest.get(..len.max(4)).or(Some(rest));
        }
        if len < 4 {
            return None;
        }
        rest = rest.get(len.next_multiple_of(4)..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(options: &[u8]) -> Vec<u8> {
        let mut segment = vec![0; HEADER_LEN];
        segment.extend(options);
        segment[12] = (segment.len() as u8 / 4) << 4;
        segment
    }

    #[test]
    fn an_option_is_given_from_its_type_on() {
        let told = segment(&[1, 2, 4, 5, 0xb4, 0, 0, 0]);
        assert_eq!(of_tcp(&told, 2), Some(&[2, 4, 5, 0xb4][..]));
        assert_eq!(of_tcp(&told, 1), Some(&[1][..]));
        assert_eq!(of_tcp(&told, 3), None);
    }

    #[test]
    fn options_go_on_behind_their_end_and_behind_one_without_length() {
        for before in [[0, 0, 0, 0], [3, 0, 1, 1], [0, 5, 3, 0]] {
            let told = segment(&[&before[..], &[2, 4, 5, 0xb4]].concat());
            assert_eq!(of_tcp(&told, 2), Some(&[2, 4, 5, 0xb4][..]), "{before:?}");
        }
    }

    #[test]
    fn what_tells_of_more_than_the_header_has_is_no_option() {
        assert_eq!(of_tcp(&segment(&[1, 1, 8, 10]), 8), None);
        assert_eq!(of_tcp(&segment(&[1, 1, 1, 4]), 4), None);
        let mut cut = segment(&[2, 4, 5, 0xb4]);
        cut.pop();
        assert_eq!(of_tcp(&cut, 2), None);
    }

    #[test]
    fn chunks_are_found_behind_others() {
        let mut segment = vec![0; 12];
        segment.extend([3, 0, 0, 5, 9, 0, 0, 0, 1, 0, 0, 4]);
        assert_eq!(of_sctp(&segment, 1), Some(&[1, 0, 0, 4][..]));
        assert_eq!(of_sctp(&segment, 2), None);
    }
}
