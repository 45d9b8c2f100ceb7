//! `ip route add` and its sisters, and `ip route delete`.

use super::format::type_number;
use super::ways::{Hop, gateway, nexthops, request_has_room};
use super::{metrics, usage};
use crate::Context;
use crate::ip::Options;
use crate::ip::words::{
    self, Failure, Outcome, PROTOCOLS, SCOPES, TABLES, TYPES, Words, dsfield, matches, u32_of,
};
use core::net::IpAddr;
use netloom_model::route::{RouteMetrics, protocol, table};
use netloom_model::state::Parts;
use netloom_model::{
    Change, Errno, Error, Family, IpNet, Mode, Namespace, NextHop, Route, RouteMatch, RouteType,
    Scope,
};

/// A route as its words describe it; what was not said is `None`.
#[derive(Debug, Default)]
struct Said {
    dst: Option<IpNet>,
    kind: Option<RouteType>,
    tos: u8,
    table: Option<u32>,
    protocol: Option<u8>,
    scope: Option<Scope>,
    metric: Option<u32>,
    src: Option<IpAddr>,
    via: Option<IpAddr>,
    dev: Option<String>,
    onlink: bool,
    metrics: RouteMetrics,
    hops: Vec<Hop>,
    nhid: Option<u32>,
    preference: u8,
}

fn parse(options: &Options, words: &mut Words<'_>) -> Outcome<Said> {
    let mut said = Said {
        dst: None,
        ..Said::default()
    };
    while let Some(word) = words.next() {
        let written = said.dst.filter(|net| net.len != 0);
        let family = options.family.or(written.map(|net| net.family()));
        match word {
            "src" => {
                let family = family.or(said.via.map(Family::of));
                said.src = Some(words::address(words.value()?, family)?);
            }
            "via" => {
                if said.via.is_some() {
                    let why = "use nexthop syntax to specify multiple via";
                    return Err(Failure::wrong_nl("via", why));
                }
                let family = family.or(said.src.map(Family::of));
                said.via = Some(gateway(words, family)?);
            }
            "onlink" => said.onlink = true,
            "nexthop" => {
                said.hops = nexthops(words, family)?;
                break;
            }
            "dev" | "oif" => said.dev = Some(words.value()?.to_owned()),
            "as" | "from" | "expires" | "encap" | "vrf" | "ttl-propagate" | "pervasive" => {
                return Err(Failure::unsupported(word));
            }
            "nhid" => {
                let number = words.value()?;
                let wrong = || Failure::wrong_nl(number, "\"id\" value is invalid");
                let number = u32_of(number).ok_or_else(wrong)?;
                said.nhid = Some(number).filter(|number| *number != 0);
            }
            "pref" => said.preference = preference(words.value()?)?,
            _ if metrics::parse(&mut said.metrics, word, words)? => {}
            _ if said.keyword(word, words)? => {}
            _ => said.destination(word, words, options.family)?,
        }
    }
    Ok(said)
}

/// How good a router is, by name or by its number in RFC 4191.
fn preference(word: &str) -> Outcome<u8> {
    match word {
        "low" => Ok(3),
        "medium" => Ok(0),
        "high" => Ok(1),
        _ => u32_of(word)
            .and_then(|number| u8::try_from(number).ok())
            .ok_or_else(|| Failure::wrong_nl(word, "\"pref\" value is invalid")),
    }
}

