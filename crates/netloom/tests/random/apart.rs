//! A thread that leaves the machine's network and mounts before it does anything else, for ever. What
//! it makes is held by its own mounts and files alone, so that nothing stays behind, even where the
//! process is killed.

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Where `ip` looks for namespaces by name.
pub(crate) const NAMES: &str = "/run/netns";
/// Where the real tools are.
pub(crate) const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// A thread that has left the machine's network.
pub(crate) struct Apart {
    home: File,
}

impl Apart {
    /// Leaves the machine's network and mounts, for the rest of the thread's life.
    ///
    /// # Errors
    /// Without the rights for that.
    pub(crate) fn leave() -> io::Result<Apart> {
        unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET)?;
        let nothing = None::<&str>;
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(nothing, "/", nothing, private, nothing)?;
        mount(
            Some("tmpfs"),
            "/run",
            Some("tmpfs"),
            MsFlags::empty(),
            nothing,
        )?;
        fs::create_dir(NAMES)?;
        Ok(Apart { home: here()? })
    }

    /// Goes into a namespace that is new.
    ///
    /// # Errors
    /// Without the rights for that.
    #[allow(dead_code, reason = "not all who are apart move on")]
    pub(crate) fn anew(&self) -> nix::Result<()> {
        unshare(CloneFlags::CLONE_NEWNET)
    }

    /// Goes back to the namespace that it left to.
    ///
    /// # Errors
    /// Without the rights for that.
    pub(crate) fn home(&self) -> nix::Result<()> {
        setns(&self.home, CloneFlags::CLONE_NEWNET)
    }
}

/// The namespace that this thread is in.
pub(crate) fn here() -> io::Result<File> {
    File::open("/proc/thread-self/ns/net")
}

/// Whether this machine lets us make namespaces and has these tools.
pub(crate) fn usable(tools: &[&str]) -> bool {
    let tools = tools.iter().all(|tool| {
        PATH.split(':')
            .any(|folder| Path::new(folder).join(tool).exists())
    });
    tools
        && std::thread::spawn(|| Apart::leave().is_ok())
            .join()
            .unwrap_or(false)
}
