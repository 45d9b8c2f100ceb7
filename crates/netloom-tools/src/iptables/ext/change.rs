//! `TTL`, `HL`, `DSCP`, `TOS`, `TCPMSS`, `CLASSIFY`, `CHECKSUM`, `ECN`, `TCPOPTSTRIP`: changes of
//! what stands in a packet or goes with it.

use super::super::extension::{Extension, Given, Shown, View};
use super::fields::{self, tos_word};
use super::values::{number, one_target, said, target};
use crate::ip::words::Outcome;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{SetTtl, XtTarget};

pub(super) const TTL: Extension = Extension {
    name: "TTL",
    options: &[("ttl-set", 1), ("ttl-dec", 1), ("ttl-inc", 1)],
    build: |given| one_target(XtTarget::Ttl(ttl(given, "TTL", "ttl")?)),
    show: |view| match target(view)? {
        XtTarget::Ttl(found) => show_ttl(*found, "ttl", "TTL"),
        _ => None,
    },
};

pub(super) const HL: Extension = Extension {
    name: "HL",
    options: &[("hl-set", 1), ("hl-dec", 1), ("hl-inc", 1)],
    build: |given| one_target(XtTarget::Hl(ttl(given, "HL", "hl")?)),
    show: |view| match target(view)? {
        XtTarget::Hl(found) => show_ttl(*found, "hl", "HL"),
        _ => None,
    },
};

fn ttl(given: &Given<'_>, of: &str, word: &str) -> Outcome<SetTtl> {
    let Some(option) = given.options.first() else {
        return Err(given.problem(&format!("{of}: You must specify an action")));
    };
    let by = match option.name.strip_prefix(word) {
        Some("-set") => given.byte(of, option)?,
        _ => given.uint_from(of, option, (1, 255))? as u8,
    };
    Ok(match option.name.strip_prefix(word) {
        Some("-set") => SetTtl::Set(by),
        Some("-dec") => SetTtl::Dec(by),
        _ => SetTtl::Inc(by),
    })
}

fn show_ttl(found: SetTtl, word: &str, title: &str) -> Option<(usize, Shown)> {
    let (option, text, by) = match found {
        SetTtl::Set(by) => ("set", "set to", by),
        SetTtl::Dec(by) => ("dec", "decrement by", by),
        SetTtl::Inc(by) => ("inc", "increment by", by),
    };
    said(
        format!("--{word}-{option} {by}"),
        format!("{title} {text} {by}"),
    )
}

pub(super) const DSCP: Extension = Extension {
    name: "DSCP",
    options: &[("set-dscp", 1), ("set-dscp-class", 1)],
    build: |given| {
        let found = fields::dscp_of(given, ("DSCP", "set-dscp", "set-dscp-class"))?;
        match found {
            Some((_, class)) => one_target(XtTarget::Dscp(class)),
            None => Err(given.problem("DSCP target: Parameter --set-dscp is required")),
        }
    },
    show: |view| match target(view)? {
        XtTarget::Dscp(class) => said(
            format!("--set-dscp 0x{class:02x}"),
            format!("DSCP set 0x{class:02x}"),
        ),
        _ => None,
    },
};

pub(super) const TOS: Extension = Extension {
    name: "TOS",
    options: &[
        ("set-tos", 1),
        ("and-tos", 1),
        ("or-tos", 1),
        ("xor-tos", 1),
    ],
    build: tos,
    show: |view| match target(view)? {
        XtTarget::Tos { value, mask } => said(
            format!("--set-tos 0x{value:02x}/0x{mask:02x}"),
            tos_said(view, *value, *mask),
        ),
        _ => None,
    },
};

fn tos_said(view: &View<'_>, value: u8, mask: u8) -> String {
    let named = fields::TOS_NAMES.iter().find(|(_, tos)| *tos == value);
    match named {
        _ if view.numeric => format!("TOS set 0x{value:02x}/0x{mask:02x}"),
        Some((name, _)) if mask == 0x3f => format!(" TOS set{name}"),
        _ if value == 0 => format!("TOS and 0x{:02x}", !mask),
        _ if value == mask => format!("TOS or 0x{value:02x}"),
        _ if mask == 0 => format!("TOS xor 0x{value:02x}"),
        _ => format!("TOS set 0x{value:02x}/0x{mask:02x}"),
    }
}

fn tos(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let Some(option) = given.options.first() else {
        return Err(given.problem("TOS: An action is required"));
    };
    let (value, mask) = if option.name == "set-tos" {
        tos_word(given, option)?
    } else {
        let bits = given.byte("TOS", option)?;
        match option.name {
            "and-tos" => (0, !bits),
            "or-tos" => (bits, bits),
            _ => (bits, 0),
        }
    };
    one_target(XtTarget::Tos { value, mask })
}