impl Said {
    /// Takes a keyword that may be abbreviated; whether `word` is one.
    fn keyword(&mut self, word: &str, words: &mut Words<'_>) -> Outcome<bool> {
        let is = |full| matches(word, full);
        if word == "tos" || is("dsfield") {
            let tos = words.value()?;
            let wrong = || Failure::wrong_nl(tos, "\"tos\" value is invalid");
            self.tos = dsfield(tos).ok_or_else(wrong)?;
        } else if is("metric") || is("priority") || is("preference") {
            let metric = words.value()?;
            let wrong = || Failure::wrong_nl(metric, "\"metric\" value is invalid");
            self.metric = Some(u32_of(metric).ok_or_else(wrong)?);
        } else if is("scope") {
            let name = words.value()?;
            let wrong = || Failure::wrong_nl(name, "invalid \"scope\" value");
            let number = SCOPES.number(name, 255).ok_or_else(wrong)?;
            self.scope = Some(Scope(u8::try_from(number).unwrap_or(u8::MAX)));
        } else if is("realms") {
            return Err(Failure::unsupported(word));
        } else if is("protocol") {
            let name = words.value()?;
            let wrong = || Failure::wrong_nl(name, "\"protocol\" value is invalid");
            let number = PROTOCOLS.number(name, 255).ok_or_else(wrong)?;
            self.protocol = u8::try_from(number).ok();
        } else if is("table") {
            let name = words.value()?;
            let wrong = || Failure::wrong_nl(name, "\"table\" value is invalid");
            let number = TABLES.number(name, u32::MAX).ok_or_else(wrong)?;
            // Table 0 is "no table said".
            self.table = Some(number).filter(|n| *n != 0);
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// `[to] [TYPE] PREFIX`.
    fn destination(
        &mut self,
        word: &str,
        words: &mut Words<'_>,
        family: Option<Family>,
    ) -> Outcome<()> {
        let mut word = if word == "to" { words.value()? } else { word };
        if !word.starts_with(|c: char| c.is_ascii_digit()) {
            if word == "nat" {
                return Err(Error::with(Errno::INVAL, "Invalid scope.").into());
            }
            if let Some(kind) = route_type(word) {
                self.kind = Some(kind);
                word = words.value()?;
            }
        }
        if matches(word, "help") {
            return Err(usage());
        }
        if self.dst.is_some() {
            return Err(Failure::garbage("to", word));
        }
        self.dst = Some(words::prefix(word, family)?);
        Ok(())
    }

    /// The family: as it was said, else that of the gateway.
    fn family(&self, options: &Options) -> Family {
        // `default` is of any family, `::/0` is not.
        let said = self.dst.map(|net| (net.len, net.family()));
        let written = said
            .filter(|said| *said != (0, Family::V4))
            .map(|said| said.1);
        // Then what was named first decides, or the two did not fit.
        let by = self.hops.iter().find_map(|hop| hop.via);
        let named = self.src.or(self.via).or(by).map(Family::of);
        let family = options.family.or(written).or(named);
        family.unwrap_or(Family::V4)
    }

    /// The destination; without one, and for `default`, everything of the family.
    fn destination_in(&self, family: Family) -> IpNet {
        let said = self.dst.filter(|net| net.len != 0);
        said.or(self.dst.filter(|net| net.family() == family))
            .unwrap_or(IpNet::default_of(family))
    }

    /// The table: local types belong into the local one.
    fn table(&self) -> u32 {
        let local = matches!(
            self.kind,
            Some(RouteType::Local | RouteType::Broadcast | RouteType::Anycast)
        );
        self.table
            .unwrap_or(if local { table::LOCAL } else { table::MAIN })
    }

    /// The scope that the type and the way imply.
    fn scope(&self, family: Family) -> Option<Scope> {
        if self.scope.is_some() || family == Family::V6 {
            return self.scope;
        }
        match self.kind {
            Some(RouteType::Local) => Some(Scope::HOST),
            Some(RouteType::Broadcast | RouteType::Multicast | RouteType::Anycast) => {
                Some(Scope::LINK)
            }
            _ => None,
        }
    }

    /// The one way of the words outside a `nexthop`.
    fn hop(&self, ns: &Namespace) -> Outcome<Option<NextHop>> {
        let dev = self
            .dev
            .as_deref()
            .map(|name| words::device(ns, name))
            .transpose()?;
        let way = self.via.is_some() || dev.is_some();
        Ok(way.then_some(NextHop {
            // No gateway is the gateway 0.0.0.0.
            via: self.via.filter(|via| !via.is_unspecified()),
            dev,
            weight: 1,
            onlink: self.onlink,
            ..NextHop::default()
        }))
    }

    fn hops(&self, ns: &Namespace) -> Outcome<Vec<NextHop>> {
        let hop = |hop: &Hop| {
            let dev = hop
                .dev
                .as_deref()
                .map(|name| words::device(ns, name))
                .transpose()?;
            Ok(NextHop {
                via: hop.via,
                dev,
                weight: hop.weight,
                onlink: hop.onlink || self.onlink,
                ..NextHop::default()
            })
        };
        let mut hops: Vec<NextHop> = self.hops.iter().map(hop).collect::<Outcome<_>>()?;
        if self.via.is_some() && hops.first().is_some_and(|first| first.via != self.via) {
            let text = "Nexthop gateway does not match RTA_GATEWAY or RTA_VIA";
            return Err(Error::with(Errno::INVAL, text).into());
        }
        hops.extend(self.hop(ns)?.filter(|_| hops.is_empty()));
        Ok(hops)
    }
}

fn route_type(word: &str) -> Option<RouteType> {
    const KINDS: [RouteType; 9] = [
        RouteType::Unicast,
        RouteType::Local,
        RouteType::Broadcast,
        RouteType::Anycast,
        RouteType::Multicast,
        RouteType::Blackhole,
        RouteType::Unreachable,
        RouteType::Prohibit,
        RouteType::Throw,
    ];
    let number = TYPES.number(word, 9)?;
    KINDS.into_iter().find(|kind| type_number(*kind) == number)
}

/// Adds, changes or replaces a route.
pub(super) fn add(
    cx: &mut Context<'_>,
    options: &Options,
    mut words: Words<'_>,
    mode: Mode,
) -> Outcome<()> {
    if words.peek().is_none() {
        return Err(usage());
    }
    let said = parse(options, &mut words)?;
    let ns = words::namespace(cx, Parts::LINKS)?;
    let route = route(&said, &ns, options)?;
    let ns = cx.ns.clone();
    cx.world.apply(vec![Change::AddRoute { ns, route, mode }])?;
    Ok(())
}

/// The route that the words ask for.
fn route(said: &Said, ns: &Namespace, options: &Options) -> Outcome<Route> {
    let family = said.family(options);
    let dst = said.destination_in(family);
    let nexthops = said.hops(ns)?;
    if dst.network() != dst && dst.family() == Family::V4 {
        return Err(Error::with(Errno::INVAL, "Invalid prefix for given prefix length.").into());
    }
    request_has_room(&said.hops, dst)?;
    let kind = said.kind.unwrap_or(RouteType::Unicast);
    let onlink = kind == RouteType::Unicast
        && dst.family() == Family::V4
        && said.via.is_none()
        && said.hops.is_empty()
        && said.nhid.is_none();
    let implied = if onlink { Scope::LINK } else { Scope::UNIVERSE };
    Ok(Route {
        tos: said.tos,
        table: said.table(),
        kind,
        protocol: said.protocol.unwrap_or(protocol::BOOT),
        scope: said.scope(dst.family()).unwrap_or(implied),
        metric: said.metric.unwrap_or(0),
        prefsrc: said.src,
        metrics: said.metrics.clone(),
        nexthops,
        nhid: said.nhid,
        preference: said.preference,
        ..Route::new(dst)
    })
}

/// Deletes the first route that fits.
pub(super) fn delete(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    if words.peek().is_none() {
        return Err(usage());
    }
    let said = parse(options, &mut words)?;
    let ns = words::namespace(cx, Parts::LINKS)?;
    let family = said.family(options);
    let dst = said.destination_in(family);
    let hops = said.hops(&ns)?;
    if dst.network() != dst && dst.family() == Family::V4 {
        return Err(Error::with(Errno::INVAL, "Invalid prefix for given prefix length.").into());
    }
    let route = RouteMatch {
        table: said.table(),
        tos: said.tos,
        kind: said.kind,
        scope: said.scope(dst.family()),
        protocol: said.protocol,
        metric: said.metric.filter(|m| *m != 0),
        prefsrc: said.src,
        nhid: said.nhid,
        ..RouteMatch::new(dst)
    };
    let by = |hop: Option<&NextHop>| RouteMatch {
        via: hop.and_then(|hop| hop.via),
        dev: hop.and_then(|hop| hop.dev),
        ..route.clone()
    };
    // Each next hop of IPv6 goes by itself, and the last that cannot is told of.
    let (first, more) = match hops.split_first() {
        Some((first, more)) if dst.family() == Family::V6 => (Some(first), more),
        first => (first.map(|(first, _)| first), &[][..]),
    };
    let mut done = Ok(());
    for route in core::iter::once(by(first)).chain(more.iter().map(|hop| by(Some(hop)))) {
        let ns = cx.ns.clone();
        if let Err(error) = cx.world.apply(vec![Change::DelRoute { ns, route }]) {
            done = Err(error.into());
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::Link;

    fn asked(line: &str) -> Outcome<Route> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let options = Options::default();
        let said = parse(&options, &mut Words::new(&words))?;
        let links: Vec<Link> = Vec::new();
        let ns = Namespace {
            links,
            ..Namespace::default()
        };
        route(&said, &ns, &options)
    }

    fn refused(line: &str) -> String {
        asked(line).unwrap_err().text
    }

    #[test]
    fn scope_and_table_follow_from_the_type_and_the_way() {
        let at = |line| asked(line).map(|r| (r.scope, r.table)).unwrap();
        assert_eq!(at("10/8 via 1.1.1.1"), (Scope::UNIVERSE, table::MAIN));
        assert_eq!(at("9.9.9.9"), (Scope::LINK, table::MAIN));
        assert_eq!(at("local 9.9.9.9"), (Scope::HOST, table::LOCAL));
        assert_eq!(at("broadcast 9.9.9.9"), (Scope::LINK, table::LOCAL));
        assert_eq!(at("multicast 239.0.0.0/8"), (Scope::LINK, table::MAIN));
        assert_eq!(at("blackhole 10/8 table 7"), (Scope::UNIVERSE, 7));
    }

    #[test]
    fn wrong_words_are_refused_in_the_words_of_ip() {
        assert_eq!(
            refused("9.9.9.13 dev eth9"),
            "Cannot find device \"eth9\"\n"
        );
        assert_eq!(
            refused("9.9.9.14 via foo"),
            "Error: inet address is expected rather than \"foo\".\n"
        );
        assert_eq!(
            refused("9.9.9.14 via 10.0.0.2 metric x"),
            "Error: argument \"x\" is wrong: \"metric\" value is invalid\n\n"
        );
        assert_eq!(
            refused("9.9.9.14 via 10.0.0.2 foo"),
            "Error: either \"to\" is duplicate, or \"foo\" is a garbage.\n"
        );
        assert_eq!(
            refused("10.16.0.0/16 nexthop foo"),
            "Error: \"nexthop\" or end of line is expected instead of \"foo\"\n"
        );
        assert_eq!(
            refused("9.9.9.1/24 via 1.1.1.1"),
            "Error: Invalid prefix for given prefix length.\n"
        );
    }

    #[test]
    fn several_ways_keep_their_weights() {
        let route =
            asked("10.7.0.0/16 nexthop via 10.0.0.2 weight 2 nexthop via 10.0.0.3").unwrap();
        let weights: Vec<u16> = route.nexthops.iter().map(|h| h.weight).collect();
        assert_eq!(weights, [2, 1]);
    }

    #[test]
    fn more_ways_than_ip_has_room_for_are_refused_in_its_words() {
        let line = |ways| "10.7.0.0/16".to_owned() + &" nexthop via 10.0.0.2".repeat(ways);
        let hops = asked(&line(253)).map(|route| route.nexthops.len());
        assert_eq!(hops.unwrap(), 253);
        let told = "addattr_l ERROR: message exceeded bound of 4096\n";
        assert_eq!(refused(&line(254)), told);
        let told = "rta_addattr_l: Error! max allowed bound 4096 exceeded\n\
                    Error: cannot parse nexthop\n";
        assert_eq!(refused(&line(256)), told);
    }
}
