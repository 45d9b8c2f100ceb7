//! Connections and translations, as sentences.

use netloom_model::conntrack::{Connection, Ports, Tuple};
use netloom_model::journey::{ConnectionTrace, End, Rewritten, Standing};
use netloom_model::ruleset::DataType;
use std::net::IpAddr;

/// What connection tracking found.
pub(super) fn tracked(trace: &ConnectionTrace) -> String {
    let standing = trace.standing.name();
    let Some(connection) = &trace.connection else {
        return match trace.standing {
            Standing::Untracked => format!("connection: {standing}: a rule says not to look"),
            _ => format!("connection: {standing}: belongs to none and begins none"),
        };
    };
    let how = match (trace.standing, trace.answer) {
        (Standing::Related, _) => " to",
        (_, true) => ": answers",
        (Standing::New, false) if trace.before.is_none() => ": begins",
        _ => ": belongs to",
    };
    let original = tuple(&connection.original);
    let state = match (&trace.before, &connection.state) {
        (Some(before), Some(now)) if before != now => format!(" ({before} -> {now})"),
        (_, Some(now)) => format!(" ({now})"),
        (_, None) => String::new(),
    };
    let mark = match connection.mark {
        0 => String::new(),
        mark => format!(", mark {mark:#x}"),
    };
    format!("connection: {standing}{how} {original}{state}{mark}")
}

/// A connection that is remembered from now on.
pub(super) fn confirmed(connection: &Connection) -> String {
    let Connection {
        original,
        reply,
        timeout,
        ..
    } = connection;
    let answers = if mirrored(original, reply) {
        String::new()
    } else {
        format!(", its answers as {}", tuple(reply))
    };
    format!(
        "remembers {}{answers} for {timeout} seconds",
        tuple(original)
    )
}

/// Whether answers come from where the first packet was sent, to where it came from.
pub(super) fn mirrored(original: &Tuple, reply: &Tuple) -> bool {
    let ports = match (original.ports, reply.ports) {
        (
            Ports::Ports {
                source,
                destination,
            },
            back,
        ) => {
            back == Ports::Ports {
                source: destination,
                destination: source,
            }
        }
        (Ports::Icmp { id, .. }, Ports::Icmp { id: back, .. }) => id == back,
        _ => true,
    };
    ports && original.source == reply.destination && original.destination == reply.source
}

/// What was written anew.
pub(super) fn translated(source: Option<&Rewritten>, destination: Option<&Rewritten>) -> String {
    let one = |what: &str, rewritten: &Rewritten| {
        format!("{what} {} -> {}", end(rewritten.from), end(rewritten.to))
    };
    let source = source.map(|rewritten| one("source", rewritten));
    let destination = destination.map(|rewritten| one("destination", rewritten));
    let both: Vec<String> = source.into_iter().chain(destination).collect();
    format!("translated: {}", both.join(", "))
}

fn end(end: End) -> String {
    with_port(end.address, end.port)
}

fn with_port(address: IpAddr, port: Option<u16>) -> String {
    match (address, port) {
        (address, None) => address.to_string(),
        (IpAddr::V4(address), Some(port)) => format!("{address}:{port}"),
        (IpAddr::V6(address), Some(port)) => format!("[{address}]:{port}"),
    }
}

/// A direction of a connection: `tcp 10.0.0.1:40000 > 10.0.0.2:80`.
fn tuple(tuple: &Tuple) -> String {
    let Tuple {
        source,
        destination,
        protocol,
        ports,
    } = tuple;
    let (from, to) = match *ports {
        Ports::Ports {
            source: from,
            destination: to,
        } => (Some(from), Some(to)),
        Ports::Icmp { .. } | Ports::Gre { .. } | Ports::None => (None, None),
    };
    let name = match DataType::InetProto.symbol((*protocol).into()) {
        Some(name) => name.to_owned(),
        None => format!("protocol {protocol}"),
    };
    let (from, to) = (with_port(*source, from), with_port(*destination, to));
    format!("{name} {from} > {to}")
}
