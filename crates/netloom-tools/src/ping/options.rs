//! The options of `ping`.

use super::Failure;
use super::ip_options::Stamps;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use netloom_model::Family;
use netloom_model::socket::PmtuDiscovery;

/// What the command line says.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) to: IpAddr,
    /// The link of an address that means nothing without one: what stands behind `%`.
    pub(super) zone: Option<String>,
    /// The family that was asked for.
    pub(super) family: Option<Family>,
    /// The destination as it was written.
    pub(super) name: String,
    pub(super) count: Option<u32>,
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
    pub(super) deadline: Option<Duration>,
    pub(super) size: usize,
    pub(super) source: Option<IpAddr>,
    pub(super) device: Option<String>,
    pub(super) ttl: Option<u8>,
    pub(super) tos: u8,
    pub(super) mark: u32,
    pub(super) pmtu: Option<PmtuDiscovery>,
    pub(super) pattern: Vec<u8>,
    pub(super) ident: Option<u16>,
    pub(super) quiet: bool,
    pub(super) verbose: bool,
    pub(super) flood: bool,
    pub(super) adaptive: bool,
    pub(super) audible: bool,
    pub(super) broadcast: bool,
    pub(super) dont_route: bool,
    pub(super) no_loop: bool,
    pub(super) outstanding: bool,
    pub(super) record_route: bool,
    /// What timestamps are asked for.
    pub(super) stamps: Option<Stamps>,
    /// The stops before the destination.
    pub(super) hops: Vec<Ipv4Addr>,
    pub(super) timestamp: bool,
    pub(super) version: bool,
}

/// Options that take a value.
const VALUED: &str = "cCFgeGhHIilmMNpQsStTwW";

fn usage() -> Failure {
    let text = "
Usage: ping [OPTION]... HOST

  -c COUNT     ends after so many replies      -w SECONDS  ends then
  -i SECONDS   between requests                -W SECONDS  waits so long for a reply
  -s BYTES     of data in each                 -p HEX      fills them with this
  -I DEVICE|ADDRESS  asks from there           -t TTL      time to live
  -M do|want|dont|probe  may it be cut         -Q TOS      type of service
  -R           records the route               -r          no routing, the link alone
  -b           a broadcast may be asked        -L          no loop of multicasts
  -f           floods                          -A          asks when answered
  -m MARK      firewall mark                   -e IDENT    identifier of the requests
  -n           no names                        -O          tells what is not answered yet
  -q           only the summary                -v          more
  -D           prints times                    -a          sounds a bell
  -V           the version
";
    Failure::new(text, 2)
}

impl Options {
    /// Where a request goes first.
    pub(super) fn first_hop(&self) -> IpAddr {
        let stop = self.hops.first().copied();
        stop.map_or(self.to, IpAddr::V4)
    }

