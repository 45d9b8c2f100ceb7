//! Messages one after the other, each with its header (`struct nlmsghdr`).

use crate::{aligned, u16_at, u32_at};
use core::fmt;
use netloom_model::{Errno, Error};

/// Kinds of messages (`NLMSG_*`, `RTM_*`): the first of each subject, which makes something or tells
/// that it is there. The next one deletes, or tells that it is gone; the one after it asks.
#[allow(missing_docs, reason = "each is of the subject that it names")]
pub mod kind {
    pub const ERROR: u16 = 2;
    pub const DONE: u16 = 3;
    pub const LINK: u16 = 16;
    pub const ADDRESS: u16 = 20;
    pub const ROUTE: u16 = 24;
    pub const NEIGHBOUR: u16 = 28;
    pub const RULE: u16 = 32;
    pub const NETCONF: u16 = 80;
    pub const MDB: u16 = 84;
    pub const NSID: u16 = 88;
    pub const STATS: u16 = 92;
    pub const NEXTHOP: u16 = 104;
    pub const LINK_PROPERTY: u16 = 108;
    pub const VLAN: u16 = 112;
    /// To the kind that deletes.
    pub const DELETE: u16 = 1;
    /// To the kind that asks.
    pub const GET: u16 = 2;
    /// To the kind that changes what is there; of links alone.
    pub const SET: u16 = 3;
}

/// Flags of messages (`NLM_F_*`).
pub mod flag {
    /// It asks for something.
    pub const REQUEST: u16 = 0x1;
    /// It is one of many.
    pub const MULTI: u16 = 0x2;
    /// It wants to be told how it ended.
    pub const ACK: u16 = 0x4;
    /// What was told was changing meanwhile: it is to be asked again.
    pub const INTERRUPTED: u16 = 0x10;
    /// It was chosen among more.
    pub const FILTERED: u16 = 0x20;
    /// Asks for all there is (`NLM_F_DUMP`).
    pub const DUMP: u16 = 0x300;
    /// Replaces what is there.
    pub const REPLACE: u16 = 0x100;
    /// There must be nothing yet.
    pub const EXCLUSIVE: u16 = 0x200;
    /// Makes what is not there.
    pub const CREATE: u16 = 0x400;
    /// Comes behind what is there.
    pub const APPEND: u16 = 0x800;
    /// An acknowledgement has attributes, and leaves out what it is about.
    pub const EXTENDED: u16 = 0x200;
    /// An acknowledgement does not repeat the request.
    pub const CAPPED: u16 = 0x100;
}

/// The length of a message's header.
pub const HEADER: usize = 16;

/// A message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message<'a> {
    /// What it is about ([`kind`]).
    pub kind: u16,
    /// See [`flag`].
    pub flags: u16,
    /// The number of the request that it answers.
    pub sequence: u32,
    /// The address of the socket that brought it about; of what the kernel does by itself zero.
    pub port: u32,
    /// What is behind its header.
    pub body: &'a [u8],
}

/// Why bytes are no messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// They end too early.
    Truncated,
    /// A message says a length that none can have.
    Length {
        /// The length.
        len: u32,
        /// Where what is behind its header would begin.
        at: usize,
    },
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

impl core::error::Error for Malformed {}

/// The messages in some bytes, one after the other; after one that is none there are no more.
#[derive(Clone, Debug)]
pub struct Messages<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Messages<'a> {
    /// The messages of `bytes` from `at` on.
    #[must_use]
    pub const fn new(bytes: &'a [u8], at: usize) -> Messages<'a> {
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
        let (Some(len), Some(kind), Some(flags), Some(sequence), Some(port)) = (
            header.0,
            header.1,
            header.2,
            u32_at(left, 8),
            u32_at(left, 12),
        ) else {
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
        Some(Ok(Message {
            kind,
            flags,
            sequence,
            port,
            body,
        }))
    }
}

/// Gives a message the number by which its answers are known.
///
/// # Panics
/// Where there is no header.
pub fn number(message: &mut [u8], sequence: u32) {
    message[8..12].copy_from_slice(&sequence.to_le_bytes());
}

/// How a request ended (`struct nlmsgerr`, `NLMSG_DONE`): the kernel's error, with the sentence that
/// extended acknowledgements add.
///
/// # Errors
/// The kernel's.
pub fn ended(message: &Message<'_>) -> Result<(), Error> {
    /// The sentence (`NLMSGERR_ATTR_MSG`).
    const SENTENCE: u16 = 1;
    let number = u32_at(message.body, 0).map_or(0, u32::cast_signed);
    if number == 0 {
        return Ok(());
    }
    let told = message.flags & flag::EXTENDED != 0;
    let attributes = message.body.get(behind(message)..).filter(|_| told);
    let attributes = crate::Attributes::new(attributes.unwrap_or_default());
    Err(Error {
        errno: Errno(-number),
        message: attributes.text(SENTENCE),
        step: None,
    })
}

/// Where the attributes of an acknowledgement begin: behind the request that it repeats.
fn behind(message: &Message<'_>) -> usize {
    const NUMBER: usize = 4;
    match message.kind {
        kind::DONE => NUMBER,
        _ if message.flags & flag::CAPPED != 0 => NUMBER + HEADER,
        _ => NUMBER + u32_at(message.body, NUMBER).map_or(HEADER, |len| aligned(len as usize)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Writer;

    #[test]
    fn messages_end_with_what_is_none() {
        let mut bytes = Writer::new(&[1, 2, 3, 4])
            .message(kind::ROUTE, flag::MULTI)
            .unwrap();
        let one = Message {
            kind: kind::ROUTE,
            flags: flag::MULTI,
            sequence: 0,
            port: 0,
            body: &[1, 2, 3, 4],
        };
        let read = |bytes: &[u8]| {
            Messages::new(bytes, 0)
                .map(|m| m.map(|m| m.kind))
                .collect::<Vec<_>>()
        };
        assert_eq!(Messages::new(&bytes, 0).next(), Some(Ok(one)));
        bytes.extend([0; 3]);
        assert_eq!(read(&bytes), [Ok(kind::ROUTE), Err(Malformed::Truncated)]);
        bytes.truncate(18);
        assert_eq!(read(&bytes), [Err(Malformed::Truncated)]);
        bytes[0] = 8;
        assert_eq!(read(&bytes), [Err(Malformed::Length { len: 8, at: 16 })]);
    }

    #[test]
    fn a_refusal_has_its_number_and_its_sentence() {
        let mut writer = Writer::new(&[&(-17i32).to_le_bytes()[..], &[0; 16]].concat());
        writer.text(1, "Address already assigned");
        let bytes = writer
            .message(kind::ERROR, flag::EXTENDED | flag::CAPPED)
            .unwrap();
        let message = Messages::new(&bytes, 0).next().unwrap().unwrap();
        let error = ended(&message).unwrap_err();
        assert_eq!(error.errno, Errno::EXIST);
        assert_eq!(error.message.as_deref(), Some("Address already assigned"));
    }
}
