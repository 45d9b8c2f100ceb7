//! `ah`, `dst`, `hbh`, `frag`, `rt`, `mh`, `ipv6header`, `eui64`: what stands behind the header of
//! IPv6.

use super::super::extension::{Extension, Given, Opt, Shown};
use super::values::{bang, first, mark, number, one, said, span};
use crate::ip::words::Outcome;
use core::net::IpAddr;
use netloom_model::ruleset::xt::{Ah6, Frag, Not, Options6, RoutingHeader, Span, XtMatch};
use netloom_model::ruleset::{DataType, Statement};

/// A number of 32 bits, where it is asked for.
fn asked(given: &Given<'_>, of: &str, name: &str) -> Outcome<Option<Not<u32>>> {
    let option = given.option(name);
    let found = option.map(|option| {
        let is = given.uint(of, option, u64::from(u32::MAX))? as u32;
        Ok(option.of(is))
    });
    found.transpose()
}

/// Numbers from one to the other, where they are asked for.
fn asked_span(given: &Given<'_>, of: &str, name: &str) -> Outcome<Option<Not<Span<u32>>>> {
    let option = given.option(name);
    let found = option.map(|option| Ok(option.of(given.span32(of, option)?)));
    found.transpose()
}

/// Words of an option and of a listing, put together.
struct Words {
    save: String,
    list: String,
}

impl Words {
    fn of(name: &str) -> Words {
        Words {
            save: format!("-m {name}"),
            list: name.to_owned(),
        }
    }

    /// A number: `--dst-len 8` and ` length:8`.
    fn number(&mut self, option: &str, before: &str, found: Option<Not<u32>>) {
        if let Some(Not { is, not }) = found {
            self.save += &format!(" {}--{option} {is}", bang(not));
            self.list += &format!("{before}:{}{is}", mark(not));
        }
    }

    /// Numbers: `--fragid 1:5` and ` ids:1:5`.
    fn span(&mut self, option: &str, before: &str, found: Option<Not<Span<u32>>>) {
        if let Some(Not { is, not }) = found {
            let plural = if is.0 == is.1 { "" } else { "s" };
            let words = span(&is);
            self.save += &format!(" {}--{option} {words}", bang(not));
            self.list += &format!("{before}{plural}:{}{words}", mark(not));
        }
    }

    fn flag(&mut self, there: bool, option: &str, word: &str) {
        if there {
            self.save += &format!(" --{option}");
            self.list += &format!(" {word}");
        }
    }

    fn said(self) -> Option<(usize, Shown)> {
        said(self.save, self.list)
    }
}

/// `ah` of IPv6.
pub(super) fn ah(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    one(XtMatch::Ah6(Ah6 {
        spi: asked_span(given, "ah", "ahspi")?,
        length: asked(given, "ah", "ahlen")?,
        reserved: given.has("ahres"),
    }))
}

pub(super) fn show_ah(found: &Ah6) -> Option<(usize, Shown)> {
    let mut words = Words::of("ah");
    words.list += " ";
    words.span("ahspi", "spi", found.spi);
    words.number("ahlen", "length", found.length);
    words.flag(found.reserved, "ahres", "reserved");
    words.said()
}

pub(super) const DST: Extension = Extension {
    name: "dst",
    options: &[("dst-len", 1), ("dst-opts", 1)],
    build: |given| one(XtMatch::Dst(options(given, "dst")?)),
    show: |view| match first(view)? {
        XtMatch::Dst(found) => show_options(found, "dst"),
        _ => None,
    },
};

pub(super) const HBH: Extension = Extension {
    name: "hbh",
    options: &[("hbh-len", 1), ("hbh-opts", 1)],
    build: |given| one(XtMatch::Hbh(options(given, "hbh")?)),
    show: |view| match first(view)? {
        XtMatch::Hbh(found) => show_options(found, "hbh"),
        _ => None,
    },
};

fn options(given: &Given<'_>, of: &str) -> Outcome<Options6> {
    let mut options = Vec::new();
    let words = given.option(&format!("{of}-opts")).map_or("", |o| o.word());
    for word in words.split(',').filter(|word| !word.is_empty()) {
        let (kind, len) = match word.split_once(':') {
            Some((kind, len)) => (kind, Some(len)),
            None => (word, None),
        };
        // Of greater numbers the last byte counts.
        let read = |what: &str, word: &str| {
            let bad = || given.problem(&format!("{of}: error parsing {what} `{word}'"));
            number(word).map(|found| found as u8).ok_or_else(bad)
        };
        let len = len.map(|len| read("length", len)).transpose()?;
        options.push((read("number", kind)?, len));
    }
    Ok(Options6 {
        length: asked(given, of, &format!("{of}-len"))?,
        options,
    })
}

