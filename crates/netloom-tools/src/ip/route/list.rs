//! `ip route list` and `ip route flush`: the routes that fit a selector.

use super::format::{self, Hidden, type_number};
use crate::Context;
use crate::ip::saved::{self, Saved};
use crate::ip::words::{
    self, Failure, Outcome, PROTOCOLS, SCOPES, TABLES, TYPES, Words, dsfield, matches, u32_of,
};
use crate::ip::{Options, show};
use core::net::IpAddr;
use netloom_model::route::table;
use netloom_model::state::Parts;
use netloom_model::{Change, Family, IpNet, Namespace, Route, RouteMatch, Scope};
use netloom_netlink as rtnetlink;

/// Which routes are meant.
#[derive(Debug, Default)]
struct Filter {
    family: Option<Family>,
    /// `None`: every table.
    table: Option<u32>,
    /// The routing cache, which is empty.
    cached: bool,
    /// Inside this prefix.
    root: Option<IpNet>,
    /// Holds this prefix.
    within: Option<IpNet>,
    dev: Option<u32>,
    via: Option<IpAddr>,
    src: Option<IpNet>,
    kind: Option<u32>,
    protocol: Option<u32>,
    scope: Option<u32>,
    tos: Option<u8>,
    metric: Option<u32>,
}

const PARTS: Parts = Parts {
    routes: true,
    nexthops: true,
    ..Parts::LINKS
};

fn parse(ns: &Namespace, options: &Options, words: &mut Words<'_>) -> Outcome<Filter> {
    let mut filter = Filter {
        family: options.family,
        table: Some(table::MAIN),
        ..Filter::default()
    };
    let (mut dev, mut iif) = (None, None);
    while let Some(word) = words.next() {
        let is = |full| matches(word, full);
        if is("table") {
            filter.parse_table(words.value()?)?;
        } else if word == "cached" || word == "cloned" || word == "cache" {
            filter.cached = true;
        } else if matches!(word, "vrf" | "realms") {
            return Err(Failure::unsupported(word));
        } else if word == "tos" || is("dsfield") {
            let tos = words.value()?;
            let wrong = || Failure::wrong_nl(tos, "TOS value is invalid");
            filter.tos = Some(dsfield(tos).ok_or_else(wrong)?);
        } else if is("metric") || word == "priority" || word == "preference" {
            let metric = words.value()?;
            let wrong = || Failure::wrong_nl(metric, "\"metric\" value is invalid");
            filter.metric = Some(u32_of(metric).ok_or_else(wrong)?);
        } else if is("protocol") {
            let name = words.value()?;
            let wrong = || Failure::wrong_nl(name, "invalid \"protocol\"");
            let number = PROTOCOLS.number(name, 255);
            filter.protocol = match name {
                "all" => None,
                _ => Some(number.ok_or_else(wrong)?),
            };
        } else if is("scope") {
            let name = words.value()?;
            let wrong = || Failure::wrong_nl(name, "invalid \"scope\"");
            let number = SCOPES.number(name, 255);
            filter.scope = match name {
                "all" => None,
                _ => Some(number.ok_or_else(wrong)?),
            };
        } else if is("type") {
            let name = words.value()?;
            let wrong = || Failure::wrong_nl(name, "node type value is invalid");
            filter.kind = Some(TYPES.number(name, 255).ok_or_else(wrong)?);
        } else if is("dev") || word == "oif" {
            dev = Some(words.value()?);
        } else if word == "iif" {
            iif = Some(words.value()?);
        } else if word == "via" {
            filter.via = Some(via(words, filter.family)?);
        } else if word == "src" {
            filter.src = Some(words::prefix(words.value()?, filter.family)?);
        } else if is("from") {
            return Err(Failure::unsupported(word));
        } else {
            filter.parse_selector(word, words)?;
        }
    }
    filter.dev = dev.map(|name| words::device(ns, name)).transpose()?;
    if let Some(name) = iif {
        words::device(ns, name)?;
        return Err(Failure::unsupported("iif"));
    }
    Ok(filter)
}

/// A gateway, maybe of another family than the routes.
fn via(words: &mut Words<'_>, family: Option<Family>) -> Outcome<IpAddr> {
    let (word, family) = match words.value()? {
        "inet" => (words.value()?, Some(Family::V4)),
        "inet6" => (words.value()?, Some(Family::V6)),
        word => (word, family),
    };
    Ok(words::prefix(word, family)?.addr)
}

