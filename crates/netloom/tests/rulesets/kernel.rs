//! The running kernel as a side: a namespace of its own for each case, whose devices are TAPs that
//! this process holds. What is written into a TAP has gone its whole way when the write returns, so
//! that nobody waits for anything.

use crate::apart::{Apart, PATH};
use crate::place::{self, DEVICES, SETTINGS};
use crate::play::{Side, told};
use crate::taps::{self, Taps};
use core::net::IpAddr;
use core::time::Duration;
use nix::sched::{CloneFlags, unshare};
use std::fs;
use std::io::{self, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

/// How long nothing must come out of new devices.
const CALM: Duration = Duration::from_millis(12);

/// Whether a thread that is apart can make a TAP.
pub(crate) fn has_taps() -> bool {
    let try_it = || Apart::leave().is_ok() && Taps::default().add("t0").is_ok();
    std::thread::spawn(try_it).join().unwrap_or(false)
}

/// One case's router.
pub(crate) struct Outside<'a> {
    apart: &'a Apart,
    taps: Taps,
}

impl<'a> Outside<'a> {
    /// # Errors
    /// Where the machine does not let us.
    pub(crate) fn new(apart: &'a Apart) -> io::Result<Outside<'a>> {
        unshare(CloneFlags::CLONE_NEWNET)?;
        let mut side = Outside {
            apart,
            taps: Taps::default(),
        };
        for (name, value) in SETTINGS {
            side.set(name, value);
        }
        for name in DEVICES {
            side.taps.add(name)?;
        }
        let printed = side.run("ip -batch -", &place::commands());
        if printed.is_empty() {
            side.settle();
            Ok(side)
        } else {
            Err(io::Error::other(printed))
        }
    }

    /// Waits until the devices have told of their groups, which a kernel does by and by: rules would
    /// count that.
    fn settle(&mut self) {
        let began = Instant::now();
        let mut quiet = began;
        while quiet.elapsed() < CALM && began.elapsed() < CALM * 20 {
            std::thread::sleep(CALM / 4);
            if !self.take().is_empty() {
                quiet = Instant::now();
            }
        }
    }

    fn spawn(command: &str, input: &str) -> io::Result<String> {
        let mut words = command.split_whitespace();
        let mut child = Command::new(words.next().unwrap_or_default())
            .args(words)
            .env_clear()
            .env("PATH", PATH)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // The lines are fewer than a pipe holds, and little is printed before they are read.
        if let Some(mut stdin) = child.stdin.take() {
            // Who has seen a mistake reads no further.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output()?;
        Ok(told(
            &output.stdout,
            &output.stderr,
            output.status.code().unwrap_or(-1),
        ))
    }
}

impl Drop for Outside<'_> {
    fn drop(&mut self) {
        let _ = self.apart.home();
    }
}

impl Side for Outside<'_> {
    fn run(&mut self, command: &str, input: &str) -> String {
        Outside::spawn(command, input).unwrap_or_else(|error| format!("{command}: {error}\n"))
    }

    fn set(&mut self, name: &str, value: &str) -> bool {
        let path = format!("/proc/sys/{}", name.replace('.', "/"));
        fs::write(path, value).is_ok()
    }

    fn send(&mut self, dev: usize, frame: &[u8]) {
        self.taps.send(dev, frame);
    }

    fn take(&mut self) -> Vec<(usize, Vec<u8>)> {
        self.taps.take()
    }

    fn local(&mut self, packet: &[u8], to: IpAddr) {
        taps::local(packet, to);
    }
}
