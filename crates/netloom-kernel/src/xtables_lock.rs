//! The lock by which programs that change tables of `ip_tables` wait for one another (iptables(8), `-w`,
//! and `XTABLES_LOCKFILE`): flock(2) on a file.
//!
//! Who reads such tables and changes them by what was there holds it for both; the change takes it too,
//! for whoever did not. A thread that holds it does not wait for itself.

use crate::refused;
use netloom_model::{Errno, Result};
use rustix::fs::{FlockOperation, Mode, OFlags, flock, fstat, open};
use std::cell::RefCell;
use std::ffi::OsString;
use std::marker::PhantomData;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Where every program that changes such tables expects it.
const FILE: &str = "/run/xtables.lock";
/// What names another file.
const NAMED: &str = "XTABLES_LOCKFILE";
/// How long between two tries, where one does not wait for ever.
const BETWEEN: Duration = Duration::from_millis(1);

/// A file, whatever path leads to it: its device, and its number there.
type File = (u64, u64);

thread_local! {
    /// The files whose lock this thread holds.
    static HELD: RefCell<Vec<File>> = const { RefCell::new(Vec::new()) };
}

/// The lock, held until it is dropped, by the thread that took it.
#[derive(Debug)]
pub struct Held {
    /// None where the thread held it before.
    held: Option<(OwnedFd, File)>,
    thread: PhantomData<*const ()>,
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some((_, file)) = &self.held {
            HELD.with_borrow_mut(|held| held.retain(|known| known != file));
        }
    }
}

/// The file that is locked: `/run/xtables.lock`, or what `XTABLES_LOCKFILE` names.
#[must_use]
pub fn path() -> PathBuf {
    let named = std::env::var_os(NAMED).filter(|path| !path.is_empty());
    named.unwrap_or_else(|| OsString::from(FILE)).into()
}

/// Takes the lock of a file, and waits for it: no longer than `patience`, for ever where that is none.
///
/// # Errors
/// `EAGAIN` where another one holds it all the while; those of open(2).
pub fn take(path: &Path, patience: Option<Duration>) -> Result<Held> {
    let flags = OFlags::CREATE | OFlags::RDONLY | OFlags::CLOEXEC;
    let opened = open(path, flags, Mode::RUSR | Mode::WUSR);
    let opened = opened.map_err(|error| refused(&error.into()))?;
    let found = fstat(&opened).map_err(|error| refused(&error.into()))?;
    let file = (found.st_dev, found.st_ino);
    let thread = PhantomData;
    if HELD.with_borrow(|held| held.contains(&file)) {
        let held = None;
        return Ok(Held { held, thread });
    }
    wait(&opened, patience)?;
    HELD.with_borrow_mut(|held| held.push(file));
    let held = Some((opened, file));
    Ok(Held { held, thread })
}

fn wait(opened: &OwnedFd, patience: Option<Duration>) -> Result<()> {
    let began = Instant::now();
    // The kernel lets those who wait in it have the lock in turn.
    let operation = match patience {
        None => FlockOperation::LockExclusive,
        Some(_) => FlockOperation::NonBlockingLockExclusive,
    };
    loop {
        match flock(opened, operation) {
            Ok(()) => return Ok(()),
            Err(rustix::io::Errno::INTR) => continue,
            Err(rustix::io::Errno::WOULDBLOCK) => {}
            Err(error) => return Err(refused(&error.into())),
        }
        let left = patience.map_or(BETWEEN, |patience| patience.saturating_sub(began.elapsed()));
        if left.is_zero() {
            return Err(Errno::AGAIN.into());
        }
        sleep(left.min(BETWEEN));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread::scope;

    fn file(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("netloom-lock-{name}-{}", std::process::id()))
    }

    /// What another thread is told that wants it at once.
    fn other(path: &Path) -> Option<Errno> {
        let asked = || take(path, Some(Duration::ZERO)).err().map(|e| e.errno);
        scope(|scope| scope.spawn(asked).join().expect("it does not panic"))
    }

    #[test]
    fn a_lock_that_another_one_holds_is_waited_for_no_longer_than_allowed() {
        let path = file("waits");
        let held = take(&path, None).unwrap();
        assert_eq!(other(&path), Some(Errno::AGAIN));
        drop(held);
        assert_eq!(other(&path), None);
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_thread_that_holds_it_does_not_wait_for_itself() {
        let (path, link) = (file("again"), file("link"));
        let held = take(&path, None).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let again = take(&link, Some(Duration::ZERO)).unwrap();
        drop(again);
        assert_eq!(other(&path), Some(Errno::AGAIN), "it is held still");
        drop(held);
        assert_eq!(other(&path), None);
        std::fs::remove_file(path).unwrap();
        std::fs::remove_file(link).unwrap();
    }
}
