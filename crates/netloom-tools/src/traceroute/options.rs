//! The options of `traceroute`.

use super::Failure;
use core::net::{IpAddr, Ipv4Addr};
use core::time::Duration;

/// How it probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Method {
    /// UDP to ports where nobody is likely to listen.
    Udp,
    /// UDP to one port.
    OnePort,
    /// Echo requests.
    Echo,
    /// The beginning of TCP connections.
    Tcp,
}

/// What the command line says.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) to: IpAddr,
    /// The link that stands behind `%` of an address.
    zone: Option<String>,
    /// The family that is asked for: whether it is IPv6.
    v6: Option<bool>,
    /// The destination as it was written.
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) numeric: bool,
    pub(super) dont_fragment: bool,
    pub(super) first: u32,
    pub(super) most: u32,
    pub(super) probes: u32,
    pub(super) at_once: u32,
    /// How long an answer is waited for, at most.
    pub(super) wait: f64,
    /// That many times the round trip of an answer from the same hop, from a later one.
    pub(super) patience: (f64, f64),
    pub(super) pause: Duration,
    pub(super) device: Option<String>,
    pub(super) source: Option<IpAddr>,
    pub(super) port: Option<u16>,
    pub(super) tos: u8,
    /// Length of a whole packet; none where nothing is said of it.
    length: Option<usize>,
}

pub(super) const USAGE: &str = "\
Usage: traceroute [OPTION]... HOST [BYTES]

  -I           by ICMP echo, not UDP           -F          may not be cut
  -T, -U       by TCP to a port (80), by UDP to one port (53)
  -4, -6       by IPv4, by IPv6
  -f TTL, -m TTL   first and last time to live
  -q COUNT     packets for each                -N COUNT    so many at once
  -w MAX[,HERE,NEAR]   seconds to wait         -z SECONDS  between packets
  -i DEVICE, -s ADDRESS   from there           -p PORT, -t TOS
  -n           no names                        -e          shows ICMP extensions";

/// The options with a value, and what the original calls the value.
const VALUED: [(char, &str); 10] = [
    ('f', "first_ttl"),
    ('i', "device"),
    ('m', "max_ttl"),
    ('N', "squeries"),
    ('p', "port"),
    ('t', "tos"),
    ('w', "MAX,HERE,NEAR"),
    ('q', "nqueries"),
    ('s', "src_addr"),
    ('z', "sendwait"),
];

fn refuse(text: impl Into<String>) -> Failure {
    Failure::new(text, 2)
}

impl Options {
    /// Reads the command line; positions count from 1 in what is said of it.
    pub(super) fn parse(args: &[String]) -> Result<Options, Failure> {
        let mut options = Options {
            to: Ipv4Addr::UNSPECIFIED.into(),
            zone: None,
            v6: None,
            name: String::new(),
            method: Method::Udp,
            numeric: false,
            dont_fragment: false,
            first: 1,
            most: 30,
            probes: 3,
            at_once: 16,
            wait: 5.0,
            patience: (3.0, 10.0),
            pause: Duration::ZERO,
            device: None,
            source: None,
            port: None,
            tos: 0,
            length: None,
        };
        let mut at = 0;
        let mut names = 0;
        while let Some(word) = args.get(at) {
            at += 1;
            match word.strip_prefix('-') {
                Some(letters) if !letters.is_empty() => {
                    at = options.letters(letters, args, at)?;
                }
                _ => {
                    names += 1;
                    options.operand(word, names, at)?;
                }
            }
        }
        if names == 0 {
            return Err(refuse("Specify \"host\" missing argument."));
        }
        options.check()?;
        Ok(options)
    }