    /// Reads the words behind `ping`.
    pub(super) fn parse(args: &[String]) -> Result<Options, Failure> {
        let mut options = Options {
            to: Ipv4Addr::UNSPECIFIED.into(),
            zone: None,
            family: None,
            name: String::new(),
            count: None,
            interval: Duration::from_secs(1),
            timeout: Duration::from_secs(10),
            deadline: None,
            size: 56,
            source: None,
            device: None,
            ttl: None,
            tos: 0,
            mark: 0,
            pmtu: None,
            pattern: Vec::new(),
            ident: None,
            quiet: false,
            verbose: false,
            flood: false,
            adaptive: false,
            audible: false,
            broadcast: false,
            dont_route: false,
            no_loop: false,
            outstanding: false,
            record_route: false,
            stamps: None,
            hops: Vec::new(),
            timestamp: false,
            version: false,
        };
        let mut destinations = Vec::new();
        let mut words = args.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                destinations.extend(words.by_ref().cloned());
            } else if word.len() > 1 && word.starts_with('-') {
                options.cluster(&word[1..], &mut words)?;
            } else {
                destinations.push(word.clone());
            }
        }
        if options.version {
            return Ok(options);
        }
        let missing = "ping: usage error: Destination address required";
        let name = destinations.pop().ok_or_else(|| Failure::new(missing, 1))?;
        let most = match options.stamps {
            _ if options.record_route => 0,
            Some(Stamps::Prespecified) => 4,
            Some(_) => 0,
            None => 9,
        };
        if destinations.len() > most {
            return Err(usage());
        }
        let hops = destinations.iter().map(|hop| stop(hop));
        options.hops = hops.collect::<Result<_, _>>()?;
        let (address, zone) = match name.split_once('%') {
            Some((address, zone)) => (address, Some(zone.to_owned())),
            None => (&name[..], None),
        };
        options.to = resolve(address, &name, options.family)?;
        options.zone = zone;
        options.name = name;
        if options.to.is_multicast() && options.to.is_ipv6() {
            // A group is not asked in pieces, unless that is wanted.
            options.pmtu.get_or_insert(PmtuDiscovery::Do);
        }
        if options.flood {
            options.interval = Duration::from_millis(10);
        }
        Ok(options)
    }

    /// Options written together, `-nc3`; the last may have its value here or in the next word.
    fn cluster<'a>(
        &mut self,
        letters: &str,
        words: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), Failure> {
        for (at, letter) in letters.char_indices() {
            if letter == 'h' {
                return Err(usage());
            }
            if !VALUED.contains(letter) {
                self.switch(letter)?;
                continue;
            }
            let rest = &letters[at + letter.len_utf8()..];
            let value = if rest.is_empty() {
                words.next().map(String::as_str)
            } else {
                Some(rest)
            };
            let missing = || {
                let text = format!("ping: option requires an argument -- '{letter}'\n");
                Failure::new(text + &usage().text, 2)
            };
            return self.valued(letter, value.ok_or_else(missing)?);
        }
        Ok(())
    }

    fn switch(&mut self, letter: char) -> Result<(), Failure> {
        match letter {
            'n' | 'U' | 'B' | 'd' => {}
            '4' => self.family = Some(Family::V4),
            '6' => self.family = Some(Family::V6),
            'q' => self.quiet = true,
            'v' => self.verbose = true,
            'f' => self.flood = true,
            'A' => self.adaptive = true,
            'a' => self.audible = true,
            'b' => self.broadcast = true,
            'r' => self.dont_route = true,
            'L' => self.no_loop = true,
            'O' => self.outstanding = true,
            'R' if self.stamps.is_some() => return Err(one_of()),
            'R' => self.record_route = true,
            'D' => self.timestamp = true,
            'V' => self.version = true,
            other => {
                let text = format!("ping: invalid option -- '{other}'\n");
                return Err(Failure::new(text + &usage().text, 2));
            }
        }
        Ok(())
    }

    fn valued(&mut self, letter: char, value: &str) -> Result<(), Failure> {
        match letter {
            'c' => {
                let count = number(value, 1, i64::MAX)?;
                self.count = Some(u32::try_from(count).unwrap_or(u32::MAX));
            }
            'i' => self.interval = seconds(value)?,
            'W' => self.timeout = seconds(value)?,
            'w' => {
                self.deadline = Some(Duration::from_secs(
                    number(value, 0, i64::from(i32::MAX))? as u64
                ));
            }
            's' => self.size = number(value, 0, 127_992)? as usize,
            't' => self.ttl = Some(number(value, 0, 255)? as u8),
            'Q' => self.tos = tos(value)?,
            'm' => self.mark = number(value, 0, i64::from(u32::MAX))? as u32,
            'e' => self.ident = Some(number(value, 0, 65_535)? as u16),
            'l' | 'S' => drop(number(value, 1, i64::from(i32::MAX))?),
            'T' if self.record_route => return Err(one_of()),
            'T' => {
                let invalid = || Failure::new(format!("ping: invalid timestamp type: {value}"), 2);
                self.stamps = Some(Stamps::parse(value).ok_or_else(invalid)?);
            }
            'p' => self.pattern = pattern(value)?,
            'M' => self.pmtu = Some(pmtu(value)?),
            'I' => match (value.parse(), value.split_once('%')) {
                (Ok(source), _) => self.source = Some(source),
                (_, Some((source, device))) if source.parse::<Ipv6Addr>().is_ok() => {
                    self.source = source.parse().ok();
                    self.device = Some(device.to_owned());
                }
                _ => self.device = Some(value.to_owned()),
            },
            other => {
                let text = format!("ping: -{other}: not supported by netloom");
                return Err(Failure::new(text, 2));
            }
        }
        Ok(())
    }
}

