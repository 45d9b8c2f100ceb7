//! Files of `/proc/net` that no message tells of.

use crate::namespace;
use netloom_model::{NsName, Result};
use std::fs::File;
use std::io::Read;

/// As much as most of them say: the kernel writes all of it for each part that is asked for.
const ROOM: usize = 8 << 10;

/// What some of them say in a namespace; nothing where one cannot be read.
pub(crate) fn texts<const COUNT: usize>(
    ns: &NsName,
    files: [&str; COUNT],
) -> Result<[String; COUNT]> {
    namespace::inside(ns, || files.map(text))
}

fn text(file: &str) -> String {
    let mut text = String::with_capacity(ROOM);
    let opened = File::open(format!("/proc/thread-self/net/{file}"));
    match opened.and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => text,
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_whole_and_one_that_is_not_there_says_nothing() {
        let first = NsName::first();
        let [snmp, none] = texts(&first, ["snmp", "nothing"]).unwrap();
        assert!(snmp.starts_with("Ip: ") && snmp.ends_with('\n'));
        assert_eq!(none, "");
    }
}
