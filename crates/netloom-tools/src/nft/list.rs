//! Listings: tables and what is in them.

mod set;

pub(super) use set::sorted;

use super::chain::show_priority;
use super::constant::Devices;
use super::hint;
use super::object;
use super::parser::{List, Listed};
use super::print::Style;
use super::source::{Problem, Read};
use netloom_model::Time;
use netloom_model::ruleset::{
    Backend, Base, Chain, Flowtable, Object, Ruleset, Set, Table, TableFamily, TableRef,
};
use std::fmt::Write as _;

/// How listings were asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) numeric: bool,
    pub(super) handles: bool,
    pub(super) stateless: bool,
    /// Without elements (`-t`).
    pub(super) terse: bool,
    /// Priorities as numbers (`-y`).
    pub(super) priorities: bool,
    /// As JSON (`-j`).
    pub(super) json: bool,
    /// The moment at which it is listed.
    pub(super) now: Time,
}

/// The tables that a listing is about.
pub(super) fn tables<'a>(list: &List, ruleset: &'a Ruleset) -> Read<Vec<&'a Table>> {
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
            // Of what is listed by name nothing else is known.
            let alone = matches!(
                list.what,
                Listed::Table
                    | Listed::Chain
                    | Listed::Set
                    | Listed::Map
                    | Listed::Meter
                    | Listed::Flowtable
                    | Listed::Sets
                    | Listed::Maps
            );
            return Err(match alone {
                true => Problem::new("No such file or directory", *at),
                false => hint::no_table(ruleset, name, *at, true),
            });
        }
    }
    Ok(tables)
}

/// Which sets are listed by that word.
pub(super) fn such_set(what: Listed) -> impl Fn(&Set) -> bool {
    move |set| match what {
        Listed::Meter => set.meter,
        Listed::Map => !set.meter && set.data.is_some(),
        _ => !set.meter && set.data.is_none(),
    }
}

/// What a listing prints.
pub(super) fn list(
    list: &List,
    ruleset: &Ruleset,
    devices: &Devices,
    options: Options,
) -> Read<String> {
    let listing = Listing { devices, options };
    let tables = tables(list, ruleset)?;
    if options.json {
        return super::json::list(list, &tables, devices, options);
    }
    let mut text = String::new();
    for table in tables {
        text += &listing
            .of(list, table)
            .map_err(|problem| hinted(list, ruleset, problem))?;
    }
    Ok(text)
}

/// What is said of an object that is missing.
fn hinted(list: &List, ruleset: &Ruleset, problem: Problem) -> Problem {
    match (&list.what, &list.name) {
        (Listed::Object(_), Some((name, at))) => {
            hint::absent(ruleset, hint::Kind::Object, name, *at)
        }
        _ => problem,
    }
}

/// The one thing of a table that a listing names.
pub(super) fn named<'a, T>(
    list: &List,
    find: impl Fn(&str) -> Option<&'a T>,
) -> Read<Option<&'a T>> {
    let Some((name, at)) = &list.name else {
        return Ok(None);
    };
    match find(name) {
        Some(found) => Ok(Some(found)),
        None => Err(Problem::new("No such file or directory", *at)),
    }
}

pub(super) struct Listing<'a> {
    pub(super) devices: &'a Devices,
    pub(super) options: Options,
}

