//! `netloom clean`: what netloom made on the running kernel and did not take away, because it was killed
//! or told to leave it. It is known by its marks ([`netloom_kernel::owned`]); nothing else is touched.

use crate::start::Failure;
use clap::Args;
use netloom_kernel::{Kernel, owned};

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
    for owned in &found {
        match &owned.tag {
            Some(tag) => println!("{} ({tag})", owned.name),
            None => println!("{}", owned.name),
        }
    }
    if !arguments.dry_run {
        owned::clean(&mut kernel, &found).map_err(|error| refused(&error))?;
    }
    Ok(0)
}

fn refused(error: &netloom_model::Error) -> Failure {
    let what = match error.errno {
        netloom_model::Errno::PERM => " (CAP_NET_ADMIN and CAP_SYS_ADMIN are needed)",
        _ => "",
    };
    format!("{error}{what}")
}
