//! Walks through a trie: along the way to an address, and over everything.

use super::{MAX_PATH, ROOT, Trie, index};
use crate::ip::version::IpVersion;
use crate::route::lpm::Value;
use crate::route::lpm::node::{STRIDE, number};
use crate::route::lpm::small::Entry;

/// The values of the prefixes that cover an address, longest first.
#[derive(Clone, Debug)]
pub(in crate::route::lpm) struct Matches<'a, V: IpVersion, T> {
    trie: &'a Trie<V, T>,
    addr: V::Bits,
    /// The nodes on the way that are still to be read.
    path: [u32; MAX_PATH],
    left: usize,
    /// The number of the next prefix in the node being read; 1 and below are none.
    number: usize,
}

impl<'a, V: IpVersion, T: Value> Matches<'a, V, T> {
    pub(super) fn new(trie: &'a Trie<V, T>, addr: V::Bits) -> Self {
        let mut matches = Self {
            trie,
            addr,
            path: [0; MAX_PATH],
            left: 0,
            number: 0,
        };
        let mut next = Some(ROOT);
        while let Some(at) = next {
            let Some(slot) = trie.nodes[at].slot(addr) else {
                break;
            };
            matches.path[matches.left] = at as u32;
            matches.left += 1;
            next = slot.child.map(index);
        }
        matches
    }
}

impl<V: IpVersion, T: Value> Iterator for Matches<'_, V, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        loop {
            let at = *self.path.get(self.left.checked_sub(1)?)? as usize;
            if self.number == 0 {
                self.number = number(self.trie.nodes[at].byte(self.addr)?, STRIDE);
            }
            while self.number > 1 {
                let found = self.trie.sources[at].get(self.number);
                self.number /= 2;
                if found.is_some() {
                    return found;
                }
            }
            self.number = 0;
            self.left -= 1;
        }
    }
}

/// How far the iteration is in a node: the prefix, or with `len` beyond the stride the child.
#[derive(Clone, Debug)]
struct Cursor {
    at: usize,
    byte: u16,
    len: u8,
}

/// All prefixes in prefix order.
#[derive(Clone, Debug)]
pub(in crate::route::lpm) struct Iter<'a, V: IpVersion, T> {
    trie: &'a Trie<V, T>,
    path: Vec<Cursor>,
}

impl<'a, V: IpVersion, T> Iter<'a, V, T> {
    pub(super) fn new(trie: &'a Trie<V, T>) -> Self {
        Self {
            trie,
            path: vec![Cursor {
                at: ROOT,
                byte: 0,
                len: 1,
            }],
        }
    }
}

impl<V: IpVersion, T: Value> Iterator for Iter<'_, V, T> {
    type Item = Entry<V, T>;

    fn next(&mut self) -> Option<Entry<V, T>> {
        loop {
            let cursor = self.path.last_mut()?;
            let (node, source) = (&self.trie.nodes[cursor.at], &self.trie.sources[cursor.at]);
            let Ok(byte) = u8::try_from(cursor.byte) else {
                self.path.pop();
                continue;
            };
            if cursor.len <= STRIDE {
                let found = source.get(number(byte, cursor.len));
                let above = node.depth();
                let len = above + cursor.len;
                cursor.len += 1;
                if let Some(value) = found {
                    let key = node.base | V::Bits::from(byte) << u32::from(node.shift);
                    return Some(Entry::new(key, len, value));
                }
                continue;
            }
            // The shortest prefix that begins with the next byte and zeros.
            cursor.byte += 1;
            cursor.len = STRIDE - (cursor.byte.trailing_zeros() as u8).min(STRIDE - 1);
            if let Some(child) = source.child(byte) {
                self.path.push(Cursor {
                    at: index(child),
                    byte: 0,
                    len: 1,
                });
            }
        }
    }
}
