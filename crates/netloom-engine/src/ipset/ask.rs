//! What rules ask of sets, and what they put there (iptables-extensions(8), `set` and `SET`).

use super::key;
use super::set::{Data, Device, Set};
use super::{Sets, own};
use crate::filter::Facts;
use crate::net::Net;
use crate::packet::Packet;
use core::net::IpAddr;
use netloom_model::ipset::{Dimension, Entry, Kind, Part, Skb};
use netloom_model::ruleset::Counter;
use netloom_model::ruleset::xt::{Compare, SetMatch, SetTarget};
use netloom_model::{Family, Time};
use netloom_wire::MacAddr;

/// What sets can ask of a packet: of its source and of its destination.
pub(crate) struct Probe {
    family: Family,
    addresses: [IpAddr; 2],
    /// The protocol above IP, and its ports; of ICMP both are type and code.
    ports: Option<(u8, [u16; 2])>,
    macs: Option<[MacAddr; 2]>,
    /// The devices that it came by and that it leaves by.
    devices: [String; 2],
    mark: u32,
    len: u64,
}

impl Probe {
    /// That of a packet; none where it is not one of IP.
    pub(crate) fn of(net: &Net, facts: &Facts, packet: &Packet) -> Option<Probe> {
        let network = packet.network();
        let at = |from: usize, len: usize| network.get(from..from + len);
        let (family, source, destination) = if facts.is_v6() {
            (Family::V6, v6(at(8, 16)?)?, v6(at(24, 16)?)?)
        } else {
            (Family::V4, v4(at(12, 4)?)?, v4(at(16, 4)?)?)
        };
        let name = |dev: crate::device::DevId| {
            let dev = dev.some().map(|dev| net.dev(dev).name.clone());
            dev.unwrap_or_default()
        };
        let macs = packet.link_header().and_then(|header| {
            let mac = |from: usize| Some(MacAddr(header.get(from..from + 6)?.try_into().ok()?));
            Some([mac(6)?, mac(0)?])
        });
        Some(Probe {
            family,
            addresses: [source, destination],
            ports: ports(facts, network),
            macs,
            devices: [name(facts.input), name(facts.output)],
            mark: packet.mark,
            len: network.len() as u64,
        })
    }

    /// What a set would find it by, `sources` saying of which parts the source counts; none where it
    /// has no such part.
    pub(super) fn words(&self, set: &Set, sources: &[bool]) -> Option<[u128; 3]> {
        let dimensions = set.kind.dimensions();
        if sources.len() < dimensions.len() {
            return None;
        }
        let addressed = set.kind.has(Dimension::Ip) || set.kind.has(Dimension::Net);
        if addressed && set.addresses() != self.family {
            return None;
        }
        let mut words = [0; 3];
        for (at, dimension) in dimensions.iter().enumerate() {
            let side = usize::from(!sources[at]);
            words[at] = match dimension {
                Dimension::Ip => set.host(key::address(self.addresses[side])),
                Dimension::Net => key::address(self.addresses[side]),
                Dimension::Port => {
                    let (protocol, ports) = self.ports?;
                    let of_any = set.kind == Kind::BitmapPort;
                    if of_any && !matches!(protocol, 6 | 17) {
                        return None;
                    }
                    key::port(if of_any { 0 } else { protocol }, ports[side])
                }
                Dimension::Mac if set.kind == Kind::BitmapIpMac => 0,
                Dimension::Mac => key::mac(self.macs?[side]),
                Dimension::Mark => set.mark(self.mark),
                // Found by its name.
                Dimension::Iface if self.devices[side].is_empty() => return None,
                Dimension::Iface => 0,
                Dimension::Set => return None,
            };
        }
        Some(words)
    }

    /// The device by which a set would find it, if it has one.
    pub(super) fn device(&self, set: &Set, sources: &[bool]) -> Option<Device<'_>> {
        let dimensions = set.kind.dimensions().iter();
        let at = dimensions
            .zip(sources)
            .find(|(dimension, _)| **dimension == Dimension::Iface);
        let (_, source) = at?;
        Some(Device {
            name: &self.devices[usize::from(!source)],
            physdev: false,
        })
    }

    /// What a set would find it by, as it is told.
    pub(super) fn parts(&self, set: &Set, sources: &[bool]) -> Option<Vec<Part>> {
        let dimensions = set.kind.dimensions().iter().zip(sources);
        let part = |(dimension, source): (&Dimension, &bool)| {
            let side = usize::from(!source);
            Some(match dimension {
                Dimension::Ip | Dimension::Net => Part::host(self.addresses[side]),
                Dimension::Port => {
                    let (protocol, ports) = self.ports?;
                    let of_any = set.kind == Kind::BitmapPort;
                    Part::Port {
                        protocol: if of_any { 0 } else { protocol },
                        port: ports[side],
                    }
                }
                Dimension::Mac => Part::Mac(self.macs?[side]),
                Dimension::Mark => Part::Mark(self.mark),
                Dimension::Iface => Part::Iface {
                    name: self.devices[side].clone(),
                    physdev: false,
                    wildcard: false,
                },
                Dimension::Set => return None,
            })
        };
        dimensions.map(part).collect()
    }
}

fn v4(bytes: &[u8]) -> Option<IpAddr> {
    Some(IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?))
}

fn v6(bytes: &[u8]) -> Option<IpAddr> {
    Some(IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?))
}

