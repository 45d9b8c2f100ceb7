//! The command line: a command, its table, and options as getopt_long(3) reads them. What a protocol
//! has of its own can be said behind `-p` alone.

use super::labels::Labels;
use super::misused;
use super::save::STATUS;
use crate::ip::words::{Failure, Outcome};
use netloom_model::conntrack::{SCTP_STATES, TCP_STATES};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What is to be done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Command {
    List,
    Get,
    Delete,
    Create,
    Add,
    Update,
    Event,
    Flush,
    Count,
    Stats,
    Load,
    Version,
    #[default]
    Help,
}

/// A table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Table {
    #[default]
    Conntrack,
    Expect,
    Dying,
    Unconfirmed,
}

/// What is written, and how (`-o`).
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word of -o")]
pub(super) struct Format {
    pub(super) extended: bool,
    pub(super) id: bool,
    pub(super) timestamp: bool,
    pub(super) ktimestamp: bool,
    pub(super) labels: bool,
    pub(super) xml: bool,
    pub(super) save: bool,
}

/// What is translated to: any address or this one, any port or this one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nat {
    pub(super) address: Option<IpAddr>,
    pub(super) port: Option<u16>,
}

/// A command line.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option")]
pub(super) struct Options {
    pub(super) command: Command,
    pub(super) table: Table,
    pub(super) file: Option<String>,
    pub(super) src: Option<IpAddr>,
    pub(super) dst: Option<IpAddr>,
    pub(super) mask_src: Option<IpAddr>,
    pub(super) mask_dst: Option<IpAddr>,
    pub(super) reply_src: Option<IpAddr>,
    pub(super) reply_dst: Option<IpAddr>,
    pub(super) protocol: Option<u8>,
    /// Source and destination of the first direction, and of the replies.
    pub(super) ports: [Option<u16>; 4],
    /// Type, code and identifier.
    pub(super) icmp: (Option<u8>, Option<u8>, Option<u16>),
    pub(super) tags: [Option<u32>; 2],
    pub(super) state: Option<String>,
    pub(super) v6: Option<bool>,
    pub(super) timeout: Option<u32>,
    pub(super) status: Option<u32>,
    /// `-u` says no bit.
    pub(super) unset: bool,
    /// A mark, and which of its bits count.
    pub(super) mark: Option<(u32, u32)>,
    pub(super) mark_masked: bool,
    pub(super) src_nat: Option<Nat>,
    pub(super) dst_nat: Option<Nat>,
    pub(super) any_nat: Option<Nat>,
    pub(super) zone: Option<u16>,
    pub(super) orig_zone: Option<u16>,
    pub(super) reply_zone: Option<u16>,
    pub(super) id: Option<u32>,
    pub(super) labels: u128,
    pub(super) add_labels: u128,
    pub(super) del_labels: Option<u128>,
    /// New ones, updates, forgotten ones.
    pub(super) events: [bool; 3],
    pub(super) zero: bool,
    pub(super) format: Format,
    /// What is said before anything is done.
    pub(super) warnings: String,
    /// Nothing is said of what was done.
    pub(super) quiet: bool,
}

impl Options {
    /// Whether what is said of marks, status and translation is what connections are to have.
    pub(super) const fn sets(&self) -> bool {
        matches!(
            self.command,
            Command::Update | Command::Create | Command::Add
        )
    }
}

/// The commands, and whether a table may follow.
const COMMANDS: [(char, &str, Command); 13] = [
    ('L', "dump", Command::List),
    ('G', "get", Command::Get),
    ('D', "delete", Command::Delete),
    ('I', "create", Command::Create),
    ('A', "add", Command::Add),
    ('U', "update", Command::Update),
    ('E', "event", Command::Event),
    ('F', "flush", Command::Flush),
    ('C', "count", Command::Count),
    ('S', "stats", Command::Stats),
    ('R', "load-file", Command::Load),
    ('V', "version", Command::Version),
    ('h', "help", Command::Help),
];

/// Whether a value follows an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Value {
    No,
    Needed,
    Maybe,
}

