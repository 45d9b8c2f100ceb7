//! `-batch FILE` of `ip` and of `bridge`: a command a line (ip(8), bridge(8)).

use super::words::{self, Failure, Outcome};
use crate::Context;

/// What a command that ended with wrong words ends the whole program with, forced or not.
const ENDS: i32 = 255;

/// Runs the commands of a file, a line each, by `command`; the first that fails ends it, unless
/// forced.
pub(crate) fn run(
    cx: &mut Context<'_>,
    file: &str,
    force: bool,
    command: impl Fn(&mut Context<'_>, &[String]) -> Outcome<()>,
) -> Outcome<()> {
    let text = read(cx, file)?;
    let mut failed = false;
    let mut begun = String::new();
    for (number, line) in text.lines().enumerate() {
        // A backslash at the end joins a line with the next.
        if let Some(head) = line.strip_suffix('\\') {
            begun.push_str(head);
            begun.push(' ');
            continue;
        }
        let words = words::split(&(std::mem::take(&mut begun) + line));
        if words.is_empty() {
            continue;
        }
        if let Err(failure) = command(cx, &words) {
            if failure.code == ENDS || is_neighbour(&words[0]) {
                return Err(failure);
            }
            write!(cx.err, "{}", failure.text)?;
            writeln!(cx.err, "Command failed {file}:{}", number + 1)?;
            failed = true;
            if !force {
                break;
            }
        }
    }
    if failed {
        return Err(Failure {
            text: String::new(),
            code: 1,
        });
    }
    Ok(())
}

/// Whether a command is `ip neigh`, by whatever short form: it ends the whole program where the
/// kernel refuses something.
fn is_neighbour(word: &str) -> bool {
    !word.is_empty()
        && ["neighbour", "neighbor"]
            .iter()
            .any(|name| name.starts_with(word))
}

/// The text of a file, or of standard input where it is `-`.
fn read(cx: &mut Context<'_>, file: &str) -> Outcome<String> {
    let mut text = String::new();
    let read = if file == "-" {
        cx.stdin.read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(file).map(|t| text = t)
    };
    read.map_err(|why| {
        let why = super::os_error(&why);
        let text = format!("Cannot open file \"{file}\" for reading: {why}");
        Failure::new(text, 1)
    })?;
    Ok(text)
}
