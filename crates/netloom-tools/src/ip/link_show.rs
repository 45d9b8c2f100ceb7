//! `ip link show`: links as text and JSON.

use super::link_details::details;
use super::link_filter::Filter;
use super::link_stats::statistics;
use super::print::Record;
use super::words::{self, Failure, Outcome, Words, matches};
use super::{Options, group_name, link_new, link_set, link_xstats};
use crate::Context;
use netloom_model::state::Parts;
use netloom_model::{Family, Link, LinkFlags, LinkKind, LinkRef, Namespace};
use std::borrow::Cow;

/// `ip link COMMAND`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let Some(command) = words.next() else {
        return show(cx, options, words);
    };
    let is = |name: &str| matches(command, name);
    if is("add") {
        link_new::add(cx, words)
    } else if is("set") || is("change") {
        link_set::set(cx, words)
    } else if is("replace") {
        Err(Failure::unsupported("ip link replace"))
    } else if is("delete") {
        link_set::delete(cx, words)
    } else if is("show") || is("lst") || is("list") {
        show(cx, options, words)
    } else if is("property") {
        link_set::property(cx, words)
    } else if is("xstats") {
        link_xstats::xstats(cx, options, words)
    } else if is("afstats") {
        Err(Failure::unsupported(&format!("ip link {command}")))
    } else if is("help") {
        Err(link_new::usage())
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"ip link help\".");
        Err(Failure::new(text, 255))
    }
}

fn show(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let mut filter = Filter::default();
    while let Some(word) = words.next() {
        if word == "help" {
            return Err(link_new::usage());
        }
        if !filter.word(word, words)? {
            filter.set_dev(word)?;
        }
    }
    let state = words::namespace(cx, Parts::LINKS)?;
    let mut records = Vec::new();
    for link in filter.links(&state)? {
        let mut record = Record::default();
        if options.brief {
            brief(&mut record, &state, link);
            brief_address(&mut record, &state, link);
        } else {
            full(&mut record, options, &state, link, true);
        }
        records.push(record);
    }
    super::show(cx, options, records)
}

/// The flags in the order in which iproute2 prints them.
fn flag_names(state: &Namespace, link: &Link) -> Vec<&'static str> {
    let has = |flag| link.flags.contains(flag);
    let mut names = Vec::new();
    if has(LinkFlags::UP) && !has(LinkFlags::RUNNING) {
        names.push("NO-CARRIER");
    }
    let ordered = [
        (LinkFlags::LOOPBACK, "LOOPBACK"),
        (LinkFlags::BROADCAST, "BROADCAST"),
        (LinkFlags::POINTOPOINT, "POINTOPOINT"),
        (LinkFlags::MULTICAST, "MULTICAST"),
        (LinkFlags::NOARP, "NOARP"),
        (LinkFlags::ALLMULTI, "ALLMULTI"),
        (LinkFlags::PROMISC, "PROMISC"),
        (LinkFlags::UP, "UP"),
        (LinkFlags::LOWER_UP, "LOWER_UP"),
        (LinkFlags::DORMANT, "DORMANT"),
    ];
    names.extend(
        ordered
            .iter()
            .filter(|(flag, _)| has(*flag))
            .map(|(_, name)| *name),
    );
    // The other end is here, and down.
    let peer = link.peer.as_ref().filter(|peer| peer.nsid.is_none());
    let lower = peer.and_then(|peer| state.link(&LinkRef::Index(peer.index)));
    if lower.is_some_and(|lower| !lower.flags.contains(LinkFlags::UP)) {
        names.push("M-DOWN");
    }
    names
}

pub(crate) fn flags(record: &mut Record, state: &Namespace, link: &Link) {
    let names = flag_names(state, link);
    record.open_list("flags");
    record.text("<");
    for (at, name) in names.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        record.field("", *name, format!("{comma}{name}"));
    }
    record.close();
    record.text("> ");
}

/// The name, with what it is tied to: `veth0@if3:`.
pub(crate) fn name(record: &mut Record, state: &Namespace, link: &Link) -> String {
    let mut text = link.name.clone();
    if let Some(peer) = &link.peer {
        let here = peer
            .nsid
            .is_none()
            .then(|| state.link(&LinkRef::Index(peer.index)))
            .flatten();
        if let Some(other) = here {
            record.json("link", other.name.as_str());
            text.push('@');
            text.push_str(&other.name);
        } else {
            if peer.nsid.is_some() {
                record.json("link_index", peer.index);
            } else {
                record.json("link", format!("if{}", peer.index));
            }
            text.push_str(&format!("@if{}", peer.index));
        }
    } else if matches!(link.kind, LinkKind::Veth) {
        // Its other end is not there yet, or no more.
        text.push_str("@NONE");
    }
    text
}

/// Whether the links are those that IPv6 itself tells of, which is less: `ip -6 addr` for all.
fn of_ipv6(options: &Options) -> bool {
    options.family == Some(Family::V6) && !options.one_link
}

/// A link as `ip addr` sees it. IPv6 names no bridge that it is a port of, and not the namespace of
/// the other end, whose index is taken for one of here.
pub(super) fn as_seen<'a>(options: &Options, link: &'a Link) -> Cow<'a, Link> {
    if !of_ipv6(options) {
        return Cow::Borrowed(link);
    }
    let mut seen = link.clone();
    (seen.master, seen.alias) = (None, None);
    seen.altnames.clear();
    if let Some(peer) = &mut seen.peer {
        peer.nsid = None;
    }
    Cow::Owned(seen)
}

