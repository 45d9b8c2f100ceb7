//! The sockets as ss(8) prints them.

use super::layout::{self, Address, Columns, Row};
use super::options::Options;
use super::state;
use crate::tcpdump::print::names::{Transport, service};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use netloom_model::Namespace;
use netloom_model::socket::{SocketKind, TcpInfo, TcpState};
use netloom_model::socket_list::{ListedSocket, SocketTimer};

/// The table of those sockets of a namespace that are asked for.
pub(super) fn table(ns: &Namespace, options: &Options) -> String {
    let wanted = ns.sockets.iter().filter(|socket| {
        options.tables.have(socket.kind)
            && (options.v6).is_none_or(|v6| is_packet(socket) || socket.kind.is_v6() == v6)
            && options.states(socket.kind).contains(socket.state)
            && (options.filter.as_ref()).is_none_or(|filter| filter.takes(socket, ns))
    });
    let rows = wanted.map(|socket| row(socket, ns, options)).collect();
    let columns = Columns {
        kind: options.tables.are_several(),
        state: options.tells_state(),
        heading: !options.no_header,
    };
    layout::table(rows, columns)
}

fn is_packet(socket: &ListedSocket) -> bool {
    matches!(socket.kind, SocketKind::Packet(_))
}

fn row(socket: &ListedSocket, ns: &Namespace, options: &Options) -> Row {
    let (local, peer) = match socket.kind {
        SocketKind::Packet(protocol) => (packet(socket, ns, protocol), Address::nobody()),
        _ => {
            let peer = socket.remote.unwrap_or_else(|| (anybody(socket), 0));
            (
                address(socket, ns, options, socket.local),
                address(socket, ns, options, peer),
            )
        }
    };
    Row {
        kind: kind(socket.kind).to_owned(),
        state: state::shown(socket.state).to_owned(),
        queues: (socket.queues.0.to_string(), socket.queues.1.to_string()),
        local,
        peer,
        more: more(socket, options),
    }
}

fn kind(kind: SocketKind) -> &'static str {
    match kind {
        SocketKind::Tcp | SocketKind::Tcp6 => "tcp",
        SocketKind::Udp | SocketKind::Udp6 => "udp",
        SocketKind::Packet(_) => "p_raw",
        _ => "raw",
    }
}

/// What a packet socket looks at: which EtherType, on which device.
fn packet(socket: &ListedSocket, ns: &Namespace, protocol: u16) -> Address {
    const ALL: u16 = 3;
    let protocol = match protocol {
        ALL => "*".to_owned(),
        other => format!("[{other}]"),
    };
    let dev = match socket.dev {
        0 => "*".to_owned(),
        dev => ns.link_name(dev),
    };
    Address::new(protocol, dev)
}

fn anybody(socket: &ListedSocket) -> IpAddr {
    if socket.kind.is_v6() {
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    }
}

fn address(
    socket: &ListedSocket,
    ns: &Namespace,
    options: &Options,
    (address, port): (IpAddr, u16),
) -> Address {
    let both = socket.kind.is_v6() && !socket.only_v6;
    let mut text = match address {
        IpAddr::V4(v4) if socket.kind.is_v6() => format!("[{}]", v4.to_ipv6_mapped()),
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) if v6.is_unspecified() && both => "*".to_owned(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    };
    let own = (address, port) == socket.local;
    if socket.dev != 0 && own {
        text.push_str(&format!("%{}", ns.link_name(socket.dev)));
    }
    Address::new(text, port_name(socket.kind, port, options.numeric))
}

fn port_name(kind: SocketKind, port: u16, numeric: bool) -> String {
    let name = match kind {
        _ if port == 0 => return "*".to_owned(),
        _ if numeric => None,
        SocketKind::Tcp | SocketKind::Tcp6 => service(Transport::Tcp, port),
        SocketKind::Udp | SocketKind::Udp6 => service(Transport::Udp, port),
        _ => protocol_name(port),
    };
    name.map_or_else(|| port.to_string(), str::to_owned)
}

/// A protocol by its name in `/etc/protocols`.
pub(crate) fn protocol_name(number: u16) -> Option<&'static str> {
    Some(match number {
        1 => "icmp",
        2 => "igmp",
        6 => "tcp",
        17 => "udp",
        47 => "gre",
        50 => "esp",
        51 => "ah",
        58 => "ipv6-icmp",
        89 => "ospf",
        103 => "pim",
        112 => "vrrp",
        132 => "sctp",
        _ => return None,
    })
}

