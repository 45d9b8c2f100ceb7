//! A set and its elements.

use super::key::{self, Key};
use core::cmp::Reverse;
use core::net::IpAddr;
use core::time::Duration;
use foldhash::fast::FixedState;
use netloom_model::ipset::{
    Dimension, Entry, IpSet, Kind, Method, Options, Part, Range, Skb, refusal,
};
use netloom_model::ruleset::Counter;
use netloom_model::{Errno, Family, Result, Time};
use netloom_wire::MacAddr;
use std::collections::{BTreeMap, HashMap};

/// A set.
#[derive(Clone, Debug)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) family: Option<Family>,
    pub(super) options: Options,
    pub(super) elements: HashMap<Key, Data, FixedState>,
    /// How many elements there are of each pair of lengths, the longest first.
    lens: BTreeMap<Reverse<[u8; 2]>, u32>,
    /// Devices that elements name: an element has the place of its own here.
    pub(super) devices: Vec<(String, bool, bool)>,
    /// The sets of a list by their places.
    pub(super) members: Vec<(usize, Data)>,
}

/// A device that is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Device<'n> {
    pub(super) name: &'n str,
    /// As a port of a bridge.
    pub(super) physdev: bool,
}

/// Where the device is among the parts of an element that has one (`hash:net,iface`).
const DEVICE: usize = 1;

/// The device that an element's parts name.
fn device_of(parts: &[Part]) -> Option<Device<'_>> {
    match parts.get(DEVICE)? {
        Part::Iface { name, physdev, .. } => Some(Device {
            name,
            physdev: *physdev,
        }),
        _ => None,
    }
}

/// What an element has beside what it is found by.
#[derive(Clone, Debug, Default)]
pub(super) struct Data {
    /// When it goes; none: never.
    pub(super) expires: Option<Time>,
    pub(super) counter: Counter,
    pub(super) comment: Option<String>,
    pub(super) nomatch: bool,
    pub(super) skb: Skb,
    /// Of a bitmap of addresses with hardware addresses: the latter, once it is known.
    pub(super) mac: Option<MacAddr>,
}

impl Data {
    pub(super) fn is_alive(&self, now: Time) -> bool {
        self.expires.is_none_or(|expires| now < expires)
    }
}

impl Set {
    /// # Errors
    /// Options that do not go together.
    pub(super) fn new(wanted: &IpSet, initval: u32) -> Result<Set> {
        let mut options = wanted.options.clone();
        if options.initval == 0 {
            options.initval = initval;
        }
        // As few as the kernel makes, and a power of two.
        options.size = options.size.max(4);
        options.hashsize = options.hashsize.max(64).next_power_of_two();
        options.bucketsize = options.bucketsize.clamp(2, 12).next_multiple_of(2);
        let width = wanted.family.map_or(32, key::width);
        let masks = |mask: IpAddr| !mask.is_unspecified();
        if options.netmask.is_some_and(|len| len == 0 || len > width)
            || !options.bitmask.is_none_or(masks)
        {
            return Err(refusal::INVALID_NETMASK.into());
        }
        if options
            .range
            .is_some_and(|range| !range.fits(options.netmask))
        {
            return Err(refusal::BITMAP_SIZE.into());
        }
        if wanted.kind.method() == Method::Bitmap && options.range.is_none() {
            return Err(Errno(4097).into());
        }
        Ok(Set {
            name: wanted.name.clone(),
            kind: wanted.kind,
            family: wanted.family,
            options,
            elements: HashMap::default(),
            lens: BTreeMap::new(),
            devices: Vec::new(),
            members: Vec::new(),
        })
    }

    /// Whether it is made as another one is wanted (`same_set`).
    pub(super) fn is_as(&self, wanted: &IpSet) -> bool {
        let (own, other) = (&self.options, &wanted.options);
        self.kind == wanted.kind
            && own.netmask == other.netmask
            && own.timeout == other.timeout
            && own.markmask == other.markmask
            && own.maxelem == other.maxelem
            && own.range == other.range
            && (own.counters, own.comment, own.skbinfo)
                == (other.counters, other.comment, other.skbinfo)
    }

