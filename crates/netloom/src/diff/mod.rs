//! `netloom diff`: what changed between two snapshots, and which packets fare otherwise since.
//!
//! Each snapshot is loaded into an engine of its own. `parts` says what there is as the commands that would
//! make it (of tables of nft `objects`), `lines` which of these are new or gone, `rest` what else differs,
//! for which there is no line; `flows` sends the same packets through both by
//! `explain`'s own question. Nothing is changed.

mod flows;
mod lines;
mod objects;
mod parts;
mod rest;
mod settings;

use crate::hosts::Hosts;
use crate::snapshot;
use flows::Fates;
use netloom_model::{NsName, Snapshot};
use netloom_tools::Context;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;

const USAGE: &str = "\
Usage: netloom diff [OPTIONS] BEFORE AFTER

Tells what changed between two snapshots (\"netloom snapshot\") as the commands that make it so,
and which packets fare otherwise since, each with what is to blame.

  --json       told as JSON
  --flows N    compare at most N packets (default: 1000; 0: none)

Exit code: 0 nothing changed, 1 something did, 2 usage
";

/// The version of the JSON's form; it grows when a reader must know.
const VERSION: u32 = 1;

/// How many packets are compared.
const FLOWS: usize = 1000;

/// The exit codes.
mod code {
    pub(super) const SAME: i32 = 0;
    pub(super) const DIFFERENT: i32 = 1;
    pub(super) const USAGE: i32 = 2;
}

/// What is asked for on the command line.
struct Options {
    files: Vec<String>,
    json: bool,
    flows: usize,
}

/// Runs `netloom diff` with the words that follow it.
pub fn main(cx: &mut Context<'_>) -> i32 {
    if cx.args.iter().any(|word| word == "--help" || word == "-h") {
        let _ = write!(cx.out, "{USAGE}");
        return code::SAME;
    }
    run(cx).unwrap_or_else(|text| {
        let _ = writeln!(cx.err, "netloom diff: {text}");
        code::USAGE
    })
}

fn options(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        files: Vec::new(),
        json: false,
        flows: FLOWS,
    };
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let (key, inline) = match word.split_once('=') {
            Some((key, value)) if key.starts_with("--") => (key, Some(value.to_owned())),
            _ => (word.as_str(), None),
        };
        match key {
            "--json" => options.json = true,
            "--flows" => {
                let value = inline.or_else(|| words.next().cloned());
                let number = value.and_then(|value| value.parse().ok());
                options.flows = number.ok_or("--flows needs a number")?;
            }
            _ if key.starts_with("--") => return Err(format!("\"{key}\" is no option")),
            _ => options.files.push(word.clone()),
        }
    }
    match options.files.len() {
        2 => Ok(options),
        _ => Err("which two snapshots? Try \"netloom diff --help\"".to_owned()),
    }
}

fn run(cx: &mut Context<'_>) -> Result<i32, String> {
    let options = options(&cx.args)?;
    let mut before = snapshot::load(&[PathBuf::from(&options.files[0])])?;
    let mut after = snapshot::load(&[PathBuf::from(&options.files[1])])?;
    let mut unread = [unread(&before, &after), unread(&after, &before)].concat();
    let rest = rest::between(&before.state, &after.state);
    // The same host, whatever it was called meanwhile.
    after.host.name.clone_from(&before.host.name);
    let taken = |host: &mut Snapshot| core::mem::take(host);
    let mut before = Hosts::of(vec![taken(&mut before)]);
    let mut after = Hosts::of(vec![taken(&mut after)]);
    let told = lines::between(&parts::of(&mut before)?, &parts::of(&mut after)?);
    for (ns, part) in rest {
        // Loaded, the first namespace has its host's name.
        let loaded = if ns.is_first() { before.first() } else { &ns };
        let of_part = |(of, kind, _): &(NsName, u8, Vec<String>)| {
            of == loaded && parts::field(*kind).contains(&part)
        };
        if !told.iter().any(of_part) {
            unread.push(format!("something else of {part} of {ns} differs"));
        }
    }
    let changes: Vec<String> = told.into_iter().flat_map(|(_, _, lines)| lines).collect();
    let flows = flows::changed(cx, &mut before, &mut after, options.flows)?;
    let told = match options.json {
        true => format!("{}\n", as_json(&changes, &flows, &unread)),
        false => crate::shell::shown(&as_text(&changes, &flows, &unread)).into_owned(),
    };
    let written = cx.out.write_all(told.as_bytes());
    written.map_err(|error| error.to_string())?;
    let same = changes.is_empty() && flows.changed.is_empty() && unread.is_empty();
    Ok(if same { code::SAME } else { code::DIFFERENT })
}

/// What could be read of one of two snapshots alone.
fn unread(one: &Snapshot, other: &Snapshot) -> Vec<String> {
    let own = one
        .missing
        .iter()
        .filter(|missing| !other.missing.contains(missing));
    let told = own.map(|missing| {
        let (place, why) = (missing.place(), &missing.why);
        format!("{place} is in one of them alone: {why}")
    });
    told.collect()
}

fn as_text(changes: &[String], flows: &flows::Compared, unread: &[String]) -> String {
    let mut out = String::new();
    for line in changes {
        let _ = writeln!(out, "{line}");
    }
    for line in unread {
        let _ = writeln!(out, "? {line}");
    }
    if !flows.changed.is_empty() {
        let _ = writeln!(
            out,
            "\npackets that fare otherwise, of {} compared:",
            flows.compared
        );
    }
    for changed in &flows.changed {
        let Fates {
            before,
            after,
            blame,
        } = &changed.fate;
        let packets = changed.packets();
        let _ = writeln!(
            out,
            "  {packets}\n    before: {before}\n    after:  {after}"
        );
        for line in blame {
            let _ = writeln!(out, "      {line}");
        }
    }
    if flows.more {
        let _ = writeln!(
            out,
            "(there are more packets than these {}: --flows)",
            flows.compared
        );
    }
    out
}

fn as_json(changes: &[String], flows: &flows::Compared, unread: &[String]) -> Value {
    let changed = flows.changed.iter().map(|changed| {
        let Fates {
            before,
            after,
            blame,
        } = &changed.fate;
        json!({ "packet": changed.packets(), "before": before, "after": after, "blame": blame })
    });
    json!({
        "version": VERSION,
        "changes": changes,
        "unread": unread,
        "compared": flows.compared,
        "flows": changed.collect::<Vec<_>>(),
        "more": flows.more,
    })
}
