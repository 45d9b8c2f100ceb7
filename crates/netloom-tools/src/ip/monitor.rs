//! `ip monitor` (ip-monitor(8)): what changes, as it changes.
//!
//! Left out, with a clear error: other namespaces (`all-nsid`). Of links in files no details are
//! told, and no settings of devices.
//! Nothing here makes messages of multicast routes, of routers' prefixes or of statistics.

use super::listen::{Names, from_file, heading, listen};
use super::print::Record;
use super::route::{Hidden, format as route};
use super::words::{self, Failure, Outcome, Words, matches};
use super::{Options, Stamp, address_format, find, link_show, neigh, nexthop, rule};
use crate::Context;
use netloom_model::bridge::{FdbEntry, FdbState};
use netloom_model::notice::{About, Netconf, Notice};
use netloom_model::state::Parts;
use netloom_model::{Family, Link, Namespace, NsName};

const USAGE: &str = "\
Usage: ip monitor [all|OBJECT...] [label] [dev DEVICE] [file FILE]

objects: address link mroute neigh netconf nexthop nsid prefix route rule stats";

/// What is listened to.
const OBJECTS: [&str; 11] = [
    "link", "address", "route", "mroute", "prefix", "neigh", "netconf", "rule", "nsid", "nexthop",
    "stats",
];

/// What is wanted of what comes.
#[derive(Debug, Default)]
struct Wanted {
    /// The objects that were named; none: all.
    objects: Vec<&'static str>,
    /// Whether each line says what it is about.
    label: bool,
    dev: Option<u32>,
    /// A file of messages, which is told instead of what happens.
    file: Option<String>,
}

impl Wanted {
    fn has(&self, object: &str) -> bool {
        self.objects.is_empty() || self.objects.contains(&object)
    }
}

fn parse(ns: &Namespace, words: &mut Words<'_>) -> Outcome<Wanted> {
    let mut wanted = Wanted::default();
    while let Some(word) = words.next() {
        if matches(word, "file") {
            wanted.file = Some(words.value()?.to_owned());
        } else if matches(word, "label") || matches(word, "all") {
            wanted.label = true;
        } else if matches(word, "all-nsid") {
            return Err(Failure::unsupported(word));
        } else if word == "help" {
            return Err(Failure::new(USAGE, 255));
        } else if word == "dev" {
            let name = words.value()?;
            let missing = || Failure::wrong_nl(name, "Device does not exist");
            wanted.dev = Some(find(ns, name).ok_or_else(missing)?);
        } else if let Some(object) = OBJECTS.iter().find(|full| matches(word, full)) {
            wanted.objects.push(object);
        } else {
            let text = format!("Argument \"{word}\" is unknown, try \"ip monitor help\".");
            return Err(Failure::new(text, 255));
        }
    }
    Ok(wanted)
}

/// Runs `ip monitor` until it is interrupted.
pub(super) fn monitor(cx: &mut Context<'_>, options: &Options, words: &[String]) -> Outcome<()> {
    let mut words = Words::new(words);
    let known = words::namespace(cx, Parts::LINKS)?;
    let wanted = parse(&known, &mut words)?;
    if let Some(file) = &wanted.file {
        // Everything is told, whatever was named.
        let options = &Options {
            details: false,
            stamp: Stamp::None,
            ..options.clone()
        };
        let wanted = Wanted {
            label: wanted.label,
            ..Wanted::default()
        };
        return from_file(cx, (file, Names::Told), |known, notice| {
            tell(known, options, &wanted, notice)
        });
    }
    listen(cx, Names::Told, |known, notice| {
        tell(known, options, &wanted, notice)
    })
}

/// The text of a notice; none if nobody wants it.
fn tell(ns: &Namespace, options: &Options, wanted: &Wanted, notice: &Notice) -> String {
    let Some((object, label, record)) = line(ns, options, wanted, notice) else {
        return String::new();
    };
    if !wanted.has(object) {
        return String::new();
    }
    let label = wanted.label.then_some(label);
    heading(options.stamp, label, notice) + &super::print::text(&[record], options.oneline)
}

