//! Files of settings, as they are read by the hundred thousand.

use super::ROOT;
use core::mem::MaybeUninit;
use netloom_model::setting::Word;
use rustix::fs::{Dir, FileType, Mode, OFlags, RawDir, SeekFrom, openat, seek};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// The folder `/proc/sys/net` of the file system that everybody shares.
pub(super) fn shared() -> rustix::io::Result<OwnedFd> {
    folder(rustix::fs::CWD, Path::new(ROOT).join("net"))
}

/// A folder in another one.
pub(super) fn folder(
    within: impl AsFd,
    path: impl rustix::path::Arg,
) -> rustix::io::Result<OwnedFd> {
    openat(
        within,
        path,
        OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )
}

/// What is in a folder.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) is_folder: bool,
}

/// Everything that is in a folder.
pub(super) fn entries(folder: &OwnedFd) -> Vec<Entry> {
    let Ok(entries) = Dir::read_from(folder) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for entry in entries.flatten() {
        if let Ok(name) = entry.file_name().to_str()
            && name != "."
            && name != ".."
        {
            all.push(Entry {
                name: name.to_owned(),
                is_folder: entry.file_type() == FileType::Directory,
            });
        }
    }
    all
}

/// The first entry of a folder behind so many, which the kernel counts and does not look up.
pub(super) fn entry_behind(folder: &OwnedFd, count: usize) -> Option<String> {
    /// The folder itself, and the one that it is in.
    const SELF: usize = 2;
    seek(folder, SeekFrom::Start((SELF + count) as u64)).ok()?;
    let mut room = [MaybeUninit::uninit(); 512];
    let mut behind = RawDir::new(folder, &mut room);
    let first = behind.next()?.ok()?;
    Some(first.file_name().to_string_lossy().into_owned())
}

/// What came of reading a file.
pub(super) enum Text {
    Said(Word),
    /// It may not be read, or has nothing to say.
    Unreadable,
    Absent,
}

/// What the file of that name says.
pub(super) fn text(folder: &OwnedFd, name: &str) -> Text {
    match openat(folder, name, OFlags::CLOEXEC, Mode::empty()) {
        Ok(opened) => {
            let said = value(File::from(opened), Word::shared);
            said.map_or(Text::Unreadable, Text::Said)
        }
        Err(Errno::NOENT) => Text::Absent,
        Err(_) => Text::Unreadable,
    }
}

/// What `told` makes of what is in a file, without the end of its last line.
pub(super) fn value<T>(mut file: File, told: impl FnOnce(&str) -> T) -> io::Result<T> {
    // The kernel says as much at once as there is place for, of numbers once alone, and clears as much
    // memory first: little is enough for nearly all.
    let mut line = [0; 128];
    let size = file.read(&mut line)?;
    let (mut page, mut all) = (Vec::new(), &line[..size]);
    if size == line.len() {
        page.resize(4096, 0);
        file.rewind()?;
        let size = file.read(&mut page)?;
        page.truncate(size);
        file.read_to_end(&mut page)?;
        all = &page;
    }
    let text = String::from_utf8_lossy(all);
    Ok(told(text.trim_end_matches('\n')))
}
