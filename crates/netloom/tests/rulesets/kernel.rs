//! The running kernel as a side: a namespace of its own for each case, whose devices are TAPs that
//! this process holds. What is written into a TAP has gone its whole way when the write returns, so
//! that nobody waits for anything.

use crate::apart::{Apart, PATH};
use crate::place::{self, DEVICES, SETTINGS};
use crate::play::{Side, told};
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use nix::libc;
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, sendto, setsockopt,
    socket,
};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::process::{Command, Stdio};
use std::time::Instant;

mod option {
    use nix::{libc, setsockopt_impl, sockopt_impl};
    sockopt_impl!(
        HeaderV6,
        SetOnly,
        libc::IPPROTO_IPV6,
        libc::IPV6_HDRINCL,
        bool
    );
}

mod request {
    nix::ioctl_write_ptr_bad!(set_interface, nix::libc::TUNSETIFF, nix::libc::ifreq);
}

/// How long nothing must come out of new devices.
const CALM: Duration = Duration::from_millis(12);

/// Where TAPs are made.
const CLONE: &str = "/dev/net/tun";

/// Whether a thread that is apart can make a TAP.
pub(crate) fn has_taps() -> bool {
    let try_it = || Apart::leave().is_ok() && tap("t0").is_ok();
    std::thread::spawn(try_it).join().unwrap_or(false)
}

/// Makes a TAP in the namespace of this thread; it lasts as long as the file.
fn tap(name: &str) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true);
    let file = options.custom_flags(libc::O_NONBLOCK).open(CLONE)?;
    let mut ifr_name = [0; libc::IFNAMSIZ];
    for (to, from) in ifr_name.iter_mut().zip(name.bytes()) {
        *to = from as libc::c_char;
    }
    let request = libc::ifreq {
        ifr_name,
        ifr_ifru: libc::__c_anonymous_ifr_ifru {
            ifru_flags: (libc::IFF_TAP | libc::IFF_NO_PI) as libc::c_short,
        },
    };
    #[allow(unsafe_code, reason = "there is no other way to a TAP")]
    // SAFETY: the request is a whole ifreq, which the kernel reads and writes while it is called.
    unsafe {
        request::set_interface(file.as_raw_fd(), &raw const request)?;
    }
    Ok(file)
}

/// One case's router.
pub(crate) struct Outside<'a> {
    apart: &'a Apart,
    taps: Vec<File>,
}

impl<'a> Outside<'a> {
    /// # Errors
    /// Where the machine does not let us.
    pub(crate) fn new(apart: &'a Apart) -> io::Result<Outside<'a>> {
        unshare(CloneFlags::CLONE_NEWNET)?;
        let mut side = Outside {
            apart,
            taps: Vec::new(),
        };
        for (name, value) in SETTINGS {
            side.set(name, value);
        }
        let taps = DEVICES.iter().map(|name| tap(name));
        side.taps = taps.collect::<io::Result<_>>()?;
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
        // What the kernel refuses was not sent.
        let _ = (&self.taps[dev]).write(frame);
    }

    fn take(&mut self) -> Vec<(usize, Vec<u8>)> {
        let mut frames = Vec::new();
        let mut buffer = vec![0; 65_536];
        for (dev, tap) in self.taps.iter_mut().enumerate() {
            while let Ok(len) = tap.read(&mut buffer) {
                frames.push((dev, buffer[..len].to_vec()));
            }
        }
        frames
    }

    fn local(&mut self, packet: &[u8], to: IpAddr) {
        let family = match to {
            IpAddr::V4(_) => AddressFamily::Inet,
            IpAddr::V6(_) => AddressFamily::Inet6,
        };
        let raw = socket(
            family,
            SockType::Raw,
            SockFlag::SOCK_NONBLOCK,
            SockProtocol::Raw,
        );
        let Ok(raw) = raw else { return };
        if to.is_ipv6() {
            let _ = setsockopt(&raw, option::HeaderV6, &true);
        }
        let to = SockaddrStorage::from(SocketAddr::new(to, 0));
        let _ = sendto(raw.as_raw_fd(), packet, &to, MsgFlags::empty());
    }
}
