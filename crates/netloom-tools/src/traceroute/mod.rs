//! `traceroute` 2.1.2 (traceroute(8)) by UDP and by ICMP echo (`-I`): probes whose TTL ends on the
//! way, and the errors that tell where.
//!
//! Left out, each with a clear error: other kinds of probes, gateways (`-g`), IPv6. Names are not
//! looked up, but for localhost.

mod options;
mod way;

use crate::Context;
use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;
use netloom_model::socket::{
    PmtuDiscovery, Received, SocketError, SocketId, SocketKind, SocketOption,
};
use netloom_model::{Errno, Error, Time};
use netloom_wire::icmpv4::{self, Type};
use netloom_wire::ipv4;
use options::{HEADERS, Options, USAGE};
use way::{Answer, Way};

/// Runs `traceroute`.
pub fn traceroute(cx: &mut Context<'_>) -> i32 {
    if cx.args.is_empty() {
        let _ = writeln!(cx.out, "{USAGE}");
        return 0;
    }
    let done = Options::parse(&cx.args).and_then(|options| run(cx, &options));
    let _ = cx.out.flush();
    match done {
        Ok(()) => 0,
        Err(failure) => {
            let _ = writeln!(cx.err, "{}", failure.text);
            failure.code
        }
    }
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
        Failure::new(format!("{name}: {}", error.errno), 1)
    }
}

/// The first destination port of UDP probes, where nobody is likely to listen.
const PORT: u16 = 33434;

/// A trace under way.
struct Trace<'o> {
    options: &'o Options,
    socket: SocketId,
    ident: u16,
    /// The port, or the echo's number, of the first probe.
    base: u16,
    way: Way,
}

fn run(cx: &mut Context<'_>, options: &Options) -> Result<(), Failure> {
    let (name, to) = (&options.name, options.to);
    let (most, length) = (options.most, options.length);
    let _ = writeln!(
        cx.out,
        "traceroute to {name} ({to}), {most} hops max, {length} byte packets"
    );
    check_route(cx, options)?;
    let kind = if options.echo {
        SocketKind::Raw(1)
    } else {
        SocketKind::Udp
    };
    let socket = prepare(cx, options, kind)?;
    let first = if options.echo { 1 } else { PORT };
    let mut trace = Trace {
        options,
        socket,
        ident: (std::process::id() & 0xffff) as u16,
        base: options.port.unwrap_or(first),
        way: Way::new(options),
    };
    let ended = trace.follow(cx);
    let _ = cx.world.close(socket);
    ended
}

/// Connects a socket of its own, so that a missing route is told as such.
fn check_route(cx: &mut Context<'_>, options: &Options) -> Result<(), Failure> {
    let probe = prepare(cx, options, SocketKind::Udp)?;
    let connected = cx.world.connect(probe, options.to.into(), PORT);
    let _ = cx.world.close(probe);
    connected.map_err(|e| Failure::call("connect", &e))
}

fn prepare(cx: &mut Context<'_>, options: &Options, kind: SocketKind) -> Result<SocketId, Failure> {
    let ns = cx.ns.clone();
    let world = &mut *cx.world;
    let socket = (world.open(&ns, kind)).map_err(|e| Failure::call("socket", &e))?;
    if let Some(device) = &options.device {
        world
            .set(socket, SocketOption::BindToDevice(device.clone()))
            .map_err(|e| Failure::call("setsockopt SO_BINDTODEVICE", &e))?;
    }
    if let Some(source) = options.source {
        world
            .bind(socket, source.into(), 0)
            .map_err(|e| Failure::call("bind", &e))?;
    }
    let pmtu = if options.dont_fragment {
        PmtuDiscovery::Do
    } else {
        PmtuDiscovery::Dont
    };
    for setting in [
        SocketOption::ReceiveErrors(true),
        SocketOption::Tos(options.tos),
        SocketOption::PmtuDiscovery(pmtu),
    ] {
        world
            .set(socket, setting)
            .map_err(|e| Failure::call("setsockopt", &e))?;
    }
    Ok(socket)
}

