//! SIGINT and SIGTERM, caught for programs that wait: they end by themselves, with a summary.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Whether the user asked the program to end; its descriptor is readable from then on.
#[derive(Debug)]
pub struct Interrupt {
    seen: Arc<AtomicBool>,
    signal: Arc<AtomicUsize>,
    bell: UnixStream,
}

impl Interrupt {
    /// From here on the signals are caught. A second one does what it does to other programs: it ends
    /// this one at once.
    ///
    /// # Errors
    /// If the handlers cannot be set.
    pub fn catch() -> io::Result<Interrupt> {
        let seen = Arc::new(AtomicBool::new(false));
        let number = Arc::new(AtomicUsize::new(0));
        let (bell, striker) = UnixStream::pair()?;
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_default(signal, Arc::clone(&seen))?;
            let value = usize::try_from(signal).unwrap_or_default();
            flag::register_usize(signal, Arc::clone(&number), value)?;
            flag::register(signal, Arc::clone(&seen))?;
            low_level::pipe::register(signal, striker.try_clone()?)?;
        }
        Ok(Interrupt {
            seen,
            signal: number,
            bell,
        })
    }

    /// Whether a signal came.
    pub fn seen(&self) -> bool {
        self.seen.load(Ordering::SeqCst)
    }

    /// Another descriptor that is readable from then on.
    ///
    /// # Errors
    /// If there are too many.
    pub fn bell(&self) -> io::Result<OwnedFd> {
        self.bell.try_clone().map(OwnedFd::from)
    }

    /// Which one came last.
    pub fn signal(&self) -> Option<i32> {
        let signal = i32::try_from(self.signal.load(Ordering::SeqCst)).ok()?;
        (signal != 0).then_some(signal)
    }
}

impl AsFd for Interrupt {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }
}
