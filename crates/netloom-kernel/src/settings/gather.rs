//! All settings of the namespace of a thread.
//!
//! Most are of devices, and messages tell them at a time; a file is opened for what they leave out. Which
//! files there are the kernel says: those of one device are those of every other, and most folders have the
//! same in each namespace. Who asks for what decides about packets alone has fewer files opened.

use super::files::{Entry, Text, entries, entry_behind, folder, shared, text};
use super::{Told, Wanted, swapped};
use crate::mounted::mounted;
use netloom_model::Family;
use netloom_model::setting::{Settings, Word, only_tunes};
use netloom_netlink::setting::{self, OF_NEIGHBOURS, OfNeighbours, Place};
use rustix::io::Errno;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::os::fd::OwnedFd;
use std::rc::Rc;

/// How many namespaces a thread reads by one file system.
const SHARE: u32 = 8;

/// Of how many folders a thread remembers what their entries are called.
const FOLDERS: usize = 1 << 12;

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
    /// What was in each folder of a namespace before.
    known: HashMap<String, Rc<[Entry]>>,
    /// What the entries of a folder are called, of which another namespace has the same.
    names: HashMap<String, Named>,
    /// What the files say of devices that treat their neighbours alike.
    alike: HashMap<(Family, OfNeighbours), Folder>,
}

impl Files {
    /// The folder of the settings of the network.
    fn root(&mut self) -> rustix::io::Result<OwnedFd> {
        if self.count > 0 && self.count.is_multiple_of(SHARE) {
            self.own = mounted("proc").ok();
            self.alike.clear();
        }
        self.count += 1;
        match &self.own {
            Some(own) => folder(own, "sys/net").or_else(|_| shared()),
            None => shared(),
        }
    }

    /// What is in a folder if it is as it was in another namespace: it has no more entries, and whoever
    /// finds each of them there knows that it has no others. To list a folder costs more than to open all
    /// that is in it.
    fn guess(&self, at: &OwnedFd, name: &str) -> Option<Rc<[Entry]>> {
        let known = self.known.get(name)?;
        entry_behind(at, known.len())
            .is_none()
            .then(|| Rc::clone(known))
    }

    /// What the entries of a folder are called.
    fn names(&mut self, folder: &str, entries: &Rc<[Entry]>) -> Rc<[Name]> {
        if let Some((of, names)) = self.names.get(folder)
            && Rc::ptr_eq(of, entries)
        {
            return Rc::clone(names);
        }
        if self.names.len() >= FOLDERS {
            self.names.clear();
        }
        let names = names(folder, entries);
        let known = (Rc::clone(entries), Rc::clone(&names));
        self.names.insert(folder.to_owned(), known);
        names
    }

    /// Lists a folder.
    fn list(&mut self, at: &OwnedFd, name: &str) -> Rc<[Entry]> {
        let all: Rc<[Entry]> = entries(at).into();
        // Where the kernel does not count entries, nothing is known of what is behind some of them.
        let last = all.len().checked_sub(1);
        let counts = last.is_some_and(|last| {
            let told = entry_behind(at, last);
            told.is_some_and(|told| told == all[last].name) && entry_behind(at, all.len()).is_none()
        });
        match counts {
            true => self.known.insert(name.to_owned(), Rc::clone(&all)),
            false => self.known.remove(name),
        };
        all
    }
}

/// All that are wanted and can be read.
pub(super) fn all(told: &Told, wanted: Wanted) -> Settings {
    FILES.with_borrow_mut(|files| {
        let root = files.root();
        let mut gathering = Gathering {
            told,
            wanted,
            files,
            all: Vec::new(),
        };
        if let Ok(root) = root {
            gathering.folder(&root, "net");
        }
        // To put each into its place would compare it with a dozen, and most of them come in order.
        gathering.all.into_iter().collect()
    })
}

