//! Addresses. Those of IPv4 stand in an order that says which goes with which, so that where a link's
//! differ, all of them are put there anew.

use super::Both;
use crate::address::{Address, AddressFlags};
use crate::change::{Change, Mode};
use crate::link::LinkKind;
use crate::names::Family;

/// What a user says of an address.
fn said(address: &Address) -> Address {
    let flags = AddressFlags {
        nodad: address.flags.nodad,
        home: address.flags.home,
        manage_temp: address.flags.manage_temp,
        ..AddressFlags::default()
    };
    Address {
        secondary: false,
        flags,
        // How much is left of them changes by itself.
        valid_lft: address.valid_lft.map(|_| 0),
        preferred_lft: address.preferred_lft.map(|_| 0),
        ..address.clone()
    }
}

/// Whether the kernel makes an address by itself.
fn by_itself(address: &Address) -> bool {
    let flags = &address.flags;
    flags.temporary
        || flags.autoconf
        || matches!(address.local.addr, core::net::IpAddr::V6(addr)
            if addr.is_unicast_link_local() || addr.is_loopback())
}

fn of(all: &[Address], dev: u32, family: Family) -> impl Iterator<Item = &Address> {
    let own = move |a: &&Address| a.dev == dev && a.local.family() == family && !by_itself(a);
    all.iter().filter(own)
}

/// Whether the addresses of IPv4 of a link differ.
pub(super) fn differ(both: &Both<'_>, dev: u32) -> bool {
    let told = |all| of(all, dev, Family::V4).map(said).collect::<Vec<_>>();
    !both.stays(dev) || told(&both.current.addresses) != told(&both.desired.addresses)
}

/// Whether an address of IPv6 is there before and after.
fn in_both(both: &Both<'_>, address: &Address, other: &[Address]) -> bool {
    both.stays(address.dev) && other.iter().any(|o| said(o) == said(address))
}

pub(super) fn remove(both: &Both<'_>, changes: &mut Vec<Change>) {
    let mut delete = |address: &Address| {
        changes.push(Change::DelAddress {
            ns: both.ns.clone(),
            address: address.clone(),
            exact: true,
        });
    };
    let devices = both.current.links.iter().map(|link| link.index);
    for dev in devices.filter(|dev| both.stays(*dev)) {
        if differ(both, dev) {
            // The secondaries would go with their primary.
            let mut all: Vec<_> = of(&both.current.addresses, dev, Family::V4).collect();
            all.sort_by_key(|address| !address.secondary);
            all.into_iter().for_each(&mut delete);
        }
        let six = of(&both.current.addresses, dev, Family::V6);
        six.filter(|address| !in_both(both, address, &both.desired.addresses))
            .for_each(&mut delete);
    }
}

/// Puts the addresses of the loopback there, or those of all other links.
pub(super) fn add(both: &Both<'_>, loopback: bool, changes: &mut Vec<Change>) {
    let mut put = |address: &Address| {
        changes.push(Change::AddAddress {
            ns: both.ns.clone(),
            address: address.clone(),
            mode: Mode::Replace,
        });
    };
    let links = both.desired.links.iter();
    let wanted = links.filter(|link| matches!(link.kind, LinkKind::Loopback) == loopback);
    for dev in wanted.map(|link| link.index) {
        if differ(both, dev) {
            of(&both.desired.addresses, dev, Family::V4).for_each(&mut put);
        }
        // The newest stands first.
        let six: Vec<_> = of(&both.desired.addresses, dev, Family::V6).collect();
        let six = six.into_iter().rev();
        six.filter(|address| !in_both(both, address, &both.current.addresses))
            .for_each(&mut put);
    }
}
