//! Changes of which one is refused leave the kernel as it was. Each case makes two namespaces with
//! what hosts have, carries changes out and then one that cannot be, and looks at all of it again. For
//! root alone.

mod cases;
mod place;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let root = rustix::process::geteuid().is_root();
    let trial = |case: &'static cases::Case| {
        let run = move || place::judge(case).map_err(Failed::from);
        Trial::test(case.name, run).with_ignored_flag(!root)
    };
    let trials = cases::ALL.iter().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit();
}