    fn operand(&mut self, word: &str, position: usize, at: usize) -> Result<(), Failure> {
        let cannot = |what: &str| {
            format!(
                "Cannot handle \"{what}\" cmdline arg `{word}' on position {position} (argc {at})"
            )
        };
        match position {
            1 => {
                self.name = word.to_owned();
                let unknown = || {
                    let why = format!("{word}: Temporary failure in name resolution");
                    refuse(format!("{why}\n{}", cannot("host")))
                };
                let (name, zone) = match word.split_once('%') {
                    Some((name, zone)) => (name, Some(zone.to_owned())),
                    None => (word, None),
                };
                let other = || {
                    let why = format!("{word}: Address family for hostname not supported");
                    refuse(format!("{why}\n{}", cannot("host")))
                };
                let found = address(name, self.v6).ok_or_else(unknown)?;
                if self.v6.is_some_and(|v6| v6 != found.is_ipv6()) {
                    return Err(other());
                }
                (self.to, self.zone) = (found, zone);
            }
            2 => {
                let length: usize = word.parse().map_err(|_| refuse(cannot("packetlen")))?;
                if length > 65_000 {
                    return Err(refuse(format!("too big packetlen {length} specified")));
                }
                self.length = Some(length);
            }
            _ => {
                return Err(refuse(format!(
                    "Extra arg `{word}' (position {position}, argc {at})"
                )));
            }
        }
        Ok(())
    }

    /// Takes the letters of one word, and where one wants it the next word: where to go on.
    fn letters(&mut self, letters: &str, args: &[String], at: usize) -> Result<usize, Failure> {
        for (nth, letter) in letters.char_indices() {
            match letter {
                'I' => self.method = Method::Echo,
                'T' => self.method = Method::Tcp,
                'U' => self.method = Method::OnePort,
                '4' | '6' => self.v6 = Some(letter == '6'),
                'n' => self.numeric = true,
                'F' => self.dont_fragment = true,
                // An extension (RFC 4884) would be shown; no router here adds one.
                'e' => {}
                'D' | 'M' | 'O' | 'P' | 'A' | 'g' | 'l' | 'r' | 'V' | '-' => {
                    let word = format!("-{}", &letters[nth..]);
                    return Err(refuse(format!(
                        "traceroute: {word}: not supported by netloom"
                    )));
                }
                _ => {
                    let Some((_, what)) = VALUED.iter().find(|(l, _)| *l == letter) else {
                        return Err(refuse(format!("Bad option `-{letter}' (argc {at})")));
                    };
                    let rest = &letters[nth + 1..];
                    let (value, next) = match (rest, args.get(at)) {
                        ("", Some(word)) => (word.as_str(), at + 1),
                        ("", None) => {
                            return Err(refuse(format!(
                                "Option `-{letter}' (argc {at}) requires an argument: \
                                 `-{letter} {what}'"
                            )));
                        }
                        (rest, _) => (rest, at),
                    };
                    let cannot = || {
                        refuse(format!(
                            "Cannot handle `-{letter}' option with arg `{value}' (argc {at})"
                        ))
                    };
                    self.valued(letter, value).ok_or_else(cannot)?;
                    return Ok(next);
                }
            }
        }
        Ok(at)
    }

    fn valued(&mut self, letter: char, value: &str) -> Option<()> {
        match letter {
            'f' => self.first = value.parse().ok()?,
            'm' => self.most = value.parse().ok()?,
            'q' => self.probes = value.parse().ok()?,
            'N' => self.at_once = value.parse::<u32>().ok()?.max(1),
            'i' => self.device = Some(value.to_owned()),
            's' => self.source = Some(value.parse().ok()?),
            'p' => self.port = Some(value.parse().ok()?),
            't' => self.tos = value.parse().ok()?,
            'z' => {
                // More than ten are milliseconds.
                let pause = positive(value)?;
                let seconds = if pause > 10.0 { pause / 1000.0 } else { pause };
                self.pause = Duration::try_from_secs_f64(seconds).ok()?;
            }
            _ => {
                let mut parts = value.splitn(3, [',', '/']);
                self.wait = positive(parts.next()?)?.min(1e6);
                self.patience.0 = parts.next().map_or(Some(self.patience.0), positive)?;
                self.patience.1 = parts.next().map_or(Some(self.patience.1), positive)?;
            }
        }
        Some(())
    }

