//! Sets as they are told, and what they answer to rules for those who follow a packet.

use super::Sets;
use super::ask::Probe;
use super::key::{self, Key};
use super::set::{Data, Set};
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::Time;
use netloom_model::ipset::{Dimension, Entry, IpSet, Kind, Part};
use netloom_model::journey::LookedIn;
use netloom_model::ruleset::xt::SetMatch;

/// What a set has for a packet that a match asks it about; none where there is no such set, or the
/// packet has not what it asks for. Nothing is counted.
pub(crate) fn look(
    net: &Net,
    asked: &SetMatch,
    facts: &Facts,
    packet: &Packet,
) -> Option<LookedIn> {
    let sets = net.ns(facts.ns).ipsets.as_deref()?;
    let place = sets.place(&asked.set.is)?;
    let probe = Probe::of(net, facts, packet)?;
    let set = sets.sets.get(place)?.as_ref()?;
    let members = set.members.iter();
    let alive = members.filter(|(_, data)| data.is_alive(net.now));
    let places: Vec<usize> = match set.kind {
        Kind::ListSet => alive.map(|(member, _)| *member).collect(),
        _ => vec![place],
    };
    let mut answers = places
        .iter()
        .filter_map(|place| answer(sets, *place, &probe, &asked.sources, net.now));
    let first = answers.next()?;
    let (member, key, element) = match first.2.is_some() {
        true => first,
        false => answers.find(|answer| answer.2.is_some()).unwrap_or(first),
    };
    Some(LookedIn::Ipset {
        set: set.name.clone(),
        member: (member.name != set.name).then(|| member.name.clone()),
        family: member.family,
        key,
        element: element.map(Box::new),
    })
}

/// What the set at a place has for a packet.
fn answer<'s>(
    sets: &'s Sets,
    place: usize,
    probe: &Probe,
    sources: &[bool],
    now: Time,
) -> Option<(&'s Set, Vec<Part>, Option<Entry>)> {
    let set = sets.sets.get(place)?.as_ref()?;
    let parts = probe.parts(set, sources)?;
    let words = probe.words(set, sources)?;
    let key = set.found(words, probe.device(set, sources), now);
    let data = key.and_then(|key| Some((key, set.element(&key)?)));
    let mut told = data.map(|(key, data)| set.entry(set.parts(&key, data), data, now));
    // An element of another hardware address is none of the packet's.
    if let (Some(entry), Kind::BitmapIpMac) = (&told, set.kind)
        && matches!((entry.parts.get(1), parts.get(1)), (Some(own), Some(asked)) if own != asked)
    {
        told = None;
    }
    Some((set, parts, told))
}

impl Set {
    /// The set as it is told; `names` are those of the sets at their places.
    pub(super) fn describe(
        &self,
        now: Time,
        references: u32,
        names: &dyn Fn(usize) -> Option<String>,
    ) -> IpSet {
        let alive = self.elements.iter().filter(|(_, data)| data.is_alive(now));
        let mut elements: Vec<(&Key, &Data)> = alive.collect();
        elements.sort_unstable_by_key(|(key, _)| **key);
        let hashed = elements
            .into_iter()
            .map(|(key, data)| self.entry(self.parts(key, data), data, now));
        let listed = self.members.iter().filter(|(_, data)| data.is_alive(now));
        let listed = listed.filter_map(|(place, data)| {
            Some(self.entry(vec![Part::Set(names(*place)?)], data, now))
        });
        IpSet {
            name: self.name.clone(),
            kind: self.kind,
            family: self.family,
            options: self.options.clone(),
            references,
            entries: hashed.chain(listed).collect(),
        }
    }

    fn entry(&self, parts: Vec<Part>, data: &Data, now: Time) -> Entry {
        let left = |expires: Time| {
            let seconds = expires.0.saturating_sub(now.0) / 1_000_000_000;
            u32::try_from(seconds).unwrap_or(u32::MAX)
        };
        Entry {
            parts,
            timeout: self.options.timeout.map(|_| data.expires.map_or(0, left)),
            counter: self.options.counters.then_some(data.counter),
            comment: data.comment.clone(),
            nomatch: data.nomatch,
            skb: data.skb,
            place: None,
        }
    }

    /// The parts of an element.
    fn parts(&self, key: &Key, data: &Data) -> Vec<Part> {
        let family = self.addresses();
        let mut lens = key.lens.iter();
        let dimensions = self.kind.dimensions().iter().zip(key.words);
        dimensions
            .filter_map(|(dimension, word)| {
                Some(match dimension {
                    Dimension::Ip => Part::host(key::to_address(word, family)),
                    Dimension::Net => Part::Net {
                        address: key::to_address(word, family),
                        prefix: lens.next().copied().unwrap_or(0),
                    },
                    Dimension::Port => Part::Port {
                        protocol: (word >> 16) as u8,
                        port: word as u16,
                    },
                    Dimension::Mac if self.kind == Kind::BitmapIpMac => Part::Mac(data.mac?),
                    Dimension::Mac => Part::Mac(key::to_mac(word)),
                    Dimension::Mark => Part::Mark(word as u32),
                    Dimension::Iface => {
                        let (name, physdev, wildcard) = self.devices.get(word as usize)?.clone();
                        Part::Iface {
                            name,
                            physdev,
                            wildcard,
                        }
                    }
                    Dimension::Set => return None,
                })
            })
            .collect()
    }
}
