//! Which namespaces the ids mean by which one knows others (`ip netns list-id`, `link-netnsid`).
//!
//! The kernel says which id a namespace has here, not which namespace an id has; so those that were
//! found are asked for until every id is known. Most know only that of the caller, which comes first.

use super::places::Found;
use crate::Kernel;
use netloom_model::snapshot::Missing;
use netloom_model::{Namespace, NsName};
use netloom_netlink::{Attributes, Writer, kind};
use std::collections::BTreeSet;
use std::fs::File;
use std::os::fd::AsRawFd;

/// `NETNSA_NSID`.
const ID: u16 = 1;
/// `NETNSA_FD`.
const FD: u16 = 3;

/// Has every end of a pair say which namespace the other one is in; what is missing where nobody knows the
/// namespace of an id.
pub(super) fn settle(
    kernel: &mut Kernel,
    state: &mut Namespace,
    at: usize,
    found: &[Found],
    names: &[NsName],
) -> Option<Missing> {
    let mut unknown = ids(kernel).unwrap_or_default();
    for (found, name) in found.iter().zip(names) {
        if unknown.is_empty() {
            break;
        }
        if let Some(id) = id_of(kernel, found).filter(|id| unknown.remove(id)) {
            state.nsids.insert(id, name.clone());
        }
    }
    for peer in state.links.iter_mut().filter_map(|link| link.peer.as_mut()) {
        peer.ns = match peer.nsid {
            None => names[at].clone(),
            Some(id) => {
                let known = state.nsids.get(&id).cloned();
                known.unwrap_or_else(|| {
                    unknown.insert(id);
                    // A name that no namespace has.
                    NsName::new(format!("nsid/{id}"))
                })
            }
        };
    }
    Missing::nsids(&names[at], &unknown)
}

/// The ids that are in use here.
fn ids(kernel: &mut Kernel) -> netloom_model::Result<BTreeSet<i32>> {
    let netlink = kernel.socket(&NsName::first())?;
    let read = |body: &[u8]| Attributes::behind(body, 1).u32(ID).map(u32::cast_signed);
    let ids = netlink.dump(kind::NSID + kind::GET, &Writer::new(&[0; 4]), read)?;
    Ok(ids.into_iter().collect())
}

/// The id of a namespace here.
fn id_of(kernel: &mut Kernel, found: &Found) -> Option<i32> {
    let file = File::open(&found.path).ok()?;
    let mut body = Writer::new(&[0; 4]);
    body.u32(FD, file.as_raw_fd().cast_unsigned());
    let read = |body: &[u8]| Attributes::behind(body, 1).u32(ID);
    let netlink = kernel.socket(&NsName::first()).ok()?;
    let id = netlink.ask(kind::NSID + kind::GET, body, read).ok()??;
    Some(id.cast_signed()).filter(|id| *id >= 0)
}
