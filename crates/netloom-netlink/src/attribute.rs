//! What messages say behind their fixed part (`struct nlattr`).

use crate::message::HEADER;
use crate::{addr, aligned, family_number, u16_at, u32_at, u64_at};
use core::net::IpAddr;
use netloom_model::{Errno, Family};

/// The length of an attribute's header.
const ATTRIBUTE: usize = 4;

/// What says that an attribute holds others (`NLA_F_NESTED`).
const NESTED: u16 = 0x8000;
/// That, and what says its order of bytes.
const FLAGS: u16 = 0xc000;

/// Attributes, one after the other; bytes that are none end them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes<'a>(&'a [u8]);

impl<'a> Attributes<'a> {
    /// Those that some bytes are.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Attributes<'a> {
        Attributes(bytes)
    }

    /// Those behind a fixed part of `fixed` bytes.
    #[must_use]
    pub fn behind(body: &'a [u8], fixed: usize) -> Attributes<'a> {
        Attributes(body.get(aligned(fixed)..).unwrap_or_default())
    }

    /// The value of the last attribute of a kind.
    #[must_use]
    pub fn get(self, kind: u16) -> Option<&'a [u8]> {
        self.filter(|(found, _)| *found == kind)
            .last()
            .map(|(_, value)| value)
    }

    /// The attributes inside an attribute; none where it is not there.
    #[must_use]
    pub fn inside(self, kind: u16) -> Attributes<'a> {
        Attributes(self.get(kind).unwrap_or_default())
    }

    /// A number of 64 bits.
    #[must_use]
    pub fn u64(self, kind: u16) -> Option<u64> {
        u64_at(self.get(kind)?, 0)
    }

    /// A number of 32 bits.
    #[must_use]
    pub fn u32(self, kind: u16) -> Option<u32> {
        u32_at(self.get(kind)?, 0)
    }

    /// A number of 16 bits.
    #[must_use]
    pub fn u16(self, kind: u16) -> Option<u16> {
        u16_at(self.get(kind)?, 0)
    }

    /// A number of 8 bits.
    #[must_use]
    pub fn u8(self, kind: u16) -> Option<u8> {
        self.get(kind)?.first().copied()
    }

    /// A number of 64 bits in network order.
    #[must_use]
    pub fn be64(self, kind: u16) -> Option<u64> {
        self.u64(kind).map(u64::from_be)
    }

    /// A number of 32 bits in network order.
    #[must_use]
    pub fn be32(self, kind: u16) -> Option<u32> {
        self.u32(kind).map(u32::from_be)
    }

    /// A number of 16 bits in network order.
    #[must_use]
    pub fn be16(self, kind: u16) -> Option<u16> {
        self.u16(kind).map(u16::from_be)
    }

    /// Whether there is a number of 8 bits that is not zero.
    #[must_use]
    pub fn is_on(self, kind: u16) -> bool {
        self.u8(kind).is_some_and(|number| number != 0)
    }

    /// An address of IP.
    #[must_use]
    pub fn addr(self, kind: u16) -> Option<IpAddr> {
        addr(self.get(kind)?)
    }

    /// A text that ends with a zero.
    #[must_use]
    pub fn text(self, kind: u16) -> Option<String> {
        self.get(kind).map(text)
    }
}

/// The text of a value, up to its zero.
pub(crate) fn text(value: &[u8]) -> String {
    let end = value.iter().position(|byte| *byte == 0);
    let text = &value[..end.unwrap_or(value.len())];
    String::from_utf8_lossy(text).into_owned()
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let len = usize::from(u16_at(self.0, 0)?);
        let kind = u16_at(self.0, 2)? & !FLAGS;
        let value = self.0.get(ATTRIBUTE..len)?;
        self.0 = self.0.get(aligned(len)..).unwrap_or_default();
        Some((kind, value))
    }
}

