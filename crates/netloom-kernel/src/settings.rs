//! The settings of a namespace (`/proc/sys/net`), by their dotted names. A device's name may have dots:
//! they stand as slashes then, as sysctl(8) writes them.

use crate::{namespace, refused};
use netloom_model::{Errno, NsName, Result};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

const ROOT: &str = "/proc/sys";

fn swapped(text: &str) -> String {
    let swap = |letter| match letter {
        '/' => '.',
        '.' => '/',
        other => other,
    };
    text.chars().map(swap).collect()
}

/// All of them that can be read.
pub(crate) fn read(ns: &NsName) -> Result<BTreeMap<String, String>> {
    namespace::inside(ns, || {
        let mut all = BTreeMap::new();
        gather(&Path::new(ROOT).join("net"), &mut all);
        all
    })
}

/// There are several hundred files in a namespace, so each costs three calls: it is opened, read, closed.
fn gather(folder: &Path, all: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            gather(&path, all);
            continue;
        }
        let name = path.strip_prefix(ROOT).ok().and_then(Path::to_str);
        if let (Some(name), Ok(value)) = (name, value(&path)) {
            all.insert(swapped(name), value);
        }
    }
}

/// What is in a file, without the end of its last line.
fn value(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut page = [0; 4096];
    let mut all = Vec::new();
    loop {
        let size = file.read(&mut page)?;
        all.extend_from_slice(&page[..size]);
        // The kernel says as much at once as there is place for.
        if size < page.len() {
            break;
        }
    }
    let text = String::from_utf8_lossy(&all);
    Ok(text.trim_end_matches('\n').to_owned())
}

/// Reads one.
///
/// # Errors
/// `ENOENT` if there is none of that name.
pub(crate) fn get(ns: &NsName, name: &str) -> Result<String> {
    let path = PathBuf::from(ROOT).join(swapped(name));
    let read = namespace::inside(ns, || value(&path))?;
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
    let written = namespace::inside(ns, || fs::write(&path, value))?;
    written.map_err(|error| refused(&error))
}
