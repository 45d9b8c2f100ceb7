//! Watches over a command that runs in a world: passes signals on, collects what ends, and tells
//! the exit code as a shell would.

use crate::process::{self, Place};
use rustix::process as system;
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use std::io;
use std::process::Command;
use std::time::{Duration, Instant};

/// How long programs that are left over may take to end by themselves.
const GRACE: Duration = Duration::from_secs(2);

/// Runs `command` to its end: its exit code, 128 and the signal's number if one killed it.
///
/// Processes that lose their parent become this process's children, so that none is out of sight.
///
/// # Errors
/// If it cannot be started or watched.
pub fn run(mut command: Command) -> io::Result<i32> {
    system::set_child_subreaper(Some(system::getpid()))?;
    let mut signals = Signals::new([SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
    let child = command.spawn()?;
    let pid = Pid::from_child(&child);
    for signal in signals.forever() {
        match signal {
            SIGCHLD => {
                if let Some(code) = collect(pid)? {
                    return Ok(code);
                }
            }
            // The terminal sends these to everybody in its foreground, and a shell that gets one
            // alone only waits for its child. A named world has left the session.
            SIGINT | SIGQUIT if in_foreground() => {}
            SIGINT | SIGQUIT => send(signal, session()),
            _ => send(signal, [pid]),
        }
    }
    Err(io::ErrorKind::Interrupted.into())
}

fn send(signal: i32, to: impl IntoIterator<Item = Pid>) {
    let Some(signal) = Signal::from_named_raw(signal) else {
        return;
    };
    for pid in to {
        // It may have ended meanwhile.
        let _ = system::kill_process(pid, signal);
    }
}

/// Collects every child that has ended; the exit code if `wanted` is one of them.
fn collect(wanted: Pid) -> io::Result<Option<i32>> {
    let mut code = None;
    loop {
        match system::wait(WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if pid == wanted => code = exit_code(status).or(code),
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Ok(None) | Err(rustix::io::Errno::CHILD) => return Ok(code),
            Err(error) => return Err(error.into()),
        }
    }
}

fn exit_code(status: WaitStatus) -> Option<i32> {
    let killed = status.terminating_signal().map(|signal| 128 + signal);
    status.exit_status().or(killed)
}

fn in_foreground() -> bool {
    Place::of(std::process::id()).is_some_and(|own| own.group == own.foreground)
}

/// The descendants that are still of this process's session.
fn session() -> impl Iterator<Item = Pid> {
    let own = std::process::id();
    let session = |pid| Place::of(pid).map(|place| place.session);
    let ours = session(own);
    process::descendants(&[own])
        .into_iter()
        .filter(move |pid| session(*pid) == ours)
        .filter_map(process::pid)
}

/// Ends every process that a command left behind: first by asking.
pub fn end_leftovers() {
    let own = std::process::id();
    let start = Instant::now();
    let mut asked = Vec::new();
    loop {
        while let Ok(Some(_)) = system::wait(WaitOptions::NOHANG) {}
        let left = process::descendants(&[own]);
        if left.is_empty() {
            return;
        }
        let force = start.elapsed() > GRACE;
        for pid in left {
            if (force || !asked.contains(&pid))
                && let Some(pid) = process::pid(pid)
            {
                let signal = if force { Signal::KILL } else { Signal::TERM };
                let _ = system::kill_process(pid, signal);
            }
            asked.push(pid);
        }
        if start.elapsed() > GRACE * 2 {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}
