//! Addresses. Those of IPv4 stand in an order that says which goes with which, so that where a link's
//! differ, all of them are put there anew.

use super::Both;
use crate::address::{Address, AddressFlags};
use crate::change::{Change, Mode};
use crate::link::{AddrGenMode, Link, LinkFlags, LinkKind};
use crate::names::{Family, LinkRef};
use crate::route::{Route, protocol};
use crate::state::Namespace;
use core::net::{IpAddr, Ipv6Addr};
use netloom_wire::MacAddr;

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
fn by_itself(there: &Namespace, address: &Address) -> bool {
    let flags = &address.flags;
    let IpAddr::V6(local) = address.local.addr else {
        return false;
    };
    let link = there.link(&LinkRef::Index(address.dev));
    flags.temporary
        || flags.autoconf
        || local.is_loopback()
        || local.is_unicast_link_local() && link.is_none_or(|link| is_given(link, local))
}

/// Whether a link that comes up is given this address as its link-local one. It has to have a carrier for
/// that, which one that has such an address may have lost since.
fn is_given(link: &Link, local: Ipv6Addr) -> bool {
    let MacAddr([a, b, c, d, e, f]) = link.address;
    let eui64 = [
        0xfe,
        0x80,
        0,
        0,
        0,
        0,
        0,
        0,
        a ^ 2,
        b,
        c,
        0xff,
        0xfe,
        d,
        e,
        f,
    ];
    match link.addr_gen_mode {
        Some(AddrGenMode::None) => false,
        Some(AddrGenMode::StableSecret | AddrGenMode::Random) => true,
        Some(AddrGenMode::Eui64) | None => {
            let ether = link.kind.link_type() == "ether";
            link.flags.contains(LinkFlags::LOWER_UP) && (!ether || local.octets() == eui64)
        }
    }
}

fn of(there: &Namespace, dev: u32, family: Family) -> impl Iterator<Item = &Address> {
    let own =
        move |a: &&Address| a.dev == dev && a.local.family() == family && !by_itself(there, a);
    there.addresses.iter().filter(own)
}

/// The links in an order in which the routes that come of their addresses stand as they are to: of two that
/// lead to the same, that of the link whose address was there first comes first.
fn order(there: &Namespace, family: Family) -> Vec<&Link> {
    let own = |route: &&Route| route.protocol == protocol::KERNEL && route.family() == family;
    let dev = |route: &Route| route.nexthops.first().and_then(|hop| hop.dev);
    let routes: Vec<&Route> = there.routes.iter().filter(own).collect();
    let before = |one: &Link, other: &Link| {
        let key = |route: &Route| (route.table, route.dst, route.metric);
        routes.iter().enumerate().any(|(at, route)| {
            let mut behind = routes[at + 1..].iter();
            dev(route) == Some(one.index)
                && behind.any(|b| key(b) == key(route) && dev(b) == Some(other.index))
        })
    };
    let mut left: Vec<&Link> = there.links.iter().collect();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let first = left.iter().position(|link| {
            let mut others = left.iter().filter(|other| other.index != link.index);
            !others.any(|other| before(other, link))
        });
        ordered.push(left.remove(first.unwrap_or(0)));
    }
    ordered
}

/// Whether the addresses of IPv4 of a link differ.
pub(super) fn differ(both: &Both<'_>, dev: u32) -> bool {
    let told = |there| of(there, dev, Family::V4).map(said).collect::<Vec<_>>();
    !both.stays(dev) || told(both.current) != told(both.desired)
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
            let mut all: Vec<_> = of(both.current, dev, Family::V4).collect();
            all.sort_by_key(|address| !address.secondary);
            all.into_iter().for_each(&mut delete);
        }
        let six = of(both.current, dev, Family::V6);
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
    let wanted = |family| {
        let links = order(both.desired, family).into_iter();
        links.filter(|link| matches!(link.kind, LinkKind::Loopback) == loopback)
    };
    for link in wanted(Family::V4) {
        if differ(both, link.index) {
            of(both.desired, link.index, Family::V4).for_each(&mut put);
        }
    }
    for link in wanted(Family::V6) {
        // The newest stands first.
        let six: Vec<_> = of(both.desired, link.index, Family::V6).collect();
        let six = six.into_iter().rev();
        six.filter(|address| !in_both(both, address, &both.current.addresses))
            .for_each(&mut put);
    }
}
