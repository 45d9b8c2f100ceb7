//! The next generation (draft-ietf-opsawg-pcapng).

use std::io::{self, Read, Write};

use super::order::Order;
use super::{Error, Interface, MAX_PACKET, Packet, read_bytes, read_or_end};

/// The type of the block that begins a file: the same in both byte orders.
pub(super) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

const OPTION_END: u16 = 0;
const OPTION_COMMENT: u16 = 1;
const OPTION_NAME: u16 = 2;
const OPTION_TIME_RESOLUTION: u16 = 9;

/// Type and length before, length after.
const FRAME: u32 = 12;
/// The longest block that is believed: a packet with long comments.
const MAX_BLOCK: u32 = 16 * 1024 * 1024;

pub(super) struct Reader<R: Read> {
    input: R,
    order: Order,
    interfaces: Vec<Interface>,
    resolutions: Vec<Resolution>,
    /// Where the current section's interfaces begin.
    section: usize,
    /// A packet read ahead, to know the interfaces before it.
    ahead: Option<Packet>,
}

/// How many units make a second.
#[derive(Clone, Copy)]
struct Resolution(u128);

impl Resolution {
    const DEFAULT: Self = Self(1_000_000);

    fn from_option(value: u8) -> Self {
        let exponent = u32::from(value & 0x7f);
        let base: u128 = if value & 0x80 == 0 { 10 } else { 2 };
        Self(base.checked_pow(exponent).unwrap_or(u128::MAX))
    }

    fn nanoseconds(self, units: u64) -> u64 {
        let nanoseconds = u128::from(units) * 1_000_000_000 / self.0;
        u64::try_from(nanoseconds).unwrap_or(u64::MAX)
    }
}

impl<R: Read> Reader<R> {
    /// Goes on after the type of the first section header, up to the first packet.
    pub(super) fn new(input: R) -> Result<Self, Error> {
        let mut reader = Self {
            input,
            order: Order::Little,
            interfaces: Vec::new(),
            resolutions: Vec::new(),
            section: 0,
            ahead: None,
        };
        reader.section_header()?;
        reader.ahead = reader.read_packet()?;
        Ok(reader)
    }

    pub(super) fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    pub(super) fn next_packet(&mut self) -> Result<Option<Packet>, Error> {
        match self.ahead.take() {
            Some(packet) => Ok(Some(packet)),
            None => self.read_packet(),
        }
    }

    fn section_header(&mut self) -> Result<(), Error> {
        let mut start = [0; 8];
        self.input.read_exact(&mut start)?;
        let [length @ .., a, b, c, d] = start;
        self.order = [Order::Big, Order::Little]
            .into_iter()
            .find(|order| order.u32([a, b, c, d]) == BYTE_ORDER_MAGIC)
            .ok_or(Error::UnknownFormat)?;
        let length = self.order.u32(length);
        // What was read of it: type, length, magic.
        self.rest_of_block(length, 12)?;
        self.section = self.interfaces.len();
        Ok(())
    }

    /// The rest of a block of which `read` bytes were read, without its trailing length.
    fn rest_of_block(&mut self, length: u32, read: u32) -> Result<Vec<u8>, Error> {
        if length < read + 4 || length > MAX_BLOCK || !length.is_multiple_of(4) {
            return Err(Error::Damaged(format!("invalid block length {length}")));
        }
        let body = read_bytes(&mut self.input, length - read - 4)?;
        let mut trailer = [0; 4];
        self.input.read_exact(&mut trailer)?;
        if self.order.u32(trailer) != length {
            return Err(Error::Damaged(format!(
                "block length {length} does not repeat at its end"
            )));
        }
        Ok(body)
    }

    fn read_packet(&mut self) -> Result<Option<Packet>, Error> {
        loop {
            let mut kind = [0; 4];
            if !read_or_end(&mut self.input, &mut kind)? {
                return Ok(None);
            }
            let kind = self.order.u32(kind);
            if kind == SECTION_HEADER {
                self.section_header()?;
                continue;
            }
            let mut length = [0; 4];
            self.input.read_exact(&mut length)?;
            let length = self.order.u32(length);
            let body = self.rest_of_block(length, 8)?;
            let short = || Error::Damaged(format!("block of type {kind} is too short"));
            match kind {
                INTERFACE_DESCRIPTION => self.interface(&body).ok_or_else(short)?,
                ENHANCED_PACKET => return self.enhanced(&body).ok_or_else(short).map(Some),
                SIMPLE_PACKET => return self.simple(&body).ok_or_else(short).map(Some),
                _ => {}
            }
        }
    }

