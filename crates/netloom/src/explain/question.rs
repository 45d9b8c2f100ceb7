//! The question on the command line.

use super::named::{Named, Sender};
use netloom_model::NsName;
use netloom_model::journey::{Probe, ProbeProtocol, ProbeSend};
use netloom_tools::capture_file::Reader;
use std::fs::File;
use std::io::BufReader;
use std::net::IpAddr;
use std::num::NonZeroU8;
use std::ops::RangeInclusive;

pub(super) const USAGE: &str = "\
Usage: netloom explain [--from WHO] TO[%DEV][:PORT] [OPTIONS]
       netloom explain [--from WHO] --dev DEV --pcap FILE [OPTIONS]

The packet goes through the real pipeline on a copy of the world; nothing changes. TO is an
address, or the name of a namespace, a container or a pod; \"web tcp 80\" is \"web:80\".

  --live             ask this machine as it is now, not a world
  --snapshot FILE    ask the host of a snapshot; several: hosts of one network
  --from WHO         who sends: a namespace, container, pod, process or path; or
                     outside DEV [SRC]: somebody whose packet comes in by DEV
  --in NS            the namespace it begins in (default: the current one)
  --proto PROTO      icmp (default), udp, tcp
  --src ADDR         source address (default: as routing chooses)
  --sport PORT       source port
  --ttl N            time to live (default: the namespace's)
  --size N           payload in bytes (default: 56 for icmp, else 0)
  --tos N, --mark N  type of service, mark
  --df               must not be fragmented
  --dev DEV          it arrives at DEV from outside (needs --src, or --pcap)
  --pcap FILE        the packets of a capture arrive at --dev
  --fix              propose the smallest change that delivers it, tried before it is told
  --summary          a line a device
  --detail           headers, lookups and the kernel's functions
  --step[=N[-M]]     one decision at a time, with the state that it read beside it;
                     only step N, or steps N to M
  --format FORMAT    text (default), json, mermaid, dot, pcapng

Exit code: 0 delivered, 1 dropped, 2 usage, 3 unknown, 4 left what netloom sees
";

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    Summary,
    Decisions,
    Detail,
    /// One step at a time, with what it read.
    Step,
}

/// In which form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Json,
    Mermaid,
    Dot,
    Pcapng,
}

/// A question.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) ns: NsName,
    to: Option<(IpAddr, u16)>,
    /// The link of a destination that means nothing without it.
    pub(crate) zone: Option<String>,
    protocol: Option<ProbeProtocol>,
    from: Option<IpAddr>,
    source_port: Option<u16>,
    ttl: Option<u8>,
    size: Option<u16>,
    tos: u8,
    mark: u32,
    dont_fragment: bool,
    dev: Option<String>,
    pcap: Option<String>,
    pub(super) named: Named,
    pub(super) fix: bool,
    pub(super) view: View,
    /// The steps that are played, from 1.
    pub(super) steps: RangeInclusive<usize>,
    pub(super) format: Format,
}

/// The options that take a value.
const VALUED: [&str; 13] = [
    "--in",
    "--proto",
    "--src",
    "--sport",
    "--ttl",
    "--size",
    "--tos",
    "--mark",
    "--dev",
    "--pcap",
    "--format",
    "--from",
    "--snapshot",
];

/// A complaint about the command line, with where to read on.
fn complaint(text: &str) -> String {
    format!("netloom explain: {text}\nTry \"netloom explain --help\".\n")
}

impl Question {
    /// The question that nobody has put yet, from namespace `ns`.
    pub(crate) fn new(ns: NsName) -> Question {
        Question {
            ns,
            to: None,
            zone: None,
            protocol: None,
            from: None,
            source_port: None,
            ttl: None,
            size: None,
            tos: 0,
            mark: 0,
            dont_fragment: false,
            dev: None,
            pcap: None,
            named: Named::default(),
            fix: false,
            view: View::Decisions,
            steps: 1..=usize::MAX,
            format: Format::Text,
        }
    }

    /// Reads the words behind `netloom explain`.
    pub(super) fn parse(args: &[String], ns: &NsName) -> Result<Question, String> {
        Question::read(args, ns).map_err(|text| complaint(&text))
    }

