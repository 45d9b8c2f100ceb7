//! The netloom binary: Linux networks in user space, and the commands to run them.
//!
//! Called by the name of a familiar command (`ip`, a link in a world's PATH), or as `netloom ip`,
//! it is that command: a client of the [server] of its world. Otherwise it is netloom itself,
//! which starts worlds, enters and ends them.

#![forbid(unsafe_code)]
#![allow(
    unreachable_pub,
    reason = "nobody uses a binary's items; pub marks what is for its other modules"
)]

mod advertise;
mod applet;
mod check;
mod clean;
mod cli;
mod client;
mod diff;
mod doctor;
mod explain;
mod hosts;
mod interrupt;
mod lint;
mod list;
mod process;
mod protocol;
mod server;
mod session;
mod shell;
#[cfg(test)]
mod simulated;
mod snapshot;
mod start;
mod supervise;
mod worlds;

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let called = args.first().and_then(|arg| Path::new(arg).file_name());
    let called = called.and_then(|name| name.to_str()).unwrap_or_default();
    let word = args.get(1).and_then(|word| word.to_str());
    if let Some(applet) = applet::find(called) {
        return exit(applet::run(applet, words(&args[1..])));
    }
    if let Some(applet) = word.and_then(applet::find) {
        return exit(applet::run(applet, words(&args[2..])));
    }
    if word == Some("advertise") {
        return exit(applet::run(advertise::main, words(&args[2..])));
    }
    if word == Some("echo") {
        return exit(applet::run(netloom_tools::echo::echo, words(&args[2..])));
    }
    if word == Some("lint") {
        return exit(applet::run(lint::main, words(&args[2..])));
    }
    if word == Some("check") {
        return exit(applet::run(check::main, words(&args[2..])));
    }
    if word == Some("diff") {
        return exit(applet::run(diff::main, words(&args[2..])));
    }
    if word == Some("explain") {
        return exit(applet::run(explain::main, words(&args[2..])));
    }
    cli::main(args)
}

fn words(args: &[OsString]) -> Vec<String> {
    args.iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

fn exit(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code & 0xff).unwrap_or(u8::MAX))
}
