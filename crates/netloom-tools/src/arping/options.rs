//! The options of `arping`.

use super::INTERVAL;
use core::net::Ipv4Addr;
use core::time::Duration;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Who has the address?
    Ask,
    /// Does anybody have it (`-D`)?
    Detect,
    /// We have it, as a request (`-U`).
    Announce,
    /// We have it, as a reply (`-A`).
    Answer,
}

/// What the command line says.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) to: Ipv4Addr,
    pub(super) device: Option<String>,
    pub(super) source: Option<Ipv4Addr>,
    pub(super) count: Option<u32>,
    pub(super) deadline: Option<Duration>,
    pub(super) interval: Duration,
    pub(super) mode: Mode,
    pub(super) first: bool,
    pub(super) quiet: bool,
    pub(super) broadcast_only: bool,
    pub(super) version: bool,
}

const USAGE: &str = "
Usage: arping [OPTION]... HOST

  -I DEVICE    asks on this device
  -s ADDRESS   asks from this address
  -c COUNT, -w SECONDS   ends after so many requests, or so long
  -i SECONDS   between requests; 1 unless told
  -f           ends with the first reply
  -b           asks by broadcast all the time
  -D           looks for a duplicate of HOST
  -U, -A       tells neighbours of HOST, by a request or by an answer
  -q           no lines; -V the version
";

impl Options {
    /// Reads the words behind `arping`; a complaint otherwise.
    pub(super) fn parse(args: &[String]) -> Result<Options, String> {
        let mut options = Options {
            to: Ipv4Addr::UNSPECIFIED,
            device: None,
            source: None,
            count: None,
            deadline: None,
            interval: INTERVAL,
            mode: Mode::Ask,
            first: false,
            quiet: false,
            broadcast_only: false,
            version: false,
        };
        let mut to = None;
        let mut words = args.iter();
        while let Some(word) = words.next() {
            let Some(letters) = word.strip_prefix('-').filter(|l| !l.is_empty()) else {
                if to.replace(word.clone()).is_some() {
                    return Err(USAGE.to_owned());
                }
                continue;
            };
            options.cluster(letters, &mut words)?;
        }
        if options.version {
            return Ok(options);
        }
        let to = to.ok_or(USAGE)?;
        let unknown = |_| format!("arping: {to}: Temporary failure in name resolution");
        options.to = to.parse().map_err(unknown)?;
        Ok(options)
    }

    /// Options written together; the last may have its value here or in the next word.
    fn cluster<'a>(
        &mut self,
        letters: &str,
        words: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), String> {
        for (at, letter) in letters.char_indices() {
            match letter {
                'f' => self.first = true,
                'q' => self.quiet = true,
                'b' => self.broadcast_only = true,
                'D' => self.mode = Mode::Detect,
                'U' => self.mode = Mode::Announce,
                'A' => self.mode = Mode::Answer,
                'V' => self.version = true,
                'c' | 'w' | 'i' | 'I' | 's' => {
                    let rest = &letters[at + 1..];
                    let value = if rest.is_empty() {
                        words.next().map(String::as_str)
                    } else {
                        Some(rest)
                    };
                    let missing =
                        || format!("arping: option requires an argument -- '{letter}'\n{USAGE}");
                    return self.valued(letter, value.ok_or_else(missing)?);
                }
                other => return Err(format!("arping: invalid option -- '{other}'\n{USAGE}")),
            }
        }
        Ok(())
    }

    fn valued(&mut self, letter: char, value: &str) -> Result<(), String> {
        let invalid = || format!("arping: invalid argument: '{value}'");
        match letter {
            'c' => {
                let count: u32 = value.parse().map_err(|_| invalid())?;
                let out = "out of range: 1 <= value <= 2147483647";
                if count == 0 {
                    return Err(format!("{}: {out}", invalid()));
                }
                self.count = Some(count);
            }
            'w' => self.deadline = Some(seconds(value).ok_or_else(invalid)?),
            'i' => self.interval = seconds(value).ok_or_else(invalid)?,
            'I' => self.device = Some(value.to_owned()),
            _ => {
                let source = value.parse();
                self.source = Some(source.map_err(|_| format!("arping: invalid source {value}"))?);
            }
        }
        Ok(())
    }
}

fn seconds(value: &str) -> Option<Duration> {
    let seconds: f64 = value.parse().ok()?;
    (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(1e9)))
}
