//! `dmesg` of util-linux 2.38.1 (dmesg(1)): what the world's kernel says, which is what rules log. All
//! namespaces share one log.
//!
//! Left out, each with a clear error: the console's level (`-n`, `-D`, `-E`), files (`-F`, `-K`), JSON.
//! Colours and pagers are never used; everything is of the facility `kern`.

use crate::Context;
use crate::timestamp::ctime;
use netloom_model::kernel_log::LogLine;
use netloom_model::{Errno, Time};
use std::io::Write;
use std::time::UNIX_EPOCH;

const USAGE: &str = "\
Usage: dmesg [OPTION]...

  -w, --follow       wait for new lines; -W, --follow-new: for new ones alone
  -T, --ctime        with the time of day
  -t, --notime       without the time
  -d, --show-delta   with the time since the line before
  -x, --decode       with facility and level in words
  -r, --raw          with facility and level as a number
  -l, --level LIST   only these: emerg, alert, crit, err, warn, notice, info, debug
  -c, --read-clear   show the lines and clear them; -C, --clear: clear them
";

/// What follows a mistake.
const HINT: &str = "Try 'dmesg --help' for more information.\n";

const LEVELS: [&str; 8] = [
    "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
];

#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option")]
struct Options {
    follow: bool,
    new: bool,
    ctime: bool,
    notime: bool,
    delta: bool,
    decode: bool,
    raw: bool,
    clear: bool,
    silent: bool,
    levels: Option<Vec<u8>>,
}

/// Runs `dmesg`.
pub fn dmesg(cx: &mut Context<'_>) -> i32 {
    let options = match parse(&cx.args) {
        Ok(options) => options,
        Err((text, code)) => {
            let to: &mut dyn Write = if code == 0 { cx.out } else { cx.err };
            let _ = write!(to, "{text}");
            return code;
        }
    };
    match run(cx, &options) {
        Ok(()) => 0,
        Err(text) => {
            let _ = writeln!(cx.err, "dmesg: {text}");
            1
        }
    }
}

fn run(cx: &mut Context<'_>, options: &Options) -> Result<(), String> {
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    let mut lines = cx
        .world
        .kernel_log(None, Time::AT_ONCE)
        .map_err(|error| failed(&error))?;
    let mut next = lines.last().map_or(0, |line| line.number + 1);
    if options.new || options.silent {
        lines.clear();
    }
    let mut before = None;
    loop {
        print(cx, options, &lines, &mut before).map_err(|error| failed(&error))?;
        if !options.follow {
            break;
        }
        lines = match cx.world.kernel_log(Some(next), Time::NEVER) {
            Ok(lines) => lines,
            Err(error) if error.errno == Errno::INTR => break,
            Err(error) => return Err(failed(&error)),
        };
        next = lines.last().map_or(next, |line| line.number + 1);
    }
    if options.clear {
        cx.world
            .clear_kernel_log()
            .map_err(|error| failed(&error))?;
    }
    Ok(())
}

/// Prints lines; `before` is when the one before them was written.
fn print(
    cx: &mut Context<'_>,
    options: &Options,
    lines: &[LogLine],
    before: &mut Option<Time>,
) -> std::io::Result<()> {
    for line in lines {
        let wanted = options.levels.as_ref();
        if !wanted.is_none_or(|levels| levels.contains(&line.level)) {
            continue;
        }
        let since = line.at.since(before.unwrap_or(line.at));
        *before = Some(line.at);
        let mut text = String::new();
        if options.raw {
            text += &format!("<{}>", line.level);
        } else if options.decode {
            let level = LEVELS.get(usize::from(line.level)).unwrap_or(&"debug");
            text += &format!("kern  :{level:<6}: ");
        }
        text += &stamp(cx, options, line.at, since.as_secs_f64());
        text += &line.text;
        text.push('\n');
        cx.out.write_all(text.as_bytes())?;
    }
    cx.out.flush()
}

/// When a line was written.
fn stamp(cx: &Context<'_>, options: &Options, at: Time, since: f64) -> String {
    if options.notime {
        return String::new();
    }
    if options.ctime && !options.raw {
        let epoch = cx.host.epoch().duration_since(UNIX_EPOCH);
        let epoch = epoch.map_or(0, |since| since.as_nanos() as u64);
        let when = ctime((epoch + at.0) / 1_000_000_000);
        return match options.delta {
            true => format!("[{when} <{since:12.6}>] "),
            false => format!("[{when}] "),
        };
    }
    let (seconds, micros) = (at.0 / 1_000_000_000, at.0 / 1000 % 1_000_000);
    match options.delta && !options.raw {
        true => format!("[{seconds:5}.{micros:06} <{since:12.6}>] "),
        false => format!("[{seconds:5}.{micros:06}] "),
    }
}

