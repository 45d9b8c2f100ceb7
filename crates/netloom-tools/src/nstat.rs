//! `nstat` of iproute2 6.1.0 (nstat(8)): what a namespace counted since it was asked last.
//!
//! What was counted then is in a file: the one that `NSTAT_HISTORY` names, else one for each
//! namespace of a world, which goes with the world. (The original has one for each user, whatever
//! the namespace.) Left out, each with a clear error: the daemon that samples (`-d`) and so the
//! averages over time (`-t`); the last column is always 0.0.

use crate::Context;
use netloom_model::counters::Counters;
use netloom_model::state::Parts;
use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::PathBuf;

const USAGE: &str = "\
Usage: nstat [-a] [-n] [-r] [-s] [-z] [-j [-p]] [PATTERN]...

  -a, --ignore    since the beginning, not since the last call
  -n, --nooutput  only take note of what is counted now
  -r, --reset     forget what was noted, and note what is counted now
  -s, --noupdate  take no note
  -z, --zeros     also what is zero
  -j, --json      as JSON; -p, --pretty: indented
";

/// The first line of a history: where the numbers are from.
const SOURCE: &str = "#kernel";

/// Why it ends early, as it is said, and the exit code.
type Failure = (String, i32);

#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option")]
struct Options {
    ignore: bool,
    quiet: bool,
    reset: bool,
    keep: bool,
    zeros: bool,
    json: bool,
    pretty: bool,
    patterns: Vec<String>,
}

impl Options {
    /// Whether a counter is asked for.
    fn wants(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let mut patterns = self.patterns.iter();
        self.patterns.is_empty() || patterns.any(|pattern| glob(pattern, &name))
    }
}

/// Runs `nstat`.
pub fn nstat(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err((text, code)) => {
            let to: &mut dyn std::io::Write = if code == 0 { cx.out } else { cx.err };
            let _ = write!(to, "{text}");
            code
        }
    }
}

fn run(cx: &mut Context<'_>) -> Result<(), Failure> {
    let options = parse(&cx.args)?;
    let parts = Parts {
        counters: true,
        ..Parts::NONE
    };
    let mut state = cx.world.snapshot(Some(&cx.ns), parts).map_err(failed)?;
    let counters = state.namespaces.remove(&cx.ns).unwrap_or_default().counters;
    let history = history(cx);
    let known = match &history {
        Some(path) if !options.reset => read(path)?,
        _ => HashMap::new(),
    };
    if !options.quiet {
        let shown = shown(&counters, &known, &options);
        let text = if options.json {
            json(&shown, options.pretty)
        } else {
            table(&shown)
        };
        cx.out.write_all(text.as_bytes()).map_err(failed)?;
    }
    match history {
        Some(path) if !options.keep => write(&path, &counters, &known, &options),
        _ => Ok(()),
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    (format!("nstat: {error}\n"), 1)
}

fn parse(args: &[String]) -> Result<Options, Failure> {
    const LONG: [(&str, char); 11] = [
        ("help", 'h'),
        ("ignore", 'a'),
        ("scan", 'd'),
        ("json", 'j'),
        ("nooutput", 'n'),
        ("pretty", 'p'),
        ("reset", 'r'),
        ("noupdate", 's'),
        ("interval", 't'),
        ("version", 'V'),
        ("zeros", 'z'),
    ];
    let mut options = Options::default();
    let mut only_patterns = false;
    for word in args {
        let letters = match word.strip_prefix('-') {
            Some("-") => {
                only_patterns = true;
                continue;
            }
            Some(letters) if !only_patterns && !letters.is_empty() => letters,
            _ => {
                options.patterns.push(word.to_lowercase());
                continue;
            }
        };
        let letters = match letters.strip_prefix('-') {
            Some(long) => {
                let name = long.split('=').next().unwrap_or(long);
                let known = LONG.iter().find(|(full, _)| full.starts_with(name));
                let bad = || (format!("nstat: unrecognized option '{word}'\n{USAGE}"), 255);
                known.ok_or_else(bad)?.1.to_string()
            }
            None => letters.to_owned(),
        };
        for letter in letters.chars() {
            match letter {
                'a' => options.ignore = true,
                'n' => options.quiet = true,
                'r' => options.reset = true,
                's' => options.keep = true,
                'z' => options.zeros = true,
                'j' => options.json = true,
                'p' => options.pretty = true,
                'V' => {
                    let version = crate::VERSION;
                    return Err((format!("nstat utility, iproute2-6.1.0 ({version})\n"), 0));
                }
                'h' => return Err((USAGE.to_owned(), 255)),
                'd' | 't' => {
                    let why = "nothing is sampled in the background here";
                    return Err((format!("nstat: -{letter} is not supported: {why}\n"), 255));
                }
                _ => return Err((format!("nstat: invalid option -- '{letter}'\n{USAGE}"), 255)),
            }
        }
    }
    Ok(options)
}

/// The file that keeps what was counted at the last call.
fn history(cx: &Context<'_>) -> Option<PathBuf> {
    match std::env::var_os("NSTAT_HISTORY") {
        Some(path) => Some(PathBuf::from(path)),
        None => Some(cx.host.memory()?.join(format!("nstat-{}", cx.ns))),
    }
}

fn read(path: &PathBuf) -> Result<HashMap<String, u64>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(HashMap::new()),
        Err(error) => return Err(unusable(&error)),
    };
    let mut known = HashMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_whitespace();
        let (name, value) = (words.next(), words.next().and_then(|v| v.parse().ok()));
        let (Some(name), Some(value)) = (name, value) else {
            return Err(("nstat: error parsing history file\n".to_owned(), 254));
        };
        known.insert(name.to_owned(), value);
    }
    Ok(known)
}

