//! Reads every view of arbitrary bytes; see `crates/netloom-wire/tests/random_bytes.rs`.

#![no_main]

#[path = "../../crates/netloom-wire/tests/walk/mod.rs"]
mod walk;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| walk::every_view(bytes));
