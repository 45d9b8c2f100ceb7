//! Extension headers (RFC 8200 section 4): walking from the fixed header to the upper layer.

use crate::IpProtocol;
use crate::field::{put, put_u16, put_u32, u16, u32};

/// The length of a fragment header.
pub const FRAGMENT_LEN: usize = 8;

/// One extension header, or the upper layer at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'a> {
    /// What it is.
    pub kind: IpProtocol,
    /// Where it begins, from the start of what was walked.
    pub at: usize,
    /// Where the field stands that names it: in the header before, from the start of what was
    /// walked; none for the first.
    pub named_at: Option<usize>,
    /// Its bytes; of the upper layer all that are left.
    pub bytes: &'a [u8],
}

/// Whether a next header is an extension header that [`Walk`] steps over.
#[must_use]
pub const fn is_extension(kind: IpProtocol) -> bool {
    matches!(
        kind,
        IpProtocol::HOP_BY_HOP
            | IpProtocol::ROUTING
            | IpProtocol::FRAGMENT
            | IpProtocol::DESTINATION_OPTIONS
    )
}

/// Walks the headers of a packet's payload. The last one is the upper layer, or an extension header
/// that is cut off: its bytes are then fewer than it says.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    payload: &'a [u8],
    next: Option<(IpProtocol, usize, Option<usize>)>,
}

/// The headers in `payload`, of which the fixed header calls the first `first`.
#[must_use]
pub const fn walk(first: IpProtocol, payload: &[u8]) -> Walk<'_> {
    Walk {
        payload,
        next: Some((first, 0, None)),
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        let (kind, at, named_at) = self.next.take()?;
        let rest = self.payload.get(at..).unwrap_or_default();
        let header = |bytes| Header {
            kind,
            at,
            named_at,
            bytes,
        };
        if !is_extension(kind) {
            return Some(header(rest));
        }
        let [next, units, ..] = *rest else {
            return Some(header(rest));
        };
        let len = if kind == IpProtocol::FRAGMENT {
            FRAGMENT_LEN
        } else {
            8 * (usize::from(units) + 1)
        };
        let Some(bytes) = rest.get(..len) else {
            return Some(header(rest));
        };
        // Behind the head of a later fragment there is data, not a header.
        if kind != IpProtocol::FRAGMENT || Fragment(bytes).offset() == 0 {
            self.next = Some((IpProtocol(next), at + len, Some(at)));
        }
        Some(header(bytes))
    }
}

impl Header<'_> {
    /// Whether it is an extension header whose end is not there.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        is_extension(self.kind)
            && match *self.bytes {
                [_, units, ..] if self.kind != IpProtocol::FRAGMENT => {
                    self.bytes.len() < 8 * (usize::from(units) + 1)
                }
                _ => self.bytes.len() < FRAGMENT_LEN,
            }
    }
}

/// A fragment header over its eight bytes.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a>(&'a [u8]);

impl<'a> Fragment<'a> {
    /// Wraps the bytes of a fragment header, if they are all there.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Option<Self> {
        bytes.get(..FRAGMENT_LEN).map(Fragment)
    }

    /// Where the fragment belongs, in bytes.
    #[must_use]
    pub fn offset(&self) -> u16 {
        u16(self.0, 2) & 0xfff8
    }

    /// Whether more fragments follow.
    #[must_use]
    pub fn more(&self) -> bool {
        self.0[3] & 1 != 0
    }

    /// What tells its packet from others between the same addresses.
    #[must_use]
    pub fn ident(&self) -> u32 {
        u32(self.0, 4)
    }

    /// Writes the header of a fragment to the start of `buf`; what follows is `next`, and belongs
    /// `offset` bytes behind the first fragment's.
    ///
    /// # Panics
    /// If `buf` is shorter than [`FRAGMENT_LEN`].
    pub fn emit(buf: &mut [u8], next: IpProtocol, offset: u16, more: bool, ident: u32) {
        put(buf, 0, [next.0, 0]);
        put_u16(buf, 2, (offset & 0xfff8) | u16::from(more));
        put_u32(buf, 4, ident);
    }
}

