//! TCP as who stands between its ends sees it (RFC 9293; windows after Guido van Rooij, "Real
//! Stateful TCP Packet Filtering in IP Filter").
//!
//! `state` says what a segment does to a connection's state, `window` whether it can be part of the
//! connection at all.

mod state;
mod window;

pub(crate) use state::State;

use super::connection::{Connection, Protocol, event};
use super::protocol::{Context, Heard};
use super::table::Direction;
use crate::sysctl::{ConntrackConf, Ct};
use netloom_model::conntrack::status;
use netloom_wire::tcp::Flags;
use state::{Kind, Then};
use window::Window;

/// What is known of a TCP connection.
#[derive(Clone, Debug)]
pub(crate) struct Tcp {
    pub(crate) state: State,
    /// What each end has sent and may send.
    ends: [End; 2],
    last: Last,
    /// How often the same segment came in a row.
    repeated: u8,
}

/// What one end has sent and may send.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    /// The sequence number behind all that it has sent.
    end: u32,
    /// The sequence number behind all that it may send.
    max_end: u32,
    /// The largest window that it told.
    max_window: u32,
    /// The highest acknowledgement that it sent, if it sent one.
    max_ack: Option<u32>,
    /// The scale of its windows.
    scale: u8,
    /// It told a scale.
    scales: bool,
    /// It offered selective acknowledgements.
    sack: bool,
    /// Nothing of it is refused for its numbers.
    liberal: bool,
    /// It closed first.
    closed_first: bool,
    /// It sent data that is not acknowledged.
    unacknowledged: bool,
}

/// What is remembered of segments before this one.
#[derive(Clone, Copy, Debug)]
struct Last {
    /// What the last one was that counted or was let pass, and who sent it.
    kind: Kind,
    direction: Direction,
    /// Of the last acknowledgement that counted, or of the last segment that was let pass.
    seq: u32,
    ack: u32,
    end: u32,
    window: u16,
    /// Of a SYN that was let pass without being believed: what it offered.
    offered: Offer,
    /// That SYN came while the last acknowledgement was awaited: it may be answered by one that
    /// acknowledges nothing of the end (RFC 5961 section 4).
    may_challenge: bool,
    /// Both ends opened at once.
    simultaneous: bool,
}

/// What a SYN offers.
#[derive(Clone, Copy, Debug, Default)]
struct Offer {
    /// The scale of windows, if it told one.
    scale: Option<u8>,
    /// Selective acknowledgements.
    sack: bool,
}

impl Last {
    /// None came yet.
    const NOTHING: Last = Last {
        kind: Kind::None,
        direction: Direction::Original,
        seq: 0,
        ack: 0,
        end: 0,
        window: 0,
        offered: Offer {
            scale: None,
            sack: false,
        },
        may_challenge: false,
        simultaneous: false,
    };
}

/// A segment.
#[derive(Clone, Copy, Debug)]
struct Segment<'a> {
    seq: u32,
    ack: u32,
    window: u16,
    flags: Flags,
    options: &'a [u8],
    /// The sequence number behind it.
    end: u32,
    /// By how much what it acknowledges was shifted.
    shifted: i32,
}

