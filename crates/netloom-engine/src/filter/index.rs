//! Which rules of a long chain a packet has to be asked of.
//!
//! Rules are told apart by what they ask for first: constants of headers, devices, marks. Rules that
//! ask for the same fields under the same masks are of one shape, and stand in a hash table by the
//! values that they want (tuple space search: Srinivasan, Suri and Varghese, Packet Classification
//! using Tuple Space Search, SIGCOMM 1999). A packet looks itself up once for each shape, and is then
//! asked of the rules found, in their order: of all that can match, and of few others.
//!
//! Only what is asked before a rule does anything counts: a `limit` in front of a port takes a token
//! of every packet. A range is known by the bits that its ends share. What cannot be told from a number
//! is asked of every packet. Rules that follow those an index knows are asked one by one, so that a
//! rule added at the end costs no new index; rules come to an index when the next packet does.

use super::compile::{Op, Rule};
use super::facts::Facts;
use super::load::Load;
use crate::net::Net;
use crate::packet::Packet;
use core::hash::{BuildHasher, Hasher};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::Arc;

/// The least rules that are worth an index.
const LEAST: usize = 16;

/// How many rules may follow those that an index knows.
const TAIL: usize = 64;

/// How many shapes there are at most.
const SHAPES: usize = 16;

/// How many fields are looked at at most.
const LOADS: usize = 16;

/// What a rule wants of one field: which, under which mask, and the value.
type Part = (u8, u128, u128);

/// What a shape looks at: which fields, under which masks.
type Mask = Box<[(u8, u128)]>;

/// The rules of a chain by what they ask for.
#[derive(Debug, Default)]
pub(super) struct Index {
    loads: Vec<Load>,
    shapes: Vec<Shape>,
    /// Numbers of rules: those of one key side by side, in order.
    rules: Vec<u32>,
    /// How many rules of the chain it knows.
    covers: usize,
}

/// Rules that ask for the same fields.
#[derive(Debug)]
struct Shape {
    mask: Mask,
    /// Where in [`Index::rules`] those of a key stand, by the key's hash: rules of another key that
    /// has the same hash are asked too, and do not match.
    keys: HashMap<u64, (u32, u32), FixedState>,
}

/// The index of a chain, brought up to date; none where it is not worth one.
pub(super) fn of_chain(index: &mut Option<Arc<Index>>, rules: &[Arc<Rule>]) -> Option<Arc<Index>> {
    if rules.len() < LEAST {
        return None;
    }
    let known = index.as_ref().map_or(0, |index| index.covers);
    if index.is_none() || rules.len() - known > TAIL {
        *index = Some(Arc::new(Index::of(rules)));
    }
    index.clone()
}

impl Index {
    /// The index of rules.
    fn of(rules: &[Arc<Rule>]) -> Index {
        let mut loads = Vec::new();
        let mut wanted: Vec<Vec<Part>> = rules.iter().map(|r| parts(r, &mut loads)).collect();
        if shapes(&wanted).len() > SHAPES {
            wanted.iter_mut().flatten().for_each(coarsen);
        }
        if shapes(&wanted).len() > SHAPES {
            keep_rarest(&mut wanted);
        }
        let mut most: Vec<(Mask, usize)> = shapes(&wanted).into_iter().collect();
        most.sort_by(|a, b| (b.1, &b.0).cmp(&(a.1, &a.0)));
        // One place is for the rules that have none of the others.
        most.truncate(SHAPES - 1);
        let shape = |(mask, _)| Shape {
            mask,
            keys: HashMap::default(),
        };
        let mut index = Index {
            loads,
            shapes: most.into_iter().map(shape).collect(),
            rules: Vec::with_capacity(rules.len()),
            covers: rules.len(),
        };
        index.fill(&wanted);
        index
    }

    /// Puts the rules in.
    fn fill(&mut self, wanted: &[Vec<Part>]) {
        if !self.shapes.iter().any(|shape| shape.mask.is_empty()) {
            self.shapes.push(Shape {
                mask: Mask::default(),
                keys: HashMap::default(),
            });
        }
        let places: HashMap<Mask, usize, FixedState> = self
            .shapes
            .iter()
            .enumerate()
            .map(|(at, shape)| (shape.mask.clone(), at))
            .collect();
        let always = places[&Mask::default()];
        let mut keyed: Vec<(usize, u64, u32)> = wanted
            .iter()
            .zip(0..)
            .map(|(parts, number)| match places.get(&mask_of(parts)) {
                Some(at) => (*at, key(parts.iter().map(|part| part.2)), number),
                None => (always, key(core::iter::empty()), number),
            })
            .collect();
        keyed.sort_unstable();
        for group in keyed.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let from = self.rules.len() as u32;
            self.rules.extend(group.iter().map(|(.., number)| *number));
            let (shape, key, _) = group[0];
            let to = self.rules.len() as u32;
            self.shapes[shape].keys.insert(key, (from, to));
        }
    }
}

