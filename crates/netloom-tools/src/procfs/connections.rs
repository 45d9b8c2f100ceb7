//! `/proc/net/nf_conntrack` and its kin: connections that a namespace remembers, as the kernel
//! writes them.

use super::{Read, namespace};
use crate::Context;
use crate::conntrack::{name_of, tuple_with};
use core::net::IpAddr;
use netloom_model::conntrack::{Connection, Expectation, Statistics, status};
use netloom_model::ruleset::Counter;
use netloom_model::state::Parts;
use netloom_model::{Errno, Namespace, NsName};

/// GRE, whose times are told with its connections.
const GRE: u8 = 47;

/// `/proc/net/nf_conntrack`.
pub(super) fn table(cx: &mut Context<'_>, ns: &NsName) -> Read {
    let told = remembered(cx, ns)?;
    Ok((told.connections.iter())
        .map(|connection| line(connection, &told))
        .collect())
}

/// `/proc/net/nf_conntrack_expect`.
pub(super) fn expectations(cx: &mut Context<'_>, ns: &NsName) -> Read {
    let told = remembered(cx, ns)?;
    Ok(told.expectations.iter().map(expected).collect())
}

/// `/proc/net/stat/nf_conntrack`: a line for each processor.
pub(super) fn statistics(cx: &mut Context<'_>, ns: &NsName) -> Read {
    let parts = Parts {
        counters: true,
        sysctls: true,
        ..Parts::NONE
    };
    let told = namespace(cx, ns, parts)?;
    let entries = setting(&told, "nf_conntrack_count");
    let lines = told.tracked.iter().map(|of| counted_by(of, entries));
    Ok(STATISTICS.to_owned() + &lines.collect::<String>())
}

/// What a processor counted. What is named `new`, `ignore` and `delete` Linux does not count any more.
fn counted_by(of: &Statistics, entries: u64) -> String {
    let counted = [
        of.clash_resolve,
        of.found,
        0,
        of.invalid,
        0,
        0,
        of.chain_too_long,
        of.insert,
        of.insert_failed,
        of.drop,
        of.early_drop,
        of.error,
    ];
    let mut text = format!("{entries:08x} ");
    for value in counted {
        text.push_str(&format!(" {:08x}", value & 0xffff_ffff));
    }
    let expected = format!(" {0:08x} {0:08x} {0:08x}", 0);
    let restart = of.search_restart & 0xffff_ffff;
    text.push_str(&format!(" {expected} {restart:08x}\n"));
    text
}

/// The names of what is counted.
const STATISTICS: &str = "entries  clashres found new invalid ignore delete chainlength insert \
    insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete \
    search_restart\n";

fn remembered(cx: &mut Context<'_>, ns: &NsName) -> Result<Namespace, Errno> {
    let parts = Parts {
        connections: true,
        sysctls: true,
        ..Parts::NONE
    };
    namespace(cx, ns, parts)
}

/// A setting of connections, as a number.
fn setting(told: &Namespace, name: &str) -> u64 {
    let value = told.sysctls.get(&format!("net.netfilter.{name}"));
    value
        .and_then(|value| value.parse().ok())
        .unwrap_or_default()
}

/// A connection.
fn line(of: &Connection, told: &Namespace) -> String {
    let original = &of.original;
    let protocol = original.protocol;
    let mut text = match original.source.is_ipv6() {
        false => "ipv4     2 ".to_owned(),
        true => "ipv6     10 ".to_owned(),
    };
    text.push_str(&format!("{:<8} {protocol} ", name_of(protocol)));
    if of.status & status::OFFLOAD == 0 {
        text.push_str(&format!("{} ", of.timeout));
        if let Some(state) = &of.state {
            text.push_str(&format!("{state} "));
        }
    }
    if protocol == GRE {
        let timeout = setting(told, "nf_conntrack_gre_timeout");
        let stream = setting(told, "nf_conntrack_gre_timeout_stream");
        text.push_str(&format!("timeout={timeout}, stream_timeout={stream} "));
    }
    text.push_str(&tuple_with(original, address));
    zone(&mut text, "zone-orig", of.original_zone);
    counted(&mut text, of.counters.map(|[there, _]| there));
    if of.status & status::SEEN_REPLY == 0 {
        text.push_str("[UNREPLIED] ");
    }
    text.push_str(&tuple_with(&of.reply, address));
    zone(&mut text, "zone-reply", of.reply_zone);
    counted(&mut text, of.counters.map(|[_, back]| back));
    if of.status & status::OFFLOAD != 0 {
        text.push_str("[OFFLOAD] ");
    } else if of.status & status::ASSURED != 0 {
        text.push_str("[ASSURED] ");
    }
    text.push_str(&format!("mark={} ", of.mark));
    let both = of.original_zone.is_none() && of.reply_zone.is_none();
    zone(&mut text, "zone", both.then_some(of.zone));
    if let Some(lived) = of.lived {
        text.push_str(&format!("delta-time={lived} "));
    }
    // Who reads holds it too.
    text.push_str(&format!("use={}\n", of.references + 1));
    text
}

/// A connection that is waited for.
fn expected(of: &Expectation) -> String {
    let family = if of.tuple.source.is_ipv6() { 10 } else { 2 };
    let protocol = of.tuple.protocol;
    let tuple = tuple_with(&of.tuple, address);
    let permanent = if of.permanent { "PERMANENT " } else { "" };
    format!(
        "{} l3proto = {family} proto={protocol} {tuple}{permanent}{}\n",
        of.timeout, of.helper
    )
}

/// An address in full.
fn address(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let groups = address.segments().map(|group| format!("{group:04x}"));
            groups.join(":")
        }
    }
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
