//! What the VXLAN of a host knows of others (RFC 7348, bridge(8) `fdb ... dst`): behind which hosts an address
//! is. What carries its frames there is for whoever holds the engine to ask.
//!
//! Left out: learning, next hop objects, VXLANs that serve many networks (`external`) but to list their entries.

use super::Kind;
use crate::device::DevId;
use crate::net::Net;
use crate::notify;
use netloom_model::bridge::FdbRemote;
use netloom_model::link::Vxlan;
use netloom_model::{Errno, Error, FdbEntry, MacAddr, Mode, Result};

/// The entries of a VXLAN, the newest address first, the hosts of one in the order they came.
pub(crate) fn entries(net: &Net, dev: DevId) -> Option<&Vec<FdbEntry>> {
    match &net.dev(dev).kind {
        Kind::Outside(outside) if outside.vxlan().is_some() => Some(&outside.stations),
        _ => None,
    }
}

fn entries_mut(net: &mut Net, dev: DevId) -> Option<(&Vxlan, &mut Vec<FdbEntry>)> {
    match &mut net.dev_mut(dev).kind {
        Kind::Outside(outside) => outside.stations_mut(),
        _ => None,
    }
}

/// Takes an entry as a snapshot tells it; whether the device is a VXLAN.
pub(crate) fn restore(net: &mut Net, dev: DevId, entry: &FdbEntry) -> bool {
    match entries_mut(net, dev) {
        Some((_, entries)) => {
            entries.insert(0, entry.clone());
            true
        }
        None => false,
    }
}

/// Those of one address, which stand together.
fn of(entries: &[FdbEntry], address: MacAddr, network: Option<u32>) -> core::ops::Range<usize> {
    let network_of = |entry: &FdbEntry| entry.remote.as_ref().and_then(|remote| remote.src_vni);
    let is = |entry: &FdbEntry| entry.address == address && network_of(entry) == network;
    let begin = entries.iter().position(is).unwrap_or(0);
    let len = entries[begin..]
        .iter()
        .take_while(|entry| is(entry))
        .count();
    begin..begin + len
}

fn same_host(one: &FdbRemote, other: &FdbRemote) -> bool {
    let said = |remote: &FdbRemote| (remote.dst, remote.port, remote.vni, remote.via);
    said(one) == said(other)
}

/// Puts an entry in (`vxlan_fdb_update`).
pub(crate) fn add(net: &mut Net, dev: DevId, entry: &FdbEntry, mode: Mode) -> Result<()> {
    let (vxlan, entries) = entries_mut(net, dev).ok_or(Errno::OPNOTSUPP)?;
    let remote = entry.remote.as_deref().ok_or(Errno::INVAL)?;
    let family = vxlan.local.or(vxlan.remote).map(|own| own.is_ipv4());
    match remote.dst {
        None if remote.nhid.is_none() => return Err(Errno::INVAL.into()),
        Some(dst) if family.is_some_and(|v4| v4 != dst.is_ipv4()) => {
            return Err(Errno::AFNOSUPPORT.into());
        }
        _ => {}
    }
    let there = of(entries, entry.address, remote.src_vni);
    let several = entry.address.is_zero() || entry.address.is_multicast();
    match (mode, there.is_empty()) {
        (Mode::Add, false) => return Err(Errno::EXIST.into()),
        (Mode::Change, true) => return Err(Errno::NOENT.into()),
        (Mode::Replace, true) if several => return Err(Errno::OPNOTSUPP.into()),
        (Mode::Replace | Mode::Change, false) if several => {
            let text = "Cannot replace non-unicast fdb entries";
            return Err(Error::with(Errno::OPNOTSUPP, text));
        }
        _ => {}
    }
    let known = entries[there.clone()].iter().any(|one| {
        let said = one.remote.as_deref();
        said.is_some_and(|said| same_host(said, remote))
    });
    // What is known of an address is so for each of its hosts.
    for one in &mut entries[there.clone()] {
        (one.state, one.extern_learn, one.sticky) = (entry.state, entry.extern_learn, entry.sticky);
    }
    match mode {
        _ if known => {}
        _ if there.is_empty() => entries.insert(0, entry.clone()),
        Mode::Replace | Mode::Change => drop(entries.splice(there, [entry.clone()])),
        Mode::Append if several => entries.insert(there.end, entry.clone()),
        _ => {}
    }
    tell(net, dev, entry, false);
    Ok(())
}

/// Takes an address out, or one of the hosts behind which it is (`vxlan_fdb_delete`).
pub(crate) fn remove(
    net: &mut Net,
    dev: DevId,
    address: MacAddr,
    remote: Option<&FdbRemote>,
) -> Result<()> {
    let (_, entries) = entries_mut(net, dev).ok_or(Errno::OPNOTSUPP)?;
    let there = of(entries, address, remote.and_then(|remote| remote.src_vni));
    if there.is_empty() {
        return Err(Errno::NOENT.into());
    }
    let of_host =
        |entry: &FdbEntry| match (remote.filter(|remote| remote.dst.is_some()), &entry.remote) {
            (Some(wanted), Some(said)) => same_host(wanted, said),
            _ => true,
        };
    let (mut gone, mut at) = (Vec::new(), 0);
    entries.retain(|entry| {
        let goes = there.contains(&at) && of_host(entry);
        at += 1;
        if goes {
            gone.push(entry.clone());
        }
        !goes
    });
    for entry in gone {
        tell(net, dev, &entry, true);
    }
    Ok(())
}

fn tell(net: &mut Net, dev: DevId, entry: &FdbEntry, gone: bool) {
    notify::bridge::fdb(net, dev, gone, |_| entry.clone());
}

/// The hosts to which a frame for an address goes: those of its entry, or of that for all others.
pub(crate) fn hosts(net: &Net, dev: DevId, to: MacAddr) -> Vec<FdbRemote> {
    let entries = entries(net, dev).map(Vec::as_slice).unwrap_or_default();
    let own = of(entries, to, None);
    let there = match own.is_empty() {
        true => of(entries, MacAddr::ZERO, None),
        false => own,
    };
    let remote = |entry: &FdbEntry| entry.remote.as_deref().cloned().unwrap_or_default();
    let hosts: Vec<FdbRemote> = entries[there].iter().map(remote).collect();
    if !hosts.is_empty() {
        return hosts;
    }
    // The kernel enters it by itself, and others may not have told.
    let usual = match &net.dev(dev).kind {
        Kind::Outside(outside) => outside.vxlan().and_then(|vxlan| vxlan.remote),
        _ => None,
    };
    let host = usual.map(|dst| FdbRemote {
        dst: Some(dst),
        ..FdbRemote::default()
    });
    host.into_iter().collect()
}
