//! Addresses (`struct ifaddrmsg`, `IFA_*`).

use crate::{Attributes, Writer, family_number, family_of, flag, kind, u32_at};
use core::net::IpAddr;
use netloom_model::address::AddressFlags;
use netloom_model::{Address, Errno, Family, IpNet, Scope};

const FIXED: usize = 8;
const ADDRESS: u16 = 1;
const LOCAL: u16 = 2;
const LABEL: u16 = 3;
const BROADCAST: u16 = 4;
const CACHEINFO: u16 = 6;
const FLAGS: u16 = 8;
const METRIC: u16 = 9;

/// Flags (`IFA_F_*`).
const SECONDARY: u32 = 0x1;
const NODAD: u32 = 0x2;
const OPTIMISTIC: u32 = 0x4;
const DAD_FAILED: u32 = 0x8;
const HOME: u32 = 0x10;
const DEPRECATED: u32 = 0x20;
const TENTATIVE: u32 = 0x40;
const PERMANENT: u32 = 0x80;
const MANAGE_TEMP: u32 = 0x100;
const NOPREFIXROUTE: u32 = 0x200;
const AUTOJOIN: u32 = 0x400;
const STABLE_PRIVACY: u32 = 0x800;

fn flags(address: &Address) -> u32 {
    let of = &address.flags;
    let permanent = address.valid_lft.is_none() && !of.autoconf;
    let all = [
        (address.secondary || of.temporary, SECONDARY),
        (of.nodad, NODAD),
        (of.optimistic, OPTIMISTIC),
        (of.dad_failed, DAD_FAILED),
        (of.home, HOME),
        (of.tentative, TENTATIVE),
        (permanent, PERMANENT),
        (of.manage_temp, MANAGE_TEMP),
        (address.noprefixroute, NOPREFIXROUTE),
        (address.autojoin, AUTOJOIN),
        (of.stable_privacy, STABLE_PRIVACY),
    ];
    let set = all.into_iter().filter(|(on, _)| *on);
    set.fold(0, |flags, (_, flag)| flags | flag)
}

/// An address as a message of many.
///
/// # Errors
/// `EMSGSIZE`: no message has room for all of it.
pub fn encode(address: &Address) -> Result<Vec<u8>, Errno> {
    body(address).message(kind::ADDRESS, flag::MULTI | flag::FILTERED)
}

/// An address as the body of a message that tells of it, or that adds it.
#[must_use]
pub fn body(address: &Address) -> Writer {
    let v6 = address.local.family() == Family::V6;
    let flags = flags(address);
    let mut fixed = vec![
        family_number(address.local.family()),
        address.local.len,
        flags as u8,
        address.scope.0,
    ];
    fixed.extend(address.dev.to_le_bytes());
    let mut message = Writer::new(&fixed);
    let local = address.local.addr;
    message.addr(ADDRESS, address.peer.unwrap_or(local));
    if !v6 || address.peer.is_some() {
        message.addr(LOCAL, local);
    }
    if let Some(broadcast) = address.broadcast {
        message.addr(BROADCAST, IpAddr::V4(broadcast));
    }
    if !v6 && !address.label.is_empty() {
        message.text(LABEL, &address.label);
    }
    message.u32(FLAGS, flags);
    if address.metric != 0 {
        message.u32(METRIC, address.metric);
    }
    let mut info = [0; 16];
    let seconds = |lft: Option<u32>| lft.unwrap_or(u32::MAX).to_le_bytes();
    info[..4].copy_from_slice(&seconds(address.preferred_lft));
    info[4..8].copy_from_slice(&seconds(address.valid_lft));
    message.put(CACHEINFO, &info);
    message
}

