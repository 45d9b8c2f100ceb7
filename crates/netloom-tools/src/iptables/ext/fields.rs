//! `length`, `ttl`, `hl`, `dscp`, `tos`, `ecn`, `pkttype`, `mac`, `tcpmss`, `esp`, `ah`: fields of a
//! packet's headers.

use super::super::extension::{Extension, Given, Opt, Shown, View};
use super::headers6;
use super::values::{bang, first, mark, number, one, said, span};
use crate::ip::words::Outcome;
use netloom_model::Family;
use netloom_model::ruleset::xt::{Compare, Ecn, Not, Span, XtMatch};
use netloom_model::ruleset::{DataType, Statement};
use netloom_wire::MacAddr;

pub(super) const LENGTH: Extension = Extension {
    name: "length",
    options: &[("length", 1)],
    build: |given| {
        let option = given.needed("length", "length")?;
        one(XtMatch::Length(option.of(given.span16("length", option)?)))
    },
    show: |view| match first(view)? {
        XtMatch::Length(found) => {
            let words = span(&found.is);
            let (not, loud) = (bang(found.not), mark(found.not));
            said(
                format!("-m length {not}--length {words}"),
                format!("length {loud}{words}"),
            )
        }
        _ => None,
    },
};

pub(super) const TTL: Extension = Extension {
    name: "ttl",
    options: &[("ttl-eq", 1), ("ttl-lt", 1), ("ttl-gt", 1), ("ttl", 1)],
    build: |given| one(XtMatch::Ttl(compared(given, "ttl")?)),
    show: |view| match first(view)? {
        XtMatch::Ttl(found) => show_compared(*found, "ttl", "TTL"),
        _ => None,
    },
};

pub(super) const HL: Extension = Extension {
    name: "hl",
    options: &[("hl-eq", 1), ("hl-lt", 1), ("hl-gt", 1), ("hl", 1)],
    build: |given| one(XtMatch::Hl(compared(given, "hl")?)),
    show: |view| match first(view)? {
        XtMatch::Hl(found) => show_compared(*found, "hl", "HL"),
        _ => None,
    },
};

fn compared(given: &Given<'_>, of: &str) -> Outcome<Compare<u8>> {
    let Some(option) = given.options.first() else {
        let (loud, quote) = (of.to_uppercase(), if of == "ttl" { "" } else { "'" });
        let text = format!(
            "{loud} match: You must specify one of `--{of}-eq', `--{of}-lt', `--{of}-gt{quote}"
        );
        return Err(given.problem(&text));
    };
    let with = given.byte(of, option)?;
    Ok(match option.name.rsplit('-').next() {
        Some("lt") => Compare::Lt(with),
        Some("gt") => Compare::Gt(with),
        _ if option.not => Compare::Ne(with),
        _ => Compare::Eq(with),
    })
}

fn show_compared(found: Compare<u8>, word: &str, title: &str) -> Option<(usize, Shown)> {
    let (not, option, sign, with) = match found {
        Compare::Eq(with) => ("", "eq", "==", with),
        Compare::Ne(with) => ("! ", "eq", "!=", with),
        Compare::Lt(with) => ("", "lt", "<", with),
        Compare::Gt(with) => ("", "gt", ">", with),
    };
    said(
        format!("-m {word} {not}--{word}-{option} {with}"),
        format!("{title} match {title} {sign} {with}"),
    )
}

pub(super) const DSCP: Extension = Extension {
    name: "dscp",
    options: &[("dscp", 1), ("dscp-class", 1)],
    build: |given| match dscp_of(given, ("dscp", "dscp", "dscp-class"))? {
        Some((option, class)) => one(XtMatch::Dscp(option.of(class))),
        None => Err(given.problem("DSCP match: Parameter --dscp or --dscp-class is required")),
    },
    show: |view| match first(view)? {
        XtMatch::Dscp(Not { is, not }) => said(
            format!("-m dscp {}--dscp 0x{is:02x}", bang(*not)),
            format!("DSCP match {}0x{is:02x}", mark(*not)),
        ),
        _ => None,
    },
};

