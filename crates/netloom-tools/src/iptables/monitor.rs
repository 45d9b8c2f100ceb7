//! `xtables-monitor` 1.8.9 (xtables-monitor(8)): what changes of the rules of `iptables-nft`, and what
//! they do with packets that `-j TRACE` has followed. Those of legacy write lines into the kernel's log
//! instead (`dmesg`).
//!
//! Left out: which program made a change, and its number.

use super::{LEGACY, Variant, show};
use crate::Context;
use crate::ip::words::{Failure, Outcome};
use crate::listen::listen;
use netloom_model::Family;
use netloom_model::notice::About;
use netloom_model::ruleset::event::{EventAbout, EventVerb, RulesetEvent};
use netloom_model::ruleset::{Backend, Policy, Rule, TableFamily, TableRef, Verdict};
use netloom_model::trace::{TraceStep, Traced, TracedPacket};
use netloom_wire::tcp::Flags;
use netloom_wire::{ipv4, ipv6};
use std::fmt::Write as _;

const USAGE: &str = "\
Usage: xtables-monitor [-t] [-e] [-4] [-6] [-c]

  -t, --trace  what rules do with packets that -j TRACE has followed
  -e, --event  what changes of the rules
  -c, --counters  with what rules counted
  -4, --ipv4   of IPv4 alone; -6, --ipv6: of IPv6 alone
";

/// The flags of TCP, in the order in which they are told.
const FLAGS: [(Flags, &str); 8] = [
    (Flags::CWR, "CWR "),
    (Flags::ECE, "ECE "),
    (Flags::URG, "URG "),
    (Flags::ACK, "ACK "),
    (Flags::PSH, "PSH "),
    (Flags::RST, "RST "),
    (Flags::SYN, "SYN "),
    (Flags::FIN, "FIN "),
];

/// Runs `xtables-monitor`.
pub fn xtables_monitor(cx: &mut Context<'_>) -> i32 {
    match run(cx) {
        Ok(()) => 0,
        Err(failure) => {
            let _ = write!(cx.err, "{}", failure.text);
            failure.code
        }
    }
}

fn run(cx: &mut Context<'_>) -> Outcome<()> {
    let (mut trace, mut only) = (false, None);
    let (mut event, mut counters) = (false, false);
    for word in cx.args.clone() {
        match word.as_str() {
            "-t" | "--trace" => trace = true,
            "-4" | "--ipv4" => only = Some(2),
            "-6" | "--ipv6" => only = Some(10),
            "-h" | "--help" => return Ok(cx.out.write_all(USAGE.as_bytes())?),
            "-V" | "--version" => {
                return Ok(writeln!(
                    cx.out,
                    "xtables-monitor 1.8.9 ({})",
                    crate::VERSION
                )?);
            }
            "-e" | "--event" => event = true,
            "-c" | "--counters" => counters = true,
            _ => {
                let text = "xtables-monitor 1.8.9: Bad argument.\n\
                            Try `xtables-monitor -h' for more information.";
                return Err(Failure::new(text, 2));
            }
        }
    }
    if !trace && !event {
        return Ok(cx.out.write_all(USAGE.as_bytes())?);
    }
    let of = |family: u8| only.is_none_or(|only| only == family);
    listen(cx, None, |notice| match &notice.about {
        About::Traced(step) if trace && of(step.family) => lines(step),
        About::Ruleset(events) if event => {
            let wanted = |event: &&RulesetEvent| of(number(event.table.family));
            let told = events.events.iter().filter(wanted);
            let mut text: String = told.filter_map(|event| changed(event, counters)).collect();
            let _ = writeln!(text, "NEWGEN: GENID={} PID=0 NAME=nft", events.generation);
            text
        }
        _ => String::new(),
    })
}

