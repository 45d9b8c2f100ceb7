//! `bridge` of iproute2 6.1.0: its options and its objects (bridge(8)). It leaves out what netloom
//! has no model of: tunnels for VLANs.

mod fdb;
mod link;
mod mdb;
mod monitor;
mod remote;
mod vlan;

use crate::Context;
use crate::ip::Stamp;
use crate::ip::batch;
use crate::ip::netns;
use crate::ip::print::{self, Record};
use crate::ip::words::{self, Failure, Outcome, Words, matches};

const USAGE: &str = "\
Usage: bridge [OPTION]... OBJECT [COMMAND [WORD]...]
       bridge [-force] -batch FILE

objects: link (ports), fdb (forwarding database), mdb (groups), vlan (VLANs of ports),
         monitor (what changes)
options: -j, -p JSON, indented; -d details; -s statistics; -o one line for each;
         -t, -ts moments; -compressvlans ranges of VLANs; -n NS in a namespace; -V version";

/// What a command returns that failed for another reason than its words: the exit code is its
/// lowest byte, and a batch may go on behind it.
const RETURNED: i32 = -1;

/// What stands before the object.
#[derive(Clone, Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
struct Options {
    json: bool,
    pretty: bool,
    details: bool,
    oneline: bool,
    statistics: bool,
    /// VLANs in ranges.
    compress: bool,
    /// How the monitor tells the moment.
    stamp: Stamp,
}

/// Runs `bridge`.
pub fn bridge(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code & 0xff
        }
    }
}

fn run(cx: &mut Context<'_>) -> Outcome<()> {
    let args = cx.args.clone();
    let mut words = Words::new(&args);
    let mut options = Options::default();
    let (mut file, mut force) = (None, false);
    while let Some(word) = words.peek().filter(|word| word.starts_with('-')) {
        words.next();
        let name = word.trim_start_matches('-');
        let is = |full| matches(name, full);
        match name {
            "n" | "netns" => cx.ns = netns::enter(cx, option_value(&mut words)?)?,
            "help" => return Err(Failure::new(USAGE, 255)),
            "force" => force = true,
            // Nothing is coloured, and one list holds both families.
            "c" | "4" | "6" => {}
            "t" | "timestamp" => options.stamp = Stamp::Long,
            "ts" | "tshort" => options.stamp = Stamp::Short,
            "f" | "family" => {
                let family = option_value(&mut words)?;
                if !["inet", "inet6"].contains(&family) {
                    return Err(Failure::wrong(family, "invalid protocol family"));
                }
            }
            _ if is("Version") => {
                writeln!(cx.out, "bridge utility, 6.1.0 ({})", crate::VERSION)?;
                return Ok(());
            }
            _ if is("statistics") || is("stats") => options.statistics = true,
            _ if is("details") => options.details = true,
            _ if is("oneline") => options.oneline = true,
            _ if is("json") => options.json = true,
            _ if is("pretty") => options.pretty = true,
            _ if is("netns") => cx.ns = netns::enter(cx, option_value(&mut words)?)?,
            _ if is("batch") => file = Some(option_value(&mut words)?),
            _ if words::is_color(name) => {}
            _ if is("compressvlans") => options.compress = true,
            _ => {
                let text = format!("Option \"{word}\" is unknown, try \"bridge help\".");
                return Err(Failure::new(text, 255));
            }
        }
    }
    match file {
        Some(file) => batch::run(cx, file, force, |cx, words| {
            object(cx, &options, &mut Words::new(words))
        }),
        None => object(cx, &options, &mut words),
    }
}

/// The value of an option in front of the object; without one the usage is told.
fn option_value<'a>(words: &mut Words<'a>) -> Outcome<&'a str> {
    words.next().ok_or_else(|| Failure::new(USAGE, 255))
}

fn object(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let Some(object) = words.next() else {
        return Err(Failure::new(USAGE, 255));
    };
    let is = |full| matches(object, full);
    if is("link") {
        link::main(cx, options, words)
    } else if is("fdb") {
        fdb::main(cx, options, words)
    } else if is("mdb") {
        mdb::main(cx, options, words)
    } else if is("vlan") {
        vlan::main(cx, options, words)
    } else if is("vni") {
        let command = words.next().unwrap_or("show");
        if ["show", "list", "lst"]
            .iter()
            .any(|full| matches(command, full))
        {
            nothing(cx, options)
        } else {
            Err(Failure::unsupported(&format!("{object} {command}")))
        }
    } else if is("monitor") {
        monitor::main(cx, options, words)
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Object \"{object}\" is unknown, try \"bridge help\".");
        Err(Failure::new(text, RETURNED))
    }
}

/// The list of an object of which there is none here.
fn nothing(cx: &mut Context<'_>, options: &Options) -> Outcome<()> {
    let text = if options.json {
        print::json(Vec::new(), options.pretty)
    } else {
        "dev               vni              group/remote   \n".to_owned()
    };
    cx.out.write_all(text.as_bytes())?;
    Ok(())
}

/// Puts a list out, as text or as JSON.
fn show(cx: &mut Context<'_>, options: &Options, records: Vec<Record>) -> Outcome<()> {
    let text = if options.json {
        print::json(records, options.pretty)
    } else {
        print::text(&records, options.oneline)
    };
    cx.out.write_all(text.as_bytes())?;
    Ok(())
}

/// A number as atoi(3) reads it: what is none is zero.
fn atoi(word: &str) -> i64 {
    let word = word.trim_start();
    let digits = word.trim_start_matches(['-', '+']);
    let end = digits.find(|c: char| !c.is_ascii_digit());
    let number = digits[..end.unwrap_or(digits.len())].parse().unwrap_or(0);
    if word.starts_with('-') {
        -number
    } else {
        number
    }
}

/// What a refused request prints, with the exit code that `bridge` has for it.
fn refused(error: netloom_model::Error) -> Failure {
    Failure {
        code: RETURNED,
        ..Failure::from(error)
    }
}

/// There is no such link.
fn no_device(name: &str) -> Failure {
    Failure::new(format!("Cannot find device \"{name}\""), RETURNED)
}

/// There is no such link, where a bridge or its port is meant.
fn no_bridge_device(name: &str) -> Failure {
    Failure::new(format!("Cannot find bridge device \"{name}\""), RETURNED)
}
