//! Sets and maps (`NFTA_SET_*`). What their types are the kernel does not know: nft leaves it numbers.

use super::userdata::{Left, Pieces};
use super::{FIXED, ITEM, family_of, number, typeof_words};
use crate::{Attributes, Writer};
use netloom_model::ruleset::datatype::Order;
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::value::IFNAME;
use netloom_model::ruleset::{Backend, DataType, Set, SetFlags, TableFamily, TableRef, Value};

pub(super) const TABLE: u16 = 1;
pub(super) const NAME: u16 = 2;
const FLAGS: u16 = 3;
const KEY_TYPE: u16 = 4;
const KEY_LEN: u16 = 5;
const DATA_TYPE: u16 = 6;
const DATA_LEN: u16 = 7;
const POLICY: u16 = 8;
const DESC: u16 = 9;
const ID: u16 = 10;
const TIMEOUT: u16 = 11;
const GC_INTERVAL: u16 = 12;
const USERDATA: u16 = 13;
const OBJECT: u16 = 15;
const HANDLE: u16 = 16;
const STATEMENT: u16 = 17;
const STATEMENTS: u16 = 18;

const ANONYMOUS: u32 = 1;
const CONSTANT: u32 = 2;
const INTERVAL: u32 = 4;
const MAP: u32 = 8;
const TIMES: u32 = 0x10;
const DYNAMIC: u32 = 0x20;
const OBJECTS: u32 = 0x40;
const SEVERAL: u32 = 0x80;
const WITH_STATEMENTS: u32 = 0x100;

/// What a map of verdicts has (`NFT_DATA_VERDICT`).
const VERDICTS: u32 = 0xffff_ff00;

const SIZE: u16 = 1;
const PARTS: u16 = 2;
const LEN: u16 = 1;

/// What nft leaves with a set.
mod left {
    pub(super) const KEY_ORDER: u8 = 0;
    pub(super) const DATA_ORDER: u8 = 1;
    pub(super) const MERGE: u8 = 2;
    pub(super) const KEY: u8 = 3;
    pub(super) const DATA: u8 = 4;
    pub(super) const DATA_RANGES: u8 = 6;
    pub(super) const COMMENT: u8 = 7;
}
const HOST: u32 = 1;
const PACKET: u32 = 2;

/// How constants of several types stand in the kernel's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The types.
    pub types: Vec<DataType>,
    /// Numbers of the host stand as those of packets do, so that they have an order.
    pub ordered: bool,
    /// Numbers that only say how long they are are the host's.
    pub host: bool,
}

impl Layout {
    /// Whether the bytes of a type stand the other way round.
    fn turned(&self, ty: DataType) -> bool {
        let order = match ty {
            DataType::Integer(_) if self.host => Order::Host,
            ty => ty.order(),
        };
        order == Order::Host && !self.ordered
    }

    /// How many bytes a part takes.
    fn room(&self, ty: DataType, lone: usize) -> usize {
        match self.types.len() {
            0 | 1 => lone,
            _ => ty.len().next_multiple_of(4),
        }
    }

    /// The constants that some bytes are.
    #[must_use]
    pub fn values(&self, bytes: &[u8]) -> Vec<Value> {
        let mut rest = bytes;
        let mut all = Vec::new();
        for ty in &self.types {
            let room = self.room(*ty, bytes.len()).min(rest.len());
            let (own, behind) = rest.split_at(room);
            rest = behind;
            let len = if ty.is_empty() { own.len() } else { ty.len() };
            let mut own = own[..len.min(own.len())].to_vec();
            if self.turned(*ty) {
                own.reverse();
            }
            all.push(Value::new(own));
            if rest.is_empty() {
                break;
            }
        }
        all
    }

    /// The bytes that constants are; one that is shorter than its type stands first.
    #[must_use]
    pub fn bytes(&self, values: &[Value]) -> Vec<u8> {
        let mut all = Vec::new();
        for (value, ty) in values.iter().zip(&self.types) {
            let mut own = value.bytes().to_vec();
            if *ty == DataType::IfName || own.len() > ty.len() && !ty.is_empty() {
                own.resize(ty.len(), 0);
            }
            if self.turned(*ty) {
                own.reverse();
            }
            let len = self.room(*ty, own.len()).max(own.len());
            own.resize(len, 0);
            all.extend(own);
        }
        all
    }

    /// How many bytes the constants have.
    #[must_use]
    pub fn len(&self) -> usize {
        let own = |ty: DataType| match ty {
            // The names of helpers and of systems, with the zeros behind them.
            DataType::String => IFNAME,
            ty => ty.len(),
        };
        self.types.iter().map(|ty| self.room(*ty, own(*ty))).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }
}

/// A set that the kernel told of.
#[derive(Clone, Debug)]
pub struct Known {
    /// Whose it is.
    pub table: TableRef,
    /// The set; its elements are told apart.
    pub set: Set,
    /// Whether it stands in a rule.
    pub anonymous: bool,
    /// How its keys stand.
    pub key: Layout,
    /// How the constants of a map stand.
    pub data: Layout,
    /// Whether what a map has are ranges.
    pub ranges: bool,
}

