//! All rules of a namespace, of one generation: what changed while they were told is told again.

use crate::netlink::Netlink;
use netloom_model::ruleset::{Backend, Chain, ChainRef, Ruleset, Set, Table, TableRef, Wanted};
use netloom_model::{Errno, Result, Time};
use netloom_netlink::nft::read::Context;
use netloom_netlink::nft::{self, chain, element, flowtable, kind, object, rule, set, table};
use std::collections::HashMap;

/// How often rules that change while they are told are asked for again.
const PATIENCE: usize = 32;

/// The part that is wanted of all tables that there are; elements go at moments of a clock that now tells
/// `now`.
pub(crate) fn read(netlink: &mut Netlink, wanted: &Wanted, now: Time) -> Result<Ruleset> {
    let (generation, tables) = settled(netlink, |netlink| tables(netlink, wanted, now))?;
    Ok(Ruleset { tables, generation })
}

/// What `tell` tells of the rules of one generation, and which that is.
pub(super) fn settled<T>(
    netlink: &mut Netlink,
    mut tell: impl FnMut(&mut Netlink) -> Result<T>,
) -> Result<(u32, T)> {
    for _ in 0..PATIENCE {
        let before = generation(netlink)?;
        let told = tell(netlink)?;
        if generation(netlink)? == before {
            return Ok((before, told));
        }
    }
    Err(Errno::AGAIN.into())
}

/// The generation of the rules: each transaction makes a new one.
pub(super) fn generation(netlink: &mut Netlink) -> Result<u32> {
    let asked = nft::body(None);
    let answer = netlink.ask(kind::GENERATION + kind::GET, asked, nft::generation)?;
    answer.ok_or_else(|| Errno::PROTO.into())
}

fn tables(netlink: &mut Netlink, wanted: &Wanted, now: Time) -> Result<Vec<Table>> {
    let mut tables = heads(netlink, wanted)?;
    if tables.is_empty() {
        return Ok(tables);
    }
    let places: HashMap<TableRef, usize> = tables.iter().map(reference).zip(0..).collect();
    for (of, chain) in chains(netlink, wanted)? {
        if let Some(at) = places.get(&of) {
            tables[*at].chains.push(chain);
        }
    }
    if !wanted.rules {
        return Ok(tables);
    }
    if wanted.beside_chains() {
        let all = nft::body(wanted.table.as_ref().map(|table| table.family));
        for (of, object) in netlink.dump(kind::OBJECT + kind::GET, &all, object::decode)? {
            if let Some(at) = places.get(&of) {
                tables[*at].objects.push(object);
            }
        }
        let found = netlink.dump(kind::FLOWTABLE + kind::GET, &all, flowtable::decode)?;
        for (of, flowtable) in found {
            if let Some(at) = places.get(&of) {
                tables[*at].flowtables.push(flowtable);
            }
        }
    }
    let contexts = sets(netlink, wanted, &mut tables, &places, now)?;
    rules(netlink, wanted, &mut tables, &places, &contexts)?;
    Ok(tables)
}

/// What answers a question about one thing: nothing where it is not there.
fn one<T>(answer: Result<Option<T>>) -> Result<Vec<T>> {
    match answer {
        Err(error) if error.errno == Errno::NOENT => Ok(Vec::new()),
        answer => Ok(answer?.into_iter().collect()),
    }
}

/// The tables that are wanted, with nothing in them yet.
fn heads(netlink: &mut Netlink, wanted: &Wanted) -> Result<Vec<Table>> {
    const GET: u16 = kind::TABLE + kind::GET;
    match &wanted.table {
        Some(table) if table.backend != Backend::Nft => Ok(Vec::new()),
        Some(table) => one(netlink.ask(GET, table::name(table), table::decode)),
        None => netlink.dump(GET, &nft::body(None), table::decode),
    }
}

