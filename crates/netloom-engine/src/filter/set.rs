//! Sets and maps: which element has a key.

use super::xt::memory::Memories;
use netloom_model::Time;
use netloom_model::ruleset::set::{Element, ElementData};
use netloom_model::ruleset::{Set, Value};
use std::collections::{BTreeMap, HashMap};

/// A key: a number for each of its parts.
pub(super) type Key = Box<[u128]>;

/// What elements remember, by their keys.
pub(super) type Remembered = HashMap<Key, Memories, foldhash::fast::FixedState>;

/// A set or map.
#[derive(Clone, Debug)]
pub(super) struct Store {
    /// What is said of it; its elements are in `index`.
    pub(super) set: Set,
    index: Index,
    /// Whether packets change it, or what its elements count.
    pub(super) lives: bool,
    /// What elements remember that do more than match.
    memories: Remembered,
}

/// Elements by their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    single: HashMap<Key, Element, foldhash::fast::FixedState>,
    /// Ranges of keys of one part, by their beginning; none overlaps another.
    ranges: BTreeMap<u128, (u128, Element)>,
    /// Ranges of keys of several parts: each part within its own.
    boxes: Vec<(Vec<(u128, u128)>, Element)>,
    rest: Option<Box<Element>>,
}

/// What is wrong with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is there.
    Exists,
    /// It overlaps one that is there.
    Overlaps,
    /// A key is too long, or its end is before its beginning.
    Malformed,
}

pub(super) fn numbers(values: &[Value]) -> Option<Vec<u128>> {
    values.iter().map(Value::to_number).collect()
}

impl Index {
    /// An index of elements; the first that is wrong.
    pub(super) fn of(elements: &[Element]) -> Result<Index, Refused> {
        let mut index = Index::default();
        for element in elements {
            index.insert(element.clone())?;
        }
        Ok(index)
    }

    /// Puts an element in.
    pub(super) fn insert(&mut self, element: Element) -> Result<(), Refused> {
        if element.catch_all {
            if self.rest.is_some() {
                return Err(Refused::Exists);
            }
            self.rest = Some(Box::new(element));
            return Ok(());
        }
        let from = numbers(&element.from).ok_or(Refused::Malformed)?;
        let Some(to) = &element.to else {
            let key = from.into_boxed_slice();
            if self.single.contains_key(&key) {
                return Err(Refused::Exists);
            }
            if self.in_ranges(&key).is_some() {
                return Err(Refused::Overlaps);
            }
            self.single.insert(key, element);
            return Ok(());
        };
        let to = numbers(to).ok_or(Refused::Malformed)?;
        if from.len() != to.len() || from.iter().zip(&to).any(|(from, to)| from > to) {
            return Err(Refused::Malformed);
        }
        match (&from[..], &to[..]) {
            ([from], [to]) => {
                let before = self.ranges.range(..=to).next_back();
                match before {
                    Some((f, (t, _))) if (f, t) == (from, to) => return Err(Refused::Exists),
                    Some((_, (end, _))) if end >= from => return Err(Refused::Overlaps),
                    _ => {}
                }
                self.ranges.insert(*from, (*to, element));
            }
            _ => {
                let sides: Vec<_> = from.into_iter().zip(to).collect();
                if self.boxes.iter().any(|(other, _)| *other == sides) {
                    return Err(Refused::Exists);
                }
                self.boxes.push((sides, element));
            }
        }
        Ok(())
    }

    /// Takes the element with just these keys out.
    pub(super) fn remove(&mut self, element: &Element) -> Option<Element> {
        if element.catch_all {
            return self.rest.take().map(|rest| *rest);
        }
        let from = numbers(&element.from)?;
        let Some(to) = &element.to else {
            return self.single.remove(&from[..]);
        };
        let to = numbers(to)?;
        match (&from[..], &to[..]) {
            ([from], [to]) if self.ranges.get(from).is_some_and(|(end, _)| end == to) => {
                self.ranges.remove(from).map(|(_, element)| element)
            }
            ([_], _) => None,
            _ => {
                let sides: Vec<_> = from.into_iter().zip(to).collect();
                let at = self.boxes.iter().position(|(other, _)| *other == sides)?;
                Some(self.boxes.remove(at).1)
            }
        }
    }

    /// The element that has a key.
    pub(super) fn find(&self, key: &[u128]) -> Option<&Element> {
        self.single
            .get(key)
            .or_else(|| self.in_ranges(key))
            .or(self.rest.as_deref())
    }

