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

/// The segment that came last.
#[derive(Clone, Copy, Debug)]
struct Last {
    kind: Kind,
    direction: Direction,
    seq: u32,
    ack: u32,
    end: u32,
    window: u16,
    /// Of a SYN that was let pass without being believed: what it offered.
    offered: Option<End>,
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
        offered: None,
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

    fn step(&mut self, cx: &Context<'_>, status_bits: u32, segment: &Segment<'_>) -> Step {
        let (direction, before) = (cx.direction, self.state);
        let kind = Kind::of(segment.flags);
        let mut then = state::next(direction, kind, before);
        let (own, other) = (direction as usize, direction.other() as usize);
        match then {
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
            Then::Ignored => match self.answers_offered(direction, kind, segment) {
                Some(offered) => {
                    self.ends = [End::default(); 2];
                    self.ends[other] = offered;
                    self.state = State::SynSent;
                    then = Then::Becomes(State::SynRecv);
                }
                None => {
                    self.ignore(direction, kind, segment);
                    return Step::Heard(Heard::Ignored);
                }
            },
            // It is closing: its numbers may be out of date, and are not looked at.
            Then::Becomes(State::Close) if kind == Kind::Rst && self.may_go_early() => {
                self.move_on(direction, kind, State::Close, segment);
                return Step::Goes(before, true);
            }
            Then::Becomes(State::Close) if kind == Kind::Rst => {
                match self.judge_reset(cx, status_bits, segment) {
                    Reset::Invalid => return Step::Heard(Heard::Invalid),
                    Reset::Answers => {
                        self.move_on(direction, kind, State::Close, segment);
                        return Step::Goes(before, true);
                    }
                    Reset::Usual => {}
                }
            }
            Then::Becomes(_) => {}
        }
        let Then::Becomes(next) = then else {
            return Step::Heard(Heard::Invalid);
        };
        let liberal = cx.conf.on(Ct::TcpBeLiberal);
        let [first, second] = &mut self.ends;
        let (sender, receiver) = match direction {
            Direction::Original => (first, second),
            Direction::Reply => (second, first),
        };
        match window::fits(
            (sender, receiver),
            (self.state, direction),
            segment,
            liberal,
        ) {
            Window::Fits => {}
            Window::Beyond => return Step::Heard(Heard::Ignored),
            Window::Not => return Step::Heard(Heard::Invalid),
        }
        self.count_repeats(direction, kind, segment);
        self.move_on(direction, kind, next, segment);
        if before != next && next == State::FinWait {
            self.ends[own].closed_first = true;
        }
        Step::Goes(before, kind == Kind::Rst)
    }

    /// A SYN with ACK that answers a SYN which was not believed: what that one offered.
    fn answers_offered(
        &self,
        direction: Direction,
        kind: Kind,
        segment: &Segment<'_>,
    ) -> Option<End> {
        let answers = kind == Kind::SynAck
            && self.last.kind == Kind::Syn
            && self.last.direction != direction
            && self.last.end == segment.ack;
        self.last.offered.filter(|_| answers)
    }

    /// A segment that may be of another connection of the same ends passes and is remembered.
    fn ignore(&mut self, direction: Direction, kind: Kind, segment: &Segment<'_>) {
        let offered = (kind == Kind::Syn).then(|| {
            let mut end = End {
                end: segment.end,
                max_end: segment.end,
                max_window: u32::from(segment.window).max(1),
                ..End::default()
            };
            end.read_options(segment.options);
            end
        });
        self.last = Last {
            kind,
            direction,
            seq: segment.seq,
            ack: segment.ack,
            end: segment.end,
            window: segment.window,
            offered,
        };
    }

    /// Whether a reset can be what it says it is.
    fn judge_reset(&self, cx: &Context<'_>, status_bits: u32, segment: &Segment<'_>) -> Reset {
        let other = &self.ends[cx.direction.other() as usize];
        if let Some(acknowledged) = other.max_ack
            && window::before(segment.seq, acknowledged)
            && !cx.conf.on(Ct::TcpIgnoreInvalidRst)
        {
            return Reset::Invalid;
        }
        let replied = status_bits & status::SEEN_REPLY != 0;
        let assured = status_bits & status::ASSURED != 0;
        let to_syn = replied && self.last.kind == Kind::Syn;
        let to_ack = !assured && self.last.kind == Kind::Ack;
        if (to_syn || to_ack) && segment.ack == self.last.end {
            return Reset::Answers;
        }
        Reset::Usual
    }

    /// Counts a segment that came before as it is.
    fn count_repeats(&mut self, direction: Direction, kind: Kind, segment: &Segment<'_>) {
        if kind != Kind::Ack {
            return;
        }
        let last = &self.last;
        let same = (last.direction, last.seq, last.ack, last.end, last.window)
            == (
                direction,
                segment.seq,
                segment.ack,
                segment.end,
                segment.window,
            );
        self.repeated = match same {
            true => self.repeated.saturating_add(1),
            false => 0,
        };
    }

    fn move_on(&mut self, direction: Direction, kind: Kind, next: State, segment: &Segment<'_>) {
        self.last = Last {
            kind,
            direction,
            seq: segment.seq,
            ack: segment.ack,
            end: segment.end,
            window: segment.window,
            offered: None,
        };
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
    /// The answer to the segment before it.
    Answers,
    /// To be judged by its numbers.
    Usual,
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
    if !connection.has(status::SEEN_REPLY) && cx.direction == Direction::Original {
        // A reset without an answer before it: nothing is left to be remembered.
        if reset && connection.is_confirmed() {
            return Heard::Ends;
        }
        if next == State::Established {
            seconds = seconds.min(cx.conf.get(Ct::TcpUnacknowledged));
        }
    } else if connection.has(status::SEEN_REPLY)
        && matches!(before, State::SynRecv | State::Established)
        && next == State::Established
        && connection.set(status::ASSURED)
    {
        connection.events |= event::ASSURED;
    } else if !connection.has(status::SEEN_REPLY) && reset {
        return Heard::Ends;
    }
    connection.refresh(cx.now, seconds);
    Heard::Passes
}