/// The set that a message tells of.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Known> {
    let attributes = Attributes::behind(body, FIXED);
    let table = TableRef {
        family: family_of(body)?,
        backend: Backend::Nft,
        name: attributes.text(TABLE)?,
    };
    let flags = attributes.be32(FLAGS).unwrap_or(0);
    let pieces = Pieces::new(attributes.get(USERDATA));
    let key = Layout {
        types: number::types_of(
            attributes.be32(KEY_TYPE).unwrap_or(0),
            attributes.be32(KEY_LEN).unwrap_or(0).min(64) as usize,
        ),
        ordered: flags & INTERVAL != 0,
        host: pieces.u32(left::KEY_ORDER) == Some(HOST),
    };
    let data_type = attributes.be32(DATA_TYPE).unwrap_or(0);
    let data = match (flags & MAP != 0, data_type) {
        (true, VERDICTS) | (false, _) => Layout::default(),
        (true, number) => Layout {
            types: number::types_of(number, data_len(attributes, pieces)),
            ordered: false,
            host: pieces.u32(left::DATA_ORDER) == Some(HOST),
        },
    };
    let map = match (flags & OBJECTS != 0, flags & MAP != 0, data_type) {
        (true, ..) => Some(MapData::Objects(number::object_of(
            attributes.be32(OBJECT)?,
        )?)),
        (_, true, VERDICTS) => Some(MapData::Verdicts),
        (_, true, _) => Some(MapData::Values(data.types.clone())),
        _ => None,
    };
    let ranges = pieces.u32(left::DATA_RANGES) == Some(1);
    let timeout = attributes.be64(TIMEOUT).filter(|time| *time != 0);
    let set = Set {
        name: attributes.text(NAME)?,
        handle: attributes.be64(HANDLE).unwrap_or(0),
        key: key.types.clone(),
        typeof_key: typeof_words::read(pieces.inside(left::KEY)),
        typeof_data: typeof_data(map.as_ref(), pieces),
        data: map,
        flags: SetFlags {
            constant: flags & CONSTANT != 0,
            interval: flags & INTERVAL != 0,
            timeout: flags & TIMES != 0,
            dynamic: flags & DYNAMIC != 0,
        },
        timeout,
        gc_interval: attributes.be32(GC_INTERVAL).filter(|time| *time != 0),
        size: attributes
            .inside(DESC)
            .be32(SIZE)
            .filter(|_| flags & (ANONYMOUS | DYNAMIC) != ANONYMOUS),
        memory: attributes.be32(POLICY) == Some(1),
        auto_merge: pieces.u32(left::MERGE).is_some_and(|on| on != 0),
        meter: flags & (ANONYMOUS | DYNAMIC) == ANONYMOUS | DYNAMIC,
        statements: statements(table.family, attributes, STATEMENT, STATEMENTS),
        comment: pieces.text(left::COMMENT),
        elements: Vec::new(),
    };
    Some(Known {
        table,
        set,
        anonymous: flags & (ANONYMOUS | DYNAMIC) == ANONYMOUS,
        key,
        data,
        ranges,
    })
}

/// How many bytes the constants of a map have: ranges have twice as many.
fn data_len(attributes: Attributes<'_>, pieces: Pieces<'_>) -> usize {
    let len = attributes.be32(DATA_LEN).unwrap_or(0).min(64) as usize;
    match pieces.u32(left::DATA_RANGES) {
        Some(1) => len / 2,
        _ => len,
    }
}

/// The words of `typeof` for what a map has.
fn typeof_data(map: Option<&MapData>, pieces: Pieces<'_>) -> Option<String> {
    typeof_words::read(pieces.inside(left::KEY))?;
    let words = match map? {
        MapData::Verdicts => "verdict".to_owned(),
        MapData::Objects(kind) => kind.name().to_owned(),
        MapData::Values(_) => typeof_words::read(pieces.inside(left::DATA))?,
    };
    Some(match pieces.u32(left::DATA_RANGES) {
        Some(1) => format!("interval {words}"),
        _ => words,
    })
}

/// What the elements do beside matching: one statement, or a list of some.
pub(super) fn statements(
    family: TableFamily,
    attributes: Attributes<'_>,
    one: u16,
    several: u16,
) -> Vec<netloom_model::ruleset::Statement> {
    let list = attributes.inside(several).map(|(_, item)| item);
    let lone = attributes.get(one);
    let items: Vec<&[u8]> = lone.into_iter().chain(list).collect();
    super::read::stateful(family, &items)
}

/// A set as it is made: what the model does not say of it.
#[derive(Clone, Copy, Debug)]
pub struct Make<'a> {
    /// Whose it is.
    pub table: &'a TableRef,
    /// Its number in the transaction.
    pub id: u32,
    /// Whether it stands in a rule.
    pub anonymous: bool,
    /// How its keys stand.
    pub key: &'a Layout,
    /// How the constants of a map stand.
    pub data: &'a Layout,
    /// Whether what a map has are ranges.
    pub ranges: bool,
}

