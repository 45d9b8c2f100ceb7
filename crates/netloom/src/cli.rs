//! netloom's own command line.

use crate::session::{self, FAILED};
use crate::start::Kind;
use crate::{applet, clean, doctor, list, snapshot, start};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// Linux networks in user space: describe them by the commands you know, run them without root,
/// and see where every packet goes
#[derive(Debug, Parser)]
#[command(name = "netloom", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run a script in a fresh world
    ///
    /// The script is run by the interpreter that its #! line names, else by bash, with the
    /// commands of the world first in PATH. When it ends, the world ends with everything in it,
    /// unless it has a name.
    ///
    /// Exit code: the script's; 128 and the number of the signal that killed it; 125 if netloom
    /// failed, 126 or 127 if the interpreter cannot be run or is not there.
    Run {
        /// Let the world live on under this name
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        kind: Kind,
        /// The script; - is standard input, which is also the default
        script: Option<PathBuf>,
        /// The script's own arguments, after --
        #[arg(last = true)]
        args: Vec<OsString>,
    },
    /// Open a shell in a fresh world; its prompt names the namespace
    Shell {
        /// Let the world live on under this name
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        kind: Kind,
    },
    /// Run a command, or a shell, in a world that lives
    Attach {
        /// The world, as `netloom list` names it
        name: String,
        /// The command and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
    /// Say what of this machine stands in netloom's way, and what in its network bites
    ///
    /// What the kernel lacks, whether it goes without root, what was left behind, and the traps of
    /// `netloom lint` in this namespace. Nothing is changed.
    ///
    /// Exit code: 0 if nothing is bad, else 1.
    Doctor,
    /// Take away what netloom made on the running kernel, and nothing else
    ///
    /// It is known by its marks, also after a crash: an alias of devices, a protocol number of routes,
    /// rules and next hops, a file for each named namespace.
    Clean(clean::Arguments),
    /// List the worlds that live: name, process, age, kind of time, namespaces
    List,
    /// End a world
    Stop {
        /// The world, as `netloom list` names it
        name: String,
    },
    /// Write down everything that decides about the packets of this host
    ///
    /// Inside a world it is the world. It only reads. What cannot be read is told, in the file and on
    /// standard error.
    Snapshot(snapshot::Arguments),
    /// Hold a named world
    #[command(hide = true)]
    Serve {
        name: String,
        #[command(flatten)]
        kind: Kind,
    },
}

/// Runs one of netloom's own commands.
pub fn main(args: Vec<OsString>) -> ExitCode {
    let names: Vec<&str> = applet::names().collect();
    let more = format!(
        "Commands of a world, also called as \"netloom COMMAND\":\n  {}\n\nIn a world, \"netloom \
         explain TO\" tells where a packet goes and why, \"netloom check FILE\" who reaches whom; \"netloom advertise\" tells hosts of a \
         router, \"netloom echo\" sends back what it receives.",
        names.join(" ")
    );
    let matches = Cli::command().after_help(more).get_matches_from(args);
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let done = match cli.verb {
        Verb::Run {
            name,
            kind,
            script,
            args,
        } => session::run(name.as_deref(), &kind, script, &args),
        Verb::Shell { name, kind } => session::shell(name.as_deref(), &kind),
        Verb::Attach { name, command } => session::attach(&name, &command),
        Verb::Doctor => Ok(doctor::doctor()),
        Verb::Clean(arguments) => clean::run(&arguments),
        Verb::List => list::list().map(|()| 0),
        Verb::Stop { name } => list::stop(&name).map(|()| 0),
        Verb::Snapshot(arguments) => snapshot::run(&arguments),
        Verb::Serve { name, kind } => Ok(i32::from(start::serve(&name, &kind).is_err())),
    };
    let code = done.unwrap_or_else(|failure| {
        eprintln!("netloom: {failure}");
        FAILED
    });
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
