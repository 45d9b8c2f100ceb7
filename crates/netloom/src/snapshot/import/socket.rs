//! Sockets as `ss -n -a -e -p` lists them (ss(8)), with or without its heading: those of TCP, UDP and raw
//! ones. Sockets of unix domains, of netlink and of packets, and what stands in lines of its own behind a
//! socket (`-i`, `-m`), are passed over.

use super::route::Index;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::socket::{SocketKind, TcpState};
use netloom_model::socket_list::{ListedSocket, SocketProgram};
use netloom_tools::ip::names;

/// How much a socket's queues hold, which ss tells by `-m` alone: `net.core.rmem_default`.
const BUFFER: u32 = 212_992;

/// The words by which ss calls the states of TCP, and of sockets that know no connection.
const STATES: [(&str, TcpState); 12] = [
    ("ESTAB", TcpState::Established),
    ("SYN-SENT", TcpState::SynSent),
    ("SYN-RECV", TcpState::SynReceived),
    ("FIN-WAIT-1", TcpState::FinWait1),
    ("FIN-WAIT-2", TcpState::FinWait2),
    ("TIME-WAIT", TcpState::TimeWait),
    ("UNCONN", TcpState::Closed),
    ("CLOSED", TcpState::Closed),
    ("CLOSE-WAIT", TcpState::CloseWait),
    ("LAST-ACK", TcpState::LastAck),
    ("LISTEN", TcpState::Listen),
    ("CLOSING", TcpState::Closing),
];

/// Whether a text begins as such a list does.
pub(super) fn begins(first: &str) -> bool {
    let mut words = first.split_whitespace();
    let (kind, state) = (words.next().unwrap_or_default(), words.next());
    kind == "Netid"
        || matches!(kind, "tcp" | "udp" | "raw")
            && STATES.iter().any(|(name, _)| Some(*name) == state)
}

/// The sockets of a list.
///
/// # Errors
/// Which line is not understood.
pub(super) fn sockets(text: &str, index: Index<'_>) -> Result<Vec<ListedSocket>, String> {
    // Before iproute2 4.17 an asterisk stood for any address of IPv4, and `::` had no brackets.
    let old = text.contains(" :::");
    let mut all = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut words = line.split_whitespace();
        let more = line.starts_with(char::is_whitespace);
        let kind = words.next().unwrap_or_default();
        if more || !matches!(kind, "tcp" | "udp" | "raw") {
            if kind == "State" {
                return Err("ss did not tell which kinds sockets are (no Netid)".to_owned());
            }
            continue;
        }
        let words: Vec<&str> = words.collect();
        let socket = socket(kind, &words, old, index);
        all.push(socket.ok_or_else(|| format!("line {number} is not understood: {line}"))?);
    }
    Ok(all)
}

/// `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3)) ino:9 sk:1 <->`.
fn socket(kind: &str, words: &[&str], old: bool, index: Index<'_>) -> Option<ListedSocket> {
    let [state, received, sent, local, remote, more @ ..] = words else {
        return None;
    };
    let (_, state) = STATES.iter().find(|(name, _)| name == state)?;
    let local = End::of(local, old)?;
    let remote = End::of(remote, old)?;
    let v6 = local.address.is_ipv6();
    let kind = match (kind, v6) {
        ("tcp", false) => SocketKind::Tcp,
        ("tcp", true) => SocketKind::Tcp6,
        ("udp", false) => SocketKind::Udp,
        ("udp", true) => SocketKind::Udp6,
        (_, false) => SocketKind::Raw(u8::try_from(local.port).ok()?),
        (_, true) => SocketKind::Raw6(u8::try_from(local.port).ok()?),
    };
    let field = |name: &str| {
        let mut values = more.iter().filter_map(|word| word.strip_prefix(name));
        values.next()
    };
    let inode = field("ino:").and_then(|number| number.parse().ok());
    let inode = inode.unwrap_or(0);
    let users = more.iter().position(|word| word.starts_with("users:"));
    let program = users.and_then(|at| program(&more[at..].join(" ")));
    let holder = program.as_ref().map_or(0, |program| program.pid);
    let anybody = remote.address.is_unspecified() && remote.port == 0;
    Some(ListedSocket {
        kind,
        local: (local.address, local.port),
        remote: (!anybody).then_some((remote.address, remote.port)),
        dev: local.dev.map_or(0, index),
        state: *state,
        queues: (received.parse().ok()?, sent.parse().ok()?),
        only_v6: field("v6only:") == Some("1")
            || v6 && local.address.is_unspecified() && !local.both,
        buffers: (BUFFER, BUFFER),
        drops: 0,
        inode,
        client: (inode != 0).then_some(holder.into()),
        program,
        timer: None,
        tcp: None,
    })
}

