//! Files of settings, as they are read by the hundred thousand.

use super::ROOT;
use rustix::fs::{Dir, FileType, Mode, OFlags, openat};
use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsmount, fsopen};
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// The folder `/proc/sys/net` of the file system that everybody shares.
pub(super) fn shared() -> rustix::io::Result<OwnedFd> {
    folder(rustix::fs::CWD, Path::new(ROOT).join("net"))
}

/// A folder in another one.
pub(super) fn folder(
    within: impl AsFd,
    path: impl rustix::path::Arg,
) -> rustix::io::Result<OwnedFd> {
    openat(
        within,
        path,
        OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

/// A file system of settings that nobody sees but who has it.
pub(super) fn mounted() -> rustix::io::Result<OwnedFd> {
    let files = fsopen("proc", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(&files)?;
    let only_read = MountAttrFlags::MOUNT_ATTR_RDONLY
        | MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    fsmount(&files, FsMountFlags::FSMOUNT_CLOEXEC, only_read)
}

/// What is in a folder: each name, and whether it is a folder.
pub(super) fn entries(folder: &OwnedFd) -> Vec<(String, bool)> {
    let Ok(entries) = Dir::read_from(folder) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for entry in entries.flatten() {
        if let Ok(name) = entry.file_name().to_str()
            && name != "."
            && name != ".."
        {
            all.push((name.to_owned(), entry.file_type() == FileType::Directory));
        }
    }
    all
}

/// What the file of that name says; none where it may not be read.
pub(super) fn text(folder: &OwnedFd, name: &str) -> Option<String> {
    let opened = openat(folder, name, OFlags::CLOEXEC, Mode::empty()).ok()?;
    value(File::from(opened)).ok()
}

/// What is in a file, without the end of its last line.
pub(super) fn value(mut file: File) -> io::Result<String> {
    // The kernel says as much at once as there is place for, of numbers once alone, and clears as much
    // memory first: little is enough for nearly all.
    let mut line = [0; 128];
    let size = file.read(&mut line)?;
    let mut all = line[..size].to_vec();
    if size == line.len() {
        all = vec![0; 4096];
        file.rewind()?;
        let size = file.read(&mut all)?;
        all.truncate(size);
        file.read_to_end(&mut all)?;
    }
    let text = String::from_utf8_lossy(&all);
    Ok(text.trim_end_matches('\n').to_owned())
}