/// Takes note of what is counted now; of what was not asked for the older note stays.
fn write(
    path: &PathBuf,
    counters: &Counters,
    known: &HashMap<String, u64>,
    options: &Options,
) -> Result<(), Failure> {
    let noted = counters.rows().into_iter().filter_map(|(name, value)| {
        let older = known.get(&name).filter(|_| !options.wants(&name));
        let noted = *older.unwrap_or(&value);
        (value > 0 || options.zeros).then_some((name, noted))
    });
    let text = table(&noted.collect::<Vec<_>>());
    std::fs::write(path, text).map_err(|error| unusable(&error))
}

fn unusable(error: &std::io::Error) -> Failure {
    let errno = netloom_model::Errno(error.raw_os_error().unwrap_or_default());
    (format!("nstat: open history file: {errno}\n"), 255)
}

/// What is to be shown, with what was counted since.
fn shown(
    counters: &Counters,
    known: &HashMap<String, u64>,
    options: &Options,
) -> Vec<(String, u64)> {
    let since = |(name, value): (String, u64)| {
        let before = known.get(&name).filter(|_| !options.ignore);
        let before = before.copied().unwrap_or_default();
        (name, value.saturating_sub(before))
    };
    let rows = counters.rows().into_iter().map(since);
    rows.filter(|(name, value)| (*value > 0 || options.zeros) && options.wants(name))
        .collect()
}

fn table(rows: &[(String, u64)]) -> String {
    let mut text = format!("{SOURCE}\n");
    for (name, value) in rows {
        text.push_str(&format!("{name:<32}{value:<16}   0.0\n"));
    }
    text
}

fn json(rows: &[(String, u64)], pretty: bool) -> String {
    let row = |(name, value): &(String, u64)| {
        if pretty {
            format!("\n        \"{name}\": {value}")
        } else {
            format!("\"{name}\":{value}")
        }
    };
    let rows: Vec<String> = rows.iter().map(row).collect();
    match (pretty, rows.is_empty()) {
        (false, _) => format!("{{\"kernel\":{{{}}}}}\n", rows.join(",")),
        (true, true) => "{\n    \"kernel\": { }\n}\n".to_owned(),
        (true, false) => format!("{{\n    \"kernel\": {{{}\n    }}\n}}\n", rows.join(",")),
    }
}

/// fnmatch(3) for `*`, `?` and sets of characters.
fn glob(pattern: &str, text: &str) -> bool {
    let mut chars = pattern.chars();
    let Some(first) = chars.next() else {
        return text.is_empty();
    };
    let rest = chars.as_str();
    let mut letters = text.chars();
    match first {
        '*' => {
            let ends = text.char_indices().map(|(at, _)| at);
            let mut starts = ends.chain([text.len()]);
            starts.any(|at| glob(rest, &text[at..]))
        }
        '[' if rest.contains(']') => {
            let (set, rest) = rest.split_once(']').unwrap_or_default();
            let (not, set) = match set.strip_prefix(['!', '^']) {
                Some(set) => (true, set),
                None => (false, set),
            };
            let letter = letters.next();
            letter.is_some_and(|c| in_set(set, c) != not) && glob(rest, letters.as_str())
        }
        '?' => letters.next().is_some() && glob(rest, letters.as_str()),
        first => letters.next() == Some(first) && glob(rest, letters.as_str()),
    }
}

/// Whether a character is one of a set such as `a-z_`.
fn in_set(set: &str, letter: char) -> bool {
    let set: Vec<char> = set.chars().collect();
    let mut at = 0;
    while let Some(from) = set.get(at) {
        let to = (set.get(at + 1) == Some(&'-'))
            .then(|| set.get(at + 2))
            .flatten();
        if (*from..=*to.unwrap_or(from)).contains(&letter) {
            return true;
        }
        at += if to.is_some() { 3 } else { 1 };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn patterns_are_those_of_a_shell() {
        for pattern in [
            "ipin*",
            "*recei*",
            "ipinreceives",
            "ip??rec[a-f]ives",
            "*[!0-9]",
        ] {
            assert!(glob(pattern, "ipinreceives"), "{pattern}");
        }
        for pattern in [
            "ip",
            "receives",
            "ip?receives",
            "*[xyz]",
            "ipinreceive[",
            "",
        ] {
            assert!(!glob(pattern, "ipinreceives"), "{pattern}");
        }
    }
}
