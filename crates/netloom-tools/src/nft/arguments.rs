//! What is said on the command line (nft(8), OPTIONS), and the text that is to be read.

use super::list;
use super::source::Source;
use crate::Context;
use crate::ip::words::{Failure, Outcome};

/// What is asked for on the command line.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) options: list::Options,
    pub(super) check: bool,
    pub(super) echo: bool,
    /// A line after the other is read from standard input.
    pub(super) interactive: bool,
    pub(super) file: Option<String>,
    /// Variables by their names.
    pub(super) defines: Vec<(String, String)>,
    /// Where files to be included are looked for.
    pub(super) includes: Vec<String>,
    pub(super) words: Vec<String>,
}

/// The options by their long names.
const LONG: &[(&str, char)] = &[
    ("--version", 'v'),
    ("--help", 'h'),
    ("--file", 'f'),
    ("--check", 'c'),
    ("--echo", 'e'),
    ("--handle", 'a'),
    ("--numeric", 'n'),
    ("--stateless", 's'),
    ("--terse", 't'),
    ("--numeric-priority", 'y'),
    ("--service", 'S'),
    ("--reversedns", 'N'),
    ("--guid", 'u'),
    ("--numeric-protocol", 'p'),
    ("--numeric-time", 'T'),
    ("--json", 'j'),
    ("--optimize", 'o'),
    ("--debug", 'd'),
    ("--interactive", 'i'),
    ("--includepath", 'I'),
    ("--define", 'D'),
];

/// The first line of what the version says.
const VERSION: &str = "nftables v1.0.6 (Lester Gooch #5)";

/// Options and words; none: everything was said already.
pub(super) fn arguments(cx: &mut Context<'_>) -> Outcome<Option<Arguments>> {
    let mut found = Arguments::default();
    let mut words = cx.args.clone().into_iter();
    while let Some(word) = words.next() {
        if !found.words.is_empty() || !word.starts_with('-') || word.len() < 2 {
            found.words.push(word);
            continue;
        }
        let (long, given) = match word.split_once('=') {
            Some((long, given)) if long.starts_with("--") => (long, Some(given.to_owned())),
            _ => (word.as_str(), None),
        };
        let letters: Vec<char> = match LONG.iter().find(|(name, _)| *name == long) {
            Some((_, letter)) => vec![*letter],
            None if long.starts_with("--") => {
                let text = format!("nft: unrecognized option '{long}'");
                return Err(Failure::new(text, 1));
            }
            None => word.chars().skip(1).collect(),
        };
        for (at, letter) in letters.iter().enumerate() {
            if !matches!(letter, 'f' | 'D' | 'I' | 'd') {
                if !flag(cx, &mut found, *letter)? {
                    return Ok(None);
                }
                continue;
            }
            // What belongs to it follows at once, or as the next word.
            let rest: String = letters[at + 1..].iter().collect();
            let own = given.clone().or((!rest.is_empty()).then_some(rest));
            let Some(own) = own.or_else(|| words.next()) else {
                let text = format!("nft: option requires an argument -- '{letter}'");
                return Err(Failure::new(text, 1));
            };
            match letter {
                'f' => found.file = Some(own),
                'I' => found.includes.push(own),
                'D' => {
                    let Some((name, value)) = own.split_once('=') else {
                        let text = format!("Failed to define variable '{own}'");
                        return Err(Failure::new(text, 1));
                    };
                    found.defines.push((name.to_owned(), value.to_owned()));
                }
                _ => {}
            }
            break;
        }
    }
    Ok(Some(found))
}

/// An option of one letter; whether anything is to be done beside.
fn flag(cx: &mut Context<'_>, found: &mut Arguments, letter: char) -> Outcome<bool> {
    match letter {
        'v' => {
            writeln!(cx.out, "{VERSION}")?;
            return Ok(false);
        }
        'V' => {
            writeln!(
                cx.out,
                "{VERSION}\n  cli:\t\teditline\n  json:\t\tyes\n  minigmp:\tno\n  libxtables:\tyes"
            )?;
            return Ok(false);
        }
        'h' => {
            help(cx)?;
            return Ok(false);
        }
        'c' => found.check = true,
        'e' => found.echo = true,
        'a' => found.options.handles = true,
        'n' => found.options.numeric = true,
        's' => found.options.stateless = true,
        't' => found.options.terse = true,
        'y' => found.options.priorities = true,
        'j' => found.options.json = true,
        'i' => found.interactive = true,
        'p' | 'S' | 'N' | 'u' | 'T' | 'o' => {}
        other => {
            let text = format!("nft: invalid option -- '{other}'");
            return Err(Failure::new(text, 1));
        }
    }
    Ok(true)
}

fn help(cx: &mut Context<'_>) -> Outcome<()> {
    write!(
        cx.out,
        "Usage: nft [OPTIONS] [COMMAND ...]\n\n\
         -f, --file FILE    reads commands from a file, - is standard input\n\
         -i, --interactive  reads a command a line from standard input\n\
         -D, --define X=Y   gives a variable its value\n\
         -I, --includepath DIRECTORY\n                   \
         looks for files to be included there too\n\
         -c, --check        changes nothing\n\
         -e, --echo         tells what was added\n\
         -j, --json         lists as JSON\n\
         -a, --handle       lists handles\n\
         -n, --numeric      lists numbers in the place of names\n\
         -y, --numeric-priority\n                   \
         lists priorities as numbers\n\
         -s, --stateless    lists nothing that was counted\n\
         -t, --terse        lists no elements of sets\n\
         -v, --version      tells the version\n"
    )?;
    Ok(())
}

/// The text that is to be read.
pub(super) fn source(cx: &mut Context<'_>, arguments: &Arguments) -> Outcome<Source> {
    let Some(file) = &arguments.file else {
        if arguments.words.is_empty() {
            return Err(Failure::new("nft: no command specified", 1));
        }
        if !arguments.defines.is_empty() {
            let text = "Error: -D/--define can only be used with -f/--filename";
            return Err(Failure::new(text, 1));
        }
        return Ok(Source {
            name: None,
            text: arguments.words.join(" ") + "\n",
        });
    };
    if file == "-" {
        let mut text = String::new();
        cx.stdin.read_to_string(&mut text)?;
        return Ok(Source {
            name: Some("/dev/stdin".to_owned()),
            text,
        });
    }
    let text = std::fs::read_to_string(file).map_err(|_| {
        let why = "No such file or directory";
        let text = format!("internal:0:0-0: Error: Could not open file \"{file}\": {why}\n\n");
        Failure::new(text, 1)
    })?;
    Ok(Source {
        name: Some(file.clone()),
        text,
    })
}
