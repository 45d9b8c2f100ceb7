//! A connection: what RFC 9293 section 3.3.1 calls the transmission control block. It does no I/O:
//! segments and moments go in ([`arrives`](Connection::arrives), [`expire`](Connection::expire)),
//! segments come out ([`next_segment`](Connection::next_segment)).

use super::acknowledge::Recovery;
use super::congestion::Congestion;
use super::inbound::Inbound;
use super::options::Options;
use super::probe::TailProbe;
use super::rtt::Rtt;
use super::seq::distance;
use super::tally::Tally;
use super::timers::Timers;
use super::tunables::Tunables;
use core::net::IpAddr;
use core::time::Duration;
use netloom_model::socket::{TcpInfo, TcpState};
use netloom_model::{Errno, Time};
use netloom_wire::tcp::Flags;
use std::collections::VecDeque;

/// An address and a port.
pub(crate) type End = (IpAddr, u16);

/// What setsockopt(2) says about a connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) nodelay: bool,
    pub(crate) cork: bool,
    pub(crate) keepalive: bool,
    /// Seconds of silence, seconds between probes, probes; 0: as the namespace says.
    pub(crate) keepalive_times: (u32, u32, u32),
    /// Closing resets the connection (`SO_LINGER` with 0 seconds).
    pub(crate) abort_on_close: bool,
    /// The longest segment (`TCP_MAXSEG`).
    pub(crate) max_segment: Option<u16>,
    pub(crate) syn_retries: Option<u8>,
    pub(crate) user_timeout: Duration,
    /// Buffers of fixed size (`SO_SNDBUF`, `SO_RCVBUF`).
    pub(crate) send_buffer: Option<u32>,
    pub(crate) receive_buffer: Option<u32>,
}

/// A segment that arrived, its options read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Segment<'a> {
    pub(crate) seq: u32,
    pub(crate) ack: u32,
    pub(crate) flags: Flags,
    pub(crate) window: u16,
    pub(crate) options: Options,
    pub(crate) payload: &'a [u8],
}

impl Segment<'_> {
    pub(super) fn has(&self, flag: Flags) -> bool {
        self.flags.contains(flag)
    }

    /// The sequence number behind it; SYN and FIN count.
    pub(super) fn end(&self) -> u32 {
        let flags = u32::from(self.has(Flags::SYN)) + u32::from(self.has(Flags::FIN));
        self.seq.wrapping_add(self.payload.len() as u32 + flags)
    }
}

/// What segments were counted for, beside being segments.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) segments_in: u64,
    pub(crate) segments_out: u64,
    pub(crate) retransmitted: u64,
    pub(crate) bytes_sent: u64,
    pub(crate) bytes_acked: u64,
    pub(crate) bytes_received: u64,
}

/// A connection.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) state: TcpState,
    pub(crate) local: End,
    pub(crate) remote: End,
    pub(crate) wishes: Wishes,
    /// The error that the next call is told.
    pub(crate) error: Option<Errno>,
    /// An error that ICMP told of and that did not end it: the reason if it ends for want of answers.
    pub(super) soft_error: Option<Errno>,

    // What both sides agreed on.
    /// What the other side takes in one segment, options included.
    pub(super) peer_mss: u32,
    /// Bytes of data in a segment as things are.
    pub(super) mss: u32,
    pub(super) path_mtu: u32,
    /// Shifts of the windows, theirs and ours.
    pub(super) scale: Option<(u8, u8)>,
    pub(super) timestamps: bool,
    pub(super) sack: bool,
    /// What is added to the clock in timestamps.
    pub(super) clock_offset: u32,
    /// The other side's clock, as it is given back.
    pub(super) ts_recent: u32,
    pub(super) ts_recent_at: Time,

    // Sending.
    pub(super) iss: u32,
    pub(super) snd_una: u32,
    pub(super) snd_nxt: u32,
    pub(super) snd_wnd: u32,
    pub(super) snd_wl1: u32,
    pub(super) max_window: u32,
    /// What is not acknowledged, from `out_seq` on.
    pub(super) out: VecDeque<u8>,
    pub(super) out_seq: u32,
    pub(super) out_limit: usize,
    /// The program sends no more: a FIN follows the last byte.
    pub(super) shut_write: bool,
    /// Where the last segment that was not full ended (RFC 896 as Minshall has it).
    pub(super) small_end: u32,
    pub(super) last_sent: Time,
    pub(super) resend_syn: bool,
    pub(super) window_is_why: bool,
    /// The most that was on the way since the last acknowledgement.
    pub(super) flight: u32,
    pub(super) recovery: Recovery,
    pub(super) congestion: Congestion,
    pub(super) rtt: Rtt,
    /// A sequence number and when it was sent for the first time.
    pub(super) timed: Option<(u32, Time)>,

    // Receiving.
    pub(super) irs: u32,
    pub(super) rcv_nxt: u32,
    pub(super) rcv_wup: u32,
    pub(super) rcv_wnd: u32,
    pub(super) inbound: Inbound,
    pub(super) shut_read: bool,

    // Acknowledging.
    pub(super) ack_now: bool,
    pub(super) quick_acks: u8,
    pub(super) interactive: bool,
    pub(super) last_received: Time,
    pub(super) last_challenge: Option<Time>,

    pub(super) timers: Timers,
    /// A segment that asks for an acknowledgement and carries nothing.
    pub(super) probe_now: bool,
    /// It ended by a reset that is still to be sent.
    pub(super) reset_now: bool,
    pub(crate) counts: Counts,
    pub(super) tally: Tally,
    pub(super) tail_probe: TailProbe,
}

