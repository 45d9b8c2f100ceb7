//! A case as plain data: namespaces, commands, settings and probes, one a line, in the order in
//! which they happen. Its text is a script that a shell runs as root, and what is read back.

use core::fmt;
use core::net::IpAddr;
use core::str::FromStr;
use netloom_model::socket::PmtuDiscovery;

/// A case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Case {
    /// What happens, in order.
    pub(crate) lines: Vec<Line>,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A namespace is made.
    Namespace(String),
    /// A command runs in a namespace.
    Command {
        tool: Tool,
        ns: String,
        words: String,
    },
    /// A setting is written.
    Setting {
        ns: String,
        name: String,
        value: String,
    },
    /// A device's neighbours get the times of all cases: see [`TIMERS`].
    Timers { ns: String, dev: String },
    /// Milliseconds pass.
    Pause(u32),
    /// The links come to rest: carrier is told by and by.
    Settle,
    /// A packet is sent.
    Probe(Probe),
}

/// The commands that a case calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tool {
    Ip,
    /// `ip -6`.
    Ip6,
    Bridge,
}

impl Tool {
    /// The arguments that make it read lines, and go on behind those that fail.
    pub(crate) fn batch(self) -> impl Iterator<Item = &'static str> {
        let family = (self == Tool::Ip6).then_some("-6");
        family.into_iter().chain(["-force", "-batch", "-"])
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Tool::Ip | Tool::Ip6 => "ip",
            Tool::Bridge => "bridge",
        }
    }
}

/// What is sent, by whom and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Probe {
    pub(crate) ns: String,
    pub(crate) kind: ProbeKind,
    pub(crate) to: IpAddr,
    /// Bytes behind the ICMP or UDP header.
    pub(crate) size: usize,
    pub(crate) ttl: Option<u8>,
    pub(crate) pmtu: Option<PmtuDiscovery>,
    pub(crate) from: Option<IpAddr>,
    pub(crate) dev: Option<String>,
    pub(crate) mark: Option<u32>,
    pub(crate) tos: Option<u8>,
}

/// What kind of packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProbeKind {
    /// An echo request.
    Ping,
    /// A datagram to this port. Port 7 is open everywhere and answers; no other is open.
    Udp(u16),
}

/// Settings of every namespace: errors of ICMP are not limited, redirects are not sent unless a case
/// says so (Linux limits them), nobody looks for routers or for addresses that are in use, so that
/// no outcome hangs on how fast probes follow each other.
pub(crate) const NAMESPACE: [(&str, &str); 9] = [
    ("net.ipv4.icmp_ratemask", "0"),
    ("net.ipv4.icmp_msgs_per_sec", "1000000"),
    ("net.ipv4.icmp_msgs_burst", "1000000"),
    ("net.ipv4.conf.all.send_redirects", "0"),
    ("net.ipv4.conf.default.send_redirects", "0"),
    ("net.ipv6.icmp.ratelimit", "0"),
    ("net.ipv6.conf.default.accept_dad", "0"),
    (
        "net.ipv6.conf.default.mldv2_unsolicited_report_interval",
        "10",
    ),
    ("net.ipv6.conf.default.router_solicitations", "0"),
];

/// Settings of every device's neighbours, for both families: who does not answer is given up after
/// 0.3 s, and no entry changes its state for the time that passed since it was used.
pub(crate) const TIMERS: [(&str, &str); 6] = [
    ("retrans_time_ms", "100"),
    ("delay_first_probe_time", "300"),
    ("base_reachable_time_ms", "3000000"),
    ("locktime", "300000"),
    ("proxy_delay", "0"),
    ("gc_stale_time", "3000"),
];

/// The names of a device's timers, with their values.
pub(crate) fn timers(dev: &str) -> impl Iterator<Item = (String, &'static str)> {
    ["ipv4", "ipv6"].into_iter().flat_map(move |family| {
        TIMERS.map(move |(key, value)| (format!("net.{family}.neigh.{dev}.{key}"), value))
    })
}

const PMTU: [(&str, PmtuDiscovery); 4] = [
    ("dont", PmtuDiscovery::Dont),
    ("want", PmtuDiscovery::Want),
    ("do", PmtuDiscovery::Do),
    ("probe", PmtuDiscovery::Probe),
];

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Probe { ns, to, size, .. } = self;
        match self.kind {
            ProbeKind::Ping => write!(f, "probe {ns} ping {to} size {size}")?,
            ProbeKind::Udp(port) => write!(f, "probe {ns} udp/{port} {to} size {size}")?,
        }
        if let Some(ttl) = self.ttl {
            write!(f, " ttl {ttl}")?;
        }
        if let Some(pmtu) = self.pmtu {
            let name = PMTU.iter().find(|(_, p)| *p == pmtu).map_or("", |p| p.0);
            write!(f, " df {name}")?;
        }
        if let Some(from) = self.from {
            write!(f, " from {from}")?;
        }
        if let Some(dev) = &self.dev {
            write!(f, " dev {dev}")?;
        }
        if let Some(mark) = self.mark {
            write!(f, " mark {mark}")?;
        }
        if let Some(tos) = self.tos {
            write!(f, " tos {tos}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Namespace(ns) => write!(f, "namespace {ns}"),
            Line::Command { tool, ns, words } => {
                let family = if *tool == Tool::Ip6 { " -6" } else { "" };
                write!(f, "{}{family} -n {ns} {words}", tool.name())
            }
            Line::Setting { ns, name, value } => write!(f, "setting {ns} {name}={value}"),
            Line::Timers { ns, dev } => write!(f, "timers {ns} {dev}"),
            Line::Pause(ms) => write!(f, "pause {ms}"),
            Line::Settle => f.write_str("settle"),
            Line::Probe(probe) => probe.fmt(f),
        }
    }
}

