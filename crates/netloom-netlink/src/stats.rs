//! What devices count of their own kind (`struct if_stats_msg`, `IFLA_STATS_*`): ports of bridges, of the spanning
//! tree.

use crate::{Attributes, Writer, u32_at, u64_at};
use netloom_model::spanning_tree::PortTreeCounters;

/// The length of the fixed part.
const FIXED: usize = 12;

/// What ports have (`IFLA_STATS_LINK_XSTATS_SLAVE`), of bridges (`LINK_XSTATS_TYPE_BRIDGE`), of the spanning tree
/// (`BRIDGE_XSTATS_STP`).
const OF_PORTS: u16 = 3;
const OF_BRIDGES: u16 = 1;
const OF_TREES: u16 = 4;

/// The body of a request for what all ports have.
#[must_use]
pub fn ask_ports() -> Writer {
    let mut fixed = [0; FIXED];
    let wanted = 1u32 << (OF_PORTS - 1);
    fixed[8..].copy_from_slice(&wanted.to_le_bytes());
    Writer::new(&fixed)
}

/// What the port of a bridge has counted, with its number as a link; none of what is no port.
#[must_use]
pub fn of_port(body: &[u8]) -> Option<(u32, PortTreeCounters)> {
    let link = u32_at(body, 4)?;
    let of_ports = Attributes::behind(body, FIXED).inside(OF_PORTS);
    let told = of_ports.inside(OF_BRIDGES).get(OF_TREES)?;
    let number = |at: usize| u64_at(told, 8 * at).unwrap_or(0);
    let counters = PortTreeCounters {
        transition_blk: number(0),
        transition_fwd: number(1),
        rx_bpdu: number(2),
        tx_bpdu: number(3),
        rx_tcn: number(4),
        tx_tcn: number(5),
    };
    Some((link, counters))
}
