//! `traceroute` 2.1.2 (traceroute(8)) by UDP (to many ports, or to one: `-U`), by ICMP echo (`-I`) and
//! by TCP (`-T`), over IPv4 and IPv6: probes whose TTL ends on the way, and the errors that tell
//! where.
//!
//! Left out, each with a clear error: other kinds of probes, gateways (`-g`). Names are not looked
//! up, but for localhost.

mod crafted;
mod note;
mod options;
mod way;

use crate::Context;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;
use crafted::Crafted;
use netloom_model::socket::{
    Datagram, PmtuDiscovery, Received, SocketError, SocketId, SocketKind, SocketOption,
};
use netloom_model::{Errno, Error, Time};
use netloom_wire::{EtherType, IpProtocol, icmpv4, icmpv6, ipv4};
use options::{Method, Options, USAGE};
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

/// What an answer says, without the time at which it came.
#[derive(Clone, Debug)]
struct Heard {
    from: IpAddr,
    /// Whether the way ends there.
    last: bool,
    note: String,
}

/// A trace under way.
struct Trace<'o> {
    options: &'o Options,
    /// What probes are sent by.
    socket: SocketId,
    /// Where answers are heard: the same, or a packet socket.
    ears: SocketId,
    crafted: Option<Crafted>,
    ident: u16,
    /// The port, or the echo's number, of the first probe.
    base: u16,
    way: Way,
}

fn run(cx: &mut Context<'_>, options: &Options) -> Result<(), Failure> {
    let (name, to) = (&options.name, options.to);
    let (most, length) = (options.most, options.length());
    let _ = writeln!(
        cx.out,
        "traceroute to {name} ({to}{}), {most} hops max, {length} byte packets",
        match name.split_once('%') {
            Some((_, zone)) => format!("%{zone}"),
            None => String::new(),
        }
    );
    let source = check_route(cx, options)?;
    let v6 = to.is_ipv6();
    let kind = match (options.method, v6) {
        (Method::Udp, false) => SocketKind::Udp,
        (Method::Udp, true) => SocketKind::Udp6,
        (Method::Echo, false) => SocketKind::Raw(IpProtocol::ICMP.0),
        (Method::Echo, true) => SocketKind::Raw6(IpProtocol::ICMPV6.0),
        (Method::OnePort, false) => SocketKind::Raw(IpProtocol::UDP.0),
        (Method::OnePort, true) => SocketKind::Raw6(IpProtocol::UDP.0),
        (Method::Tcp, false) => SocketKind::Raw(IpProtocol::TCP.0),
        (Method::Tcp, true) => SocketKind::Raw6(IpProtocol::TCP.0),
    };
    let socket = prepare(cx, options, kind)?;
    let crafted = crafted(options, source);
    let ears = if crafted.is_some() {
        let ns = cx.ns.clone();
        let kind = if v6 { EtherType::IPV6 } else { EtherType::IPV4 };
        let opened = cx.world.open(&ns, SocketKind::Packet(kind.0));
        opened.map_err(|e| Failure::call("socket", &e))?
    } else {
        socket
    };
    let first = match options.method {
        Method::Echo => 1,
        _ => PORT,
    };
    let mut trace = Trace {
        options,
        socket,
        ears,
        crafted,
        ident: (std::process::id() & 0xffff) as u16,
        base: options.port.unwrap_or(first),
        way: Way::new(options),
    };
    let ended = trace.follow(cx);
    let _ = cx.world.close(socket);
    if ears != socket {
        let _ = cx.world.close(ears);
    }
    ended
}

/// What probes by TCP, or by UDP to one port, are made of.
fn crafted(options: &Options, source: IpAddr) -> Option<Crafted> {
    let (protocol, port) = match options.method {
        Method::Tcp => (IpProtocol::TCP, 80),
        Method::OnePort => (IpProtocol::UDP, 53),
        Method::Udp | Method::Echo => return None,
    };
    Some(Crafted {
        protocol,
        source,
        to: options.to,
        port: options.port.unwrap_or(port),
        base: 40_000 + (std::process::id() & 0x3fff) as u16,
        data: filling(options),
    })
}

/// What probes carry.
fn filling(options: &Options) -> Vec<u8> {
    let room = options.length() - options.headers();
    (0..room).map(|i| 0x40 + (i & 0x3f) as u8).collect()
}

/// Connects a socket of its own, so that a missing route is told as such; the source it got.
fn check_route(cx: &mut Context<'_>, options: &Options) -> Result<IpAddr, Failure> {
    let kind = if options.to.is_ipv6() {
        SocketKind::Udp6
    } else {
        SocketKind::Udp
    };
    let probe = prepare(cx, options, kind)?;
    let connected = cx.world.connect(probe, options.to, PORT);
    let source = cx.world.local_address(probe);
    let _ = cx.world.close(probe);
    connected.map_err(|e| Failure::call("connect", &e))?;
    Ok(source.map_or_else(|_| crafted::nowhere(options.to), |(source, _)| source))
}

