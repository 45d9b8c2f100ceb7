//! The command line: options anywhere, a command, a set, and what is about it.

use super::failed;
use super::misused;
use crate::ip::words::Outcome;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    Create,
    Add,
    Del,
    Test,
    Destroy,
    List,
    Save,
    Restore,
    Flush,
    Rename,
    Swap,
    Help,
    Version,
    Interactive,
}

/// A command: its words, the longest first, and how many words must follow. Of the longest, so many
/// letters are enough as tell it from those before it.
const COMMANDS: &[(Command, &[&str], usize)] = &[
    (Command::Create, &["create", "n", "-N", "--create"], 2),
    (Command::Add, &["add", "-A", "--add"], 2),
    (Command::Del, &["del", "-D", "--del"], 2),
    (Command::Test, &["test", "-T", "--test"], 2),
    (Command::Destroy, &["destroy", "x", "-X", "--destroy"], 0),
    (Command::List, &["list", "-L", "--list"], 0),
    (Command::Save, &["save", "-S", "--save"], 0),
    (Command::Restore, &["restore", "-R", "--restore"], 0),
    (Command::Flush, &["flush", "-F", "--flush"], 0),
    (Command::Rename, &["rename", "e", "-E", "--rename"], 2),
    (Command::Swap, &["swap", "w", "-W", "--swap"], 2),
    (Command::Help, &["help", "h", "-h", "-H", "--help"], 0),
    (
        Command::Version,
        &["version", "v", "-v", "-V", "--version"],
        0,
    ),
    (Command::Interactive, &["-"], 0),
];

/// How sets are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Output {
    #[default]
    Plain,
    Save,
    Xml,
}

/// A command line.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) command: Command,
    pub(super) set: Option<String>,
    /// What follows the set's name.
    pub(super) words: Vec<String>,
    pub(super) exist: bool,
    pub(super) quiet: bool,
    pub(super) output: Output,
    pub(super) names: bool,
    pub(super) terse: bool,
    pub(super) file: Option<String>,
}

/// The words of a line of a file: what stands in quotes is one. Quotes that are not closed are none, and
/// nothing stands behind them.
pub(super) fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for c in text.chars() {
        match c {
            '"' => (quoted, begun) = (!quoted, true),
            c if c.is_whitespace() && !quoted => {
                if begun {
                    words.push(core::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun && !quoted {
        words.push(word);
    }
    words
}

/// An option by its name with one dash or two.
fn option<'a>(word: &'a str, names: &[&str]) -> Option<&'a str> {
    let name = word.strip_prefix("--").or_else(|| word.strip_prefix('-'))?;
    names.contains(&name).then_some(name)
}

/// Reads a command line.
///
/// # Errors
/// It is none.
pub(super) fn parse(words: &[String]) -> Outcome<Line> {
    let mut line = Line {
        command: Command::Help,
        set: None,
        words: Vec::new(),
        exist: false,
        quiet: false,
        output: Output::Plain,
        names: false,
        terse: false,
        file: None,
    };
    let mut rest = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = |name: &str| {
            let missing = || misused(format!("Missing mandatory argument to option -{name}"));
            words.next().cloned().ok_or_else(missing)
        };
        if option(word, &["exist", "!"]).is_some() {
            line.exist = true;
        } else if option(word, &["quiet", "q"]).is_some() {
            line.quiet = true;
        } else if option(word, &["name", "n"]).is_some() {
            line.names = true;
        } else if option(word, &["terse", "t"]).is_some() {
            line.terse = true;
        } else if option(word, &["resolve", "r", "sorted", "s"]).is_some() {
            // Nothing is asked of resolvers, and elements are in order anyway.
        } else if option(word, &["output", "o"]).is_some() {
            line.output = match value("output")?.as_str() {
                "plain" => Output::Plain,
                "save" => Output::Save,
                "xml" => Output::Xml,
                mode => {
                    return Err(failed(format!(
                        "Syntax error: unknown output mode '{mode}'"
                    )));
                }
            };
        } else if option(word, &["file", "f"]).is_some() {
            line.file = Some(value("file")?);
        } else {
            rest.push(word.clone());
        }
    }
    command(line, rest)
}

fn command(mut line: Line, rest: Vec<String>) -> Outcome<Line> {
    let mut rest = rest.into_iter();
    let Some(word) = rest.next() else {
        return Err(misused("No command specified."));
    };
    let exactly = |names: &[&str]| names.contains(&word.as_str());
    let begins = |names: &[&str]| names[0].starts_with(&word);
    let found = COMMANDS.iter().find(|(_, names, _)| exactly(names));
    let found = found.or_else(|| COMMANDS.iter().find(|(_, names, _)| begins(names)));
    let Some((command, names, needs)) = found else {
        return Err(misused(format!(
            "No command specified: unknown argument {word}"
        )));
    };
    line.command = *command;
    let takes_set = !matches!(
        command,
        Command::Help | Command::Version | Command::Restore | Command::Interactive
    );
    if takes_set {
        line.set = rest.next();
    }
    line.words = rest.collect();
    let name = names[0];
    if *needs >= 1 && line.set.is_none() {
        return Err(misused(format!(
            "Missing mandatory argument to command {name}"
        )));
    }
    if *needs >= 2 && line.words.is_empty() {
        return Err(misused(format!(
            "Missing second mandatory argument to command {name}"
        )));
    }
    let most = match command {
        Command::Rename | Command::Swap => Some(1),
        Command::Destroy | Command::List | Command::Save | Command::Flush => Some(0),
        _ => None,
    };
    if let Some(extra) = most.and_then(|most| line.words.get(most)) {
        return Err(misused(format!("Unknown argument {extra}")));
    }
    let other = match command {
        Command::Rename | Command::Swap => line.words.first(),
        _ => None,
    };
    let mut named = line.set.iter().chain(other);
    if let Some(set) = named.find(|set| set.len() > 31) {
        let text = format!("Syntax error: setname '{set}' is longer than 31 characters");
        return Err(failed(text));
    }
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Outcome<Line> {
        parse(&split(text))
    }

    #[test]
    fn options_stand_anywhere() {
        let line = parsed("create -exist s hash:ip -q timeout 5").unwrap();
        assert!(line.exist && line.quiet);
        assert_eq!(line.words, ["hash:ip", "timeout", "5"]);
    }

    #[test]
    fn what_stands_in_quotes_is_one_word() {
        let line = parsed("add s 10.0.0.1 comment \"two words\"").unwrap();
        assert_eq!(line.words[2], "two words");
        assert_eq!(split("a \"\""), ["a", ""]);
        assert_eq!(split("comment \"open"), ["comment"]);
    }

    #[test]
    fn commands_can_be_cut_short() {
        let command = |text: &str| parsed(text).ok().map(|line| line.command);
        for (text, meant) in [
            ("cr s hash:ip", Command::Create),
            ("n s hash:ip", Command::Create),
            ("d s 1", Command::Del),
            ("des", Command::Destroy),
            ("l -n", Command::List),
            ("s", Command::Save),
            ("re", Command::Restore),
            ("ren a b", Command::Rename),
            ("e a b", Command::Rename),
            ("sw a b", Command::Swap),
        ] {
            assert_eq!(command(text), Some(meant), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let text = |line: &str| parsed(line).unwrap_err().text;
        assert!(text("").starts_with("No command specified."));
        assert!(text("add").starts_with("Missing mandatory argument to command add"));
        assert!(text("add s").starts_with("Missing second mandatory argument to command add"));
        assert!(text("destroy a b").starts_with("Unknown argument b"));
    }
}
