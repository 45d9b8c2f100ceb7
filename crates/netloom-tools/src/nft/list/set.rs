//! Listings of sets and maps, and of their elements.

use super::Listing;
use crate::nft::constant;
use crate::nft::moment::show_milliseconds;
use crate::nft::print::Style;
use netloom_model::ruleset::set::{ElementData, MapData};
use netloom_model::ruleset::{DataType, Element, Set, Table};
use std::fmt::Write as _;

impl Listing<'_> {
    pub(in crate::nft) fn set(&self, table: &Table, set: &Set) -> String {
        let word = match (set.meter, &set.data) {
            (true, _) => "meter",
            (false, Some(_)) => "map",
            (false, None) => "set",
        };
        let mut text = format!("\t{word} {} {{{}\n", set.name, self.handle(set.handle));
        for line in self.set_lines(table, set) {
            let _ = writeln!(text, "\t\t{line}");
        }
        if !set.elements.is_empty() && !self.options.terse {
            let _ = writeln!(text, "\t\telements = {{ {} }}", self.elements(table, set));
        }
        text + "\t}\n"
    }

    /// What is said of a set beside its elements.
    pub(in crate::nft) fn set_lines(&self, table: &Table, set: &Set) -> Vec<String> {
        let mut lines = vec![type_words(set)];
        if set.memory {
            lines.push("policy memory".to_owned());
        }
        lines.extend(set.size.map(|size| format!("size {size}")));
        let style = self.style(table);
        let flags = flag_words(set);
        if !flags.is_empty() {
            lines.push(format!("flags {}", flags.join(",")));
        }
        if !set.statements.is_empty() {
            let statements = set.statements.iter();
            let words: Vec<String> = statements.map(|s| bare(&style, s)).collect();
            lines.push(words.join(" "));
        }
        let time = show_milliseconds;
        lines.extend(set.timeout.map(|of| format!("timeout {}", time(of))));
        let interval = set.gc_interval.map(u64::from);
        lines.extend(interval.map(|of| format!("gc-interval {}", time(of))));
        if set.auto_merge {
            lines.push("auto-merge".to_owned());
        }
        lines.extend(set.comment.iter().map(|text| format!("comment \"{text}\"")));
        lines
    }

    /// An element of a set.
    pub(in crate::nft) fn one_element(
        &self,
        table: &Table,
        set: &Set,
        element: &Element,
    ) -> String {
        let data = match &set.data {
            Some(MapData::Values(types)) => types.clone(),
            _ => Vec::new(),
        };
        let lasts = element.timeout.or(set.timeout);
        let own = Element {
            // The time that all elements of a set have is told with the set.
            timeout: element.timeout.filter(|own| Some(*own) != set.timeout),
            expires: element.expires.filter(|_| lasts.is_some()),
            ..element.clone()
        };
        self.style(table).element(&set.key, &own, &data)
    }

    /// Elements, as many in a line as nft writes for their type.
    fn elements(&self, table: &Table, set: &Set) -> String {
        let elements = sorted(set).into_iter();
        let words = elements.map(|element| self.one_element(table, set, element));
        let per = per_line(set);
        let mut text = String::new();
        for (at, word) in words.enumerate() {
            match at {
                0 => {}
                at if at % per == 0 => text += ",\n\t\t\t     ",
                _ => text += ", ",
            }
            text += &word;
        }
        text
    }
}

/// The elements of a set in the order in which they are listed.
pub(in crate::nft) fn sorted(set: &Set) -> Vec<&Element> {
    let mut elements: Vec<&Element> = set.elements.iter().collect();
    if !set.flags.interval {
        constant::sort(&set.key, &mut elements);
    }
    elements
}

/// A statement of a set: what it begins with, not what was counted.
fn bare(style: &Style<'_>, statement: &netloom_model::ruleset::Statement) -> String {
    let style = Style {
        stateless: true,
        ..*style
    };
    style.statement(statement)
}

/// `type ...` or `typeof ...`.
fn type_words(set: &Set) -> String {
    let is_range = |element: &Element| matches!(element.data, Some(ElementData::Range(..)));
    let interval = if set.elements.iter().any(is_range) {
        "interval "
    } else {
        ""
    };
    if let Some(key) = &set.typeof_key {
        return match &set.typeof_data {
            Some(data) => format!("typeof {key} : {data}"),
            None => format!("typeof {key}"),
        };
    }
    let names = |types: &[DataType]| {
        let names: Vec<&str> = types.iter().map(|ty| ty.name()).collect();
        names.join(" . ")
    };
    let data = match &set.data {
        Some(MapData::Verdicts) => " : verdict".to_owned(),
        Some(MapData::Objects(kind)) => format!(" : {}", kind.name()),
        Some(MapData::Values(types)) => format!(" : {interval}{}", names(types)),
        None => String::new(),
    };
    format!("type {}{data}", names(&set.key))
}

/// The flags of a set.
fn flag_words(set: &Set) -> Vec<&'static str> {
    let words = [
        (set.flags.constant, "constant"),
        (set.flags.interval, "interval"),
        (set.flags.dynamic, "dynamic"),
        // A set with a time has the flag; with that time it is not told.
        (
            set.flags.timeout && (set.timeout.is_none() || set.flags.dynamic),
            "timeout",
        ),
    ];
    words
        .into_iter()
        .filter_map(|(there, name)| there.then_some(name))
        .collect()
}

/// How many elements of a set stand in a line.
fn per_line(set: &Set) -> usize {
    match &set.key[..] {
        [
            DataType::InetService
            | DataType::InetProto
            | DataType::Integer(_)
            | DataType::NfProto
            | DataType::ArpOp
            | DataType::TcpFlag
            | DataType::CtState
            | DataType::CtStatus
            | DataType::CtDir
            | DataType::Mark,
        ] => 5,
        [DataType::Ipv4Addr] => 2,
        _ => 1,
    }
}
