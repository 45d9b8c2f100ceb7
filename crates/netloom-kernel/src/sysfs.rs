//! What files of devices alone tell (`/sys/class/net`, the kernel's documentation of its ABI): who chose the address
//! of a bridge, and a flag of TUNs.
//!
//! Left out where the files cannot be mounted, as without rights in the user namespace that the namespace is of.

use crate::mounted::mounted;
use crate::namespace;
use netloom_model::{Link, LinkKind, NsName};
use rustix::fs::{Mode, OFlags, openat};
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;

/// The address was set by a user (`NET_ADDR_SET`).
const SET: u32 = 3;

/// `IFF_ONE_QUEUE`.
const ONE_QUEUE: u32 = 0x2000;

/// A number that a device's file says.
fn number(files: &OwnedFd, device: &str, name: &str) -> Option<u32> {
    let path = format!("class/net/{device}/{name}");
    let opened = openat(files, path, OFlags::CLOEXEC, Mode::empty()).ok()?;
    let mut text = String::new();
    File::from(opened).read_to_string(&mut text).ok()?;
    let text = text.trim();
    match text.strip_prefix("0x") {
        Some(hex) => u32::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

/// Completes the links of a namespace by what their files say.
pub(crate) fn complete(ns: &NsName, links: &mut [Link]) {
    let told = |link: &Link| matches!(link.kind, LinkKind::Bridge(_) | LinkKind::Tun(_));
    if !links.iter().any(told) {
        return;
    }
    let read = || {
        let Ok(files) = mounted("sysfs") else {
            return;
        };
        for link in links {
            match &mut link.kind {
                LinkKind::Bridge(bridge) => {
                    if let Some(how) = number(&files, &link.name, "addr_assign_type") {
                        bridge.address_set = how == SET;
                    }
                }
                LinkKind::Tun(tun) => {
                    let flags = number(&files, &link.name, "tun_flags");
                    tun.one_queue = flags.is_some_and(|flags| flags & ONE_QUEUE != 0);
                }
                _ => {}
            }
        }
    };
    // What they say is of no more weight than the rest: without them it is as it was told.
    let _ = namespace::inside(ns, read);
}
