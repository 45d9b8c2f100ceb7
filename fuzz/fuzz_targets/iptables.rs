//! iptables-restore reads arbitrary text; see `crates/netloom-tools/tests/rules.rs`.

#![no_main]

#[path = "../../crates/netloom-tools/tests/ruled/mod.rs"]
mod ruled;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| ruled::iptables(bytes));
