//! The groups of the hardware that users had links listen to (`ip maddress add`).

use super::Both;
use crate::change::Change;
use crate::group::{Group, Membership};
use netloom_wire::MacAddr;

/// The groups of links, of those that a user named.
fn named(all: &[Membership]) -> impl Iterator<Item = (u32, MacAddr)> {
    all.iter().filter_map(|one| match one.group {
        Group::Link {
            address,
            by_hand: true,
        } => Some((one.dev, address)),
        _ => None,
    })
}

pub(super) fn remove(both: &Both<'_>, changes: &mut Vec<Change>) {
    let kept = |one| named(&both.desired.groups).any(|other| other == one);
    for (dev, address) in named(&both.current.groups) {
        if both.stays(dev) && !kept((dev, address)) {
            changes.push(Change::DelGroup {
                ns: both.ns.clone(),
                dev,
                address,
            });
        }
    }
}

pub(super) fn add(both: &Both<'_>, changes: &mut Vec<Change>) {
    let had = |one| named(&both.current.groups).any(|other| other == one);
    for (dev, address) in named(&both.desired.groups) {
        if !both.stays(dev) || !had((dev, address)) {
            changes.push(Change::AddGroup {
                ns: both.ns.clone(),
                dev,
                address,
            });
        }
    }
}
