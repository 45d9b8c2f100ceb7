//! What a connection has done that Linux counts (`TcpExt` of netstat(8)), until its namespace counts
//! it. A connection knows no namespace: what it does is written down here and collected afterwards.

use super::connection::Connection;
use super::transmit::Out;
use netloom_model::counters::Counter;
use netloom_wire::tcp::Flags;

/// Counters, and how much each is to be raised by.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    counts: Vec<(Counter, u32)>,
    /// Segments of data and FINs on the way for the first time.
    unacknowledged: u32,
    /// It is counted among those in TIME-WAIT, as half-closed connections without a program are.
    pub(super) waits: bool,
}

impl Tally {
    /// Counts one.
    pub(super) fn one(&mut self, counter: Counter) {
        self.add(counter, 1);
    }

    /// Counts some.
    pub(super) fn add(&mut self, counter: Counter, count: u32) {
        if count == 0 {
            return;
        }
        match self.counts.iter_mut().find(|(known, _)| *known == counter) {
            Some((_, total)) => *total += count,
            None => self.counts.push((counter, count)),
        }
    }

    /// Whether a single segment is on the way.
    pub(super) const fn alone(&self) -> bool {
        self.unacknowledged <= 1
    }

    /// What was counted since the last time. The room for it is kept.
    pub(super) fn collect(&mut self) -> impl Iterator<Item = (Counter, u32)> + '_ {
        self.counts.drain(..)
    }

    /// New data, or a FIN, goes out in segments of at most `out.mss`.
    pub(super) fn sent(&mut self, out: &Out) {
        let segments = (out.len as u32).div_ceil(out.mss.max(1)).max(1);
        self.unacknowledged += segments;
        self.add(Counter::TcpExtTCPOrigDataSent, segments);
    }

    /// So many bytes were acknowledged in segments of `mss`; `all`: all that was sent.
    pub(super) fn delivered(&mut self, bytes: u32, mss: u32, all: bool) {
        let segments = if all {
            self.unacknowledged
        } else {
            bytes.div_ceil(mss.max(1)).min(self.unacknowledged)
        };
        self.unacknowledged -= segments;
        self.add(Counter::TcpExtTCPDelivered, segments);
    }
}

impl Connection {
    /// Counts a segment that was sent again: a SYN, or one of data, but for the first after a
    /// timeout, which counts as the timeout.
    pub(super) fn tally_again(&mut self, out: &Out, first_of_loss: bool) {
        use super::acknowledge::Mode;
        let segments = (out.len as u32).div_ceil(out.mss.max(1)).max(1);
        if out.flags.contains(Flags::SYN) {
            self.tally.one(Counter::TcpExtTCPSynRetrans);
        } else if self.recovery.mode == Mode::Fast {
            self.tally.add(Counter::TcpExtTCPFastRetrans, segments);
        } else if !first_of_loss {
            self.tally.add(Counter::TcpExtTCPSlowStartRetrans, segments);
        }
    }

    /// Counts a timeout: nothing was acknowledged in time.
    pub(super) fn tally_timeout(&mut self) {
        self.tally.one(Counter::TcpExtTCPTimeouts);
        self.tally.one(Counter::TcpExtTcpTimeoutRehash);
        if self.recovery.retransmits > 0 {
            // What was sent again is lost again.
            self.tally.one(Counter::TcpExtTCPLostRetransmit);
        }
    }
}
