//! A host at one moment, as plain data: its [`State`], which processes and containers its namespaces
//! belong to, and what could not be read of it.
//!
//! What is missing is unknown, not empty: whoever answers a question from a snapshot looks into
//! [`missing`](Snapshot::missing) and [`programs`](Snapshot::programs) first.

use crate::names::NsName;
use crate::spans;
use crate::state::State;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The form in which snapshots are written now.
pub const VERSION: u32 = 1;

/// A host at one moment.
///
/// Its namespaces are called, in [`State::namespaces`], by their name in `/run/netns`; else by their
/// container's name; else by the path of a file that leads to them (`/proc/123/ns/net`). That in which it
/// was read has the empty name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The form in which it is written: [`VERSION`].
    pub version: u32,
    /// Of which host.
    pub host: Host,
    /// What decides about its packets.
    pub state: State,
    /// Where the namespaces are found, and who lives in them.
    #[serde(default)]
    pub places: BTreeMap<NsName, Place>,
    /// The containers that have a namespace here.
    #[serde(default)]
    pub containers: Vec<Container>,
    /// Programs that decide about packets in ways that are not known.
    #[serde(default)]
    pub programs: Vec<Program>,
    /// What could not be read.
    #[serde(default)]
    pub missing: Vec<Missing>,
}

impl Default for Snapshot {
    fn default() -> Snapshot {
        Snapshot {
            version: VERSION,
            host: Host::default(),
            state: State::default(),
            places: BTreeMap::new(),
            containers: Vec::new(),
            programs: Vec::new(),
            missing: Vec::new(),
        }
    }
}

impl Snapshot {
    /// The namespace that a word of a user means: its name, or a container's name, id (or the first 12
    /// or more digits of it) or `POD/NAME`, or the number of a process, or a path.
    #[must_use]
    pub fn namespace_of(&self, word: &str) -> Option<&NsName> {
        let named = self.state.namespaces.keys().find(|ns| ns.as_str() == word);
        named
            .or_else(|| {
                let container = self.containers.iter().find(|c| c.is_called(word))?;
                Some(&container.ns)
            })
            .or_else(|| {
                let of = |place: &Place| place.is_of(word);
                let found = self.places.iter().find(|(_, place)| of(place));
                found.map(|(ns, _)| ns)
            })
    }

    /// Why a part of a namespace is not there, if it could not be read. The part is the name of a field
    /// of [`Namespace`](crate::Namespace).
    #[must_use]
    pub fn why_missing(&self, ns: &NsName, part: &str) -> Option<&str> {
        let about = |missing: &&Missing| {
            missing.part == part && missing.ns.as_ref().is_none_or(|of| of == ns)
        };
        let missing = self.missing.iter().find(about)?;
        Some(&missing.why)
    }
}

/// The host that a snapshot was taken of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Host {
    /// Its name (`uname -n`).
    pub name: String,
    /// The release of its kernel (`uname -r`).
    pub kernel: String,
    /// When, in seconds since 1970; none where that is not known.
    pub taken: Option<u64>,
}

/// Where a namespace is found on its host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// A file that leads to it.
    pub path: Option<String>,
    /// The number of its file, which the kernel gives to no other one at the same time (`lsns`).
    pub inode: Option<u64>,
    /// Processes in it: their numbers and names (`comm`), lowest number first.
    pub processes: Vec<(u32, String)>,
}

impl Place {
    /// Whether a word of a user means it: its path, or the number of one of its processes.
    fn is_of(&self, word: &str) -> bool {
        let pid = word.parse();
        self.path.as_deref() == Some(word)
            || pid.is_ok_and(|pid: u32| self.processes.iter().any(|(number, _)| *number == pid))
    }
}

/// A container, as its runtime's files tell of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Who runs it: `docker`, `podman`, `containerd`, `cri-o`.
    pub runtime: String,
    /// The pod that it is in, with the pod's namespace in Kubernetes: `kube-system/coredns-5d78c`.
    pub pod: Option<String>,
    /// Its network namespace.
    pub ns: NsName,
}

/// The fewest digits of a container's id that stand for it.
const SHORT_ID: usize = 12;

impl Container {
    /// Whether a word of a user means it.
    #[must_use]
    pub fn is_called(&self, word: &str) -> bool {
        let of_pod = |pod: &String| {
            let short = pod.rsplit('/').next().unwrap_or(pod);
            word == pod
                || word == short
                || word
                    .strip_suffix(&self.name)
                    .and_then(|rest| rest.strip_suffix('/'))
                    == Some(pod)
        };
        self.name == word
            || self.id == word
            || word.len() >= SHORT_ID && self.id.starts_with(word)
            || self.pod.as_ref().is_some_and(of_pod)
    }
}

