//! The machine as commands see it that run on the kernel: programs are started in real namespaces.

use super::host::exit_code;
use crate::process;
use netloom_kernel::namespace;
use netloom_model::NsName;
use netloom_tools::Host;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::SystemTime;

/// The machine.
pub(super) struct KernelHost;

impl Host for KernelHost {
    fn exec(&mut self, ns: &NsName, command: &[String]) -> io::Result<i32> {
        let mut command = program(command)?;
        // A program begins where the thread is that starts it.
        let status = namespace::inside(ns, || command.status()).map_err(|error| failed(&error))?;
        status.map(exit_code)
    }

    fn replace(&mut self, ns: &NsName, command: &[String]) -> io::Result<i32> {
        let mut command = program(command)?;
        namespace::enter(ns).map_err(|error| failed(&error))?;
        Err(command.exec())
    }

    fn processes_in(&self, ns: &NsName) -> Vec<u32> {
        let wanted = namespace::number(ns);
        let of = |pid: &u32| wanted.is_some() && namespace::number_of(*pid) == wanted;
        let mut pids: Vec<u32> = process::all().filter(of).collect();
        pids.sort_unstable();
        pids
    }

    fn namespace_of(&self, pid: u32) -> Option<NsName> {
        let own = namespace::number_of(pid)?;
        let mut named = namespace::all().into_iter().filter(|ns| !ns.is_first());
        named.find(|ns| namespace::number(ns) == Some(own))
    }

    fn epoch(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

fn program(words: &[String]) -> io::Result<Command> {
    let (program, args) = words.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(args);
    Ok(command)
}

fn failed(error: &netloom_model::Error) -> io::Error {
    io::Error::from_raw_os_error(error.errno.0)
}
