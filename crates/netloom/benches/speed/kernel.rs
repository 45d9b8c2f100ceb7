//! A path in the running kernel, in namespaces of its own.
//!
//! The frames are sent by a packet socket, many by one sendmmsg(2), in the namespace where the path
//! begins; what arrived tell the counters of the device where it ends. The kernel's figure so
//! includes its system call, and an skb made for each frame; netloom's includes a copy into a
//! buffer of its pool.

use crate::frames::{BATCH, Frames};
use crate::path::Machine;
use nix::ifaddrs::getifaddrs;
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::{
    AddressFamily, ControlMessage, LinkAddr, MsgFlags, MultiHeaders, SockFlag, SockType, bind,
    sendmmsg, socket,
};
use std::fs::File;
use std::io::{IoSlice, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The running kernel as a machine. Its namespaces go with it.
pub(crate) struct Kernel {
    prefix: String,
    made: Vec<String>,
}

impl Kernel {
    pub(crate) fn new() -> Kernel {
        Kernel {
            prefix: format!("netloom-bench-{}-", std::process::id()),
            made: Vec::new(),
        }
    }

    fn named(&self, ns: &str) -> String {
        format!("{}{ns}", self.prefix)
    }
}

impl Drop for Kernel {
    fn drop(&mut self) {
        for ns in &self.made {
            let gone = Command::new("ip").args(["netns", "delete", ns]).status();
            if !gone.is_ok_and(|status| status.success()) {
                eprintln!("the namespace {ns} could not be removed");
            }
        }
    }
}

impl Machine for Kernel {
    fn run(&mut self, ns: Option<&str>, command: &str, input: &str) {
        let command = command.replace('@', &self.prefix);
        if let Some(name) = command.strip_prefix("ip netns add ") {
            self.made.push(name.to_owned());
        }
        let within = ns.map(|ns| format!("ip netns exec {} ", self.named(ns)));
        let line = within.unwrap_or_default() + &command;
        let mut words = line.split_whitespace();
        let mut child = Command::new(words.next().unwrap_or_default())
            .args(words)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap_or_else(|why| panic!("{line}: {why}"));
        if let Some(stdin) = &mut child.stdin {
            stdin
                .write_all(input.as_bytes())
                .expect("it reads its input");
        }
        let ended = child.wait().expect("it was started here");
        assert!(ended.success(), "{line}: {ended}");
    }

    fn send(&mut self, (ns, dev): (&str, &str), frames: &mut Frames, time: Duration) -> u64 {
        let ns = self.named(ns);
        // A thread of its own, since it enters the namespace for ever.
        std::thread::scope(|scope| {
            let sender = scope.spawn(move || {
                let socket = packet_socket(&ns, dev).expect("root may send frames");
                flood(&socket, frames, time)
            });
            sender.join().expect("it ends in time")
        })
    }

    fn received(&mut self, (ns, dev): (&str, &str)) -> u64 {
        std::thread::sleep(Duration::from_millis(20)); // what is still in the backlog
        let shown = Command::new("ip")
            .args(["-n", &self.named(ns), "-j", "-s", "link", "show", dev])
            .output()
            .expect("ip runs");
        let links: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("JSON");
        let count = &links[0]["stats64"]["rx"]["packets"];
        count.as_u64().expect("a counter")
    }

    fn check(&self, sent: u64, arrived: u64) {
        assert!(
            arrived * 10 >= sent,
            "{arrived} of {sent} frames arrived in the kernel: the path is not what it should be"
        );
    }
}

/// A socket that sends whole frames out of a device of a namespace, and receives nothing.
fn packet_socket(ns: &str, dev: &str) -> nix::Result<OwnedFd> {
    let file = File::open(format!("/run/netns/{ns}")).map_err(|_| nix::Error::ENOENT)?;
    setns(file, CloneFlags::CLONE_NEWNET)?;
    let address = getifaddrs()?
        .filter(|one| one.interface_name == dev)
        .find_map(|one| one.address?.as_link_addr().copied())
        .ok_or(nix::Error::ENODEV)?;
    let (family, flags) = (AddressFamily::Packet, SockFlag::SOCK_CLOEXEC);
    let socket = socket(family, SockType::Raw, flags, None)?;
    bind(socket.as_raw_fd(), &address)?;
    Ok(socket)
}

/// Sends batch after batch for some time; says how many frames the kernel took.
fn flood(socket: &OwnedFd, frames: &mut Frames, time: Duration) -> u64 {
    let mut headers: MultiHeaders<LinkAddr> = MultiHeaders::preallocate(BATCH, None);
    let nowhere: [Option<LinkAddr>; BATCH] = [None; BATCH];
    let nothing: [ControlMessage<'_>; 0] = [];
    let (began, mut sent) = (Instant::now(), 0);
    while began.elapsed() < time {
        let batch = frames.next();
        let slices: Vec<_> = batch.iter().map(|frame| [IoSlice::new(frame)]).collect();
        let taken = sendmmsg(
            socket.as_raw_fd(),
            &mut headers,
            &slices,
            nowhere,
            nothing,
            MsgFlags::empty(),
        );
        sent += match taken {
            Ok(taken) => taken.count() as u64,
            Err(nix::Error::ENOBUFS | nix::Error::EAGAIN) => 0,
            Err(why) => panic!("the kernel took no frame: {why}"),
        };
    }
    sent
}
