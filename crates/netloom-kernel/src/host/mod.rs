//! A whole host, read at one moment: every namespace that can be found, and whose it is.
//!
//! It only reads. What cannot be read is told ([`Missing`]), never left out in silence: a namespace that
//! is gone meanwhile, a part that needs a capability, a part that this crate does not know yet.
//!
//! - `places` finds the namespaces, `containers` whose they are;
//! - `parts` reads one, `watch` says whether it changed meanwhile;
//! - `nsids` says which namespaces the ends of pairs are in.

mod containers;
mod nsids;
mod parts;
mod places;
mod watch;

use crate::{holders, namespace};
use netloom_model::snapshot::{Container, Host, Missing, Place, Program};
use netloom_model::{Errno, Namespace, NsName, Result, Snapshot, Time};
use places::Found;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

/// Threads that read namespaces at the same time, at most.
const READERS: usize = 8;

/// Of which namespaces a snapshot is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Which {
    /// Of every one that can be found.
    #[default]
    All,
    /// Of this one: a name of `/run/netns`, a container's name or a path; the empty name is that of
    /// the caller.
    Namespace(NsName),
    /// Of that in which a process is.
    Process(u32),
}

/// Reads this host.
///
/// ```no_run
/// use netloom_kernel::host::{self, Which};
///
/// let host = host::snapshot(&Which::All)?;
/// println!("{} namespaces", host.state.namespaces.len());
/// # Ok::<(), netloom_model::Error>(())
/// ```
///
/// # Errors
/// `ENOENT` if the one namespace that was asked for is not there, `ESRCH` if there is no such process.
pub fn snapshot(which: &Which) -> Result<Snapshot> {
    let mut missing = Vec::new();
    let mut found = places::find(&mut missing);
    let containers = containers::find(Path::new("/"), &mut missing);
    let containers = settle(&containers, &mut found);
    let names = names(&found, &containers);
    let wanted = wanted(which, &found, &names, &containers)?;
    let mut snapshot = Snapshot {
        host: host(),
        missing,
        ..Snapshot::default()
    };
    for read in read(&wanted, &found, &names) {
        snapshot.missing.extend(read.missing);
        snapshot.programs.extend(read.programs);
        let namespaces = &mut snapshot.state.namespaces;
        namespaces.extend(read.state.map(|state| (read.ns, state)));
    }
    let namespaces = snapshot.state.namespaces.values_mut();
    holders::name(namespaces.flat_map(|ns| &mut ns.sockets));
    for at in wanted {
        let (ns, found) = (&names[at], &found[at]);
        snapshot.places.insert(ns.clone(), found.place());
    }
    let there = |container: &Container| snapshot.places.contains_key(&container.ns);
    let named = containers.into_iter().map(|(at, container)| Container {
        ns: names[at].clone(),
        ..container
    });
    snapshot.containers = named.filter(there).collect();
    // What goes after a time is told by the moment at which it goes, of the kernel's clock as a world.
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    snapshot.state.clock = Time::ZERO + since;
    snapshot.missing.sort();
    snapshot.missing.dedup();
    Ok(snapshot)
}

/// What the kernel says of itself.
fn host() -> Host {
    let told = rustix::system::uname();
    let taken = SystemTime::UNIX_EPOCH.elapsed().ok();
    Host {
        name: told.nodename().to_string_lossy().into_owned(),
        kernel: told.release().to_string_lossy().into_owned(),
        taken: taken.map(|since| since.as_secs()),
    }
}

/// The containers whose namespace is found, each with its place; where only a container's file leads to
/// a namespace, that is found now.
fn settle(containers: &[containers::Found], found: &mut Vec<Found>) -> Vec<(usize, Container)> {
    let mut settled = Vec::new();
    for container in containers {
        let Some((inode, path)) = container.namespace() else {
            continue;
        };
        let at = found.iter().position(|found| found.inode == inode);
        let at = at.unwrap_or_else(|| {
            found.push(Found::at(path, inode));
            found.len() - 1
        });
        settled.push((at, container.told()));
    }
    settled
        .sort_by(|(a, one), (b, other)| (a, &one.name, &one.id).cmp(&(b, &other.name, &other.id)));
    settled
}

/// Whether a name was drawn by a runtime for a namespace: `netns-UUID` (Podman), `cni-UUID` (containerd), a
/// UUID (CRI-O). It says less than the container's.
#[must_use]
pub fn is_made_up(name: &str) -> bool {
    let mut drawn = ["netns-", "cni-"].iter();
    let drawn = drawn.find_map(|prefix| name.strip_prefix(prefix));
    let drawn = drawn.unwrap_or(name);
    let hyphens = |at| [8, 13, 18, 23].contains(&at);
    let is_of_uuid = |(at, byte): (usize, u8)| match byte {
        b'-' => hyphens(at),
        byte => byte.is_ascii_hexdigit() && !hyphens(at),
    };
    drawn.len() == 36 && drawn.bytes().enumerate().all(is_of_uuid)
}

