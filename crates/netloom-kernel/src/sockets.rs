//! The sockets of a namespace: packet sockets, raw ones, then those of UDP and of TCP, as ss(8) lists
//! them. A kernel that does not tell of a kind by sock_diag(7) has a table of raw sockets in
//! `/proc/net`.

use crate::netlink::Netlink;
use crate::proc_net;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::socket::{SocketKind, TcpState};
use netloom_model::socket_list::ListedSocket;
use netloom_model::{Errno, Family, NsName, Result};
use netloom_netlink::diag::{self, Inet};

/// All of them. Who holds them is not told.
///
/// All namespaces share the kernel's tables, which are gone through for each: those of a kind of which the
/// namespace has none in use are not asked for.
pub(crate) fn read(netlink: &mut Netlink, ns: &NsName) -> Result<Vec<ListedSocket>> {
    let mut all = told(netlink.dump(diag::KIND, &diag::ask_packets(), diag::decode_packet))?;
    let used = InUse::read(ns)?;
    for protocol in [Inet::Raw, Inet::Udp, Inet::Tcp] {
        for family in [Family::V4, Family::V6] {
            if used.has_none(protocol, family) {
                continue;
            }
            let asked = diag::ask(protocol, family);
            let read = |body: &[u8]| diag::decode(protocol, body);
            match netlink.dump(diag::KIND, &asked, read) {
                Err(error) if error.errno == Errno::NOENT && protocol == Inet::Raw => {
                    all.extend(raw(ns, family)?);
                }
                found => all.extend(told(found)?),
            }
        }
    }
    Ok(all)
}

/// How many sockets of each kind a namespace has in use, by the texts of `/proc/net/sockstat` and
/// `sockstat6`.
struct InUse([String; 2]);

impl InUse {
    fn read(ns: &NsName) -> Result<InUse> {
        proc_net::texts(ns, ["sockstat", "sockstat6"]).map(InUse)
    }

    /// Whether there is none of a kind; where nothing is told there may be.
    fn has_none(&self, protocol: Inet, family: Family) -> bool {
        let [v4, v6] = &self.0;
        let (text, line) = match (protocol, family) {
            (Inet::Tcp, Family::V4) => (v4, "TCP:"),
            (Inet::Tcp, Family::V6) => (v6, "TCP6:"),
            (Inet::Udp, Family::V4) => (v4, "UDP:"),
            (Inet::Udp, Family::V6) => (v6, "UDP6:"),
            (Inet::Raw, Family::V4) => (v4, "RAW:"),
            (Inet::Raw, Family::V6) => (v6, "RAW6:"),
        };
        // Those in TIME-WAIT are counted apart, for both versions.
        let waiting = match protocol {
            Inet::Tcp => number(v4, "TCP:", "tw"),
            _ => Some(0),
        };
        number(text, line, "inuse") == Some(0) && waiting == Some(0)
    }
}

/// A number of a line: `TCP: inuse 2 orphan 0 tw 0 alloc 3 mem 1`.
fn number(text: &str, line: &str, name: &str) -> Option<u64> {
    let told = text.lines().find_map(|told| told.strip_prefix(line))?;
    let mut words = told.split_whitespace().skip_while(|word| *word != name);
    words.nth(1)?.parse().ok()
}

/// What is told; a kernel without sockets of a kind has none.
fn told(found: Result<Vec<ListedSocket>>) -> Result<Vec<ListedSocket>> {
    match found {
        Err(error) if error.errno == Errno::NOENT => Ok(Vec::new()),
        found => found,
    }
}

/// The raw sockets of `/proc/net/raw` and `/proc/net/raw6`.
fn raw(ns: &NsName, family: Family) -> Result<Vec<ListedSocket>> {
    let file = match family {
        Family::V4 => "raw",
        Family::V6 => "raw6",
    };
    let [text] = proc_net::texts(ns, [file])?;
    Ok(text.lines().skip(1).filter_map(of_raw).collect())
}

