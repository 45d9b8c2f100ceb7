//! Multicast snooping of a bridge (RFC 4541; ip-link(8) `mcast_*`).

use super::configure::bridge;
use crate::device::DevId;
use crate::ip::membership;
use crate::ip::version::{V4, V6};
use crate::net::Net;
use core::net::{Ipv4Addr, Ipv6Addr};

/// The groups of all snoopers (RFC 4286), to which a bridge that snoops listens.
const SNOOPERS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 106);
const SNOOPERS_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x6a);

/// What a bridge knows of groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Multicast {
    /// It listens to the groups of all snoopers.
    joined: bool,
}

/// A bridge came up or went down, or its snooping was turned on or off.
pub(crate) fn follow(net: &mut Net, dev: DevId) {
    let up = net.dev(dev).is_up();
    let Some(bridge) = bridge(net, dev) else {
        return;
    };
    let (snoops, joined) = (
        up && bridge.settings.mcast_snooping,
        bridge.multicast.joined,
    );
    if snoops == joined {
        return;
    }
    bridge.multicast.joined = snoops;
    if snoops {
        membership::join::<V4>(net, dev, SNOOPERS);
        membership::join::<V6>(net, dev, SNOOPERS_V6);
    } else {
        membership::leave::<V4>(net, dev, SNOOPERS);
        membership::leave::<V6>(net, dev, SNOOPERS_V6);
    }
}
