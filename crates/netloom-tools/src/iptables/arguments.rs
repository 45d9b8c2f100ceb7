//! The command line: which command it is, and the words of its rule.

use super::Variant;
use super::spec::{Reader, Spec};
use crate::ip::words::{Failure, Outcome};
use netloom_model::ruleset::Counter;

/// A command line.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) command: Command,
    pub(super) table: String,
    pub(super) verbose: u8,
    pub(super) numeric: bool,
    pub(super) exact: bool,
    pub(super) line_numbers: bool,
    pub(super) counters: Option<Counter>,
    pub(super) spec: Spec,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Append(String),
    Check(String),
    /// By its number, or by its words.
    Delete(String, Option<u32>),
    Insert(String, u32),
    Replace(String, u32),
    List(Option<String>, Option<u32>),
    ListRules(Option<String>, Option<u32>),
    Flush(Option<String>),
    Zero(Option<String>, Option<u32>),
    New(String),
    DeleteChain(Option<String>),
    Policy(String, String),
    Rename(String, String),
    Version,
    Help,
}

/// The commands: short and long name, and the option letters that go with it.
const COMMANDS: [(char, &str); 13] = [
    ('A', "append"),
    ('C', "check"),
    ('D', "delete"),
    ('I', "insert"),
    ('R', "replace"),
    ('L', "list"),
    ('S', "list-rules"),
    ('F', "flush"),
    ('Z', "zero"),
    ('N', "new-chain"),
    ('X', "delete-chain"),
    ('P', "policy"),
    ('E', "rename-chain"),
];

/// The options that every command line can have: letter, long name, and whether a value follows.
const OPTIONS: [(char, &str, bool); 21] = [
    ('t', "table", true),
    ('v', "verbose", false),
    ('n', "numeric", false),
    ('x', "exact", false),
    ('w', "wait", false),
    ('W', "wait-interval", true),
    ('0', "line-numbers", false),
    ('M', "modprobe", true),
    ('c', "set-counters", false),
    ('4', "ipv4", false),
    ('6', "ipv6", false),
    ('h', "help", false),
    ('V', "version", false),
    ('p', "protocol", true),
    ('s', "source", true),
    ('d', "destination", true),
    ('i', "in-interface", true),
    ('o', "out-interface", true),
    ('f', "fragments", false),
    ('j', "jump", true),
    ('m', "match", true),
];

/// Other long names of options.
const ALIASES: [(&str, char); 8] = [
    ("proto", 'p'),
    ("src", 's'),
    ("dst", 'd'),
    ("new", 'N'),
    ("delete-chain", 'X'),
    ("rename", 'E'),
    ("fragment", 'f'),
    ("goto", 'g'),
];

/// An option as it was written, as its letter.
enum Word<'a> {
    /// One that iptables itself has, with the value that was glued to it.
    Own(char, Option<&'a str>),
    /// One of a match or target.
    Foreign(&'a str, Option<&'a str>),
}

/// The words that are left to read.
pub(super) struct Words<'a> {
    words: &'a [String],
    /// Letters behind one dash that are still to come.
    cluster: &'a str,
}

impl<'a> Words<'a> {
    pub(super) fn new(words: &'a [String]) -> Words<'a> {
        Words { words, cluster: "" }
    }

    pub(super) fn next(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first)
    }

    /// The next word, if it is no option.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        let next = self.words.first()?;
        let option = (next.starts_with('-') && next.len() > 1) || next == "!";
        if option { None } else { self.next() }
    }
}

/// The letter of a long option; it can be cut short where that is clear.
fn long(name: &str) -> Option<char> {
    let options = OPTIONS.iter().map(|(letter, long, _)| (*long, *letter));
    let commands = COMMANDS.iter().map(|(letter, long)| (*long, *letter));
    let all: Vec<(&str, char)> = options.chain(commands).chain(ALIASES).collect();
    if let Some((_, letter)) = all.iter().find(|(known, _)| *known == name) {
        return Some(*letter);
    }
    let mut fits = all.iter().filter(|(known, _)| known.starts_with(name));
    match (fits.next(), fits.next()) {
        (Some((_, letter)), None) => Some(*letter),
        _ => None,
    }
}

