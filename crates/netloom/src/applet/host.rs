//! The machine as commands see it: programs run in a namespace by carrying its name in their
//! environment, from one to the next.

use crate::process::{self, NETNS, WORLD};
use netloom_model::NsName;
use netloom_tools::Host;
use std::cell::OnceCell;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::rc::Rc;
use std::time::SystemTime;

/// The machine.
pub(super) struct ProcessHost {
    epoch: Rc<OnceCell<SystemTime>>,
}

impl ProcessHost {
    /// `epoch` is known once the world was asked anything.
    pub(super) const fn new(epoch: Rc<OnceCell<SystemTime>>) -> ProcessHost {
        ProcessHost { epoch }
    }
}

impl Host for ProcessHost {
    fn exec(&mut self, ns: &NsName, command: &[String]) -> io::Result<i32> {
        in_namespace(ns, command)?.status().map(exit_code)
    }

    fn replace(&mut self, ns: &NsName, command: &[String]) -> io::Result<i32> {
        Err(in_namespace(ns, command)?.exec())
    }

    fn processes_in(&self, ns: &NsName) -> Vec<u32> {
        let mut pids: Vec<u32> = process::all()
            .filter(|&pid| self.namespace_of(pid).as_ref() == Some(ns))
            .collect();
        pids.sort_unstable();
        pids
    }

    fn namespace_of(&self, pid: u32) -> Option<NsName> {
        let ours = std::env::var(WORLD).ok()?;
        let theirs = process::variable_of(pid, WORLD)?;
        let ns = process::variable_of(pid, NETNS).unwrap_or_default();
        (ours == theirs).then(|| NsName::new(ns))
    }

    fn memory(&self) -> Option<PathBuf> {
        let socket = PathBuf::from(std::env::var_os(WORLD)?);
        Some(socket.parent()?.to_owned())
    }

    fn epoch(&self) -> SystemTime {
        self.epoch.get().copied().unwrap_or(SystemTime::UNIX_EPOCH)
    }
}

/// The program, to be started in namespace `ns`.
fn in_namespace(ns: &NsName, command: &[String]) -> io::Result<Command> {
    let (program, args) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(args).env(NETNS, ns.as_str());
    Ok(command)
}

/// The exit code as a shell tells it.
pub(super) fn exit_code(status: ExitStatus) -> i32 {
    let signal = status.signal().map(|signal| 128 + signal);
    status.code().or(signal).unwrap_or(1)
}