    fn check(&self) -> Result<(), Failure> {
        let text = if self.first == 0 || self.first > self.most {
            "first hop out of range"
        } else if self.most > 255 {
            "max hops cannot be more than 255"
        } else if self.probes == 0 || self.probes > 10 {
            "no more than 10 probes per hop"
        } else if self
            .source
            .is_some_and(|s| s.is_ipv6() != self.to.is_ipv6())
        {
            "IP version mismatch in addresses specified"
        } else {
            return Ok(());
        };
        Err(refuse(text))
    }
}

impl Options {
    /// The device that packets leave by, if that is told.
    pub(super) fn link(&self) -> Option<&str> {
        self.device.as_deref().or(self.zone.as_deref())
    }

    /// The length of the headers of a probe.
    pub(super) fn headers(&self) -> usize {
        let ip = if self.to.is_ipv6() { 40 } else { 20 };
        ip + match self.method {
            Method::Tcp => 40,
            _ => 8,
        }
    }

    /// The length of a whole probe.
    pub(super) fn length(&self) -> usize {
        let usual = if self.to.is_ipv6() { 80 } else { 60 };
        let wanted = self.length.unwrap_or(usual);
        if self.method == Method::Tcp {
            // It carries nothing.
            return self.headers();
        }
        wanted.max(self.headers())
    }
}

fn address(word: &str, v6: Option<bool>) -> Option<IpAddr> {
    if word == "localhost" && v6 != Some(true) {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    word.parse().ok()
}

fn positive(value: &str) -> Option<f64> {
    let number: f64 = value.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(line: &str) -> String {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let failure = Options::parse(&words).unwrap_err();
        assert_eq!(failure.code, 2, "{line}");
        failure.text
    }

    #[test]
    fn what_is_refused_is_told_in_the_words_of_the_original() {
        assert_eq!(refused("-q 0 10.0.0.2"), "no more than 10 probes per hop");
        assert_eq!(
            refused("-m 300 10.0.0.2"),
            "max hops cannot be more than 255"
        );
        assert_eq!(refused("1.1.1.1 -f 40"), "first hop out of range");
        assert_eq!(refused("-Y 1.1.1.1"), "Bad option `-Y' (argc 1)");
        assert_eq!(
            refused("-q"),
            "Option `-q' (argc 1) requires an argument: `-q nqueries'"
        );
        let text = "Cannot handle `-w' option with arg `x' (argc 1)";
        assert_eq!(refused("-w x 1.1.1.1"), text);
        assert_eq!(
            refused("1.1.1.1 70000"),
            "too big packetlen 70000 specified"
        );
    }

    #[test]
    fn probes_of_ipv6_are_longer_and_a_link_stands_behind_an_address() {
        let parse = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            Options::parse(&words).unwrap()
        };
        let near = parse("fe80::1%eth0");
        assert_eq!((near.link(), near.length()), (Some("eth0"), 80));
        assert_eq!(parse("-T ::1 20").length(), 80);
        assert_eq!(parse("-T 10.0.0.2").length(), 60);
        assert_eq!(
            refused("-6 10.0.0.2"),
            "10.0.0.2: Address family for hostname not supported\nCannot handle \"host\" cmdline \
             arg `10.0.0.2' on position 1 (argc 2)"
        );
        let mixed = "IP version mismatch in addresses specified";
        assert_eq!(refused("-s 10.0.0.1 ::1"), mixed);
    }

    #[test]
    fn letters_may_share_a_word_with_a_value() {
        let words = ["-nIq1", "10.0.0.2", "20"].map(str::to_owned);
        let options = Options::parse(&words).unwrap();
        assert!(options.numeric && options.method == Method::Echo);
        assert_eq!((options.probes, options.length()), (1, 28));
    }
}
