//! Traps of connections that are remembered.

use super::finding::{Finding, Severity};
use super::nat::met;
use super::place::{Place, Standing};
use super::said::{
    Ending, Packet, Span, asked, destinations, ending, is_opaque, mapped, surely_matches, targets,
};
use core::net::IpAddr;
use netloom_model::conntrack::{Connection, Ports, Tuple, status};
use netloom_model::ruleset::expr::Relation;
use netloom_model::ruleset::{Expr, Field, Hook, Statement};
use netloom_wire::IpProtocol;
use std::collections::BTreeSet;

/// Connections go on as they were begun: one that was translated before its rule was changed, or was
/// begun before the rule was there, does not see the rule.
pub(super) fn stale(place: &Place<'_>) -> Vec<Finding> {
    // None: some rule may translate to anywhere.
    let known = (!place.rules().any(|at| is_opaque(at.rule, at.table))).then(|| known(place));
    let services = Services::of(place);
    let connections = place.namespace.connections.iter();
    connections
        .filter_map(|one| {
            let gone = known.as_ref().and_then(|known| gone(place, one, known));
            gone.or_else(|| before(place, one, &services))
        })
        .collect()
}

/// The ports for which rules translate destinations.
struct Services {
    ports: BTreeSet<u16>,
    /// Some are asked for otherwise than one by one.
    others: bool,
}

impl Services {
    fn of(place: &Place<'_>) -> Services {
        let (mut ports, mut others) = (BTreeSet::new(), false);
        for at in place.rules().filter(translates_service) {
            for asked in asked(at.rule).filter_map(port_asked) {
                match asked {
                    Expr::Value(value) => match <[u8; 2]>::try_from(value.bytes()) {
                        Ok(port) => drop(ports.insert(u16::from_be_bytes(port))),
                        Err(_) => others = true,
                    },
                    _ => others = true,
                }
            }
        }
        Services { ports, others }
    }

    fn may_have(&self, port: u16) -> bool {
        self.others || self.ports.contains(&port)
    }
}

/// Whether a rule translates the destinations of what comes to a port.
fn translates_service(at: &Standing<'_>) -> bool {
    asked(at.rule).any(|one| port_asked(one).is_some())
        && !destinations(at.rule, Some(at.table)).is_empty()
}

/// What a statement asks of the destination's port.
fn port_asked(statement: &Statement) -> Option<&Expr> {
    match statement {
        Statement::Match {
            left: Expr::Field(Field::TcpDport | Field::UdpDport | Field::ThDport),
            relation: Relation::Eq,
            right,
        } => Some(right),
        // All others but some.
        Statement::Match {
            left: left @ Expr::Field(Field::TcpDport | Field::UdpDport | Field::ThDport),
            ..
        } => Some(left),
        _ => None,
    }
}

/// All addresses to which rules translate destinations.
fn known(place: &Place<'_>) -> Vec<Span> {
    let of = |rule, table| targets(rule, Some(table)).into_iter().chain(mapped(rule));
    let rules = place.rules();
    rules.flat_map(|at| of(at.rule, at.table)).collect()
}

/// A connection that is translated to where no rule translates.
fn gone(place: &Place<'_>, one: &Connection, known: &[Span]) -> Option<Finding> {
    let to = one.reply.source;
    let translated = one.status & status::DST_NAT != 0 && one.original.destination != to;
    // What is expected of another connection is translated as that one says.
    let expected = one.status & status::EXPECTED != 0;
    let said = |to: IpAddr| known.iter().any(|(from, last)| *from <= to && to <= *last);
    if !translated || expected || said(to) || place.is_own(to) {
        return None;
    }
    let text = format!("a connection is still translated to {to}, as no rule says any more");
    Some(told(place, one, text))
}

/// A connection to a service that rules translate, begun before they did.
fn before(place: &Place<'_>, one: &Connection, services: &Services) -> Option<Finding> {
    let Ports::Ports { destination, .. } = one.original.ports else {
        return None;
    };
    let Tuple {
        source: from,
        destination: to,
        protocol,
        ..
    } = one.original;
    // What this host sends itself is not asked of PREROUTING.
    let own = place.is_own(from);
    if one.status & status::DST_NAT != 0
        || !services.may_have(destination)
        || own
        || !place.is_own(to)
    {
        return None;
    }
    let packet = Packet {
        source: Some(from),
        destination: Some(to),
        protocol: Some(protocol),
        destination_port: Some(destination),
        ..Packet::default()
    };
    let asked = met(place, Hook::Prerouting, &packet).into_iter();
    let mut asked = asked.take_while(|at| {
        ending(at.rule) != Some(Ending::Passes) || !surely_matches(at.rule, &packet)
    });
    let rule = asked.find(translates_service)?;
    let text =
        "a connection goes on untranslated: it began before the rule that translates its service";
    Some(told(place, one, text.to_owned()).seen(rule.line()))
}

fn told(place: &Place<'_>, one: &Connection, text: String) -> Finding {
    let Tuple {
        source,
        destination,
        protocol,
        ports,
    } = one.original;
    let mut words = format!("-p {} -s {source} -d {destination}", IpProtocol(protocol));
    if let Ports::Ports {
        source,
        destination,
    } = ports
    {
        words += &format!(" --sport {source} --dport {destination}");
    }
    Finding::new(Severity::Warning, text)
        .seen(format!("conntrack -L {words}"))
        .mended_by(place.exec(&format!("conntrack -D {words}")))
}

/// The table of connections is nearly full: new ones are dropped then.
pub(super) fn full(place: &Place<'_>) -> Vec<Finding> {
    const SETTING: &str = "net.netfilter.nf_conntrack_max";
    let most = place
        .setting(SETTING)
        .and_then(|value| value.parse::<usize>().ok());
    let now = place.namespace.connections.len();
    let Some(most) = most.filter(|most| *most > 0 && now >= most - most / 10) else {
        return Vec::new();
    };
    let text = format!(
        "{now} connections are remembered of at most {most}: at the end, new ones are dropped"
    );
    let more = format!("sysctl -w {SETTING}={}", most.saturating_mul(2));
    vec![Finding::new(Severity::Warning, text).mended_by(place.exec(&more))]
}
