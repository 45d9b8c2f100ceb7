//! Playing a case on one side: the engine or the real kernel, by the same code. What a side differs
//! in is behind [`Side`].

use crate::case::{self, Case, Line, Probe, Tool};
use crate::finals;
use crate::probe;
use crate::transcript::{Entry, Transcript};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use netloom_model::socket::{SocketId, SocketKind, SocketOption};
use netloom_model::{Change, NsName, World};
use std::collections::BTreeMap;

/// The flags of a link that say whether it can be used: up, running, carrier.
pub(crate) type LinkState = (bool, bool, bool);

/// What plays a case.
pub(crate) trait Side: World {
    /// Runs lines of `tool` in a namespace as `tool -force -batch -`: what it printed, the errors
    /// behind the rest.
    fn batch(&mut self, tool: Tool, ns: &str, lines: &str) -> String;

    /// The links of a namespace by name.
    fn links(&mut self, ns: &str) -> BTreeMap<String, LinkState>;

    /// A link's name.
    fn link_name(&mut self, ns: &str, index: u32) -> String;

    /// Whether a neighbour is being asked for; `None` where that cannot be seen.
    fn unresolved(&mut self) -> Option<bool>;

    /// How long links that came up have something to say by themselves: reports of groups.
    fn calm(&self) -> Duration;

    /// How long at most to wait for what the other side saw.
    fn patience(&self) -> Duration;
}

/// A case that is being played.
pub(crate) struct Play<'a> {
    pub(crate) side: &'a mut dyn Side,
    /// What the other side saw, where it was asked first.
    pub(crate) told: Option<&'a Transcript>,
    pub(crate) out: Transcript,
    pub(crate) namespaces: Vec<String>,
    /// The sockets that answer, with their namespace.
    pub(crate) servers: Vec<(SocketId, String)>,
    /// Whether a command ran since the links were looked at.
    changed: bool,
    probes: u16,
}

/// The port on which every namespace answers.
pub(crate) const ECHO: u16 = 7;

/// Plays a case. Where another side's transcript is `told`, what it saw is waited for.
pub(crate) fn play(side: &mut dyn Side, case: &Case, told: Option<&Transcript>) -> Transcript {
    let mut play = Play {
        side,
        told,
        out: Transcript::default(),
        namespaces: Vec::new(),
        servers: Vec::new(),
        changed: false,
        probes: 0,
    };
    let mut at = 0;
    while at < case.lines.len() {
        at += play.step(&case.lines[at..]);
    }
    play.links_settle();
    finals::look(&mut play, case);
    play.out
}

