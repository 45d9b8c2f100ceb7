//! The statement `log` in nft's words.

use crate::nft::rule::LEVELS;
use netloom_model::ruleset::statement::{Log, log_flag};
use std::fmt::Write as _;

pub(super) fn show_log(log: &Log) -> String {
    let mut words = "log".to_owned();
    if let Some(prefix) = &log.prefix {
        let _ = write!(words, " prefix \"{prefix}\"");
    }
    if let Some(group) = log.group {
        let _ = write!(words, " group {group}");
    }
    if let Some(snaplen) = log.snaplen {
        let _ = write!(words, " snaplen {snaplen}");
    }
    if let Some(threshold) = log.queue_threshold {
        let _ = write!(words, " queue-threshold {threshold}");
    }
    if let Some(level) = log.level.filter(|level| *level != 4) {
        let _ = write!(words, " level {}", LEVELS[usize::from(level.min(8))]);
    }
    if log.flags == 0x2f {
        return words + " flags all";
    }
    let has = |bit: u8| log.flags & bit != 0;
    match (has(log_flag::TCP_SEQUENCE), has(log_flag::TCP_OPTIONS)) {
        (true, true) => words += " flags tcp sequence,options",
        (true, false) => words += " flags tcp sequence",
        (false, true) => words += " flags tcp options",
        (false, false) => {}
    }
    for (bit, flag) in [
        (log_flag::IP_OPTIONS, "ip options"),
        (log_flag::SKUID, "skuid"),
        (log_flag::ETHER, "ether"),
    ] {
        if has(bit) {
            let _ = write!(words, " flags {flag}");
        }
    }
    words
}
