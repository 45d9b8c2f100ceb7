//! What is read of settings is what their files say, however each was set: of devices messages tell most
//! of them. Of a host those are read that decide about packets. For root alone, in a namespace of its own.

use libtest_mimic::{Arguments, Failed, Trial};
use netloom_kernel::Kernel;
use netloom_kernel::host::{self, Which};
use netloom_model::setting::{Settings, Word, retain_deciding};
use netloom_model::state::Parts;
use netloom_model::{NsName, State, World};
use nix::sched::{CloneFlags, unshare};
use rustix::process::geteuid;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Devices of several kinds, one with a dot in its name, one without IPv6.
const DEVICES: &str = "
    ip link set lo up
    ip link add veth0 type veth peer name veth0.1
    ip link add br0 type bridge
    ip link set veth0 master br0
    ip link set veth0.1 mtu 1000
    ip link set br0 up
    ip link set veth0 up
";

/// Many more, for which the tables of neighbours are asked.
const CROWD: &str = "for at in $(seq 40); do ip link add crowd$at type veth; done";

/// What is written to every file, time after time; most take some of it.
const VALUES: [&str; 6] = ["1", "7", "-3", "65001", "2147483647", "4294967295"];

/// What is longer is no time for neighbours: where ticks are not milliseconds, messages tell it as another.
const LONGEST: usize = 5;

/// A secret of which addresses are made; that of a file of its own kind.
const SECRET: &str = "2001:db8::17";

/// The files below a folder, by the dotted names of their settings.
fn files(folder: &Path, name: &str, all: &mut Settings) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let own = entry.file_name().to_string_lossy().replace('.', "/");
        let (path, name) = (entry.path(), format!("{name}.{own}"));
        if path.is_dir() {
            files(&path, &name, all);
        } else if let Ok(text) = fs::read_to_string(&path) {
            all.insert(name.into(), text.trim_end_matches('\n').into());
        }
    }
}

/// Writes a value to every file of the settings of devices; how many took it.
fn write(folder: &Path, value: &str) -> usize {
    let mut written = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            written += write(&path, value);
            continue;
        }
        let is_secret = path.ends_with("stable_secret");
        let value = if is_secret { SECRET } else { value };
        written += usize::from(fs::write(&path, value).is_ok());
    }
    written
}

/// Holds what is read to the files.
fn compare(kernel: &mut Kernel) -> Result<(), Failed> {
    let wanted = Parts {
        sysctls: true,
        ..Parts::NONE
    };
    let state = kernel.snapshot(Some(&NsName::first()), wanted)?;
    let mut awaited = Settings::new();
    files(Path::new("/proc/sys/net"), "net", &mut awaited);
    if awaited.len() < 500 {
        return Err(format!("there are only {} files", awaited.len()).into());
    }
    hold(state, &awaited)?;
    let host = host::snapshot(&Which::Namespace(NsName::first()))?;
    let first = host.state.namespaces.get(&NsName::first());
    let links = first.map(|first| &first.links[..]).unwrap_or_default();
    let all = awaited.len();
    retain_deciding(&mut awaited, links);
    if awaited.len() == all {
        return Err("there is nothing that only tunes".into());
    }
    hold(host.state, &awaited).map_err(|error| of("of a host", &error))
}

fn hold(mut state: State, awaited: &Settings) -> Result<(), Failed> {
    let first = state.namespaces.remove(&NsName::first());
    let read = first.unwrap_or_default().sysctls;
    let names: Vec<_> = read.keys().chain(awaited.keys()).collect();
    let differs = |name: &&&Word| read.get(**name) != awaited.get(**name);
    match names.iter().find(differs) {
        None => Ok(()),
        Some(name) => {
            let (read, file) = (read.get(*name), awaited.get(*name));
            Err(format!("{name}: read {read:?}, the file says {file:?}").into())
        }
    }
}

fn judge() -> Result<(), Failed> {
    unshare(CloneFlags::CLONE_NEWNET)?;
    let mut kernel = Kernel::new();
    for devices in [DEVICES, CROWD] {
        let made = Command::new("sh").args(["-ec", devices]).status()?;
        if !made.success() {
            return Err("the devices cannot be made".into());
        }
        set_and_compare(&mut kernel)?;
    }
    Ok(())
}

fn set_and_compare(kernel: &mut Kernel) -> Result<(), Failed> {
    compare(kernel)?;
    for value in VALUES {
        let folders = ["ipv4/conf", "ipv6/conf", "ipv4/neigh", "ipv6/neigh"];
        let told = if value.len() > LONGEST { 2 } else { 4 };
        let folders = folders.iter().take(told);
        let each = folders.map(|folder| write(&Path::new("/proc/sys/net").join(folder), value));
        if each.sum::<usize>() == 0 {
            return Err(format!("no file took {value}").into());
        }
        compare(kernel).map_err(|error| of(&format!("with {value}"), &error))?;
    }
    Ok(())
}

/// Says of what an error is.
fn of(what: &str, error: &Failed) -> Failed {
    format!("{what}: {}", error.message().unwrap_or_default()).into()
}

fn alone() -> Result<(), Failed> {
    let thread = std::thread::spawn(judge);
    thread.join().map_err(|_| "the thread panicked")?
}

fn main() {
    let arguments = Arguments::from_args();
    let trial = Trial::test("settings_are_read_as_their_files_say", alone);
    let trials = vec![trial.with_ignored_flag(!geteuid().is_root())];
    libtest_mimic::run(&arguments, trials).exit();
}
