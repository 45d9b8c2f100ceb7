//! Sets and maps (nft(8), SETS and MAPS).

use super::datatype::DataType;
use super::statement::{Statement, Verdict};
use super::value::Value;
use crate::time::Time;
use serde::{Deserialize, Serialize};

/// A set or map with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    /// Its name.
    pub name: String,
    /// Its number, which nothing else of the table has.
    pub handle: u64,
    /// The types of its keys' parts, one behind the other.
    pub key: Vec<DataType>,
    /// What a map has for a key; none: it is a set.
    pub data: Option<MapData>,
    /// The expression after `typeof`, as it was written; none: `type`.
    pub typeof_key: Option<String>,
    /// The same for what a map has.
    pub typeof_data: Option<String>,
    /// What it may do.
    pub flags: SetFlags,
    /// When its elements go, unless they say otherwise.
    pub timeout: Option<u64>,
    /// How often elements past their time are looked for, in milliseconds.
    pub gc_interval: Option<u32>,
    /// How many elements it may have.
    pub size: Option<u32>,
    /// Whether it was asked to be small (`policy memory`).
    pub memory: bool,
    /// Whether ranges that touch are joined.
    pub auto_merge: bool,
    /// Whether it is the own set of a rule that puts elements into it (`meter`), and goes with that.
    #[serde(default)]
    pub meter: bool,
    /// What each new element does beside matching (`counter`).
    pub statements: Vec<Statement>,
    /// What its maker says of it.
    pub comment: Option<String>,
    /// Its elements, in the order of their keys.
    pub elements: Vec<Element>,
}

/// What the values of a map are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MapData {
    /// Constants of these types, one behind the other.
    Values(Vec<DataType>),
    /// Verdicts.
    Verdicts,
    /// Objects of that kind, by name.
    Objects(super::object::ObjectKind),
}

/// What a set may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetFlags {
    /// Its elements are for ever (`constant`).
    pub constant: bool,
    /// Its elements can be ranges and prefixes.
    pub interval: bool,
    /// Its elements go after a time.
    pub timeout: bool,
    /// Rules put elements into it.
    pub dynamic: bool,
}

/// An element of a set or map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// The least key, its parts one behind the other.
    pub from: Vec<Value>,
    /// The greatest key; none: the same.
    pub to: Option<Vec<Value>>,
    /// Whether it stands for every key that no other element has (`*`).
    pub catch_all: bool,
    /// What a map has for it.
    pub data: Option<ElementData>,
    /// After how many milliseconds it goes.
    pub timeout: Option<u64>,
    /// When it goes.
    pub expires: Option<Time>,
    /// What it does beside matching.
    pub statements: Vec<Statement>,
    /// What its maker says of it.
    pub comment: Option<String>,
}

impl Element {
    /// An element for one key of one part.
    #[must_use]
    pub fn of(key: Value) -> Element {
        Element {
            from: vec![key],
            to: None,
            catch_all: false,
            data: None,
            timeout: None,
            expires: None,
            statements: Vec::new(),
            comment: None,
        }
    }

    /// An element for all keys of one part from one to the other.
    #[must_use]
    pub fn range(from: Value, to: Value) -> Element {
        Element {
            to: Some(vec![to]),
            ..Element::of(from)
        }
    }
}

/// What a map has for a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ElementData {
    /// A constant, its parts one behind the other.
    Value(Vec<Value>),
    /// A range of constants (addresses and ports of NAT).
    Range(Vec<Value>, Vec<Value>),
    /// A verdict.
    Verdict(Verdict),
    /// An object's name.
    Object(String),
}
