//! `addrtype`, `iprange`, `multiport`: kinds of addresses, and several of addresses or ports.

use super::super::extension::{Extension, Given, Shown, View};
use super::ports::{port_name, span as port_span};
use super::values::{bang, first, mark, one, said};
use crate::ip::words::Outcome;
use crate::tcpdump::print::Transport;
use core::net::IpAddr;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Addrtype, Multiport, Not, PortsOf, Span, XtMatch};

pub(super) const ADDRTYPE: Extension = Extension {
    name: "addrtype",
    options: &[
        ("src-type", 1),
        ("dst-type", 1),
        ("limit-iface-in", 0),
        ("limit-iface-out", 0),
    ],
    build: addrtype,
    show: show_addrtype,
};

/// The types, each by its bit (`RTN_*`).
const TYPES: [&str; 12] = [
    "UNSPEC",
    "UNICAST",
    "LOCAL",
    "BROADCAST",
    "ANYCAST",
    "MULTICAST",
    "BLACKHOLE",
    "UNREACHABLE",
    "PROHIBIT",
    "THROW",
    "NAT",
    "XRESOLVE",
];

fn addrtype(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let side = |name: &str| -> Outcome<Option<Not<u16>>> {
        let Some(option) = given.option(name) else {
            return Ok(None);
        };
        let mut bits = 0;
        for word in option.word().split(',') {
            let at = TYPES
                .iter()
                .position(|name| name.eq_ignore_ascii_case(word));
            let bad = || given.problem(&format!("addrtype: bad type \"{word}\""));
            bits |= 1 << at.ok_or_else(bad)?;
        }
        Ok(Some(option.of(bits)))
    };
    let found = Addrtype {
        source: side("src-type")?,
        destination: side("dst-type")?,
        limit_iface_in: given.has("limit-iface-in"),
        limit_iface_out: given.has("limit-iface-out"),
    };
    if found.source.is_none() && found.destination.is_none() {
        let text = "addrtype: you must specify --src-type or --dst-type";
        return Err(given.problem(text));
    }
    one(XtMatch::Addrtype(found))
}

fn show_addrtype(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Addrtype(found) = first(view)? else {
        return None;
    };
    let (mut save, mut list) = (String::from("-m addrtype"), String::from("ADDRTYPE match"));
    for (name, side) in [("src-type", found.source), ("dst-type", found.destination)] {
        if let Some(Not { is, not }) = side {
            let set = TYPES.iter().enumerate().filter(|(at, _)| is & 1 << at != 0);
            let names = set.map(|(_, name)| *name).collect::<Vec<_>>().join(",");
            save += &format!(" {}--{name} {names}", bang(not));
            list += &format!(" {name} {}{names}", mark(not));
        }
    }
    for (there, word) in [(found.limit_iface_in, "in"), (found.limit_iface_out, "out")] {
        if there {
            save += &format!(" --limit-iface-{word}");
            list += &format!(" limit-{word}");
        }
    }
    said(save, list)
}

pub(super) const IPRANGE: Extension = Extension {
    name: "iprange",
    options: &[("src-range", 1), ("dst-range", 1)],
    build: iprange,
    show: show_iprange,
};

fn iprange(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    let side = |name: &str| -> Outcome<Option<Not<Span<IpAddr>>>> {
        let Some(option) = given.option(name) else {
            return Ok(None);
        };
        let word = option.word();
        let (from, to) = word.split_once('-').unwrap_or((word, word));
        match (given.address(from), given.address(to)) {
            (Some(from), Some(to)) => Ok(Some(option.of((from, to)))),
            _ => {
                let text = format!("iprange: Bad value for \"--{name}\" option: \"{word}\"");
                Err(given.problem(&text))
            }
        }
    };
    let (source, destination) = (side("src-range")?, side("dst-range")?);
    if source.is_none() && destination.is_none() {
        let text = "iprange match: You must specify `--src-range' or `--dst-range'";
        return Err(given.problem(text));
    }
    one(XtMatch::Iprange {
        source,
        destination,
    })
}

fn show_iprange(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Iprange {
        source,
        destination,
    } = first(view)?
    else {
        return None;
    };
    let (mut save, mut list) = (String::from("-m iprange"), Vec::new());
    for (name, title, side) in [
        ("src-range", "source", source),
        ("dst-range", "destination", destination),
    ] {
        if let Some(Not {
            is: (from, to),
            not,
        }) = side
        {
            save += &format!(" {}--{name} {from}-{to}", bang(*not));
            list.push(format!("{title} IP range {}{from}-{to}", bang(*not)));
        }
    }
    said(save, list.join(" "))
}

pub(super) const MULTIPORT: Extension = Extension {
    name: "multiport",
    options: &[
        ("source-ports", 1),
        ("sports", 1),
        ("destination-ports", 1),
        ("dports", 1),
        ("ports", 1),
    ],
    build: multiport,
    show: show_multiport,
};

/// How many ports one match has room for; a range takes the room of two.
const MOST: usize = 15;

fn multiport(given: &Given<'_>) -> Outcome<Vec<Statement>> {
    if !matches!(given.protocol, Some((6 | 17 | 33 | 132 | 136, false))) {
        let text = "multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'";
        return Err(given.problem(text));
    }
    let Some(option) = given.options.first() else {
        return Err(given.problem("multiport expection an option"));
    };
    let which = match option.name {
        "source-ports" | "sports" => PortsOf::Source,
        "destination-ports" | "dports" => PortsOf::Destination,
        _ => PortsOf::Either,
    };
    let mut ports = Vec::new();
    let mut room = MOST;
    for word in option.word().split(',') {
        let takes = if word.contains(':') { 2 } else { 1 };
        let left = room.checked_sub(takes);
        room = left.ok_or_else(|| given.problem("too many ports specified"))?;
        let span = port_span(given, word)?;
        if takes == 2 && span.0 >= span.1 {
            return Err(given.problem("invalid portrange specified"));
        }
        ports.push(span);
    }
    let not = option.not;
    one(XtMatch::Multiport(Multiport {
        which,
        ports: Not { is: ports, not },
    }))
}

fn show_multiport(view: &View<'_>) -> Option<(usize, Shown)> {
    let XtMatch::Multiport(found) = first(view)? else {
        return None;
    };
    let word = match found.which {
        PortsOf::Source => "sports",
        PortsOf::Destination => "dports",
        PortsOf::Either => "ports",
    };
    let Not { is, not } = &found.ports;
    let words = |name: &dyn Fn(u16) -> String| {
        let each = is.iter().map(|(from, to)| {
            if from == to {
                name(*from)
            } else {
                format!("{}:{}", name(*from), name(*to))
            }
        });
        each.collect::<Vec<_>>().join(",")
    };
    let transport = if view.protocol == Some(17) {
        Transport::Udp
    } else {
        Transport::Tcp
    };
    let numbers = words(&|port| port.to_string());
    let names = words(&|port| port_name(view, transport, port));
    let bang_list = if *not { " !" } else { "" };
    said(
        format!("-m multiport {}--{word} {numbers}", bang(*not)),
        format!("multiport {word} {bang_list}{names}"),
    )
}
