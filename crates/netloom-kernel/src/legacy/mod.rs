//! Tables of `ip_tables` and its kin, which `iptables-legacy` drives: read and replaced whole.
//!
//! Which tables there are `/proc/net` says; to ask for one by its name would make it. Whoever changes
//! one holds the lock of `xtables_lock` meanwhile, as the original does. What a change rests on is told
//! by a generation that is made of what the tables say: the kernel counts none.

mod socket;

use crate::{namespace, refused, xtables_lock};
use netloom_model::ruleset::change::{RulesetChange, TableRef};
use netloom_model::ruleset::{Backend, Ruleset, Table, TableFamily, Wanted};
use netloom_model::{Errno, Error, NsName, Result};
use netloom_netlink::xt::legacy::change::{apply, table_of};
use netloom_netlink::xt::legacy::{self, Read, Written};
use socket::Socket;
use std::fs;
use std::io;
use std::time::Duration;

/// The families that have such tables.
const FAMILIES: [TableFamily; 3] = [TableFamily::Ip, TableFamily::Ip6, TableFamily::Arp];

/// How long the lock is waited for by who does not hold it.
const LOCKED: Duration = Duration::from_secs(5);

/// How often a change is begun anew where somebody without the lock was in between.
const PATIENCE: usize = 16;

/// Whether nothing but such a table is asked for.
pub(crate) fn is_wanted_alone(wanted: &Wanted) -> bool {
    let table = wanted.table.as_ref();
    table.is_some_and(|table| table.backend == Backend::Legacy)
}

/// The tables of a namespace that are wanted, in the order in which they were made. Where they are those
/// of one table, the generation is that of all tables of its family.
///
/// # Errors
/// `EACCES` and `EPERM` without `CAP_NET_ADMIN`.
pub(crate) fn read(ns: &NsName, wanted: &Wanted) -> Result<Ruleset> {
    let families = match &wanted.table {
        None => FAMILIES.to_vec(),
        Some(table) if table.backend == Backend::Legacy => vec![table.family],
        Some(_) => Vec::new(),
    };
    let tables = namespace::inside(ns, || {
        let mut tables = Vec::new();
        for family in families {
            tables.extend(all(family)?);
        }
        Result::Ok(tables)
    })??;
    let generation = legacy::generation(&tables);
    Ok(wanted.of(Ruleset { tables, generation }))
}

/// All tables of a family that the namespace of the thread has.
fn all(family: TableFamily) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for name in names(family)? {
        let named = named(family, name);
        let found = Socket::open(family).and_then(|socket| socket.read(&named));
        match found {
            Ok(read) => tables.push(read.table),
            // Gone since.
            Err(error) if error.errno == Errno::NOENT => {}
            Err(error) => return Err(error),
        }
    }
    Ok(tables)
}

/// Whether some steps of a transaction are for these tables.
pub(crate) fn is_of(changes: &[RulesetChange]) -> bool {
    changes.iter().any(|change| table_of(change).is_some())
}

/// Carries a transaction out: each table is replaced whole, and one that the kernel refuses leaves the
/// others as they were.
///
/// # Errors
/// Those of [`apply`]; `EINVAL` for a rule that has no form there, `EAGAIN` while another one holds the
/// lock, `ERESTART` where it rests on a generation that is over.
pub(crate) fn change(ns: &NsName, changes: &[RulesetChange]) -> Result<()> {
    let (mut order, mut said): (Vec<&TableRef>, _) = (Vec::new(), None);
    for change in changes {
        if let RulesetChange::Unchanged { generation } = change {
            said = Some(*generation);
            continue;
        }
        let table = table_of(change).ok_or(Errno::OPNOTSUPP)?;
        if !order.contains(&table) {
            order.push(table);
        }
    }
    let _held = xtables_lock::take(&xtables_lock::path(), Some(LOCKED))?;
    namespace::inside(ns, || {
        for _ in 0..PATIENCE {
            if let (Some(said), Some(first)) = (said, order.first())
                && legacy::generation(&all(first.family)?) != said
            {
                return Err(Errno::RESTART.into());
            }
            match attempt(&order, changes) {
                Err(error) if error.errno == Errno::AGAIN => {}
                done => return done,
            }
        }
        Err(Errno::AGAIN.into())
    })?
}

