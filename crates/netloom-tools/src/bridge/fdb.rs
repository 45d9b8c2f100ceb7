//! `bridge fdb`: forwarding databases, and the addresses that devices listen to (bridge(8)).

use super::remote::{self, Remote};
use super::{Options, no_bridge_device, no_device, refused};
use crate::Context;
use crate::ip::find;
use crate::ip::print::Record;
use crate::ip::words::{self, Failure, Outcome, Words, matches};
use netloom_model::bridge::{FdbEntry, FdbState};
use netloom_model::change::Mode;
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Link, LinkKind, MacAddr, Namespace};

const USAGE: &str = "\
Usage: bridge fdb add|append|replace|del MAC dev DEVICE [self] [master]
                  [local|static|dynamic] [vlan ID] [use] [router] [extern_learn]
                  [sticky] [dst ADDRESS [port PORT] [vni VNI] [via DEVICE]]
       bridge fdb [show [br BRIDGE] [brport PORT] [vlan ID] [state STATE] [dynamic]]
       bridge fdb get MAC [br BRIDGE] [dev|brport DEVICE] [vlan ID] [self] [master]
       bridge fdb flush dev DEVICE [brport PORT] [vlan ID] [self] [master] [[no]WORD]...";

const LINKS_AND_FDB: Parts = Parts {
    links: true,
    fdb: true,
    ..Parts::NONE
};

/// Runs `bridge fdb`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let command = words.next().unwrap_or("show");
    let is = |full| matches(command, full);
    if is("add") {
        modify(cx, words, Some(Mode::Add))
    } else if is("append") {
        modify(cx, words, Some(Mode::Append))
    } else if is("replace") {
        modify(cx, words, Some(Mode::Replace))
    } else if is("delete") {
        modify(cx, words, None)
    } else if is("get") {
        get(cx, options, words)
    } else if is("show") || is("lst") || is("list") {
        show(cx, options, words)
    } else if is("flush") {
        flush(cx, words)
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"bridge fdb help\".");
        Err(Failure::new(text, 255))
    }
}

/// Which entries to show.
#[derive(Default)]
struct Filter<'a> {
    bridge: Option<&'a str>,
    dev: Option<&'a str>,
    vlan: Option<u16>,
    /// The states wanted; all without.
    states: Option<Vec<FdbState>>,
    dynamic: bool,
}

fn show(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let mut filter = Filter::default();
    while let Some(word) = words.next() {
        match word {
            "brport" | "dev" => filter.dev = Some(words.value()?),
            "br" => filter.bridge = Some(words.value()?),
            "vlan" => filter.vlan = words.value()?.parse().ok(),
            "state" => filter.states = states(words.value()?)?,
            "dynamic" => filter.dynamic = true,
            _ if matches(word, "help") => return Err(Failure::new(USAGE, 255)),
            _ => {}
        }
    }
    let state = words::namespace(cx, LINKS_AND_FDB)?;
    let find = |name: Option<&str>, missing: fn(&str) -> Failure| match name {
        Some(name) => find(&state, name).map(Some).ok_or_else(|| missing(name)),
        None => Ok(None),
    };
    let bridge = find(filter.bridge, no_bridge_device)?;
    let dev = find(filter.dev, no_device)?;
    let of_bridge = |entry: &FdbEntry, bridge: u32| {
        let is_bridge = |index: u32| {
            let link = state.link(&index.into());
            link.is_some_and(|link| matches!(link.kind, LinkKind::Bridge(_)))
        };
        let master = state.link(&entry.dev.into()).and_then(|link| link.master);
        is_bridge(bridge)
            && (entry.master == Some(bridge) || entry.dev == bridge || master == Some(bridge))
    };
    let wanted = state.fdb.iter().filter(|entry| {
        let permanent = matches!(entry.state, FdbState::Local | FdbState::Own);
        bridge.is_none_or(|bridge| of_bridge(entry, bridge))
            && dev.is_none_or(|dev| entry.dev == dev)
            && filter.vlan.is_none_or(|vlan| entry.vlan == Some(vlan))
            && !(filter.dynamic && permanent)
            && filter
                .states
                .as_ref()
                .is_none_or(|states| is_in(entry, states))
    });
    let records = wanted.map(|entry| line(options, &state, entry, dev.is_none()));
    let records = records.collect();
    super::show(cx, options, records)
}

