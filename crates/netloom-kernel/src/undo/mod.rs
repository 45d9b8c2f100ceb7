//! What undoes changes, when one behind them is refused: a step for each, carried out the other way
//! round.
//!
//! What only makes something is undone by taking it away. What takes something away, or changes it,
//! has those parts of its namespace read before, once, that it can touch (`touched`, `kept`); in the end what
//! is no longer so is brought back (`restore`, `links`). What could not be is refused (`refuse`). A
//! namespace that loses its name is held open, and gets it back; one that is new goes with all that was done
//! in it. So what only builds reads nothing.
//!
//! Not undone: an id that a namespace got, for the kernel takes none back; what was counted; entries that
//! the kernel learned by itself. Tables of rules that come back have new numbers.

mod addresses;
mod kept;
mod links;
mod refuse;
mod restore;
mod said;
mod tables;
mod touched;

use crate::netlink::Protocol;
use crate::{Kernel, legacy, namespace, ruleset};
use kept::Kept;
use netloom_model::change::RuleMatch;
use netloom_model::conntrack::ConnectionChange;
use netloom_model::ipset::IpSetChange;
use netloom_model::ruleset::{Table, TableRef};
use netloom_model::state::Parts;
use netloom_model::{
    Change, Errno, Error, Link, LinkKind, LinkRef, LinkSettings, Mode, Namespace, NewKind, NewLink,
    NsName, Result,
};
use netloom_netlink::{kind, link};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use touched::Part;

/// Namespaces as they were.
type All = BTreeMap<NsName, Kept>;

/// What undoes one change.
enum Step {
    /// The opposite.
    Apply(Box<Change>),
    /// Takes away the links that were not there, where it is not known which one is made.
    Unmake(NsName, BTreeSet<u32>),
    /// Has a link come back from another namespace, with the number that it had.
    Return {
        from: NsName,
        moved: links::Moved,
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
    /// Brings back connections.
    Connections(NsName, Vec<tables::Named>),
    /// Brings back sets.
    Sets(NsName, Box<Namespace>),
}

/// The steps so far.
#[derive(Default)]
pub(crate) struct Log {
    steps: Vec<Step>,
    /// Where those of the newest change begin.
    newest: usize,
    kept: All,
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
        let ns = crate::write::namespace_of(change);
        let is_link = matches!(
            change,
            Change::AddLink { .. } | Change::SetLink { .. } | Change::DelLink { .. }
        );
        if is_link {
            return self.link(kernel, change);
        }
        if ns.is_some_and(|ns| self.made.contains(ns)) {
            return Ok(());
        }
        if let Some(ns) = ns {
            self.keep_more(kernel, ns, touched::by(change))?;
        }
        let step = match change {
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
            Change::SetSysctl { ns, name, .. } => return self.setting(kernel, ns, name),
            change => match (opposite(change), ns) {
                (Some(opposite), _) => Step::Apply(Box::new(opposite)),
                (None, Some(ns)) => return self.keep(kernel, ns, touched::by(change)),
                (None, None) => return Ok(()),
            },
        };
        self.steps.push(step);
        Ok(())
    }

    fn setting(&mut self, kernel: &mut Kernel, ns: &NsName, name: &str) -> Result<()> {
        // What is set for all is set for each, and what has no IPv6 has nothing of it.
        let of_many = name.contains(".all.") || name.ends_with("ip_forward");
        if of_many || name.ends_with(".disable_ipv6") {
            return self.keep(kernel, ns, &touched::of_settings());
        }
        if let Ok(value) = crate::settings::get(ns, name) {
            let (ns, name) = (ns.clone(), name.to_owned());
            let change = Change::SetSysctl { ns, name, value };
            self.steps.push(Step::Apply(Box::new(change)));
        }
        Ok(())
    }

    /// The last change is one that needs no undoing.
    pub(crate) const fn end(&mut self) {
        self.newest = self.steps.len();
    }

    /// The newest change was refused as one request: what it would have made, or taken, is not its own. What
    /// a link is asked to be may be done in part.
    pub(crate) fn refused(&mut self) {
        let newest = self.steps.split_off(self.newest);
        let looks_first = |step: &Step| {
            matches!(
                step,
                Step::Restore(_) | Step::Connections(..) | Step::Sets(..) | Step::Return { .. }
            )
        };
        self.steps.extend(newest.into_iter().filter(looks_first));
    }

