//! The map held to a plain list of prefixes that is searched from end to end.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::ip::version::{V4, V6};

/// The same map, so plain that it is right at sight.
struct Naive<V: IpVersion>(BTreeMap<(V::Bits, u8), u32>);

impl<V: IpVersion> Naive<V> {
    fn lookup_all(&self, addr: V::Addr) -> Vec<u32> {
        let covers = |&(key, len): &(V::Bits, u8)| V::bits(addr) & V::mask(len) == key;
        let mut found: Vec<_> = self.0.iter().filter(|(prefix, _)| covers(prefix)).collect();
        found.sort_by_key(|((_, len), _)| std::cmp::Reverse(*len));
        found.into_iter().map(|(_, value)| *value).collect()
    }
}

#[derive(Clone, Debug)]
enum Step<V: IpVersion> {
    Insert(V::Addr, u8, u32),
    Remove(V::Addr, u8),
    /// Takes out the prefix that is there at this place, so that removals meet something.
    RemoveNth(prop::sample::Index),
    Lookup(V::Addr),
}

/// Addresses close to each other, so that prefixes cover, touch and part in all ways: each byte is
/// one of a few.
fn address<V: IpVersion>() -> impl Strategy<Value = V::Addr> {
    let byte = prop_oneof![4 => Just(0_u8), 2 => Just(0x80), 1 => Just(0xff), 1 => 0..4_u8, 1 => any::<u8>()];
    vec(byte, usize::from(V::BITS / 8)).prop_map(|bytes| {
        let bits = bytes
            .into_iter()
            .fold(V::Bits::default(), |bits, byte| bits << 8 | byte.into());
        V::addr(bits)
    })
}

fn length<V: IpVersion>() -> impl Strategy<Value = u8> {
    prop_oneof![3 => 0..=V::BITS, 1 => Just(0), 1 => Just(V::BITS), 1 => (0..=V::BITS / 8).prop_map(|n| n * 8)]
}

/// Few values, so that neighbours have the same ones, and some that are too large for a front table.
fn value() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 0..6_u32, 1 => (1_u32 << 31) - 3..=1 << 31, 1 => Just(u32::MAX)]
}

fn step<V: IpVersion>() -> impl Strategy<Value = Step<V>> {
    prop_oneof![
        9 => (address::<V>(), length::<V>(), value()).prop_map(|(a, l, v)| Step::Insert(a, l, v)),
        1 => (address::<V>(), length::<V>()).prop_map(|(a, l)| Step::Remove(a, l)),
        3 => any::<prop::sample::Index>().prop_map(Step::RemoveNth),
        4 => address::<V>().prop_map(Step::Lookup),
    ]
}

fn assert_finds<V: IpVersion>(table: &Lpm<V, u32>, naive: &Naive<V>, addr: V::Addr) {
    let expected = naive.lookup_all(addr);
    assert_eq!(
        table.lookup(addr),
        expected.first().copied(),
        "lookup of {addr}"
    );
    assert_eq!(
        table.lookup_all(addr).collect::<Vec<_>>(),
        expected,
        "all matches of {addr}"
    );
}

/// Everything that can be asked about what is there, and about the addresses beside it.
fn assert_same<V: IpVersion>(table: &Lpm<V, u32>, naive: &Naive<V>) {
    let listed: Vec<_> = table
        .iter()
        .map(|(addr, len, value)| ((V::bits(addr), len), value))
        .collect();
    let expected: Vec<_> = naive
        .0
        .iter()
        .map(|(prefix, value)| (*prefix, *value))
        .collect();
    assert_eq!(listed, expected);
    assert_eq!(table.iter().len(), expected.len());
    assert_eq!(table.len(), expected.len());
    assert_eq!(table.is_empty(), expected.is_empty());
    for ((key, len), value) in expected {
        assert_eq!(table.get(V::addr(key), len), Some(value));
        let last = key | !V::mask(len);
        let next = last ^ V::Bits::from(1_u8);
        for addr in [key, last, next] {
            assert_finds(table, naive, V::addr(addr));
        }
    }
}

/// However a trie came to hold its prefixes, it has the nodes that they need and no others.
fn assert_no_node_is_left_over<V: IpVersion>(table: &Lpm<V, u32>) {
    if let Form::Trie(trie) = &table.form {
        let mut fresh = Trie::<V, u32>::new();
        for entry in trie.iter() {
            fresh.insert(entry.key, entry.len(), entry.value);
        }
        assert_eq!(trie.nodes(), fresh.nodes());
    }
}

fn replay<V: IpVersion>(mut table: Lpm<V, u32>, steps: Vec<Step<V>>) {
    let mut naive = Naive::<V>(table.iter().map(|(a, l, v)| ((V::bits(a), l), v)).collect());
    for step in steps {
        match step {
            Step::Insert(addr, len, value) => {
                let old = naive.0.insert((V::bits(addr) & V::mask(len), len), value);
                assert_eq!(table.insert(addr, len, value), old);
            }
            Step::Remove(addr, len) => {
                let old = naive.0.remove(&(V::bits(addr) & V::mask(len), len));
                assert_eq!(table.remove(addr, len), old);
            }
            Step::RemoveNth(index) => {
                let prefixes: Vec<_> = naive.0.keys().copied().collect();
                if !prefixes.is_empty() {
                    let prefix = *index.get(&prefixes);
                    let old = naive.0.remove(&prefix);
                    assert_eq!(table.remove(V::addr(prefix.0), prefix.1), old);
                }
            }
            Step::Lookup(addr) => assert_finds(&table, &naive, addr),
        }
    }
    assert_same(&table, &naive);
    assert_no_node_is_left_over(&table);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn any_changes_of_ipv4_prefixes_agree_with_a_plain_list(steps in vec(step::<V4>(), 0..300)) {
        replay(Lpm::new(), steps);
    }

    #[test]
    fn any_changes_of_ipv6_prefixes_agree_with_a_plain_list(steps in vec(step::<V6>(), 0..300)) {
        replay(Lpm::new(), steps);
    }
}