/// Whether an entry is in one of some states. What is for ever in a tunnel is static too.
fn is_in(entry: &FdbEntry, states: &[FdbState]) -> bool {
    let fixed = entry.remote.is_some() && entry.state == FdbState::Own;
    states.contains(&entry.state) || fixed && states.contains(&FdbState::Static)
}

/// The states that a word names; none where it names all.
fn states(word: &str) -> Outcome<Option<Vec<FdbState>>> {
    Ok(match word {
        "all" => None,
        _ if matches(word, "permanent") => Some(vec![FdbState::Local, FdbState::Own]),
        _ if matches(word, "static") || matches(word, "temp") => Some(vec![FdbState::Static]),
        _ if matches(word, "dynamic") || matches(word, "reachable") => {
            Some(vec![FdbState::Dynamic])
        }
        _ if matches(word, "stale") => Some(vec![FdbState::Stale]),
        _ => return Err(Failure::wrong(word, "invalid state")),
    })
}

/// The line of an entry, with its device where not all have the same.
pub(super) fn line(
    options: &Options,
    state: &Namespace,
    entry: &FdbEntry,
    with_dev: bool,
) -> Record {
    let mut record = Record::default();
    let address = entry.address.to_string();
    record.field("mac", address.as_str(), format!("{address} "));
    if with_dev {
        let name = state.link_name(entry.dev);
        record.field("ifname", name.as_str(), format!("dev {name} "));
    }
    let remote = entry.remote.as_deref();
    remote::dst(&mut record, remote);
    if let Some(vlan) = entry.vlan {
        record.field("vlan", vlan, format!("vlan {vlan} "));
    }
    remote::way(&mut record, state, remote);
    if options.statistics && (entry.master.is_some() || remote.is_some()) {
        record.field("used", entry.used, format!("used {}/", entry.used));
        record.field("updated", entry.updated, format!("{} ", entry.updated));
    }
    record.open_list("flags");
    for (flag, on) in [
        ("self", entry.is_own()),
        ("router", remote.is_some_and(|remote| remote.router)),
        ("extern_learn", entry.extern_learn),
        ("sticky", entry.sticky),
    ] {
        if on {
            record.field("", flag, format!("{flag} "));
        }
    }
    record.close();
    if let Some(master) = entry.master {
        let name = state.link_name(master);
        record.field("master", name.as_str(), format!("master {name} "));
    }
    let word = match entry.state {
        FdbState::Local | FdbState::Own => "permanent",
        FdbState::Static => "static",
        FdbState::Dynamic => "",
        FdbState::Stale => "stale",
    };
    record.field("state", word, word);
    record
}

/// Whether a device knows hosts behind it.
fn is_tunnel(link: &Link) -> bool {
    link.kind.name() == Some("vxlan")
}

/// An address, as sscanf(3) takes it apart.
fn mac(word: &str) -> Outcome<MacAddr> {
    let wrong = || Failure::new(format!("Invalid mac address {word}"), 255);
    word.parse().map_err(|_| wrong())
}

/// The one address of a command line.
fn take_address<'a>(
    address: &mut Option<&'a str>,
    word: &'a str,
    words: &mut Words<'a>,
) -> Outcome<()> {
    let value = if word == "to" { words.value()? } else { word };
    if address.is_some() {
        return Err(Failure::garbage("to", value));
    }
    *address = Some(value);
    Ok(())
}

fn vlan(words: &mut Words<'_>) -> Outcome<Option<u16>> {
    let vlan = words
        .value()?
        .parse()
        .ok()
        .filter(|vlan| (1..4095).contains(vlan));
    vlan.map(Some)
        .ok_or_else(|| Failure::new("Error: invalid vlan id.", 255))
}

