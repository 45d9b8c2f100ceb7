//! The states of a TCP connection between its ends.

use super::super::table::Direction;
use netloom_model::conntrack::TCP_STATES;
use netloom_wire::tcp::Flags;

/// What both ends have said so far, the numbers those of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum State {
    None,
    SynSent,
    SynRecv,
    Established,
    FinWait,
    CloseWait,
    LastAck,
    TimeWait,
    Close,
    SynSent2,
}

impl State {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        TCP_STATES[self as usize]
    }

    /// The one of a name.
    pub(crate) fn named(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }

    const ALL: [State; 10] = [
        State::None,
        State::SynSent,
        State::SynRecv,
        State::Established,
        State::FinWait,
        State::CloseWait,
        State::LastAck,
        State::TimeWait,
        State::Close,
        State::SynSent2,
    ];

    /// Whether another connection of the same ends can begin.
    pub(super) const fn is_over(self) -> bool {
        matches!(self, State::TimeWait | State::Close)
    }
}

/// What a segment is, by its flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Syn,
    SynAck,
    Fin,
    Ack,
    Rst,
    None,
}

impl Kind {
    pub(super) fn of(flags: Flags) -> Kind {
        if flags.contains(Flags::RST) {
            Kind::Rst
        } else if flags.contains(Flags::SYN | Flags::ACK) {
            Kind::SynAck
        } else if flags.contains(Flags::SYN) {
            Kind::Syn
        } else if flags.contains(Flags::FIN) {
            Kind::Fin
        } else if flags.contains(Flags::ACK) {
            Kind::Ack
        } else {
            Kind::None
        }
    }
}

/// What a segment does to a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    Becomes(State),
    /// It may belong to a connection that is not known here: it passes and changes nothing.
    Ignored,
    /// It cannot be.
    Invalid,
}

/// What a segment of a direction does to a connection's state.
pub(super) fn next(direction: Direction, kind: Kind, state: State) -> Then {
    use State as S;
    let then = match kind {
        Kind::None => return Then::Invalid,
        Kind::Syn => return syn(direction, state),
        Kind::SynAck => return syn_ack(direction, state),
        Kind::Fin => fin(state),
        Kind::Ack => return ack(direction, state),
        Kind::Rst if state == S::None => None,
        Kind::Rst => Some(S::Close),
    };
    then.map_or(Then::Invalid, Then::Becomes)
}

fn syn(direction: Direction, state: State) -> Then {
    use State as S;
    match (direction, state) {
        // It begins, is sent again, or begins anew behind what is over.
        (Direction::Original, S::None | S::SynSent | S::TimeWait | S::Close) => {
            Then::Becomes(S::SynSent)
        }
        // Both ends open at once.
        (Direction::Original, S::SynSent2) | (Direction::Reply, S::SynSent | S::SynSent2) => {
            Then::Becomes(S::SynSent2)
        }
        // Ends of one that is known may have begun anew; if so, the answer will tell.
        (Direction::Original, _) => Then::Ignored,
        // The other end begins anew.
        (Direction::Reply, S::TimeWait) => Then::Becomes(S::SynSent),
        (Direction::Reply, _) => Then::Invalid,
    }
}

fn syn_ack(direction: Direction, state: State) -> Then {
    use State as S;
    match (direction, state) {
        (Direction::Original, S::SynRecv | S::SynSent2)
        | (Direction::Reply, S::SynSent | S::SynSent2) => Then::Becomes(S::SynRecv),
        (Direction::Original, _) | (Direction::Reply, S::None) => Then::Invalid,
        // Sent again, or the answer to a SYN that was ignored.
        (Direction::Reply, _) => Then::Ignored,
    }
}

const fn fin(state: State) -> Option<State> {
    use State as S;
    match state {
        S::None | S::SynSent | S::SynSent2 => None,
        // The first, or the answer to it has still to come.
        S::SynRecv | S::Established => Some(S::FinWait),
        S::FinWait | S::CloseWait | S::LastAck => Some(S::LastAck),
        over => Some(over),
    }
}

fn ack(direction: Direction, state: State) -> Then {
    use State as S;
    match (direction, state) {
        // A connection that is there already is taken up in its middle.
        (Direction::Original, S::None | S::SynRecv) => Then::Becomes(S::Established),
        (Direction::Original, S::SynSent | S::SynSent2) | (Direction::Reply, S::None) => {
            Then::Invalid
        }
        (Direction::Reply, S::SynSent | S::SynSent2) => Then::Ignored,
        (Direction::Reply, S::SynRecv) => Then::Becomes(S::SynRecv),
        (_, S::FinWait) => Then::Becomes(S::CloseWait),
        (_, S::LastAck) => Then::Becomes(S::TimeWait),
        (_, same) => Then::Becomes(same),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Direction::{Original, Reply};

    /// The states that a connection goes through by these segments.
    fn through(segments: &[(Direction, Kind)]) -> Vec<State> {
        let mut state = State::None;
        let mut all = Vec::new();
        for (direction, kind) in segments {
            match next(*direction, *kind, state) {
                Then::Becomes(then) => state = then,
                other => panic!("{kind:?} in {state:?}: {other:?}"),
            }
            all.push(state);
        }
        all
    }

    #[test]
    fn a_connection_opens_and_closes_by_the_book() {
        let states = through(&[
            (Original, Kind::Syn),
            (Reply, Kind::SynAck),
            (Original, Kind::Ack),
            (Original, Kind::Fin),
            (Reply, Kind::Ack),
            (Reply, Kind::Fin),
            (Original, Kind::Ack),
        ]);
        use State as S;
        let book = [
            S::SynSent,
            S::SynRecv,
            S::Established,
            S::FinWait,
            S::CloseWait,
            S::LastAck,
            S::TimeWait,
        ];
        assert_eq!(states, book);
    }

    #[test]
    fn a_syn_of_the_first_end_is_ignored_while_the_connection_lives() {
        assert_eq!(next(Original, Kind::Syn, State::Established), Then::Ignored);
        assert_eq!(next(Reply, Kind::Syn, State::Established), Then::Invalid);
    }
}
