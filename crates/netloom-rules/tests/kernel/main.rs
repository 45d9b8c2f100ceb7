//! The calls on the running kernel, beside the real iptables: what either writes the other tells as its
//! own, and nothing is lost where many write at a time. As root alone.

mod both;
mod place;
mod writers;

use libtest_mimic::{Arguments, Trial};
use place::Tool;
use std::os::unix::fs::MetadataExt;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(done) = writers::as_writer() {
        return done;
    }
    let root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let mut trials = Vec::new();
    for tool in Tool::ALL {
        let name = tool.name().replace('-', "_");
        let both = move || both::calls(tool);
        trials.push(Trial::test(
            format!("{name}::each_call_does_what_iptables_does"),
            both,
        ));
        let words = move || both::words(tool);
        trials.push(Trial::test(
            format!("{name}::rules_are_told_alike_whoever_wrote_them"),
            words,
        ));
        let refused = move || both::refusals(tool);
        trials.push(Trial::test(
            format!("{name}::refusals_are_those_of_iptables"),
            refused,
        ));
        let whole = move || both::all_or_nothing(tool);
        trials.push(Trial::test(
            format!("{name}::a_transaction_of_two_tables_is_whole"),
            whole,
        ));
        let lost = move || writers::nothing_is_lost(tool);
        trials.push(Trial::test(
            format!("{name}::eight_writers_lose_nothing"),
            lost,
        ));
    }
    let trials = trials.into_iter().map(|t| t.with_ignored_flag(!root));
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
