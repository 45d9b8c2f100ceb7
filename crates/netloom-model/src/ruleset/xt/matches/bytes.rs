//! Bytes of a packet, wherever they are.

use super::{Not, Span};
use serde::{Deserialize, Serialize};

/// See [`XtMatch::String`](super::XtMatch::String).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StringSearch {
    /// How it is searched: `bm` or `kmp`.
    pub algorithm: String,
    /// From which byte on.
    pub from: u16,
    /// Up to which byte.
    pub to: u16,
    /// Large letters are as small ones.
    pub ignore_case: bool,
    /// The bytes.
    pub pattern: Not<Vec<u8>>,
    /// They were written as numbers.
    pub hex: bool,
}

/// One test of [`XtMatch::U32`](super::XtMatch::U32).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct U32Test {
    /// The place it begins at, then steps with a number each.
    pub location: Vec<(U32Op, u32)>,
    /// The numbers that may be there.
    pub ranges: Vec<Span<u32>>,
}

/// A step of [`U32Test`]. The first of a location is always [`U32Op::At`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum U32Op {
    /// Four bytes from there, counted from where one is (`@`).
    At,
    /// `&`.
    And,
    /// `<<`.
    ShiftLeft,
    /// `>>`.
    ShiftRight,
}
