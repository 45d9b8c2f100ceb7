//! `ping` of iputils 20221126 (ping(8)), over a raw ICMP socket of the world.
//!
//! Left out, each with a clear error: node information (`-N`).

mod device;
mod ip_options;
mod options;
mod reply;
mod told;

use crate::Context;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use netloom_model::socket::{Received, SocketError, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, Error, Time};
use netloom_wire::{icmpv4, icmpv6};
use options::Options;
use reply::echo;
use std::collections::BTreeSet;

/// Runs `ping`.
pub fn ping(cx: &mut Context<'_>) -> i32 {
    let options = match Options::parse(&cx.args) {
        Ok(options) => options,
        Err(failure) => return report(cx, &failure),
    };
    if options.version {
        let _ = writeln!(cx.out, "ping from iputils 20221126 ({})", crate::VERSION);
        return 0;
    }
    match run(cx, &options) {
        Ok(code) => code,
        Err(failure) => report(cx, &failure),
    }
}

fn report(cx: &mut Context<'_>, failure: &Failure) -> i32 {
    let _ = writeln!(cx.err, "{}", failure.text);
    failure.code
}

/// Why it ends early.
#[derive(Debug)]
struct Failure {
    text: String,
    code: i32,
}

impl Failure {
    fn new(text: impl Into<String>, code: i32) -> Failure {
        Failure {
            text: text.into(),
            code,
        }
    }

    /// A failed call.
    fn call(name: &str, error: &Error) -> Failure {
        Failure::new(format!("ping: {name}: {}", error.errno), 2)
    }
}

/// The least that ping waits between two requests.
const LEAST_WAIT: Duration = Duration::from_millis(10);

/// A conversation of requests and replies.
struct Run<'o> {
    options: &'o Options,
    socket: SocketId,
    to: IpAddr,
    ident: u16,
    began: Time,
    last: Time,
    sent: u32,
    received: u32,
    repeated: u32,
    errors: u32,
    /// Round trips in microseconds.
    trips: Vec<u64>,
    /// When each request was sent, by its number.
    at: Vec<Time>,
    replied: BTreeSet<u16>,
    /// Most requests that were under way at once.
    pipe: u32,
    /// The route that was recorded last.
    route: Vec<u8>,
    /// How often in a row the device had no room.
    no_room: u32,
}

fn run(cx: &mut Context<'_>, options: &Options) -> Result<i32, Failure> {
    device::check(cx, options)?;
    let source = find_source(cx, options)?;
    if options.source.is_none() {
        device::warn(cx, options, source);
    }
    let to = options.to;
    let open = |e: Error| Failure::call("socket", &e);
    let ns = cx.ns.clone();
    let kind = match to {
        IpAddr::V4(_) => SocketKind::Raw(1),
        IpAddr::V6(_) => SocketKind::Raw6(58),
    };
    let socket = cx.world.open(&ns, kind).map_err(open)?;
    configure(cx, socket, options)?;
    let (pid, now) = (std::process::id(), cx.world.now().map_err(open)?);
    let mut run = Run {
        options,
        socket,
        to,
        ident: options.ident.unwrap_or((pid & 0xffff) as u16),
        began: now,
        last: now,
        sent: 0,
        received: 0,
        repeated: 0,
        errors: 0,
        trips: Vec::new(),
        at: Vec::new(),
        replied: BTreeSet::new(),
        pipe: 0,
        route: Vec::new(),
        no_room: 0,
    };
    told::header(cx, options, source);
    let ended = run.converse(cx);
    told::statistics(cx, &run);
    let _ = cx.world.close(socket);
    ended?;
    let missing = options.deadline.is_some() && options.count.is_some_and(|n| run.received < n);
    Ok(i32::from(run.received == 0 || missing))
}

/// Asks routing for the source, as ping does with a UDP socket that it connects; unless it was
/// told the source.
fn find_source(cx: &mut Context<'_>, options: &Options) -> Result<IpAddr, Failure> {
    if let Some(source) = options.source.or_else(|| device::source_unknown(options)) {
        return Ok(source);
    }
    let ns = cx.ns.clone();
    let kind = match options.to {
        IpAddr::V4(_) => SocketKind::Udp,
        IpAddr::V6(_) => SocketKind::Udp6,
    };
    let probe = cx
        .world
        .open(&ns, kind)
        .map_err(|e| Failure::call("socket", &e))?;
    let result = source_by(cx, options, probe);
    let _ = cx.world.close(probe);
    result
}

