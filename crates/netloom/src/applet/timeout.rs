//! `timeout` by the world's clock, with timeout(1)'s words: `timeout [OPTION]... DURATION COMMAND`.
//! Left out: `--kill-after`, for a virtual clock does not move while a command refuses to end.

use super::sleep::interval;
use crate::{process, supervise};
use netloom_tools::Context;
use rustix::process::{Signal, kill_process};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The command was ended.
const EXPIRED: i32 = 124;
/// `timeout` itself failed, the command cannot be run, it is not there.
const FAILED: i32 = 125;
const CANNOT_RUN: i32 = 126;
const NOT_FOUND: i32 = 127;

/// What the words say.
#[derive(Debug, PartialEq)]
struct Order {
    signal: Signal,
    preserve_status: bool,
    limit: Duration,
    command: Vec<String>,
}

/// Runs its command, at most for a while.
pub(super) fn main(cx: &mut Context<'_>) -> i32 {
    match order(&cx.args)
        .map_err(|text| (FAILED, text))
        .and_then(|order| run(cx, &order))
    {
        Ok(code) => code,
        Err((code, text)) => {
            let _ = writeln!(cx.err, "timeout: {text}");
            code
        }
    }
}

fn run(cx: &mut Context<'_>, order: &Order) -> Result<i32, (i32, String)> {
    let now = cx.world.now().map_err(|e| (FAILED, e.to_string()))?;
    let expired = Arc::new(AtomicBool::new(false));
    // A limit of zero is none.
    if !order.limit.is_zero() {
        let mut world = super::enter().map_err(|text| (FAILED, text))?;
        let (signal, until, expired) = (order.signal, now + order.limit, Arc::clone(&expired));
        std::thread::spawn(move || {
            if world.sleep_through(until).is_ok() {
                expired.store(true, Ordering::SeqCst);
                for pid in process::descendants(&[std::process::id()]) {
                    if let Some(pid) = process::pid(pid) {
                        let _ = kill_process(pid, signal);
                    }
                }
            }
        });
    }
    let mut command = Command::new(&order.command[0]);
    command.args(&order.command[1..]);
    let code = supervise::run(command).map_err(|error| {
        let not_there = error.kind() == std::io::ErrorKind::NotFound;
        let code = if not_there { NOT_FOUND } else { CANNOT_RUN };
        let name = &order.command[0];
        (
            code,
            format!(
                "failed to run command \u{2018}{name}\u{2019}: {}",
                text_of(&error)
            ),
        )
    })?;
    let over = expired.load(Ordering::SeqCst) && !order.preserve_status;
    Ok(if over { EXPIRED } else { code })
}

/// The error without Rust's addition of its number.
fn text_of(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned()
}

fn order(args: &[String]) -> Result<Order, String> {
    let mut signal = Signal::TERM;
    let mut preserve_status = false;
    let mut words = args.iter();
    while let Some(option) = words
        .as_slice()
        .first()
        .filter(|word| word.starts_with('-'))
    {
        words.next();
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (option.as_str(), None),
        };
        match name {
            "--preserve-status" => preserve_status = true,
            // The command is in the foreground anyhow.
            "--foreground" => {}
            "-s" | "--signal" => {
                let value = value.or_else(|| words.next().cloned());
                let value = value.ok_or("option requires an argument -- 's'")?;
                signal = signal_called(&value).ok_or_else(|| format!("{value}: invalid signal"))?;
            }
            "--" => break,
            _ => return Err(format!("option {option} is not supported")),
        }
    }
    let limit = words.next().ok_or("missing operand")?;
    let limit =
        interval(limit).ok_or_else(|| format!("invalid time interval \u{2018}{limit}\u{2019}"))?;
    let command: Vec<String> = words.cloned().collect();
    if command.is_empty() {
        return Err("missing operand".to_owned());
    }
    Ok(Order {
        signal,
        preserve_status,
        limit,
        command,
    })
}

/// `INT`, `SIGINT` or `2`.
fn signal_called(name: &str) -> Option<Signal> {
    let name = name.to_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    match name {
        "HUP" | "1" => Some(Signal::HUP),
        "INT" | "2" => Some(Signal::INT),
        "QUIT" | "3" => Some(Signal::QUIT),
        "KILL" | "9" => Some(Signal::KILL),
        "USR1" | "10" => Some(Signal::USR1),
        "USR2" | "12" => Some(Signal::USR2),
        "ALRM" | "14" => Some(Signal::ALARM),
        "TERM" | "15" => Some(Signal::TERM),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Order, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        order(&words)
    }

    #[test]
    fn options_come_before_the_limit_and_the_command_stays_whole() {
        let order = read("-s INT --preserve-status 1.5m ping -c 1 x").unwrap();
        assert_eq!(order.signal, Signal::INT);
        assert!(order.preserve_status);
        assert_eq!(order.limit, Duration::from_secs(90));
        assert_eq!(order.command, ["ping", "-c", "1", "x"]);
        assert_eq!(read("--signal=9 1 true").unwrap().signal, Signal::KILL);
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        assert_eq!(read("").unwrap_err(), "missing operand");
        assert_eq!(read("5").unwrap_err(), "missing operand");
        assert!(read("x true").unwrap_err().contains("\u{2018}x\u{2019}"));
        assert!(read("-k 1 5 true").unwrap_err().contains("-k"));
        assert!(read("-s FOO 1 true").unwrap_err().contains("FOO"));
    }
}
