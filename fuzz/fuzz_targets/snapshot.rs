//! A file that claims to be a snapshot, or what tools printed of a host, is read and loaded.

#![no_main]

#[path = "reader/mod.rs"]
mod snapshot;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| snapshot::load(bytes));