/// Reads a probe's words behind `probe`.
fn probe(words: &[&str]) -> Option<Probe> {
    let [ns, kind, to, options @ ..] = words else {
        return None;
    };
    let kind = match kind.split_once('/') {
        Some(("udp", port)) => ProbeKind::Udp(port.parse().ok()?),
        _ => (*kind == "ping").then_some(ProbeKind::Ping)?,
    };
    let mut probe = Probe {
        ns: (*ns).to_owned(),
        kind,
        to: to.parse().ok()?,
        size: 56,
        ttl: None,
        pmtu: None,
        from: None,
        dev: None,
        mark: None,
        tos: None,
    };
    for pair in options.chunks(2) {
        let [key, value] = pair else { return None };
        match *key {
            "size" => probe.size = value.parse().ok()?,
            "ttl" => probe.ttl = Some(value.parse().ok()?),
            "df" => probe.pmtu = Some(PMTU.iter().find(|(name, _)| name == value)?.1),
            "from" => probe.from = Some(value.parse().ok()?),
            "dev" => probe.dev = Some((*value).to_owned()),
            "mark" => probe.mark = Some(value.parse().ok()?),
            "tos" => probe.tos = Some(value.parse().ok()?),
            _ => return None,
        }
    }
    Some(probe)
}

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Line, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let command = |tool, ns: &str, words: &[&str]| Line::Command {
            tool,
            ns: ns.to_owned(),
            words: words.join(" "),
        };
        let line = match words[..] {
            ["namespace", ns] => Some(Line::Namespace(ns.to_owned())),
            ["ip", "-n", ns, ref rest @ ..] => Some(command(Tool::Ip, ns, rest)),
            ["ip", "-6", "-n", ns, ref rest @ ..] => Some(command(Tool::Ip6, ns, rest)),
            ["bridge", "-n", ns, ref rest @ ..] => Some(command(Tool::Bridge, ns, rest)),
            ["setting", ns, assignment] => {
                assignment
                    .split_once('=')
                    .map(|(name, value)| Line::Setting {
                        ns: ns.to_owned(),
                        name: name.to_owned(),
                        value: value.to_owned(),
                    })
            }
            ["timers", ns, dev] => Some(Line::Timers {
                ns: ns.to_owned(),
                dev: dev.to_owned(),
            }),
            ["pause", ms] => ms.parse().ok().map(Line::Pause),
            ["settle"] => Some(Line::Settle),
            ["probe", ref rest @ ..] => probe(rest).map(Line::Probe),
            _ => None,
        };
        line.ok_or_else(|| format!("no line of a case: {text}"))
    }
}

/// What stands before a case's lines in its script: what they mean to a shell.
fn prologue() -> String {
    let settings = NAMESPACE.map(|(name, value)| format!("{name}={value}"));
    let timers = TIMERS.map(|(key, value)| format!("net.$family.neigh.$2.{key}={value}"));
    format!(
        r#"# To be run by: unshare --net --mount bash FILE
mount -t tmpfs tmpfs /run && mkdir /run/netns
namespace() {{
    ip netns add "$1"
    ip netns exec "$1" sysctl -qw {settings}
}}
setting() {{ ip netns exec "$1" sysctl -qw "$2"; }}
timers() {{
    for family in ipv4 ipv6; do
        ip netns exec "$1" sysctl -qw {timers}
    done
}}
pause() {{ sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }}
settle() {{ sleep 0.3; }}
probe() {{
    local ns=$1 kind=$2 to=$3 size=56 ttl=64 more=()
    shift 3
    while (($#)); do
        case $1 in
            size | ttl) declare "$1=$2" ;;
            df) more+=(-M "$2") ;;
            from | dev) more+=(-I "$2") ;;
            mark) more+=(-m "$2") ;;
            tos) more+=(-Q "$2") ;;
        esac
        shift 2
    done
    if [[ $kind == ping ]]; then
        ip netns exec "$ns" ping -n -b -c 1 -W 1 -s "$size" -t "$ttl" "${{more[@]}}" "$to"
    else
        # UDP: nobody listens here; see who is told, by tcpdump.
        head -c "$size" /dev/zero |
            ip netns exec "$ns" socat -u - "UDP-SENDTO:[$to]:${{kind#udp/}},ip-ttl=$ttl"
    fi
}}
"#,
        settings = settings.join(" "),
        timers = timers.join(" ")
    )
}

/// The line behind which the lines of a case stand in its script.
const BEGIN: &str = "# The case.";

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{BEGIN}\n", prologue())?;
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

impl FromStr for Case {
    type Err = String;

    fn from_str(text: &str) -> Result<Case, String> {
        // A script, or its lines alone.
        let lines = text.split_once(BEGIN).map_or(text, |(_, lines)| lines);
        let lines = lines.lines();
        let lines = lines.filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let lines = lines.map(str::parse).collect::<Result<Vec<Line>, _>>()?;
        if lines.is_empty() {
            return Err("no lines of a case".to_owned());
        }
        Ok(Case { lines })
    }
}
