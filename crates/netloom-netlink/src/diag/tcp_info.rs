//! How a connection of TCP is doing (`struct tcp_info`).

use crate::{u32_at, u64_at};
use core::time::Duration;
use netloom_model::socket::{TcpInfo, TcpState};

/// What it uses (`TCPI_OPT_*`).
const TIMESTAMPS: u8 = 1;
const SACK: u8 = 2;
const SCALE: u8 = 4;

/// A threshold from here on is none.
const NO_THRESHOLD: u32 = 0xffff;

/// What `info` says of a connection in that state; what an older kernel does not tell is zero.
pub(super) fn decode(info: &[u8], state: TcpState) -> TcpInfo {
    let byte = |at: usize| info.get(at).copied().unwrap_or(0);
    let word = |at: usize| u32_at(info, at).unwrap_or(0);
    let long = |at: usize| u64_at(info, at).unwrap_or(0);
    let micros = |at: usize| Duration::from_micros(word(at).into());
    let (options, scales) = (byte(5), byte(6));
    TcpInfo {
        state,
        send_mss: word(16),
        path_mtu: word(60),
        window_scale: (options & SCALE != 0).then_some((scales & 0xf, scales >> 4)),
        timestamps: options & TIMESTAMPS != 0,
        sack: options & SACK != 0,
        cwnd: word(80),
        ssthresh: Some(word(76)).filter(|threshold| *threshold < NO_THRESHOLD),
        rtt: micros(68),
        rtt_variation: micros(72),
        rto: micros(8),
        retransmits: word(36),
        total_retransmits: word(100).into(),
        bytes_acked: long(120),
        bytes_received: long(128),
        bytes_sent: long(200),
        segments: (word(136).into(), word(140).into()),
        queues: (word(24).saturating_mul(word(16)), 0),
        windows: (word(228), word(232)),
    }
}
