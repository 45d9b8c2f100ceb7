//! What messages tell of the settings of devices: each link its numbers, the tables of neighbours how each
//! device treats them.

use crate::netlink::Netlink;
use netloom_model::{Family, Result};
use netloom_netlink::setting::{self, Numbers, OfLink, OfNeighbours};
use netloom_netlink::{kind, link};
use std::collections::HashMap;

/// For so many devices the tables of neighbours are asked: the kernel goes through the devices of all
/// namespaces for each that asks, which costs more than the files of a few.
const MANY: usize = 32;

/// What was told of a namespace.
#[derive(Default)]
pub(super) struct Told {
    links: HashMap<String, OfLink>,
    neighbours: HashMap<(Family, u32), OfNeighbours>,
}

impl Told {
    /// Asks, of links only where they did not tell already.
    pub(super) fn ask(netlink: &mut Netlink, links: Option<Vec<OfLink>>) -> Result<Told> {
        let links = match links {
            Some(links) => links,
            None => netlink.dump(kind::LINK + kind::GET, &link::ask(None), setting::of_link)?,
        };
        let tables = match links.len() {
            0..MANY => Vec::new(),
            _ => netlink.dump(
                setting::ASK_TABLES,
                &setting::ask_tables(),
                setting::of_neighbours,
            )?,
        };
        let named = links.into_iter().map(|link| (link.name.clone(), link));
        let tables = tables.into_iter();
        Ok(Told {
            links: named.collect(),
            neighbours: tables
                .map(|(family, index, of)| ((family, index), of))
                .collect(),
        })
    }

    /// The numbers of a device.
    pub(super) fn numbers(&self, family: Family, device: &str) -> Option<&Numbers> {
        let [v4, v6] = &self.links.get(device)?.numbers;
        Some(match family {
            Family::V4 => v4,
            Family::V6 => v6,
        })
    }

    /// Whether a device asks for no neighbours: `lo`, a tunnel.
    pub(super) fn has_no_neighbours(&self, device: &str) -> bool {
        let link = self.links.get(device);
        link.is_some_and(|link| !link.flags.has_neighbours())
    }

    /// How a device treats its neighbours.
    pub(super) fn neighbours(&self, family: Family, device: &str) -> Option<&OfNeighbours> {
        let index = self.links.get(device)?.index;
        self.neighbours.get(&(family, index))
    }
}