impl Trace<'_> {
    fn follow(&mut self, cx: &mut Context<'_>) -> Result<(), Failure> {
        let gone = |e: Error| Failure::call("recvmsg", &e);
        let mut next = Time::ZERO;
        loop {
            let now = cx.world.now().map_err(gone)?;
            self.way.expire(now);
            let text = self.way.settled();
            let _ = cx.out.write_all(text.as_bytes());
            let _ = cx.out.flush();
            if self.way.finished() || cx.world.interrupted() {
                return Ok(());
            }
            if self.way.may_send() && now >= next {
                self.send(cx, now)?;
                next = now + self.options.pause;
                continue;
            }
            let mut until = self.way.patience_ends();
            if self.way.may_send() {
                until = until.min(next);
            }
            match cx.world.receive(self.socket, until) {
                Ok(Received::Error(error)) => self.hear_error(&error),
                Ok(Received::Datagram(datagram)) => self.hear_reply(datagram.at, &datagram.data),
                Ok(Received::Nothing | Received::Stream(_)) => {}
                Err(e) if e.errno == Errno::INTR => return Ok(()),
                Err(e) => return Err(gone(e)),
            }
        }
    }

    fn send(&mut self, cx: &mut Context<'_>, now: Time) -> Result<(), Failure> {
        let (nth, ttl) = self.way.sending(now);
        let number = self.base.wrapping_add(nth as u16);
        cx.world
            .set(self.socket, SocketOption::Ttl(ttl))
            .map_err(|e| Failure::call("setsockopt IP_TTL", &e))?;
        let data: Vec<u8> = (0..self.options.length.saturating_sub(HEADERS))
            .map(|i| 0x40 + (i & 0x3f) as u8)
            .collect();
        let (message, port) = if self.options.echo {
            let repr = icmpv4::Repr::EchoRequest(icmpv4::Echo {
                ident: self.ident,
                seq: number,
                data: &data,
            });
            let mut message = vec![0; repr.buffer_len()];
            repr.emit(&mut message);
            (message, 0)
        } else {
            (data, number)
        };
        let to = Some((IpAddr::V4(self.options.to), port));
        cx.world
            .send(self.socket, to, &message)
            .map(drop)
            .map_err(|e| Failure::call("send", &e))
    }

    /// Which probe a number was given to.
    fn nth(&self, number: u16) -> usize {
        number.wrapping_sub(self.base).into()
    }

    fn hear_error(&mut self, error: &SocketError) {
        let Some(IpAddr::V4(from)) = error.offender else {
            return;
        };
        if error.local {
            return;
        }
        let number = if self.options.echo {
            match icmpv4::Packet::new_checked(&error.data[..]) {
                Ok(echo) if echo.echo_ident() == self.ident => echo.echo_seq(),
                _ => return,
            }
        } else {
            match error.to {
                Some((_, port)) => port,
                None => return,
            }
        };
        let (last, note) = match (Type(error.icmp.0), error.icmp.1) {
            (Type::TIME_EXCEEDED, _) => (false, String::new()),
            (Type::DEST_UNREACHABLE, code) => (true, note(code, error.info)),
            _ => return,
        };
        self.answer(number, error.at, (from, last, note));
    }

    fn hear_reply(&mut self, at: Time, packet: &[u8]) {
        let Ok(ip) = ipv4::Packet::new_header(packet) else {
            return;
        };
        let bytes = packet.get(ip.header_len()..).unwrap_or_default();
        let Ok(message) = icmpv4::Packet::new_checked(bytes) else {
            return;
        };
        let mine = message.msg_type() == Type::ECHO_REPLY && message.echo_ident() == self.ident;
        if self.options.echo && mine {
            self.answer(message.echo_seq(), at, (ip.src(), true, String::new()));
        }
    }

    fn answer(&mut self, number: u16, at: Time, (from, last, note): (Ipv4Addr, bool, String)) {
        let answer = Answer {
            at,
            from,
            last,
            note,
        };
        self.way.answer(self.nth(number), answer);
    }
}

/// What is added for an unreachable destination; the port alone says that it was reached.
fn note(code: u8, mtu: u32) -> String {
    match code {
        0 => " !N".to_owned(),
        1 => " !H".to_owned(),
        2 => " !P".to_owned(),
        3 => String::new(),
        4 => format!(" !F-{mtu}"),
        5 => " !S".to_owned(),
        9 | 10 | 13 => " !X".to_owned(),
        14 => " !V".to_owned(),
        15 => " !C".to_owned(),
        other => format!(" !<{other}>"),
    }
}

/// Seconds that may be fractions, as time.
fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX)
}
