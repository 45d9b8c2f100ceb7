//! Sets that rules of xtables ask (ipset(8)).
//!
//! `key` is what elements are found by, `set` keeps them, `ask` is where rules come in. A set has a
//! place of its own as long as it lives: rules and lists go by that, so that swapping contents moves
//! what they find.

mod ask;
mod key;
mod list;
mod restore;
mod set;
mod told;

pub(crate) use ask::{carry_out, matches};
pub(crate) use restore::restore;
pub(crate) use told::look;

use crate::namespace::NsId;
use crate::net::Net;
use foldhash::fast::FixedState;
use netloom_model::ipset::{
    Dimension, Entry, Expansion, IpSet, IpSetChange, Kind, ListPlace, Method, Part, expand, refusal,
};
use netloom_model::ruleset::Statement;
use netloom_model::{Errno, Result, Time};
use set::Set;
use std::collections::HashMap;

/// Most sets of a namespace (`max_sets`).
const MOST: usize = 65_534;

/// The sets of a namespace, each at its place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sets {
    sets: Vec<Option<Set>>,
    places: HashMap<String, usize, FixedState>,
}

impl Sets {
    /// The place of the set called `name`.
    fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    fn get(&self, name: &str) -> Result<&Set> {
        let set = self.place(name).and_then(|place| self.sets[place].as_ref());
        Ok(set.ok_or(Errno::NOENT)?)
    }

    fn get_mut(&mut self, name: &str) -> Result<&mut Set> {
        let place = self.place(name).ok_or(Errno::NOENT)?;
        Ok(self.sets[place].as_mut().ok_or(Errno::NOENT)?)
    }

    fn at(&mut self, place: usize) -> Option<&mut Set> {
        self.sets.get_mut(place)?.as_mut()
    }

    /// How many lists have a set.
    fn listed(&self, place: usize) -> u32 {
        let lists = self.sets.iter().flatten();
        lists.filter(|list| list.lists(place)).count() as u32
    }
}

/// The sets, as they are told.
pub(crate) fn list(net: &Net, ns: NsId) -> Vec<IpSet> {
    let Some(sets) = &net.ns(ns).ipsets else {
        return Vec::new();
    };
    let each = sets.sets.iter().enumerate();
    let told = each.filter_map(|(place, set)| {
        let set = set.as_ref()?;
        let names = |place: usize| sets.sets.get(place)?.as_ref().map(|set| set.name.clone());
        let references = sets.listed(place) + asked(net, ns, &set.name);
        Some(set.describe(net.now, references, &names))
    });
    let mut all: Vec<IpSet> = told.collect();
    // Lists come behind the sets that they name.
    all.sort_by_key(|set| set.kind.method() == Method::List);
    all
}

/// How many matches and targets of rules name a set.
fn asked(net: &Net, ns: NsId, name: &str) -> u32 {
    let Some(filter) = &net.ns(ns).filter else {
        return 0;
    };
    let mentioned = filter.statements().flat_map(Statement::ipsets);
    mentioned.filter(|set| *set == name).count() as u32
}

/// Carries a request about sets out.
///
/// # Errors
/// As the kernel numbers them: [`refusal`], `ENOENT` where there is no such set.
pub(crate) fn apply(net: &mut Net, ns: NsId, change: &IpSetChange) -> Result<()> {
    let now = net.now;
    let initval = net.random.next() as u32;
    let used = |net: &Net, name: &str| asked(net, ns, name) > 0;
    for list in own(net, ns).sets.iter_mut().flatten() {
        list.members.retain(|(_, data)| data.is_alive(now));
    }
    match change {
        IpSetChange::Create { set, exist } => create(own(net, ns), set, *exist, initval),
        IpSetChange::Destroy(Some(name)) => {
            let in_rules = used(net, name);
            let sets = own(net, ns);
            let place = sets.place(name).ok_or(Errno::NOENT)?;
            if in_rules || sets.listed(place) > 0 {
                return Err(refusal::BUSY.into());
            }
            sets.sets[place] = None;
            sets.places.remove(name);
            Ok(())
        }
        IpSetChange::Destroy(None) => {
            let all: Vec<String> = list(net, ns).into_iter().map(|set| set.name).collect();
            let sets = own(net, ns);
            let listed = (0..sets.sets.len()).any(|place| sets.listed(place) > 0);
            if listed || all.iter().any(|name| used(net, name)) {
                return Err(refusal::BUSY.into());
            }
            *own(net, ns) = Sets::default();
            Ok(())
        }
        IpSetChange::Flush(Some(name)) => {
            own(net, ns).get_mut(name)?.flush();
            Ok(())
        }
        IpSetChange::Flush(None) => {
            own(net, ns).sets.iter_mut().flatten().for_each(Set::flush);
            Ok(())
        }
        IpSetChange::Rename(from, to) => {
            let in_rules = used(net, from);
            let sets = own(net, ns);
            let place = sets.place(from).ok_or(Errno::NOENT)?;
            if in_rules || sets.listed(place) > 0 {
                return Err(refusal::REFERENCED.into());
            }
            if sets.place(to).is_some() {
                return Err(refusal::EXIST_SETNAME2.into());
            }
            sets.get_mut(from)?.name.clone_from(to);
            sets.places.remove(from);
            sets.places.insert(to.clone(), place);
            Ok(())
        }
        IpSetChange::Swap(one, other) => swap(own(net, ns), one, other),
        IpSetChange::Add { set, entry, exist } => add(own(net, ns), set, entry, *exist, now),
        IpSetChange::Del { set, entry, exist } => delete(own(net, ns), set, entry, *exist, now),
        IpSetChange::Test { set, entry } => test(own(net, ns), set, entry, now),
    }
}

