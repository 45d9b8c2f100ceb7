//! A handful of prefixes in one sorted vector: what nearly every namespace has. One allocation,
//! read from end to end; faster than a trie while it fits in a few cache lines.
//!
//! In prefix order (address, then length) a prefix stands after every prefix that covers it. All
//! prefixes that match one address cover each other, so walking backwards meets the longest first.

use std::iter::Rev;
use std::slice;

use crate::ip::version::{AddressBits, IpVersion};

/// A prefix and its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<V: IpVersion, T> {
    pub(super) key: V::Bits,
    /// The netmask rather than the length: the quickest to compare with.
    mask: V::Bits,
    pub(super) value: T,
}

impl<V: IpVersion, T> Entry<V, T> {
    pub(super) fn new(key: V::Bits, len: u8, value: T) -> Self {
        Self {
            key,
            mask: V::mask(len),
            value,
        }
    }

    pub(super) fn len(&self) -> u8 {
        (!self.mask).leading_zeros() as u8
    }

    #[inline]
    fn covers(&self, addr: V::Bits) -> bool {
        addr & self.mask == self.key
    }
}

/// Prefixes in prefix order.
#[derive(Clone, Debug)]
pub(super) struct Small<V: IpVersion, T> {
    entries: Vec<Entry<V, T>>,
}

impl<V: IpVersion, T: Copy> Small<V, T> {
    pub(super) const fn new() -> Self {
        Self {
            entries: Vec::new(),
        }
    }

    /// Takes over entries that are in prefix order already.
    pub(super) fn from_sorted(entries: Vec<Entry<V, T>>) -> Self {
        Self { entries }
    }

    fn position(&self, key: V::Bits, len: u8) -> Result<usize, usize> {
        let prefix = (key, V::mask(len));
        self.entries
            .binary_search_by_key(&prefix, |entry| (entry.key, entry.mask))
    }

    pub(super) fn insert(&mut self, key: V::Bits, len: u8, value: T) -> Option<T> {
        match self.position(key, len) {
            Ok(at) => Some(std::mem::replace(&mut self.entries[at].value, value)),
            Err(at) => {
                self.entries.insert(at, Entry::new(key, len, value));
                None
            }
        }
    }

    pub(super) fn remove(&mut self, key: V::Bits, len: u8) -> Option<T> {
        let at = self.position(key, len).ok()?;
        Some(self.entries.remove(at).value)
    }

    pub(super) fn get(&self, key: V::Bits, len: u8) -> Option<T> {
        self.position(key, len)
            .ok()
            .map(|at| self.entries[at].value)
    }

    #[inline]
    pub(super) fn lookup(&self, addr: V::Bits) -> Option<T> {
        self.entries
            .iter()
            .rev()
            .find(|entry| entry.covers(addr))
            .map(|entry| entry.value)
    }

    pub(super) fn matches(&self, addr: V::Bits) -> Matches<'_, V, T> {
        Matches {
            addr,
            entries: self.entries.iter().rev(),
        }
    }

    pub(super) fn iter(&self) -> slice::Iter<'_, Entry<V, T>> {
        self.entries.iter()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry<V, T>>()
    }
}

/// The values of the prefixes that cover an address, longest first.
#[derive(Clone, Debug)]
pub(super) struct Matches<'a, V: IpVersion, T> {
    addr: V::Bits,
    entries: Rev<slice::Iter<'a, Entry<V, T>>>,
}

impl<V: IpVersion, T: Copy> Iterator for Matches<'_, V, T> {
    type Item = T;

    #[inline]
    fn next(&mut self) -> Option<T> {
        let addr = self.addr;
        self.entries
            .find(|entry| entry.covers(addr))
            .map(|entry| entry.value)
    }
}
