//! What a table must be like, whatever the packets: checked when it is installed, so that nothing can
//! go wrong while packets are judged.

use super::expr::Expr;
use super::set::{Element, ElementData};
use super::statement::{Statement, Verdict};
use super::{Chain, Table};
use crate::error::{Errno, Result};
use std::collections::HashMap;

/// How many chains can be in the middle of a jump at once (`NFT_JUMP_STACK_SIZE`).
pub const JUMP_DEPTH: usize = 16;

/// Checks that every chain that is jumped to is there and none leads back to itself, and that jumps
/// are not nested too deep.
///
/// # Errors
/// `ENOENT` for a chain that is not there, `ELOOP`, `EMLINK` beyond [`JUMP_DEPTH`].
pub fn jumps(table: &Table) -> Result<()> {
    let mut depths = HashMap::new();
    for chain in &table.chains {
        depth(table, chain, 0, &mut depths)?;
    }
    Ok(())
}

/// How many jumps are nested below `chain`, which is reached by `above` of them.
fn depth<'a>(
    table: &'a Table,
    chain: &'a Chain,
    above: usize,
    depths: &mut HashMap<&'a str, Option<usize>>,
) -> Result<usize> {
    match depths.get(chain.name.as_str()) {
        Some(Some(known)) if above + known < JUMP_DEPTH => return Ok(*known),
        Some(Some(_)) => return Err(Errno::MLINK.into()),
        Some(None) => return Err(Errno::LOOP.into()),
        None => {}
    }
    if above >= JUMP_DEPTH {
        return Err(Errno::MLINK.into());
    }
    depths.insert(&chain.name, None);
    let mut most = 0;
    for target in targets(table, chain) {
        let next = table.chain(target).ok_or(Errno::NOENT)?;
        most = most.max(1 + depth(table, next, above + 1, depths)?);
    }
    depths.insert(&chain.name, Some(most));
    Ok(most)
}

/// The chains that a chain's rules lead to, and the elements of its maps.
pub fn targets<'a>(table: &'a Table, chain: &'a Chain) -> Vec<&'a str> {
    let mut found = Vec::new();
    for statement in chain.rules.iter().flat_map(|rule| &rule.statements) {
        match statement {
            Statement::Verdict(verdict) => found.extend(leads_to(verdict)),
            Statement::VerdictMap { map, .. } => {
                let elements: &[Element] = match map {
                    Expr::Set(elements) => elements,
                    Expr::SetRef(name) => table.set(name).map_or(&[], |set| &set.elements),
                    _ => &[],
                };
                for element in elements {
                    if let Some(ElementData::Verdict(verdict)) = &element.data {
                        found.extend(leads_to(verdict));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn leads_to(verdict: &Verdict) -> Option<&str> {
    match verdict {
        Verdict::Jump(chain) | Verdict::Goto(chain) => Some(chain),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Backend, Rule, TableFamily};
    use super::*;

    fn chain(name: &str, jumps: &[&str]) -> Chain {
        let rules = jumps.iter().map(|to| Rule {
            statements: vec![Statement::Verdict(Verdict::Jump((*to).to_owned()))],
            ..Rule::default()
        });
        Chain {
            name: name.to_owned(),
            handle: 0,
            base: None,
            comment: None,
            rules: rules.collect(),
        }
    }

    fn table(chains: Vec<Chain>) -> Table {
        Table {
            family: TableFamily::Ip,
            name: "filter".to_owned(),
            backend: Backend::Nft,
            handle: 1,
            dormant: false,
            comment: None,
            chains,
            sets: Vec::new(),
            objects: Vec::new(),
            flowtables: Vec::new(),
        }
    }

    #[test]
    fn a_chain_that_leads_back_to_itself_is_refused() {
        let looped = table(vec![chain("a", &["b"]), chain("b", &["a"])]);
        assert_eq!(jumps(&looped), Err(Errno::LOOP.into()));
        let fine = table(vec![chain("a", &["b", "b"]), chain("b", &[])]);
        assert_eq!(jumps(&fine), Ok(()));
    }

    #[test]
    fn a_chain_that_is_not_there_is_refused() {
        assert_eq!(
            jumps(&table(vec![chain("a", &["b"])])),
            Err(Errno::NOENT.into())
        );
    }

    #[test]
    fn jumps_nested_too_deep_are_refused_in_whatever_order_the_chains_stand() {
        let deep = |count: usize| {
            let names: Vec<String> = (0..count).map(|n| format!("c{n}")).collect();
            let chains = (0..count).map(|n| match names.get(n + 1) {
                Some(next) => chain(&names[n], &[next]),
                None => chain(&names[n], &[]),
            });
            chains.collect::<Vec<_>>()
        };
        assert_eq!(jumps(&table(deep(JUMP_DEPTH))), Ok(()));
        let mut chains = deep(JUMP_DEPTH + 1);
        assert_eq!(jumps(&table(chains.clone())), Err(Errno::MLINK.into()));
        chains.reverse();
        assert_eq!(jumps(&table(chains)), Err(Errno::MLINK.into()));
    }
}