/// One option of a hop-by-hop or destination options header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TlvOption<'a> {
    /// Its type; the two highest bits say what to do where it is unknown.
    pub kind: u8,
    /// Where it begins in the header.
    pub at: usize,
    /// Its data.
    pub data: &'a [u8],
}

/// Padding of one byte, which has no length.
const PAD_1: u8 = 0;
/// Padding of two bytes and more.
const PAD_N: u8 = 1;
/// The type of the router alert option (RFC 2711).
pub const ROUTER_ALERT: u8 = 5;
/// The type of the jumbo payload option (RFC 2675).
pub const JUMBO: u8 = 0xc2;

impl TlvOption<'_> {
    /// Whether it only aligns what follows.
    #[must_use]
    pub const fn is_padding(&self) -> bool {
        matches!(self.kind, PAD_1 | PAD_N)
    }

    /// How long it is, type and length with it.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no option is empty")]
    pub const fn len(&self) -> usize {
        match self.kind {
            PAD_1 => 1,
            _ => 2 + self.data.len(),
        }
    }
}

/// The options of a hop-by-hop or destination options header, padding with them; an error where one
/// runs beyond the end.
pub fn all_options(header: &[u8]) -> impl Iterator<Item = Result<TlvOption<'_>, usize>> {
    let mut at = 2;
    core::iter::from_fn(move || {
        let kind = *header.get(at)?;
        let data = if kind == PAD_1 {
            Some(&header[at..at])
        } else {
            let len = header.get(at + 1).map(|len| usize::from(*len));
            len.and_then(|len| header.get(at + 2..at + 2 + len))
        };
        let Some(data) = data else {
            let from = core::mem::replace(&mut at, header.len());
            return Some(Err(from));
        };
        let option = TlvOption { kind, at, data };
        at += option.len();
        Some(Ok(option))
    })
}

/// The same, padding left out.
pub fn options(header: &[u8]) -> impl Iterator<Item = Result<TlvOption<'_>, usize>> {
    all_options(header).filter(|option| option.is_err() || option.is_ok_and(|o| !o.is_padding()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    #[test]
    fn headers_are_walked_to_the_upper_layer() {
        let payload = [
            60, 0, 5, 2, 0, 0, 1, 0, // hop-by-hop with a router alert
            17, 0, 1, 4, 0, 0, 0, 0, // destination options, padding alone
            1, 2, 3,
        ];
        let all: Vec<_> = walk(IpProtocol::HOP_BY_HOP, &payload).collect();
        assert_eq!(all.len(), 3);
        assert_eq!((all[2].kind, all[2].at), (IpProtocol::UDP, 16));
        assert_eq!(all[2].named_at, Some(8));
        let alert: Vec<_> = options(all[0].bytes).collect();
        assert_eq!(alert.len(), 1);
        assert_eq!(alert[0].unwrap().kind, ROUTER_ALERT);
        assert_eq!(options(all[1].bytes).count(), 0);
    }

    #[test]
    fn behind_a_later_fragment_there_is_no_header() {
        let payload = [6, 0, 0, 8, 0, 0, 0, 1, 0xff];
        let all: Vec<_> = walk(IpProtocol::FRAGMENT, &payload).collect();
        assert_eq!(all.len(), 1);
        assert_eq!(Fragment::new(all[0].bytes).unwrap().offset(), 8);
    }

    #[test]
    fn a_fragment_header_reads_back_as_it_was_written() {
        let mut bytes = [0; FRAGMENT_LEN];
        Fragment::emit(&mut bytes, IpProtocol::UDP, 1448, true, 0xdead_beef);
        let fragment = Fragment::new(&bytes).unwrap();
        assert_eq!((fragment.offset(), fragment.more()), (1448, true));
        assert_eq!((fragment.ident(), bytes[0]), (0xdead_beef, 17));
    }

    proptest! {
        #[test]
        fn walking_ends_whatever_the_bytes_are(bytes: Vec<u8>, first: u8) {
            for header in walk(IpProtocol(first), &bytes) {
                let _ = header.is_cut();
                prop_assert!(options(header.bytes).count() <= bytes.len());
            }
        }
    }
}