/// Attributes with their headers, each with its kind.
pub(crate) fn pieces(mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    core::iter::from_fn(move || {
        let (len, kind) = (u16_at(rest, 0)?, u16_at(rest, 2)?);
        let whole = aligned(usize::from(len)).clamp(ATTRIBUTE, rest.len());
        let (piece, behind) = rest.split_at(whole);
        rest = behind;
        // Whether others are inside, and in which order its bytes are, are flags of the kind.
        Some((kind & !FLAGS, piece))
    })
}

/// A message as it is written: its fixed part, then attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Writer {
    bytes: Vec<u8>,
    /// Whether an attribute is longer than its header can say, so that none of it is a message.
    too_long: bool,
}

impl Writer {
    /// Begins with a fixed part.
    #[must_use]
    pub fn new(fixed: &[u8]) -> Writer {
        let mut body = fixed.to_vec();
        body.resize(aligned(body.len()), 0);
        Writer {
            bytes: body,
            too_long: false,
        }
    }

    /// The body of a request for all there is of a family: a fixed part of `N` bytes that begins with its
    /// number.
    pub(crate) fn of_family<const N: usize>(family: Family) -> Writer {
        let mut fixed = [0; N];
        fixed[0] = family_number(family);
        Writer::new(&fixed)
    }

    /// What was written.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Changes a byte of the fixed part.
    pub(crate) fn change_byte(&mut self, at: usize, change: impl FnOnce(u8) -> u8) {
        self.bytes[at] = change(self.bytes[at]);
    }

    /// Adds an attribute.
    pub fn put(&mut self, kind: u16, value: &[u8]) {
        let len = self.length(value.len());
        self.bytes.extend(len.to_le_bytes());
        self.bytes.extend(kind.to_le_bytes());
        self.bytes.extend(value);
        self.bytes.resize(aligned(self.bytes.len()), 0);
    }

    /// Adds an attribute that holds what `write` adds.
    pub fn nest(&mut self, kind: u16, write: impl FnOnce(&mut Writer)) {
        let at = self.bytes.len();
        self.put(kind | NESTED, &[]);
        write(self);
        let len = self.length(self.bytes.len() - at - ATTRIBUTE);
        self.bytes[at..at + 2].copy_from_slice(&len.to_le_bytes());
    }

    /// What the header of an attribute says of so many bytes of value.
    fn length(&mut self, value: usize) -> u16 {
        let len = u16::try_from(ATTRIBUTE + value);
        self.too_long |= len.is_err();
        len.unwrap_or(u16::MAX)
    }

    /// Adds the attributes that another has.
    pub fn append(&mut self, other: &Writer) {
        self.too_long |= other.too_long;
        self.bytes.extend(&other.bytes);
    }

