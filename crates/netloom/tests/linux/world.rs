//! Running a script in a world of its own, whichever it is: an empty folder to work in, a clean
//! environment, a time limit, and one file that takes standard output and standard error.

use libtest_mimic::Failed;
use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Seconds after which a script is ended: many times what the longest one takes.
pub(crate) const LIMIT: &str = "60";

/// All of a script's environment.
pub(crate) fn environment<'a>(path: &'a OsStr, home: &'a OsStr) -> [(&'a str, &'a OsStr); 5] {
    [
        ("PATH", path),
        ("LC_ALL", OsStr::new("C")),
        ("TZ", OsStr::new("UTC")),
        ("HOME", home),
        ("XDG_RUNTIME_DIR", home),
    ]
}

/// Runs `command`, the words of a command line, with the programs of folder or list of folders
/// `path`, and gives back what it printed, with the exit status as the last line.
pub(crate) fn run(command: &[&str], path: impl AsRef<OsStr>) -> Result<String, Failed> {
    let folder = tempfile::tempdir()?;
    let home = folder.path();
    // tcpdump gives up its rights before it writes a file.
    fs::create_dir(home.join("work"))?;
    for open in [home, &home.join("work")] {
        fs::set_permissions(open, Permissions::from_mode(0o777))?;
    }
    let output = home.join("output");
    let code = wait(command, path.as_ref(), home, File::create(&output)?)?;
    Ok(with_status(&fs::read(&output)?, code))
}

/// What a script printed, with its exit status as the last line.
pub(crate) fn with_status(printed: &[u8], code: i32) -> String {
    let printed = String::from_utf8_lossy(printed);
    let end = if printed.is_empty() || printed.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{printed}{end}exit status: {code}\n")
}

/// Runs the command to its end and gives its exit code; a signal's is 128 and its number.
fn wait(command: &[&str], path: &OsStr, home: &Path, output: File) -> Result<i32, Failed> {
    let status = Command::new("timeout")
        .args(["--signal=KILL", LIMIT])
        .args(command)
        .current_dir(home.join("work"))
        .env_clear()
        .envs(environment(path, home.as_os_str()))
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()?;
    Ok(status.code().unwrap_or(128 + 9))
}
