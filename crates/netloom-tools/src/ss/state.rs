//! The states of sockets by the names that ss(8) has for them, and sets of them.

use netloom_model::socket::TcpState;

/// Each state: how it is shown, and how filters name it.
const NAMES: [(TcpState, &str, &str); 11] = [
    (TcpState::Established, "ESTAB", "established"),
    (TcpState::SynSent, "SYN-SENT", "syn-sent"),
    (TcpState::SynReceived, "SYN-RECV", "syn-recv"),
    (TcpState::FinWait1, "FIN-WAIT-1", "fin-wait-1"),
    (TcpState::FinWait2, "FIN-WAIT-2", "fin-wait-2"),
    (TcpState::TimeWait, "TIME-WAIT", "time-wait"),
    (TcpState::Closed, "UNCONN", "unconnected"),
    (TcpState::CloseWait, "CLOSE-WAIT", "close-wait"),
    (TcpState::LastAck, "LAST-ACK", "last-ack"),
    (TcpState::Listen, "LISTEN", "listening"),
    (TcpState::Closing, "CLOSING", "closing"),
];

/// How a state is shown.
pub(super) fn shown(state: TcpState) -> &'static str {
    let found = NAMES.iter().find(|(s, ..)| *s == state);
    found.map_or("UNKNOWN", |(_, shown, _)| shown)
}

/// A set of states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct States(u16);

impl States {
    pub(super) const NONE: States = States(0);
    pub(super) const ALL: States = States(0xffe);

    pub(super) const fn of(state: TcpState) -> States {
        States(1 << state as u16)
    }

    pub(super) const fn and(self, other: States) -> States {
        States(self.0 | other.0)
    }

    pub(super) const fn without(self, other: States) -> States {
        States(self.0 & !other.0)
    }

    pub(super) const fn contains(self, state: TcpState) -> bool {
        self.0 & (1 << state as u16) != 0
    }

    pub(super) const fn is_one(self) -> bool {
        self.0.is_power_of_two()
    }

    /// Connections: all but what listens or is closed.
    pub(super) const CONNECTED: States =
        States::ALL.without(States::of(TcpState::Listen).and(States::of(TcpState::Closed)));

    /// What remains of connections or is not made yet.
    const BUCKET: States = States::of(TcpState::SynReceived).and(States::of(TcpState::TimeWait));

    /// The states of connections that are shown where nothing is said.
    pub(super) const BY_DEFAULT: States = States::CONNECTED.without(States::BUCKET);

    /// What waits for others.
    pub(super) const WAITING: States =
        States::of(TcpState::Listen).and(States::of(TcpState::Closed));

    /// The states that a word of a filter means.
    pub(super) fn named(word: &str) -> Option<States> {
        let synchronized = States::CONNECTED.without(States::of(TcpState::SynSent));
        Some(match word.to_lowercase().as_str() {
            "all" => States::ALL,
            "connected" => States::CONNECTED,
            "synchronized" => synchronized,
            "bucket" => States::BUCKET,
            "big" => States::ALL.without(States::BUCKET),
            "listen" => States::of(TcpState::Listen),
            "closed" | "close" => States::of(TcpState::Closed),
            "syn-rcv" => States::of(TcpState::SynReceived),
            "estab" => States::of(TcpState::Established),
            word => {
                let found = NAMES.iter().find(|(.., name)| *name == word);
                States::of(found?.0)
            }
        })
    }
}
