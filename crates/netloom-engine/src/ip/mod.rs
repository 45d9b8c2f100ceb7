//! The Internet Protocol.

pub mod version;
