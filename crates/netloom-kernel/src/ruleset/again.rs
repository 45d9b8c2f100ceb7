//! Tables of rules as they were, for whoever has to bring them back: what the kernel told of them is said
//! to it again, in one transaction, so that also what netloom does not understand comes back.

use super::apply::{Step, transact};
use super::messages::{is_of_xtables, table_of};
use super::read::{generation, settled};
use crate::netlink::Netlink;
use netloom_model::ruleset::{RulesetChange, TableRef};
use netloom_model::{Errno, Result};
use netloom_netlink::nft::read::Context;
use netloom_netlink::nft::{self, again, element, kind, table};
use netloom_netlink::{Writer, flag};

/// Tables as they were.
pub(crate) struct Saved {
    generation: u32,
    changes: Vec<RulesetChange>,
    /// What makes them, in its order.
    messages: Vec<(u16, Writer)>,
}

/// Whether a table is changed by one of some steps.
fn is_changed(of: &TableRef, changes: &[RulesetChange]) -> bool {
    changes.iter().any(|change| match change {
        RulesetChange::Flush(family) => family.is_none_or(|family| family == of.family),
        change => table_of(change) == Some(of),
    })
}

/// The tables that a transaction is about to change.
pub(crate) fn save(netlink: &mut Netlink, changes: &[RulesetChange]) -> Result<Saved> {
    let (generation, messages) = settled(netlink, |netlink| messages(netlink, changes))?;
    Ok(Saved {
        generation,
        changes: changes.to_vec(),
        messages,
    })
}

fn messages(netlink: &mut Netlink, changes: &[RulesetChange]) -> Result<Vec<(u16, Writer)>> {
    let mut all = Vec::new();
    let mut sets: Vec<(TableRef, String)> = Vec::new();
    for subject in [
        kind::TABLE,
        kind::SET,
        kind::CHAIN,
        kind::OBJECT,
        kind::FLOWTABLE,
        kind::ELEMENTS,
        kind::RULE,
    ] {
        let told = match subject {
            kind::ELEMENTS => elements(netlink, &sets)?,
            _ => netlink.dump(subject + kind::GET, &nft::body(None), |body| {
                Some(body.to_vec())
            })?,
        };
        for body in told {
            let own = again::table(&body).ok_or(Errno::PROTO)?;
            if !is_changed(&own, changes) {
                continue;
            }
            let context = Context {
                xtables: is_of_xtables(&own),
                ..Context::default()
            };
            if subject == kind::SET {
                sets.push((own, again::set(&body).ok_or(Errno::PROTO)?));
            }
            let id = sets.len() as u32;
            // What cannot be made again has the whole refused, by those that need it.
            if let Some(made) = again::body(subject, &body, id, &context) {
                all.push((subject, made));
            }
        }
    }
    Ok(all)
}

fn elements(netlink: &mut Netlink, sets: &[(TableRef, String)]) -> Result<Vec<Vec<u8>>> {
    let mut all = Vec::new();
    for (table, set) in sets {
        let asked = element::ask(table, set);
        let told = netlink.dump(kind::ELEMENTS + kind::GET, &asked, |body| {
            Some(body.to_vec())
        });
        match told {
            // It went meanwhile, which makes another generation.
            Err(error) if error.errno == Errno::NOENT => {}
            told => all.extend(told?),
        }
    }
    Ok(all)
}

/// Makes the tables what they were.
pub(crate) fn restore(netlink: &mut Netlink, saved: &Saved) -> Result<()> {
    if generation(netlink)? == saved.generation {
        return Ok(());
    }
    let there = netlink.dump(kind::TABLE + kind::GET, &nft::body(None), again::table)?;
    let gone = there
        .iter()
        .filter(|table| is_changed(table, &saved.changes));
    let gone = gone.map(|own| Step::of(kind::TABLE + kind::DELETE, 0, table::name(own)));
    let mut steps: Vec<Step> = gone.collect();
    steps.extend(saved.messages.iter().map(|(subject, body)| {
        let flags = match *subject {
            kind::RULE => flag::CREATE | flag::APPEND,
            _ => flag::CREATE,
        };
        Step::of(*subject, flags, body.clone())
    }));
    match steps.is_empty() {
        true => Ok(()),
        false => transact(netlink, None, steps),
    }
}
