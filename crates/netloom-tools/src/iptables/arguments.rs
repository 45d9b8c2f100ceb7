//! The command line: which command it is, and the words of its rule.

use super::Variant;
use super::rules::Spec;
use super::spec::Reader;
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
    /// `-L` or `-S` together with `-Z`.
    pub(super) also_zero: bool,
    /// The policy of a chain that is made, of ebtables.
    pub(super) policy: Option<String>,
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
    pub(super) words: &'a [String],
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

/// The own options and commands by their long names.
fn long_names() -> impl Iterator<Item = (&'static str, char)> {
    let options = OPTIONS.iter().map(|(letter, long, _)| (*long, *letter));
    let commands = COMMANDS.iter().map(|(letter, long)| (*long, *letter));
    options.chain(commands).chain(ALIASES)
}

/// The letter of a long option.
fn long(name: &str) -> Option<char> {
    let mut all = long_names();
    all.find(|(known, _)| *known == name).map(|(_, l)| l)
}

/// The letter of a long option that is cut short; the beginning must be clear.
fn long_cut(name: &str) -> Option<char> {
    // Most begin otherwise: that is seen at once.
    let first = name.as_bytes().first();
    let begin = long_names().filter(|(known, _)| known.as_bytes().first() == first);
    let mut fits = begin.filter(|(known, _)| known.starts_with(name));
    match (fits.next(), fits.next()) {
        (Some((_, letter)), None) => Some(letter),
        _ => None,
    }
}

fn classify<'a>(words: &mut Words<'a>, reader: &Reader, word: &'a str) -> Word<'a> {
    if let Some(name) = word.strip_prefix("--") {
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
        let own = long(name).filter(|_| !reader.shadows(name));
        let own = own.or_else(|| long_cut(name).filter(|_| !reader.knows(name)));
        return match own {
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
        also_zero: false,
        policy: None,
    };
    let mut command = None;
    let mut zero = false;
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
            classify(&mut words, &reader, word)
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
                    zero |= command_word(variant, &mut words, (letter, glued), &mut command)?;
                } else if not && "tvnx0wWMcjm46hVg".contains(letter) {
                    return Err(variant.problem(&format!("cannot have ! before -{letter}")));
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
    parsed.also_zero = zero;
    allowed(variant, &parsed, &reader)?;
    parsed.spec = reader.finish(&parsed.command)?;
    Ok(parsed)
}

pub(super) fn bad_argument(variant: Variant, word: &str) -> Failure {
    Failure::new(format!("Bad argument `{word}'{}", variant.hint()), 2)
}

/// Checks that every option goes with the command.
fn allowed(variant: Variant, parsed: &Parsed, reader: &Reader) -> Outcome<()> {
    let fits = match letter_of(&parsed.command) {
        'A' | 'I' | 'R' | 'D' => "sdpjgviocf",
        'C' => "sdpjgviof",
        'L' => "nvx0",
        'P' => "vc",
        'h' | 'V' => return Ok(()),
        _ => "v",
    };
    let given = |letter: char| match letter {
        'n' => parsed.numeric,
        'v' => parsed.verbose > 0,
        'x' => parsed.exact,
        '0' => parsed.line_numbers,
        'c' => parsed.counters.is_some(),
        'j' => reader.has('j') || reader.has('g'),
        letter => reader.has(letter),
    };
    match "nsdpjvxio0cf"
        .chars()
        .find(|l| given(*l) && !fits.contains(*l))
    {
        Some(letter) => {
            let text = format!("Illegal option `-{letter}' with this command");
            Err(variant.problem(&text))
        }
        None => Ok(()),
    }
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
            if variant.line.is_some() {
                let text = format!("The -t option cannot be used in {}.\n", variant.name);
                return Err(variant.problem(&text));
            }
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

/// Reads the word for a command, with the chain and number behind it; whether counters are zeroed
/// beside another command.
fn command_word(
    variant: Variant,
    words: &mut Words<'_>,
    (letter, glued): (char, Option<&str>),
    command: &mut Option<Command>,
) -> Outcome<bool> {
    let first = command.as_ref().map(letter_of);
    match (first, letter) {
        (None, _) | (Some('L' | 'S'), 'Z') | (Some('Z'), 'L' | 'S') => {}
        (Some(one), other) => {
            return Err(variant.problem(&format!("Cannot use -{other} with -{one}")));
        }
    }
    let chain = if "LSFZX".contains(letter) {
        glued.or_else(|| words.value())
    } else {
        glued.or_else(|| words.next())
    };
    let chain = chain.map(str::to_owned);
    if let Some(chain) = &chain
        && chain.len() > 28
    {
        let text = format!("chain name `{chain}' too long (must be under 29 chars)");
        return Err(variant.problem(&text));
    }
    if letter == 'Z' && first.is_some() {
        return Ok(true);
    }
    let also_zero = first == Some('Z');
    *command = Some(match (letter, chain) {
        ('L', chain) => Command::List(chain, number(variant, words)?),
        ('S', chain) => Command::ListRules(chain, number(variant, words)?),
        ('F', chain) => Command::Flush(chain),
        ('Z', chain) => Command::Zero(chain, number(variant, words)?),
        ('X', chain) => Command::DeleteChain(chain),
        (_, None) => return Err(needs_argument(variant, &format!("-{letter}"))),
        (letter, Some(chain)) => with_chain(variant, words, letter, chain)?,
    });
    Ok(also_zero)
}

/// The number of a rule, where one follows.
fn number(variant: Variant, words: &mut Words<'_>) -> Outcome<Option<u32>> {
    let Some(word) = words.value() else {
        return Ok(None);
    };
    match word.parse() {
        Ok(number) if number > 0 && number <= i32::MAX as u32 => Ok(Some(number)),
        _ => Err(variant.problem(&format!("Invalid rule number `{word}'"))),
    }
}

fn with_chain(
    variant: Variant,
    words: &mut Words<'_>,
    letter: char,
    chain: String,
) -> Outcome<Command> {
    Ok(match letter {
        'A' => Command::Append(chain),
        'C' => Command::Check(chain),
        'D' => Command::Delete(chain, number(variant, words)?),
        'I' => Command::Insert(chain, number(variant, words)?.unwrap_or(1)),
        'R' => match number(variant, words)? {
            Some(number) => Command::Replace(chain, number),
            None => return Err(variant.problem("-R requires a rule number")),
        },
        'N' => Command::New(chain),
        'P' => match words.value() {
            Some(policy) => Command::Policy(chain, policy.to_owned()),
            None => return Err(variant.problem("-P requires a chain and a policy")),
        },
        _ => match words.value() {
            Some(to) => Command::Rename(chain, to.to_owned()),
            None => {
                let text = "-E requires old-chain-name and new-chain-name";
                return Err(variant.problem(text));
            }
        },
    })
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
