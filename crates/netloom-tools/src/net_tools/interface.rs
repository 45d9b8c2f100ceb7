//! An interface as `ifconfig` and `netstat -i` print it: a link, or an alias: an address whose
//! label names no link.

use core::cmp::Ordering;
use core::net::IpAddr;
use netloom_model::link::Link;
use netloom_model::{Address, LinkFlags, LinkKind, LinkStats, Namespace, Scope};
use std::fmt::Write;

/// One interface.
pub(super) struct Interface<'a> {
    /// The link's name, or the alias label.
    pub(super) name: String,
    /// The link below.
    pub(super) link: &'a Link,
    /// The address that carries the name as its label.
    inet: Option<&'a Address>,
    /// The IPv6 addresses, which have no labels.
    inet6: Vec<&'a Address>,
    /// Whether it is an alias: it has no counters of its own.
    alias: bool,
}

impl Interface<'_> {
    /// Whether it is administratively up.
    pub(super) fn is_up(&self) -> bool {
        self.link.flags.contains(LinkFlags::UP)
    }
}

/// Every interface of `ns`, in the order of their names.
pub(super) fn all(ns: &Namespace) -> Vec<Interface<'_>> {
    let mut found: Vec<Interface<'_>> = ns
        .links
        .iter()
        .map(|link| of(ns, link, &link.name))
        .collect();
    for address in ns.addresses.iter().filter(|a| is_v4(a)) {
        let link = ns.links.iter().find(|l| l.index == address.dev);
        if let Some(link) = link
            && !found.iter().any(|i| i.name == address.label)
        {
            found.push(of(ns, link, &address.label));
        }
    }
    found.sort_by(|a, b| natural(&a.name, &b.name));
    found
}

/// The interface called `name`: a link's name, with any label behind a colon.
pub(super) fn find<'a>(ns: &'a Namespace, name: &str) -> Option<Interface<'a>> {
    let plain = name.split(':').next().unwrap_or(name);
    let link = ns.link(&plain.into())?;
    Some(of(ns, link, name))
}

fn of<'a>(ns: &'a Namespace, link: &'a Link, name: &str) -> Interface<'a> {
    let mine = |a: &&Address| a.dev == link.index;
    let alias = name.contains(':');
    Interface {
        name: name.to_owned(),
        link,
        inet: ns
            .addresses
            .iter()
            .filter(mine)
            .find(|a| is_v4(a) && a.label == name),
        inet6: if alias {
            Vec::new()
        } else {
            ns.addresses
                .iter()
                .filter(mine)
                .filter(|a| !is_v4(a))
                .collect()
        },
        alias,
    }
}

fn is_v4(address: &Address) -> bool {
    address.local.addr.is_ipv4()
}

/// The order of net-tools: by character, but digits where both have some as numbers.
fn natural(a: &str, b: &str) -> Ordering {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    // A number that differs began before its first different digit.
    let digits = |s: &str| s.len() - s.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let start = a.get(..same).map_or(same, |head| same - digits(head));
    match (number_at(a, start), number_at(b, start)) {
        (Some(x), Some(y)) if x != y => x.cmp(&y),
        _ => a.cmp(b),
    }
}

