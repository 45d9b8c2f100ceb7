//! What `bridge vlan show`, `-s` and `global show` print.

use super::super::{Options, no_device};
use crate::Context;
use crate::ip::find;
use crate::ip::print::{self, Record};
use crate::ip::words::{self, Failure, Outcome, Words};
use netloom_model::state::Parts;
use netloom_model::vlan::VlanMulticast;
use netloom_model::{BridgeVlan, GlobalVlan, LinkKind, LinkRef, Namespace};
use std::fmt::Write;

const LINKS_AND_VLANS: Parts = Parts {
    links: true,
    vlans: true,
    ..Parts::NONE
};

/// Where the names of devices end and the numbers begin.
const COLUMN: usize = 18;

/// Which are wanted; all without.
#[derive(Default)]
struct Filter {
    dev: Option<u32>,
    vid: Option<u16>,
}

/// The words behind `show`, and the state that they are about; any other word says nothing.
fn filter(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<(Filter, Namespace)> {
    let (mut dev, mut vid) = (None, None);
    while let Some(word) = words.next() {
        match (word, dev, vid) {
            ("dev", None, _) => dev = Some(words.value()?),
            ("vid", _, None) => vid = Some(words.value()?),
            ("dev" | "vid", ..) => return Err(Failure::duplicate(word, words.value()?)),
            _ => {}
        }
    }
    let state = words::namespace(cx, LINKS_AND_VLANS)?;
    let dev = match dev {
        Some(name) => Some(find(&state, name).ok_or_else(|| no_device(name))?),
        None => None,
    };
    let vid = vid
        .map(|vid| super::atoi(vid) as u16)
        .filter(|vid| *vid != 0);
    Ok((Filter { dev, vid }, state))
}

/// VLANs one after the other that are shown as one: the first, and the last's number.
struct Range<'a, T> {
    first: &'a T,
    last: u16,
}

/// A list in ranges of what is alike and follows one another.
fn ranges<'a, T>(
    all: impl Iterator<Item = &'a T>,
    vid: impl Fn(&T) -> u16,
    alike: impl Fn(&T, &T) -> bool,
) -> Vec<Range<'a, T>> {
    let mut ranges: Vec<Range<'a, T>> = Vec::new();
    for one in all {
        match ranges.last_mut() {
            Some(range) if range.last + 1 == vid(one) && alike(range.first, one) => {
                range.last = vid(one);
            }
            _ => ranges.push(Range {
                first: one,
                last: vid(one),
            }),
        }
    }
    ranges
}

/// What is printed: text, and a record of JSON for each device.
struct Printer<'a> {
    options: &'a Options,
    text: String,
    records: Vec<Record>,
    /// The device whose list is open.
    open: Option<u32>,
}

impl<'a> Printer<'a> {
    fn new(options: &'a Options, header: &str) -> Printer<'a> {
        Printer {
            options,
            text: format!("{header}\n"),
            records: Vec::new(),
            open: None,
        }
    }

    /// Begins a VLAN of a device: its number in the column, and an object of JSON.
    fn begin(&mut self, state: &Namespace, dev: u32, (key, first, last): (&str, u16, u16)) {
        let name = state.link_name(dev);
        let shown = if self.open == Some(dev) {
            ""
        } else {
            self.end_device();
            let mut record = Record::default();
            record.json("ifname", name.as_str());
            record.open_list("vlans");
            self.records.push(record);
            self.open = Some(dev);
            &name
        };
        let _ = write!(self.text, "{shown:<COLUMN$}{first}");
        self.json(|record| {
            record.open_object("");
            record.json(key, first);
        });
        if last != first {
            let _ = write!(self.text, "-{last}");
            self.json(|record| record.json("vlanEnd", last));
        }
    }

    fn json(&mut self, add: impl FnOnce(&mut Record)) {
        if let Some(record) = self.records.last_mut() {
            add(record);
        }
    }

    /// Its flags; in JSON, those of a range without any too, where `always`.
    fn flags(&mut self, vlan: &BridgeVlan, always: bool) {
        let flags = [(vlan.pvid, "PVID"), (vlan.untagged, "Egress Untagged")];
        let on = flags
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, flag)| flag);
        for flag in on.clone() {
            let _ = write!(self.text, " {flag}");
        }
        if always || on.clone().next().is_some() {
            self.json(|record| {
                record.open_list("flags");
                on.for_each(|flag| record.json("", flag));
                record.close();
            });
        }
    }

    /// A line of its own below a VLAN.
    fn below(&mut self) {
        self.new_line();
        let _ = write!(self.text, "{:COLUMN$}  ", "");
    }

    fn value(&mut self, key: &str, value: u64) {
        self.json(|record| record.json(key, value));
    }

    fn new_line(&mut self) {
        self.text
            .push(if self.options.oneline { '\\' } else { '\n' });
    }

    fn end(&mut self) {
        self.new_line();
        self.json(Record::close);
    }

    fn end_device(&mut self) {
        self.json(Record::close);
    }

    fn print(mut self, cx: &mut Context<'_>) -> Outcome<()> {
        self.end_device();
        let text = if self.options.json {
            print::json(self.records, self.options.pretty)
        } else {
            self.text
        };
        cx.out.write_all(text.as_bytes())?;
        Ok(())
    }
}

