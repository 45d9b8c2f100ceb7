//! What `ping` prints.

use super::Run;
use super::ip_options;
use super::options::Options;
use crate::Context;
use core::net::Ipv4Addr;
use netloom_model::socket::SocketError;
use netloom_wire::icmpv4::{self, Type, code, description};
use netloom_wire::ipv4;
use std::fmt::Write as _;

/// The first line.
pub(super) fn header(cx: &mut Context<'_>, options: &Options, source: Ipv4Addr) {
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
        (device, _) => format!("from {source} {}: ", device.as_deref().unwrap_or_default()),
    };
    let (name, to) = (&options.name, options.to);
    let _ = writeln!(
        cx.out,
        "PING {name} ({to}) {from}{size}({whole}) bytes of data."
    );
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

/// A line for a reply.
pub(super) fn reply(
    cx: &mut Context<'_>,
    run: &mut Run<'_>,
    ip: &ipv4::Packet<&[u8]>,
    len: usize,
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
    let _ = write!(line, "{len} bytes from {}: icmp_seq={seq}", ip.src());
    if options.verbose {
        let _ = write!(line, " ident={}", run.ident);
    }
    let _ = write!(line, " ttl={}", ip.ttl());
    if let Some(trip) = trip.filter(|_| options.size >= 16) {
        let _ = write!(line, " time={} ms", trip_text(trip));
    }
    if again {
        line.push_str(" (DUP!)");
    }
    ip_options::print(&mut line, &mut run.route, ip.options());
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
    let text = meaning(error);
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