/// What each place is called: by its name, by its container's, by its path.
fn names(found: &[Found], containers: &[(usize, Container)]) -> Vec<NsName> {
    let taken: Vec<NsName> = found.iter().filter_map(Found::name).collect();
    let mut of_containers: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, container) in containers {
        // Several containers of one name, in several places, name none of them.
        let first = of_containers.entry(&container.name).or_insert(*at);
        if first != at {
            *first = usize::MAX;
        }
    }
    let name = |(at, found): (usize, &Found)| {
        let container = || {
            let mut own = containers.iter().filter(|(of, _)| *of == at);
            let named = own.find(|(_, own)| of_containers.get(&*own.name) == Some(&at));
            let name = named.map(|(_, container)| NsName::from(&*container.name));
            name.filter(|name| !name.as_str().contains('/') && !taken.contains(name))
        };
        let own = found.name();
        own.clone()
            .filter(|name| !is_made_up(name.as_str()))
            .or_else(container)
            .or(own)
            .unwrap_or_else(|| NsName::new(found.path.to_string_lossy()))
    };
    found.iter().enumerate().map(name).collect()
}

/// The places that were asked for.
fn wanted(
    which: &Which,
    found: &[Found],
    names: &[NsName],
    containers: &[(usize, Container)],
) -> Result<Vec<usize>> {
    let at = match which {
        Which::All => return Ok((0..found.len()).collect()),
        Which::Namespace(ns) => {
            let word = ns.as_str();
            let named = names.iter().position(|name| name == ns);
            let of_container = || {
                let called = |(_, of): &&(usize, Container)| of.is_called(word);
                containers.iter().find(called).map(|(at, _)| *at)
            };
            let at_path = || {
                let inode = word
                    .contains('/')
                    .then(|| namespace::number(ns))
                    .flatten()?;
                found.iter().position(|found| found.inode == inode)
            };
            named
                .or_else(of_container)
                .or_else(at_path)
                .ok_or(Errno::NOENT)?
        }
        Which::Process(pid) => {
            let inode = namespace::number_of(*pid).ok_or(Errno::SRCH)?;
            let found = found.iter().position(|found| found.inode == inode);
            found.ok_or(Errno::SRCH)?
        }
    };
    Ok(vec![at])
}

/// A namespace as it was read, and what could not be.
#[derive(Default)]
struct Read {
    ns: NsName,
    state: Option<Namespace>,
    programs: Vec<Program>,
    missing: Vec<Missing>,
}

/// Reads places, several at the same time: each thread goes from one to the next.
fn read(wanted: &[usize], found: &[Found], names: &[NsName]) -> Vec<Read> {
    let next = AtomicUsize::new(0);
    let others = || {
        let mut all = Vec::new();
        while let Some(at) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
            // The caller's own may be read by who may enter none: a thread that stays reads it.
            if !found[*at].first {
                all.push(enter_and_read(*at, found, names));
            }
        }
        all
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = threads.min(READERS).min(wanted.len());
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..threads).map(|_| scope.spawn(others)).collect();
        let own = wanted.iter().filter(|at| found[**at].first);
        let mut all: Vec<Read> = own.map(|at| parts::read(*at, found, names)).collect();
        for reader in readers {
            all.extend(reader.join().unwrap_or_default());
        }
        all
    })
}

fn enter_and_read(at: usize, found: &[Found], names: &[NsName]) -> Read {
    let path = NsName::new(found[at].path.to_string_lossy());
    let Err(error) = namespace::enter(&path) else {
        return parts::read(at, found, names);
    };
    let ns = names[at].clone();
    let why = match error.errno {
        Errno::NOENT => "it went while the host was read".to_owned(),
        // A name stands before its namespace is there, and behind it.
        Errno::INVAL => "its file leads to no namespace".to_owned(),
        _ => parts::why(&error, "CAP_SYS_ADMIN"),
    };
    let missing = Missing {
        ns: Some(ns.clone()),
        part: "namespace".to_owned(),
        why,
    };
    Read {
        ns,
        missing: vec![missing],
        ..Read::default()
    }
}

impl Found {
    /// As a snapshot tells it.
    fn place(&self) -> Place {
        Place {
            path: (!self.first).then(|| self.path.to_string_lossy().into_owned()),
            inode: Some(self.inode),
            processes: self.processes.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(name: &str) -> Container {
        Container {
            name: name.to_owned(),
            id: format!("id of {name}"),
            runtime: "docker".to_owned(),
            pod: None,
            ns: NsName::first(),
        }
    }

    #[test]
    fn a_namespace_that_went_is_missing() {
        let found = [Found::at("/nowhere/ns/net".into(), 1)];
        let names = ["gone".into()];
        let read = read(&[0], &found, &names);
        let [
            Read {
                state: None,
                missing,
                ..
            },
        ] = &read[..]
        else {
            panic!("it was read");
        };
        assert_eq!(missing[0].part, "namespace");
        assert!(missing[0].why.contains("went"));
    }

    #[test]
    fn a_name_that_a_runtime_drew_is_made_up() {
        let drawn = "87cab201-a84f-13fc-75d7-ae5988f539f9";
        for name in [drawn, &format!("netns-{drawn}"), &format!("cni-{drawn}")] {
            assert!(is_made_up(name), "{name}");
        }
        for name in [
            "web",
            "cni-web",
            "netns-1",
            "",
            "87cab201a84f13fc75d7ae5988f539f90000",
        ] {
            assert!(!is_made_up(name), "{name}");
        }
    }

    #[test]
    fn a_name_that_several_containers_have_names_none_of_them() {
        let found: Vec<Found> = (0..3)
            .map(|n| Found::at(format!("/x/{n}").into(), n))
            .collect();
        let containers = ["app", "app", "db"].map(container);
        let containers: Vec<_> = containers.into_iter().enumerate().collect();
        let names = names(&found, &containers);
        let names: Vec<&str> = names.iter().map(NsName::as_str).collect();
        assert_eq!(names, ["/x/0", "/x/1", "db"]);
    }
}
