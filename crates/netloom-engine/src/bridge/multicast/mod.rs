//! Multicast snooping of a bridge (RFC 4541; ip-link(8) `mcast_*`, bridge(8) `mdb`): who joins
//! groups behind which port is learned from IGMP and MLD, and frames to a group go where it is
//! wanted.
//!
//! `mdb` is what is known of groups, `snoop` how it is learned, `query` how it is kept fresh and
//! where routers are (its messages are in `message`), `forward` where frames go, `user` what users see and change. Left out: lists
//! of sources in reports (who names sources is taken to want all), a database per VLAN context.

mod forward;
mod mdb;
mod message;
mod query;
mod restore;
mod snoop;
mod told;
mod user;

pub(super) use forward::{Choice, Member, choose, to_members};
pub(crate) use query::timer;
pub(super) use restore::{ask, settings as restore_settings};
pub(crate) use restore::{groups as restore_groups, routers as restore_routers};
pub(super) use snoop::listen;
pub(crate) use user::{add, delete, list, list_routers};
pub(super) use user::{check_settings, configure, set_port_router};

use super::configure::bridge;
use crate::device::DevId;
use crate::ip::membership;
use crate::ip::version::{V4, V6};
use crate::net::Net;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::time::Duration;
use mdb::{Group, Key};
use netloom_model::bridge::PortState;
use netloom_model::{McastState, Time};
use std::collections::BTreeMap;

/// The groups of all snoopers (RFC 4286), to which a bridge that snoops listens.
const SNOOPERS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 106);
const SNOOPERS_V6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x6a);

/// A version of IP, as the place of what is kept for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proto {
    V4 = 0,
    V6 = 1,
}

const PROTOS: [Proto; 2] = [Proto::V4, Proto::V6];

/// What a bridge knows of groups.
#[derive(Clone, Debug, Default)]
pub(super) struct Multicast {
    pub(super) settings: McastState,
    groups: BTreeMap<Key, Group>,
    /// How many groups there were so far: what the order of a dump follows.
    born: u64,
    /// For each version of IP.
    queriers: [Querier; 2],
    /// Until when the bridge itself is a router, as queries of its own tell.
    router_until: [Option<Time>; 2],
    /// It listens to the groups of all snoopers.
    joined: bool,
    /// For when the next timer is set.
    armed: Option<Time>,
    /// Where the members of a group are gathered: so that no frame allocates.
    members: Vec<Member>,
}

/// Who asks for members.
#[derive(Clone, Debug, Default)]
struct Querier {
    own: OwnQueries,
    /// Until when another is known to ask.
    other_until: Option<Time>,
    /// From when on what its queries brought is believed to be complete.
    complete_from: Time,
    /// The address of the one that won (RFC 3376, section 6.6.2).
    address: Option<IpAddr>,
}

/// Queries that the bridge sends itself.
#[derive(Clone, Copy, Debug, Default)]
struct OwnQueries {
    /// How many were sent since it began.
    sent: u32,
    /// When the next is due.
    at: Option<Time>,
}

/// What a port has of its own.
#[derive(Clone, Debug)]
pub(super) struct PortMulticast {
    /// Whether a router is behind it: 0 never, 1 as queries tell, 2 always, 3 for a while.
    pub(super) router: u8,
    router_until: [Option<Time>; 2],
    queries: [OwnQueries; 2],
}

impl Default for PortMulticast {
    fn default() -> PortMulticast {
        PortMulticast {
            router: 1,
            router_until: [None; 2],
            queries: [OwnQueries::default(); 2],
        }
    }
}

impl PortMulticast {
    /// Whether frames to every group go there.
    fn is_router(&self, proto: Proto, now: Time) -> bool {
        self.router == 2 || self.router_until[proto as usize].is_some_and(|until| until > now)
    }
}

/// Centiseconds as a time.
fn time(centiseconds: u64) -> Duration {
    Duration::from_millis(centiseconds.saturating_mul(10))
}

/// A bridge came up or went down, or its snooping was turned on or off.
pub(crate) fn follow(net: &mut Net, dev: DevId) {
    let up = net.dev(dev).is_up();
    let Some(bridge) = bridge(net, dev) else {
        return;
    };
    let (on, joined) = (bridge.settings.mcast_snooping, bridge.multicast.joined);
    let snoops = up && on;
    if !on {
        // What ports joined is forgotten, what the host and users said is not.
        told::changed(net, dev, |net| {
            if let Some(bridge) = self::bridge(net, dev) {
                bridge.multicast.forget(|entry| !entry.permanent);
            }
        });
    }
    if snoops == joined {
        return;
    }
    if let Some(bridge) = self::bridge(net, dev) {
        bridge.multicast.joined = snoops;
    }
    if snoops {
        membership::join::<V4>(net, dev, SNOOPERS);
        membership::join::<V6>(net, dev, SNOOPERS_V6);
        for proto in PROTOS {
            query::start(net, dev, proto);
        }
    } else {
        membership::leave::<V4>(net, dev, SNOOPERS);
        membership::leave::<V6>(net, dev, SNOOPERS_V6);
        query::stop(net, dev);
    }
}

/// The state of a port changed from one to another.
pub(super) fn state_changed(net: &mut Net, dev: DevId, (old, new): (PortState, PortState)) {
    let open = |state| !matches!(state, PortState::Disabled | PortState::Blocking);
    match (open(old), open(new)) {
        (false, true) => port_up(net, dev),
        (true, false) => port_down(net, dev, false),
        _ => {}
    }
}

/// A port was enabled: queries are sent there soon (`br_multicast_enable_port`).
fn port_up(net: &mut Net, dev: DevId) {
    let now = net.now;
    let Some(port) = &mut net.dev_mut(dev).port else {
        return;
    };
    let master = port.bridge;
    port.multicast.queries = [OwnQueries {
        sent: 0,
        at: Some(now),
    }; 2];
    query::arm(net, master, now);
}

/// A port was disabled, or is one no more: what was learned behind it is forgotten, and what users
/// set if it is `gone` (`br_multicast_disable_port`, `br_multicast_del_port`).
pub(super) fn port_down(net: &mut Net, dev: DevId, gone: bool) {
    let Some(port) = &mut net.dev_mut(dev).port else {
        return;
    };
    let master = port.bridge;
    port.multicast.router_until = [None; 2];
    port.multicast.queries = [OwnQueries::default(); 2];
    told::changed(net, master, |net| {
        if let Some(bridge) = bridge(net, master) {
            let behind = |entry: &mdb::PortGroup| entry.port == dev;
            bridge
                .multicast
                .forget(|entry| behind(entry) && (gone || !entry.permanent));
        }
    });
}
