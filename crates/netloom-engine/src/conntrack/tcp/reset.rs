//! Whether a reset is of its connection (RFC 5961 section 3).

use super::super::protocol::Context;
use super::super::table::Direction;
use super::segment::Segment;
use super::state::{Kind, State};
use super::{Tcp, window};
use crate::sysctl::Ct;
use netloom_model::conntrack::status;

/// What a reset is.
pub(super) enum Reset {
    /// Not of this connection.
    Invalid,
    /// Of it, whatever its numbers.
    Believed,
    /// To be judged by its numbers; the connection stays as it is.
    Doubtful,
    /// To be judged by its numbers.
    Usual,
}

impl Tcp {
    /// Whether a reset can be what it says it is.
    pub(super) fn judge_reset(
        &self,
        cx: &Context<'_>,
        status_bits: u32,
        segment: &Segment<'_>,
    ) -> Reset {
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
}
