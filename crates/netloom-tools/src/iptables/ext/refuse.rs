//! `REJECT`, `LOG`, `NFLOG`, `TRACE`, `NFQUEUE`: a packet refused, or told of.

use super::super::extension::{Extension, Given, Shown, View};
use super::super::show::quoted;
use super::values::{one_target, said, target};
use crate::ip::words::Outcome;
use netloom_model::Family;
use netloom_model::ruleset::expr::MetaKey;
use netloom_model::ruleset::statement::{Log, Reject, log_flag};
use netloom_model::ruleset::xt::XtTarget;
use netloom_model::ruleset::{Expr, Statement, Value};

pub(super) const REJECT: Extension = Extension {
    name: "REJECT",
    options: &[("reject-with", 1)],
    build: reject,
    show: show_reject,
};

pub(super) const LOG: Extension = Extension {
    name: "LOG",
    options: &[
        ("log-level", 1),
        ("log-prefix", 1),
        ("log-tcp-sequence", 0),
        ("log-tcp-options", 0),
        ("log-ip-options", 0),
        ("log-uid", 0),
        ("log-macdecode", 0),
    ],
    build: log,
    show: show_log,
};

pub(super) const NFLOG: Extension = Extension {
    name: "NFLOG",
    options: &[
        ("nflog-group", 1),
        ("nflog-prefix", 1),
        ("nflog-size", 1),
        ("nflog-threshold", 1),
    ],
    build: nflog,
    show: show_nflog,
};

pub(super) const TRACE: Extension = Extension {
    name: "TRACE",
    options: &[],
    build: |_| {
        Ok(vec![Statement::Set {
            what: Expr::Meta(MetaKey::NfTrace),
            value: Expr::Value(Value::from(1u8)),
        }])
    },
    show: |view| match view.statements.first()? {
        Statement::Set {
            what: Expr::Meta(MetaKey::NfTrace),
            ..
        } => said("", ""),
        _ => None,
    },
};

pub(super) const NFQUEUE: Extension = Extension {
    name: "NFQUEUE",
    options: &[
        ("queue-num", 1),
        ("queue-balance", 1),
        ("queue-bypass", 0),
        ("queue-cpu-fanout", 0),
    ],
    build: nfqueue,
    show: show_nfqueue,
};

/// A type of refusal: its name, its short one, and what it is.
type Named = (&'static str, &'static str, Reject);

const V4: &[Named] = &[
    ("icmp-net-unreachable", "net-unreach", Reject::Icmp(0)),
    ("icmp-host-unreachable", "host-unreach", Reject::Icmp(1)),
    ("icmp-proto-unreachable", "proto-unreach", Reject::Icmp(2)),
    ("icmp-port-unreachable", "port-unreach", Reject::Icmp(3)),
    ("icmp-net-prohibited", "net-prohib", Reject::Icmp(9)),
    ("icmp-host-prohibited", "host-prohib", Reject::Icmp(10)),
    ("tcp-reset", "tcp-rst", Reject::TcpReset),
    ("icmp-admin-prohibited", "admin-prohib", Reject::Icmp(13)),
];

const V6: &[Named] = &[
    ("icmp6-no-route", "no-route", Reject::Icmpv6(0)),
    ("icmp6-adm-prohibited", "adm-prohibited", Reject::Icmpv6(1)),
    ("icmp6-addr-unreachable", "addr-unreach", Reject::Icmpv6(3)),
    ("icmp6-port-unreachable", "port-unreach", Reject::Icmpv6(4)),
    ("tcp-reset", "tcp-reset", Reject::TcpReset),
    ("icmp6-policy-fail", "policy-fail", Reject::Icmpv6(5)),
    ("icmp6-reject-route", "reject-route", Reject::Icmpv6(6)),
];

const fn named(family: Family) -> &'static [Named] {
    match family {
        Family::V4 => V4,
        Family::V6 => V6,
    }
}

fn reject(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let family = given.variant.family;
    let Some(option) = given.option("reject-with") else {
        let port = if family == Family::V4 {
            Reject::Icmp(3)
        } else {
            Reject::Icmpv6(4)
        };
        return one_target(XtTarget::Reject(port));
    };
    let word = option.word().to_lowercase();
    let mut all = named(family).iter();
    let found = all.find(|(name, short, _)| name.starts_with(&word) || short.starts_with(&word));
    match found {
        Some((_, _, reject)) => one_target(XtTarget::Reject(*reject)),
        None => Err(given.problem(&format!("unknown reject type \"{}\"", option.word()))),
    }
}

fn show_reject(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtTarget::Reject(reject) = target(view)? else {
        return None;
    };
    let mut all = named(view.variant.family).iter();
    let (name, ..) = all.find(|(_, _, known)| known == reject)?;
    said(
        format!("--reject-with {name}"),
        format!("reject-with {name}"),
    )
}

const LEVELS: [&str; 8] = [
    "emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
];

