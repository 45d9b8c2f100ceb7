//! The lines of a report.

use super::control::Seen;

/// Bytes as iperf3 writes them: `1.10 GBytes`.
fn bytes(count: u64) -> String {
    scaled(
        count as f64,
        1024.0,
        ["Bytes", "KBytes", "MBytes", "GBytes", "TBytes"],
    )
}

/// Bits a second: `9.42 Gbits/sec`.
fn rate(bytes: u64, seconds: f64) -> String {
    let rate = if seconds > 0.0 {
        bytes as f64 * 8.0 / seconds
    } else {
        0.0
    };
    let units = [
        "bits/sec",
        "Kbits/sec",
        "Mbits/sec",
        "Gbits/sec",
        "Tbits/sec",
    ];
    scaled(rate, 1000.0, units)
}

fn scaled(mut value: f64, step: f64, units: [&str; 5]) -> String {
    let mut at = 0;
    while value >= step && at + 1 < units.len() {
        value /= step;
        at += 1;
    }
    // Four characters of a number, as %4.3g would have them.
    let number = match value {
        v if v < 9.995 => format!("{v:.2}"),
        v if v < 99.95 => format!("{v:.1}"),
        v => format!("{v:.0}"),
    };
    format!("{number:>4} {}", units[at])
}

/// Which of the columns there are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    /// Of TCP, where it is received.
    Plain,
    /// Of TCP, where it is sent.
    Retransmits,
    /// Of UDP, where it is sent.
    Datagrams,
    /// Of UDP, where it is received.
    Loss,
}

/// The line above a report.
pub(super) fn heading(columns: Columns) -> &'static str {
    match columns {
        Columns::Plain => "[ ID] Interval           Transfer     Bitrate",
        Columns::Retransmits => "[ ID] Interval           Transfer     Bitrate         Retr",
        Columns::Datagrams => {
            "[ ID] Interval           Transfer     Bitrate         Total Datagrams"
        }
        Columns::Loss => {
            "[ ID] Interval           Transfer     Bitrate         Jitter    Lost/Total Datagrams"
        }
    }
}

/// A line of a report about stream `id`, or about all of them; `who` ends the last lines.
pub(super) fn line(
    id: Option<usize>,
    (from, to): (f64, f64),
    seen: &Seen,
    columns: Columns,
    who: &str,
) -> String {
    let id = id.map_or_else(|| "SUM".to_owned(), |id| format!("{id:>3}"));
    let (transfer, rate) = (bytes(seen.bytes), rate(seen.bytes, to - from));
    let mut line = format!("[{id}] {from:>6.2}-{to:<6.2} sec  {transfer:>11}  {rate:>14}");
    let total = seen.datagrams + seen.lost;
    match columns {
        Columns::Plain => {}
        Columns::Retransmits => line.push_str(&format!("  {:>3}", seen.retransmits)),
        Columns::Datagrams => line.push_str(&format!("  {total}")),
        Columns::Loss => {
            let share = if total > 0 {
                seen.lost as f64 * 100.0 / total as f64
            } else {
                0.0
            };
            line.push_str(&format!(
                "  {:.3} ms  {}/{total} ({share:.2}%)",
                seen.jitter, seen.lost
            ));
        }
    }
    if !who.is_empty() {
        line = format!("{line:<60} {who}");
    }
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_unit_that_fits() {
        assert_eq!(bytes(1_181_116_006), "1.10 GBytes");
        assert_eq!(bytes(0), "0.00 Bytes");
        assert_eq!(rate(1_177_500_000, 1.0), "9.42 Gbits/sec");
        assert_eq!(rate(131_072, 1.0), "1.05 Mbits/sec");
        assert_eq!(rate(1, 0.0), "0.00 bits/sec");
    }

    #[test]
    fn a_line_tells_loss_where_datagrams_are_received() {
        let seen = Seen {
            bytes: 1448 * 95,
            datagrams: 95,
            lost: 5,
            jitter: 0.25,
            retransmits: 0,
        };
        let told = line(Some(5), (0.0, 1.0), &seen, Columns::Loss, "receiver");
        assert!(told.starts_with("[  5]   0.00-1.00   sec"), "{told}");
        assert!(told.contains("0.250 ms  5/100 (5.00%)"), "{told}");
        assert!(told.ends_with("receiver"), "{told}");
    }
}
