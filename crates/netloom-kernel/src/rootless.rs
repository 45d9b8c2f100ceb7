//! The rights of root over namespaces of one's own, without being root (user_namespaces(7)).

use crate::refused;
use netloom_model::{Errno, Result};
use rustix::thread::{UnshareFlags, unshare_unsafe};
use std::fs;

/// Has this process be root of a user namespace of its own: over what it makes from then on it may do
/// everything, over the rest of the machine no more than before. The process must have one thread.
///
/// # Errors
/// `EPERM` where the system forbids it ([`hindrances`]), `ENOSPC` where there are too many, `EINVAL`
/// with several threads.
pub fn enter() -> Result<()> {
    let (uid, gid) = (rustix::process::getuid(), rustix::process::getgid());
    // SAFETY: the process has one thread, and its files and memory stay as they are.
    #[allow(unsafe_code, reason = "namespaces are made by unshare(2) alone")]
    let alone = unsafe { unshare_unsafe(UnshareFlags::NEWUSER) };
    alone.map_err(|error| refused(&error.into()))?;
    let written = [
        // Who may not set groups may map his own (user_namespaces(7)).
        ("/proc/self/setgroups", "deny".to_owned()),
        ("/proc/self/uid_map", format!("0 {} 1", uid.as_raw())),
        ("/proc/self/gid_map", format!("0 {} 1", gid.as_raw())),
    ];
    for (path, text) in written {
        fs::write(path, text).map_err(|error| refused(&error))?;
    }
    Ok(())
}

/// Whether this process is root of no more than a user namespace.
#[must_use]
pub fn is_rootless() -> bool {
    outer_uid() != rustix::process::getuid().as_raw()
}

/// The user of this process as the user namespace around its own knows him.
#[must_use]
pub fn outer_uid() -> u32 {
    let uid = rustix::process::getuid().as_raw();
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    outside(uid, &map).unwrap_or(uid)
}

/// The number that a map of users has for `uid` outside.
fn outside(uid: u32, map: &str) -> Option<u32> {
    let spans = map.lines().filter_map(|line| {
        let numbers: Vec<u32> = line.split_whitespace().flat_map(str::parse).collect();
        <[u32; 3]>::try_from(numbers).ok()
    });
    let mut found = spans.filter_map(|[inside, outside, count]| {
        let at = uid.checked_sub(inside).filter(|at| *at < count)?;
        outside.checked_add(at)
    });
    found.next()
}

/// A setting of the machine by which user namespaces are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hindrance {
    /// Its name, as sysctl(8) has it.
    pub setting: &'static str,
    /// What it is.
    pub value: &'static str,
    /// What it would have to be.
    pub wanted: &'static str,
    /// What it is for.
    pub text: &'static str,
}

const HINDRANCES: &[Hindrance] = &[
    Hindrance {
        setting: "user.max_user_namespaces",
        value: "0",
        wanted: "15000",
        text: "no user namespaces are allowed at all",
    },
    Hindrance {
        setting: "kernel.unprivileged_userns_clone",
        value: "0",
        wanted: "1",
        text: "Debian's kernel keeps user namespaces for root",
    },
    Hindrance {
        setting: "kernel.apparmor_restrict_unprivileged_userns",
        value: "1",
        wanted: "0",
        text: "AppArmor takes the rights in user namespaces from programs without a profile (Ubuntu)",
    },
];

/// What of the machine's settings forbids user namespaces, or the rights in them.
#[must_use]
pub fn hindrances() -> Vec<Hindrance> {
    let there = HINDRANCES.iter().filter(|one| {
        let path = format!("/proc/sys/{}", one.setting.replace('.', "/"));
        fs::read_to_string(path).is_ok_and(|value| value.trim() == one.value)
    });
    there.copied().collect()
}

/// The capabilities (capabilities(7)) of which netloom needs each.
pub const NEEDED: [(&str, u32); 2] = [("CAP_NET_ADMIN", 12), ("CAP_SYS_ADMIN", 21)];

/// Which of [`NEEDED`] this process lacks.
///
/// # Errors
/// `ENOENT` where `/proc` is not mounted.
pub fn lacking() -> Result<Vec<&'static str>> {
    let status = fs::read_to_string("/proc/self/status").map_err(|error| refused(&error))?;
    let mut lines = status.lines();
    let effective = lines.find_map(|line| line.strip_prefix("CapEff:"));
    let bits = effective.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok());
    let bits = bits.ok_or(Errno::PROTO)?;
    let missing = NEEDED.iter().filter(|(_, bit)| bits >> bit & 1 == 0);
    Ok(missing.map(|(name, _)| *name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_outside_is_found_in_the_map() {
        assert_eq!(outside(0, "         0       1000          1\n"), Some(1000));
        assert_eq!(outside(5, "0 1000 1\n1 100000 65536\n"), Some(100_004));
        assert_eq!(outside(7, "0 1000 1\n"), None);
        assert_eq!(outside(0, "nonsense"), None);
    }
}