/// `1: 0100007F:0001 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1234 2 ... 0`.
fn of_raw(line: &str) -> Option<ListedSocket> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let (local, remote) = (end(words.get(1)?)?, end(words.get(2)?)?);
    let (sent, received) = words.get(4)?.split_once(':')?;
    let hex = |text: &str| u32::from_str_radix(text, 16).ok();
    let protocol = u8::try_from(local.1).ok()?;
    let inode = words.get(9)?.parse().ok()?;
    let connected = hex(words.get(3)?)? == 1;
    Some(ListedSocket {
        kind: match local.0 {
            IpAddr::V4(_) => SocketKind::Raw(protocol),
            IpAddr::V6(_) => SocketKind::Raw6(protocol),
        },
        local,
        remote: Some(remote).filter(|(address, port)| !address.is_unspecified() || *port != 0),
        dev: 0,
        state: match connected {
            true => TcpState::Established,
            false => TcpState::Closed,
        },
        queues: (hex(received)?, hex(sent)?),
        only_v6: false,
        buffers: (0, 0),
        drops: words.last()?.parse().ok()?,
        inode,
        client: (inode != 0).then_some(0),
        program: None,
        timer: None,
        tcp: None,
    })
}

/// An address, as words of the machine's order, and a port.
fn end(text: &str) -> Option<(IpAddr, u16)> {
    let (address, port) = text.split_once(':')?;
    let word = |at: usize| u32::from_str_radix(address.get(at..at + 8)?, 16).ok();
    let address = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from_bits(word(0)?.swap_bytes())),
        32 => {
            let mut octets = [0; 16];
            for (n, part) in octets.chunks_exact_mut(4).enumerate() {
                part.copy_from_slice(&word(8 * n)?.to_le_bytes());
            }
            IpAddr::V6(Ipv6Addr::from(octets))
        }
        _ => return None,
    };
    Some((address, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_raw_socket_is_a_line_of_its_table() {
        let line = "   1: 0100007F:0001 0200000A:0000 01 00000000:00000240 00:00000000 00000000 \
                    0        0 1234 2 0000000000000000 5";
        let found = of_raw(line).unwrap();
        assert_eq!(found.kind, SocketKind::Raw(1));
        assert_eq!(found.local, ("127.0.0.1".parse().unwrap(), 1));
        assert_eq!(found.remote, Some(("10.0.0.2".parse().unwrap(), 0)));
        assert_eq!(
            (found.queues, found.inode, found.drops),
            ((576, 0), 1234, 5)
        );
        assert_eq!(found.state, TcpState::Established);
    }

    #[test]
    fn sockets_are_asked_for_where_some_are_in_use() {
        let used = |v4: &str| InUse([v4.to_owned(), "TCP6: inuse 0\nUDP6: inuse 4\n".to_owned()]);
        let idle = used("sockets: used 9\nTCP: inuse 0 orphan 0 tw 0 alloc 3 mem 1\n");
        assert!(idle.has_none(Inet::Tcp, Family::V4) && idle.has_none(Inet::Tcp, Family::V6));
        assert!(!idle.has_none(Inet::Udp, Family::V6));
        assert!(
            !idle.has_none(Inet::Raw, Family::V4),
            "nothing is told of it"
        );
        let waiting = used("TCP: inuse 0 orphan 0 tw 1 alloc 3 mem 1\n");
        assert!(!waiting.has_none(Inet::Tcp, Family::V4));
        assert!(!waiting.has_none(Inet::Tcp, Family::V6));
    }

    #[test]
    fn addresses_of_ipv6_are_four_words() {
        let found = end("000080FE00000000FF00000201000000:003A").unwrap();
        assert_eq!(found, ("fe80::200:ff:0:1".parse().unwrap(), 58));
        assert_eq!(end("0100:1"), None);
    }
}