/// The options in the order in which they are looked at, with the name by which errors call them.
/// Those without a short form have a digit for a letter.
const OPTIONS: [(char, &str, Value); 29] = [
    ('s', "src", Value::Needed),
    ('d', "dst", Value::Needed),
    ('r', "reply-src", Value::Needed),
    ('q', "reply-dst", Value::Needed),
    ('p', "protonum", Value::Needed),
    ('t', "timeout", Value::Needed),
    ('u', "status", Value::Needed),
    ('z', "zero", Value::No),
    ('e', "event-mask", Value::Needed),
    ('[', "tuple-src", Value::Needed),
    (']', "tuple-dst", Value::Needed),
    ('{', "mask-src", Value::Needed),
    ('}', "mask-dst", Value::Needed),
    ('a', "nat-range", Value::Needed),
    ('m', "mark", Value::Needed),
    ('i', "id", Value::Needed),
    ('f', "family", Value::Needed),
    ('n', "src-nat", Value::Maybe),
    ('g', "dst-nat", Value::Maybe),
    ('o', "output", Value::Needed),
    ('c', "secmark", Value::Needed),
    ('b', "buffer-size", Value::Needed),
    ('j', "any-nat", Value::Maybe),
    ('w', "zone", Value::Needed),
    ('l', "label", Value::Needed),
    ('<', "label-add", Value::Needed),
    ('>', "label-del", Value::Maybe),
    ('(', "orig-zone", Value::Needed),
    (')', "reply-zone", Value::Needed),
];

/// Other names of options.
const ALIASES: [(&str, char); 5] = [
    ("orig-src", 's'),
    ("orig-dst", 'd'),
    ("proto", 'p'),
    ("secmark", 'c'),
    ("any-nat", 'j'),
];

/// The options that a command takes.
fn takes(command: Command, table: Table) -> &'static str {
    match (command, table) {
        (Command::List, Table::Expect) => "ofl<",
        (Command::Event, Table::Expect) => "ol<",
        (_, Table::Expect) => "sdpt[]{}l<",
        (Command::List, _) => "sdrqpuzmfngocjwl<()i{}",
        (Command::Delete, _) => "sdrqptumfngowl<()i{}",
        (Command::Update, _) => "sdrqptumfngol<>i{}",
        (Command::Event, _) => "sdrqpemfngocbjwl<()i{}",
        (Command::Flush, _) => "fl<",
        (Command::Create | Command::Add, _) => "sdrqptumcngwfl<()",
        (Command::Get, _) => "sdrqpfwo()l<m",
        (Command::Load, _) => "",
        (Command::Help, _) => "pl<",
        (Command::Count | Command::Stats | Command::Version, _) => "l<",
    }
}

/// What each protocol has of its own: names, and where the value goes.
fn own_option(protocol: u8, name: &str) -> Option<char> {
    let ports = |name: &str| {
        Some(match name {
            "sport" | "orig-port-src" => '0',
            "dport" | "orig-port-dst" => '1',
            "reply-port-src" => '2',
            "reply-port-dst" => '3',
            _ => return None,
        })
    };
    match protocol {
        6 | 33 | 132 if name == "state" => Some('4'),
        33 if name == "role" => Some('8'),
        132 if name == "orig-vtag" => Some('5'),
        132 if name == "reply-vtag" => Some('6'),
        6 | 17 | 33 | 132 | 136 => ports(name),
        1 | 58 => {
            let name = name.strip_prefix(if protocol == 1 { "icmp-" } else { "icmpv6-" })?;
            Some(match name {
                "type" => '7',
                "code" => '9',
                "id" => '#',
                _ => return None,
            })
        }
        47 => Some(match name {
            "srckey" | "orig-key-src" => '0',
            "dstkey" | "orig-key-dst" => '1',
            "reply-key-src" => '2',
            "reply-key-dst" => '3',
            _ => return None,
        }),
        _ => None,
    }
}

/// The words that are left, and what was said so far.
struct Reader<'a> {
    words: &'a [String],
    labels: &'a Labels,
    options: Options,
    command: Option<Command>,
    /// Letters of the options that were given.
    given: String,
}

/// Reads a command line.
pub(super) fn parse(words: &[String], labels: &Labels) -> Outcome<Options> {
    let mut reader = Reader {
        words,
        labels,
        options: Options {
            events: [true; 3],
            ..Options::default()
        },
        command: None,
        given: String::new(),
    };
    let mut masks_events = false;
    while let Some((word, rest)) = reader.words.split_first() {
        reader.words = rest;
        if let Some(long) = word.strip_prefix("--") {
            reader.long(long, &mut masks_events)?;
        } else if let Some(letters) = word.strip_prefix('-').filter(|l| !l.is_empty()) {
            reader.letters(letters, &mut masks_events)?;
        }
    }
    reader.finish()
}

