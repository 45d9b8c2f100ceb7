//! A command line of `ebtables` or `arptables`: which command, and the options of a rule, each with
//! its value and whether it is asked the other way round.

use super::Variant;
use super::arguments::Command;
use crate::ip::words::{Failure, Outcome};
use netloom_model::ruleset::Counter;

/// An option: its letter, its long names, and whether a value follows.
pub(super) struct Known {
    pub(super) letter: Option<char>,
    pub(super) names: &'static [&'static str],
    pub(super) values: u8,
}

/// What a program has of options, and what is its own way.
pub(super) struct Grammar {
    pub(super) options: &'static [Known],
    /// The commands that it has.
    pub(super) commands: &'static str,
    /// It is `ebtables`, which says in its own way what is wrong.
    pub(super) bridge: bool,
}

impl Grammar {
    /// What is said of an option that is none, in front of `next`.
    fn unknown(&self, word: &str, next: Option<&str>) -> String {
        if self.bridge {
            format!("Unknown argument: '{}'", next.unwrap_or("(null)"))
        } else {
            format!("unknown option \"{word}\"")
        }
    }

    /// What is said of a word that is no option.
    fn stray(&self, word: &str) -> String {
        if self.bridge {
            format!("Bad argument : '{word}'")
        } else {
            format!("Bad argument `{word}'")
        }
    }

    /// What is said of an option whose value is missing.
    fn missing(&self, word: &str) -> String {
        if self.bridge {
            self.unknown(word, None)
        } else {
            format!("option \"{word}\" requires an argument")
        }
    }

    /// Whether an option may be said again: the last one counts then.
    fn again(&self, name: &str) -> bool {
        const BEGINNINGS: [&str; 5] = ["ip-", "ip6-", "802_3-", "among-", "log"];
        const WHOLE: [&str; 4] = ["mark", "pkttype-type", "concurrent", "verbose"];
        let begins = |begin: &&str| name.starts_with(*begin) && !name.starts_with("logical");
        !self.bridge || WHOLE.contains(&name) || BEGINNINGS.iter().any(begins)
    }
}

/// An option as it was given.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// Its first long name, or its letter.
    pub(super) name: &'static str,
    pub(super) not: bool,
    pub(super) value: String,
}

/// A command line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) command: Option<Command>,
    /// The chain that the command is about.
    pub(super) chain: Option<String>,
    /// The last rule of several that are deleted.
    pub(super) last: Option<u32>,
    pub(super) also_zero: bool,
    pub(super) options: Vec<Given>,
    pub(super) counters: Option<Counter>,
    /// The policy of a chain that is made.
    pub(super) policy: Option<String>,
}

impl Line {
    /// Whether an option is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    /// The option called `name`.
    pub(super) fn option(&self, name: &str) -> Option<&Given> {
        self.options.iter().find(|given| given.name == name)
    }
}

const COMMANDS: &[(char, &str)] = &[
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
    ('V', "version"),
    ('h', "help"),
];

struct Reader<'a> {
    variant: Variant,
    grammar: &'static Grammar,
    words: core::slice::Iter<'a, String>,
    line: Line,
}

/// Reads a command line.
pub(super) fn read(variant: Variant, grammar: &'static Grammar, words: &[String]) -> Outcome<Line> {
    let mut reader = Reader {
        variant,
        grammar,
        words: words.iter(),
        line: Line {
            command: None,
            chain: None,
            last: None,
            also_zero: false,
            options: Vec::new(),
            counters: None,
            policy: None,
        },
    };
    let mut not = false;
    while let Some(word) = reader.words.next() {
        if word == "!" {
            not = true;
            continue;
        }
        if !word.starts_with('-') || word.len() < 2 {
            return Err(variant.problem(&grammar.stray(word)));
        }
        reader.word(word, not)?;
        not = false;
    }
    Ok(reader.line)
}

