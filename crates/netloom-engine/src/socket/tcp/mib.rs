//! What a namespace counts of its connections (RFC 4022).

use super::connection::Connection;
use super::transmit::Out;
use crate::mib::Mib;
use netloom_model::counters::Counter;
use netloom_model::socket::TcpState;
use netloom_wire::tcp::Flags;

/// Counts a segment that is sent; one that stands for several counts as those. `again`: it was sent
/// before.
pub(super) fn sent(mib: &mut Mib, out: &Out, again: bool) {
    let segments = out.len.div_ceil(out.mss.max(1) as usize).max(1);
    mib.add(
        if again {
            Counter::TcpRetransSegs
        } else {
            Counter::TcpOutSegs
        },
        segments,
    );
    if out.flags.contains(Flags::RST) {
        mib.count(Counter::TcpOutRsts);
    }
}

/// What counts what became of a connection that was in state `before`: made for a listener, failed
/// before it was made, or ended at once.
pub(super) fn became(before: TcpState, connection: &Connection) -> Option<Counter> {
    match (before, connection.state) {
        (TcpState::SynReceived | TcpState::SynSent, TcpState::Closed) => {
            Some(Counter::TcpAttemptFails)
        }
        (TcpState::SynReceived, _) if connection.is_synchronized() => {
            Some(Counter::TcpPassiveOpens)
        }
        (TcpState::Established | TcpState::CloseWait, TcpState::Closed) => {
            Some(Counter::TcpEstabResets)
        }
        _ => None,
    }
}
