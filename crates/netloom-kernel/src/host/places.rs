//! Where namespaces are found: by their names in `/run/netns`, as files that others bound somewhere
//! (Docker in `/run/docker/netns`), and by their processes (`/proc/PID/ns/net`). The number of its file
//! says that two of these are the same one. A namespace in which there is but one thread of a process
//! that is elsewhere is not found.

use netloom_model::NsName;
use netloom_model::snapshot::Missing;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A namespace that was found.
pub(super) struct Found {
    /// A file that leads to it.
    pub(super) path: PathBuf,
    /// The number of that file.
    pub(super) inode: u64,
    /// Its name in `/run/netns`.
    named: Option<String>,
    /// Whether it is that of the caller.
    pub(super) first: bool,
    /// The processes in it.
    pub(super) processes: Vec<(u32, String)>,
}

impl Found {
    /// One that a file leads to.
    pub(super) fn at(path: PathBuf, inode: u64) -> Found {
        Found {
            path,
            inode,
            named: None,
            first: false,
            processes: Vec::new(),
        }
    }

    /// What it is called, if it has a name.
    pub(super) fn name(&self) -> Option<NsName> {
        match self.first {
            true => Some(NsName::first()),
            false => self.named.clone().map(NsName::new),
        }
    }
}

/// All of them, that of the caller first.
pub(super) fn find(missing: &mut Vec<Missing>) -> Vec<Found> {
    let own = own();
    let mut all = Vec::new();
    if let Some(inode) = number(&own) {
        all.push(Found {
            first: true,
            ..Found::at(own, inode)
        });
    }
    for (name, path) in names() {
        let Some(inode) = number(&path) else { continue };
        if !all.iter().any(|found| found.inode == inode) {
            all.push(Found {
                named: Some(name),
                ..Found::at(path, inode)
            });
        }
    }
    let mounts = fs::read_to_string("/proc/thread-self/mountinfo").unwrap_or_default();
    for (inode, path) in mounts.lines().filter_map(bound) {
        // What is mounted over leads elsewhere.
        let right = || number(&path) == Some(inode);
        if !all.iter().any(|found| found.inode == inode) && right() {
            all.push(Found::at(path, inode));
        }
    }
    processes(&mut all, missing);
    all
}

/// The caller's own, by its thread: other threads go elsewhere.
fn own() -> PathBuf {
    let thread = rustix::thread::gettid().as_raw_nonzero();
    PathBuf::from(format!("/proc/self/task/{thread}/ns/net"))
}

fn number(path: &Path) -> Option<u64> {
    fs::metadata(path).ok().map(|found| found.ino())
}

/// The names of `/run/netns`, in order, whose namespace is still there.
fn names() -> Vec<(String, PathBuf)> {
    let entries = fs::read_dir("/run/netns").into_iter().flatten().flatten();
    let named =
        entries.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())));
    let mut names: Vec<_> = named.collect();
    names.sort();
    names
}

/// A line of mountinfo (proc_pid_mountinfo(5)) about a namespace's file: its number, and where it is.
/// `2283 24 0:4 net:[4026533361] /run/docker/netns/2c3 rw shared:1 - nsfs nsfs rw`.
fn bound(line: &str) -> Option<(u64, PathBuf)> {
    let mut words = line.split(' ').skip(3);
    let number = words.next()?.strip_prefix("net:[")?.strip_suffix(']')?;
    Some((
        number.parse().ok()?,
        PathBuf::from(unescaped(words.next()?)),
    ))
}

/// A path of mountinfo, whose spaces are written `\040`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('\\');
    let mut path = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..3)
            .and_then(|code| u8::from_str_radix(code, 8).ok());
        match code {
            Some(code) => path.push(char::from(code)),
            None => path.push('\\'),
        }
        path += part
            .get(if code.is_some() { 3 } else { 0 }..)
            .unwrap_or_default();
    }
    path
}

/// Adds the processes to where they are, and the places that only they lead to.
fn processes(all: &mut Vec<Found>, missing: &mut Vec<Missing>) {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let mut pids: Vec<u32> = numbers.collect();
    pids.sort_unstable();
    let mut hidden = 0;
    for pid in pids {
        let path = PathBuf::from(format!("/proc/{pid}/ns/net"));
        let inode = match fs::metadata(&path) {
            Ok(found) => found.ino(),
            Err(error) => {
                hidden += u32::from(error.kind() == ErrorKind::PermissionDenied);
                continue;
            }
        };
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        let process = (pid, name.trim_end_matches('\n').to_owned());
        match all.iter_mut().find(|found| found.inode == inode) {
            Some(found) => found.processes.push(process),
            None => all.push(Found {
                processes: vec![process],
                ..Found::at(path, inode)
            }),
        }
    }
    if hidden > 0 {
        missing.push(Missing {
            ns: None,
            part: "processes".to_owned(),
            why: match hidden {
                1 => "the namespaces of 1 process cannot be seen: CAP_SYS_PTRACE is needed"
                    .to_owned(),
                _ => format!(
                    "the namespaces of {hidden} processes cannot be seen: CAP_SYS_PTRACE is needed"
                ),
            },
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_namespaces_are_found_among_the_mounts() {
        let line = "2283 24 0:4 net:[4026533361] /run/docker/netns/2c3 rw shared:1 - nsfs nsfs rw";
        let path = PathBuf::from("/run/docker/netns/2c3");
        assert_eq!(bound(line), Some((4_026_533_361, path)));
        let line = "24 29 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw";
        assert_eq!(bound(line), None);
        let line = "9 24 0:4 mnt:[4026533361] /run/x rw - nsfs nsfs rw";
        assert_eq!(bound(line), None);
    }

    #[test]
    fn spaces_in_paths_of_mounts_are_written_as_numbers() {
        assert_eq!(unescaped(r"/run/a\040b\134c"), r"/run/a b\c");
        assert_eq!(unescaped(r"/plain"), "/plain");
        assert_eq!(unescaped(r"/odd\x"), r"/odd\x");
    }

    #[test]
    fn this_process_is_found_where_the_caller_is() {
        let all = find(&mut Vec::new());
        let own = all.first().unwrap();
        assert!(own.first && own.name() == Some(NsName::first()));
        let pid = std::process::id();
        assert!(own.processes.iter().any(|(number, _)| *number == pid));
    }
}
