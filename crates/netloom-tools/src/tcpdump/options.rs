//! The command line of tcpdump(8).

use super::Failure;
use super::print::Style;
use super::time::TimeStyle;
use crate::capture_file::MAX_PACKET;

/// What to do.
pub(super) enum Command {
    Help,
    Version,
    ListDevices,
    Capture(Options),
}

/// Which way packets go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    In,
    Out,
    Both,
}

/// How packets are dumped after their line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dump {
    /// `-x`: once without, twice with the link layer header.
    pub(super) hex: u8,
    /// `-X`.
    pub(super) hex_and_ascii: u8,
    /// `-A`.
    pub(super) ascii: u8,
}

#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) style: Style,
    pub(super) dump: Dump,
    pub(super) time: TimeStyle,
    pub(super) count: Option<u64>,
    pub(super) interface: Option<String>,
    pub(super) snapshot_len: u32,
    pub(super) way: Way,
    pub(super) numbered: bool,
    pub(super) promiscuous: bool,
    pub(super) packet_buffered: bool,
    pub(super) only_count: bool,
    pub(super) print_too: bool,
    pub(super) write: Option<String>,
    pub(super) pcapng: bool,
    pub(super) read: Option<String>,
    pub(super) filter_file: Option<String>,
    pub(super) expression: String,
}

impl Options {
    /// Whether not all packets are wanted.
    pub(super) fn has_filter(&self) -> bool {
        self.filter_file.is_some() || !self.expression.is_empty()
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            style: Style::default(),
            dump: Dump::default(),
            time: TimeStyle::default(),
            count: None,
            interface: None,
            snapshot_len: MAX_PACKET,
            way: Way::Both,
            numbered: false,
            promiscuous: true,
            packet_buffered: false,
            only_count: false,
            print_too: false,
            write: None,
            pcapng: false,
            read: None,
            filter_file: None,
            expression: String::new(),
        }
    }
}

/// Long options and the short ones they stand for; those without one have a digit.
const LONG: [(&str, char); 21] = [
    ("absolute-tcp-sequence-numbers", 'S'),
    ("buffer-size", 'B'),
    ("count", COUNT),
    ("direction", 'Q'),
    ("dont-verify-checksums", 'K'),
    ("help", 'h'),
    ("immediate-mode", IGNORED),
    ("interface", 'i'),
    ("list-interfaces", 'D'),
    ("micro", IGNORED),
    ("no-promiscuous-mode", 'p'),
    ("number", '#'),
    ("packet-buffered", 'U'),
    ("pcapng", PCAPNG),
    ("print", PRINT),
    ("snapshot-length", 's'),
    ("version", VERSION),
    ("list-data-link-types", 'L'),
    ("linktype", 'y'),
    ("nano", NANO),
    ("time-stamp-precision", 'j'),
];
// Long options without a short one.
const COUNT: char = '1';
const IGNORED: char = '2';
const PCAPNG: char = '3';
const PRINT: char = '4';
const VERSION: char = '5';
const NANO: char = '6';

/// The short options that take a value, and those of the original that are not supported here.
const WITH_VALUE: &str = "BcCEFGijMQrsTVwWyzZ";
const UNSUPPORTED: &str = "bCdEfGHIjJKLMTVWyzZ6";

pub(super) fn parse(args: &[String]) -> Result<Command, Failure> {
    let mut options = Options::default();
    let mut words = args.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let command = match word.strip_prefix('-') {
            Some("-") => {
                options.expression = words.by_ref().collect::<Vec<_>>().join(" ");
                None
            }
            Some(long) if long.starts_with('-') => options.long(&long[1..], &mut words)?,
            Some(letters) if !letters.is_empty() => options.short(letters, &mut words)?,
            _ => {
                // The first other word begins the expression, as where getopt(3) stops.
                let rest = std::iter::once(word).chain(words.by_ref());
                options.expression = rest.collect::<Vec<_>>().join(" ");
                None
            }
        };
        if let Some(command) = command {
            return Ok(command);
        }
    }
    Ok(Command::Capture(options))
}