pub(super) const TCPMSS: Extension = Extension {
    name: "TCPMSS",
    options: &[("set-mss", 1), ("clamp-mss-to-pmtu", 0)],
    build: |given| match given.option("set-mss") {
        Some(option) => {
            // What IP's header and TCP's leave of the largest packet.
            let mss = given.uint("TCPMSS", option, 65535 - 20)? as u16;
            one_target(XtTarget::Tcpmss(Some(mss)))
        }
        None if given.has("clamp-mss-to-pmtu") => one_target(XtTarget::Tcpmss(None)),
        None => Err(given.problem("TCPMSS target: At least one parameter is required")),
    },
    show: |view| match target(view)? {
        XtTarget::Tcpmss(Some(mss)) => {
            said(format!("--set-mss {mss}"), format!("TCPMSS set {mss}"))
        }
        XtTarget::Tcpmss(None) => said("--clamp-mss-to-pmtu", "TCPMSS clamp to PMTU"),
        _ => None,
    },
};

pub(super) const CLASSIFY: Extension = Extension {
    name: "CLASSIFY",
    options: &[("set-class", 1)],
    build: |given| {
        let word = given.needed("CLASSIFY", "set-class")?.word();
        let class = word.split_once(':').and_then(|(major, minor)| {
            let part = |word| u32::from_str_radix(word, 16).ok().filter(|n| *n <= 0xffff);
            Some(part(major)? << 16 | part(minor)?)
        });
        let bad = || given.problem(&format!("Bad class value \"{word}\""));
        one_target(XtTarget::Classify(class.ok_or_else(bad)?))
    },
    show: |view| match target(view)? {
        XtTarget::Classify(class) => {
            let (major, minor) = (class >> 16, class & 0xffff);
            said(
                format!("--set-class {major:04x}:{minor:04x}"),
                format!("CLASSIFY set {major:x}:{minor:x}"),
            )
        }
        _ => None,
    },
};

pub(super) const CHECKSUM: Extension = Extension {
    name: "CHECKSUM",
    options: &[("checksum-fill", 0)],
    build: |given| {
        if !given.has("checksum-fill") {
            let text = "CHECKSUM target: Parameter --checksum-fill is required";
            return Err(given.problem(text));
        }
        one_target(XtTarget::Checksum)
    },
    show: |view| match target(view)? {
        XtTarget::Checksum => said("--checksum-fill", "CHECKSUM fill"),
        _ => None,
    },
};

pub(super) const ECN: Extension = Extension {
    name: "ECN",
    options: &[("ecn-tcp-remove", 0)],
    build: |_| one_target(XtTarget::EcnTcpRemove),
    show: |view| match target(view)? {
        XtTarget::EcnTcpRemove => said("--ecn-tcp-remove", "ECN TCP remove"),
        _ => None,
    },
};

pub(super) const TCPOPTSTRIP: Extension = Extension {
    name: "TCPOPTSTRIP",
    options: &[("strip-options", 1)],
    build: tcpoptstrip,
    show: show_tcpoptstrip,
};

/// The options of TCP that have names.
const TCP_OPTIONS: [(&str, u8); 6] = [
    ("mss", 2),
    ("wscale", 3),
    ("sack-permitted", 4),
    ("sack", 5),
    ("timestamp", 8),
    ("md5", 19),
];

fn tcpoptstrip(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let word = given.needed("TCPOPTSTRIP", "strip-options")?.word();
    let mut kinds = Vec::new();
    for word in word.split(',') {
        let named = TCP_OPTIONS.iter().find(|(name, _)| *name == word);
        let kind = named.map(|(_, kind)| u64::from(*kind)).or(number(word));
        let Some(kind) = kind.and_then(|kind| u8::try_from(kind).ok()) else {
            return Err(given.problem(&format!("Bad TCP option value \"{word}\"")));
        };
        kinds.push(kind);
    }
    kinds.sort_unstable();
    kinds.dedup();
    one_target(XtTarget::Tcpoptstrip(kinds))
}

fn show_tcpoptstrip(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtTarget::Tcpoptstrip(kinds) = target(view)? else {
        return None;
    };
    let numbers: Vec<String> = kinds.iter().map(u8::to_string).collect();
    let names: Vec<String> = kinds
        .iter()
        .map(|kind| {
            let named = TCP_OPTIONS.iter().find(|(_, number)| number == kind);
            match named {
                Some((name, _)) if !view.numeric => (*name).to_owned(),
                _ => kind.to_string(),
            }
        })
        .collect();
    said(
        format!("--strip-options {}", numbers.join(",")),
        format!("TCPOPTSTRIP options {}", names.join(",")),
    )
}