/// A table that is to be replaced.
struct Replacement {
    socket: Socket,
    before: Read,
    written: Written,
    /// The step that puts a rule in, if it is one alone: whatever the kernel refuses is in it.
    rule: Option<usize>,
}

fn attempt(order: &[&TableRef], changes: &[RulesetChange]) -> Result<()> {
    let mut all = Vec::new();
    for named in order {
        all.extend(replacement(named, changes)?);
    }
    let mut done: Vec<(Socket, Read)> = Vec::new();
    for one in all {
        if let Err(error) = one.socket.replace(&one.before, one.written) {
            undo(done);
            return Err(told(error, one.rule));
        }
        done.push((one.socket, one.before));
    }
    Ok(())
}

/// What a table is to become; none where it stays as it is.
fn replacement(named: &TableRef, changes: &[RulesetChange]) -> Result<Option<Replacement>> {
    let own = || {
        let steps = changes.iter().enumerate();
        steps.filter(|(_, change)| table_of(change) == Some(named))
    };
    let puts_in = |change: &RulesetChange| {
        matches!(
            change,
            RulesetChange::AddRule { .. } | RulesetChange::ReplaceRule { .. }
        )
    };
    let mut rules = own().filter(|(_, change)| puts_in(change));
    let rule = match (rules.next(), rules.next()) {
        (Some((step, _)), None) => Some(step),
        _ => None,
    };
    let socket = Socket::open(named.family)?;
    let before = socket.read(named)?;
    let mut after = before.table.clone();
    for (step, change) in own() {
        apply(&mut after, change).map_err(|error| error.at(step))?;
    }
    if after == before.table {
        return Ok(None);
    }
    let written = socket.form(after).map_err(|error| told(error, rule))?;
    Ok(Some(Replacement {
        socket,
        before,
        written,
        rule,
    }))
}

fn told(error: Error, step: Option<usize>) -> Error {
    match step {
        Some(step) => error.at(step),
        None => error,
    }
}

/// Makes tables what they were.
fn undo(done: Vec<(Socket, Read)>) {
    for (socket, before) in done {
        // The kernel has had each of these rules; where it fails, the refusal that led here is told.
        let back = socket.read(&named(before.table.family, before.table.name.clone()));
        let _ = back.and_then(|now| socket.replace(&now, socket.form(before.table)?));
    }
}

/// The tables that a transaction is about to change, as they are; none where one is not there.
pub(crate) fn save(
    ns: &NsName,
    changes: &[RulesetChange],
) -> Result<Vec<(TableRef, Option<Table>)>> {
    let there = read(ns, &Wanted::all())?.tables;
    let mut saved: Vec<(TableRef, Option<Table>)> = Vec::new();
    for named in changes.iter().filter_map(table_of) {
        if !saved.iter().any(|(known, _)| known == named) {
            let table = there.iter().find(|table| table.is(named)).cloned();
            saved.push((named.clone(), table));
        }
    }
    Ok(saved)
}

/// Makes tables what they were.
pub(crate) fn restore(ns: &NsName, saved: &[(TableRef, Option<Table>)]) -> Result<()> {
    let _held = xtables_lock::take(&xtables_lock::path(), Some(LOCKED))?;
    namespace::inside(ns, || {
        for (named, was) in saved {
            let socket = Socket::open(named.family)?;
            let now = socket.read(named)?;
            let mut table = now.table.clone();
            match was {
                Some(was) => table.clone_from(was),
                // It is there once it was asked for, and has nothing then.
                None => apply(&mut table, &RulesetChange::DelTable(named.clone()))?,
            }
            if table != now.table {
                socket.replace(&now, socket.form(table)?)?;
            }
        }
        Ok(())
    })?
}

fn named(family: TableFamily, name: String) -> TableRef {
    TableRef {
        backend: Backend::Legacy,
        ..TableRef::new(family, name)
    }
}

/// The names of the tables that there are in the namespace of the thread; the kernel tells the newest
/// first.
fn names(family: TableFamily) -> Result<Vec<String>> {
    let form = legacy::form(family).ok_or(Errno::AFNOSUPPORT)?;
    let path = format!("/proc/thread-self/net/{}", form.names);
    match fs::read_to_string(path) {
        Ok(text) => Ok(text.lines().rev().map(str::to_owned).collect()),
        // The kernel has none of them.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(refused(&error)),
    }
}
