//! Why bytes are not the packet they are said to be.

use core::fmt;

/// The first thing found wrong with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Malformed {
    /// The bytes end before the header (or what the header announces) does.
    Truncated {
        /// What is cut off: "IPv4 header" and the like.
        what: &'static str,
        /// How many bytes it takes.
        need: usize,
        /// How many there are.
        have: usize,
    },
    /// The version field holds this instead of the version that was expected.
    BadVersion(u8),
    /// A header says that it is this many bytes long, less than its fixed part.
    BadHeaderLength(usize),
    /// A packet says that it is this many bytes long in total, less than its header.
    BadTotalLength(usize),
    /// ARP for other hardware or another protocol than Ethernet and IPv4.
    BadAddressFormat,
    /// The protocol identifier or type is not the one expected there.
    BadType(u16),
    /// An option of this kind has an impossible length, or reaches beyond the options.
    BadOption(u8),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated { what, need, have } => {
                write!(f, "truncated {what}: {need} bytes needed, {have} there")
            }
            Self::BadVersion(version) => write!(f, "bad version {version}"),
            Self::BadHeaderLength(length) => write!(f, "bad header length {length}"),
            Self::BadTotalLength(length) => write!(f, "bad total length {length}"),
            Self::BadAddressFormat => f.write_str("not Ethernet and IPv4 addresses"),
            Self::BadType(value) => write!(f, "unexpected type 0x{value:04x}"),
            Self::BadOption(kind) => write!(f, "option {kind} has a bad length"),
        }
    }
}

impl core::error::Error for Malformed {}
