//! The classic format (pcap-savefile(5)).

use std::io::{self, Read, Write};

use super::order::Order;
use super::{Error, Interface, MAX_PACKET, Packet, read_bytes, read_or_end};

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;

pub(super) struct Reader<R: Read> {
    input: R,
    order: Order,
    /// Nanoseconds of one unit of the fraction.
    unit: u64,
    interfaces: [Interface; 1],
}

impl<R: Read> Reader<R> {
    pub(super) fn new(magic: [u8; 4], mut input: R) -> Result<Self, Error> {
        let (order, unit) = [Order::Big, Order::Little]
            .into_iter()
            .find_map(|order| match order.u32(magic) {
                MICROSECONDS => Some((order, 1000)),
                NANOSECONDS => Some((order, 1)),
                _ => None,
            })
            .ok_or(Error::UnknownFormat)?;
        let mut header = [0; 20];
        input.read_exact(&mut header)?;
        let word = |at| order.u32_at(&header, at).unwrap_or(0);
        let interface = Interface {
            // The upper bits say how long a frame check sequence is.
            link_type: word(16) & 0x03ff_ffff,
            snapshot_len: word(12),
            name: None,
        };
        Ok(Self {
            input,
            order,
            unit,
            interfaces: [interface],
        })
    }

    pub(super) fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    pub(super) fn next_packet(&mut self) -> Result<Option<Packet>, Error> {
        let mut header = [0; 16];
        if !read_or_end(&mut self.input, &mut header)? {
            return Ok(None);
        }
        let word = |at| self.order.u32_at(&header, at).unwrap_or(0);
        let captured = word(8);
        if captured > MAX_PACKET {
            return Err(Error::Damaged(format!(
                "invalid packet capture length {captured}, bigger than maximum of {MAX_PACKET}"
            )));
        }
        Ok(Some(Packet {
            at: u64::from(word(0)) * 1_000_000_000 + u64::from(word(4)) * self.unit,
            original_len: word(12),
            bytes: read_bytes(&mut self.input, captured)?,
            interface: 0,
            comment: None,
        }))
    }
}

pub(super) fn write_header(
    output: &mut impl Write,
    interface: Option<&Interface>,
) -> io::Result<()> {
    let (link_type, snapshot_len) =
        interface.map_or((1, MAX_PACKET), |i| (i.link_type, i.snapshot_len));
    output.write_all(&MICROSECONDS.to_le_bytes())?;
    // Version 2.4; time zone and accuracy, always zero.
    output.write_all(&[2, 0, 4, 0])?;
    output.write_all(&[0; 8])?;
    output.write_all(&snapshot_len.to_le_bytes())?;
    output.write_all(&link_type.to_le_bytes())
}

pub(super) fn write_packet(output: &mut impl Write, packet: &Packet) -> io::Result<()> {
    let seconds = packet.at / 1_000_000_000;
    let microseconds = packet.at % 1_000_000_000 / 1000;
    // The format ends in 2106.
    output.write_all(&(seconds as u32).to_le_bytes())?;
    output.write_all(&(microseconds as u32).to_le_bytes())?;
    output.write_all(&(packet.bytes.len() as u32).to_le_bytes())?;
    output.write_all(&packet.original_len.to_le_bytes())?;
    output.write_all(&packet.bytes)
}
