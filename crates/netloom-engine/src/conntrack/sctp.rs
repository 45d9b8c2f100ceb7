//! SCTP between its ends (RFC 9260): what its chunks say of an association.

use super::connection::{Connection, Protocol, event};
use super::protocol::{Context, Heard};
use super::table::Direction;
use crate::sysctl::Ct;
use netloom_model::conntrack::status;

/// CRC-32C (RFC 9260 appendix A), a bit at a time: packets of SCTP are few.
pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0x82f6_3b78;
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 != 0 { POLYNOMIAL } else { 0 };
        }
    }
    !crc
}

/// Where the checksum stands in a packet.
pub(super) const CHECKSUM: core::ops::Range<usize> = 8..12;

/// Whether a packet's checksum is right.
pub(super) fn is_intact(upper: &[u8]) -> bool {
    let Some(told) = upper.get(CHECKSUM) else {
        return true;
    };
    let told = u32::from_le_bytes([told[0], told[1], told[2], told[3]]);
    let mut whole = upper.to_vec();
    whole[CHECKSUM].fill(0);
    crc32c(&whole) == told
}

/// What is known of an association.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sctp {
    pub(crate) state: State,
    /// The tag that each direction's packets carry.
    pub(crate) tags: [u32; 2],
}

/// What both ends have said so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    None,
    Closed,
    CookieWait,
    CookieEchoed,
    Established,
    ShutdownSent,
    ShutdownRecd,
    ShutdownAckSent,
    HeartbeatSent,
}

impl State {
    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            State::None => "NONE",
            State::Closed => "CLOSED",
            State::CookieWait => "COOKIE_WAIT",
            State::CookieEchoed => "COOKIE_ECHOED",
            State::Established => "ESTABLISHED",
            State::ShutdownSent => "SHUTDOWN_SENT",
            State::ShutdownRecd => "SHUTDOWN_RECD",
            State::ShutdownAckSent => "SHUTDOWN_ACK_SENT",
            State::HeartbeatSent => "HEARTBEAT_SENT",
        }
    }

    /// The one of a name.
    pub(super) fn named(name: &str) -> Option<State> {
        use State as S;
        let all = [
            S::None,
            S::Closed,
            S::CookieWait,
            S::CookieEchoed,
            S::Established,
            S::ShutdownSent,
            S::ShutdownRecd,
            S::ShutdownAckSent,
            S::HeartbeatSent,
        ];
        all.into_iter().find(|state| state.name() == name)
    }

    const fn timeout(self) -> Ct {
        match self {
            State::None | State::Closed => Ct::SctpClosed,
            State::CookieWait => Ct::SctpCookieWait,
            State::CookieEchoed => Ct::SctpCookieEchoed,
            State::Established => Ct::SctpEstablished,
            State::ShutdownSent => Ct::SctpShutdownSent,
            State::ShutdownRecd => Ct::SctpShutdownRecd,
            State::ShutdownAckSent => Ct::SctpShutdownAckSent,
            State::HeartbeatSent => Ct::SctpHeartbeatSent,
        }
    }
}

impl Sctp {
    /// An association of which a program tells.
    pub(super) fn told(state: &str, tags: [u32; 2]) -> Option<Sctp> {
        let state = State::named(state)?;
        Some(Sctp { state, tags })
    }

    pub(super) const fn may_go_early(&self) -> bool {
        matches!(
            self.state,
            State::ShutdownSent | State::ShutdownRecd | State::ShutdownAckSent
        )
    }
}

const DATA: u8 = 0;
const INIT: u8 = 1;
const INIT_ACK: u8 = 2;
const HEARTBEAT: u8 = 4;
const HEARTBEAT_ACK: u8 = 5;
const ABORT: u8 = 6;
const SHUTDOWN: u8 = 7;
const SHUTDOWN_ACK: u8 = 8;
const ERROR: u8 = 9;
const COOKIE_ECHO: u8 = 10;
const COOKIE_ACK: u8 = 11;
const SHUTDOWN_COMPLETE: u8 = 14;

