//! Brings back connections, of those alone that a change named, for others come and go meanwhile; and sets
//! of xtables.

use crate::netlink::Protocol;
use crate::{Kernel, connections};
use netloom_model::conntrack::{Connection, ConnectionChange, Tuple};
use netloom_model::ipset::{IpSet, IpSetChange};
use netloom_model::state::Parts;
use netloom_model::{Change, Errno, Family, Namespace, NsName, Result};

/// What is read of sets.
pub(super) const SETS: Parts = Parts {
    ipsets: true,
    ..Parts::NONE
};

/// The first direction of a connection that a change names and its zone, and the connection as it was, if it
/// was there.
pub(super) struct Named {
    original: Tuple,
    zone: u16,
    was: Option<Connection>,
}

impl Named {
    fn of(was: Connection) -> Named {
        Named {
            original: was.original,
            zone: was.zone_there(),
            was: Some(was),
        }
    }
}

/// The connections that a change names.
pub(super) fn named(
    kernel: &mut Kernel,
    ns: &NsName,
    change: &ConnectionChange,
) -> Result<Vec<Named>> {
    let (original, zone) = match change {
        ConnectionChange::Zero | ConnectionChange::FlushExpectations => return Ok(Vec::new()),
        ConnectionChange::Flush(family) => {
            let parts = Parts {
                connections: true,
                ..Parts::NONE
            };
            let mut all = kernel.read(ns, parts)?.connections;
            let of = |one: &Connection| Family::of(one.original.source);
            all.retain(|one| family.is_none_or(|family| of(one) == family));
            return Ok(all.into_iter().map(Named::of).collect());
        }
        ConnectionChange::Create(new) => (new.original, new.zone_there()),
        ConnectionChange::Update(update) => (update.original, update.zone),
        ConnectionChange::Delete { original, zone, .. } => (*original, *zone),
    };
    let netlink = kernel.socket_of(ns, Protocol::Netfilter)?;
    let was = connections::find(netlink, &original, zone)?;
    Ok(vec![Named {
        original,
        zone,
        was,
    }])
}

/// Makes connections what they were.
pub(super) fn connections(kernel: &mut Kernel, ns: &NsName, named: &[Named]) -> Result<()> {
    let mut first = Ok(());
    for Named {
        original,
        zone,
        was,
    } in named
    {
        let netlink = kernel.socket_of(ns, Protocol::Netfilter)?;
        let there = connections::find(netlink, original, *zone)?;
        if let (Some(one), Some(was)) = (&there, was)
            && is_settled(one, was)
        {
            continue;
        }
        let gone = there.map(|one| ConnectionChange::Delete {
            id: one.id,
            original: one.original,
            zone: one.zone_there(),
        });
        let made = was.clone().map(Box::new).map(ConnectionChange::Create);
        for change in gone.into_iter().chain(made) {
            match connections::change(netlink, &change) {
                Err(error) if error.errno == Errno::NOENT => {}
                done => first = first.and(done),
            }
        }
    }
    first
}

/// Whether a connection is as it was.
fn is_settled(one: &Connection, was: &Connection) -> bool {
    (one.id, one.status, one.mark) == (was.id, was.status, was.mark)
        && (&one.state, one.labels) == (&was.state, was.labels)
}

/// Makes the sets of a namespace what they were.
pub(super) fn sets(kernel: &mut Kernel, ns: &NsName, before: &Namespace) -> Result<()> {
    let now = kernel.read(ns, SETS)?;
    let mut first = Ok(());
    for change in between(&now.ipsets, &before.ipsets) {
        let ns = ns.clone();
        match kernel.change(&Change::IpSet { ns, change }) {
            Err(error) if error.errno == Errno::NOENT => {}
            done => first = first.and(done),
        }
    }
    first
}

fn between(now: &[IpSet], before: &[IpSet]) -> Vec<IpSetChange> {
    let mut all = Vec::new();
    for set in now {
        if !before.iter().any(|was| was.name == set.name) {
            all.push(IpSetChange::Destroy(Some(set.name.clone())));
        }
    }
    for was in before {
        let there = now.iter().find(|set| set.name == was.name);
        if there.is_none() {
            let set = Box::new(was.clone());
            all.push(IpSetChange::Create { set, exist: false });
        }
        let there = there.map_or(&[][..], |set| &set.entries);
        let set = &was.name;
        for entry in there {
            if !was.entries.iter().any(|of| of.parts == entry.parts) {
                all.push(IpSetChange::Del {
                    set: set.clone(),
                    entry: Box::new(entry.clone()),
                    exist: true,
                });
            }
        }
        for entry in was.entries.iter().filter(|entry| !there.contains(entry)) {
            all.push(IpSetChange::Add {
                set: set.clone(),
                entry: Box::new(entry.clone()),
                exist: true,
            });
        }
    }
    all
}
