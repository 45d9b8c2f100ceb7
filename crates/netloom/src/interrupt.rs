//! SIGINT and SIGTERM, caught for programs that wait: they end by themselves, with a summary.

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the user asked the program to end; its descriptor is readable from then on.
#[derive(Debug)]
pub struct Interrupt {
    seen: Arc<AtomicBool>,
    bell: UnixStream,
}

impl Interrupt {
    /// From here on the signals are caught. A second one ends the program at once.
    ///
    /// # Errors
    /// If the handlers cannot be set.
    pub fn catch() -> io::Result<Interrupt> {
        let seen = Arc::new(AtomicBool::new(false));
        let (bell, striker) = UnixStream::pair()?;
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&seen))?;
            flag::register(signal, Arc::clone(&seen))?;
            low_level::pipe::register(signal, striker.try_clone()?)?;
        }
        Ok(Interrupt { seen, bell })
    }

    /// Whether a signal came.
    pub fn seen(&self) -> bool {
        self.seen.load(Ordering::SeqCst)
    }
}

impl AsFd for Interrupt {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.bell.as_fd()
    }
}
