//! The commands of net-tools 2.10: ifconfig(8), route(8), arp(8), netstat(8).
//!
//! They speak the old ioctl interface (netdevice(7), arp(7), `SIOCADDRT`), whose meaning is a
//! little different from netlink's; each file says what its ioctls stand for as changes.
//! Left out: families other than IPv4, hardware other than Ethernet, slave and tunnel settings.

pub mod arp;
mod groups;
pub mod ifconfig;
mod interface;
mod names;
pub mod netstat;
pub mod route;
mod routes;
mod sockets;
mod statistics;

use crate::Context;
use netloom_model::state::Parts;
use netloom_model::{Errno, Namespace};

/// Why a command ends early: what it says on standard error, and its exit code.
#[derive(Debug)]
struct Failure {
    text: String,
    code: i32,
}

impl Failure {
    /// `text`, which holds its own newlines, and `code`.
    fn new(text: impl Into<String>, code: i32) -> Failure {
        Failure {
            text: text.into(),
            code,
        }
    }

    /// What perror(3) prints of a failed `call`.
    fn perror(call: &str, errno: Errno, code: i32) -> Failure {
        Failure::new(format!("{call}: {errno}\n"), code)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure::new(format!("{error}\n"), 1)
    }
}

impl From<netloom_model::Error> for Failure {
    fn from(error: netloom_model::Error) -> Failure {
        Failure::new(format!("{error}\n"), 1)
    }
}

/// The exit code of `outcome`, its failure told on standard error.
fn finish(cx: &mut Context<'_>, outcome: Result<i32, Failure>) -> i32 {
    match outcome {
        Ok(code) => code,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}

/// The namespace that the command runs in, as far as `parts` wants it.
fn namespace(cx: &mut Context<'_>, parts: Parts) -> Result<Namespace, Failure> {
    let mut state = cx.world.snapshot(Some(&cx.ns), parts)?;
    Ok(state.namespaces.remove(&cx.ns).unwrap_or_default())
}

/// A number as atoi(3) reads it: digits up to whatever else, 0 where there are none.
fn atoi(word: &str) -> i64 {
    let word = word.trim_start();
    let (negative, digits) = match word.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, word.strip_prefix('+').unwrap_or(word)),
    };
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let value = digits[..end]
        .parse::<i64>()
        .unwrap_or(if end == 0 { 0 } else { i64::MAX });
    if negative { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::atoi;

    #[test]
    fn atoi_takes_the_digits_in_front() {
        assert_eq!(atoi("1500x"), 1500);
        assert_eq!(atoi("abc"), 0);
        assert_eq!(atoi("-1"), -1);
    }
}
