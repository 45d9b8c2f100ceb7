//! One node of the trie: eight bits of the address. It exists twice.
//!
//! [`Prefixes`] is what was put in: the prefixes that end within these eight bits and the nodes
//! below. They are numbered as a binary heap: the prefix of `n` bits with the value `b` is number
//! `2^n + b`, so halving a number gives the next shorter prefix that covers it. This is the tree
//! bitmap of Eatherton, Varghese and Dittia ("Tree bitmap: hardware/software IP lookups with
//! incremental updates", 2004), eight bits wide.
//!
//! [`Node`] is compiled from it for lookups: for each of the 256 values the longest prefix and the
//! node below, with runs of equal neighbours stored once, and a bitmap to find the run by counting
//! ones, as poptrie does (Asai and Ohara, SIGCOMM 2015).

use std::num::NonZeroU32;

use super::trie::Cell;
use crate::ip::version::{AddressBits, IpVersion};

/// Where a node is in the trie's vectors. The root, which is nobody's child, is at zero.
pub(super) type NodeId = NonZeroU32;

/// Bits of the address that a node decides.
pub(super) const STRIDE: u8 = 8;

/// What a node knows about one value of its eight bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot<T> {
    /// The longest prefix within the node.
    pub(super) value: Option<T>,
    /// The node that may know a longer one.
    pub(super) child: Option<NodeId>,
}

/// A node as lookups read it; one cache line for IPv4.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct Node<V: IpVersion, T> {
    /// Bit `i` says that value `i` begins a new run; the first run needs none.
    starts: [u64; 4],
    /// The runs, in order.
    runs: Box<[Slot<T>]>,
    /// The longest prefix above the node, for lookups that begin here.
    pub(super) above: Cell,
    /// How many ones are in the words of `starts` before each.
    before: [u8; 4],
    /// How far right the address goes to bring the node's eight bits to its end.
    pub(super) shift: u8,
    /// The bits of the address that lead here; zero from the node's own bits on.
    pub(super) base: V::Bits,
}

impl<V: IpVersion, T: Copy + Eq> Node<V, T> {
    pub(super) fn new(base: V::Bits, shift: u8) -> Self {
        Self {
            starts: [0; 4],
            runs: Box::new([]),
            before: [0; 4],
            above: Cell::NOTHING,
            shift,
            base,
        }
    }

    /// How many bits of the address lead here.
    pub(super) fn depth(&self) -> u8 {
        V::BITS - STRIDE - self.shift
    }

    /// The node's eight bits of an address, unless the address leads elsewhere.
    #[inline]
    pub(super) fn byte(&self, addr: V::Bits) -> Option<u8> {
        // What leads here cancels out: any bit left above the node's eight is a difference.
        let rest = (addr ^ self.base) >> u32::from(self.shift);
        (rest <= V::Bits::from(u8::MAX)).then(|| rest.low_byte())
    }

    /// What the node knows about an address that leads here.
    #[inline]
    pub(super) fn slot(&self, addr: V::Bits) -> Option<&Slot<T>> {
        let byte = self.byte(addr)?;
        let word = usize::from(byte >> 6);
        let ones = self.starts[word] & (u64::MAX >> (63 - (byte & 63)));
        self.runs
            .get(usize::from(self.before[word]) + ones.count_ones() as usize)
    }

    /// Brings the node up to date with what was put in.
    pub(super) fn compile(&mut self, source: &Prefixes<T>) {
        let mut runs = Vec::with_capacity(256);
        self.starts = [0; 4];
        for (byte, slot) in source.slots().into_iter().enumerate() {
            if runs.last() != Some(&slot) {
                if byte > 0 {
                    self.starts[byte >> 6] |= 1 << (byte & 63);
                }
                runs.push(slot);
            }
        }
        let mut ones = 0;
        for (before, starts) in self.before.iter_mut().zip(self.starts) {
            *before = ones;
            ones = ones.wrapping_add(starts.count_ones() as u8); // wraps after the last word only
        }
        self.runs = runs.into_boxed_slice();
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.runs.len() * size_of::<Slot<T>>()
    }
}

