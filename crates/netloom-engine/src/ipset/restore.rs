//! Sets of xtables as a snapshot tells them.

use super::{create, own};
use crate::namespace::NsId;
use crate::net::Net;
use netloom_model::ipset::{Entry, IpSet};

/// Makes sets with their elements: what could not be made, each with why.
pub(crate) fn restore(net: &mut Net, ns: NsId, told: &[IpSet]) -> Vec<String> {
    let now = net.now;
    let mut lost = Vec::new();
    if told.is_empty() {
        return lost;
    }
    let sets = own(net, ns);
    for set in told {
        if let Err(error) = create(sets, set, false, set.options.initval) {
            lost.push(format!("set {}: {error}", set.name));
        } else if let Ok(made) = sets.get_mut(&set.name) {
            made.options = set.options.clone();
        }
    }
    for set in told {
        if sets.get(&set.name).is_err() {
            continue;
        }
        let mut refused = |entry: &&Entry| {
            let put = Entry {
                place: None,
                ..(*entry).clone()
            };
            super::add(sets, &set.name, &put, false, now).is_err()
        };
        let refused = set.entries.iter().filter(&mut refused).count();
        if refused > 0 {
            lost.push(format!("set {}: {refused} of its elements", set.name));
        }
    }
    lost
}
