//! `sctp`, `dccp` and `ipcomp`: ports, and what packets of these protocols are.

use super::super::extension::{Extension, Given, Opt, Shown, View};
use super::values::{bang, first, mark, one, said, span};
use crate::ip::words::Outcome;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Dccp, Not, Sctp, SctpChunks, Span, XtMatch};

pub(super) const SCTP: Extension = Extension {
    name: "sctp",
    options: &[
        ("source-port", 1),
        ("sport", 1),
        ("destination-port", 1),
        ("dport", 1),
        ("chunk-types", 2),
    ],
    build: |given| {
        let chunks = given.option("chunk-types");
        let chunks = chunks.map(|option| chunks_of(given, option)).transpose()?;
        one(XtMatch::Sctp(Sctp {
            sport: ports(given, ["source-port", "sport"])?,
            dport: ports(given, ["destination-port", "dport"])?,
            chunks,
        }))
    },
    show: show_sctp,
};

/// The ports of one side, where they are asked for.
fn ports(given: &Given<'_>, names: [&str; 2]) -> Outcome<Option<Not<Span<u16>>>> {
    let option = given
        .options
        .iter()
        .find(|option| names.contains(&option.name));
    let span = option.map(|option| {
        // No service of these protocols has a name.
        let named = |word: &&str| !word.is_empty() && word.parse::<u16>().is_err();
        if let Some(word) = option.word().split(':').find(named) {
            let text = format!("invalid port/service `{word}' specified");
            return Err(given.problem(&text));
        }
        let is = super::ports::ordered(given, option.word())?;
        Ok(option.of(is))
    });
    span.transpose()
}

const MODES: [&str; 3] = ["any", "all", "only"];

/// The chunks, each with the flags that it can have: their letters from the highest bit on.
const CHUNKS: [(&str, u8, &str); 21] = [
    ("DATA", 0, "----IUBE"),
    ("INIT", 1, ""),
    ("INIT_ACK", 2, ""),
    ("SACK", 3, ""),
    ("HEARTBEAT", 4, ""),
    ("HEARTBEAT_ACK", 5, ""),
    ("ABORT", 6, "-------T"),
    ("SHUTDOWN", 7, ""),
    ("SHUTDOWN_ACK", 8, ""),
    ("ERROR", 9, ""),
    ("COOKIE_ECHO", 10, ""),
    ("COOKIE_ACK", 11, ""),
    ("ECN_ECNE", 12, ""),
    ("ECN_CWR", 13, ""),
    ("SHUTDOWN_COMPLETE", 14, "-------T"),
    ("I_DATA", 64, "----IUBE"),
    ("ASCONF_ACK", 128, ""),
    ("RE_CONFIG", 130, ""),
    ("PAD", 132, ""),
    ("FORWARD_TSN", 192, ""),
    ("ASCONF", 193, ""),
];

fn chunks_of(given: &Given<'_>, option: &Opt) -> Outcome<Not<SctpChunks>> {
    let word = option.word().to_lowercase();
    let Some(mode) = MODES.iter().position(|mode| *mode == word) else {
        return Err(given.problem("Match type has to be one of \"ALL\", \"ANY\" or \"ONLY\""));
    };
    let words = option.values.get(1).map_or("", String::as_str);
    let mut types = Vec::new();
    for word in words.split(',') {
        match word.to_uppercase().as_str() {
            "ALL" => types = (0..=u8::MAX).map(|kind| (kind, 0, 0)).collect(),
            "NONE" => types.clear(),
            _ => types.push(chunk(given, word)?),
        }
    }
    types.sort_unstable();
    types.dedup_by_key(|(kind, ..)| *kind);
    let is = SctpChunks {
        mode: mode as u8,
        types,
    };
    let not = option.not;
    Ok(Not { is, not })
}

/// `TYPE[:flags]`: a large letter is a flag that is set, a small one a flag that is not.
fn chunk(given: &Given<'_>, word: &str) -> Outcome<(u8, u8, u8)> {
    let (name, flags) = word.split_once(':').unwrap_or((word, ""));
    let found = CHUNKS
        .iter()
        .find(|(known, ..)| known.eq_ignore_ascii_case(name));
    let Some((_, kind, letters)) = found else {
        return Err(given.problem(&format!("Unknown sctp chunk `{name}'")));
    };
    let (mut set, mut mask) = (0, 0);
    for letter in flags.chars() {
        let at = letters
            .chars()
            .position(|l| l == letter.to_ascii_uppercase() && l != '-');
        let Some(at) = at else {
            let text = format!("Invalid flags for chunk type {kind}");
            return Err(given.problem(&text));
        };
        let bit = 0x80 >> at;
        mask |= bit;
        if letter.is_ascii_uppercase() {
            set |= bit;
        }
    }
    Ok((*kind, set, mask))
}

fn chunk_said(numeric: bool, (kind, set, mask): (u8, u8, u8)) -> String {
    let known = CHUNKS.iter().find(|(_, known, _)| *known == kind);
    let mut out = match known {
        Some((name, ..)) if !numeric => (*name).to_owned(),
        _ => format!("0x{kind:04X}"),
    };
    if mask == 0 {
        return out;
    }
    out.push(':');
    let letters = known.map_or("", |(_, _, letters)| *letters);
    for (at, letter) in letters.chars().enumerate() {
        let bit = 0x80u8 >> at;
        if mask & bit != 0 {
            out.push(match set & bit {
                0 => letter.to_ascii_lowercase(),
                _ => letter,
            });
        }
    }
    out
}