    fn read(args: &[String], ns: &NsName) -> Result<Question, String> {
        let mut question = Question::new(ns.clone());
        let mut words = args.iter();
        while let Some(word) = words.next() {
            let (key, inline) = match word.split_once('=') {
                Some((key, value)) if key.starts_with("--") => (key, Some(value.to_owned())),
                _ => (word.as_str(), None),
            };
            if key == "--step" {
                question.view = View::Step;
                question.steps = inline.map_or(Ok(1..=usize::MAX), |value| steps(&value))?;
                continue;
            }
            if question.switch(key) {
                continue;
            }
            if key.starts_with("--") {
                if !VALUED.contains(&key) {
                    return Err(format!("\"{key}\" is no option"));
                }
                let value = inline.or_else(|| words.next().cloned());
                let value = value.ok_or_else(|| format!("{key} needs a value"))?;
                if key == "--from" && value == "outside" {
                    let dev = words.next().ok_or("--from outside needs a device")?;
                    question.named.from = Some(Sender::Outside(dev.clone()));
                } else {
                    question.option(key, &value)?;
                }
            } else if !question.spoken(word)? {
                question.whom(word)?;
            }
        }
        question.check()?;
        Ok(question)
    }

    /// Takes what stands behind the destination as in the sentences of `netloom check`: `tcp 443`, `icmp`.
    fn spoken(&mut self, word: &str) -> Result<bool, String> {
        if self.to.is_none() && self.named.to.is_none() {
            return Ok(false);
        }
        if matches!(word, "icmp" | "udp" | "tcp") {
            self.option("--proto", word)?;
            return Ok(true);
        }
        let has_ports = matches!(self.protocol, Some(ProbeProtocol::Udp | ProbeProtocol::Tcp));
        let (true, Ok(number)) = (has_ports, word.parse::<u16>()) else {
            return Ok(false);
        };
        match (&mut self.to, &mut self.named.to) {
            (Some((_, port)), _) => *port = number,
            (None, Some(name)) => *name = format!("{name}:{number}"),
            (None, None) => {}
        }
        Ok(true)
    }

    /// Takes a word that is no option: to whom it is sent; with two of them, the first is who sends it from
    /// outside.
    fn whom(&mut self, word: &str) -> Result<(), String> {
        let outside = matches!(self.named.from, Some(Sender::Outside(_)));
        match self.to {
            Some((from, 0)) if outside && self.from.is_none() => self.from = Some(from),
            None if self.named.to.is_none() => {}
            _ => return Err(format!("\"{word}\": one destination is enough")),
        }
        match destination(word) {
            Ok((to, port, zone)) => (self.to, self.zone) = (Some((to, port)), zone),
            Err(_) => (self.to, self.named.to) = (None, Some(word.to_owned())),
        }
        Ok(())
    }

    /// Where it is sent to.
    pub(super) fn destination(&self) -> Option<IpAddr> {
        self.to.map(|(to, _)| to)
    }

    /// The source address that it is to have.
    pub(super) const fn source(&self) -> Option<IpAddr> {
        self.from
    }

    /// Gives it a source address.
    pub(super) const fn come_from(&mut self, source: IpAddr) {
        self.from = Some(source);
    }

    /// Sends it to this address, and this port; 0: to none in particular.
    pub(crate) const fn send_to(&mut self, to: IpAddr, port: u16) {
        self.to = Some((to, port));
    }

    /// Takes an option without a value.
    pub(crate) fn switch(&mut self, key: &str) -> bool {
        match key {
            "--fix" => self.fix = true,
            "--live" => self.named.live = true,
            "--summary" => self.view = View::Summary,
            "--detail" => self.view = View::Detail,
            "--df" => self.dont_fragment = true,
            _ => return false,
        }
        true
    }

