//! What a table must be like, whatever the packets: checked when it is installed, so that nothing can
//! go wrong while packets are judged.

use super::expr::{FibResult, RtKey, fib};
use super::statement::{NatKind, Statement, Verdict};
use super::{Base, ChainKind, Expr, Hook, MetaKey, TableFamily};
use crate::error::{Errno, Result};
use core::hash::Hash;
use std::collections::HashMap;

/// How many chains can be in the middle of a jump at once (`NFT_JUMP_STACK_SIZE`).
pub const JUMP_DEPTH: usize = 16;

/// Checks that no chain leads back to itself, and that jumps are not nested too deep. `targets` says
/// to which others the rules of a chain lead.
///
/// # Errors
/// `ELOOP`, `EMLINK` beyond [`JUMP_DEPTH`].
pub fn jumps<C: Copy + Eq + Hash>(
    chains: impl IntoIterator<Item = C>,
    targets: &impl Fn(C) -> Vec<C>,
) -> Result<()> {
    let mut depths = HashMap::new();
    for chain in chains {
        depth(chain, 0, targets, &mut depths)?;
    }
    Ok(())
}

/// How many jumps are nested below `chain`, which is reached by `above` of them. In `depths` the
/// chains on the way to it have none yet.
fn depth<C: Copy + Eq + Hash>(
    chain: C,
    above: usize,
    targets: &impl Fn(C) -> Vec<C>,
    depths: &mut HashMap<C, Option<usize>>,
) -> Result<usize> {
    match depths.get(&chain) {
        Some(Some(known)) if above + known < JUMP_DEPTH => return Ok(*known),
        Some(Some(_)) => return Err(Errno::MLINK.into()),
        Some(None) => return Err(Errno::LOOP.into()),
        None if above >= JUMP_DEPTH => return Err(Errno::MLINK.into()),
        None => {}
    }
    depths.insert(chain, None);
    let mut most = 0;
    for target in targets(chain) {
        most = most.max(1 + depth(target, above + 1, targets, depths)?);
    }
    depths.insert(chain, Some(most));
    Ok(most)
}

/// Whether a statement can be in a chain: translations are for chains of their kind, at their hooks,
/// refusals for the hooks where somebody can be told, and some of what goes with a packet cannot be
/// set.
#[must_use]
pub fn fits(statement: &Statement, family: TableFamily, base: Option<&Base>) -> bool {
    let at = |hooks: &[Hook]| base.is_none_or(|base| hooks.contains(&base.hook));
    match statement {
        Statement::Reject(_) => base.is_none_or(|base| match family {
            TableFamily::Bridge => matches!(base.hook, Hook::Prerouting | Hook::Input),
            TableFamily::Netdev => base.hook == Hook::Ingress,
            _ => base.hook != Hook::Postrouting,
        }),
        Statement::Set {
            what: Expr::Meta(key),
            ..
        } => key.is_writable(),
        Statement::Match {
            left: Expr::Meta(MetaKey::NfTrace),
            ..
        } => false,
        Statement::Nat(nat) => base.is_none_or(|base| {
            let hooks = match nat.kind {
                NatKind::Snat => [Hook::Postrouting, Hook::Input],
                NatKind::Masquerade => [Hook::Postrouting; 2],
                NatKind::Dnat | NatKind::Redirect => [Hook::Prerouting, Hook::Output],
            };
            base.kind == ChainKind::Nat && hooks.contains(&base.hook)
        }),
        Statement::Synproxy(_) => at(&[Hook::Input, Hook::Forward]),
        Statement::Tproxy { .. } => at(&[Hook::Prerouting]),
        Statement::FlowAdd(_) => at(&[Hook::Forward]),
        Statement::Match { left, right, .. } => {
            can_ask(left, family, base) && can_ask(right, family, base)
        }
        Statement::Set { value, .. } => can_ask(value, family, base),
        Statement::VerdictMap { key, .. } => can_ask(key, family, base),
        _ => true,
    }
}

