//! `netstat` without a table's name: sockets of TCP, UDP and raw ones.

use super::statistics::Protocols;
use crate::ss::protocol_name;
use crate::tcpdump::print::names::{Transport, service};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::socket::{SocketKind, TcpState};
use netloom_model::socket_list::ListedSocket;
use std::fmt::Write;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option")]
pub(super) struct Asked {
    pub(super) protocols: Protocols,
    /// IPv4, or IPv6, alone.
    pub(super) v6: Option<bool>,
    pub(super) all: bool,
    pub(super) listening: bool,
    pub(super) numeric: bool,
    pub(super) wide: bool,
    pub(super) extended: bool,
    pub(super) programs: bool,
    pub(super) timers: bool,
}

/// How wide an address is.
const WIDTH: usize = 23;

/// The table.
pub(super) fn table(sockets: &[ListedSocket], asked: Asked) -> String {
    let which = match (asked.all, asked.listening) {
        (true, _) => "(servers and established)",
        (false, true) => "(only servers)",
        (false, false) => "(w/o servers)",
    };
    let mut text = format!("Active Internet connections {which}\n");
    let _ = write!(
        text,
        "Proto Recv-Q Send-Q {:<WIDTH$} {:<WIDTH$} {:<11}",
        "Local Address", "Foreign Address", "State"
    );
    if asked.extended {
        text.push_str(" User       Inode     ");
    }
    if asked.programs {
        text.push_str(" PID/Program name    ");
    }
    if asked.timers {
        text.push_str(" Timer");
    }
    text.push('\n');
    let mut shown: Vec<&ListedSocket> = sockets.iter().filter(|s| is_shown(s, asked)).collect();
    shown.sort_by_key(|socket| rank(socket.kind));
    for socket in shown {
        text.push_str(&row(socket, asked));
    }
    // What a world has not is not there: unix domain sockets.
    if asked.protocols == Protocols::default() && asked.v6.is_none() {
        let _ = writeln!(text, "Active UNIX domain sockets {which}");
        let program = if asked.programs {
            "PID/Program name     "
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "Proto RefCnt Flags       Type       State         I-Node   {program}Path"
        );
    }
    text
}

fn rank(kind: SocketKind) -> u8 {
    match kind {
        SocketKind::Tcp => 0,
        SocketKind::Tcp6 => 1,
        SocketKind::Udp => 2,
        SocketKind::Udp6 => 3,
        SocketKind::Raw(_) => 4,
        _ => 5,
    }
}

fn is_shown(socket: &ListedSocket, asked: Asked) -> bool {
    let all = asked.protocols == Protocols::default();
    let protocol = match socket.kind {
        SocketKind::Tcp | SocketKind::Tcp6 => asked.protocols.tcp,
        SocketKind::Udp | SocketKind::Udp6 => asked.protocols.udp,
        SocketKind::Raw(_) | SocketKind::Raw6(_) => asked.protocols.raw,
        _ => return false,
    };
    let waits = match socket.kind.is_tcp() {
        true => socket.state == TcpState::Listen,
        false => socket.remote.is_none(),
    };
    (protocol || all)
        && asked.v6.is_none_or(|v6| v6 == socket.kind.is_v6())
        && (asked.all || asked.listening == waits)
}

fn row(socket: &ListedSocket, asked: Asked) -> String {
    let none: IpAddr = if socket.kind.is_v6() {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    let peer = socket.remote.unwrap_or((none, 0));
    let (local, peer) = (
        address(socket.kind, socket.local, asked),
        address(socket.kind, peer, asked),
    );
    let (received, sent) = match socket.state {
        // What netstat is told of one that listens is how many wait.
        TcpState::Listen => (socket.queues.0, 0),
        _ => socket.queues,
    };
    let mut text = format!(
        "{:<4}  {received:>6} {sent:>6} {local:<WIDTH$} {peer:<WIDTH$} {:<11}",
        name(socket.kind),
        state(socket)
    );
    if asked.extended {
        let user = if asked.numeric { "0" } else { "root" };
        let _ = write!(text, " {user:<10} {:<10}", socket.inode);
    }
    if asked.programs {
        let program = socket.program.as_ref();
        let program = program.map_or("-".to_owned(), |p| format!("{}/{}", p.pid, p.name));
        let _ = write!(text, " {program:<20}");
    }
    if asked.timers {
        let _ = match &socket.timer {
            None => write!(text, " off (0.00/0/0)"),
            Some(timer) => {
                let (left, retransmits) = (timer.left.as_secs_f64(), timer.retransmits);
                write!(text, " {} ({left:.2}/{retransmits}/0)", timer.name)
            }
        };
    }
    text.push('\n');
    text
}

fn name(kind: SocketKind) -> &'static str {
    match kind {
        SocketKind::Tcp => "tcp",
        SocketKind::Tcp6 => "tcp6",
        SocketKind::Udp => "udp",
        SocketKind::Udp6 => "udp6",
        SocketKind::Raw(_) => "raw",
        _ => "raw6",
    }
}

/// An address and port, the address cut where there is no room for it.
fn address(kind: SocketKind, (address, port): (IpAddr, u16), asked: Asked) -> String {
    let name = match kind {
        _ if port == 0 => Some("*"),
        _ if asked.numeric => None,
        SocketKind::Tcp | SocketKind::Tcp6 => service(Transport::Tcp, port),
        SocketKind::Udp | SocketKind::Udp6 => service(Transport::Udp, port),
        _ => protocol_name(port),
    };
    let port = name.map_or_else(|| port.to_string(), str::to_owned);
    let mut text = match address {
        IpAddr::V4(v4) if kind.is_v6() => v4.to_ipv6_mapped().to_string(),
        IpAddr::V6(v6) if v6.is_unspecified() && !asked.numeric => "[::]".to_owned(),
        other => other.to_string(),
    };
    if !asked.wide {
        text.truncate((WIDTH - 1).saturating_sub(port.len()));
    }
    format!("{text}:{port}")
}

fn state(socket: &ListedSocket) -> &'static str {
    match (socket.kind, socket.state) {
        (SocketKind::Raw(_) | SocketKind::Raw6(_), TcpState::Established) => "1",
        (SocketKind::Raw(_) | SocketKind::Raw6(_), _) => "7",
        (_, TcpState::Established) => "ESTABLISHED",
        (_, TcpState::SynSent) => "SYN_SENT",
        (_, TcpState::SynReceived) => "SYN_RECV",
        (_, TcpState::FinWait1) => "FIN_WAIT1",
        (_, TcpState::FinWait2) => "FIN_WAIT2",
        (_, TcpState::TimeWait) => "TIME_WAIT",
        (_, TcpState::CloseWait) => "CLOSE_WAIT",
        (_, TcpState::LastAck) => "LAST_ACK",
        (_, TcpState::Listen) => "LISTEN",
        (_, TcpState::Closing) => "CLOSING",
        (_, TcpState::Closed) => "",
    }
}
