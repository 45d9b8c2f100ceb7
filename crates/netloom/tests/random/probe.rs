//! Sending one probe and seeing everything that comes of it: replies and errors at the sender,
//! datagrams at whoever got them, and what became of the answers that those gave.

use crate::case::{Probe, ProbeKind};
use crate::play::{ECHO, Play};
use crate::transcript::Entry;
use core::net::IpAddr;
use core::time::Duration;
use netloom_model::socket::{Datagram, Received, SocketError, SocketId, SocketKind, SocketOption};
use netloom_model::{Errno, Time};
use netloom_wire::{icmpv4, icmpv6};

/// How often is looked for what came.
const STEP: Duration = Duration::from_millis(20);
/// How long nothing comes before nothing more will.
const QUIET: Duration = Duration::from_millis(60);
/// How long a side that knows its neighbours is watched at most.
const LONGEST: Duration = Duration::from_secs(4);

/// Sends a probe and tells what came of it.
pub(crate) fn send(play: &mut Play<'_>, probe: &Probe, number: u16) {
    let about = probe.to_string();
    let mut lines = Vec::new();
    let opened = open(play, probe, number);
    let socket = match opened {
        Ok(socket) => socket,
        Err((what, errno)) => {
            play.out.note(&about, format!("{what}: {}", errno.name()));
            return;
        }
    };
    let (to, data) = message(probe, number);
    if let Err(error) = play.side.send(socket, Some(to), &data) {
        lines.push(format!("sending: {}", error.errno.name()));
    }
    let entry = watch(play, &about, socket, &probe.ns, lines);
    play.out.entries.push(entry);
    let _ = play.side.close(socket);
}

/// A socket as the probe wants it; or the call that was refused.
fn open(
    play: &mut Play<'_>,
    probe: &Probe,
    number: u16,
) -> Result<SocketId, (&'static str, Errno)> {
    let kind = match (probe.kind, probe.to) {
        (ProbeKind::Ping, IpAddr::V4(_)) => SocketKind::Ping,
        (ProbeKind::Ping, IpAddr::V6(_)) => SocketKind::Ping6,
        (ProbeKind::Udp(_), IpAddr::V4(_)) => SocketKind::Udp,
        (ProbeKind::Udp(_), IpAddr::V6(_)) => SocketKind::Udp6,
    };
    let ns = probe.ns.as_str().into();
    let socket = play.side.open(&ns, kind).map_err(|e| ("open", e.errno))?;
    let mut options = vec![
        SocketOption::ReceiveErrors(true),
        SocketOption::Broadcast(true),
    ];
    options.extend(kind.is_v6().then_some(SocketOption::OnlyV6(true)));
    options.extend(probe.dev.clone().map(SocketOption::BindToDevice));
    options.extend(probe.ttl.map(SocketOption::Ttl));
    options.extend(probe.ttl.map(SocketOption::MulticastTtl));
    options.extend(probe.pmtu.map(SocketOption::PmtuDiscovery));
    options.extend(probe.mark.map(SocketOption::Mark));
    options.extend(probe.tos.map(SocketOption::Tos));
    let fails = |play: &mut Play<'_>, what, errno| {
        let _ = play.side.close(socket);
        Err((what, errno))
    };
    for option in options {
        if let Err(error) = play.side.set(socket, option) {
            return fails(play, "option", error.errno);
        }
    }
    let any = netloom_model::Family::of(probe.to).unspecified();
    let from = probe.from.unwrap_or(any);
    if let Err(error) = play.side.bind(socket, from, 5000 + number) {
        return fails(play, "bind", error.errno);
    }
    Ok(socket)
}

/// Where the probe goes, and its bytes.
fn message(probe: &Probe, number: u16) -> ((IpAddr, u16), Vec<u8>) {
    let data = vec![0x5a; probe.size];
    let echo = || (number, &data[..]);
    match (probe.kind, probe.to) {
        (ProbeKind::Udp(port), to) => ((to, port), data),
        (ProbeKind::Ping, to @ IpAddr::V4(_)) => {
            let (seq, data) = echo();
            let repr = icmpv4::Repr::EchoRequest(icmpv4::Echo {
                ident: 0,
                seq,
                data,
            });
            let mut bytes = vec![0; repr.buffer_len()];
            repr.emit(&mut bytes);
            ((to, 0), bytes)
        }
        (ProbeKind::Ping, to @ IpAddr::V6(_)) => {
            let mut bytes = vec![icmpv6::Type::ECHO_REQUEST.0, 0, 0, 0, 0, 0];
            bytes.extend(number.to_be_bytes());
            bytes.extend(&data);
            ((to, 0), bytes)
        }
    }
}