/// `add`, `append`, `replace`, and without a mode `del`.
fn modify(cx: &mut Context<'_>, words: &mut Words<'_>, mode: Option<Mode>) -> Outcome<()> {
    let (mut dev, mut address, mut own, mut master) = (None, None, false, false);
    let (mut kind, mut number, mut seen) = (None, None, false);
    let (mut sticky, mut extern_learn) = (false, false);
    let mut remote = Remote::default();
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            "self" => own = true,
            "master" => master = true,
            "extern_learn" => extern_learn = true,
            "sticky" => sticky = true,
            "use" => seen = true,
            "vlan" => number = vlan(words)?,
            _ if remote.word(word, words)? => {}
            _ if matches(word, "local") || matches(word, "permanent") => {
                kind = Some(FdbState::Local);
            }
            _ if matches(word, "temp") || matches(word, "static") => {
                kind = Some(FdbState::Static);
            }
            _ if matches(word, "dynamic") => kind = Some(FdbState::Dynamic),
            _ if matches(word, "help") => return Err(Failure::new(USAGE, 255)),
            _ => take_address(&mut address, word, words)?,
        }
    }
    let (Some(dev), Some(address)) = (dev, address) else {
        let text = "Device and address are required arguments.";
        return Err(Failure::new(text, 255));
    };
    remote.check()?;
    let address = mac(address)?;
    let state = words::namespace(cx, Parts::LINKS)?;
    let remote = remote.found(&state)?;
    let dev = find(&state, dev).ok_or_else(|| no_device(dev))?;
    let link = state.link(&dev.into());
    let is_bridge = link.is_some_and(|link| matches!(link.kind, LinkKind::Bridge(_)));
    // Only a tunnel has hosts behind it.
    let is_tunnel = link.is_some_and(is_tunnel);
    let remote = remote.filter(|_| is_tunnel);
    let port_of = link
        .filter(|link| link.bridge_port.is_some())
        .and_then(|link| link.master);
    let mut changes = Vec::new();
    // Of the two databases it may be for, the master's comes first; with no word, the device's own.
    for own in [false, true]
        .into_iter()
        .filter(|o| if *o { own || !master } else { master })
    {
        let bridge = match (own, port_of) {
            (false, None) => return Err(refused(Errno::OPNOTSUPP.into())),
            (false, bridge) => bridge,
            // The bridge's own list is its database.
            (true, _) => is_bridge.then_some(dev),
        };
        let kind = match (kind, bridge) {
            (None | Some(FdbState::Local), None) => FdbState::Own,
            // As if a frame had come from there.
            (_, Some(_)) if seen => FdbState::Dynamic,
            (None, Some(_)) if extern_learn => FdbState::Dynamic,
            (None, Some(_)) => FdbState::Local,
            (Some(_), None) if mode.is_some() && !is_tunnel => {
                return Err(refused(Errno::INVAL.into()));
            }
            (Some(kind), _) => kind,
        };
        let ns = cx.ns.clone();
        changes.push(match mode {
            Some(mode) => {
                let mode = if seen && bridge.is_some() {
                    Mode::Replace
                } else {
                    mode
                };
                let entry = FdbEntry {
                    address,
                    vlan: number,
                    dev,
                    master: bridge,
                    state: kind,
                    extern_learn,
                    sticky,
                    used: 0,
                    updated: 0,
                    remote: remote.clone().filter(|_| bridge.is_none()),
                };
                Change::AddFdb { ns, entry, mode }
            }
            None => Change::DelFdb {
                ns,
                dev,
                address,
                vlan: number,
                own: bridge.is_none(),
                remote: remote.clone().filter(|_| bridge.is_none()),
            },
        });
    }
    cx.world.apply(changes).map_err(refused)
}

fn get(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let (mut dev, mut bridge, mut address, mut own, mut number) = (None, None, None, false, None);
    let mut network = None;
    while let Some(word) = words.next() {
        match word {
            "brport" | "dev" => dev = Some(words.value()?),
            "br" => bridge = Some(words.value()?),
            "self" => own = true,
            "master" | "dynamic" => {}
            "vlan" => number = vlan(words)?,
            "vni" => network = Some(remote::network(words.value()?, "invalid VNI")?),
            _ if matches(word, "help") => return Err(Failure::new(USAGE, 255)),
            _ => take_address(&mut address, word, words)?,
        }
    }
    let (Some(address), true) = (address, dev.is_some() || bridge.is_some()) else {
        let text = "Device or master and address are required arguments.";
        return Err(Failure::new(text, 255));
    };
    let address = mac(address)?;
    let state = words::namespace(cx, LINKS_AND_FDB)?;
    let found =
        |name: &str, missing: fn(&str) -> Failure| find(&state, name).ok_or_else(|| missing(name));
    let dev = dev.map(|name| found(name, no_device)).transpose()?;
    let bridge = bridge
        .map(|name| found(name, no_bridge_device))
        .transpose()?;
    let link = dev.and_then(|dev| state.link(&dev.into()));
    let of_dev = link.and_then(|link| match &link.kind {
        LinkKind::Bridge(_) => Some(link.index),
        _ if own => None,
        _ => link.master,
    });
    let master = bridge.or(of_dev);
    let tunnel = link.filter(|link| own && is_tunnel(link));
    if master.is_none() && tunnel.is_none() {
        let text = match own {
            true => "Error: Fdb get operation not supported by device.",
            false => "Error: Device is not a bridge port.",
        };
        return Err(Failure::new(text, 254));
    }
    // One that serves a single network is not asked for which.
    let of_tunnel = |entry: &FdbEntry| {
        let served = entry.remote.as_ref().and_then(|remote| remote.src_vni);
        let is = tunnel.is_some_and(|link| link.index == entry.dev);
        is && entry.is_own() && (served.is_none() || served == network)
    };
    let of_bridge = |entry: &FdbEntry| master.is_some() && entry.master == master;
    let entry = state.fdb.iter().find(|entry| {
        (of_tunnel(entry) || of_bridge(entry) && entry.vlan == number) && entry.address == address
    });
    let Some(entry) = entry else {
        return Err(Failure::new("Error: Fdb entry not found.", 254));
    };
    let record = line(options, &state, entry, true);
    super::show(cx, options, vec![record])
}

