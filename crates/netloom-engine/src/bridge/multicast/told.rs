//! Changes of a bridge's database of groups that whoever listens is told of (`br_mdb_notify`).

use super::user;
use crate::device::DevId;
use crate::net::Net;
use crate::notify;
use netloom_model::MdbEntry;

/// Does something to the database of a bridge, and tells what came and went.
pub(super) fn changed<T>(net: &mut Net, master: DevId, change: impl FnOnce(&mut Net) -> T) -> T {
    if !notify::heard(net, net.ns_of(master)) {
        return change(net);
    }
    let before = user::of_bridge(net, master);
    let done = change(net);
    let after = user::of_bridge(net, master);
    let name = |entry: &MdbEntry| (entry.port, entry.group, entry.source, entry.vid);
    let differs = |all: &[MdbEntry], entry: &MdbEntry| !all.iter().any(|e| name(e) == name(entry));
    for entry in before.iter().filter(|entry| differs(&after, entry)) {
        notify::bridge::mdb(net, master, true, entry.clone());
    }
    for entry in after.iter().filter(|entry| differs(&before, entry)) {
        notify::bridge::mdb(net, master, false, entry.clone());
    }
    done
}
