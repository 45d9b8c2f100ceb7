//! `ip monitor` (ip-monitor(8)): what changes, as it changes.
//!
//! Left out, with a clear error: other namespaces (`all-nsid`). Of links in files no details are
//! told, and no settings of devices.
//! Nothing here makes messages of multicast routes, of routers' prefixes or of statistics.

use super::print::Record;
use super::route::{Hidden, format as route};
use super::words::{self, Failure, Outcome, Words, matches};
use super::{Options, Stamp, address_format, find, link_show, neigh, nexthop, rule};
use crate::Context;
use crate::rtnetlink::Messages;
use crate::rtnetlink::told::{self, Told};
use crate::tcpdump::time::{date, time_of_day};
use netloom_model::bridge::{FdbEntry, FdbState};
use netloom_model::notice::{About, Netconf, Notice};
use netloom_model::socket::SocketKind;
use netloom_model::state::Parts;
use netloom_model::{Errno, Family, Link, Namespace, NsName, Time};
use std::time::UNIX_EPOCH;

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
        return tell_file(cx, known, options, file, wanted.label);
    }
    let socket = cx.world.open(&cx.ns, SocketKind::Monitor)?;
    // Names are those of the beginning, and those that are told of.
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
        if let About::Link { link, .. } = &notice.about {
            learn(&mut known, link, notice.gone);
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
fn tell_file(
    cx: &mut Context<'_>,
    mut known: Namespace,
    options: &Options,
    file: &str,
    label: bool,
) -> Outcome<()> {
    let options = &Options {
        details: false,
        stamp: Stamp::None,
        ..options.clone()
    };
    let wanted = Wanted {
        label,
        ..Wanted::default()
    };
    from_file(cx, file, |cx, notice| {
        match &notice.about {
            About::Link { link, .. } => learn(&mut known, link, notice.gone),
            About::Port(link) if notice.gone => learn(&mut known, link, true),
            _ => {}
        }
        let text = tell(&known, options, &wanted, &notice, 0);
        cx.out.write_all(text.as_bytes())?;
        Ok(())
    })
}

/// Reads a file of rtmon(8): tells the moments in it, and hands on what happened then.
pub(crate) fn from_file(
    cx: &mut Context<'_>,
    file: &str,
    mut each: impl FnMut(&mut Context<'_>, Notice) -> Outcome<()>,
) -> Outcome<()> {
    let bytes = std::fs::read(file).map_err(|error| {
        let errno = Errno(error.raw_os_error().unwrap_or(0));
        Failure::new(format!("Cannot fopen: {errno}"), 255)
    })?;
    for message in Messages::new(&bytes, 0) {
        if message.is_err() {
            cx.out.flush()?;
        }
        let message = message.map_err(|malformed| Failure::new(malformed.to_string(), 1))?;
        match told::decode(&message) {
            Some(Told::Moment(seconds, micros)) => {
                let at = u64::from(seconds) * 1_000_000_000 + u64::from(micros) * 1000;
                let moment = stamp(Stamp::Long, at);
                writeln!(cx.out, "{} us", moment.trim_end().trim_end_matches(" usec"))?;
            }
            Some(Told::Notice { gone, about }) => {
                let at = Time(0);
                each(cx, Notice { at, gone, about })?;
            }
            None => {}
        }
    }
    Ok(())
}

/// What a command that waits for ever ends with when it is told to.
pub(crate) fn ended() -> Failure {
    Failure {
        text: String::new(),
        code: 143,
    }
}

/// Keeps the names of links.
fn learn(known: &mut Namespace, link: &Link, gone: bool) {
    known.links.retain(|other| other.index != link.index);
    if !gone {
        known.links.push(link.clone());
    }
}

/// The text of a notice; none if nobody wants it.
fn tell(ns: &Namespace, options: &Options, wanted: &Wanted, notice: &Notice, epoch: u64) -> String {
    let Some((object, label, record)) = line(ns, options, wanted, notice) else {
        return String::new();
    };
    if !wanted.has(object) {
        return String::new();
    }
    let mut text = stamp(options.stamp, notice.at.0 + epoch);
    if wanted.label {
        text.push_str(&format!("[{label}]"));
    }
    if notice.gone {
        text.push_str("Deleted ");
    }
    text.push_str(&super::print::text(&[record], options.oneline));
    text
}

/// The moment, where that is wanted.
pub(crate) fn stamp(stamp: Stamp, at: u64) -> String {
    let (seconds, micros) = (at / 1_000_000_000, at / 1000 % 1_000_000);
    let (year, month, day) = date(seconds / 86_400);
    let time = time_of_day(seconds);
    match stamp {
        Stamp::None => String::new(),
        Stamp::Short => format!("[{year:04}-{month:02}-{day:02}T{time}.{micros:06}] "),
        Stamp::Long => {
            // 1970 began on a Thursday.
            let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
            let months = [
                "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
            ];
            let weekday = weekdays[(seconds / 86_400 % 7) as usize];
            let month = months[(month as usize + 11) % 12];
            format!("Timestamp: {weekday} {month} {day:2} {time} {year} {micros} usec\n")
        }
    }
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
    use netloom_model::Rule;

    fn said(stamp: Stamp, line: &str) -> Outcome<String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let ns = Namespace::default();
        let wanted = parse(&ns, &mut Words::new(&words))?;
        let notice = Notice {
            at: Time(7_000),
            gone: true,
            about: About::Rule(Box::new(Rule::lookup(Family::V4, 9, 5))),
        };
        let options = Options {
            stamp,
            ..Options::default()
        };
        Ok(tell(
            &ns,
            &options,
            &wanted,
            &notice,
            1_700_000_000_000_000_000,
        ))
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
