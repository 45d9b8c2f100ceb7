//! Namespaces by their names, as ip-netns(8) keeps them: files in `/run/netns`, each bound to one. A name
//! with a slash is the path of such a file elsewhere: `/proc/123/ns/net`.
//!
//! The first namespace of a world is the one in which the process began. A thread of its own goes
//! into another one, so that nothing of this process has moved afterwards.

use crate::refused;
use netloom_model::{Errno, NsName, Result};
use rustix::mount::{
    MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_bind, mount_bind_recursive,
    mount_change, unmount,
};
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space, unshare_unsafe};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::PathBuf;

/// Where the names are.
pub(crate) const NAMES: &str = "/run/netns";

/// The namespace of a thread.
const OWN: &str = "/proc/thread-self/ns/net";

/// The file of a namespace: one with a slash is its own path.
fn path(ns: &NsName) -> PathBuf {
    PathBuf::from(NAMES).join(ns.as_str())
}

/// An open file of a namespace.
///
/// # Errors
/// `ENOENT` if there is none of that name.
pub(crate) fn open(ns: &NsName) -> Result<File> {
    let path = if ns.is_first() { OWN.into() } else { path(ns) };
    File::open(path).map_err(|error| refused(&error))
}

/// The names that there are, and the first namespace.
pub fn all() -> Vec<NsName> {
    let entries = fs::read_dir(NAMES).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let mut all: Vec<NsName> = names.map(NsName::new).collect();
    all.push(NsName::first());
    all.sort();
    all
}

/// Does something in a namespace.
///
/// # Errors
/// `ENOENT` if there is none of that name; `EPERM` without `CAP_SYS_ADMIN`.
pub fn inside<T: Send>(ns: &NsName, act: impl FnOnce() -> T + Send) -> Result<T> {
    if ns.is_first() {
        return Ok(act());
    }
    apart(|| {
        enter(ns)?;
        Ok(act())
    })
}

/// Goes into a namespace with the thread that calls, and stays there.
///
/// # Errors
/// `ENOENT` if there is none of that name; `EPERM` without `CAP_SYS_ADMIN`.
pub fn enter(ns: &NsName) -> Result<()> {
    if ns.is_first() {
        return Ok(());
    }
    let file = open(ns)?;
    let moved = move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network));
    moved.map_err(|error| refused(&error.into()))
}

/// The number by which the kernel tells a namespace from others.
#[must_use]
pub fn number(ns: &NsName) -> Option<u64> {
    let file = open(ns).ok()?;
    file.metadata().ok().map(|found| found.ino())
}

/// The number of the namespace that a process is in.
#[must_use]
pub fn number_of(pid: u32) -> Option<u64> {
    let found = fs::metadata(format!("/proc/{pid}/ns/net")).ok()?;
    Some(found.ino())
}

/// Runs something on a thread that ends with it.
fn apart<T: Send>(act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let done = std::thread::scope(|scope| scope.spawn(act).join());
    done.unwrap_or_else(|_| Err(Errno::IO.into()))
}

/// The file of a name, which is made and deleted here; other paths are whose they are.
///
/// # Errors
/// `EINVAL` of what is no name.
pub(crate) fn own(ns: &NsName) -> Result<PathBuf> {
    let name = ns.as_str();
    match name.is_empty() || name.contains('/') || name == "." || name == ".." {
        true => Err(Errno::INVAL.into()),
        false => Ok(path(ns)),
    }
}

/// Makes a namespace, and binds it to its name.
pub(crate) fn make(ns: &NsName) -> Result<()> {
    let path = own(ns)?;
    let prepared = share().and_then(|()| {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o000);
        options.open(&path).map(|_| ())
    });
    prepared.map_err(|error| refused(&error))?;
    let made = apart(|| {
        // SAFETY: only the thread's namespace changes; nothing of it is shared but open files.
        #[allow(unsafe_code, reason = "namespaces are made by unshare(2) alone")]
        let alone = unsafe { unshare_unsafe(UnshareFlags::NEWNET) };
        let bound = alone.and_then(|()| mount_bind(OWN, &path));
        bound.map_err(|error| refused(&error.into()))
    });
    if made.is_err() {
        let _ = fs::remove_file(&path);
    }
    made
}