/// The first program of `users:(("name",pid=1,fd=3),...)`; a name may hold anything.
fn program(users: &str) -> Option<SocketProgram> {
    let (name, rest) = users.strip_prefix("users:((\"")?.split_once("\",pid=")?;
    let (pid, rest) = rest.split_once(",fd=")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit());
    Some(SocketProgram {
        pid: pid.parse().ok()?,
        name: name.to_owned(),
        fd: rest[..end.unwrap_or(rest.len())].parse().ok()?,
    })
}

/// One side of a socket.
struct End<'a> {
    address: IpAddr,
    /// It is any address of IPv6, and of IPv4 too.
    both: bool,
    /// Of a raw socket its protocol.
    port: u16,
    dev: Option<&'a str>,
}

impl<'a> End<'a> {
    /// `127.0.0.53%lo:53`, `[fe80::1]%eth0:546`, `*:22`, `0.0.0.0:*`, `[::]:ipv6-icmp`.
    fn of(word: &'a str, old: bool) -> Option<End<'a>> {
        let (place, port) = word.rsplit_once(':')?;
        let (address, dev) = match place.split_once('%') {
            Some((address, dev)) => (address, Some(dev)),
            None => (place, None),
        };
        let port = match port {
            "*" => 0,
            port => match port.parse() {
                Ok(port) => port,
                Err(_) => names::ip_protocol(port)?.into(),
            },
        };
        let address = match address {
            "*" if old => Ipv4Addr::UNSPECIFIED.into(),
            "*" => Ipv6Addr::UNSPECIFIED.into(),
            address => address.trim_matches(['[', ']']).parse().ok()?,
        };
        Some(End {
            address,
            both: place.starts_with('*') && !old || place == "::",
            port,
            dev,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<ListedSocket>, String> {
        let index = |name: &str| match name {
            "lo" => 1,
            _ => 2,
        };
        sockets(text, &mut { index })
    }

    #[test]
    fn sockets_are_read_with_their_ends_and_programs() {
        let all = read(
            "Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\n\
             tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:((\"ss hd\",pid=77,fd=3),(\"x\",pid=1,fd=0)) ino:9 sk:1 <->\n\
             \t skmem:(r0,rb131072)\n\
             tcp LISTEN 0 4096 *:80 *:* ino:10 sk:2 v6only:0 <->\n\
             tcp LISTEN 0 4096 [::]:81 [::]:* ino:11 sk:3 v6only:1 <->\n\
             tcp ESTAB 5 7 10.0.0.1:22 10.0.0.9:40000 timer:(keepalive,96min,0) ino:12 sk:4 <->\n\
             udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:* ino:13 sk:5 <->\n\
             udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:* ino:14 sk:6 <->\n\
             raw UNCONN 0 0 0.0.0.0:icmp 0.0.0.0:* ino:15 sk:7 <->\n\
             u_str ESTAB 0 0 /run/x 1 * 2\n",
        )
        .unwrap();
        let kinds: Vec<SocketKind> = all.iter().map(|socket| socket.kind).collect();
        assert_eq!(
            kinds,
            [
                SocketKind::Tcp,
                SocketKind::Tcp6,
                SocketKind::Tcp6,
                SocketKind::Tcp,
                SocketKind::Udp,
                SocketKind::Udp6,
                SocketKind::Raw(1),
            ]
        );
        let program = all[0].program.as_ref().unwrap();
        assert_eq!((program.pid, program.fd, &*program.name), (77, 3, "ss hd"));
        assert_eq!((all[1].only_v6, all[2].only_v6), (false, true));
        assert_eq!(all[3].remote, Some(("10.0.0.9".parse().unwrap(), 40_000)));
        assert_eq!(all[3].queues, (5, 7));
        assert_eq!((all[4].dev, all[5].dev), (1, 2));
        assert_eq!(all[0].remote, None);
    }

    #[test]
    fn old_lists_have_an_asterisk_for_ipv4() {
        let all = read(
            "tcp LISTEN 0 128 *:22 *:*\n\
             tcp LISTEN 0 128 :::22 :::*\n",
        )
        .unwrap();
        assert_eq!(all[0].kind, SocketKind::Tcp);
        assert_eq!((all[1].kind, all[1].only_v6), (SocketKind::Tcp6, false));
    }

    #[test]
    fn what_is_no_socket_is_named() {
        assert!(
            read("tcp LISTEN 0 128 here there\n")
                .unwrap_err()
                .contains("line 1")
        );
        assert!(read("State Recv-Q Send-Q\n").unwrap_err().contains("Netid"));
    }
}
