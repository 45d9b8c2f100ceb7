//! What was read of files, put together: texts namespace by namespace, and what becomes of them.

use super::assemble;
use netloom_kernel::host::is_made_up;
use netloom_model::snapshot::{Container, Host, Missing, Place};
use netloom_model::{Family, NsName, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// What a text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Nsids,
    Links,
    Addresses,
    Routes(Option<Family>),
    Rules(Family),
    Nexthops,
    Neighbours,
    Proxies,
    Fdb,
    Vlans,
    Mdb,
    Groups,
    Sysctls,
    Ipsets,
    /// What a tool saved, which `TOOL-restore` takes.
    Saved(&'static str),
    Nft,
    /// The same, for people.
    NftText,
    Connections,
    Sockets,
    Counters,
}

/// Texts by the names that the script has for them.
const NAMES: [(&str, Part); 25] = [
    ("link", Part::Links),
    ("address", Part::Addresses),
    ("route4", Part::Routes(Some(Family::V4))),
    ("route6", Part::Routes(Some(Family::V6))),
    ("rule4", Part::Rules(Family::V4)),
    ("rule6", Part::Rules(Family::V6)),
    ("nexthop", Part::Nexthops),
    ("neighbour", Part::Neighbours),
    ("proxy4", Part::Proxies),
    ("proxy6", Part::Proxies),
    ("nsid", Part::Nsids),
    ("fdb", Part::Fdb),
    ("vlan", Part::Vlans),
    ("sysctl", Part::Sysctls),
    ("ipset", Part::Ipsets),
    ("iptables", Part::Saved("iptables")),
    ("ip6tables", Part::Saved("ip6tables")),
    ("arptables", Part::Saved("arptables")),
    ("ebtables", Part::Saved("ebtables")),
    ("nft", Part::Nft),
    ("connections", Part::Connections),
    ("sockets", Part::Sockets),
    ("group", Part::Groups),
    ("mdb", Part::Mdb),
    ("counters", Part::Counters),
];

impl Part {
    pub(super) fn of(name: &str) -> Option<Part> {
        let known = NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, part)| *part)
    }

    /// The field of a namespace that it fills.
    pub(super) const fn field(self) -> &'static str {
        match self {
            Part::Links => "links",
            Part::Addresses => "addresses",
            Part::Routes(_) => "routes",
            Part::Rules(_) => "rules",
            Part::Nexthops => "nexthops",
            Part::Neighbours | Part::Proxies => "neighbours",
            Part::Nsids => "nsids",
            Part::Fdb => "fdb",
            Part::Vlans => "vlans",
            Part::Sysctls => "sysctls",
            Part::Ipsets => "ipsets",
            Part::Saved(_) | Part::Nft | Part::NftText => "ruleset",
            Part::Connections => "connections",
            Part::Sockets => "sockets",
            Part::Groups => "groups",
            Part::Mdb => "mdb",
            Part::Counters => "counters",
        }
    }
}

/// One namespace's texts.
pub(super) struct Texts {
    name: Option<String>,
    path: Option<String>,
    inode: Option<u64>,
    /// What each is, where it is from, and what it says.
    pub(super) given: Vec<(Part, String, String)>,
    /// What could not be read, and why.
    pub(super) lacking: Vec<(Part, String)>,
}

/// Everything that was read.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) host: Host,
    namespaces: Vec<Texts>,
    /// Processes: the number of their namespace, their own, their name.
    pub(super) processes: Vec<(u64, u32, String)>,
    /// Containers: their first process, who runs them, id, name.
    pub(super) containers: Vec<(u32, String, String, String)>,
    pub(super) missing: Vec<Missing>,
}

impl Gathered {
    /// What comes now is of another namespace; one without a name is called by its path.
    pub(super) fn begin(&mut self, name: Option<String>, path: &str, inode: Option<u64>) {
        self.namespaces.push(Texts {
            path: (name.as_deref() != Some("")).then(|| path.to_owned()),
            name,
            inode,
            given: Vec::new(),
            lacking: Vec::new(),
        });
    }

    fn current(&mut self) -> &mut Texts {
        if self.namespaces.is_empty() {
            self.begin(Some(String::new()), "", None);
        }
        let last = self.namespaces.len() - 1;
        &mut self.namespaces[last]
    }

