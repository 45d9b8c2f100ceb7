//! `netloom snapshot`: hosts of the running kernel, worlds, and what is read from files.
//!
//! `kernel::NAME` reads namespaces of the running kernel that are made for it. It needs root; otherwise
//! the trial is ignored, and counted as such.

mod asked;
mod bad;
mod import;
mod kernel;
mod place;
mod redact;
mod schema;
mod tunnel;
mod world;

use libtest_mimic::{Arguments, Failed, Trial};
use std::process::ExitCode;

/// A test, and what it is called.
type Test = (&'static str, fn() -> Result<(), Failed>);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = place::is_root();
    let mut trials: Vec<Trial> = Vec::new();
    for (name, test) in kernel::TESTS {
        trials.push(Trial::test(format!("kernel::{name}"), test).with_ignored_flag(!root));
    }
    for (name, test) in bad::TESTS {
        trials.push(Trial::test(format!("bad::{name}"), test).with_ignored_flag(!root));
    }
    for (name, test) in tunnel::TESTS {
        trials.push(Trial::test(format!("tunnel::{name}"), test).with_ignored_flag(!root));
    }
    for (name, test) in import::TESTS {
        trials.push(Trial::test(format!("import::{name}"), test).with_ignored_flag(!root));
    }
    let of_worlds = world::TESTS.iter().chain(redact::TESTS);
    let of_worlds = of_worlds.chain(import::OF_WORLDS);
    for (name, test) in of_worlds.chain(bad::OF_WORLDS).chain(asked::TESTS) {
        trials.push(Trial::test(format!("world::{name}"), *test));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
