//! `ip route` (ip-route(8)).
//!
//! Left out, each with a clear error: encapsulation, realms, congestion control
//! and the other metrics that a user-space engine has no use for.

mod edit;
pub(super) mod format;
mod get;
mod list;
mod metrics;
mod ways;

pub(super) use format::Hidden;

use super::Options;
use super::saved::{self, Saved};
use super::words::{Failure, Outcome, Words, matches};
use crate::Context;
use netloom_model::Mode;

const USAGE: &str = "\
Usage: ip route add|change|replace|append|prepend|del [TYPE] PREFIX [tos TOS]
                [via ADDRESS] [dev DEVICE] [onlink] [src ADDRESS] [metric NUMBER]
                [table TABLE] [scope SCOPE] [proto NAME] [METRIC VALUE]...
                [nexthop via ADDRESS [dev DEVICE] [weight NUMBER]]... | nhid NUMBER
       ip route [show|flush] [[root|match|exact] PREFIX] [table TABLE|all|cache]
                [dev DEVICE] [via ADDRESS] [src ADDRESS] [proto NAME] [type TYPE]
                [scope SCOPE]
       ip route save [WORD]... | restore | showdump
       ip route get ADDRESS [from ADDRESS [iif DEVICE]] [oif DEVICE] [mark MARK]
                [tos TOS] [fibmatch]

types:   unicast local broadcast multicast blackhole unreachable prohibit throw
scopes:  global link host or a number
metrics: mtu advmss window rtt rttvar ssthresh cwnd initcwnd hoplimit ...";

fn usage() -> Failure {
    Failure::new(USAGE, 255)
}

/// Runs `ip route` with the words behind it.
pub(super) fn route(cx: &mut Context<'_>, options: &Options, words: &[String]) -> Outcome<()> {
    let mut words = Words::new(words);
    let Some(command) = words.next() else {
        return list::list(cx, options, words);
    };
    let is = |full| matches(command, full);
    if is("list") || is("show") || is("lst") {
        list::list(cx, options, words)
    } else if is("get") {
        get::get(cx, options, words)
    } else if is("add") {
        edit::add(cx, options, words, Mode::Add)
    } else if is("change") || is("chg") {
        edit::add(cx, options, words, Mode::Change)
    } else if is("replace") {
        edit::add(cx, options, words, Mode::Replace)
    } else if is("prepend") {
        edit::add(cx, options, words, Mode::Prepend)
    } else if is("append") {
        edit::add(cx, options, words, Mode::Append)
    } else if is("test") {
        // The kernel takes EXCL alone as it takes EXCL and CREATE.
        edit::add(cx, options, words, Mode::Add)
    } else if is("delete") {
        edit::delete(cx, options, words)
    } else if is("flush") {
        list::flush(cx, options, words)
    } else if is("save") {
        list::save(cx, options, words)
    } else if is("restore") {
        saved::restore(cx, Saved::Routes)
    } else if is("showdump") {
        saved::show_routes(cx, options)
    } else if is("help") {
        Err(usage())
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"ip route help\".");
        Err(Failure::new(text, 255))
    }
}
