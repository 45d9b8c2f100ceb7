//! Longest prefix match at the sizes of full routing tables, held to one plain map for each length.

#[path = "../benches/common/prefixes.rs"]
mod prefixes;

use std::collections::HashMap;

use netloom_engine::ip::version::{IpVersion, V4, V6};
use netloom_engine::route::lpm::Lpm;
use prefixes::Random;

/// By length the values of the prefixes.
struct Plain<V: IpVersion>(Vec<HashMap<V::Bits, u32>>);

impl<V: IpVersion> Plain<V> {
    fn lookup_all(&self, addr: V::Addr) -> impl Iterator<Item = u32> {
        let by_length = (0..=V::BITS).zip(&self.0).rev();
        by_length
            .filter_map(move |(len, values)| values.get(&(V::bits(addr) & V::mask(len))).copied())
    }
}

fn assert_same<V: IpVersion>(table: &Lpm<V, u32>, plain: &Plain<V>, near: &[(V::Addr, u8)]) {
    let mut random = Random::new(5);
    assert_eq!(table.len(), plain.0.iter().map(HashMap::len).sum::<usize>());
    assert_eq!(table.iter().count(), table.len());
    for _ in 0..2000 {
        let (prefix, len) = near[random.below(near.len() as u64) as usize];
        let flip = random.below(u64::from(V::BITS)) as u8;
        let host = V::Bits::from(random.next() as u8)
            | V::mask(V::BITS - flip) ^ V::mask(V::BITS - flip + 1);
        for bits in [
            V::bits(prefix),
            V::bits(prefix) ^ host,
            V::bits(prefix) | !V::mask(len),
        ] {
            let addr = V::addr(bits);
            assert_eq!(table.lookup(addr), plain.lookup_all(addr).next(), "{addr}");
            assert!(table.lookup_all(addr).eq(plain.lookup_all(addr)), "{addr}");
        }
    }
}

/// Grows a table beyond all its forms and lets it shrink again.
fn grow_and_shrink<V: IpVersion>(prefixes: &[(V::Addr, u8)]) {
    let mut table = Lpm::<V, u32>::new();
    let mut plain = Plain::<V>(vec![HashMap::new(); usize::from(V::BITS) + 1]);
    let sizes = [1000, 2000, 65_000, prefixes.len()];
    for (&(prefix, len), value) in prefixes.iter().zip(0..) {
        table.insert(prefix, len, value);
        plain.0[usize::from(len)].insert(V::bits(prefix), value);
        if sizes.contains(&table.len()) {
            assert_same(&table, &plain, prefixes);
        }
    }
    let full = table.clone();
    for &(prefix, len) in prefixes {
        let gone = plain.0[usize::from(len)].remove(&V::bits(prefix));
        assert_eq!(table.remove(prefix, len), gone);
        if [33_000, 30_000, 400, 10].contains(&table.len()) {
            assert_same(&table, &plain, prefixes);
        }
    }
    assert!(table.is_empty());
    assert_eq!(
        full.len(),
        prefixes.len(),
        "a clone keeps what the original loses"
    );
}

#[test]
fn a_full_ipv4_table_finds_what_plain_maps_find() {
    let mut prefixes = prefixes::ipv4(66_000, 1);
    // Hosts, which lie below any front table, some side by side.
    let mut random = Random::new(2);
    prefixes.extend((0..1000_u32).map(|n| (V4::addr((random.next() as u32 & !7) + n % 8), 32)));
    grow_and_shrink::<V4>(&prefixes);
}

#[test]
fn a_full_ipv6_table_finds_what_plain_maps_find() {
    grow_and_shrink::<V6>(&prefixes::ipv6(67_000, 1));
}

#[test]
fn a_prefix_that_goes_takes_its_addresses_along_where_the_table_is_sparse() {
    let mut table = Lpm::<V4, u32>::new();
    for (prefix, len) in prefixes::ipv4(66_000, 1) {
        table.insert(prefix, len, 1);
    }
    table.insert([240, 1, 1, 0].into(), 24, 2);
    table.insert([240, 1, 2, 0].into(), 24, 3);
    table.insert([240, 2, 0, 0].into(), 16, 4);
    assert_eq!(table.lookup([240, 2, 0, 1].into()), Some(4));
    table.remove([240, 2, 0, 0].into(), 16);
    assert_eq!(table.lookup([240, 2, 0, 1].into()), None);
    assert_eq!(table.lookup([240, 1, 2, 1].into()), Some(3));
    table.insert([240, 0, 0, 0].into(), 5, 5);
    assert_eq!(table.lookup([240, 2, 0, 1].into()), Some(5));
    assert_eq!(table.lookup([240, 1, 1, 1].into()), Some(2));
}