/// A class of service, by its number or by its name.
pub(super) fn dscp_of<'a>(
    given: &'a Given<'_>,
    (of, by_number, by_name): (&str, &str, &str),
) -> Outcome<Option<(&'a Opt, u8)>> {
    if let Some(option) = given.option(by_number) {
        return Ok(Some((option, given.uint(of, option, 63)? as u8)));
    }
    let Some(option) = given.option(by_name) else {
        return Ok(None);
    };
    let word = option.word().to_lowercase();
    let Some(class) = DataType::Dscp.by_symbol(&word) else {
        let text = format!("Invalid DSCP value `{}'\n", option.word());
        return Err(given.problem(&text));
    };
    Ok(Some((option, class as u8)))
}

pub(super) const TOS: Extension = Extension {
    name: "tos",
    options: &[("tos", 1)],
    build: |given| {
        let option = given.needed("tos", "tos")?;
        let (value, mask) = tos_word(given, option)?;
        let value = option.of(value);
        one(XtMatch::Tos { value, mask })
    },
    show: |view| match first(view)? {
        XtMatch::Tos {
            value: Not { is, not },
            mask,
        } => {
            let named = TOS_NAMES.iter().find(|(_, tos)| tos == is);
            let list = match named {
                Some((name, _)) if !view.numeric && *mask == 0x3f => {
                    format!("tos match{} {name}", mark(*not))
                }
                _ => format!("tos match{}0x{is:02x}/0x{mask:02x}", mark(*not)),
            };
            said(
                format!("-m tos {}--tos 0x{is:02x}/0x{mask:02x}", bang(*not)),
                list,
            )
        }
        _ => None,
    },
};

/// The types of service that have names.
pub(super) const TOS_NAMES: [(&str, u8); 5] = [
    ("Minimize-Delay", 0x10),
    ("Maximize-Throughput", 0x08),
    ("Maximize-Reliability", 0x04),
    ("Minimize-Cost", 0x02),
    ("Normal-Service", 0x00),
];

/// A type of service with its mask, or its name.
pub(super) fn tos_word(given: &Given<'_>, option: &Opt) -> Outcome<(u8, u8)> {
    let word = option.word();
    if let Some((_, tos)) = TOS_NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
    {
        return Ok((*tos, 0x3f));
    }
    let (value, mask) = match word.split_once('/') {
        Some((value, mask)) => (number(value), number(mask)),
        None => (number(word), Some(0xff)),
    };
    let small = |found: Option<u64>| found.and_then(|found| u8::try_from(found).ok());
    match (small(value), small(mask)) {
        (Some(value), Some(mask)) => Ok((value, mask)),
        (None, _) => Err(given.problem(&format!("Symbolic name \"{word}\" is unknown"))),
        _ => Err(given.problem(&format!("Illegal value: \"{word}\""))),
    }
}

pub(super) const ECN: Extension = Extension {
    name: "ecn",
    options: &[("ecn-tcp-cwr", 0), ("ecn-tcp-ece", 0), ("ecn-ip-ect", 1)],
    build: ecn,
    show: show_ecn,
};

fn ecn(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let flag = |name| given.option(name).map(|option| !option.not);
    let ip = match given.option("ecn-ip-ect") {
        Some(option) => Some(option.of(given.uint("ecn", option, 3)? as u8)),
        None => None,
    };
    let ecn = Ecn {
        tcp_cwr: flag("ecn-tcp-cwr"),
        tcp_ece: flag("ecn-tcp-ece"),
        ip,
    };
    if (ecn.tcp_cwr, ecn.tcp_ece, ecn.ip) == (None, None, None) {
        return Err(given.problem("ECN match: some option required"));
    }
    one(XtMatch::Ecn(ecn))
}

fn show_ecn(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Ecn(ecn) = first(view)? else {
        return None;
    };
    let (mut save, mut list) = (String::from("-m ecn"), String::from("ECN match"));
    for (flag, option, word) in [
        (ecn.tcp_ece, "--ecn-tcp-ece", "ECE"),
        (ecn.tcp_cwr, "--ecn-tcp-cwr", "CWR"),
    ] {
        if let Some(set) = flag {
            save += &format!(" {}{option}", bang(!set));
            list += &format!(" {}{word}", mark(!set));
        }
    }
    if let Some(Not { is, not }) = ecn.ip {
        save += &format!(" {}--ecn-ip-ect {is}", bang(not));
        list += &format!(" {}ECT={is}", mark(not));
    }
    said(save, list)
}

