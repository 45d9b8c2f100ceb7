//! `ip nexthop` (ip-nexthop(8)).
//!
//! Left out, each with a clear error: resilient groups and their buckets, next hops of a forwarding
//! database, encapsulation.

mod edit;
pub(super) mod format;
mod list;

use super::Options;
use super::words::{Failure, Outcome, PROTOCOLS, Words, matches};
use crate::Context;
use netloom_model::Mode;
use netloom_model::state::Parts;

const USAGE: &str = "\
Usage: ip nexthop add|replace [id NUMBER] WAY [protocol NAME]
       ip nexthop del|get id NUMBER
       ip nexthop [list|flush] [id NUMBER] [dev DEVICE] [master DEVICE] [groups]
                [protocol NUMBER]

ways:  via ADDRESS dev DEVICE [onlink], dev DEVICE, blackhole, group NUMBER[,WEIGHT]/...";

const PARTS: Parts = Parts {
    nexthops: true,
    ..Parts::LINKS
};

fn usage() -> Failure {
    Failure::new(USAGE, 255)
}

/// Runs `ip nexthop` with the words behind it.
pub(super) fn nexthop(cx: &mut Context<'_>, options: &Options, words: &[String]) -> Outcome<()> {
    let mut words = Words::new(words);
    let Some(command) = words.next() else {
        return list::list(cx, options, words);
    };
    match command {
        _ if matches(command, "add") => edit::add(cx, options, words, Mode::Add),
        _ if matches(command, "replace") => edit::add(cx, options, words, Mode::Replace),
        _ if matches(command, "delete") => edit::delete(cx, words),
        _ if ["list", "show", "lst"]
            .iter()
            .any(|full| matches(command, full)) =>
        {
            list::list(cx, options, words)
        }
        _ if matches(command, "get") => list::get(cx, options, words),
        _ if matches(command, "flush") => list::flush(cx, options, words),
        _ if matches(command, "bucket") => Err(Failure::unsupported(command)),
        "help" => Err(usage()),
        _ => {
            let text = format!("Command \"{command}\" is unknown, try \"ip nexthop help\".");
            Err(Failure::new(text, 255))
        }
    }
}

/// The number behind `id`.
fn id(words: &mut Words<'_>) -> Outcome<u32> {
    let word = words.value()?;
    super::words::u32_of(word).ok_or_else(|| Failure::wrong(word, "invalid id value"))
}

/// A word that nothing begins with.
fn strange(word: &str) -> Failure {
    if word == "help" {
        usage()
    } else {
        Failure::wrong(word, "")
    }
}

fn protocol(words: &mut Words<'_>) -> Outcome<u8> {
    let name = words.value()?;
    let wrong = || Failure::wrong_nl(name, "\"protocol\" value is invalid");
    let number = PROTOCOLS.number(name, 255).ok_or_else(wrong)?;
    u8::try_from(number).map_err(|_| wrong())
}