/// What is told of a change of tables of IPv4 or IPv6.
fn changed(event: &RulesetEvent, counters: bool) -> Option<String> {
    let TableRef { family, name, .. } = &event.table;
    let version = match family {
        TableFamily::Ip => 4,
        TableFamily::Ip6 => 6,
        _ => return None,
    };
    let gone = event.verb == EventVerb::Delete;
    let table = format!("-{version} -t {name}");
    let said = match &event.about {
        EventAbout::Table {
            dormant,
            handle,
            used,
        } => {
            let (word, flags, used) = match gone {
                true => ("DEL", false, 0),
                false => ("NEW", *dormant, *used),
            };
            let flags = u8::from(flags);
            let family = family.name();
            format!(
                "nft: {word} table: table {name} {family} flags {flags} use {used} handle {handle}"
            )
        }
        EventAbout::Chain { chain, used } => match &chain.base {
            _ if gone => format!("{table} -X {}", chain.name),
            Some(base) => {
                let counter = base.counter.unwrap_or_default();
                format!(
                    "# nft: {} {name} {} use {used} type {} hook {} prio {} policy {} packets {} bytes {} \
                     flags 1",
                    family.name(),
                    chain.name,
                    base.kind.name(),
                    base.hook.name(),
                    base.priority,
                    base.policy.name(),
                    counter.packets,
                    counter.bytes
                )
            }
            None => format!("{table} -N {}", chain.name),
        },
        EventAbout::Rule { chain, rule, .. } => {
            let counter = match (counters, rule.counter()) {
                (true, Some(counter)) => format!(" [{}:{}]", counter.packets, counter.bytes),
                _ => String::new(),
            };
            let letter = if gone { 'D' } else { 'A' };
            let words = rule_words(&event.table, rule)?;
            format!("{table}{counter} -{letter} {chain}{words}")
        }
        _ => return None,
    };
    Some(format!(" EVENT: {said}\n"))
}
/// The number of a table's family.
const fn number(family: TableFamily) -> u8 {
    match family {
        TableFamily::Inet => 1,
        TableFamily::Ip => 2,
        TableFamily::Arp => 3,
        TableFamily::Netdev => 5,
        TableFamily::Bridge => 7,
        TableFamily::Ip6 => 10,
    }
}

fn lines(step: &Traced) -> String {
    let family = number(step.table.family);
    let mut text = String::new();
    if let Some(packet) = &step.packet {
        let _ = write!(text, "PACKET: {family} {:08x} ", step.id);
        described(&mut text, packet, step);
        text.push('\n');
    }
    let place = format!("{}:{}", step.table.name, step.chain);
    let _ = write!(text, " TRACE: {family} {:08x} {place}", step.id);
    let _ = match &step.step {
        TraceStep::Policy(policy) => {
            let policy = match policy {
                Policy::Accept => "ACCEPT",
                Policy::Drop => "DROP",
            };
            writeln!(text, ":policy:{policy} ")
        }
        TraceStep::Rule { rule, verdict } => {
            let verdict = said(verdict);
            let handle = rule.handle;
            writeln!(text, ":rule:0x{handle:x}:{verdict}  {}", words(step))
        }
    };
    text
}

/// A verdict; that of a return is told by its number.
fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Accept => "ACCEPT".to_owned(),
        Verdict::Drop => "DROP".to_owned(),
        Verdict::Continue => "CONTINUE".to_owned(),
        Verdict::Return => "0xfffffffb".to_owned(),
        Verdict::Jump(chain) => format!("JUMP:{chain}"),
        Verdict::Goto(chain) => format!("GOTO:{chain}"),
    }
}

/// The rule in the words of iptables, of its tables alone.
fn words(step: &Traced) -> String {
    let TraceStep::Rule { rule, .. } = &step.step else {
        return String::new();
    };
    let Some(words) = rule_words(&step.table, rule) else {
        return String::new();
    };
    let version = if step.table.family == TableFamily::Ip {
        4
    } else {
        6
    };
    let (table, chain) = (&step.table.name, &step.chain);
    format!("-{version} -t {table} -A {chain}{words}")
}