impl<'a> Segment<'a> {
    /// Reads a segment from its header on.
    fn of(upper: &'a [u8]) -> Option<Segment<'a>> {
        let header = netloom_wire::tcp::Packet::new_checked(upper).ok()?;
        let flags = header.flags();
        let takes = |flag| u32::from(flags.contains(flag));
        let length = (upper.len() - header.header_len()) as u32;
        let counts = length + takes(Flags::SYN) + takes(Flags::FIN);
        Some(Segment {
            seq: header.seq(),
            ack: header.ack(),
            window: header.window(),
            flags,
            options: &upper[netloom_wire::tcp::HEADER_LEN..header.header_len()],
            end: header.seq().wrapping_add(counts),
            shifted: 0,
        })
    }
}

/// Whether the bits of a segment can stand together: exactly one of SYN, FIN with ACK, RST, ACK, each
/// with what may be beside it (`tcp_valid_flags`).
fn is_possible(flags: Flags) -> bool {
    let bare = flags.0 & !(Flags::ECE.0 | Flags::CWR.0 | Flags::PSH.0);
    let one = |flags: &[Flags]| flags.iter().fold(0, |all, flag| all | flag.0);
    [
        one(&[Flags::SYN]),
        one(&[Flags::SYN, Flags::URG]),
        one(&[Flags::SYN, Flags::ACK]),
        one(&[Flags::RST]),
        one(&[Flags::RST, Flags::ACK]),
        one(&[Flags::FIN, Flags::ACK]),
        one(&[Flags::FIN, Flags::ACK, Flags::URG]),
        one(&[Flags::ACK]),
        one(&[Flags::ACK, Flags::URG]),
    ]
    .contains(&bare)
}

/// How long a connection lives in a state.
fn timeout(conf: &ConntrackConf, state: State) -> i32 {
    conf.get(match state {
        State::None | State::SynSent | State::SynSent2 => Ct::TcpSynSent,
        State::SynRecv => Ct::TcpSynRecv,
        State::Established => Ct::TcpEstablished,
        State::FinWait => Ct::TcpFinWait,
        State::CloseWait => Ct::TcpCloseWait,
        State::LastAck => Ct::TcpLastAck,
        State::TimeWait => Ct::TcpTimeWait,
        State::Close => Ct::TcpClose,
    })
}

/// A segment of a connection came.
pub(super) fn heard(cx: &Context<'_>, connection: &mut Connection, upper: &[u8]) -> Heard {
    let segment = Segment::of(upper).filter(|segment| is_possible(segment.flags));
    let Some(mut segment) = segment else {
        return Heard::Invalid;
    };
    segment.shifted = connection.offset(cx.direction, segment.ack);
    segment.ack = segment.ack.wrapping_sub(segment.shifted as u32);
    if !connection.is_confirmed() && !matches!(connection.protocol, Protocol::Tcp(_)) {
        match begin(cx.conf, &segment) {
            Some(tcp) => connection.protocol = Protocol::Tcp(tcp),
            None => return Heard::Invalid,
        }
    }
    let Connection {
        protocol: Protocol::Tcp(tcp),
        status: bits,
        ..
    } = connection
    else {
        return Heard::Invalid;
    };
    match tcp.step(cx, *bits, &segment) {
        Step::Heard(heard) => heard,
        Step::Shortens => {
            shorten(cx, connection);
            Heard::Invalid
        }
        // A question that is repeated makes no connection live longer.
        Step::Goes(State::SynSent, _)
            if Kind::of(segment.flags) == Kind::Syn && *bits & status::SEEN_REPLY == 0 =>
        {
            Heard::Ignored
        }
        Step::Goes(before, reset) => settle(cx, connection, before, reset),
    }
}

/// A connection that begins with a segment; none where it cannot (`tcp_new`).
fn begin(conf: &ConntrackConf, segment: &Segment<'_>) -> Option<Tcp> {
    let kind = Kind::of(segment.flags);
    let mut ends = [End::default(); 2];
    match state::next(Direction::Original, kind, State::None) {
        Then::Becomes(State::SynSent) => {
            ends[0].end = segment.end;
            ends[0].max_window = u32::from(segment.window).max(1);
            ends[0].max_end = segment.end;
            ends[0].read_options(segment.options);
        }
        Then::Becomes(_) if conf.on(Ct::TcpLoose) => {
            // In its middle: how its windows are scaled nobody knows any more.
            let window = u32::from(segment.window).max(1);
            ends[0].end = segment.end;
            ends[0].max_window = window;
            ends[0].max_end = segment.end.wrapping_add(window);
            for end in &mut ends {
                (end.sack, end.liberal) = (true, true);
            }
        }
        _ => return None,
    }
    Some(Tcp {
        state: State::None,
        ends,
        last: Last::NOTHING,
        repeated: 0,
    })
}

/// What came of a segment.
enum Step {
    /// That alone.
    Heard(Heard),
    /// It cannot be; but both ends seem to have done with the connection.
    Shortens,
    /// It is part of the connection, which was in this state, and it is a reset or not.
    Goes(State, bool),
}

impl Tcp {
    /// A connection of which nothing is known but its state: its numbers are not judged.
    pub(super) fn told(state: &str) -> Option<Tcp> {
        let end = End {
            sack: true,
            liberal: true,
            ..End::default()
        };
        Some(Tcp {
            state: State::named(state)?,
            ends: [end; 2],
            last: Last::NOTHING,
            repeated: 0,
        })
    }

