//! The running kernel as a side: a namespace of one thread, whose TAPs this process holds. What is
//! written into a TAP has gone its whole way when the write returns, so that nobody waits for anything.

use crate::play::{Side, Told};
use crate::taps::{self, Taps};
use core::net::IpAddr;
use core::time::Duration;
use libtest_mimic::Failed;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Where the real tools are.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";
/// The settings of br_netfilter: where they are, it is.
const BRIDGES: &str = "/proc/sys/net/bridge";
/// What a host may need.
const TOOLS: [&str; 4] = ["ip", "iptables-nft", "iptables-legacy", "nft"];

/// Runs something in a thread of its own, which has left the machine's network and mounts for ever.
pub(crate) fn apart(
    run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Result<(), Failed> {
    let thread = std::thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET)?;
        let nothing = None::<&str>;
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(nothing, "/", nothing, private, nothing)?;
        // Locks of the tools, and namespaces by name.
        let tmpfs = Some("tmpfs");
        mount(tmpfs, "/run", tmpfs, MsFlags::empty(), nothing)?;
        run()
    });
    thread.join().map_err(|_| "the thread panicked")?
}

/// Whether this machine lets us make namespaces and TAPs, and has the tools.
pub(crate) fn usable() -> bool {
    let found = |tool: &str| {
        let mut folders = PATH.split(':');
        folders.any(|folder| Path::new(folder).join(tool).exists())
    };
    TOOLS.iter().all(|tool| found(tool))
        && apart(|| Taps::default().add("probe").map_err(Failed::from)).is_ok()
}

/// A host in a namespace.
pub(crate) struct Outside {
    taps: Taps,
}

impl Outside {
    /// An empty namespace for this thread.
    pub(crate) fn new() -> io::Result<Outside> {
        unshare(CloneFlags::CLONE_NEWNET)?;
        let side = Outside {
            taps: Taps::default(),
        };
        for call in ["iptables", "ip6tables", "arptables"] {
            // Where br_netfilter is loaded, it would be on; the host says whether it is.
            let _ = fs::write(format!("/proc/sys/net/bridge/bridge-nf-call-{call}"), "0");
        }
        Ok(side)
    }

    fn spawn(command: &str, input: &str) -> io::Result<Told> {
        let mut words = command.split_whitespace();
        let mut child = Command::new(words.next().unwrap_or_default())
            .args(words)
            .env_clear()
            .env("PATH", PATH)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        // Nothing is printed before all is read.
        if let Some(mut stdin) = child.stdin.take() {
            // Who has seen a mistake reads no further.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output()?;
        Ok(Told {
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        })
    }
}

impl Side for Outside {
    fn tap(&mut self, name: &str) -> Result<(), Failed> {
        self.taps.add(name)?;
        Ok(())
    }

    fn run(&mut self, command: &str, input: &str) -> Told {
        if command == "modprobe br_netfilter" && Path::new(BRIDGES).exists() {
            // It is there, whether or not this machine has files of modules.
            return Told {
                out: String::new(),
                err: String::new(),
                code: 0,
            };
        }
        Outside::spawn(command, input).unwrap_or_else(|error| Told {
            out: String::new(),
            err: error.to_string(),
            code: 127,
        })
    }

    fn set(&mut self, name: &str, value: &str) -> bool {
        let path = format!("/proc/sys/{}", name.replace('.', "/"));
        fs::write(path, value).is_ok()
    }

    fn settle(&mut self) {
        // Reports of groups go within some milliseconds.
        std::thread::sleep(Duration::from_millis(300));
    }

    fn send(&mut self, tap: usize, frame: &[u8]) {
        self.taps.send(tap, frame);
    }

    fn take(&mut self) -> Vec<(usize, Vec<u8>)> {
        self.taps.take()
    }

    fn local(&mut self, packet: &[u8], to: IpAddr) {
        taps::local(packet, to);
    }
}
