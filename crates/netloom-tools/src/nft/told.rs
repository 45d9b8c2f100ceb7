//! Rules and elements in nft's words, for those who tell of them.

use super::print::Style;
use netloom_model::ruleset::set::ElementData;
use netloom_model::ruleset::{DataType, Element, Rule, TableFamily, TableRef, Value};

/// A rule in nft's words, with the names of nothing but itself: `tcp dport 80 counter packets 0 bytes
/// 0 accept`.
#[must_use]
pub fn words(table: &TableRef, rule: &Rule) -> String {
    plain(table.family).rule(rule)
}

/// A key in nft's words: `10.0.0.1 . tcp . 80`.
#[must_use]
pub fn key_words(types: &[DataType], key: &[Value]) -> String {
    let element = Element {
        from: key.to_vec(),
        ..Element::of(Value::default())
    };
    plain(TableFamily::Inet).key_of(types, &element)
}

/// The key of an element in nft's words: `10.0.0.0/24 . tcp`.
#[must_use]
pub fn element_words(table: &TableRef, types: &[DataType], element: &Element) -> String {
    plain(table.family).key_of(types, element)
}

/// What a map has for a key, in nft's words: `goto web`; a value is of these types.
#[must_use]
pub fn data_words(table: &TableRef, types: &[DataType], data: &ElementData) -> String {
    plain(table.family).data(data, types)
}

/// With the names of nothing but what is shown, and nothing that was counted.
fn plain(family: TableFamily) -> Style<'static> {
    Style {
        numeric: false,
        handles: false,
        stateless: true,
        devices: &[],
        family,
        sets: &[],
        now: netloom_model::Time::ZERO,
    }
}