/// Those of some devices that can be read.
pub(super) fn of_devices(devices: &BTreeSet<String>) -> Settings {
    let mut all = Settings::new();
    let Ok(root) = shared() else {
        return all;
    };
    for (place, name) in [
        ("ipv4/conf", "net.ipv4.conf"),
        ("ipv6/conf", "net.ipv6.conf"),
        ("ipv4/neigh", "net.ipv4.neigh"),
        ("ipv6/neigh", "net.ipv6.neigh"),
        ("mpls/conf", "net.mpls.conf"),
    ] {
        for device in devices {
            // One without a protocol has nothing of it.
            let Ok(at) = folder(&root, format!("{place}/{device}")) else {
                continue;
            };
            let entries = entries(&at).into();
            let own = names(&under(name, device), &entries);
            let read = device_files(&at, &entries, &own, Wanted::All);
            all.extend(read.into_iter().flat_map(|read| told(&own, read)));
        }
    }
    all
}

struct Gathering<'a> {
    told: &'a Told,
    wanted: Wanted,
    files: &'a mut Files,
    all: Vec<(Word, Word)>,
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
        let guessed = self.files.guess(at, name);
        if guessed.is_none_or(|entries| self.each(at, name, &entries).is_none()) {
            let entries = self.files.list(at, name);
            // What is gone since is gone.
            let _ = self.each(at, name, &entries);
        }
    }

    /// Reads the entries of a folder; none where one of them is not there.
    fn each(&mut self, at: &OwnedFd, name: &str, entries: &Rc<[Entry]>) -> Option<()> {
        let names = self.files.names(name, entries);
        for (entry, own) in entries.iter().zip(&*names) {
            if entry.is_folder {
                match folder(at, &entry.name) {
                    Ok(below) => self.folder(&below, &own.full),
                    Err(Errno::NOENT | Errno::NOTDIR) => return None,
                    Err(_) => {}
                }
                continue;
            }
            if !own.is_wanted(self.wanted) {
                continue;
            }
            match text(at, &entry.name) {
                Text::Said(value) => self.all.push((own.full.clone(), value)),
                Text::Unreadable => {}
                Text::Absent => return None,
            }
        }
        Some(())
    }

    /// The files of a device's folder, which has the same ones for each device of whichever namespace;
    /// none where it went meanwhile.
    fn device(&mut self, within: &OwnedFd, name: &str, device: &str) -> Option<Folder> {
        let at = folder(within, device).ok()?;
        let own = format!("{name}/*");
        let full = under(name, device);
        if let Some(entries) = self.files.guess(&at, &own)
            && let Some(read) = self.device_files(&at, &full, &entries)
        {
            return Some((entries, read));
        }
        let entries = self.files.list(&at, &own);
        let read = self.device_files(&at, &full, &entries)?;
        Some((entries, read))
    }

    fn device_files(&mut self, at: &OwnedFd, full: &str, entries: &Rc<[Entry]>) -> Option<Read> {
        let names = self.files.names(full, entries);
        device_files(at, entries, &names, self.wanted)
    }

    /// A folder with one for each device, of which links tell numbers.
    fn numbers(&mut self, at: &OwnedFd, name: &str, family: Family) {
        let mut known: Option<Rc<[Entry]>> = None;
        for Entry { name: device, .. } in entries(at) {
            let full = under(name, &device);
            let (Some(entries), Some(numbers)) = (&known, self.told.numbers(family, &device))
            else {
                // `all`, `default`: of these nobody tells.
                if let Some(folder) = self.device(at, name, &device) {
                    self.add(&full, &folder);
                    known = Some(folder.0);
                }
                continue;
            };
            let names = self.files.names(&full, entries);
            let mut opened = None;
            for (entry, own) in entries.iter().zip(&*names) {
                let told = own.place.and_then(|place| numbers.text(place));
                let told = told.map(|text| Word::shared(&text));
                let value = told.or_else(|| {
                    if opened.is_none() {
                        opened = folder(at, &device).ok();
                    }
                    match text(opened.as_ref()?, &entry.name) {
                        Text::Said(value) => Some(value),
                        Text::Unreadable | Text::Absent => None,
                    }
                });
                self.all
                    .extend(value.map(|value| (own.full.clone(), value)));
            }
        }
    }

    /// A folder with one for each device that has neighbours.
    fn neighbours(&mut self, at: &OwnedFd, name: &str, family: Family) {
        for Entry { name: device, .. } in entries(at) {
            if self.wanted == Wanted::Deciding && self.told.has_no_neighbours(&device) {
                continue;
            }
            let full = under(name, &device);
            let told = self.told.neighbours(family, &device);
            let key = told.map(|told| (family, told.clone()));
            if let Some(alike) = key.as_ref().and_then(|key| self.files.alike.get(key)) {
                let alike = alike.clone();
                self.add(&full, &alike);
                continue;
            }
            let Some(folder) = self.device(at, name, &device) else {
                continue;
            };
            let (entries, read) = &folder;
            let follows = |(entry, value): (&Entry, &Option<Word>)| {
                OF_NEIGHBOURS.contains(&entry.name.as_str()) && value.is_some()
            };
            if let Some(key) = key
                && entries.iter().zip(read).all(follows)
            {
                self.files.alike.insert(key, folder.clone());
            }
            self.add(&full, &folder);
        }
    }

    fn add(&mut self, full: &str, (entries, read): &Folder) {
        let names = self.files.names(full, entries);
        self.all.extend(told(&names, read.clone()));
    }
}

