//! Which programs hold the sockets of a world: the engine knows its clients by number, the server
//! their processes.

use netloom_model::State;
use netloom_model::socket_list::SocketProgram;
use std::collections::BTreeMap;
use std::fs;

/// The number of a program's first descriptor behind its standard streams.
const FIRST: u32 = 3;

/// Tells the program of each socket of `state`; `pid` knows the process of a client.
pub(super) fn tell(state: &mut State, pid: impl Fn(u64) -> Option<u32>) {
    // The sockets of a program in the order in which they were opened.
    let mut held: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    let sockets = state.namespaces.values().flat_map(|ns| &ns.sockets);
    for socket in sockets {
        if let Some(client) = socket.client {
            held.entry(client).or_default().push(socket.inode);
        }
    }
    held.values_mut().for_each(|inodes| inodes.sort_unstable());
    let sockets = state.namespaces.values_mut().flat_map(|ns| &mut ns.sockets);
    for socket in sockets {
        let Some(client) = socket.client else {
            continue;
        };
        let place = held[&client].binary_search(&socket.inode).unwrap_or(0);
        let program = pid(client).and_then(|pid| {
            let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
            Some(SocketProgram {
                pid,
                name: name.trim_end().to_owned(),
                fd: FIRST + place as u32,
            })
        });
        // Those of a host from which the world was loaded have nobody here, and keep what was told.
        socket.program = program.or_else(|| socket.program.take());
    }
}