fn one_of() -> Failure {
    Failure::new("ping: only one of -T or -R may be used", 2)
}

/// A destination: an address, or what inet_aton(3) takes for one; `name` is how it was written.
fn resolve(word: &str, name: &str, family: Option<Family>) -> Result<IpAddr, Failure> {
    let addr = match (word, family) {
        ("localhost", Some(Family::V6)) => Some(Ipv6Addr::LOCALHOST.into()),
        ("localhost", _) => Some(Ipv4Addr::LOCALHOST.into()),
        _ => address(word),
    };
    let Some(addr) = addr else {
        let text = format!("ping: {name}: Temporary failure in name resolution");
        return Err(Failure::new(text, 2));
    };
    if family.is_some_and(|family| family != Family::of(addr)) {
        let text = format!("ping: {name}: Address family for hostname not supported");
        return Err(Failure::new(text, 2));
    }
    // To nobody in particular is to oneself.
    Ok(match addr {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        addr => addr,
    })
}

/// A stop of a source route.
fn stop(word: &str) -> Result<Ipv4Addr, Failure> {
    match resolve(word, word, Some(Family::V4))? {
        IpAddr::V4(addr) => Ok(addr),
        IpAddr::V6(_) => Ok(Ipv4Addr::UNSPECIFIED),
    }
}

fn address(word: &str) -> Option<IpAddr> {
    let number = |word: &str| word.parse().ok().map(|n| Ipv4Addr::from_bits(n).into());
    word.parse().ok().or_else(|| number(word))
}

fn number(value: &str, least: i64, most: i64) -> Result<i64, Failure> {
    let invalid = || Failure::new(format!("ping: invalid argument: '{value}'"), 1);
    let number: i64 = value.parse().map_err(|_| invalid())?;
    if (least..=most).contains(&number) {
        return Ok(number);
    }
    let text =
        format!("ping: invalid argument: '{value}': out of range: {least} <= value <= {most}");
    Err(Failure::new(text, 1))
}

fn seconds(value: &str) -> Result<Duration, Failure> {
    let invalid = || Failure::new(format!("ping: invalid argument: '{value}'"), 1);
    let seconds: f64 = value.parse().map_err(|_| invalid())?;
    if !seconds.is_finite() || seconds < 0.0 {
        return Err(Failure::new(
            format!("ping: bad timing interval: {value}"),
            2,
        ));
    }
    Ok(Duration::from_secs_f64(seconds.min(2_147_483.0)))
}

fn tos(value: &str) -> Result<u8, Failure> {
    let number = match value.strip_prefix("0x") {
        Some(hex) => u8::from_str_radix(hex, 16).ok(),
        None => value.parse().ok(),
    };
    number.ok_or_else(|| {
        Failure::new(
            "ping: the decimal value of TOS bits must be in range 0-255",
            2,
        )
    })
}

fn pattern(value: &str) -> Result<Vec<u8>, Failure> {
    let invalid = || Failure::new("ping: patterns must be specified as hex digits", 2);
    if !value.chars().all(|c| c.is_ascii_hexdigit()) || value.is_empty() {
        return Err(invalid());
    }
    let digits: Vec<u8> = value
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|d| d as u8)
        .take(32)
        .collect();
    Ok(digits
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit))
        .collect())
}

fn pmtu(value: &str) -> Result<PmtuDiscovery, Failure> {
    Ok(match value {
        "do" => PmtuDiscovery::Do,
        "dont" => PmtuDiscovery::Dont,
        "want" => PmtuDiscovery::Want,
        "probe" => PmtuDiscovery::Probe,
        _ => {
            return Err(Failure::new(
                "ping: wrong value for -M: do, dont, want, probe are valid ones.",
                2,
            ));
        }
    })
}