    /// Adds attributes by their bytes.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        self.bytes.resize(aligned(self.bytes.len()), 0);
    }

    /// Adds a number of 64 bits.
    pub fn u64(&mut self, kind: u16, value: u64) {
        self.put(kind, &value.to_le_bytes());
    }

    /// Adds a number of 32 bits.
    pub fn u32(&mut self, kind: u16, value: u32) {
        self.put(kind, &value.to_le_bytes());
    }

    /// Adds a number of 16 bits.
    pub fn u16(&mut self, kind: u16, value: u16) {
        self.put(kind, &value.to_le_bytes());
    }

    /// Adds a number of 8 bits.
    pub fn u8(&mut self, kind: u16, value: u8) {
        self.put(kind, &[value]);
    }

    /// Adds a number of 64 bits in network order.
    pub fn be64(&mut self, kind: u16, value: u64) {
        self.put(kind, &value.to_be_bytes());
    }

    /// Adds a number of 32 bits in network order.
    pub fn be32(&mut self, kind: u16, value: u32) {
        self.put(kind, &value.to_be_bytes());
    }

    /// Adds a number of 16 bits in network order.
    pub fn be16(&mut self, kind: u16, value: u16) {
        self.put(kind, &value.to_be_bytes());
    }

    /// Adds those numbers of 64 bits that are to be set.
    pub fn u64s<const N: usize>(&mut self, numbers: [(u16, Option<u64>); N]) {
        self.some(numbers, Writer::u64);
    }

    /// Adds those numbers of 32 bits that are to be set.
    pub fn u32s<const N: usize>(&mut self, numbers: [(u16, Option<u32>); N]) {
        self.some(numbers, Writer::u32);
    }

    /// Adds those numbers of 16 bits that are to be set.
    pub fn u16s<const N: usize>(&mut self, numbers: [(u16, Option<u16>); N]) {
        self.some(numbers, Writer::u16);
    }

    /// Adds those numbers of 8 bits that are to be set.
    pub fn u8s<const N: usize>(&mut self, numbers: [(u16, Option<u8>); N]) {
        self.some(numbers, Writer::u8);
    }

    fn some<T, const N: usize>(
        &mut self,
        numbers: [(u16, Option<T>); N],
        add: impl Fn(&mut Writer, u16, T),
    ) {
        for (kind, number) in numbers {
            if let Some(number) = number {
                add(self, kind, number);
            }
        }
    }

    /// Adds an address of IP.
    pub fn addr(&mut self, kind: u16, value: IpAddr) {
        match value {
            IpAddr::V4(addr) => self.put(kind, &addr.octets()),
            IpAddr::V6(addr) => self.put(kind, &addr.octets()),
        }
    }

    /// Adds a text, with a zero behind it.
    pub fn text(&mut self, kind: u16, value: &str) {
        let mut bytes = value.as_bytes().to_vec();
        bytes.push(0);
        self.put(kind, &bytes);
    }

    /// The whole message. Who asked, and for which time, is of no use to a reader.
    ///
    /// # Errors
    /// `EMSGSIZE`: an attribute is longer than one can be.
    pub fn message(self, kind: u16, flags: u16) -> Result<Vec<u8>, Errno> {
        if self.too_long {
            return Err(Errno::MSGSIZE);
        }
        let mut message = Vec::with_capacity(HEADER + self.bytes.len());
        message.extend(((HEADER + self.bytes.len()) as u32).to_le_bytes());
        message.extend(kind.to_le_bytes());
        message.extend(flags.to_le_bytes());
        message.extend([0; 8]);
        message.extend(self.bytes);
        Ok(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_no_length_are_none() {
        assert_eq!(Attributes(&[0; 8]).count(), 0);
        assert_eq!(Attributes(&[9, 0, 1, 0, 5]).count(), 0);
        assert_eq!(Attributes(&[5, 0, 1, 0, 5]).u8(1), Some(5));
    }

    #[test]
    fn no_message_has_an_attribute_that_is_longer_than_its_header_can_say() {
        let most = usize::from(u16::MAX) - ATTRIBUTE;
        let of = |len| {
            let mut writer = Writer::default();
            writer.put(1, &vec![0; len]);
            writer
        };
        assert!(of(most).message(16, 0).is_ok());
        assert_eq!(of(most + 1).message(16, 0), Err(Errno::MSGSIZE));
        let mut around = Writer::default();
        around.nest(7, |inner| inner.append(&of(most)));
        assert_eq!(around.message(16, 0), Err(Errno::MSGSIZE));
        let mut beside = Writer::default();
        beside.append(&of(most + 1));
        assert_eq!(beside.message(16, 0), Err(Errno::MSGSIZE));
    }

    #[test]
    fn what_is_inside_an_attribute_is_read_as_it_was_written() {
        let mut writer = Writer::default();
        writer.nest(7, |inner| {
            inner.u32(1, 9);
            inner.text(2, "eth0");
        });
        writer.u8(3, 1);
        let attributes = Attributes::new(writer.bytes());
        let inside = attributes.inside(7);
        assert_eq!(
            (inside.u32(1), inside.text(2)),
            (Some(9), Some("eth0".to_owned()))
        );
        assert!(attributes.is_on(3));
    }
}
