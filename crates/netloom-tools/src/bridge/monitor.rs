//! `bridge monitor` (bridge(8)): what changes of ports, forwarding databases and groups.
//!
//! Left out: messages of VLANs, which the world does not send.

use super::{Options, fdb, link, mdb};
use crate::Context;
use crate::ip::Stamp;
use crate::ip::monitor::{ended, from_file, stamp};
use crate::ip::print::{self, Record};
use crate::ip::words::{self, Failure, Outcome, Words, matches};
use netloom_model::notice::{About, Notice};
use netloom_model::socket::SocketKind;
use netloom_model::state::Parts;
use netloom_model::{Errno, Namespace, Time};
use std::time::UNIX_EPOCH;

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
        return tell_file(cx, options, file, wanted.label);
    }
    let socket = cx.world.open(&cx.ns, SocketKind::Monitor)?;
    // Links are known as they were in the beginning; new ones are known by what is told of them.
    let mut known = words::namespace(cx, Parts::LINKS)?;
    let epoch = cx.host.epoch().duration_since(UNIX_EPOCH);
    let epoch = epoch.map_or(0, |since| since.as_nanos() as u64);
    loop {
        let notice = match cx.world.next_notice(socket, Time::NEVER) {
            Ok(Some(notice)) => notice,
            Ok(None) => return Ok(()),
            Err(error) if error.errno == Errno::NOBUFS => {
                let (text, number) = (error.errno.text(), error.errno.0);
                writeln!(cx.err, "netlink receive error {text} ({number})")?;
                continue;
            }
            Err(error) if error.errno == Errno::INTR => return Err(ended()),
            Err(error) => return Err(error.into()),
        };
        if let About::Link { link, .. } = &notice.about
            && known.link(&link.index.into()).is_none()
        {
            known.links.push((**link).clone());
        }
        if let About::Fdb(entry) = &notice.about
            && known.link(&entry.dev.into()).is_none()
        {
            known = words::namespace(cx, Parts::LINKS)?;
        }
        let text = tell(&known, options, &wanted, &notice, epoch);
        cx.out.write_all(text.as_bytes())?;
        cx.out.flush()?;
    }
}

/// Tells what is in a file: everything, whatever was named.
fn tell_file(cx: &mut Context<'_>, options: &Options, file: &str, label: bool) -> Outcome<()> {
    // Names are those of here.
    let known = words::namespace(cx, Parts::LINKS)?;
    let options = &Options {
        stamp: Stamp::None,
        ..options.clone()
    };
    let wanted = Wanted {
        label,
        ..Wanted::default()
    };
    from_file(cx, file, |cx, notice| {
        let text = tell(&known, options, &wanted, &notice, 0);
        cx.out.write_all(text.as_bytes())?;
        Ok(())
    })
}

/// The text of a notice; none if nobody wants it.
fn tell(ns: &Namespace, options: &Options, wanted: &Wanted, notice: &Notice, epoch: u64) -> String {
    let Some((object, label, record)) = line(ns, options, &notice.about) else {
        return String::new();
    };
    if !wanted.objects.is_empty() && !wanted.objects.contains(&object) {
        return String::new();
    }
    let mut text = stamp(options.stamp, notice.at.0 + epoch);
    if wanted.label {
        text.push_str(&format!("[{label}]"));
    }
    if notice.gone {
        text.push_str("Deleted ");
    }
    let mut line = print::text(&[record], options.oneline);
    // The original ends the line of a group so too.
    if options.oneline && object == "mdb" {
        line = line.replace('\n', "\\");
    }
    text + &line
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
