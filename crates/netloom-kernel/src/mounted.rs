//! File systems of the kernel's own that nobody sees but who has them.

use rustix::mount::{FsMountFlags, FsOpenFlags, MountAttrFlags, fsconfig_create, fsmount, fsopen};
use std::os::fd::OwnedFd;

/// One of a kind (`proc`, `sysfs`), of the thread's namespace where it is of one; to be read alone.
pub(crate) fn mounted(kind: &str) -> rustix::io::Result<OwnedFd> {
    let files = fsopen(kind, FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(&files)?;
    let only_read = MountAttrFlags::MOUNT_ATTR_RDONLY
        | MountAttrFlags::MOUNT_ATTR_NOSUID
        | MountAttrFlags::MOUNT_ATTR_NODEV
        | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    fsmount(&files, FsMountFlags::FSMOUNT_CLOEXEC, only_read)
}
