//! Filters of ss(8): conditions on addresses, ports and devices, joined by `and`, `or`, `not` and
//! parentheses.

use crate::ip::words::{Failure, Outcome};
use crate::tcpdump::print::names::SERVICES;
use core::cmp::Ordering;
use core::net::IpAddr;
use netloom_model::socket_list::ListedSocket;
use netloom_model::{IpNet, Namespace};

/// A filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Filter {
    Not(Box<Filter>),
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
    /// The address is in the prefix, if there is one, and the port is that, if there is one.
    Host(Side, Option<IpNet>, Option<u16>),
    /// The port compares as one of these.
    Port(Side, &'static [Ordering], u16),
    /// The device bound to.
    Device(String),
}

/// Which end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Destination,
}

/// Conditions may be nested this deeply.
const DEPTH: usize = 100;

impl Filter {
    /// Whether a socket is to be shown.
    pub(super) fn takes(&self, socket: &ListedSocket, ns: &Namespace) -> bool {
        match self {
            Filter::Not(inner) => !inner.takes(socket, ns),
            Filter::And(one, other) => one.takes(socket, ns) && other.takes(socket, ns),
            Filter::Or(one, other) => one.takes(socket, ns) || other.takes(socket, ns),
            Filter::Host(side, prefix, port) => {
                let (address, at) = side.of(socket);
                prefix.is_none_or(|prefix| prefix.contains(unmapped(address)))
                    && port.is_none_or(|port| port == at)
            }
            Filter::Port(side, orders, port) => orders.contains(&side.of(socket).1.cmp(port)),
            Filter::Device(name) => socket.dev != 0 && ns.link_name(socket.dev) == *name,
        }
    }
}

impl Side {
    fn of(self, socket: &ListedSocket) -> (IpAddr, u16) {
        match self {
            Side::Source => socket.local,
            Side::Destination => socket.remote.unwrap_or_else(|| match socket.local.0 {
                IpAddr::V4(_) => (core::net::Ipv4Addr::UNSPECIFIED.into(), 0),
                IpAddr::V6(_) => (core::net::Ipv6Addr::UNSPECIFIED.into(), 0),
            }),
        }
    }
}

fn unmapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Reads a filter; none where there is nothing to read.
pub(super) fn parse(text: &str) -> Outcome<Option<Filter>> {
    let tokens = tokens(text);
    if tokens.is_empty() {
        return Ok(None);
    }
    let mut parser = Parser {
        tokens: &tokens,
        depth: 0,
    };
    let filter = parser.either()?;
    if parser.tokens.is_empty() {
        Ok(Some(filter))
    } else {
        Err(syntax())
    }
}

fn syntax() -> Failure {
    let text = "ss: bison bellows (while parsing filter): \"syntax error!\" Sorry.";
    Failure::new(text, 255)
}

/// Words and signs.
fn tokens(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let sign = "()!=<>&|".contains(c);
        if sign || c.is_whitespace() {
            if !word.is_empty() {
                all.push(core::mem::take(&mut word));
            }
            if sign {
                let twice = match c {
                    '=' | '!' | '<' | '>' => chars.next_if_eq(&'='),
                    '&' | '|' => chars.next_if_eq(&c),
                    _ => None,
                };
                all.push([Some(c), twice].into_iter().flatten().collect());
            }
        } else {
            word.push(c);
        }
    }
    if !word.is_empty() {
        all.push(word);
    }
    all
}

