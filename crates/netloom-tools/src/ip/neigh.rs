//! `ip neigh` (ip-neighbour(8)).
//!
//! Left out, with a clear error: VRFs, `use`, `managed`.

use super::print::{Record, Value};
use super::words::{self, Failure, Outcome, PROTOCOLS, Words, matches};
use super::{Options, flushed, print, show};
use crate::Context;
use core::net::IpAddr;
use netloom_model::state::Parts;
use netloom_model::{
    Change, Errno, Error, IpNet, MacAddr, Mode, Namespace, Neighbour, NeighbourState,
};

const USAGE: &str = "\
Usage: ip neigh add|change|replace|del ADDRESS [lladdr MAC] [nud STATE] dev DEVICE
                [router] [use] [managed] [extern_learn] [protocol NAME]
       ip neigh add|del proxy ADDRESS [dev DEVICE]
       ip neigh [show|flush] [to PREFIX] [dev DEVICE] [nud STATE] [proxy] [nomaster]
       ip neigh get ADDRESS dev DEVICE

states: permanent noarp reachable stale delay probe incomplete failed none";

const PARTS: Parts = Parts {
    neighbours: true,
    ..Parts::LINKS
};

/// The states, in the order in which their words are tried.
const STATES: [NeighbourState; 9] = [
    NeighbourState::Permanent,
    NeighbourState::Reachable,
    NeighbourState::Noarp,
    NeighbourState::None,
    NeighbourState::Stale,
    NeighbourState::Incomplete,
    NeighbourState::Delay,
    NeighbourState::Probe,
    NeighbourState::Failed,
];

/// Runs `ip neigh` with the words behind it.
pub(super) fn neigh(cx: &mut Context<'_>, options: &Options, words: &[String]) -> Outcome<()> {
    let mut words = Words::new(words);
    let Some(command) = words.next() else {
        return list(cx, options, words);
    };
    let is = |full| matches(command, full);
    if is("add") {
        add(cx, options, words, Mode::Add)
    } else if is("change") || command == "chg" {
        add(cx, options, words, Mode::Change)
    } else if is("replace") {
        add(cx, options, words, Mode::Replace)
    } else if is("delete") {
        delete(cx, options, words)
    } else if is("get") {
        get(cx, options, words)
    } else if is("show") || is("lst") || is("list") {
        list(cx, options, words)
    } else if is("flush") {
        flush(cx, options, words)
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"ip neigh help\".");
        Err(Failure::new(text, 255))
    }
}

fn state(word: &str) -> Outcome<NeighbourState> {
    let found = STATES
        .into_iter()
        .find(|s| matches(word, &s.name().to_ascii_lowercase()));
    found.ok_or_else(|| Failure::wrong(word, "nud state is bad"))
}

fn protocol(word: &str) -> Outcome<u8> {
    let wrong = || Failure::wrong_nl(word, "\"protocol\" value is invalid");
    let number = PROTOCOLS.number(word, 255).ok_or_else(wrong)?;
    u8::try_from(number).map_err(|_| wrong())
}

/// Which entries are meant.
#[derive(Debug, Default)]
struct Filter {
    to: Option<IpNet>,
    dev: Option<u32>,
    states: Vec<NeighbourState>,
    /// `nud all`: even entries in no state.
    all: bool,
    proxy: bool,
    unused: bool,
    nomaster: bool,
    master: Option<u32>,
    protocol: Option<u8>,
}

impl Filter {
    fn parse(ns: &Namespace, options: &Options, words: &mut Words<'_>) -> Outcome<Filter> {
        let mut filter = Filter::default();
        let mut dev = None;
        while let Some(word) = words.next() {
            let is = |full| matches(word, full);
            if word == "dev" {
                dev = Some(words.value()?);
            } else if word == "master" {
                let name = words.value()?;
                let wrong = |_| Failure::wrong_nl(name, "Device does not exist");
                filter.master = Some(words::device(ns, name).map_err(wrong)?);
            } else if word == "vrf" {
                let name = words.value()?;
                return Err(Failure::wrong_nl(name, "Not a valid VRF name"));
            } else if word == "nomaster" {
                filter.nomaster = true;
            } else if word == "unused" {
                filter.unused = true;
            } else if word == "nud" {
                match words.value()? {
                    "all" => {
                        filter.all = true;
                        filter.states = STATES.into();
                    }
                    word => filter.states.push(state(word)?),
                }
            } else if word == "proxy" {
                filter.proxy = true;
            } else if is("protocol") {
                filter.protocol = Some(protocol(words.value()?)?);
            } else {
                let word = if word == "to" { words.value()? } else { word };
                if is("help") {
                    return Err(Failure::new(USAGE, 255));
                }
                filter.to = Some(words::prefix(word, options.family)?);
            }
        }
        filter.dev = dev.map(|name| words::device(ns, name)).transpose()?;
        Ok(filter)
    }

