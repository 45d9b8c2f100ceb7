//! Longest prefix match: from prefixes to small values, for IPv4 and IPv6 alike. It is the search
//! of a routing table (RFC 1812, section 5.2.4.3; `fib_trie` in Linux); what the values mean,
//! metrics, scopes and next hops, is not its concern.
//!
//! Three forms, each fit for a size, changing into one another as prefixes come and go:
//! - the default route, held apart: it changes most often and would touch everything;
//! - a few prefixes in a sorted vector, one allocation of some hundred bytes;
//! - more in a trie whose changes stay local, with a table in front when it is large. Clones share
//!   it until one of them changes.

mod node;
mod small;
mod trie;

use std::fmt;
use std::iter::FusedIterator;
use std::slice;
use std::sync::Arc;

use crate::ip::version::IpVersion;
use small::{Entry, Small};
use trie::Trie;

/// The most prefixes, without the default route, in the sorted vector...
const SMALL_MAX: usize = 12;
/// ... into which a trie turns back when so few are left.
const SMALL_AGAIN: usize = 6;

/// What prefixes are mapped to: numbers such as `u32`, or places and ids made of one. Any number
/// will do; those below 2^31 - 1 are found fastest in large maps.
pub trait Value: Copy + Eq + Into<u32> + TryFrom<u32> {}

impl<T: Copy + Eq + Into<u32> + TryFrom<u32>> Value for T {}

/// A map from prefixes to values, searched by address.
///
/// Host bits of a prefix are ignored, and a length beyond the address's width counts as the width.
/// A clone of a large map is as cheap as one of a small map, until it is changed.
///
/// ```
/// use netloom_engine::ip::version::V4;
/// use netloom_engine::route::lpm::Lpm;
///
/// let mut table = Lpm::<V4, u32>::new();
/// table.insert([10, 0, 0, 0].into(), 8, 1);
/// table.insert([10, 1, 0, 0].into(), 16, 2);
/// assert_eq!(table.lookup([10, 1, 2, 3].into()), Some(2));
/// assert_eq!(table.lookup_all([10, 1, 2, 3].into()).collect::<Vec<_>>(), [2, 1]);
/// assert_eq!(table.lookup([11, 0, 0, 1].into()), None);
/// ```
#[derive(Clone)]
pub struct Lpm<V: IpVersion, T> {
    default: Option<T>,
    form: Form<V, T>,
    len: usize,
}

#[derive(Clone, Debug)]
enum Form<V: IpVersion, T> {
    Small(Small<V, T>),
    Trie(Arc<Trie<V, T>>),
}

impl<V: IpVersion, T: Value> Lpm<V, T> {
    /// An empty map; allocates nothing.
    pub const fn new() -> Self {
        Self {
            default: None,
            form: Form::Small(Small::new()),
            len: 0,
        }
    }

    /// The number of prefixes, the default route included.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no prefix at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Sets the value of a prefix, and returns the one that it had.
    pub fn insert(&mut self, prefix: V::Addr, len: u8, value: T) -> Option<T> {
        let (key, len) = key::<V>(prefix, len);
        let old = match &mut self.form {
            _ if len == 0 => self.default.replace(value),
            Form::Small(small) => small.insert(key, len, value),
            Form::Trie(trie) => Arc::make_mut(trie).insert(key, len, value),
        };
        self.len += usize::from(old.is_none());
        if let Form::Small(small) = &self.form
            && self.specific() > SMALL_MAX
        {
            let mut trie = Trie::new();
            for entry in small.iter() {
                trie.insert(entry.key, entry.len(), entry.value);
            }
            self.form = Form::Trie(Arc::new(trie));
        }
        old
    }

    /// Takes a prefix out, and returns its value.
    pub fn remove(&mut self, prefix: V::Addr, len: u8) -> Option<T> {
        let (key, len) = key::<V>(prefix, len);
        let old = match &mut self.form {
            _ if len == 0 => self.default.take(),
            Form::Small(small) => small.remove(key, len),
            Form::Trie(trie) => Arc::make_mut(trie).remove(key, len),
        };
        self.len -= usize::from(old.is_some());
        if let Form::Trie(trie) = &self.form
            && self.specific() <= SMALL_AGAIN
        {
            self.form = Form::Small(Small::from_sorted(trie.iter().collect()));
        }
        old
    }

    /// The value of exactly this prefix.
    pub fn get(&self, prefix: V::Addr, len: u8) -> Option<T> {
        let (key, len) = key::<V>(prefix, len);
        match &self.form {
            _ if len == 0 => self.default,
            Form::Small(small) => small.get(key, len),
            Form::Trie(trie) => trie.get(key, len),
        }
    }

    /// The value of the longest prefix that covers the address.
    #[inline]
    pub fn lookup(&self, addr: V::Addr) -> Option<T> {
        let addr = V::bits(addr);
        match &self.form {
            Form::Small(small) => small.lookup(addr).or(self.default),
            Form::Trie(trie) => trie.lookup(addr, self.default),
        }
    }

