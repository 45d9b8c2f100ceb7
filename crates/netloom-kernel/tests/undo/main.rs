//! Changes of which one is refused leave the kernel as it was. Each case makes two namespaces with
//! what hosts have, carries changes out and then one that cannot be, and looks at all of it again. For
//! root alone.

mod already;
mod cases;
mod place;
mod refused;

use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    let arguments = Arguments::from_args();
    let root = rustix::process::geteuid().is_root();
    let trial = |case: &'static cases::Case| {
        let run = move || place::judge(case).map_err(Failed::from);
        Trial::test(case.name, run).with_ignored_flag(!root)
    };
    let there = Trial::test("what_was_there_already_stays", || {
        already::judge().map_err(Failed::from)
    });
    let mut trials: Vec<Trial> = cases::ALL.iter().map(trial).collect();
    trials.push(there.with_ignored_flag(!root));
    let refused = Trial::test("what_could_not_come_back_is_refused", || {
        refused::judge().map_err(Failed::from)
    });
    trials.push(refused.with_ignored_flag(!root));
    libtest_mimic::run(&arguments, trials).exit();
}
