//! One stream of a test: it sends as fast as it may, or counts what comes.

use super::control::{Seen, Test};
use netloom_model::socket::{Received, SocketId};
use netloom_model::{Errno, Result, Time, World};
use std::time::Duration;

/// Bytes after which a clock that stands is let go on, and by how much: with virtual time a stream
/// goes at 10 Gbit/s, which is the speed that a veth says it has.
const STANDSTILL: u64 = 1_250_000;
const MOMENT: Duration = Duration::from_millis(1);

/// Length of a datagram's own header: its number and when it was sent.
pub(super) const STAMP: usize = 16;

/// A stream, and what went by it.
pub(super) struct Stream {
    pub(super) socket: SocketId,
    /// Bytes sent or received so far.
    pub(super) bytes: u64,
    /// What was seen of datagrams.
    pub(super) seen: Seen,
    /// Number of the next datagram to be sent, or that is expected.
    next: u64,
    /// How long the last datagram was under way, by both clocks.
    transit: Option<f64>,
    /// When it began to send.
    began: Time,
    /// What it had sent when the clock last moved.
    moved: (Time, u64),
}

impl Stream {
    pub(super) fn new(socket: SocketId, now: Time) -> Stream {
        Stream {
            socket,
            bytes: 0,
            seen: Seen::default(),
            next: 0,
            transit: None,
            began: now,
            moved: (now, 0),
        }
    }

    /// When it may send again; the past: now.
    pub(super) fn due(&self, test: &Test) -> Time {
        match test.limit() {
            Some(rate) => {
                let seconds = self.bytes as f64 * 8.0 / rate as f64;
                self.began + Duration::from_secs_f64(seconds.min(1e9))
            }
            None => Time(0),
        }
    }

    /// Sends one block, or as much as is taken, at the moment `now`; whether the socket would take
    /// more.
    pub(super) fn send(
        &mut self,
        world: &mut dyn World,
        test: &Test,
        block: &mut [u8],
        now: Time,
    ) -> Result<bool> {
        if test.udp {
            block[..8].copy_from_slice(&self.next.to_be_bytes());
            block[8..STAMP].copy_from_slice(&now.0.to_be_bytes());
        }
        let sent = match world.send(self.socket, None, block) {
            Ok(sent) => sent,
            Err(error) if error.errno == Errno::AGAIN => return Ok(false),
            // Nobody hears it yet, or the device is full: that datagram is lost.
            Err(error) if test.udp && error.errno != Errno::INTR => block.len(),
            Err(error) => return Err(error),
        };
        self.bytes += sent as u64;
        self.next += 1;
        if now != self.moved.0 {
            self.moved = (now, self.bytes);
        } else if self.bytes - self.moved.1 >= STANDSTILL {
            world.sleep_until(now + MOMENT)?;
        }
        Ok(true)
    }

    /// Takes what has come; `false` at the end of the stream.
    pub(super) fn receive(&mut self, world: &mut dyn World) -> Result<bool> {
        match world.receive(self.socket, Time::AT_ONCE)? {
            Received::Stream(bytes) if bytes.is_empty() => return Ok(false),
            Received::Stream(bytes) => self.bytes += bytes.len() as u64,
            Received::Datagram(datagram) => self.datagram(&datagram.data, datagram.at),
            Received::Nothing | Received::Error(_) => {}
        }
        Ok(true)
    }

    /// Counts a datagram: loss by its number, jitter by RFC 3550.
    fn datagram(&mut self, data: &[u8], at: Time) {
        self.bytes += data.len() as u64;
        self.seen.datagrams += 1;
        let word = |range: std::ops::Range<usize>| {
            let bytes = data.get(range).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u64::from_be_bytes)
        };
        let (Some(number), Some(sent)) = (word(0..8), word(8..STAMP)) else {
            return;
        };
        if number >= self.next {
            self.seen.lost += number - self.next;
            self.next = number + 1;
        } else {
            // Late, and counted as lost before.
            self.seen.lost = self.seen.lost.saturating_sub(1);
        }
        let transit = (at.0 as f64 - sent as f64) / 1e6;
        if let Some(before) = self.transit {
            self.seen.jitter += ((transit - before).abs() - self.seen.jitter) / 16.0;
        }
        self.transit = Some(transit);
    }

    /// What this end saw, as it is told to the other.
    pub(super) fn told(&self, world: &mut dyn World) -> Seen {
        let info = world.tcp_info(self.socket).ok();
        Seen {
            bytes: self.bytes,
            retransmits: info.map_or(0, |info| info.total_retransmits),
            ..self.seen
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_among_datagrams_is_lost_and_what_is_late_is_not() {
        let mut stream = Stream::new(SocketId(0), Time(0));
        let mut came = |number: u64, ms: u64| {
            let data = [number.to_be_bytes(), 0u64.to_be_bytes()].concat();
            stream.datagram(&data, Time(ms * 1_000_000));
            stream.seen
        };
        assert_eq!(came(0, 1).lost, 0);
        assert_eq!(came(3, 1).lost, 2);
        let seen = came(1, 17);
        assert_eq!((seen.lost, seen.datagrams, seen.jitter), (1, 3, 1.0));
    }
}
