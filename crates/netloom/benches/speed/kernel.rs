//! The same paths through the running kernel: namespaces of this bench's own, veth, and frames sent
//! by packet(7) sockets from one processor, counted where they arrive.

use crate::frames::{self, A, B, MEASURE};
use crate::prefixes;
use nix::ifaddrs::getifaddrs;
use nix::sched::{CloneFlags, CpuSet, sched_setaffinity, setns};
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, MultiHeaders, SockFlag, SockType, bind, sendmmsg, socket,
};
use nix::unistd::{Pid, geteuid};
use std::error::Error;
use std::fs::{self, File};
use std::io::{IoSlice, Write};
use std::os::fd::AsRawFd;
use std::process::{Command, Stdio};
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Frames that one system call sends.
const BATCH: usize = 64;

/// Whether namespaces may be made.
pub(crate) fn allowed() -> bool {
    geteuid().is_root()
}

/// Three namespaces, gone when this is dropped.
struct Spaces;

impl Spaces {
    /// Makes `a` and `b`, each with a device `v` whose other end, `p0` and `p1`, is in `s`.
    fn new() -> Result<Spaces> {
        let spaces = Spaces;
        for ns in ["a", "s", "b"] {
            ip(&format!("netns add {}", name(ns)))?;
        }
        for (ns, port, n) in [("a", "p0", 1), ("b", "p1", 2)] {
            let ends = format!(
                "link add v address 02:00:00:00:00:0{n} netns {} type veth \
                 peer name {port} address 02:00:00:00:01:0{n} netns {}",
                name(ns),
                name("s"),
            );
            ip(&ends)?;
            ip_in(ns, "link set v up")?;
            ip_in("s", &format!("link set {port} up"))?;
        }
        Ok(spaces)
    }
}

impl Drop for Spaces {
    fn drop(&mut self) {
        for ns in ["a", "s", "b"] {
            let _ = ip(&format!("netns del {}", name(ns)));
        }
    }
}

fn name(ns: &str) -> String {
    format!("netloom-speed-{}-{ns}", std::process::id())
}

/// The real ip(8).
fn ip(words: &str) -> Result<()> {
    let mut ip = Command::new("ip");
    let output = ip.args(words.split_whitespace()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("ip {words}: {}", String::from_utf8_lossy(&output.stderr)).into())
}

fn ip_in(ns: &str, words: &str) -> Result<()> {
    ip(&format!("-n {} {words}", name(ns)))
}

/// veth - bridge - veth: frames a second.
pub(crate) fn bridged() -> Result<f64> {
    let _spaces = Spaces::new()?;
    ip_in("s", "link add br0 type bridge")?;
    ip_in("s", "link set br0 up")?;
    for port in ["p0", "p1"] {
        ip_in("s", &format!("link set {port} master br0"))?;
    }
    rate(&[frames::bridged(A, B)], &frames::bridged(B, A))
}

/// Through a router between two veth pairs: packets a second.
pub(crate) fn routed(routes: usize) -> Result<f64> {
    let _spaces = Spaces::new()?;
    ip_in("s", "addr add 10.0.1.1/24 dev p0")?;
    ip_in("s", "addr add 10.0.2.1/24 dev p1")?;
    ip_in("s", "neigh add 10.0.2.2 lladdr 02:00:00:00:00:02 dev p1")?;
    ip_in("s", "route add default via 10.0.2.2")?;
    within("s", || Ok(fs::write("/proc/sys/net/ipv4/ip_forward", "1")?))?;
    let mut batch = Command::new("ip")
        .args(["-n", &name("s"), "-force", "-batch", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(stdin) = batch.stdin.take() {
        let mut out = std::io::BufWriter::new(stdin);
        for (prefix, len) in prefixes::ipv4(routes, 1) {
            writeln!(out, "route replace {prefix}/{len} via 10.0.2.2")?;
        }
    }
    batch.wait()?;
    rate(&frames::routed(), &frames::bridged(B, A))
}

/// Sends frames from `a` until the time is over; how many a second arrived in `b`. `first` is sent
/// from `b` before, so that a bridge knows where it is.
fn rate(frames: &[Vec<u8>], first: &[u8]) -> Result<f64> {
    within("b", || Sender::new()?.send(&[first.to_vec()]).map(drop))?;
    let mut batches: Vec<&[Vec<u8>]> = frames.chunks(BATCH).collect();
    let repeated = vec![frames[0].clone(); BATCH];
    if frames.len() == 1 {
        batches = vec![&repeated];
    }
    let before = within("b", received)?;
    let (sent, seconds) = within("a", || {
        let mut sender = Sender::new()?;
        let (began, mut sent) = (Instant::now(), 0);
        for batch in batches.iter().cycle() {
            sent += sender.send(batch)?;
            if began.elapsed() >= MEASURE {
                break;
            }
        }
        Ok((sent, began.elapsed().as_secs_f64()))
    })?;
    let arrived = within("b", received)? - before;
    if arrived * 2 < sent as u64 {
        return Err(format!("of {sent} frames {arrived} arrived").into());
    }
    Ok(arrived as f64 / seconds)
}

/// Frames that `v` of the thread's namespace has received, from `/proc/net/dev`.
fn received() -> Result<u64> {
    let table = fs::read_to_string("/proc/thread-self/net/dev")?;
    let line = table
        .lines()
        .find_map(|l| l.trim_start().strip_prefix("v:"));
    let packets = line.and_then(|l| l.split_whitespace().nth(1));
    Ok(packets.ok_or("no device v")?.parse()?)
}

/// Does `what` in a namespace: in a thread of its own, for a thread's namespace is its own.
fn within<T: Send>(ns: &str, what: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let place = format!("/run/netns/{}", name(ns));
    std::thread::scope(|scope| {
        let thread = scope.spawn(move || {
            let mut first = CpuSet::new();
            first.set(0)?;
            sched_setaffinity(Pid::from_raw(0), &first)?;
            setns(File::open(place)?, CloneFlags::CLONE_NEWNET)?;
            what()
        });
        thread
            .join()
            .map_err(|_| "a thread of the bench panicked")?
    })
}

/// A packet(7) socket that sends by `v`.
struct Sender {
    socket: std::os::fd::OwnedFd,
    headers: MultiHeaders<LinkAddr>,
}

impl Sender {
    fn new() -> Result<Sender> {
        let socket = socket(
            AddressFamily::Packet,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            None,
        )?;
        let device = getifaddrs()?
            .filter(|interface| interface.interface_name == "v")
            .find_map(|interface| interface.address?.as_link_addr().copied());
        bind(socket.as_raw_fd(), &device.ok_or("no device v")?)?;
        Ok(Sender {
            socket,
            headers: MultiHeaders::preallocate(BATCH, None),
        })
    }

    /// Sends a batch of frames; how many the device took.
    fn send(&mut self, frames: &[Vec<u8>]) -> Result<usize> {
        let slices: Vec<_> = frames.iter().map(|f| [IoSlice::new(f)]).collect();
        let nowhere = vec![None; frames.len()];
        let sent = sendmmsg(
            self.socket.as_raw_fd(),
            &mut self.headers,
            &slices,
            nowhere,
            [],
            MsgFlags::empty(),
        )?;
        Ok(sent.count())
    }
}
