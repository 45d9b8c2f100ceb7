//! `TPROXY`, `CT`, `NOTRACK`, `TEE`, `SET`, `SYNPROXY`: where a packet goes, and how its connection
//! is looked up.

use super::super::extension::{Extension, Given, Shown, View};
use super::sets::{self, sides};
use super::values::{number, one_target, said, target};
use crate::ip::words::Outcome;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::statement::Synproxy;
use netloom_model::ruleset::xt::{Ct, Masked, SetTarget, XtTarget, Zone};

pub(super) const TPROXY: Extension = Extension {
    name: "TPROXY",
    options: &[("on-port", 1), ("on-ip", 1), ("tproxy-mark", 1)],
    build: tproxy,
    show: |view| match target(view)? {
        XtTarget::Tproxy {
            port,
            address,
            mark: Masked { value, mask },
        } => said(
            format!("--on-port {port} --on-ip {address} --tproxy-mark 0x{value:x}/0x{mask:x}"),
            format!("TPROXY redirect {address}:{port} mark 0x{value:x}/0x{mask:x}"),
        ),
        _ => None,
    },
};

fn tproxy(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let port = given.uint("TPROXY", given.needed("TPROXY", "on-port")?, 65535)? as u16;
    let address = match given.option("on-ip") {
        Some(option) => {
            let bad = || given.problem(&format!("bad IP address \"{}\"", option.word()));
            given.address(option.word()).ok_or_else(bad)?
        }
        None if given.variant.family == Family::V4 => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        None => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    let mark = match given.option("tproxy-mark") {
        Some(option) => given.masked("TPROXY", option)?,
        None => Masked { value: 0, mask: 0 },
    };
    one_target(XtTarget::Tproxy {
        port,
        address,
        mark,
    })
}

pub(super) const NOTRACK: Extension = Extension {
    name: "NOTRACK",
    options: &[],
    build: |_| {
        one_target(XtTarget::Ct(Box::new(Ct {
            notrack: true,
            alias: true,
            ..Ct::default()
        })))
    },
    show: |view| match target(view)? {
        XtTarget::Ct(ct) if ct.alias => said("", "NOTRACK"),
        _ => None,
    },
};

pub(super) const CT: Extension = Extension {
    name: "CT",
    options: &[
        ("notrack", 0),
        ("helper", 1),
        ("timeout", 1),
        ("ctevents", 1),
        ("expevents", 1),
        ("zone", 1),
        ("zone-orig", 1),
        ("zone-reply", 1),
    ],
    build: ct,
    show: show_ct,
};

const EVENTS: [(u16, &str); 10] = [
    (0x1, "new"),
    (0x2, "related"),
    (0x4, "destroy"),
    (0x8, "reply"),
    (0x10, "assured"),
    (0x20, "protoinfo"),
    (0x40, "helper"),
    (0x80, "mark"),
    (0x100, "natseqinfo"),
    (0x200, "secmark"),
];

fn events(given: &Given<'_>, name: &str) -> Outcome<u16> {
    let mut bits = 0;
    for word in given.option(name).map_or("", |o| o.word()).split(',') {
        if word.is_empty() {
            continue;
        }
        let found = EVENTS.iter().find(|(_, name)| *name == word);
        let bad = || given.problem(&format!("Unknown event type \"{word}\"\n"));
        bits |= found.ok_or_else(bad)?.0;
    }
    Ok(bits)
}

fn ct(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let text = |name: &str| given.option(name).map(|o| o.word().to_owned());
    let mut ct = Ct {
        notrack: given.has("notrack"),
        helper: text("helper"),
        timeout: text("timeout"),
        events: events(given, "ctevents")?,
        expect_events: events(given, "expevents")?,
        ..Ct::default()
    };
    for (name, direction) in [("zone", 0), ("zone-orig", 1), ("zone-reply", 2)] {
        let Some(option) = given.option(name) else {
            continue;
        };
        ct.zone_direction = direction;
        ct.zone = Some(match option.word() {
            "mark" => Zone::Mark,
            word => {
                let found = number(word).and_then(|found| u16::try_from(found).ok());
                let bad = || given.problem(&format!("Cannot parse {word} as a zone ID"));
                Zone::Id(found.ok_or_else(bad)?)
            }
        });
    }
    one_target(XtTarget::Ct(Box::new(ct)))
}

fn show_ct(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtTarget::Ct(ct) = target(view)? else {
        return None;
    };
    let names = |bits: u16| {
        let set = EVENTS.iter().filter(|(bit, _)| bits & bit != 0);
        set.map(|(_, name)| *name).collect::<Vec<_>>().join(",")
    };
    let mut words = Vec::new();
    if ct.notrack {
        words.push("notrack".to_owned());
    }
    words.extend(ct.helper.iter().map(|name| format!("helper {name}")));
    words.extend(ct.timeout.iter().map(|name| format!("timeout {name}")));
    for (name, bits) in [("ctevents", ct.events), ("expevents", ct.expect_events)] {
        if bits != 0 {
            words.push(format!("{name} {}", names(bits)));
        }
    }
    if let Some(zone) = ct.zone {
        let zone = match zone {
            Zone::Mark => "mark".to_owned(),
            Zone::Id(id) => id.to_string(),
        };
        let name = ["zone", "zone-orig", "zone-reply"][usize::from(ct.zone_direction % 3)];
        words.push(format!("{name} {zone}"));
    }
    let save: Vec<String> = words.iter().map(|word| format!("--{word}")).collect();
    let list: String = words.iter().map(|word| format!(" {word}")).collect();
    said(save.join(" "), format!("CT{list}"))
}

pub(super) const TEE: Extension = Extension {
    name: "TEE",
    options: &[("gateway", 1), ("oif", 1)],
    build: |given| {
        let word = given.needed("TEE", "gateway")?.word();
        let bad = || given.problem(&format!("TEE: bad value for option \"--gateway\": {word}"));
        one_target(XtTarget::Tee {
            gateway: given.address(word).ok_or_else(bad)?,
            device: given.option("oif").map(|o| o.word().to_owned()),
        })
    },
    show: |view| match target(view)? {
        XtTarget::Tee { gateway, device } => {
            let (mut save, mut list) =
                (format!("--gateway {gateway}"), format!("TEE gw:{gateway}"));
            if let Some(device) = device {
                save += &format!(" --oif {device}");
                list += &format!(" oif={device}");
            }
            said(save, list)
        }
        _ => None,
    },
};

pub(super) const SET: Extension = Extension {
    name: "SET",
    options: &[
        ("add-set", 2),
        ("del-set", 2),
        ("map-set", 2),
        ("exist", 0),
        ("timeout", 1),
        ("map-mark", 0),
        ("map-prio", 0),
        ("map-queue", 0),
    ],
    build: set,
    show: show_set,
};

fn set(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let pair = |name: &str| -> Outcome<Option<(String, Vec<bool>)>> {
        let option = given.option(name);
        option.map(|option| sets::named(given, option)).transpose()
    };
    let timeout = given.option("timeout");
    let timeout = timeout.map(|o| given.uint("SET", o, u64::from(u32::MAX)));
    let set = SetTarget {
        add: pair("add-set")?,
        del: pair("del-set")?,
        map: pair("map-set")?,
        exist: given.has("exist"),
        timeout: timeout.transpose()?.map(|seconds| seconds as u32),
        map_mark: given.has("map-mark"),
        map_prio: given.has("map-prio"),
        map_queue: given.has("map-queue"),
    };
    if set.add.is_none() && set.del.is_none() && set.map.is_none() {
        let text = "You must specify either `--add-set' or `--del-set' or `--map-set'";
        return Err(given.problem(text));
    }
    one_target(XtTarget::Set(set))
}

fn show_set(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtTarget::Set(set) = target(view)? else {
        return None;
    };
    let mut words = Vec::new();
    if let Some((name, of)) = &set.add {
        words.push(format!("add-set {name} {}", sides(of)));
        if set.exist {
            words.push("exist".to_owned());
        }
        words.extend(set.timeout.map(|seconds| format!("timeout {seconds}")));
    }
    if let Some((name, of)) = &set.del {
        words.push(format!("del-set {name} {}", sides(of)));
    }
    if let Some((name, of)) = &set.map {
        words.push(format!("map-set {name} {}", sides(of)));
        for (there, word) in [
            (set.map_mark, "map-mark"),
            (set.map_prio, "map-prio"),
            (set.map_queue, "map-queue"),
        ] {
            if there {
                words.push(word.to_owned());
            }
        }
    }
    let save: Vec<String> = words.iter().map(|word| format!("--{word}")).collect();
    said(save.join(" "), words.join(" "))
}

pub(super) const SYNPROXY: Extension = Extension {
    name: "SYNPROXY",
    options: &[
        ("mss", 1),
        ("wscale", 1),
        ("timestamp", 0),
        ("sack-perm", 0),
    ],
    build: |given| {
        let mss = match given.option("mss") {
            Some(option) => given.uint("SYNPROXY", option, 65535)? as u16,
            None => 0,
        };
        let wscale = match given.option("wscale") {
            Some(option) => given.uint("SYNPROXY", option, 14)? as u8,
            None => 0,
        };
        one_target(XtTarget::Synproxy(Synproxy {
            mss,
            wscale,
            timestamp: given.has("timestamp"),
            sack_perm: given.has("sack-perm"),
        }))
    },
    show: |view| match target(view)? {
        XtTarget::Synproxy(found) => {
            let mut words = Vec::new();
            if found.sack_perm {
                words.push("sack-perm".to_owned());
            }
            if found.timestamp {
                words.push("timestamp".to_owned());
            }
            if found.wscale != 0 {
                words.push(format!("wscale {}", found.wscale));
            }
            if found.mss != 0 {
                words.push(format!("mss {}", found.mss));
            }
            let save: Vec<String> = words.iter().map(|word| format!("--{word}")).collect();
            said(save.join(" "), format!("SYNPROXY {} ", words.join(" ")))
        }
        _ => None,
    },
};
