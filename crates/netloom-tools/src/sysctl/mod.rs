//! `sysctl`: settings by name (sysctl(8) of procps 4.0.2).
//!
//! A setting is a file below /proc/sys; its name has dots for the slashes of the path, and
//! slashes for the dots (a device called `eth0.1`). Left out: `--system`; settings beside `net`.

mod pattern;

use crate::Context;
use netloom_model::setting::{Settings, Word};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno};
use pattern::Pattern;
use std::io::{self, Write};

const USAGE: &str = "
Usage: sysctl [OPTION]... [NAME[=VALUE]]...

  -a, --all, -A, -X    every setting
  -r, --pattern REGEX  only names that match
  -w, --write          every word sets a value
  -p, --load[=FILE], -f  sets what a file says
      --system         sets what the system's files say
      --dry-run        says what would be set
  -n, --values         values alone
  -N, --names          names alone
  -b, --binary         a value without the end of its line
  -e, --ignore         no word of names that are not there
  -q, --quiet          no word of what was set
      --deprecated     with -a those too that have a better name
  -o, -x               taken, without effect
  -h, -d, --help       this text
  -V, --version        the version
";

const LONG: [(&str, char); 14] = [
    ("all", 'a'),
    ("deprecated", 'O'),
    ("dry-run", 'D'),
    ("binary", 'b'),
    ("ignore", 'e'),
    ("names", 'N'),
    ("values", 'n'),
    ("load", 'p'),
    ("system", 'S'),
    ("pattern", 'r'),
    ("quiet", 'q'),
    ("write", 'w'),
    ("help", 'h'),
    ("version", 'V'),
];

/// What the kernel has still beside the names in milliseconds; all settings are told without them.
const DEPRECATED: [&str; 2] = ["base_reachable_time", "retrans_time"];

#[derive(Default)]
struct Options {
    all: bool,
    deprecated: bool,
    dry_run: bool,
    binary: bool,
    ignore: bool,
    names: bool,
    values: bool,
    quiet: bool,
    write: bool,
    load: bool,
    pattern: Option<Pattern>,
    /// A pattern was given that is no expression: nothing matches.
    hopeless: bool,
}

/// Runs `sysctl`.
pub fn sysctl(cx: &mut Context<'_>) -> i32 {
    let args = cx.args.clone();
    let mut options = Options::default();
    let mut words = Vec::new();
    let mut rest = args.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        match option(cx, word, &mut rest, &mut words, &mut options) {
            Ok(None) => {}
            Ok(Some(code)) => return code,
            Err(_) => return 1,
        }
    }
    run(cx, &options, &words).unwrap_or(1)
}

/// Takes a word; an exit code where it ends the command.
fn option<'a>(
    cx: &mut Context<'_>,
    word: &'a str,
    rest: &mut impl Iterator<Item = &'a str>,
    words: &mut Vec<&'a str>,
    options: &mut Options,
) -> io::Result<Option<i32>> {
    let Some(short) = word.strip_prefix('-').filter(|w| !w.is_empty()) else {
        words.push(word);
        return Ok(None);
    };
    let (letters, value) = match short.strip_prefix('-') {
        Some(long) => {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            let Some((_, letter)) = LONG.iter().find(|(n, _)| *n == name) else {
                writeln!(cx.err, "sysctl: unrecognized option '{word}'")?;
                write!(cx.err, "{USAGE}")?;
                return Ok(Some(0));
            };
            (letter.to_string(), value)
        }
        None => (short.to_owned(), None),
    };
    for (at, letter) in letters.char_indices() {
        match letter {
            'a' | 'A' | 'X' => options.all = true,
            'O' => options.deprecated = true,
            'D' => options.dry_run = true,
            'b' => options.binary = true,
            'e' => options.ignore = true,
            'N' => options.names = true,
            'n' => options.values = true,
            'q' => options.quiet = true,
            'w' => options.write = true,
            'o' | 'x' => {}
            'p' | 'f' => {
                options.load = true;
                words.extend(
                    value.or(Some(&short[at + 1..]).filter(|v| !v.is_empty() && letters == short)),
                );
                return Ok(None);
            }
            'r' => {
                let glued = Some(&short[at + 1..]).filter(|v| !v.is_empty() && letters == short);
                let text = value.or(glued).or_else(|| rest.next()).unwrap_or_default();
                options.pattern = Pattern::new(text);
                options.hopeless = options.pattern.is_none();
                return Ok(None);
            }
            'V' => {
                writeln!(cx.out, "sysctl from procps-ng 4.0.2")?;
                return Ok(Some(0));
            }
            'h' | 'd' => {
                write!(cx.out, "{USAGE}")?;
                return Ok(Some(0));
            }
            'S' => {
                writeln!(cx.err, "sysctl: --system: no system directories here")?;
                return Ok(Some(1));
            }
            _ => {
                writeln!(cx.err, "sysctl: invalid option -- '{letter}'")?;
                write!(cx.err, "{USAGE}")?;
                return Ok(Some(0));
            }
        }
    }
    Ok(None)
}

