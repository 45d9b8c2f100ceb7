//! Replays what Linux answered: each file in `transcripts` holds commands (`$ COMMAND`), what the
//! real tools printed on a real kernel, and their exit codes (`=> CODE`), one after the other in
//! a namespace with `lo`, a pair `eth0` - `eth1`, all up, and 10.0.0.1/24 on `eth0`.

mod common;

use common::{run, world};
use std::fmt::Write;
use std::path::Path;

/// The lines in an order of their own where the kernel's is that of a hash table.
fn in_order(line: &str, text: &str) -> String {
    if !line.contains(" neigh") && !line.starts_with("arp") {
        return text.to_owned();
    }
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn differences(transcript: &str) -> String {
    let mut world = world();
    let mut differences = String::new();
    for part in transcript.split("\n$ ") {
        let part = part.strip_prefix("$ ").unwrap_or(part);
        let (line, expected) = part.split_once('\n').unwrap();
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        let got = run(&mut world, &words);
        let expected = format!("{}\n", expected.trim_end_matches('\n'));
        if in_order(line, &got) != in_order(line, &expected) {
            let _ = write!(
                differences,
                "\n$ {line}\n--- Linux\n{expected}+++ netloom\n{got}"
            );
        }
    }
    differences
}

#[test]
fn every_transcript_is_what_linux_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/transcripts");
    let mut count = 0;
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let transcript = std::fs::read_to_string(&path).unwrap();
        let differences = differences(&transcript);
        if !differences.is_empty() {
            let name = path.file_name().unwrap().to_string_lossy();
            let _ = write!(all, "\n===== {name}{differences}");
        }
        count += 1;
    }
    assert!(count > 0 && all.is_empty(), "{all}");
}
