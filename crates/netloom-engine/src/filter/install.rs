//! Transactions on rules: whole or not at all (`nf_tables_api`). What each step does is below, by what
//! it changes; sets and objects have their own modules beside this one.

mod chain;
mod jumps;
mod restore;
mod rule;
mod table;

pub(crate) use restore::restore;

use super::{ChainId, Filter, ct, told};
use crate::conntrack;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use jumps::first_that_leads_back;
use netloom_model::notice::About;
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::event::RulesetEvents;
use netloom_model::{Errno, Result, Time};
use std::sync::Arc;

/// Carries a transaction out.
///
/// # Errors
/// Those of `nf_tables` for the first step that is refused; then nothing has happened.
pub(crate) fn apply(net: &mut Net, ns: NsId, changes: &[RulesetChange]) -> Result<()> {
    let now = net.now;
    let mut filter = net.ns(ns).filter.clone().unwrap_or_default();
    filter.expire(now);
    let heard = notify::heard(net, ns);
    let mut events = Vec::new();
    for (step, change) in changes.iter().enumerate() {
        let before = heard.then(|| filter.clone());
        let done = filter.change(change, now);
        if matches!(
            change,
            RulesetChange::FlushChain { .. }
                | RulesetChange::DelChain { .. }
                | RulesetChange::DelRule { .. }
                | RulesetChange::ReplaceRule { .. }
        ) {
            filter.drop_meters();
        }
        if let Err(refused) = done {
            // What was asked for before it was refused stays.
            ct::force_accounting(net, ns, changes);
            keep_handles(net, ns, &filter);
            return Err(refused.at(step));
        }
        if let Some(before) = before {
            events.extend(told::of(&before, &filter, change, now));
        }
    }
    if let Err(refused) = filter.check_jumps(changes) {
        let before = net.ns(ns).filter.clone().unwrap_or_default();
        let step = first_that_leads_back(*before, changes, now);
        return Err(refused.at(step));
    }
    filter.generation += 1;
    filter.expire_elements(now);
    filter.hang();
    if filter.tracking.contains(&true) {
        conntrack::begin(net, ns);
        ct::force_accounting(net, ns, changes);
    }
    let rules = filter
        .chains
        .iter()
        .flat_map(|(_, chain)| chain.rules.iter());
    let remembered = &mut net.ns_mut(ns).remembered;
    remembered.follow(rules.map(|rule| &**rule));
    // That of a namespace without rules is 1.
    let generation = filter.generation + 1;
    net.ns_mut(ns).filter = Some(filter);
    if heard {
        let filter = net.ns(ns).filter.as_deref();
        filter
            .into_iter()
            .for_each(|filter| told::settle(&mut events, filter));
    }
    notify::tell(net, ns, false, |_| {
        About::Ruleset(Box::new(RulesetEvents { events, generation }))
    });
    Ok(())
}

/// Handles that a refused transaction took are not given again.
fn keep_handles(net: &mut Net, ns: NsId, tried: &Filter) {
    let Some(filter) = &mut net.ns_mut(ns).filter else {
        return;
    };
    for table in &mut filter.tables {
        if let Some(tried) = tried.tables.iter().find(|t| t.handle == table.handle) {
            table.handles = tried.handles;
        }
    }
}

impl Filter {
    fn change(&mut self, change: &RulesetChange, now: Time) -> Result<()> {
        match change {
            RulesetChange::Unchanged { generation } => match self.generation == *generation {
                true => Ok(()),
                false => Err(Errno::RESTART.into()),
            },
            RulesetChange::AddTable {
                table,
                dormant,
                comment,
                exclusive,
            } => self.add_table(table, *dormant, comment.as_deref(), *exclusive),
            RulesetChange::DelTable(table) => self.del_table(table),
            RulesetChange::Flush(family) => self.flush(*family),
            RulesetChange::AddChain {
                chain,
                base,
                comment,
                exclusive,
            } => self.add_chain(chain, base.as_deref(), comment.as_deref(), *exclusive),
            RulesetChange::SetPolicy {
                chain,
                policy,
                counter,
            } => {
                let chain = self.chain_mut(chain)?;
                let base = chain.base.as_mut().ok_or(Errno::OPNOTSUPP)?;
                let base = Arc::make_mut(base);
                base.policy = *policy;
                // Whoever sets what it counted has it count.
                base.counter = counter.or(base.counter);
                chain.policy = counter.unwrap_or(chain.policy);
                Ok(())
            }
            RulesetChange::RenameChain { chain, name } => self.rename_chain(chain, name),
            RulesetChange::DelChain { chain, empty } => self.del_chain(chain, *empty),
            RulesetChange::FlushChain { table, chain } => self.flush_chain(table, chain.as_deref()),
            RulesetChange::AddRule { chain, place, rule } => self.add_rule(chain, *place, rule),
            RulesetChange::ReplaceRule {
                chain,
                handle,
                rule,
            } => {
                let at = self.rule_at(chain, *handle)?;
                self.add_rule(chain, Place::After(*handle), rule)?;
                self.remove_rule(chain, at)?;
                // It has the handle of the one in whose place it is.
                self.chain_mut(chain)?.listed(at).rule.handle = *handle;
                let table = self.table_at(&chain.table)?;
                self.tables[table].handles -= 1;
                Ok(())
            }
            RulesetChange::DelRule { chain, handle } => {
                let at = self.rule_at(chain, *handle)?;
                self.remove_rule(chain, at)
            }
            RulesetChange::Zero { chain, handle } => self.zero(chain, *handle),
            RulesetChange::AddSet {
                table,
                set,
                exclusive,
            } => self.add_set(table, set, *exclusive, now),
            RulesetChange::DelSet { table, set } => self.del_set(table, set),
            RulesetChange::FlushSet { table, set } => {
                self.set_mut(table, set)?.clear();
                Ok(())
            }
            RulesetChange::AddElements {
                table,
                set,
                elements,
                exclusive,
            } => {
                // The own set of a rule is busy with that.
                if self.set_mut(table, set)?.set.meter {
                    return Err(Errno::BUSY.into());
                }
                self.add_elements(table, set, elements, *exclusive, now)
            }
            RulesetChange::DelElements {
                table,
                set,
                elements,
            } => {
                let set = self.set_mut(table, set)?;
                for element in elements {
                    set.remove(element).ok_or(Errno::NOENT)?;
                }
                Ok(())
            }
            RulesetChange::AddObject {
                table,
                object,
                exclusive,
            } => self.add_object(table, object, *exclusive),
            RulesetChange::DelObject { table, kind, name } => self.del_object(table, *kind, name),
            RulesetChange::ResetObject { table, kind, name } => {
                self.reset_object(table, *kind, name)
            }
            RulesetChange::AddFlowtable {
                table,
                flowtable,
                exclusive,
            } => self.add_flowtable(table, flowtable, *exclusive),
            RulesetChange::DelFlowtable { table, name } => self.del_flowtable(table, name),
        }
    }

    pub(super) fn table_at(&self, table: &TableRef) -> Result<usize> {
        let found = self.tables.iter().position(|t| t.name == *table);
        found.ok_or_else(|| Errno::NOENT.into())
    }

    pub(super) fn chain_id(&self, chain: &ChainRef) -> Result<ChainId> {
        let table = self.table(&chain.table).ok_or(Errno::NOENT)?;
        table.chain(&chain.chain).ok_or_else(|| Errno::NOENT.into())
    }
}
