//! What `ping` prints.

use super::Run;
use super::ip_options;
use super::options::Options;
use crate::Context;
use core::net::{IpAddr, Ipv4Addr};
use netloom_model::socket::SocketError;
use netloom_wire::icmpv4::{self, Type, code, description};
use netloom_wire::icmpv6;
use std::fmt::Write as _;

/// The first line.
pub(super) fn header(cx: &mut Context<'_>, options: &Options, source: IpAddr) {
    if !options.pattern.is_empty() {
        let hex = options.pattern.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let _ = writeln!(cx.out, "PATTERN: 0x{hex}");
    }
    let more = ip_options::wanted(options).map_or(0, |_| ip_options::ROOM);
    let (size, whole) = (options.size, options.size + 28 + more);
    let from = match (&options.device, options.source) {
        (None, None) => String::new(),
        (device, given) => {
            let device = device.as_deref().unwrap_or_default();
            // Its link is part of it, where it was given so.
            let near = given.is_some() && !device.is_empty() && super::device::is_near(source);
            let zone = if near {
                format!("%{device}")
            } else {
                String::new()
            };
            format!("from {source}{zone} {device}: ")
        }
    };
    let (name, to) = (&options.name, options.to);
    if to.is_ipv6() {
        // The link is part of the address, where it was given.
        let shown = options
            .zone
            .as_ref()
            .map_or_else(|| to.to_string(), |zone| format!("{to}%{zone}"));
        let _ = writeln!(cx.out, "PING {name}({shown}) {from}{size} data bytes");
        let _ = cx.out.flush();
        return;
    }
    let _ = writeln!(
        cx.out,
        "PING {name} ({to}) {from}{size}({whole}) bytes of data."
    );
    let _ = cx.out.flush();
}

/// A round trip with three significant digits, as ping rounds.
fn trip_text(us: u64) -> String {
    let (whole, rest) = match us {
        99_950.. => return format!("{}", (us + 500) / 1000),
        9_995.. => ((us + 50) / 1000, format!("{}", (us + 50) % 1000 / 100)),
        1_000.. => ((us + 5) / 1000, format!("{:02}", (us + 5) % 1000 / 10)),
        _ => (us / 1000, format!("{:03}", us % 1000)),
    };
    format!("{whole}.{rest}")
}

/// A reply.
pub(super) struct Heard<'a> {
    /// From whom.
    pub(super) from: &'a str,
    pub(super) ttl: u8,
    /// The ICMP message's length.
    pub(super) len: usize,
    /// IPv4 options.
    pub(super) options: &'a [u8],
}

/// A line for a reply.
pub(super) fn reply(
    cx: &mut Context<'_>,
    run: &mut Run<'_>,
    heard: &Heard<'_>,
    (seq, trip, again): (u16, Option<u64>, bool),
) {
    let options = run.options;
    if options.quiet {
        return;
    }
    if options.flood {
        let _ = write!(cx.out, "\u{8} \u{8}");
        return;
    }
    let mut line = String::new();
    if options.timestamp {
        let since = cx
            .wall_clock()
            .ok()
            .and_then(|now| now.duration_since(std::time::UNIX_EPOCH).ok());
        let since = since.unwrap_or_default();
        let _ = write!(line, "[{}.{:06}] ", since.as_secs(), since.subsec_micros());
    }
    if options.audible {
        line.push('\u{7}');
    }
    let (len, from) = (heard.len, heard.from);
    let _ = write!(line, "{len} bytes from {from}: icmp_seq={seq}");
    if options.verbose {
        let _ = write!(line, " ident={}", run.ident);
    }
    let _ = write!(line, " ttl={}", heard.ttl);
    if let Some(trip) = trip.filter(|_| options.size >= 16) {
        let _ = write!(line, " time={} ms", trip_text(trip));
    }
    if again {
        line.push_str(" (DUP!)");
    }
    ip_options::print(&mut line, &mut run.route, heard.options);
    let _ = writeln!(cx.out, "{line}");
    let _ = cx.out.flush();
}

/// A line for an ICMP error.
pub(super) fn error(cx: &mut Context<'_>, options: &Options, error: &SocketError, seq: u16) {
    if options.quiet {
        return;
    }
    if options.flood {
        let _ = write!(cx.out, "\u{8}E");
        return;
    }
    let from = error
        .offender
        .map_or_else(String::new, |addr| addr.to_string());
    let text = if options.to.is_ipv6() {
        meaning6(error)
    } else {
        meaning(error)
    };
    let _ = writeln!(cx.out, "From {from} icmp_seq={seq} {text}");
    let _ = cx.out.flush();
}

/// A line for a redirect.
pub(super) fn redirect(
    cx: &mut Context<'_>,
    options: &Options,
    from: Ipv4Addr,
    message: &icmpv4::Packet<&[u8]>,
    seq: u16,
) {
    if options.quiet || options.flood {
        return;
    }
    let whom = match message.code() {
        code::REDIRECT_NET => "Redirect Network",
        code::REDIRECT_HOST => "Redirect Host",
        code::REDIRECT_NET_TOS => "Redirect Type of Service and Network",
        code::REDIRECT_HOST_TOS => "Redirect Type of Service and Host",
        _ => "Redirect, Bad Code: ",
    };
    let gateway = message.gateway();
    let _ = writeln!(
        cx.out,
        "From {from}: icmp_seq={seq} {whom}(New nexthop: {gateway})"
    );
    let _ = cx.out.flush();
}