    /// Takes an option with its value.
    pub(crate) fn option(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "--in" => {
                self.ns = NsName::from(value);
                self.named.inside = Some(value.to_owned());
            }
            "--from" => self.named.from = Some(Sender::In(value.to_owned())),
            "--snapshot" => self.named.snapshots.push(value.to_owned()),
            "--proto" => {
                self.protocol = Some(match value {
                    "icmp" => ProbeProtocol::Icmp,
                    "udp" => ProbeProtocol::Udp,
                    "tcp" => ProbeProtocol::Tcp,
                    _ => return Err(wrong(key, value, "icmp, udp or tcp")),
                });
            }
            "--src" => self.from = Some(parsed(key, value, "an address")?),
            "--sport" => self.source_port = Some(parsed(key, value, "a port")?),
            "--ttl" => {
                let ttl: NonZeroU8 = parsed(key, value, "a number from 1 to 255")?;
                self.ttl = Some(ttl.get());
            }
            "--size" => self.size = Some(parsed(key, value, "a number of bytes up to 65535")?),
            "--tos" => self.tos = parsed(key, value, "a number up to 255")?,
            "--mark" => self.mark = parsed(key, value, "a number")?,
            "--dev" => self.dev = Some(value.to_owned()),
            "--pcap" => self.pcap = Some(value.to_owned()),
            "--format" => {
                self.format = match value {
                    "text" => Format::Text,
                    "json" => Format::Json,
                    "mermaid" => Format::Mermaid,
                    "dot" => Format::Dot,
                    "pcapng" => Format::Pcapng,
                    _ => return Err(wrong(key, value, "text, json, mermaid, dot or pcapng")),
                };
            }
            _ => return Err(format!("\"{key}\" is no option")),
        }
        Ok(())
    }

    /// What cannot go together.
    fn check(&self) -> Result<(), String> {
        let why = match (&self.to, &self.dev, &self.pcap) {
            (None, _, None) if self.named.to.is_none() => "where to? Give an address",
            (Some(_), _, Some(_)) => "--pcap brings its own destinations",
            (_, None, Some(_)) => "--pcap needs --dev: at which device do the packets arrive?",
            (Some(_), Some(_), None) if self.from.is_none() => {
                "--dev needs --src: from whom does the packet come?"
            }
            _ if self.fix && !matches!(self.format, Format::Text | Format::Json) => {
                "--fix is told as text or JSON"
            }
            _ => return Ok(()),
        };
        Err(why.to_owned())
    }

    /// The packets that are asked about.
    pub(crate) fn probes(&self) -> Result<Vec<Probe>, String> {
        if let (Some(file), Some(dev)) = (&self.pcap, &self.dev) {
            return captured(file, dev);
        }
        let Some((to, port)) = self.to else {
            return Ok(Vec::new());
        };
        let implied = if port == 0 {
            ProbeProtocol::Icmp
        } else {
            ProbeProtocol::Tcp
        };
        let protocol = self.protocol.unwrap_or(implied);
        let size = if protocol == ProbeProtocol::Icmp {
            56
        } else {
            0
        };
        let packet = ProbeSend {
            to,
            // traceroute's port, where a UDP packet is sent to none in particular.
            port: if port == 0 { 33434 } else { port },
            protocol,
            from: self.from,
            source_port: self.source_port,
            ttl: self.ttl,
            size: self.size.unwrap_or(size),
            tos: self.tos,
            mark: self.mark,
            dont_fragment: self.dont_fragment,
            device: self.zone.clone(),
        };
        Ok(vec![match &self.dev {
            Some(dev) => Probe::ReceiveIp {
                dev: dev.clone(),
                packet,
            },
            None => Probe::Send(packet),
        }])
    }
}

fn wrong(key: &str, value: &str, wanted: &str) -> String {
    format!("{key} {value}: wanted {wanted}")
}

fn parsed<T: std::str::FromStr>(key: &str, value: &str, wanted: &str) -> Result<T, String> {
    value.parse().map_err(|_| wrong(key, value, wanted))
}

/// `N` or `N-M`.
fn steps(value: &str) -> Result<RangeInclusive<usize>, String> {
    let (from, to) = value.split_once('-').unwrap_or((value, value));
    match (from.parse(), to.parse()) {
        (Ok(from), Ok(to)) if 1 <= from && from <= to => Ok(from..=to),
        _ => Err(wrong(
            "--step",
            value,
            "a number from 1, or a range such as 3-7",
        )),
    }
}

/// `ADDRESS` or `ADDRESS:PORT`; behind `%` the link of an address of IPv6.
pub(crate) fn destination(word: &str) -> Result<(IpAddr, u16, Option<String>), String> {
    let (plain, zone) = without_zone(word);
    let zone = zone.map(str::to_owned);
    if let Ok(addr) = plain.parse() {
        return Ok((addr, 0, zone));
    }
    if let Ok(socket) = plain.parse::<std::net::SocketAddr>() {
        return Ok((socket.ip(), socket.port(), zone));
    }
    Err(format!(
        "\"{word}\" is no address: wanted ADDRESS or ADDRESS:PORT"
    ))
}

