//! A namespace of a thread's own, and the commands that run there: real ones, and netloom's on a world.

use libtest_mimic::Failed;
use netloom_model::{NsName, World};
use netloom_tools::{Context, NoMachine};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::io::Write;
use std::process::{Command, Stdio};

/// Where the real tools are.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// Runs something in a thread of its own, which has left the machine's network and mounts for ever.
pub(crate) fn apart(
    run: impl FnOnce() -> Result<(), Failed> + Send + 'static,
) -> Result<(), Failed> {
    let thread = std::thread::spawn(move || {
        unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWNET)?;
        let nothing = None::<&str>;
        let private = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(nothing, "/", nothing, private, nothing)?;
        // Locks of the tools, and namespaces by name.
        let tmpfs = Some("tmpfs");
        mount(tmpfs, "/run", tmpfs, MsFlags::empty(), nothing)?;
        run()
    });
    thread.join().map_err(|_| "the thread panicked")?
}

/// Runs a command of the machine: what it prints.
pub(crate) fn real(command: &str, input: &str) -> Result<String, String> {
    let spawned = Command::new("sh")
        .args(["-c", command])
        .env_clear()
        .env("PATH", PATH)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = spawned.map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(format!(
            "{command}: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

/// The words of a command, some of which stand between quotation marks.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let (mut quoted, mut begun) = (false, false);
    for letter in command.chars() {
        match letter {
            '"' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                if begun {
                    words.push(String::new());
                }
                begun = false;
            }
            letter => {
                begun = true;
                if let Some(word) = words.last_mut() {
                    word.push(letter);
                }
            }
        }
    }
    words
}

/// Runs a command of netloom on a world: what it prints.
pub(crate) fn applet(world: &mut dyn World, command: &str, input: &str) -> Result<String, String> {
    let mut words = words(command).into_iter();
    let name = words.next().unwrap_or_default();
    let run = netloom_tools::applet(&name).ok_or(format!("netloom has no {name}"))?;
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(&mut Context {
        args: words.collect(),
        ns: NsName::first(),
        world,
        host: &mut NoMachine,
        stdin: &mut input.as_bytes(),
        out: &mut out,
        err: &mut err,
    });
    match code {
        0 => Ok(String::from_utf8_lossy(&out).into_owned()),
        _ => Err(format!(
            "netloom's {command}: {}",
            String::from_utf8_lossy(&err)
        )),
    }
}
