//! The binary form of rtnetlink's messages (netlink(7), rtnetlink(7)), to and from the model: what
//! `ip route save`, `ip address save` and `ip rule save` write, and what `restore` and `showdump`
//! read; and what rtmon(8) writes, which `ip monitor file` and `bridge monitor file` read. Numbers are little-endian, as on the machines where such files are made.

pub(crate) mod address;
pub(crate) mod route;
pub(crate) mod rule;
pub(crate) mod told;

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::Family;

/// Kinds of messages (`RTM_*`).
pub(crate) const NEW_ADDRESS: u16 = 20;
pub(crate) const NEW_ROUTE: u16 = 24;
pub(crate) const NEW_RULE: u16 = 32;

/// Flags of messages (`NLM_F_*`): one of many, and chosen among more.
pub(crate) const MULTI: u16 = 0x2;
pub(crate) const FILTERED: u16 = 0x20;

/// The length of a message's header.
const HEADER: usize = 16;
/// The length of an attribute's header.
const ATTRIBUTE: usize = 4;
/// The families (`AF_*`).
const INET: u8 = 2;
const INET6: u8 = 10;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Message<'a> {
    pub(crate) kind: u16,
    pub(crate) flags: u16,
    /// What is behind its header.
    pub(crate) body: &'a [u8],
}

/// Why bytes are no messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// They end too early.
    Truncated,
    /// A message at this place says a length that none can have.
    Length { len: u32, at: usize },
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::Truncated => f.write_str("rtnl-from_file: truncated message"),
            Malformed::Length { len, at } => {
                write!(f, "!!!malformed message: len={len} @{at}")
            }
        }
    }
}

/// Length rounded up to the next multiple of four.
const fn aligned(len: usize) -> usize {
    len.next_multiple_of(4)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// The messages in `bytes`, one after the other; after one that is none there are no more.
pub(crate) struct Messages<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Messages<'a> {
    /// The messages of `bytes` from `at` on.
    pub(crate) const fn new(bytes: &'a [u8], at: usize) -> Messages<'a> {
        Messages { bytes, at }
    }
}

impl<'a> Iterator for Messages<'a> {
    type Item = Result<Message<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let left = self.bytes.get(self.at..).filter(|left| !left.is_empty())?;
        let begun = self.at;
        self.at = self.bytes.len();
        let header = (u32_at(left, 0), u16_at(left, 4), u16_at(left, 6));
        let (Some(len), Some(kind), Some(flags), true) =
            (header.0, header.1, header.2, left.len() >= HEADER)
        else {
            return Some(Err(Malformed::Truncated));
        };
        let end = len as usize;
        if end < HEADER {
            let at = begun + HEADER;
            return Some(Err(Malformed::Length { len, at }));
        }
        let Some(body) = left.get(HEADER..end) else {
            return Some(Err(Malformed::Truncated));
        };
        self.at = begun + aligned(end);
        Some(Ok(Message { kind, flags, body }))
    }
}

/// Attributes, one after the other; bytes that are none end them.
#[derive(Clone, Copy)]
struct Attributes<'a>(&'a [u8]);

impl<'a> Attributes<'a> {
    /// Those behind a fixed part of `fixed` bytes.
    fn behind(body: &'a [u8], fixed: usize) -> Attributes<'a> {
        Attributes(body.get(aligned(fixed)..).unwrap_or_default())
    }

    /// The value of the attribute `kind`.
    fn get(self, kind: u16) -> Option<&'a [u8]> {
        self.filter(|(found, _)| *found == kind)
            .last()
            .map(|(_, value)| value)
    }

    fn u32(self, kind: u16) -> Option<u32> {
        u32_at(self.get(kind)?, 0)
    }

    fn u8(self, kind: u16) -> Option<u8> {
        self.get(kind)?.first().copied()
    }

    fn addr(self, kind: u16) -> Option<IpAddr> {
        addr(self.get(kind)?)
    }

