//! Which parts of a namespace a change can touch, with what follows of it by itself: these are read before
//! it is carried out, and no others.

use netloom_model::{Change, LinkSettings};

/// A part of a namespace. What stands first is brought back first: what one thing brings with it, as an
/// address its routes, is there when the next is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Links,
    Settings,
    Addresses,
    Nexthops,
    Rules,
    Routes,
    Vlans,
    Neighbours,
    /// Databases of bridges, and their groups.
    Stations,
    Qdiscs,
}

/// What goes with addresses.
const OF_ADDRESSES: &[Part] = &[
    Part::Addresses,
    Part::Nexthops,
    Part::Routes,
    Part::Neighbours,
];

/// What bridges and their ports have.
pub(super) const OF_BRIDGES: &[Part] = &[Part::Vlans, Part::Stations];

/// Some parts, and what goes with addresses.
fn and_of_addresses(parts: &[Part]) -> Vec<Part> {
    [parts, OF_ADDRESSES].concat()
}

/// What goes with links that go.
pub(super) fn of_links() -> Vec<Part> {
    and_of_addresses(&[Part::Links, Part::Settings, Part::Qdiscs])
}

/// What a setting of all devices can touch, or one by which a device has no IPv6.
pub(super) fn of_settings() -> Vec<Part> {
    and_of_addresses(&[Part::Settings])
}

/// What a change touches; nothing where it is of links, or of what is no part of this.
pub(super) const fn by(change: &Change) -> &'static [Part] {
    match change {
        Change::AddAddress { .. } | Change::DelAddress { .. } => OF_ADDRESSES,
        Change::AddRoute { .. } | Change::DelRoute { .. } => &[Part::Routes],
        Change::AddNexthop { .. } | Change::DelNexthop { .. } => &[Part::Nexthops, Part::Routes],
        Change::AddRule { .. } | Change::DelRule { .. } => &[Part::Rules],
        Change::AddNeighbour { .. } | Change::DelNeighbour { .. } => &[Part::Neighbours],
        Change::AddFdb { .. }
        | Change::DelFdb { .. }
        | Change::FlushFdb { .. }
        | Change::AddMdb { .. }
        | Change::DelMdb { .. } => &[Part::Stations],
        Change::AddAltname { .. } | Change::DelAltname { .. } => &[Part::Links],
        Change::SetSysctl { .. } => &[Part::Settings],
        Change::Vlan { .. } => &[Part::Links, Part::Vlans, Part::Stations],
        _ => &[],
    }
}

/// What settings of a link touch, beside what it has of a bridge.
pub(super) fn by_settings(set: &LinkSettings) -> Vec<Part> {
    let beside = LinkSettings {
        name: None,
        alias: None,
        group: None,
        txqueuelen: None,
        tso: None,
        ..set.clone()
    };
    if beside == LinkSettings::default() {
        return vec![Part::Links];
    }
    match set.netns {
        Some(_) => of_links(),
        // One that is too short for IPv6 loses its settings.
        None if set.mtu.is_some() || set.addr_gen_mode.is_some() => {
            and_of_addresses(&[Part::Links, Part::Settings])
        }
        None => and_of_addresses(&[Part::Links]),
    }
}
