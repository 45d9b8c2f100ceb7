//! The settings of a namespace (`/proc/sys/net`), by their dotted names. A device's name may have dots:
//! they stand as slashes then, as sysctl(8) writes them.

use crate::{namespace, refused};
use netloom_model::{Errno, NsName, Result};
use rustix::fs::{Dir, FileType, Mode, OFlags, open, openat};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsmount, fsopen};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::PathBuf;

const ROOT: &str = "/proc/sys";

fn swapped(text: &str) -> String {
    let swap = |letter| match letter {
        '/' => '.',
        '.' => '/',
        other => other,
    };
    text.chars().map(swap).collect()
}

/// How many namespaces a thread reads by one file system.
const SHARE: u32 = 32;

thread_local! {
    /// How many namespaces this thread has read, and the files by which it reads.
    static FILES: RefCell<(u32, Option<OwnedFd>)> = const { RefCell::new((0, None)) };
}

/// All of them that can be read.
pub(crate) fn read(ns: &NsName) -> Result<BTreeMap<String, String>> {
    namespace::inside(ns, || {
        let mut all = BTreeMap::new();
        if let Ok(root) = root() {
            gather(&root, "net", &mut all);
        }
        all
    })
}

/// The folder of all settings. In the file system that everybody shares, the files of one name are found by
/// walking along those of all namespaces, so that each costs more than the one before; a thread that reads
/// many has one of its own, which nobody sees, and a fresh one from time to time.
fn root() -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    let shared = || open(format!("{ROOT}/net"), flags, Mode::empty());
    FILES.with_borrow_mut(|(count, own)| {
        if *count > 0 && count.is_multiple_of(SHARE) {
            *own = mounted().ok();
        }
        *count += 1;
        match own {
            Some(own) => openat(own, "sys/net", flags, Mode::empty()).or_else(|_| shared()),
            None => shared(),
        }
    })
}

fn mounted() -> rustix::io::Result<OwnedFd> {
    let files = fsopen("proc", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(&files)?;
    let only_read = MountAttrFlags::MOUNT_ATTR_RDONLY
        | MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    fsmount(&files, FsMountFlags::FSMOUNT_CLOEXEC, only_read)
}

/// There are several hundred files in a namespace, so each costs three calls: it is opened, read, closed.
fn gather(folder: &OwnedFd, prefix: &str, all: &mut BTreeMap<String, String>) {
    let Ok(entries) = Dir::read_from(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(told) = name.to_str().ok().filter(|told| !told.starts_with('.')) else {
            continue;
        };
        let path = format!("{prefix}/{told}");
        let is_folder = entry.file_type() == FileType::Directory;
        let kind = if is_folder {
            OFlags::DIRECTORY
        } else {
            OFlags::empty()
        };
        let Ok(opened) = openat(folder, name, kind | OFlags::CLOEXEC, Mode::empty()) else {
            continue;
        };
        if is_folder {
            gather(&opened, &path, all);
        } else if let Ok(value) = value(File::from(opened)) {
            all.insert(swapped(&path), value);
        }
    }
}

/// What is in a file, without the end of its last line.
fn value(mut file: File) -> io::Result<String> {
    let mut page = [0; 4096];
    let mut all = Vec::new();
    loop {
        let size = file.read(&mut page)?;
        all.extend_from_slice(&page[..size]);
        // The kernel says as much at once as there is place for.
        if size < page.len() {
            break;
        }
    }
    let text = String::from_utf8_lossy(&all);
    Ok(text.trim_end_matches('\n').to_owned())
}

/// Reads one.
///
/// # Errors
/// `ENOENT` if there is none of that name.
pub(crate) fn get(ns: &NsName, name: &str) -> Result<String> {
    let path = PathBuf::from(ROOT).join(swapped(name));
    let read = namespace::inside(ns, || File::open(&path).and_then(value))?;
    read.map_err(|error| refused(&error))
}

/// Writes one.
///
/// # Errors
/// `ENOENT` if there is none of that name; what the kernel says of the value.
pub(crate) fn write(ns: &NsName, name: &str, value: &str) -> Result<()> {
    let path = PathBuf::from(ROOT).join(swapped(name));
    let outside = path.components().any(|part| part.as_os_str() == "..");
    if outside || !name.starts_with("net") {
        return Err(Errno::NOENT.into());
    }
    let written = namespace::inside(ns, || fs::write(&path, value))?;
    written.map_err(|error| refused(&error))
}
