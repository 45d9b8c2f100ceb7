//! The device that `ping` is told to use, and addresses that mean nothing without theirs.

use super::Failure;
use super::options::Options;
use crate::Context;
use core::net::{IpAddr, Ipv6Addr};
use netloom_model::state::Parts;
use netloom_model::{LinkRef, Namespace};

/// Whether an address means nothing without its link (RFC 4007).
pub(super) fn is_near(addr: IpAddr) -> bool {
    match addr {
        IpAddr::V6(v6) => {
            let group = v6.is_multicast() && matches!(v6.segments()[0] & 0xf, 1 | 2);
            v6.is_unicast_link_local() || group
        }
        IpAddr::V4(_) => false,
    }
}

/// Of IPv6, what is on the link of a device that was named has no source before it is sent.
pub(super) fn source_unknown(options: &Options) -> Option<IpAddr> {
    let near = options.device.is_some() && options.source.is_none() && is_near(options.to);
    near.then(|| Ipv6Addr::UNSPECIFIED.into())
}

fn here(cx: &mut Context<'_>) -> Namespace {
    let parts = Parts {
        addresses: true,
        ..Parts::LINKS
    };
    let state = cx.world.snapshot(Some(&cx.ns), parts);
    let found = state.ok().and_then(|mut s| s.namespaces.remove(&cx.ns));
    found.unwrap_or_default()
}

/// Refuses links that are not there, as looking up the name of a host does.
pub(super) fn check(cx: &mut Context<'_>, options: &Options) -> Result<(), Failure> {
    if let Some(zone) = &options.zone {
        let known = here(cx).link(&reference(zone)).is_some();
        if !known || !is_near(options.to) {
            let text = format!("ping: {}: Name or service not known", options.name);
            return Err(Failure::new(text, 2));
        }
    }
    if let Some(device) = options.device.as_ref().filter(|_| options.to.is_ipv6())
        && here(cx).link(&LinkRef::from(&device[..])).is_none()
    {
        return Err(Failure::new(format!("ping: unknown iface: {device}"), 2));
    }
    Ok(())
}

/// A link by its name, or by its index.
fn reference(zone: &str) -> LinkRef {
    let index = zone.parse().map(LinkRef::Index);
    index.unwrap_or_else(|_| LinkRef::from(zone))
}

/// Warns where the source is no address of the device that was named.
pub(super) fn warn(cx: &mut Context<'_>, options: &Options, source: IpAddr) {
    let Some(device) = options.device.as_ref() else {
        return;
    };
    let here = here(cx);
    let index = here
        .link(&LinkRef::from(&device[..]))
        .map(|link| link.index);
    let mut addresses = here.addresses.iter();
    if !addresses.any(|a| Some(a.dev) == index && a.local.addr == source) {
        let _ = writeln!(
            cx.err,
            "ping: Warning: source address might be selected on device other than: {device}"
        );
    }
}