impl<'a> Reader<'a> {
    fn word(&mut self, word: &'a str, not: bool) -> Outcome<()> {
        if let Some(long) = word.strip_prefix("--") {
            let (name, glued) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            self.option((word, None, name), glued, not)?;
            return Ok(());
        }
        // Several letters behind one dash, the last one with its value.
        let mut letters = &word[1..];
        while let Some(letter) = letters.chars().next() {
            let rest = &letters[letter.len_utf8()..];
            let glued = Some(rest).filter(|rest| !rest.is_empty());
            if self.option((word, Some(letter), ""), glued, not)? {
                break;
            }
            letters = rest;
        }
        Ok(())
    }

    /// One option or command; whether it takes what is glued to it.
    fn option(
        &mut self,
        (word, letter, name): (&'a str, Option<char>, &str),
        glued: Option<&'a str>,
        not: bool,
    ) -> Outcome<bool> {
        let commands = self.grammar.commands;
        let bridge = self.grammar.bridge;
        if bridge && (letter == Some('C') || name == "change-counters") {
            if glued.or_else(|| self.next()).is_none() {
                return Err(self.variant.problem(&self.grammar.missing(word)));
            }
            return Err(super::eb::change(self.variant, self.words.as_slice()));
        }
        let command = COMMANDS.iter().find(|(known, whole)| {
            commands.contains(*known) && (letter == Some(*known) || *whole == name)
                || bridge && *whole == "check" && name == "check"
        });
        if let Some((command, _)) = command {
            self.command(*command, glued)?;
            return Ok(true);
        }
        if letter == Some('c') || name == "set-counters" {
            self.counters(glued)?;
            return Ok(true);
        }
        let mut options = self.grammar.options.iter();
        let found = options.find(|known| match letter {
            Some(letter) => known.letter == Some(letter),
            None => known.names.contains(&name),
        });
        let Some(found) = found else {
            let next = self.words.as_slice().first().map(String::as_str);
            return Err(self.variant.problem(&self.grammar.unknown(word, next)));
        };
        let mut given = Given {
            name: found.names[0],
            not,
            value: String::new(),
        };
        if found.values > 0 {
            let mut value = glued.or_else(|| self.next());
            if value == Some("!") {
                given.not = !given.not;
                value = self.next();
            }
            let Some(value) = value else {
                return Err(self.variant.problem(&self.grammar.missing(word)));
            };
            value.clone_into(&mut given.value);
            if value.is_empty() && given.name.starts_with("among") {
                let next = self.next();
                return Err(self.variant.problem(&self.grammar.unknown(word, next)));
            }
        }
        self.keep(given)?;
        Ok(found.values > 0)
    }

    fn keep(&mut self, given: Given) -> Outcome<()> {
        let before = self.line.options.iter_mut();
        let before = before.filter(|_| self.grammar.bridge);
        match before.into_iter().find(|before| before.name == given.name) {
            None => self.line.options.push(given),
            Some(before) if self.grammar.again(given.name) => *before = given,
            Some(_) => {
                let text = "Multiple use of same option not allowed";
                return Err(self.variant.problem(text));
            }
        }
        Ok(())
    }

    fn next(&mut self) -> Option<&'a str> {
        self.words.next().map(String::as_str)
    }

