//! Packets that are followed, as `nft monitor trace` tells of them: what rules do with them, as it
//! happens.

use super::print::{Style, show_verdict};
use netloom_model::ruleset::{DataType, Rule, Ruleset, TableFamily};
use netloom_model::trace::{TraceStep, Traced, TracedPacket};
use netloom_wire::{IpProtocol, MacAddr, ipv4, ipv6};
use std::fmt::Write as _;

/// What a step is told as.
pub(super) fn lines(step: &Traced, known: &Ruleset, style: &Style<'_>) -> String {
    let head = format!(
        "trace id {:08x} {} {} {}",
        step.id,
        step.table.family.name(),
        step.table.name,
        step.chain
    );
    let mut text = String::new();
    if let Some(packet) = &step.packet {
        text += &format!("{head} packet: {}\n", described(packet, step));
    }
    match &step.step {
        TraceStep::Rule { rule, verdict } => {
            let rule = as_known(known, step, rule);
            let verdict = show_verdict(verdict);
            text += &format!("{head} rule {} (verdict {verdict})\n", style.rule(rule));
        }
        TraceStep::Policy(policy) => {
            text += &format!("{head} policy {} ", policy.name());
            if step.mark != 0 {
                text += &format!("meta mark 0x{:08x} ", step.mark);
            }
            text.push('\n');
        }
    }
    text
}

/// The rule as it was in the beginning, if it was there.
fn as_known<'a>(known: &'a Ruleset, step: &Traced, rule: &'a Rule) -> &'a Rule {
    let chain = known.table(&step.table).and_then(|t| t.chain(&step.chain));
    let found = chain.and_then(|chain| chain.rules.iter().find(|r| r.handle == rule.handle));
    found.unwrap_or(rule)
}

/// The headers of a packet, in the words with which rules ask for them.
fn described(packet: &TracedPacket, step: &Traced) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    if !packet.input.is_empty() {
        let _ = write!(text, "iif \"{}\" ", packet.input);
    }
    if !packet.output.is_empty() {
        let _ = write!(text, "oif \"{}\" ", packet.output);
    }
    link(&mut text, packet);
    let several = !matches!(step.table.family, TableFamily::Ip | TableFamily::Ip6);
    match step.family {
        2 => v4(&mut text, &packet.network, several),
        10 => v6(&mut text, &packet.network, several),
        _ => raw(&mut text, "nh", 0, &packet.network),
    }
    match packet.protocol.map(IpProtocol) {
        Some(IpProtocol::TCP) => tcp(&mut text, &packet.transport),
        Some(IpProtocol::UDP) => udp(&mut text, &packet.transport),
        Some(IpProtocol::ICMP) if step.family == 2 => icmp(&mut text, &packet.transport, false),
        Some(IpProtocol::ICMPV6) if step.family == 10 => icmp(&mut text, &packet.transport, true),
        _ => raw(&mut text, "th", 0, &packet.transport),
    }
    text
}

/// Bytes that no word stands for.
fn raw(text: &mut String, layer: &str, offset: usize, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = match hex.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let _ = write!(text, "@{layer},{},{} 0x{hex} ", offset * 8, bytes.len() * 8);
}

fn link(text: &mut String, packet: &TracedPacket) {
    if packet.loopback {
        return raw(text, "ll", 0, &packet.link);
    }
    let mac = |at: usize| {
        let mut octets = [0; 6];
        octets.copy_from_slice(packet.link.get(at..at + 6)?);
        Some(MacAddr(octets))
    };
    if let (Some(dst), Some(src)) = (mac(0), mac(6)) {
        let _ = write!(text, "ether saddr {src} ether daddr {dst} ");
    }
}

fn symbol(datatype: DataType, value: u32) -> String {
    let found = datatype.symbol(value);
    found.map_or_else(|| value.to_string(), str::to_owned)
}