/// A folder's entries, and what they are called.
type Named = (Rc<[Entry]>, Rc<[Name]>);

/// An entry of a folder as a setting.
struct Name {
    full: Word,
    only_tunes: bool,
    /// Where links tell it.
    place: Option<Place>,
}

impl Name {
    fn is_wanted(&self, wanted: Wanted) -> bool {
        wanted == Wanted::All || !self.only_tunes
    }
}

fn names(folder: &str, entries: &Rc<[Entry]>) -> Rc<[Name]> {
    let of_links = [
        ("net.ipv4.conf.", Family::V4),
        ("net.ipv6.conf.", Family::V6),
    ];
    let mut of_links = of_links.iter();
    let family = of_links.find(|(of, _)| folder.starts_with(of));
    let name = |entry: &Entry| {
        let full = under(folder, &entry.name);
        Name {
            only_tunes: only_tunes(&full),
            place: family.and_then(|(_, family)| setting::place(*family, &entry.name)),
            full,
        }
    };
    entries.iter().map(name).collect()
}

/// What each entry of a folder says that is wanted and can be read.
type Read = Vec<Option<Word>>;

/// A folder's entries, and what they say.
type Folder = (Rc<[Entry]>, Read);

/// Settings by their names.
fn told(names: &[Name], read: Read) -> impl Iterator<Item = (Word, Word)> {
    let both = names.iter().zip(read);
    both.filter_map(|(name, value)| Some((name.full.clone(), value?)))
}

/// What the files of a device's folder say; none where one of them is not there.
fn device_files(
    at: &OwnedFd,
    entries: &Rc<[Entry]>,
    names: &[Name],
    wanted: Wanted,
) -> Option<Read> {
    let mut read = Vec::with_capacity(entries.len());
    for (entry, own) in entries.iter().zip(names) {
        let text = match !entry.is_folder && own.is_wanted(wanted) {
            true => text(at, &entry.name),
            false => Text::Unreadable,
        };
        read.push(match text {
            Text::Said(value) => Some(value),
            Text::Unreadable => None,
            Text::Absent => return None,
        });
    }
    Some(read).filter(|read| !read.is_empty())
}

/// The dotted name of what is in a folder.
fn under(folder: &str, entry: &str) -> Word {
    let mut name = String::with_capacity(folder.len() + 1 + entry.len());
    name.push_str(folder);
    name.push('.');
    match entry.contains('.') {
        true => name.push_str(&swapped(entry)),
        false => name.push_str(entry),
    }
    Word::shared(&name)
}
