//! Whose namespaces are, as the files of those who run containers tell: none of their programs is
//! started, none of their sockets spoken to.

mod containerd;
mod docker;
mod storage;

use crate::namespace;
use netloom_model::NsName;
use netloom_model::snapshot::{Container, Missing};
use serde_json::Value;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The file system of namespaces (`NSFS_MAGIC` of linux/magic.h).
const NSFS: u64 = 0x6e73_6673;

/// A container that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    name: String,
    id: String,
    runtime: &'static str,
    pod: Option<String>,
    /// The file of its network namespace, as its runtime says.
    path: Option<PathBuf>,
    /// Its first process.
    pid: Option<u32>,
}

impl Found {
    /// The number of its network namespace's file, and a path that leads there.
    pub(super) fn namespace(&self) -> Option<(u64, PathBuf)> {
        let by_path = || {
            let path = self.path.clone()?;
            // A file that was left over is no namespace any more.
            let kind = rustix::fs::statfs(&path).ok()?.f_type;
            (kind as u64 == NSFS).then_some(())?;
            Some((fs::metadata(&path).ok()?.ino(), path))
        };
        let by_pid = || {
            let pid = self.pid?;
            let path = PathBuf::from(format!("/proc/{pid}/ns/net"));
            Some((namespace::number_of(pid)?, path))
        };
        by_path().or_else(by_pid)
    }

    /// As a snapshot tells it; where its namespace is comes to it later.
    pub(super) fn told(&self) -> Container {
        Container {
            name: self.name.clone(),
            id: self.id.clone(),
            runtime: self.runtime.to_owned(),
            pod: self.pod.clone(),
            ns: NsName::first(),
        }
    }
}

/// The containers that run on a machine whose files are below `root`.
pub(super) fn find(root: &Path, missing: &mut Vec<Missing>) -> Vec<Found> {
    let mut look = Look { root, missing };
    let mut all = docker::find(&mut look);
    all.extend(storage::find(&mut look));
    all.extend(containerd::find(&mut look));
    all
}

/// The files of a machine, and what could not be read of them.
struct Look<'a> {
    root: &'a Path,
    missing: &'a mut Vec<Missing>,
}

impl Look<'_> {
    /// A path of the machine.
    fn at(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// What is in a folder, in order; nothing where there is none.
    fn folder(&mut self, path: &Path) -> Vec<PathBuf> {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => {
                self.refused(path, &error);
                return Vec::new();
            }
        };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths
    }

    /// A file of JSON. One that is written just now may be half there: then it says nothing.
    fn json(&mut self, path: &Path) -> Option<Value> {
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).ok(),
            Err(error) => {
                self.refused(path, &error);
                None
            }
        }
    }

    /// A file with the number of a process.
    fn pid(&self, path: &Path) -> Option<u32> {
        let number = fs::read_to_string(path).ok()?.trim().parse().ok()?;
        (number > 0).then_some(number)
    }

    fn refused(&mut self, path: &Path, error: &io::Error) {
        if error.kind() == io::ErrorKind::PermissionDenied {
            self.missing.push(Missing {
                ns: None,
                part: "containers".to_owned(),
                why: format!("{}: {error}; root may read it", path.display()),
            });
        }
    }
}

/// A text at a path of keys.
fn text<'a>(value: &'a Value, keys: &[&str]) -> Option<&'a str> {
    let found = keys.iter().try_fold(value, |value, key| value.get(key))?;
    found.as_str().filter(|text| !text.is_empty())
}

/// `NAMESPACE/POD` from the annotations of a pod, whichever words they have for it.
fn pod(annotations: &Value, name: &str, namespace: &str) -> Option<String> {
    let name = text(annotations, &[name])?;
    Some(match text(annotations, &[namespace]) {
        Some(namespace) => format!("{namespace}/{name}"),
        None => name.to_owned(),
    })
}

/// The file of the network namespace that the configuration of an OCI container names
/// (`linux.namespaces`, runtime-spec "config-linux").
fn oci_namespace(config: &Value) -> Option<PathBuf> {
    let namespaces = config.get("linux")?.get("namespaces")?.as_array()?;
    let network = |ns: &&Value| text(ns, &["type"]) == Some("network");
    text(namespaces.iter().find(network)?, &["path"]).map(PathBuf::from)
}

/// The first digits of an id, by which people know it.
fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// Where a folder's own name is an id.
fn id_of(folder: &Path) -> Option<String> {
    folder.file_name()?.to_str().map(str::to_owned)
}

#[cfg(test)]
mod tests;