    /// Reads parts of a namespace, unless they are read already, or it goes with all that is in it.
    fn keep(&mut self, kernel: &mut Kernel, ns: &NsName, parts: &[Part]) -> Result<()> {
        if self.made.contains(ns) {
            return Ok(());
        }
        let there = self.kept.get(ns);
        let is_new = |part: &Part| there.is_none_or(|there| !there.has(*part));
        let new: Vec<Part> = parts.iter().copied().filter(is_new).collect();
        if new.is_empty() {
            return Ok(());
        }
        let before = Kept::read(kernel, ns, new)?;
        match self.kept.get_mut(ns) {
            Some(kept) => kept.join(before),
            None => {
                self.kept.insert(ns.clone(), before);
                self.steps.push(Step::Restore(ns.clone()));
            }
        }
        Ok(())
    }

    /// Reads what a change adds to, where something of its namespace was read before: that is brought back
    /// last, and would bring back what was added, were it read only later.
    fn keep_more(&mut self, kernel: &mut Kernel, ns: &NsName, parts: &[Part]) -> Result<()> {
        match self.kept.contains_key(ns) {
            true => self.keep(kernel, ns, parts),
            false => Ok(()),
        }
    }

    /// Reads what links have, of settings only their own, and what bridges and their ports have where there
    /// is a bridge.
    fn keep_links(
        &mut self,
        kernel: &mut Kernel,
        (ns, links): (&NsName, &[LinkRef]),
        parts: &[Part],
    ) -> Result<()> {
        let (own, parts): (Vec<Part>, Vec<Part>) =
            parts.iter().partition(|part| **part == Part::Settings);
        self.keep(kernel, ns, &parts)?;
        if let (Some(kept), false) = (self.kept.get_mut(ns), own.is_empty()) {
            let found = links.iter().filter_map(|link| kept.ns.link(link));
            let devices = found.map(|link| link.name.clone()).collect();
            kept.read_settings(ns, &devices)?;
        }
        let is_bridge = |link: &Link| matches!(link.kind, LinkKind::Bridge(_));
        let has_bridge = |kept: &Kept| kept.ns.links.iter().any(is_bridge);
        match self.kept.get(ns).is_some_and(has_bridge) && parts != [Part::Links] {
            true => self.keep(kernel, ns, touched::OF_BRIDGES),
            false => Ok(()),
        }
    }

