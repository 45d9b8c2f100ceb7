//! Which programs hold sockets: files of processes that are `socket:[INODE]`. All processes are looked at
//! once for all the sockets that are listed within a moment.

use netloom_model::socket_list::{ListedSocket, SocketProgram};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long what was found is told.
const FRESH: Duration = Duration::from_millis(500);

type Held = Arc<HashMap<u32, SocketProgram>>;

static HELD: Mutex<Option<(Instant, Held)>> = Mutex::new(None);

/// Puts the program that holds it to each socket, as far as this process may know; of several, the one
/// with the lowest number.
pub(crate) fn name<'a>(sockets: impl Iterator<Item = &'a mut ListedSocket>) {
    let mut known = None;
    for socket in sockets.filter(|socket| socket.inode != 0) {
        let known = known.get_or_insert_with(held);
        if let Some(program) = known.get(&socket.inode) {
            socket.client = Some(program.pid.into());
            socket.program = Some(program.clone());
        }
    }
}

/// The holders of all sockets.
fn held() -> Held {
    let mut kept = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    match &*kept {
        Some((when, held)) if when.elapsed() < FRESH => Arc::clone(held),
        _ => {
            let held = Arc::new(find());
            *kept = Some((Instant::now(), Arc::clone(&held)));
            held
        }
    }
}

fn find() -> HashMap<u32, SocketProgram> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut pids: Vec<u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    pids.sort_unstable();
    let mut all = HashMap::new();
    for pid in pids {
        let folder = Path::new("/proc").join(pid.to_string());
        let open = sockets_of(&folder);
        if open.is_empty() {
            continue;
        }
        let name = fs::read_to_string(folder.join("comm")).unwrap_or_default();
        let name = name.trim_end_matches('\n');
        for (fd, inode) in open {
            all.entry(inode).or_insert_with(|| SocketProgram {
                pid,
                name: name.to_owned(),
                fd,
            });
        }
    }
    all
}

/// The sockets that a process has open: their numbers there, and their inodes.
fn sockets_of(folder: &Path) -> Vec<(u32, u32)> {
    let entries = fs::read_dir(folder.join("fd")).into_iter().flatten();
    let open = entries.flatten().filter_map(|entry| {
        let number = entry.file_name().to_str()?.parse().ok()?;
        let target = fs::read_link(entry.path()).ok()?;
        let inode = target.to_str()?.strip_prefix("socket:[")?;
        Some((number, inode.strip_suffix(']')?.parse().ok()?))
    });
    let mut open: Vec<(u32, u32)> = open.collect();
    open.sort_unstable();
    open
}
