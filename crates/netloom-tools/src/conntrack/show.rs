//! Connections as text, a line each (`/proc/net/nf_conntrack`).

use super::labels::Labels;
use super::options::{Format, Options};
use super::{save, xml};
use crate::Context;
use crate::timestamp::ctime;
use core::net::IpAddr;
use netloom_model::Time;
use netloom_model::conntrack::{
    Connection, ConnectionEvent, ConnectionNotice, Expectation, Ports, Tuple, status,
};
use netloom_model::ruleset::Counter;
use std::time::UNIX_EPOCH;

/// How connections are written.
pub(super) struct Show<'a> {
    pub(super) format: Format,
    pub(super) labels: &'a Labels,
    /// The wall clock when the world's clock stood at zero, in nanoseconds.
    pub(super) epoch: u64,
}

/// The name of a protocol.
pub(crate) fn name_of(protocol: u8) -> &'static str {
    match protocol {
        1 => "icmp",
        6 => "tcp",
        17 => "udp",
        33 => "dccp",
        47 => "gre",
        58 => "icmpv6",
        132 => "sctp",
        136 => "udplite",
        _ => "unknown",
    }
}

/// What an event is called.
fn label(event: ConnectionEvent) -> &'static str {
    match event {
        ConnectionEvent::New => "    [NEW] ",
        ConnectionEvent::Update => " [UPDATE] ",
        ConnectionEvent::Destroy => "[DESTROY] ",
    }
}

impl<'a> Show<'a> {
    pub(super) fn new(cx: &Context<'_>, options: &Options, labels: &'a Labels) -> Show<'a> {
        let epoch = cx.host.epoch().duration_since(UNIX_EPOCH);
        Show {
            format: options.format,
            labels,
            epoch: epoch.map_or(0, |since| since.as_nanos() as u64),
        }
    }

    /// What stands before all.
    pub(super) fn head(&self, table: &str) -> String {
        match self.format.xml {
            true => format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{table}>\n"),
            false => String::new(),
        }
    }

    /// All of a table; of XML, where there is nothing, not even the table.
    pub(super) fn all(&self, table: &str, each: impl Iterator<Item = String>) -> String {
        let lines: String = each.collect();
        match lines.is_empty() {
            true => lines,
            false => format!("{}{lines}{}", self.head(table), self.foot(table)),
        }
    }

    /// What stands behind all.
    pub(super) fn foot(&self, table: &str) -> &'static str {
        match (self.format.xml, table) {
            (false, _) => "",
            (true, "expect") => "</expect>\n",
            (true, _) => "</conntrack>\n",
        }
    }

    /// A connection of the table.
    pub(super) fn listed(&self, connection: &Connection) -> String {
        self.line(connection, "-A")
    }

    /// A connection that was forgotten.
    pub(super) fn deleted(&self, connection: &Connection) -> String {
        self.line(connection, "-D")
    }

    fn line(&self, connection: &Connection, command: &str) -> String {
        let mut text = if self.format.save {
            save::words(connection, command)
        } else if self.format.xml {
            xml::flow(self, connection, None)
        } else {
            self.text(connection, Some(connection.timeout), true)
        };
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }

    /// What happened to a connection.
    pub(super) fn told(&self, notice: &ConnectionNotice, at: Time) -> String {
        let connection = &notice.connection;
        let mut text = String::new();
        if self.format.timestamp && !self.format.xml {
            text.push_str(&self.stamp(at));
        }
        if self.format.save {
            let command = match notice.event {
                ConnectionEvent::New => "-A",
                ConnectionEvent::Update => "-U",
                ConnectionEvent::Destroy => "-D",
            };
            text.push_str(&save::words(connection, command));
        } else if self.format.xml {
            text.push_str(&xml::flow(self, connection, Some(notice)));
        } else {
            text.push_str(label(notice.event));
            let over = notice.event == ConnectionEvent::Destroy && connection.timeout == 0;
            let timeout = (!over).then_some(connection.timeout);
            let marked = notice.marked || connection.mark != 0;
            text.push_str(&self.text(connection, timeout, marked));
        }
        text.truncate(text.trim_end().len());
        if let Some(by) = notice.by {
            text.push_str(&format!(" [USERSPACE] portid={by}"));
        }
        text.push('\n');
        text
    }

    /// The moment of something, in seconds since 1970.
    fn stamp(&self, at: Time) -> String {
        let micros = (at.0 + self.epoch) / 1000;
        format!("[{}.{:06}]\t", micros / 1_000_000, micros % 1_000_000)
    }

    /// A connection as text, of an event if its mark is told or not by that.
    fn text(&self, connection: &Connection, timeout: Option<u32>, marked: bool) -> String {
        let original = &connection.original;
        let mut text = String::new();
        if self.format.extended {
            text.push_str(match original.source.is_ipv6() {
                false => "ipv4     2 ",
                true => "ipv6     10 ",
            });
        }
        let protocol = original.protocol;
        text.push_str(&format!("{:<8} {protocol} ", name_of(protocol)));
        if let Some(timeout) = timeout {
            text.push_str(&format!("{timeout} "));
        }
        if let Some(state) = &connection.state {
            text.push_str(&format!("{state} "));
        }
        let counters = connection.counters.map(|[there, back]| (there, back));
        text.push_str(&tuple(original));
        zone(&mut text, "zone-orig", connection.original_zone);
        counted(&mut text, counters.map(|(there, _)| there));
        if connection.status & status::SEEN_REPLY == 0 {
            text.push_str("[UNREPLIED] ");
        }
        text.push_str(&tuple(&connection.reply));
        zone(&mut text, "zone-reply", connection.reply_zone);
        counted(&mut text, counters.map(|(_, back)| back));
        if connection.status & status::OFFLOAD != 0 {
            text.push_str("[OFFLOAD] ");
        } else if connection.status & status::ASSURED != 0 {
            text.push_str("[ASSURED] ");
        }
        self.rest(
            &mut text,
            connection,
            (timeout.is_some() && !marked, marked),
        );
        text
    }

    /// What stands behind the directions.
    fn rest(&self, text: &mut String, connection: &Connection, (_, marked): (bool, bool)) {
        if marked {
            text.push_str(&format!("mark={} ", connection.mark));
        }
        let zoned = Some(connection.zone).filter(|zone| *zone != 0);
        zone(text, "zone", zoned);
        if let Some(lived) = connection.lived {
            text.push_str(&format!("delta-time={lived} "));
        }
        if let Some(began) = connection.began.filter(|_| self.format.ktimestamp) {
            let seconds = (began.0 + self.epoch) / 1_000_000_000;
            text.push_str(&format!("[start={}] ", ctime(seconds)));
        }
        if let Some(helper) = &connection.helper {
            text.push_str(&format!("helper={helper} "));
        }
        if connection.references != 0 {
            text.push_str(&format!("use={} ", connection.references));
        }
        if self.format.id {
            text.push_str(&format!("id={} ", connection.id));
        }
        let names = connection.labels.map(|labels| self.labels.names(labels));
        if let Some(names) = names.filter(|names| self.format.labels && !names.is_empty()) {
            text.push_str(&format!("labels={} ", names.join(",")));
        }
    }

    /// A connection that is waited for.
    pub(super) fn expected(&self, expectation: &Expectation, now: Time) -> String {
        if self.format.xml {
            return xml::expected(expectation);
        }
        let stamp = match self.format.timestamp {
            true => self.stamp(now),
            false => String::new(),
        };
        format!("{stamp}{}", expectation_text(expectation))
    }

    /// What happened to one.
    pub(super) fn told_expected(
        &self,
        (event, of): (ConnectionEvent, &Expectation),
        at: Time,
    ) -> String {
        let stamp = match self.format.timestamp {
            true => self.stamp(at),
            false => String::new(),
        };
        format!("{stamp}{}{}", label(event), expectation_text(of))
    }
}

