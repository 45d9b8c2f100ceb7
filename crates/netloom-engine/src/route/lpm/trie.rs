//! Many prefixes: a trie whose nodes decide eight bits each.
//!
//! Nodes that neither hold a prefix nor fork are left out, so there are at most twice as many nodes
//! as prefixes however long those are. A change recompiles the node it falls into, and the nodes
//! around it only where one appears or goes.
//!
//! A large trie has a table of the first sixteen bits in front, which spares the first two nodes.

use super::node::{Node, NodeId, Prefixes, STRIDE, Slot, number};
use super::small::Entry;
use crate::ip::version::{AddressBits, IpVersion};

/// The root is never left out and is nobody's child.
const ROOT: usize = 0;

/// From so many prefixes on the front table is worth its 65,536 slots...
const FRONT_FROM: usize = 4096;
/// ... and it is given up again below so many.
const FRONT_UNTIL: usize = 2048;

/// The most nodes that an address can lead through: 128 bits, eight at a time.
const MAX_PATH: usize = 16;

#[derive(Clone, Debug)]
pub(super) struct Trie<V: IpVersion, T> {
    /// For lookups.
    nodes: Vec<Node<V, T>>,
    /// What each node was compiled from.
    sources: Vec<Prefixes<T>>,
    /// Places in both that are free.
    free: Vec<NodeId>,
    /// What is known after the first sixteen bits; empty in a smaller trie.
    front: Vec<Slot<T>>,
    prefixes: usize,
}

/// The shift of the node in which a prefix of this length, at least 1, ends.
fn home<V: IpVersion>(len: u8) -> u8 {
    V::BITS - STRIDE - (len - 1) / STRIDE * STRIDE
}

/// How many bits of a prefix fall into the node in which it ends.
fn bits_at_home(len: u8) -> u8 {
    (len - 1) % STRIDE + 1
}

impl<V: IpVersion, T: Copy + Eq> Trie<V, T> {
    pub(super) fn new() -> Self {
        let mut trie = Self {
            nodes: vec![Node::new(V::Bits::default(), V::BITS - STRIDE)],
            sources: vec![Prefixes::new()],
            free: Vec::new(),
            front: Vec::new(),
            prefixes: 0,
        };
        trie.compile(ROOT);
        trie
    }

    #[inline]
    pub(super) fn lookup(&self, addr: V::Bits) -> Option<T> {
        let first = self.front.get(usize::from(addr.high_half_word()));
        let mut slot = match first {
            Some(slot) => slot,
            None => self.nodes[ROOT].slot(addr)?,
        };
        let mut longest = slot.value;
        while let Some(child) = slot.child {
            match self.nodes[index(child)].slot(addr) {
                Some(below) => slot = below,
                None => break,
            }
            longest = slot.value.or(longest);
        }
        longest
    }