/// How the initial values of a connection are chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beginning {
    pub(crate) local: End,
    pub(crate) remote: End,
    pub(crate) iss: u32,
    pub(crate) clock_offset: u32,
    pub(crate) mtu: u32,
    pub(crate) wishes: Wishes,
}

impl Connection {
    /// A connection that is about to begin; nothing was sent.
    pub(super) fn new(begin: &Beginning, t: &Tunables) -> Connection {
        let mut connection = Connection {
            state: TcpState::Closed,
            local: begin.local,
            remote: begin.remote,
            wishes: begin.wishes,
            error: None,
            soft_error: None,
            peer_mss: 536,
            mss: 536,
            path_mtu: begin.mtu,
            scale: None,
            timestamps: t.timestamps,
            sack: t.sack,
            clock_offset: begin.clock_offset,
            ts_recent: 0,
            ts_recent_at: Time::ZERO,
            iss: begin.iss,
            snd_una: begin.iss,
            snd_nxt: begin.iss,
            snd_wnd: 0,
            snd_wl1: 0,
            max_window: 0,
            out: VecDeque::new(),
            out_seq: begin.iss.wrapping_add(1),
            out_limit: 0,
            shut_write: false,
            small_end: begin.iss,
            last_sent: t.now,
            resend_syn: false,
            window_is_why: false,
            flight: 0,
            recovery: Recovery::new(begin.iss),
            congestion: Congestion::default(),
            rtt: Rtt::default(),
            timed: None,
            irs: 0,
            rcv_nxt: 0,
            rcv_wup: 0,
            rcv_wnd: 0,
            inbound: Inbound::default(),
            shut_read: false,
            ack_now: false,
            quick_acks: 0,
            interactive: false,
            last_received: t.now,
            last_challenge: None,
            timers: Timers::default(),
            probe_now: false,
            reset_now: false,
            counts: Counts::default(),
            tally: Tally::default(),
            tail_probe: TailProbe::default(),
        };
        connection.out_limit = connection.send_limit(t);
        connection
    }

    /// Begins to connect.
    pub(super) fn connect(begin: &Beginning, t: &Tunables) -> Connection {
        let mut connection = Connection::new(begin, t);
        connection.state = TcpState::SynSent;
        connection.peer_mss = connection.own_mss();
        connection.open_window(connection.own_mss(), t);
        connection.resend_syn = true;
        connection
    }

    /// Answers a SYN.
    pub(super) fn accept(begin: &Beginning, syn: &Segment<'_>, t: &Tunables) -> Connection {
        let mut connection = Connection::new(begin, t);
        connection.state = TcpState::SynReceived;
        connection.agree(syn, t);
        let mss = connection.own_mss() - connection.option_space();
        connection.open_window(mss, t);
        connection.resend_syn = true;
        connection
    }

    /// Takes in what the other side's SYN says.
    pub(super) fn agree(&mut self, syn: &Segment<'_>, t: &Tunables) {
        self.irs = syn.seq;
        self.rcv_nxt = syn.seq.wrapping_add(1);
        self.rcv_wup = self.rcv_nxt;
        self.snd_wl1 = syn.seq;
        self.snd_wnd = syn.window.into();
        self.max_window = self.snd_wnd;
        let options = &syn.options;
        self.peer_mss =
            u32::from(options.mss.unwrap_or(if self.is_v6() { 1220 } else { 536 })).max(48);
        self.sack = t.sack && options.sack_permitted;
        self.scale = options
            .window_scale
            .filter(|_| t.window_scaling)
            .map(|theirs| (theirs, t.own_scale));
        match options.timestamps.filter(|_| t.timestamps) {
            Some((value, _)) => self.remember_clock(value, t.now),
            None => self.timestamps = false,
        }
        self.use_mtu(self.path_mtu);
    }

    pub(super) fn remember_clock(&mut self, value: u32, now: Time) {
        self.ts_recent = value;
        self.ts_recent_at = now;
    }

    pub(super) fn is_v6(&self) -> bool {
        self.local.0.is_ipv6()
    }

    /// IP and TCP headers without options.
    pub(super) fn headers(&self) -> u32 {
        if self.is_v6() { 60 } else { 40 }
    }

