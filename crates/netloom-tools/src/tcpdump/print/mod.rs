//! Packets as the text of tcpdump(8) 4.99.
//!
//! Each module prints one protocol: it reads what was captured (`data`) of what the layer below
//! says is there (`length`), writes into a [`Text`], and gives [`Truncated`] up the chain where the
//! capture ends too early; the chain ends in a ` [|protocol]` mark, as tcpdump has it.
//!
//! Left out: what rides on UDP and TCP ports (DNS, DHCP, HTTP, VXLAN, ...), GRE, ESP, PIM, SCTP,
//! LLDP and ISO over LLC; they are printed as protocols unknown to tcpdump are.

mod arp;
mod ethernet;
mod hex;
mod icmp;
mod icmp6;
mod igmp;
mod ip;
mod ip6;
mod ip_options;
mod llc;
pub(crate) mod names;
mod nflog;
mod services;
mod sll2;
mod tcp;
mod udp;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(crate) use hex::{ascii, hex, hex_and_ascii};
pub(crate) use names::{SERVICES, Transport};
pub(crate) use sll2::SLL2_HEADER_LEN;

use netloom_wire::MacAddr;

/// What kind of bytes a capture holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkType {
    /// Ethernet frames.
    Ethernet,
    /// "Linux cooked" version 2: what is captured on all devices at once.
    LinuxSll2,
    /// IP packets without any link layer header.
    Raw,
    /// What rules logged: TLVs, the packet in one of them.
    Nflog,
}

impl LinkType {
    /// The number in capture files (the registry of link-layer header types).
    pub(crate) fn number(self) -> u32 {
        match self {
            Self::Ethernet => 1,
            Self::Raw => 101,
            Self::Nflog => 239,
            Self::LinuxSll2 => 276,
        }
    }

    /// The link type with this number.
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        [Self::Ethernet, Self::Raw, Self::Nflog, Self::LinuxSll2]
            .into_iter()
            .find(|l| l.number() == number)
    }

    /// Name and description, as tcpdump says them.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Ethernet => ("EN10MB", "Ethernet"),
            Self::Raw => ("RAW", "Raw IP"),
            Self::Nflog => ("NFLOG", "Linux netfilter log messages"),
            Self::LinuxSll2 => ("LINUX_SLL2", "Linux cooked v2"),
        }
    }

    /// How long its header is, before this packet.
    pub(crate) fn header_len(self, bytes: &[u8]) -> usize {
        match self {
            Self::Nflog => nflog::payload(bytes).map_or(bytes.len(), |(at, _)| at),
            Self::Ethernet => netloom_wire::ethernet::HEADER_LEN,
            Self::Raw => 0,
            Self::LinuxSll2 => SLL2_HEADER_LEN,
        }
    }
}

/// How to print.
#[derive(Clone, Debug, Default)]
pub(crate) struct Style {
    /// `-n`: numbers instead of names.
    pub(crate) numeric: bool,
    /// `-e`: the link layer header.
    pub(crate) link: bool,
    /// `-q`: less.
    pub(crate) quiet: bool,
    /// `-v`: more.
    pub(crate) verbose: u8,
    /// `-S`: TCP sequence numbers as they are.
    pub(crate) absolute: bool,
    /// Unknown payload is not dumped, because `-x` and its like dump everything, or `-q`.
    pub(crate) no_default_dump: bool,
}

/// The capture ends within a header of this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truncated(&'static str);

/// What a protocol's printer gives.
type Printed = Result<(), Truncated>;

/// Names of devices, for captures of all of them.
pub(crate) type DeviceName<'a> = &'a dyn Fn(u32) -> String;

/// Prints packets, and remembers TCP connections to print their sequence numbers relatively.
pub(crate) struct Printer {
    style: Style,
    flows: tcp::Flows,
}

impl Printer {
    pub(crate) fn new(style: Style) -> Self {
        Self {
            style,
            flows: tcp::Flows::default(),
        }
    }

    /// The text of one packet, without time and without final newline.
    pub(crate) fn print(
        &mut self,
        link: LinkType,
        device_name: DeviceName<'_>,
        captured: &[u8],
        original_len: usize,
    ) -> String {
        if captured.is_empty() {
            return format!("[Invalid header: caplen==0, len=={original_len}]");
        }
        let mut text = Text {
            out: String::new(),
            style: &self.style,
            flows: &mut self.flows,
        };
        let printed = match link {
            LinkType::Ethernet => ethernet::print(&mut text, captured, original_len),
            LinkType::Nflog => nflog::print(&mut text, captured, original_len),
            LinkType::LinuxSll2 => sll2::print(&mut text, device_name, captured, original_len),
            LinkType::Raw => match captured[0] >> 4 {
                6 => ip6::print(&mut text, captured, original_len),
                _ => ip::print(&mut text, captured, original_len),
            },
        };
        if let Err(Truncated(name)) = printed {
            put!(text, " [|{name}]");
        }
        text.out
    }
}