fn run(cx: &mut Context<'_>, options: &Options, words: &[&str]) -> io::Result<i32> {
    let mut command = Command {
        options,
        settings: snapshot(cx),
        failures: 0,
        cx,
    };
    if options.load {
        let files = if words.is_empty() {
            &["/etc/sysctl.conf"][..]
        } else {
            words
        };
        for file in files {
            command.load(file)?;
        }
    } else if options.all {
        let is_old = |name: &String| {
            let last = name.rsplit('.').next();
            last.is_some_and(|last| DEPRECATED.contains(&last))
        };
        let told = command.settings.keys();
        let told = told.filter(|name| options.deprecated || !is_old(name));
        let names: Vec<Word> = told.cloned().collect();
        for name in names {
            command.show(&name)?;
        }
    } else if words.is_empty() {
        if command.cx.args.is_empty() {
            write!(command.cx.err, "{USAGE}")?;
        } else {
            let text = "sysctl: no variables specified\nTry `sysctl --help' for more information.";
            writeln!(command.cx.err, "{text}")?;
        }
        return Ok(1);
    }
    if !options.load && !options.all {
        for word in words {
            command.word(word)?;
        }
    }
    Ok(command.failures)
}

fn snapshot(cx: &mut Context<'_>) -> Settings {
    let parts = Parts {
        sysctls: true,
        ..Parts::NONE
    };
    let state = cx.world.snapshot(Some(&cx.ns), parts);
    let ns = state.ok().and_then(|mut s| s.namespaces.remove(&cx.ns));
    ns.map(|ns| ns.sysctls).unwrap_or_default()
}

/// The path below /proc/sys that `key` stands for: the separator that comes first in it
/// separates, the other one is a dot in a name.
fn path(key: &str) -> String {
    match key.find(['.', '/']) {
        Some(at) if key.as_bytes()[at] == b'.' => swap(key),
        _ => key.to_owned(),
    }
}

/// Dots for slashes and slashes for dots.
pub(crate) fn swap(key: &str) -> String {
    key.chars()
        .map(|c| match c {
            '.' => '/',
            '/' => '.',
            c => c,
        })
        .collect()
}

struct Command<'a, 'b> {
    cx: &'a mut Context<'b>,
    options: &'a Options,
    settings: Settings,
    failures: i32,
}

impl Command<'_, '_> {
    /// Where to complain, once what was shown before is out: sysctl keeps the order.
    fn complaints(&mut self) -> io::Result<&mut dyn Write> {
        self.cx.out.flush()?;
        Ok(&mut *self.cx.err)
    }

    /// A word of the command line: a name to show, or `NAME=VALUE`.
    fn word(&mut self, word: &str) -> io::Result<()> {
        if let Some((key, value)) = word.split_once('=') {
            if key.is_empty() {
                if !value.is_empty() {
                    let text = "Path is not under /proc/sys/: /proc/sys/";
                    writeln!(self.complaints()?, "sysctl: {text}")?;
                }
                self.failures += 1;
                return Ok(());
            }
            return self.set(key.trim(), value.trim());
        }
        if self.options.write {
            let text = "command line(0): invalid syntax, continuing...";
            writeln!(self.complaints()?, "sysctl: {text}")?;
            self.failures += 1;
            return Ok(());
        }
        self.get(word)
    }

    fn missing(&mut self, key: &str) -> io::Result<()> {
        if !self.options.ignore {
            let (path, errno) = (path(key), Errno::NOENT);
            let path = path.trim_start_matches('/');
            writeln!(
                self.complaints()?,
                "sysctl: cannot stat /proc/sys/{path}: {errno}"
            )?;
            self.failures += 1;
        }
        Ok(())
    }

    /// Shows one setting, or every setting below a directory.
    fn get(&mut self, key: &str) -> io::Result<()> {
        let name = swap(&path(key));
        if self.settings.contains_key(&name) {
            return self.show(&name);
        }
        let below = format!("{}.", name.trim_end_matches('.'));
        let inside = |n: &&Word| n.starts_with(&below);
        let names: Vec<Word> = self.settings.keys().filter(inside).cloned().collect();
        if names.is_empty() && self.is_unread(&name) {
            return Ok(());
        }
        if names.is_empty() {
            return self.missing(key);
        }
        for name in names {
            self.show(&name)?;
        }
        Ok(())
    }

    /// Whether a setting is there that cannot be read, for nothing was written to it yet.
    fn is_unread(&self, name: &str) -> bool {
        let of_device = name.strip_suffix(".stable_secret");
        let beside = of_device.map(|conf| format!("{conf}.addr_gen_mode"));
        beside.is_some_and(|beside| self.settings.contains_key(&beside))
    }

