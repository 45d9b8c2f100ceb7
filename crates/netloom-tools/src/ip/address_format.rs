//! How an address is printed.

use super::Options;
use super::print::Record;
use super::words::SCOPES;
use netloom_model::{Address, Family, Namespace};

/// What `-br` says of an address.
pub(super) fn brief(record: &mut Record, address: &Address) {
    let local = address.local;
    record.open_object("");
    record.field("local", local.addr.to_string(), local.addr.to_string());
    if let Some(peer) = address.peer {
        record.field("address", peer.to_string(), format!(" peer {peer}"));
    }
    record.field("prefixlen", local.len, format!("/{} ", local.len));
    if address.metric != 0 {
        record.field(
            "metric",
            address.metric,
            format!("metric {} ", address.metric),
        );
    }
    record.close();
}

/// An address as `ip monitor` tells it, with its link in front.
pub(super) fn line(ns: &Namespace, options: &Options, address: &Address) -> Record {
    let mut record = Record::default();
    let name = ns.link_name(address.dev);
    record.text(format_args!("{}: {name}", address.dev));
    one(&mut record, options, &name, address);
    record
}

/// One address in full, without the end of its last line.
pub(super) fn one(record: &mut Record, options: &Options, name: &str, address: &Address) {
    let local = address.local;
    let family = if local.family() == Family::V4 {
        "inet"
    } else {
        "inet6"
    };
    record.field("family", family, format!("    {family} "));
    record.field("local", local.addr.to_string(), local.addr.to_string());
    if let Some(peer) = address.peer {
        record.field("address", peer.to_string(), format!(" peer {peer}"));
    }
    record.field("prefixlen", local.len, format!("/{} ", local.len));
    if address.metric != 0 {
        record.field(
            "metric",
            address.metric,
            format!("metric {} ", address.metric),
        );
    }
    if let Some(broadcast) = address.broadcast {
        record.field(
            "broadcast",
            broadcast.to_string(),
            format!("brd {broadcast} "),
        );
    }
    let scope = SCOPES.name(address.scope.0.into(), options.numeric);
    record.field("scope", scope.as_str(), format!("scope {scope} "));
    let v6 = local.family() == Family::V6;
    flags(record, address);
    let label = if address.label.is_empty() {
        name
    } else {
        address.label.as_str()
    };
    // Labels are IPv4's.
    if !v6 {
        record.field("label", label, label);
    }
    let left = |lft: Option<u32>| match lft {
        None => "forever".to_owned(),
        Some(0) => "0sec".to_owned(),
        Some(seconds) => format!("{seconds}sec"),
    };
    record.field(
        "valid_life_time",
        address.valid_lft.unwrap_or(u32::MAX),
        format!("{}       valid_lft {} ", "\n", left(address.valid_lft)),
    );
    // What stays for ever is told to stay preferred for ever, even where it is deprecated.
    let preferred = if v6 {
        address.preferred_lft
    } else {
        address.valid_lft.and(address.preferred_lft)
    };
    record.field(
        "preferred_life_time",
        preferred.unwrap_or(u32::MAX),
        format!("preferred_lft {}", left(preferred)),
    );
}

/// The words of an address's flags, in the order of the original.
fn flags(record: &mut Record, address: &Address) {
    let v6 = &address.flags;
    let flags = [
        (address.secondary, "secondary"),
        (v6.temporary, "temporary"),
        (v6.nodad, "nodad"),
        (v6.optimistic, "optimistic"),
        (v6.dad_failed, "dadfailed"),
        (v6.home, "home"),
        (address.preferred_lft == Some(0), "deprecated"),
        (v6.tentative, "tentative"),
        (address.valid_lft.is_some() || v6.autoconf, "dynamic"),
        (v6.manage_temp, "mngtmpaddr"),
        (address.noprefixroute, "noprefixroute"),
        (address.autojoin, "autojoin"),
        (v6.stable_privacy, "stable-privacy"),
    ];
    for (_, name) in flags.iter().filter(|(on, _)| *on) {
        record.field(name, true, format!("{name} "));
    }
}