fn classify<'a>(words: &mut Words<'a>, word: &'a str) -> Word<'a> {
    if let Some(name) = word.strip_prefix("--") {
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
        return match long(name) {
            Some(letter) => Word::Own(letter, value),
            None => Word::Foreign(word, value),
        };
    }
    let letters = word.strip_prefix('-').unwrap_or(word);
    let mut all = letters.chars();
    let first = all.next().unwrap_or('-');
    let rest = all.as_str();
    if takes_value(first) && !rest.is_empty() {
        return Word::Own(first, Some(rest));
    }
    words.cluster = rest;
    Word::Own(first, None)
}

fn takes_value(letter: char) -> bool {
    letter == 'g'
        || COMMANDS.iter().any(|(command, _)| *command == letter)
        || OPTIONS
            .iter()
            .any(|(option, _, value)| *option == letter && *value)
}

/// Reads a command line.
pub(super) fn parse(variant: Variant, args: &[String]) -> Outcome<Parsed> {
    let mut words = Words::new(args);
    let mut reader = Reader::new(variant);
    let mut parsed = Parsed {
        command: Command::Help,
        table: "filter".to_owned(),
        verbose: 0,
        numeric: false,
        exact: false,
        line_numbers: false,
        counters: None,
        spec: Spec::default(),
    };
    let mut command = None;
    let mut not = false;
    loop {
        let word = if words.cluster.is_empty() {
            let Some(word) = words.next() else { break };
            if word == "!" {
                if not {
                    return Err(variant.problem("multiple consecutive ! not allowed"));
                }
                not = true;
                continue;
            }
            if !word.starts_with('-') || word == "-" {
                return Err(bad_argument(variant, word));
            }
            classify(&mut words, word)
        } else {
            let mut letters = words.cluster.chars();
            let first = letters.next().unwrap_or('-');
            words.cluster = letters.as_str();
            if takes_value(first) && !words.cluster.is_empty() {
                Word::Own(first, Some(core::mem::take(&mut words.cluster)))
            } else {
                Word::Own(first, None)
            }
        };
        match word {
            Word::Own(letter, glued) => {
                if COMMANDS.iter().any(|(known, _)| *known == letter) {
                    command_word(variant, &mut words, (letter, glued), &mut command)?;
                } else if !own(
                    variant,
                    &mut words,
                    (letter, glued),
                    &mut parsed,
                    &mut command,
                )? {
                    reader.own(letter, glued, not, &mut words)?;
                }
            }
            Word::Foreign(word, glued) => reader.foreign(word, glued, not, &mut words)?,
        }
        not = false;
    }
    parsed.command = command.ok_or_else(|| variant.problem("no command specified"))?;
    parsed.spec = reader.finish(&parsed.command)?;
    Ok(parsed)
}

fn bad_argument(variant: Variant, word: &str) -> Failure {
    let name = variant.name;
    let text =
        format!("Bad argument `{word}'\nTry `{name} -h' or '{name} --help' for more information.");
    Failure::new(text, 2)
}

/// Reads an option that says how the command is done; whether it was one.
fn own(
    variant: Variant,
    words: &mut Words<'_>,
    (letter, glued): (char, Option<&str>),
    parsed: &mut Parsed,
    command: &mut Option<Command>,
) -> Outcome<bool> {
    match letter {
        't' => {
            let table = glued.or_else(|| words.next());
            table
                .ok_or_else(|| needs_argument(variant, "-t"))?
                .clone_into(&mut parsed.table);
        }
        'v' => parsed.verbose += 1,
        'n' => parsed.numeric = true,
        'x' => parsed.exact = true,
        '0' => parsed.line_numbers = true,
        'w' => {
            let seconds = words
                .words
                .first()
                .is_some_and(|w| w.parse::<u32>().is_ok());
            if seconds {
                words.next();
            }
        }
        'W' | 'M' => {
            let _ = glued.or_else(|| words.next());
        }
        '4' | '6' => {}
        'c' => parsed.counters = Some(counters(variant, words, glued)?),
        'h' => *command = Some(Command::Help),
        'V' => *command = Some(Command::Version),
        _ => return Ok(false),
    }
    Ok(true)
}

