//! A case as a script: a router in a namespace, and behind each of its devices a pair, by which the
//! frames of the case are sent and what comes out is seen.

use crate::case::{Case, Line};
use crate::place::{self, DEVICES, SETTINGS};
use crate::play::Sent;
use std::fmt::Write;

/// The script of a case, with what was sent when it was played.
pub(crate) fn of(case: &Case, sent: &[Sent]) -> String {
    let mut out = String::from(
        "# To be run by: unshare --net --mount bash FILE\n\
         mount -t tmpfs tmpfs /run && mkdir /run/netns && ip netns add r\n\
         send() { printf \"$(sed 's/../\\\\x&/g' <<<\"$2\")\" | socat -u STDIN \"INTERFACE:$1\"; }\n",
    );
    for (n, dev) in DEVICES.iter().enumerate() {
        let _ = writeln!(out, "ip link add o{n} type veth peer name {dev} netns r");
        let _ = writeln!(out, "sysctl -qw net.ipv6.conf.o{n}.disable_ipv6=1");
        let _ = writeln!(out, "ip link set o{n} arp off up");
    }
    for (name, value) in SETTINGS {
        let _ = writeln!(out, "ip netns exec r sysctl -qw {name}={value}");
    }
    let _ = writeln!(out, "ip -n r -batch - <<'END'\n{}END", place::commands());
    let _ = writeln!(out, "tcpdump -nlvi any -Q in 2>/dev/null &\nsleep 1");
    let mut lines = case.lines.iter().peekable();
    while let Some(line) = lines.next() {
        match line {
            Line::Setting { name, value } => {
                let _ = writeln!(out, "ip netns exec r sysctl -qw {name}={value}");
            }
            Line::Rules(loader) => {
                let words = if loader == "nft" { "nft -f -" } else { loader };
                let _ = writeln!(out, "ip netns exec r {words} <<'END'");
                while let Some(Line::Text(text)) = lines.peek() {
                    let _ = writeln!(out, "{text}");
                    lines.next();
                }
                out.push_str("END\n");
            }
            Line::Text(_) => {}
            Line::Packet(step) => {
                let _ = writeln!(out, "# {step}");
                for sent in sent.iter().filter(|sent| sent.number == step.number) {
                    let hex = sent.bytes.iter().fold(String::new(), |mut hex, byte| {
                        let _ = write!(hex, "{byte:02x}");
                        hex
                    });
                    let _ = match sent.dev {
                        Some(dev) => writeln!(out, "send o{dev} {hex}"),
                        None => writeln!(out, "# the router sends {hex}"),
                    };
                }
            }
        }
    }
    out.push_str("sleep 1\nkill %1\nip netns exec r conntrack -L\n");
    for (loader, _) in case.rulesets() {
        let listing = match loader.strip_suffix("-restore") {
            Some(family) => format!("{family}-save -c"),
            None => "nft list ruleset".to_owned(),
        };
        let _ = writeln!(out, "ip netns exec r {listing}");
    }
    out
}
