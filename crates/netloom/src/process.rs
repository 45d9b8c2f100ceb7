//! Processes as proc(5) shows them: who descends from whom, who is asleep, what environment they
//! were started with.

use rustix::process::Pid;
use std::collections::BTreeMap;
use std::fs;

/// The environment variable that names the socket of the world that a process belongs to.
pub const WORLD: &str = "NETLOOM_WORLD";
/// The environment variable that names the namespace that a process runs in.
pub const NETNS: &str = "NETLOOM_NETNS";

/// Every process there is.
pub fn all() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// The processes that descend from `roots`, without the roots themselves.
pub fn descendants(roots: &[u32]) -> Vec<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for pid in all() {
        if let Some(place) = Place::of(pid) {
            children.entry(place.parent).or_default().push(pid);
        }
    }
    let mut found = Vec::new();
    let mut open = roots.to_vec();
    while let Some(pid) = open.pop() {
        for child in children.remove(&pid).unwrap_or_default() {
            found.push(child);
            open.push(child);
        }
    }
    found
}

/// Where a process belongs: 0 stands for what another pid namespace holds (pid_namespaces(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The parent's process id.
    pub parent: u32,
    /// The process group.
    pub group: i32,
    /// The session.
    pub session: i32,
    /// The group in the foreground of the session's terminal, -1 if it has none.
    pub foreground: i32,
}

impl Place {
    /// Where process `pid` belongs, from `/proc/PID/stat`.
    pub fn of(pid: u32) -> Option<Place> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The second field is a name that may hold anything.
        let (_, rest) = stat.rsplit_once(')')?;
        let fields: Vec<_> = rest.split_ascii_whitespace().collect();
        let number = |n: usize| fields.get(n)?.parse::<i32>().ok();
        Some(Place {
            parent: u32::try_from(number(1)?).ok()?,
            group: number(2)?,
            session: number(3)?,
            foreground: number(5)?,
        })
    }
}

/// The value that variable `name` had when process `pid` was started.
pub fn variable_of(pid: u32, name: &str) -> Option<String> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    environment.split(|&b| b == 0).find_map(|entry| {
        let value = entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        Some(String::from_utf8_lossy(value).into_owned())
    })
}

/// The process id as the system calls want it.
pub fn pid(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}

/// That every thread of some processes was asleep when it was looked at, and how often each had
/// been switched to by then.
///
/// If all that [still holds](Asleep::still) at a second look, none of them ran between the two:
/// there was a moment when all slept at once.
#[derive(Debug)]
pub struct Asleep(Vec<(String, u64)>);

impl Asleep {
    /// Looks at `processes`; none if one of them runs or is about to.
    pub fn see<'a>(processes: impl IntoIterator<Item = &'a u32>) -> Option<Asleep> {
        let mut threads = Vec::new();
        for pid in processes {
            // A process that ended meanwhile has nothing left to do.
            let Ok(tasks) = fs::read_dir(format!("/proc/{pid}/task")) else {
                continue;
            };
            for task in tasks.flatten() {
                let path = format!("/proc/{pid}/task/{}/status", task.file_name().display());
                let switches = switches_of_sleeper(&path)?;
                threads.push((path, switches));
            }
        }
        Some(Asleep(threads))
    }

    /// Whether none of them has run since.
    pub fn still(&self) -> bool {
        self.0
            .iter()
            .all(|(path, switches)| switches_of_sleeper(path) == Some(*switches))
    }
}

/// How often the thread whose status is at `path` was switched to; none unless it sleeps.
fn switches_of_sleeper(path: &str) -> Option<u64> {
    let status = fs::read_to_string(path).ok()?;
    let mut switches = 0;
    for line in status.lines() {
        if let Some(state) = line.strip_prefix("State:\t") {
            // Running and waiting for a disk are work; sleeping, idle, stopped and dead are not.
            if !state.starts_with(['S', 'I', 'T', 't', 'Z', 'X']) {
                return None;
            }
        } else if line.contains("voluntary_ctxt_switches:") {
            let count = line.rsplit(char::is_whitespace).next()?;
            switches += count.parse::<u64>().ok()?;
        }
    }
    Some(switches)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use std::time::{Duration, Instant};

    #[test]
    fn a_child_is_a_descendant_and_its_environment_can_be_read() {
        let mut child = Command::new("sleep")
            .arg("100")
            .env(NETNS, "blue")
            .spawn()
            .unwrap();
        assert!(descendants(&[std::process::id()]).contains(&child.id()));
        // Until exec(2) has happened the child shows its parent's environment.
        let start = Instant::now();
        while variable_of(child.id(), NETNS).as_deref() != Some("blue") {
            assert!(start.elapsed() < Duration::from_secs(10));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn a_sleeper_is_asleep_and_a_spinner_is_not() {
        let mut sleeper = Command::new("sleep").arg("100").spawn().unwrap();
        let mut spinner = Command::new("sh")
            .args(["-c", "while :; do :; done"])
            .spawn()
            .unwrap();
        let start = Instant::now();
        let seen = loop {
            assert!(start.elapsed() < Duration::from_secs(10));
            if let Some(seen) = Asleep::see([&sleeper.id()]).filter(Asleep::still) {
                break seen;
            }
        };
        assert!(seen.still());
        assert!(Asleep::see([&spinner.id()]).is_none());
        sleeper.kill().unwrap();
        spinner.kill().unwrap();
        sleeper.wait().unwrap();
        spinner.wait().unwrap();
        assert!(!seen.still());
    }
}
