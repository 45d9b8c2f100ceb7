//! The table in front of a large trie: what is known after the first 16 or 24 bits, so that a
//! lookup needs not begin at the root. With 24 bits most lookups end here, after one access, as in
//! DIR-24-8 (Gupta, Lin and McKeown, INFOCOM 1998).

use std::hint::select_unpredictable;

use super::{ROOT, Trie, index};
use crate::ip::version::{AddressBits, IpVersion};
use crate::route::lpm::Value;
use crate::route::lpm::node::{NodeId, STRIDE};

/// How many bits the table decides, and from how many prefixes on it is worth its 256 KiB or
/// 64 MiB. It is given up again below half as many.
const SIZES: [(u8, usize); 2] = match cfg!(test) {
    false => [(24, 1 << 16), (16, 1 << 10)],
    // The same code on tables so small that a test can fill them a thousand times.
    true => [(16, 48), (8, 32)],
};

/// What is known at one place, in four bytes: a value, nothing, or the node where to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::route::lpm) struct Cell(u32);

/// Marks a node; without it zero is nothing and any other number one more than a value.
const NODE: u32 = 1 << 31;

impl Cell {
    pub(in crate::route::lpm) const NOTHING: Self = Self(0);

    /// Where to go for a value that is too large for a cell.
    const FROM_ROOT: Self = Self(NODE | ROOT as u32);

    fn of<T: Value>(value: Option<T>) -> Option<Self> {
        let Some(value) = value else {
            return Some(Self::NOTHING);
        };
        let number: u32 = value.into();
        number.checked_add(1).filter(|&cell| cell < NODE).map(Self)
    }

    /// The place of the node where to go on, if that is what is here.
    #[inline]
    pub(super) fn node(self) -> Option<usize> {
        (self.0 & NODE != 0).then_some((self.0 & !NODE) as usize)
    }

    /// The value, or the default where nothing is.
    #[inline]
    pub(super) fn value_or<T: Value>(self, default: Option<T>) -> Option<T> {
        // Whether an address is in the table is anyone's guess, and a wrong one is found out only
        // when the cell has come from memory: choose between numbers rather than branch.
        let default = default.map_or(0, |value| u64::from(value.into()) + 1);
        let number = select_unpredictable(self.0 != 0, u64::from(self.0), default);
        number
            .checked_sub(1)
            .and_then(|number| T::try_from(number as u32).ok())
    }
}

/// The table; without cells while the trie is small.
#[derive(Clone, Debug)]
pub(super) struct Front {
    bits: u8,
    /// As plain numbers, which the allocator has zeroed at no cost: pages of a table of 64 MiB that
    /// no prefix touches take no memory.
    cells: Vec<u32>,
}

impl Front {
    pub(super) const fn new() -> Self {
        Self {
            bits: 1,
            cells: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn get<B: AddressBits>(&self, addr: B) -> Option<Cell> {
        self.cells
            .get(addr.first_bits(self.bits))
            .map(|&cell| Cell(cell))
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.cells.capacity() * size_of::<u32>()
    }

    /// The bits that the table should have, zero for none.
    fn bits_for(&self, prefixes: usize) -> u8 {
        let is_worth = |&&(bits, from): &&(u8, usize)| {
            let has_it = !self.cells.is_empty() && self.bits >= bits;
            prefixes >= if has_it { from / 2 } else { from }
        };
        SIZES.iter().find(is_worth).map_or(0, |size| size.0)
    }

    /// Sets all cells under a prefix.
    fn fill<B: AddressBits>(&mut self, key: B, len: u8, cell: Cell) {
        let first = key.first_bits(self.bits);
        if let Some(cells) = self.cells.get_mut(first..first + (1 << (self.bits - len))) {
            cells.fill(cell.0);
        }
    }
}

impl<V: IpVersion, T: Value> Trie<V, T> {
    /// Brings the table up to date after a change of one prefix.
    pub(super) fn update_front(&mut self, key: V::Bits, len: u8) {
        let bits = self.front.bits_for(self.prefixes);
        if bits == 0 {
            self.front = Front::new();
        } else if bits == self.front.bits {
            let len = len.min(bits);
            self.paint_prefix(key & V::mask(len), len);
        } else {
            self.front = Front {
                bits,
                cells: vec![0; 1 << bits],
            };
            self.paint_below(ROOT, 0..=u8::MAX, None);
        }
    }

    /// Renews the cells under a prefix, which is no longer than the table's bits.
    fn paint_prefix(&mut self, key: V::Bits, len: u8) {
        let mut above = None;
        let mut at = ROOT;
        while let Some(&slot) = self.nodes[at].slot(key) {
            let in_node = len - self.nodes[at].depth();
            if in_node < STRIDE {
                let Some(first) = self.nodes[at].byte(key) else {
                    return;
                };
                return self.paint_below(at, first..=first | u8::MAX >> in_node, above);
            }
            above = slot.value.or(above);
            match slot.child {
                Some(child) if self.leads_to(child, key, len) => at = index(child),
                child => return self.paint(key, len, above, child),
            }
        }
    }

    /// Whether a node is shorter than the prefix and on the way to it.
    fn leads_to(&self, node: NodeId, key: V::Bits, len: u8) -> bool {
        let node = &self.nodes[index(node)];
        node.depth() < len && node.byte(key).is_some()
    }

    /// Renews the cells under some values of a node's eight bits.
    fn paint_below(&mut self, at: usize, bytes: std::ops::RangeInclusive<u8>, above: Option<T>) {
        let (base, shift, depth) = {
            let node = &self.nodes[at];
            (node.base, u32::from(node.shift), node.depth())
        };
        for byte in bytes {
            let key = base | V::Bits::from(byte) << shift;
            if let Some(&slot) = self.nodes[at].slot(key) {
                self.paint(key, depth + STRIDE, slot.value.or(above), slot.child);
            }
        }
    }

    /// Renews the cells under a prefix: the value, and what the node knows if it is there.
    fn paint(&mut self, key: V::Bits, len: u8, value: Option<T>, child: Option<NodeId>) {
        let cell = Cell::of(value);
        let child = child.filter(|&id| self.nodes[index(id)].base & V::mask(len) == key);
        let depth = child.map(|id| self.nodes[index(id)].depth());
        if depth != Some(len) || len == self.front.bits {
            self.front.fill(key, len, cell.unwrap_or(Cell::FROM_ROOT));
        }
        match (child, depth) {
            (Some(id), Some(depth)) if depth < self.front.bits => {
                self.paint_below(index(id), 0..=u8::MAX, value);
            }
            (Some(id), Some(_)) => {
                let node = &mut self.nodes[index(id)];
                if let Some(above) = cell {
                    node.above = above;
                    self.front
                        .fill(node.base, self.front.bits, Cell(NODE | id.get()));
                }
            }
            _ => {}
        }
    }
}