    fn link(&mut self, kernel: &mut Kernel, change: &Change) -> Result<()> {
        match change {
            Change::AddLink { ns, link } => {
                let ns = link.settings.netns.as_ref().unwrap_or(ns).clone();
                self.keep_more(kernel, &ns, &[Part::Links])?;
                if let NewKind::Veth { peer_settings, .. } = &link.kind
                    && let Some(of_peer) = &peer_settings.netns
                {
                    self.keep_more(kernel, of_peer, &[Part::Links])?;
                }
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
            Change::SetLink { ns, link, set } => self.set_link(kernel, (ns, link), set),
            Change::DelLink { ns, link } if !self.made.contains(ns) => {
                let there = kernel.read(ns, Parts::LINKS)?;
                let Some(link) = there.link(link) else {
                    // It is refused in a moment.
                    return Ok(());
                };
                refuse::deletion(link, &there.links)?;
                refuse::traffic(kernel.socket(ns)?, link, true)?;
                // Its other end goes with it.
                let here = link.peer.iter().filter(|peer| peer.nsid.is_none());
                let mut gone = vec![LinkRef::Index(link.index)];
                gone.extend(here.map(|peer| LinkRef::Index(peer.index)));
                self.keep_links(kernel, (ns, &gone), &touched::of_links())?;
                match &link.peer {
                    Some(peer) if peer.nsid.is_some() && namespace::number(&peer.ns).is_some() => {
                        let gone = [LinkRef::Index(peer.index)];
                        self.keep_links(kernel, (&peer.ns, &gone), &touched::of_links())
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn set_link(
        &mut self,
        kernel: &mut Kernel,
        (ns, link): (&NsName, &LinkRef),
        set: &LinkSettings,
    ) -> Result<()> {
        let to = set.netns.as_ref();
        let Some(to) = to.filter(|to| !(self.made.contains(ns) && self.made.contains(to))) else {
            let links = core::slice::from_ref(link);
            return self.keep_links(kernel, (ns, links), &touched::by_settings(set));
        };
        let there = kernel.read(ns, Parts::LINKS)?;
        let Some(link) = there.link(link) else {
            return Ok(());
        };
        if !self.made.contains(ns) {
            refuse::traffic(kernel.socket(ns)?, link, false)?;
        }
        let moved = [LinkRef::Index(link.index)];
        self.keep_links(kernel, (ns, &moved), &touched::by_settings(set))?;
        self.keep_more(kernel, to, &[Part::Links])?;
        let moved = links::Moved {
            name: link.name.clone(),
            new_name: set.name.as_ref().unwrap_or(&link.name).clone(),
            index: None,
            address: link.address,
        };
        self.steps.push(Step::Return {
            from: to.clone(),
            moved,
            to: ns.clone(),
            index: link.index,
        });
        Ok(())
    }

    /// The newest change was carried out: what went elsewhere is known by its number from here on, for its
    /// name may be changed.
    ///
    /// # Errors
    /// The link cannot be asked for.
    pub(crate) fn done(&mut self, kernel: &mut Kernel) -> Result<()> {
        for step in &mut self.steps[self.newest..] {
            if let Step::Return { from, moved, .. } = step {
                let named = link::ask(Some(&moved.new_name));
                let ask = kind::LINK + kind::GET;
                let found = match kernel.socket(from)?.ask(ask, named, link::decode) {
                    // Its name was chosen by the kernel.
                    Err(error) if error.errno == Errno::NODEV => None,
                    found => found?,
                };
                moved.index = found.map(|link| link.index);
            }
        }
        Ok(())
    }

    fn connections(
        &mut self,
        kernel: &mut Kernel,
        ns: &NsName,
        change: &ConnectionChange,
    ) -> Result<()> {
        let named = tables::named(kernel, ns, change)?;
        if !named.is_empty() {
            self.steps.push(Step::Connections(ns.clone(), named));
        }
        Ok(())
    }

    fn sets(&mut self, kernel: &mut Kernel, ns: &NsName, change: &IpSetChange) -> Result<()> {
        let opposite = match change {
            IpSetChange::Test { .. } => return Ok(()),
            IpSetChange::Rename(from, to) => IpSetChange::Rename(to.clone(), from.clone()),
            IpSetChange::Swap(one, other) => IpSetChange::Swap(one.clone(), other.clone()),
            IpSetChange::Create { set, exist: false } => {
                IpSetChange::Destroy(Some(set.name.clone()))
            }
            _ => {
                let before = Box::new(kernel.read(ns, tables::SETS)?);
                self.steps.push(Step::Sets(ns.clone(), before));
                return Ok(());
            }
        };
        let (ns, change) = (ns.clone(), opposite);
        self.steps
            .push(Step::Apply(Box::new(Change::IpSet { ns, change })));
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
                    moved,
                    to,
                    index,
                } => links::bring_back(kernel, (&from, &moved), (&to, index)),
                Step::Unmake(ns, there) => links::unmake(kernel, &ns, &there),
                Step::Restore(ns) => restore::restore(kernel, &ns, &kept),
                Step::Name(name, file) => namespace::bind(&name, &file),
                Step::Rules(ns, saved) => kernel
                    .socket_of(&ns, Protocol::Netfilter)
                    .and_then(|netlink| ruleset::again::restore(netlink, &saved)),
                Step::Legacy(ns, saved) => legacy::restore(&ns, &saved),
                Step::Connections(ns, named) => tables::connections(kernel, &ns, &named),
                Step::Sets(ns, before) => tables::sets(kernel, &ns, &before),
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
            own: entry.is_own(),
            remote: entry.remote,
        },
        Change::AddMdb { ns, entry } => Change::DelMdb { ns, entry },
        Change::AddGroup { ns, dev, address } => Change::DelGroup { ns, dev, address },
        Change::DelGroup { ns, dev, address } => Change::AddGroup { ns, dev, address },
        _ => return None,
    })
}