    fn fits(&self, ns: &Namespace, options: &Options, entry: &Neighbour) -> bool {
        let link = ns.link(&entry.dev.into());
        let master = link.and_then(|l| l.master);
        let family = netloom_model::Family::of(entry.dst);
        self.proxy == entry.proxy
            && options.family.is_none_or(|f| f == family)
            && self.dev.is_none_or(|d| d == entry.dev)
            && self
                .to
                .is_none_or(|net| net.len == 0 || net.contains(entry.dst))
            && (!self.nomaster || master.is_none())
            && self.master.is_none_or(|m| master == Some(m))
            && self.protocol.is_none_or(|p| p == entry.protocol)
            && (!self.unused || entry.refcnt <= 1)
            && (entry.proxy || entry.extern_learn || self.fits_state(entry.state))
    }

    /// Whether the state is wanted: what is of no use to a sender is not, unless it is named.
    fn fits_state(&self, state: NeighbourState) -> bool {
        match state {
            NeighbourState::None => self.all || self.states.contains(&state),
            NeighbourState::Noarp if self.states.is_empty() => false,
            _ => self.states.is_empty() || self.states.contains(&state),
        }
    }
}

fn list(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let ns = words::namespace(cx, PARTS)?;
    let filter = Filter::parse(&ns, options, &mut words)?;
    let found = ns
        .neighbours
        .iter()
        .filter(|n| filter.fits(&ns, options, n));
    let records = found.map(|n| format(&ns, options, n, filter.dev.is_some()));
    show(cx, options, records.collect())
}

/// How an entry is printed.
pub(super) fn format(
    ns: &Namespace,
    options: &Options,
    entry: &Neighbour,
    hide_dev: bool,
) -> Record {
    let mut record = Record::default();
    let brief = options.brief;
    let dst = entry.dst.to_string();
    record.json("dst", dst.as_str());
    record.text(if brief {
        format!("{dst:<39} ")
    } else {
        format!("{dst} ")
    });
    if !hide_dev && entry.dev != 0 {
        let name = ns.link_name(entry.dev);
        record.json("dev", name.as_str());
        record.text(if brief {
            format!("{name:<16} ")
        } else {
            format!("dev {name} ")
        });
    }
    if let Some(lladdr) = entry
        .lladdr
        .filter(|_| !entry.proxy && entry.state.is_valid())
    {
        let lladdr = lladdr.to_string();
        record.json("lladdr", lladdr.as_str());
        record.text(if brief {
            lladdr
        } else {
            format!("lladdr {lladdr} ")
        });
    }
    if brief {
        return record;
    }
    if entry.router {
        record.field("router", Value::Null, "router ");
    }
    if entry.proxy {
        record.field("proxy", Value::Null, "proxy ");
    }
    if entry.extern_learn {
        record.field("extern_learn", Value::Null, "extern_learn ");
    }
    if options.statistics > 0 && !entry.proxy {
        ages(&mut record, entry);
    }
    if !entry.proxy && entry.state != NeighbourState::None {
        let name = entry.state.name();
        record.json("state", Value::List(vec![name.into()]));
        record.text(format_args!("{name} "));
    }
    if entry.protocol != 0 {
        let name = PROTOCOLS.name(entry.protocol.into(), options.numeric);
        record.field("protocol", name.as_str(), format_args!("proto {name} "));
    }
    record
}

