//! `bridge` of iproute2 6.1.0: its options and its objects (bridge(8)). It leaves out what netloom
//! has no model of: multicast groups, VLAN filtering and the monitor.

mod fdb;
mod link;

use crate::Context;
use crate::ip::netns;
use crate::ip::print::{self, Record};
use crate::ip::words::{Failure, Outcome, Words, matches};

const USAGE: &str = "\
Usage: bridge [OPTION]... OBJECT [COMMAND [WORD]...]
       bridge [-force] -batch FILE

objects: link (ports), fdb (forwarding database)
options: -j, -p JSON, indented; -d details; -s statistics; -o one line for each;
         -n NS in a namespace; -V version";

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
}

/// Runs `bridge`.
pub fn bridge(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}

fn run(cx: &mut Context<'_>) -> Outcome<()> {
    let args = cx.args.clone();
    let mut words = Words::new(&args);
    let mut options = Options::default();
    while let Some(word) = words.peek().filter(|word| word.starts_with('-')) {
        words.next();
        let name = word.trim_start_matches('-');
        let is = |full| matches(name, full);
        match name {
            "n" | "netns" => cx.ns = netns::enter(cx, words.value()?)?,
            "help" => return Err(Failure::new(USAGE, 255)),
            "force" | "c" | "compressvlans" | "t" | "timestamp" => {}
            _ if is("Version") => {
                writeln!(cx.out, "bridge utility, 6.1.0")?;
                return Ok(());
            }
            _ if is("statistics") || is("stats") => options.statistics = true,
            _ if is("details") => options.details = true,
            _ if is("oneline") => options.oneline = true,
            _ if is("json") => options.json = true,
            _ if is("pretty") => options.pretty = true,
            _ if is("netns") => cx.ns = netns::enter(cx, words.value()?)?,
            _ if is("batch") => return Err(Failure::unsupported(word)),
            _ if name.split('=').next().is_some_and(|name| name == "color") => {}
            _ => {
                let text = format!("Option \"{word}\" is unknown, try \"bridge help\".");
                return Err(Failure::new(text, 255));
            }
        }
    }
    object(cx, &options, &mut words)
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
    } else if is("mdb") || is("vlan") || is("vni") {
        let command = words.next().unwrap_or("show");
        if ["show", "list", "lst"]
            .iter()
            .any(|full| matches(command, full))
        {
            nothing(cx, options, object)
        } else {
            Err(Failure::unsupported(&format!("{object} {command}")))
        }
    } else if is("monitor") {
        Err(Failure::unsupported(object))
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Object \"{object}\" is unknown, try \"bridge help\".");
        Err(Failure::new(text, 255))
    }
}

/// The list of an object of which there is none here.
fn nothing(cx: &mut Context<'_>, options: &Options, object: &str) -> Outcome<()> {
    let text = match (matches(object, "mdb"), options.json) {
        (true, true) => "[{\"mdb\":[],\"router\":{}}]\n".to_owned(),
        (true, false) => String::new(),
        (false, true) => print::json(Vec::new(), options.pretty),
        (false, false) if matches(object, "vlan") => "port              vlan-id  \n".to_owned(),
        (false, false) => "dev               vni              group/remote   \n".to_owned(),
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

/// What a refused request prints, with the exit code that `bridge` has for it.
fn refused(error: netloom_model::Error) -> Failure {
    Failure {
        code: 255,
        ..Failure::from(error)
    }
}

/// There is no such link.
fn no_device(name: &str) -> Failure {
    Failure::new(format!("Cannot find device \"{name}\""), 255)
}

/// There is no such link, where a bridge or its port is meant.
fn no_bridge_device(name: &str) -> Failure {
    Failure::new(format!("Cannot find bridge device \"{name}\""), 255)
}
