//! Networks as plain data.
//!
//! A [`State`] is everything that decides about packets, namespace by namespace. A [`Change`] is
//! one step from one state to another, as fine as one netlink request. A [`World`] is whatever
//! holds a state and carries changes out (the user-space engine, a running kernel), with Linux's
//! own error numbers; everything above (commands, lab files, explaining) is written against it.
//!
//! Nothing here does I/O or knows how a packet is treated.

#![forbid(unsafe_code)]

pub mod address;
pub mod advertise;
mod between;
pub mod bridge;
pub mod calendar;
pub mod change;
pub mod conntrack;
pub mod counters;
pub mod diff;
pub mod error;
pub mod group;
pub mod ipset;
pub mod journey;
pub mod kernel_log;
pub mod link;
pub mod mdb;
pub mod names;
pub mod neighbour;
pub mod nexthop;
pub mod notice;
pub mod route;
pub mod rule;
pub mod ruleset;
pub mod setting;
pub mod snapshot;
pub mod socket;
pub mod socket_list;
pub mod spanning_tree;
mod spans;
pub mod state;
pub mod time;
pub mod trace;
pub mod tun;
pub mod vlan;
pub mod world;

pub use address::{Address, AddressFlags};
pub use bridge::{BridgePort, BridgePortSettings, BridgeSettings, BridgeState, FdbEntry};
pub use change::{Change, Mode};
pub use error::{Errno, Error, Result};
pub use group::{Group, Membership};
pub use link::{
    AddrGenMode, Link, LinkFlags, LinkKind, LinkSettings, LinkStats, NewKind, NewLink, OperState,
};
pub use mdb::{FilterMode, McastSettings, McastState, MdbEntry, MdbGroup, MdbRouter};
pub use names::{Family, IpNet, LinkRef, NsName};
pub use neighbour::{Neighbour, NeighbourState};
pub use netloom_wire::MacAddr;
pub use nexthop::{Nexthop, NexthopKind, NexthopMember};
pub use route::{NextHop, Route, RouteMatch, RouteType, Scope};
pub use rule::{Rule, RuleAction};
pub use snapshot::Snapshot;
pub use spans::spans;
pub use state::{Namespace, State};
pub use time::Time;
pub use vlan::{BridgeVlan, GlobalVlan, VlanChange, VlanIds};
pub use world::{Reply, Request, World};
