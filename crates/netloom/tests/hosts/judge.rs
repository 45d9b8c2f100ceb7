//! What is held to what.

use crate::engine::Inside;
use crate::host::{Host, JSON, NFT, SAVED};
use crate::kernel::{self, Outside};
use crate::play::{Side, load, play, quietly};
use libtest_mimic::Failed;
use std::collections::BTreeSet;

type Verdict = Result<(), Failed>;
/// One thing in which netloom is held to a host's files.
pub(crate) type Check = fn(&Host) -> Verdict;

/// The engine's trials of a host.
pub(crate) fn engine_trials(host: &Host) -> Vec<(&'static str, Check)> {
    let mut trials: Vec<(&'static str, Check)> = vec![("verdicts", |host| {
        let played = play(&mut Inside::new(), host)?;
        blocks(&host.read("verdicts")?, &played)
    })];
    if !host.is_nft() {
        trials.push(("saved", |host| saved(&mut loaded(host)?, host)));
    }
    if host.is_listed() {
        trials.push(("listed", |host| {
            let listed = loaded(host)?.run("nft list ruleset", "");
            lines(&host.read(NFT.0)?, &listed.out)
        }));
        trials.push(("json", |host| {
            let listed = loaded(host)?.run("nft -j list ruleset", "");
            objects(&host.read(JSON.0)?, &listed.out)
        }));
    }
    if host.is_nft() {
        trials.push(("json_loaded", |host| {
            let mut side = Inside::new();
            quietly(&mut side, JSON.1, &host.read(JSON.0)?)?;
            lines(&host.read(NFT.0)?, &side.run("nft list ruleset", "").out)
        }));
    }
    trials
}

fn loaded(host: &Host) -> Result<Inside, Failed> {
    let mut side = Inside::new();
    load(&mut side, host)?;
    Ok(side)
}

/// A trial of the engine. One with a known difference must still differ, so that the note goes when
/// the difference does.
pub(crate) fn engine(host: &Host, about: &str, check: Check) -> Verdict {
    match (host.known_difference(about), check(host)) {
        (None, verdict) => verdict,
        (Some(_), Err(_)) => Ok(()),
        (Some(_), Ok(())) => {
            Err(format!("does what Linux does: take `{about}` out of `differs`").into())
        }
    }
}

/// The real kernel gives the verdicts of the record, and the real commands print the rules as they
/// stand in the files; with `bless` both are written anew.
pub(crate) fn kernel(host: &Host, bless: bool) -> Verdict {
    let host = host.clone();
    kernel::apart(move || {
        let mut side = Outside::new()?;
        load(&mut side, &host)?;
        saved(&mut side, &host)?;
        if host.is_listed() {
            let text = side.run("nft list ruleset", "").out;
            let json = side.run("nft -j list ruleset", "").out;
            if bless {
                host.write(NFT.0, &text)?;
                host.write(JSON.0, &json)?;
            }
            lines(&host.read(NFT.0)?, &text)?;
            objects(&host.read(JSON.0)?, &json)?;
        }
        let played = play(&mut Outside::new()?, &host)?;
        if bless {
            host.write("verdicts", &played)?;
        }
        blocks(&host.read("verdicts")?, &played)
    })
}

/// What the commands save is what was loaded.
fn saved(side: &mut dyn Side, host: &Host) -> Verdict {
    for (file, _, save) in SAVED {
        if host.has(file) {
            let (record, seen) = (host.read(file)?, side.run(save, "").out);
            lines(&tables(&record), &tables(&seen))?;
        }
    }
    Ok(())
}

/// What was saved, by the names of its tables: those of -legacy come the newest first.
fn tables(saved: &str) -> String {
    let rules = saved.lines().filter(|line| !line.starts_with('#'));
    let text: Vec<&str> = rules.collect();
    let text = text.join("\n");
    let mut tables: Vec<&str> = text.split_inclusive("COMMIT").map(str::trim).collect();
    tables.sort_unstable();
    tables.join("\n")
}

/// Both texts have the same lines, comments aside.
fn lines(record: &str, seen: &str) -> Verdict {
    let rules = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(str::to_owned).collect()
    };
    differ(&rules(record), &rules(seen))
}

/// Both lists of objects are the same, whichever program made them.
fn objects(record: &str, seen: &str) -> Verdict {
    let read = |text: &str| -> Result<Vec<String>, Failed> {
        let document: serde_json::Value = serde_json::from_str(text)?;
        let all = document["nftables"].as_array().cloned().unwrap_or_default();
        let all = all.iter().filter(|object| object.get("metainfo").is_none());
        Ok(all.map(ToString::to_string).collect())
    };
    differ(&read(record)?, &read(seen)?)
}

/// Both tell the same of each packet.
fn blocks(record: &str, seen: &str) -> Verdict {
    let parts = |text: &str| -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for line in text.lines() {
            match parts.last_mut().filter(|_| line.starts_with("  ")) {
                Some(part) => part.push_str(&format!("\n{line}")),
                None => parts.push(line.to_owned()),
            }
        }
        parts
    };
    let (record, seen) = (parts(record), parts(seen));
    let same = record.len() == seen.len();
    let mut text = String::new();
    for (one, other) in record.iter().zip(&seen).filter(|(one, other)| one != other) {
        let (ones, others): (BTreeSet<_>, BTreeSet<_>) =
            (one.lines().collect(), other.lines().collect());
        text.push_str(&format!("{}\n", one.lines().next().unwrap_or_default()));
        for line in one.lines().filter(|line| !others.contains(line)) {
            text.push_str(&format!("- {line}\n"));
        }
        for line in other.lines().filter(|line| !ones.contains(line)) {
            text.push_str(&format!("+ {line}\n"));
        }
    }
    if text.is_empty() && same {
        return Ok(());
    }
    Err(format!("- the record, + this run\n{text}").into())
}

/// Tells in what two lists differ.
fn differ(record: &[String], seen: &[String]) -> Verdict {
    if record == seen {
        return Ok(());
    }
    let at = record
        .iter()
        .zip(seen)
        .take_while(|(one, other)| one == other)
        .count();
    let mut text = format!("- the record, + this run, from line {} on\n", at + 1);
    let (ones, others): (BTreeSet<_>, BTreeSet<_>) =
        (record.iter().collect(), seen.iter().collect());
    for line in record[at..]
        .iter()
        .filter(|line| !others.contains(line))
        .take(40)
    {
        text.push_str(&format!("- {line}\n"));
    }
    for line in seen[at..]
        .iter()
        .filter(|line| !ones.contains(line))
        .take(40)
    {
        text.push_str(&format!("+ {line}\n"));
    }
    Err(text.into())
}