fn counters(variant: Variant, words: &mut Words<'_>, glued: Option<&str>) -> Outcome<Counter> {
    let first = glued.or_else(|| words.value());
    let (packets, bytes) = match first.and_then(|word| word.split_once(',')) {
        Some((packets, bytes)) => (Some(packets), Some(bytes)),
        None => (first, words.value()),
    };
    let (Some(packets), Some(bytes)) = (packets, bytes) else {
        return Err(variant.problem("-c requires packet and byte counter"));
    };
    match (packets.parse(), bytes.parse()) {
        (Ok(packets), Ok(bytes)) => Ok(Counter { packets, bytes }),
        (Err(_), _) => Err(variant.problem("-c packet counter not numeric")),
        _ => Err(variant.problem("-c byte counter not numeric")),
    }
}

pub(super) fn needs_argument(variant: Variant, option: &str) -> Failure {
    variant.problem(&format!("option \"{option}\" requires an argument"))
}

/// Reads the word for a command, with the chain and number behind it.
fn command_word(
    variant: Variant,
    words: &mut Words<'_>,
    (letter, glued): (char, Option<&str>),
    command: &mut Option<Command>,
) -> Outcome<()> {
    if let Some(first) = command {
        let (one, other) = (letter_of(first), letter);
        if !matches!((one, other), ('L' | 'S', 'Z') | ('Z', 'L' | 'S')) {
            return Err(variant.problem(&format!("Cannot use -{other} with -{one}")));
        }
    }
    let chain = glued.or_else(|| words.value()).map(str::to_owned);
    let option = format!("-{letter}");
    let needed = |chain: Option<String>| chain.ok_or_else(|| needs_argument(variant, &option));
    let number = |words: &mut Words<'_>| -> Option<u32> {
        let number = words.words.first()?.parse().ok()?;
        words.next();
        Some(number)
    };
    *command = Some(match letter {
        'A' => Command::Append(needed(chain)?),
        'C' => Command::Check(needed(chain)?),
        'D' => Command::Delete(needed(chain)?, number(words)),
        'I' => Command::Insert(needed(chain)?, number(words).unwrap_or(1)),
        'R' => {
            let chain = needed(chain)?;
            let number =
                number(words).ok_or_else(|| variant.problem("-R requires a rule number"))?;
            Command::Replace(chain, number)
        }
        'L' => Command::List(chain, number(words)),
        'S' => Command::ListRules(chain, number(words)),
        'F' => Command::Flush(chain),
        'Z' => Command::Zero(chain, number(words)),
        'N' => Command::New(needed(chain)?),
        'X' => Command::DeleteChain(chain),
        'P' => {
            let chain = needed(chain)?;
            let policy = words.value().map(str::to_owned);
            let policy =
                policy.ok_or_else(|| variant.problem("-P requires a chain and a policy"))?;
            Command::Policy(chain, policy)
        }
        _ => {
            let chain = needed(chain)?;
            let to = words.value().map(str::to_owned);
            let to =
                to.ok_or_else(|| variant.problem("-E requires old-chain-name and new-chain-name"))?;
            Command::Rename(chain, to)
        }
    });
    Ok(())
}

/// The letter of a command.
pub(super) const fn letter_of(command: &Command) -> char {
    match command {
        Command::Append(_) => 'A',
        Command::Check(_) => 'C',
        Command::Delete(..) => 'D',
        Command::Insert(..) => 'I',
        Command::Replace(..) => 'R',
        Command::List(..) => 'L',
        Command::ListRules(..) => 'S',
        Command::Flush(_) => 'F',
        Command::Zero(..) => 'Z',
        Command::New(_) => 'N',
        Command::DeleteChain(_) => 'X',
        Command::Policy(..) => 'P',
        Command::Rename(..) => 'E',
        Command::Version => 'V',
        Command::Help => 'h',
    }
}
