//! `bridge mdb`: the groups that bridges forward, and the ports of routers (bridge(8)).

use super::{Options, no_device, refused};
use crate::Context;
use crate::ip::find;
use crate::ip::print::{self, Record, Value};
use crate::ip::words::{self, Failure, Outcome, Words, matches};
use netloom_model::state::Parts;
use netloom_model::{Change, MdbEntry, MdbGroup, MdbRouter, Namespace};

const USAGE: &str = "\
Usage: bridge mdb add|del dev BRIDGE port PORT grp GROUP [src ADDRESS]
                  [permanent|temp] [vid NUMBER]
       bridge mdb [show [dev BRIDGE] [vid NUMBER]]";

const PARTS: Parts = Parts {
    links: true,
    mdb: true,
    ..Parts::NONE
};

/// Runs `bridge mdb`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let command = words.next().unwrap_or("show");
    let is = |full| matches(command, full);
    if is("add") {
        modify(cx, words, true)
    } else if is("delete") {
        modify(cx, words, false)
    } else if is("show") || is("lst") || is("list") {
        show(cx, options, words)
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"bridge mdb help\".");
        Err(Failure::new(text, 255))
    }
}

fn modify(cx: &mut Context<'_>, words: &mut Words<'_>, adds: bool) -> Outcome<()> {
    let (mut dev, mut port, mut group, mut source) = (None, None, None, None);
    let (mut vid, mut permanent) = (0, false);
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            "grp" => group = Some(words.value()?),
            "port" => port = Some(words.value()?),
            "src" => source = Some(words.value()?),
            "vid" => vid = super::atoi(words.value()?) as u16,
            _ if matches(word, "permanent") => permanent = true,
            _ if matches(word, "temp") => permanent = false,
            _ if matches(word, "help") => return Err(Failure::new(USAGE, 255)),
            // Whatever else is there says nothing.
            _ => {}
        }
    }
    let (Some(dev), Some(port), Some(group)) = (dev, port, group) else {
        let text = "Device, group address and port name are required arguments.";
        return Err(Failure::new(text, 255));
    };
    let state = words::namespace(cx, Parts::LINKS)?;
    let bridge = find(&state, dev).ok_or_else(|| no_device(dev))?;
    let port = find(&state, port).ok_or_else(|| no_device(port))?;
    let wrong = || Failure::new(format!("Invalid address \"{group}\""), 255);
    let group = group
        .parse()
        .map(MdbGroup::Ip)
        .or_else(|_| group.parse().map(MdbGroup::Mac))
        .map_err(|_| wrong())?;
    let source = match source {
        Some(word) => {
            let wrong = |_| Failure::new(format!("Invalid source address \"{word}\""), 255);
            Some(word.parse().map_err(wrong)?)
        }
        None => None,
    };
    let entry = MdbEntry {
        bridge,
        port,
        group,
        source,
        vid,
        permanent,
        by_user: true,
        filter_mode: None,
        timer: 0,
    };
    let ns = cx.ns.clone();
    let change = if adds {
        Change::AddMdb { ns, entry }
    } else {
        Change::DelMdb { ns, entry }
    };
    cx.world.apply(vec![change]).map_err(refused)
}

fn show(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let (mut dev, mut vid) = (None, 0);
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            "vid" => vid = super::atoi(words.value()?) as u16,
            _ => {}
        }
    }
    let state = words::namespace(cx, PARTS)?;
    let dev = match dev {
        Some(name) => Some(find(&state, name).ok_or_else(|| no_device(name))?),
        None => None,
    };
    let entries = state.mdb.iter().filter(|entry| {
        dev.is_none_or(|dev| entry.bridge == dev) && (vid == 0 || entry.vid == vid)
    });
    let records: Vec<Record> = entries.map(|e| line(options, &state, e)).collect();
    let routers = state.mdb_routers.iter();
    let routers = routers.filter(|router| dev.is_none_or(|dev| router.bridge == dev));
    let routers: Vec<&MdbRouter> = routers.filter(|_| options.details).collect();
    let text = if options.json {
        json(options, &state, records, &routers)
    } else {
        let mut text = print::text(&records, options.oneline);
        if options.oneline {
            text = text.replace('\n', "\\");
        }
        text + &router_lines(options, &state, &routers)
    };
    cx.out.write_all(text.as_bytes())?;
    Ok(())
}

