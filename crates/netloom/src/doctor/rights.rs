//! What this process may do, and what it may do without root.

use super::{Health, Told};
use netloom_kernel::rootless::{self, Hindrance};
use std::process::{Command, Stdio};

/// Whether the running kernel's networks may be changed.
pub(super) fn root() -> Vec<Told> {
    let told = match rootless::lacking() {
        Err(error) => Told::new(Health::Ill, format!("/proc cannot be read: {error}")),
        Ok(missing) if missing.is_empty() => {
            Told::new(Health::Well, "the running kernel's networks may be changed here")
        }
        Ok(missing) => Told::new(
            Health::Lacks,
            format!("the running kernel's networks may not be changed without {}", missing.join(" and ")),
        )
        .advised("be root, or use \"netloom run --kernel --rootless\", or the engine, which needs neither"),
    };
    vec![told]
}

/// Whether it goes without root, and what stands in the way.
pub(super) fn rootless() -> Vec<Told> {
    let mut told: Vec<Told> = rootless::hindrances().iter().map(hindered).collect();
    match attempt() {
        Ok(()) => told.push(Told::new(
            Health::Well,
            "a world on the kernel can be made without root (--rootless)",
        )),
        Err(text) if told.is_empty() => {
            let container = "in a container, its seccomp profile may forbid user namespaces";
            told.push(Told::new(Health::Lacks, text).advised(container));
        }
        Err(text) => told.push(Told::new(Health::Lacks, text)),
    }
    told
}

fn hindered(one: &Hindrance) -> Told {
    let Hindrance {
        setting,
        value,
        wanted,
        text,
    } = one;
    Told::new(Health::Lacks, format!("{text} ({setting} = {value})"))
        .advised(format!("sysctl -w {setting}={wanted}"))
}

/// Makes such a world, and ends it.
fn attempt() -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.args(["run", "--kernel", "--rootless", "/dev/null"]);
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    match output.status.success() {
        true => Ok(()),
        false => Err(said.trim().trim_start_matches("netloom: ").to_owned()),
    }
}