impl Listing<'_> {
    fn of(&self, list: &List, table: &Table) -> Read<String> {
        Ok(match list.what {
            Listed::Tables => {
                let handle = self.handle(table.handle);
                format!("table {} {}{handle}\n", table.family.name(), table.name)
            }
            Listed::Ruleset | Listed::Table => self.table(table),
            Listed::Chains => self.chains(table),
            Listed::Chain => match named(list, |name| table.chain(name))? {
                Some(chain) => self.within(table, &self.chain(table, chain, true)),
                None => String::new(),
            },
            Listed::Sets | Listed::Maps => {
                let maps = list.what == Listed::Maps;
                let sets = table.sets.iter().filter(|set| !set.meter);
                let sets = sets.filter(|set| set.data.is_some() == maps);
                let sets: String = sets.map(|set| self.set(table, set)).collect();
                self.within(table, &sets)
            }
            Listed::Set | Listed::Map | Listed::Meter => {
                let such = such_set(list.what);
                let find = |name: &str| table.set(name).filter(|set| such(set));
                match named(list, find)? {
                    Some(set) => self.within(table, &self.set(table, set)),
                    None => String::new(),
                }
            }
            Listed::Objects(kind) => {
                let objects = table.objects.iter().filter(|o| o.body.kind() == kind);
                let text: Vec<String> = objects.map(|object| self.object(object)).collect();
                // A table that has none is not listed.
                match text.is_empty() {
                    true => String::new(),
                    false => self.within(table, &text.concat()),
                }
            }
            Listed::Object(kind) => {
                let find = |name: &str| {
                    let mut all = table.objects.iter();
                    all.find(|o| o.body.kind() == kind && o.name == name)
                };
                match named(list, find)? {
                    Some(object) => self.within(table, &self.object(object)),
                    None => String::new(),
                }
            }
            Listed::Flowtables => {
                let text: String = table.flowtables.iter().map(|f| self.flowtable(f)).collect();
                self.within(table, &text)
            }
            Listed::Flowtable => {
                let find = |name: &str| table.flowtables.iter().find(|f| f.name == name);
                match named(list, find)? {
                    Some(flowtable) => self.within(table, &self.flowtable(flowtable)),
                    None => String::new(),
                }
            }
            Listed::Meters => {
                let meters = table.sets.iter().filter(|set| set.meter);
                let meters: String = meters.map(|set| self.set(table, set)).collect();
                self.within(table, &meters)
            }
            Listed::Nothing => String::new(),
        })
    }

    pub(super) fn style<'a>(&'a self, table: &'a Table) -> Style<'a> {
        Style {
            numeric: self.options.numeric,
            handles: self.options.handles,
            stateless: self.options.stateless,
            devices: self.devices,
            family: table.family,
            sets: &table.sets,
            now: self.options.now,
        }
    }

    pub(super) fn handle(&self, handle: u64) -> String {
        if self.options.handles {
            format!(" # handle {handle}")
        } else {
            String::new()
        }
    }

    pub(super) fn within(&self, table: &Table, text: &str) -> String {
        format!(
            "table {} {} {{\n{text}}}\n",
            table.family.name(),
            table.name
        )
    }

    fn table(&self, table: &Table) -> String {
        let mut parts: Vec<String> = table.objects.iter().map(|o| self.object(o)).collect();
        let sets = table.sets.iter().filter(|set| !set.meter);
        parts.extend(sets.map(|set| self.set(table, set)));
        parts.extend(table.flowtables.iter().map(|f| self.flowtable(f)));
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
            let _ = writeln!(text, "\t\t{}", self.base(table.family, base));
        }
        if rules {
            let style = self.style(table);
            for rule in &chain.rules {
                let _ = writeln!(text, "\t\t{}", style.rule(rule));
            }
        }
        text + "\t}\n"
    }

    pub(super) fn base(&self, family: TableFamily, base: &Base) -> String {
        let devices = match &base.devices[..] {
            [] => String::new(),
            [one] => format!(" device \"{one}\""),
            more => format!(" devices = {{ {} }}", more.join(", ")),
        };
        let numeric = self.options.numeric || self.options.priorities;
        format!(
            "type {} hook {}{devices} priority {}; policy {};",
            base.kind.name(),
            base.hook.name(),
            show_priority(base, family, numeric),
            base.policy.name()
        )
    }

    pub(super) fn object(&self, object: &Object) -> String {
        let mut text = format!(
            "\t{} {} {{{}\n",
            object.body.kind().name(),
            object.name,
            self.handle(object.handle)
        );
        if let Some(comment) = &object.comment {
            let _ = writeln!(text, "\t\tcomment \"{comment}\"");
        }
        for line in object::lines(object, self.options.stateless) {
            let _ = writeln!(text, "\t\t{line}");
        }
        text + "\t}\n"
    }

    fn flowtable(&self, flowtable: &Flowtable) -> String {
        let base = Base {
            kind: netloom_model::ruleset::ChainKind::Filter,
            hook: netloom_model::ruleset::Hook::Ingress,
            priority: flowtable.priority,
            policy: netloom_model::ruleset::Policy::Accept,
            devices: Vec::new(),
            counter: None,
        };
        let numeric = self.options.numeric || self.options.priorities;
        let family = TableFamily::Netdev;
        let mut text = format!(
            "\tflowtable {} {{{}\n\t\thook ingress priority {}\n",
            flowtable.name,
            self.handle(flowtable.handle),
            show_priority(&base, family, numeric)
        );
        if !flowtable.devices.is_empty() {
            let _ = writeln!(text, "\t\tdevices = {{ {} }}", flowtable.devices.join(", "));
        }
        if flowtable.offload {
            text += "\t\tflags offload\n";
        }
        if flowtable.counter {
            text += "\t\tcounter\n";
        }
        text + "\t}\n"
    }
}
