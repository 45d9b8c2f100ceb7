//! `netloom list` and `netloom stop`.

use crate::client::Client;
use crate::protocol::Welcome;
use crate::start::{self, Failure};
use netloom_model::state::Parts;
use netloom_model::{NsName, World};
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
        println!("no world runs");
        return Ok(());
    }
    println!(
        "{:<16} {:>8} {:>8} {:<8} NAMESPACES",
        "NAME", "PID", "AGE", "TIME"
    );
    for (name, client) in worlds {
        match client {
            Ok(mut client) => println!("{}", line(&mut client)),
            Err(error) => println!("{name:<16} {error}"),
        }
    }
    Ok(())
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

/// Ends the world called `name` and waits until it has ended.
///
/// # Errors
/// If there is none, or it does not end.
pub fn stop(name: &str) -> Result<(), Failure> {
    let (mut client, _) = start::find(name)?;
    (client.stop()).map_err(|e| format!("cannot stop the world {name}: {e}"))?;
    let start = Instant::now();
    while start::lives(name).map_err(|e| e.to_string())? {
        if start.elapsed() > PATIENCE {
            let pid = client.welcome().pid;
            return Err(format!("the world {name} (process {pid}) does not end"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
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
