//! Neighbours and forwarding databases: `ip -j -s neigh`, `ip -j neigh show proxy`, `bridge -j -d -s fdb`.

use super::item::Item;
use super::route::Index;
use netloom_model::bridge::{FdbRemote, FdbState};
use netloom_model::{FdbEntry, MacAddr, Neighbour, NeighbourState};
use serde_json::Value;

const STATES: [NeighbourState; 9] = [
    NeighbourState::None,
    NeighbourState::Incomplete,
    NeighbourState::Reachable,
    NeighbourState::Stale,
    NeighbourState::Delay,
    NeighbourState::Probe,
    NeighbourState::Failed,
    NeighbourState::Noarp,
    NeighbourState::Permanent,
];

/// The neighbours of a list.
pub(super) fn neighbours(list: &Value, index: Index<'_>) -> Vec<Neighbour> {
    let one = |item: Item<'_>| {
        let dev = item.text("dev").map_or(0, &mut *index);
        let mut entry = Neighbour::permanent(dev, item.ip("dst")?, MacAddr::ZERO);
        entry.lladdr = item.mac("lladdr");
        let state = item.each("state").find_map(|word| word.0.as_str());
        let known = STATES.into_iter().find(|known| Some(known.name()) == state);
        entry.state = known.unwrap_or(NeighbourState::None);
        entry.proxy = item.has("proxy");
        entry.router = item.has("router");
        entry.extern_learn = item.has("extern_learn");
        entry.protocol = item.protocol("protocol").unwrap_or(0);
        let age = |key| item.u32(key).unwrap_or(0);
        entry.ages = (age("used"), age("confirmed"), age("updated"));
        entry.refcnt = age("refcnt");
        entry.probes = age("probes");
        Some(entry)
    };
    Item::all(list).filter_map(one).collect()
}

/// The entries of a list.
pub(super) fn fdb(list: &Value, index: Index<'_>) -> Vec<FdbEntry> {
    let one = |item: Item<'_>| {
        let own = item.lists("flags", "self");
        let master = item.text("master").map(&mut *index);
        Some(FdbEntry {
            address: item.mac("mac")?,
            vlan: item.u16("vlan"),
            dev: index(item.text("ifname").or_else(|| item.text("dev"))?),
            master,
            state: match item.text("state") {
                Some("permanent") | None if own && master.is_none() => FdbState::Own,
                Some("permanent") => FdbState::Local,
                Some("static") => FdbState::Static,
                Some("stale") => FdbState::Stale,
                _ => FdbState::Dynamic,
            },
            extern_learn: item.lists("flags", "extern_learn"),
            sticky: item.lists("flags", "sticky"),
            used: item.u32("used").unwrap_or(0),
            updated: item.u32("updated").unwrap_or(0),
            remote: remote(item, &mut *index),
        })
    };
    Item::all(list).filter_map(one).collect()
}

/// The other end of a tunnel; none where an entry is of no tunnel.
fn remote(item: Item<'_>, index: Index<'_>) -> Option<Box<FdbRemote>> {
    // A link of another namespace is told by its number.
    let via = item.text("viaIf").or_else(|| item.text("via")).map(index);
    let remote = FdbRemote {
        dst: item.ip("dst"),
        port: item.u16("port"),
        vni: item.u32("vni"),
        via: via.or_else(|| item.u32("viaIfIndex")),
        via_nsid: item.u32("linkNetNsId").map(u32::cast_signed),
        src_vni: item.u32("src_vni"),
        nhid: item.u32("nhid"),
        router: item.lists("flags", "router"),
    };
    (remote != FdbRemote::default()).then(|| Box::new(remote))
}
