//! Elements of sets and maps (`NFTA_SET_ELEM_*`). Where keys are ranges of one part the kernel keeps
//! where each begins and where the next key is that no longer belongs to it.

use super::read::verdict;
use super::set::{Known, Make, statements};
use super::userdata::{Left, Pieces};
use super::{FIXED, ITEM};
use crate::{Attributes, Writer};
use netloom_model::Time;
use netloom_model::ruleset::set::ElementData;
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{DataType, Element, Set, TableRef, Value};

const LIST: u16 = 3;
const SET_ID: u16 = 4;
const KEY: u16 = 1;
const DATA: u16 = 2;
const FLAGS: u16 = 3;
const TIMEOUT: u16 = 4;
const EXPIRATION: u16 = 5;
const USERDATA: u16 = 6;
const STATEMENT: u16 = 7;
const OBJECT: u16 = 9;
const KEY_END: u16 = 10;
const STATEMENTS: u16 = 11;
/// It is where a range ends.
const END: u32 = 1;
/// It stands for every key that no other has.
const CATCH_ALL: u32 = 2;
/// The comment among what nft leaves.
const COMMENT: u8 = 0;
/// The value of some data.
pub(super) const VALUE: u16 = 1;
/// The most bytes of the elements of one message.
const ROOM: usize = 48 * 1024;

/// An element as the kernel has it.
struct Raw {
    key: Vec<u8>,
    end: bool,
    element: Element,
}

/// The elements that messages about one set tell of.
#[must_use]
pub fn decode(known: &Known, bodies: &[Vec<u8>]) -> Vec<Element> {
    let mut all = Vec::new();
    for body in bodies {
        let attributes = Attributes::behind(body, FIXED);
        for (_, item) in attributes.inside(LIST) {
            all.push(raw(known, Attributes::new(item)));
        }
    }
    let ranges = known.set.flags.interval && known.set.key.len() == 1;
    let mut elements = match ranges {
        true => joined(known, all),
        false => all.into_iter().map(|raw| raw.element).collect(),
    };
    let in_order = known.set.key.len() == 1 || elements.iter().all(|element| element.to.is_none());
    if in_order {
        elements.sort_by(|a, b| (a.catch_all, &a.from).cmp(&(b.catch_all, &b.from)));
    }
    elements
}

fn raw(known: &Known, item: Attributes<'_>) -> Raw {
    let flags = item.be32(FLAGS).unwrap_or(0);
    let catch_all = flags & CATCH_ALL != 0;
    let key = item.inside(KEY).get(VALUE).unwrap_or_default().to_vec();
    let last = item.inside(KEY_END).get(VALUE);
    let from = match catch_all {
        true => vec![Value::default()],
        false => known.key.values(&key),
    };
    let element = Element {
        to: last
            .map(|last| known.key.values(last))
            .filter(|to| *to != from),
        from,
        catch_all,
        data: data(known, item),
        timeout: item.be64(TIMEOUT),
        expires: item
            .be64(EXPIRATION)
            .map(|left| Time(left.saturating_mul(1_000_000))),
        statements: statements(known.table.family, item, STATEMENT, STATEMENTS),
        comment: Pieces::new(item.get(USERDATA)).text(COMMENT),
    };
    Raw {
        key,
        end: flags & END != 0,
        element,
    }
}

/// What a map has for an element.
fn data(known: &Known, item: Attributes<'_>) -> Option<ElementData> {
    if let Some(name) = item.text(OBJECT) {
        return Some(ElementData::Object(name));
    }
    let data = item.inside(DATA);
    if let Some(verdict) = verdict(data) {
        return Some(ElementData::Verdict(verdict));
    }
    let bytes = data.get(VALUE)?;
    let layout = &known.data;
    // Twice as much is from one to the other.
    if known.ranges && bytes.len().is_multiple_of(2) {
        let (from, to) = bytes.split_at(bytes.len() / 2);
        let (from, to) = (layout.values(from), layout.values(to));
        return Some(match from == to {
            true => ElementData::Value(from),
            false => ElementData::Range(from, to),
        });
    }
    Some(ElementData::Value(layout.values(bytes)))
}

/// Ranges of their beginnings and ends.
fn joined(known: &Known, mut all: Vec<Raw>) -> Vec<Element> {
    // Where one ends the next may begin.
    all.sort_by(|a, b| (&a.key, !a.end).cmp(&(&b.key, !b.end)));
    let mut elements = Vec::new();
    for (at, raw) in all.iter().enumerate() {
        if raw.end {
            continue;
        }
        let mut element = raw.element.clone();
        if !element.catch_all {
            let next = all[at + 1..].iter().find(|next| next.key > raw.key);
            let last = match next {
                Some(next) => before(&next.key),
                None => vec![0xff; raw.key.len()],
            };
            span(known, &mut element, &raw.key, &last);
        }
        elements.push(element);
    }
    elements
}

/// The key before another.
fn before(key: &[u8]) -> Vec<u8> {
    let mut key = key.to_vec();
    for byte in key.iter_mut().rev() {
        *byte = byte.wrapping_sub(1);
        if *byte != 0xff {
            break;
        }
    }
    key
}

/// The key behind another; none: it is the last.
fn behind(key: &[u8]) -> Option<Vec<u8>> {
    let mut key = key.to_vec();
    for byte in key.iter_mut().rev() {
        *byte = byte.wrapping_add(1);
        if *byte != 0 {
            return Some(key);
        }
    }
    None
}

