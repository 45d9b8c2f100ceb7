//! Network commands that netloom does not have: in a world their names say so. Without that a
//! pasted `tc ...` would reach the machine's own network, and `ssh` or `wget` would tell of it.

use netloom_tools::Context;
use std::path::Path;

/// Their names.
pub(super) const NAMES: &[&str] = &[
    "bridge-stp",
    "devlink",
    "dhclient",
    "dhcpcd",
    "dig",
    "firewall-cmd",
    "fping",
    "host",
    "hping3",
    "ifdown",
    "ifstat",
    "ifup",
    "iperf",
    "ipmaddr",
    "iptunnel",
    "iw",
    "iwconfig",
    "lnstat",
    "mii-tool",
    "mtr",
    "nameif",
    "ncat",
    "nmap",
    "nmcli",
    "nslookup",
    "ovs-vsctl",
    "ping6",
    "rarp",
    "resolvectl",
    "ssh",
    "tc",
    "telnet",
    "tracepath",
    "traceroute6",
    "tshark",
    "udhcpc",
    "ufw",
    "vconfig",
    "wg",
    "wget",
];

/// Says that the command is not there.
pub(super) fn main(cx: &mut Context<'_>) -> i32 {
    let words = std::env::args().filter_map(|word| {
        let name = Path::new(&word).file_name()?.to_str()?;
        NAMES.contains(&name).then(|| name.to_owned())
    });
    let name = words.take(1).collect::<String>();
    let _ = writeln!(
        cx.err,
        "{name}: netloom does not have this command, and the machine's own would not see this world"
    );
    127
}

#[cfg(test)]
mod tests {
    use super::NAMES;

    #[test]
    fn what_is_absent_is_not_there() {
        for name in NAMES {
            assert!(netloom_tools::applet(name).is_none(), "{name}");
        }
    }
}