/// What the options ask for beside the addresses.
fn more(socket: &ListedSocket, options: &Options) -> String {
    let mut text = String::new();
    if let (true, Some(program)) = (options.processes, &socket.program) {
        let (name, pid, fd) = (&program.name, program.pid, program.fd);
        text.push_str(&format!(" users:((\"{name}\",pid={pid},fd={fd}))"));
    }
    if let (true, Some(timer)) = (options.timers, &socket.timer) {
        text.push_str(&format!(" timer:({})", timer_text(timer)));
    }
    if options.details {
        text.push_str(&details(socket));
    }
    let tcp = options.info && socket.kind.is_tcp();
    if (options.memory || tcp) && !options.oneline {
        text.push_str("\n\t");
    }
    if options.memory && socket.state != TcpState::TimeWait {
        let (read, (most_read, most_sent)) = (socket.queues.0, socket.buffers);
        let read = if socket.state == TcpState::Listen {
            0
        } else {
            read
        };
        // A socket of UDP is given whole pages.
        let udp = matches!(socket.kind, SocketKind::Udp | SocketKind::Udp6);
        let ahead = if udp {
            read.next_multiple_of(4096) - read
        } else {
            0
        };
        text.push_str(&format!(
            " skmem:(r{read},rb{most_read},t0,tb{most_sent},f{ahead},w{},o0,bl0,d{})",
            if socket.state == TcpState::Listen {
                0
            } else {
                socket.queues.1
            },
            socket.drops
        ));
    }
    if let (true, Some(info)) = (tcp, &socket.tcp) {
        text.push_str(&info_text(info));
    }
    text
}

fn timer_text(timer: &SocketTimer) -> String {
    let SocketTimer {
        name,
        left,
        retransmits,
    } = timer;
    format!("{name},{},{retransmits}", time_text(*left))
}

/// A time as ss(8) writes it: only so exact as it matters.
fn time_text(time: Duration) -> String {
    let (minutes, seconds, millis) = (
        time.as_secs() / 60,
        time.as_secs() % 60,
        time.subsec_millis(),
    );
    match (minutes, seconds) {
        (0, 0) => format!("{millis}ms"),
        (0, 1..=9) => format!("{seconds}.{millis:03}ms"),
        (0, _) => format!("{seconds}sec"),
        (1..=9, 1..) => format!("{minutes}min{seconds}sec"),
        _ => format!("{minutes}min"),
    }
}

fn details(socket: &ListedSocket) -> String {
    let inode = socket.inode;
    let mut text = format!(" ino:{inode} sk:{inode:x}");
    if socket.state == TcpState::TimeWait {
        return text;
    }
    text.push_str(" cgroup:/");
    let waits = matches!(socket.state, TcpState::Listen | TcpState::Closed);
    let ports = socket.kind.has_ports();
    if socket.kind.is_v6() && waits && ports {
        text.push_str(&format!(" v6only:{}", u8::from(socket.only_v6)));
    }
    text.push_str(match socket.state {
        TcpState::FinWait1 | TcpState::FinWait2 => " <--",
        TcpState::CloseWait => " -->",
        TcpState::LastAck | TcpState::Closing => " ---",
        _ => " <->",
    });
    text
}

/// What TCP knows of a connection.
fn info_text(info: &TcpInfo) -> String {
    let mut text = String::new();
    if info.timestamps {
        text.push_str(" ts");
    }
    if info.sack {
        text.push_str(" sack");
    }
    text.push_str(" cubic");
    if info.state == TcpState::Listen {
        text.push_str(" cwnd:10");
        return text;
    }
    if let Some((theirs, own)) = info.window_scale {
        text.push_str(&format!(" wscale:{theirs},{own}"));
    }
    let millis = |time: Duration| {
        let text = format!("{:.3}", time.as_secs_f64() * 1e3);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    text.push_str(&format!(" rto:{}", millis(info.rto)));
    if !info.rtt.is_zero() {
        let (rtt, variation) = (millis(info.rtt), millis(info.rtt_variation));
        text.push_str(&format!(" rtt:{rtt}/{variation}"));
    }
    text.push_str(&format!(" mss:{} pmtu:{}", info.send_mss, info.path_mtu));
    text.push_str(&format!(" cwnd:{}", info.cwnd));
    if let Some(threshold) = info.ssthresh {
        text.push_str(&format!(" ssthresh:{threshold}"));
    }
    let counted = [
        ("bytes_sent", info.bytes_sent),
        ("bytes_acked", info.bytes_acked),
        ("bytes_received", info.bytes_received),
        ("segs_out", info.segments.0),
        ("segs_in", info.segments.1),
    ];
    for (name, count) in counted.into_iter().filter(|(_, count)| *count > 0) {
        text.push_str(&format!(" {name}:{count}"));
    }
    if info.total_retransmits > 0 {
        let (now, ever) = (info.retransmits, info.total_retransmits);
        text.push_str(&format!(" retrans:{now}/{ever}"));
    }
    text.push_str(&format!(" snd_wnd:{}", info.windows.0));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_as_exact_as_it_matters() {
        let text = |millis| time_text(Duration::from_millis(millis));
        assert_eq!(text(200), "200ms");
        assert_eq!(text(5_123), "5.123ms");
        assert_eq!(text(59_900), "59sec");
        assert_eq!(text(119_000), "1min59sec");
        assert_eq!(text(7_199_000), "119min");
    }
}
