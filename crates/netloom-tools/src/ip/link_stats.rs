//! Statistics of a link, as `ip -s` prints them.

use super::Options;
use super::print::Record;
use netloom_model::Link;

/// How numbers are written: as they are, or shortened (`-h`, `-iec`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Numbers {
    /// Every digit.
    Plain,
    /// Three digits and a power of 1000: `61.7k`.
    Human,
    /// Three digits and a power of 1024: `60.2ki`.
    Iec,
}

impl Numbers {
    fn of(options: &Options) -> Numbers {
        match (options.human, options.iec) {
            (false, _) => Numbers::Plain,
            (true, false) => Numbers::Human,
            (true, true) => Numbers::Iec,
        }
    }

    fn write(self, value: u64) -> String {
        let (base, suffix) = match self {
            Numbers::Plain => return value.to_string(),
            Numbers::Human => (1000, ""),
            Numbers::Iec => (1024, "i"),
        };
        let (mut unit, mut prefix) = (1, None);
        for letter in ['k', 'M', 'G', 'T', 'P', 'E'] {
            if value / base < unit {
                break;
            }
            (unit, prefix) = (unit * base, Some(letter));
        }
        let Some(prefix) = prefix else {
            return value.to_string();
        };
        let places = match value / unit {
            0..=9 => 2,
            10..=99 => 1,
            _ => 0,
        };
        let number = value as f64 / unit as f64;
        format!("{number:.places$}{prefix}{suffix}")
    }
}

/// A table of two directions, whose columns both share.
struct Table {
    widths: [usize; 6],
    numbers: Numbers,
}

impl Table {
    /// Columns as wide as their widest number, at least as their names.
    fn new(numbers: Numbers, directions: [(&[&str; 6], &[u64; 6]); 2]) -> Table {
        let mut widths = [6, 0, 0, 0, 0, 0];
        for (names, values) in directions {
            for (at, width) in widths.iter_mut().enumerate() {
                let number = values[at].to_string();
                *width = (*width).max(names[at].len()).max(number.len());
            }
        }
        Table { widths, numbers }
    }

    /// The names of a direction, and its numbers below.
    fn rows(&self, lead: &str, names: &[&str; 6], values: &[u64; 6]) -> String {
        let row = |cells: [String; 6]| {
            let cells = cells.iter().zip(self.widths);
            let cells: Vec<_> = cells
                .map(|(cell, width)| format!("{cell:>width$}"))
                .collect();
            cells.join(" ")
        };
        let (names, pad) = (row(names.map(str::to_owned)), " ".repeat(lead.len()));
        let values = row(values.map(|value| self.numbers.write(value)));
        format!("\n{lead} {names}           \n{pad} {values} ")
    }

    /// The errors of a direction one by one, under the columns behind the first.
    fn errors(&self, lead: &str, names: [&str; 5], values: [u64; 5]) -> String {
        let (mut head, mut body) = (String::new(), String::new());
        for (at, (name, value)) in names.iter().zip(values).enumerate() {
            let width = self.widths[at + 1].max(name.len());
            let value = self.numbers.write(value);
            head.push_str(&format!(" {name:>width$}"));
            body.push_str(&format!(" {value:>width$}"));
        }
        let pad = " ".repeat(lead.len());
        format!("\n{lead}{head}\n{pad}{body} ")
    }
}

/// Adds a link's statistics, text and JSON.
pub(super) fn statistics(record: &mut Record, options: &Options, link: &Link) {
    let stats = &link.stats;
    json_statistics(record, options, link);
    let rx = [
        stats.rx_bytes,
        stats.rx_packets,
        stats.rx_errors,
        stats.rx_dropped,
        stats.rx_missed_errors,
        stats.multicast,
    ];
    let tx = [
        stats.tx_bytes,
        stats.tx_packets,
        stats.tx_errors,
        stats.tx_dropped,
        stats.tx_carrier_errors,
        stats.collisions,
    ];
    let rx_names = ["bytes", "packets", "errors", "dropped", "missed", "mcast"];
    let tx_names = [
        "bytes", "packets", "errors", "dropped", "carrier", "collsns",
    ];
    let table = Table::new(Numbers::of(options), [(&rx_names, &rx), (&tx_names, &tx)]);
    let more = options.statistics > 1;
    record.text(table.rows("    RX:", &rx_names, &rx));
    if more {
        let names = ["length", "crc", "frame", "fifo", "overrun"];
        let values = [
            stats.rx_length_errors,
            stats.rx_crc_errors,
            stats.rx_frame_errors,
            stats.rx_fifo_errors,
            stats.rx_over_errors,
        ];
        record.text(table.errors("    RX errors:", names, values));
    }
    record.text(table.rows("    TX:", &tx_names, &tx));
    if more {
        let names = ["aborted", "fifo", "window", "heartbt", "transns"];
        let values = [
            stats.tx_aborted_errors,
            stats.tx_fifo_errors,
            stats.tx_window_errors,
            stats.tx_heartbeat_errors,
            u64::from(link.carrier_changes),
        ];
        record.text(table.errors("    TX errors:", names, values));
    }
}

fn json_statistics(record: &mut Record, options: &Options, link: &Link) {
    let stats = &link.stats;
    let more = options.statistics > 1;
    record.open_object("stats64");
    record.open_object("rx");
    let rx = [
        ("bytes", stats.rx_bytes),
        ("packets", stats.rx_packets),
        ("errors", stats.rx_errors),
        ("dropped", stats.rx_dropped),
        ("over_errors", stats.rx_over_errors),
        ("multicast", stats.multicast),
        ("length_errors", stats.rx_length_errors),
        ("crc_errors", stats.rx_crc_errors),
        ("frame_errors", stats.rx_frame_errors),
        ("fifo_errors", stats.rx_fifo_errors),
        ("missed_errors", stats.rx_missed_errors),
    ];
    for (key, value) in rx.iter().take(if more { 11 } else { 6 }) {
        record.json(key, *value);
    }
    record.close();
    record.open_object("tx");
    let tx = [
        ("bytes", stats.tx_bytes),
        ("packets", stats.tx_packets),
        ("errors", stats.tx_errors),
        ("dropped", stats.tx_dropped),
        ("carrier_errors", stats.tx_carrier_errors),
        ("collisions", stats.collisions),
        ("aborted_errors", stats.tx_aborted_errors),
        ("fifo_errors", stats.tx_fifo_errors),
        ("window_errors", stats.tx_window_errors),
        ("heartbeat_errors", stats.tx_heartbeat_errors),
        ("carrier_changes", u64::from(link.carrier_changes)),
    ];
    for (key, value) in tx.iter().take(if more { 11 } else { 6 }) {
        record.json(key, *value);
    }
    record.close();
    record.close();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortened_numbers_have_three_digits_and_their_unit() {
        let human = |value| Numbers::Human.write(value);
        assert_eq!(
            [0, 999, 1000, 2126].map(human),
            ["0", "999", "1.00k", "2.13k"]
        );
        assert_eq!(
            [61_680, 616_800, 5_000_000_000].map(human),
            ["61.7k", "617k", "5.00G"]
        );
        assert_eq!(Numbers::Iec.write(61_680), "60.2ki");
        assert_eq!(Numbers::Iec.write(1023), "1023");
        assert_eq!(Numbers::Plain.write(61_680), "61680");
        human(u64::MAX);
    }
}
