//! `netloom snapshot`: everything that decides about the packets of a host, in one file.
//!
//! It reads this machine's kernel, the world in which it is called, or what tools of another host have
//! printed (`import`), and changes nothing. `file` is the form of the file, `summary` what is said beside
//! it, `redact` makes it fit for others to see.

#[cfg(test)]
mod damage;
mod file;
mod import;
mod redact;
mod summary;

use crate::applet;
use crate::process::WORLD;
use crate::worlds::Place;
use clap::Args;
use netloom_kernel::host::{self, Which};
use netloom_model::setting::retain_deciding;
use netloom_model::snapshot::Host;
use netloom_model::state::Parts;
use netloom_model::{Errno, LinkRef, NsName, Snapshot, State, World};
use std::fs::{self, File};
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a snapshot is taken of, and where it goes.
#[derive(Args, Clone, Debug)]
pub struct Arguments {
    /// Of every namespace that can be found, which is the default
    #[arg(long, conflicts_with_all = ["netns", "pid"])]
    all_namespaces: bool,
    /// Of one namespace: a name of `ip netns`, a container's name, a path
    #[arg(long, value_name = "NS", conflicts_with = "pid")]
    netns: Option<String>,
    /// Of the namespace in which a process is
    #[arg(long)]
    pid: Option<u32>,
    /// Take it from files in place of this host: another snapshot, what --script collected, a sosreport
    /// (its folder or its archive), or what iptables-save, nft list ruleset, ip addr|link|route|rule|neigh
    /// ... printed; - is standard input
    #[arg(
        long,
        value_name = "FILE",
        num_args = 1..,
        conflicts_with_all = ["all_namespaces", "netns", "pid"]
    )]
    import: Vec<PathBuf>,
    /// Print a shell script that collects the same on a host without netloom, by the tools it has
    #[arg(long, exclusive = true)]
    script: bool,
    /// Replace addresses and names, each everywhere by the same, so that others may see it
    #[arg(long)]
    redact: bool,
    /// Write it here; - is standard output, which is also the default
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[cfg(test)]
pub(crate) use damage::Damage;
pub(crate) use file::{parse, text};
#[cfg(test)]
pub(crate) use redact::redact as redacted;
pub(crate) use summary::lacking;

/// What collects on other hosts.
const SCRIPT: &str = include_str!("collect.sh");

/// A sentence for the user.
type Failure = String;

/// Takes a snapshot and writes it: the exit code.
///
/// # Errors
/// If it cannot be read or written.
pub fn run(arguments: &Arguments) -> Result<i32, Failure> {
    if arguments.script {
        let mut out = applet::Output::new();
        let written = out.write_all(SCRIPT.as_bytes()).and_then(|()| out.flush());
        written.map_err(|error| format!("cannot write: {error}"))?;
        return Ok(0);
    }
    let mut snapshot = take(arguments)?;
    if arguments.redact {
        snapshot = redact::redact(snapshot)?;
    }
    let output = arguments
        .output
        .as_deref()
        .filter(|path| *path != Path::new("-"));
    let written = match output {
        Some(path) => File::create(path)
            .and_then(|mut file| file.write_all(&file::bytes(&snapshot)?))
            .map_err(|error| format!("{}: {error}", path.display())),
        None => print(&snapshot).map_err(|error| format!("cannot write: {error}")),
    };
    written?;
    eprint!("{}", summary::of(&snapshot));
    Ok(0)
}

/// What is written to a terminal is to be read by people.
fn print(snapshot: &Snapshot) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.is_terminal() {
        true => out.write_all(&text(snapshot)?)?,
        false => out.write_all(&file::bytes(snapshot)?)?,
    }
    out.flush()
}

/// The snapshot that files hold together; - is standard input. One is a snapshot, or what a script
/// collected; several are what tools printed.
///
/// # Errors
/// If it cannot be read: the file, and what is wrong with it.
pub fn load(paths: &[PathBuf]) -> Result<Snapshot, Failure> {
    let open = |path: &PathBuf| {
        let name = path.display().to_string();
        let from: Box<dyn Read> = match path == Path::new("-") {
            true => Box::new(io::stdin().lock()),
            false => Box::new(File::open(path).map_err(|error| format!("{name}: {error}"))?),
        };
        Ok((name, from))
    };
    if let [folder] = paths
        && folder.is_dir()
    {
        return import::read_folder(folder);
    }
    let files: Result<Vec<_>, Failure> = paths.iter().map(open).collect();
    import::read(files?)
}