fn show_options(found: &Options6, of: &str) -> Option<(usize, Shown)> {
    let mut words = Words::of(of);
    words.number(&format!("{of}-len"), " length", found.length);
    if !found.options.is_empty() {
        let option = |(kind, len): &(u8, Option<u8>)| match len {
            Some(len) => format!("{kind}:{len}"),
            None => kind.to_string(),
        };
        let all: Vec<String> = found.options.iter().map(option).collect();
        words.save += &format!(" --{of}-opts {}", all.join(","));
        words.list += &format!(" opts {}", all.join(","));
    }
    words.said()
}

pub(super) const FRAG: Extension = Extension {
    name: "frag",
    options: &[
        ("fragid", 1),
        ("fraglen", 1),
        ("fragres", 0),
        ("fragfirst", 0),
        ("fragmore", 0),
        ("fraglast", 0),
    ],
    build: |given| {
        if given.has("fragmore") && given.has("fraglast") {
            return Err(given.clash("frag", "fragmore", "fraglast"));
        }
        one(XtMatch::Frag(Frag {
            id: asked_span(given, "frag", "fragid")?,
            length: asked(given, "frag", "fraglen")?,
            reserved: given.has("fragres"),
            first: given.has("fragfirst"),
            more: given.has("fragmore"),
            last: given.has("fraglast"),
        }))
    },
    show: |view| match first(view)? {
        XtMatch::Frag(found) => {
            let mut words = Words::of("frag");
            words.list += " ";
            words.span("fragid", "id", found.id);
            words.number("fraglen", " length", found.length);
            words.flag(found.reserved, "fragres", "reserved");
            words.flag(found.first, "fragfirst", "first");
            words.flag(found.more, "fragmore", "more");
            words.flag(found.last, "fraglast", "last");
            words.said()
        }
        _ => None,
    },
};

pub(super) const RT: Extension = Extension {
    name: "rt",
    options: &[
        ("rt-type", 1),
        ("rt-segsleft", 1),
        ("rt-len", 1),
        ("rt-0-res", 0),
        ("rt-0-addrs", 1),
        ("rt-0-not-strict", 0),
    ],
    build: rt,
    show: |view| match first(view)? {
        XtMatch::Rt(found) => {
            let mut words = Words::of("rt");
            words.number("rt-type", " type", found.rt_type);
            words.span("rt-segsleft", " segsleft", found.segments_left);
            words.number("rt-len", " length", found.length);
            words.flag(found.reserved, "rt-0-res", "reserved");
            if !found.addresses.is_empty() {
                let all: Vec<String> = found.addresses.iter().map(IpAddr::to_string).collect();
                words.save += &format!(" --rt-0-addrs {}", all.join(","));
                words.list += &format!(" 0-addrs {}", all.join(","));
            }
            words.flag(found.not_strict, "rt-0-not-strict", "0-not-strict");
            words.said()
        }
        _ => None,
    },
};

fn rt(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let rt_type = asked(given, "rt", "rt-type")?;
    let of_zero = rt_type == Some(Not::is(0));
    for name in ["rt-0-res", "rt-0-addrs"] {
        if given.has(name) && !of_zero {
            let text = format!("`--rt-type 0' required before `--{name}'");
            return Err(given.problem(&text));
        }
    }
    if given.has("rt-0-not-strict") && !(of_zero && given.has("rt-0-addrs")) {
        let text = "`--rt-type 0 --rt-0-addrs ...' required before `--rt-0-not-strict'";
        return Err(given.problem(text));
    }
    let mut addresses = Vec::new();
    for word in given
        .option("rt-0-addrs")
        .map_or("", |o| o.word())
        .split(',')
        .filter(|word| !word.is_empty())
    {
        let bad = || given.problem(&format!("error parsing address '{word}'"));
        addresses.push(given.address(word).ok_or_else(bad)?);
    }
    one(XtMatch::Rt(RoutingHeader {
        rt_type,
        segments_left: asked_span(given, "rt", "rt-segsleft")?,
        length: asked(given, "rt", "rt-len")?,
        reserved: given.has("rt-0-res"),
        addresses,
        not_strict: given.has("rt-0-not-strict"),
    }))
}