    fn interface(&mut self, body: &[u8]) -> Option<()> {
        let link_type = u32::from(self.order.u16_at(body, 0)?);
        let snapshot_len = match self.order.u32_at(body, 4)? {
            0 => MAX_PACKET,
            length => length,
        };
        let mut name = None;
        let mut resolution = Resolution::DEFAULT;
        for (code, value) in self.options(body.get(8..)?) {
            match (code, value) {
                (OPTION_NAME, value) => name = Some(text(value)),
                (OPTION_TIME_RESOLUTION, &[value]) => resolution = Resolution::from_option(value),
                _ => {}
            }
        }
        self.interfaces.push(Interface {
            link_type,
            snapshot_len,
            name,
        });
        self.resolutions.push(resolution);
        Some(())
    }

    fn enhanced(&self, body: &[u8]) -> Option<Packet> {
        let word = |at| self.order.u32_at(body, at);
        let interface = self.section + word(0)? as usize;
        let resolution = *self.resolutions.get(interface)?;
        let captured = word(12)? as usize;
        let bytes = body.get(20..)?.get(..captured)?;
        let options = body
            .get(20 + captured.next_multiple_of(4)..)
            .unwrap_or_default();
        let comment = self
            .options(options)
            .find(|(code, _)| *code == OPTION_COMMENT);
        Some(Packet {
            at: resolution.nanoseconds(u64::from(word(4)?) << 32 | u64::from(word(8)?)),
            original_len: word(16)?,
            bytes: bytes.to_vec(),
            interface: u32::try_from(interface).ok()?,
            comment: comment.map(|(_, value)| text(value)),
        })
    }

    fn simple(&self, body: &[u8]) -> Option<Packet> {
        let original_len = self.order.u32_at(body, 0)?;
        let interface = self.interfaces.get(self.section)?;
        let captured = original_len.min(interface.snapshot_len) as usize;
        Some(Packet {
            original_len,
            bytes: body.get(4..)?.get(..captured)?.to_vec(),
            interface: u32::try_from(self.section).ok()?,
            ..Packet::default()
        })
    }

    /// Code and value of each option, up to the end or the first malformed one.
    fn options<'a>(
        &self,
        mut rest: &'a [u8],
    ) -> impl Iterator<Item = (u16, &'a [u8])> + use<'a, R> {
        let order = self.order;
        std::iter::from_fn(move || {
            let code = order.u16_at(rest, 0)?;
            let length = usize::from(order.u16_at(rest, 2)?);
            let value = rest.get(4..)?.get(..length)?;
            rest = rest
                .get(4 + length.next_multiple_of(4)..)
                .unwrap_or_default();
            (code != OPTION_END).then_some((code, value))
        })
    }
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value)
        .trim_end_matches('\0')
        .to_owned()
}

fn write_block(output: &mut impl Write, kind: u32, body: &[u8]) -> io::Result<()> {
    let length = body.len() as u32 + FRAME;
    output.write_all(&kind.to_le_bytes())?;
    output.write_all(&length.to_le_bytes())?;
    output.write_all(body)?;
    output.write_all(&length.to_le_bytes())
}

fn push_option(body: &mut Vec<u8>, code: u16, value: &[u8]) {
    // An option holds 65535 bytes; a longer comment is cut.
    let value = &value[..value.len().min(usize::from(u16::MAX))];
    body.extend(code.to_le_bytes());
    body.extend((value.len() as u16).to_le_bytes());
    push_padded(body, value);
}

fn push_padded(body: &mut Vec<u8>, value: &[u8]) {
    body.extend(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

pub(super) fn write_header(output: &mut impl Write, interfaces: &[Interface]) -> io::Result<()> {
    let mut body = Vec::new();
    body.extend(BYTE_ORDER_MAGIC.to_le_bytes());
    // Version 1.0, length of the section unknown.
    body.extend([1, 0, 0, 0]);
    body.extend([0xff; 8]);
    write_block(output, SECTION_HEADER, &body)?;
    for interface in interfaces {
        body.clear();
        body.extend((interface.link_type as u16).to_le_bytes());
        body.extend([0, 0]);
        body.extend(interface.snapshot_len.to_le_bytes());
        if let Some(name) = &interface.name {
            push_option(&mut body, OPTION_NAME, name.as_bytes());
        }
        push_option(&mut body, OPTION_TIME_RESOLUTION, &[9]);
        push_option(&mut body, OPTION_END, &[]);
        write_block(output, INTERFACE_DESCRIPTION, &body)?;
    }
    Ok(())
}

pub(super) fn write_packet(output: &mut impl Write, packet: &Packet) -> io::Result<()> {
    let mut body = Vec::with_capacity(packet.bytes.len() + 32);
    body.extend(packet.interface.to_le_bytes());
    body.extend(((packet.at >> 32) as u32).to_le_bytes());
    body.extend((packet.at as u32).to_le_bytes());
    body.extend((packet.bytes.len() as u32).to_le_bytes());
    body.extend(packet.original_len.to_le_bytes());
    push_padded(&mut body, &packet.bytes);
    if let Some(comment) = &packet.comment {
        push_option(&mut body, OPTION_COMMENT, comment.as_bytes());
        push_option(&mut body, OPTION_END, &[]);
    }
    write_block(output, ENHANCED_PACKET, &body)
}