fn take(arguments: &Arguments) -> Result<Snapshot, Failure> {
    if !arguments.import.is_empty() {
        return load(&arguments.import);
    }
    let kernel =
        std::env::var_os(WORLD).is_none_or(|world| world.is_empty() || world == applet::KERNEL);
    if kernel {
        of_host(arguments)
    } else {
        of_world(arguments)
    }
}

fn of_host(arguments: &Arguments) -> Result<Snapshot, Failure> {
    let which = match (&arguments.netns, arguments.pid) {
        (Some(ns), _) => Which::Namespace(NsName::new(ns)),
        (None, Some(pid)) => Which::Process(pid),
        (None, None) => Which::All,
    };
    host::snapshot(&which).map_err(|error| match (&which, error.errno) {
        (Which::Namespace(ns), Errno::NOENT) => format!(
            "there is no namespace, container or path {:?} here: \"ip netns\" lists names",
            ns.as_str()
        ),
        (Which::Process(pid), Errno::SRCH) => format!("there is no process {pid}, or it is hidden"),
        _ => error.to_string(),
    })
}

/// A world's state. Nothing of it is unknown, unless it began as hosts of which not all was.
fn of_world(arguments: &Arguments) -> Result<Snapshot, Failure> {
    if arguments.pid.is_some() {
        return Err("--pid asks for a process of the machine, and this is a world".to_owned());
    }
    let mut world = applet::enter()?;
    let ns = arguments.netns.as_deref().map(NsName::new);
    let state = world.snapshot(ns.as_ref(), Parts::ALL);
    let mut state = state.map_err(|error| match &ns {
        Some(ns) if error.errno == Errno::NOENT => {
            format!("there is no namespace {:?}: see \"ip netns\"", ns.as_str())
        }
        _ => error.to_string(),
    })?;
    for namespace in state.namespaces.values_mut() {
        retain_deciding(&mut namespace.sysctls, &namespace.links);
    }
    let now = world.now().map_err(|error| error.to_string())?;
    let welcome = world.welcome();
    let taken = welcome.epoch + Duration::from_nanos(now.0);
    let host = Host {
        name: welcome.name.clone(),
        kernel: format!("netloom {}", env!("CARGO_PKG_VERSION")),
        taken: Some(taken.as_secs()),
    };
    let began = Snapshot {
        host,
        ..Snapshot::default()
    };
    let began = began_as()?.unwrap_or(began);
    Ok(still(began, state, taken.as_secs()))
}

/// What is known of the hosts as which the world of this process began, without their states.
///
/// # Errors
/// If it cannot be read.
pub(crate) fn began_as() -> Result<Option<Snapshot>, Failure> {
    let socket = std::env::var_os(WORLD).unwrap_or_default();
    let Some(place) = Place::around(Path::new(&socket)) else {
        return Ok(None);
    };
    match fs::read(place.hosts()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        read => parse(&read.map_err(|error| error.to_string())?).map(Some),
    }
}

/// Of what is known of hosts that which is still so in a state that came of theirs.
fn still(began: Snapshot, state: State, taken: u64) -> Snapshot {
    let lives = |ns: &NsName| state.namespaces.contains_key(ns);
    let mut now = Snapshot {
        host: Host {
            taken: Some(taken),
            ..began.host.clone()
        },
        ..began
    };
    now.places.retain(|ns, _| lives(ns));
    now.containers.retain(|container| lives(&container.ns));
    now.programs.retain(|program| {
        let there = state.namespaces.get(&program.ns);
        let link = LinkRef::Index(program.link);
        there.is_some_and(|there| program.link == 0 || there.link(&link).is_some())
    });
    now.missing
        .retain(|missing| missing.ns.as_ref().is_none_or(lives));
    now.state = state;
    now
}
