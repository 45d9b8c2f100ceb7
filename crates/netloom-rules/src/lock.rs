//! The lock by which programs that change tables of the older kind wait for one another
//! (iptables(8), `-w`, and `XTABLES_LOCKFILE`): flock(2) on a file.
//!
//! `nf_tables` needs none: its transactions are whole, and one that rests on what has changed since is
//! refused.

use crate::error::{Error, Result};
use netloom_model::Errno;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Takes the lock, which is given back with the file.
pub(crate) fn take(path: &Path, timeout: Option<Duration>) -> Result<File> {
    let mut options = OpenOptions::new();
    let opened = options.create(true).truncate(false).write(true).open(path);
    let file = opened.map_err(|error| failed(&error))?;
    let began = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
            Err(TryLockError::WouldBlock) => {}
        }
        let waited = began.elapsed();
        if timeout.is_some_and(|timeout| waited >= timeout) {
            return Err(Error::Busy { waited });
        }
        sleep(Duration::from_millis(1));
    }
}

fn failed(error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => Error::Permission,
        _ => {
            let errno = Errno(error.raw_os_error().unwrap_or(Errno::IO.0));
            Error::World(errno.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_another_one_holds_is_waited_for_no_longer_than_allowed() {
        let path = std::env::temp_dir().join(format!("netloom-rules-lock-{}", std::process::id()));
        let held = take(&path, None).unwrap();
        let refused = take(&path, Some(Duration::ZERO)).unwrap_err();
        assert!(refused.is_busy(), "{refused}");
        drop(held);
        take(&path, Some(Duration::ZERO)).unwrap();
        std::fs::remove_file(path).unwrap();
    }
}
