//! `netloom explain`: the way of a packet, and why it goes there.

use std::process::ExitCode;

/// Runs `netloom explain` with the words that follow it.
pub fn main(_args: &[String]) -> ExitCode {
    eprintln!("netloom: explain is not part of this build");
    ExitCode::from(2)
}
