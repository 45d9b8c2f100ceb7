//! What a host's state says, made by the kernel's backend where nothing is.

use crate::equal::difference;
use core::time::Duration;
use netloom_kernel::Kernel;
use netloom_model::diff::diff;
use netloom_model::state::Parts;
use netloom_model::{Change, NsName, State, World};
use std::thread::sleep;

/// What is made anew: everything but what passes (connections, sockets, counters).
pub(crate) const MADE: Parts = Parts {
    connections: false,
    sockets: false,
    counters: false,
    ..Parts::ALL
};

/// How often, and after how long, it is looked whether what a kernel does by and by (carrier, addresses
/// that nobody has) has come to rest.
const LOOKS: usize = 30;
const BETWEEN: Duration = Duration::from_millis(100);

/// How much is told of a change.
const MOST: usize = 2000;

/// The namespaces that have names, and that of the thread.
pub(crate) fn read() -> Result<State, String> {
    let state = Kernel::new().snapshot(None, MADE);
    state.map_err(|error| format!("it cannot be read: {error}"))
}

/// What is read once nothing moves any more.
pub(crate) fn rest(mut read: impl FnMut() -> Result<State, String>) -> Result<State, String> {
    let mut last = read()?;
    for _ in 0..LOOKS {
        sleep(BETWEEN);
        let now = read()?;
        let all = now.namespaces.values();
        let mut addresses = all.flat_map(|ns| &ns.addresses);
        let tentative = addresses.any(|address| address.flags.tentative);
        if !tentative && difference(&last, &now).is_empty() {
            return Ok(now);
        }
        last = now;
    }
    Ok(last)
}

/// Makes a state in namespaces that are new: the thread's own one, which has to be, and those of names.
/// How many changes that took.
pub(crate) fn make(wanted: &State) -> Result<usize, String> {
    let mut kernel = Kernel::new();
    let named = wanted.namespaces.keys().filter(|ns| !ns.is_first());
    for ns in named {
        let made = kernel.apply(vec![Change::AddNamespace(ns.clone())]);
        made.map_err(|error| format!("{ns}: {error}"))?;
    }
    let empty = read()?;
    let changes = diff(&empty, wanted);
    let count = changes.len();
    let Err(error) = kernel.apply(changes.clone()) else {
        return Ok(count);
    };
    // Which one it was: those before it stand once each is carried out alone.
    for change in changes {
        let mut told = format!("{change:?}");
        told.truncate(MOST);
        // An id that was given stays.
        let again = matches!(change, Change::SetNsid { .. });
        if let Err(error) = kernel.apply(vec![change])
            && !again
        {
            return Err(format!("refused: {error}: {told}"));
        }
    }
    Err(format!("refused as a whole: {error}"))
}

/// How what is there differs from a state, once nothing moves any more or nothing differs.
pub(crate) fn differs(
    wanted: &State,
    mut read: impl FnMut() -> Result<State, String>,
) -> Result<String, String> {
    let mut told = String::new();
    for look in 0..LOOKS {
        if look > 0 {
            sleep(BETWEEN);
        }
        let found = read()?;
        told = difference(wanted, &found);
        if told.is_empty() {
            break;
        }
    }
    Ok(told)
}

/// Takes the names of namespaces away.
pub(crate) fn clear() {
    let mut kernel = Kernel::new();
    for ns in netloom_kernel::namespace::all() {
        if ns != NsName::first() {
            let _ = kernel.apply(vec![Change::DelNamespace(ns)]);
        }
    }
}
