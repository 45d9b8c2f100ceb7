//! Counters set to nothing: a rule is put in its own place with counters that have nothing yet, as
//! iptables does it.

use super::messages::is_of_xtables;
use crate::netlink::Netlink;
use netloom_model::Result;
use netloom_model::ruleset::{ChainRef, Counter, RulesetChange};
use netloom_netlink::nft::read::Context;
use netloom_netlink::nft::{chain, kind, rule};
use netloom_netlink::{Writer, flag};

/// Whether steps before it in a transaction empty a chain: what is in it then has counted nothing.
pub(super) fn is_flushed(of: &ChainRef, before: &[RulesetChange]) -> bool {
    before.iter().any(|change| match change {
        RulesetChange::FlushChain { table, chain } => {
            *table == of.table && chain.as_ref().is_none_or(|chain| *chain == of.chain)
        }
        RulesetChange::DelTable(table) => *table == of.table,
        _ => false,
    })
}

/// The messages that zero one rule of a chain, or all of them and what the chain counts; of one that is
/// emptied before, that alone.
pub(super) fn messages(
    netlink: &mut Netlink,
    of: &ChainRef,
    handle: Option<u64>,
    flushed: bool,
) -> Result<Vec<(u16, u16, Writer)>> {
    let mut all = Vec::new();
    if handle.is_none() {
        let asked = chain::name(of);
        let found = netlink.ask(kind::CHAIN + kind::GET, asked, chain::decode)?;
        if found.is_some_and(|(_, chain)| chain.base.is_some()) {
            let body = chain::set_counter(of, Counter::default());
            all.push((kind::CHAIN, 0, body));
        }
    }
    if flushed {
        return Ok(all);
    }
    let asked = rule::name(of, None, None);
    let bodies = netlink.dump(kind::RULE + kind::GET, &asked, |body| Some(body.to_vec()))?;
    let context = Context {
        xtables: is_of_xtables(&of.table),
        ..Context::default()
    };
    for body in bodies {
        let own = rule::handle(&body);
        if handle.is_some() && own != handle {
            continue;
        }
        all.extend(rule::zeroed(&body, &context).map(|body| (kind::RULE, flag::REPLACE, body)));
    }
    Ok(all)
}
