//! `srh`: the segment routing header of IPv6.

use super::super::extension::{Extension, Given, Opt, Shown, View};
use super::super::spec::address;
use super::values::{bang, first, mark, one, said};
use crate::ip::words::Outcome;
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::Family;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Srh, SrhNumber, XtMatch};

/// How a number is compared.
const WAYS: [&str; 3] = ["eq", "gt", "lt"];

/// Segments: the one before, the next, the last.
const SEGMENTS: [&str; 3] = ["psid", "nsid", "lsid"];

pub(super) const SRH: Extension = Extension {
    name: "srh",
    options: &[
        ("srh-next-hdr", 1),
        ("srh-hdr-len-eq", 1),
        ("srh-hdr-len-gt", 1),
        ("srh-hdr-len-lt", 1),
        ("srh-segs-left-eq", 1),
        ("srh-segs-left-gt", 1),
        ("srh-segs-left-lt", 1),
        ("srh-last-entry-eq", 1),
        ("srh-last-entry-gt", 1),
        ("srh-last-entry-lt", 1),
        ("srh-tag", 1),
        ("srh-psid", 1),
        ("srh-nsid", 1),
        ("srh-lsid", 1),
    ],
    build: srh,
    show: show_srh,
};

fn srh(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    given.once("srh")?;
    let next_header = given.option("srh-next-hdr");
    let next_header = next_header.map(|o| given.byte("srh", o).map(|number| o.of(number)));
    let tag = given.option("srh-tag");
    let tag = tag.map(|o| {
        let number = given.uint("srh", o, u64::from(u16::MAX));
        number.map(|number| o.of(number as u16))
    });
    let mut segments = [None; 3];
    for (segment, name) in segments.iter_mut().zip(SEGMENTS) {
        if let Some(option) = given.option(&format!("srh-{name}")) {
            *segment = Some(option.of(network(given, option)?));
        }
    }
    one(XtMatch::Srh(Box::new(Srh {
        next_header: next_header.transpose()?,
        length: compared(given, "hdr-len")?,
        segments_left: compared(given, "segs-left")?,
        last_entry: compared(given, "last-entry")?,
        tag: tag.transpose()?,
        segments,
    })))
}

/// A number with all that it is compared by: the value that was said last is kept for all.
fn compared(given: &Given<'_>, name: &str) -> Outcome<SrhNumber> {
    let mut found = SrhNumber::default();
    for option in given.options {
        let rest = option.name.strip_prefix("srh-").unwrap_or_default();
        let way = rest
            .strip_prefix(name)
            .and_then(|way| way.strip_prefix('-'));
        let way = way.and_then(|way| WAYS.iter().position(|known| *known == way));
        if let Some(way) = way {
            found.value = given.byte("srh", option)?;
            found.compared[way] = Some(!option.not);
        }
    }
    Ok(found)
}

/// An address and how many of its bits count.
fn network(given: &Given<'_>, option: &Opt) -> Outcome<(Ipv6Addr, u8)> {
    let bad = || {
        let name = option.name;
        let text = "neither a valid network mask nor valid CIDR (0-128)";
        given.problem(&format!(
            "srh: bad value for option \"--{name}\", {text}.\n"
        ))
    };
    let (found, mask) = address(Family::V6, option.word()).ok_or_else(bad)?;
    let IpAddr::V6(found) = found else {
        return Err(bad());
    };
    Ok((
        Ipv6Addr::from_bits(found.to_bits() & mask),
        mask.leading_ones() as u8,
    ))
}

fn show_srh(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Srh(srh) = first(view)? else {
        return None;
    };
    let (mut save, mut list) = (String::from("-m srh"), String::from("srh"));
    let mut number = |name: &str, value: u16, not: bool| {
        save += &format!(" {}--srh-{name} {value}", bang(not));
        list += &format!(" {name}:{}{value}", mark(not));
    };
    if let Some(next) = srh.next_header {
        number("next-hdr", next.is.into(), next.not);
    }
    let numbers = [
        ("hdr-len", srh.length),
        ("segs-left", srh.segments_left),
        ("last-entry", srh.last_entry),
    ];
    for (name, SrhNumber { value, compared }) in numbers {
        for (way, wanted) in WAYS.iter().zip(compared) {
            if let Some(wanted) = wanted {
                number(&format!("{name}-{way}"), value.into(), !wanted);
            }
        }
    }
    if let Some(tag) = srh.tag {
        number("tag", tag.is, tag.not);
    }
    for (name, segment) in SEGMENTS.iter().zip(srh.segments) {
        if let Some(segment) = segment {
            let (address, len) = segment.is;
            save += &format!(" {}--srh-{name} {address}/{len}", bang(segment.not));
            list += &format!(" {name} {} {address}/{len}", mark(segment.not));
        }
    }
    said(save, list)
}