impl<'a> Reader<'a> {
    fn long(&mut self, long: &'a str, masks: &mut bool) -> Outcome<()> {
        let (name, glued) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        if let Some((_, _, command)) = COMMANDS.iter().find(|(_, own, _)| *own == name) {
            return self.begin(*command);
        }
        let own = self.options.protocol.and_then(|p| own_option(p, name));
        if let Some(letter) = own {
            let value = self.value(glued, || format!("--{name}"))?;
            return self.own(letter, value);
        }
        let exact = OPTIONS.iter().find(|(_, own, _)| *own == name);
        let alias = ALIASES.iter().find(|(own, _)| *own == name);
        let letter = exact.map(|row| row.0).or_else(|| alias.map(|row| row.1));
        let letter = letter.ok_or_else(|| misused(format_args!("unknown option `--{long}'")))?;
        self.option(letter, glued, &format!("--{name}"), masks)
    }

    fn letters(&mut self, letters: &'a str, masks: &mut bool) -> Outcome<()> {
        let mut rest = letters;
        while let Some(letter) = rest.chars().next() {
            rest = &rest[letter.len_utf8()..];
            if let Some((_, _, command)) = COMMANDS.iter().find(|(own, _, _)| *own == letter) {
                self.begin(*command)?;
                continue;
            }
            let known = OPTIONS.iter().find(|(own, _, _)| *own == letter);
            let Some((_, _, value)) = known.filter(|_| letter.is_ascii_lowercase()) else {
                return Err(misused(format_args!("unknown option `-{letter}'")));
            };
            if *value == Value::No {
                self.option(letter, None, "", masks)?;
                continue;
            }
            let glued = (!rest.is_empty()).then_some(rest);
            return self.option(letter, glued, &format!("-{letter}"), masks);
        }
        Ok(())
    }

    /// A command, and the table that may follow.
    fn begin(&mut self, command: Command) -> Outcome<()> {
        if self.command.is_some() {
            return Err(misused("Invalid commands combination"));
        }
        self.command = Some(command);
        let Some(word) = self.optional() else {
            return Ok(());
        };
        if command == Command::Load {
            self.options.file = Some(word.to_owned());
            return Ok(());
        }
        self.options.table = match word {
            "conntrack" => Table::Conntrack,
            "expect" => Table::Expect,
            "dying" => Table::Dying,
            "unconfirmed" => Table::Unconfirmed,
            other => return Err(misused(format_args!("unknown type `{other}'"))),
        };
        Ok(())
    }

