//! `nc` (nc(1) of OpenBSD, as Debian has it): TCP and UDP to and from standard input and output.
//!
//! Left out: unix sockets, proxies, DCCP, telnet, MD5 signatures. Names are not looked up, but for
//! `localhost`.

mod options;
mod relay;

use crate::Context;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::socket::{Received, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, Error, Time};
use options::{Asked, Options, Refused};
use std::time::Duration;

/// What ends the command with exit code 1: the text, if something is still to be said.
struct Failure(Option<String>);

impl Failure {
    fn new(text: impl Into<String>) -> Failure {
        Failure(Some(text.into()))
    }

    /// As err(3) says it.
    fn call(what: &str, error: &Error) -> Failure {
        Failure::new(format!("{what}: {}", error.errno.text()))
    }
}

/// Runs the command.
pub fn nc(cx: &mut Context<'_>) -> i32 {
    let options = match options::read(&cx.args) {
        Ok(Asked::Help) => {
            let _ = write!(cx.err, "{}{}", options::USAGE, options::HELP);
            return 0;
        }
        Ok(Asked::Run(options)) => options,
        Err(Refused(text, usage)) => {
            if !text.is_empty() {
                let _ = writeln!(cx.err, "nc: {text}");
            }
            if usage {
                let _ = write!(cx.err, "{}", options::USAGE);
            }
            return 1;
        }
    };
    let done = if options.listen {
        listen(cx, &options)
    } else {
        call(cx, &options)
    };
    match done {
        Ok(code) => code,
        Err(Failure(_)) if cx.world.interrupted() => 130,
        Err(Failure(text)) => {
            if let Some(text) = text {
                let _ = writeln!(cx.err, "nc: {text}");
            }
            1
        }
    }
}

/// An address that needs no looking up.
fn address(word: &str) -> Option<IpAddr> {
    match word {
        "localhost" => Some(Ipv4Addr::LOCALHOST.into()),
        word => word.parse().ok(),
    }
}

/// The address of the words, of the family that is wanted.
fn host(options: &Options, port: u16) -> Result<IpAddr, Failure> {
    let any: IpAddr = if options.only_v6 {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    let Some(word) = &options.host else {
        return Ok(any);
    };
    let failed = |why: &str| {
        Failure::new(format!(
            "getaddrinfo for host \"{word}\" port {port}: {why}"
        ))
    };
    let found = match (word.as_str(), options.only_v6) {
        ("localhost", true) => Some(Ipv6Addr::LOCALHOST.into()),
        (word, _) => address(word),
    };
    let address = found.ok_or_else(|| failed("Name or service not known"))?;
    if (options.only_v4 && address.is_ipv6()) || (options.only_v6 && address.is_ipv4()) {
        return Err(failed("Address family for hostname not supported"));
    }
    Ok(address)
}

/// A socket for an address, with what the options say.
fn socket(cx: &mut Context<'_>, options: &Options, address: IpAddr) -> Result<SocketId, Failure> {
    let kind = match (options.udp, address.is_ipv6()) {
        (false, false) => SocketKind::Tcp,
        (false, true) => SocketKind::Tcp6,
        (true, false) => SocketKind::Udp,
        (true, true) => SocketKind::Udp6,
    };
    let ns = cx.ns.clone();
    let socket = cx
        .world
        .open(&ns, kind)
        .map_err(|e| Failure::call("socket", &e))?;
    let wanted = [
        options.broadcast.then_some(SocketOption::Broadcast(true)),
        options.ttl.map(SocketOption::Ttl),
        options.tos.map(SocketOption::Tos),
        options.receive_buffer.map(SocketOption::ReceiveBuffer),
        options.send_buffer.map(SocketOption::SendBuffer),
        // Without a limit of its own a connection is waited for as long as it takes.
        options.timeout.map(SocketOption::ConnectTimeout),
    ];
    for option in wanted.into_iter().flatten() {
        cx.world
            .set(socket, option)
            .map_err(|e| Failure::call("setsockopt", &e))?;
    }
    Ok(socket)
}

/// The protocol, as it is told.
fn protocol(options: &Options) -> &'static str {
    if options.udp { "udp" } else { "tcp" }
}

/// Calls every port: exit code 0 if one answered.
fn call(cx: &mut Context<'_>, options: &Options) -> Result<i32, Failure> {
    let mut code = 1;
    let all = options.ports.iter().flat_map(|(low, high)| *low..=*high);
    for port in all.collect::<Vec<u16>>() {
        let to = host(options, port)?;
        let Some(socket) = connect(cx, options, to, port)? else {
            continue;
        };
        let answers =
            !options.udp || !(options.verbose || options.scan) || probe(cx, options, socket)?;
        if answers {
            code = 0;
            if options.verbose {
                let name = options.host.as_deref().unwrap_or_default();
                let proto = protocol(options);
                let _ = writeln!(
                    cx.err,
                    "Connection to {name} {port} port [{proto}/*] succeeded!"
                );
            }
            if !options.scan {
                relay::run(cx, options, socket)?;
            }
        } else {
            code = 1;
        }
        let _ = cx.world.close(socket);
        if let Some(wait) = options.interval.filter(|_| options.scan) {
            sleep(cx, wait)?;
        }
    }
    Ok(code)
}

