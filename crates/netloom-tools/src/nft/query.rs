//! What is looked up, and what is set to nothing once it was listed (nft(8), ELEMENTS and STATEFUL
//! OBJECTS).

use super::constant::Devices;
use super::list::{Listing, Options, named, tables};
use super::parser::{Get, List, Listed};
use super::source::{Problem, Read};
use netloom_model::ruleset::{Element, Ruleset, RulesetChange, Set, TableRef};

/// What sets to nothing the objects that a listing is about.
pub(super) fn reset(list: &List, ruleset: &Ruleset) -> Read<Vec<RulesetChange>> {
    let mut changes = Vec::new();
    for table in tables(list, ruleset)? {
        let (kind, one) = match list.what {
            Listed::Objects(kind) => (kind, None),
            Listed::Object(kind) => {
                let find = |name: &str| {
                    let mut all = table.objects.iter();
                    all.find(|o| o.body.kind() == kind && o.name == name)
                };
                (kind, named(list, find)?)
            }
            _ => continue,
        };
        let objects = table.objects.iter().filter(|o| o.body.kind() == kind);
        for object in objects.filter(|object| one.is_none_or(|one| one.handle == object.handle)) {
            changes.push(RulesetChange::ResetObject {
                table: TableRef::new(table.family, table.name.as_str()),
                kind,
                name: object.name.clone(),
            });
        }
    }
    Ok(changes)
}

/// The elements that have some keys.
pub(super) fn get(
    get: &Get,
    ruleset: &Ruleset,
    devices: &Devices,
    options: Options,
) -> Read<String> {
    let missing = || {
        let message = "Could not process rule: No such file or directory";
        Problem::new(message, get.at)
    };
    let table = ruleset.table(&get.table).ok_or_else(missing)?;
    let set = table.set(&get.set).ok_or_else(missing)?;
    let mut elements: Vec<Element> = Vec::new();
    for wanted in &get.elements {
        let found = set.elements.iter().find(|e| has(e, wanted));
        elements.push(found.cloned().ok_or_else(missing)?);
    }
    let found = Set {
        elements,
        size: None,
        statements: Vec::new(),
        typeof_key: None,
        typeof_data: None,
        ..set.clone()
    };
    let listing = Listing { devices, options };
    Ok(listing.within(table, &listing.set(table, &found)))
}

/// Whether an element has the keys of another.
fn has(element: &Element, wanted: &Element) -> bool {
    if element.catch_all || wanted.catch_all {
        return element.catch_all && wanted.catch_all;
    }
    let to = element.to.as_ref().unwrap_or(&element.from);
    let far = wanted.to.as_ref().unwrap_or(&wanted.from);
    let low = element.from.iter().zip(&wanted.from);
    let high = to.iter().zip(far);
    low.into_iter().all(|(from, key)| from <= key) && high.into_iter().all(|(to, key)| key <= to)
}