    /// The next word, if it is not an option.
    fn optional(&mut self) -> Option<&'a str> {
        let (word, rest) = self.words.split_first()?;
        if word.starts_with('-') && word.len() > 1 {
            return None;
        }
        self.words = rest;
        Some(word)
    }

    fn value(&mut self, glued: Option<&'a str>, name: impl Fn() -> String) -> Outcome<&'a str> {
        if let Some(value) = glued {
            return Ok(value);
        }
        let missing = || misused(format_args!("option `{}' requires an argument", name()));
        let (word, rest) = self.words.split_first().ok_or_else(missing)?;
        self.words = rest;
        Ok(word)
    }

    fn option(
        &mut self,
        letter: char,
        glued: Option<&'a str>,
        name: &str,
        masks: &mut bool,
    ) -> Outcome<()> {
        self.given.push(letter);
        let how = OPTIONS.iter().find(|(own, _, _)| *own == letter);
        let value = match how.map(|row| row.2) {
            Some(Value::Needed) => self.value(glued, || name.to_owned())?,
            Some(Value::Maybe) => glued.or_else(|| self.optional()).unwrap_or(""),
            _ => "",
        };
        let options = &mut self.options;
        match letter {
            's' => {
                let (address, mask) = self.network(value)?;
                self.options.src = Some(address);
                self.options.mask_src = mask.or(self.options.mask_src);
            }
            'd' => {
                let (address, mask) = self.network(value)?;
                self.options.dst = Some(address);
                self.options.mask_dst = mask.or(self.options.mask_dst);
            }
            'r' => self.options.reply_src = Some(self.network(value)?.0),
            'q' => self.options.reply_dst = Some(self.network(value)?.0),
            '{' => self.options.mask_src = Some(self.network(value)?.0),
            '}' => self.options.mask_dst = Some(self.network(value)?.0),
            '[' | ']' => {
                self.network(value)?;
            }
            'p' => options.protocol = Some(protocol(value)?),
            'f' => {
                options.v6 = Some(match value {
                    "ipv4" => false,
                    "ipv6" => true,
                    other => {
                        return Err(misused(format_args!("`{other}' unsupported protocol")));
                    }
                });
            }
            't' => options.timeout = Some(number(value)),
            'u' => self.status(value)?,
            'm' => {
                let (mark, mask) = value
                    .split_once('/')
                    .map_or((value, None), |(m, k)| (m, Some(k)));
                options.mark_masked = mask.is_some();
                options.mark = Some((number(mark), mask.map_or(u32::MAX, number)));
            }
            'n' => self.options.src_nat = Some(self.nat(value)?),
            'g' => self.options.dst_nat = Some(self.nat(value)?),
            'j' => self.options.any_nat = Some(self.nat(value)?),
            'w' => options.zone = Some(number(value) as u16),
            '(' => options.orig_zone = Some(number(value) as u16),
            ')' => options.reply_zone = Some(number(value) as u16),
            'i' => options.id = Some(number(value)),
            'z' => options.zero = true,
            'b' => {
                // The kernel keeps twice as much, and no less than this (socket(7), SO_RCVBUF).
                let size = number(value).saturating_mul(2).max(2304);
                let warning =
                    format!("NOTICE: Netlink socket buffer size has been set to {size} bytes.\n");
                options.warnings.push_str(&warning);
            }
            'o' => self.output(value)?,
            'e' => self.events(value, masks)?,
            'l' => self.options.labels |= self.label(value)?,
            '<' => self.options.add_labels |= self.label(value)?,
            '>' => {
                let bits = match value {
                    "" => u128::MAX,
                    names => self.label(names)?,
                };
                self.options.del_labels = Some(self.options.del_labels.unwrap_or(0) | bits);
            }
            _ => {}
        }
        Ok(())
    }

    /// What a protocol has of its own.
    fn own(&mut self, letter: char, value: &str) -> Outcome<()> {
        let options = &mut self.options;
        match letter {
            '0' => options.ports[0] = Some(number(value) as u16),
            '1' => options.ports[1] = Some(number(value) as u16),
            '2' => options.ports[2] = Some(number(value) as u16),
            '3' => options.ports[3] = Some(number(value) as u16),
            '4' => options.state = Some(state(options.protocol, value)?),
            '5' => options.tags[0] = Some(number(value)),
            '6' => options.tags[1] = Some(number(value)),
            '7' => options.icmp.0 = Some(number(value) as u8),
            '9' => options.icmp.1 = Some(number(value) as u8),
            '#' => options.icmp.2 = Some(number(value) as u16),
            _ => {}
        }
        Ok(())
    }

    fn agree(&mut self, address: IpAddr) -> Outcome<()> {
        let v6 = address.is_ipv6();
        if self.options.v6.is_some_and(|own| own != v6) {
            return Err(misused("mismatched address family"));
        }
        self.options.v6 = Some(v6);
        Ok(())
    }

    /// An address, and the mask behind its slash.
    fn network(&mut self, text: &str) -> Outcome<(IpAddr, Option<IpAddr>)> {
        let (address, len) = match text.split_once('/') {
            Some((address, len)) => (address, Some(len)),
            None => (text, None),
        };
        let wrong = |_| misused(format_args!("Invalid IP address `{text}'"));
        let address: IpAddr = address.parse().map_err(wrong)?;
        self.agree(address)?;
        let Some(len) = len else {
            return Ok((address, None));
        };
        let most = if address.is_ipv6() { 128 } else { 32 };
        let len = len.parse::<u32>().ok().filter(|len| *len <= most);
        let len = len.ok_or_else(|| misused("Invalid netmask"))?;
        let mask = match address {
            IpAddr::V4(_) => {
                let bits = u32::MAX.checked_shl(32 - len).unwrap_or(0);
                IpAddr::V4(Ipv4Addr::from(bits))
            }
            IpAddr::V6(_) => {
                let bits = u128::MAX.checked_shl(128 - len).unwrap_or(0);
                IpAddr::V6(Ipv6Addr::from(bits))
            }
        };
        Ok((address, Some(mask)))
    }

    fn nat(&mut self, text: &str) -> Outcome<Nat> {
        if text.is_empty() {
            return Ok(Nat::default());
        }
        let wrong = || misused(format_args!("Invalid IP address `{text}'"));
        let whole = text.parse::<IpAddr>().ok().map(|address| (address, None));
        let with_port = || {
            let (address, port) = text.rsplit_once(':')?;
            let address = address.trim_start_matches('[').trim_end_matches(']');
            Some((address.parse().ok()?, Some(number(port) as u16)))
        };
        let (address, port) = whole.or_else(with_port).ok_or_else(wrong)?;
        self.agree(address)?;
        let address = Some(address);
        Ok(Nat { address, port })
    }

    fn status(&mut self, words: &str) -> Outcome<()> {
        for word in words.split(',') {
            match word {
                "UNSET" => {}
                "SRC_NAT" | "DST_NAT" => {
                    let instead = if word == "SRC_NAT" {
                        "src-nat"
                    } else {
                        "dst-nat"
                    };
                    let warning = format!("WARNING: ignoring {word}, use --{instead} instead\n");
                    self.options.warnings.push_str(&warning);
                }
                _ => {
                    let known = STATUS.iter().find(|(name, _)| *name == word);
                    let (_, bit) = known.ok_or_else(|| bad(word))?;
                    self.options.status = Some(self.options.status.unwrap_or(0) | bit);
                }
            }
        }
        self.options.unset = self.options.status.is_none();
        Ok(())
    }

    fn output(&mut self, words: &str) -> Outcome<()> {
        let format = &mut self.options.format;
        for word in words.split(',') {
            match word {
                "xml" => format.xml = true,
                "extended" => format.extended = true,
                "timestamp" => format.timestamp = true,
                "id" => format.id = true,
                "ktimestamp" => format.ktimestamp = true,
                "labels" => format.labels = true,
                "save" => format.save = true,
                // Which program brought an event about is told in any case.
                "userspace" => {}
                other => return Err(bad(other)),
            }
        }
        Ok(())
    }

    fn events(&mut self, words: &str, masks: &mut bool) -> Outcome<()> {
        if !core::mem::replace(masks, true) {
            self.options.events = [false; 3];
        }
        let events = &mut self.options.events;
        for word in words.split(',') {
            match word {
                "ALL" => *events = [true; 3],
                "NEW" => events[0] = true,
                "UPDATES" => events[1] = true,
                "DESTROY" => events[2] = true,
                other => return Err(bad(other)),
            }
        }
        Ok(())
    }

    fn label(&self, names: &str) -> Outcome<u128> {
        let bit = |name: &str| {
            let unknown = || misused(format_args!("unknown label '{name}'"));
            self.labels.bit(name).ok_or_else(unknown)
        };
        names
            .split(',')
            .try_fold(0, |bits, name| Ok(bits | bit(name)?))
    }

    /// Whether all that was said fits together.
    fn finish(mut self) -> Outcome<Options> {
        let command = match self.command {
            Some(command) => command,
            None => Command::Help,
        };
        let table = self.options.table;
        self.options.command = command;
        if command == Command::Update && table == Table::Expect {
            return Err(misused("Can't do --update on expectations"));
        }
        if command == Command::Load && self.options.file.is_none() {
            return Err(misused("option `-R' requires an argument"));
        }
        self.needs()?;
        if !(self.command == Some(Command::Help) && self.given == "p") {
            self.check(command, table)?;
        }
        let options = &self.options;
        let lone = table == Table::Conntrack && !matches!(command, Command::Create | Command::Add);
        if lone && options.mask_src.is_some() && options.src.is_none() {
            return Err(misused("Can't use --mask-src without --src"));
        }
        if lone && options.mask_dst.is_some() && options.dst.is_none() {
            return Err(misused("Can't use --mask-dst without --dst"));
        }
        let filters = self.given.chars().any(|letter| !"zofl<".contains(letter));
        if options.zero && command == Command::List && filters {
            return Err(misused("Can't use -z with filtering parameters"));
        }
        Ok(self.options)
    }

    /// The options that a command takes, and no other.
    fn check(&self, command: Command, table: Table) -> Outcome<()> {
        // Without a command nothing can be said.
        let takes = match self.command {
            Some(_) => takes(command, table),
            None => "",
        };
        for (letter, name, _) in OPTIONS {
            if self.given.contains(letter) && !takes.contains(letter) {
                let text = format!("Illegal option `--{name}' with this command");
                return Err(misused(text));
            }
        }
        Ok(())
    }

    /// The options that a command cannot do without.
    fn needs(&self) -> Outcome<()> {
        let needed: &[char] = match (self.command, self.options.table) {
            (Some(Command::Create | Command::Add), Table::Conntrack) => &['p', 't'],
            (Some(Command::Get), Table::Conntrack) => &['p'],
            (
                Some(Command::Create | Command::Add | Command::Get | Command::Delete),
                Table::Expect,
            ) => &['s', 'd'],
            _ => &[],
        };
        for letter in needed {
            if !self.given.contains(*letter) {
                let name = OPTIONS
                    .iter()
                    .find(|row| row.0 == *letter)
                    .map_or("", |row| row.1);
                return Err(missing(name));
            }
        }
        Ok(())
    }
}

