//! All rules of a namespace, of one generation: what changed while they were told is told again.

use crate::netlink::Netlink;
use netloom_model::ruleset::{Backend, Chain, ChainRef, Ruleset, Set, Table, TableRef, Wanted};
use netloom_model::{Errno, Result, Time};
use netloom_netlink::Writer;
use netloom_netlink::nft::read::Context;
use netloom_netlink::nft::{self, chain, element, flowtable, kind, object, rule, set, table};
use std::collections::HashMap;

/// How often rules that change while they are told are asked for again.
const PATIENCE: usize = 32;

/// The part that is wanted of all tables that there are; elements go at moments of a clock that now tells
/// `now`.
pub(crate) fn read(netlink: &mut Netlink, wanted: &Wanted, now: Time) -> Result<Ruleset> {
    Ok(read_and_tell(netlink, wanted, now)?.0)
}

/// The same, and what is there of kinds that are not known, in words.
pub(crate) fn read_and_tell(
    netlink: &mut Netlink,
    wanted: &Wanted,
    now: Time,
) -> Result<(Ruleset, Vec<String>)> {
    let (generation, (tables, unknown)) = settled(netlink, |netlink| {
        let mut unknown = Vec::new();
        let tables = tables(netlink, wanted, now, &mut unknown)?;
        Ok((tables, unknown))
    })?;
    Ok((Ruleset { tables, generation }, unknown))
}

/// All that `decode` makes of what is told; of what it knows nothing there is a sentence.
fn known<T>(
    netlink: &mut Netlink,
    kind: u16,
    asked: &Writer,
    decode: impl Fn(&[u8]) -> Option<T>,
    unknown: &mut Vec<String>,
) -> Result<Vec<T>> {
    let told = netlink.dump(kind, asked, |body| {
        Some(decode(body).ok_or_else(|| nft::named(kind - kind::GET, body)))
    })?;
    let each = told.into_iter().filter_map(|one| match one {
        Ok(known) => Some(known),
        Err(named) => {
            unknown.push(format!("{named} is of a kind that is not known"));
            None
        }
    });
    Ok(each.collect())
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

fn tables(
    netlink: &mut Netlink,
    wanted: &Wanted,
    now: Time,
    unknown: &mut Vec<String>,
) -> Result<Vec<Table>> {
    let mut tables = heads(netlink, wanted, unknown)?;
    if tables.is_empty() {
        return Ok(tables);
    }
    let places: HashMap<TableRef, usize> = tables.iter().map(reference).zip(0..).collect();
    for (of, chain) in chains(netlink, wanted, unknown)? {
        if let Some(at) = places.get(&of) {
            tables[*at].chains.push(chain);
        }
    }
    if !wanted.rules {
        return Ok(tables);
    }
    if wanted.beside_chains() {
        let all = nft::body(wanted.table.as_ref().map(|table| table.family));
        const OBJECTS: u16 = kind::OBJECT + kind::GET;
        const FLOWTABLES: u16 = kind::FLOWTABLE + kind::GET;
        for (of, object) in known(netlink, OBJECTS, &all, object::decode, unknown)? {
            if let Some(at) = places.get(&of) {
                tables[*at].objects.push(object);
            }
        }
        for (of, flowtable) in known(netlink, FLOWTABLES, &all, flowtable::decode, unknown)? {
            if let Some(at) = places.get(&of) {
                tables[*at].flowtables.push(flowtable);
            }
        }
    }
    let contexts = sets(netlink, wanted, (&mut tables, &places), now, unknown)?;
    rules(netlink, wanted, (&mut tables, &places), &contexts, unknown)?;
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
fn heads(netlink: &mut Netlink, wanted: &Wanted, unknown: &mut Vec<String>) -> Result<Vec<Table>> {
    const GET: u16 = kind::TABLE + kind::GET;
    match &wanted.table {
        Some(table) if table.backend != Backend::Nft => Ok(Vec::new()),
        Some(table) => one(netlink.ask(GET, table::name(table), table::decode)),
        None => known(netlink, GET, &nft::body(None), table::decode, unknown),
    }
}

fn chains(
    netlink: &mut Netlink,
    wanted: &Wanted,
    unknown: &mut Vec<String>,
) -> Result<Vec<(TableRef, Chain)>> {
    const GET: u16 = kind::CHAIN + kind::GET;
    if let (Some(table), Some(chain)) = (&wanted.table, &wanted.chain) {
        let (table, chain) = (table.clone(), chain.clone());
        let asked = chain::name(&ChainRef { table, chain });
        return one(netlink.ask(GET, asked, chain::decode));
    }
    let of = nft::body(wanted.table.as_ref().map(|table| table.family));
    let mut found = known(netlink, GET, &of, chain::decode, unknown)?;
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
    (tables, places): (&mut [Table], &HashMap<TableRef, usize>),
    now: Time,
    unknown: &mut Vec<String>,
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
    for mut known in known(netlink, kind::SET + kind::GET, &of, set::decode, unknown)? {
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
    (tables, places): (&mut [Table], &HashMap<TableRef, usize>),
    contexts: &[Context],
    unknown: &mut Vec<String>,
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
        let decode = |body: &[u8]| {
            // One of a chain that is not wanted, or not known, is told of with that.
            let Some(place) = find(tables, &rule::chain(body)?) else {
                return Some(None);
            };
            Some(Some((place, rule::decode(body, &contexts[place.0])?)))
        };
        known(netlink, kind::RULE + kind::GET, &of, decode, unknown)?
    };
    for ((table, chain), mut rule) in found.into_iter().flatten() {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::tests::{done, told};
    use netloom_netlink::flag;

    /// The body of a message of a chain of IPv4, on a hook of that number.
    fn base_chain(name: &str, hook: u32) -> Vec<u8> {
        let mut body = Writer::new(&[2, 0, 0, 0]);
        body.text(1, "t");
        body.text(3, name);
        body.nest(4, |base| {
            base.be32(1, hook);
            base.be32(2, 0);
        });
        body.text(7, "filter");
        body.bytes().to_vec()
    }

    #[test]
    fn what_is_of_a_kind_that_is_not_known_is_told_by_its_name() {
        let bodies = [
            base_chain("in", 1),
            base_chain("strange", 77),
            base_chain("out", 3),
        ];
        let parts = bodies.map(|body| (kind::CHAIN, flag::MULTI, 0, body));
        let answers = parts.into_iter().chain([done()]).collect();
        let (mut netlink, kernel) = told(vec![answers]);
        let mut unknown = Vec::new();
        let asked = kind::CHAIN + kind::GET;
        let found = known(
            &mut netlink,
            asked,
            &nft::body(None),
            chain::decode,
            &mut unknown,
        );
        let names: Vec<String> = found
            .unwrap()
            .into_iter()
            .map(|(_, chain)| chain.name)
            .collect();
        assert_eq!(names, ["in", "out"]);
        assert_eq!(
            unknown,
            ["chain strange of table ip t is of a kind that is not known"]
        );
        drop(netlink);
        assert_eq!(kernel.join().unwrap(), 1);
    }
}