/// Has an element stand for the keys from one to the other: those of names that begin alike are the
/// beginning.
fn span(known: &Known, element: &mut Element, first: &[u8], last: &[u8]) {
    if first == last {
        return;
    }
    if known.set.key == [DataType::IfName] {
        let same = first.iter().zip(last).take_while(|(a, b)| a == b).count();
        let whole = first[same..].iter().all(|byte| *byte == 0)
            && last[same..].iter().all(|byte| *byte == 0xff);
        if whole {
            element.from = vec![Value::new(&first[..same])];
            return;
        }
    }
    element.to = Some(known.key.values(last));
}

/// The bodies of messages that make elements, or take them out.
#[must_use]
pub fn make(set: &Set, of: &Make<'_>, elements: &[Element]) -> Vec<Writer> {
    let mut bodies = Vec::new();
    let mut list: Vec<Writer> = Vec::new();
    let mut size = 0;
    let items = items(set, of, elements);
    for item in items {
        if size > ROOM {
            bodies.push(message(set, of, &list));
            list.clear();
            size = 0;
        }
        size += item.bytes().len() + 4;
        list.push(item);
    }
    if !list.is_empty() {
        bodies.push(message(set, of, &list));
    }
    bodies
}

fn message(set: &Set, of: &Make<'_>, items: &[Writer]) -> Writer {
    let mut body = super::body(Some(of.table.family));
    body.text(super::set::TABLE, &of.table.name);
    body.text(super::set::NAME, &set.name);
    body.be32(SET_ID, of.id);
    body.nest(LIST, |list| {
        for item in items {
            list.nest(ITEM, |to| to.append(item));
        }
    });
    body
}

/// The body of a message that asks for the elements of a set.
#[must_use]
pub fn ask(table: &TableRef, set: &str) -> Writer {
    let mut body = super::body(Some(table.family));
    body.text(super::set::TABLE, &table.name);
    body.text(super::set::NAME, set);
    body
}

fn items(set: &Set, of: &Make<'_>, elements: &[Element]) -> Vec<Writer> {
    let ranges = set.flags.interval && set.key.len() == 1;
    let mut all = Vec::new();
    let mut sorted: Vec<&Element> = elements.iter().collect();
    if ranges {
        sorted.sort_by(|a, b| (a.catch_all, &a.from).cmp(&(b.catch_all, &b.from)));
    }
    for element in sorted {
        let (first, last) = ends_of(set, of, element);
        let mut item = Writer::default();
        if element.catch_all {
            item.be32(FLAGS, CATCH_ALL);
        } else {
            item.nest(KEY, |key| key.put(VALUE, &first));
            if set.flags.interval && !ranges {
                item.nest(KEY_END, |key| key.put(VALUE, &last));
            }
        }
        put_rest(of, element, &mut item);
        all.push(item);
        if ranges
            && !element.catch_all
            && let Some(end) = behind(&last)
        {
            all.push(end_item(&end));
        }
    }
    all
}

fn end_item(key: &[u8]) -> Writer {
    let mut item = Writer::default();
    item.be32(FLAGS, END);
    item.nest(KEY, |to| to.put(VALUE, key));
    item
}

/// The bytes of the first key of an element and of its last.
fn ends_of(set: &Set, of: &Make<'_>, element: &Element) -> (Vec<u8>, Vec<u8>) {
    let first = of.key.bytes(&element.from);
    let last = match &element.to {
        Some(to) => of.key.bytes(to),
        None => first.clone(),
    };
    // The beginning of names.
    if let ([DataType::IfName], [name]) = (&set.key[..], &element.from[..])
        && name.bytes().len() < IFNAME
    {
        let mut last = first.clone();
        last[name.bytes().len()..].fill(0xff);
        return (first, last);
    }
    (first, last)
}

fn put_rest(of: &Make<'_>, element: &Element, item: &mut Writer) {
    match &element.data {
        Some(ElementData::Verdict(verdict)) => {
            item.nest(DATA, |data| super::write::verdict(verdict, data));
        }
        Some(ElementData::Object(name)) => item.text(OBJECT, name),
        Some(ElementData::Value(values)) => {
            let mut bytes = of.data.bytes(values);
            if of.ranges {
                bytes.extend_from_within(..);
            }
            item.nest(DATA, |data| data.put(VALUE, &bytes));
        }
        Some(ElementData::Range(from, to)) => {
            let mut bytes = of.data.bytes(from);
            bytes.extend(of.data.bytes(to));
            item.nest(DATA, |data| data.put(VALUE, &bytes));
        }
        None => {}
    }
    if let Some(timeout) = element.timeout {
        item.be64(TIMEOUT, timeout);
    }
    if let Some(expires) = element.expires {
        item.be64(EXPIRATION, expires.0 / 1_000_000);
    }
    if let Some(comment) = &element.comment {
        let mut left = Left::default();
        left.text(COMMENT, comment);
        item.put(USERDATA, left.bytes());
    }
    match &element.statements[..] {
        [] => {}
        [one] => item.nest(STATEMENT, |to| super::write::stateful(one, to)),
        several => item.nest(STATEMENTS, |list| {
            for statement in several {
                list.nest(ITEM, |to| super::write::stateful(statement, to));
            }
        }),
    }
}

/// Whether what elements of a map have are ranges.
#[must_use]
pub fn have_ranges(elements: &[Element]) -> bool {
    let range = |element: &Element| matches!(element.data, Some(ElementData::Range(..)));
    elements.iter().any(range)
}