/// What a rule of IPv4 or IPv6 says, in the words of iptables.
fn rule_words(table: &TableRef, rule: &Rule) -> Option<String> {
    let (name, family) = match table.family {
        TableFamily::Ip => ("iptables", Family::V4),
        TableFamily::Ip6 => ("ip6tables", Family::V6),
        _ => return None,
    };
    let variant = Variant {
        name,
        family,
        tables: table.family,
        backend: Backend::Nft,
        line: None,
    };
    debug_assert!(table.backend != LEGACY, "legacy tells nobody");
    let (before, target) = show::words(variant, rule);
    Some(format!("{before}{target}"))
}

fn described(text: &mut String, packet: &TracedPacket, step: &Traced) {
    // Writing to a string does not fail.
    if !packet.input.is_empty() {
        let _ = write!(text, "IN={} ", packet.input);
    }
    if !packet.output.is_empty() {
        let _ = write!(text, "OUT={} ", packet.output);
    }
    if step.table.family == TableFamily::Inet {
        let _ = write!(text, "NFPROTO={} ", step.family);
    }
    if packet.loopback {
        text.push_str("LOOPBACK ");
    } else if let Some(link) = packet.link.get(..14) {
        let mac = |at: usize| {
            let parts: Vec<String> = link[at..at + 6].iter().map(|b| format!("{b:x}")).collect();
            parts.join(":")
        };
        let protocol = u16::from_be_bytes([link[12], link[13]]);
        let (src, dst) = (mac(6), mac(0));
        let _ = write!(text, "MACSRC={src} MACDST={dst} MACPROTO={protocol:04x} ");
    }
    match step.family {
        2 => v4(text, &packet.network),
        10 => v6(text, &packet.network),
        _ => {}
    }
    upper(text, packet);
    if step.mark != 0 {
        let _ = write!(text, "MARK=0x{:x} ", step.mark);
    }
}

fn v4(text: &mut String, bytes: &[u8]) {
    if bytes.len() < ipv4::HEADER_LEN {
        return;
    }
    let header = ipv4::Packet::new_unchecked(bytes);
    let _ = write!(
        text,
        "SRC={} DST={} LEN={} TOS=0x{:x} TTL={} ID={} ",
        header.src(),
        header.dst(),
        header.total_len(),
        header.tos(),
        header.ttl(),
        header.ident()
    );
    let fragment = u16::from_be_bytes([bytes[6], bytes[7]]);
    for (bit, word) in [(0x8000, "CE "), (0x4000, "DF "), (0x2000, "MF ")] {
        if fragment & bit != 0 {
            text.push_str(word);
        }
    }
    if fragment & 0x1fff != 0 {
        let _ = write!(text, "FRAG:{} ", fragment & 0x1fff);
    }
}

fn v6(text: &mut String, bytes: &[u8]) {
    if bytes.len() < ipv6::HEADER_LEN {
        return;
    }
    let header = ipv6::Packet::new_unchecked(bytes);
    let flow = u32::from_be_bytes([0, bytes[1] & 0xf, bytes[2], bytes[3]]);
    // The original adds the length of an IPv4 header.
    let _ = write!(
        text,
        "SRC={} DST={} LEN={} TC={} HOPLIMIT={} FLOWLBL={flow} ",
        header.src(),
        header.dst(),
        usize::from(header.payload_len()) + ipv4::HEADER_LEN,
        header.traffic_class(),
        header.hop_limit()
    );
}

fn upper(text: &mut String, packet: &TracedPacket) {
    let bytes = &packet.transport;
    let Some([a, b, c, d]) = bytes.first_chunk::<4>() else {
        return;
    };
    if !matches!(packet.protocol, Some(6 | 17)) {
        return;
    }
    let (from, to) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
    let _ = write!(text, "SPORT={from} DPORT={to} ");
    if packet.protocol == Some(6)
        && let Some(flags) = bytes.get(13)
    {
        let set = FLAGS
            .iter()
            .filter(|(flag, _)| Flags(*flags).contains(*flag));
        set.for_each(|(_, word)| text.push_str(word));
    }
}