fn source_by(cx: &mut Context<'_>, options: &Options, probe: SocketId) -> Result<IpAddr, Failure> {
    if let Some(name) = options.device.as_ref().or(options.zone.as_ref()) {
        let bound = cx
            .world
            .set(probe, SocketOption::BindToDevice(name.clone()));
        bound.map_err(|e| Failure::call(&format!("SO_BINDTODEVICE {name}"), &e))?;
    }
    let settings = [
        SocketOption::Tos(options.tos),
        SocketOption::Mark(options.mark),
    ];
    for setting in settings {
        cx.world
            .set(probe, setting)
            .map_err(|e| Failure::call("setsockopt", &e))?;
    }
    let first = options.first_hop();
    match cx.world.connect(probe, first, 1025) {
        Ok(()) => {}
        // A link-local address without its link: any that has one will do.
        Err(e) if e.errno == Errno::INVAL && first.is_ipv6() => {
            return Ok(Ipv6Addr::UNSPECIFIED.into());
        }
        Err(e) if e.errno == Errno::ACCES => connect_broadcast(cx, options, probe)?,
        Err(e) => return Err(Failure::call("connect", &e)),
    }
    match cx.world.local_address(probe) {
        Ok((source, _)) => Ok(source),
        Err(e) => Err(Failure::call("getsockname", &e)),
    }
}

/// Connecting was forbidden, so the destination is taken for a broadcast address; where a route
/// forbids it, that shows now.
fn connect_broadcast(
    cx: &mut Context<'_>,
    options: &Options,
    probe: SocketId,
) -> Result<(), Failure> {
    if !options.broadcast {
        return Err(Failure::new(
            "ping: Do you want to ping broadcast? Then -b. If not, check your local firewall rules",
            2,
        ));
    }
    let _ = writeln!(cx.err, "WARNING: pinging broadcast address");
    cx.world
        .set(probe, SocketOption::Broadcast(true))
        .map_err(|e| Failure::call("can't set broadcasting", &e))?;
    cx.world
        .connect(probe, options.first_hop(), 1025)
        .map_err(|e| Failure::call("connect", &e))
}

fn configure(cx: &mut Context<'_>, socket: SocketId, options: &Options) -> Result<(), Failure> {
    let mut settings = vec![
        SocketOption::ReceiveErrors(true),
        SocketOption::Tos(options.tos),
        SocketOption::Mark(options.mark),
        SocketOption::Broadcast(options.broadcast),
        SocketOption::DontRoute(options.dont_route),
        SocketOption::MulticastLoop(!options.no_loop),
    ];
    let device = options.device.clone().or(options.zone.clone());
    settings.extend(device.map(SocketOption::BindToDevice));
    settings.extend(options.ttl.map(SocketOption::Ttl));
    settings.extend(options.ttl.map(SocketOption::MulticastTtl));
    settings.extend(options.pmtu.map(SocketOption::PmtuDiscovery));
    for setting in settings {
        cx.world
            .set(socket, setting)
            .map_err(|e| Failure::call("setsockopt", &e))?;
    }
    if let Some((bytes, name)) = ip_options::wanted(options) {
        cx.world
            .set(socket, SocketOption::IpOptions(bytes))
            .map_err(|e| Failure::call(name, &e))?;
    }
    if let Some(from) = options.source {
        cx.world.bind(socket, from, 0).map_err(|e| {
            Failure::call(
                if from.is_ipv6() {
                    "bind icmp socket"
                } else {
                    "bind"
                },
                &e,
            )
        })?;
    }
    Ok(())
}

