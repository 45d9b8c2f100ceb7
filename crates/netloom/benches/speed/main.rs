//! How fast packets move and commands answer, in one table:
//! `cargo bench -p netloom --bench speed`.
//!
//! As root, the same commands build the same devices in namespaces of the running kernel (removed
//! again), and the same frames go through them in the same run; else the kernel's half is left out.
//! With `-- WORD` only what has the word in its name is measured.
//!
//! Everything happens on one core. A path is measured in turns, now netloom's, now the kernel's,
//! so that the machine's other work slows both, and the medians are told. What counts is what the
//! last device of the path received: of netloom every frame that was sent, of the kernel those that
//! arrived.

mod engine;
mod frames;
mod kernel;
mod path;
#[path = "../../../netloom-engine/benches/common/prefixes.rs"]
mod prefixes;
mod process;
mod rules;
mod scale;
mod streams;

use engine::Simulated;
use kernel::Kernel;
use nix::sched::{CpuSet, sched_getcpu, sched_setaffinity};
use nix::unistd::{Pid, geteuid};
use path::{Machine, PATHS, Path};
use process::Place;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often a path is measured, and how long each time.
const TURNS: usize = 5;
const TURN: Duration = Duration::from_millis(400);

/// What needs no frames.
const LOOKUP: &str = "route lookup, 500,000 prefixes";
const NAMESPACES: &str = "10,000 namespaces on 10 bridges";

/// TCP between programs of one world.
const STREAM: &str = "TCP stream through a bridge";
const CUT_STREAM: &str = "TCP stream through a bridge, tso off";
const STREAMS: &str = "1,000 TCP streams through a bridge";
const CONNECTIONS: &str = "TCP connections, made, used and ended";

/// Commands as processes.
const COMMANDS: [(&str, &str); 2] = [
    ("ip addr", "ip addr"),
    (
        "explain of a ping across three namespaces",
        "netloom explain --in a 10.0.2.2",
    ),
];

fn main() {
    let args = std::env::args().skip(1);
    let words: Vec<String> = args.filter(|word| !word.starts_with('-')).collect();
    let wanted = |what: &str| words.is_empty() || words.iter().any(|w| what.contains(w.as_str()));
    row("", "netloom", "kernel", "ratio");
    for (what, command) in COMMANDS.iter().filter(|(what, _)| wanted(what)) {
        match process::time(Place::Netloom, "", command) {
            Ok(seconds) => row(what, &format!("{:.2} ms", seconds * 1e3), "", ""),
            Err(error) => row(what, &error.to_string(), "", ""),
        }
    }
    let root = geteuid().is_root();
    for command in rules::COMMANDS.iter().filter(|c| wanted(c.0)) {
        beside(command, root);
    }
    stay_on_one_core();
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register(signal, Arc::clone(&stop)).expect("both may be caught");
    }
    // First, while no memory is left over from anything else.
    if wanted(NAMESPACES) {
        let built = scale::build(10_000);
        row(NAMESPACES, &format!("{:.2} s", built.seconds), "", "");
        let second = format!("{:.2} s", built.first_second);
        row("  their first second, IPv6 and all", &second, "", "");
        row("  memory", &format!("{} MiB", built.memory >> 20), "", "");
    }
    for path in PATHS.iter().filter(|path| wanted(path.name)) {
        if path.fills() {
            measure_new(path, root);
        } else {
            measure(path, root, &stop);
        }
    }
    let bridged = &PATHS[1];
    let giga = |rate: f64| format!("{:.1} Gbit/s", rate / 1e9);
    if wanted(STREAM) {
        row(STREAM, &giga(streams::stream(bridged, false)), "", "");
    }
    if wanted(CUT_STREAM) {
        row(CUT_STREAM, &giga(streams::stream(bridged, true)), "", "");
    }
    if wanted(STREAMS) {
        row(STREAMS, &giga(streams::thousand(bridged)), "", "");
    }
    if wanted(CONNECTIONS) {
        let rate = streams::connections(bridged);
        row(CONNECTIONS, &format!("{:.1} k/s", rate / 1e3), "", "");
    }
    if wanted(LOOKUP) {
        let rate = scale::lookups(500_000);
        row(LOOKUP, &format!("{:.1} M/s", rate / 1e6), "", "");
    }
    if !root {
        println!("not measured: the kernel, which needs root");
    }
}

