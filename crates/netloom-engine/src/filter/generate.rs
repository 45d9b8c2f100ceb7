//! Numbers that are made: one after the other, by chance, from a hash (nft(8), NUMGEN EXPRESSION and
//! HASH EXPRESSIONS; iptables-extensions(8): cluster).

use super::facts::Facts;
use super::xt::{addresses, ports};
use crate::net::Net;
use crate::packet::Packet;
use core::net::IpAddr;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// Which generator: rules that are copied have the same one.
#[derive(Clone, Debug)]
pub(super) struct Token(Arc<()>);

impl Token {
    pub(super) fn new() -> Token {
        Token(Arc::new(()))
    }

    fn key(&self) -> usize {
        Arc::as_ptr(&self.0) as usize
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Token) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// How far generators are.
#[derive(Clone, Debug, Default)]
pub(crate) struct Generators(HashMap<usize, (Weak<()>, u32), foldhash::fast::FixedState>);

impl Generators {
    /// The next number of a generator.
    fn next(&mut self, token: &Token, modulus: u32) -> u32 {
        let of = || (Arc::downgrade(&token.0), 0);
        let (_, next) = self.0.entry(token.key()).or_insert_with(of);
        let number = *next % modulus.max(1);
        *next = number + 1;
        number
    }

    /// Forgets those whose rules are gone.
    pub(super) fn forget(&mut self) {
        self.0.retain(|_, (token, _)| token.strong_count() > 0);
    }
}

/// The next number of a generator.
pub(super) fn next(net: &mut Net, facts: &Facts, token: &Token, modulus: u32) -> u32 {
    let remembered = &mut net.ns_mut(facts.ns).remembered;
    remembered.generators.next(token, modulus)
}

/// A number by chance.
pub(super) fn chance(net: &mut Net, modulus: u32) -> u32 {
    scale(net.random.next() as u32, modulus)
}

/// A number of 32 bits brought down below another (`reciprocal_scale`).
pub(super) const fn scale(number: u32, below: u32) -> u32 {
    ((number as u64 * below as u64) >> 32) as u32
}

/// The hash of a flow, the same both ways. Linux draws what it begins with.
pub(super) fn symmetric(facts: &Facts, packet: &Packet) -> u32 {
    let octets = |address: IpAddr| match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    let Some((source, destination)) = addresses(facts, packet) else {
        return 0;
    };
    let (from, to) = ports(facts, packet).unwrap_or_default();
    let mut ends = [(octets(source), from), (octets(destination), to)];
    ends.sort();
    let mut bytes = vec![facts.protocol.unwrap_or(0)];
    for (address, port) in ends {
        bytes.extend(address);
        bytes.extend(port.to_be_bytes());
    }
    jenkins(&bytes, 0)
}

/// Bob Jenkins' hash (lookup3, "hashlittle"; the kernel's `jhash`).
pub(super) fn jenkins(mut bytes: &[u8], seed: u32) -> u32 {
    let begin = 0xdead_beef_u32
        .wrapping_add(bytes.len() as u32)
        .wrapping_add(seed);
    let mut of = [begin; 3];
    while bytes.len() > 12 {
        add(&mut of, &bytes[..12]);
        mix(&mut of);
        bytes = &bytes[12..];
    }
    if bytes.is_empty() {
        return of[2];
    }
    add(&mut of, bytes);
    last(of)
}

/// Adds up to twelve bytes, four to each word.
fn add(of: &mut [u32; 3], bytes: &[u8]) {
    for (at, byte) in bytes.iter().enumerate() {
        let word = &mut of[at / 4];
        *word = word.wrapping_add(u32::from(*byte) << (8 * (at % 4)));
    }
}

fn mix([a, b, c]: &mut [u32; 3]) {
    let step = |x: &mut u32, y: &mut u32, z: &mut u32, by: u32| {
        *x = x.wrapping_sub(*z) ^ z.rotate_left(by);
        *z = z.wrapping_add(*y);
    };
    step(a, b, c, 4);
    step(b, c, a, 6);
    step(c, a, b, 8);
    step(a, b, c, 16);
    step(b, c, a, 19);
    step(c, a, b, 4);
}

fn last([mut a, mut b, mut c]: [u32; 3]) -> u32 {
    let step = |x: &mut u32, y: u32, by: u32| *x = (*x ^ y).wrapping_sub(y.rotate_left(by));
    step(&mut c, b, 14);
    step(&mut a, c, 11);
    step(&mut b, a, 25);
    step(&mut c, b, 16);
    step(&mut a, c, 4);
    step(&mut b, a, 14);
    step(&mut c, b, 24);
    c
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_its_maker() {
        // The examples of lookup3.c ("driver5").
        assert_eq!(jenkins(b"", 0), 0xdead_beef);
        assert_eq!(jenkins(b"", 0xdead_beef), 0xbd5b_7dde);
        let words = b"Four score and seven years ago";
        assert_eq!(jenkins(words, 0), 0x1777_0551);
        assert_eq!(jenkins(words, 1), 0xcd62_8161);
    }

    #[test]
    fn numbers_come_one_after_the_other_and_begin_anew() {
        let mut generators = Generators::default();
        let token = Token::new();
        let numbers = [0; 5].map(|_| generators.next(&token, 3));
        assert_eq!(numbers, [0, 1, 2, 0, 1]);
        drop(token);
        generators.forget();
        assert!(generators.0.is_empty());
    }
}