fn prepare(cx: &mut Context<'_>, options: &Options, kind: SocketKind) -> Result<SocketId, Failure> {
    let ns = cx.ns.clone();
    let world = &mut *cx.world;
    let socket = (world.open(&ns, kind)).map_err(|e| Failure::call("socket", &e))?;
    if let Some(device) = options.link() {
        world
            .set(socket, SocketOption::BindToDevice(device.to_owned()))
            .map_err(|e| Failure::call("setsockopt SO_BINDTODEVICE", &e))?;
    }
    if let Some(source) = options.source {
        world
            .bind(socket, source, 0)
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
            match cx.world.receive(self.ears, until) {
                Ok(Received::Error(error)) => self.hear_error(&error),
                Ok(Received::Datagram(datagram)) => self.hear_reply(&datagram),
                Ok(Received::Nothing | Received::Stream(_)) => {}
                Err(e) if e.errno == Errno::INTR => return Ok(()),
                Err(e) => return Err(gone(e)),
            }
        }
    }

    fn send(&mut self, cx: &mut Context<'_>, now: Time) -> Result<(), Failure> {
        let (nth, ttl) = self.way.sending(now);
        let number = self.base.wrapping_add(nth as u16);
        for hops in [SocketOption::Ttl(ttl), SocketOption::MulticastTtl(ttl)] {
            cx.world
                .set(self.socket, hops)
                .map_err(|e| Failure::call("setsockopt IP_TTL", &e))?;
        }
        let to = self.options.to;
        let (message, port) = match (&self.crafted, self.options.method) {
            (Some(crafted), _) => (crafted.message(nth), 0),
            (None, Method::Echo) => (self.echo(number), 0),
            (None, _) => (filling(self.options), number),
        };
        match cx.world.send(self.socket, Some((to, port)), &message) {
            Ok(_) => Ok(()),
            // The path takes less than was known: somebody will say so.
            Err(e) if e.errno == Errno::MSGSIZE => Ok(()),
            Err(e) => Err(Failure::call("send", &e)),
        }
    }

    /// An echo request.
    fn echo(&self, seq: u16) -> Vec<u8> {
        let (ident, data) = (self.ident, filling(self.options));
        if self.options.to.is_ipv6() {
            // The kernel fills in the checksum.
            let repr = icmpv6::Repr::echo_request(ident, seq, &data);
            let mut message = vec![0; repr.buffer_len()];
            repr.emit(&mut message, Ipv6Addr::UNSPECIFIED, Ipv6Addr::UNSPECIFIED);
            return message;
        }
        let data = &data[..];
        let repr = icmpv4::Repr::EchoRequest(icmpv4::Echo { ident, seq, data });
        let mut message = vec![0; repr.buffer_len()];
        repr.emit(&mut message);
        message
    }

    /// Which probe a number was given to.
    fn nth(&self, number: u16) -> usize {
        number.wrapping_sub(self.base).into()
    }

    fn hear_error(&mut self, error: &SocketError) {
        let Some(from) = error.offender else {
            return;
        };
        if error.local {
            return;
        }
        let number = if self.options.method == Method::Echo {
            match self.number_of_echo(&error.data) {
                Some(number) => number,
                None => return,
            }
        } else {
            match error.to {
                Some((_, port)) => port,
                None => return,
            }
        };
        let (kind, code) = error.icmp;
        let said = match from {
            IpAddr::V6(_) => note::of_v6(icmpv6::Type(kind), code, error.info),
            IpAddr::V4(_) => match icmpv4::Type(kind) {
                icmpv4::Type::TIME_EXCEEDED => Some((false, String::new())),
                icmpv4::Type::DEST_UNREACHABLE => Some((true, note::v4(code, error.info))),
                _ => None,
            },
        };
        if let Some((last, note)) = said {
            self.answer(self.nth(number), error.at, Heard { from, last, note });
        }
    }

    /// The number of an own echo.
    fn number_of_echo(&self, message: &[u8]) -> Option<u16> {
        let (ident, seq) = if self.options.to.is_ipv6() {
            let echo = icmpv6::Packet::new_checked(message).ok()?;
            (echo.echo_ident(), echo.echo_seq())
        } else {
            let echo = icmpv4::Packet::new_checked(message).ok()?;
            (echo.echo_ident(), echo.echo_seq())
        };
        (ident == self.ident).then_some(seq)
    }

    fn hear_reply(&mut self, got: &Datagram) {
        if let Some(crafted) = &self.crafted {
            let packet = crafted::network(&got.data, got.source_mac.is_some());
            if let Some((nth, heard)) = crafted.heard(packet) {
                self.answer(nth, got.at, heard);
            }
            return;
        }
        if self.options.method != Method::Echo {
            return;
        }
        // What comes over IPv4 has its header.
        let (message, reply) = if self.options.to.is_ipv6() {
            (&got.data[..], icmpv6::Type::ECHO_REPLY.0)
        } else {
            let Ok(ip) = ipv4::Packet::new_header(&got.data[..]) else {
                return;
            };
            let behind = got.data.get(ip.header_len()..);
            (behind.unwrap_or_default(), icmpv4::Type::ECHO_REPLY.0)
        };
        let (Some((from, _)), Some(number)) = (got.from, self.number_of_echo(message)) else {
            return;
        };
        if message.first() == Some(&reply) {
            let heard = Heard {
                from,
                last: true,
                note: String::new(),
            };
            self.answer(self.nth(number), got.at, heard);
        }
    }

    fn answer(&mut self, nth: usize, at: Time, heard: Heard) {
        let Heard { from, last, note } = heard;
        let answer = Answer {
            at,
            from,
            last,
            note,
        };
        self.way.answer(nth, answer);
    }
}

/// Seconds that may be fractions, as time.
fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).unwrap_or(Duration::MAX)
}