/// A command cannot do without an option.
pub(super) fn missing(name: &str) -> Failure {
    misused(format_args!(
        "You need to supply the `--{name}' option for this command"
    ))
}

fn bad(word: &str) -> Failure {
    misused(format_args!("Bad parameter `{word}'"))
}

/// A number as strtoul(3) reads it: what comes behind its digits is passed over.
fn number(text: &str) -> u32 {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(hex) => (hex, 16),
        None if text.len() > 1 && text.starts_with('0') => (text, 8),
        None => (text, 10),
    };
    let end = digits
        .find(|c: char| !c.is_digit(radix))
        .unwrap_or(digits.len());
    u64::from_str_radix(&digits[..end], radix).unwrap_or(0) as u32
}

fn protocol(text: &str) -> Outcome<u8> {
    let known = match text.to_lowercase().as_str() {
        "icmp" => Some(1),
        "tcp" => Some(6),
        "udp" => Some(17),
        "dccp" => Some(33),
        "gre" => Some(47),
        "esp" => Some(50),
        "ah" => Some(51),
        "icmpv6" | "ipv6-icmp" => Some(58),
        "sctp" => Some(132),
        "udplite" => Some(136),
        _ => text.parse().ok(),
    };
    known.ok_or_else(|| misused(format_args!("`{text}' unsupported protocol")))
}