impl Filter {
    fn parse_table(&mut self, name: &str) -> Outcome<()> {
        match name {
            "all" | "0" => self.table = None,
            "cache" => self.cached = true,
            _ => {
                let wrong = || Failure::wrong_nl(name, "table id value is invalid");
                self.table = Some(TABLES.number(name, u32::MAX).ok_or_else(wrong)?);
            }
        }
        Ok(())
    }

    /// `[to] [root|match|exact] PREFIX`.
    fn parse_selector(&mut self, word: &str, words: &mut Words<'_>) -> Outcome<()> {
        let word = if matches(word, "to") {
            words.value()?
        } else {
            word
        };
        if matches(word, "root") {
            self.root = Some(words::prefix(words.value()?, self.family)?);
        } else if matches(word, "match") {
            self.within = Some(words::prefix(words.value()?, self.family)?);
        } else {
            let word = if matches(word, "exact") {
                words.value()?
            } else {
                word
            };
            if word == "help" {
                return Err(super::usage());
            }
            let net = words::prefix(word, self.family)?;
            self.root = Some(net);
            self.within = Some(net);
        }
        Ok(())
    }

    /// The family that is listed: IPv4 alone, whatever a prefix says, unless every table of every
    /// family is meant.
    fn wanted_family(&self) -> Option<Family> {
        self.family.or(self.table.map(|_| Family::V4))
    }

    fn fits(&self, route: &Route) -> bool {
        let hop = match route.nexthops.as_slice() {
            [hop] => Some(hop),
            _ => None,
        };
        let dst = route.dst;
        !self.cached
            && self.wanted_family().is_none_or(|f| f == route.family())
            && self.table.is_none_or(|t| t == route.table)
            && self
                .root
                .is_none_or(|r| dst.len >= r.len && r.contains(dst.addr))
            && self
                .within
                .is_none_or(|w| dst.len <= w.len && dst.contains(w.addr))
            && self.dev.is_none_or(|d| hop.and_then(|h| h.dev) == Some(d))
            && self.via.is_none_or(|v| hop.and_then(|h| h.via) == Some(v))
            && self
                .src
                .is_none_or(|s| route.prefsrc.is_some_and(|p| s.contains(p)))
            && self.kind.is_none_or(|k| k == type_number(route.kind))
            && self.protocol.is_none_or(|p| p == u32::from(route.protocol))
            && self.scope.is_none_or(|s| s == u32::from(route.scope.0))
            && self.tos.is_none_or(|t| t == route.tos)
            && self.metric.is_none_or(|m| m == route.metric)
    }

    fn hidden(&self) -> Hidden {
        Hidden {
            table: self.table.is_some(),
            tos: self.tos.is_some(),
            via: self.via.is_some(),
            dev: self.dev.is_some(),
            protocol: self.protocol.is_some(),
            scope: self.scope.is_some(),
            src: self.src.is_some_and(|s| s.is_host()),
            metric: self.metric.is_some(),
        }
    }

    /// Whether the kernel has the table: it makes tables when the first route comes, and keeps them. Where
    /// what is seen does not show it, it may be there without routes.
    fn has_table(&self, cx: &mut Context<'_>, ns: &Namespace) -> bool {
        let table = match self.table {
            None | Some(table::MAIN) => return true,
            Some(_) if self.cached => return true,
            Some(table) => table,
        };
        let families = match self.wanted_family() {
            Some(family) => vec![family],
            None => vec![Family::V4, Family::V6],
        };
        families.into_iter().any(|family| {
            let mut routes = ns.routes.iter();
            let seen = match family {
                Family::V4 => ns.route_tables.contains(&table),
                Family::V6 => routes.any(|r| r.family() == family && r.table == table),
            };
            // Not every world has more than its state.
            seen || cx
                .world
                .has_route_table(&cx.ns, family, table)
                .unwrap_or(false)
        })
    }
}

/// Lists the routes that fit.
pub(super) fn list(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let ns = words::namespace(cx, PARTS)?;
    let filter = parse(&ns, options, &mut words)?;
    if !filter.has_table(cx, &ns) {
        return Err(no_table(&filter, "Dump"));
    }
    let hidden = filter.hidden();
    let found = ns.routes.iter().filter(|r| filter.fits(r));
    let records = found
        .map(|r| format::route(&ns, options, r, hidden))
        .collect();
    show(cx, options, records)
}

/// Writes the routes that fit to a file.
pub(super) fn save(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    let ns = words::namespace(cx, PARTS)?;
    let filter = parse(&ns, options, &mut words)?;
    let found = ns.routes.iter().filter(|r| filter.fits(r));
    saved::save(cx, Saved::Routes, found.map(rtnetlink::route::encode))?;
    if !filter.has_table(cx, &ns) {
        return Err(no_table(&filter, "Dump"));
    }
    Ok(())
}

