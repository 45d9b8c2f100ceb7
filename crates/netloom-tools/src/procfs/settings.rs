//! `/proc/sys`: settings, as sysctl(8) reads them.

use super::{Read, namespace};
use crate::Context;
use crate::sysctl::swap;
use netloom_model::state::Parts;
use netloom_model::{Errno, NsName};

/// Settings that can only be written.
const WRITTEN: [&str; 2] = ["net.ipv4.route.flush", "net.ipv6.route.flush"];

/// The setting at `path` below `/proc/sys`. The world has all there is below `net`; of the rest it
/// has what it knows.
pub(super) fn read(cx: &mut Context<'_>, ns: &NsName, path: &str) -> Option<Read> {
    let name = swap(path);
    if WRITTEN.contains(&name.as_str()) {
        return Some(Err(Errno::ACCES));
    }
    let parts = Parts {
        sysctls: true,
        ..Parts::NONE
    };
    let settings = match namespace(cx, ns, parts) {
        Ok(ns) => ns.sysctls,
        Err(errno) => return Some(Err(errno)),
    };
    if let Some(value) = settings.get(&name) {
        return Some(Ok(format!("{value}\n")));
    }
    let of_device = name.strip_suffix(".stable_secret");
    if of_device.is_some_and(|conf| settings.contains_key(&format!("{conf}.addr_gen_mode"))) {
        // Nothing was written to it yet.
        return Some(Err(Errno::IO));
    }
    let folder = format!("{name}.");
    if settings.keys().any(|name| name.starts_with(&folder)) {
        return (path == "net" || path.starts_with("net/")).then_some(Err(Errno::ISDIR));
    }
    path.starts_with("net/").then_some(Err(Errno::NOENT))
}