fn sleep(cx: &mut Context<'_>, wait: Duration) -> Result<(), Failure> {
    let until = cx.world.now().map(|now| now + wait);
    let slept = until.and_then(|until| cx.world.sleep_until(until));
    slept.map_err(|_| Failure(None))
}

/// Connects to a port; none if that failed, which is told if wanted.
fn connect(
    cx: &mut Context<'_>,
    options: &Options,
    to: IpAddr,
    port: u16,
) -> Result<Option<SocketId>, Failure> {
    let socket = socket(cx, options, to)?;
    if options.source.is_some() || options.port.is_some() {
        let any = if to.is_ipv6() {
            IpAddr::V6(Ipv6Addr::UNSPECIFIED)
        } else {
            Ipv4Addr::UNSPECIFIED.into()
        };
        let from = options.source.unwrap_or(any);
        let bound = cx.world.bind(socket, from, options.port.unwrap_or(0));
        bound.map_err(|e| Failure::call("bind failed", &e))?;
    }
    match cx.world.connect(socket, to, port) {
        Ok(()) => Ok(Some(socket)),
        Err(error) if error.errno == Errno::INTR => Err(Failure(None)),
        Err(error) => {
            if options.verbose {
                let name = options.host.as_deref().unwrap_or_default();
                let how = if error.errno == Errno::INPROGRESS {
                    "timed out"
                } else {
                    "failed"
                };
                let why = error.errno.text();
                let proto = protocol(options);
                let _ = writeln!(
                    cx.err,
                    "nc: connect to {name} port {port} ({proto}) {how}: {why}"
                );
            }
            let _ = cx.world.close(socket);
            Ok(None)
        }
    }
}

/// How long a UDP port is tried (`UDP_SCAN_TIMEOUT`).
const UDP_SCAN: u64 = 3;

/// Whether a UDP port takes datagrams: whether none comes back as refused.
fn probe(cx: &mut Context<'_>, options: &Options, socket: SocketId) -> Result<bool, Failure> {
    let taken = |cx: &mut Context<'_>| match cx.world.send(socket, None, b"X") {
        Ok(_) => true,
        Err(error) => error.errno != Errno::CONNREFUSED,
    };
    if !taken(cx) || !taken(cx) {
        return Ok(false);
    }
    let seconds = options.timeout.map_or(UDP_SCAN, |t| t.as_secs());
    for _ in 0..seconds {
        sleep(cx, Duration::from_secs(1))?;
        if !taken(cx) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Waits for whoever calls.
fn listen(cx: &mut Context<'_>, options: &Options) -> Result<i32, Failure> {
    let port = options.ports.first().map_or(0, |(low, _)| *low);
    let at = match options.source {
        Some(source) => source,
        None => host(options, port)?,
    };
    let listening = socket(cx, options, at)?;
    let made = cx
        .world
        .set(listening, SocketOption::ReusePort(true))
        .and_then(|()| cx.world.bind(listening, at, port));
    made.map_err(|e| Failure::new(e.errno.text()))?;
    if !options.udp {
        let done = cx.world.listen(listening, 1);
        done.map_err(|e| Failure::call("listen", &e))?;
    }
    if options.verbose {
        let does = if options.udp { "Bound" } else { "Listening" };
        let _ = writeln!(cx.err, "{does} on {at} {port}");
    }
    loop {
        if options.udp {
            datagrams(cx, options, listening)?;
        } else {
            let accepted = cx.world.accept(listening, Time::NEVER);
            let (socket, from) = accepted.map_err(|e| Failure::call("accept", &e))?;
            received_on(cx, options, from);
            relay::run(cx, options, socket)?;
            let _ = cx.world.close(socket);
        }
        if !options.keep {
            return Ok(0);
        }
    }
}

fn received_on(cx: &mut Context<'_>, options: &Options, (address, port): (IpAddr, u16)) {
    if options.verbose {
        let _ = writeln!(cx.err, "Connection received on {address} {port}");
    }
}

/// Listens for datagrams: of whoever sends the first, or with -k of all.
fn datagrams(cx: &mut Context<'_>, options: &Options, socket: SocketId) -> Result<(), Failure> {
    if options.keep {
        return relay::run(cx, options, socket);
    }
    let first = loop {
        match cx.world.receive(socket, Time::NEVER) {
            Ok(Received::Datagram(datagram)) => break datagram,
            Ok(_) => {}
            Err(error) => return Err(Failure::call("recvfrom", &error)),
        }
    };
    if let Some((address, port)) = first.from {
        let connected = cx.world.connect(socket, address, port);
        connected.map_err(|e| Failure::call("connect", &e))?;
        received_on(cx, options, (address, port));
    }
    let _ = cx.out.write_all(&first.data);
    relay::run(cx, options, socket)
}
