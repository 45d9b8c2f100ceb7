//! `netloom list` and `netloom stop`.

use crate::applet::Output;
use crate::client::Client;
use crate::protocol::Welcome;
use crate::start::{self, Failure};
use netloom_model::state::Parts;
use netloom_model::{NsName, World};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{self, Write};
use std::time::{Duration, Instant, SystemTime};

/// How long a world may take to end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Prints the worlds that live.
///
/// # Errors
/// If they cannot be looked for.
pub fn list() -> Result<(), Failure> {
    let worlds = start::living().map_err(|e| e.to_string())?;
    if worlds.is_empty() {
        return print("no world runs\n").map_err(|e| e.to_string());
    }
    let mut text = format!(
        "{:<16} {:>8} {:>8} {:<8} NAMESPACES\n",
        "NAME", "PID", "AGE", "TIME"
    );
    for (name, client) in worlds {
        text += &match client {
            Ok(mut client) => line(&mut client),
            Err(error) => format!("{name:<16} {error}"),
        };
        text += "\n";
    }
    print(&text).map_err(|e| e.to_string())
}

fn print(text: &str) -> io::Result<()> {
    let mut out = Output::new();
    out.write_all(text.as_bytes())?;
    out.flush()
}

fn line(client: &mut Client) -> String {
    let Welcome {
        name,
        pid,
        virtual_time,
        started,
        ..
    } = client.welcome().clone();
    let now = (SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)).unwrap_or_default();
    let namespaces = match client.snapshot(None, Parts::NONE) {
        Ok(state) => {
            let names: Vec<&str> = (state.namespaces.keys())
                .filter(|ns| !ns.is_first())
                .map(NsName::as_str)
                .collect();
            if names.is_empty() {
                "-".to_owned()
            } else {
                names.join(" ")
            }
        }
        Err(error) => format!("({error})"),
    };
    let time = if virtual_time { "virtual" } else { "real" };
    let age = age(now.saturating_sub(started));
    format!("{name:<16} {pid:>8} {age:>8} {time:<8} {namespaces}")
}

/// A duration in its two largest units: `1h05m`.
fn age(age: Duration) -> String {
    let seconds = age.as_secs();
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..86400 => format!("{}h{:02}m", seconds / 3600, seconds / 60 % 60),
        _ => format!("{}d{:02}h", seconds / 86400, seconds / 3600 % 24),
    }
}

/// Ends the world called `name` and waits until it has ended. One that does not answer is told by a
/// signal.
///
/// # Errors
/// If there is none, or it does not end.
pub fn stop(name: &str) -> Result<(), Failure> {
    let asked = start::find(name).and_then(|(mut client, _)| {
        let stopped = client.stop();
        stopped.map_err(|e| format!("cannot stop the world {name}: {e}"))
    });
    let holder = start::holder(name);
    let Err(failure) = asked else {
        return match ends(name)? {
            true => Ok(()),
            false => Err(stays(name, holder)),
        };
    };
    let Some(pid) = holder else {
        return Err(failure);
    };
    for signal in [Signal::TERM, Signal::KILL] {
        // It may have gone by itself.
        let _ = kill_process(pid, signal);
        if ends(name)? {
            return Ok(());
        }
    }
    Err(stays(name, holder))
}

/// Waits for a world to end; whether it did.
fn ends(name: &str) -> Result<bool, Failure> {
    let start = Instant::now();
    while start::lives(name).map_err(|e| e.to_string())? {
        if start.elapsed() > PATIENCE {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(true)
}

fn stays(name: &str, holder: Option<Pid>) -> Failure {
    match holder {
        Some(pid) => format!("the world {name} (process {pid}) does not end"),
        None => format!("the world {name} does not end"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_its_two_largest_units() {
        let told = |seconds| age(Duration::from_secs(seconds));
        assert_eq!(told(5), "5s");
        assert_eq!(told(65), "1m05s");
        assert_eq!(told(3600), "1h00m");
        assert_eq!(told(90_000), "1d01h");
    }
}