    fn in_ranges(&self, key: &[u128]) -> Option<&Element> {
        if let [key] = key
            && let Some((_, (end, element))) = self.ranges.range(..=*key).next_back()
            && end >= key
        {
            return Some(element);
        }
        let within = |sides: &[(u128, u128)]| {
            sides.len() == key.len()
                && sides
                    .iter()
                    .zip(key)
                    .all(|((from, to), part)| from <= part && part <= to)
        };
        let found = self.boxes.iter().find(|(sides, _)| within(sides));
        found.map(|(_, element)| element)
    }

    /// Its elements, in the order of their keys.
    fn elements(&self) -> Vec<Element> {
        let mut all: Vec<Element> = self.single.values().cloned().collect();
        all.extend(self.ranges.values().map(|(_, element)| element.clone()));
        all.sort_by(|a, b| a.from.cmp(&b.from));
        all.extend(self.boxes.iter().map(|(_, element)| element.clone()));
        all.extend(self.rest.as_deref().cloned());
        all
    }

    /// What its elements have beside their keys.
    pub(super) fn data(&self) -> impl Iterator<Item = &ElementData> {
        self.all().filter_map(|element| element.data.as_ref())
    }

    /// Its elements in no order.
    fn all(&self) -> impl Iterator<Item = &Element> {
        let ranges = self.ranges.values().map(|(_, element)| element);
        let boxes = self.boxes.iter().map(|(_, element)| element);
        let all = self.single.values().chain(ranges).chain(boxes);
        all.chain(self.rest.as_deref())
    }

    /// The same, to be changed.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Element> {
        let ranges = self.ranges.values_mut().map(|(_, element)| element);
        let boxes = self.boxes.iter_mut().map(|(_, element)| element);
        let all = self.single.values_mut().chain(ranges).chain(boxes);
        all.chain(self.rest.as_deref_mut())
    }

    /// The element that has a key, to be changed.
    fn find_mut(&mut self, key: &[u128]) -> Option<&mut Element> {
        if self.single.contains_key(key) {
            return self.single.get_mut(key);
        }
        let from = self.in_ranges(key).map(|element| element.from.clone());
        match (from.as_deref(), key) {
            (None, _) => self.rest.as_deref_mut(),
            (Some([from]), [_]) => {
                let found = self.ranges.get_mut(&from.to_number()?);
                found.map(|(_, element)| element)
            }
            (Some(from), _) => {
                let mut boxes = self.boxes.iter_mut();
                let found = boxes.find(|(_, element)| element.from == from);
                found.map(|(_, element)| element)
            }
        }
    }

    /// An element with all those that it overlaps or touches, which are taken out: what nft does for a
    /// set that is to be merged before it tells the kernel.
    fn merge(&mut self, element: Element) -> Element {
        let ends = |element: &Element| -> Option<(u128, u128)> {
            let to = element.to.as_ref().unwrap_or(&element.from);
            match (&element.from[..], &to[..]) {
                ([from], [to]) => Some((from.to_number()?, to.to_number()?)),
                _ => None,
            }
        };
        let Some((mut low, mut high)) = ends(&element).filter(|_| !element.catch_all) else {
            return element;
        };
        let touching: Vec<Element> = self
            .all()
            .filter(|other| !other.catch_all && other.data.is_none())
            .filter(|other| {
                ends(other).is_some_and(|(from, to)| {
                    from <= high.saturating_add(1) && low <= to.saturating_add(1)
                })
            })
            .cloned()
            .collect();
        let len = element.from.first().map_or(0, |from| from.bytes().len());
        for other in &touching {
            let (from, to) = ends(other).unwrap_or((low, high));
            (low, high) = (low.min(from), high.max(to));
            self.remove(other);
        }
        Element {
            from: vec![Value::number(low, len)],
            to: (low != high).then(|| vec![Value::number(high, len)]),
            ..element
        }
    }

    fn len(&self) -> usize {
        self.single.len() + self.ranges.len() + self.boxes.len() + usize::from(self.rest.is_some())
    }
}

impl Store {
    /// A set with the elements that it is given.
    pub(super) fn new(mut set: Set) -> Result<Store, Refused> {
        let elements = core::mem::take(&mut set.elements);
        let index = Index::of(&elements)?;
        Ok(Store {
            set,
            index,
            lives: elements
                .iter()
                .any(|element| !element.statements.is_empty()),
            memories: HashMap::default(),
        })
    }