/// How a statement is refused whatever chain it is in: tables of ARP and of devices know no connections,
/// and only tables of IP know sockets.
#[must_use]
pub fn refusal(statement: &Statement, family: TableFamily) -> Option<Errno> {
    let ip = matches!(
        family,
        TableFamily::Ip | TableFamily::Ip6 | TableFamily::Inet
    );
    let asks = |of: fn(&Expr) -> bool| match statement {
        Statement::Match { left, right, .. } => of(left) || of(right),
        Statement::VerdictMap { key, .. } => of(key),
        Statement::Set { what, value } => of(what) || of(value),
        _ => false,
    };
    if matches!(family, TableFamily::Arp | TableFamily::Netdev)
        && (asks(|expr| matches!(expr, Expr::Ct(..)))
            || matches!(statement, Statement::ConnLimit { .. }))
        || !ip && matches!(statement, Statement::Synproxy(_))
    {
        return Some(Errno::PROTO);
    }
    if !ip && asks(|expr| matches!(expr, Expr::Socket(_) | Expr::SocketCgroup(_))) {
        return Some(Errno::OPNOTSUPP);
    }
    None
}

/// Whether an expression can be asked in a chain: routes are known where one was looked up, sockets of
/// IP alone (`nft_rt_validate`, `nft_xfrm_validate`, `nft_fib_validate`, `nft_socket_validate`).
fn can_ask(expr: &Expr, family: TableFamily, base: Option<&Base>) -> bool {
    const COMES_IN: &[Hook] = &[Hook::Prerouting, Hook::Input, Hook::Forward];
    const LEAVES: &[Hook] = &[Hook::Forward, Hook::Output, Hook::Postrouting];
    let ip = matches!(
        family,
        TableFamily::Ip | TableFamily::Ip6 | TableFamily::Inet
    );
    let at = |hooks: &[Hook]| base.is_none_or(|base| hooks.contains(&base.hook));
    match expr {
        Expr::Rt(RtKey::Mtu | RtKey::IpSec) | Expr::IpSec { out: true, .. } => ip && at(LEAVES),
        Expr::Rt(_) => ip,
        Expr::IpSec { .. } => ip && at(COMES_IN),
        Expr::Meta(MetaKey::IpSec) => match family {
            TableFamily::Netdev => at(&[Hook::Ingress]),
            TableFamily::Bridge => at(&[Hook::Prerouting]),
            _ => at(COMES_IN),
        },
        Expr::Socket(_) | Expr::SocketCgroup(_) => {
            ip && at(&[Hook::Prerouting, Hook::Input, Hook::Output])
        }
        Expr::Osf { .. } => at(COMES_IN),
        Expr::Fib { flags, result } if ip => match result {
            FibResult::Type if flags & (fib::IIF | fib::OIF) == 0 => true,
            FibResult::Type if flags & fib::OIF != 0 => at(LEAVES),
            _ => at(COMES_IN),
        },
        Expr::Concat(parts) => parts.iter().all(|part| can_ask(part, family, base)),
        Expr::Bits(_, left, right) => can_ask(left, family, base) && can_ask(right, family, base),
        Expr::Map { key, .. } => can_ask(key, family, base),
        _ => true,
    }
}

/// The chain that a statement leads to; those of a map its elements say.
#[must_use]
pub fn leads_to(statement: &Statement) -> Option<&str> {
    match statement {
        Statement::Verdict(verdict) => verdict.leads_to(),
        _ => None,
    }
}

impl Verdict {
    /// The chain that it leads to.
    #[must_use]
    pub fn leads_to(&self) -> Option<&str> {
        match self {
            Verdict::Jump(chain) | Verdict::Goto(chain) => Some(chain),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks chains of which each leads to those in its row.
    fn check(rows: &[&[usize]], order: impl IntoIterator<Item = usize>) -> Result<()> {
        jumps(order, &|chain: usize| rows[chain].to_vec())
    }

    #[test]
    fn a_chain_that_leads_back_to_itself_is_refused() {
        assert_eq!(check(&[&[1], &[0]], 0..2), Err(Errno::LOOP.into()));
        assert_eq!(check(&[&[1, 1], &[]], 0..2), Ok(()));
    }

    #[test]
    fn jumps_nested_too_deep_are_refused_in_whatever_order_the_chains_stand() {
        let row = |count: usize| -> Vec<Vec<usize>> {
            let next = (1..count).map(|n| vec![n]);
            next.chain([Vec::new()]).collect()
        };
        let deep = row(JUMP_DEPTH + 1);
        let rows: Vec<&[usize]> = deep.iter().map(Vec::as_slice).collect();
        assert_eq!(check(&rows, 0..rows.len()), Err(Errno::MLINK.into()));
        assert_eq!(
            check(&rows, (0..rows.len()).rev()),
            Err(Errno::MLINK.into())
        );
        assert_eq!(check(&rows[1..], []), Ok(()));
        assert_eq!(check(&rows, 1..rows.len()), Ok(()));
    }
}
