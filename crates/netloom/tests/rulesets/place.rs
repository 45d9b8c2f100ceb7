//! Where all cases happen: a router with three devices, each with hosts behind it whose hardware
//! addresses it knows, so that nobody asks for any.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The devices.
pub(crate) const DEVICES: [&str; 3] = ["t0", "t1", "t2"];

/// The device of a name.
pub(crate) fn device(name: &str) -> Option<usize> {
    DEVICES.iter().position(|dev| *dev == name)
}

/// The hardware address of a host behind a device; 1 is the router itself.
pub(crate) fn mac(dev: usize, host: u8) -> [u8; 6] {
    [2, 0, 0, 0, dev as u8, host]
}

/// The router's address on a device.
pub(crate) fn router(dev: usize, v6: bool) -> IpAddr {
    if v6 {
        Ipv6Addr::new(0xfd00, dev as u16, 0, 0, 0, 0, 0, 1).into()
    } else {
        Ipv4Addr::new(10, 0, dev as u8, 1).into()
    }
}

/// What `ip -batch` is told, after the devices are there.
pub(crate) fn commands() -> String {
    let mut lines = vec!["link set lo up".to_owned()];
    for (n, dev) in DEVICES.iter().enumerate() {
        lines.push(format!(
            "link set {dev} address 02:00:00:00:{n:02x}:01 addrgenmode none"
        ));
        lines.push(format!("link set {dev} up"));
        lines.push(format!("addr add 10.0.{n}.1/24 dev {dev}"));
        lines.push(format!("addr add fd00:{n}::1/64 dev {dev} nodad"));
        // Two hosts, and whom translated packets come from.
        for host in [2, 3, 77] {
            let mac = format!("lladdr 02:00:00:00:{n:02x}:{host:02x} nud permanent dev {dev}");
            lines.push(format!("neigh add 10.0.{n}.{host} {mac}"));
            lines.push(format!("neigh add fd00:{n}::{host} {mac}"));
        }
        // A network farther away.
        lines.push(format!("route add 10.10{n}.0.0/16 via 10.0.{n}.2"));
        lines.push(format!("route add fd00:10{n}::/32 via fd00:{n}::2"));
    }
    lines.push("route add default via 10.0.2.3".to_owned());
    lines.push("route add default via fd00:2::3".to_owned());
    lines.join("\n") + "\n"
}

/// Settings of the router before it has its addresses: it forwards; errors of ICMP are not limited;
/// it says nothing by itself, so that no counter hangs on time.
pub(crate) const SETTINGS: [(&str, &str); 18] = [
    ("net.ipv4.ip_forward", "1"),
    ("net.ipv6.conf.all.forwarding", "1"),
    ("net.ipv4.icmp_ratemask", "0"),
    ("net.ipv4.icmp_msgs_per_sec", "1000000"),
    ("net.ipv4.icmp_msgs_burst", "1000000"),
    ("net.ipv6.icmp.ratelimit", "0"),
    ("net.ipv4.conf.all.send_redirects", "0"),
    ("net.ipv4.conf.default.send_redirects", "0"),
    ("net.ipv4.conf.all.rp_filter", "0"),
    ("net.ipv4.conf.default.rp_filter", "0"),
    ("net.ipv6.conf.all.accept_dad", "0"),
    ("net.ipv6.conf.default.accept_dad", "0"),
    ("net.ipv6.conf.default.accept_ra", "0"),
    ("net.ipv6.conf.default.router_solicitations", "0"),
    (
        "net.ipv6.conf.default.mldv2_unsolicited_report_interval",
        "1",
    ),
    ("net.ipv6.mld_qrv", "1"),
    ("net.ipv4.conf.all.log_martians", "0"),
    ("net.netfilter.nf_conntrack_acct", "0"),
];
