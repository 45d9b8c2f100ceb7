//! Hosts as a world that lives on: the familiar commands run in it, and may change everything.

use super::{Known, load, name, read};
use netloom_engine::Engine;
use netloom_model::{Change, Namespace, NsName, Snapshot};
use std::path::PathBuf;
use std::time::Duration;

/// A world that begins as hosts were.
pub(crate) struct Twin {
    pub(crate) engine: Engine,
    /// What is not known of the hosts, and so not of this world.
    pub(crate) known: Known,
    /// What is known of them beside their states, which are empty here.
    pub(crate) about: Snapshot,
}

impl Twin {
    /// Reads snapshots, and this machine if it is asked for.
    ///
    /// # Errors
    /// What cannot be read.
    pub(crate) fn open(files: &[PathBuf], live: bool) -> Result<Twin, String> {
        Ok(Twin::of(read(files, live)?))
    }

    fn of(mut all: Vec<Snapshot>) -> Twin {
        name::in_world(&mut all);
        let ours = all
            .iter_mut()
            .flat_map(|host| host.state.namespaces.values_mut());
        ours.for_each(nobody_here);
        let (mut engine, known) = load(all);
        // A snapshot of one namespace may lack that in which commands begin.
        let first = NsName::first();
        let _ = engine.apply(&[Change::AddNamespace(first)]);
        let about = together(&known);
        Twin {
            engine,
            known,
            about,
        }
    }

    /// The wall clock as it begins, if the hosts tell theirs.
    pub(crate) fn moment(&self) -> Option<Duration> {
        self.about.host.taken.map(Duration::from_secs)
    }

    /// The namespace in which commands begin: that of the first host itself, or, where nothing is told of
    /// it, another one.
    pub(crate) fn begins(&self) -> NsName {
        let mut told = self
            .known
            .hosts
            .iter()
            .flat_map(|host| host.state.namespaces.keys());
        told.next().cloned().unwrap_or_default()
    }
}

/// The programs that hold sockets of a host are none of this world's.
fn nobody_here(there: &mut Namespace) {
    let held = there.sockets.iter_mut();
    for socket in held.filter(|socket| socket.client.is_some()) {
        socket.client = Some(0);
    }
}

/// Hosts as one, which is called as the first.
fn together(known: &Known) -> Snapshot {
    let mut about = Snapshot::default();
    for host in known.hosts.iter().rev() {
        about.host = host.host.clone();
    }
    for host in known.hosts.iter() {
        let namespaces = host.state.namespaces.keys().cloned();
        let empty = namespaces.map(|ns| (ns, Namespace::default()));
        about.state.namespaces.extend(empty);
        about.places.extend(host.places.clone());
        about.containers.extend(host.containers.clone());
        about.programs.extend(host.programs.clone());
        about.missing.extend(host.missing.clone());
    }
    about.missing.extend(known.lost().cloned());
    about
}