/// An ICMP error in ping's words.
fn meaning(error: &SocketError) -> String {
    let (kind, code) = (Type(error.icmp.0), error.icmp.1);
    match kind {
        Type::DEST_UNREACHABLE if code == 4 => {
            format!("Frag needed and DF set (mtu = {})", error.info)
        }
        Type::DEST_UNREACHABLE => description(kind, code).map_or_else(
            || format!("Dest Unreachable, Bad Code: {code}"),
            str::to_owned,
        ),
        Type::TIME_EXCEEDED if code == 0 => "Time to live exceeded".to_owned(),
        Type::TIME_EXCEEDED => "Frag reassembly time exceeded".to_owned(),
        Type::PARAMETER_PROBLEM => format!("Parameter problem: pointer = {}", error.info >> 24),
        other => format!("Bad ICMP type: {}", other.0),
    }
}

/// An ICMPv6 error in ping's words.
fn meaning6(error: &SocketError) -> String {
    let (kind, code) = (icmpv6::Type(error.icmp.0), error.icmp.1);
    let info = error.info;
    match kind {
        icmpv6::Type::DEST_UNREACHABLE => {
            let why = match code {
                0 => "No route".to_owned(),
                1 => "Administratively prohibited".to_owned(),
                2 => "Beyond scope of source address".to_owned(),
                3 => "Address unreachable".to_owned(),
                4 => "Port unreachable".to_owned(),
                other => format!("Unknown code {other}"),
            };
            format!("Destination unreachable: {why}")
        }
        icmpv6::Type::PACKET_TOO_BIG => format!("Packet too big: mtu={info}"),
        icmpv6::Type::TIME_EXCEEDED if code == 0 => "Time exceeded: Hop limit".to_owned(),
        icmpv6::Type::TIME_EXCEEDED => "Time exceeded: Defragmentation failure".to_owned(),
        icmpv6::Type::PARAMETER_PROBLEM => {
            let what = ["Wrong header field ", "Unknown header ", "Unknown option "];
            let what = what.get(usize::from(code)).copied().unwrap_or_default();
            format!("Parameter problem: {what}at {info}")
        }
        other => format!("Unknown icmp type {}", other.0),
    }
}

/// The last lines.
pub(super) fn statistics(cx: &mut Context<'_>, run: &Run<'_>) {
    let options = run.options;
    if options.flood && !options.quiet {
        let _ = writeln!(cx.out);
    }
    let mut text = format!("\n--- {} ping statistics ---\n", options.name);
    let _ = write!(
        text,
        "{} packets transmitted, {} received",
        run.sent, run.received
    );
    if run.repeated > 0 {
        let _ = write!(text, ", +{} duplicates", run.repeated);
    }
    if run.errors > 0 {
        let _ = write!(text, ", +{} errors", run.errors);
    }
    if run.sent > 0 {
        let lost = f64::from(run.sent - run.received.min(run.sent)) * 100.0 / f64::from(run.sent);
        let _ = write!(text, ", {}% packet loss", percent(lost));
        let took = run.last.since(run.began).as_millis();
        let _ = write!(text, ", time {took}ms");
    }
    text.push('\n');
    let trips = round_trips(&run.trips);
    let pipe = (run.pipe > 1).then(|| format!("pipe {}", run.pipe));
    let last: Vec<String> = [trips, pipe].into_iter().flatten().collect();
    text.push_str(&last.join(", "));
    text.push('\n');
    let _ = cx.out.write_all(text.as_bytes());
    let _ = cx.out.flush();
}

/// A percentage with up to six significant digits, as printf's `%g`.
fn percent(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn round_trips(trips: &[u64]) -> Option<String> {
    let count = trips.len() as u64;
    let (least, most) = (trips.iter().min()?, trips.iter().max()?);
    let sum: u64 = trips.iter().sum();
    let squares: u64 = trips.iter().map(|t| t * t).sum();
    let mean = sum / count;
    let deviation = (squares / count).saturating_sub(mean * mean).isqrt();
    let ms = |us: u64| format!("{}.{:03}", us / 1000, us % 1000);
    let (least, mean, most, deviation) = (ms(*least), ms(mean), ms(*most), ms(deviation));
    Some(format!(
        "rtt min/avg/max/mdev = {least}/{mean}/{most}/{deviation} ms"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_has_three_significant_digits() {
        assert_eq!(trip_text(36), "0.036");
        assert_eq!(trip_text(1_234), "1.23");
        assert_eq!(trip_text(12_345), "12.3");
        assert_eq!(trip_text(123_456), "123");
    }

    #[test]
    fn loss_is_told_without_needless_digits() {
        assert_eq!(percent(0.0), "0");
        assert_eq!(percent(100.0), "100");
        assert_eq!(percent(100.0 / 3.0), "33.3333");
    }
}