const FLAGS: [(u8, &str); 5] = [
    (log_flag::TCP_SEQUENCE, "tcp-sequence"),
    (log_flag::TCP_OPTIONS, "tcp-options"),
    (log_flag::IP_OPTIONS, "ip-options"),
    (log_flag::SKUID, "uid"),
    (log_flag::ETHER, "macdecode"),
];

fn log(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let level = match given.option("log-level") {
        None => 4,
        Some(option) => {
            let word = option.word();
            let named = LEVELS.iter().position(|name| {
                *name == word || (word.len() > 3 && format!("{name}ing").starts_with(word))
            });
            let named = named.or(match word {
                "error" => Some(3),
                "panic" => Some(0),
                _ => word.parse().ok().filter(|level| *level < 8),
            });
            named.ok_or_else(|| given.problem(&format!("log level \"{word}\" unknown\n")))?
        }
    };
    let prefix: String = given.option("log-prefix").map_or("", |o| o.word()).into();
    let mut bits = 0;
    for (bit, name) in FLAGS {
        if given.has(&format!("log-{name}")) {
            bits |= bit;
        }
    }
    one_target(XtTarget::Log {
        level: level as u8,
        prefix: prefix.chars().take(29).collect(),
        flags: bits,
    })
}

fn show_log(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtTarget::Log {
        level,
        prefix,
        flags,
    } = target(view)?
    else {
        return None;
    };
    let mut save = Vec::new();
    if !prefix.is_empty() {
        save.push(format!("--log-prefix {}", quoted(prefix)));
    }
    if *level != 4 {
        save.push(format!("--log-level {level}"));
    }
    let set: Vec<&str> = FLAGS
        .iter()
        .filter(|(bit, _)| flags & bit != 0)
        .map(|(_, name)| *name)
        .collect();
    save.extend(set.iter().map(|name| format!("--log-{name}")));
    let mut list = if view.numeric {
        format!("LOG flags {flags} level {level}")
    } else {
        let level = LEVELS.get(usize::from(*level)).unwrap_or(&"unknown");
        let mut list = format!("LOG level {level}");
        for name in set {
            list += &format!(" {name}");
        }
        list
    };
    if !prefix.is_empty() {
        list += &format!(" prefix \"{prefix}\"");
    }
    said(save.join(" "), list)
}

fn nflog(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let number = |name: &str, max: u64| -> Outcome<Option<u64>> {
        let option = given.option(name);
        option.map(|o| given.uint("NFLOG", o, max)).transpose()
    };
    Ok(vec![Statement::Log(Log {
        prefix: given.option("nflog-prefix").map(|o| o.word().to_owned()),
        group: Some(number("nflog-group", 65535)?.unwrap_or(0) as u16),
        snaplen: number("nflog-size", u64::from(u32::MAX))?.map(|n| n as u32),
        queue_threshold: number("nflog-threshold", 65535)?.map(|n| n as u16),
        ..Log::default()
    })])
}

fn show_nflog(view: &View<'_>) -> Option<(usize, Shown)> {
    let Statement::Log(log @ Log { group: Some(_), .. }) = view.statements.first()? else {
        return None;
    };
    let mut words: Vec<(&str, String, String)> = Vec::new();
    if let Some(prefix) = &log.prefix {
        words.push(("nflog-prefix", quoted(prefix), format!("\"{prefix}\"")));
    }
    let mut number = |name, number: Option<u32>| {
        if let Some(number) = number {
            words.push((name, number.to_string(), number.to_string()));
        }
    };
    number("nflog-group", log.group.filter(|g| *g != 0).map(u32::from));
    number("nflog-size", log.snaplen);
    number("nflog-threshold", log.queue_threshold.map(u32::from));
    let save: Vec<String> = words.iter().map(|(n, s, _)| format!("--{n} {s}")).collect();
    let list: Vec<String> = words.iter().map(|(n, _, l)| format!("{n} {l}")).collect();
    said(save.join(" "), list.join(" "))
}

fn nfqueue(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let mut queues = (0, 0);
    if let Some(option) = given.option("queue-num") {
        let number = given.uint("NFQUEUE", option, 65535)? as u16;
        queues = (number, number);
    }
    if let Some(option) = given.option("queue-balance") {
        queues = given.span16("NFQUEUE", option)?;
    }
    one_target(XtTarget::Nfqueue {
        queues,
        bypass: given.has("queue-bypass"),
        fanout: given.has("queue-cpu-fanout"),
    })
}

fn show_nfqueue(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtTarget::Nfqueue {
        queues: (from, to),
        bypass,
        fanout,
    } = target(view)?
    else {
        return None;
    };
    let (mut save, mut list) = if from == to {
        (format!("--queue-num {from}"), format!("NFQUEUE num {from}"))
    } else {
        (
            format!("--queue-balance {from}:{to}"),
            format!("NFQUEUE balance {from}:{to}"),
        )
    };
    for (there, option, word) in [
        (bypass, "--queue-bypass", "bypass"),
        (fanout, "--queue-cpu-fanout", "cpu-fanout"),
    ] {
        if *there {
            save += &format!(" {option}");
            list += &format!(" {word}");
        }
    }
    said(save, list)
}