/// References, ages and probes; the kernel counts no reference for the table itself.
fn ages(record: &mut Record, entry: &Neighbour) {
    let (used, confirmed, updated) = entry.ages;
    let held = entry.refcnt.saturating_sub(1);
    if held > 0 {
        record.field("refcnt", held, format_args!(" ref {held}"));
    }
    record.json("used", used);
    record.json("confirmed", confirmed);
    record.json("updated", updated);
    record.text(format_args!(" used {used}/{confirmed}/{updated}"));
    let probes = entry.probes;
    record.field("probes", probes, format_args!("probes {probes} "));
}

/// An entry as its words describe it.
struct Asked {
    entry: Neighbour,
    /// What only `add` can be asked for.
    lladdr: bool,
}

fn parse(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<Asked> {
    let (mut dst, mut dev, mut lladdr) = (None, None, None);
    let mut entry = Neighbour::permanent(0, IpAddr::from([0; 4]), MacAddr([0; 6]));
    while let Some(word) = words.next() {
        let is = |full| matches(word, full);
        if is("lladdr") {
            lladdr = Some(words.value()?);
        } else if word == "nud" {
            entry.state = state(words.value()?)?;
        } else if is("proxy") {
            let word = words.value()?;
            entry.proxy = true;
            set_dst(&mut dst, word, options)?;
        } else if is("router") {
            entry.router = true;
        } else if is("use") || is("managed") {
            return Err(Failure::unsupported(word));
        } else if is("extern_learn") {
            entry.extern_learn = true;
        } else if word == "dev" {
            dev = Some(words.value()?);
        } else if is("protocol") {
            entry.protocol = protocol(words.value()?)?;
        } else {
            let word = if word == "to" { words.value()? } else { word };
            if word == "help" {
                return Err(Failure::new(USAGE, 255));
            }
            set_dst(&mut dst, word, options)?;
        }
    }
    let required = || Failure::new("Device and destination are required arguments.", 255);
    let (Some(dst), true) = (dst, dev.is_some() || entry.proxy) else {
        return Err(required());
    };
    entry.dst = dst;
    let ns = words::namespace(cx, Parts::LINKS)?;
    entry.lladdr = lladdr.map(hardware).transpose()?;
    if let Some(name) = dev {
        entry.dev = words::device(&ns, name)?;
    }
    Ok(Asked {
        entry,
        lladdr: lladdr.is_some(),
    })
}

fn set_dst(dst: &mut Option<IpAddr>, word: &str, options: &Options) -> Outcome<()> {
    if dst.is_some() {
        return Err(Failure::garbage("to", word));
    }
    *dst = Some(words::address(word, options.family)?);
    Ok(())
}

/// A hardware address; one of another length is for the kernel to refuse.
fn hardware(word: &str) -> Outcome<MacAddr> {
    let bytes = word
        .split(':')
        .map(|part| u8::from_str_radix(part, 16).ok());
    let bytes: Option<Vec<u8>> = bytes.collect();
    let Some(bytes) = bytes.filter(|_| word.contains(':')) else {
        return Err(Failure::new(format!("\"{word}\" is invalid lladdr."), 1));
    };
    let refused = |_| Error::with(Errno::INVAL, "Invalid link address.").into();
    <[u8; 6]>::try_from(bytes).map(MacAddr).map_err(refused)
}

fn add(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>, mode: Mode) -> Outcome<()> {
    let Asked { mut entry, lladdr } = parse(cx, options, &mut words)?;
    if !entry.proxy && !lladdr && entry.state.is_valid() {
        // The address that is known stays.
        let ns = words::namespace(cx, PARTS)?;
        let known = |n: &&Neighbour| !n.proxy && (n.dev, n.dst) == (entry.dev, entry.dst);
        let known = ns.neighbours.iter().find(known);
        entry.lladdr = known.filter(|n| n.state.is_valid()).and_then(|n| n.lladdr);
        if known.is_some_and(|_| entry.lladdr.is_none())
            || (known.is_none() && mode != Mode::Change)
        {
            return Err(Error::with(Errno::INVAL, "No link layer address given.").into());
        }
    }
    let change = Change::AddNeighbour {
        ns: cx.ns.clone(),
        neighbour: entry,
        mode,
    };
    cx.world.apply(vec![change])?;
    Ok(())
}

fn delete(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let Asked { entry, .. } = parse(cx, options, &mut words)?;
    let change = deletion(cx, &entry);
    cx.world.apply(vec![change])?;
    Ok(())
}

fn deletion(cx: &Context<'_>, entry: &Neighbour) -> Change {
    Change::DelNeighbour {
        ns: cx.ns.clone(),
        dev: entry.dev,
        dst: entry.dst,
        proxy: entry.proxy,
    }
}

fn get(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let (mut dst, mut dev, mut proxy) = (None, None, false);
    while let Some(word) = words.next() {
        if word == "dev" {
            dev = Some(words.value()?);
        } else if matches(word, "proxy") {
            proxy = true;
            set_dst(&mut dst, words.value()?, options)?;
        } else {
            let word = if word == "to" { words.value()? } else { word };
            set_dst(&mut dst, word, options)?;
        }
    }
    let (Some(dst), Some(dev)) = (dst, dev) else {
        return Err(Failure::new(
            "Device and address are required arguments.",
            1,
        ));
    };
    let ns = words::namespace(cx, PARTS)?;
    let dev = words::device(&ns, dev)?;
    let mine = |n: &&Neighbour| n.dev == dev && n.dst == dst && n.proxy == proxy;
    let Some(entry) = ns.neighbours.iter().find(mine) else {
        let what = if proxy {
            "Proxy neighbour"
        } else {
            "Neighbour"
        };
        return Err(Error::with(Errno::NOENT, format!("{what} entry not found.")).into());
    };
    let record = format(&ns, options, entry, false);
    show(cx, options, vec![record])
}

/// Deletes the entries that fit; without a state named, those that the kernel may forget.
fn flush(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    if words.peek().is_none() {
        return Err(Failure::new("Flush requires arguments.", 1));
    }
    let ns = words::namespace(cx, PARTS)?;
    let mut filter = Filter::parse(&ns, options, &mut words)?;
    if filter.states.is_empty() {
        let lasting = [NeighbourState::Permanent, NeighbourState::Noarp];
        filter.states = STATES.into();
        filter.states.retain(|s| !lasting.contains(s));
    }
    let found = ns
        .neighbours
        .iter()
        .filter(|n| filter.fits(&ns, options, n));
    let found: Vec<&Neighbour> = found.collect();
    if options.statistics > 1 {
        let records = found
            .iter()
            .map(|n| format(&ns, options, n, filter.dev.is_some()));
        let text = print::text(&records.collect::<Vec<_>>(), options.oneline);
        write!(cx.out, "{text}")?;
    }
    let changes: Vec<Change> = found.iter().map(|n| deletion(cx, n)).collect();
    let count = changes.len();
    if count > 0 {
        cx.world.apply(changes)?;
    }
    flushed(cx, options, count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(state: NeighbourState) -> Neighbour {
        let mac = MacAddr([2, 0, 0, 0, 0, 9]);
        let mut entry = Neighbour::permanent(2, IpAddr::from([10, 0, 0, 9]), mac);
        entry.state = state;
        entry
    }

    fn line(entry: &Neighbour, statistics: u32) -> String {
        let options = Options {
            statistics,
            ..Options::default()
        };
        format(&Namespace::default(), &options, entry, false).text
    }

    #[test]
    fn entries_are_printed_as_ip_does() {
        let mut known = entry(NeighbourState::Permanent);
        known.protocol = 4;
        assert_eq!(
            line(&known, 0),
            "10.0.0.9 dev if2 lladdr 02:00:00:00:00:09 PERMANENT proto static "
        );
        assert_eq!(
            line(&entry(NeighbourState::Failed), 0),
            "10.0.0.9 dev if2 FAILED "
        );
        assert_eq!(
            line(&entry(NeighbourState::Stale), 1),
            "10.0.0.9 dev if2 lladdr 02:00:00:00:00:09  used 0/0/0probes 0 STALE "
        );
        let mut proxy = entry(NeighbourState::Permanent);
        proxy.proxy = true;
        assert_eq!(line(&proxy, 0), "10.0.0.9 dev if2 proxy ");
    }

    #[test]
    fn hardware_addresses_are_checked_in_two_places() {
        let refused = |word| hardware(word).unwrap_err().text;
        assert_eq!(refused("zz"), "\"zz\" is invalid lladdr.\n");
        assert_eq!(refused("02:00"), "Error: Invalid link address.\n");
    }
}