/// The hash of the values that a shape's fields have.
fn key(values: impl Iterator<Item = u128>) -> u64 {
    let mut hasher = FixedState::with_seed(0x6e65_746c).build_hasher();
    values.for_each(|value| hasher.write_u128(value));
    hasher.finish()
}

fn mask_of(parts: &[Part]) -> Mask {
    parts.iter().map(|(load, mask, _)| (*load, *mask)).collect()
}

/// How many rules are of each shape.
fn shapes(wanted: &[Vec<Part>]) -> HashMap<Mask, usize, FixedState> {
    let mut all = HashMap::default();
    for parts in wanted {
        *all.entry(mask_of(parts)).or_default() += 1;
    }
    all
}

/// What a rule asks for before it does anything, in the order of the fields.
fn parts(rule: &Rule, loads: &mut Vec<Load>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for op in &rule.ops {
        if !op.only_asks() {
            break;
        }
        let Op::Test(test) = op else { continue };
        let Some((mask, value)) = test.fixed().filter(|_| test.load.is_of_flow()) else {
            continue;
        };
        let at = loads.iter().position(|load| *load == test.load);
        let at = at.unwrap_or(loads.len());
        if at >= LOADS || parts.iter().any(|part| usize::from(part.0) == at) {
            continue;
        }
        if at == loads.len() {
            loads.push(test.load.clone());
        }
        parts.push((at as u8, mask, value));
    }
    parts.sort_unstable();
    parts
}

/// Has a prefix end at a whole byte.
fn coarsen((_, mask, value): &mut Part) {
    let host = mask.trailing_zeros();
    if *mask == u128::MAX.checked_shl(host).unwrap_or(0) {
        *mask = u128::MAX.checked_shl(host.next_multiple_of(8)).unwrap_or(0);
        *value &= *mask;
    }
}

/// Leaves of what each rule asks for only what the fewest rules ask for.
fn keep_rarest(wanted: &mut [Vec<Part>]) {
    let mut counts: HashMap<Part, usize, FixedState> = HashMap::default();
    for part in wanted.iter().flatten() {
        *counts.entry(*part).or_default() += 1;
    }
    for parts in wanted {
        let rarest = parts.iter().copied().min_by_key(|part| counts[part]);
        parts.clear();
        parts.extend(rarest);
    }
}

/// The rules of a chain that a packet has to be asked of, from some rule on.
pub(super) struct Candidates {
    index: Arc<Index>,
    /// For each shape what is left of the rules with the packet's key.
    runs: [(u32, u32); SHAPES],
    count: usize,
}

impl Candidates {
    /// Those of a packet from the rule `next` on.
    pub(super) fn of(
        index: Arc<Index>,
        next: usize,
        net: &mut Net,
        facts: &Facts,
        packet: &Packet,
    ) -> Candidates {
        let mut values = [None; LOADS];
        for (value, load) in values.iter_mut().zip(&index.loads) {
            *value = load.value(net, facts, packet);
        }
        let (mut runs, mut count) = ([(0, 0); SHAPES], 0);
        for shape in &index.shapes {
            // A packet that lacks a field matches no rule that asks for it.
            let there = shape
                .mask
                .iter()
                .all(|(at, _)| values[usize::from(*at)].is_some());
            if !there {
                continue;
            }
            let parts = shape.mask.iter();
            let key = key(parts.map(|(at, mask)| values[usize::from(*at)].unwrap_or(0) & mask));
            let Some((from, to)) = shape.keys.get(&key).copied() else {
                continue;
            };
            let run = &index.rules[from as usize..to as usize];
            let gone = run.partition_point(|number| (*number as usize) < next) as u32;
            if from + gone < to {
                runs[count] = (from + gone, to);
                count += 1;
            }
        }
        Candidates { index, runs, count }
    }

    /// The first of them from the rule `next` on: one behind the last rule, if there is none.
    pub(super) fn first(&mut self, next: usize) -> usize {
        let mut first = self.index.covers.max(next);
        for (at, to) in &mut self.runs[..self.count] {
            while at < to && (self.index.rules[*at as usize] as usize) < next {
                *at += 1;
            }
            if at < to {
                first = first.min(self.index.rules[*at as usize] as usize);
            }
        }
        first
    }
}

#[cfg(test)]
mod tests {
    use super::super::compile::compile;
    use super::super::facts::Proto;
    use super::super::table::{Sets, Table};
    use super::*;
    use crate::device::DevId;
    use crate::namespace::NsId;
    use crate::packet::Pool;
    use core::net::Ipv4Addr;
    use netloom_model::ruleset::change::TableRef;
    use netloom_model::ruleset::expr::Relation;
    use netloom_model::ruleset::statement::{Statement, Verdict};
    use netloom_model::ruleset::{self, Expr, Field, Hook, TableFamily, Value};
    use netloom_wire::{IpProtocol, ipv4};