pub(super) const PKTTYPE: Extension = Extension {
    name: "pkttype",
    options: &[("pkt-type", 1)],
    build: |given| {
        let option = given.needed("pkttype", "pkt-type")?;
        let word = option.word().to_lowercase();
        let found = PACKET_TYPES.iter().find(|(name, _)| *name == word);
        let bad = || given.problem(&format!("Bad packet type '{}'", option.word()));
        one(XtMatch::Pkttype(option.of(found.ok_or_else(bad)?.1)))
    },
    show: |view| match first(view)? {
        XtMatch::Pkttype(Not { is, not }) => {
            let named = PACKET_TYPES.iter().find(|(_, number)| number == is);
            let name = named.map_or_else(|| is.to_string(), |(name, _)| (*name).to_owned());
            let sign = if *not { "!=" } else { "=" };
            said(
                format!("-m pkttype {}--pkt-type {name}", bang(*not)),
                format!("PKTTYPE {sign} {name}"),
            )
        }
        _ => None,
    },
};

const PACKET_TYPES: [(&str, u8); 6] = [
    ("unicast", 0),
    ("broadcast", 1),
    ("multicast", 2),
    ("host", 0),
    ("bcast", 1),
    ("mcast", 2),
];

pub(super) const MAC: Extension = Extension {
    name: "mac",
    options: &[("mac-source", 1)],
    build: |given| {
        let option = given.needed("mac", "mac-source")?;
        let found: Result<MacAddr, _> = option.word().parse();
        let bad = |_| given.problem("Invalid MAC address specified.");
        one(XtMatch::Mac(option.of(found.map_err(bad)?)))
    },
    show: |view| match first(view)? {
        XtMatch::Mac(Not { is, not }) => said(
            format!("-m mac {}--mac-source {is}", bang(*not)),
            format!("MAC {}{is}", bang(*not)),
        ),
        _ => None,
    },
};

pub(super) const TCPMSS: Extension = Extension {
    name: "tcpmss",
    options: &[("mss", 1)],
    build: |given| {
        let option = given.needed("tcpmss", "mss")?;
        one(XtMatch::Tcpmss(option.of(given.span16("tcpmss", option)?)))
    },
    show: |view| match first(view)? {
        XtMatch::Tcpmss(found) => {
            let words = span(&found.is);
            let (not, loud) = (bang(found.not), mark(found.not));
            said(
                format!("-m tcpmss {not}--mss {words}"),
                format!("tcpmss match {loud}{words}"),
            )
        }
        _ => None,
    },
};

/// Every SPI.
const ALL_SPIS: Span<u32> = (0, u32::MAX);

/// The SPIs that are asked for; every one where none is.
fn all_spis(given: &Given<'_>, of: &str, name: &str) -> Outcome<Not<Span<u32>>> {
    match given.option(name) {
        Some(option) => Ok(option.of(given.span32(of, option)?)),
        None => Ok(Not::is(ALL_SPIS)),
    }
}

/// SPIs in words: of `esp`, or of `ah`.
fn spis(found: Not<Span<u32>>, of: &str) -> Option<(usize, Shown)> {
    if found == Not::is(ALL_SPIS) {
        let blank = if of == "ah" { " " } else { "" };
        return said(format!("-m {of}"), format!("{of}{blank}"));
    }
    let words = span(&found.is);
    let plural = if found.is.0 == found.is.1 {
        "spi"
    } else {
        "spis"
    };
    let (not, loud) = (bang(found.not), mark(found.not));
    said(
        format!("-m {of} {not}--{of}spi {words}"),
        format!("{of} {plural}:{loud}{words}"),
    )
}

pub(super) const ESP: Extension = Extension {
    name: "esp",
    options: &[("espspi", 1)],
    build: |given| one(XtMatch::Esp(all_spis(given, "esp", "espspi")?)),
    show: |view| match first(view)? {
        XtMatch::Esp(found) => spis(*found, "esp"),
        _ => None,
    },
};

pub(super) const AH: Extension = Extension {
    name: "ah",
    options: &[("ahspi", 1), ("ahlen", 1), ("ahres", 0)],
    build: |given| {
        if given.variant.family == Family::V6 {
            return headers6::ah(given);
        }
        if let Some(option) = given.options.iter().find(|option| option.name != "ahspi") {
            return Err(given.problem(&format!("unknown option \"--{}\"", option.name)));
        }
        one(XtMatch::Ah(all_spis(given, "ah", "ahspi")?))
    },
    show: |view| match first(view)? {
        XtMatch::Ah(found) => spis(*found, "ah"),
        XtMatch::Ah6(found) => headers6::show_ah(found),
        _ => None,
    },
};