    /// Whether it is forgotten early though it is assured: it is closing.
    pub(super) const fn may_go_early(&self) -> bool {
        matches!(
            self.state,
            State::FinWait | State::LastAck | State::TimeWait | State::Close | State::CloseWait
        )
    }

    /// Whether it has come to its end, or reopens.
    pub(super) const fn is_over(&self) -> bool {
        matches!(self.state, State::TimeWait | State::Close | State::SynSent2)
    }

    /// Where the SYN that begins it ends, if no more of it came.
    pub(super) fn syn_ends(&self) -> Option<u32> {
        (self.state == State::SynSent).then_some(self.ends[0].end)
    }

    /// Whether all that its first end sent ends before a number.
    pub(super) const fn ends_before(&self, number: u32) -> bool {
        window::before(self.ends[0].end, number)
    }

    /// This host has refused a segment of it in the name of the other end: whether that is news.
    pub(super) fn close(&mut self) -> bool {
        core::mem::replace(&mut self.state, State::Close) != State::Close
    }

    fn step(&mut self, cx: &Context<'_>, status_bits: u32, segment: &Segment<'_>) -> Step {
        let (direction, mut before) = (cx.direction, self.state);
        let kind = Kind::of(segment.flags);
        let mut next = match state::next(direction, kind, before) {
            Then::Invalid => return Step::Heard(Heard::Invalid),
            // Its ends closed it, or one reset it: the same addresses and ports begin anew.
            Then::Becomes(State::SynSent) if before.is_over() => {
                let closed = self.ends.iter().any(|end| end.closed_first);
                let reset = self.last.direction == direction && self.last.kind == Kind::Rst;
                if closed || reset {
                    return Step::Heard(Heard::Anew);
                }
                self.ignore(direction, kind, segment);
                return Step::Heard(Heard::Ignored);
            }
            Then::Ignored if self.answers_ignored(direction, kind, segment) => {
                self.believe_ignored();
                before = State::SynSent;
                State::SynRecv
            }
            Then::Ignored => {
                self.ignore(direction, kind, segment);
                return Step::Heard(Heard::Ignored);
            }
            Then::Becomes(next) => next,
        };
        match next {
            State::TimeWait if self.is_challenge(direction, kind) => {
                self.last.may_challenge = false;
                return Step::Heard(Heard::Ignored);
            }
            State::SynSent2 => self.last.simultaneous = true,
            State::SynRecv
                if (direction, kind) == (Direction::Reply, Kind::Ack) && self.last.simultaneous =>
            {
                next = State::Established;
            }
            State::Close if kind == Kind::Rst => match self.judge_reset(cx, status_bits, segment) {
                Reset::Invalid => return Step::Heard(Heard::Invalid),
                Reset::Believed => {
                    self.move_on(direction, kind, next);
                    return Step::Goes(before, true);
                }
                Reset::Doubtful => next = before,
                Reset::Usual => {}
            },
            _ => {}
        }
        let liberal = cx.conf.on(Ct::TcpBeLiberal);
        let [first, second] = &mut self.ends;
        let (sender, receiver) = match direction {
            Direction::Original => (first, second),
            Direction::Reply => (second, first),
        };
        let place = (self.state, direction);
        match window::fits((sender, receiver), place, segment, liberal) {
            Window::Fits { counts } => {
                if counts && kind == Kind::Ack {
                    self.count_repeats(direction, segment);
                }
            }
            Window::Beyond => return Step::Heard(Heard::Ignored),
            Window::Not => return self.refused(direction, kind, status_bits),
        }
        self.move_on(direction, kind, next);
        if before != next && next == State::FinWait {
            self.ends[direction as usize].closed_first = true;
        }
        Step::Goes(before, kind == Kind::Rst)
    }