/// What a notice is about, its label, and its line.
fn line(
    ns: &Namespace,
    options: &Options,
    wanted: &Wanted,
    notice: &Notice,
) -> Option<(&'static str, &'static str, Record)> {
    let of = |family: Family| options.family.is_none_or(|f| f == family);
    let at = |dev: u32| wanted.dev.is_none_or(|d| d == dev);
    let hide_dev = wanted.dev.is_some();
    Some(match &notice.about {
        About::Link {
            link,
            moved,
            features,
        } if at(link.index) => (
            "link",
            "LINK",
            of_link(ns, options, link, (moved.as_ref(), *features)),
        ),
        About::Port(link) if at(link.index) && options.family.is_none() => {
            let mut record = Record::default();
            link_show::port(&mut record, ns, link);
            ("link", "LINK", record)
        }
        About::Fdb(entry) if at(entry.dev) && options.family.is_none() => {
            ("neigh", "NEIGH", of_station(ns, entry, hide_dev))
        }
        About::Address(address) if of(address.local.family()) && at(address.dev) => {
            let record = address_format::line(ns, options, address);
            ("address", "ADDR", record)
        }
        About::Route(told) if of(told.family()) => {
            let hop = told.nexthops.first().and_then(|hop| hop.dev);
            if wanted.dev.is_some() && hop != wanted.dev {
                return None;
            }
            let hidden = Hidden {
                dev: hide_dev,
                ..Hidden::default()
            };
            ("route", "ROUTE", route::route(ns, options, told, hidden))
        }
        About::Neighbour(entry) if of(Family::of(entry.dst)) && at(entry.dev) => {
            let record = neigh::format(ns, options, entry, hide_dev);
            ("neigh", "NEIGH", record)
        }
        About::Rule(told) if of(told.family) => {
            // Where a goto leads to cannot be seen from here.
            let record = rule::format::rule(ns, options, told, &[]);
            ("rule", "RULE", record)
        }
        About::Nexthop(told) if told.family().is_none_or(of) => {
            let record = nexthop::format::nexthop(ns, options, told);
            ("nexthop", "NEXTHOP", record)
        }
        About::Nsid { id, ns } => {
            let mut record = Record::default();
            record.text(format_args!("nsid {id} "));
            if !ns.is_first() {
                record.text(format_args!("(iproute2 netns name: {})", ns.as_str()));
            }
            ("nsid", "NSID", record)
        }
        About::Netconf {
            family,
            dev,
            name,
            told,
        } if of(*family) && dev.is_none_or(at) => {
            let none = Netconf::default();
            let told = if notice.gone { &none } else { told };
            ("netconf", "NETCONF", of_settings(*family, name, told))
        }
        _ => return None,
    })
}

/// A link that came to be, changed, or went to another namespace.
fn of_link(
    ns: &Namespace,
    options: &Options,
    link: &Link,
    (moved, features): (Option<&(NsName, u32)>, bool),
) -> Record {
    let mut record = Record::default();
    link_show::told(&mut record, options, ns, link, features);
    if let Some((name, index)) = moved {
        if !name.is_first() {
            record.text(format_args!(" new-netns {}", name.as_str()));
        }
        record.text(format_args!(" new-ifindex {index}"));
    }
    record
}

fn of_settings(family: Family, name: &str, told: &Netconf) -> Record {
    let mut record = Record::default();
    let on = |on: bool| if on { "on" } else { "off" };
    let word = if family == Family::V4 {
        "inet"
    } else {
        "inet6"
    };
    record.text(format_args!("{word} {name} "));
    let mut switch = |name: &str, value: Option<bool>| {
        if let Some(value) = value {
            record.text(format_args!("{name} {} ", on(value)));
        }
    };
    switch("forwarding", told.forwarding);
    if let Some(filter) = told.rp_filter {
        let filter = ["off", "strict", "loose"][usize::from(filter).min(2)];
        record.text(format_args!("rp_filter {filter} "));
    }
    let mut switch = |name: &str, value: Option<bool>| {
        if let Some(value) = value {
            record.text(format_args!("{name} {} ", on(value)));
        }
    };
    switch("mc_forwarding", told.mc_forwarding);
    switch("proxy_neigh", told.proxy);
    switch("ignore_routes_with_linkdown", told.ignore_linkdown);
    record
}

/// An entry of a forwarding database, as neighbours are told.
fn of_station(ns: &Namespace, entry: &FdbEntry, hide_dev: bool) -> Record {
    let mut record = Record::default();
    if !hide_dev {
        record.text(format_args!("dev {} ", ns.link_name(entry.dev)));
    }
    record.text(format_args!("lladdr {} ", entry.address));
    record.text(if entry.extern_learn {
        "extern_learn "
    } else {
        ""
    });
    record.text(match entry.state {
        FdbState::Local => "PERMANENT ",
        FdbState::Own => "NOARP PERMANENT ",
        FdbState::Static => "NOARP ",
        FdbState::Dynamic => "REACHABLE ",
        FdbState::Stale => "STALE ",
    });
    record
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::{Rule, Time};

    fn said(stamp: Stamp, line: &str) -> Outcome<String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let ns = Namespace::default();
        let wanted = parse(&ns, &mut Words::new(&words))?;
        let notice = Notice {
            at: Time(1_700_000_000_000_007_000),
            gone: true,
            about: About::Rule(Box::new(Rule::lookup(Family::V4, 9, 5))),
        };
        let options = Options {
            stamp,
            ..Options::default()
        };
        Ok(tell(&ns, &options, &wanted, &notice))
    }

    #[test]
    fn notices_are_told_with_their_labels_and_moments() {
        let line = "Deleted 9:\tfrom all lookup 5\n";
        assert_eq!(said(Stamp::None, "").unwrap(), line);
        assert_eq!(said(Stamp::None, "ru").unwrap(), line);
        assert_eq!(said(Stamp::None, "all").unwrap(), format!("[RULE]{line}"));
        assert_eq!(said(Stamp::None, "link route").unwrap(), "");
        let short = format!("[2023-11-14T22:13:20.000007] {line}");
        assert_eq!(said(Stamp::Short, "rule").unwrap(), short);
        let long = format!("Timestamp: Tue Nov 14 22:13:20 2023 7 usec\n{line}");
        assert_eq!(said(Stamp::Long, "rule").unwrap(), long);
    }

    #[test]
    fn what_cannot_be_listened_to_is_refused() {
        let refused = |line| said(Stamp::None, line).unwrap_err().text;
        assert_eq!(
            refused("foo"),
            "Argument \"foo\" is unknown, try \"ip monitor help\".\n"
        );
        assert_eq!(
            refused("all-nsid"),
            "Error: \"all-nsid\" is not supported here.\n"
        );
    }
}
