//! What a namespace had before it was changed, as far as it is wanted: each part is read once, and no later
//! than before the first change that can touch it.
//!
//! Routes, rules, neighbours and queueing disciplines are kept as what makes them again, with all that the
//! model has no word for.

use super::touched::Part;
use crate::netlink::Netlink;
use crate::{Kernel, settings};
use core::mem::take;
use netloom_model::state::Parts;
use netloom_model::{Errno, Family, Namespace, NsName, Result};
use netloom_netlink::again::{self, Qdisc};
use netloom_netlink::{Writer, kind, neighbour, route, rule, traffic};
use std::collections::BTreeSet;
use std::time::Instant;

const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

/// Parts of a namespace, read at one time.
pub(super) struct Kept {
    pub(super) parts: BTreeSet<Part>,
    /// When the first of them was read.
    pub(super) at: Instant,
    /// Those that the model says all of.
    pub(super) ns: Namespace,
    /// The devices whose settings were read alone; none: those of all.
    pub(super) devices: Option<BTreeSet<String>>,
    /// Routes, and how many seconds each stays, if not for ever.
    pub(super) routes: Vec<(Writer, Option<u32>)>,
    pub(super) rules: Vec<Writer>,
    /// Those that somebody set.
    pub(super) neighbours: Vec<Writer>,
    /// Those that are not the kernel's own.
    pub(super) qdiscs: Vec<Qdisc>,
}

impl Kept {
    /// Reads some parts.
    pub(super) fn read(
        kernel: &mut Kernel,
        ns: &NsName,
        parts: impl IntoIterator<Item = Part>,
    ) -> Result<Kept> {
        let parts: BTreeSet<Part> = parts.into_iter().collect();
        let has = |part| parts.contains(&part);
        let wanted = Parts {
            links: has(Part::Links),
            addresses: has(Part::Addresses),
            nexthops: has(Part::Nexthops),
            fdb: has(Part::Stations),
            mdb: has(Part::Stations),
            vlans: has(Part::Vlans),
            sysctls: has(Part::Settings),
            ..Parts::NONE
        };
        let mut kept = Kept {
            at: Instant::now(),
            ns: Namespace::default(),
            devices: None,
            routes: Vec::new(),
            rules: Vec::new(),
            neighbours: Vec::new(),
            qdiscs: Vec::new(),
            parts: BTreeSet::new(),
        };
        if wanted != Parts::NONE {
            kept.ns = kernel.read(ns, wanted)?;
        }
        let netlink = kernel.socket(ns)?;
        for part in &parts {
            kept.ask(netlink, *part)?;
        }
        kept.parts = parts;
        Ok(kept)
    }

    /// Reads a part again, as far as it was read before.
    pub(super) fn again(
        kernel: &mut Kernel,
        ns: &NsName,
        part: Part,
        before: &Kept,
    ) -> Result<Kept> {
        match (&before.devices, part) {
            (Some(devices), Part::Settings) => {
                let mut kept = Kept::read(kernel, ns, [])?;
                kept.read_settings(ns, devices)?;
                Ok(kept)
            }
            _ => Kept::read(kernel, ns, [part]),
        }
    }

    /// Whether a part is read, and all of it.
    pub(super) fn has(&self, part: Part) -> bool {
        self.parts.contains(&part) && (part != Part::Settings || self.devices.is_none())
    }

    /// Reads the settings of some devices.
    pub(super) fn read_settings(&mut self, ns: &NsName, devices: &BTreeSet<String>) -> Result<()> {
        if self.has(Part::Settings) {
            return Ok(());
        }
        let known = self.devices.get_or_insert_default();
        let new: BTreeSet<String> = devices.difference(known).cloned().collect();
        if !new.is_empty() {
            let read = settings::of_devices(ns, &new)?;
            self.ns.sysctls.extend(read);
            known.extend(new);
        }
        self.parts.insert(Part::Settings);
        Ok(())
    }

    /// Reads what the model does not say all of.
    fn ask(&mut self, netlink: &mut Netlink, part: Part) -> Result<()> {
        const NEIGHBOUR: u16 = kind::NEIGHBOUR + kind::GET;
        for family in FAMILIES {
            match part {
                Part::Routes => {
                    let (ask, all) = (kind::ROUTE + kind::GET, route::ask(family));
                    self.routes.extend(netlink.dump(ask, &all, again::route)?);
                }
                Part::Rules => {
                    let (ask, all) = (kind::RULE + kind::GET, rule::ask(family));
                    self.rules.extend(netlink.dump(ask, &all, again::rule)?);
                }
                Part::Neighbours => {
                    for proxies in [false, true] {
                        let all = neighbour::ask(family, proxies);
                        let told = netlink.dump(NEIGHBOUR, &all, again::neighbour)?;
                        self.neighbours.extend(told);
                    }
                }
                _ => {}
            }
        }
        if part == Part::Qdiscs {
            self.qdiscs = qdiscs(netlink)?;
        }
        Ok(())
    }

    /// Takes over the parts that another has and this one does not.
    pub(super) fn join(&mut self, mut other: Kept) {
        for part in take(&mut other.parts) {
            if self.has(part) {
                continue;
            }
            self.parts.insert(part);
            match part {
                Part::Links => self.ns.links = take(&mut other.ns.links),
                Part::Settings => {
                    // What was read of devices was so before.
                    let own = core::mem::replace(&mut self.ns.sysctls, take(&mut other.ns.sysctls));
                    self.ns.sysctls.extend(own);
                    self.devices = None;
                }
                Part::Addresses => self.ns.addresses = take(&mut other.ns.addresses),
                Part::Nexthops => self.ns.nexthops = take(&mut other.ns.nexthops),
                Part::Rules => self.rules = take(&mut other.rules),
                Part::Routes => self.routes = take(&mut other.routes),
                Part::Vlans => {
                    self.ns.vlans = take(&mut other.ns.vlans);
                    self.ns.global_vlans = take(&mut other.ns.global_vlans);
                }
                Part::Neighbours => self.neighbours = take(&mut other.neighbours),
                Part::Stations => {
                    self.ns.fdb = take(&mut other.ns.fdb);
                    self.ns.mdb = take(&mut other.ns.mdb);
                }
                Part::Qdiscs => self.qdiscs = take(&mut other.qdiscs),
            }
        }
    }
}

/// The queueing disciplines that somebody set; none where the kernel knows of none.
pub(super) fn qdiscs(netlink: &mut Netlink) -> Result<Vec<Qdisc>> {
    match netlink.dump(traffic::QDISCS, &traffic::ask_qdiscs(), again::qdisc) {
        Err(error) if error.errno == Errno::OPNOTSUPP => Ok(Vec::new()),
        told => Ok(told?.into_iter().filter(|one| one.handle != 0).collect()),
    }
}