impl Run<'_> {
    /// Sends and receives until it is enough.
    fn converse(&mut self, cx: &mut Context<'_>) -> Result<(), Failure> {
        let gone = |e: Error| Failure::call("world", &e);
        self.began = cx.world.now().map_err(gone)?;
        let deadline = self.options.deadline.map(|d| self.began + d);
        let mut next = self.began;
        loop {
            let now = cx.world.now().map_err(gone)?;
            let enough = |count: u32| self.options.count.is_some_and(|most| count >= most);
            if cx.world.interrupted()
                || enough(self.received + self.errors)
                || deadline.is_some_and(|d| now >= d)
            {
                return Ok(());
            }
            let all_sent = enough(self.sent) && deadline.is_none();
            if !all_sent && now >= next {
                next = now + self.send(cx, now);
                continue;
            }
            let until = if all_sent {
                self.last_sent() + self.linger()
            } else {
                next
            };
            if all_sent && now >= until {
                return Ok(());
            }
            let until = deadline.map_or(until, |d| d.min(until));
            match cx.world.receive(self.socket, until) {
                Ok(Received::Datagram(datagram)) => self.reply(cx, &datagram),
                Ok(Received::Error(error)) => self.error(cx, &error),
                Ok(Received::Nothing | Received::Stream(_)) => self.timed_out(cx),
                Err(e) if e.errno == Errno::INTR => return Ok(()),
                Err(e) => return Err(Failure::call("recvmsg", &e)),
            }
            // A flood, and `-A`, send as soon as the answer is here.
            if self.options.flood || self.options.adaptive {
                next = next.min(cx.world.now().map_err(gone)?);
            }
        }
    }

    fn last_sent(&self) -> Time {
        self.at.last().copied().unwrap_or(self.began)
    }

    /// How long the last answer is waited for: two round trips, or `-W` if there was none yet.
    fn linger(&self) -> Duration {
        match self.trips.iter().max() {
            Some(longest) => Duration::from_micros(longest * 2).max(self.options.interval),
            None => self.options.timeout,
        }
    }

    /// Sends a request; how long to wait before the next.
    fn send(&mut self, cx: &mut Context<'_>, now: Time) -> Duration {
        let message = self.request(now);
        let sent = cx.world.send(self.socket, Some((self.to, 0)), &message);
        if sent.as_ref().is_err_and(|e| e.errno == Errno::NOBUFS)
            && let Some(soon) = self.try_again()
        {
            return soon;
        }
        self.sent += 1;
        self.at.push(now);
        self.last = now;
        match sent {
            Err(e) => self.unsent(cx, &e),
            Ok(_) if self.options.flood && !self.options.quiet => {
                let _ = write!(cx.out, ".");
                let _ = cx.out.flush();
            }
            Ok(_) => {}
        }
        self.options.interval
    }

    /// The device had no room: the request is tried anew, for as long as an answer is waited for.
    fn try_again(&mut self) -> Option<Duration> {
        let soon = (self.options.interval / 2).clamp(LEAST_WAIT, Duration::from_millis(500));
        self.no_room += 1;
        (soon * self.no_room < self.options.timeout).then_some(soon)
    }

    /// A request could not be sent. Only what the error queue tells, and a lack of room, is told
    /// on: of the others ping says nothing.
    fn unsent(&mut self, cx: &mut Context<'_>, why: &Error) {
        if why.errno == Errno::NOBUFS {
            if !self.options.quiet {
                let _ = writeln!(cx.err, "ping: sendmsg: {}", why.errno);
            }
        } else if let Ok(Received::Error(error)) = cx.world.receive_error(self.socket) {
            self.error(cx, &error);
        }
    }

    fn request(&self, now: Time) -> Vec<u8> {
        let pattern = |i: usize| match &self.options.pattern[..] {
            [] => i as u8,
            pattern => pattern[i % pattern.len()],
        };
        // The first bytes hold the time of sending, as the original's do.
        let mut data: Vec<u8> = (0..self.options.size).map(pattern).collect();
        if let Some(stamp) = data.get_mut(..16) {
            stamp[..8].copy_from_slice(&now.0.to_le_bytes());
            stamp[8..].fill(0);
        }
        let seq = (self.sent + 1) as u16;
        if self.to.is_ipv6() {
            // The kernel fills in the checksum.
            let repr = icmpv6::Repr::echo_request(self.ident, seq, &data);
            let mut bytes = vec![0; repr.buffer_len()];
            let nowhere = Ipv6Addr::UNSPECIFIED;
            repr.emit(&mut bytes, nowhere, nowhere);
            return bytes;
        }
        let echo = icmpv4::Echo {
            ident: self.ident,
            seq,
            data: &data,
        };
        let repr = icmpv4::Repr::EchoRequest(echo);
        let mut bytes = vec![0; repr.buffer_len()];
        repr.emit(&mut bytes);
        bytes
    }

    /// An error came.
    fn error(&mut self, cx: &mut Context<'_>, error: &SocketError) {
        if error.local {
            if !self.options.quiet {
                // Quiet, the original does not even count it.
                self.errors += 1;
                let sign = if self.to.is_ipv6() { ": " } else { "=" };
                let _ = if error.errno == Errno::MSGSIZE {
                    writeln!(
                        cx.err,
                        "ping: local error: message too long, mtu{sign}{}",
                        error.info
                    )
                } else {
                    writeln!(cx.err, "ping: local error: {}", error.errno)
                };
            }
            return;
        }
        let Some((ident, seq)) = echo(&error.data, self.to.is_ipv6(), false) else {
            return;
        };
        if ident != self.ident {
            return;
        }
        self.errors += 1;
        self.last = error.at;
        self.acknowledge(seq);
        told::error(cx, self.options, error, seq);
    }

    /// A request is settled: how many were under way behind it?
    fn acknowledge(&mut self, seq: u16) {
        let behind = (self.sent as u16).wrapping_sub(seq);
        if behind <= 0x7fff {
            self.pipe = self.pipe.max(u32::from(behind) + 1);
        }
    }

    /// Nothing came in time.
    fn timed_out(&mut self, cx: &mut Context<'_>) {
        let open = self.sent as u16;
        let waits = self.sent > 0 && !self.replied.contains(&open);
        if self.options.outstanding && waits && !self.options.quiet {
            let _ = writeln!(cx.out, "no answer yet for icmp_seq={open}");
        }
    }
}