/// What `-br` says of a link first.
pub(super) fn brief(record: &mut Record, state: &Namespace, link: &Link) {
    let name = name(record, state, link);
    record.field("ifname", link.name.as_str(), format!("{name:<16} "));
    let operstate = link.operstate.name();
    record.field("operstate", operstate, format!("{operstate:<14} "));
}

/// What `ip -br link` says behind it.
pub(super) fn brief_address(record: &mut Record, state: &Namespace, link: &Link) {
    if link.kind.link_type() != "none" {
        let address = link.address.to_string();
        record.field("address", address.as_str(), format!("{address} "));
    }
    flags(record, state, link);
}

/// A link as `ip monitor` tells it: as in a list, without its mode and its queue.
/// `features`: why it is told, where that is said.
pub(super) fn told(
    record: &mut Record,
    options: &Options,
    state: &Namespace,
    link: &Link,
    features: bool,
) {
    let mut part = Record::default();
    let link = Link {
        alias: link.alias.clone().filter(|_| options.details),
        ..link.clone()
    };
    full(&mut part, options, state, &link, false);
    let queue = format!("qlen {}", link.txqueuelen);
    let event = if features {
        "event FEATURE CHANGE "
    } else {
        ""
    };
    record.text(part.text.replacen(&queue, event, 1));
}

/// A link in the family of bridges, as `ip monitor` tells it.
pub(super) fn port(record: &mut Record, state: &Namespace, link: &Link) {
    let name = name(record, state, link);
    record.text(format_args!("{}: {name}: ", link.index));
    flags(record, state, link);
    record.text(format_args!("mtu {} ", link.mtu));
    if let Some(master) = link.master {
        record.text(format_args!("master {} ", state.link_name(master)));
    }
    record.text(format_args!("state {} ", link.operstate.name()));
    let (kind, address) = (link.kind.link_type(), link.address);
    record.text(format_args!("\n    link/{kind} {address}"));
}

/// A link in full; `mode` is printed for `ip link` alone.
pub(super) fn full(
    record: &mut Record,
    options: &Options,
    state: &Namespace,
    link: &Link,
    mode: bool,
) {
    record.field("ifindex", link.index, format!("{}: ", link.index));
    let shown = name(record, state, link);
    record.field("ifname", link.name.as_str(), format!("{shown}: "));
    flags(record, state, link);
    record.field("mtu", link.mtu, format!("mtu {} ", link.mtu));
    let of_ipv6 = !mode && of_ipv6(options);
    if !of_ipv6 {
        record.field(
            "qdisc",
            link.qdisc.as_str(),
            format!("qdisc {} ", link.qdisc),
        );
    }
    if let Some(master) = link.master {
        let name = state.link_name(master);
        record.field("master", name.as_str(), format!("master {name} "));
    }
    let operstate = link.operstate.name();
    record.field("operstate", operstate, format!("state {operstate} "));
    if mode {
        record.field("linkmode", "DEFAULT", "mode DEFAULT ");
    }
    let group = group_name(link.group);
    if !of_ipv6 {
        record.field("group", group.as_str(), format!("group {group} "));
    }
    record.field(
        "txqlen",
        link.txqueuelen,
        format!("qlen {}", link.txqueuelen),
    );
    // Under an Internet protocol's family, `ip addr` leaves the link layer out.
    if mode || options.family.is_none() || options.details {
        layer_two(record, link, !of_ipv6);
    }
    other_namespace(record, link);
    if options.details && !of_ipv6 {
        details(record, state, link, mode);
    }
    if let Some(alias) = &link.alias {
        record.text(format!("\n    alias {alias}"));
        if mode {
            record.json("ifalias", alias.as_str());
        }
    }
    if mode && options.statistics > 0 {
        statistics(record, options, link);
    }
    if !link.altnames.is_empty() {
        record.open_list("altnames");
        for altname in &link.altnames {
            record.field("", altname.as_str(), format!("\n    altname {altname}"));
        }
        record.close();
    }
}

fn layer_two(record: &mut Record, link: &Link, broadcast: bool) {
    let kind = link.kind.link_type();
    record.field("link_type", kind, format!("\n    link/{kind} "));
    if kind == "none" {
        return;
    }
    let address = link.address.to_string();
    record.field("address", address.as_str(), &address);
    if !broadcast {
        return;
    }
    let broadcast = link.broadcast.to_string();
    record.field("broadcast", broadcast.as_str(), format!(" brd {broadcast}"));
}

/// The namespace of the link at the other end.
fn other_namespace(record: &mut Record, link: &Link) {
    if let Some(peer) = &link.peer
        && let Some(nsid) = peer.nsid
    {
        // A name is for text alone.
        record.json("link_netnsid", nsid);
        if peer.ns.is_first() {
            record.text(format!(" link-netnsid {nsid}"));
        } else {
            record.text(format!(" link-netns {}", peer.ns.as_str()));
        }
    }
}

/// A device by name in a state, or the complaint of commands that need it.
pub(super) fn wanted<'a>(state: &'a Namespace, name: &str) -> Outcome<&'a Link> {
    super::find(state, name)
        .and_then(|index| state.link(&LinkRef::Index(index)))
        .ok_or_else(|| Failure::no_device(name))
}