/// The class and congestion bits of a type of service.
fn tos(header: &str, tos: u8) -> String {
    let class = match DataType::Dscp.symbol(u32::from(tos >> 2)) {
        Some(word) => word.to_owned(),
        None => format!("0x{:02x}", tos >> 2),
    };
    let congestion = symbol(DataType::Ecn, u32::from(tos & 3));
    format!("{header} dscp {class} {header} ecn {congestion} ")
}

fn v4(text: &mut String, bytes: &[u8], several: bool) {
    if bytes.len() < ipv4::HEADER_LEN {
        return raw(text, "nh", 0, bytes);
    }
    let header = ipv4::Packet::new_unchecked(bytes);
    let _ = write!(
        text,
        "ip saddr {} ip daddr {} {}ip ttl {} ip id {} ",
        header.src(),
        header.dst(),
        tos("ip", header.tos()),
        header.ttl(),
        header.ident()
    );
    if several {
        let protocol = symbol(DataType::InetProto, u32::from(header.protocol().0));
        let _ = write!(text, "ip protocol {protocol} ");
    }
    let _ = write!(text, "ip length {} ", header.total_len());
}

fn v6(text: &mut String, bytes: &[u8], several: bool) {
    if bytes.len() < ipv6::HEADER_LEN {
        return raw(text, "nh", 0, bytes);
    }
    let header = ipv6::Packet::new_unchecked(bytes);
    let flow = u32::from_be_bytes([0, bytes[1] & 0xf, bytes[2], bytes[3]]);
    let _ = write!(
        text,
        "ip6 saddr {} ip6 daddr {} {}ip6 hoplimit {} ip6 flowlabel {flow} ",
        header.src(),
        header.dst(),
        tos("ip6", header.traffic_class()),
        header.hop_limit(),
    );
    if several {
        let next = symbol(DataType::InetProto, u32::from(header.next_header().0));
        let _ = write!(text, "ip6 nexthdr {next} ");
    }
    let _ = write!(text, "ip6 length {} ", header.payload_len());
}

fn word(bytes: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([bytes[at], bytes[at + 1]])
}

fn tcp(text: &mut String, bytes: &[u8]) {
    if bytes.len() < 20 {
        return raw(text, "th", 0, bytes);
    }
    let flags = u32::from(bytes[13]);
    let flags = match DataType::TcpFlag.symbol(flags) {
        Some(word) => word.to_owned(),
        None => format!("0x{flags:x}"),
    };
    let _ = write!(
        text,
        "tcp sport {} tcp dport {} tcp flags == {flags} tcp window {} ",
        word(bytes, 0),
        word(bytes, 2),
        word(bytes, 14)
    );
}

fn udp(text: &mut String, bytes: &[u8]) {
    if bytes.len() < 8 {
        return raw(text, "th", 0, bytes);
    }
    let (from, to, len) = (word(bytes, 0), word(bytes, 2), word(bytes, 4));
    let _ = write!(text, "udp sport {from} udp dport {to} udp length {len} ");
    raw(text, "th", 8, &bytes[8..]);
}

fn icmp(text: &mut String, bytes: &[u8], v6: bool) {
    if bytes.len() < 8 {
        return raw(text, "th", 0, bytes);
    }
    let (kind, code) = (u32::from(bytes[0]), u32::from(bytes[1]));
    let _ = if v6 {
        let kind = symbol(DataType::Icmpv6Type, kind);
        let code = symbol(DataType::Icmpv6Code, code);
        let rest = u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]);
        write!(
            text,
            "icmpv6 type {kind} icmpv6 code {code} icmpv6 parameter-problem {rest} "
        )
    } else {
        let kind = symbol(DataType::IcmpType, kind);
        let code = symbol(DataType::IcmpCode, code);
        let (id, sequence) = (word(bytes, 4), word(bytes, 6));
        write!(
            text,
            "icmp type {kind} icmp code {code} icmp id {id} icmp sequence {sequence} "
        )
    };
    raw(text, "th", 8, &bytes[8..]);
}
