//! Which programs hold sockets: files of processes that are `socket:[INODE]`.

use netloom_model::socket_list::{ListedSocket, SocketProgram};
use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// Puts the program that holds it to each socket, as far as this process may know; of several, the one
/// with the lowest number.
pub(crate) fn name<'a>(sockets: impl Iterator<Item = &'a mut ListedSocket>) {
    let held = sockets.filter(|socket| socket.inode != 0);
    let mut wanted: HashMap<u32, &mut ListedSocket> =
        held.map(|socket| (socket.inode, socket)).collect();
    if wanted.is_empty() {
        return;
    }
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let mut pids: Vec<u32> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    pids.sort_unstable();
    for pid in pids {
        let folder = Path::new("/proc").join(pid.to_string());
        for (fd, inode) in sockets_of(&folder) {
            let Some(socket) = wanted.remove(&inode) else {
                continue;
            };
            let name = fs::read_to_string(folder.join("comm")).unwrap_or_default();
            let name = name.trim_end_matches('\n').to_owned();
            socket.client = Some(pid.into());
            socket.program = Some(SocketProgram { pid, name, fd });
        }
    }
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
