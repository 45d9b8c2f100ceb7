//! Rules of iptables: many at once, one into many, and calls beside processes.

use crate::{TURNS, median, row, run, time};
use netloom_rules::{Family, IpTables};
use std::fmt::Write;
use std::time::Duration;

const COUNT: usize = 10_000;
/// Where the rivals' files are: a place that is this process's own.
const SAVED: &str = "/run/netns/.rules";
const NATIVE: &str = "/run/netns/.nft";

/// So many rules that differ from each other, as iptables saves them.
pub(crate) fn saved() -> String {
    let mut text = String::from("*filter\n:FORWARD ACCEPT [0:0]\n");
    for at in 0..COUNT {
        let (high, low, port) = (at / 250 % 250, at % 250, 1024 + at % 60_000);
        // A string takes every word that is written to it.
        let _ = writeln!(
            text,
            "-A FORWARD -s 172.16.{high}.{low}/32 -p udp -m udp --dport {port} -j DROP"
        );
    }
    text + "COMMIT\n"
}

fn native() -> String {
    let mut text = String::from(
        "table ip bench {\nchain forward {\ntype filter hook forward priority 0; policy accept;\n",
    );
    for at in 0..COUNT {
        let (high, low, port) = (at / 250 % 250, at % 250, 1024 + at % 60_000);
        let _ = writeln!(
            text,
            "ip saddr 172.16.{high}.{low} udp dport {port} counter drop"
        );
    }
    text + "}\n}\n"
}

fn clear() {
    run("nft flush ruleset");
}

/// All of them in one transaction.
pub(crate) fn load() {
    let (text, mut own, mut restore, mut nft) = (saved(), Vec::new(), Vec::new(), Vec::new());
    std::fs::write(SAVED, &text).expect("the rules can be written");
    std::fs::write(NATIVE, native()).expect("the rules can be written");
    for _ in 0..TURNS {
        let mut tables = IpTables::kernel(Family::V4);
        own.push(time(|| tables.restore(&text).expect("the rules are loaded")).0);
        clear();
        restore.push(time(|| run("iptables-restore < /run/netns/.rules")).0);
        clear();
        nft.push(time(|| run("nft -f /run/netns/.nft")).0);
        clear();
    }
    let own = median(own);
    row(
        "10,000 rules, beside iptables-restore",
        own,
        Some(median(restore)),
    );
    row("10,000 rules, beside nft -f", own, Some(median(nft)));
}

/// One more, once they are there.
pub(crate) fn one() {
    let mut tables = IpTables::kernel(Family::V4);
    tables.restore(&saved()).expect("the rules are loaded");
    let (mut own, mut rival) = (Vec::new(), Vec::new());
    for at in 0..TURNS * 5 {
        let rule = format!("-s 10.0.0.{at} -p tcp -m tcp --dport 80 -j DROP");
        own.push(
            time(|| {
                tables
                    .append("filter", "FORWARD", rule.as_str())
                    .expect("it is added");
            })
            .0,
        );
        rival.push(time(|| run(&format!("iptables -A FORWARD {rule}"))).0);
    }
    row(
        "one rule into 10,000, beside iptables -A",
        median(own),
        Some(median(rival)),
    );
    clear();
}

/// What a program that manages rules does all day: is it there, add it, list the chain, delete it.
pub(crate) fn calls() {
    const RULE: &str = "-s 10.0.0.1/32 -p tcp -m tcp --dport 80 -j ACCEPT";
    let mut tables = IpTables::kernel(Family::V4);
    tables
        .clear_chain("filter", "BENCH")
        .expect("a chain is made");
    let (mut own, mut rival): (Vec<Duration>, Vec<Duration>) = (Vec::new(), Vec::new());
    for _ in 0..TURNS * 5 {
        let mut library = || {
            let there = tables.exists("filter", "BENCH", RULE)?;
            assert!(!there, "it is not there yet");
            tables.append("filter", "BENCH", RULE)?;
            tables.list("filter", "BENCH")?;
            tables.delete("filter", "BENCH", RULE)
        };
        own.push(time(|| library().expect("the calls go well")).0);
        let exec = || {
            for words in [
                format!("-C BENCH {RULE}"),
                format!("-A BENCH {RULE}"),
                "-S BENCH".to_owned(),
                format!("-D BENCH {RULE}"),
            ] {
                let mut command = std::process::Command::new("iptables");
                let command = command
                    .args(words.split(' '))
                    .stdout(std::process::Stdio::null());
                let done = command.stderr(std::process::Stdio::null()).status();
                done.expect("iptables runs");
            }
        };
        rival.push(time(exec).0);
    }
    row(
        "four calls, beside exec of iptables",
        median(own),
        Some(median(rival)),
    );
    clear();
}