    /// The next word, if it is no option.
    fn value(&mut self) -> Option<&'a str> {
        let next = self.words.as_slice().first()?;
        let option = next.starts_with('-') && next.len() > 1 || next == "!";
        if option { None } else { self.next() }
    }

    /// The number of the rule that a list is about; `ebtables` lists none alone.
    fn one_number(&mut self) -> Outcome<Option<u32>> {
        match self.grammar.bridge {
            true => Ok(None),
            false => self.number(),
        }
    }

    /// The number of the rule that goes; what is no option must be one.
    fn deleted(&mut self) -> Outcome<Option<u32>> {
        let next = self.words.as_slice().first();
        let Some(word) = next.filter(|word| !word.starts_with(['-', '!'])) else {
            return Ok(None);
        };
        let numeric = word.starts_with(|c: char| c.is_ascii_digit() && c != '0');
        if numeric {
            return self.number();
        }
        Err(self.variant.problem(&match self.grammar.bridge {
            true => format!("Problem with the specified rule number(s) '{word}'"),
            false => format!("Invalid rule number `{word}'"),
        }))
    }

    fn number(&mut self) -> Outcome<Option<u32>> {
        let next = self.words.as_slice().first();
        let numeric = next.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        if !numeric {
            return Ok(None);
        }
        let word = self.next().unwrap_or_default();
        let (first, last) = word.split_once(':').unwrap_or((word, ""));
        let bad = || {
            self.variant
                .problem(&format!("Invalid rule number `{word}'"))
        };
        let first: u32 = first.parse().map_err(|_| bad())?;
        if !last.is_empty() {
            self.line.last = Some(last.parse().map_err(|_| bad())?);
        }
        if first == 0 {
            Err(bad())
        } else {
            Ok(Some(first))
        }
    }

    fn counters(&mut self, glued: Option<&'a str>) -> Outcome<()> {
        let packets = glued.or_else(|| self.next()).and_then(|w| w.parse().ok());
        let bytes = self.next().and_then(|w| w.parse().ok());
        let (Some(packets), Some(bytes)) = (packets, bytes) else {
            let text = "-c requires packet and byte counter";
            return Err(self.variant.problem(text));
        };
        self.line.counters = Some(Counter { packets, bytes });
        Ok(())
    }

    fn command(&mut self, letter: char, glued: Option<&'a str>) -> Outcome<()> {
        if letter == 'Z' && self.line.command.is_some() {
            self.line.also_zero = true;
            return Ok(());
        }
        if letter == 'P' && matches!(self.line.command, Some(Command::New(_))) {
            self.line.policy = glued.or_else(|| self.next()).map(str::to_owned);
            return Ok(());
        }
        if let Some(before) = &self.line.command {
            let before = super::arguments::letter_of(before);
            let text = match self.grammar.bridge {
                true => "Multiple commands are not allowed".to_owned(),
                false => format!("Cannot use -{letter} with -{before}"),
            };
            return Err(self.variant.problem(&text));
        }
        let needed = "ADICRNPE".contains(letter);
        let chain = if "hV".contains(letter) {
            None
        } else if needed {
            glued.or_else(|| self.next())
        } else {
            glued.or_else(|| self.value())
        };
        let chain = chain.map(str::to_owned);
        self.line.chain.clone_from(&chain);
        let missing = |variant: Variant| -> Failure {
            variant.problem(&self.grammar.missing(&format!("-{letter}")))
        };
        let second = |variant: Variant, what: &str| match self.grammar.bridge {
            true => variant.problem(&format!("No {what} specified")),
            false => missing(variant),
        };
        if needed && chain.is_none() {
            return Err(missing(self.variant));
        }
        let name = chain.clone().unwrap_or_default();
        self.line.command = Some(match letter {
            'A' => Command::Append(name),
            'C' => Command::Check(name),
            'D' => Command::Delete(name, self.deleted()?),
            'I' => Command::Insert(name, self.number()?.unwrap_or(1)),
            'R' => match self.number()? {
                Some(number) => Command::Replace(name, number),
                None => return Err(self.variant.problem("-R requires a rule number")),
            },
            'L' => Command::List(chain, self.one_number()?),
            'S' => Command::ListRules(chain, self.one_number()?),
            'F' => Command::Flush(chain),
            'Z' => Command::Zero(chain, self.one_number()?),
            'N' => Command::New(name),
            'X' => Command::DeleteChain(chain),
            'P' => match self.next() {
                Some(policy) => Command::Policy(name, policy.to_owned()),
                None => return Err(second(self.variant, "policy")),
            },
            'E' => match self.next() {
                Some(to) => Command::Rename(name, to.to_owned()),
                None => return Err(second(self.variant, "new chain name")),
            },
            'V' => Command::Version,
            _ => Command::Help,
        });
        Ok(())
    }
}
