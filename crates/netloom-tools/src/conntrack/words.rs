//! The words of the command line: commands, options, which go together, and how values are read.

use super::misused;
use super::options::{Command, Options, Table};
use crate::ip::words::{Failure, Outcome};
use netloom_model::conntrack::{SCTP_STATES, TCP_STATES};

/// The commands, and whether a table may follow.
pub(super) const COMMANDS: [(char, &str, Command); 13] = [
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
pub(super) enum Value {
    No,
    Needed,
    Maybe,
}

/// The options in the order in which they are looked at, with the name by which errors call them.
/// Those without a short form have a digit for a letter.
pub(super) const OPTIONS: [(char, &str, Value); 29] = [
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
pub(super) const ALIASES: [(&str, char); 5] = [
    ("orig-src", 's'),
    ("orig-dst", 'd'),
    ("proto", 'p'),
    ("secmark", 'c'),
    ("any-nat", 'j'),
];

/// The options that a command takes.
pub(super) fn takes(command: Command, table: Table) -> &'static str {
    match (command, table) {
        (Command::List, Table::Expect) => "ofl<",
        (Command::Event, Table::Expect) => "ol<",
        (_, Table::Expect) => "sdpt[]{}l<",
        (Command::List, _) => "sdrqpuzmfngojwl<(){}",
        (Command::Delete, _) => "sdrqptumfngowl<()i{}",
        (Command::Update, _) => "sdrqptumfngol<>i{}",
        (Command::Event, _) => "sdrqpemfngobjwl<(){}",
        (Command::Flush, _) => "fl<",
        (Command::Create | Command::Add, _) => "sdrqptumngwfl<()",
        (Command::Get, _) => "sdrqpfol<",
        (Command::Load, _) => "",
        (Command::Help, _) => "pl<",
        (Command::Count | Command::Stats | Command::Version, _) => "l<",
    }
}

/// What each protocol has of its own: names, and where the value goes.
pub(super) fn own_option(protocol: u8, name: &str) -> Option<char> {
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

/// Whether what a protocol has of its own says how a connection is to be, so that none is picked by it.
pub(super) fn says_how(command: Command, letter: char) -> bool {
    let picks = matches!(command, Command::List | Command::Delete | Command::Event);
    !picks && matches!(letter, '5' | '6' | '8')
}

/// What a line of a file is called that has a command which no file can have.
pub(super) fn not_from_file(words: &[String], options: &Options) -> Option<String> {
    let from_file = match options.command {
        Command::Create | Command::Add | Command::Delete | Command::Update => true,
        Command::Flush => options.table == Table::Conntrack,
        _ => false,
    };
    if from_file {
        return None;
    }
    let letter = words.iter().find_map(|word| {
        let letter = word.strip_prefix('-')?.chars().next()?;
        let known = COMMANDS.iter().find(|(known, ..)| *known == letter)?;
        Some(format!("-{}", known.0))
    });
    let table = match options.table {
        Table::Expect => " expect",
        _ => "",
    };
    Some(letter.map_or_else(|| "unknown".to_owned(), |letter| letter + table))
}

/// One of some words, which may be cut short, in letters of any size.
pub(super) fn begins(word: &str, known: &str) -> bool {
    let begin = known.get(..word.len());
    !word.is_empty() && begin.is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

/// A command cannot do without an option.
pub(super) fn missing(name: &str) -> Failure {
    misused(format_args!(
        "You need to supply the `--{name}' option for this command"
    ))
}

pub(super) fn bad(word: &str) -> Failure {
    misused(format_args!("Bad parameter `{word}'"))
}

/// A number as strtoul(3) reads it: what comes behind its digits is passed over.
pub(super) fn number(text: &str) -> u32 {
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

pub(super) fn protocol(text: &str) -> Outcome<u8> {
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

/// The states of DCCP, of which kernels know nothing any more.
const DCCP_STATES: [&str; 8] = [
    "NONE", "REQUEST", "RESPOND", "PARTOPEN", "OPEN", "CLOSEREQ", "CLOSING", "TIMEWAIT",
];

/// The name of a state as the kernel has it.
pub(super) fn state(protocol: Option<u8>, text: &str) -> Outcome<String> {
    let known = match protocol {
        // The tool's older word for the same number.
        Some(6) if text == "LISTEN" => Some("SYN_SENT2"),
        Some(6) => TCP_STATES.into_iter().find(|name| *name == text),
        Some(132) => SCTP_STATES.into_iter().find(|name| *name == text),
        Some(33) => DCCP_STATES.into_iter().find(|name| *name == text),
        _ => Some(text),
    };
    let unknown = || match protocol {
        Some(33) => misused(format_args!("Unknown DCCP state `{text}'")),
        Some(6) => misused(format_args!("unknown TCP state `{text}'")),
        _ => misused(format_args!("unknown SCTP state `{text}'")),
    };
    known.map(str::to_owned).ok_or_else(unknown)
}
