//! `u32`: numbers of four bytes, found by computing where they stand (iptables-extensions(8)).

use netloom_model::ruleset::xt::{U32Op, U32Test};

/// Whether all tests hold of a packet, whose bytes begin with the network header. What lies beyond its
/// end holds nothing.
pub(super) fn u32(tests: &[U32Test], bytes: &[u8]) -> bool {
    tests.iter().all(|test| {
        let number = value(test, bytes);
        let mut ranges = test.ranges.iter();
        number.is_some_and(|n| ranges.any(|(from, to)| (*from..=*to).contains(&n)))
    })
}

/// The number that a test comes to.
fn value(test: &U32Test, bytes: &[u8]) -> Option<u32> {
    let read = |at: u32| {
        let at = usize::try_from(at).ok()?;
        let four = bytes.get(at..at.checked_add(4)?)?;
        Some(u32::from_be_bytes(four.try_into().ok()?))
    };
    let (mut base, mut value) = (0u32, 0u32);
    for (step, (op, number)) in test.location.iter().enumerate() {
        value = match op {
            U32Op::And => value & number,
            U32Op::ShiftLeft => value.checked_shl(*number).unwrap_or(0),
            U32Op::ShiftRight => value.checked_shr(*number).unwrap_or(0),
            U32Op::At => {
                if step > 0 {
                    base = base.checked_add(value)?;
                }
                read(base.checked_add(*number)?)?
            }
        };
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IPv4 with a header of 24 bytes, then a TCP header's beginning.
    const PACKET: [u8; 32] = [
        0x46, 0, 0, 32, 0, 0, 0x20, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 1, 1, 1, 1, 0x1f,
        0x90, 0, 80, 0, 0, 0, 7,
    ];

    fn test(location: &[(U32Op, u32)], ranges: &[(u32, u32)]) -> [U32Test; 1] {
        [U32Test {
            location: location.to_vec(),
            ranges: ranges.to_vec(),
        }]
    }

    #[test]
    fn the_protocol_is_under_a_mask() {
        let of = |n| test(&[(U32Op::At, 6), (U32Op::And, 0xff)], &[(n, n)]);
        assert!(u32(&of(6), &PACKET) && !u32(&of(17), &PACKET));
    }

    #[test]
    fn what_was_read_says_where_to_read_next() {
        let ports = test(
            &[
                (U32Op::At, 0),
                (U32Op::ShiftRight, 22),
                (U32Op::And, 0x3c),
                (U32Op::At, 0),
                (U32Op::ShiftRight, 16),
            ],
            &[(1, 2), (8000, 8100)],
        );
        assert!(u32(&ports, &PACKET));
    }

    #[test]
    fn beyond_the_end_nothing_holds() {
        assert!(!u32(&test(&[(U32Op::At, 29)], &[(0, u32::MAX)]), &PACKET));
        let far = test(&[(U32Op::At, 12), (U32Op::At, u32::MAX)], &[(0, u32::MAX)]);
        assert!(!u32(&far, &PACKET));
    }
}