fn parse(args: &[String]) -> Result<Options, (String, i32)> {
    let mut options = Options::default();
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let letters: Vec<String> = match word.strip_prefix("--") {
            Some(_) => vec![word.clone()],
            None => match word.strip_prefix('-') {
                Some(rest) if !rest.is_empty() => letters(rest),
                _ => return Err((format!("dmesg: bad usage\n{HINT}"), 1)),
            },
        };
        for letter in letters {
            let (name, value) = split(&letter);
            option(&mut options, name, value, &mut words)?;
        }
    }
    Ok(options)
}

/// The letters of a word; what follows `l` is its value.
fn letters(rest: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (at, letter) in rest.char_indices() {
        if letter == 'l' {
            all.push(format!("-l{}", &rest[at + 1..]));
            break;
        }
        all.push(format!("-{letter}"));
    }
    all
}

/// An option and the value in the same word.
fn split(word: &str) -> (&str, Option<&str>) {
    if let Some((name, value)) = word.split_once('=') {
        return (name, Some(value));
    }
    match word.strip_prefix("-l") {
        Some(value) if !value.is_empty() => ("-l", Some(value)),
        _ => (word, None),
    }
}

fn option<'a>(
    options: &mut Options,
    name: &str,
    value: Option<&str>,
    words: &mut impl Iterator<Item = &'a String>,
) -> Result<(), (String, i32)> {
    match name {
        "-w" | "--follow" => options.follow = true,
        "-W" | "--follow-new" => (options.follow, options.new) = (true, true),
        "-T" | "--ctime" => options.ctime = true,
        "-t" | "--notime" => options.notime = true,
        "-d" | "--show-delta" => options.delta = true,
        "-x" | "--decode" => options.decode = true,
        "-r" | "--raw" => options.raw = true,
        "-c" | "--read-clear" => options.clear = true,
        "-C" | "--clear" => (options.clear, options.silent) = (true, true),
        // Nothing else is there.
        "-k" | "--kernel" | "-P" | "--nopager" | "-L" | "--color" | "-S" | "--syslog" => {}
        "-l" | "--level" => {
            let list = match value {
                Some(value) => value,
                None => words.next().ok_or_else(|| missing(name))?,
            };
            options.levels = Some(levels(list)?);
        }
        "-h" | "--help" => return Err((USAGE.to_owned(), 0)),
        "-V" | "--version" => return Err((format!("dmesg from {}\n", crate::VERSION), 0)),
        other if other.starts_with("--") => {
            return Err((format!("dmesg: unrecognized option '{other}'\n{HINT}"), 1));
        }
        other => {
            let letter = other.trim_start_matches('-');
            return Err((format!("dmesg: invalid option -- '{letter}'\n{HINT}"), 1));
        }
    }
    Ok(())
}

fn missing(name: &str) -> (String, i32) {
    let letter = name.trim_start_matches('-');
    (
        format!("dmesg: option requires an argument -- '{letter}'\n{HINT}"),
        1,
    )
}

fn levels(list: &str) -> Result<Vec<u8>, (String, i32)> {
    let level = |word: &str| {
        let found = LEVELS.iter().position(|level| *level == word);
        let unknown = || (format!("dmesg: unknown level '{word}'\n"), 1);
        found.map(|level| level as u8).ok_or_else(unknown)
    };
    list.split(',').map(level).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_ctime_does() {
        assert_eq!(ctime(0), "Thu Jan  1 00:00:00 1970");
        assert_eq!(ctime(1_700_000_000), "Tue Nov 14 22:13:20 2023");
    }

    #[test]
    fn levels_are_words_behind_their_letter_or_in_the_next_word() {
        let of = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            parse(&words).ok().and_then(|options| options.levels)
        };
        assert_eq!(of(&["-tlwarn,err"]), Some(vec![4, 3]));
        assert_eq!(of(&["--level=info"]), Some(vec![6]));
        assert_eq!(of(&["-l", "debug"]), Some(vec![7]));
        assert_eq!(of(&["-l", "loud"]), None);
    }
}
