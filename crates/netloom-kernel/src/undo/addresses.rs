//! Brings back addresses: those that are there still are set as they were, and those of IPv4 come in
//! the order that they had within their prefix, of which the first is the primary one.

use super::kept::Kept;
use netloom_model::{Address, Change, Family, IpNet, Mode, NsName};
use netloom_netlink::address::wanted;

/// How many seconds may be between two readings of what is the same.
const NEAR: u32 = 2;

/// The changes that make addresses what they were.
pub(super) fn between(ns: &NsName, now: &Kept, before: &Kept) -> Vec<Change> {
    let passed = u32::try_from(now.at.duration_since(before.at).as_secs()).unwrap_or(u32::MAX);
    let was: Vec<Address> = before
        .ns
        .addresses
        .iter()
        .map(|was| later(was, passed))
        .collect();
    let mut all = Vec::new();
    for prefix in prefixes(&now.ns.addresses, &was) {
        let of = |addresses: &[Address]| -> Vec<Address> {
            let own = addresses.iter().filter(|one| place(one) == prefix);
            own.cloned().collect()
        };
        let (there, was) = (of(&now.ns.addresses), of(&was));
        let (kept, gone, missing) = match prefix.1.family() {
            Family::V4 => in_order(there, was),
            Family::V6 => in_any_order(there, &was),
        };
        let set = kept.into_iter().filter(|(one, was)| !is_same(one, was));
        all.extend(set.map(|(_, was)| add(ns, was, Mode::Replace)));
        all.extend(gone.into_iter().map(|address| Change::DelAddress {
            ns: ns.clone(),
            address,
            exact: true,
        }));
        // What has no time left has gone by itself.
        let missing = missing.into_iter().filter(|was| was.valid_lft != Some(0));
        all.extend(missing.map(|was| add(ns, was, Mode::Add)));
    }
    all
}

fn add(ns: &NsName, was: Address, mode: Mode) -> Change {
    Change::AddAddress {
        ns: ns.clone(),
        address: wanted(was),
        mode,
    }
}

/// An address some seconds later.
fn later(was: &Address, passed: u32) -> Address {
    let left = |seconds: Option<u32>| seconds.map(|seconds| seconds.saturating_sub(passed));
    Address {
        valid_lft: left(was.valid_lft),
        preferred_lft: left(was.preferred_lft),
        ..was.clone()
    }
}

/// The device and the prefix of an address, among which there is an order.
fn place(address: &Address) -> (u32, IpNet) {
    (address.dev, address.prefix())
}

fn prefixes(now: &[Address], was: &[Address]) -> Vec<(u32, IpNet)> {
    let mut all = Vec::new();
    for address in was.iter().chain(now) {
        if !all.contains(&place(address)) {
            all.push(place(address));
        }
    }
    all
}

/// Whether two are one address, of which the rest can be set.
fn is_one(one: &Address, other: &Address) -> bool {
    let of_v4 = |address: &Address| (address.noprefixroute, address.label.clone(), address.scope);
    (one.local, one.peer, one.broadcast, one.autojoin)
        == (other.local, other.peer, other.broadcast, other.autojoin)
        && (one.local.family() == Family::V6 || of_v4(one) == of_v4(other))
}

/// Whether nothing is to be set of an address.
fn is_same(one: &Address, was: &Address) -> bool {
    let plain = |address: &Address| Address {
        valid_lft: None,
        preferred_lft: None,
        ..wanted(address.clone())
    };
    let near = |one: Option<u32>, was: Option<u32>| match (one, was) {
        (Some(one), Some(was)) => one.abs_diff(was) <= NEAR,
        (one, was) => one == was,
    };
    plain(one) == plain(was)
        && near(one.valid_lft, was.valid_lft)
        && near(one.preferred_lft, was.preferred_lft)
}

/// Which stay, each as it is and as it was; which go, and which come.
type Split = (Vec<(Address, Address)>, Vec<Address>, Vec<Address>);

/// From the first on that is another, all go, the last before the first, which would take them along.
fn in_order(there: Vec<Address>, was: Vec<Address>) -> Split {
    let both = there.iter().zip(&was);
    let same = both.take_while(|(one, was)| is_one(one, was)).count();
    let (mut there, mut was) = (there, was);
    let (mut gone, missing) = (there.split_off(same), was.split_off(same));
    gone.reverse();
    (there.into_iter().zip(was).collect(), gone, missing)
}

/// The kernel puts what is new first.
fn in_any_order(there: Vec<Address>, was: &[Address]) -> Split {
    let is_in = |one: &Address, all: &[Address]| all.iter().any(|other| is_one(one, other));
    let gone = there
        .iter()
        .filter(|one| !is_in(one, was))
        .cloned()
        .collect();
    let missing = was
        .iter()
        .filter(|was| !is_in(was, &there))
        .rev()
        .cloned()
        .collect();
    let mut kept = Vec::new();
    for one in there {
        let found = was.iter().find(|was| is_one(&one, was)).cloned();
        kept.extend(found.map(|was| (one, was)));
    }
    (kept, gone, missing)
}
