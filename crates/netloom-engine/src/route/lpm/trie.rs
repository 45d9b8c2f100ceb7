//! Many prefixes: a trie whose nodes decide eight bits each.
//!
//! Nodes that neither hold a prefix nor fork are left out, so there are at most twice as many nodes
//! as prefixes however long those are. A change recompiles the node it falls into, and the nodes
//! around it only where one appears or goes.
//!
//! A large trie has a table of the first bits in front, which spares the first nodes.

mod front;
mod iter;

pub(super) use front::Cell;
pub(super) use iter::{Iter, Matches};

use super::Value;
use super::node::{Node, NodeId, Prefixes, STRIDE, number};
use crate::ip::version::{AddressBits, IpVersion};
use front::Front;

/// The root is never left out and is nobody's child.
const ROOT: usize = 0;

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
    front: Front,
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

impl<V: IpVersion, T: Value> Trie<V, T> {
    pub(super) fn new() -> Self {
        let mut trie = Self {
            nodes: vec![Node::new(V::Bits::default(), V::BITS - STRIDE)],
            sources: vec![Prefixes::new()],
            free: Vec::new(),
            front: Front::new(),
            prefixes: 0,
        };
        trie.compile(ROOT);
        trie
    }

    /// The value of the longest prefix, or the default if there is none.
    #[inline]
    pub(super) fn lookup(&self, addr: V::Bits, default: Option<T>) -> Option<T> {
        let (mut at, mut longest) = match self.front.get(addr) {
            None => (ROOT, default),
            Some(cell) => match cell.node() {
                None => return cell.value_or(default),
                Some(at) => (at, self.nodes[at].above.value_or(default)),
            },
        };
        while let Some(slot) = self.nodes[at].slot(addr) {
            longest = slot.value.or(longest);
            let Some(child) = slot.child else { break };
            at = index(child);
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
        Iter::new(self)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let nodes: usize = self.nodes.iter().map(Node::heap_bytes).sum();
        let sources: usize = self.sources.iter().map(Prefixes::heap_bytes).sum();
        nodes
            + sources
            + self.nodes.capacity() * size_of::<Node<V, T>>()
            + self.sources.capacity() * size_of::<Prefixes<T>>()
            + self.free.capacity() * size_of::<NodeId>()
            + self.front.heap_bytes()
    }

    /// How many nodes there are, the free ones not counted.
    #[cfg(test)]
    pub(super) fn nodes(&self) -> usize {
        self.nodes.len() - self.free.len()
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
}

fn index(id: NodeId) -> usize {
    id.get() as usize
}

/// The shift of the node in which two keys part; zero if they never do.
fn fork<V: IpVersion>(a: V::Bits, b: V::Bits) -> u8 {
    let same = (a ^ b).leading_zeros() as u8 / STRIDE * STRIDE;
    (V::BITS - same).saturating_sub(STRIDE)
}
