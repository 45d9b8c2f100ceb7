//! The settings of a namespace (`/proc/sys/net`), by their dotted names. A device's name may have dots:
//! they stand as slashes then, as sysctl(8) writes them.
//!
//! `gather` reads all of them: from their files, and from what messages tell of devices (`told`), of which
//! each has more than a hundred.

mod files;
mod gather;
mod told;

use crate::netlink::Netlink;
use crate::{namespace, refused};
use files::value;
use netloom_model::setting::Settings;
use netloom_model::{Errno, NsName, Result};
use netloom_netlink::setting::OfLink;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use told::Told;

const ROOT: &str = "/proc/sys";

fn swapped(text: &str) -> String {
    let swap = |letter| match letter {
        '/' => '.',
        '.' => '/',
        other => other,
    };
    text.chars().map(swap).collect()
}

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    All,
    /// Those by which packets fare, as a snapshot has them: none that only tunes, and not how neighbours
    /// are treated by a device that has none.
    Deciding,
}

/// All that are wanted and can be read; `links`: what links told already.
pub(crate) fn read(
    netlink: &mut Netlink,
    ns: &NsName,
    links: Option<Vec<OfLink>>,
    wanted: Wanted,
) -> Result<Settings> {
    // What messages do not tell is in files.
    let told = Told::ask(netlink, links).unwrap_or_default();
    namespace::inside(ns, || gather::all(&told, wanted))
}

/// Those of some devices.
pub(crate) fn of_devices(ns: &NsName, names: &BTreeSet<String>) -> Result<Settings> {
    namespace::inside(ns, || gather::of_devices(names))
}

/// Reads one.
///
/// # Errors
/// `ENOENT` if there is none of that name.
pub(crate) fn get(ns: &NsName, name: &str) -> Result<String> {
    let path = PathBuf::from(ROOT).join(swapped(name));
    let read = namespace::inside(ns, || {
        File::open(&path).and_then(|file| value(file, str::to_owned))
    })?;
    read.map_err(|error| refused(&error))
}

/// Writes one.
///
/// # Errors
/// `ENOENT` if there is none of that name; what the kernel says of the value.
pub(crate) fn write(ns: &NsName, name: &str, value: &str) -> Result<()> {
    let path = PathBuf::from(ROOT).join(swapped(name));
    let outside = path.components().any(|part| part.as_os_str() == "..");
    if outside || !name.starts_with("net") {
        return Err(Errno::NOENT.into());
    }
    // A line in one write(2), as sysctl(8) does it: nothing is refused then, and not passed over.
    let line = format!("{value}\n");
    let write = || {
        let mut file = OpenOptions::new().write(true).open(&path)?;
        file.write(line.as_bytes()).map(|_| ())
    };
    let written = namespace::inside(ns, write)?;
    written.map_err(|error| refused(&error))
}