    /// A text of the current namespace; `from` says where it is from.
    pub(super) fn give(&mut self, part: Part, from: &str, text: String) {
        self.current().given.push((part, from.to_owned(), text));
    }

    /// The current namespace lacks something.
    pub(super) fn lack(&mut self, part: Part, why: &str) {
        self.current()
            .lacking
            .push((part, why.trim_end_matches([':', ' ']).to_owned()));
    }

    /// Something is missing of no namespace in particular.
    pub(super) fn missing(&mut self, part: &str, why: String) {
        let part = part.to_owned();
        self.missing.push(Missing {
            ns: None,
            part,
            why,
        });
    }

    /// What has come of it all.
    pub(super) fn finish(mut self) -> Snapshot {
        let mut snapshot = Snapshot {
            host: std::mem::take(&mut self.host),
            missing: std::mem::take(&mut self.missing),
            ..Snapshot::default()
        };
        let named = self.names();
        let mut nsids = BTreeMap::new();
        for (texts, ns) in self.namespaces.iter().zip(&named) {
            let mut missing = Vec::new();
            let (state, ids) = assemble::namespace(texts, &mut missing);
            nsids.insert(ns.clone(), ids);
            let told = |(part, why)| Missing {
                ns: Some(ns.clone()),
                part,
                why,
            };
            snapshot.missing.extend(missing.into_iter().map(told));
            snapshot.state.namespaces.insert(ns.clone(), state);
            let own = self
                .processes
                .iter()
                .filter(|(inode, ..)| Some(*inode) == texts.inode);
            let place = Place {
                path: texts.path.clone(),
                inode: texts.inode,
                processes: own.map(|(_, pid, name)| (*pid, name.clone())).collect(),
            };
            snapshot.places.insert(ns.clone(), place);
        }
        for (pid, runtime, id, name) in &self.containers {
            if let Some(ns) = self.namespace_of(*pid).map(|at| named[at].clone()) {
                snapshot.containers.push(Container {
                    name: name.clone(),
                    id: id.clone(),
                    runtime: runtime.clone(),
                    pod: None,
                    ns,
                });
            }
        }
        super::ends::settle(&mut snapshot, &nsids);
        snapshot.missing.sort();
        snapshot.missing.dedup();
        snapshot
    }

    /// The place of the namespace that a process is in.
    fn namespace_of(&self, pid: u32) -> Option<usize> {
        let (inode, ..) = self.processes.iter().find(|(_, own, _)| *own == pid)?;
        self.namespaces
            .iter()
            .position(|texts| texts.inode == Some(*inode))
    }

    /// What each namespace is called: by its name, unless a runtime drew that, by its container's, by its
    /// path; each otherwise.
    fn names(&self) -> Vec<NsName> {
        let named = self
            .namespaces
            .iter()
            .filter_map(|texts| texts.name.as_deref());
        let taken: BTreeSet<&str> = named.collect();
        // Several containers of one name, in several places, name none of them.
        let mut of_containers: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for (pid, _, _, name) in &self.containers {
            let known = name.is_empty() || name.contains('/') || taken.contains(&**name);
            if let Some(at) = self.namespace_of(*pid).filter(|_| !known) {
                of_containers.entry(name).or_default().insert(at);
            }
        }
        let alone = of_containers.iter().filter(|(_, places)| places.len() == 1);
        let alone = alone.flat_map(|(name, places)| places.iter().map(move |at| (*at, *name)));
        let of_containers: BTreeMap<usize, &str> = alone.collect();
        let mut given = BTreeSet::new();
        let called = |(at, texts): (usize, &Texts)| {
            let own = texts.name.as_deref();
            let says = own.filter(|name| !is_made_up(name));
            let of_container = of_containers.get(&at).copied();
            let name = says.or(of_container).or(own).or(texts.path.as_deref());
            let name = NsName::new(name.unwrap_or_default());
            // A text that tells of a namespace twice tells of two.
            let numbered = (2..).map(|count| NsName::new(format!("{}-{count}", name.as_str())));
            let mut names = core::iter::once(name.clone()).chain(numbered);
            let name = names.find(|name| given.insert(name.clone()));
            name.unwrap_or_default()
        };
        self.namespaces.iter().enumerate().map(called).collect()
    }
}

/// Ids of other namespaces with their names.
pub(super) type Ids = BTreeMap<i32, NsName>;
