//! Scripts of the familiar commands, held to Linux: each file of `tests/linux` runs in netloom and
//! on the real kernel with the real tools, and both must print what its record says.
//!
//! - `engine::NAME` runs the script by `netloom run`, which needs no rights, and holds the world to its
//!   twin at the end.
//! - `kernel::NAME` runs it in fresh namespaces of the running kernel. It needs root, and the
//!   devices that the script names in a line `# needs: KIND...`; otherwise the trial is ignored,
//!   and counted as such.
//! - `applets::NAME` runs it there too, with netloom's own `ip`, `bridge` ... before the real ones.
//! - `vm::scripts_that_need_another_kernel` runs those whose devices the running kernel lacks on the
//!   distribution's kernel, in a virtual machine.
//!
//! A script's record is the file `NAME.out` beside it: what was printed, standard output and
//! standard error as they came, after [`normalise`] has taken out what differs by nature, and
//! the exit status. With `NETLOOM_BLESS=1` the kernel's trials write the records anew.

mod applets;
mod checks;
#[path = "../../src/client.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "part of the program that is tested"
)]
mod client;
mod engine;
#[path = "../../src/interrupt.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "part of the program that is tested"
)]
mod interrupt;
mod kernel;
mod normalise;
#[path = "../../src/applet/on_kernel.rs"]
mod on_kernel;
#[path = "../../src/protocol.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "part of the program that is tested"
)]
mod protocol;
mod record;
mod script;
mod twin;
mod vm;
mod world;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(differs) = twin::called() {
        print!("{differs}");
        return ExitCode::SUCCESS;
    }
    let arguments = Arguments::from_args();
    let bless = std::env::var_os("NETLOOM_BLESS").is_some_and(|value| value == "1");
    let kernel = kernel::Kernel::probe();
    let mut trials = checks::trials();
    let mut elsewhere = Vec::new();
    for script in script::all() {
        let ignored = !kernel.can_run(&script);
        if ignored {
            elsewhere.push(script.clone());
        }
        let (name, for_kernel) = (script.name.clone(), script.clone());
        let judge = move || record::judge(&for_kernel, &kernel::run(&for_kernel)?, bless);
        trials.push(Trial::test(format!("kernel::{name}"), judge).with_ignored_flag(ignored));
        let own = script.clone();
        let left = applets::left(&script).is_some();
        let hold = move || applets::judge(&own);
        trials
            .push(Trial::test(format!("applets::{name}"), hold).with_ignored_flag(ignored || left));
        let play = move || engine::judge(&script);
        trials.push(Trial::test(format!("engine::{name}"), play));
    }
    trials.push(vm::trial(elsewhere, kernel.root(), bless));
    libtest_mimic::run(&arguments, trials).exit_code()
}
