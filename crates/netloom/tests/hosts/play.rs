//! Playing a host on one side: the engine or the real kernel, by the same code.

use crate::host::{Host, NFT, SAVED};
use crate::network::Network;
use crate::packet::{self, Line, Packet, Source};
use crate::seen::Known;
use core::net::IpAddr;
use libtest_mimic::Failed;

/// What a command said.
pub(crate) struct Told {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

/// Where a host is played.
pub(crate) trait Side {
    /// Makes a TAP.
    fn tap(&mut self, name: &str) -> Result<(), Failed>;

    /// Runs a command.
    fn run(&mut self, command: &str, input: &str) -> Told;

    /// Writes a setting: whether it could be.
    fn set(&mut self, name: &str, value: &str) -> bool;

    /// Lets what the host has to say of itself be said.
    fn settle(&mut self);

    /// A frame arrives at a TAP.
    fn send(&mut self, tap: usize, frame: &[u8]);

    /// The frames that came out, one TAP after the other.
    fn take(&mut self) -> Vec<(usize, Vec<u8>)>;

    /// The host itself sends an IP packet.
    fn local(&mut self, packet: &[u8], to: IpAddr);
}

/// Settings of every host: errors of ICMP are not limited, and it says as little as it can of itself.
const SETTINGS: [(&str, &str); 17] = [
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
    ("net.ipv4.igmp_qrv", "1"),
    ("net.ipv4.conf.all.igmpv3_unsolicited_report_interval", "1"),
    (
        "net.ipv4.conf.default.igmpv3_unsolicited_report_interval",
        "1",
    ),
];

/// Runs a command that must say nothing and succeed.
pub(crate) fn quietly(side: &mut dyn Side, command: &str, input: &str) -> Result<(), Failed> {
    let told = side.run(command, input);
    if told.code == 0 {
        return Ok(());
    }
    Err(format!("{command}: exit {}\n{}{}", told.code, told.out, told.err).into())
}

/// Makes the network and loads the rules.
pub(crate) fn build(side: &mut dyn Side, host: &Host) -> Result<Network, Failed> {
    let network = Network::read(&host.read("network.sh")?);
    for (name, value) in SETTINGS {
        side.set(name, value);
    }
    for tap in &network.taps {
        side.tap(tap)?;
    }
    for command in &network.commands {
        match command
            .strip_prefix("sysctl -w ")
            .map(|s| s.split_once('='))
        {
            Some(Some((name, value))) => {
                if !side.set(name, value) {
                    return Err(format!("{command}: refused").into());
                }
            }
            _ => quietly(side, command, "")?,
        }
    }
    Ok(network)
}

/// Loads the rules.
pub(crate) fn load(side: &mut dyn Side, host: &Host) -> Result<(), Failed> {
    for (file, command) in host.loads() {
        quietly(side, command, &host.read(file)?)
            .map_err(|failed| format!("{file}: {}", failed.message().unwrap_or_default()))?;
    }
    Ok(())
}

/// What came of each packet of the table.
pub(crate) fn play(side: &mut dyn Side, host: &Host) -> Result<String, Failed> {
    let network = build(side, host)?;
    load(side, host)?;
    side.settle();
    side.take();
    let table = host.read("packets")?;
    let mut texts = vec![table.clone()];
    for (file, _) in host.loads() {
        texts.push(host.read(file)?);
    }
    let mut play = Play {
        known: Known::of(&texts),
        counters: counters(side, host),
        last: vec![None; network.taps.len()],
        host,
        network,
        side,
    };
    let mut out = String::new();
    for text in table.lines() {
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let line = packet::line(text).ok_or_else(|| format!("no line of a table: {text}"))?;
        if let Line::Either(one, other) = line {
            play.known.either.push((one, other));
            continue;
        }
        out.push_str(&format!("{text}\n"));
        for seen in play.step(&line)? {
            out.push_str(&format!("  {seen}\n"));
        }
    }
    Ok(out)
}

struct Play<'a> {
    side: &'a mut dyn Side,
    host: &'a Host,
    network: Network,
    known: Known,
    counters: Vec<Counted>,
    /// The last frame that came out of each TAP.
    last: Vec<Option<Vec<u8>>>,
}

