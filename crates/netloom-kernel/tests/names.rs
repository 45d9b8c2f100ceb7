//! Names of namespaces that lead nowhere, belong to others, or are none. For root alone, in a namespace and
//! with names of its own.

use libtest_mimic::{Arguments, Failed, Trial};
use netloom_kernel::{Kernel, namespace, owned};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, NsName, World};
use rustix::process::geteuid;
use std::fs;
use std::path::Path;

fn add(name: &str) -> Change {
    Change::AddNamespace(NsName::new(name))
}

fn that(holds: bool, what: &str) -> Result<(), Failed> {
    match holds {
        true => Ok(()),
        false => Err(what.into()),
    }
}

/// A file that was left over is a name still, and keeps nobody from reading the others.
fn a_name_may_lead_nowhere() -> Result<(), Failed> {
    let mut kernel = Kernel::new();
    kernel.apply(vec![add("nl-good")])?;
    fs::write("/run/netns/nl-stale", "")?;
    let all = kernel.snapshot(None, Parts::LINKS)?.namespaces;
    that(all.contains_key(&NsName::new("nl-stale")), "it has no name")?;
    let good = all.get(&NsName::new("nl-good"));
    that(
        good.is_some_and(|ns| ns.links.len() == 1),
        "nothing was read",
    )?;
    owned::find(&mut kernel)?;
    let alone = kernel.snapshot(Some(&NsName::new("nl-stale")), Parts::LINKS);
    let refused = alone.err().map(|error| error.errno);
    that(
        refused == Some(Errno::INVAL),
        "it was taken for a namespace",
    )
}

/// Nothing is noted of what is not made.
fn what_others_made_is_theirs() -> Result<(), Failed> {
    let ours = format!("nl-ours-{}", std::process::id());
    let theirs = format!("nl-theirs-{}", std::process::id());
    let mut kernel = Kernel::owned("test");
    let path = format!("/tmp/{ours}");
    that(kernel.apply(vec![add(&path)]).is_err(), "a path is no name")?;
    that(!Path::new(&path).exists(), "something was written")?;
    Kernel::new().apply(vec![add(&theirs)])?;
    that(
        kernel.apply(vec![add(&theirs)]).is_err(),
        "it is there twice",
    )?;
    kernel.apply(vec![add(&ours)])?;
    let found = |kernel: &mut Kernel, name: &str| -> Result<bool, Failed> {
        let name = format!("namespace {name}");
        Ok(owned::find(kernel)?.iter().any(|owned| owned.name == name))
    };
    that(!found(&mut kernel, &theirs)?, "what others made is noted")?;
    that(found(&mut kernel, &ours)?, "what was made is not noted")?;
    // Another one of the same name is not it.
    fs::rename(note(&ours), note(&theirs))?;
    that(!found(&mut kernel, &theirs)?, "another one is taken for it")?;
    fs::rename(note(&theirs), note(&ours))?;
    kernel.apply(vec![Change::DelNamespace(NsName::new(&*ours))])?;
    that(!Path::new(&note(&ours)).exists(), "the note stays")
}

fn note(name: &str) -> String {
    format!("/run/netloom/made/{name}")
}

/// sysctl(8) writes nothing, too, and the kernel refuses it.
fn a_setting_is_not_nothing() -> Result<(), Failed> {
    let nothing = Change::SetSysctl {
        ns: NsName::first(),
        name: "net.ipv4.ip_forward".to_owned(),
        value: String::new(),
    };
    let refused = Kernel::new().apply(vec![nothing]).err();
    let errno = refused.map(|error| error.errno);
    that(errno == Some(Errno::INVAL), "nothing was taken for a value")
}

fn main() {
    let arguments = Arguments::from_args();
    let ready = geteuid().is_root() && (arguments.list || namespace::fresh().is_ok());
    let trial = |name, judge: fn() -> Result<(), Failed>| {
        Trial::test(name, judge).with_ignored_flag(!ready)
    };
    let trials = vec![
        trial("a_name_may_lead_nowhere", a_name_may_lead_nowhere),
        trial("what_others_made_is_theirs", what_others_made_is_theirs),
        trial("a_setting_is_not_nothing", a_setting_is_not_nothing),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}