/// Takes the link out of `fe80::1%eth0` or `[fe80::1%eth0]:80`.
fn without_zone(word: &str) -> (String, Option<&str>) {
    let Some((address, rest)) = word.split_once('%') else {
        return (word.to_owned(), None);
    };
    match rest.split_once(']') {
        Some((zone, port)) => (format!("{address}]{port}"), Some(zone)),
        None => (address.to_owned(), Some(rest)),
    }
}

/// The frames of a capture, each as it arrives at `dev`.
fn captured(file: &str, dev: &str) -> Result<Vec<Probe>, String> {
    let told = |why: &dyn std::fmt::Display| format!("{file}: {why}");
    let input = File::open(file).map_err(|e| told(&e))?;
    let mut reader = Reader::new(BufReader::new(input)).map_err(|e| told(&e))?;
    let mut probes = Vec::new();
    while let Some(packet) = reader.next_packet().map_err(|e| told(&e))? {
        probes.push(Probe::Receive {
            dev: dev.to_owned(),
            frame: packet.bytes,
        });
    }
    Ok(probes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Question, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Question::parse(&words, &NsName::from("here"))
    }

    #[test]
    fn an_address_alone_is_a_ping_from_here() {
        let question = parse("10.0.0.2").unwrap();
        assert_eq!(question.ns, NsName::from("here"));
        let probes = question.probes().unwrap();
        let [Probe::Send(packet)] = &probes[..] else {
            panic!("{probes:?}")
        };
        assert_eq!((packet.protocol, packet.size), (ProbeProtocol::Icmp, 56));
    }

    #[test]
    fn a_link_stands_behind_an_address_of_ipv6() {
        let of = |line: &str| match &parse(line).unwrap().probes().unwrap()[..] {
            [Probe::Send(packet)] => (packet.to, packet.port, packet.device.clone()),
            other => panic!("{other:?}"),
        };
        let near: IpAddr = "fe80::1".parse().unwrap();
        let eth0 = Some("eth0".to_owned());
        assert_eq!(of("fe80::1%eth0"), (near, 33434, eth0.clone()));
        assert_eq!(of("[fe80::1%eth0]:80"), (near, 80, eth0));
        assert_eq!(of("fe80::1").2, None);
    }

    #[test]
    fn a_port_means_tcp_unless_told_otherwise() {
        let of = |line: &str| match &parse(line).unwrap().probes().unwrap()[..] {
            [Probe::Send(packet)] => (packet.protocol, packet.port),
            other => panic!("{other:?}"),
        };
        assert_eq!(of("10.0.0.2:80"), (ProbeProtocol::Tcp, 80));
        assert_eq!(of("10.0.0.2:53 --proto udp"), (ProbeProtocol::Udp, 53));
        assert_eq!(of("10.0.0.2 tcp 443"), (ProbeProtocol::Tcp, 443));
        assert_eq!(of("10.0.0.2 udp 53"), (ProbeProtocol::Udp, 53));
    }

    #[test]
    fn steps_are_all_or_one_or_a_range() {
        let steps = |line: &str| parse(line).map(|question| question.steps);
        assert_eq!(steps("10.0.0.2 --step"), Ok(1..=usize::MAX));
        assert_eq!(steps("10.0.0.2 --step=4"), Ok(4..=4));
        assert_eq!(steps("10.0.0.2 --step=4-9"), Ok(4..=9));
        for wrong in ["0", "4-", "9-4", "x"] {
            let complaint = steps(&format!("10.0.0.2 --step={wrong}")).err().unwrap();
            assert!(complaint.contains("such as 3-7"), "{complaint}");
        }
    }

    #[test]
    fn complaints_say_what_is_missing() {
        let complaint = |line: &str| parse(line).err().unwrap();
        assert!(complaint("").contains("where to?"));
        assert!(complaint("10.0.0.1 --dev eth0").contains("--dev needs --src"));
        assert!(complaint("10.0.0.1 --proto sctp").contains("wanted icmp, udp or tcp"));
        assert!(complaint("10.0.0.1 --frobnicate 1").contains("\"--frobnicate\" is no option"));
        assert!(complaint("10.0.0.1 somewhere").contains("one destination is enough"));
        assert!(complaint("10.0.0.1 443").contains("one destination is enough"));
    }
}
