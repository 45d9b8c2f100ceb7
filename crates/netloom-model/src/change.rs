//! One step from one state to another, as fine as one netlink request.

use crate::address::Address;
use crate::advertise::Advertise;
use crate::bridge::{FdbEntry, FdbRemote};
use crate::conntrack::ConnectionChange;
use crate::ipset::IpSetChange;
use crate::link::{LinkSettings, NewLink};
use crate::mdb::MdbEntry;
use crate::names::{LinkRef, NsName};
use crate::neighbour::Neighbour;
use crate::nexthop::Nexthop;
use crate::route::{Route, RouteMatch};
use crate::rule::Rule;
use crate::ruleset::RulesetChange;
use crate::vlan::VlanChange;
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// What to do when the thing is there already, or is not (netlink(7), `NLM_F_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// Make it; it must not be there (`CREATE | EXCL`): `add`.
    Add,
    /// Make it or change what is there (`CREATE | REPLACE`): `replace`.
    Replace,
    /// Change what is there; it must be (`REPLACE`): `change`.
    Change,
    /// Make one more behind what is there (`CREATE | APPEND`): `append`.
    Append,
    /// Make one more before what is there (`CREATE`): `prepend`.
    Prepend,
}

/// One step. Every one happens whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(
    missing_docs,
    reason = "the fields say what each variant's sentence names"
)]
pub enum Change {
    /// Makes a named namespace, with `lo`, down.
    AddNamespace(NsName),
    /// Deletes a namespace with every virtual device in it.
    DelNamespace(NsName),
    /// Gives namespace `peer` the id `id` as seen from `ns`; `None` lets the kernel choose.
    SetNsid {
        ns: NsName,
        peer: NsName,
        id: Option<i32>,
    },
    /// Makes a link.
    AddLink { ns: NsName, link: NewLink },
    /// Changes a link.
    SetLink {
        ns: NsName,
        link: LinkRef,
        set: Box<LinkSettings>,
    },
    /// Deletes a link; a veth's peer goes with it.
    DelLink { ns: NsName, link: LinkRef },
    /// Adds a further name to a link.
    AddAltname {
        ns: NsName,
        link: LinkRef,
        name: String,
    },
    /// Takes a further name from a link.
    DelAltname {
        ns: NsName,
        link: LinkRef,
        name: String,
    },
    /// Puts an address on a link.
    AddAddress {
        ns: NsName,
        address: Address,
        mode: Mode,
    },
    /// Takes an address from a link. `exact`: with this prefix length; otherwise any.
    DelAddress {
        ns: NsName,
        address: Address,
        exact: bool,
    },
    /// Adds a route.
    AddRoute {
        ns: NsName,
        route: Route,
        mode: Mode,
    },
    /// Deletes the first route that fits.
    DelRoute { ns: NsName, route: RouteMatch },
    /// Adds a next hop object, or replaces it ([`Mode::Replace`]).
    AddNexthop {
        ns: NsName,
        nexthop: Nexthop,
        mode: Mode,
    },
    /// Deletes a next hop object, with the routes that follow it.
    DelNexthop { ns: NsName, id: u32 },
    /// Adds a rule.
    AddRule { ns: NsName, rule: Rule },
    /// Deletes the first rule that fits everything named; `priority` and `action` if given.
    DelRule { ns: NsName, rule: Box<RuleMatch> },
    /// Adds or changes a neighbour.
    AddNeighbour {
        ns: NsName,
        neighbour: Neighbour,
        mode: Mode,
    },
    /// Deletes a neighbour (or a proxy entry).
    DelNeighbour {
        ns: NsName,
        dev: u32,
        dst: IpAddr,
        proxy: bool,
    },
    /// Adds an FDB entry.
    AddFdb {
        ns: NsName,
        entry: FdbEntry,
        mode: Mode,
    },
    /// Deletes an FDB entry; `own`: from the device's own list (`self`), else from its master's.
    DelFdb {
        ns: NsName,
        dev: u32,
        address: MacAddr,
        vlan: Option<u16>,
        own: bool,
        /// The one of several hosts behind which the address is; none: all of them.
        remote: Option<Box<FdbRemote>>,
    },
    /// Adds a group to a bridge's database.
    AddMdb { ns: NsName, entry: MdbEntry },
    /// Deletes a group from a bridge's database: what names the entry is looked at.
    DelMdb { ns: NsName, entry: MdbEntry },
    /// Makes a link listen to a hardware group.
    AddGroup {
        ns: NsName,
        dev: u32,
        address: MacAddr,
    },
    /// Ends what [`Change::AddGroup`] began.
    DelGroup {
        ns: NsName,
        dev: u32,
        address: MacAddr,
    },
    /// Sets what a router tells hosts by a link; `None`: nothing more.
    SetAdvertise {
        ns: NsName,
        link: LinkRef,
        advertise: Option<Box<Advertise>>,
    },
    /// Deletes entries of a bridge's database, each by its address and VLAN, whatever they are.
    FlushFdb {
        ns: NsName,
        bridge: u32,
        entries: Vec<(MacAddr, Option<u16>)>,
    },
    /// Changes the VLANs of a bridge's port, or of a bridge itself.
    Vlan {
        ns: NsName,
        dev: u32,
        change: VlanChange,
    },
    /// Carries out a transaction on the rules for packets: all of its steps or none.
    Ruleset {
        ns: NsName,
        changes: Vec<RulesetChange>,
    },
    /// Changes the table of connections.
    Connections {
        ns: NsName,
        change: ConnectionChange,
    },
    /// Loads a part of the kernel that is not there by itself, or takes it out.
    Module { name: String, load: bool },
    /// Makes, fills or asks a set of xtables.
    IpSet { ns: NsName, change: IpSetChange },
    /// Writes a setting by its dotted name.
    SetSysctl {
        ns: NsName,
        name: String,
        value: String,
    },
}

/// Which rule to delete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleMatch {
    /// The selectors and family that it must have, and the priority if given.
    pub rule: Rule,
    /// Whether the action must be the same too.
    pub action_given: bool,
}