fn own(net: &mut Net, ns: NsId) -> &mut Sets {
    net.ns_mut(ns).ipsets.get_or_insert_default()
}

fn create(sets: &mut Sets, wanted: &IpSet, exist: bool, initval: u32) -> Result<()> {
    if let Ok(there) = sets.get(&wanted.name) {
        return match exist && there.is_as(wanted) {
            true => Ok(()),
            false => Err(Errno::EXIST.into()),
        };
    }
    let set = Set::new(wanted, initval)?;
    let free = sets.sets.iter().position(Option::is_none);
    let place = free.unwrap_or(sets.sets.len());
    if place >= MOST {
        return Err(Errno(4099).into());
    }
    if free.is_none() {
        sets.sets.push(None);
    }
    sets.places.insert(set.name.clone(), place);
    sets.sets[place] = Some(set);
    Ok(())
}

/// The contents change places, the names stay.
fn swap(sets: &mut Sets, one: &str, other: &str) -> Result<()> {
    let (first, second) = (sets.place(one), sets.place(other));
    let first = first.ok_or(Errno::NOENT)?;
    let second = second.ok_or(refusal::EXIST_SETNAME2)?;
    let kind = |set: &Option<Set>| set.as_ref().map(|set| (set.kind, set.family));
    if kind(&sets.sets[first]) != kind(&sets.sets[second]) {
        return Err(refusal::TYPE_MISMATCH.into());
    }
    sets.sets.swap(first, second);
    for (place, name) in [(first, one), (second, other)] {
        if let Some(set) = &mut sets.sets[place] {
            name.clone_into(&mut set.name);
        }
    }
    Ok(())
}

/// The place of the set that an element of a list names, if it may be in one.
fn member(sets: &Sets, entry: &Entry) -> Result<usize> {
    let Some(Part::Set(name)) = entry.parts.first() else {
        return Err(Errno::INVAL.into());
    };
    let place = sets.place(name).ok_or(refusal::LIST_NAME)?;
    match &sets.sets[place] {
        Some(set) if set.kind == Kind::ListSet => Err(refusal::LIST_LOOP.into()),
        _ => Ok(place),
    }
}

/// The place of the set before or behind which an element of a list stands, and whether behind.
fn neighbour(sets: &Sets, entry: &Entry) -> Result<Option<(usize, bool)>> {
    let (name, behind) = match &entry.place {
        None => return Ok(None),
        Some(ListPlace::Before(name)) => (name, false),
        Some(ListPlace::After(name)) => (name, true),
    };
    let place = sets.place(name).ok_or(refusal::LIST_NAMEREF)?;
    Ok(Some((place, behind)))
}

/// More elements than one request takes out of a set where they need not be there.
const MOST_GONE: u64 = 1 << 24;

/// The elements that a request means. Those of a bitmap are all within it.
fn meant(set: &mut Set, entry: &Entry) -> Result<Expansion> {
    let nowhere = |part: &Part| matches!(part, Part::Net { prefix: 0, .. });
    let of_hosts = entry.parts.iter().zip(set.kind.dimensions());
    let mut of_hosts = of_hosts.filter(|(_, dimension)| **dimension == Dimension::Ip);
    if of_hosts.any(|(part, _)| nowhere(part)) {
        return Err(refusal::INVALID_CIDR.into());
    }
    let several = expand(set.kind, &entry.parts);
    if set.kind.method() == Method::Bitmap
        && let Some(last) = several.at(several.total().saturating_sub(1))
    {
        set.key(&last)?;
    }
    Ok(several)
}

fn add(sets: &mut Sets, name: &str, entry: &Entry, exist: bool, now: Time) -> Result<()> {
    let set = sets.get(name)?;
    set.check(entry)?;
    if set.kind.method() == Method::List {
        let place = member(sets, entry)?;
        let beside = neighbour(sets, entry)?;
        return sets.get_mut(name)?.enlist(place, entry, beside, exist, now);
    }
    let set = sets.get_mut(name)?;
    let mut before = None;
    for parts in meant(set, entry)? {
        let key = set.key(&parts)?;
        // Of a network that counts as one, all hosts are the same element.
        if before.replace(key) != Some(key) {
            set.add(key, entry, &parts, exist, now)?;
        }
    }
    Ok(())
}

fn delete(sets: &mut Sets, name: &str, entry: &Entry, exist: bool, now: Time) -> Result<()> {
    let set = sets.get(name)?;
    if set.kind.method() == Method::List {
        let place = member(sets, entry)?;
        let beside = neighbour(sets, entry)?;
        return sets.get_mut(name)?.delist(place, beside, exist);
    }
    let set = sets.get_mut(name)?;
    let several = meant(set, entry)?;
    if exist && several.total() > MOST_GONE {
        return Err(refusal::HASH_RANGE.into());
    }
    let mut before = None;
    for parts in several {
        let key = set.key(&parts)?;
        let again = before.replace(key) == Some(key);
        if !again && !set.remove(&key, now) && !exist {
            return Err(refusal::EXIST.into());
        }
    }
    Ok(())
}

fn test(sets: &mut Sets, name: &str, entry: &Entry, now: Time) -> Result<()> {
    let set = sets.get(name)?;
    let found = if set.kind.method() == Method::List {
        let place = member(sets, entry)?;
        let beside = neighbour(sets, entry)?;
        sets.get(name)?.has_member(place, beside)
    } else {
        let set = sets.get_mut(name)?;
        let key = set.key(&entry.parts)?;
        set.test(&key, entry, now)
    };
    match found {
        true => Ok(()),
        false => Err(refusal::EXIST.into()),
    }
}
