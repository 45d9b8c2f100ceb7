//! `ip maddress`: the groups that links listen to (ip-maddress(8)).

use super::Options;
use super::print::{Record, Value};
use super::words::{self, Failure, Outcome, Words, matches};
use crate::Context;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Family, Group, LinkKind, MacAddr, Membership, Namespace};

const USAGE: &str = "\
Usage: ip maddress add|del MAC dev DEVICE
       ip maddress [show [dev DEVICE]]";

const PARTS: Parts = Parts {
    links: true,
    groups: true,
    ..Parts::NONE
};

/// Runs `ip maddress`.
pub(super) fn main(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let command = words.next().unwrap_or("show");
    let is = |full| matches(command, full);
    if is("add") {
        modify(cx, words, true)
    } else if is("delete") {
        modify(cx, words, false)
    } else if is("list") || is("show") || is("lst") || is("ls") {
        show(cx, options, words)
    } else if is("help") {
        Err(Failure::new(USAGE, 255))
    } else {
        let text = format!("Command \"{command}\" is unknown, try \"ip maddr help\".");
        Err(Failure::new(text, 255))
    }
}

fn modify(cx: &mut Context<'_>, words: &mut Words<'_>, adds: bool) -> Outcome<()> {
    let (mut dev, mut address) = (None, None);
    while let Some(word) = words.next() {
        if word == "dev" {
            let name = words.value()?;
            if dev.replace(name).is_some() {
                return Err(Failure::duplicate("dev", name));
            }
            continue;
        }
        let word = if matches(word, "address") {
            words.value()?
        } else if matches(word, "help") {
            return Err(Failure::new(USAGE, 255));
        } else {
            word
        };
        if address.is_some() {
            return Err(Failure::duplicate("address", word));
        }
        address = Some(lladdr(word)?);
    }
    let Some(dev) = dev else {
        let text = "Not enough information: \"dev\" is required.";
        return Err(Failure::new(text, 255));
    };
    let state = words::namespace(cx, Parts::LINKS)?;
    let refused = |errno: Errno| Failure::new(format!("ioctl: {errno}"), 1);
    let link = super::find(&state, dev).and_then(|index| state.link(&index.into()));
    let link = link.ok_or_else(|| refused(Errno::NODEV))?;
    if link.kind == LinkKind::Loopback {
        return Err(refused(Errno::INVAL));
    }
    let (ns, dev) = (cx.ns.clone(), link.index);
    let address = address.unwrap_or(MacAddr::ZERO);
    let change = if adds {
        Change::AddGroup { ns, dev, address }
    } else {
        Change::DelGroup { ns, dev, address }
    };
    let applied = cx.world.apply(vec![change]);
    applied.map_err(|error| refused(error.errno))
}

/// A hardware address, as the original takes one apart: bytes in hexadecimal, or the four of an
/// IPv4 address.
fn lladdr(word: &str) -> Outcome<MacAddr> {
    let invalid = |part: &str| Failure::new(format!("\"{part}\" is invalid lladdr."), 1);
    let bytes = if word.contains('.') {
        let address: Ipv4Addr = word.parse().map_err(|_| invalid(word))?;
        address.octets().to_vec()
    } else {
        let byte = |part| u8::from_str_radix(part, 16).map_err(|_| invalid(part));
        word.split(':').map(byte).collect::<Outcome<Vec<u8>>>()?
    };
    <[u8; 6]>::try_from(bytes.as_slice())
        .map(MacAddr)
        .map_err(|_| {
            let len = bytes.len();
            let text = format!("Error: Invalid address length {len} - must be 6 bytes");
            Failure::new(text, 1)
        })
}

fn show(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<()> {
    let mut dev = None;
    while let Some(word) = words.next() {
        let name = if word == "dev" {
            words.value()?
        } else if matches(word, "help") {
            return Err(Failure::new(USAGE, 255));
        } else {
            word
        };
        if dev.replace(name).is_some() {
            return Err(Failure::garbage("dev", name));
        }
    }
    let state = words::namespace(cx, PARTS)?;
    let wanted = |entry: &&Membership| {
        let family = match entry.group {
            Group::Link { .. } => None,
            Group::Ip(IpAddr::V4(_)) => Some(Family::V4),
            Group::Ip(IpAddr::V6(_)) => Some(Family::V6),
        };
        let any = options.family.is_none() && !options.link_only;
        (any || options.family == family) && dev.is_none_or(|dev| state.link_name(entry.dev) == dev)
    };
    let entries: Vec<&Membership> = state.groups.iter().filter(wanted).collect();
    let records = if options.oneline {
        let lines = entries.chunks(1);
        lines.map(|line| record(&state, line)).collect()
    } else {
        let links = entries.chunk_by(|one, other| one.dev == other.dev);
        links.map(|link| record(&state, link)).collect()
    };
    super::show(cx, options, records)
}

/// The groups of one link.
fn record(state: &Namespace, entries: &[&Membership]) -> Record {
    let mut record = Record::default();
    let Some(first) = entries.first() else {
        return record;
    };
    record.field("ifindex", first.dev, format!("{}:\t", first.dev));
    let name = state.link_name(first.dev);
    record.field("ifname", name.as_str(), &name);
    record.open_list("maddr");
    for entry in entries {
        record.open_object("");
        group(&mut record, entry);
        record.close();
    }
    record.close();
    record
}

fn group(record: &mut Record, entry: &Membership) {
    let mut by_hand = false;
    match entry.group {
        Group::Link {
            address,
            by_hand: set,
        } => {
            by_hand = set;
            record.field("link", address.to_string(), format!("\n\tlink  {address}"));
        }
        Group::Ip(address) => {
            let family = if address.is_ipv4() { "inet" } else { "inet6" };
            record.field("family", family, format!("\n\t{family:<5} "));
            record.field("address", Value::Text(address.to_string()), address);
        }
    }
    if entry.users != 1 {
        record.field("users", entry.users, format!(" users {}", entry.users));
    }
    if by_hand {
        record.field("features", "static", " static");
    }
}
