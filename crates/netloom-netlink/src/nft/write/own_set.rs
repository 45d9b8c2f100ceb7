//! Sets where they are used: those with names, and those that stand in a rule and are made with it.

use super::Lower;
use crate::Writer;
use crate::nft::set::{Layout, Make, make};
use crate::nft::{element, kind, number};
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::set::{ElementData, MapData};
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{DataType, Element, Expr, Set, SetFlags, TableRef};

/// A set without a name.
pub(super) struct OwnSet {
    set: Set,
    id: u32,
    key: Layout,
    data: Layout,
    ranges: bool,
}

impl OwnSet {
    /// What makes it, each message with its kind.
    pub(super) fn messages(&self, table: &TableRef) -> Vec<(u16, Writer)> {
        let of = Make {
            table,
            id: self.id,
            anonymous: true,
            key: &self.key,
            data: &self.data,
            ranges: self.ranges,
        };
        let mut all = vec![(kind::SET, make(&self.set, &of))];
        let elements = element::make(&self.set, &of, &self.set.elements);
        all.extend(elements.into_iter().map(|body| (kind::ELEMENTS, body)));
        all
    }
}

/// A set as an instruction names it.
pub(super) struct Named {
    pub(super) name: String,
    /// The number of one without a name.
    pub(super) id: Option<u32>,
    /// Whether numbers of the host are turned around in its keys.
    pub(super) ordered: bool,
    /// What a map has.
    pub(super) data: Layout,
}

impl Lower<'_, '_> {
    /// The set that is asked for a key.
    pub(super) fn named(&mut self, key: &Expr, set: &Expr, data: Option<MapData>) -> Option<Named> {
        match set {
            Expr::SetRef(name) => {
                let known = (self.of.set)(name)?;
                Some(Named {
                    name: name.clone(),
                    id: None,
                    ordered: known.key.ordered,
                    data: known.data.clone(),
                })
            }
            Expr::Set(elements) => self.own_set(key, elements, data),
            _ => None,
        }
    }

    fn own_set(
        &mut self,
        key: &Expr,
        elements: &[Element],
        data: Option<MapData>,
    ) -> Option<Named> {
        let parts = match key {
            Expr::Concat(parts) => &parts[..],
            one => core::slice::from_ref(one),
        };
        let types: Option<Vec<DataType>> = parts.iter().map(Expr::datatype).collect();
        let types = types?;
        let interval = elements.iter().any(|element| {
            element.to.is_some()
                || types == [DataType::IfName]
                    && element
                        .from
                        .iter()
                        .any(|name| !element.catch_all && name.bytes().len() < IFNAME)
        });
        let host = matches!(parts, [one] if number::order(one) == Order::Host);
        let key = Layout {
            types: types.clone(),
            ordered: interval,
            host,
        };
        let values = match &data {
            Some(MapData::Values(types)) => types.clone(),
            _ => Vec::new(),
        };
        let id = self.id;
        self.id += 1;
        let map = data.is_some();
        let set = Set {
            name: if map { "__map%d" } else { "__set%d" }.to_owned(),
            handle: 0,
            key: types,
            data,
            typeof_key: None,
            typeof_data: None,
            flags: SetFlags {
                constant: true,
                interval,
                timeout: false,
                dynamic: false,
            },
            timeout: None,
            gc_interval: None,
            size: (!interval).then_some(elements.len() as u32),
            memory: false,
            auto_merge: false,
            meter: false,
            statements: Vec::new(),
            comment: None,
            elements: elements.to_vec(),
        };
        let ranges = element::have_ranges(elements);
        let data = Layout {
            types: trimmed(values, elements),
            ordered: false,
            host: false,
        };
        let set = Set {
            data: match set.data {
                Some(MapData::Values(_)) => Some(MapData::Values(data.types.clone())),
                other => other,
            },
            ..set
        };
        let named = Named {
            name: set.name.clone(),
            id: Some(id),
            ordered: interval,
            data: data.clone(),
        };
        self.sets.push(OwnSet {
            set,
            id,
            key,
            data,
            ranges,
        });
        Some(named)
    }
}

/// The types of what a map has: there may be fewer parts than there could be.
fn trimmed(mut types: Vec<DataType>, elements: &[Element]) -> Vec<DataType> {
    let parts = elements.iter().filter_map(|element| match &element.data {
        Some(ElementData::Value(parts) | ElementData::Range(parts, _)) => Some(parts.len()),
        _ => None,
    });
    if let Some(most) = parts.max() {
        types.truncate(most);
    }
    types
}
