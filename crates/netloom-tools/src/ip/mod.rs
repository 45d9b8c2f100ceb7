//! `ip` of iproute2 6.1.0: its options, its objects, and how their lists are put out (ip(8)).

mod address;
mod address_format;
pub(crate) mod batch;
mod link_details;
mod link_filter;
mod link_mcast;
mod link_new;
pub(crate) mod link_set;
pub(crate) mod link_show;
mod link_stats;
mod link_xstats;
pub(crate) mod listen;
mod maddress;
mod monitor;
pub mod names;
mod neigh;
pub(crate) mod netns;
mod nexthop;
pub(crate) mod print;
pub(crate) mod protocol_names;
mod route;
mod rule;
mod saved;
mod tuntap;
pub(crate) mod words;

use crate::Context;
use netloom_model::state::Parts;
use netloom_model::{Family, Namespace};
use print::Record;
use words::{Failure, Outcome, Words, matches};

const USAGE: &str = "\
Usage: ip [OPTION]... OBJECT [COMMAND [WORD]...]
       ip [-force] -batch FILE

objects, each by any beginning of its name:
  link       devices               address    addresses on them
  route      routes                rule       which table is asked
  neighbour  ARP entries           netns      network namespaces
  maddress   groups listened to    nexthop    what routes refer to
  monitor    what changes

options:
  -br  brief                       -j, -p     JSON, indented
  -d   details                     -o         one line for each
  -h, -iec  shortened numbers
  -s   statistics                  -4, -0, -f FAMILY  one family only
  -n NS   in a namespace           -a         in all of them (netns)
  -V   version

ip OBJECT help tells the commands of an object.";

// Objects of ip(8) that netloom does not have.
const UNSUPPORTED: [&str; 20] = [
    "ntable",
    "ntbl",
    "l2tp",
    "fou",
    "ila",
    "macsec",
    "tunnel",
    "tunl",
    "token",
    "tcpmetrics",
    "tcp_metrics",
    "xfrm",
    "mroute",
    "mrule",
    "netconf",
    "vrf",
    "sr",
    "mptcp",
    "ioam",
    "stats",
];

/// What stands before the object.
#[derive(Clone, Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is an option of the command line"
)]
struct Options {
    family: Option<Family>,
    /// The link layer alone (`-0`).
    link_only: bool,
    json: bool,
    pretty: bool,
    brief: bool,
    details: bool,
    oneline: bool,
    numeric: bool,
    force: bool,
    all: bool,
    batch: Option<String>,
    /// How often `-s` was given.
    statistics: u32,
    human: bool,
    iec: bool,
    netns: Option<String>,
    /// How `ip monitor` tells the moment.
    stamp: Stamp,
    /// Whether one link alone was asked for.
    one_link: bool,
}

/// How a moment is told (`-t`, `-ts`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Stamp {
    #[default]
    None,
    Long,
    Short,
}

/// Runs `ip`.
pub fn ip(cx: &mut Context<'_>) -> i32 {
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
    let mut taken = 0;
    while let Some(word) = words.peek().filter(|w| w.starts_with('-')) {
        words.next();
        let name = word.trim_start_matches('-');
        if matches(name, "Version") {
            writeln!(cx.out, "ip utility, iproute2-6.1.0 ({})", crate::VERSION)?;
            return Ok(());
        }
        taken += 1 + usize::from(options.take(name, word, &mut words)?);
    }
    if let Some(name) = &options.netns {
        cx.ns = netns::enter(cx, name)?;
    }
    match &options.batch {
        Some(file) => batch::run(cx, file, options.force, |cx, words| {
            object(cx, &options, words)
        }),
        None => object(cx, &options, &args[taken..]),
    }
}