    pub(super) fn matches(&self, addr: V::Bits) -> Matches<'_, V, T> {
        Matches::new(self, addr)
    }

    pub(super) fn get(&self, key: V::Bits, len: u8) -> Option<T> {
        let (_, at) = self.find(key, home::<V>(len))?;
        self.sources[at].get(self.number(at, key, len)?)
    }

    pub(super) fn insert(&mut self, key: V::Bits, len: u8, value: T) -> Option<T> {
        let at = self.find_or_add(key, home::<V>(len));
        let number = self.number(at, key, len)?;
        let old = self.sources[at].insert(number, value);
        self.compile(at);
        self.prefixes += usize::from(old.is_none());
        self.update_front(key, len);
        old
    }

    pub(super) fn remove(&mut self, key: V::Bits, len: u8) -> Option<T> {
        let ([grandparent, parent], at) = self.find(key, home::<V>(len))?;
        let number = self.number(at, key, len)?;
        let old = self.sources[at].remove(number)?;
        self.compile(at);
        self.leave_out(at, parent);
        self.leave_out(parent, grandparent);
        self.prefixes -= 1;
        self.update_front(key, len);
        Some(old)
    }

    pub(super) fn iter(&self) -> Iter<'_, V, T> {
        Iter {
            trie: self,
            path: vec![Cursor {
                at: ROOT,
                byte: 0,
                len: 1,
            }],
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let nodes: usize = self.nodes.iter().map(Node::heap_bytes).sum();
        let sources: usize = self.sources.iter().map(Prefixes::heap_bytes).sum();
        nodes
            + sources
            + self.nodes.capacity() * size_of::<Node<V, T>>()
            + self.sources.capacity() * size_of::<Prefixes<T>>()
            + self.free.capacity() * size_of::<NodeId>()
            + self.front.capacity() * size_of::<Slot<T>>()
    }

    /// The number in a node of a prefix that ends there.
    fn number(&self, at: usize, key: V::Bits, len: u8) -> Option<usize> {
        Some(number(self.nodes[at].byte(key)?, bits_at_home(len)))
    }

    /// The node with this shift on the way to the key, after its grandparent and parent.
    fn find(&self, key: V::Bits, shift: u8) -> Option<([usize; 2], usize)> {
        let (mut above, mut at) = ([ROOT; 2], ROOT);
        while self.nodes[at].shift > shift {
            let byte = self.nodes[at].byte(key)?;
            above = [above[1], at];
            at = index(self.sources[at].child(byte)?);
        }
        let node = &self.nodes[at];
        (node.shift == shift && node.byte(key).is_some()).then_some((above, at))
    }

    /// The same, made if it is not there.
    fn find_or_add(&mut self, key: V::Bits, shift: u8) -> usize {
        let mut at = ROOT;
        while self.nodes[at].shift > shift {
            let byte = (key >> u32::from(self.nodes[at].shift)).low_byte();
            let next = match self.sources[at].child(byte) {
                None => self.add(at, byte, key, shift),
                Some(child) => {
                    let node = &self.nodes[index(child)];
                    let fork = fork::<V>(key, node.base).max(node.shift).max(shift);
                    match fork == node.shift {
                        true => child,
                        false => self.add(at, byte, key, fork),
                    }
                }
            };
            at = index(next);
        }
        at
    }

    /// Puts a node below another, and above the child that was in its place.
    fn add(&mut self, parent: usize, byte: u8, key: V::Bits, shift: u8) -> NodeId {
        let base = key & V::mask(V::BITS - STRIDE - shift);
        let mut source = Prefixes::new();
        if let Some(child) = self.sources[parent].child(byte) {
            let onward = (self.nodes[index(child)].base >> u32::from(shift)).low_byte();
            source.set_child(onward, Some(child));
        }
        let id = self.allocate(Node::new(base, shift), source);
        self.compile(index(id));
        self.sources[parent].set_child(byte, Some(id));
        self.compile(parent);
        id
    }

    /// Leaves a node out if it neither holds a prefix nor forks.
    fn leave_out(&mut self, at: usize, parent: usize) {
        let source = &self.sources[at];
        let below = match source.children() {
            [] => None,
            [(_, child)] => Some(*child),
            _ => return,
        };
        let Some(id) = NodeId::new(at as u32).filter(|_| !source.has_prefixes()) else {
            return;
        };
        let Some(byte) = self.nodes[parent].byte(self.nodes[at].base) else {
            return;
        };
        self.sources[parent].set_child(byte, below);
        self.compile(parent);
        self.nodes[at] = Node::new(V::Bits::default(), 0);
        self.sources[at] = Prefixes::new();
        self.free.push(id);
    }

    fn allocate(&mut self, node: Node<V, T>, source: Prefixes<T>) -> NodeId {
        if let Some(id) = self.free.pop() {
            self.nodes[index(id)] = node;
            self.sources[index(id)] = source;
            return id;
        }
        self.nodes.push(node);
        self.sources.push(source);
        // The root came first, and four thousand million nodes do not fit into memory.
        NodeId::new(self.nodes.len() as u32 - 1).unwrap_or(NodeId::MAX)
    }

    fn compile(&mut self, at: usize) {
        self.nodes[at].compile(&self.sources[at]);
    }

    /// Brings the front table up to date after a change of one prefix.
    fn update_front(&mut self, key: V::Bits, len: u8) {
        let first = usize::from(key.high_half_word());
        let slots = match (self.front.is_empty(), self.prefixes) {
            (true, FRONT_FROM..) => {
                self.front = vec![
                    Slot {
                        value: None,
                        child: None
                    };
                    1 << 16
                ];
                0..1 << 16
            }
            (false, ..FRONT_UNTIL) => {
                self.front = Vec::new();
                return;
            }
            (true, _) => return,
            (false, _) => first..first + (1 << 16_u8.saturating_sub(len)),
        };
        for at in slots {
            self.front[at] = self.after_sixteen_bits(at as u16);
        }
    }

    /// The longest prefix up to sixteen bits, and the node that may know a longer one.
    fn after_sixteen_bits(&self, bits: u16) -> Slot<T> {
        let key = V::Bits::from(bits) << u32::from(V::BITS - 16);
        let mut found = Slot {
            value: None,
            child: None,
        };
        let mut at = ROOT;
        while let Some(slot) = self.nodes[at].slot(key) {
            found = Slot {
                value: slot.value.or(found.value),
                child: slot.child,
            };
            let Some(child) = slot.child else { break };
            at = index(child);
            let node = &self.nodes[at];
            if node.shift <= V::BITS - 16 - STRIDE {
                // All that comes after sixteen bits comes after this node, if it is on the way.
                let here = node.base.high_half_word() == bits;
                return Slot {
                    child: slot.child.filter(|_| here),
                    ..found
                };
            }
            found.child = None;
        }
        found
    }
}

fn index(id: NodeId) -> usize {
    id.get() as usize
}

/// The shift of the node in which two keys part; zero if they never do.
fn fork<V: IpVersion>(a: V::Bits, b: V::Bits) -> u8 {
    let same = (a ^ b).leading_zeros() as u8 / STRIDE * STRIDE;
    (V::BITS - same).saturating_sub(STRIDE)
}

/// The values of the prefixes that cover an address, longest first.
#[derive(Clone, Debug)]
pub(super) struct Matches<'a, V: IpVersion, T> {
    trie: &'a Trie<V, T>,
    addr: V::Bits,
    /// The nodes on the way that are still to be read.
    path: [u32; MAX_PATH],
    left: usize,
    /// The number of the next prefix in the node being read; 1 and below are none.
    number: usize,
}

impl<'a, V: IpVersion, T: Copy + Eq> Matches<'a, V, T> {
    fn new(trie: &'a Trie<V, T>, addr: V::Bits) -> Self {
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

impl<V: IpVersion, T: Copy + Eq> Iterator for Matches<'_, V, T> {
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
pub(super) struct Iter<'a, V: IpVersion, T> {
    trie: &'a Trie<V, T>,
    path: Vec<Cursor>,
}

impl<V: IpVersion, T: Copy + Eq> Iterator for Iter<'_, V, T> {
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
                let above = V::BITS - STRIDE - node.shift;
                let len = above + cursor.len;
                cursor.len += 1;
                if let Some(value) = found {
                    let key = node.base | V::Bits::from(byte) << u32::from(node.shift);
                    return Some(Entry { key, len, value });
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