    /// Whether an element says what this set has no room for.
    pub(super) fn check(&self, entry: &Entry) -> Result<()> {
        let options = &self.options;
        let refused = [
            (
                entry.timeout.is_some() && options.timeout.is_none(),
                refusal::TIMEOUT,
            ),
            (
                entry.counter.is_some() && !options.counters,
                refusal::COUNTER,
            ),
            (
                entry.comment.is_some() && !options.comment,
                refusal::COMMENT,
            ),
            (
                entry.skb != Skb::default() && !options.skbinfo,
                refusal::SKBINFO,
            ),
        ];
        match refused.into_iter().find(|(refused, _)| *refused) {
            Some((_, errno)) => Err(errno.into()),
            None => Ok(()),
        }
    }

    /// The family of its addresses.
    pub(super) fn addresses(&self) -> Family {
        self.family.unwrap_or(Family::V4)
    }

    /// What an element is found by.
    ///
    /// # Errors
    /// It is none of this set's.
    pub(super) fn key(&mut self, parts: &[Part]) -> Result<Key> {
        let family = self.addresses();
        let mut key = Key {
            words: [0; 3],
            lens: [0; 2],
        };
        let mut nets = 0;
        for (at, dimension) in self.kind.dimensions().iter().enumerate() {
            let Some(part) = parts.get(at) else {
                if self.kind == Kind::BitmapIpMac && at == 1 {
                    continue;
                }
                return Err(Errno::INVAL.into());
            };
            key.words[at] = match (dimension, part) {
                (Dimension::Ip | Dimension::Net, Part::Net { address, .. })
                    if Family::of(*address) != family =>
                {
                    return Err(match family {
                        Family::V4 => refusal::IPADDR_IPV4,
                        Family::V6 => refusal::IPADDR_IPV6,
                    }
                    .into());
                }
                (Dimension::Ip, Part::Net { address, .. }) => self.host(key::address(*address)),
                (Dimension::Net, Part::Net { address, prefix }) => {
                    if *prefix == 0 && !self.kind.takes_all() {
                        return Err(refusal::INVALID_CIDR.into());
                    }
                    key.lens[nets] = *prefix;
                    nets += 1;
                    self.host(key::masked(key::address(*address), *prefix, family))
                }
                (Dimension::Port, Part::Port { protocol: 0, .. })
                    if self.kind.method() == Method::Hash =>
                {
                    return Err(refusal::HASH_PROTOCOL.into());
                }
                (Dimension::Port, Part::Port { protocol, port }) => key::port(*protocol, *port),
                (Dimension::Mac, Part::Mac(_)) if self.kind == Kind::BitmapIpMac => 0,
                (Dimension::Mac, Part::Mac(mac)) => key::mac(*mac),
                (Dimension::Mark, Part::Mark(mark)) => self.mark(*mark),
                (
                    Dimension::Iface,
                    Part::Iface {
                        name,
                        physdev,
                        wildcard,
                    },
                ) => {
                    let physdev = *physdev;
                    self.device(&key, Device { name, physdev }, *wildcard)
                }
                _ => return Err(Errno::INVAL.into()),
            };
        }
        self.in_range(&key)?;
        let addressed = self.kind.dimensions()[0] == Dimension::Ip;
        if self.kind.method() == Method::Hash && addressed && key.words[0] == 0 {
            return Err(refusal::HASH_ELEM.into());
        }
        Ok(key)
    }

    /// How many parts of its elements are networks.
    fn networks(&self) -> usize {
        let dimensions = self.kind.dimensions().iter();
        dimensions.filter(|d| **d == Dimension::Net).count()
    }

    /// The bits of an address that count.
    pub(super) fn host(&self, address: u128) -> u128 {
        match (self.options.netmask, self.options.bitmask) {
            (Some(len), _) => key::masked(address, len, self.addresses()),
            (None, Some(mask)) => address & key::address(mask),
            (None, None) => address,
        }
    }

