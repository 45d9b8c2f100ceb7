//! `bridge monitor` (bridge(8)): what changes of ports, forwarding databases and groups.
//!
//! Left out: messages of VLANs, which the world does not send.

use super::{Options, fdb, link, mdb};
use crate::Context;
use crate::ip::Stamp;
use crate::ip::listen::{Names, from_file, heading, listen};
use crate::ip::print::{self, Record};
use crate::ip::words::{Failure, Outcome, Words, matches};
use netloom_model::Namespace;
use netloom_model::notice::{About, Notice};

const USAGE: &str = "\
Usage: bridge monitor [all|OBJECT...]

objects: link fdb mdb vlan";

/// What is listened to.
const OBJECTS: [&str; 4] = ["link", "fdb", "mdb", "vlan"];

/// What is wanted of what comes.
#[derive(Debug, Default)]
struct Wanted {
    /// The objects that were named; none: all.
    objects: Vec<&'static str>,
    /// Whether each line says what it is about.
    label: bool,
    /// A file of messages, which is told instead of what happens.
    file: Option<String>,
}

fn parse(words: &mut Words<'_>) -> Outcome<Wanted> {
    let mut wanted = Wanted::default();
    while let Some(word) = words.next() {
        if matches(word, "file") {
            wanted.file = Some(words.value()?.to_owned());
        } else if let Some(object) = OBJECTS.iter().find(|full| matches(word, full)) {
            wanted.objects.push(object);
        } else if word == "all" {
            wanted.label = true;
        } else if matches(word, "help") {
            return Err(Failure::new(USAGE, 255));
        } else {
            let text = format!("Argument \"{word}\" is unknown, try \"bridge monitor help\".");
            return Err(Failure::new(text, 255));
        }
    }
    Ok(wanted)
}

/// Runs `bridge monitor` until it is interrupted.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let wanted = parse(words)?;
    if let Some(file) = &wanted.file {
        // Everything is told, whatever was named.
        let options = &Options {
            stamp: Stamp::None,
            ..options.clone()
        };
        let wanted = Wanted {
            label: wanted.label,
            ..Wanted::default()
        };
        return from_file(cx, (file, Names::Asked), |known, notice| {
            tell(known, options, &wanted, notice)
        });
    }
    listen(cx, Names::Asked, |known, notice| {
        tell(known, options, &wanted, notice)
    })
}

/// The text of a notice; none if nobody wants it.
fn tell(ns: &Namespace, options: &Options, wanted: &Wanted, notice: &Notice) -> String {
    let Some((object, label, record)) = line(ns, options, &notice.about) else {
        return String::new();
    };
    if !wanted.objects.is_empty() && !wanted.objects.contains(&object) {
        return String::new();
    }
    let label = wanted.label.then_some(label);
    let mut line = print::text(&[record], options.oneline);
    // The original ends the line of a group so too.
    if options.oneline && object == "mdb" {
        line = line.replace('\n', "\\");
    }
    heading(options.stamp, label, notice) + &line
}

/// What a notice is about, its label, and its line.
fn line(
    ns: &Namespace,
    options: &Options,
    about: &About,
) -> Option<(&'static str, &'static str, Record)> {
    Some(match about {
        About::Link { link: told, .. } => {
            let mut told = (**told).clone();
            // What it is as a port is said in the family of bridges alone.
            told.bridge_port = None;
            ("link", "LINK", link::line(options, ns, &told))
        }
        About::Port(told) => ("link", "LINK", link::line(options, ns, told)),
        About::Fdb(entry) => ("fdb", "NEIGH", fdb::line(options, ns, entry, true)),
        About::Mdb(entry) => ("mdb", "MDB", mdb::line(options, ns, entry)),
        _ => return None,
    })
}
