//! Many namespaces are asked, and changed at once, by a process that may have few files open. For root
//! alone, and alone in its process: the limit is one of all of it.

use libtest_mimic::{Arguments, Failed, Trial};
use netloom_kernel::Kernel;
use netloom_model::state::Parts;
use netloom_model::{Change, NsName, World};
use rustix::process::{Resource, Rlimit, geteuid, getrlimit, setrlimit};

/// More sockets than files: each namespace is asked by three.
const NAMESPACES: usize = 48;
const FILES: u64 = 64;

/// The namespaces, which go when the trial is over.
struct Place {
    kernel: Kernel,
    names: Vec<NsName>,
}

impl Drop for Place {
    fn drop(&mut self) {
        for ns in &self.names {
            let _ = self.kernel.apply(vec![Change::DelNamespace(ns.clone())]);
        }
    }
}

fn judge() -> Result<(), Failed> {
    let limit = getrlimit(Resource::Nofile);
    let current = Some(FILES);
    setrlimit(Resource::Nofile, Rlimit { current, ..limit })?;
    let pid = std::process::id();
    let name = |n| NsName::new(format!("nl-files-{pid}-{n}"));
    let mut place = Place {
        kernel: Kernel::new(),
        names: (0..NAMESPACES).map(name).collect(),
    };
    let new = place.names.iter().cloned().map(Change::AddNamespace);
    place.kernel.apply(new.collect())?;
    let forwards = |ns: &NsName| Change::SetSysctl {
        ns: ns.clone(),
        name: "net.ipv4.ip_forward".to_owned(),
        value: "1".to_owned(),
    };
    place
        .kernel
        .apply(place.names.iter().map(forwards).collect())?;
    for ns in &place.names {
        let state = place.kernel.snapshot(Some(ns), Parts::ALL)?;
        let found = state.namespaces.get(ns).ok_or("it is not there")?;
        let set = found.sysctls.get("net.ipv4.ip_forward");
        if set.is_none_or(|value| value != "1") || found.links.is_empty() {
            return Err(format!("{ns} was not read").into());
        }
    }
    Ok(())
}

fn main() {
    let arguments = Arguments::from_args();
    let trial = Trial::test("many_namespaces_need_few_files", judge);
    let trials = vec![trial.with_ignored_flag(!geteuid().is_root())];
    libtest_mimic::run(&arguments, trials).exit();
}
