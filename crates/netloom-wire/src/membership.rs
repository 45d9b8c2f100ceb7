//! What IGMPv3 (RFC 3376, section 4) and MLDv2 (RFC 3810, section 5) have in common: the records of
//! a report, the end of a query, and times written as floating point numbers. They differ in the
//! width of an address alone.

use crate::field::{put, put_u16, u16};

/// A record of an IPv4 group without sources.
pub const RECORD_V4: usize = 8;
/// A record of an IPv6 group without sources.
pub const RECORD_V6: usize = 20;
/// What follows the group in a query: flags and robustness, interval, number of sources.
pub const QUERY_TAIL: usize = 4;

/// What a record says of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RecordType {
    /// These sources are listened to: the answer to a query.
    IsInclude = 1,
    /// All sources but these are listened to: the answer to a query.
    IsExclude = 2,
    /// From now on these sources alone; without any, the group is left.
    ToInclude = 3,
    /// From now on all sources but these; without any, the group is joined.
    ToExclude = 4,
    /// These sources too.
    AllowNew = 5,
    /// These sources no more.
    BlockOld = 6,
}

impl RecordType {
    /// The type with this number.
    #[must_use]
    pub const fn new(number: u8) -> Option<RecordType> {
        Some(match number {
            1 => RecordType::IsInclude,
            2 => RecordType::IsExclude,
            3 => RecordType::ToInclude,
            4 => RecordType::ToExclude,
            5 => RecordType::AllowNew,
            6 => RecordType::BlockOld,
            _ => return None,
        })
    }
}

/// A record of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The number of its type.
    pub kind: u8,
    /// The group, of 4 or 16 bytes.
    pub group: &'a [u8],
    /// The sources, one after the other.
    pub sources: &'a [u8],
}

/// The records of a report, up to the first that is not whole.
#[derive(Clone, Copy, Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
    left: u16,
    width: usize,
}

impl<'a> Records<'a> {
    /// `count` records with addresses of `width` bytes.
    #[must_use]
    pub const fn new(bytes: &'a [u8], count: u16, width: usize) -> Records<'a> {
        Records {
            rest: bytes,
            left: count,
            width,
        }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        self.left = self.left.checked_sub(1)?;
        let head = 4 + self.width;
        let sources = usize::from(u16(self.rest.get(..head)?, 2)) * self.width;
        let auxiliary = usize::from(self.rest[1]) * 4;
        let record = Record {
            kind: self.rest[0],
            group: &self.rest[4..head],
            sources: self.rest.get(head..head + sources)?,
        };
        self.rest = self.rest.get(head + sources + auxiliary..)?;
        Some(record)
    }
}

/// Writes a record about `group` without sources.
///
/// # Panics
/// If `buf` is shorter than the record.
pub fn put_record(buf: &mut [u8], kind: RecordType, group: &[u8]) {
    put(buf, 0, [kind as u8, 0, 0, 0]);
    buf[4..4 + group.len()].copy_from_slice(group);
}

/// The end of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueryTail<'a> {
    /// Routers leave their timers as they are.
    pub suppress: bool,
    /// How often what may get lost is said; 0 where it does not fit.
    pub robustness: u8,
    /// The time between two general queries, in seconds.
    pub interval: u32,
    /// The sources asked about, one after the other.
    pub sources: &'a [u8],
}

impl<'a> QueryTail<'a> {
    /// Reads what follows the group; none if it is not whole.
    #[must_use]
    pub fn parse(bytes: &'a [u8], width: usize) -> Option<QueryTail<'a>> {
        let sources = usize::from(u16(bytes.get(..QUERY_TAIL)?, 2)) * width;
        Some(QueryTail {
            suppress: bytes[0] & 8 != 0,
            robustness: bytes[0] & 7,
            interval: decode_8(bytes[1]),
            sources: bytes.get(QUERY_TAIL..QUERY_TAIL + sources)?,
        })
    }

    /// Writes it without sources.
    ///
    /// # Panics
    /// If `buf` is shorter than [`QUERY_TAIL`].
    pub fn emit(&self, buf: &mut [u8]) {
        buf[0] = u8::from(self.suppress) << 3 | self.robustness & 7;
        buf[1] = encode_8(self.interval);
        put_u16(buf, 2, 0);
    }
}

/// A number below 128, or one of four bits with an exponent of three (RFC 3376, section 4.1.1).
#[must_use]
pub const fn decode_8(code: u8) -> u32 {
    if code < 128 {
        code as u32
    } else {
        ((code as u32 & 0xf) | 0x10) << ((code >> 4 & 7) + 3)
    }
}

/// The greatest number of that form that is not above `value`.
#[must_use]
pub const fn encode_8(value: u32) -> u8 {
    if value < 128 {
        return value as u8;
    }
    let mut exponent = 0;
    while exponent < 7 && value >> (exponent + 3) > 0x1f {
        exponent += 1;
    }
    let mantissa = value >> (exponent + 3);
    if mantissa > 0x1f {
        return 0xff;
    }
    0x80 | (exponent << 4) as u8 | (mantissa & 0xf) as u8
}

/// A number below 32768, or one of twelve bits with an exponent of three (RFC 3810, section
/// 5.1.3).
#[must_use]
pub const fn decode_16(code: u16) -> u32 {
    if code < 0x8000 {
        code as u32
    } else {
        ((code as u32 & 0xfff) | 0x1000) << ((code >> 12 & 7) + 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    #[test]
    fn the_records_of_a_report_end_at_the_first_that_is_cut() {
        let mut bytes = [0; 28];
        put_record(&mut bytes, RecordType::ToExclude, &[239, 1, 1, 1]);
        put_record(&mut bytes[8..], RecordType::IsInclude, &[239, 1, 1, 2]);
        bytes[11] = 1; // one source
        bytes[16..20].copy_from_slice(&[10, 0, 0, 1]);
        put_record(&mut bytes[20..], RecordType::ToInclude, &[239, 1, 1, 3]);
        bytes[23] = 1; // whose source is missing
        let all: Vec<_> = Records::new(&bytes, 3, 4).collect();
        assert_eq!(all.len(), 2);
        assert_eq!(all[0].group, [239, 1, 1, 1]);
        assert_eq!(RecordType::new(all[0].kind), Some(RecordType::ToExclude));
        assert_eq!(all[1].sources, [10, 0, 0, 1]);
        assert_eq!(Records::new(&bytes, 1, 4).count(), 1);
    }

    #[test]
    fn a_time_is_written_as_the_rfc_says_and_read_back() {
        for (value, code) in [(0, 0), (127, 127), (128, 0x80), (1000, 0xaf), (31744, 0xff)] {
            assert_eq!(encode_8(value), code, "{value}");
            assert!(decode_8(code) <= value, "{value}");
        }
        assert_eq!(decode_8(0x80), 128);
        assert_eq!(encode_8(u32::MAX), 0xff);
        assert_eq!((decode_16(10_000), decode_16(0x8000)), (10_000, 32_768));
    }

    #[test]
    fn the_end_of_a_query_is_read_as_it_was_written() {
        let tail = QueryTail {
            suppress: true,
            robustness: 2,
            interval: 125,
            sources: &[],
        };
        let mut bytes = [0; QUERY_TAIL];
        tail.emit(&mut bytes);
        assert_eq!(QueryTail::parse(&bytes, 4), Some(tail));
        bytes[3] = 1;
        assert_eq!(QueryTail::parse(&bytes, 4), None);
        assert_eq!(QueryTail::parse(&bytes[..3], 4), None);
    }
}
