//! Options of TCP and IPv4 and chunks of SCTP as nft looks at them: from their type on (nft(8),
//! EXTENSION HEADER EXPRESSIONS).

/// An option of TCP.
pub(super) fn of_tcp(segment: &[u8], wanted: u8) -> Option<&[u8]> {
    let end = usize::from(segment.get(12)? >> 4) * 4;
    find(segment.get(20..end)?, wanted)
}

/// An option of IPv4.
pub(super) fn of_ipv4(packet: &[u8], wanted: u8) -> Option<&[u8]> {
    let end = usize::from(packet.first()? & 15) * 4;
    find(packet.get(20..end)?, wanted)
}

/// Those of IPv4 and TCP alike: 0 ends them, 1 stands alone, others tell how long they are.
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

    #[test]
    fn an_option_is_given_from_its_type_on() {
        let mut segment = [0; 28];
        segment[12] = 7 << 4;
        segment[20..28].copy_from_slice(&[1, 2, 4, 5, 0xb4, 0, 0, 0]);
        assert_eq!(of_tcp(&segment, 2), Some(&[2, 4, 5, 0xb4][..]));
        assert_eq!(of_tcp(&segment, 1), Some(&[1][..]));
        assert_eq!(of_tcp(&segment, 3), None);
    }

    #[test]
    fn chunks_are_found_behind_others() {
        let mut segment = vec![0; 12];
        segment.extend([3, 0, 0, 5, 9, 0, 0, 0, 1, 0, 0, 4]);
        assert_eq!(of_sctp(&segment, 1), Some(&[1, 0, 0, 4][..]));
        assert_eq!(of_sctp(&segment, 2), None);
    }
}
