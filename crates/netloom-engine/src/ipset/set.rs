//! A set and its elements.

use super::key::{self, Key};
use core::cmp::Reverse;
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
    elements: HashMap<Key, Data, FixedState>,
    /// How many elements there are of each pair of lengths, the longest first.
    lens: BTreeMap<Reverse<[u8; 2]>, u32>,
    /// Devices that elements name: an element has the place of its own here.
    pub(super) devices: Vec<(String, bool, bool)>,
    /// The sets of a list by their places.
    pub(super) members: Vec<(usize, Data)>,
}

/// What an element has beside what it is found by.
#[derive(Clone, Debug, Default)]
pub(super) struct Data {
    /// When it goes; none: never.
    expires: Option<Time>,
    pub(super) counter: Counter,
    comment: Option<String>,
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
        let width = wanted.family.map_or(32, key::width);
        if options.netmask.is_some_and(|len| len == 0 || len > width) {
            return Err(refusal::INVALID_NETMASK.into());
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
                    if *prefix == 0 && self.kind == Kind::HashNet {
                        return Err(refusal::INVALID_CIDR.into());
                    }
                    key.lens[nets] = *prefix;
                    nets += 1;
                    key::masked(key::address(*address), *prefix, family)
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
                ) => self.device((name, *physdev, *wildcard)),
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

    /// The place of a device that an element names.
    fn device(&mut self, (name, physdev, wildcard): (&str, bool, bool)) -> u128 {
        let is = |d: &(String, bool, bool)| d.0 == name && (d.1, d.2) == (physdev, wildcard);
        let known = self.devices.iter().position(is);
        let place = known.unwrap_or(self.devices.len());
        if known.is_none() {
            self.devices.push((name.to_owned(), physdev, wildcard));
        }
        place as u128
    }

    /// The place of the device that is called `name`; else of those that its name begins with.
    pub(super) fn device_of(&self, name: &str) -> Option<u128> {
        let whole =
            |(own, physdev, wildcard): &(String, bool, bool)| !physdev && !wildcard && own == name;
        let begins = |(own, physdev, wildcard): &(String, bool, bool)| {
            !physdev && *wildcard && name.starts_with(own.as_str())
        };
        let found = self.devices.iter().position(whole);
        let found = found.or_else(|| self.devices.iter().position(begins));
        found.map(|place| place as u128)
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

    fn data(&self, entry: &Entry, parts: &[Part], now: Time) -> Data {
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

    /// Whether an element is in the set and does not say no; an address is in any network that has
    /// it, a network only if it is there itself.
    pub(super) fn test(&mut self, key: &Key, parts: &[Part], now: Time) -> bool {
        let width = key::width(self.addresses());
        let nets = self.networks();
        let host = key.lens[..nets].iter().all(|len| *len == width);
        let found = match nets > 0 && host {
            true => self.find(key.words, now),
            false => self.elements.get_mut(key).filter(|data| data.is_alive(now)),
        };
        let mac = parts.get(1);
        found.is_some_and(|data| {
            let other = match (mac, data.mac) {
                (Some(Part::Mac(asked)), Some(own)) => *asked != own,
                _ => false,
            };
            !data.nomatch && !other
        })
    }

    /// The element that a packet with these parts meets: that of the longest networks.
    pub(super) fn find(&mut self, words: [u128; 3], now: Time) -> Option<&mut Data> {
        let mut keys = self.lens.keys().map(|lens| self.key_with(words, lens.0));
        let alive = |key: &Key| {
            let data = self.elements.get(key);
            data.is_some_and(|data| data.is_alive(now))
        };
        let found = keys.find(alive)?;
        self.elements.get_mut(&found)
    }

    /// What an element is found by which a rule adds: of a network, as long as the longest there is.
    pub(super) fn key_to_add(&self, words: [u128; 3]) -> Key {
        let width = key::width(self.addresses());
        let longest = self.lens.keys().next().map(|lens| lens.0);
        let nets = self.networks();
        let mut lens = longest.unwrap_or([width; 2]);
        lens[nets..].fill(0);
        self.key_with(words, lens)
    }

    /// What an element with networks of these lengths is found by.
    fn key_with(&self, words: [u128; 3], lens: [u8; 2]) -> Key {
        let mut key = Key { words, lens };
        let mut nets = lens.iter();
        for (word, dimension) in key.words.iter_mut().zip(self.kind.dimensions()) {
            if *dimension == Dimension::Net
                && let Some(len) = nets.next()
            {
                *word = key::masked(*word, *len, self.addresses());
            }
        }
        key
    }

    /// Whether it is a list that has the set at `place`.
    pub(super) fn lists(&self, place: usize) -> bool {
        self.members.iter().any(|(member, _)| *member == place)
    }

    /// Puts a set into a list, beside another one if that is said.
    pub(super) fn enlist(
        &mut self,
        place: usize,
        entry: &Entry,
        beside: Option<(usize, bool)>,
        exist: bool,
        now: Time,
    ) -> Result<()> {
        let data = self.data(entry, &[], now);
        let own = self.members.iter().position(|(member, _)| *member == place);
        if let Some(own) = own {
            if !exist {
                return Err(refusal::EXIST.into());
            }
            self.members[own].1 = data;
            return Ok(());
        }
        let at = match beside {
            None => self.members.len(),
            Some((other, behind)) => {
                let at = self.members.iter().position(|(member, _)| *member == other);
                at.ok_or(refusal::LIST_REF_EXIST)? + usize::from(behind)
            }
        };
        self.members.insert(at, (place, data));
        Ok(())
    }

    /// Takes a set out of a list.
    pub(super) fn delist(
        &mut self,
        place: usize,
        beside: Option<(usize, bool)>,
        exist: bool,
    ) -> Result<()> {
        match self.member(place, beside) {
            Some(at) => {
                self.members.remove(at);
                Ok(())
            }
            None if exist => Ok(()),
            None if beside.is_some() => Err(refusal::LIST_REF_EXIST.into()),
            None => Err(refusal::EXIST.into()),
        }
    }

    pub(super) fn has_member(&self, place: usize, beside: Option<(usize, bool)>) -> bool {
        self.member(place, beside).is_some()
    }

    /// Where a set stands in the list, beside another one if that is asked.
    fn member(&self, place: usize, beside: Option<(usize, bool)>) -> Option<usize> {
        let at = self
            .members
            .iter()
            .position(|(member, _)| *member == place)?;
        let is = |at: Option<usize>, other: usize| {
            at.and_then(|at| self.members.get(at))
                .is_some_and(|(member, _)| *member == other)
        };
        let fits = match beside {
            None => true,
            Some((other, false)) => is(at.checked_add(1), other),
            Some((other, true)) => is(at.checked_sub(1), other),
        };
        fits.then_some(at)
    }

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