struct Parser<'a> {
    tokens: &'a [String],
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.tokens.first().map(String::as_str)
    }

    fn next(&mut self) -> Option<String> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first.clone())
    }

    fn take(&mut self, signs: &[&str]) -> bool {
        let found = self.peek().is_some_and(|token| signs.contains(&token));
        if found {
            self.next();
        }
        found
    }

    fn either(&mut self) -> Outcome<Filter> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(syntax());
        }
        let mut filter = self.both()?;
        while self.take(&["or", "|", "||"]) {
            filter = Filter::Or(Box::new(filter), Box::new(self.both()?));
        }
        self.depth -= 1;
        Ok(filter)
    }

    fn both(&mut self) -> Outcome<Filter> {
        let mut filter = self.negated()?;
        loop {
            let joined = self.take(&["and", "&", "&&"]);
            let ends = matches!(self.peek(), None | Some(")" | "or" | "|" | "||"));
            if ends && !joined {
                return Ok(filter);
            }
            filter = Filter::And(Box::new(filter), Box::new(self.negated()?));
        }
    }

    fn negated(&mut self) -> Outcome<Filter> {
        let mut not = false;
        while self.take(&["not", "!"]) {
            not = !not;
        }
        let filter = if self.take(&["("]) {
            let inner = self.either()?;
            if !self.take(&[")"]) {
                return Err(syntax());
            }
            inner
        } else {
            self.condition()?
        };
        Ok(if not {
            Filter::Not(Box::new(filter))
        } else {
            filter
        })
    }

    fn condition(&mut self) -> Outcome<Filter> {
        let word = self.next().ok_or_else(syntax)?;
        match word.as_str() {
            "src" | "dst" => {
                let side = if word == "src" {
                    Side::Source
                } else {
                    Side::Destination
                };
                let (orders, value) = self.compared()?;
                let (prefix, port) = host(&value)?;
                Ok(unless_equal(orders, Filter::Host(side, prefix, port)))
            }
            "sport" | "dport" => {
                let side = if word == "sport" {
                    Side::Source
                } else {
                    Side::Destination
                };
                let (orders, value) = self.compared()?;
                let name = value.strip_prefix(':').unwrap_or(&value);
                Ok(Filter::Port(side, orders, port(name)?))
            }
            "dev" => {
                let (orders, name) = self.compared()?;
                Ok(unless_equal(orders, Filter::Device(name)))
            }
            "autobound" | "fwmark" | "cgroup" => Err(Failure::new(
                format!("ss: `{word}' is not supported in filters here"),
                255,
            )),
            ")" | "and" | "or" | "&" | "|" | "&&" | "||" => Err(syntax()),
            // An address alone is the other side's.
            value => {
                let (prefix, port) = host(value)?;
                Ok(Filter::Host(Side::Destination, prefix, port))
            }
        }
    }

    /// A comparison, `=` if there is none, and what follows it.
    fn compared(&mut self) -> Outcome<(&'static [Ordering], String)> {
        use Ordering::{Equal, Greater, Less};
        let orders: Option<&'static [Ordering]> = match self.peek().ok_or_else(syntax)? {
            "=" | "==" | "eq" => Some(&[Equal]),
            "!=" | "ne" | "neq" => Some(&[Less, Greater]),
            ">" | "gt" => Some(&[Greater]),
            "<" | "lt" => Some(&[Less]),
            ">=" | "ge" | "geq" => Some(&[Greater, Equal]),
            "<=" | "le" | "leq" => Some(&[Less, Equal]),
            _ => None,
        };
        if orders.is_some() {
            self.next();
        }
        let value = self.next().ok_or_else(syntax)?;
        Ok((orders.unwrap_or(&[Equal]), value))
    }
}

fn unless_equal(orders: &[Ordering], filter: Filter) -> Filter {
    if orders.contains(&Ordering::Equal) {
        filter
    } else {
        Filter::Not(Box::new(filter))
    }
}

fn port(name: &str) -> Outcome<u16> {
    let named = SERVICES.iter().find(|(service, ..)| *service == name);
    let port = named
        .map(|(_, port, ..)| *port)
        .or_else(|| name.parse().ok());
    let text =
        format!("Error: \"{name}\" does not look like a port.\nCannot parse dst/src address.");
    port.ok_or_else(|| Failure::new(text, 1))
}

/// `ADDRESS[/LENGTH][:PORT]`, `[ADDRESS]:PORT`, `*:PORT`, `:PORT`.
fn host(word: &str) -> Outcome<(Option<IpNet>, Option<u16>)> {
    let (address, after) = match word.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, after)) => (address, after.strip_prefix(':')),
        None if word.matches(':').count() == 1 => match word.split_once(':') {
            Some((address, after)) => (address, Some(after)),
            None => (word, None),
        },
        None => (word, None),
    };
    let port = match after {
        None | Some("" | "*") => None,
        Some(name) => Some(port(name)?),
    };
    if matches!(address, "" | "*") {
        return Ok((None, port));
    }
    let text = format!(
        "Error: an inet prefix is expected rather than \"{address}\".\n\
         Cannot parse dst/src address."
    );
    let prefix = address.parse().map_err(|_| Failure::new(text, 1))?;
    Ok((Some(prefix), port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::socket::{SocketKind, TcpState};

    fn socket(local: (&str, u16), remote: (&str, u16)) -> ListedSocket {
        ListedSocket {
            kind: SocketKind::Tcp,
            local: (local.0.parse().unwrap(), local.1),
            remote: Some((remote.0.parse().unwrap(), remote.1)),
            dev: 0,
            state: TcpState::Established,
            queues: (0, 0),
            only_v6: false,
            buffers: (0, 0),
            drops: 0,
            inode: 1,
            client: None,
            program: None,
            timer: None,
            tcp: None,
        }
    }

    fn takes(filter: &str) -> bool {
        let socket = socket(("10.0.0.1", 8080), ("10.0.1.2", 40000));
        let filter = parse(filter).unwrap().unwrap();
        filter.takes(&socket, &Namespace::default())
    }

    #[test]
    fn conditions_look_at_addresses_and_ports_of_either_side() {
        for yes in [
            "sport = :8080",
            "sport = http-alt",
            "( sport = 1 or dport gt 39999 ) and not dst 10.0.0.0/24",
            "dst 10.0.1.0/24 src 10.0.0.1",
            "dst 10.0.1.2:40000",
            "10.0.1.2",
            "dst *:40000 && sport>=8080",
            "dst != 10.0.0.0/24 | sport 1",
        ] {
            assert!(takes(yes), "{yes}");
        }
        for no in [
            "sport != :8080",
            "!(dport = 40000)",
            "dev lo",
            "dst [::1]:40000",
        ] {
            assert!(!takes(no), "{no}");
        }
    }

    #[test]
    fn what_is_no_filter_is_an_error() {
        for bad in [
            "dst",
            "not",
            "(",
            "src 1 )",
            "sport = bogus",
            "dst 1.2.3.4.5",
            "and",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&"(".repeat(100_000)).is_err());
    }
}
