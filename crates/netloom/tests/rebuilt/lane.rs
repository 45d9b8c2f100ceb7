//! Hosts drawn at random, made again of what the kernel tells of them, many at the same time: most of
//! their time is waiting for a kernel that makes and takes away namespaces.

use crate::again;
use crate::apart::Apart;
use libtest_mimic::Failed;
use netloom_model::State;
use std::fmt::{Display, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Hosts at the same time.
const TOGETHER: usize = 4;
/// How often a host must differ: on a busy machine some things come late.
const TRIES: usize = 2;
/// How many hosts that differ are made smaller, which takes minutes; `NETLOOM_SHRINK` asks for more.
const TOLD: u64 = 0;
/// How often it is asked, while a host is made smaller, whether it still differs.
const MOST: usize = 25;

/// A host that can be drawn, built by the real tools, and told as what makes it.
pub(crate) trait Host: Display + Sync {
    /// Those that differ by what `docs/FIDELITY.md` names, and are not played unless somebody asks for them.
    const NAMED: &'static [u64];

    /// The host of a seed.
    fn draw(seed: u64) -> Self;

    /// Builds it in the thread's namespace and those of names, and reads it.
    fn build(&self, apart: &Apart) -> Result<State, String>;

    /// The host with no more than what makes it differ, where `still` says whether one does.
    fn smaller(self, still: &mut dyn FnMut(&Self) -> bool) -> Self;
}

fn number(name: &str) -> Result<Option<u64>, Failed> {
    let Ok(text) = std::env::var(name) else {
        return Ok(None);
    };
    let number = text.parse();
    number
        .map(Some)
        .map_err(|_| format!("{name} is no number: {text}").into())
}

/// The seeds that are played: `hosts` of them, or as many as `NETLOOM_CASES` says; from `NETLOOM_SEED`;
/// or those of `NETLOOM_CASE`.
fn seeds<H: Host>(hosts: u64) -> Result<Vec<u64>, Failed> {
    if let Ok(named) = std::env::var("NETLOOM_CASE") {
        let seeds = named.split(',').map(str::parse);
        return seeds
            .collect::<Result<_, _>>()
            .map_err(|_| format!("NETLOOM_CASE has no seeds: {named}").into());
    }
    let hosts = number("NETLOOM_CASES")?.unwrap_or(hosts);
    let first = number("NETLOOM_SEED")?.unwrap_or(1).wrapping_mul(1_000_003);
    let all = (0..hosts).map(|n| first.wrapping_add(n));
    Ok(all.filter(|seed| !H::NAMED.contains(seed)).collect())
}

/// How a host differs once it is made again; empty where it does not.
fn compare<H: Host>(apart: &Apart, host: &H) -> Result<String, String> {
    again::clear();
    let wanted = host.build(apart)?;
    again::clear();
    apart.anew().map_err(|error| error.to_string())?;
    let made = again::make(&wanted).and_then(|_| again::differs(&wanted, again::read));
    again::clear();
    let _ = apart.home();
    made
}

fn differs<H: Host>(apart: &Apart, host: &H) -> Option<String> {
    let mut told = String::new();
    for _ in 0..TRIES {
        told = compare(apart, host).unwrap_or_else(|error| format!("{error}\n"));
        if told.is_empty() {
            return None;
        }
    }
    Some(told)
}

/// Plays the share `part` of `parts` of all hosts.
pub(crate) fn run<H: Host>(hosts: u64, part: usize, parts: usize) -> Result<(), Failed> {
    let seeds = seeds::<H>(hosts)?;
    let own: Vec<u64> = seeds.into_iter().skip(part).step_by(parts).collect();
    let (next, differing) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..TOGETHER.min(own.len()) {
            scope.spawn(|| {
                let apart = Apart::leave().expect("rights to make namespaces");
                while let Some(seed) = own.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(told) = differs(&apart, &H::draw(*seed)) {
                        differing.lock().expect("no panic").push((*seed, told));
                    }
                }
            });
        }
    });
    let mut differing = differing.into_inner()?;
    differing.sort();
    if differing.is_empty() {
        return Ok(());
    }
    let mut out = format!("{} of {} hosts differ\n", differing.len(), own.len());
    let most = number("NETLOOM_SHRINK")?.unwrap_or(TOLD);
    for (at, (seed, told)) in (0..).zip(&differing) {
        let (host, told) = match at < most {
            true => small::<H>(*seed, told),
            false => (H::draw(*seed).to_string(), told.clone()),
        };
        let _ = writeln!(out, "\n{seed}:\n{host}{told}");
    }
    Err(out.into())
}

/// A host that differs, as small as it can be, and how.
fn small<H: Host>(seed: u64, told: &str) -> (String, String) {
    let smaller = || {
        let apart = Apart::leave().ok()?;
        let mut left = MOST;
        let mut still = |host: &H| {
            left = left.saturating_sub(1);
            left > 0 && compare(&apart, host).map_or(true, |told| !told.is_empty())
        };
        let host = H::draw(seed).smaller(&mut still);
        let told = differs(&apart, &host)?;
        Some((host.to_string(), told))
    };
    let done = std::thread::scope(|scope| scope.spawn(smaller).join());
    let found = done.ok().flatten();
    found.unwrap_or_else(|| (H::draw(seed).to_string(), told.to_owned()))
}
