//! Time stamps: the forms of `-t`. The time zone is UTC.

use crate::timestamp::{date, time_of_day};

/// How packets are stamped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TimeStyle {
    /// Time of day.
    #[default]
    Clock,
    /// `-t`: not at all.
    None,
    /// `-tt`: seconds since 1970.
    Seconds,
    /// `-ttt`: since the previous packet.
    SincePrevious,
    /// `-tttt`: date and time.
    Date,
    /// `-ttttt`: since the first packet.
    SinceFirst,
}

impl TimeStyle {
    /// With one more `-t`.
    pub(super) fn next(self) -> Self {
        match self {
            Self::Clock => Self::None,
            Self::None => Self::Seconds,
            Self::Seconds => Self::SincePrevious,
            Self::SincePrevious => Self::Date,
            Self::Date | Self::SinceFirst => Self::SinceFirst,
        }
    }
}

/// Stamps packets, and remembers the one that others are measured from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    style: TimeStyle,
    reference: Option<u64>,
}

impl Clock {
    pub(super) fn new(style: TimeStyle) -> Self {
        Self {
            style,
            reference: None,
        }
    }

    /// The stamp of a packet, with the blank after it; in nanoseconds since 1970.
    pub(super) fn stamp(&mut self, at: u64) -> String {
        let microseconds = at / 1000;
        let (seconds, fraction) = (microseconds / 1_000_000, microseconds % 1_000_000);
        match self.style {
            TimeStyle::None => String::new(),
            TimeStyle::Clock => format!("{}.{fraction:06} ", time_of_day(seconds)),
            TimeStyle::Seconds => format!("{seconds}.{fraction:06} "),
            TimeStyle::Date => {
                let (date, time) = (date(seconds), time_of_day(seconds));
                format!("{date} {time}.{fraction:06} ")
            }
            TimeStyle::SincePrevious | TimeStyle::SinceFirst => {
                let reference = *self.reference.get_or_insert(microseconds);
                if self.style == TimeStyle::SincePrevious {
                    self.reference = Some(microseconds);
                }
                // Packets of several devices may be out of order.
                let sign = if microseconds < reference { "-" } else { " " };
                let delta = microseconds.abs_diff(reference);
                let (seconds, fraction) = (delta / 1_000_000, delta % 1_000_000);
                format!(
                    "{sign}{:02}:{}.{fraction:06} ",
                    seconds / 3600,
                    minutes(seconds)
                )
            }
        }
    }
}

fn minutes(seconds: u64) -> String {
    format!("{:02}:{:02}", seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: u64 = 1_700_000_000_100_123_456;

    fn stamps(count: usize, times: &[u64]) -> Vec<String> {
        let style = (0..count).fold(TimeStyle::Clock, |style, _| style.next());
        let mut clock = Clock::new(style);
        times.iter().map(|&at| clock.stamp(at)).collect()
    }

    #[test]
    fn every_form_is_that_of_tcpdump() {
        assert_eq!(stamps(0, &[AT]), ["22:13:20.100123 "]);
        assert_eq!(stamps(1, &[AT]), [""]);
        assert_eq!(stamps(2, &[AT]), ["1700000000.100123 "]);
        assert_eq!(stamps(4, &[AT]), ["2023-11-14 22:13:20.100123 "]);
    }

    #[test]
    fn differences_count_from_the_previous_or_the_first_packet() {
        let times = [AT, AT + 1_000_000, AT + 3_601_000_000_000];
        let since_previous = [
            " 00:00:00.000000 ",
            " 00:00:00.001000 ",
            " 01:00:00.999000 ",
        ];
        assert_eq!(stamps(3, &times), since_previous);
        let since_first = [
            " 00:00:00.000000 ",
            " 00:00:00.001000 ",
            " 01:00:01.000000 ",
        ];
        assert_eq!(stamps(5, &times), since_first);
    }
}
