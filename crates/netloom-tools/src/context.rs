//! What a command runs in: its words, its streams, its namespace, and the world behind them.

use netloom_model::{NsName, World};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// What a command needs of the machine it runs on, beside the world.
pub trait Host {
    /// Runs a program in namespace `ns` (`ip netns exec`) and waits for it: its exit code.
    ///
    /// # Errors
    /// Where the program cannot be started.
    fn exec(&mut self, ns: &NsName, command: &[String]) -> std::io::Result<i32>;

    /// Runs a program in namespace `ns` in place of the command itself (execve(2)), as plain
    /// `ip netns exec` does: a signal to the command then reaches the program. It returns only
    /// where the machine cannot do that, with the exit code. What was printed must be flushed.
    ///
    /// # Errors
    /// Where the program cannot be started.
    fn replace(&mut self, ns: &NsName, command: &[String]) -> std::io::Result<i32> {
        self.exec(ns, command)
    }

    /// The processes that run in namespace `ns` (`ip netns pids`).
    fn processes_in(&self, ns: &NsName) -> Vec<u32>;

    /// The namespace that process `pid` runs in (`ip netns identify`).
    fn namespace_of(&self, pid: u32) -> Option<NsName>;

    /// A folder for what a command takes note of until its next call, which goes with the world;
    /// none where nothing is kept.
    fn memory(&self) -> Option<PathBuf> {
        None
    }

    /// The wall clock when the world's clock stood at zero; under virtual time it is made up.
    fn epoch(&self) -> SystemTime;
}

/// No machine beside the world: no programs, no processes, and the clock begins in 1970.
#[derive(Clone, Copy, Debug)]
pub struct NoMachine;

impl Host for NoMachine {
    fn exec(&mut self, _: &NsName, _: &[String]) -> std::io::Result<i32> {
        Err(std::io::ErrorKind::Unsupported.into())
    }

    fn processes_in(&self, _: &NsName) -> Vec<u32> {
        Vec::new()
    }

    fn namespace_of(&self, _: u32) -> Option<NsName> {
        None
    }

    fn epoch(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }
}

/// What a command runs in.
pub struct Context<'a> {
    /// The words of the command line, without the command's own name.
    pub args: Vec<String>,
    /// The namespace it was started in.
    pub ns: NsName,
    /// The world.
    pub world: &'a mut dyn World,
    /// The machine.
    pub host: &'a mut dyn Host,
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output.
    pub out: &'a mut dyn Write,
    /// Standard error.
    pub err: &'a mut dyn Write,
}

impl Context<'_> {
    /// The wall clock as the world has it.
    ///
    /// # Errors
    /// `EPROTO` if the world is gone.
    pub fn wall_clock(&mut self) -> netloom_model::Result<SystemTime> {
        let now = self.world.now()?;
        Ok(self.host.epoch() + Duration::from_nanos(now.0))
    }
}