    /// Whether a segment is a SYN with ACK that answers a SYN which was not believed.
    fn answers_ignored(&self, direction: Direction, kind: Kind, segment: &Segment<'_>) -> bool {
        kind == Kind::SynAck
            && self.last.kind == Kind::Syn
            && self.last.direction != direction
            && self.last.end == segment.ack
    }

    /// The SYN that was not believed began another connection: its numbers count from now on.
    fn believe_ignored(&mut self) {
        let Last {
            direction,
            end,
            window,
            offered,
            ..
        } = self.last;
        self.last.may_challenge = false;
        self.ends = [End::default(); 2];
        self.ends[direction as usize] = End {
            end,
            max_end: end,
            max_window: u32::from(window).max(1),
            scale: offered.scale.unwrap_or_default(),
            scales: offered.scale.is_some(),
            sack: offered.sack,
            ..End::default()
        };
    }

    /// A segment that may be of another connection of the same ends passes and is remembered.
    fn ignore(&mut self, direction: Direction, kind: Kind, segment: &Segment<'_>) {
        let last = &mut self.last;
        (last.kind, last.direction) = (kind, direction);
        (last.seq, last.end, last.window) = (segment.seq, segment.end, segment.window);
        match (kind, direction) {
            (Kind::Syn, Direction::Original) => {
                let mut end = End::default();
                end.read_options(segment.options);
                last.offered = Offer {
                    scale: end.scales.then_some(end.scale),
                    sack: end.sack,
                };
                last.may_challenge = self.state == State::LastAck;
                last.simultaneous = false;
            }
            (Kind::Ack, Direction::Reply) if self.state == State::SynSent => {
                last.ack = segment.ack;
            }
            _ => {}
        }
    }

    /// Whether an acknowledgement answers a SYN that was let pass, not the end of the connection.
    fn is_challenge(&self, direction: Direction, kind: Kind) -> bool {
        let last = &self.last;
        self.state == State::LastAck
            && kind == Kind::Ack
            && last.direction != direction
            && last.kind == Kind::Syn
            && last.may_challenge
    }

    /// Whether a reset can be what it says it is.
    fn judge_reset(&self, cx: &Context<'_>, status_bits: u32, segment: &Segment<'_>) -> Reset {
        // It is closing: its numbers may be out of date, and are not looked at.
        if self.may_go_early() {
            return Reset::Believed;
        }
        let last = &self.last;
        let replied = status_bits & status::SEEN_REPLY != 0;
        let assured = status_bits & status::ASSURED != 0;
        let established = self.state == State::Established && assured;
        let other = &self.ends[cx.direction.other() as usize];
        let acknowledged = other.max_ack.filter(|_| last.kind != Kind::Syn);
        if let Some(acknowledged) = acknowledged {
            let (seq, own) = (segment.seq, last.direction == cx.direction);
            if seq == 0 && !established {
                return Reset::Usual; // perhaps the answer to a SYN that was let pass
            }
            if window::before(seq, acknowledged) && !cx.conf.on(Ct::TcpIgnoreInvalidRst) {
                return Reset::Invalid;
            }
            let follows = last.kind == Kind::Ack && own && seq == last.end;
            if !established || seq == acknowledged || follows {
                return Reset::Usual;
            }
        }
        let to_syn = replied && last.kind == Kind::Syn;
        let to_ack = !assured && last.kind == Kind::Ack;
        // What was let pass before a connection was there may have been a challenge.
        let challenged = self.state == State::SynSent
            && (last.kind, last.direction) == (Kind::Ack, Direction::Reply)
            && segment.seq == last.ack;
        if (to_syn || to_ack) && segment.ack == last.end || challenged {
            return Reset::Believed;
        }
        match acknowledged {
            // Its number is another than the one that is awaited: the other end will ask (RFC 5961
            // section 3).
            Some(_) => Reset::Doubtful,
            None => Reset::Usual,
        }
    }