/// What strerror(3) says of an error of the machine.
pub(crate) fn os_error(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The index of the link called `name`, or `if7` for the one of index 7.
fn index(cx: &mut Context<'_>, name: &str) -> Outcome<u32> {
    let ns = words::namespace(cx, Parts::LINKS)?;
    find(&ns, name).ok_or_else(|| Failure::no_device(name))
}

/// The index of the link called `name`, or `if7` for the one of index 7, if there is one.
pub(crate) fn find(ns: &Namespace, name: &str) -> Option<u32> {
    ns.link(&name.into()).map(|link| link.index).or_else(|| {
        let index: u32 = name.strip_prefix("if")?.parse().ok()?;
        ns.link(&index.into()).map(|link| link.index)
    })
}

/// A device group as it is written.
fn parse_group(word: &str) -> Option<u32> {
    if word == "default" {
        Some(0)
    } else {
        words::u32_of(word)
    }
}

/// A device group as it is printed.
fn group_name(group: u32) -> String {
    if group == 0 {
        "default".to_owned()
    } else {
        group.to_string()
    }
}

impl Options {
    /// Takes the option `name`; whether a value went with it.
    fn take(&mut self, name: &str, word: &str, words: &mut Words<'_>) -> Outcome<bool> {
        let is = |full| matches(name, full);
        match name {
            "4" => self.family = Some(Family::V4),
            "6" => self.family = Some(Family::V6),
            "N" | "Numeric" => self.numeric = true,
            "n" | "netns" => {
                self.netns = Some(option_value(words)?.to_owned());
                return Ok(true);
            }
            "0" => self.link_only = true,
            "h" | "human" | "human-readable" => self.human = true,
            "iec" => self.iec = true,
            "t" | "timestamp" => self.stamp = Stamp::Long,
            "ts" | "tshort" => self.stamp = Stamp::Short,
            // Names of hosts are not looked up.
            "r" | "resolve" => {}
            // Here a flush takes one round, and nothing is lost on the way.
            "l" | "loops" => {
                option_value(words)?;
                return Ok(true);
            }
            "rc" | "rcvbuf" => {
                let size = option_value(words)?;
                if words::u32_of(size).is_none() {
                    let text = format!("Invalid rcvbuf size '{size}'");
                    return Err(Failure::new(text, 255));
                }
                return Ok(true);
            }
            "help" => return Err(Failure::new(USAGE, 255)),
            "br" | "bri" | "brie" | "brief" => self.brief = true,
            "a" | "all" => self.all = true,
            "force" => self.force = true,
            "b" | "batch" => {
                self.batch = Some(option_value(words)?.to_owned());
                return Ok(true);
            }
            _ if words::is_color(name) => {}
            _ if is("family") => {
                self.family = match option_value(words)? {
                    "inet" => Some(Family::V4),
                    "inet6" => Some(Family::V6),
                    "link" => {
                        self.link_only = true;
                        None
                    }
                    other => return Err(Failure::wrong(other, "invalid protocol family")),
                };
                return Ok(true);
            }
            _ if is("json") => self.json = true,
            _ if is("pretty") => self.pretty = true,
            _ if is("details") => self.details = true,
            _ if is("oneline") => self.oneline = true,
            _ if is("statistics") || is("stats") => self.statistics += 1,
            _ => {
                let text = format!("Option \"{word}\" is unknown, try \"ip -help\".");
                return Err(Failure::new(text, 255));
            }
        }
        Ok(false)
    }
}

/// The value of an option in front of the object; without one the usage is told.
fn option_value<'a>(words: &mut Words<'a>) -> Outcome<&'a str> {
    words.next().ok_or_else(|| Failure::new(USAGE, 255))
}

fn object(cx: &mut Context<'_>, options: &Options, words: &[String]) -> Outcome<()> {
    let Some((object, rest)) = words.split_first() else {
        return Err(Failure::new(USAGE, 255));
    };
    let is = |full| matches(object, full);
    if is("address") {
        address::main(cx, options, &mut Words::new(rest))
    } else if is("addrlabel") {
        Err(Failure::unsupported(object))
    } else if is("maddress") {
        maddress::main(cx, options, &mut Words::new(rest))
    } else if is("route") {
        route::route(cx, options, rest)
    } else if is("rule") {
        rule::rule(cx, options, rest)
    } else if is("neighbor") || is("neighbour") {
        neigh::neigh(cx, options, rest)
    } else if is("link") {
        link_show::main(cx, options, &mut Words::new(rest))
    } else if is("tuntap") || is("tap") {
        tuntap::main(cx, options, &mut Words::new(rest))
    } else if is("monitor") {
        monitor::monitor(cx, options, rest)
    } else if is("nexthop") && !is("netns") && !is("neighbor") {
        nexthop::nexthop(cx, options, rest)
    } else if UNSUPPORTED.iter().any(|name| matches(object, name)) && !is("netns") {
        Err(Failure::unsupported(object))
    } else if is("netns") {
        netns::main(cx, options, &mut Words::new(rest))
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Object \"{object}\" is unknown, try \"ip help\".");
        Err(Failure::new(text, 1))
    }
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

/// What `ip -s OBJECT flush` says after `count` deletions.
fn flushed(cx: &mut Context<'_>, options: &Options, count: usize) -> Outcome<()> {
    if options.statistics == 0 {
        return Ok(());
    }
    if count == 0 {
        writeln!(cx.out, "Nothing to flush.")?;
    } else {
        writeln!(cx.out, "\n*** Round 1, deleting {count} entries ***")?;
        writeln!(cx.out, "*** Flush is complete after 1 round ***")?;
    }
    Ok(())
}
