//! The settings that decide about connections, as a connection is given them.

use super::rtt;
use crate::sysctl::{Global, Ipv4Global};
use core::time::Duration;
use netloom_model::Time;

/// The settings of a namespace, and the moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tunables {
    pub(crate) now: Time,
    /// The queues of all connections together hold more than they should (`tcp_mem`).
    pub(crate) pressure: bool,
    pub(super) syn_retries: u32,
    pub(super) syn_linear: u32,
    pub(super) synack_retries: u32,
    pub(super) retries: u32,
    pub(super) orphan_retries: u32,
    pub(super) fin_timeout: Duration,
    pub(super) keepalive: (u32, u32, u32),
    pub(super) restart_after_idle: bool,
    pub(super) window_scaling: bool,
    pub(super) timestamps: bool,
    pub(super) sack: bool,
    /// Whether what came twice is told (`tcp_dsack`), and tails are probed (`tcp_early_retrans`).
    pub(super) tells_twice: bool,
    pub(super) tail_probes: bool,
    pub(super) invalid_rate: Duration,
    pub(super) moderate: bool,
    /// Least, first and greatest size of a receive queue in bytes, and of a send queue.
    pub(super) rmem: (usize, usize, usize),
    pub(super) wmem: (usize, usize, usize),
    /// The shift of this side's windows.
    pub(super) own_scale: u8,
}

impl Tunables {
    /// What `settings` say at `now`.
    pub(crate) fn new(settings: &Ipv4Global, now: Time, pressure: bool) -> Tunables {
        let number = |key| settings.get(key).max(0) as u32;
        let size = |key| number(key) as usize;
        let most = number(Global::TcpRmemMax).max(212_992);
        Tunables {
            now,
            pressure,
            syn_retries: number(Global::TcpSynRetries),
            syn_linear: number(Global::TcpSynLinearTimeouts),
            synack_retries: number(Global::TcpSynackRetries),
            retries: number(Global::TcpRetries2),
            orphan_retries: match number(Global::TcpOrphanRetries) {
                0 => 8,
                tries => tries,
            },
            fin_timeout: Duration::from_secs(number(Global::TcpFinTimeout).into()),
            keepalive: (
                number(Global::TcpKeepaliveTime),
                number(Global::TcpKeepaliveIntvl),
                number(Global::TcpKeepaliveProbes),
            ),
            restart_after_idle: settings.on(Global::TcpSlowStartAfterIdle),
            window_scaling: settings.on(Global::TcpWindowScaling),
            timestamps: settings.on(Global::TcpTimestamps),
            sack: settings.on(Global::TcpSack),
            tells_twice: settings.on(Global::TcpDsack),
            tail_probes: matches!(settings.get(Global::TcpEarlyRetrans), 3 | 4),
            invalid_rate: Duration::from_millis(number(Global::TcpInvalidRatelimit).into()),
            moderate: settings.on(Global::TcpModerateRcvbuf),
            // Half of what is set pays for what a segment costs beside its bytes
            // (`tcp_win_from_space`).
            rmem: (
                size(Global::TcpRmemMin) / 2,
                size(Global::TcpRmemDefault) / 2,
                size(Global::TcpRmemMax) / 2,
            ),
            wmem: (
                size(Global::TcpWmemMin),
                size(Global::TcpWmemDefault),
                size(Global::TcpWmemMax),
            ),
            // tcp_select_initial_window: so that the greatest window can be told.
            own_scale: (most.ilog2().saturating_sub(15)).min(14) as u8,
        }
    }

    /// A clock of milliseconds for timestamps.
    pub(super) const fn clock(&self) -> u32 {
        (self.now.0 / 1_000_000) as u32
    }

    /// How long an established connection may go without an answer.
    pub(super) fn patience(&self, orphan: bool) -> Duration {
        rtt::all_tries(if orphan {
            self.orphan_retries
        } else {
            self.retries
        })
    }
}
