//! Traps of connections that are remembered.

use super::finding::{Finding, Severity};
use super::place::Place;
use super::said::{Packet, asked, destinations, may_match};
use core::net::IpAddr;
use netloom_model::conntrack::{Connection, Ports, Tuple, status};
use netloom_model::ruleset::{ChainKind, Hook, Statement};
use netloom_wire::IpProtocol;

/// Connections go on as they were begun: one that was translated before its rule was changed, or was
/// begun before the rule was there, does not see the rule.
pub(super) fn stale(place: &Place<'_>) -> Vec<Finding> {
    let known = targets(place);
    let connections = place.namespace.connections.iter();
    connections
        .filter_map(|one| gone(place, one, &known).or_else(|| before(place, one)))
        .collect()
}

/// Every address to which a rule translates destinations.
fn targets(place: &Place<'_>) -> Vec<IpAddr> {
    let rules = place.rules();
    rules
        .flat_map(|at| destinations(at.rule, Some(at.table)))
        .collect()
}

/// A connection that is translated to where no rule translates.
fn gone(place: &Place<'_>, one: &Connection, known: &[IpAddr]) -> Option<Finding> {
    let to = one.reply.source;
    let translated = one.status & status::DST_NAT != 0 && one.original.destination != to;
    if !translated || known.contains(&to) || place.is_own(to) || has_opaque(place) {
        return None;
    }
    let text = format!("a connection is still translated to {to}, as no rule says any more");
    Some(told(place, one, text))
}

/// Whether rules translate in a way that is not looked into here.
fn has_opaque(place: &Place<'_>) -> bool {
    place.rules().any(|at| {
        let mut statements = at.rule.statements.iter();
        statements.any(|one| matches!(one, Statement::Unknown(_)))
    })
}

/// A connection to a service that rules translate, begun before they did.
fn before(place: &Place<'_>, one: &Connection) -> Option<Finding> {
    let Ports::Ports { destination, .. } = one.original.ports else {
        return None;
    };
    if one.status & status::DST_NAT != 0 || !place.is_own(one.original.destination) {
        return None;
    }
    let packet = Packet {
        source: Some(one.original.source),
        destination: Some(one.original.destination),
        protocol: Some(one.original.protocol),
        destination_port: Some(destination),
        ..Packet::default()
    };
    let chains = place.chains_at(Hook::Prerouting, Some(ChainKind::Nat));
    let tables: Vec<_> = chains.map(|(table, ..)| table).collect();
    let rule = place.rules().find(|at| {
        let here = tables.iter().any(|table| core::ptr::eq(*table, at.table));
        here && names_port(at.rule)
            && !destinations(at.rule, Some(at.table)).is_empty()
            && may_match(at.rule, &packet)
    })?;
    let text =
        "a connection goes on untranslated: it began before the rule that translates its service";
    Some(told(place, one, text.to_owned()).seen(rule.line()))
}

/// Whether a rule is for a port.
fn names_port(rule: &netloom_model::ruleset::Rule) -> bool {
    use netloom_model::ruleset::{Expr, Field};
    asked(rule).any(|one| {
        matches!(
            one,
            Statement::Match {
                left: Expr::Field(Field::TcpDport | Field::UdpDport | Field::ThDport),
                ..
            }
        )
    })
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
    let Some(most) = most.filter(|most| *most > 0 && now >= most / 10 * 9) else {
        return Vec::new();
    };
    let text = format!(
        "{now} connections are remembered of at most {most}: at the end, new ones are dropped"
    );
    let more = format!("sysctl -w {SETTING}={}", most.saturating_mul(2));
    vec![Finding::new(Severity::Warning, text).mended_by(place.exec(&more))]
}
