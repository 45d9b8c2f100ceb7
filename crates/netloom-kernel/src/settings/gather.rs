//! All settings of the namespace of a thread.
//!
//! Most are of devices, and messages tell them at a time; a file is opened for what they leave out. Which
//! files there are the kernel says: those of one device are those of every other.

use super::files::{entries, folder, mounted, shared, text};
use super::{Told, swapped};
use netloom_model::Family;
use netloom_netlink::setting::{self, OF_NEIGHBOURS, OfNeighbours, Place};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::os::fd::OwnedFd;

/// How many namespaces a thread reads by one file system.
const SHARE: u32 = 32;

thread_local! {
    static FILES: RefCell<Files> = RefCell::default();
}

/// By what a thread reads.
///
/// In the file system that everybody shares, the files of one name are found by walking along those of all
/// namespaces, so that each costs more than the one before; a thread that reads many has one of its own,
/// and a fresh one from time to time.
#[derive(Default)]
struct Files {
    /// How many namespaces were read.
    count: u32,
    own: Option<OwnedFd>,
    /// What the files say of devices that treat their neighbours alike.
    alike: HashMap<(Family, OfNeighbours), Vec<(String, String)>>,
}

impl Files {
    /// The folder of the settings of the network.
    fn root(&mut self) -> rustix::io::Result<OwnedFd> {
        if self.count > 0 && self.count.is_multiple_of(SHARE) {
            self.own = mounted().ok();
            self.alike.clear();
        }
        self.count += 1;
        match &self.own {
            Some(own) => folder(own, "sys/net").or_else(|_| shared()),
            None => shared(),
        }
    }
}

/// All of them that can be read.
pub(super) fn all(told: &Told) -> BTreeMap<String, String> {
    FILES.with_borrow_mut(|files| {
        let root = files.root();
        let mut gathering = Gathering {
            told,
            files,
            all: BTreeMap::new(),
        };
        if let Ok(root) = root {
            gathering.folder(&root, "net");
        }
        gathering.all
    })
}

struct Gathering<'a> {
    told: &'a Told,
    files: &'a mut Files,
    all: BTreeMap<String, String>,
}

impl Gathering<'_> {
    /// What is in a folder and those below it.
    fn folder(&mut self, at: &OwnedFd, name: &str) {
        match name {
            "net.ipv4.conf" => return self.numbers(at, name, Family::V4),
            "net.ipv6.conf" => return self.numbers(at, name, Family::V6),
            "net.ipv4.neigh" => return self.neighbours(at, name, Family::V4),
            "net.ipv6.neigh" => return self.neighbours(at, name, Family::V6),
            _ => {}
        }
        for (entry, is_folder) in entries(at) {
            let full = under(name, &entry);
            if !is_folder {
                self.file(at, &entry, full);
            } else if let Ok(below) = folder(at, &entry) {
                self.folder(&below, &full);
            }
        }
    }

    fn file(&mut self, at: &OwnedFd, entry: &str, full: String) {
        if let Some(value) = text(at, entry) {
            self.all.insert(full, value);
        }
    }

    /// A folder with one for each device, of which links tell numbers.
    fn numbers(&mut self, at: &OwnedFd, name: &str, family: Family) {
        let mut known: Option<Vec<(String, Option<Place>)>> = None;
        for (device, _) in entries(at) {
            let full = under(name, &device);
            let (Some(names), Some(numbers)) = (&known, self.told.numbers(family, &device)) else {
                // `all`, `default`: of these nobody tells.
                if let Some(read) = device_files(at, &device) {
                    let place = |(name, _): &(String, _)| {
                        let place = setting::place(family, name);
                        (name.clone(), place)
                    };
                    known = Some(read.iter().map(place).collect());
                    self.add(&full, read);
                }
                continue;
            };
            let mut opened = None;
            for (file, place) in names {
                let told = place.and_then(|place| numbers.text(place));
                let value = told.or_else(|| {
                    if opened.is_none() {
                        opened = folder(at, &device).ok();
                    }
                    text(opened.as_ref()?, file)
                });
                self.all
                    .extend(value.map(|value| (under(&full, file), value)));
            }
        }
    }

    /// A folder with one for each device that has neighbours.
    fn neighbours(&mut self, at: &OwnedFd, name: &str, family: Family) {
        for (device, _) in entries(at) {
            let full = under(name, &device);
            let told = self.told.neighbours(family, &device);
            let key = told.map(|told| (family, told.clone()));
            if let Some(alike) = key.as_ref().and_then(|key| self.files.alike.get(key)) {
                for (file, value) in alike {
                    self.all.insert(under(&full, file), value.clone());
                }
                continue;
            }
            let Some(read) = device_files(at, &device) else {
                continue;
            };
            let follows = |(name, value): &(String, Option<String>)| {
                OF_NEIGHBOURS.contains(&name.as_str()) && value.is_some()
            };
            if let Some(key) = key
                && read.iter().all(follows)
            {
                let each = read.iter().cloned();
                let each = each.filter_map(|(name, value)| Some((name, value?)));
                self.files.alike.insert(key, each.collect());
            }
            self.add(&full, read);
        }
    }

    fn add(&mut self, folder: &str, read: Read) {
        for (file, value) in read {
            self.all
                .extend(value.map(|value| (under(folder, &file), value)));
        }
    }
}

/// Files: their names, and what each says.
type Read = Vec<(String, Option<String>)>;

/// The files of a device; none where it went meanwhile.
fn device_files(at: &OwnedFd, device: &str) -> Option<Read> {
    let at = folder(at, device).ok()?;
    let each = entries(&at).into_iter();
    let each = each.filter(|(_, is_folder)| !is_folder);
    let read = |(name, _): (String, bool)| {
        let value = text(&at, &name);
        (name, value)
    };
    Some(each.map(read).collect()).filter(|read: &Read| !read.is_empty())
}

/// The dotted name of what is in a folder.
fn under(folder: &str, entry: &str) -> String {
    let mut name = String::with_capacity(folder.len() + 1 + entry.len());
    name.push_str(folder);
    name.push('.');
    name.push_str(&swapped(entry));
    name
}
