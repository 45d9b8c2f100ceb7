//! The running kernel as a [`World`](netloom_model::World): what Linux itself holds, read and changed
//! over netlink sockets and `/proc/sys`, with no other program started.
//!
//! It answers the same requests as the engine, so whatever is written against the model (the commands,
//! `explain`) has the kernel behind it as well.
//!
//! - `netlink` is a socket: requests, and what the kernel answers;
//! - `namespace` goes into namespaces, makes and deletes them;
//! - `read` is the state of one, `write` is one change of it;
//! - `ruleset` reads and changes the rules for packets;
//! - `legacy` is tables of `ip_tables`, `xtables_lock` the lock of who changes them;
//! - `rootless` has a process be root of a user namespace, `lacks` asks what the kernel cannot do;
//! - `settings` are those of `/proc/sys/net`;
//! - `host` is all of a host, and whose its namespaces are;
//! - `connections`, `ipsets` and `sockets` are each a subject that others than rtnetlink(7) tell of;
//! - `monitor` is who listens to what changes, `devices` what only ioctl(2) does;
//! - `undo` leaves what was there, where several changes are asked for and one is refused;
//! - `owned` are marks of what netloom made, by which it is found again.

mod bpf;
mod connections;
pub mod counters;
mod devices;
mod groups;
mod holders;
pub mod host;
mod ipsets;
mod kernel;
pub mod lacks;
mod legacy;
mod monitor;
mod mounted;
pub mod namespace;
mod netlink;
mod opened;
pub mod owned;
mod proc_net;
pub mod programs;
mod read;
pub mod rootless;
mod ruleset;
mod settings;
mod sockets;
mod sysfs;
mod undo;
mod vlans;
mod write;
pub mod xtables_lock;

pub use kernel::Kernel;

use netloom_model::{Errno, Error};

/// The error of a system call.
fn refused(error: &std::io::Error) -> Error {
    Errno(error.raw_os_error().unwrap_or(Errno::IO.0)).into()
}
