//! What client and server tell each other before and after a test: lines of `KEY=VALUE` words.

use netloom_model::Time;
use netloom_model::socket::{Received, SocketId};
use netloom_model::{Errno, Result, World};
use std::fmt::Write as _;

/// A test as the client wants it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    pub(super) udp: bool,
    /// The server sends.
    pub(super) reverse: bool,
    pub(super) streams: u32,
    pub(super) seconds: f64,
    /// It ends after so many bytes of all streams, and not by time.
    pub(super) bytes: Option<u64>,
    /// Bytes handed over at once; of UDP, of one datagram.
    pub(super) length: u32,
    /// Bits a second of each stream; none: as fast as it goes (UDP: 1 Mbit/s).
    pub(super) rate: Option<u64>,
}

impl Default for Test {
    fn default() -> Test {
        Test {
            udp: false,
            reverse: false,
            streams: 1,
            seconds: 10.0,
            bytes: None,
            length: 131_072,
            rate: None,
        }
    }
}

/// The longest line.
const LINE: usize = 1024;

/// The value of `key` in a line.
pub(super) fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let mut words = line
        .split_whitespace()
        .filter_map(|word| word.split_once('='));
    words
        .find(|(found, _)| *found == key)
        .map(|(_, value)| value)
}

fn number<T: std::str::FromStr>(line: &str, key: &str) -> Option<T> {
    value(line, key)?.parse().ok()
}

impl Test {
    /// As a line.
    pub(super) fn line(&self) -> String {
        let mut line = format!(
            "test udp={} reverse={} streams={} seconds={} length={}",
            self.udp, self.reverse, self.streams, self.seconds, self.length
        );
        if let Some(bytes) = self.bytes {
            let _ = write!(line, " bytes={bytes}");
        }
        if let Some(rate) = self.rate {
            let _ = write!(line, " rate={rate}");
        }
        line + "\n"
    }

    /// From a line; none if it is no such line, or asks for what no client does.
    pub(super) fn read(line: &str) -> Option<Test> {
        let test = Test {
            udp: number(line.strip_prefix("test ")?, "udp")?,
            reverse: number(line, "reverse")?,
            streams: number(line, "streams")?,
            seconds: number(line, "seconds")?,
            bytes: number(line, "bytes"),
            length: number(line, "length")?,
            rate: number(line, "rate"),
        };
        let sane = (1..=128).contains(&test.streams) && (16..=1 << 20).contains(&test.length);
        (sane && test.seconds.is_finite()).then_some(test)
    }

    /// Bits a second that a stream may send.
    pub(super) fn limit(&self) -> Option<u64> {
        let usual = self.udp.then_some(1_000_000);
        self.rate.or(usual).filter(|rate| *rate > 0)
    }
}

/// What a receiver of a stream saw.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) bytes: u64,
    pub(super) datagrams: u64,
    pub(super) lost: u64,
    /// Milliseconds (RFC 3550 section 6.4.1).
    pub(super) jitter: f64,
    /// Segments sent again.
    pub(super) retransmits: u64,
}

impl Seen {
    /// As a line about stream `number`.
    pub(super) fn line(&self, number: usize) -> String {
        format!(
            "stream number={number} bytes={} datagrams={} lost={} jitter={} retransmits={}\n",
            self.bytes, self.datagrams, self.lost, self.jitter, self.retransmits
        )
    }

    /// From a line.
    pub(super) fn read(line: &str) -> Option<Seen> {
        Some(Seen {
            bytes: number(line.strip_prefix("stream ")?, "bytes")?,
            datagrams: number(line, "datagrams")?,
            lost: number(line, "lost")?,
            jitter: number(line, "jitter")?,
            retransmits: number(line, "retransmits")?,
        })
    }
}

/// Lines that come by a connection.
#[derive(Default)]
pub(super) struct Lines(Vec<u8>);

impl Lines {
    /// The next line, waited for until `deadline`; none at the end of the stream.
    pub(super) fn next(
        &mut self,
        world: &mut dyn World,
        socket: SocketId,
        deadline: Time,
    ) -> Result<Option<String>> {
        loop {
            if let Some(at) = self.0.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.0.drain(..=at).collect();
                return Ok(Some(String::from_utf8_lossy(&line[..at]).into_owned()));
            }
            if self.0.len() > LINE {
                return Err(Errno::PROTO.into());
            }
            match world.receive(socket, deadline)? {
                Received::Stream(bytes) if bytes.is_empty() => return Ok(None),
                Received::Stream(bytes) => self.0.extend(bytes),
                Received::Nothing => return Err(Errno::TIMEDOUT.into()),
                Received::Error(error) => return Err(error.errno.into()),
                Received::Datagram(_) => return Err(Errno::PROTO.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_what_its_line_says() {
        let test = Test {
            udp: true,
            bytes: Some(7),
            rate: Some(1_000_000),
            ..Test::default()
        };
        assert_eq!(Test::read(test.line().trim_end()), Some(test));
        assert_eq!(
            Test::read(Test::default().line().trim_end()),
            Some(Test::default())
        );
        assert_eq!(Test::read("GET / HTTP/1.1"), None);
        let many = Test {
            streams: 1000,
            ..Test::default()
        };
        assert_eq!(Test::read(many.line().trim_end()), None);
    }

    #[test]
    fn what_was_seen_is_what_its_line_says() {
        let seen = Seen {
            bytes: 1,
            datagrams: 2,
            lost: 3,
            jitter: 0.5,
            retransmits: 4,
        };
        assert_eq!(Seen::read(seen.line(0).trim_end()), Some(seen));
    }
}
