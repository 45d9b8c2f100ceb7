//! What `ebtables` asks of frames of IEEE 802.3 and of the BPDUs that are such frames: `802_3`, `stp`.

use super::super::Variant;
use super::super::hardware;
use super::super::line::Line;
use crate::ip::words::Outcome;
use netloom_model::MacAddr;
use netloom_model::ruleset::xt::{EbLlc, MacMask, Not, Stp, StpField};

/// The fields of a BPDU, in the order in which they are listed.
const FIELDS: [(&str, StpField); 12] = [
    ("stp-type", StpField::Type),
    ("stp-flags", StpField::Flags),
    ("stp-root-prio", StpField::RootPrio),
    ("stp-root-addr", StpField::RootAddr),
    ("stp-root-cost", StpField::RootCost),
    ("stp-sender-prio", StpField::SenderPrio),
    ("stp-sender-addr", StpField::SenderAddr),
    ("stp-port", StpField::Port),
    ("stp-msg-age", StpField::MsgAge),
    ("stp-max-age", StpField::MaxAge),
    ("stp-hello-time", StpField::HelloTime),
    ("stp-forward-delay", StpField::ForwardDelay),
];

/// The names that types and flags have.
const TYPES: [(&str, u64); 2] = [("config", 0), ("tcn", 0x80)];
const FLAGS: [(&str, u64); 2] = [("topology-change", 1), ("topology-change-ack", 0x80)];

/// The names of a field's values, if they are no ranges.
fn names(field: StpField) -> Option<&'static [(&'static str, u64)]> {
    match field {
        StpField::Type => Some(&TYPES),
        StpField::Flags => Some(&FLAGS),
        _ => None,
    }
}

const fn is_address(field: StpField) -> bool {
    matches!(field, StpField::RootAddr | StpField::SenderAddr)
}

/// The highest number of a field that is a range.
const fn most(field: StpField) -> u64 {
    match field {
        StpField::RootCost => u32::MAX as u64,
        _ => u16::MAX as u64,
    }
}

/// Reads what is asked of a BPDU.
pub(super) fn stp(variant: Variant, line: &Line) -> Outcome<Stp> {
    let mut fields = Vec::new();
    for (name, field) in FIELDS {
        let Some(given) = line.option(name) else {
            continue;
        };
        let word = given.value.as_str();
        let (found, what) = if let Some(names) = names(field) {
            (named(word, names), " argument")
        } else if is_address(field) {
            (address(word), " address")
        } else if field == StpField::Port {
            (range(word, most(field)), "-range")
        } else {
            (range(word, most(field)), " range")
        };
        let bad = || variant.problem(&format!("Bad --{name}{what}"));
        let is = found.ok_or_else(bad)?;
        fields.push((field, Not { is, not: given.not }));
    }
    Ok(Stp { fields })
}

/// A name, or a number as C reads it, of one octet.
fn named(word: &str, names: &[(&str, u64)]) -> Option<(u64, u64)> {
    let found = names.iter().find(|(name, _)| *name == word);
    let number = || match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    };
    let value = found.map(|(_, value)| *value).or_else(number)?;
    (value <= 0xff).then_some((value, value))
}

/// `n`, `from:to`, `from:`, `:to`.
fn range(word: &str, most: u64) -> Option<(u64, u64)> {
    let number = |word: &str, empty: u64| match word {
        "" => Some(empty),
        // The cost is cut off at 32 bits before it is looked at.
        word => Some(word.parse::<u64>().ok()? & u64::from(u32::MAX)),
    };
    let (from, to) = match word.split_once(':') {
        Some((from, to)) => (number(from, 0)?, number(to, most)?),
        None => {
            let one = number(word, most)?;
            (one, one)
        }
    };
    (from <= to && to <= most).then_some((from, to))
}

fn octets(mac: MacAddr) -> u64 {
    mac.0
        .iter()
        .fold(0, |sum, octet| sum << 8 | u64::from(*octet))
}

fn mac(number: u64) -> MacAddr {
    let mut octets = [0; 6];
    octets.copy_from_slice(&number.to_be_bytes()[2..]);
    MacAddr(octets)
}

fn address(word: &str) -> Option<(u64, u64)> {
    let found = hardware::masked(word)?;
    Some((octets(found.address), octets(found.mask)))
}

/// What is asked of a BPDU, in words.
pub(super) fn show_stp(asked: &Stp) -> String {
    let field = |(field, asked): &(StpField, Not<(u64, u64)>)| {
        let name = FIELDS.iter().find(|(_, known)| known == field)?.0;
        let bang = if asked.not { "! " } else { "" };
        let (from, to) = asked.is;
        let named = names(*field).and_then(|names| names.iter().find(|(_, value)| *value == from));
        let value = match named {
            Some((name, _)) => (*name).to_owned(),
            None if is_address(*field) => hardware::show_mac(MacMask {
                address: mac(from),
                mask: mac(to),
            }),
            None if from == to => from.to_string(),
            None => format!("{from}:{to}"),
        };
        Some(format!("--{name} {bang}{value}"))
    };
    let words: Vec<String> = asked.fields.iter().filter_map(field).collect();
    words.join(" ")
}

/// Reads what is asked of a frame of IEEE 802.3.
pub(super) fn llc(variant: Variant, line: &Line) -> Outcome<EbLlc> {
    let length = line.option("protocol").map(|given| given.value.as_str());
    if !length.is_some_and(|word| word.eq_ignore_ascii_case("LENGTH")) {
        let text = "For 802.3 DSAP/SSAP filtering the protocol must be LENGTH";
        return Err(variant.problem(text));
    }
    let number = |name: &str, what: &str, most: u64| {
        let Some(given) = line.option(name) else {
            return Ok(None);
        };
        let (found, whole) = hexadecimal(&given.value);
        if !whole || found > most {
            let text = format!("Problem with {what} hex value, {found:x}");
            return Err(variant.problem(&text));
        }
        Ok(Some(Not {
            is: found as u16,
            not: given.not,
        }))
    };
    let sap = number("802_3-sap", "specified sap", 0xff)?;
    Ok(EbLlc {
        sap: sap.map(|sap| Not {
            is: sap.is as u8,
            not: sap.not,
        }),
        kind: number("802_3-type", "the specified type", 0xffff)?,
    })
}

/// The number that a word begins with, and whether there is nothing else.
fn hexadecimal(word: &str) -> (u64, bool) {
    let bare = word.strip_prefix("0x").unwrap_or(word);
    let end = bare.find(|digit: char| !digit.is_ascii_hexdigit());
    let (digits, rest) = bare.split_at(end.unwrap_or(bare.len()));
    let number = u64::from_str_radix(digits, 16).unwrap_or(0);
    (number, rest.is_empty() && !digits.is_empty())
}

/// What is asked of a frame of IEEE 802.3, in words.
pub(super) fn show_llc(asked: &EbLlc) -> String {
    let bang = |not: bool| if not { "! " } else { "" };
    let sap = asked
        .sap
        .map(|sap| format!("--802_3-sap {}0x{:02x}", bang(sap.not), sap.is));
    let kind = asked.kind;
    let kind = kind.map(|kind| format!("--802_3-type {}0x{:04x}", bang(kind.not), kind.is));
    let words: Vec<String> = sap.into_iter().chain(kind).collect();
    words.join(" ")
}
