//! A transaction of `nf_tables`: all steps of a change, or none.

use super::messages::Maker;
use super::read::generation;
use super::{sets, zero};
use crate::netlink::{Batch, Netlink};
use netloom_model::ruleset::{ChainRef, RulesetChange};
use netloom_model::{Errno, Error, Result};
use netloom_netlink::message::ended;
use netloom_netlink::nft::{self, chain, kind, mark, object};
use netloom_netlink::{Writer, flag, kind as any_kind};

/// How often a transaction that rests on what was read is tried again where that changed meanwhile.
const PATIENCE: usize = 32;

/// Carries all steps out, or none; what they make has a mark, if one is given.
///
/// # Errors
/// The kernel's for the first step that it refuses; `EOPNOTSUPP` where a step has no form for it.
pub(crate) fn apply(
    netlink: &mut Netlink,
    changes: &[RulesetChange],
    mark: Option<&str>,
) -> Result<()> {
    let numbered = sets::number_ipsets(netlink, changes)?;
    let changes = numbered.as_deref().unwrap_or(changes);
    let rests = changes.iter().any(|change| {
        matches!(
            change,
            RulesetChange::Zero { .. } | RulesetChange::RenameChain { .. }
        )
    });
    // Whoever read them says of which generation they were.
    let said = changes.iter().find_map(|change| match change {
        RulesetChange::Unchanged { generation } => Some(*generation),
        _ => None,
    });
    let told = said.is_some();
    for _ in 0..PATIENCE {
        let generation = match rests && !told {
            true => Some(generation(netlink)?),
            false => said,
        };
        match attempt(netlink, changes, (generation, mark)) {
            Err(error) if error.errno == Errno::RESTART && !told => {}
            done => {
                done?;
                return reset(netlink, changes);
            }
        }
    }
    Err(Errno::AGAIN.into())
}

fn attempt(
    netlink: &mut Netlink,
    changes: &[RulesetChange],
    (wanted, mark): (Option<u32>, Option<&str>),
) -> Result<()> {
    let known = sets::known(netlink, changes)?;
    let mut steps = Vec::new();
    let mut maker = Maker {
        known: &known,
        id: 1,
        messages: Vec::new(),
    };
    for (step, change) in changes.iter().enumerate() {
        let made = match change {
            RulesetChange::Zero { chain, handle } => {
                let flushed = zero::is_flushed(chain, &changes[..step]);
                zero::messages(netlink, chain, *handle, flushed)
                    .map(|messages| maker.messages.extend(messages))
            }
            RulesetChange::RenameChain { chain, name } => {
                rename(netlink, chain, name).map(|body| maker.messages.push((kind::CHAIN, 0, body)))
            }
            RulesetChange::AddChain { .. } if gets_policy(changes, step) => Ok(()),
            RulesetChange::SetPolicy { .. } if step > 0 && gets_policy(changes, step - 1) => {
                // One message, of which who listens is told once.
                maker.step(change).map(|()| {
                    maker
                        .messages
                        .iter_mut()
                        .for_each(|(_, flags, _)| *flags |= flag::CREATE);
                })
            }
            change => maker.step(change),
        };
        made.map_err(|error| error.at(step))?;
        let mark = mark.filter(|_| makes(change));
        for (kind, flags, mut body) in maker.messages.drain(..) {
            if let Some(mark) = mark {
                body = mark::put(kind, body, mark);
            }
            steps.push(Step {
                step: Some(step),
                ..Step::of(kind, flags, body)
            });
        }
    }
    if steps.is_empty() {
        // Nothing is to be done but to say whether something was.
        return match wanted {
            Some(wanted) if generation(netlink)? != wanted => Err(Errno::RESTART.into()),
            _ => Ok(()),
        };
    }
    transact(netlink, wanted, steps)
}

/// A message of a transaction, and which step of it that is of.
pub(super) struct Step {
    step: Option<usize>,
    kind: u16,
    flags: u16,
    body: Writer,
}

impl Step {
    /// A message that is no step of anybody.
    pub(super) const fn of(kind: u16, flags: u16, body: Writer) -> Step {
        Step {
            step: None,
            kind,
            flags,
            body,
        }
    }
}

/// Has the kernel carry out all messages or none; of the generation `wanted`, if one is.
pub(super) fn transact(
    netlink: &mut Netlink,
    wanted: Option<u32>,
    messages: Vec<Step>,
) -> Result<()> {
    let mut batch = Batch::default();
    // The step that each message is of.
    let mut steps = vec![None];
    batch.push(&nft::begin(wanted).message(kind::BEGIN, flag::REQUEST)?);
    for message in messages {
        let flags = flag::REQUEST | message.flags;
        let bytes = message.body.message(message.kind, flags);
        let at = |errno| match message.step {
            Some(step) => Error::from(errno).at(step),
            None => Error::from(errno),
        };
        batch.push(&bytes.map_err(at)?);
        steps.push(message.step);
    }
    batch.push(&nft::bracket().message(kind::END, flag::REQUEST)?);
    let mut refused: Option<(usize, Error)> = None;
    netlink.batch(batch, &mut |n, message| {
        if message.kind != any_kind::ERROR {
            return;
        }
        if let Err(error) = ended(message)
            && refused.as_ref().is_none_or(|(before, _)| n < *before)
        {
            refused = Some((n, error));
        }
    })?;
    match refused {
        None => Ok(()),
        Some((n, error)) => Err(Error {
            // What is said of rules is told by the number alone.
            message: None,
            step: steps.get(n).copied().flatten().map(|step| step as u32),
            ..error
        }),
    }
}

/// Whether a step makes something that can have a mark.
const fn makes(change: &RulesetChange) -> bool {
    matches!(
        change,
        RulesetChange::AddTable { .. }
            | RulesetChange::AddChain { .. }
            | RulesetChange::AddRule { .. }
            | RulesetChange::ReplaceRule { .. }
            | RulesetChange::AddSet { .. }
            | RulesetChange::AddObject { .. }
    )
}

/// Whether a step is of a chain that the next one sets the policy of, and does nothing else.
fn gets_policy(changes: &[RulesetChange], step: usize) -> bool {
    let (Some(first), Some(RulesetChange::SetPolicy { chain: of, .. })) =
        (changes.get(step), changes.get(step + 1))
    else {
        return false;
    };
    matches!(first, RulesetChange::AddChain { chain, base: None, comment: None, exclusive: false }
        if chain == of)
}

/// The message that gives a chain another name: it is found by its number then.
fn rename(netlink: &mut Netlink, of: &ChainRef, name: &str) -> Result<Writer> {
    let asked = chain::name(of);
    let found = netlink.ask(kind::CHAIN + kind::GET, asked, chain::decode)?;
    let (_, found) = found.ok_or(Errno::NOENT)?;
    Ok(chain::rename(&of.table, found.handle, name))
}

/// Sets what objects counted to nothing, which is no part of a transaction.
fn reset(netlink: &mut Netlink, changes: &[RulesetChange]) -> Result<()> {
    for (step, change) in changes.iter().enumerate() {
        if let RulesetChange::ResetObject {
            table,
            kind: of,
            name,
        } = change
        {
            let asked = object::name(table, *of, name);
            let done = netlink.ask(kind::RESET_OBJECT, asked, |_| Some(()));
            done.map_err(|error| error.at(step))?;
        }
    }
    Ok(())
}
