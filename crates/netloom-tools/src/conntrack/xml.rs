//! Connections as XML (`-o xml`).

use super::show::{Show, name_of};
use netloom_model::conntrack::{
    Connection, ConnectionEvent, ConnectionNotice, Expectation, Ports, SCTP_STATES, TCP_STATES,
    Tuple, status,
};
use netloom_model::ruleset::Counter;

/// A connection, or what happened to it; without a newline.
pub(super) fn flow(
    show: &Show<'_>,
    connection: &Connection,
    notice: Option<&ConnectionNotice>,
) -> String {
    let kind = match notice.map(|notice| notice.event) {
        None => "",
        Some(ConnectionEvent::New) => " type=\"new\"",
        Some(ConnectionEvent::Update) => " type=\"update\"",
        Some(ConnectionEvent::Destroy) => " type=\"destroy\"",
    };
    let counters = connection.counters;
    let (zone, back_zone) = (connection.original_zone, connection.reply_zone);
    let there = direction(
        "original",
        &connection.original,
        (zone, counters.map(|c| c[0])),
    );
    let back = direction(
        "reply",
        &connection.reply,
        (back_zone, counters.map(|c| c[1])),
    );
    let rest = independent(show, connection, notice);
    format!("<flow{kind}>{there}{back}<meta direction=\"independent\">{rest}</meta></flow>")
}

fn direction(name: &str, tuple: &Tuple, (zone, counter): (Option<u16>, Option<Counter>)) -> String {
    let (number, version) = version(tuple);
    let (source, destination) = (tuple.source, tuple.destination);
    let (protocol, protocol_name) = (tuple.protocol, name_of(tuple.protocol));
    let counters = counter.map_or_else(String::new, |Counter { packets, bytes }| {
        format!("<counters><packets>{packets}</packets><bytes>{bytes}</bytes></counters>")
    });
    let zone = zone.map_or_else(String::new, |zone| format!("<zone>{zone}</zone>"));
    format!(
        "<meta direction=\"{name}\"><layer3 protonum=\"{number}\" protoname=\"{version}\">\
         <src>{source}</src><dst>{destination}</dst></layer3>\
         <layer4 protonum=\"{protocol}\" protoname=\"{protocol_name}\">{}</layer4>{zone}{counters}</meta>",
        ports(tuple)
    )
}

fn version(tuple: &Tuple) -> (u8, &'static str) {
    match tuple.source.is_ipv6() {
        false => (2, "ipv4"),
        true => (10, "ipv6"),
    }
}

fn ports(tuple: &Tuple) -> String {
    match tuple.ports {
        Ports::Ports {
            source,
            destination,
        } => format!("<sport>{source}</sport><dport>{destination}</dport>"),
        Ports::Gre {
            source,
            destination,
        } => format!("<srckey>0x{source:x}</srckey><dstkey>0x{destination:x}</dstkey>"),
        Ports::Icmp { .. } | Ports::None => String::new(),
    }
}

/// What is the same for both directions.
fn independent(
    show: &Show<'_>,
    connection: &Connection,
    notice: Option<&ConnectionNotice>,
) -> String {
    let mut text = String::new();
    let mut add = |name: &str, value: String| text.push_str(&format!("<{name}>{value}</{name}>"));
    if let Some(state) = &connection.state {
        // The original takes a state of SCTP for the state of TCP that has its number.
        let number = match connection.original.protocol {
            132 => SCTP_STATES.iter().position(|name| name == state),
            _ => None,
        };
        add(
            "state",
            number.map_or(state.as_str(), |n| TCP_STATES[n]).to_owned(),
        );
    }
    add("timeout", connection.timeout.to_string());
    if notice.is_none_or(|notice| notice.marked || connection.mark != 0) {
        add("mark", connection.mark.to_string());
    }
    let names = connection.labels.map(|labels| show.labels.names(labels));
    if let Some(names) = names.filter(|names| show.format.labels && !names.is_empty()) {
        let one = |name: &&str| format!("<label>{name}</label>");
        add("labels", names.iter().map(one).collect());
    }
    if connection.zone != 0 {
        add("zone", connection.zone.to_string());
    }
    if notice.is_none() {
        add("use", connection.references.to_string());
    }
    add("id", connection.id.to_string());
    if connection.status & status::ASSURED != 0 {
        text.push_str("<assured/>");
    }
    if connection.status & status::SEEN_REPLY == 0 {
        text.push_str("<unreplied/>");
    }
    if let Some(began) = connection.began.filter(|_| show.format.ktimestamp) {
        let start = began.0 + show.epoch;
        text.push_str(&format!("<timestamp><start>{start}</start></timestamp>"));
    }
    if let Some(lived) = connection.lived {
        text.push_str(&format!("<deltatime>{lived}</deltatime>"));
    }
    text
}

/// A connection that is waited for, a line.
pub(super) fn expected(expectation: &Expectation) -> String {
    let of = [
        ("expected", &expectation.tuple),
        ("mask", &expectation.mask),
        ("master", &expectation.master),
    ];
    let addresses: String = of
        .iter()
        .map(|(name, tuple)| {
            let (source, destination) = (tuple.source, tuple.destination);
            format!("<{name}><src>{source}</src><dst>{destination}</dst></{name}>")
        })
        .collect();
    let numbers: String = of
        .iter()
        .map(|(name, tuple)| format!("<{name}>{}</{name}>", ports(tuple)))
        .collect();
    let (number, version) = version(&expectation.tuple);
    let protocol = expectation.tuple.protocol;
    let helper = match expectation.helper.as_str() {
        "" => String::new(),
        name => format!("<helper-name>{name}</helper-name>"),
    };
    format!(
        "<flow><layer3 protonum=\"{number}\" protoname=\"{version}\">{addresses}</layer3>\
         <layer4 protonum=\"{protocol}\" protoname=\"{}\">{numbers}</layer4>\
         <meta>{helper}<timeout>{}</timeout><class>{}</class></meta></flow>\n",
        name_of(protocol),
        expectation.timeout,
        expectation.class
    )
}