    /// Puts an element in, which begins to grow old; whether there was room.
    pub(super) fn insert(&mut self, mut element: Element, now: Time) -> Result<bool, Refused> {
        if self.set.flags.timeout {
            let lasts = element.timeout.or(self.set.timeout);
            // What it is given to expire is how long it has left.
            let left = element
                .expires
                .map(|left| left.0)
                .or(lasts.map(|ms| ms.saturating_mul(1_000_000)));
            element.expires = left.map(|left| Time(now.0.saturating_add(left)));
        }
        if element.statements.is_empty() {
            element.statements.clone_from(&self.set.statements);
        }
        self.lives |= !element.statements.is_empty();
        // Ranges of several parts stay in the order in which they were put in, and so do single keys beside
        // them.
        if self.set.flags.interval && element.from.len() > 1 && element.to.is_none() {
            element.to = Some(element.from.clone());
        }
        if self.set.auto_merge {
            element = self.index.merge(element);
        }
        if self
            .set
            .size
            .is_some_and(|most| self.index.len() >= most as usize)
        {
            return Ok(false);
        }
        self.index.insert(element).map(|()| true)
    }

    /// The element of a key of its own.
    pub(super) fn own_mut(&mut self, key: &[u128]) -> Option<&mut Element> {
        self.index.single.get_mut(key)
    }

    /// The element that has a key, and what elements remember that remember something.
    pub(super) fn kept(&mut self, key: &[u128]) -> Option<(&mut Element, &mut Remembered)> {
        let element = self.index.find_mut(key)?;
        Some((element, &mut self.memories))
    }

    /// Its elements in no order, to be changed.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Element> {
        self.index.all_mut()
    }

    /// Whether its elements do more than match.
    pub(super) fn counts(&self) -> bool {
        self.lives || self.set.flags.dynamic || !self.set.statements.is_empty()
    }

    pub(super) fn remove(&mut self, element: &Element) -> Option<Element> {
        if let Some(key) = numbers(&element.from) {
            self.memories.remove(&key[..]);
        }
        if self.set.flags.interval && element.from.len() > 1 && element.to.is_none() {
            let to = Some(element.from.clone());
            let whole = Element {
                to,
                ..element.clone()
            };
            return self.index.remove(&whole);
        }
        self.index.remove(element)
    }

    /// Takes out what is past its time: when the next one will be.
    pub(super) fn expire(&mut self, now: Time) -> Option<Time> {
        if !self.set.flags.timeout {
            return None;
        }
        let over = |element: &&Element| element.expires.is_some_and(|at| at <= now);
        let gone: Vec<Element> = self.index.all().filter(over).cloned().collect();
        for element in gone {
            self.remove(&element);
        }
        self.index.all().filter_map(|element| element.expires).min()
    }

    pub(super) fn clear(&mut self) {
        self.index = Index::default();
        self.memories.clear();
    }

    /// The element that has a key.
    pub(super) fn find(&self, key: &[u128]) -> Option<&Element> {
        self.index.find(key)
    }

    /// What its elements have beside their keys.
    pub(super) fn data(&self) -> impl Iterator<Item = &ElementData> {
        self.index.data()
    }

    /// The set as the model tells it.
    pub(super) fn describe(&self, now: Time) -> Set {
        let mut elements = self.index.elements();
        elements.retain(|element| element.expires.is_none_or(|at| at > now));
        Set {
            elements,
            ..self.set.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(number: u16) -> Value {
        Value::from(number)
    }

    #[test]
    fn a_key_is_found_by_itself_and_within_a_range() {
        let elements = [
            Element::of(port(80)),
            Element::range(port(1000), port(2000)),
        ];
        let index = Index::of(&elements).expect("a set");
        assert_eq!(index.find(&[80]), Some(&elements[0]));
        assert_eq!(index.find(&[2000]), Some(&elements[1]));
        assert_eq!(index.find(&[2001]), None);
    }

    #[test]
    fn elements_that_are_there_or_overlap_are_refused() {
        let mut index = Index::of(&[Element::range(port(10), port(20))]).expect("a set");
        let overlapping = Element::range(port(20), port(30));
        assert_eq!(index.insert(overlapping), Err(Refused::Overlaps));
        let same = Element::range(port(10), port(20));
        assert_eq!(index.insert(same), Err(Refused::Exists));
        let backwards = Element::range(port(31), port(30));
        assert_eq!(index.insert(backwards), Err(Refused::Malformed));
    }

    #[test]
    fn what_nothing_else_has_is_caught() {
        let mut rest = Element::of(port(0));
        rest.catch_all = true;
        let index = Index::of(&[Element::of(port(80)), rest.clone()]).expect("a set");
        assert_eq!(index.find(&[81]), Some(&rest));
    }
}