    fn rules(of: impl Iterator<Item = Vec<Statement>>) -> Vec<Arc<Rule>> {
        let table = Table::new(TableRef::new(TableFamily::Ip, "filter"), 1);
        let rule = |statements| ruleset::Rule {
            statements,
            ..ruleset::Rule::default()
        };
        of.map(|statements| compile(&table, &Sets::default(), rule(statements)))
            .map(|rule| Arc::new(rule.expect("it is right")))
            .collect()
    }

    fn field(field: Field, value: Expr) -> Statement {
        Statement::equal(Expr::Field(field), value)
    }

    fn host(number: u32) -> Expr {
        Expr::Value(Value::from(Ipv4Addr::from_bits(number)))
    }

    const DROP: Statement = Statement::Verdict(Verdict::Drop);

    /// The rules that a UDP packet is asked of.
    fn asked(rules: &[Arc<Rule>], src: u32, dport: u16) -> Vec<usize> {
        let mut packet = Pool::default().take(28);
        let repr = ipv4::Repr {
            src: Ipv4Addr::from_bits(src),
            dst: Ipv4Addr::new(10, 0, 0, 1),
            protocol: IpProtocol::UDP,
            payload_len: 8,
            ..ipv4::Repr::default()
        };
        repr.emit(packet.bytes_mut());
        packet.bytes_mut()[22..24].copy_from_slice(&dport.to_be_bytes());
        packet.set_network();
        let place = (NsId(0), Proto::V4, Hook::Forward);
        let facts = Facts::of(&packet, place, (DevId::NONE, DevId::NONE));
        let index = of_chain(&mut None, rules).expect("there are many rules");
        let mut candidates = Candidates::of(index, 0, &mut Net::default(), &facts, &packet);
        let (mut found, mut next) = (Vec::new(), 0);
        loop {
            next = candidates.first(next) + 1;
            if next > rules.len() {
                return found;
            }
            found.push(next - 1);
        }
    }

    #[test]
    fn of_ten_thousand_rules_a_packet_is_asked_of_those_that_can_match() {
        let any = vec![DROP];
        let one = |i: u32| {
            let source = field(Field::IpSaddr, host(0xac10_0000 + i));
            let port = Value::from(1024 + i as u16);
            vec![source, field(Field::UdpDport, Expr::Value(port)), DROP]
        };
        let rules = rules((0..10_000).map(one).chain([any]));
        assert_eq!(asked(&rules, 0xac10_0007, 1031), [7, 10_000]);
        assert_eq!(asked(&rules, 0xac10_0007, 1032), [10_000]);
    }

    #[test]
    fn prefixes_of_every_length_are_told_apart() {
        let one = |i: u32| {
            let len = 8 + (i % 25) as u8;
            let source = Expr::Prefix(Value::from(i << 16), len);
            let goal = Expr::Prefix(Value::from(i << 8), 32 - len / 2);
            vec![
                field(Field::IpSaddr, source),
                field(Field::IpDaddr, goal),
                DROP,
            ]
        };
        let rules = rules((0..10_000).map(one));
        let tried = asked(&rules, 1234 << 16, 53).len();
        assert!(tried < 200, "{tried} rules tried");
    }

    #[test]
    fn what_stands_behind_something_done_tells_no_rules_apart() {
        let one = |i: u32| {
            let counted = Statement::Counter(ruleset::Counter::default());
            vec![counted, field(Field::IpSaddr, host(i)), DROP]
        };
        assert_eq!(asked(&rules((0..100).map(one)), 5, 53).len(), 100);
    }

    #[test]
    fn a_range_is_told_apart_by_what_its_ends_share_and_what_is_not_so_by_nothing() {
        let range = |i: u16| {
            let (from, to) = (Value::from(i * 64), Value::from(i * 64 + 40));
            vec![field(Field::UdpDport, Expr::Range(from, to)), DROP]
        };
        let not = Statement::Match {
            left: Expr::Field(Field::UdpDport),
            relation: Relation::Ne,
            right: Expr::Value(Value::from(1u16)),
        };
        let rules = rules((0..100).map(range).chain([vec![not, DROP]]));
        assert_eq!(asked(&rules, 5, 130), [2, 100]);
    }

    #[test]
    fn rules_at_the_end_are_asked_until_they_are_many() {
        let one = |i: u32| vec![field(Field::IpSaddr, host(i)), DROP];
        let all = rules((0..300).map(one));
        let mut index = None;
        let first = of_chain(&mut index, &all[..100]).expect("an index");
        let second = of_chain(&mut index, &all[..150]).expect("an index");
        assert!(Arc::ptr_eq(&first, &second));
        let third = of_chain(&mut index, &all).expect("an index");
        assert_eq!(third.covers, 300);
    }
}
