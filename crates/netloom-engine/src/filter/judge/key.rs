//! The keys by which a packet is looked up in sets and maps.

use crate::filter::Filter;
use crate::filter::compile::Within;
use crate::filter::facts::Facts;
use crate::filter::load::Load;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::ruleset::Element;

/// How many parts a key has at most: a register of four bytes each (`NFT_REG32_COUNT`).
const PARTS: usize = 16;

/// The parts of a key.
#[derive(Clone, Copy)]
pub(in crate::filter) struct Key {
    parts: [u128; PARTS],
    len: usize,
}

impl core::ops::Deref for Key {
    type Target = [u128];

    fn deref(&self) -> &[u128] {
        &self.parts[..self.len]
    }
}

/// The key of a packet; none if it lacks a part.
pub(in crate::filter) fn key_of(
    net: &mut Net,
    key: &[Load],
    facts: &Facts,
    packet: &Packet,
) -> Option<Key> {
    let mut parts = [0; PARTS];
    for (part, load) in parts.get_mut(..key.len())?.iter_mut().zip(key) {
        *part = load.value(net, facts, packet)?;
    }
    let len = key.len();
    Some(Key { parts, len })
}

impl Within {
    pub(in crate::filter) fn find<'a>(
        &'a self,
        filter: &'a Filter,
        key: &[u128],
    ) -> Option<&'a Element> {
        match self {
            Within::Own(index) => index.find(key),
            Within::Named(set) => filter.sets[set.0].find(key),
        }
    }
}
