//! What the names mean that iproute2 prints for numbers, for who reads what was printed.

use super::protocol_names::PROTOCOL_NAMES;
use super::words::{PROTOCOLS, SCOPES, TABLES, TYPES};

/// A routing table.
#[must_use]
pub fn table(word: &str) -> Option<u32> {
    TABLES.number(word, u32::MAX)
}

/// Who makes a route.
#[must_use]
pub fn protocol(word: &str) -> Option<u8> {
    byte(PROTOCOLS.number(word, 255))
}

/// How far an address or a route is good.
#[must_use]
pub fn scope(word: &str) -> Option<u8> {
    byte(SCOPES.number(word, 255))
}

/// The number of a type of routes (`RTN_*`).
#[must_use]
pub fn route_type(word: &str) -> Option<u8> {
    byte(TYPES.number(word, 255))
}

/// A type of service.
#[must_use]
pub fn dsfield(word: &str) -> Option<u8> {
    super::words::dsfield(word)
}

/// A protocol above IP; `ipproto-132` is one without a name.
#[must_use]
pub fn ip_protocol(word: &str) -> Option<u8> {
    byte(PROTOCOL_NAMES.number(word.trim_start_matches("ipproto-"), 255))
}

fn byte(number: Option<u32>) -> Option<u8> {
    number?.try_into().ok()
}
