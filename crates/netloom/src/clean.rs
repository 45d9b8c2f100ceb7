//! `netloom clean`: what netloom made on the running kernel and did not take away, because it was killed
//! or told to leave it. It is known by its marks ([`netloom_kernel::owned`]); nothing else is touched.

use crate::applet::Output;
use crate::start::Failure;
use clap::Args;
use netloom_kernel::{Kernel, owned};
use std::io::Write;

/// What it is told.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Only list what would go
    #[arg(long)]
    dry_run: bool,
    /// Only what was made under this tag
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
}

/// Lists what there is, and takes it away: the exit code.
///
/// # Errors
/// A namespace cannot be read, or something stays.
pub fn run(arguments: &Arguments) -> Result<i32, Failure> {
    let mut kernel = Kernel::new();
    let mut found = owned::find(&mut kernel).map_err(|error| refused(&error))?;
    if let Some(tag) = &arguments.tag {
        found.retain(|owned| owned.tag.as_ref() == Some(tag));
    }
    let lines = found.iter().map(|owned| match &owned.tag {
        Some(tag) => format!("{} ({tag})\n", owned.name),
        None => format!("{}\n", owned.name),
    });
    let lines: String = lines.collect();
    // Whether somebody reads the list or not, what is in it goes.
    let cleaned = match arguments.dry_run {
        true => Ok(()),
        false => owned::clean(&mut kernel, &found),
    };
    let mut out = Output::new();
    let written = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
    cleaned.map_err(|error| refused(&error))?;
    written.map_err(|error| format!("cannot write: {error}"))?;
    Ok(0)
}

fn refused(error: &netloom_model::Error) -> Failure {
    let what = match error.errno {
        netloom_model::Errno::PERM => " (CAP_NET_ADMIN and CAP_SYS_ADMIN are needed)",
        _ => "",
    };
    format!("{error}{what}")
}
