//! One namespace, by a thread that is in it: all at once, or, where a part is refused, what is left.

use super::nsids;
use super::places::Found;
use super::watch::Watch;
use crate::{Kernel, programs};
use netloom_model::snapshot::{Missing, Program};
use netloom_model::state::Parts;
use netloom_model::{Errno, Error, Namespace, NsName, Result, World};

/// How often a namespace is read again that changes meanwhile.
const PATIENCE: usize = 4;

/// A part of a namespace: its name, and where it is asked for.
type Part = (&'static str, fn(&mut Parts) -> &mut bool);

/// The parts of a namespace, each with the field of [`Namespace`] that it fills.
const EACH: [Part; 16] = [
    ("links", |parts| &mut parts.links),
    ("addresses", |parts| &mut parts.addresses),
    ("routes", |parts| &mut parts.routes),
    ("nexthops", |parts| &mut parts.nexthops),
    ("rules", |parts| &mut parts.rules),
    ("ruleset", |parts| &mut parts.ruleset),
    ("neighbours", |parts| &mut parts.neighbours),
    ("fdb", |parts| &mut parts.fdb),
    ("groups", |parts| &mut parts.groups),
    ("vlans", |parts| &mut parts.vlans),
    ("mdb", |parts| &mut parts.mdb),
    ("sysctls", |parts| &mut parts.sysctls),
    ("counters", |parts| &mut parts.counters),
    ("sockets", |parts| &mut parts.sockets),
    ("connections", |parts| &mut parts.connections),
    ("ipsets", |parts| &mut parts.ipsets),
];

/// Reads the namespace of the thread, which is that of place `at`.
pub(super) fn read(at: usize, found: &[Found], names: &[NsName]) -> super::Read {
    let ns = &names[at];
    let told = |part: &str, why: String| Missing {
        ns: Some(ns.clone()),
        part: part.to_owned(),
        why,
    };
    let mut missing: Vec<Missing> = Vec::new();
    let mut kernel = Kernel::alone();
    let mut parts = Parts::ALL;
    let mut state = None;
    for _ in 0..PATIENCE {
        let watch = Watch::begin();
        state = match whole(&mut kernel, parts) {
            Err(_) => {
                parts = readable(&mut kernel, &mut |part, error| {
                    missing.push(told(part, why(&error, "CAP_NET_ADMIN")));
                });
                match whole(&mut kernel, parts) {
                    Err(error) => {
                        missing.push(told("namespace", why(&error, "CAP_NET_ADMIN")));
                        None
                    }
                    read => read.ok(),
                }
            }
            read => read.ok(),
        };
        missing.retain(|missing| missing.part != MOMENT);
        match watch {
            Ok(watch) if watch.changed() => {}
            _ => break,
        }
        missing.push(told(MOMENT, "it changed each time it was read".to_owned()));
    }
    if let Some(state) = &mut state {
        missing.extend(nsids::settle(&mut kernel, state, at, found, names));
    }
    let unknown = core::mem::take(&mut kernel.unknown).into_iter();
    missing.extend(unknown.map(|what| told("ruleset", what)));
    let mut all = Vec::new();
    let first = NsName::first();
    let links = state.as_ref().map(|state| state.links.as_slice());
    for (read, who) in [
        (programs::read(&mut kernel, &first), ""),
        (
            programs::hooked(&first, links.unwrap_or_default()),
            "those of tcx and netkit: ",
        ),
    ] {
        match read {
            Ok(found) => all.extend(found),
            Err(error) => {
                let why = why(&error, "CAP_NET_ADMIN");
                missing.push(told("programs", format!("{who}{why}")));
            }
        }
    }
    let processes = found[at].processes.iter().map(|(pid, _)| *pid);
    match programs::of_processes(ns, processes) {
        Ok(found) => all.extend(found),
        Err(error) => {
            let why = why(&error, "CAP_NET_ADMIN");
            missing.push(told("programs", format!("those of control groups: {why}")));
        }
    }
    let here = |program| Program {
        ns: ns.clone(),
        ..program
    };
    super::Read {
        ns: ns.clone(),
        state,
        programs: all.into_iter().map(here).collect(),
        missing,
    }
}

/// What is missing of a namespace that never kept still: a moment at which all of it was so.
const MOMENT: &str = "moment";

fn whole(kernel: &mut Kernel, parts: Parts) -> Result<Namespace> {
    let first = NsName::first();
    kernel.unknown.clear();
    let mut state = kernel.snapshot(Some(&first), parts)?;
    state
        .namespaces
        .remove(&first)
        .ok_or_else(|| Errno::NOENT.into())
}

/// The parts that are read alone without an error.
fn readable(kernel: &mut Kernel, refused: &mut dyn FnMut(&str, Error)) -> Parts {
    let mut parts = Parts::ALL;
    for (name, part) in EACH {
        let mut alone = Parts::NONE;
        *part(&mut alone) = true;
        if let Err(error) = whole(kernel, alone) {
            *part(&mut parts) = false;
            refused(name, error);
        }
    }
    parts
}

/// Why something could not be read; `capability` would have been enough.
pub(super) fn why(error: &Error, capability: &str) -> String {
    match error.errno {
        Errno::PERM | Errno::ACCES => {
            format!("{error}: {capability} in its user namespace is needed")
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_stands_for_itself() {
        let mut all = Parts::NONE;
        for (name, part) in EACH {
            assert!(!*part(&mut all), "{name} is there twice");
            *part(&mut all) = true;
        }
        assert_eq!(all, Parts::ALL);
    }

    #[test]
    fn what_is_not_permitted_is_told_with_what_would_permit_it() {
        let told = why(&Errno::PERM.into(), "CAP_NET_ADMIN");
        assert!(told.contains("not permitted") && told.contains("CAP_NET_ADMIN"));
        assert!(!why(&Errno::NOBUFS.into(), "CAP_NET_ADMIN").contains("CAP"));
    }
}