/// Which entries a `flush` takes: a property, and whether an entry must have it or not.
#[derive(Default)]
struct Flush {
    permanent: Option<bool>,
    fixed: Option<bool>,
    extern_learn: Option<bool>,
    sticky: Option<bool>,
    vlan: Option<u16>,
}

impl Flush {
    /// Takes a word with which entries are chosen; whether it is one.
    fn word(&mut self, word: &str) -> bool {
        let (name, on) = word
            .strip_prefix("no")
            .map_or((word, true), |name| (name, false));
        match name {
            "permanent" => self.permanent = Some(on),
            "static" => self.fixed = Some(on),
            // What ages is what is not fixed.
            "dynamic" => self.fixed = Some(!on),
            "extern_learn" => self.extern_learn = Some(on),
            "sticky" => self.sticky = Some(on),
            _ => return false,
        }
        true
    }

    fn takes(&self, entry: &FdbEntry) -> bool {
        let local = entry.state == FdbState::Local;
        let fixed = local || entry.state == FdbState::Static;
        self.permanent.is_none_or(|on| on == local)
            && self.fixed.is_none_or(|on| on == fixed)
            && self.extern_learn.is_none_or(|on| on == entry.extern_learn)
            && self.sticky.is_none_or(|on| on == entry.sticky)
            && self.vlan.is_none_or(|vlan| entry.vlan == Some(vlan))
    }
}

fn flush(cx: &mut Context<'_>, words: &mut Words<'_>) -> Outcome<()> {
    let (mut dev, mut port, mut own, mut master) = (None, None, false, false);
    let mut choice = Flush::default();
    while let Some(word) = words.next() {
        match word {
            "dev" => dev = Some(words.value()?),
            "brport" => port = Some(words.value()?),
            "vlan" => choice.vlan = vlan(words)?,
            "self" => own = true,
            "master" => master = true,
            "added_by_user" | "noadded_by_user" | "offloaded" | "nooffloaded" => {
                return Err(Failure::unsupported(word));
            }
            _ if choice.word(word) => {}
            _ if matches(word, "help") => return Err(Failure::new(USAGE, 255)),
            _ => return Err(Failure::garbage("dev", word)),
        }
    }
    let Some(dev) = dev else {
        return Err(Failure::new("Device is a required argument.", 255));
    };
    let state = words::namespace(cx, LINKS_AND_FDB)?;
    let dev = find(&state, dev).ok_or_else(|| no_bridge_device(dev))?;
    let port = match port {
        Some(name) => Some(find(&state, name).ok_or_else(|| no_device(name))?),
        None => None,
    };
    let unable = || refused(Errno::OPNOTSUPP.into());
    let link = state.link(&dev.into()).ok_or_else(unable)?;
    let is_bridge = matches!(link.kind, LinkKind::Bridge(_));
    let (bridge, port) = match (link.master, own || !master) {
        (Some(bridge), false) => (bridge, port.or(Some(dev))),
        (_, true) if is_bridge => (dev, port),
        _ => return Err(unable()),
    };
    let gone = state.fdb.iter().filter(|entry| {
        entry.master == Some(bridge)
            && port.is_none_or(|port| entry.dev == port)
            && choice.takes(entry)
    });
    let change = Change::FlushFdb {
        ns: cx.ns.clone(),
        bridge,
        entries: gone.map(|entry| (entry.address, entry.vlan)).collect(),
    };
    cx.world.apply(vec![change]).map_err(refused)
}
