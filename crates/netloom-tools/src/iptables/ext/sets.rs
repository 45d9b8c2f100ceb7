//! `set`, `recent`: whether an address is in a list.

use super::super::extension::{Extension, Given, Opt, Shown, View};
use super::values::{bang, first, one, said};
use crate::ip::words::Outcome;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Compare, Not, Recent, RecentAction, SetMatch, XtMatch};

pub(super) const SET: Extension = Extension {
    name: "set",
    options: &[
        ("match-set", 2),
        ("return-nomatch", 0),
        ("update-counters", 0),
        ("update-subcounters", 0),
        ("packets-eq", 1),
        ("packets-lt", 1),
        ("packets-gt", 1),
        ("bytes-eq", 1),
        ("bytes-lt", 1),
        ("bytes-gt", 1),
    ],
    build: set,
    show: show_set,
};

/// `src,dst` as which parts mean the source.
pub(super) fn sides(sources: &[bool]) -> String {
    let words = sources
        .iter()
        .map(|source| if *source { "src" } else { "dst" });
    words.collect::<Vec<_>>().join(",")
}

/// A set's name, and which parts mean the source.
pub(super) fn named(given: &Given<'_>, option: &Opt) -> Outcome<(String, Vec<bool>)> {
    let (Some(name), Some(words)) = (option.values.first(), option.values.get(1)) else {
        return Err(given
            .problem("You must spefify (the comma separated list of) 'src' or 'dst' direction."));
    };
    let mut sources = Vec::new();
    for word in words.split(',') {
        sources.push(match word {
            "src" => true,
            "dst" => false,
            _ => {
                let text = "You must spefify (the comma separated list of) 'src' or 'dst'.";
                return Err(given.problem(text));
            }
        });
    }
    Ok((name.clone(), sources))
}

fn set(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let Some(option) = given.option("match-set") else {
        let text = "You must specify `--match-set' with proper arguments";
        return Err(given.problem(text));
    };
    let (name, sources) = named(given, option)?;
    let amount = |what: &str| -> Outcome<Option<Compare<u64>>> {
        for (word, of) in [
            ("eq", Compare::Eq as fn(u64) -> _),
            ("lt", Compare::Lt),
            ("gt", Compare::Gt),
        ] {
            if let Some(option) = given.option(&format!("{what}-{word}")) {
                let number = given.uint("set", option, u64::MAX)?;
                return Ok(Some(if option.not && word == "eq" {
                    Compare::Ne(number)
                } else {
                    of(number)
                }));
            }
        }
        Ok(None)
    };
    let not_given = |name| given.option(name).is_some_and(|option| option.not);
    one(XtMatch::Set(SetMatch {
        set: Not {
            is: name,
            not: option.not,
        },
        sources,
        packets: amount("packets")?,
        bytes: amount("bytes")?,
        return_nomatch: given.has("return-nomatch"),
        no_update_counters: not_given("update-counters"),
        no_update_subcounters: not_given("update-subcounters"),
    }))
}

fn show_set(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Set(found) = first(view)? else {
        return None;
    };
    let not = bang(found.set.not);
    let words = format!("match-set {} {}", found.set.is, sides(&found.sources));
    let (mut save, mut list) = (format!("-m set {not}--{words}"), format!("{not}{words}"));
    let mut say = |not: bool, word: &str| {
        save += &format!(" {}--{word}", bang(not));
        list += &format!(" {}{word}", bang(not));
    };
    if found.return_nomatch {
        say(false, "return-nomatch");
    }
    if found.no_update_counters {
        say(true, "update-counters");
    }
    if found.no_update_subcounters {
        say(true, "update-subcounters");
    }
    for (what, amount) in [("packets", found.packets), ("bytes", found.bytes)] {
        match amount {
            Some(Compare::Eq(n)) => say(false, &format!("{what}-eq {n}")),
            Some(Compare::Ne(n)) => say(true, &format!("{what}-eq {n}")),
            Some(Compare::Lt(n)) => say(false, &format!("{what}-lt {n}")),
            Some(Compare::Gt(n)) => say(false, &format!("{what}-gt {n}")),
            None => {}
        }
    }
    said(save, list)
}

pub(super) const RECENT: Extension = Extension {
    name: "recent",
    options: &[
        ("set", 0),
        ("rcheck", 0),
        ("update", 0),
        ("remove", 0),
        ("seconds", 1),
        ("reap", 0),
        ("hitcount", 1),
        ("rttl", 0),
        ("name", 1),
        ("rsource", 0),
        ("rdest", 0),
        ("mask", 1),
    ],
    build: recent,
    show: show_recent,
};

const ACTIONS: [(&str, &str, RecentAction); 4] = [
    ("set", "SET", RecentAction::Set),
    ("rcheck", "CHECK", RecentAction::Check),
    ("update", "UPDATE", RecentAction::Update),
    ("remove", "REMOVE", RecentAction::Remove),
];

fn recent(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let mut asked = ACTIONS.iter().filter_map(|(name, _, action)| {
        let option = given.option(name)?;
        Some(option.of(*action))
    });
    let Some(action) = asked.next() else {
        let text = "recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'";
        return Err(given.problem(text));
    };
    let number = |name: &str| -> Outcome<Option<u32>> {
        let option = given.option(name);
        let found = option.map(|o| given.uint("recent", o, u64::from(u32::MAX)));
        Ok(found.transpose()?.map(|found| found as u32))
    };
    let mask = match given.option("mask") {
        Some(option) => {
            let bad = || given.problem("recent: bad value for option \"--mask\".\n");
            given.address(option.word()).ok_or_else(bad)?
        }
        None if given.variant.family == Family::V4 => IpAddr::V4(Ipv4Addr::BROADCAST),
        None => IpAddr::V6(Ipv6Addr::from_bits(u128::MAX)),
    };
    let name = given.option("name").map_or("DEFAULT", |o| o.word());
    one(XtMatch::Recent(Recent {
        name: name.to_owned(),
        action,
        seconds: number("seconds")?,
        reap: given.has("reap"),
        hit_count: number("hitcount")?,
        ttl: given.has("rttl"),
        destination: given.has("rdest"),
        mask,
    }))
}

fn show_recent(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Recent(found) = first(view)? else {
        return None;
    };
    let Not { is, not } = found.action;
    let (option, title, _) = ACTIONS.iter().find(|(_, _, action)| *action == is)?;
    let mut save = format!("-m recent {}--{option}", bang(not));
    let mut list = format!("{}recent: {title}", bang(not));
    if let Some(seconds) = found.seconds {
        save += &format!(" --seconds {seconds}");
        list += &format!(" seconds: {seconds}");
    }
    if found.reap {
        save += " --reap";
        list += " reap";
    }
    if let Some(count) = found.hit_count {
        save += &format!(" --hitcount {count}");
        list += &format!(" hit_count: {count}");
    }
    if found.ttl {
        save += " --rttl";
        list += " TTL-Match";
    }
    let (side, long) = if found.destination {
        ("rdest", "dest")
    } else {
        ("rsource", "source")
    };
    let (name, mask) = (&found.name, found.mask);
    save += &format!(" --name {name} --mask {mask} --{side}");
    list += &format!(" name: {name} side: {long} mask: {mask}");
    said(save, list)
}
