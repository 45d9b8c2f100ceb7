//! What is told about segments of TCP that were dropped (RFC 9293, RFC 7323).

use netloom_model::NsName;
use netloom_model::journey::DropReason;

/// What may help; none where the reason is not of TCP.
pub(super) fn hint(reason: DropReason, ns: &NsName) -> Option<String> {
    Some(match reason {
        DropReason::TcpSequence => format!(
            "its sequence numbers lie outside the window of {ns}: it came again, or too late, or it \
             belongs to an earlier connection between the same ports"
        ),
        DropReason::TcpPaws => format!(
            "{ns} has seen a newer timestamp on this connection: it was late on its way, or two hosts \
             behind one address use the same port; connections made with net.ipv4.tcp_timestamps=0 \
             carry none"
        ),
        DropReason::TcpAck => format!(
            "{ns} has not sent what it acknowledges: it belongs to another connection between the same \
             ports, or is no segment of its partner"
        ),
        DropReason::TcpNoAck => {
            "every segment of a connection acknowledges something: no TCP sends one that does not"
                .to_owned()
        }
        DropReason::AcceptQueueFull => {
            "the program listens and does not accept: its backlog is full (listen(2))".to_owned()
        }
        DropReason::SynQueueFull => {
            "more connections are half open than the backlog takes: somebody calls and does not go on"
                .to_owned()
        }
        DropReason::TcpNoConnection => {
            "it belongs to no connection here: one that was ended, or that never was".to_owned()
        }
        _ => return None,
    })
}