/// What is left of a time, as the original writes it.
fn left(centiseconds: u32) -> String {
    format!("{:4}.{:02}", centiseconds / 100, centiseconds % 100)
}

/// The line of an entry.
pub(super) fn line(options: &Options, state: &Namespace, entry: &MdbEntry) -> Record {
    let mut record = Record::default();
    record.json("index", entry.bridge);
    let (dev, port) = (state.link_name(entry.bridge), state.link_name(entry.port));
    record.field("dev", dev.as_str(), format!("dev {dev}"));
    record.field("port", port.as_str(), format!(" port {port}"));
    let group = entry.group.to_string();
    record.field("grp", group.as_str(), format!(" grp {group}"));
    if let Some(source) = entry.source {
        let source = source.to_string();
        record.field("src", source.as_str(), format!(" src {source}"));
    }
    let word = if entry.permanent { "permanent" } else { "temp" };
    record.field("state", word, format!(" {word}"));
    let of_port = entry.port != entry.bridge;
    if options.details && of_port {
        if let Some(mode) = entry.filter_mode.map(netloom_model::FilterMode::name) {
            record.field("filter_mode", mode, format!(" filter_mode {mode}"));
        }
        let by = if entry.by_user { "static" } else { "kernel" };
        record.field("protocol", by, format!(" proto {by} "));
    }
    record.open_list("flags");
    record.close();
    if entry.vid != 0 {
        record.field("vid", entry.vid, format!(" vid {}", entry.vid));
    }
    if options.statistics {
        let timer = left(entry.timer);
        record.field("timer", timer.as_str(), format!(" {timer}"));
    }
    record
}

/// The routers of each bridge.
fn by_bridge<'a>(routers: &'a [&'a MdbRouter]) -> impl Iterator<Item = &'a [&'a MdbRouter]> {
    routers.chunk_by(|one, other| one.bridge == other.bridge)
}

const KINDS: [&str; 4] = ["disabled", "temp", "permanent", "temp"];

fn router_lines(options: &Options, state: &Namespace, routers: &[&MdbRouter]) -> String {
    let mut text = String::new();
    for bridge in by_bridge(routers) {
        let Some(first) = bridge.first() else {
            continue;
        };
        text += &format!("router ports on {}: ", state.link_name(first.bridge));
        for router in bridge {
            text += &format!("{} ", state.link_name(router.port));
            if options.statistics {
                let kind = KINDS.get(usize::from(router.kind)).unwrap_or(&"unknown");
                text += &format!("{} {kind}", left(router.timer));
            }
        }
        text.push('\n');
    }
    text
}

fn json(
    options: &Options,
    state: &Namespace,
    records: Vec<Record>,
    routers: &[&MdbRouter],
) -> String {
    let mut all = Record::default();
    let entries = records.into_iter().map(|r| Value::Object(r.members));
    all.json("mdb", Value::List(entries.collect()));
    all.open_object("router");
    for bridge in by_bridge(routers) {
        let name = bridge.first().map(|first| state.link_name(first.bridge));
        all.open_list(&name.unwrap_or_default());
        for router in bridge {
            all.open_object("");
            all.json("port", state.link_name(router.port));
            if options.statistics {
                all.json("timer", left(router.timer));
                let kind = KINDS.get(usize::from(router.kind)).unwrap_or(&"unknown");
                all.json("type", *kind);
            }
            all.close();
        }
        all.close();
    }
    all.close();
    print::json(vec![all], options.pretty)
}
