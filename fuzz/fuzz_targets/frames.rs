//! A world that receives arbitrary frames; see `crates/netloom-engine/tests/frames.rs`.

#![no_main]

#[path = "../../crates/netloom-engine/tests/town/mod.rs"]
mod town;

libfuzzer_sys::fuzz_target!(|story: &[u8]| town::Town::default().live(story));