/// The state behind a chunk, as Linux 6.18 has it; none where the chunk cannot come.
fn next(direction: Direction, state: State, chunk: u8) -> Option<State> {
    use State as S;
    let reply = direction == Direction::Reply;
    Some(match (chunk, state) {
        (DATA, same) => same,
        (_, S::None) if reply => return None,
        (INIT, S::None | S::ShutdownSent | S::ShutdownRecd | S::HeartbeatSent) if !reply => {
            S::Closed
        }
        (INIT_ACK, S::Closed) if reply => S::CookieWait,
        (ERROR, S::CookieEchoed) if reply => S::Closed,
        (SHUTDOWN, S::Established) => match reply {
            true => S::ShutdownRecd,
            false => S::ShutdownSent,
        },
        (SHUTDOWN_ACK, S::None | S::ShutdownSent | S::ShutdownRecd) => S::ShutdownAckSent,
        (COOKIE_ECHO, S::CookieWait) => S::CookieEchoed,
        (COOKIE_ACK, S::CookieEchoed) => S::Established,
        (HEARTBEAT_ACK, S::HeartbeatSent) if reply => S::Established,
        (HEARTBEAT, S::None) => S::HeartbeatSent,
        (ABORT, _) | (SHUTDOWN_COMPLETE, S::ShutdownAckSent) | (_, S::None) => S::Closed,
        (_, same) => same,
    })
}

/// Whether an association can begin with a chunk, for who sees its first packet.
const fn begins(chunk: u8) -> bool {
    matches!(chunk, INIT | HEARTBEAT | HEARTBEAT_ACK | SHUTDOWN_ACK)
}

/// A packet of an association came.
pub(super) fn heard(cx: &Context<'_>, connection: &mut Connection, upper: &[u8]) -> Heard {
    let (Some(tag), Some(chunks)) = (upper.get(4..8), upper.get(12..)) else {
        return Heard::Invalid;
    };
    let tag = u32::from_be_bytes([tag[0], tag[1], tag[2], tag[3]]);
    let known = match connection.protocol {
        Protocol::Sctp(known) => known,
        _ => Sctp {
            state: State::None,
            tags: [0; 2],
        },
    };
    let mut now = known;
    let (own, other) = (cx.direction as usize, cx.direction.other() as usize);
    let mut rest = chunks;
    let (mut any, mut again) = (false, false);
    while let [kind, _, high, low, ..] = *rest {
        any = true;
        if !connection.is_confirmed() && known.state == State::None && !begins(kind) {
            return Heard::Invalid;
        }
        // What is asked again does not keep it alive.
        again |= kind == INIT && known.state == State::Closed && connection.is_confirmed();
        match kind {
            INIT | INIT_ACK => {
                let Some(first) = rest.get(4..8) else {
                    return Heard::Invalid;
                };
                // Packets to its sender carry this tag from now on.
                now.tags[other] = u32::from_be_bytes([first[0], first[1], first[2], first[3]]);
            }
            // Who is asked whether it is there may not have been heard of yet.
            HEARTBEAT | HEARTBEAT_ACK if now.tags[own] == 0 => now.tags[own] = tag,
            SHUTDOWN_ACK if known.state == State::None => now.tags[other] = tag,
            SHUTDOWN_ACK => {}
            ABORT | SHUTDOWN_COMPLETE if tag == now.tags[other] => {}
            _ if tag != now.tags[own] => return Heard::Invalid,
            _ => {}
        }
        match next(cx.direction, now.state, kind) {
            Some(state) => now.state = state,
            None => return Heard::Invalid,
        }
        let len = usize::from(u16::from_be_bytes([high, low])).next_multiple_of(4);
        match rest.get(len.max(4)..) {
            Some(more) => rest = more,
            None => break,
        }
    }
    if !any || now.state == State::None {
        return Heard::Invalid;
    }
    if known.state != now.state {
        connection.events |= event::PROTOINFO;
    }
    connection.protocol = Protocol::Sctp(now);
    if again && now.state == State::Closed {
        return Heard::Passes;
    }
    connection.refresh(cx.now, cx.conf.get(now.state.timeout()));
    let opens = known.state == State::CookieEchoed || known.state == State::HeartbeatSent;
    if opens
        && now.state == State::Established
        && cx.direction == Direction::Reply
        && connection.set(status::ASSURED)
    {
        connection.events |= event::ASSURED;
    }
    Heard::Passes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_of_iscsi() {
        // RFC 3720 appendix B.4.
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }

    #[test]
    fn an_association_opens_and_closes_by_its_chunks() {
        use Direction::{Original, Reply};
        use State as S;
        let steps = [
            (Original, INIT, S::Closed),
            (Reply, INIT_ACK, S::CookieWait),
            (Original, COOKIE_ECHO, S::CookieEchoed),
            (Reply, COOKIE_ACK, S::Established),
            (Original, DATA, S::Established),
            (Reply, SHUTDOWN, S::ShutdownRecd),
            (Original, SHUTDOWN_ACK, S::ShutdownAckSent),
            (Reply, SHUTDOWN_COMPLETE, S::Closed),
        ];
        let mut state = S::None;
        for (direction, chunk, then) in steps {
            state = next(direction, state, chunk).expect("it can come");
            assert_eq!(state, then);
        }
        assert_eq!(next(Reply, S::None, COOKIE_ACK), None);
    }
}
