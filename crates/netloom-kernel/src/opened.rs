//! The sockets that are kept: one for each namespace that was asked for, and each who was spoken to. Before
//! they are as many as files may be open all are closed; those that are asked for again are opened again.

use crate::netlink::{Netlink, Protocol};
use crate::{namespace, refused};
use netloom_model::{Errno, NsName, Result};
use rustix::process::{Resource, getrlimit};
use std::collections::HashMap;

/// How many other files have room beside them.
const OTHERS: usize = 64;

/// Sockets by their namespace and by who is spoken to.
pub(crate) struct Opened {
    sockets: HashMap<(NsName, Protocol), Netlink>,
    /// How many there may be.
    most: usize,
}

/// How many sockets are kept where so many files may be open.
fn most(files: Option<u64>) -> usize {
    let files = files.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    files.saturating_sub(OTHERS).max(files / 2).max(1)
}

impl Opened {
    pub(crate) fn new() -> Opened {
        Opened {
            sockets: HashMap::new(),
            most: most(getrlimit(Resource::Nofile).current),
        }
    }

    /// The socket of a namespace, which is opened where there is none.
    pub(crate) fn get(&mut self, ns: &NsName, protocol: Protocol) -> Result<&mut Netlink> {
        let key = (ns.clone(), protocol);
        if !self.sockets.contains_key(&key) {
            if self.sockets.len() >= self.most {
                self.sockets.clear();
            }
            let opened = match open(ns, protocol) {
                // Others of this process have the room, or had it.
                Err(error)
                    if matches!(error.errno, Errno::MFILE | Errno::NFILE)
                        && !self.sockets.is_empty() =>
                {
                    self.sockets.clear();
                    open(ns, protocol)
                }
                opened => opened,
            };
            self.sockets.insert(key.clone(), opened?);
        }
        self.sockets.get_mut(&key).ok_or_else(|| Errno::BADF.into())
    }

    /// Closes those of a namespace, which would keep it.
    pub(crate) fn close(&mut self, of: &NsName) {
        self.sockets.retain(|(ns, _), _| ns != of);
    }
}

fn open(ns: &NsName, protocol: Protocol) -> Result<Netlink> {
    let opened = namespace::inside(ns, || Netlink::open(protocol))?;
    opened.map_err(|error| refused(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_files_have_room_beside_the_sockets() {
        assert_eq!(most(Some(1024)), 960);
        assert_eq!(most(Some(64)), 32);
        assert_eq!(most(Some(1)), 1);
        assert_eq!(most(None), usize::MAX - OTHERS);
    }
}