fn number_at(name: &str, start: usize) -> Option<u64> {
    let rest = name.get(start..)?;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

// The bits that `ifconfig` names, in its order; the kernel's are the same (netdevice(7)).
const FLAG_NAMES: [(u32, &str); 15] = [
    (0x1, "UP"),
    (0x2, "BROADCAST"),
    (0x4, "DEBUG"),
    (0x8, "LOOPBACK"),
    (0x10, "POINTOPOINT"),
    (0x20, "NOTRAILERS"),
    (0x40, "RUNNING"),
    (0x80, "NOARP"),
    (0x100, "PROMISC"),
    (0x200, "ALLMULTI"),
    (0x400, "SLAVE"),
    (0x800, "MASTER"),
    (0x1000, "MULTICAST"),
    (0x4000, "AUTOMEDIA"),
    (0x8000, "DYNAMIC"),
];

/// The paragraph that `ifconfig` prints.
pub(super) fn long(interface: &Interface<'_>) -> String {
    let link = interface.link;
    // An ioctl carries the lower half of the flags alone.
    let bits = link.flags.0 & 0xffff;
    let names: Vec<&str> = FLAG_NAMES
        .iter()
        .filter(|(bit, _)| bits & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    let (name, names, mtu) = (&interface.name, names.join(","), link.mtu);
    let mut out = format!("{name}: flags={bits}<{names}>  mtu {mtu}\n");
    if let Some(address) = interface.inet {
        inet(&mut out, address, link.flags);
    }
    for address in &interface.inet6 {
        let (scope, name) = match address.scope {
            Scope::HOST => (0x10, "host"),
            Scope::LINK => (0x20, "link"),
            Scope::SITE => (0x40, "site"),
            _ => (0, "global"),
        };
        let _ = writeln!(
            out,
            "        inet6 {}  prefixlen {}  scopeid {scope:#x}<{name}>",
            address.local.addr, address.local.len
        );
    }
    let queue = link.txqueuelen;
    let _ = if link.kind == LinkKind::Loopback {
        writeln!(out, "        loop  txqueuelen {queue}  (Local Loopback)")
    } else {
        writeln!(
            out,
            "        ether {}  txqueuelen {queue}  (Ethernet)",
            link.address
        )
    };
    if !interface.alias {
        counters(&mut out, &link.stats);
    }
    out.push('\n');
    out
}

fn inet(out: &mut String, address: &Address, flags: LinkFlags) {
    let (local, mask) = (address.local.addr, address.local.netmask());
    let _ = write!(out, "        inet {local}  netmask {mask}");
    if flags.contains(LinkFlags::BROADCAST) {
        let broadcast = address
            .broadcast
            .unwrap_or(core::net::Ipv4Addr::UNSPECIFIED);
        let _ = write!(out, "  broadcast {broadcast}");
    }
    if flags.contains(LinkFlags::POINTOPOINT) {
        let peer: IpAddr = address.peer.unwrap_or(local);
        let _ = write!(out, "  destination {peer}");
    }
    out.push('\n');
}

/// The errors as /proc/net/dev sums them up: dropped, overruns, frame; carrier.
fn sums(s: &LinkStats) -> [u64; 4] {
    [
        s.rx_dropped + s.rx_missed_errors,
        s.rx_fifo_errors,
        s.rx_length_errors + s.rx_over_errors + s.rx_crc_errors + s.rx_frame_errors,
        s.tx_carrier_errors + s.tx_aborted_errors + s.tx_window_errors + s.tx_heartbeat_errors,
    ]
}

fn counters(out: &mut String, s: &LinkStats) {
    let [dropped, overruns, frame, carrier] = sums(s);
    let (rx, tx) = (human(s.rx_bytes), human(s.tx_bytes));
    let _ = write!(
        out,
        "        RX packets {}  bytes {} ({rx})\n        \
         RX errors {}  dropped {dropped}  overruns {overruns}  frame {frame}\n        \
         TX packets {}  bytes {} ({tx})\n        \
         TX errors {}  dropped {} overruns {}  carrier {carrier}  collisions {}\n",
        s.rx_packets,
        s.rx_bytes,
        s.rx_errors,
        s.tx_packets,
        s.tx_bytes,
        s.tx_errors,
        s.tx_dropped,
        s.tx_fifo_errors,
        s.collisions,
    );
}

/// `1.0 KiB`: the largest unit that is exceeded, cut after one digit.
fn human(bytes: u64) -> String {
    let units = ["PiB", "TiB", "GiB", "MiB", "KiB"];
    for (i, unit) in units.iter().enumerate() {
        let size = 1u64 << (10 * (units.len() - i));
        if bytes > size {
            let tenths = u128::from(bytes) * 10 / u128::from(size);
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes}.0 B")
}

/// The heading of the short form; `ifconfig` and `netstat` set its first column apart.
pub(super) fn short_heading(first: &str) -> String {
    format!("{first}    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n")
}

/// The line that `ifconfig -s` and `netstat -i` print.
pub(super) fn short(interface: &Interface<'_>) -> String {
    let (name, link) = (&interface.name, interface.link);
    let mut out = format!("{name:<15} {:>5} ", link.mtu);
    if interface.alias {
        out.push_str("     - no statistics available -                        ");
    } else {
        let s = &link.stats;
        let [dropped, overruns, ..] = sums(s);
        let _ = write!(
            out,
            "{:>8} {:>6} {dropped:>6} {overruns:<6} {:>8} {:>6} {:>6} {:>6} ",
            s.rx_packets, s.rx_errors, s.tx_packets, s.tx_errors, s.tx_dropped, s.tx_fifo_errors
        );
    }
    out.push_str(&letters(link.flags));
    out.push('\n');
    out
}

fn letters(flags: LinkFlags) -> String {
    const LETTERS: [(LinkFlags, char); 9] = [
        (LinkFlags::ALLMULTI, 'A'),
        (LinkFlags::BROADCAST, 'B'),
        (LinkFlags::LOOPBACK, 'L'),
        (LinkFlags::MULTICAST, 'M'),
        (LinkFlags::PROMISC, 'P'),
        (LinkFlags::NOARP, 'O'),
        (LinkFlags::POINTOPOINT, 'P'),
        (LinkFlags::RUNNING, 'R'),
        (LinkFlags::UP, 'U'),
    ];
    let found: String = LETTERS
        .iter()
        .filter(|(flag, _)| flags.contains(*flag))
        .map(|(_, letter)| letter)
        .collect();
    if found.is_empty() {
        "[NO FLAGS]".to_owned()
    } else {
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_the_largest_unit_exceeded() {
        assert_eq!(human(0), "0.0 B");
        assert_eq!(human(1024), "1024.0 B");
        assert_eq!(human(1124), "1.0 KiB");
        assert_eq!(human(5_000_000), "4.7 MiB");
        assert_eq!(human(u64::MAX), "16383.9 PiB");
    }

    #[test]
    fn names_are_in_natural_order() {
        let mut names = ["lo:1", "lo", "eth10", "eth0:1", "eth2", "eth", "eth0", "b1"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            ["b1", "eth", "eth0", "eth0:1", "eth2", "eth10", "lo", "lo:1"]
        );
    }
}