    /// The bits of a mark that count.
    pub(super) fn mark(&self, mark: u32) -> u128 {
        u128::from(mark & self.options.markmask.unwrap_or(u32::MAX))
    }

    /// The place of the device by which an element is found that says this of it: an element that is
    /// there has it too if its name begins the other's and says so (`wildcard`).
    pub(super) fn device(&mut self, key: &Key, device: Device<'_>, wildcard: bool) -> u128 {
        let there = self.places(device).find(|place| {
            let mut key = *key;
            key.words[DEVICE] = *place;
            self.elements.contains_key(&key)
        });
        if let Some(place) = there {
            return place;
        }
        let is = |d: &(String, bool, bool)| {
            d.0 == device.name && (d.1, d.2) == (device.physdev, wildcard)
        };
        let known = self.devices.iter().position(is);
        let place = known.unwrap_or(self.devices.len());
        if known.is_none() {
            let Device { name, physdev } = device;
            self.devices.push((name.to_owned(), physdev, wildcard));
        }
        place as u128
    }

    /// The places of those that elements name which are this device, by its name or by how that begins.
    fn places(&self, device: Device<'_>) -> impl Iterator<Item = u128> {
        let is = move |(name, physdev, wildcard): &(String, bool, bool)| {
            let same = match wildcard {
                true => device.name.starts_with(name.as_str()),
                false => device.name == name,
            };
            same && *physdev == device.physdev
        };
        let places = self.devices.iter().enumerate();
        places
            .filter(move |(_, own)| is(own))
            .map(|(place, _)| place as u128)
    }

    /// # Errors
    /// A bitmap has no such element.
    fn in_range(&self, key: &Key) -> Result<()> {
        let (first, last) = match self.options.range {
            None => return Ok(()),
            Some(Range::Addresses(first, last)) => {
                (key::address(first.into()), key::address(last.into()))
            }
            Some(Range::Ports(first, last)) => (first.into(), last.into()),
        };
        match (first..=last).contains(&key.words[0]) {
            true => Ok(()),
            false => Err(refusal::BITMAP_RANGE.into()),
        }
    }

    pub(super) fn data(&self, entry: &Entry, parts: &[Part], now: Time) -> Data {
        let seconds = entry.timeout.or(self.options.timeout).unwrap_or(0);
        let mac = match (self.kind, parts.get(1)) {
            (Kind::BitmapIpMac, Some(Part::Mac(mac))) => Some(*mac),
            _ => None,
        };
        Data {
            expires: (seconds > 0).then(|| now + Duration::from_secs(seconds.into())),
            counter: entry.counter.unwrap_or_default(),
            comment: entry.comment.clone(),
            nomatch: entry.nomatch,
            skb: entry.skb,
            mac,
        }
    }

    /// Puts an element in.
    ///
    /// # Errors
    /// It is there, or the set is full.
    pub(super) fn add(
        &mut self,
        key: Key,
        entry: &Entry,
        parts: &[Part],
        exist: bool,
        now: Time,
    ) -> Result<()> {
        let data = self.data(entry, parts, now);
        if let Some(there) = self.elements.get_mut(&key) {
            if there.is_alive(now) && !exist {
                return Err(refusal::EXIST.into());
            }
            *there = data;
            return Ok(());
        }
        if self.kind.method() == Method::Hash
            && self.elements.len() >= self.options.maxelem as usize
        {
            self.make_room(now)?;
        }
        self.elements.insert(key, data);
        *self.lens.entry(Reverse(key.lens)).or_default() += 1;
        Ok(())
    }

    /// Elements past their time go; where none is, one by chance if the set is made so.
    fn make_room(&mut self, now: Time) -> Result<()> {
        let past: Vec<Key> = self
            .elements
            .iter()
            .filter(|(_, data)| !data.is_alive(now))
            .map(|(key, _)| *key)
            .collect();
        for key in &past {
            self.forget(key);
        }
        if !past.is_empty() {
            return Ok(());
        }
        let first = self.elements.keys().next().copied();
        match first.filter(|_| self.options.forceadd) {
            Some(key) => {
                self.forget(&key);
                Ok(())
            }
            None => Err(refusal::HASH_FULL.into()),
        }
    }