/// The protocol of a packet and what stands for its ports; other protocols have port 0.
fn ports(facts: &Facts, network: &[u8]) -> Option<(u8, [u16; 2])> {
    let protocol = facts.protocol?;
    let upper = network.get(usize::from(facts.transport?)..)?;
    let word = |at: usize| Some(u16::from_be_bytes([*upper.get(at)?, *upper.get(at + 1)?]));
    Some(match protocol {
        6 | 17 | 132 | 136 => (protocol, [word(0)?, word(2)?]),
        1 | 58 => (protocol, [word(0)?; 2]),
        _ => (protocol, [0; 2]),
    })
}

/// Whether a packet is in the set that a match names; not where there is none.
pub(crate) fn matches(net: &mut Net, asked: &SetMatch, facts: &Facts, packet: &Packet) -> bool {
    let now = net.now;
    let probe = Probe::of(net, facts, packet);
    let sets = net.ns_mut(facts.ns).ipsets.as_deref_mut();
    let place = sets.as_ref().and_then(|sets| sets.place(&asked.set.is));
    let found = match (sets, place, probe) {
        (Some(sets), Some(place), Some(probe)) => is_in(sets, place, asked, &probe, now),
        _ => false,
    };
    asked.set.matches(found)
}

fn is_in(sets: &mut Sets, place: usize, asked: &SetMatch, probe: &Probe, now: Time) -> bool {
    let Some(set) = sets.sets.get(place).and_then(Option::as_ref) else {
        return false;
    };
    if set.kind != Kind::ListSet {
        return meets(sets, place, asked, probe, now, asked.no_update_counters);
    }
    let alive = set.members.iter().filter(|(_, data)| data.is_alive(now));
    let members: Vec<usize> = alive.map(|(member, _)| *member).collect();
    let silent = asked.no_update_subcounters;
    let found = members
        .into_iter()
        .find(|member| meets(sets, *member, asked, probe, now, silent));
    let list = sets.sets.get_mut(place).and_then(Option::as_mut);
    let Some((member, list)) = found.zip(list) else {
        return false;
    };
    let own = list.members.iter_mut().find(|(own, _)| *own == member);
    own.is_some_and(|(_, data)| counts(data, asked, probe.len, asked.no_update_counters))
}

/// Whether a packet meets an element of a set, and the element has counted what is asked.
fn meets(
    sets: &mut Sets,
    place: usize,
    asked: &SetMatch,
    probe: &Probe,
    now: Time,
    silent: bool,
) -> bool {
    let Some(set) = sets.sets.get_mut(place).and_then(Option::as_mut) else {
        return false;
    };
    let Some(words) = probe.words(set, &asked.sources) else {
        return false;
    };
    let (kind, side) = (set.kind, asked.sources.get(1));
    let device = probe.device(set, &asked.sources);
    let Some(data) = set.find(words, device, now) else {
        return false;
    };
    if kind == Kind::BitmapIpMac {
        // An element without a hardware address takes that of the first packet.
        let side = usize::from(!side.copied().unwrap_or(true));
        let Some(macs) = probe.macs else {
            return false;
        };
        if *data.mac.get_or_insert(macs[side]) != macs[side] {
            return false;
        }
    }
    if data.nomatch {
        return asked.return_nomatch;
    }
    counts(data, asked, probe.len, silent) && !asked.return_nomatch
}

/// Counts a packet, and whether the element has counted what is asked.
fn counts(data: &mut Data, asked: &SetMatch, len: u64, silent: bool) -> bool {
    if !silent {
        data.counter.packets += 1;
        data.counter.bytes += len;
    }
    let is = |with: Option<Compare<u64>>, number| with.is_none_or(|with| with.holds(number));
    is(asked.packets, data.counter.packets) && is(asked.bytes, data.counter.bytes)
}

/// Puts a packet into sets, takes it out, and gives it what a set has for it.
pub(crate) fn carry_out(net: &mut Net, target: &SetTarget, facts: &Facts, packet: &mut Packet) {
    let now = net.now;
    let Some(probe) = Probe::of(net, facts, packet) else {
        return;
    };
    let sets = own(net, facts.ns);
    type Named = Option<(String, Vec<bool>)>;
    let set_of = |named: &Named| {
        let (name, sources) = named.as_ref()?;
        let place = sets.place(name)?;
        let set = sets.sets.get(place)?.as_ref()?;
        let words = probe.words(set, sources)?;
        Some((place, words, probe.device(set, sources)))
    };
    let (add, del, map) = (
        set_of(&target.add),
        set_of(&target.del),
        set_of(&target.map),
    );
    if let Some((place, words, device)) = add
        && let Some(set) = sets.at(place)
    {
        let mut entry = Entry::new(Vec::new());
        entry.timeout = target.timeout.filter(|_| set.options.timeout.is_some());
        let key = set.key_to_add(words, device);
        entry.counter = Some(Counter {
            packets: 1,
            bytes: probe.len,
        });
        // A set that is full, or that has it, stays as it is.
        let _ = set.add(key, &entry, &[], target.exist, now);
    }
    if let Some((place, words, device)) = del
        && let Some(set) = sets.at(place)
    {
        let key = set.key_to_add(words, device);
        set.remove(&key, now);
    }
    if let Some((place, words, device)) = map
        && let Some(set) = sets.at(place)
        && let Some(Skb { mark, .. }) = set.find(words, device, now).map(|data| data.skb)
        && let Some((mark, mask)) = mark.filter(|_| target.map_mark)
    {
        packet.mark = (packet.mark & !mask) ^ mark;
    }
}