/// `bridge vlan show`: the VLANs of each port and bridge.
pub(super) fn members(
    cx: &mut Context<'_>,
    options: &Options,
    words: &mut Words<'_>,
) -> Outcome<()> {
    let (filter, state) = filter(cx, words)?;
    if options.statistics {
        return statistics(cx, options, &filter, &state);
    }
    let mut printer = Printer::new(options, "port              vlan-id  ");
    let alike = |one: &BridgeVlan, other: &BridgeVlan| {
        let settings = |vlan: &BridgeVlan| (vlan.state, vlan.mcast_router);
        options.compress
            && one.dev == other.dev
            && one.untagged == other.untagged
            && !one.pvid
            && !other.pvid
            && (!options.details || settings(one) == settings(other))
    };
    for range in ranges(state.vlans.iter(), |vlan| vlan.vid, alike) {
        let vlan = range.first;
        if !filter.takes(vlan.dev, (vlan.vid, range.last)) {
            continue;
        }
        printer.begin(&state, vlan.dev, ("vlan", vlan.vid, range.last));
        printer.flags(vlan, range.last != vlan.vid && !options.details);
        if options.details {
            printer.below();
            let (word, router) = (vlan.state.name(), vlan.mcast_router);
            let _ = write!(printer.text, "state {word} mcast_router {router} ");
            printer.json(|record| {
                record.json("state", word);
                record.json("mcast_router", router);
            });
        }
        printer.end();
    }
    printer.print(cx)
}

impl Filter {
    fn takes(&self, dev: u32, (first, last): (u16, u16)) -> bool {
        self.dev.is_none_or(|wanted| wanted == dev)
            && self.vid.is_none_or(|vid| (first..=last).contains(&vid))
    }
}

/// The same with what was counted: bridges first, then their ports, no ranges.
fn statistics(
    cx: &mut Context<'_>,
    options: &Options,
    filter: &Filter,
    state: &Namespace,
) -> Outcome<()> {
    let mut printer = Printer::new(options, "port              vlan-id");
    let is_bridge = |vlan: &BridgeVlan| {
        let link = state.link(&LinkRef::Index(vlan.dev));
        link.is_some_and(|link| matches!(link.kind, LinkKind::Bridge(_)))
    };
    let (bridges, ports): (Vec<_>, Vec<_>) = state.vlans.iter().partition(|vlan| is_bridge(vlan));
    let all = bridges.into_iter().chain(ports);
    for vlan in all.filter(|vlan| filter.takes(vlan.dev, (vlan.vid, vlan.vid))) {
        printer.begin(state, vlan.dev, ("vid", vlan.vid, vlan.vid));
        printer.flags(vlan, false);
        let stats = &vlan.stats;
        for (way, keys, bytes, packets) in [
            (
                "RX",
                ["rx_bytes", "rx_packets"],
                stats.rx_bytes,
                stats.rx_packets,
            ),
            (
                "TX",
                ["tx_bytes", "tx_packets"],
                stats.tx_bytes,
                stats.tx_packets,
            ),
        ] {
            printer.below();
            let _ = write!(printer.text, "{way}: {bytes} bytes {packets} packets");
            printer.value(keys[0], bytes);
            printer.value(keys[1], packets);
        }
        printer.end();
    }
    printer.print(cx)
}

/// `bridge vlan tunnelshow`: there are no tunnels.
pub(super) fn tunnels(
    cx: &mut Context<'_>,
    options: &Options,
    words: &mut Words<'_>,
) -> Outcome<()> {
    let (filter, state) = filter(cx, words)?;
    if options.statistics {
        return statistics(cx, options, &filter, &state);
    }
    Printer::new(options, "port              vlan-id    tunnel-id").print(cx)
}

/// `bridge vlan global show`: what bridges have for each VLAN.
pub(super) fn global(
    cx: &mut Context<'_>,
    options: &Options,
    words: &mut Words<'_>,
) -> Outcome<()> {
    let (filter, state) = filter(cx, words)?;
    let mut printer = Printer::new(options, "port              vlan-id  ");
    let alike =
        |one: &GlobalVlan, other: &GlobalVlan| one.dev == other.dev && one.mcast == other.mcast;
    // Always in ranges.
    for range in ranges(state.global_vlans.iter(), |vlan| vlan.vid, alike) {
        let (dev, first) = (range.first.dev, range.first.vid);
        if filter.takes(dev, (first, range.last)) {
            printer.begin(&state, dev, ("vlan", first, range.last));
            multicast(&mut printer, &range.first.mcast);
            printer.end();
        }
    }
    printer.print(cx)
}

fn multicast(printer: &mut Printer<'_>, mcast: &VlanMulticast) {
    printer.below();
    for (word, value) in mcast.words() {
        let _ = write!(printer.text, "{word} {value} ");
        printer.value(word, value);
    }
}