/// A program that decides about packets: an eBPF program, or a filter of a queueing discipline. What it
/// does is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// The namespace of its link.
    pub ns: NsName,
    /// Its link, by index; 0 where it is on no link: it decides for all processes there, as one of a
    /// control group does.
    pub link: u32,
    /// Where it is called: `xdp`, `tc ingress`, `tc egress`, `netkit primary`, `cgroup connect4` ...
    pub hook: String,
    /// Its name, or the kind of the filter (`u32`, `flower`).
    pub name: String,
    /// Its number, where it is an eBPF program.
    pub id: Option<u32>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missing {
    /// Of which namespace; none: of every one.
    pub ns: Option<NsName>,
    /// What: a field of [`Namespace`](crate::Namespace) (`ruleset`, `connections`), `namespace` where
    /// there is nothing of it, or `programs`, `containers`, `processes`, `files`.
    pub part: String,
    /// Why, and which capability would have been needed.
    pub why: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place(), self.why)
    }
}

impl Missing {
    /// What it is, and of which namespace where it is of one: `ruleset of web`.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.ns {
            Some(ns) => format!("{} of {ns}", self.part),
            None => self.part.clone(),
        }
    }

    /// That nobody knows which namespaces some ids mean by which `ns` knows others; none where all are
    /// known.
    #[must_use]
    pub fn nsids(ns: &NsName, ids: &BTreeSet<i32>) -> Option<Missing> {
        let (many, told) = match ids.len() {
            0 => return None,
            1 => ("namespace with id", ids.first()?.to_string()),
            _ => ("namespaces with ids", spans(ids.iter().copied())),
        };
        Some(Missing {
            ns: Some(ns.clone()),
            part: "nsids".to_owned(),
            why: format!("nothing that was found leads to the {many} {told}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Namespace;

    #[test]
    fn namespaces_that_nobody_found_are_told_in_one_sentence() {
        let ns = NsName::new("web");
        let why = |ids: &[i32]| {
            let missing = Missing::nsids(&ns, &ids.iter().copied().collect());
            missing.map(|missing| missing.why)
        };
        assert_eq!(why(&[]), None);
        let one = "nothing that was found leads to the namespace with id 4";
        assert_eq!(why(&[4]).as_deref(), Some(one));
        let many = "nothing that was found leads to the namespaces with ids 0-2, 5, 7-8";
        assert_eq!(why(&[8, 0, 1, 2, 5, 7]).as_deref(), Some(many));
    }

    fn host() -> Snapshot {
        let mut host = Snapshot::default();
        let path = NsName::new("/proc/77/ns/net");
        for ns in [NsName::first(), NsName::new("web"), path.clone()] {
            host.state.namespaces.insert(ns, Namespace::default());
        }
        let place = Place {
            path: Some(path.as_str().to_owned()),
            inode: Some(4_026_532_001),
            processes: vec![(77, "nginx".into()), (78, "nginx".into())],
        };
        host.places.insert(path, place);
        host.containers.push(Container {
            name: "coredns".into(),
            id: "0123456789abcdef".into(),
            runtime: "containerd".into(),
            pod: Some("kube-system/coredns-5d78c".into()),
            ns: "web".into(),
        });
        host
    }

    #[test]
    fn a_namespace_is_found_by_every_word_that_users_have_for_it() {
        let host = host();
        for (word, found) in [
            ("web", Some("web")),
            ("", Some("")),
            ("coredns", Some("web")),
            ("0123456789ab", Some("web")),
            ("01234", None),
            ("kube-system/coredns-5d78c", Some("web")),
            ("coredns-5d78c", Some("web")),
            ("kube-system/coredns-5d78c/coredns", Some("web")),
            ("78", Some("/proc/77/ns/net")),
            ("/proc/77/ns/net", Some("/proc/77/ns/net")),
            ("79", None),
            ("nginx", None),
        ] {
            assert_eq!(host.namespace_of(word).map(NsName::as_str), found, "{word}");
        }
    }

    #[test]
    fn what_is_missing_everywhere_is_missing_in_each_namespace() {
        let mut host = host();
        let missing = |ns: Option<&str>, part: &str| Missing {
            ns: ns.map(NsName::from),
            part: part.into(),
            why: "Operation not permitted".into(),
        };
        host.missing = vec![missing(None, "ruleset"), missing(Some("web"), "fdb")];
        let why = |ns: &str, part: &str| host.why_missing(&ns.into(), part).is_some();
        assert!(why("web", "ruleset") && why("", "ruleset") && why("web", "fdb"));
        assert!(!why("", "fdb") && !why("web", "links"));
    }
}
