//! The reader of snapshots, which is the program's own: see `crates/netloom/src/snapshot`.

#![allow(dead_code, reason = "nothing is written here")]

#[path = "../../../crates/netloom/src/snapshot/file.rs"]
mod file;
#[path = "../../../crates/netloom/src/snapshot/import/mod.rs"]
mod import;

use netloom_engine::Engine;
use netloom_model::state::Parts;
use std::io::Cursor;

/// Reads a file, and makes a world of it.
pub fn load(bytes: &[u8]) {
    let file = Cursor::new(bytes.to_vec());
    let Ok(host) = import::read(vec![("file".to_owned(), Box::new(file))]) else {
        return;
    };
    let (twin, _) = Engine::twin(&host.state);
    let _ = twin.snapshot(None, Parts::ALL);
}
