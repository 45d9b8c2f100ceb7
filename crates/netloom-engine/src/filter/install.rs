//! Transactions on rules: whole or not at all (`nf_tables_api`).

use super::ct;
use super::table::{Chain, Table, has_family};
use super::{ChainId, Filter};
use super::{compile, told};
use crate::conntrack;
use crate::namespace::NsId;
use crate::net::Net;
use crate::notify;
use netloom_model::notice::About;
use netloom_model::ruleset::change::{ChainRef, Place, RulesetChange, TableRef};
use netloom_model::ruleset::event::RulesetEvents;
use netloom_model::ruleset::set::{Element, ElementData};
use netloom_model::ruleset::statement::{Counter, ObjectName, Statement, Verdict};
use netloom_model::ruleset::{self, Backend, Base, ChainKind, Expr, Hook, TableFamily, check};
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
        if let Err(refused) = filter.change(change, now) {
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

/// Whether changes may have chains of a table lead to others than before.
fn leads_anew(table: &Table, changes: &[RulesetChange]) -> bool {
    let maps = |element: &Element| matches!(element.data, Some(ElementData::Verdict(_)));
    changes.iter().any(|change| match change {
        RulesetChange::AddRule { chain, rule, .. }
        | RulesetChange::ReplaceRule { chain, rule, .. } => {
            let mut statements = rule.statements.iter();
            chain.table == table.name && statements.any(leads)
        }
        RulesetChange::AddElements {
            table: of,
            elements,
            ..
        } => *of == table.name && elements.iter().any(maps),
        RulesetChange::AddSet { table: of, set, .. } => {
            *of == table.name && set.elements.iter().any(maps)
        }
        _ => false,
    })
}

/// Whether a statement may lead to a chain.
const fn leads(statement: &Statement) -> bool {
    matches!(
        statement,
        Statement::Verdict(Verdict::Jump(_) | Verdict::Goto(_)) | Statement::VerdictMap { .. }
    )
}

/// Which step has chains lead back to themselves, or nests them too deep.
fn first_that_leads_back(mut filter: Filter, changes: &[RulesetChange], now: Time) -> usize {
    let wrong = changes.iter().position(|change| {
        filter.change(change, now).is_err() || filter.check_jumps(changes).is_err()
    });
    wrong.unwrap_or(changes.len())
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
    /// Checks the jumps of the tables whose chains the changes may have lead elsewhere.
    fn check_jumps(&self, changes: &[RulesetChange]) -> Result<()> {
        let tables = self.tables.iter();
        for table in tables.filter(|table| leads_anew(table, changes)) {
            let leads = |chain: ChainId| self.chains[chain.0].leads(table, &self.sets);
            // Chains that no packet comes to may lead back to themselves.
            let base = |chain: &ChainId| self.chains[chain.0].base.is_some();
            let checked = check::jumps(table.chains.iter().copied().filter(base), &leads);
            // nf_tables finds a loop by its depth, x_tables by itself.
            checked.map_err(|error| match (error.errno, table.name.backend) {
                (Errno::LOOP, Backend::Nft) => Errno::MLINK.into(),
                _ => error,
            })?;
        }
        Ok(())
    }

    fn change(&mut self, change: &RulesetChange, now: Time) -> Result<()> {
        match change {
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
            } => self.add_elements(table, set, elements, *exclusive, now),
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

    fn chain_mut(&mut self, chain: &ChainRef) -> Result<&mut Chain> {
        let id = self.chain_id(chain)?;
        Ok(&mut self.chains[id.0])
    }

    fn rule_at(&self, chain: &ChainRef, handle: u64) -> Result<usize> {
        let chain = &self.chains[self.chain_id(chain)?.0];
        chain.position(handle).ok_or_else(|| Errno::NOENT.into())
    }

    fn add_table(
        &mut self,
        name: &TableRef,
        dormant: bool,
        comment: Option<&str>,
        exclusive: bool,
    ) -> Result<()> {
        if !has_family(name.backend, name.family) {
            return Err(Errno::AFNOSUPPORT.into());
        }
        if let Ok(at) = self.table_at(name) {
            if exclusive {
                return Err(Errno::EXIST.into());
            }
            self.tables[at].dormant = dormant;
            return Ok(());
        }
        self.next_table += 1;
        let mut table = Table::new(name.clone(), self.next_table);
        table.dormant = dormant;
        table.comment = comment.map(str::to_owned);
        self.tables.push(table);
        Ok(())
    }

    fn del_table(&mut self, table: &TableRef) -> Result<()> {
        let at = self.table_at(table)?;
        let table = self.tables.remove(at);
        for chain in table.chains {
            self.chains.remove(chain.0);
        }
        for (_, set) in table.sets {
            self.sets.remove(set.0);
        }
        Ok(())
    }

    fn flush(&mut self, family: Option<TableFamily>) -> Result<()> {
        let gone = |table: &&Table| {
            table.name.backend == Backend::Nft && family.is_none_or(|f| f == table.name.family)
        };
        let names: Vec<TableRef> = self
            .tables
            .iter()
            .filter(gone)
            .map(|t| t.name.clone())
            .collect();
        names.iter().try_for_each(|name| self.del_table(name))
    }

    fn add_chain(
        &mut self,
        name: &ChainRef,
        base: Option<&Base>,
        comment: Option<&str>,
        exclusive: bool,
    ) -> Result<()> {
        let at = self.table_at(&name.table)?;
        if let Some(chain) = self.tables[at].chain(&name.chain) {
            if exclusive {
                return Err(Errno::EXIST.into());
            }
            return change_chain(&mut self.chains[chain.0], base);
        }
        if let Some(base) = base {
            check_base(&name.table, base)?;
        }
        let handle = self.tables[at].next_handle();
        let mut chain = Chain::new(name.table.clone(), name.chain.clone(), handle, base);
        chain.comment = comment.map(str::to_owned);
        let chain = self.chains.insert(chain);
        self.tables[at].add_chain(&name.chain, ChainId(chain));
        Ok(())
    }

    fn del_chain(&mut self, chain: &ChainRef, empty: bool) -> Result<()> {
        let at = self.table_at(&chain.table)?;
        let id = self.chain_id(chain)?;
        if empty && !self.chains[id.0].rules.is_empty() {
            return Err(Errno::BUSY.into());
        }
        let table = &self.tables[at];
        let led_to = table.chains.iter().any(|other| {
            *other != id && self.chains[other.0].leads(table, &self.sets).contains(&id)
        });
        if led_to {
            return Err(Errno::BUSY.into());
        }
        self.tables[at].remove_chain(&chain.chain);
        self.chains.remove(id.0);
        Ok(())
    }

    fn flush_chain(&mut self, table: &TableRef, chain: Option<&str>) -> Result<()> {
        let at = self.table_at(table)?;
        let table = &self.tables[at];
        let chains = match chain {
            Some(name) => vec![table.chain(name).ok_or(Errno::NOENT)?],
            None => table.chains.clone(),
        };
        for chain in chains {
            self.chains[chain.0].clear();
        }
        Ok(())
    }

    fn add_rule(&mut self, name: &ChainRef, place: Place, rule: &ruleset::Rule) -> Result<()> {
        let at = self.table_at(&name.table)?;
        let id = self.chain_id(name)?;
        let chain = &self.chains[id.0];
        let found = |handle| chain.position(handle).ok_or(Errno::NOENT);
        let position = match place {
            Place::Last => chain.rules.len(),
            Place::First => 0,
            Place::After(handle) => found(handle)? + 1,
            Place::Before(handle) => found(handle)?,
        };
        // Its sets without a name are there before it, each with a handle of its own.
        self.tables[at].handles += rule.statements.iter().map(own_sets).sum::<u64>();
        self.limit_updated(&name.table, rule);
        let handle = self.tables[at].next_handle();
        let rule = ruleset::Rule {
            handle,
            ..rule.clone()
        };
        let base = self.chains[id.0].base.as_deref();
        if !rule
            .statements
            .iter()
            .all(|s| check::fits(s, name.table.family, base))
        {
            return Err(Errno::OPNOTSUPP.into());
        }
        let table = &self.tables[at];
        if !rule.statements.iter().all(|s| table.has_what_it_uses(s)) {
            return Err(Errno::NOENT.into());
        }
        let rule = compile::compile(table, &self.sets, rule)?;
        self.chains[id.0].insert(position, rule);
        Ok(())
    }

    fn remove_rule(&mut self, chain: &ChainRef, at: usize) -> Result<()> {
        self.chain_mut(chain)?.remove(at);
        Ok(())
    }

    fn zero(&mut self, chain: &ChainRef, handle: Option<u64>) -> Result<()> {
        let chain = self.chain_mut(chain)?;
        match handle {
            Some(handle) => {
                let at = chain.position(handle).ok_or(Errno::NOENT)?;
                chain.states[at].counter = Counter::default();
            }
            None => {
                if let Some(base) = &mut chain.base {
                    Arc::make_mut(base).counter = Some(Counter::default());
                }
                chain.policy = Counter::default();
                for state in &mut chain.states {
                    state.counter = Counter::default();
                }
            }
        }
        Ok(())
    }
}

/// How many sets without a name a statement asks.
fn own_sets(statement: &Statement) -> u64 {
    let own = |set: &Expr| u64::from(matches!(set, Expr::Set(_)));
    let of = |expr: &Expr| match expr {
        Expr::Map { map, .. } => own(map),
        expr => own(expr),
    };
    let both =
        |one: &Option<Expr>, other: &Option<Expr>| -> u64 { one.iter().chain(other).map(of).sum() };
    match statement {
        Statement::Match { right, .. } => of(right),
        Statement::VerdictMap { map, .. }
        | Statement::Object {
            name: ObjectName::Map { map, .. },
            ..
        } => own(map),
        Statement::Set { value, .. } => of(value),
        Statement::Nat(nat) => both(&nat.address, &nat.port),
        Statement::Tproxy { address, port, .. } => both(address, port),
        Statement::Dup { to, device } => both(to, device),
        Statement::Queue { number, .. } => of(number),
        _ => 0,
    }
}

/// A base chain that is there can get another policy and nothing else.
fn change_chain(chain: &mut Chain, base: Option<&Base>) -> Result<()> {
    let Some(new) = base else {
        return Ok(());
    };
    let Some(old) = &mut chain.base else {
        return Err(Errno::EXIST.into());
    };
    if (old.kind, old.hook, old.priority) != (new.kind, new.hook, new.priority) {
        return Err(Errno::EXIST.into());
    }
    Arc::make_mut(old).policy = new.policy;
    Ok(())
}

/// Whether packets of a family meet a hook, and chains of a kind can be there.
fn check_base(table: &TableRef, base: &Base) -> Result<()> {
    use Hook::{Egress, Forward, Ingress, Input, Output, Postrouting, Prerouting};
    let family = table.family;
    let hooks: &[Hook] = match family {
        TableFamily::Ip | TableFamily::Ip6 | TableFamily::Bridge => {
            &[Prerouting, Input, Forward, Output, Postrouting]
        }
        TableFamily::Inet => &[Ingress, Prerouting, Input, Forward, Output, Postrouting],
        // `arp_tables` has what bridges forward too.
        TableFamily::Arp if table.backend == Backend::Legacy => &[Input, Forward, Output],
        TableFamily::Arp => &[Input, Output],
        TableFamily::Netdev => &[Ingress, Egress],
    };
    let routed = matches!(
        family,
        TableFamily::Ip | TableFamily::Ip6 | TableFamily::Inet
    );
    let fits = match base.kind {
        ChainKind::Filter => true,
        ChainKind::Nat => routed && matches!(base.hook, Prerouting | Input | Output | Postrouting),
        ChainKind::Route => routed && base.hook == Output,
    };
    // A device that is not there yet is one that may come.
    if matches!(base.hook, Ingress | Egress) && base.devices.is_empty() {
        return Err(Errno::INVAL.into());
    }
    if hooks.contains(&base.hook) && fits {
        Ok(())
    } else {
        Err(Errno::OPNOTSUPP.into())
    }
}