/// Measures a command as a process, as root beside the real one.
fn beside((what, before, command, real): &(&str, &str, &str, bool), root: bool) {
    let own = process::time(Place::Netloom, before, command);
    let its = (*real && root).then(|| process::time(Place::Kernel, before, command));
    let told = |seconds: f64| format!("{:.2} ms", seconds * 1e3);
    match (own, its) {
        (Ok(own), Some(Ok(its))) => {
            let ratio = format!("{:.1}", its / own);
            row(what, &told(own), &told(its), &ratio);
        }
        (Ok(own), None) => row(what, &told(own), "", ""),
        (Err(error), _) | (_, Some(Err(error))) => row(what, &error.to_string(), "", ""),
    }
}

fn row(what: &str, netloom: &str, kernel: &str, ratio: &str) {
    println!("{what:<44} {netloom:>12} {kernel:>12} {ratio:>7}");
}

/// Holds this program, and what it starts from now on, to the core that it runs on.
fn stay_on_one_core() {
    let mut cpus = CpuSet::new();
    let stay = sched_getcpu().and_then(|cpu| cpus.set(cpu));
    if let Err(why) = stay.and_then(|()| sched_setaffinity(Pid::from_raw(0), &cpus)) {
        println!("not held to one core: {why}");
    }
}

/// Measures a path through netloom and, as root, through the kernel.
fn measure(path: &Path, root: bool, stop: &AtomicBool) {
    let mut netloom = Simulated::new();
    path.build(&mut netloom);
    let root = root && path.is_for_any_kernel();
    let mut kernel = root.then(Kernel::new);
    if let Some(kernel) = &mut kernel {
        path.build(kernel);
    }
    let (mut own, mut its) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        // A panic lets go of the namespaces; a signal would leave them behind.
        assert!(!stop.load(Ordering::Relaxed), "interrupted");
        own.push(turn(path, &mut netloom));
        its.extend(kernel.as_mut().map(|kernel| turn(path, kernel)));
    }
    tell(path, median(own), root.then(|| median(its)));
}

fn tell(path: &Path, own: f64, its: Option<f64>) {
    let told = |rate: f64| format!("{:.2} {}", rate / 1e6, path.unit);
    match its {
        Some(its) => row(
            path.name,
            &told(own),
            &told(its),
            &format!("{:.1}", own / its),
        ),
        None => row(path.name, &told(own), "", ""),
    }
}

/// Measures connections of one packet, a world for each turn.
fn measure_new(path: &Path, root: bool) {
    const MANY: usize = 1_000_000;
    let (mut own, mut bytes, mut its) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let (rate, each) = rules::connections(path, MANY);
        own.push(rate);
        bytes.push(each);
        its.extend(root.then(|| rules::kernel_connections(path)));
    }
    tell(path, median(own), root.then(|| median(its)));
    let megabytes = median(bytes) * MANY as f64 / 1e6;
    row(
        "  1,000,000 connections",
        &format!("{megabytes:.0} MB"),
        "",
        "",
    );
}

/// One turn: how many frames a second arrived.
fn turn(path: &Path, machine: &mut impl Machine) -> f64 {
    let mut frames = path.frames();
    let before = machine.received(path.to);
    let began = Instant::now();
    let sent = machine.send(path.from, &mut frames, TURN);
    let took = began.elapsed().as_secs_f64();
    let arrived = machine.received(path.to) - before;
    machine.check(sent, arrived);
    arrived as f64 / took
}

/// The one in the middle.
fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}
