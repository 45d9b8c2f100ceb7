//! Questions whose hosts the running kernel cannot be: the distribution's kernel answers them, in the
//! virtual machine that also judges scripts, with what is built here.

use libtest_mimic::{Failed, Trial};
use machine::{GUEST, LIMIT, Machine};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[path = "../linux/vm/machine.rs"]
mod machine;

/// What a question needs of the kernel: `# needs: vlan_filtering`.
pub(crate) fn needs(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let need = text.lines().next()?.strip_prefix("# needs: ")?;
    Some(need.to_owned())
}

/// Whether the running kernel has it.
pub(crate) fn has(need: &str) -> bool {
    let words = ["--net", "ip", "link", "add", "probe", "type", "bridge"];
    let mut unshare = Command::new("unshare");
    unshare.args(words).args([need, "1"]);
    let done = unshare.stdout(Stdio::null()).stderr(Stdio::null()).status();
    done.is_ok_and(|status| status.success())
}

/// The trial of all of them; ignored where there is no machine to be made. `command` is what asks the
/// questions of a file.
pub(crate) fn trial(
    scripts: Vec<PathBuf>,
    root: bool,
    command: fn(&str) -> Vec<String>,
    judge: impl Fn(&Path, String) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let ready = root && !scripts.is_empty() && machine::can_be_made();
    let run = move || {
        let machine = Machine::new()?;
        // The shell's own files have their names by it.
        let mut asked = "ln -sfn /proc/self/fd /dev/fd\n".to_owned();
        for path in &scripts {
            let words = command(&path.to_string_lossy()).join(" ");
            let name = name(path);
            writeln!(
                asked,
                "home=/tmp/home-{name}; mkdir -m 777 $home $home/work; cd $home/work\n\
                 env -i LC_ALL=C TZ=UTC HOME=$home XDG_RUNTIME_DIR=$home timeout --signal=KILL {LIMIT} \
                 {words} </dev/null >{GUEST}/{name}.printed 2>&1; echo $? >{GUEST}/{name}.code"
            )?;
        }
        machine.run(&asked)?;
        for path in &scripts {
            let (printed, code) = machine.result(&name(path))?;
            let printed = String::from_utf8_lossy(&printed);
            judge(path, format!("{printed}exit status: {code}\n"))?;
        }
        Ok(())
    };
    Trial::test("vm::questions_that_need_another_kernel", run).with_ignored_flag(!ready)
}

fn name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