fn expectation_text(expectation: &Expectation) -> String {
    let Expectation {
        timeout,
        tuple: of,
        mask,
        master,
        ..
    } = expectation;
    let mut text = format!("{timeout} proto={} {}", of.protocol, tuple(of));
    text.push_str(&format!(
        "mask-src={} mask-dst={} {}",
        mask.source,
        mask.destination,
        ports(mask)
    ));
    text.push_str(&format!(
        "master-src={} master-dst={} {}",
        master.source,
        master.destination,
        ports(master)
    ));
    if expectation.zone != 0 {
        text.push_str(&format!("zone={} ", expectation.zone));
    }
    if expectation.permanent {
        text.push_str("PERMANENT ");
    }
    text.push_str(&format!("class={}", expectation.class));
    // What a rule has be waited for has none.
    if !expectation.helper.is_empty() {
        text.push_str(&format!(" helper={}", expectation.helper));
    }
    text.push('\n');
    text
}

fn zone(text: &mut String, name: &str, zone: Option<u16>) {
    if let Some(zone) = zone {
        text.push_str(&format!("{name}={zone} "));
    }
}

fn counted(text: &mut String, counter: Option<Counter>) {
    if let Some(Counter { packets, bytes }) = counter {
        text.push_str(&format!("packets={packets} bytes={bytes} "));
    }
}

/// A direction, with a blank behind it.
fn tuple(tuple: &Tuple) -> String {
    let text = tuple_with(tuple, |address| address.to_string());
    match tuple.protocol {
        // The tool has more to say of it than the kernel knows.
        DCCP => text + "sport=0 dport=0 ",
        _ => text,
    }
}

const DCCP: u8 = 33;

/// A direction, with addresses as `address` writes them.
pub(crate) fn tuple_with(tuple: &Tuple, address: impl Fn(IpAddr) -> String) -> String {
    let (source, destination) = (address(tuple.source), address(tuple.destination));
    format!("src={source} dst={destination} {}", ports(tuple))
}

/// What of the protocol tells connections apart, with a blank behind it.
fn ports(tuple: &Tuple) -> String {
    match tuple.ports {
        Ports::Ports {
            source,
            destination,
        } => format!("sport={source} dport={destination} "),
        Ports::Icmp {
            icmp_type,
            code,
            id,
        } => format!("type={icmp_type} code={code} id={id} "),
        Ports::Gre {
            source,
            destination,
        } => format!("srckey=0x{source:x} dstkey=0x{destination:x} "),
        Ports::None => String::new(),
    }
}