fn chains(netlink: &mut Netlink, wanted: &Wanted) -> Result<Vec<(TableRef, Chain)>> {
    const GET: u16 = kind::CHAIN + kind::GET;
    if let (Some(table), Some(chain)) = (&wanted.table, &wanted.chain) {
        let (table, chain) = (table.clone(), chain.clone());
        let asked = chain::name(&ChainRef { table, chain });
        return one(netlink.ask(GET, asked, chain::decode));
    }
    let of = nft::body(wanted.table.as_ref().map(|table| table.family));
    let mut found = netlink.dump(GET, &of, chain::decode)?;
    found.retain(|(_, chain)| wanted.has_chain(&chain.name));
    Ok(found)
}

fn reference(table: &Table) -> TableRef {
    TableRef {
        family: table.family,
        backend: table.backend,
        name: table.name.clone(),
    }
}

/// Reads the sets of all tables; those without a name are there for the rules that use them.
fn sets(
    netlink: &mut Netlink,
    wanted: &Wanted,
    tables: &mut [Table],
    places: &HashMap<TableRef, usize>,
    now: Time,
) -> Result<Vec<Context>> {
    let mut contexts: Vec<Context> = tables
        .iter()
        .map(|table| Context {
            xtables: is_of_xtables(table),
            sets: HashMap::new(),
        })
        .collect();
    let of = match &wanted.table {
        Some(table) => rule::all_of(table),
        None => nft::body(None),
    };
    let found = netlink.dump(kind::SET + kind::GET, &of, set::decode)?;
    for mut known in found {
        let Some(at) = places.get(&known.table).copied() else {
            continue;
        };
        if !known.anonymous && !wanted.beside_chains() {
            contexts[at].sets.insert(known.set.name.clone(), known);
            continue;
        }
        let asked = element::ask(&known.table, &known.set.name);
        let bodies = netlink.dump(kind::ELEMENTS + kind::GET, &asked, |body| {
            Some(body.to_vec())
        });
        let bodies = match bodies {
            // It went meanwhile, which makes another generation.
            Err(error) if error.errno == Errno::NOENT => continue,
            bodies => bodies?,
        };
        known.set.elements = element::decode(&known, &bodies);
        for element in &mut known.set.elements {
            element.expires = element
                .expires
                .map(|left| Time(now.0.saturating_add(left.0)));
        }
        if !known.anonymous {
            tables[at].sets.push(known.set.clone());
            known.set = Set {
                elements: Vec::new(),
                ..known.set
            };
        }
        contexts[at].sets.insert(known.set.name.clone(), known);
    }
    Ok(contexts)
}

/// Reads the rules of the chains that are wanted, in one request.
fn rules(
    netlink: &mut Netlink,
    wanted: &Wanted,
    tables: &mut [Table],
    places: &HashMap<TableRef, usize>,
    contexts: &[Context],
) -> Result<()> {
    let find = |tables: &[Table], of: &ChainRef| {
        let table = places.get(&of.table).copied()?;
        let named = |chain: &Chain| chain.name == of.chain;
        let chain = tables[table].chains.iter().position(named)?;
        Some((table, chain))
    };
    let of = match (&wanted.table, &wanted.chain) {
        (Some(table), Some(chain)) => {
            let (table, chain) = (table.clone(), chain.clone());
            rule::name(&ChainRef { table, chain }, None, None)
        }
        (Some(table), None) => rule::all_of(table),
        (None, _) => nft::body(None),
    };
    let found = {
        let tables = &*tables;
        netlink.dump(kind::RULE + kind::GET, &of, move |body| {
            let place = find(tables, &rule::chain(body)?)?;
            Some((place, rule::decode(body, &contexts[place.0])?))
        })?
    };
    for ((table, chain), mut rule) in found {
        super::sets::name_ipsets(netlink, rule.statements.iter_mut());
        tables[table].chains[chain].rules.push(rule);
    }
    Ok(())
}

/// Whether a table is one that iptables makes: by its name and by those of its chains.
fn is_of_xtables(table: &Table) -> bool {
    let own = |chain: &Chain| {
        let base = chain.base.as_ref();
        base.is_some_and(|base| chain.name == base.hook.name().to_uppercase())
    };
    nft::is_of_xtables(table.family, &table.name) && table.chains.iter().any(own)
}
