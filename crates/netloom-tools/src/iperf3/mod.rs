//! `iperf3`: how fast a stream goes between two hosts of a world, with a report each second, in the
//! form of iperf3(1). Both ends are netloom's: what they tell each other is their own affair.
//!
//! In a world of virtual time the rates are the world's: its clock stands while bytes are copied, so
//! the sender lets a millisecond pass every so many bytes.

mod client;
mod control;
mod report;
mod server;
mod stream;

use crate::Context;
use control::Test;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

const USAGE: &str = "\
Usage: iperf3 -s [-p PORT] [-B ADDRESS] [-1]
       iperf3 -c ADDRESS [-p PORT] [-t SECONDS|-n BYTES] [-l LENGTH] [-P STREAMS] [-R]
              [-u] [-b RATE] [-i SECONDS] [-J]

-s serves (-1: one test), -c sends for 10 seconds, -R lets the server send; -u sends datagrams, at
1 Mbit/s unless -b says otherwise; numbers may end in K, M, G
";

/// What the words ask for.
struct Options {
    serve: bool,
    once: bool,
    bind: Option<IpAddr>,
    to: Option<IpAddr>,
    port: u16,
    interval: f64,
    json: bool,
    test: Test,
}

/// Runs `iperf3`.
pub fn iperf3(cx: &mut Context<'_>) -> i32 {
    let words = cx.args.clone();
    if words.iter().any(|word| word == "-h" || word == "--help") {
        let _ = cx.out.write_all(USAGE.as_bytes());
        return 0;
    }
    let done = Options::read(&words).and_then(|options| match options.to {
        Some(to) => client::run(cx, &options, to),
        None => server::run(cx, &options),
    });
    match done {
        Ok(()) => 0,
        Err(text) => {
            let _ = writeln!(cx.err, "iperf3: error - {text}");
            1
        }
    }
}

/// A number that may end in K, M or G.
fn number(word: &str, unit: u64) -> Option<u64> {
    let scale = match word.chars().last()?.to_ascii_uppercase() {
        'K' => unit,
        'M' => unit.pow(2),
        'G' => unit.pow(3),
        _ => return word.parse().ok(),
    };
    let digits: f64 = word[..word.len() - 1].parse().ok()?;
    (digits >= 0.0).then_some((digits * scale as f64) as u64)
}

impl Options {
    fn read(words: &[String]) -> Result<Options, String> {
        let mut options = Options {
            serve: false,
            once: false,
            bind: None,
            to: None,
            port: 5201,
            interval: 1.0,
            json: false,
            test: Test::default(),
        };
        let mut length = None;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || {
                let value = words.next();
                value.ok_or_else(|| format!("option {word} requires an argument"))
            };
            let test = &mut options.test;
            match word.as_str() {
                "-s" | "--server" => options.serve = true,
                "-1" | "--one-off" => options.once = true,
                "-c" | "--client" => options.to = Some(parsed(word, value()?)?),
                "-p" | "--port" => options.port = parsed(word, value()?)?,
                "-B" | "--bind" => options.bind = Some(parsed(word, value()?)?),
                "-i" | "--interval" => options.interval = parsed(word, value()?)?,
                "-t" | "--time" => test.seconds = parsed(word, value()?)?,
                "-n" | "--bytes" => test.bytes = Some(sized(word, value()?, 1024)?),
                "-l" | "--length" => length = Some(sized(word, value()?, 1024)?),
                "-b" | "--bitrate" => test.rate = Some(sized(word, value()?, 1000)?),
                "-P" | "--parallel" => test.streams = parsed(word, value()?)?,
                "-R" | "--reverse" => test.reverse = true,
                "-u" | "--udp" => test.udp = true,
                "-J" | "--json" => options.json = true,
                // The address says which, and rates are told in the unit that fits.
                "-4" | "-6" => {}
                "-f" | "--format" => drop(value()?),
                _ => return Err(format!("unrecognized option '{word}'")),
            }
        }
        let test = &mut options.test;
        test.length = match length {
            Some(length @ 16..=1_048_576) => length as u32,
            Some(_) => return Err("block size must be from 16 bytes to 1 MiB".to_owned()),
            None if test.udp => 1448,
            None => 131_072,
        };
        if test.udp && test.length > 65_507 {
            return Err("a datagram has at most 65507 bytes".to_owned());
        }
        if !(1..=128).contains(&test.streams) {
            return Err("number of parallel streams must be from 1 to 128".to_owned());
        }
        match (options.serve, options.to) {
            (false, None) => Err("must either be a client (-c) or server (-s)".to_owned()),
            (true, Some(_)) => Err("cannot be both server and client".to_owned()),
            _ => Ok(options),
        }
    }

    /// Where a server listens.
    fn listens(&self) -> IpAddr {
        self.bind.unwrap_or(Ipv4Addr::UNSPECIFIED.into())
    }
}

fn parsed<T: FromStr>(option: &str, word: &str) -> Result<T, String> {
    let parsed = word.parse();
    parsed.map_err(|_| format!("{option} {word}: not a value that it takes"))
}

fn sized(option: &str, word: &str, unit: u64) -> Result<u64, String> {
    number(word, unit).ok_or_else(|| format!("{option} {word}: not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_have_a_unit() {
        assert_eq!(number("1500", 1000), Some(1500));
        assert_eq!(number("1.5M", 1000), Some(1_500_000));
        assert_eq!(number("2k", 1024), Some(2048));
        assert_eq!(number("1G", 1000), Some(1_000_000_000));
        assert_eq!(
            (number("-1K", 1000), number("", 1000), number("x", 1000)),
            (None, None, None)
        );
    }

    #[test]
    fn what_does_not_go_together_is_told() {
        let why = |line: &str| {
            let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
            Options::read(&words).err().unwrap()
        };
        assert!(why("").contains("either be a client"));
        assert!(why("-s -c 10.0.0.1").contains("both"));
        assert!(why("-c 10.0.0.1 -P 0").contains("parallel"));
        assert!(why("-c 10.0.0.1 -u -l 100K").contains("datagram"));
        assert!(why("-c 10.0.0.1 --frob").contains("unrecognized"));
        assert!(why("-c").contains("requires an argument"));
    }
}