    fn wanted(&self, name: &str) -> bool {
        let found = self.options.pattern.as_ref().is_none_or(|p| p.finds(name));
        found && !self.options.hopeless
    }

    fn show(&mut self, name: &str) -> io::Result<()> {
        if !self.wanted(name) {
            return Ok(());
        }
        let value = self.settings.get(name).cloned().unwrap_or_default();
        let out = &mut self.cx.out;
        if self.options.names {
            writeln!(out, "{name}")
        } else if self.options.binary {
            write!(out, "{value}")
        } else if self.options.values {
            writeln!(out, "{value}")
        } else {
            writeln!(out, "{name} = {value}")
        }
    }

    fn set(&mut self, key: &str, value: &str) -> io::Result<()> {
        let name = swap(&path(key));
        if !self.settings.contains_key(&name) && !self.is_unread(&name) {
            return self.missing(key);
        }
        if !self.wanted(&name) {
            return Ok(());
        }
        if !self.options.dry_run {
            let change = Change::SetSysctl {
                ns: self.cx.ns.clone(),
                name: name.clone(),
                value: value.to_owned(),
            };
            if let Err(error) = self.cx.world.apply(vec![change]) {
                self.failures += 1;
                let errno = error.errno;
                return writeln!(
                    self.complaints()?,
                    "sysctl: setting key \"{name}\": {errno}"
                );
            }
        }
        let out = &mut self.cx.out;
        if self.options.quiet {
            Ok(())
        } else if self.options.binary {
            write!(out, "{value}")
        } else if self.options.values || self.options.names {
            writeln!(out, "{value}")
        } else {
            writeln!(out, "{name} = {value}")
        }
    }

    /// `-p FILE`: lines `[-]NAME = VALUE`, where NAME may hold a `*`, and lines `-NAME` that
    /// keep a setting from what a `*` sets.
    fn load(&mut self, file: &str) -> io::Result<()> {
        let text = if file == "-" {
            let mut text = String::new();
            self.cx.stdin.read_to_string(&mut text).map(|_| text)
        } else {
            std::fs::read_to_string(file)
        };
        let Ok(text) = text else {
            let errno = Errno::NOENT;
            writeln!(
                self.complaints()?,
                "sysctl: cannot open \"{file}\": {errno}"
            )?;
            self.failures += 1;
            return Ok(());
        };
        let (mut settings, mut excluded) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            let (lenient, line) = match line.strip_prefix('-') {
                Some(rest) => (true, rest),
                None => (false, line),
            };
            match line.split_once('=') {
                Some((key, value)) => settings.push((key.trim(), value.trim(), lenient)),
                None if lenient => excluded.push(swap(&path(line))),
                None => {
                    let text = "invalid syntax, continuing...";
                    writeln!(self.complaints()?, "sysctl: {file}({number}): {text}")?;
                }
            }
        }
        for (key, value, lenient) in settings {
            let before = self.failures;
            if key.contains('*') {
                for name in self.expand(key, &excluded) {
                    self.set(&name, value)?;
                }
            } else {
                self.set(key, value)?;
            }
            if lenient {
                self.failures = before;
            }
        }
        Ok(())
    }

    /// The settings that a name with `*` stands for, part by part.
    fn expand(&self, key: &str, excluded: &[String]) -> Vec<String> {
        let wanted = path(key);
        let wanted: Vec<&str> = wanted.split('/').collect();
        let fits = |name: &&Word| {
            let path = path(name);
            let parts: Vec<&str> = path.split('/').collect();
            parts.len() == wanted.len() && parts.iter().zip(&wanted).all(|(p, w)| glob(p, w))
        };
        let named = self.settings.keys().filter(fits);
        named
            .filter(|name| !excluded.contains(name))
            .map(ToString::to_string)
            .collect()
    }
}

/// Whether `text` fits `pattern`, in which `*` is any text.
fn glob(text: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => text == pattern,
        Some((head, tail)) => text.strip_prefix(head).is_some_and(|rest| {
            let mut starts = rest.char_indices().map(|(i, _)| i).chain([rest.len()]);
            starts.any(|i| glob(&rest[i..], tail))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_separator_decides_what_separates() {
        assert_eq!(path("net.ipv4.ip_forward"), "net/ipv4/ip_forward");
        assert_eq!(
            path("net/ipv4/conf/eth0.1/forwarding"),
            "net/ipv4/conf/eth0.1/forwarding"
        );
        assert_eq!(
            path("net.ipv4.conf.eth0/1.forwarding"),
            "net/ipv4/conf/eth0.1/forwarding"
        );
        assert_eq!(swap("net/ipv4/conf/eth0.1/tag"), "net.ipv4.conf.eth0/1.tag");
    }

    #[test]
    fn a_star_is_any_text() {
        assert!(glob("eth0", "*"));
        assert!(glob("eth0", "e*0"));
        assert!(!glob("eth0", "e*1"));
    }
}