/// How the keys and the constants of a set with a name stand.
#[must_use]
pub fn layouts(set: &Set) -> (Layout, Layout) {
    let host = |words: &Option<String>| words.as_deref().is_some_and(typeof_words::is_of_host);
    let key = Layout {
        types: set.key.clone(),
        ordered: set.flags.interval,
        host: host(&set.typeof_key),
    };
    let data = Layout {
        types: match &set.data {
            Some(MapData::Values(types)) => types.clone(),
            _ => Vec::new(),
        },
        ordered: false,
        host: host(&set.typeof_data),
    };
    (key, data)
}

/// Whether what a map has are ranges.
#[must_use]
pub fn has_ranges(set: &Set) -> bool {
    let said = set.typeof_data.as_deref();
    said.is_some_and(|words| words.starts_with("interval "))
        || super::element::have_ranges(&set.elements)
}

/// The body of a message that makes a set.
#[must_use]
pub fn make(set: &Set, of: &Make<'_>) -> Writer {
    let mut body = name(of.table, &set.name);
    body.be32(FLAGS, flags(set, of));
    body.be32(KEY_TYPE, number::types(&of.key.types));
    body.be32(KEY_LEN, of.key.len() as u32);
    match &set.data {
        None => {}
        Some(MapData::Verdicts) => {
            body.be32(DATA_TYPE, VERDICTS);
            body.be32(DATA_LEN, 0);
        }
        Some(MapData::Values(_)) => {
            let len = of.data.len() * if of.ranges { 2 } else { 1 };
            body.be32(DATA_TYPE, number::types(&of.data.types));
            body.be32(DATA_LEN, len as u32);
        }
        Some(MapData::Objects(kind)) => body.be32(OBJECT, number::object(*kind)),
    }
    body.be32(ID, of.id);
    if set.memory {
        body.be32(POLICY, 1);
    }
    put_desc(set, of, &mut body);
    if let Some(timeout) = set.timeout {
        body.be64(TIMEOUT, timeout);
    }
    if let Some(interval) = set.gc_interval {
        body.be32(GC_INTERVAL, interval);
    }
    body.put(USERDATA, userdata(set, of).bytes());
    match &set.statements[..] {
        [] => {}
        [one] => body.nest(STATEMENT, |to| super::write::stateful(one, to)),
        several => body.nest(STATEMENTS, |list| {
            for statement in several {
                list.nest(ITEM, |to| super::write::stateful(statement, to));
            }
        }),
    }
    body
}

fn flags(set: &Set, of: &Make<'_>) -> u32 {
    let data = match set.data {
        None => 0,
        Some(MapData::Objects(_)) => OBJECTS,
        Some(_) => MAP,
    };
    let rows = [
        (of.anonymous || set.meter, ANONYMOUS),
        (set.flags.constant || of.anonymous, CONSTANT),
        (set.flags.interval, INTERVAL),
        (set.flags.timeout, TIMES),
        (set.flags.dynamic, DYNAMIC),
        (set.flags.interval && set.key.len() > 1, SEVERAL),
        (set.statements.len() > 1, WITH_STATEMENTS),
    ];
    let set = rows.iter().filter(|row| row.0).map(|row| row.1);
    set.fold(data, |all, one| all | one)
}

/// How large it may be, and of how many parts of which lengths its keys are.
fn put_desc(set: &Set, of: &Make<'_>, body: &mut Writer) {
    let several = set.flags.interval && of.key.types.len() > 1;
    if set.size.is_none() && !several {
        return;
    }
    body.nest(DESC, |desc| {
        if let Some(size) = set.size {
            desc.be32(SIZE, size);
        }
        if several {
            desc.nest(PARTS, |parts| {
                for ty in &of.key.types {
                    parts.nest(ITEM, |part| part.be32(LEN, ty.len() as u32));
                }
            });
        }
    });
}

fn userdata(set: &Set, of: &Make<'_>) -> Left {
    let order = |layout: &Layout| match layout.types[..] {
        [DataType::Integer(_)] if layout.host => HOST,
        [ty] if ty.order() == Order::Packet => PACKET,
        [_] => HOST,
        _ => 0,
    };
    let mut left = Left::default();
    left.u32(left::KEY_ORDER, order(of.key));
    if matches!(set.data, Some(MapData::Values(_))) {
        left.u32(left::DATA_ORDER, order(of.data));
    }
    if set.auto_merge {
        left.u32(left::MERGE, 1);
    }
    if let Some(key) = set.typeof_key.as_deref().and_then(typeof_words::write) {
        left.nest(left::KEY, &key);
        let data = set.typeof_data.as_deref();
        let data = data.map(|words| words.strip_prefix("interval ").unwrap_or(words));
        if let Some(data) = data.and_then(typeof_words::write) {
            left.nest(left::DATA, &data);
        }
    }
    if of.ranges {
        left.u32(left::DATA_RANGES, 1);
    }
    if let Some(comment) = &set.comment {
        left.text(left::COMMENT, comment);
    }
    left
}

/// The body of a message that names a set.
#[must_use]
pub fn name(table: &TableRef, name: &str) -> Writer {
    let mut body = super::body(Some(table.family));
    body.text(TABLE, &table.name);
    body.text(NAME, name);
    body
}