pub(super) const MH: Extension = Extension {
    name: "mh",
    options: &[("mh-type", 1)],
    build: |given| {
        let all = Not::is((0, u8::MAX));
        let types = match given.option("mh-type") {
            Some(option) => option.of(mh_types(given, option)?),
            None => all,
        };
        one(XtMatch::Mh(types))
    },
    show: |view| match first(view)? {
        XtMatch::Mh(types) => {
            let (mut save, mut list) = (String::from("-m mh"), String::from("mh"));
            if types.is != (0, u8::MAX) || types.not {
                let name = |number: u8| match DataType::MhType.symbol(number.into()) {
                    Some(name) if !view.numeric => name.to_owned(),
                    _ => number.to_string(),
                };
                let (from, to) = types.is;
                let named = match from == to {
                    true => name(from),
                    false => format!("{}:{}", name(from), name(to)),
                };
                save += &format!(" {}--mh-type {}", bang(types.not), span(&types.is));
                list += &format!(" {}{named}", mark(types.not));
            }
            said(save, list)
        }
        _ => None,
    },
};

/// Short names of messages.
const MH_SHORT: [(&str, u8); 8] = [
    ("brr", 0),
    ("hoti", 1),
    ("coti", 2),
    ("hot", 3),
    ("cot", 4),
    ("bu", 5),
    ("ba", 6),
    ("be", 7),
];

fn mh_types(given: &Given<'_>, option: &Opt) -> Outcome<Span<u8>> {
    let read = |word: &str, otherwise: u8| {
        if word.is_empty() {
            return Ok(otherwise);
        }
        let loud = word.to_lowercase();
        let short = MH_SHORT.iter().find(|(name, _)| *name == loud);
        let long = DataType::MhType.by_symbol(&loud).map(|found| found as u8);
        let by_number = number(word).and_then(|found| u8::try_from(found).ok());
        let found = short.map(|(_, found)| *found).or(long).or(by_number);
        found.ok_or_else(|| given.problem(&format!("Invalid MH type `{word}'")))
    };
    match option.word().split_once(':') {
        Some((from, to)) => Ok((read(from, 0)?, read(to, u8::MAX)?)),
        None => {
            let found = read(option.word(), 0)?;
            Ok((found, found))
        }
    }
}

pub(super) const IPV6HEADER: Extension = Extension {
    name: "ipv6header",
    options: &[("header", 1), ("soft", 0)],
    build: |given| {
        let option = given.needed("ipv6header", "header")?;
        let mut bits = 0;
        for word in option.word().split(',') {
            let found = HEADERS.iter().find(|(_, names)| names.contains(&word));
            let unknown = || given.problem(&format!("unknown header `{word}' specified"));
            bits |= found.ok_or_else(unknown)?.0;
        }
        one(XtMatch::Ipv6header {
            headers: option.of(bits),
            soft: given.has("soft"),
        })
    },
    show: |view| match first(view)? {
        XtMatch::Ipv6header { headers, soft } => {
            let bits = headers.is;
            let all = HEADERS.iter().filter(|(bit, _)| bits & bit != 0);
            let names: Vec<&str> = all.map(|(_, names)| names[0]).collect();
            let names = names.join(",");
            let listed = match view.numeric {
                true => format!("0x{bits:02X}"),
                false => names.clone(),
            };
            let (not, loud) = (bang(headers.not), mark(headers.not));
            let end = if *soft {
                (" --soft", " soft")
            } else {
                ("", "")
            };
            said(
                format!("-m ipv6header {not}--header {names}{}", end.0),
                format!("ipv6header flags:{loud}{listed}{}", end.1),
            )
        }
        _ => None,
    },
};

/// The headers by their bits, each with its names, the one first that is printed.
const HEADERS: [(u8, &[&str]); 8] = [
    (0x80, &["hop-by-hop", "hop"]),
    (0x40, &["ipv6-opts", "dst"]),
    (0x20, &["ipv6-route", "route"]),
    (0x10, &["ipv6-frag", "frag"]),
    (0x08, &["ah", "auth"]),
    (0x04, &["esp"]),
    (0x02, &["ipv6-nonxt", "none"]),
    (0x01, &["protocol", "prot"]),
];

pub(super) const EUI64: Extension = Extension {
    name: "eui64",
    options: &[],
    build: |_| one(XtMatch::Eui64),
    show: |view| match first(view)? {
        XtMatch::Eui64 => said("-m eui64", ""),
        _ => None,
    },
};
