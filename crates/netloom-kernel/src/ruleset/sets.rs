//! The sets that rules name: those of their table, and those of xtables, which the kernel knows by
//! numbers.

use crate::netlink::Netlink;
use netloom_model::ruleset::statement::{ObjectName, Statement};
use netloom_model::ruleset::{Expr, RulesetChange, Set, TableRef};
use netloom_model::{Errno, Result};
use netloom_netlink::nft::{kind, set};
use netloom_netlink::{Attributes, Writer, xt};
use std::collections::HashMap;

/// The sets of tables by their names.
pub(super) type Known = HashMap<(TableRef, String), set::Known>;

/// The sets by name that an expression asks.
fn of_expr<'a>(expr: &'a Expr, found: &mut Vec<&'a str>) {
    match expr {
        Expr::SetRef(name) => found.push(name),
        Expr::Map { key, map } => {
            of_expr(key, found);
            of_expr(map, found);
        }
        Expr::Concat(parts) => parts.iter().for_each(|part| of_expr(part, found)),
        Expr::Bits(_, left, right) => {
            of_expr(left, found);
            of_expr(right, found);
        }
        _ => {}
    }
}

fn of_statement<'a>(statement: &'a Statement, found: &mut Vec<&'a str>) {
    match statement {
        Statement::Match { left, right, .. } => {
            of_expr(left, found);
            of_expr(right, found);
        }
        Statement::VerdictMap { map, .. }
        | Statement::Object {
            name: ObjectName::Map { map, .. },
            ..
        } => of_expr(map, found),
        Statement::Set { value, .. } => of_expr(value, found),
        Statement::Nat(nat) => {
            let parts = nat.address.iter().chain(&nat.port);
            parts.for_each(|part| of_expr(part, found));
        }
        Statement::Tproxy { address, port, .. } => {
            let parts = address.iter().chain(port);
            parts.for_each(|part| of_expr(part, found));
        }
        Statement::Dup { to, device } => {
            let parts = to.iter().chain(device);
            parts.for_each(|part| of_expr(part, found));
        }
        Statement::Forward { device, to, .. } => {
            of_expr(device, found);
            to.iter().for_each(|part| of_expr(part, found));
        }
        Statement::Queue { number, .. } => of_expr(number, found),
        Statement::Update { set, data, .. } => {
            found.push(set);
            data.iter().for_each(|part| of_expr(part, found));
        }
        _ => {}
    }
}

/// The table and the sets that a change needs to be known.
fn named(change: &RulesetChange) -> Option<(&TableRef, Vec<&str>)> {
    Some(match change {
        RulesetChange::AddRule { chain, rule, .. }
        | RulesetChange::ReplaceRule { chain, rule, .. } => {
            let mut found = Vec::new();
            rule.statements
                .iter()
                .for_each(|statement| of_statement(statement, &mut found));
            (&chain.table, found)
        }
        RulesetChange::AddElements { table, set, .. }
        | RulesetChange::DelElements { table, set, .. } => (table, vec![set.as_str()]),
        _ => return None,
    })
}

/// A set that a change makes, as the kernel would tell of it.
fn made(table: &TableRef, set: &Set) -> set::Known {
    let (key, data) = set::layouts(set);
    set::Known {
        table: table.clone(),
        anonymous: false,
        ranges: set::has_ranges(set),
        set: Set {
            elements: Vec::new(),
            ..set.clone()
        },
        key,
        data,
    }
}

/// The sets that changes name, which they make or the kernel has.
pub(super) fn known(netlink: &mut Netlink, changes: &[RulesetChange]) -> Result<Known> {
    let mut known = Known::new();
    for change in changes {
        if let RulesetChange::AddSet { table, set, .. } = change {
            known.insert((table.clone(), set.name.clone()), made(table, set));
        }
        let Some((table, names)) = named(change) else {
            continue;
        };
        for name in names {
            let key = (table.clone(), name.to_owned());
            if known.contains_key(&key) {
                continue;
            }
            let asked = set::name(table, name);
            match netlink.ask(kind::SET + kind::GET, asked, set::decode) {
                Ok(Some(found)) => {
                    known.insert(key, found);
                }
                Ok(None) => {}
                Err(error) if error.errno == Errno::NOENT => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(known)
}

/// Sets of xtables (`IPSET_CMD_*`).
mod ipset {
    const SUBSYSTEM: u16 = 6 << 8;
    pub(super) const BY_NAME: u16 = SUBSYSTEM + 14;
    pub(super) const BY_INDEX: u16 = SUBSYSTEM + 15;
    pub(super) const PROTOCOL: u16 = 1;
    pub(super) const NAME: u16 = 2;
    pub(super) const INDEX: u16 = 11;
    pub(super) const VERSION: u8 = 7;
    /// `NFPROTO_IPV4`: one of either family will do.
    pub(super) const FAMILY: u8 = 2;
}

fn ask_ipset() -> Writer {
    let mut body = Writer::new(&[ipset::FAMILY, 0, 0, 0]);
    body.u8(ipset::PROTOCOL, ipset::VERSION);
    body
}

fn index_of(netlink: &mut Netlink, name: &str) -> Option<u16> {
    let mut body = ask_ipset();
    body.text(ipset::NAME, name);
    let read = |body: &[u8]| Attributes::behind(body, 4).be16(ipset::INDEX);
    netlink.ask(ipset::BY_NAME, body, read).ok().flatten()
}

fn name_of(netlink: &mut Netlink, index: u16) -> Option<String> {
    const NETWORK_ORDER: u16 = 0x4000;
    let mut body = ask_ipset();
    body.be16(ipset::INDEX | NETWORK_ORDER, index);
    let read = |body: &[u8]| Attributes::behind(body, 4).text(ipset::NAME);
    netlink.ask(ipset::BY_INDEX, body, read).ok().flatten()
}

/// Gives sets of xtables that rules name by their numbers the names that they have.
pub(super) fn name_ipsets<'a>(
    netlink: &mut Netlink,
    statements: impl Iterator<Item = &'a mut Statement>,
) {
    for statement in statements {
        if xt::sets::has_numbers(statement) {
            xt::sets::named(statement, |index| name_of(netlink, index));
        }
    }
}

/// The same rules with the numbers of the sets of xtables that they name.
pub(super) fn number_ipsets(
    netlink: &mut Netlink,
    changes: &[RulesetChange],
) -> Result<Option<Vec<RulesetChange>>> {
    let names = |change: &RulesetChange| match change {
        RulesetChange::AddRule { rule, .. } | RulesetChange::ReplaceRule { rule, .. } => {
            rule.statements.iter().any(|s| s.ipsets().next().is_some())
        }
        _ => false,
    };
    if !changes.iter().any(names) {
        return Ok(None);
    }
    let mut numbered = changes.to_vec();
    for (step, change) in numbered.iter_mut().enumerate() {
        if let RulesetChange::AddRule { rule, .. } | RulesetChange::ReplaceRule { rule, .. } =
            change
        {
            for statement in &mut rule.statements {
                let found = xt::sets::numbered(statement, |name| index_of(netlink, name));
                if !found {
                    return Err(netloom_model::Error::from(Errno::NOENT).at(step));
                }
            }
        }
    }
    Ok(Some(numbered))
}
