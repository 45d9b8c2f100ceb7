//! Rules for packets that carry a mark, and what takes them away. A table goes whole where all that is in
//! it has its mark; otherwise what others put there stays, and with it the table.

use super::read::{generation, settled};
use crate::netlink::Netlink;
use netloom_model::ruleset::{ChainRef, RulesetChange, TableRef};
use netloom_model::{Errno, Result};
use netloom_netlink::nft::mark::{self, Marked, What};
use netloom_netlink::nft::{body, kind};

/// Something with a mark: its name, its mark, and what takes it away.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) mark: String,
    pub(crate) gone: RulesetChange,
}

/// Everything with a mark that begins with `begin`: what is to go first stands first.
pub(crate) fn find(netlink: &mut Netlink, begin: &str) -> Result<Vec<Found>> {
    match generation(netlink) {
        // A kernel without nf_tables has no rules of it.
        Err(error) if matches!(error.errno, Errno::OPNOTSUPP | Errno::INVAL) => {
            return Ok(Vec::new());
        }
        generation => generation?,
    };
    let (_, mut all) = settled(netlink, marked)?;
    for one in &mut all {
        one.mark = one.mark.take().filter(|mark| mark.starts_with(begin));
    }
    Ok(going(&all))
}

/// Everything that may have a mark.
fn marked(netlink: &mut Netlink) -> Result<Vec<Marked>> {
    let mut all = Vec::new();
    for subject in [
        kind::RULE,
        kind::CHAIN,
        kind::SET,
        kind::OBJECT,
        kind::TABLE,
    ] {
        let read = |body: &[u8]| mark::decode(subject, body);
        all.extend(netlink.dump(subject + kind::GET, &body(None), read)?);
    }
    Ok(all)
}

/// What goes of all there is.
fn going(all: &[Marked]) -> Vec<Found> {
    let table_mark = |of: &TableRef| {
        let table = |one: &&Marked| one.table == *of && one.what == What::Table;
        all.iter()
            .find(table)
            .and_then(|table| table.mark.as_deref())
    };
    // All of a table has one mark.
    let whole = |of: &TableRef| {
        let mark = table_mark(of);
        let mut inside = all.iter().filter(|one| one.table == *of);
        mark.is_some() && inside.all(|one| one.mark.as_deref() == mark)
    };
    // All rules of a chain have a mark.
    let own = |of: &TableRef, chain: &str| {
        let mut rules = all.iter().filter(
            |one| matches!(&one.what, What::Rule(name, _) if one.table == *of && name == chain),
        );
        rules.all(|rule| rule.mark.is_some())
    };
    let mut found = Vec::new();
    for one in all {
        let (Some(mark), table) = (&one.mark, one.table.clone()) else {
            continue;
        };
        let place = format!("{} {}", table.family.name(), table.name);
        let (name, gone) = match (&one.what, whole(&table)) {
            (What::Table, true) => (format!("table {place}"), RulesetChange::DelTable(table)),
            (What::Table, false) | (_, true) => continue,
            (What::Chain(chain), _) if !own(&table, chain) => continue,
            (What::Chain(chain), _) => {
                let chain = chain.clone();
                let name = format!("chain {place} {chain}");
                let empty = false;
                let chain = ChainRef { table, chain };
                (name, RulesetChange::DelChain { chain, empty })
            }
            (What::Rule(chain, handle), _) => {
                let (chain, handle) = (chain.clone(), *handle);
                let name = format!("rule {place} {chain} handle {handle}");
                let chain = ChainRef { table, chain };
                (name, RulesetChange::DelRule { chain, handle })
            }
            (What::Set(set), _) => {
                let set = set.clone();
                let name = format!("set {place} {set}");
                (name, RulesetChange::DelSet { table, set })
            }
            (What::Object(kind, object), _) => {
                let (kind, object) = (*kind, object.clone());
                let told = format!("object {place} {object}");
                let gone = RulesetChange::DelObject {
                    table,
                    kind,
                    name: object,
                };
                (told, gone)
            }
        };
        found.push(Found {
            name,
            mark: mark.clone(),
            gone,
        });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::ruleset::{Backend, TableFamily};

    fn thing(table: &str, what: What, mark: Option<&str>) -> Marked {
        Marked {
            table: TableRef {
                family: TableFamily::Ip,
                backend: Backend::Nft,
                name: table.to_owned(),
            },
            what,
            mark: mark.map(str::to_owned),
        }
    }

    fn names(all: &[Marked]) -> Vec<String> {
        going(all).into_iter().map(|found| found.name).collect()
    }

    #[test]
    fn a_table_goes_whole_where_nobody_else_put_anything_there() {
        let (chain, rule) = (
            || What::Chain("c".to_owned()),
            |n| What::Rule("c".to_owned(), n),
        );
        let mut all = vec![
            thing("t", rule(3), Some("m")),
            thing("t", chain(), Some("m")),
            thing("t", What::Table, Some("m")),
        ];
        assert_eq!(names(&all), ["table ip t"]);
        all.insert(1, thing("t", rule(4), None));
        assert_eq!(names(&all), ["rule ip t c handle 3"]);
        all[1] = thing("t", What::Set("s".to_owned()), None);
        assert_eq!(names(&all), ["rule ip t c handle 3", "chain ip t c"]);
    }

    #[test]
    fn what_is_in_the_table_of_somebody_else_goes_alone() {
        let all = [
            thing("t", What::Set("s".to_owned()), Some("m")),
            thing("t", What::Table, None),
        ];
        assert_eq!(names(&all), ["set ip t s"]);
    }
}