/// Has `/run/netns` be a mount that others share, so that names come and go everywhere.
fn share() -> io::Result<()> {
    prepare()?;
    let shared = || {
        mount_change(
            NAMES,
            MountPropagationFlags::SHARED | MountPropagationFlags::REC,
        )
    };
    if shared().is_err() {
        mount_bind_recursive(NAMES, NAMES)?;
        shared()?;
    }
    Ok(())
}

/// Runs something in a namespace that goes with it.
pub(crate) fn aside<T: Send>(act: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    apart(|| {
        // SAFETY: only the thread's namespace changes; nothing of it is shared but open files.
        #[allow(unsafe_code, reason = "namespaces are made by unshare(2) alone")]
        let alone = unsafe { unshare_unsafe(UnshareFlags::NEWNET) };
        alone.map_err(|error| refused(&error.into()))?;
        act()
    })
}

/// Has this process, and what it starts, live in a fresh network namespace with no other names: nothing
/// that is done there is seen outside, and it goes with the last of its processes.
///
/// # Errors
/// `EPERM` without `CAP_SYS_ADMIN`.
pub fn fresh() -> Result<()> {
    // SAFETY: the process has one thread, and its files and memory stay as they are.
    #[allow(unsafe_code, reason = "namespaces are made by unshare(2) alone")]
    let alone = unsafe { unshare_unsafe(UnshareFlags::NEWNET | UnshareFlags::NEWNS) };
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    let made = alone
        .and_then(|()| mount_change("/", private))
        .map_err(io::Error::from)
        .and_then(|()| own_names())
        .and_then(|()| own_devices());
    made.map_err(|error| refused(&error))
}

/// Mounts a directory of names that is this process's own.
fn own_names() -> io::Result<()> {
    let flags = MountFlags::empty();
    if let Err(error) = prepare() {
        // Whoever is root of a user namespace alone may not write to /run, but may mount on it. Where
        // programs keep what runs (`$XDG_RUNTIME_DIR`) has to be there still.
        if error.kind() != io::ErrorKind::PermissionDenied {
            return Err(error);
        }
        mount("tmpfs", "/run", "tmpfs", flags, None)?;
        if let Some(dir) = std::env::var_os("XDG_RUNTIME_DIR") {
            let mut own = fs::DirBuilder::new();
            let _ = own.recursive(true).mode(0o700).create(dir);
        }
        prepare()?;
    }
    mount("tmpfs", NAMES, "tmpfs", flags, None)?;
    Ok(())
}

/// Mounts the files of the devices of this namespace. Where /sys is covered in part, as in containers,
/// nobody but root may do that; what is there stays then.
fn own_devices() -> io::Result<()> {
    match mount("sysfs", "/sys", "sysfs", MountFlags::empty(), None) {
        Err(rustix::io::Errno::PERM) if crate::rootless::is_rootless() => Ok(()),
        mounted => mounted.map_err(io::Error::from),
    }
}

/// Gives a namespace that is held open a name.
pub(crate) fn bind(ns: &NsName, file: &File) -> Result<()> {
    let path = own(ns)?;
    let mut options = OpenOptions::new();
    let made = options.read(true).write(true).create_new(true).mode(0o000);
    made.open(&path).map_err(|error| refused(&error))?;
    let held = format!("/proc/self/fd/{}", file.as_raw_fd());
    let bound = mount_bind(held, &path).map_err(|error| refused(&error.into()));
    if bound.is_err() {
        let _ = fs::remove_file(&path);
    }
    bound
}

/// Has the folder of names be there.
pub(crate) fn prepare() -> io::Result<()> {
    let mut folder = fs::DirBuilder::new();
    folder.recursive(true).mode(0o755).create(NAMES)
}

/// Takes a name away; the namespace goes with who uses it last.
pub(crate) fn delete(ns: &NsName) -> Result<()> {
    let path = own(ns)?;
    let _ = unmount(&path, UnmountFlags::DETACH);
    fs::remove_file(path).map_err(|error| refused(&error))
}
