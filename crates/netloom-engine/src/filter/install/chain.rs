//! Chains: added, changed, deleted, flushed, and what they counted.

use crate::filter::table::Chain;
use crate::filter::{ChainId, Filter};
use netloom_model::ruleset::change::{ChainRef, TableRef};
use netloom_model::ruleset::statement::Counter;
use netloom_model::ruleset::{Backend, Base, ChainKind, Hook, TableFamily};
use netloom_model::{Errno, Result};
use std::sync::Arc;

impl Filter {
    pub(super) fn chain_mut(&mut self, chain: &ChainRef) -> Result<&mut Chain> {
        let id = self.chain_id(chain)?;
        Ok(&mut self.chains[id.0])
    }

    pub(super) fn add_chain(
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

    pub(super) fn del_chain(&mut self, chain: &ChainRef, empty: bool) -> Result<()> {
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

    pub(super) fn flush_chain(&mut self, table: &TableRef, chain: Option<&str>) -> Result<()> {
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

    pub(super) fn zero(&mut self, chain: &ChainRef, handle: Option<u64>) -> Result<()> {
        let chain = self.chain_mut(chain)?;
        match handle {
            Some(handle) => {
                let at = chain.position(handle).ok_or(Errno::NOENT)?;
                chain.states[at].zero();
            }
            None => {
                if let Some(base) = &mut chain.base {
                    Arc::make_mut(base).counter = Some(Counter::default());
                }
                chain.policy = Counter::default();
                for state in &mut chain.states {
                    state.zero();
                }
            }
        }
        Ok(())
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