/// Text in the making.
struct Text<'a> {
    out: String,
    style: &'a Style,
    flows: &'a mut tcp::Flows,
}

impl Text<'_> {
    /// Appends formatted text; writing into a string cannot fail.
    fn put(&mut self, arguments: fmt::Arguments<'_>) {
        let _ = fmt::Write::write_fmt(&mut self.out, arguments);
    }

    /// The default dump of what is not understood.
    fn dump(&mut self, data: &[u8]) {
        hex_and_ascii(&mut self.out, "\n\t", data);
    }

    /// Runs one printer and puts its truncation mark where it ends, so that its caller goes on.
    fn marked(&mut self, print: impl FnOnce(&mut Self) -> Printed) {
        if let Err(Truncated(name)) = print(self) {
            put!(self, " [|{name}]");
        }
    }
}

/// Formats into a [`Text`].
macro_rules! put {
    ($text:expr, $($argument:tt)*) => { $text.put(format_args!($($argument)*)) };
}
pub(in crate::tcpdump::print) use put;

/// Reads fields of a header of one protocol out of what was captured.
#[derive(Clone, Copy)]
struct Fields<'a> {
    name: &'static str,
    data: &'a [u8],
}

impl<'a> Fields<'a> {
    fn new(name: &'static str, data: &'a [u8]) -> Self {
        Self { name, data }
    }

    fn truncated(&self) -> Truncated {
        Truncated(self.name)
    }

    /// `length` bytes at `at`.
    fn bytes(&self, at: usize, length: usize) -> Result<&'a [u8], Truncated> {
        self.data
            .get(at..)
            .and_then(|rest| rest.get(..length))
            .ok_or(Truncated(self.name))
    }

    fn array<const N: usize>(&self, at: usize) -> Result<[u8; N], Truncated> {
        self.data
            .get(at..)
            .and_then(|rest| rest.first_chunk::<N>())
            .copied()
            .ok_or(Truncated(self.name))
    }

    fn u8(&self, at: usize) -> Result<u8, Truncated> {
        self.array::<1>(at).map(|[byte]| byte)
    }

    fn u16(&self, at: usize) -> Result<u16, Truncated> {
        self.array(at).map(u16::from_be_bytes)
    }

    fn u32(&self, at: usize) -> Result<u32, Truncated> {
        self.array(at).map(u32::from_be_bytes)
    }

    fn mac(&self, at: usize) -> Result<MacAddr, Truncated> {
        self.array(at).map(MacAddr)
    }

    fn ipv4(&self, at: usize) -> Result<Ipv4Addr, Truncated> {
        self.array::<4>(at).map(Ipv4Addr::from)
    }

    fn ipv6(&self, at: usize) -> Result<Ipv6Addr, Truncated> {
        self.array::<16>(at).map(Ipv6Addr::from)
    }

    /// What follows the first `at` bytes; nothing if they are not there.
    fn after(&self, at: usize) -> &'a [u8] {
        self.data.get(at..).unwrap_or_default()
    }
}

/// At most the first `length` bytes.
fn first(data: &[u8], length: usize) -> &[u8] {
    &data[..length.min(data.len())]
}

/// The text of the flags that are set, joined; `none` if none is.
fn flag_names(flags: u32, names: &[(u32, &str)], separator: &str) -> String {
    let set: Vec<_> = names
        .iter()
        .filter(|(bit, _)| flags & bit != 0)
        .map(|(_, n)| *n)
        .collect();
    if set.is_empty() {
        String::from("none")
    } else {
        set.join(separator)
    }
}

impl Style {
    /// A host: its address, or a name where names are wanted and known without asking anybody.
    fn host(&self, address: IpAddr) -> String {
        match address {
            IpAddr::V4(Ipv4Addr::LOCALHOST) if !self.numeric => String::from("localhost"),
            IpAddr::V6(Ipv6Addr::LOCALHOST) if !self.numeric => String::from("ip6-localhost"),
            _ => address.to_string(),
        }
    }

    /// A port of a transport: its number or the service's name.
    fn port(&self, transport: Transport, port: u16) -> String {
        let name = if self.numeric {
            None
        } else {
            names::service(transport, port)
        };
        name.map_or_else(|| port.to_string(), String::from)
    }
}

#[cfg(test)]
mod tests;