impl Play<'_> {
    fn step(&mut self, line: &Line) -> Result<Vec<String>, Failed> {
        let mut by_chance = false;
        match line {
            Line::Send(Source::Local, packet, chance) => {
                by_chance = *chance;
                self.side.local(&packet.bytes(), packet.to);
            }
            Line::Send(Source::Tap(tap), packet, chance) => {
                by_chance = *chance;
                self.arrives(tap, packet)?;
            }
            Line::Answer(tap, flags) => {
                if let Some(answer) = self.last(tap, |frame| Packet::answer(frame, *flags))? {
                    self.arrives(tap, &answer)?;
                }
            }
            Line::Error(tap, icmp) => {
                if let Some(error) = self.last(tap, |frame| Packet::error(frame, *icmp))? {
                    self.arrives(tap, &error)?;
                }
            }
            Line::Either(..) => {}
        }
        Ok(self.outcome(by_chance))
    }

    fn tap(&self, name: &str) -> Result<usize, Failed> {
        let tap = self.network.tap(name);
        tap.ok_or_else(|| format!("{name} is no TAP of network.sh").into())
    }

    /// What comes back for the last frame that came out of a TAP, if any did.
    fn last(
        &self,
        tap: &str,
        reply: impl Fn(&[u8]) -> Option<Packet>,
    ) -> Result<Option<Packet>, Failed> {
        Ok(self.last[self.tap(tap)?].as_deref().and_then(reply))
    }

    fn arrives(&mut self, tap: &str, packet: &Packet) -> Result<(), Failed> {
        let frame = packet.frame(&self.network, tap);
        let at = self.tap(tap)?;
        self.side.send(at, &frame);
        Ok(())
    }

    /// What came out, and which counters moved.
    fn outcome(&mut self, by_chance: bool) -> Vec<String> {
        let mut lines = Vec::new();
        for (tap, frame) in self.side.take() {
            if let Some(text) = self.known.frame(&frame) {
                let name = self.known.drawn(&self.network.taps[tap]);
                lines.push(format!("out {name}: {text}"));
                self.last[tap] = Some(frame);
            }
        }
        if lines.is_empty() {
            lines.push("nothing".to_owned());
        }
        let now = counters(self.side, self.host);
        if !by_chance {
            for (was, is) in self.counters.iter().zip(&now) {
                let moved = (is.count.0 - was.count.0, is.count.1 - was.count.1);
                if moved != (0, 0) {
                    lines.push(format!("[{}:{}] {}", moved.0, moved.1, is.rule));
                }
            }
        }
        self.counters = now;
        lines
    }
}

/// A rule or policy with its packets and bytes.
struct Counted {
    rule: String,
    count: (u64, u64),
}

/// All counters of a host, in order.
fn counters(side: &mut dyn Side, host: &Host) -> Vec<Counted> {
    let mut all = Vec::new();
    for (file, _, save) in SAVED {
        if host.has(file) {
            let family = if file.starts_with("ip6") { "ip6 " } else { "" };
            let mut table = "";
            let saved = side.run(save, "").out;
            for line in saved.lines() {
                if let Some(name) = line.strip_prefix('*') {
                    table = name;
                } else if let Some((rule, count)) = saved_counter(line) {
                    let rule = format!("{family}{table} {rule}");
                    all.push(Counted { rule, count });
                }
            }
        }
    }
    if host.loads().contains(&NFT) {
        let listed = side.run("nft list ruleset", "").out;
        let mut place = String::new();
        for line in listed.lines().map(str::trim) {
            if let Some(opened) = line.strip_suffix(" {") {
                place = opened.to_owned();
            } else if let Some((rule, count)) = listed_counter(line) {
                let rule = format!("{place} {rule}");
                all.push(Counted { rule, count });
            }
        }
    }
    all
}

/// `[2:80] -A INPUT ...` or `:INPUT DROP [2:80]`.
fn saved_counter(line: &str) -> Option<(String, (u64, u64))> {
    let (before, rest) = line.split_once('[')?;
    let (count, after) = rest.split_once(']')?;
    let (packets, bytes) = count.split_once(':')?;
    let count = (packets.parse().ok()?, bytes.parse().ok()?);
    Some((format!("{before}{after}").trim().to_owned(), count))
}

/// `... counter packets 2 bytes 80 ...`.
fn listed_counter(line: &str) -> Option<(String, (u64, u64))> {
    let (before, rest) = line.split_once("packets ")?;
    let (packets, rest) = rest.split_once(" bytes ")?;
    let (bytes, after) = rest.split_once(' ').unwrap_or((rest, ""));
    let count = (packets.parse().ok()?, bytes.parse().ok()?);
    Some((format!("{before}{after}").trim().to_owned(), count))
}