fn chunks_said(found: &Not<SctpChunks>, numeric: bool) -> String {
    let types = &found.is.types;
    let words = match types.len() {
        0 => "NONE".to_owned(),
        256 => "ALL".to_owned(),
        _ => {
            let words = types.iter().map(|chunk| chunk_said(numeric, *chunk));
            words.collect::<Vec<_>>().join(",")
        }
    };
    let mode = MODES.get(usize::from(found.is.mode)).unwrap_or(&"any");
    format!("{mode} {words}")
}

/// Ports in words: of options, and as `-L` prints them.
fn ports_said(save: &mut String, list: &mut String, side: &str, ports: Option<Not<Span<u16>>>) {
    let Some(Not { is, not }) = ports else {
        return;
    };
    let (words, first) = (span(&is), &side[..1]);
    let plural = if is.0 == is.1 { "" } else { "s" };
    *save += &format!(" {}--{side} {words}", bang(not));
    *list += &format!(" {first}pt{plural}:{}{words}", mark(not));
}

fn show_sctp(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Sctp(found) = first(view)? else {
        return None;
    };
    let (mut save, mut list) = (String::from("-m sctp"), String::from("sctp"));
    ports_said(&mut save, &mut list, "sport", found.sport);
    ports_said(&mut save, &mut list, "dport", found.dport);
    if let Some(chunks) = &found.chunks {
        let not = bang(chunks.not);
        save += &format!(" {not}--chunk-types {}", chunks_said(chunks, false));
        list += &format!(" {not}{}", chunks_said(chunks, view.numeric));
    }
    said(save, list)
}

pub(super) const DCCP: Extension = Extension {
    name: "dccp",
    options: &[
        ("source-port", 1),
        ("sport", 1),
        ("destination-port", 1),
        ("dport", 1),
        ("dccp-types", 1),
        ("dccp-option", 1),
    ],
    build: dccp,
    show: show_dccp,
};

const TYPES: [&str; 10] = [
    "REQUEST", "RESPONSE", "DATA", "ACK", "DATAACK", "CLOSEREQ", "CLOSE", "RESET", "SYNC",
    "SYNCACK",
];

/// The types that there are not.
const INVALID: u16 = 0xfc00;

fn dccp(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let mut types = None;
    if let Some(option) = given.option("dccp-types") {
        let mut bits = 0u16;
        for word in option.word().split(',') {
            let loud = word.to_uppercase();
            let at = TYPES.iter().position(|name| *name == loud);
            bits |= match at {
                Some(at) => 1 << at,
                None if loud == "INVALID" => INVALID,
                None => return Err(given.problem(&format!("Unknown DCCP type `{word}'"))),
            };
        }
        types = Some(option.of(bits));
    }
    let mut number = None;
    if let Some(option) = given.option("dccp-option") {
        let found = option.word().parse().ok().filter(|found| *found > 0u8);
        let text = "dccp: bad value for option \"--dccp-option\", or out of range (1-255).\n";
        number = Some(option.of(found.ok_or_else(|| given.problem(text))?));
    }
    one(XtMatch::Dccp(Dccp {
        sport: ports(given, ["source-port", "sport"])?,
        dport: ports(given, ["destination-port", "dport"])?,
        types,
        option: number,
    }))
}

fn show_dccp(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Dccp(found) = first(view)? else {
        return None;
    };
    let (mut save, mut list) = (String::from("-m dccp"), String::from("dccp"));
    ports_said(&mut save, &mut list, "sport", found.sport);
    ports_said(&mut save, &mut list, "dport", found.dport);
    if let Some(Not { is, not }) = found.types {
        let bits = (0..16usize).filter(|bit| is >> bit & 1 != 0);
        let named = bits.clone().filter_map(|bit| TYPES.get(bit).copied());
        let invalid = (is & INVALID != 0).then_some("INVALID");
        let names = named.chain(invalid).collect::<Vec<_>>().join(",");
        let numbers: Vec<String> = bits.map(|bit| bit.to_string()).collect();
        let listed = if view.numeric {
            numbers.join(",")
        } else {
            names.clone()
        };
        save += &format!(" {}--dccp-types {names}", bang(not));
        list += &format!(" {}{listed}", bang(not));
    }
    if let Some(Not { is, not }) = found.option {
        save += &format!(" {}--dccp-option {is}", bang(not));
        list += &format!(" option={}{is}", mark(not));
    }
    said(save, list)
}

pub(super) const IPCOMP: Extension = Extension {
    name: "ipcomp",
    options: &[("ipcompspi", 1), ("compres", 0)],
    build: |given| {
        let spi = match given.option("ipcompspi") {
            Some(option) => option.of(given.span32("ipcomp", option)?),
            None => Not::is((0, 0)),
        };
        let reserved = given.has("compres");
        one(XtMatch::Ipcomp { spi, reserved })
    },
    show: |view| match first(view)? {
        XtMatch::Ipcomp { spi, reserved } => {
            let (mut save, mut list) = (String::from("-m ipcomp"), String::from("comp "));
            if spi.is != (0, u32::MAX) || spi.not {
                let plural = if spi.is.0 == spi.is.1 { "" } else { "s" };
                let words = span(&spi.is);
                save += &format!(" {}--ipcompspi {words}", bang(spi.not));
                list += &format!("spi{plural}:{}{words}", mark(spi.not));
            }
            if *reserved {
                save += " --compres";
                list += " reserved";
            }
            said(save, list)
        }
        _ => None,
    },
};
