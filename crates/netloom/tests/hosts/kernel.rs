//! The running kernel as a side: a namespace of one thread, whose TAPs this process holds. What is
//! written into a TAP has gone its whole way when the write returns, so that nobody waits for anything.

use crate::play::{Side, Told};
use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use libtest_mimic::Failed;
use nix::libc;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockProtocol, SockType, SockaddrStorage, sendto, setsockopt,
    socket,
};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

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

/// Where TAPs are made.
const CLONE: &str = "/dev/net/tun";
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
        && apart(|| tap("probe").map(drop).map_err(Failed::from)).is_ok()
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

/// A host in a namespace.
pub(crate) struct Outside {
    taps: Vec<File>,
}

impl Outside {
    /// An empty namespace for this thread.
    pub(crate) fn new() -> io::Result<Outside> {
        unshare(CloneFlags::CLONE_NEWNET)?;
        let side = Outside { taps: Vec::new() };
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
        self.taps.push(tap(name)?);
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
        // What the kernel refuses was not sent.
        let _ = (&self.taps[tap]).write(frame);
    }

    fn take(&mut self) -> Vec<(usize, Vec<u8>)> {
        let mut frames = Vec::new();
        let mut buffer = vec![0; 65_536];
        for (number, tap) in self.taps.iter_mut().enumerate() {
            while let Ok(len) = tap.read(&mut buffer) {
                frames.push((number, buffer[..len].to_vec()));
            }
        }
        frames
    }

    fn local(&mut self, packet: &[u8], to: IpAddr) {
        let family = match to {
            IpAddr::V4(_) => AddressFamily::Inet,
            IpAddr::V6(_) => AddressFamily::Inet6,
        };
        let flags = SockFlag::SOCK_NONBLOCK;
        let Ok(raw) = socket(family, SockType::Raw, flags, SockProtocol::Raw) else {
            return;
        };
        if to.is_ipv6() {
            let _ = setsockopt(&raw, option::HeaderV6, &true);
        }
        let to = SockaddrStorage::from(SocketAddr::new(to, 0));
        let _ = sendto(raw.as_raw_fd(), packet, &to, MsgFlags::empty());
    }
}
