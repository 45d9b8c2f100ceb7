//! The virtual machine with the distribution's kernel: made once, booted with a folder that it shares with
//! this machine, in which it finds what it is to do and leaves what came of it.

use libtest_mimic::Failed;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const MAKE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/linux/vm/make.sh");
const BOOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/linux/vm/boot.sh");
/// What making and booting it calls.
const PROGRAMS: [&str; 6] = [
    "apt-get",
    "busybox",
    "cpio",
    "depmod",
    "dpkg-deb",
    "qemu-system-x86_64",
];
/// Where programs are.
const FOLDERS: [&str; 4] = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];
/// How many seconds one job has in the guest, where all is slower.
pub(crate) const LIMIT: u32 = 180;
/// Where the guest sees the folder.
pub(crate) const GUEST: &str = "/mnt/machine";

/// Whether all is there that makes it.
pub(crate) fn can_be_made() -> bool {
    let installed = |program: &&str| {
        FOLDERS
            .iter()
            .any(|at| Path::new(at).join(program).exists())
    };
    PROGRAMS.iter().all(installed)
}

/// One boot of the machine.
pub(crate) struct Machine {
    folder: TempDir,
}

impl Machine {
    pub(crate) fn new() -> Result<Machine, Failed> {
        Ok(Machine {
            folder: tempfile::tempdir()?,
        })
    }

    /// The folder that the guest sees as [`GUEST`].
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Boots, and has the guest's shell run `command`.
    pub(crate) fn run(&self, command: &str) -> Result<(), Failed> {
        let made = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vm");
        fs::write(self.folder().join("command"), command)?;
        call(MAKE, &[&made])?;
        call(BOOT, &[&made, self.folder()])
    }

    /// What a job of this name printed, and its exit status: `NAME.printed` and `NAME.code` of the folder.
    pub(crate) fn result(&self, name: &str) -> Result<(Vec<u8>, i32), Failed> {
        let told = |what: &str| fs::read(self.folder().join(format!("{name}.{what}")));
        let (Ok(printed), Ok(code)) = (told("printed"), told("code")) else {
            let console = fs::read(self.folder().join("console")).unwrap_or_default();
            let console = String::from_utf8_lossy(&console);
            return Err(format!("not run; the console said:\n{console}").into());
        };
        Ok((printed, String::from_utf8_lossy(&code).trim().parse()?))
    }
}

/// Runs one of the scripts that make and boot the machine.
fn call(script: &str, arguments: &[&Path]) -> Result<(), Failed> {
    let mut bash = Command::new("bash");
    let output = bash
        .arg(script)
        .args(arguments)
        .stdin(Stdio::null())
        .output()?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!("{script}: {}", String::from_utf8_lossy(&output.stderr)).into()),
    }
}