impl Play<'_> {
    /// Plays the first of `lines`, with those behind it that one call of a tool can take; how many.
    fn step(&mut self, lines: &[Line]) -> usize {
        match &lines[0] {
            Line::Namespace(ns) => self.namespace(ns),
            Line::Command { tool, ns, .. } => {
                let same = |line: &&Line| matches!(line, Line::Command { tool: t, ns: n, .. } if t == tool && n == ns);
                let count = lines.iter().take_while(same).count();
                // An error of `ip neigh` ends the batch that it is in.
                let ends = |line: &Line| matches!(line, Line::Command { words, .. } if words.starts_with("neigh"));
                let count = lines[..count]
                    .iter()
                    .position(ends)
                    .map_or(count, |at| at + 1);
                self.batch(*tool, ns, &lines[..count]);
                self.changed = true;
                return count;
            }
            Line::Setting { ns, name, value } => self.setting(&lines[0], ns, name, value),
            Line::Timers { ns, dev } => {
                for (name, value) in case::timers(dev) {
                    self.setting(&lines[0], ns, &name, value);
                }
            }
            Line::Pause(ms) => self.sleep(Duration::from_millis(u64::from(*ms))),
            Line::Settle => self.links_settle(),
            Line::Probe(probe) => self.probe(probe),
        }
        1
    }

    fn namespace(&mut self, ns: &str) {
        let change = Change::AddNamespace(ns.into());
        if let Err(error) = self.side.apply(vec![change]) {
            self.out.note(&format!("namespace {ns}"), error.to_string());
            return;
        }
        self.namespaces.push(ns.to_owned());
        for (name, value) in case::NAMESPACE {
            let _ = self.set(ns, name, value);
        }
        for (kind, any) in [
            (SocketKind::Udp, IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
            (SocketKind::Udp6, IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        ] {
            let bound = self.server(&ns.into(), kind, any);
            match bound {
                Ok(socket) => self.servers.push((socket, ns.to_owned())),
                Err(error) => self.out.note(&format!("server {ns}"), error.to_string()),
            }
        }
    }

    fn server(
        &mut self,
        ns: &NsName,
        kind: SocketKind,
        any: IpAddr,
    ) -> netloom_model::Result<SocketId> {
        let socket = self.side.open(ns, kind)?;
        if kind.is_v6() {
            self.side.set(socket, SocketOption::OnlyV6(true))?;
        }
        self.side.set(socket, SocketOption::ReceiveErrors(true))?;
        self.side.bind(socket, any, ECHO)?;
        Ok(socket)
    }

    fn batch(&mut self, tool: Tool, ns: &str, lines: &[Line]) {
        let text: Vec<String> = lines
            .iter()
            .map(|line| match line {
                Line::Command { words, .. } => format!("{words}\n"),
                _ => String::new(),
            })
            .collect();
        let printed = self.side.batch(tool, ns, &text.concat());
        let mut told = Vec::new();
        for line in printed.lines() {
            // The number of a line says little where lines can be taken out.
            let failed = line
                .strip_prefix("Command failed -:")
                .and_then(|n| n.parse::<usize>().ok())
                .and_then(|n| lines.get(n - 1));
            match failed {
                Some(which) => {
                    self.out.note(&which.to_string(), told.join(" / "));
                    told.clear();
                }
                None => told.push(line.to_owned()),
            }
        }
        if !told.is_empty() {
            self.out
                .note(&format!("{} in {ns}", tool.name()), told.join(" / "));
        }
    }

    fn set(&mut self, ns: &str, name: &str, value: &str) -> netloom_model::Result<()> {
        self.side.apply(vec![Change::SetSysctl {
            ns: ns.into(),
            name: name.to_owned(),
            value: value.to_owned(),
        }])
    }

    fn setting(&mut self, line: &Line, ns: &str, name: &str, value: &str) {
        if let Err(error) = self.set(ns, name, value) {
            let number = error.errno;
            self.out
                .note(&line.to_string(), format!("{name}: {number}"));
        }
    }

    pub(crate) fn sleep(&mut self, by: Duration) {
        if let Ok(now) = self.side.now() {
            let _ = self.side.sleep_until(now + by);
        }
    }

    /// The links as they are once nothing changes any more: the kernel tells of carrier by and by.
    fn links_settle(&mut self) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        let at = self.out.entries.len();
        let wanted = self.told.and_then(|told| told.entries.get(at)).cloned();
        let mut entry = self.link_states();
        let mut waited = Duration::ZERO;
        let step = Duration::from_millis(10);
        while let Some(wanted) = &wanted
            && entry.lines != wanted.lines
            && waited < self.side.patience()
        {
            self.sleep(step);
            waited += step;
            entry = self.link_states();
        }
        // What was waiting for a link goes now: addresses of IPv6, reports of groups.
        self.sleep(self.side.calm());
        self.out.entries.push(entry);
    }

    fn link_states(&mut self) -> Entry {
        let mut lines = Vec::new();
        for ns in self.namespaces.clone() {
            for (name, (up, running, lower)) in self.side.links(&ns) {
                let flag = |on, name| if on { name } else { "" };
                let flags = [
                    flag(up, " up"),
                    flag(running, " running"),
                    flag(lower, " lower-up"),
                ];
                lines.push(format!("{ns} {name}{}", flags.concat()));
            }
        }
        Entry::new("links", lines)
    }

    fn probe(&mut self, what: &Probe) {
        self.links_settle();
        self.probes += 1;
        let number = self.probes;
        probe::send(self, what, number);
    }
}
