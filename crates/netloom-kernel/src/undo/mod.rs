//! What undoes changes, when one behind them is refused: a step for each, carried out the other way
//! round.
//!
//! What only makes something is undone by taking it away. What takes something away, or changes it,
//! has its namespace read before, once; in the end what is no longer so is brought back (`restore`,
//! `links`). A namespace that loses its name is held open, and gets it back; one that is new goes with
//! all that was done in it. So what only builds reads nothing.
//!
//! Not undone: an id that a namespace got, for the kernel takes none back; what was counted; entries that
//! the kernel learned by itself. Tables of rules that come back have new numbers.

mod links;
mod restore;
mod tables;

use crate::netlink::Protocol;
use crate::{Kernel, legacy, namespace, ruleset};
use netloom_model::change::RuleMatch;
use netloom_model::conntrack::ConnectionChange;
use netloom_model::ipset::IpSetChange;
use netloom_model::ruleset::{Table, TableRef};
use netloom_model::state::Parts;
use netloom_model::{
    Change, Errno, Error, LinkRef, Mode, Namespace, NewKind, NewLink, NsName, Result,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;

/// Namespaces as they were.
type Kept = BTreeMap<NsName, Namespace>;

/// What is read of a namespace before something in it goes.
const PARTS: Parts = Parts {
    links: true,
    addresses: true,
    routes: true,
    nexthops: true,
    rules: true,
    neighbours: true,
    fdb: true,
    mdb: true,
    vlans: true,
    sysctls: true,
    ..Parts::NONE
};

/// What undoes one change.
enum Step {
    /// The opposite.
    Apply(Box<Change>),
    /// Takes away the links that were not there, where it is not known which one is made.
    Unmake(NsName, BTreeSet<u32>),
    /// Has a link come back from another namespace, with the number that it had.
    Return {
        from: NsName,
        name: String,
        to: NsName,
        index: u32,
    },
    /// Brings back what a namespace had.
    Restore(NsName),
    /// Gives a namespace its name back.
    Name(NsName, File),
    /// Brings back tables of rules.
    Rules(NsName, Box<ruleset::again::Saved>),
    /// Brings back tables of iptables-legacy.
    Legacy(NsName, Vec<(TableRef, Option<Table>)>),
    /// Brings back connections or sets.
    Tables(NsName, Box<Namespace>, Parts),
}

/// The steps so far.
#[derive(Default)]
pub(crate) struct Log {
    steps: Vec<Step>,
    /// Where those of the newest change begin.
    newest: usize,
    kept: Kept,
    /// Namespaces that these changes make.
    made: BTreeSet<NsName>,
}

impl Log {
    /// Notes what undoes a change that is about to be carried out.
    ///
    /// # Errors
    /// What is there cannot be read.
    pub(crate) fn note(&mut self, kernel: &mut Kernel, change: &Change) -> Result<()> {
        self.newest = self.steps.len();
        let is_new = |ns| self.made.contains(ns);
        let step = match change {
            Change::AddLink { .. } | Change::SetLink { .. } | Change::DelLink { .. } => {
                return self.link(kernel, change);
            }
            change if crate::write::namespace_of(change).is_some_and(is_new) => return Ok(()),
            Change::AddNamespace(name) => {
                self.made.insert(name.clone());
                Step::Apply(Box::new(Change::DelNamespace(name.clone())))
            }
            Change::DelNamespace(name) => match namespace::open(name) {
                Ok(file) => Step::Name(name.clone(), file),
                // It is refused in a moment.
                Err(_) => return Ok(()),
            },
            Change::Connections { ns, change } => return self.connections(kernel, ns, change),
            Change::IpSet { ns, change } => return self.sets(kernel, ns, change),
            Change::Ruleset { ns, changes } if legacy::is_of(changes) => {
                Step::Legacy(ns.clone(), legacy::save(ns, changes)?)
            }
            Change::Ruleset { ns, changes } => {
                let netlink = kernel.socket_of(ns, Protocol::Netfilter)?;
                let saved = ruleset::again::save(netlink, changes)?;
                Step::Rules(ns.clone(), Box::new(saved))
            }
            Change::SetSysctl { ns, name, .. } => {
                // What is set for all is set for each.
                if name.contains(".all.") || name.ends_with("ip_forward") {
                    return self.keep(kernel, ns);
                }
                match crate::settings::get(ns, name) {
                    Ok(value) => {
                        let (ns, name) = (ns.clone(), name.clone());
                        Step::Apply(Box::new(Change::SetSysctl { ns, name, value }))
                    }
                    Err(_) => return Ok(()),
                }
            }
            change => match opposite(change) {
                Some(opposite) => Step::Apply(Box::new(opposite)),
                None => {
                    return match crate::write::namespace_of(change) {
                        Some(ns) if is_restored(change) => self.keep(kernel, ns),
                        _ => Ok(()),
                    };
                }
            },
        };
        self.steps.push(step);
        Ok(())
    }

    /// The newest change was refused as one request: what it would have made, or taken, is not its own. What
    /// a link is asked to be may be done in part.
    pub(crate) fn refused(&mut self) {
        let newest = self.steps.split_off(self.newest);
        let looks_first = |step: &Step| {
            matches!(
                step,
                Step::Restore(_) | Step::Tables(..) | Step::Return { .. }
            )
        };
        self.steps.extend(newest.into_iter().filter(looks_first));
    }

    /// Reads a namespace, unless it is read already, or goes with all that is in it.
    fn keep(&mut self, kernel: &mut Kernel, ns: &NsName) -> Result<()> {
        if !self.kept.contains_key(ns) && !self.made.contains(ns) {
            let before = kernel.read(ns, PARTS)?;
            self.kept.insert(ns.clone(), before);
            self.steps.push(Step::Restore(ns.clone()));
        }
        Ok(())
    }

    fn link(&mut self, kernel: &mut Kernel, change: &Change) -> Result<()> {
        match change {
            Change::AddLink { ns, link } => {
                let ns = link.settings.netns.as_ref().unwrap_or(ns).clone();
                self.steps.push(match is_named(link) {
                    true => Step::Apply(Box::new(Change::DelLink {
                        ns,
                        link: LinkRef::Name(link.name.clone()),
                    })),
                    false => {
                        let there = kernel.read(&ns, Parts::LINKS)?.links;
                        let there = there.iter().map(|link| link.index).collect();
                        Step::Unmake(ns, there)
                    }
                });
                Ok(())
            }
            Change::SetLink { ns, link, set } => {
                self.keep(kernel, ns)?;
                match &set.netns {
                    Some(to) if !(self.made.contains(ns) && self.made.contains(to)) => {
                        self.comes_back(kernel, ns, to, link)
                    }
                    _ => Ok(()),
                }
            }
            Change::DelLink { ns, link } => {
                self.keep(kernel, ns)?;
                let there = kernel.read(ns, Parts::LINKS)?;
                let peer = there.link(link).and_then(|link| link.peer.clone());
                match peer {
                    // Its other end goes with it.
                    Some(peer) if peer.nsid.is_some() && namespace::number(&peer.ns).is_some() => {
                        self.keep(kernel, &peer.ns)
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Has a link that goes to another namespace come back.
    fn comes_back(
        &mut self,
        kernel: &mut Kernel,
        ns: &NsName,
        to: &NsName,
        link: &LinkRef,
    ) -> Result<()> {
        let there = kernel.read(ns, Parts::LINKS)?;
        let Some(link) = there.link(link) else {
            return Ok(());
        };
        self.steps.push(Step::Return {
            from: to.clone(),
            name: link.name.clone(),
            to: ns.clone(),
            index: link.index,
        });
        Ok(())
    }

    fn connections(
        &mut self,
        kernel: &mut Kernel,
        ns: &NsName,
        change: &ConnectionChange,
    ) -> Result<()> {
        let parts = Parts {
            connections: true,
            ..Parts::NONE
        };
        match change {
            ConnectionChange::Zero | ConnectionChange::FlushExpectations => Ok(()),
            _ => self.tables(kernel, ns, parts),
        }
    }

    fn sets(&mut self, kernel: &mut Kernel, ns: &NsName, change: &IpSetChange) -> Result<()> {
        let parts = Parts {
            ipsets: true,
            ..Parts::NONE
        };
        let opposite = match change {
            IpSetChange::Test { .. } => return Ok(()),
            IpSetChange::Rename(from, to) => IpSetChange::Rename(to.clone(), from.clone()),
            IpSetChange::Swap(one, other) => IpSetChange::Swap(one.clone(), other.clone()),
            IpSetChange::Create { set, exist: false } => {
                IpSetChange::Destroy(Some(set.name.clone()))
            }
            _ => return self.tables(kernel, ns, parts),
        };
        let (ns, change) = (ns.clone(), opposite);
        self.steps
            .push(Step::Apply(Box::new(Change::IpSet { ns, change })));
        Ok(())
    }

    fn tables(&mut self, kernel: &mut Kernel, ns: &NsName, parts: Parts) -> Result<()> {
        let before = Box::new(kernel.read(ns, parts)?);
        self.steps.push(Step::Tables(ns.clone(), before, parts));
        Ok(())
    }

    /// Undoes everything, the newest first; what could not be undone is told with `refused`, which is why
    /// it is undone.
    pub(crate) fn undo(self, kernel: &mut Kernel, refused: Error) -> Error {
        let kept = self.kept;
        let mut left = None;
        for step in self.steps.into_iter().rev() {
            let undone = match step {
                Step::Apply(change) => match kernel.change(&change) {
                    // What was to be undone was not done, went by itself, or is back already.
                    Err(error) if is_gone(error.errno) || error.errno == Errno::EXIST => Ok(()),
                    undone => undone,
                },
                Step::Return {
                    from,
                    name,
                    to,
                    index,
                } => links::bring_back(kernel, (&from, &name), (&to, index)),
                Step::Unmake(ns, there) => links::unmake(kernel, &ns, &there),
                Step::Restore(ns) => restore::restore(kernel, &ns, &kept),
                Step::Name(name, file) => namespace::bind(&name, &file),
                Step::Rules(ns, saved) => kernel
                    .socket_of(&ns, Protocol::Netfilter)
                    .and_then(|netlink| ruleset::again::restore(netlink, &saved)),
                Step::Legacy(ns, saved) => legacy::restore(&ns, &saved),
                Step::Tables(ns, before, parts) => tables::restore(kernel, &ns, &before, parts),
            };
            left = undone.err().or(left);
        }
        match left {
            None => refused,
            Some(error) => {
                let why =
                    format!("{refused}; what was done before could not all be undone: {error}");
                Error::with(refused.errno, why)
            }
        }
    }
}

/// Whether the name that a new link is given is the one that it gets, and nobody has had it. A TUN may be
/// there already when somebody opens it.
fn is_named(link: &NewLink) -> bool {
    let chosen = link.name.is_empty() || link.name.contains('%');
    !chosen && !matches!(link.kind, NewKind::Tun(_))
}

/// Whether an error says that there is nothing of that kind.
const fn is_gone(errno: Errno) -> bool {
    matches!(
        errno,
        Errno::NOENT | Errno::NODEV | Errno::SRCH | Errno::ADDRNOTAVAIL
    )
}

/// The change that takes away what a change makes; none where more than that is to be undone.
fn opposite(change: &Change) -> Option<Change> {
    Some(match change.clone() {
        Change::AddAltname { ns, link, name } => Change::DelAltname { ns, link, name },
        Change::DelAltname { ns, link, name } => Change::AddAltname { ns, link, name },
        Change::AddAddress {
            ns,
            address,
            mode: Mode::Add,
        } => Change::DelAddress {
            ns,
            address,
            exact: true,
        },
        Change::AddNexthop {
            ns,
            nexthop,
            mode: Mode::Add,
        } if nexthop.id != 0 => Change::DelNexthop { ns, id: nexthop.id },
        Change::AddRule { ns, rule } => Change::DelRule {
            ns,
            rule: Box::new(RuleMatch {
                rule,
                action_given: true,
            }),
        },
        Change::AddRoute {
            ns,
            route,
            mode: Mode::Add,
        } => Change::DelRoute {
            ns,
            route: restore::exactly(&route),
        },
        Change::AddNeighbour {
            ns,
            neighbour,
            mode: Mode::Add,
        } => Change::DelNeighbour {
            ns,
            dev: neighbour.dev,
            dst: neighbour.dst,
            proxy: neighbour.proxy,
        },
        Change::AddFdb {
            ns,
            entry,
            mode: Mode::Add,
        } => Change::DelFdb {
            ns,
            dev: entry.dev,
            address: entry.address,
            vlan: entry.vlan,
            own: entry.master.is_none(),
        },
        Change::AddMdb { ns, entry } => Change::DelMdb { ns, entry },
        Change::AddGroup { ns, dev, address } => Change::DelGroup { ns, dev, address },
        Change::DelGroup { ns, dev, address } => Change::AddGroup { ns, dev, address },
        _ => return None,
    })
}

/// Whether what a change does is undone by bringing back what was there.
const fn is_restored(change: &Change) -> bool {
    matches!(
        change,
        Change::AddAddress { .. }
            | Change::DelAddress { .. }
            | Change::AddRoute { .. }
            | Change::DelRoute { .. }
            | Change::AddNexthop { .. }
            | Change::DelNexthop { .. }
            | Change::DelRule { .. }
            | Change::AddNeighbour { .. }
            | Change::DelNeighbour { .. }
            | Change::AddFdb { .. }
            | Change::DelFdb { .. }
            | Change::FlushFdb { .. }
            | Change::DelMdb { .. }
            | Change::Vlan { .. }
    )
}