/// The body of a request that takes an address away: with its prefix length, or whichever it has.
#[must_use]
pub fn remove(address: &Address, exact: bool) -> Writer {
    let len = if exact {
        address.local.len
    } else {
        address.local.family().bits()
    };
    let mut fixed = vec![
        family_number(address.local.family()),
        len,
        0,
        address.scope.0,
    ];
    fixed.extend(address.dev.to_le_bytes());
    let mut message = Writer::new(&fixed);
    message.addr(LOCAL, address.local.addr);
    if exact {
        message.addr(ADDRESS, address.peer.unwrap_or(address.local.addr));
    }
    message
}

/// The body of a request for all addresses of a family.
#[must_use]
pub fn ask(family: Family) -> Writer {
    Writer::of_family::<FIXED>(family)
}

/// The address of a message's body; none if it is not one of IP.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Address> {
    let &[family, len, short, scope, ..] = body else {
        return None;
    };
    let family = family_of(family).filter(|family| len <= family.bits())?;
    let attributes = Attributes::behind(body, FIXED);
    let prefix = attributes.addr(ADDRESS);
    let local = attributes.addr(LOCAL).or(prefix)?;
    if Family::of(local) != family {
        return None;
    }
    let net = IpNet { addr: local, len };
    let label = attributes.text(LABEL).unwrap_or_default();
    let mut address = Address::new(u32_at(body, 4)?, net, label);
    address.peer = prefix.filter(|peer| *peer != local);
    address.scope = Scope(scope);
    address.broadcast = match attributes.addr(BROADCAST) {
        Some(IpAddr::V4(broadcast)) => Some(broadcast),
        _ => None,
    };
    address.metric = attributes.u32(METRIC).unwrap_or(0);
    let flags = attributes.u32(FLAGS).unwrap_or(short.into());
    let has = |flag| flags & flag != 0;
    let v6 = family == Family::V6;
    address.secondary = !v6 && has(SECONDARY);
    address.noprefixroute = has(NOPREFIXROUTE);
    address.autojoin = has(AUTOJOIN);
    address.flags = AddressFlags {
        tentative: has(TENTATIVE),
        dad_failed: has(DAD_FAILED),
        nodad: has(NODAD),
        optimistic: has(OPTIMISTIC),
        home: has(HOME),
        manage_temp: has(MANAGE_TEMP),
        temporary: v6 && has(SECONDARY),
        autoconf: v6 && !has(PERMANENT),
        stable_privacy: has(STABLE_PRIVACY),
    };
    let seconds = |at| {
        let info = attributes.get(CACHEINFO)?;
        u32_at(info, at).filter(|seconds| *seconds != u32::MAX)
    };
    (address.preferred_lft, address.valid_lft) = (seconds(0), seconds(4));
    // Of what stays for ever both times are told as for ever.
    if has(DEPRECATED) {
        address.preferred_lft = address.preferred_lft.or(Some(0));
    }
    Some(address)
}

/// The same address as a request to add it: what only the kernel says of it is left out.
#[must_use]
pub fn wanted(mut address: Address) -> Address {
    address.secondary = false;
    address.flags = AddressFlags {
        tentative: false,
        dad_failed: false,
        temporary: false,
        autoconf: false,
        stable_privacy: false,
        ..address.flags
    };
    address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Messages;

    fn again(address: &Address) -> Option<Address> {
        let message = encode(address).unwrap();
        let read = Messages::new(&message, 0).next().unwrap().unwrap();
        decode(read.body)
    }

    #[test]
    fn addresses_come_back_as_they_were_written() {
        let mut address = Address::new(3, "10.0.0.5/32".parse().unwrap(), "eth0:1");
        address.peer = Some("10.0.0.6".parse().unwrap());
        (address.metric, address.noprefixroute) = (5, true);
        (address.valid_lft, address.preferred_lft) = (Some(1000), Some(900));
        assert_eq!(again(&address), Some(address));
        let mut address = Address::new(2, "2001:db8::1/64".parse().unwrap(), "");
        (address.flags.nodad, address.flags.tentative) = (true, true);
        assert_eq!(again(&address), Some(address.clone()));
        assert!(!wanted(address.clone()).flags.tentative && wanted(address).flags.nodad);
    }
}
