//! Playing a case on one side: the engine or the real kernel, by the same code. What a side differs
//! in is behind [`Side`].

use crate::case::{Case, How, Line, Step};
use crate::packet::{Packet, read};
use crate::place::{self, DEVICES};
use crate::seen::Known;
use crate::transcript::{Entry, Transcript};
use core::net::IpAddr;
use std::collections::BTreeMap;

/// What plays a case: a router with devices.
pub(crate) trait Side {
    /// Runs a command with this input: what it printed, the errors behind the rest, and the exit code
    /// where it is not 0.
    fn run(&mut self, command: &str, input: &str) -> String;

    /// Writes a setting: whether it could be.
    fn set(&mut self, name: &str, value: &str) -> bool;

    /// A frame arrives at a device.
    fn send(&mut self, dev: usize, frame: &[u8]);

    /// The frames that came out of the devices, one device after the other.
    fn take(&mut self) -> Vec<(usize, Vec<u8>)>;

    /// The router itself sends an IP packet.
    fn local(&mut self, packet: &[u8], to: IpAddr);
}

/// What a command said.
pub(crate) fn told(out: &[u8], err: &[u8], code: i32) -> String {
    let mut text = String::from_utf8_lossy(out).into_owned();
    text.push_str(&String::from_utf8_lossy(err));
    if code != 0 {
        text.push_str(&format!("exit {code}\n"));
    }
    text
}

/// The words by which a command reads a ruleset from its input.
fn words(loader: &str) -> String {
    match loader {
        "nft" => "nft -f -".to_owned(),
        other => other.to_owned(),
    }
}

/// What came of a case.
pub(crate) struct Played {
    /// What was seen.
    pub(crate) out: Transcript,
    /// What was sent, in order.
    pub(crate) sent: Vec<Sent>,
}

/// Something that was sent.
pub(crate) struct Sent {
    /// The step that sent it.
    pub(crate) number: u16,
    /// The device where it arrived; none: the router itself sent it.
    pub(crate) dev: Option<usize>,
    /// The frame; without a device the IP packet.
    pub(crate) bytes: Vec<u8>,
}

/// Plays a case.
pub(crate) fn play(side: &mut dyn Side, case: &Case) -> Played {
    let mut play = Play {
        side,
        known: Known::of(case),
        out: Transcript::default(),
        sent: Vec::new(),
        seen: BTreeMap::new(),
    };
    play.side.take();
    let mut at = 0;
    while at < case.lines.len() {
        at += play.line(&case.lines[at..]);
    }
    play.finals(case);
    let Play { out, sent, .. } = play;
    Played { out, sent }
}

struct Play<'a> {
    side: &'a mut dyn Side,
    known: Known,
    out: Transcript,
    sent: Vec<Sent>,
    /// The last whole packet or first fragment that came out for each step, and where.
    seen: BTreeMap<u16, (usize, Vec<u8>)>,
}

impl Play<'_> {
    /// Plays the first of `lines`, with those that belong to it: how many.
    fn line(&mut self, lines: &[Line]) -> usize {
        match &lines[0] {
            Line::Setting { name, value } => {
                if !self.side.set(name, value) {
                    self.out.note(&lines[0].to_string(), "refused".to_owned());
                }
                1
            }
            Line::Text(_) => 1,
            Line::Packet(step) => {
                self.packet(step);
                1
            }
            Line::Rules(loader) => {
                let text = lines[1..].iter().map_while(|line| match line {
                    Line::Text(text) => Some(text.as_str()),
                    _ => None,
                });
                let text: Vec<&str> = text.collect();
                let input = text.join("\n") + "\n";
                let printed = self.side.run(&words(loader), &input);
                self.note(&format!("rules {loader}"), &printed);
                1 + text.len()
            }
        }
    }

    fn note(&mut self, about: &str, printed: &str) {
        if !printed.is_empty() {
            let lines = printed.lines().map(str::to_owned).collect();
            self.out.entries.push(Entry::new(about, lines));
        }
    }

    fn packet(&mut self, step: &Step) {
        match &step.how {
            How::Send { dev, .. } => {
                let packet = Packet::of(step);
                if let (Some(packet), Some(dev)) = (packet, place::device(dev)) {
                    self.arrives(step, dev, &packet);
                }
            }
            How::Answer { of } | How::Error { of } => {
                if let Some((dev, frame)) = self.seen.get(of) {
                    let packet = match step.how {
                        How::Answer { .. } => Packet::answer(frame, step),
                        _ => Packet::error(frame, step),
                    };
                    if let (dev, Some(packet)) = (*dev, packet) {
                        self.arrives(step, dev, &packet);
                    }
                }
            }
            How::Local { .. } => {
                if let Some(packet) = Packet::of(step) {
                    for bytes in packet.packets() {
                        self.side.local(&bytes, packet.to);
                        self.sent.push(Sent {
                            number: step.number,
                            dev: None,
                            bytes,
                        });
                    }
                }
            }
        }
        let mut lines = Vec::new();
        for (dev, frame) in self.side.take() {
            if let Some(line) = self.known.frame(DEVICES[dev], &frame, step.number) {
                lines.push(line);
                // Only the first fragment says what it is of.
                if read(&frame).is_some_and(|seen| seen.fragment.is_none_or(|offset| offset == 0)) {
                    self.seen.insert(step.number, (dev, frame));
                }
            }
        }
        self.out.entries.push(Entry::new(&step.to_string(), lines));
    }

    fn arrives(&mut self, step: &Step, dev: usize, packet: &Packet) {
        for bytes in packet.frames(dev) {
            self.side.send(dev, &bytes);
            self.sent.push(Sent {
                number: step.number,
                dev: Some(dev),
                bytes,
            });
        }
    }

    /// What is left: the rules with their counters, and the connections.
    fn finals(&mut self, case: &Case) {
        let mut listings: Vec<String> = Vec::new();
        for line in &case.lines {
            let listing = match line {
                // Not the ruleset as a whole: it has the tables of iptables too.
                Line::Text(text) => text
                    .strip_prefix("add table ")
                    .map(|table| format!("nft list table {table}")),
                Line::Rules(loader) => loader
                    .strip_suffix("-restore")
                    .map(|family| format!("{family}-save -c")),
                _ => None,
            };
            listings.extend(listing.filter(|listing| !listings.contains(listing)));
        }
        for listing in listings {
            let printed = self.side.run(&listing, "");
            let lines = printed.lines().filter(|line| {
                // When it was made, and whose it is.
                !line.starts_with('#')
            });
            let lines = lines.map(str::to_owned).collect();
            self.out.entries.push(Entry::new(&listing, lines));
        }
        for family in ["ipv4", "ipv6"] {
            let command = format!("conntrack -L -f {family}");
            let printed = self.side.run(&command, "");
            let mut lines: Vec<String> =
                printed.lines().map(|line| self.connection(line)).collect();
            lines.sort();
            self.out.entries.push(Entry::new(&command, lines));
        }
    }

    /// A connection without its time, and without who uses it.
    fn connection(&self, line: &str) -> String {
        let mut words: Vec<&str> = line.split_whitespace().collect();
        let time = words.get(2).is_some_and(|word| word.parse::<u64>().is_ok());
        if time {
            words.remove(2);
        }
        words.retain(|word| !word.starts_with("use="));
        let words: Vec<String> = words.iter().map(|word| self.known.word(word)).collect();
        words.join(" ")
    }
}
