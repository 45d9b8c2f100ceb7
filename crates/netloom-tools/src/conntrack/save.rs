//! Connections as command lines that make them anew (`-o save`).

use super::select::translation;
use super::show::name_of;
use netloom_model::conntrack::{Connection, Ports, status};

/// Bits of a status by the names that `-u` knows, in the order in which they are written.
pub(super) const STATUS: [(&str, u32); 5] = [
    ("EXPECTED", status::EXPECTED),
    ("SEEN_REPLY", status::SEEN_REPLY),
    ("ASSURED", status::ASSURED),
    ("FIXED_TIMEOUT", status::FIXED_TIMEOUT),
    ("OFFLOAD", status::OFFLOAD),
];

/// The words for a connection, behind a command.
pub(super) fn words(connection: &Connection, command: &str) -> String {
    let has = |bit: u32| connection.status & bit != 0;
    let names: Vec<&str> = (STATUS.iter())
        .filter(|(_, bit)| has(*bit))
        .map(|(name, _)| *name)
        .collect();
    let status = match names.is_empty() {
        true => "UNSET".to_owned(),
        false => names.join(","),
    };
    let mut text = format!("{command} -t {} -u {status} ", connection.timeout);
    if connection.zone != 0 {
        text.push_str(&format!("-w {} ", connection.zone));
    }
    if let Some(zone) = connection.original_zone {
        text.push_str(&format!("--orig-zone {zone} "));
    }
    if let Some(zone) = connection.reply_zone {
        text.push_str(&format!("--reply-zone {zone} "));
    }
    let (original, reply) = (&connection.original, &connection.reply);
    text.push_str(&format!(
        "-s {} -d {} ",
        original.source, original.destination
    ));
    let [source, destination] = translation(connection);
    let elsewhere = destination.is_some() && reply.source != original.destination;
    let otherwise = source.is_some() && reply.destination != original.source;
    let (to, from) = (
        if elsewhere { "-g" } else { "-r" },
        if otherwise { "-n" } else { "-q" },
    );
    text.push_str(&format!(
        "{to} {} {from} {} ",
        reply.source, reply.destination
    ));
    match name_of(original.protocol) {
        "unknown" => text.push_str(&format!("-p {} ", original.protocol)),
        name => text.push_str(&format!("-p {name} ")),
    }
    text.push_str(&ports(connection));
    if let Some(state) = &connection.state {
        text.push_str(&format!("--state {state} "));
    }
    if let Some([there, back]) = connection.tags {
        text.push_str(&format!("--orig-vtag {there} --reply-vtag {back} "));
    }
    text
}

fn ports(connection: &Connection) -> String {
    let v6 = if connection.original.source.is_ipv6() {
        "v6"
    } else {
        ""
    };
    match (connection.original.ports, connection.reply.ports) {
        // The original knows no words for DCCP's.
        (Ports::Ports { .. }, _) if connection.original.protocol == 33 => String::new(),
        (
            Ports::Ports {
                source,
                destination,
            },
            Ports::Ports {
                source: back,
                destination: home,
            },
        ) => format!(
            "--sport {source} --dport {destination} --reply-port-src {back} \
             --reply-port-dst {home} "
        ),
        (
            Ports::Gre {
                source,
                destination,
            },
            Ports::Gre {
                source: back,
                destination: home,
            },
        ) => format!(
            "--srckey {source} --dstkey {destination} --reply-key-src {back} \
             --reply-key-dst {home} "
        ),
        (
            Ports::Icmp {
                icmp_type,
                code,
                id,
            },
            _,
        ) => format!("--icmp{v6}-type {icmp_type} --icmp{v6}-code {code} --icmp{v6}-id {id} "),
        _ => String::new(),
    }
}
