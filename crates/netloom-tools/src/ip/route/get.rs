//! `ip route get`: which way a packet would take.

use super::format::{self, Cached, Hidden};
use crate::Context;
use crate::ip::rule::selector::ipproto;
use crate::ip::words::{self, Failure, Outcome, Words, dsfield, matches, u32_of};
use crate::ip::{Options, show};
use netloom_model::route::RouteQuery;
use netloom_model::state::Parts;
use netloom_model::{Family, IpNet};

/// The words behind `get`.
#[derive(Debug, Default)]
struct Question {
    to: Option<IpNet>,
    from: Option<IpNet>,
    iif: Option<String>,
    oif: Option<String>,
    mark: u32,
    tos: u8,
    protocol: u8,
    ports: (u16, u16),
    uid: u32,
    fibmatch: bool,
    connected: bool,
}

fn parse(cx: &mut Context<'_>, options: &Options, words: &mut Words<'_>) -> Outcome<Question> {
    let mut question = Question::default();
    while let Some(word) = words.next() {
        let family = options.family.or(question.to.map(|net| net.family()));
        if word == "tos" || matches(word, "dsfield") {
            let tos = words.value()?;
            let wrong = || Failure::wrong_nl(tos, "TOS value is invalid");
            question.tos = dsfield(tos).ok_or_else(wrong)?;
        } else if matches(word, "iif") {
            question.iif = Some(words.value()?.to_owned());
        } else if matches(word, "mark") {
            let mark = words.value()?;
            let wrong = || Failure::wrong(mark, "invalid mark value");
            question.mark = u32_of(mark).ok_or_else(wrong)?;
        } else if matches(word, "oif") || word == "dev" {
            question.oif = Some(words.value()?.to_owned());
        } else if matches(word, "notify") {
            // Who else listens is told; nobody does.
        } else if matches(word, "connected") {
            question.connected = true;
        } else if word == "fibmatch" {
            question.fibmatch = true;
        } else if word == "vrf" {
            let name = words.value()?;
            return Err(Failure::wrong_nl(name, "Invalid VRF"));
        } else if matches!(word, "uid" | "sport" | "dport") {
            let value = words.value()?;
            let what = if word == "uid" { "UID" } else { word };
            let wrong = || Failure::wrong_nl(value, &format!("invalid {what}"));
            let number = u32_of(value).ok_or_else(wrong)?;
            let port = || u16::try_from(number).map_err(|_| wrong());
            match word {
                "sport" => question.ports.0 = port()?,
                "dport" => question.ports.1 = port()?,
                _ => question.uid = number,
            }
        } else if word == "ipproto" {
            question.protocol = ipproto(words.value()?)?;
        } else if matches(word, "from") {
            let word = words.value()?;
            let word = if word == "root" || word == "exact" {
                words.value()?
            } else {
                word
            };
            let net = words::prefix(word, family)?;
            warn_of_length(cx, net)?;
            question.from = Some(net);
        } else {
            let word = if word == "to" { words.value()? } else { word };
            if word == "help" {
                return Err(super::usage());
            }
            let net = words::prefix(word, family)?;
            warn_of_length(cx, net)?;
            question.to = Some(net);
        }
    }
    Ok(question)
}

fn warn_of_length(cx: &mut Context<'_>, net: IpNet) -> Outcome<()> {
    if !net.is_host() && net.len != 0 {
        let (len, bits) = (net.len, net.family().bits());
        let text = format!("as prefix is invalid, only /{bits} (or none) is supported.");
        writeln!(cx.err, "Warning: /{len} {text}")?;
    }
    Ok(())
}

/// Asks which way, and prints it.
pub(super) fn get(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let question = parse(cx, options, &mut words)?;
    let Some(to) = question.to else {
        return Err(Failure::new("need at least a destination address", 1));
    };
    let ns = words::namespace(cx, Parts::LINKS)?;
    let index = |name: &Option<String>| name.as_deref().map(|n| words::device(&ns, n)).transpose();
    let (iif, oif) = (index(&question.iif)?, index(&question.oif)?);
    let query = RouteQuery {
        to: to.addr,
        from: question.from.map(|net| net.addr),
        iif,
        oif,
        mark: question.mark,
        tos: question.tos,
        protocol: question.protocol,
        ports: question.ports,
        uid: question.uid,
        fibmatch: question.fibmatch,
    };
    let answer = cx.world.route_get(&cx.ns, query.clone())?;
    let mut route = answer.route;
    let record = if question.fibmatch {
        format::route(&ns, options, &route, Hidden::default())
    } else {
        route.dst = IpNet::host(to.addr);
        // The source is told where it was chosen, not where it was given.
        route.prefsrc = match (query.from, iif) {
            (None, None) => answer.source.or(route.prefsrc),
            _ if route.family() == Family::V6 => answer.source,
            _ => None,
        };
        let cached = Cached {
            from: query.from,
            iif,
            mark: query.mark,
            uid: query.uid,
            flags: answer.cache_flags,
        };
        format::cached(&ns, options, &route, &cached)
    };
    let mut records = vec![record];
    if question.connected && route.family() == Family::V4 {
        let again = Cached::default();
        records.push(format::cached(&ns, options, &route, &again));
    }
    show(cx, options, records)
}