impl Options {
    /// One long option, by any beginning that means only it.
    fn long<'a>(
        &mut self,
        word: &'a str,
        words: &mut impl Iterator<Item = &'a str>,
    ) -> Result<Option<Command>, Failure> {
        let (name, value) = word
            .split_once('=')
            .map_or((word, None), |(n, v)| (n, Some(v)));
        let exact = LONG.iter().find(|(long, _)| *long == name);
        let mut beginning = LONG.iter().filter(|(long, _)| long.starts_with(name));
        let (long, letter) = match (exact, beginning.next(), beginning.next()) {
            (Some(exact), ..) => *exact,
            (None, Some(only), None) => *only,
            (None, Some(_), Some(_)) => {
                return Err(Failure::Usage(format!("option '--{name}' is ambiguous")));
            }
            (None, None, _) => {
                return Err(Failure::Usage(format!("unrecognized option '--{name}'")));
            }
        };
        let missing = || Failure::Usage(format!("option '--{long}' requires an argument"));
        match (WITH_VALUE.contains(letter), value) {
            (true, Some(value)) => self.set(letter, value),
            (true, None) => self.set(letter, words.next().ok_or_else(missing)?),
            (false, None) => self.set(letter, ""),
            (false, Some(_)) => Err(Failure::Usage(format!(
                "option '--{long}' doesn't allow an argument"
            ))),
        }
    }

    /// A word of short options; one that takes a value takes the rest, or the next word.
    fn short<'a>(
        &mut self,
        letters: &'a str,
        words: &mut impl Iterator<Item = &'a str>,
    ) -> Result<Option<Command>, Failure> {
        for (at, letter) in letters.char_indices() {
            if letter.is_ascii_digit() {
                return Err(Failure::Usage(format!("invalid option -- '{letter}'")));
            }
            if WITH_VALUE.contains(letter) {
                let missing =
                    || Failure::Usage(format!("option requires an argument -- '{letter}'"));
                let value = match &letters[at + letter.len_utf8()..] {
                    "" => words.next().ok_or_else(missing)?,
                    rest => rest,
                };
                return self.set(letter, value);
            }
            if let Some(command) = self.set(letter, "")? {
                return Ok(Some(command));
            }
        }
        Ok(None)
    }

    fn set(&mut self, letter: char, value: &str) -> Result<Option<Command>, Failure> {
        match letter {
            'h' => return Ok(Some(Command::Help)),
            VERSION => return Ok(Some(Command::Version)),
            'D' => return Ok(Some(Command::ListDevices)),
            'A' => self.dump.ascii += 1,
            'x' => self.dump.hex += 1,
            'X' => self.dump.hex_and_ascii += 1,
            'e' => self.style.link = true,
            'n' => self.style.numeric = true,
            'q' => self.style.quiet = true,
            'S' => self.style.absolute = true,
            'v' => self.style.verbose = self.style.verbose.saturating_add(1),
            't' => self.time = self.time.next(),
            '#' => self.numbered = true,
            'p' => self.promiscuous = false,
            'U' => self.packet_buffered = true,
            COUNT => self.only_count = true,
            PCAPNG => self.pcapng = true,
            PRINT => self.print_too = true,
            // Every line is written at once, names are never asked for, buffers have one size.
            IGNORED | 'l' | 'B' | 'N' | 'O' | 'u' => {}
            'c' => {
                let count = value.parse().ok().filter(|&count| count > 0);
                self.count = Some(
                    count.ok_or_else(|| Failure::new(format!("invalid packet count {value}")))?,
                );
            }
            's' => {
                let length = value.parse().ok().filter(|&length| length <= MAX_PACKET);
                self.snapshot_len = match length {
                    Some(0) => MAX_PACKET,
                    Some(length) => length,
                    None => {
                        return Err(Failure::new(format!(
                            "invalid snaplen {value} (must be >= 0 and <= {MAX_PACKET})"
                        )));
                    }
                };
            }
            'Q' => {
                self.way = match value {
                    "in" => Way::In,
                    "out" => Way::Out,
                    "inout" => Way::Both,
                    _ => {
                        return Err(Failure::new(format!("unknown capture direction `{value}'")));
                    }
                };
            }
            'i' => self.interface = Some(value.to_owned()),
            'w' => self.write = Some(value.to_owned()),
            'r' => self.read = Some(value.to_owned()),
            'F' => self.filter_file = Some(value.to_owned()),
            letter if UNSUPPORTED.contains(letter) => {
                let name = LONG
                    .iter()
                    .find(|(_, l)| *l == letter && l.is_ascii_digit());
                let option = name.map_or(format!("-{letter}"), |(name, _)| format!("--{name}"));
                return Err(Failure::new(format!("option {option} is not supported")));
            }
            _ => return Err(Failure::Usage(format!("invalid option -- '{letter}'"))),
        }
        let dumps = self.dump != Dump::default();
        self.style.no_default_dump = dumps || self.style.quiet;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capture(words: &str) -> Result<Options, String> {
        let args: Vec<String> = words.split_whitespace().map(String::from).collect();
        match parse(&args) {
            Ok(Command::Capture(options)) => Ok(options),
            Ok(_) => Err(String::from("another command")),
            Err(failure) => Err(failure.to_string()),
        }
    }

    #[test]
    fn short_options_may_be_bundled_and_the_rest_is_the_expression() {
        let options = capture("-nnvvei veth0 -c5 icmp and -w").unwrap();
        assert_eq!(options.interface.as_deref(), Some("veth0"));
        assert_eq!((options.style.verbose, options.count), (2, Some(5)));
        assert!(options.style.numeric && options.style.link);
        assert_eq!(options.expression, "icmp and -w");
    }

    #[test]
    fn long_options_may_be_shortened() {
        let options = capture("--inter=lo --imm --snap 100 --direction in").unwrap();
        assert_eq!(options.interface.as_deref(), Some("lo"));
        assert_eq!((options.snapshot_len, options.way), (100, Way::In));
        assert!(capture("--n").unwrap_err().contains("ambiguous"));
    }

    #[test]
    fn wrong_options_are_refused_in_the_words_of_tcpdump() {
        let first = |words| {
            capture(words)
                .err()
                .unwrap()
                .lines()
                .next()
                .unwrap()
                .to_owned()
        };
        assert_eq!(first("-c x"), "tcpdump: invalid packet count x");
        assert_eq!(first("-c 0"), "tcpdump: invalid packet count 0");
        assert_eq!(first("-Q foo"), "tcpdump: unknown capture direction `foo'");
        assert_eq!(first("-c"), "tcpdump: option requires an argument -- 'c'");
        assert_eq!(first("--foo"), "tcpdump: unrecognized option '--foo'");
        assert_eq!(first("-G 5"), "tcpdump: option -G is not supported");
        assert_eq!(first("-5"), "tcpdump: invalid option -- '5'");
        assert_eq!(
            first("-s x"),
            "tcpdump: invalid snaplen x (must be >= 0 and <= 262144)"
        );
    }
}