/// The prefixes that end within a node, by their numbers, and the nodes below.
#[derive(Clone, Debug)]
pub(super) struct Prefixes<T> {
    /// Which numbers, from 2 to 511, are there.
    present: [u64; 8],
    /// Their values, by number.
    values: Vec<T>,
    /// The nodes below, by the eight bits that lead there.
    children: Vec<(u8, NodeId)>,
}

/// The number of the prefix of `len` bits, 1 to 8, that begins with the first bits of `byte`.
#[inline]
pub(super) fn number(byte: u8, len: u8) -> usize {
    (1 << len) | (usize::from(byte) >> (STRIDE - len))
}

impl<T: Copy + Eq> Prefixes<T> {
    pub(super) const fn new() -> Self {
        Self {
            present: [0; 8],
            values: Vec::new(),
            children: Vec::new(),
        }
    }

    fn contains(&self, number: usize) -> bool {
        self.present[number >> 6] >> (number & 63) & 1 != 0
    }

    /// How many prefixes have lower numbers.
    fn rank(&self, number: usize) -> usize {
        let (words, rest) = (&self.present[..number >> 6], self.present[number >> 6]);
        let below = rest & ((1 << (number & 63)) - 1);
        words
            .iter()
            .chain([&below])
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    pub(super) fn get(&self, number: usize) -> Option<T> {
        self.contains(number)
            .then(|| self.values[self.rank(number)])
    }

    pub(super) fn insert(&mut self, number: usize, value: T) -> Option<T> {
        let rank = self.rank(number);
        if self.contains(number) {
            return Some(std::mem::replace(&mut self.values[rank], value));
        }
        self.present[number >> 6] |= 1 << (number & 63);
        self.values.insert(rank, value);
        None
    }

    pub(super) fn remove(&mut self, number: usize) -> Option<T> {
        if !self.contains(number) {
            return None;
        }
        self.present[number >> 6] &= !(1 << (number & 63));
        Some(self.values.remove(self.rank(number)))
    }

    pub(super) fn has_prefixes(&self) -> bool {
        !self.values.is_empty()
    }

    pub(super) fn children(&self) -> &[(u8, NodeId)] {
        &self.children
    }

    pub(super) fn child(&self, byte: u8) -> Option<NodeId> {
        let at = self
            .children
            .binary_search_by_key(&byte, |child| child.0)
            .ok()?;
        Some(self.children[at].1)
    }

    pub(super) fn set_child(&mut self, byte: u8, node: Option<NodeId>) {
        match (
            self.children.binary_search_by_key(&byte, |child| child.0),
            node,
        ) {
            (Ok(at), Some(node)) => self.children[at].1 = node,
            (Err(at), Some(node)) => self.children.insert(at, (byte, node)),
            (Ok(at), None) => drop(self.children.remove(at)),
            (Err(_), None) => {}
        }
    }

    /// The numbers that are there and their values, shorter prefixes first.
    fn iter(&self) -> impl Iterator<Item = (usize, T)> {
        let numbers = self.present.iter().enumerate().flat_map(|(word, &bits)| {
            let rest = |bits: &u64| Some(bits & (bits - 1)).filter(|&rest| rest != 0);
            let ones = std::iter::successors(Some(bits).filter(|&bits| bits != 0), rest);
            ones.map(move |bits| word << 6 | bits.trailing_zeros() as usize)
        });
        numbers.zip(self.values.iter().copied())
    }

    /// The longest prefix and the node below for each value of the eight bits.
    fn slots(&self) -> [Slot<T>; 256] {
        let mut slots = [Slot {
            value: None,
            child: None,
        }; 256];
        for (number, value) in self.iter() {
            // Longer prefixes come later, over the shorter ones that cover them.
            let len = number.ilog2();
            let first = (number << (u32::from(STRIDE) - len)) - 256;
            for slot in &mut slots[first..first + (256 >> len)] {
                slot.value = Some(value);
            }
        }
        for &(byte, node) in &self.children {
            slots[usize::from(byte)].child = Some(node);
        }
        slots
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.values.capacity() * size_of::<T>()
            + self.children.capacity() * size_of::<(u8, NodeId)>()
    }
}
