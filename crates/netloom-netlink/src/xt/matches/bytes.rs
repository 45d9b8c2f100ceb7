//! `string` and `u32`: bytes of a packet, wherever they are.

use super::super::layout::{Own, Plain, Text, layout};
use super::super::{Given, Info, not};
use super::one;
use netloom_model::ruleset::Statement;
use netloom_model::ruleset::xt::{Not, StringSearch, U32Op, U32Test, XtMatch};

layout! {
    /// `xt_string_info`; the flags of its first revision say nothing but whether it is inverted.
    String1 {
        from: u16,
        to: u16,
        algorithm: Text<16>,
        pattern: [u8; 128],
        length: u8,
        flags: u8,
        own: Own,
    }
    /// `xt_u32_location_element`.
    Step { number: u32, op: u8 }
    /// `xt_u32_value_element`.
    Value { from: u32, to: u32 }
    /// `xt_u32_test`.
    Test { location: [Step; 11], values: [Value; 11], steps: u8, ranges: u8 }
    /// `xt_u32`.
    U32 { tests: [Test; 11], count: u8, not: u8 }
}

const INVERT: u8 = 1;
const IGNORE_CASE: u8 = 2;

/// Whether iptables writes these bytes as numbers.
fn is_binary(bytes: &[u8]) -> bool {
    let printed = |byte: &u8| (b' '..=b'~').contains(byte);
    !bytes.iter().all(printed) || bytes.last() == Some(&b'\\')
}

pub(super) fn read_string(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: String1 = given.read()?;
    let pattern = all.pattern.get(..usize::from(all.length))?.to_vec();
    one(XtMatch::String(StringSearch {
        algorithm: all.algorithm.text(),
        from: all.from,
        to: all.to,
        ignore_case: given.revision > 0 && all.flags & IGNORE_CASE != 0,
        hex: is_binary(&pattern),
        pattern: not(pattern, all.flags & INVERT != 0),
    }))
}

pub(super) fn string(found: &StringSearch) -> Option<Info> {
    let mut pattern = [0; 128];
    let bytes = &found.pattern.is;
    pattern.get_mut(..bytes.len())?.copy_from_slice(bytes);
    let flag = |there: bool, bit: u8| if there { bit } else { 0 };
    let all = String1 {
        from: found.from,
        to: found.to,
        algorithm: Text::of(&found.algorithm)?,
        pattern,
        length: bytes.len() as u8,
        flags: flag(found.pattern.not, INVERT) | flag(found.ignore_case, IGNORE_CASE),
        own: Own,
    };
    Info::some("string", 1, all.bytes())
}

/// The steps by their numbers (`XT_U32_*`).
const OPS: [U32Op; 4] = [U32Op::And, U32Op::ShiftLeft, U32Op::ShiftRight, U32Op::At];

pub(super) fn read_u32(given: Given<'_>) -> Option<Vec<Statement>> {
    let all: U32 = given.read()?;
    let test = |test: &Test| {
        let steps = test.location.get(..usize::from(test.steps))?;
        let location = steps.iter().enumerate().map(|(at, step)| {
            // Where a place begins there is nothing to do it to.
            let op = match at {
                0 => U32Op::At,
                _ => *OPS.get(usize::from(step.op))?,
            };
            Some((op, step.number))
        });
        let ranges = test.values.get(..usize::from(test.ranges))?;
        Some(U32Test {
            location: location.collect::<Option<_>>()?,
            ranges: ranges.iter().map(|range| (range.from, range.to)).collect(),
        })
    };
    let tests = all.tests.get(..usize::from(all.count))?;
    let tests: Option<Vec<U32Test>> = tests.iter().map(test).collect();
    let tests = not(tests?, all.not != 0);
    one(XtMatch::U32 { tests })
}

pub(super) fn u32(tests: &Not<Vec<U32Test>>) -> Option<Info> {
    let mut all = U32::zero();
    for (place, test) in tests.is.iter().enumerate() {
        let room = all.tests.get_mut(place)?;
        for (at, (op, number)) in test.location.iter().enumerate() {
            let op = OPS.iter().position(|known| known == op).filter(|_| at > 0);
            *room.location.get_mut(at)? = Step {
                number: *number,
                op: op.unwrap_or(0) as u8,
            };
        }
        for (at, (from, to)) in test.ranges.iter().enumerate() {
            *room.values.get_mut(at)? = Value {
                from: *from,
                to: *to,
            };
        }
        (room.steps, room.ranges) = (test.location.len() as u8, test.ranges.len() as u8);
    }
    (all.count, all.not) = (tests.is.len() as u8, tests.not.into());
    Info::some("u32", 0, all.bytes())
}