/// Watches until nothing more comes of what was sent.
fn watch(
    play: &mut Play<'_>,
    about: &str,
    socket: SocketId,
    ns: &str,
    lines: Vec<String>,
) -> Entry {
    let wanted = play
        .told
        .and_then(|told| told.entries.get(play.out.entries.len()));
    let wanted = wanted.filter(|entry| entry.about == about).cloned();
    let now = |play: &mut Play<'_>| play.side.now().unwrap_or_default();
    let began = now(play);
    let mut entry = Entry::new(about, lines);
    // The latest moment at which something came or somebody was asked for.
    let mut busy = began;
    let mut step = Duration::from_millis(1);
    loop {
        let came = drain(play, socket, ns);
        let at = now(play);
        if !came.is_empty() || play.side.unresolved() == Some(true) {
            busy = at;
        }
        entry.lines.extend(came);
        entry.lines.sort();
        entry.quiet_after = busy.since(began);
        if enough(play, &entry, wanted.as_ref(), at.since(began)) {
            return entry;
        }
        play.sleep(step);
        step = (step * 2).min(STEP);
    }
}

/// Whether everything was seen that there is to be seen.
fn enough(play: &Play<'_>, entry: &Entry, wanted: Option<&Entry>, elapsed: Duration) -> bool {
    let Some(wanted) = wanted else {
        return elapsed > LONGEST || elapsed >= entry.quiet_after + QUIET;
    };
    if entry.lines != wanted.lines {
        return elapsed >= play.side.patience() + wanted.quiet_after;
    }
    // The same came; where nobody was waited for, a short while shows that no more does.
    let rest = if wanted.lines.is_empty() || wanted.quiet_after >= STEP {
        QUIET
    } else {
        Duration::from_millis(2)
    };
    elapsed >= wanted.quiet_after + rest
}

/// Takes what came at the probe's own socket and at those that answer; these answer.
fn drain(play: &mut Play<'_>, socket: SocketId, ns: &str) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(received) = next(play, socket) {
        lines.push(match received {
            Received::Datagram(datagram) => told(play, ns, "reply", &datagram),
            Received::Error(error) => format!("{ns}: {}", failure(&error)),
            Received::Nothing | Received::Stream(_) => break,
        });
    }
    for (server, at) in play.servers.clone() {
        while let Some(received) = next(play, server) {
            match received {
                Received::Datagram(datagram) => {
                    lines.push(told(play, &at, "datagram", &datagram));
                    if let Some(line) = answer(play, server, &datagram) {
                        lines.push(format!("{at} {line}"));
                    }
                }
                Received::Error(error) => lines.push(format!("{at} server: {}", failure(&error))),
                Received::Nothing | Received::Stream(_) => break,
            }
        }
    }
    lines
}

/// What a socket has, its errors first.
fn next(play: &mut Play<'_>, socket: SocketId) -> Option<Received> {
    match play.side.receive_error(socket) {
        Ok(Received::Nothing) | Err(_) => {}
        Ok(received) => return Some(received),
    }
    match play.side.receive(socket, Time::default()) {
        Ok(Received::Nothing) | Err(_) => None,
        Ok(received) => Some(received),
    }
}

/// A server sends a datagram back, from whatever address it has for that.
fn answer(play: &mut Play<'_>, server: SocketId, datagram: &Datagram) -> Option<String> {
    // Servers do not answer each other for ever.
    let from = datagram.from.filter(|(_, port)| *port != ECHO)?;
    let sent = play.side.send(server, Some(from), &datagram.data);
    sent.err()
        .map(|error| format!("answering: {}", error.errno.name()))
}

/// A datagram in words.
fn told(play: &mut Play<'_>, ns: &str, what: &str, datagram: &Datagram) -> String {
    let Datagram { data, ttl, tos, .. } = datagram;
    let dev = play.side.link_name(ns, datagram.dev);
    let from = datagram.from.map(|(from, _)| from.to_string());
    let to = datagram.to.map(|to| to.to_string());
    let len = data.len();
    format!(
        "{ns}: {what} from {} to {} by {dev} ttl {ttl} tos {tos:#x} length {len}",
        from.unwrap_or_default(),
        to.unwrap_or_default(),
    )
}

/// An error in words.
fn failure(error: &SocketError) -> String {
    let (name, (kind, code), info) = (error.errno.name(), error.icmp, error.info);
    if error.local {
        return format!("{name} told here, info {info}");
    }
    let by = error.offender.map(|by| by.to_string()).unwrap_or_default();
    format!("{name} by ICMP {kind}/{code} from {by}, info {info}")
}