    /// What this side takes in one segment, options included: what its SYN says.
    pub(super) fn own_mss(&self) -> u32 {
        let fits = self
            .path_mtu
            .saturating_sub(self.headers())
            .clamp(88, 65_495);
        match self.wishes.max_segment {
            Some(most) => fits.min(u32::from(most)),
            None => fits,
        }
    }

    /// What the options of every segment take.
    pub(super) const fn option_space(&self) -> u32 {
        if self.timestamps { 12 } else { 0 }
    }

    /// The path takes packets of `mtu`.
    pub(super) fn use_mtu(&mut self, mtu: u32) {
        self.path_mtu = mtu;
        self.mss = self
            .own_mss()
            .min(self.peer_mss)
            .saturating_sub(self.option_space())
            .max(36);
    }

    /// Bytes that the program may have in the send queue: twice what may be on the way.
    pub(super) fn send_limit(&self, t: &Tunables) -> usize {
        let (least, first, most) = t.wmem;
        if let Some(fixed) = self.wishes.send_buffer {
            return (fixed as usize).max(least);
        }
        let wanted = 2 * self.congestion.window as usize * self.mss as usize;
        if t.pressure {
            first
        } else {
            wanted.clamp(first, most.max(first))
        }
    }

    /// Bytes on the way, by sequence numbers.
    pub(super) fn in_flight(&self) -> u32 {
        distance(self.snd_una, self.snd_nxt)
    }

    /// The sequence number of the FIN, once the program sends no more.
    pub(super) fn fin_seq(&self) -> Option<u32> {
        let end = self.out_seq.wrapping_add(self.out.len() as u32);
        self.shut_write.then_some(end)
    }

    /// Whether data can be exchanged in both directions that are still open.
    pub(super) const fn is_synchronized(&self) -> bool {
        !matches!(
            self.state,
            TcpState::Closed | TcpState::Listen | TcpState::SynSent | TcpState::SynReceived
        )
    }

    /// It is over, with an error for the program.
    pub(super) fn fail(&mut self, errno: Errno) {
        self.error = Some(errno);
        self.end();
    }

    /// It is over.
    pub(super) fn end(&mut self) {
        self.state = TcpState::Closed;
        self.timers = Timers::default();
        self.out.clear();
        self.recovery.clear(self.snd_una);
        self.ack_now = false;
        self.probe_now = false;
        self.resend_syn = false;
        self.shut_write = true;
        self.shut_read = true;
        self.inbound.forget_out_of_order();
    }

    /// Ends it by a reset.
    pub(super) fn abort(&mut self) {
        let tell = self.is_synchronized() || self.state == TcpState::SynReceived;
        self.end();
        self.reset_now = tell;
    }

    /// Bytes of memory that its queues hold.
    pub(crate) fn held(&self) -> usize {
        self.out.len() + self.inbound.held()
    }

    /// Bytes to be read, and bytes not yet acknowledged: the queues that ss(8) shows.
    pub(crate) fn queues(&self) -> (u32, u32) {
        let fin = u32::from(self.fin_seq().is_some() && self.state != TcpState::Closed);
        let acked = self
            .fin_seq()
            .is_some_and(|seq| self.snd_una == seq.wrapping_add(1));
        let unsent = self.out.len() as u32 + if acked { 0 } else { fin };
        (self.inbound.readable() as u32, unsent)
    }

    /// Until when the timer of the connection runs, and what it is for, as ss(8) names it.
    pub(crate) fn timer(&self) -> Option<(&'static str, Time)> {
        self.timers.shown()
    }

    /// How often the segment under way was sent again.
    pub(crate) fn retransmits(&self) -> u32 {
        self.recovery.retransmits
    }

    /// `TCP_INFO`.
    pub(crate) fn info(&self) -> TcpInfo {
        let (rtt, rtt_variation) = self.rtt.known();
        let (receive, send) = self.queues();
        TcpInfo {
            state: self.state,
            send_mss: self.mss,
            path_mtu: self.path_mtu,
            window_scale: self.scale,
            timestamps: self.timestamps,
            sack: self.sack,
            cwnd: self.congestion.window,
            ssthresh: self.congestion.threshold,
            rtt,
            rtt_variation,
            rto: self.rtt.timeout(self.recovery.retransmits),
            retransmits: self.recovery.retransmits,
            total_retransmits: self.counts.retransmitted,
            bytes_acked: self.counts.bytes_acked,
            bytes_received: self.counts.bytes_received,
            bytes_sent: self.counts.bytes_sent,
            segments: (self.counts.segments_out, self.counts.segments_in),
            queues: (send, receive),
            windows: (self.snd_wnd, self.rcv_wnd),
        }
    }
}

impl Connection {
    /// Something that differs from connection to connection.
    pub(super) const fn ident_seed(&self) -> u32 {
        self.iss
    }
}
