//! Longest prefix match: nanoseconds per lookup and per change, and bytes, for tables from a
//! namespace's few routes to a full one. `cargo bench -p netloom-engine --bench lookup`
//!
//! - *random*: addresses drawn from all there are (IPv4) or from 2000::/3 (IPv6);
//! - *hit*: addresses within prefixes of the table, each prefix as likely as any other;
//! - *chained*: as *hit*, but each lookup waits for the one before: the latency.
//!
//! *insert* is a table built one prefix after the other, *change* one prefix taken out or put back
//! in a full one. *bytes* counts a front table whole, also where its pages were never touched.
//!
//! Each number is the median of several rounds; the addresses are made before.

#[path = "common/prefixes.rs"]
mod prefixes;

use std::hint::black_box;
use std::time::Instant;

use netloom_engine::ip::version::{IpVersion, V4, V6};
use netloom_engine::route::lpm::Lpm;
use prefixes::Random;

const ROUNDS: usize = 9;
const LOOKUPS: u64 = 1 << 20;

/// The median time of a round for each of `count` operations, in nanoseconds.
fn median(count: u64, mut round: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            round();
            start.elapsed().as_nanos() as f64 / count as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[ROUNDS / 2]
}

/// What the addresses are made from: 64 random bits, and where hits lie.
trait Traffic: IpVersion {
    fn anywhere(random: u64) -> Self::Addr;
    fn within(prefix: Self::Addr, random: u64) -> Self::Addr;
}

impl Traffic for V4 {
    fn anywhere(random: u64) -> Self::Addr {
        V4::addr(random as u32)
    }

    fn within(prefix: Self::Addr, random: u64) -> Self::Addr {
        V4::addr(prefix.to_bits() ^ (random as u32 & 0xff))
    }
}

impl Traffic for V6 {
    fn anywhere(random: u64) -> Self::Addr {
        V6::addr(u128::from(random) << 61 | 1 << 125)
    }

    fn within(prefix: Self::Addr, random: u64) -> Self::Addr {
        V6::addr(prefix.to_bits() ^ u128::from(random as u32))
    }
}

/// Looks addresses up, each on its own.
fn search<V: Traffic>(table: &Lpm<V, u32>, addrs: &[V::Addr]) -> u64 {
    let found = addrs.iter().map(|&addr| table.lookup(addr));
    found.map(|value| value.map_or(0, u64::from)).sum()
}

/// Looks addresses up, each only when the one before is found.
fn search_in_turn<V: Traffic>(table: &Lpm<V, u32>, addrs: &[V::Addr]) -> usize {
    // The result decides which address is next, if only by bits that are always zero.
    (0..addrs.len()).fold(0, |last, at| {
        let addr = addrs[at | (last >> 24)];
        table.lookup(addr).map_or(0, |value| value as usize)
    })
}

fn load<V: IpVersion>(prefixes: &[(V::Addr, u8)]) -> Lpm<V, u32> {
    let mut table = Lpm::new();
    for (&(addr, len), value) in prefixes.iter().zip(1..) {
        table.insert(addr, len, value);
    }
    table
}

fn bench<V: Traffic>(name: &str, prefixes: &[(V::Addr, u8)]) {
    let table = load::<V>(prefixes);
    let bytes = size_of_val(&table) + table.heap_bytes();
    let mut draw = Random::new(3);
    let anywhere: Vec<_> = (0..LOOKUPS).map(|_| V::anywhere(draw.next())).collect();
    let mut any = || prefixes[draw.below(prefixes.len() as u64) as usize].0;
    let chosen: Vec<_> = (0..LOOKUPS).map(|_| any()).collect();
    let hits: Vec<_> = chosen
        .into_iter()
        .map(|addr| V::within(addr, draw.next()))
        .collect();

    let random = median(LOOKUPS, || {
        black_box(search(&table, &anywhere));
    });
    let hit = median(LOOKUPS, || {
        black_box(search(&table, &hits));
    });
    let chained = median(LOOKUPS, || {
        black_box(search_in_turn(&table, &hits));
    });
    let build = median(prefixes.len() as u64, || {
        black_box(load::<V>(prefixes));
    });
    // A prefix goes and comes back, in a table that stays.
    let mut changing = table;
    let some: Vec<_> = prefixes.iter().step_by(prefixes.len() / 5000 + 1).collect();
    let change = median(2 * some.len() as u64, || {
        for &&(addr, len) in &some {
            if let Some(value) = changing.remove(addr, len) {
                changing.insert(addr, len, value);
            }
        }
    });
    let count = prefixes.len();
    println!(
        "{name:>5} {count:>9} {random:>8.1} {hit:>8.1} {chained:>8.1} {build:>8.0} {change:>8.0} {bytes:>11}"
    );
}

fn main() {
    println!(
        "{:>5} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>11}",
        "", "prefixes", "random", "hit", "chained", "insert", "change", "bytes"
    );
    for count in [
        3, 6, 12, 13, 32, 100, 1000, 10_000, 100_000, 500_000, 1_000_000,
    ] {
        bench::<V4>("IPv4", &prefixes::ipv4(count, 1));
    }
    for count in [3, 6, 12, 13, 32, 100, 1000, 10_000, 100_000, 250_000] {
        bench::<V6>("IPv6", &prefixes::ipv6(count, 1));
    }
}
