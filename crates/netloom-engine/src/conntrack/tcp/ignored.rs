//! Segments that pass without being believed: they may be of another connection of the same ends, of
//! which the next ones tell (RFC 5961 section 4).

use super::super::table::Direction;
use super::segment::Segment;
use super::state::{Kind, State};
use super::{End, Tcp};

/// What is remembered of segments before this one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Last {
    /// What the last one was that counted or was let pass, and who sent it.
    pub(super) kind: Kind,
    pub(super) direction: Direction,
    /// Of the last acknowledgement that counted, or of the last segment that was let pass.
    pub(super) seq: u32,
    pub(super) ack: u32,
    pub(super) end: u32,
    pub(super) window: u16,
    /// Of a SYN that was let pass without being believed: what it offered.
    offered: Offer,
    /// That SYN came while the last acknowledgement was awaited: it may be answered by one that
    /// acknowledges nothing of the end (RFC 5961 section 4).
    pub(super) may_challenge: bool,
    /// Both ends opened at once.
    pub(super) simultaneous: bool,
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
    pub(super) const NOTHING: Last = Last {
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

impl Tcp {
    /// Whether a segment is a SYN with ACK that answers a SYN which was not believed.
    pub(super) fn answers_ignored(
        &self,
        direction: Direction,
        kind: Kind,
        segment: &Segment<'_>,
    ) -> bool {
        kind == Kind::SynAck
            && self.last.kind == Kind::Syn
            && self.last.direction != direction
            && self.last.end == segment.ack
    }

    /// The SYN that was not believed began another connection: its numbers count from now on. Of who
    /// answers it, nothing more is refused for its numbers than before.
    pub(super) fn believe_ignored(&mut self) {
        let Last {
            direction,
            end,
            window,
            offered,
            ..
        } = self.last;
        self.last.may_challenge = false;
        let answers = &mut self.ends[direction.other() as usize];
        *answers = End {
            liberal: answers.liberal,
            ..End::default()
        };
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
    pub(super) fn ignore(&mut self, direction: Direction, kind: Kind, segment: &Segment<'_>) {
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
    pub(super) fn is_challenge(&self, direction: Direction, kind: Kind) -> bool {
        let last = &self.last;
        self.state == State::LastAck
            && kind == Kind::Ack
            && last.direction != direction
            && last.kind == Kind::Syn
            && last.may_challenge
    }
}
