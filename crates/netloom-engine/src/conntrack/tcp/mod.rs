//! TCP as who stands between its ends sees it (RFC 9293; windows after Guido van Rooij, "Real
//! Stateful TCP Packet Filtering in IP Filter").
//!
//! `state` says what a segment does to a connection's state, `window` whether it can be part of the
//! connection at all, `reset` the same of resets; `ignored` keeps what may be of another connection,
//! `lifetime` says how long it is remembered.

mod ignored;
mod lifetime;
mod reset;
mod segment;
mod state;
mod window;

pub(crate) use state::State;

use super::connection::{Connection, Protocol};
use super::protocol::{Context, Heard};
use super::table::Direction;
use crate::sysctl::{ConntrackConf, Ct};
use ignored::Last;
use lifetime::{settle, shorten};
use netloom_model::conntrack::status;
use reset::Reset;
use segment::{Segment, is_possible};
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

    /// The greatest window that its first end told.
    pub(super) const fn first_window(&self) -> u32 {
        self.ends[0].max_window
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
}