    fn forget(&mut self, key: &Key) -> Option<Data> {
        let gone = self.elements.remove(key)?;
        if let Some(count) = self.lens.get_mut(&Reverse(key.lens)) {
            *count -= 1;
            if *count == 0 {
                self.lens.remove(&Reverse(key.lens));
            }
        }
        Some(gone)
    }

    /// Takes an element out; whether it was there.
    pub(super) fn remove(&mut self, key: &Key, now: Time) -> bool {
        self.forget(key).is_some_and(|data| data.is_alive(now))
    }

    /// Takes all out.
    pub(super) fn flush(&mut self) {
        self.elements.clear();
        self.lens.clear();
        self.devices.clear();
        self.members.clear();
    }

    /// Whether an element is in the set and says no if it is asked for so; an address is in any network that has
    /// it, a network only if it is there itself.
    pub(super) fn test(&mut self, key: &Key, entry: &Entry, now: Time) -> bool {
        let parts = &entry.parts;
        let width = key::width(self.addresses());
        let nets = self.networks();
        let host = key.lens[..nets].iter().all(|len| *len == width);
        let found = match nets > 0 && host {
            true => self.find(key.words, device_of(parts), now),
            false => self.elements.get_mut(key).filter(|data| data.is_alive(now)),
        };
        let mac = parts.get(1);
        found.is_some_and(|data| {
            let other = match (mac, data.mac) {
                (Some(Part::Mac(asked)), Some(own)) => *asked != own,
                _ => false,
            };
            data.nomatch == entry.nomatch && !other
        })
    }

    /// The element that a packet with these parts meets: that of the longest networks.
    pub(super) fn find(
        &mut self,
        words: [u128; 3],
        device: Option<Device<'_>>,
        now: Time,
    ) -> Option<&mut Data> {
        let found = self.found(words, device, now)?;
        self.elements.get_mut(&found)
    }

    /// By what it is found.
    pub(super) fn found(
        &self,
        words: [u128; 3],
        device: Option<Device<'_>>,
        now: Time,
    ) -> Option<Key> {
        let alive = |key: &Key| {
            let data = self.elements.get(key);
            data.is_some_and(|data| data.is_alive(now))
        };
        let mut keys = self.lens.keys().map(|lens| self.key_with(words, lens.0));
        match device {
            None => keys.find(alive),
            Some(device) => keys.find_map(|key| {
                let mut with = self.places(device).map(|place| {
                    let mut key = key;
                    key.words[DEVICE] = place;
                    key
                });
                with.find(alive)
            }),
        }
    }

    /// The element that is found by a key.
    pub(super) fn element(&self, key: &Key) -> Option<&Data> {
        self.elements.get(key)
    }

    /// What an element is found by which a rule adds: of a network, as long as the longest there is.
    pub(super) fn key_to_add(&mut self, words: [u128; 3], device: Option<Device<'_>>) -> Key {
        let width = key::width(self.addresses());
        let longest = self.lens.keys().next().map(|lens| lens.0);
        let nets = self.networks();
        let mut lens = longest.unwrap_or([width; 2]);
        lens[nets..].fill(0);
        let mut key = self.key_with(words, lens);
        if let Some(device) = device {
            key.words[DEVICE] = self.device(&key, device, false);
        }
        key
    }

    /// What an element with networks of these lengths is found by.
    fn key_with(&self, words: [u128; 3], lens: [u8; 2]) -> Key {
        let mut key = Key { words, lens };
        let mut nets = lens.iter();
        for (word, dimension) in key.words.iter_mut().zip(self.kind.dimensions()) {
            if *dimension == Dimension::Net
                && let Some(len) = nets.next()
            {
                *word = self.host(key::masked(*word, *len, self.addresses()));
            }
        }
        key
    }
}