    /// A text that ends with a zero.
    fn text(self, kind: u16) -> Option<String> {
        let value = self.get(kind)?;
        let end = value.iter().position(|byte| *byte == 0);
        let text = &value[..end.unwrap_or(value.len())];
        Some(String::from_utf8_lossy(text).into_owned())
    }
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        /// What says that an attribute holds others, or its order of bytes (`NLA_F_*`).
        const NESTED: u16 = 0xc000;
        let len = usize::from(u16_at(self.0, 0)?);
        let kind = u16_at(self.0, 2)? & !NESTED;
        let value = self.0.get(ATTRIBUTE..len)?;
        self.0 = self.0.get(aligned(len)..).unwrap_or_default();
        Some((kind, value))
    }
}

/// An address by its length.
fn addr(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(IpAddr::V4(Ipv4Addr::from(four)));
    }
    let sixteen = <[u8; 16]>::try_from(bytes).ok()?;
    Some(IpAddr::V6(Ipv6Addr::from(sixteen)))
}

/// The address of nobody or of a family's default prefix.
fn family_of(number: u8) -> Option<Family> {
    match number {
        INET => Some(Family::V4),
        INET6 => Some(Family::V6),
        _ => None,
    }
}

const fn family_number(family: Family) -> u8 {
    match family {
        Family::V4 => INET,
        Family::V6 => INET6,
    }
}

/// A message as it is written: its fixed part, then attributes.
struct Writer(Vec<u8>);

impl Writer {
    fn new(fixed: &[u8]) -> Writer {
        let mut body = fixed.to_vec();
        body.resize(aligned(body.len()), 0);
        Writer(body)
    }

    fn put(&mut self, kind: u16, value: &[u8]) {
        let len = (ATTRIBUTE + value.len()) as u16;
        self.0.extend(len.to_le_bytes());
        self.0.extend(kind.to_le_bytes());
        self.0.extend(value);
        self.0.resize(aligned(self.0.len()), 0);
    }

    fn u32(&mut self, kind: u16, value: u32) {
        self.put(kind, &value.to_le_bytes());
    }

    fn u8(&mut self, kind: u16, value: u8) {
        self.put(kind, &[value]);
    }

    fn addr(&mut self, kind: u16, value: IpAddr) {
        match value {
            IpAddr::V4(addr) => self.put(kind, &addr.octets()),
            IpAddr::V6(addr) => self.put(kind, &addr.octets()),
        }
    }

    fn text(&mut self, kind: u16, value: &str) {
        let mut bytes = value.as_bytes().to_vec();
        bytes.push(0);
        self.put(kind, &bytes);
    }

    /// The whole message. Who asked, and for which time, is of no use to a reader.
    fn message(self, kind: u16, flags: u16) -> Vec<u8> {
        let mut message = Vec::with_capacity(HEADER + self.0.len());
        message.extend(((HEADER + self.0.len()) as u32).to_le_bytes());
        message.extend(kind.to_le_bytes());
        message.extend(flags.to_le_bytes());
        message.extend([0; 8]);
        message.extend(self.0);
        message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_end_with_what_is_none() {
        let mut bytes = Writer::new(&[1, 2, 3, 4]).message(NEW_ROUTE, MULTI);
        let one = Message {
            kind: NEW_ROUTE,
            flags: MULTI,
            body: &[1, 2, 3, 4],
        };
        let read = |bytes: &[u8]| {
            Messages::new(bytes, 0)
                .map(|m| m.map(|m| m.kind))
                .collect::<Vec<_>>()
        };
        assert_eq!(Messages::new(&bytes, 0).next(), Some(Ok(one)));
        bytes.extend([0; 3]);
        assert_eq!(read(&bytes), [Ok(NEW_ROUTE), Err(Malformed::Truncated)]);
        bytes.truncate(18);
        assert_eq!(read(&bytes), [Err(Malformed::Truncated)]);
        bytes[0] = 8;
        assert_eq!(read(&bytes), [Err(Malformed::Length { len: 8, at: 16 })]);
    }

    #[test]
    fn attributes_of_no_length_are_none() {
        assert_eq!(Attributes(&[0; 8]).count(), 0);
        assert_eq!(Attributes(&[9, 0, 1, 0, 5]).count(), 0);
        assert_eq!(Attributes(&[5, 0, 1, 0, 5]).u8(1), Some(5));
    }
}