fn no_table(filter: &Filter, what: &str) -> Failure {
    let family = match filter.wanted_family() {
        Some(Family::V6) => "ipv6",
        _ => "ipv4",
    };
    let text = format!("Error: {family}: FIB table does not exist.\n{what} terminated");
    Failure::new(text, 2)
}

/// Deletes the routes that fit.
pub(super) fn flush(cx: &mut Context<'_>, options: &Options, mut words: Words<'_>) -> Outcome<()> {
    if words.peek().is_none() {
        return Err(Failure::new("\"ip route flush\" requires arguments.", 1));
    }
    let ns = words::namespace(cx, PARTS)?;
    let filter = parse(&ns, options, &mut words)?;
    if filter.cached {
        let (ns, name) = (cx.ns.clone(), "net.ipv4.route.flush".to_owned());
        let value = "1".to_owned();
        return Ok(cx
            .world
            .apply(vec![Change::SetSysctl { ns, name, value }])?);
    }
    let made = filter.table != Some(table::MAIN)
        || ns.route_tables.iter().any(|t| *t >= table::MAIN)
        || ns.routes.iter().any(|r| r.table >= table::MAIN);
    if !filter.has_table(cx, &ns) || !made {
        return Err(no_table(&filter, "Flush"));
    }
    let found: Vec<&Route> = ns.routes.iter().filter(|r| filter.fits(r)).collect();
    let count = found.len();
    if options.statistics > 1 {
        let hidden = filter.hidden();
        let records = found.iter().map(|r| format::route(&ns, options, r, hidden));
        let text = crate::ip::print::text(&records.collect::<Vec<_>>(), options.oneline);
        write!(cx.out, "{text}")?;
    }
    let follows = found.iter().any(|route| route.nhid.is_some());
    let changes: Vec<Change> = found
        .into_iter()
        .filter(|route| route.nhid.is_none())
        .map(|route| Change::DelRoute {
            ns: cx.ns.clone(),
            route: exactly(route),
        })
        .collect();
    if !changes.is_empty() {
        cx.world.apply(changes)?;
    }
    if follows {
        // The original names both the next hop object and its ways, which the kernel refuses.
        let text = "Failed to send flush request: Invalid argument";
        return Err(Failure::new(text, 2));
    }
    crate::ip::flushed(cx, options, count)
}

/// The match that fits `route` alone.
fn exactly(route: &Route) -> RouteMatch {
    let hop = match route.nexthops.as_slice() {
        [hop] => Some(hop),
        _ => None,
    };
    RouteMatch {
        dst: route.dst,
        table: route.table,
        tos: route.tos,
        kind: Some(route.kind),
        scope: (route.scope != Scope::NOWHERE).then_some(route.scope),
        protocol: Some(route.protocol),
        metric: Some(route.metric),
        prefsrc: route.prefsrc,
        via: hop.and_then(|h| h.via),
        dev: hop.and_then(|h| h.dev),
        nhid: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::NextHop;

    fn ns() -> Namespace {
        let route = |dst: &str| {
            let mut route = Route::new(dst.parse().unwrap());
            route.nexthops = vec![NextHop::default()];
            route
        };
        Namespace {
            routes: ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/24", "10.2.0.0/16"]
                .map(route)
                .into(),
            ..Namespace::default()
        }
    }

    fn select(line: &str) -> Vec<String> {
        let ns = ns();
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let filter = parse(&ns, &Options::default(), &mut Words::new(&words)).unwrap();
        let found = ns.routes.iter().filter(|r| filter.fits(r));
        found.map(|r| r.dst.to_string()).collect()
    }

    #[test]
    fn selectors_choose_by_prefix() {
        assert_eq!(
            select("root 10/8"),
            ["10.0.0.0/8", "10.0.0.0/24", "10.2.0.0/16"]
        );
        assert_eq!(
            select("match 10.2.0.1"),
            ["0.0.0.0/0", "10.0.0.0/8", "10.2.0.0/16"]
        );
        assert_eq!(select("10.2.0.0/16"), ["10.2.0.0/16"]);
        assert_eq!(select("default"), ["0.0.0.0/0"]);
        assert_eq!(select("to exact 10.0.0.0/24"), ["10.0.0.0/24"]);
        assert_eq!(select("table 7").len(), 0);
        assert_eq!(select("t all").len(), 4);
    }
}
