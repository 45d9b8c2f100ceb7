//! Siblings: routes of IPv6 to one prefix, of one metric and each by a gateway, which a lookup takes
//! for one route with several next hops (`fib6_siblings`). They come together by `append`, and each
//! keeps its own source, metrics and protocol.
//!
//! Left out: a preference and a lifetime of each; routes without gateway that stand between
//! siblings, which Linux does not list.

use super::table::{Entry, Hop, Table};
use crate::device::DevId;
use crate::ip::version::{IpVersion, V6};
use core::net::IpAddr;
use netloom_model::Errno;
use netloom_model::route::{RouteMatch, RouteMetrics};

/// What is said of a next hop that came by itself.
#[derive(Clone, Debug)]
pub(crate) struct Said<V: IpVersion> {
    pub(crate) prefsrc: Option<V::Addr>,
    pub(crate) metrics: Option<Box<RouteMetrics>>,
    pub(crate) protocol: u8,
}

impl Entry<V6> {
    /// What is said of one of its next hops, where that is not what is said of the route.
    #[inline]
    pub(crate) fn said_of(&self, hop: &Hop<V6>) -> Option<&Said<V6>> {
        if self.siblings.is_empty() {
            return None;
        }
        // The first is the route itself.
        let at = self.hops().position(|other| other == hop)?.checked_sub(1)?;
        self.siblings.get(at)
    }

    /// Whether it can have siblings.
    fn has_gateways(&self) -> bool {
        self.nhid == 0 && self.hops().all(|hop| hop.gateway.is_some())
    }

    fn own(&self) -> Said<V6> {
        Said {
            prefsrc: self.prefsrc,
            metrics: self.metrics.clone(),
            protocol: self.protocol,
        }
    }

    /// Its next hops, each with what is said of it.
    fn apart(&self) -> Vec<(Hop<V6>, Said<V6>)> {
        let said = |hop| self.said_of(hop).cloned().unwrap_or_else(|| self.own());
        self.hops().map(|hop| (*hop, said(hop))).collect()
    }

    /// Has these next hops from now on; the first is the route itself.
    fn put_together(&mut self, all: Vec<(Hop<V6>, Said<V6>)>) {
        let (hops, mut said): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        if said.is_empty() {
            return;
        }
        let own = said.remove(0);
        (self.prefsrc, self.metrics, self.protocol) = (own.prefsrc, own.metrics, own.protocol);
        self.set_hops(&hops);
        self.siblings = said;
    }

    /// Takes the MTU of a device over, where its own was `old` or is too much now.
    pub(crate) fn follow_mtu(&mut self, dev: DevId, old: u32, new: u32) {
        let of_hop: Vec<bool> = self.hops().map(|hop| hop.dev == dev).collect();
        let said = self.siblings.iter_mut().map(|said| &mut said.metrics);
        let all = core::iter::once(&mut self.metrics).chain(said);
        for (metrics, _) in all.zip(of_hop).filter(|(_, by_device)| *by_device) {
            let Some(metrics) = metrics.as_deref_mut() else {
                continue;
            };
            if !metrics.mtu_lock && metrics.mtu != 0 && (metrics.mtu >= new || metrics.mtu == old) {
                metrics.mtu = new;
            }
        }
    }

    /// Forgets a source that is an address no more.
    pub(crate) fn forget_source(&mut self, addr: core::net::Ipv6Addr) {
        let mine = core::iter::once(&mut self.prefsrc);
        let others = self.siblings.iter_mut().map(|said| &mut said.prefsrc);
        for prefsrc in mine.chain(others) {
            if *prefsrc == Some(addr) {
                *prefsrc = None;
            }
        }
    }
}

impl Table<V6> {
    /// Adds a route to the one of the same prefix and metric that has gateways too; whether there is
    /// such a route.
    pub(crate) fn join(&mut self, entry: &Entry<V6>) -> Result<bool, Errno> {
        let sibling = |other: &Entry<V6>| {
            other.metric == entry.metric && other.has_gateways() && entry.has_gateways()
        };
        let Some(there) = self.find_mut(entry.prefix, entry.prefix_len, sibling) else {
            return Ok(false);
        };
        let mut all = there.apart();
        for new in entry.apart() {
            let known = |hop: &Hop<V6>| hop.gateway == new.0.gateway && hop.dev == new.0.dev;
            if all.iter().any(|(hop, _)| known(hop)) {
                return Err(Errno::EXIST);
            }
            all.push(new);
        }
        there.put_together(all);
        Ok(true)
    }

    /// Takes one of several next hops out, where a gateway says which is meant; the route as it
    /// would stand alone.
    pub(crate) fn part(
        &mut self,
        prefix: core::net::Ipv6Addr,
        wanted: &RouteMatch,
        dev: Option<DevId>,
    ) -> Option<Entry<V6>> {
        let via = wanted.via?;
        let meant = |hop: &Hop<V6>| {
            hop.gateway.map(IpAddr::V6) == Some(via) && dev.is_none_or(|dev| hop.dev == dev)
        };
        // The first route that is meant has several ways, or is not parted.
        let first = |entry: &Entry<V6>| entry.meant(wanted, dev);
        let there = self.find_mut(prefix, wanted.dst.len, first)?;
        if !there.is_multipath() || there.nhid != 0 {
            return None;
        }
        let mut all = there.apart();
        let at = all.iter().position(|(hop, _)| meant(hop))?;
        let gone = all.remove(at);
        there.put_together(all);
        let mut alone = there.clone();
        alone.put_together(vec![gone]);
        Some(alone)
    }

    /// Takes the next hops out of a device that is no more, and the routes that have no other.
    pub(crate) fn lose_device(&mut self, dev: DevId) {
        self.retain_not(|e| e.nhid == 0 && e.hops().all(|hop| hop.dev == dev));
        for entry in self.iter_mut().filter(|e| e.nhid == 0 && e.uses(dev)) {
            let mut all = entry.apart();
            all.retain(|(hop, _)| hop.dev != dev);
            entry.put_together(all);
        }
    }
}
