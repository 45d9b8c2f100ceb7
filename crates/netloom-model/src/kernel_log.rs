//! What a kernel says of itself, line by line (dmesg(1), syslog(2)).

use crate::time::Time;
use serde::{Deserialize, Serialize};

/// A line of the kernel's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// Its number: each line has one more than the line before.
    pub number: u64,
    /// When it was written.
    pub at: Time,
    /// How serious it is, from 0 (emerg) to 7 (debug).
    pub level: u8,
    /// What it says.
    pub text: String,
}