/// The name of a state as the kernel has it.
fn state(protocol: Option<u8>, text: &str) -> Outcome<String> {
    let known = match protocol {
        // The tool's older word for the same number.
        Some(6) if text == "LISTEN" => Some("SYN_SENT2"),
        Some(6) => TCP_STATES.into_iter().find(|name| *name == text),
        Some(132) => SCTP_STATES.into_iter().find(|name| *name == text),
        _ => Some(text),
    };
    let kind = if protocol == Some(6) { "TCP" } else { "SCTP" };
    let unknown = || misused(format_args!("unknown {kind} state `{text}'"));
    known.map(str::to_owned).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Outcome<Options> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&words, &Labels::default())
    }

    fn refused(line: &str) -> String {
        let text = read(line).expect_err("refused").text;
        let text = text.strip_prefix("conntrack v1.4.7 (conntrack-tools): ");
        let first = text.and_then(|text| text.lines().next());
        first.expect("a line").to_owned()
    }

    #[test]
    fn a_protocol_has_words_of_its_own_behind_its_name_alone() {
        let read = read("-L -p tcp --sport 10 --state CLOSE").expect("read");
        assert_eq!(
            (read.ports[0], read.state.as_deref()),
            (Some(10), Some("CLOSE"))
        );
        assert_eq!(refused("-L --sport 10 -p tcp"), "unknown option `--sport'");
        assert_eq!(
            refused("-L -p udp --state CLOSE"),
            "unknown option `--state'"
        );
    }

    #[test]
    fn addresses_can_be_networks_and_are_of_one_version() {
        let read = read("-L -s 10.1.2.3/8").expect("read");
        assert_eq!(read.mask_src, "255.0.0.0".parse().ok());
        assert_eq!(
            refused("-L -s 10.0.0.1 -d ::1"),
            "mismatched address family"
        );
        assert_eq!(refused("-L -s 10.0.0.1/33"), "Invalid netmask");
    }

    #[test]
    fn what_a_command_does_not_take_is_refused_by_its_long_name() {
        assert_eq!(
            refused("-L -t 5"),
            "Illegal option `--timeout' with this command"
        );
        assert_eq!(
            refused("-F -s 1.1.1.1"),
            "Illegal option `--src' with this command"
        );
        assert_eq!(refused("-L -D"), "Invalid commands combination");
        assert_eq!(
            refused("-I"),
            "You need to supply the `--protonum' option for this command"
        );
    }

    #[test]
    fn marks_have_masks_and_translation_may_have_an_address() {
        let read = read("-L -m 0x10/0xff -n -g 10.0.0.1:80").expect("read");
        assert_eq!(read.mark, Some((16, 255)));
        assert_eq!(read.src_nat, Some(Nat::default()));
        assert_eq!(read.dst_nat.and_then(|nat| nat.port), Some(80));
    }
}
