//! `string`: bytes somewhere in a packet (iptables-extensions(8)). How they are searched makes no
//! difference to what is found.

use crate::packet::Packet;
use netloom_model::ruleset::xt::StringSearch;

/// Whether the bytes are there, from the network header on.
pub(super) fn string(asked: &StringSearch, packet: &Packet) -> bool {
    let (from, to) = (usize::from(asked.from), usize::from(asked.to));
    let found = search(packet.network(), (from, to), asked);
    asked.pattern.matches(found)
}

/// Whether the pattern stands in `bytes`, whole between two places.
fn search(bytes: &[u8], (from, to): (usize, usize), asked: &StringSearch) -> bool {
    let pattern = &asked.pattern.is;
    let Some(part) = bytes.get(from..to.min(bytes.len())) else {
        return false;
    };
    let same = |found: &[u8]| match asked.ignore_case {
        true => found.eq_ignore_ascii_case(pattern),
        false => found == pattern,
    };
    !pattern.is_empty() && part.windows(pattern.len()).any(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::ruleset::xt::Not;

    fn asked(pattern: &[u8], ignore_case: bool) -> StringSearch {
        StringSearch {
            algorithm: "bm".to_owned(),
            from: 0,
            to: u16::MAX,
            ignore_case,
            pattern: Not::is(pattern.to_vec()),
            hex: false,
        }
    }

    #[test]
    fn a_pattern_is_found_where_it_stands_whole_between_two_places() {
        let found = |from, to| search(b"0123hello", (from, to), &asked(b"hello", false));
        assert!(found(0, 65535) && found(4, 9));
        assert!(!found(5, 65535) && !found(0, 8) && !found(20, 30));
    }

    #[test]
    fn letters_of_either_size_are_the_same_where_that_is_asked() {
        assert!(search(b"a GeT /", (0, 100), &asked(b"get", true)));
        assert!(!search(b"a GeT /", (0, 100), &asked(b"get", false)));
    }
}