    /// The values of all prefixes that cover the address, from the longest to the shortest.
    ///
    /// The first one costs no more than [`Self::lookup`]; only who asks for more pays for more.
    pub fn lookup_all(&self, addr: V::Addr) -> Matches<'_, V, T> {
        Matches {
            table: self,
            addr: V::bits(addr),
            next: Next::First,
        }
    }

    /// All prefixes with their lengths and values, in the order of address, then length.
    pub fn iter(&self) -> Iter<'_, V, T> {
        let specific = match &self.form {
            Form::Small(small) => Specific::Small(small.iter()),
            Form::Trie(trie) => Specific::Trie(trie.iter()),
        };
        Iter {
            default: self.default,
            specific,
            left: self.len,
        }
    }

    /// How much memory the map holds besides itself.
    pub fn heap_bytes(&self) -> usize {
        match &self.form {
            Form::Small(small) => small.heap_bytes(),
            Form::Trie(trie) => size_of_val(&**trie) + trie.heap_bytes(),
        }
    }

    /// The number of prefixes without the default route.
    fn specific(&self) -> usize {
        self.len - usize::from(self.default.is_some())
    }
}

fn key<V: IpVersion>(prefix: V::Addr, len: u8) -> (V::Bits, u8) {
    (V::bits(prefix) & V::mask(len), len.min(V::BITS))
}

impl<V: IpVersion, T: Value> Default for Lpm<V, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V: IpVersion, T: Value + fmt::Debug> fmt::Debug for Lpm<V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let entries = self
            .iter()
            .map(|(addr, len, value)| (format!("{addr}/{len}"), value));
        f.debug_map().entries(entries).finish()
    }
}

impl<'a, V: IpVersion, T: Value> IntoIterator for &'a Lpm<V, T> {
    type Item = (V::Addr, u8, T);
    type IntoIter = Iter<'a, V, T>;

    fn into_iter(self) -> Iter<'a, V, T> {
        self.iter()
    }
}

/// The values of all prefixes that cover an address, longest first: see [`Lpm::lookup_all`].
#[derive(Clone)]
pub struct Matches<'a, V: IpVersion, T> {
    table: &'a Lpm<V, T>,
    addr: V::Bits,
    next: Next<'a, V, T>,
}

/// Where the next match comes from.
#[derive(Clone)]
enum Next<'a, V: IpVersion, T> {
    First,
    /// Below the first one, which the fast lookup found.
    Below(&'a Trie<V, T>),
    Small(small::Matches<'a, V, T>),
    Trie(trie::Matches<'a, V, T>),
    Done,
}

impl<V: IpVersion, T: Value> Iterator for Matches<'_, V, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let found = match &mut self.next {
            Next::First => match &self.table.form {
                Form::Small(small) => {
                    let mut matches = small.matches(self.addr);
                    let found = matches.next();
                    self.next = Next::Small(matches);
                    found
                }
                Form::Trie(trie) => {
                    let found = trie.lookup(self.addr, None);
                    self.next = Next::Below(trie);
                    found
                }
            },
            Next::Below(trie) => {
                let mut matches = trie.matches(self.addr);
                let found = matches.nth(1);
                self.next = Next::Trie(matches);
                found
            }
            Next::Small(matches) => matches.next(),
            Next::Trie(matches) => matches.next(),
            Next::Done => return None,
        };
        found.or_else(|| {
            self.next = Next::Done;
            self.table.default
        })
    }
}

impl<V: IpVersion, T: Value> FusedIterator for Matches<'_, V, T> {}

/// All prefixes in order: see [`Lpm::iter`].
#[derive(Clone)]
pub struct Iter<'a, V: IpVersion, T> {
    default: Option<T>,
    specific: Specific<'a, V, T>,
    left: usize,
}

#[derive(Clone)]
enum Specific<'a, V: IpVersion, T> {
    Small(slice::Iter<'a, Entry<V, T>>),
    Trie(trie::Iter<'a, V, T>),
}

impl<V: IpVersion, T: Value> Iterator for Iter<'_, V, T> {
    type Item = (V::Addr, u8, T);

    fn next(&mut self) -> Option<Self::Item> {
        let entry = match (self.default.take(), &mut self.specific) {
            (Some(value), _) => Entry::new(V::Bits::default(), 0, value),
            (None, Specific::Small(entries)) => *entries.next()?,
            (None, Specific::Trie(entries)) => entries.next()?,
        };
        self.left -= 1;
        Some((V::addr(entry.key), entry.len(), entry.value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<V: IpVersion, T: Value> ExactSizeIterator for Iter<'_, V, T> {}

impl<V: IpVersion, T: Value> FusedIterator for Iter<'_, V, T> {}

#[cfg(test)]
mod tests;
