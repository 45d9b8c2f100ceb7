//! Capture files: pcap (pcap-savefile(5)) and pcapng (draft-ietf-opsawg-pcapng), read and written.
//!
//! Both byte orders and both resolutions of pcap are read; of pcapng the section header, interface
//! description, enhanced and simple packet blocks, with names, time resolutions and comments. Other
//! blocks and options are passed over. Written are pcap in microseconds and pcapng in nanoseconds.

mod order;
mod pcap;
mod pcapng;

use std::fmt;
use std::io::{self, Read, Write};

/// The longest packet that is believed; a larger length means a damaged file.
pub const MAX_PACKET: u32 = 262_144;

/// What kind of capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The classic one: one link type, no comments.
    Pcap,
    /// The next generation: interfaces with names, comments on packets.
    Pcapng,
}

impl Format {
    /// pcapng for names that end in `.pcapng` or `.ntar`, pcap for all others.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        let extension = std::path::Path::new(name).extension().unwrap_or_default();
        if extension.eq_ignore_ascii_case("pcapng") || extension.eq_ignore_ascii_case("ntar") {
            Self::Pcapng
        } else {
            Self::Pcap
        }
    }
}

/// Where packets were captured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// The number of the link type, as registered for capture files; 1 is Ethernet.
    pub link_type: u32,
    /// How many bytes of each packet were kept at most.
    pub snapshot_len: u32,
    /// The device's name; pcapng only.
    pub name: Option<String>,
}

/// One packet of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Packet {
    /// Nanoseconds since 1970.
    pub at: u64,
    /// How long it was; what is captured may be less.
    pub original_len: u32,
    /// What was captured.
    pub bytes: Vec<u8>,
    /// Which of the file's interfaces saw it.
    pub interface: u32,
    /// A comment on it; pcapng only.
    pub comment: Option<String>,
}

/// Why a capture file cannot be read.
#[derive(Debug)]
pub enum Error {
    /// The file cannot be read at all.
    Io(io::Error),
    /// It begins like no capture file.
    UnknownFormat,
    /// It ends in the middle of something.
    Truncated,
    /// It contradicts itself: what is wrong.
    Damaged(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::UnknownFormat => f.write_str("unknown file format"),
            Self::Truncated => f.write_str("truncated dump file"),
            Self::Damaged(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof {
            Self::Truncated
        } else {
            Self::Io(error)
        }
    }
}

/// Reads the packets of a file one by one.
pub struct Reader<R: Read>(Kind<R>);

enum Kind<R: Read> {
    Pcap(pcap::Reader<R>),
    Pcapng(pcapng::Reader<R>),
}

impl<R: Read> Reader<R> {
    /// Begins to read; the first bytes tell the format.
    ///
    /// # Errors
    /// If these are not the first bytes of a capture file.
    pub fn new(mut input: R) -> Result<Self, Error> {
        let mut magic = [0; 4];
        input.read_exact(&mut magic)?;
        if magic == pcapng::SECTION_HEADER.to_be_bytes() {
            return pcapng::Reader::new(input).map(|reader| Self(Kind::Pcapng(reader)));
        }
        pcap::Reader::new(magic, input).map(|reader| Self(Kind::Pcap(reader)))
    }

    /// The interfaces known so far; a pcap file has one, a pcapng file tells them as it goes.
    #[must_use]
    pub fn interfaces(&self) -> &[Interface] {
        match &self.0 {
            Kind::Pcap(reader) => reader.interfaces(),
            Kind::Pcapng(reader) => reader.interfaces(),
        }
    }

    /// The next packet, or none at the end.
    ///
    /// # Errors
    /// If the file ends in the middle of a packet or contradicts itself.
    pub fn next_packet(&mut self) -> Result<Option<Packet>, Error> {
        match &mut self.0 {
            Kind::Pcap(reader) => reader.next_packet(),
            Kind::Pcapng(reader) => reader.next_packet(),
        }
    }
}

/// Writes packets into a file.
pub struct Writer<W: Write> {
    format: Format,
    output: W,
}

impl<W: Write> Writer<W> {
    /// Begins a file; pcap has room for the first interface only.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn new(format: Format, mut output: W, interfaces: &[Interface]) -> io::Result<Self> {
        match format {
            Format::Pcap => pcap::write_header(&mut output, interfaces.first())?,
            Format::Pcapng => pcapng::write_header(&mut output, interfaces)?,
        }
        Ok(Self { format, output })
    }

    /// Writes one packet.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&mut self, packet: &Packet) -> io::Result<()> {
        match self.format {
            Format::Pcap => pcap::write_packet(&mut self.output, packet),
            Format::Pcapng => pcapng::write_packet(&mut self.output, packet),
        }
    }

    /// What the file is written to.
    pub fn output_mut(&mut self) -> &mut W {
        &mut self.output
    }

    /// Hands everything written so far to the file.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// Reads `length` bytes, allocating no more than there are.
fn read_bytes(input: &mut impl Read, length: u32) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    input.take(u64::from(length)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == u64::from(length) {
        Ok(bytes)
    } else {
        Err(Error::Truncated)
    }
}

/// Fills `buffer`; false at the end of the file, an error in between.
fn read_or_end(input: &mut impl Read, buffer: &mut [u8]) -> Result<bool, Error> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) if filled == 0 => return Ok(false),
            Ok(0) => return Err(Error::Truncated),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests;
