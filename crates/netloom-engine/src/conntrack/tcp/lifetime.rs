//! How long a connection lives after a segment, and whether it is worth keeping.

use super::super::connection::{Connection, Protocol, event};
use super::super::protocol::{Context, Heard};
use super::Tcp;
use super::state::State;
use crate::sysctl::{ConntrackConf, Ct};
use netloom_model::conntrack::status;

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

impl Tcp {
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

/// Both ends of a connection have done with it, though their numbers cannot be: it lives no longer
/// than one whose data nobody acknowledges.
pub(super) fn shorten(cx: &Context<'_>, connection: &mut Connection) {
    const LONG: u64 = 120;
    let from_now = |seconds| cx.now + core::time::Duration::from_secs(seconds);
    let soon = from_now(cx.conf.get(Ct::TcpUnacknowledged).max(0) as u64);
    if connection.expires >= from_now(LONG) && soon < connection.expires {
        connection.expires = soon;
    }
}

/// A segment was part of the connection: how long it lives, and whether it is worth keeping.
pub(super) fn settle(
    cx: &Context<'_>,
    connection: &mut Connection,
    before: State,
    reset: bool,
) -> Heard {
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
