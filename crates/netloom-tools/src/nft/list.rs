//! Listings: tables and what is in them.

use super::chain::show_priority;
use super::constant::Devices;
use super::parser::{List, Listed};
use super::print::Style;
use super::source::{Problem, Read};
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::{Backend, Base, Chain, DataType, Ruleset, Set, Table, TableRef};
use std::fmt::Write as _;

/// How listings were asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) numeric: bool,
    pub(super) handles: bool,
    pub(super) stateless: bool,
    /// Without elements (`-t`).
    pub(super) terse: bool,
}

/// What a listing prints.
pub(super) fn list(
    list: &List,
    ruleset: &Ruleset,
    devices: &Devices,
    options: Options,
) -> Read<String> {
    let missing = |at| Problem::new("No such file or directory", at);
    let listing = Listing { devices, options };
    let mut tables: Vec<&Table> = ruleset
        .tables
        .iter()
        .filter(|table| table.backend == Backend::Nft)
        .filter(|table| list.family.is_none_or(|family| family == table.family))
        .collect();
    if let (Some((name, at)), Some(family)) = (&list.table, list.family) {
        let named = TableRef::new(family, name.as_str());
        tables.retain(|table| table.is(&named));
        if tables.is_empty() {
            return Err(missing(*at));
        }
    }
    let mut text = String::new();
    for table in tables {
        match list.what {
            Listed::Tables => {
                let _ = writeln!(text, "table {} {}", table.family.name(), table.name);
            }
            Listed::Ruleset | Listed::Table => text += &listing.table(table),
            Listed::Chains => text += &listing.chains(table),
            Listed::Chain => {
                let Some((name, at)) = &list.name else {
                    continue;
                };
                let chain = table.chain(name).ok_or_else(|| missing(*at))?;
                text += &listing.within(table, &listing.chain(table, chain, true));
            }
            Listed::Sets | Listed::Maps => {
                let maps = list.what == Listed::Maps;
                let sets = table.sets.iter().filter(|set| set.data.is_some() == maps);
                let sets: String = sets.map(|set| listing.set(table, set)).collect();
                text += &listing.within(table, &sets);
            }
            Listed::Set | Listed::Map => {
                let Some((name, at)) = &list.name else {
                    continue;
                };
                let maps = list.what == Listed::Map;
                let set = table.set(name).filter(|set| set.data.is_some() == maps);
                let set = set.ok_or_else(|| missing(*at))?;
                text += &listing.within(table, &listing.set(table, set));
            }
            Listed::Nothing => {}
        }
    }
    Ok(text)
}

struct Listing<'a> {
    devices: &'a Devices,
    options: Options,
}

impl Listing<'_> {
    fn style(&self, table: &Table) -> Style<'_> {
        Style {
            numeric: self.options.numeric,
            handles: self.options.handles,
            stateless: self.options.stateless,
            devices: self.devices,
            family: table.family,
        }
    }

    fn handle(&self, handle: u64) -> String {
        if self.options.handles {
            format!(" # handle {handle}")
        } else {
            String::new()
        }
    }

    fn within(&self, table: &Table, text: &str) -> String {
        format!(
            "table {} {} {{\n{text}}}\n",
            table.family.name(),
            table.name
        )
    }

    fn table(&self, table: &Table) -> String {
        let mut parts: Vec<String> = Vec::new();
        let sets = table.sets.iter().map(|set| self.set(table, set));
        parts.extend(sets);
        let chains = table.chains.iter();
        parts.extend(chains.map(|chain| self.chain(table, chain, true)));
        let mut text = format!("table {} {} {{", table.family.name(), table.name);
        text += &self.handle(table.handle);
        text.push('\n');
        if table.dormant {
            text += "\tflags dormant\n";
        }
        if let Some(comment) = &table.comment {
            let _ = writeln!(text, "\tcomment \"{comment}\"");
        }
        if table.dormant && !parts.is_empty() {
            text.push('\n');
        }
        text + &parts.join("\n") + "}\n"
    }

    fn chains(&self, table: &Table) -> String {
        let chains = table.chains.iter();
        let text: String = chains
            .map(|chain| self.chain(table, chain, false))
            .collect();
        self.within(table, &text)
    }

    fn chain(&self, table: &Table, chain: &Chain, rules: bool) -> String {
        let mut text = format!("\tchain {} {{{}\n", chain.name, self.handle(chain.handle));
        if let Some(comment) = &chain.comment {
            let _ = writeln!(text, "\t\tcomment \"{comment}\"");
        }
        if let Some(base) = &chain.base {
            let _ = writeln!(text, "\t\t{}", self.base(table, base));
        }
        if rules {
            let style = self.style(table);
            for rule in &chain.rules {
                let _ = writeln!(text, "\t\t{}", style.rule(rule));
            }
        }
        text + "\t}\n"
    }

    fn base(&self, table: &Table, base: &Base) -> String {
        let devices = match &base.devices[..] {
            [] => String::new(),
            [one] => format!(" device \"{one}\""),
            more => format!(" devices = {{ {} }}", more.join(", ")),
        };
        format!(
            "type {} hook {}{devices} priority {}; policy {};",
            base.kind.name(),
            base.hook.name(),
            show_priority(base, table.family, self.options.numeric),
            base.policy.name()
        )
    }

    fn set(&self, table: &Table, set: &Set) -> String {
        let word = if set.data.is_some() { "map" } else { "set" };
        let mut text = format!("\t{word} {} {{{}\n", set.name, self.handle(set.handle));
        let names: Vec<&str> = set.key.iter().map(|ty: &DataType| ty.name()).collect();
        let data = match set.data {
            Some(MapData::Verdicts) => " : verdict",
            _ => "",
        };
        let _ = writeln!(text, "\t\ttype {}{data}", names.join(" . "));
        if let Some(size) = set.size {
            let _ = writeln!(text, "\t\tsize {size}");
        }
        let flags: Vec<&str> = [
            (set.flags.constant, "constant"),
            (set.flags.interval, "interval"),
        ]
        .into_iter()
        .filter_map(|(there, name)| there.then_some(name))
        .collect();
        if !flags.is_empty() {
            let _ = writeln!(text, "\t\tflags {}", flags.join(","));
        }
        if let Some(comment) = &set.comment {
            let _ = writeln!(text, "\t\tcomment \"{comment}\"");
        }
        if !set.elements.is_empty() && !self.options.terse {
            let _ = writeln!(text, "\t\telements = {{ {} }}", self.elements(table, set));
        }
        text + "\t}\n"
    }

    /// Elements, as many in a line as nft writes: two of a set, one of a map with long ones.
    fn elements(&self, table: &Table, set: &Set) -> String {
        let style = self.style(table);
        let elements = set.elements.iter();
        let words: Vec<String> = elements.map(|e| style.element(&set.key, e)).collect();
        let per = per_line(set);
        let mut text = String::new();
        for (at, word) in words.iter().enumerate() {
            match at {
                0 => {}
                at if at % per == 0 => text += ",\n\t\t\t     ",
                _ => text += ", ",
            }
            text += word;
        }
        text
    }
}

/// How many elements of a set stand in a line.
fn per_line(set: &Set) -> usize {
    match &set.key[..] {
        [_, _, ..] => 1,
        [DataType::InetService | DataType::InetProto | DataType::Mark]
            if set.data.is_none() && !set.flags.interval =>
        {
            4
        }
        _ => 2,
    }
}