    /// A segment's numbers cannot be: what that makes of the connection.
    fn refused(&mut self, direction: Direction, kind: Kind, status_bits: u32) -> Step {
        let ends = matches!(kind, Kind::Rst | Kind::Fin);
        let fixed = status_bits & status::FIXED_TIMEOUT != 0;
        if !ends || fixed || status_bits & status::ASSURED == 0 {
            return Step::Heard(Heard::Invalid);
        }
        let last = &mut self.last;
        if last.direction != direction && matches!(last.kind, Kind::Rst | Kind::Fin) {
            return Step::Shortens;
        }
        (last.kind, last.direction) = (kind, direction);
        Step::Heard(Heard::Invalid)
    }

    /// Counts an acknowledgement that came before as it is.
    fn count_repeats(&mut self, direction: Direction, segment: &Segment<'_>) {
        let last = &mut self.last;
        let told = (
            direction,
            segment.seq,
            segment.ack,
            segment.end,
            segment.window,
        );
        if (last.direction, last.seq, last.ack, last.end, last.window) == told {
            self.repeated = self.repeated.saturating_add(1);
            return;
        }
        (last.direction, last.seq, last.ack, last.end, last.window) = told;
        self.repeated = 0;
    }

    fn move_on(&mut self, direction: Direction, kind: Kind, next: State) {
        (self.last.kind, self.last.direction) = (kind, direction);
        self.state = next;
    }

    /// How long it lives from now on.
    fn lives(&self, conf: &ConntrackConf, reset: bool) -> i32 {
        let usual = timeout(conf, self.state);
        let at_most = |key| conf.get(key).min(usual);
        if i32::from(self.repeated) >= conf.get(Ct::TcpMaxRetrans) {
            at_most(Ct::TcpRetrans)
        } else if reset {
            conf.get(Ct::TcpClose)
        } else if self.last.window == 0 {
            at_most(Ct::TcpRetrans)
        } else if self.ends.iter().any(|end| end.unacknowledged) {
            at_most(Ct::TcpUnacknowledged)
        } else {
            usual
        }
    }
}

/// What a reset is.
enum Reset {
    /// Not of this connection.
    Invalid,
    /// Of it, whatever its numbers.
    Believed,
    /// To be judged by its numbers; the connection stays as it is.
    Doubtful,
    /// To be judged by its numbers.
    Usual,
}

/// Both ends of a connection have done with it, though their numbers cannot be: it lives no longer
/// than one whose data nobody acknowledges.
fn shorten(cx: &Context<'_>, connection: &mut Connection) {
    const LONG: u64 = 120;
    let from_now = |seconds| cx.now + core::time::Duration::from_secs(seconds);
    let soon = from_now(cx.conf.get(Ct::TcpUnacknowledged).max(0) as u64);
    if connection.expires >= from_now(LONG) && soon < connection.expires {
        connection.expires = soon;
    }
}

/// A segment was part of the connection: how long it lives, and whether it is worth keeping.
fn settle(cx: &Context<'_>, connection: &mut Connection, before: State, reset: bool) -> Heard {
    let Protocol::Tcp(tcp) = &connection.protocol else {
        return Heard::Invalid;
    };
    let (next, mut seconds) = (tcp.state, tcp.lives(cx.conf, reset));
    if before != next {
        connection.events |= event::PROTOINFO;
    }
    if !connection.has(status::SEEN_REPLY) {
        // A reset without an answer before it: nothing is left to be remembered.
        if reset {
            return Heard::Ends;
        }
        if next == State::Established {
            seconds = seconds.min(cx.conf.get(Ct::TcpUnacknowledged));
        }
    } else if matches!(before, State::SynRecv | State::Established)
        && next == State::Established
        && connection.set(status::ASSURED)
    {
        connection.events |= event::ASSURED;
    }
    connection.refresh(cx.now, seconds);
    Heard::Passes
}
