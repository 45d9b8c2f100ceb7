//! Values that maps have for a key (nft(8), MAPS): looked up before the statement that uses them is
//! carried out, and kept in registers till then, as `nft_lookup` does.

use super::compile::{Op, Within, within};
use super::facts::Facts;
use super::judge::key_of;
use super::load::{self, Load};
use super::table::{Sets, Table};
use super::{Filter, SetId, lookup};
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::Error;
use netloom_model::ruleset::set::{ElementData, MapData};
use netloom_model::ruleset::{DataType, Expr, Value};

/// What was looked up for the statement that is carried out.
pub(crate) type Registers = [u128; REGISTERS];

/// How many there are: for an address and a port, from and to, twice over and more.
const REGISTERS: usize = 32;

/// One value that is looked up.
#[derive(Clone, Debug)]
pub(super) struct Fetch {
    key: Box<[Load]>,
    /// The types of the key's parts, for those who follow a packet.
    pub(super) types: Option<Box<[DataType]>>,
    pub(super) map: Within,
    /// The registers for its parts, and behind them for the ends of those that are ranges.
    to: Place,
}

/// Where a value is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) first: u8,
    pub(super) parts: u8,
}

/// A statement, and what is looked up for it.
#[derive(Clone, Debug)]
pub(super) struct Mapped {
    pub(super) fetches: Box<[Fetch]>,
    pub(super) op: Op,
}

/// The maps that a statement asks, as it is made ready.
pub(super) struct Maps<'a> {
    table: &'a Table,
    sets: &'a Sets,
    fetches: Vec<Fetch>,
    next: usize,
    wrong: Option<Error>,
}

impl<'a> Maps<'a> {
    pub(super) fn of(table: &'a Table, sets: &'a Sets) -> Maps<'a> {
        Maps {
            table,
            sets,
            fetches: Vec::new(),
            next: 0,
            wrong: None,
        }
    }

    /// Where the value of a map will be for a key; none where netloom does not know the key.
    pub(super) fn take(&mut self, key: &Expr, map: &Expr) -> Option<Place> {
        let types = lookup::types(key).map(Vec::into_boxed_slice);
        let key = load::all(key, self)?;
        let map = match within(self.table, map) {
            Ok(map) => map,
            Err(error) => {
                self.wrong = Some(error);
                return None;
            }
        };
        let parts = map.parts(self.sets);
        let first = self.next;
        self.next += 2 * parts;
        if parts == 0 || self.next > REGISTERS {
            return None;
        }
        let to = Place {
            first: first as u8,
            parts: parts as u8,
        };
        self.fetches.push(Fetch {
            key,
            types,
            map,
            to,
        });
        Some(to)
    }

    /// What a statement does once all was looked up for it.
    ///
    /// # Errors
    /// `ENOENT` for a map that is not there.
    pub(super) fn before(self, op: Op) -> Result<Op, Error> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        Ok(match self.fetches.is_empty() || matches!(op, Op::Unknown) {
            true => op,
            false => Op::Mapped(Box::new(Mapped {
                fetches: self.fetches.into(),
                op,
            })),
        })
    }
}

impl Within {
    /// How many parts the values of a map have.
    fn parts(&self, sets: &Sets) -> usize {
        match self {
            Within::Own(index) => match index.data().next() {
                Some(ElementData::Value(parts) | ElementData::Range(parts, _)) => parts.len(),
                _ => 0,
            },
            Within::Named(set) => match &sets[set.0].set.data {
                Some(MapData::Values(types)) => types.len(),
                _ => 0,
            },
        }
    }
}

impl Mapped {
    /// Whether it asks a set.
    pub(super) fn uses(&self, set: SetId) -> bool {
        self.fetches.iter().any(|fetch| fetch.map.is(set))
    }

    /// Whether all that it looks up is the same for every packet of a flow.
    pub(super) fn is_of_flow(&self, filter: &Filter) -> bool {
        self.fetches
            .iter()
            .all(|fetch| fetch.key.iter().all(Load::is_of_flow) && fetch.map.is_of_flow(filter))
    }

    /// Looks all up; none where a map has nothing for a packet.
    pub(super) fn fetch(
        &self,
        net: &mut Net,
        filter: &mut Filter,
        (facts, packet): (&Facts, &Packet),
        mut looked: impl FnMut(&Filter, &Fetch, &[u128]),
    ) -> Option<()> {
        for fetch in &self.fetches {
            let key = key_of(net, &fetch.key, facts, packet)?;
            looked(filter, fetch, &key);
            let (from, to) = match fetch.map.find(filter, &key)?.data.as_ref()? {
                ElementData::Value(parts) => (parts, parts),
                ElementData::Range(from, to) => (from, to),
                _ => return None,
            };
            put(&mut net.registers, fetch.to, from, to)?;
            if let Within::Named(set) = fetch.map {
                filter.met(set, &key, net, facts, packet);
            }
        }
        Some(())
    }
}

/// Puts the parts of a value into its registers.
fn put(registers: &mut Registers, to: Place, from: &[Value], end: &[Value]) -> Option<()> {
    let (first, parts) = (usize::from(to.first), usize::from(to.parts));
    for (at, value) in from.iter().take(parts).enumerate() {
        *registers.get_mut(first + at)? = value.to_number()?;
    }
    for (at, value) in end.iter().take(parts).enumerate() {
        *registers.get_mut(first + parts + at)? = value.to_number()?;
    }
    Some(())
}

impl Place {
    /// The register of a part, and that of its end.
    pub(super) const fn part(self, part: u8) -> Option<(u8, u8)> {
        if part < self.parts {
            Some((self.first + part, self.first + self.parts + part))
        } else {
            None
        }
    }
}
