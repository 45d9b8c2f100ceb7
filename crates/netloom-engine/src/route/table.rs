//! A routing table: prefixes with their routes, in the order in which they are tried.

use super::crowd::{self, Crowd, Rank, Standing};
use super::lpm::Lpm;
use super::sibling::Said;
use crate::arena::Arena;
use crate::device::DevId;
use crate::ip::version::{IpVersion, V4};
use core::cmp::{Ordering, Reverse};
use core::net::{Ipv4Addr, Ipv6Addr};
use netloom_model::route::{NextHop, RouteMatch, RouteMetrics};
use netloom_model::{Errno, IpNet, Mode, Route, RouteType, Scope, Time};
use std::collections::HashMap;

/// A next hop (`struct fib_nh`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hop<V: IpVersion> {
    /// Its device; none for routes that lead nowhere.
    pub(crate) dev: DevId,
    pub(crate) gateway: Option<V::Addr>,
    /// A gateway of IPv6 for a route of IPv4 (RFC 8950).
    pub(crate) via6: Option<Ipv6Addr>,
    pub(crate) weight: u16,
    pub(crate) onlink: bool,
    /// Scope of the gateway, as it was when the route was made.
    pub(crate) scope: Scope,
}

impl Hop<V4> {
    /// The gateway, if packets go by it. One that is an address of this host is none: what goes by
    /// it goes to the destination itself (`rt_set_nexthop`).
    #[inline]
    pub(crate) fn way_by(&self) -> Option<Ipv4Addr> {
        self.gateway.filter(|_| self.scope == Scope::LINK)
    }

    /// Whether its device must have an address for it: its gateway is one of IPv4, which nobody says is on
    /// the link.
    #[inline]
    pub(super) fn needs_address(&self) -> bool {
        self.gateway.is_some() && !self.onlink
    }
}

/// A route of a prefix (`struct fib_alias` with its `fib_info`). What a lookup reads comes first.
#[derive(Clone, Debug)]
pub(crate) struct Entry<V: IpVersion> {
    pub(crate) kind: RouteType,
    pub(crate) tos: u8,
    pub(crate) scope: Scope,
    pub(crate) prefix_len: u8,
    hop: Hop<V>,
    /// The next route of the same prefix.
    next: Option<u32>,
    pub(crate) prefsrc: Option<V::Addr>,
    more_hops: Vec<Hop<V>>,
    /// What is said of these, where they came one after the other (IPv6).
    pub(super) siblings: Vec<Said<V>>,
    pub(crate) metrics: Option<Box<RouteMetrics>>,
    pub(crate) metric: u32,
    pub(crate) protocol: u8,
    pub(crate) prefix: V::Addr,
    /// When it goes by itself (IPv6).
    pub(crate) expires: Option<Time>,
    /// Preference among routers (RFC 4191).
    pub(crate) preference: u8,
    /// The next hop object that it follows; 0 = none.
    pub(crate) nhid: u32,
    /// What it does where that object leads somewhere.
    said: RouteType,
}

impl<V: IpVersion> Entry<V> {
    /// A route with its next hops; without any, one that leads nowhere.
    pub(crate) fn new(
        route: &Route,
        prefix: V::Addr,
        prefsrc: Option<V::Addr>,
        hops: &[Hop<V>],
    ) -> Self {
        let nowhere = Hop {
            dev: DevId::NONE,
            gateway: None,
            via6: None,
            weight: 1,
            onlink: false,
            scope: Scope::NOWHERE,
        };
        let metrics = route.metrics.clone();
        Entry {
            kind: route.kind,
            tos: route.tos,
            scope: route.scope,
            prefix_len: route.dst.len,
            hop: hops.first().copied().unwrap_or(nowhere),
            next: None,
            prefsrc,
            more_hops: hops.get(1..).unwrap_or_default().to_vec(),
            siblings: Vec::new(),
            metrics: (metrics != RouteMetrics::default()).then(|| Box::new(metrics)),
            metric: route.metric,
            protocol: route.protocol,
            prefix,
            expires: None,
            preference: route.preference,
            nhid: 0,
            said: route.kind,
        }
    }

    /// Follows a next hop object with these hops, which may be a hole.
    pub(crate) fn follow(&mut self, nhid: u32, hole: bool, hops: &[Hop<V>]) {
        self.nhid = nhid;
        self.kind = if hole {
            RouteType::Blackhole
        } else {
            self.said
        };
        self.set_hops(hops);
    }

    /// Has these next hops, if any, from now on.
    pub(super) fn set_hops(&mut self, hops: &[Hop<V>]) {
        if let Some((first, more)) = hops.split_first() {
            self.hop = *first;
            self.more_hops = more.to_vec();
        }
    }

    /// Takes what is told anew of a route that stays where it is.
    pub(crate) fn refresh(&mut self, told: &Route, expires: Option<Time>) {
        let metrics = told.metrics.clone();
        self.metrics = (metrics != RouteMetrics::default()).then(|| Box::new(metrics));
        self.preference = told.preference;
        self.expires = expires;
    }

    /// Its next hops; one without a device for routes that lead nowhere.
    #[inline]
    pub(crate) fn hops(&self) -> impl Iterator<Item = &Hop<V>> {
        core::iter::once(&self.hop).chain(&self.more_hops)
    }

    /// The first of its next hops that is usable.
    #[inline]
    pub(crate) fn first_hop(&self, usable: impl Fn(&Hop<V>) -> bool) -> Option<&Hop<V>> {
        if usable(&self.hop) {
            return Some(&self.hop);
        }
        self.more_hops.iter().find(|hop| usable(hop))
    }

    /// Whether it has several next hops.
    #[inline]
    pub(crate) fn is_multipath(&self) -> bool {
        !self.more_hops.is_empty()
    }

    /// Whether it uses `dev`.
    pub(crate) fn uses(&self, dev: DevId) -> bool {
        self.hops().any(|hop| hop.dev == dev)
    }

    /// The device of its first hop.
    pub(super) fn first_device(&self) -> DevId {
        self.hop.dev
    }

    /// What orders it among the routes of its prefix.
    pub(super) fn rank(&self) -> Rank {
        (Reverse(self.tos), self.metric)
    }

    /// Whether two routes of one prefix are the same in everything that Linux compares.
    fn same(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.scope == other.scope
            && self.metric == other.metric
            && self.protocol == other.protocol
            && self.prefsrc == other.prefsrc
            && self.metrics == other.metrics
            && self.nhid == other.nhid
            && (self.nhid != 0 || (self.hop == other.hop && self.more_hops == other.more_hops))
    }

    /// Whether a request to delete means its ways. Linux takes any for those of a next hop object
    /// where the route is of IPv6, and none where it is of IPv4.
    fn ways_meant(&self, wanted: &RouteMatch, dev: Option<DevId>) -> bool {
        if let Some(nhid) = wanted.nhid {
            return self.nhid == nhid;
        }
        if self.nhid != 0 {
            return V::BITS == 128 || (wanted.via.is_none() && dev.is_none());
        }
        let gateway = |hop: &Hop<V>| hop.via6.map(Into::into).or(hop.gateway.map(Into::into));
        self.hops().any(|hop| {
            wanted.via.is_none_or(|via| gateway(hop) == Some(via))
                && dev.is_none_or(|dev| hop.dev == dev)
        })
    }

    /// Whether a request to delete means it (`fib_table_delete`, `fib_nh_match`).
    pub(super) fn meant(&self, wanted: &RouteMatch, dev: Option<DevId>) -> bool {
        fn fits<T: PartialEq>(want: Option<T>, have: &T) -> bool {
            want.is_none_or(|w| w == *have)
        }
        self.tos == wanted.tos
            && fits(wanted.kind, &self.kind)
            && fits(wanted.scope, &self.scope)
            && fits(wanted.protocol, &self.protocol)
            && fits(wanted.metric, &self.metric)
            && wanted
                .prefsrc
                .is_none_or(|p| self.prefsrc.map(Into::into) == Some(p))
            && self.ways_meant(wanted, dev)
    }

    /// As the model tells it; `about` gives a device's index and whether it is dead or without
    /// carrier.
    pub(crate) fn describe(&self, table: u32, about: impl Fn(DevId) -> (u32, bool, bool)) -> Route {
        let nexthops = self.hops().filter(|hop| hop.dev != DevId::NONE).map(|hop| {
            let (index, dead, linkdown) = about(hop.dev);
            // What is delivered here needs no carrier.
            let local = self.kind == RouteType::Local;
            // Nor does a hole that stands at the loopback.
            let local = local || (self.nhid != 0 && hop.scope == Scope::NOWHERE);
            let (dead, linkdown) = (dead && !local, linkdown && !local);
            NextHop {
                via: hop.via6.map(Into::into).or(hop.gateway.map(Into::into)),
                dev: Some(index),
                weight: hop.weight,
                onlink: hop.onlink,
                dead,
                linkdown,
            }
        });
        Route {
            dst: IpNet {
                addr: self.prefix.into(),
                len: self.prefix_len,
            },
            tos: self.tos,
            table,
            kind: self.kind,
            protocol: self.protocol,
            scope: self.scope,
            metric: self.metric,
            prefsrc: self.prefsrc.map(Into::into),
            metrics: self.metrics.as_deref().cloned().unwrap_or_default(),
            nexthops: nexthops.collect(),
            nhid: (self.nhid != 0).then_some(self.nhid),
            expires: None,
            preference: self.preference,
            beyond: Vec::new(),
        }
    }
}

/// From how many prefixes on a table is large.
const LARGE: usize = 1 << 16;

/// A table.
#[derive(Clone)]
pub(crate) struct Table<V: IpVersion> {
    /// From each prefix to the first of its routes.
    heads: Lpm<V, u32>,
    entries: Arena<Entry<V>>,
    /// What is known of prefixes with very many routes.
    crowds: HashMap<(V::Addr, u8), Crowd, foldhash::fast::FixedState>,
}

impl<V: IpVersion> Default for Table<V> {
    fn default() -> Self {
        Table {
            heads: Lpm::new(),
            entries: Arena::default(),
            crowds: HashMap::default(),
        }
    }
}

impl<V: IpVersion> Table<V> {
    /// Whether it has more routes than the processor's caches hold.
    #[inline]
    pub(crate) fn is_large(&self) -> bool {
        self.heads.len() > LARGE
    }

    /// The first routes of the prefixes that cover `addr`, the longest prefix first.
    #[inline]
    pub(crate) fn matches(&self, addr: V::Addr) -> impl Iterator<Item = u32> {
        self.heads.lookup_all(addr)
    }

    /// The first route of the longest prefix that covers `addr`: the first of
    /// [`Self::matches`].
    #[inline]
    pub(crate) fn longest(&self, addr: V::Addr) -> Option<u32> {
        self.heads.lookup(addr)
    }

    /// A route and those behind it.
    #[inline]
    pub(crate) fn chain(&self, head: u32) -> impl Iterator<Item = (u32, &Entry<V>)> {
        let first = Some((head, &self.entries[head]));
        core::iter::successors(first, |(_, e)| e.next.map(|n| (n, &self.entries[n])))
    }

    pub(crate) fn entry(&self, place: u32) -> &Entry<V> {
        &self.entries[place]
    }

    /// Every route, by prefix, each prefix's in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry<V>> {
        self.heads
            .iter()
            .flat_map(|(_, _, head)| self.chain(head).map(|(_, entry)| entry))
    }

    /// Every route, in no order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry<V>> {
        self.crowds.clear();
        self.entries.values_mut()
    }

    /// Puts a route in: `fib_table_insert`. Routes of one prefix stand by TOS, greatest first,
    /// then by metric, least first.
    pub(crate) fn insert(&mut self, entry: Entry<V>, mode: Mode) -> Result<(), Errno> {
        let (prefix, len) = (entry.prefix, entry.prefix_len);
        let head = self.heads.get(prefix, len);
        let Standing {
            before,
            first,
            last,
            same,
        } = self.standing(head, &entry);
        match (mode, first) {
            (Mode::Add, Some(_)) => return Err(Errno::EXIST),
            (Mode::Replace | Mode::Change, Some(first)) => {
                if same && !self.entries[first].same(&entry) {
                    return Err(Errno::EXIST);
                }
                self.crowds.remove(&(prefix, len));
                let next = self.entries[first].next;
                self.entries[first] = Entry { next, ..entry };
                return Ok(());
            }
            (Mode::Change, None) => return Err(Errno::NOENT),
            (Mode::Append | Mode::Prepend, _) if same => return Err(Errno::EXIST),
            _ => {}
        }
        let behind = match mode {
            Mode::Append => last.or(before),
            _ => before,
        };
        let next = behind.map_or(head, |behind| self.entries[behind].next);
        let place = self.entries.insert(Entry { next, ..entry });
        if let Some(crowd) = self.crowds.get_mut(&(prefix, len)) {
            crowd.joined(&self.entries[place], place, mode == Mode::Append);
        }
        match behind {
            Some(behind) => self.entries[behind].next = Some(place),
            None => {
                self.heads.insert(prefix, len, place);
            }
        }
        Ok(())
    }

    /// Puts a route behind those of its prefix and rank, as it was told.
    pub(super) fn restore(&mut self, entry: Entry<V>) -> Result<(), Errno> {
        self.insert(entry, Mode::Append)
    }

    /// Where a new route stands among those of its prefix.
    fn standing(&mut self, head: Option<u32>, entry: &Entry<V>) -> Standing {
        let prefix = (entry.prefix, entry.prefix_len);
        let same = |place| {
            let other: &Entry<V> = &self.entries[place];
            other.rank() == entry.rank() && other.same(entry)
        };
        let crowd = self.crowds.get(&prefix);
        if let Some(known) = crowd.and_then(|crowd| crowd.standing(entry, same)) {
            return known;
        }
        let mut standing = Standing::default();
        let mut passed = 0;
        for (place, other) in head.into_iter().flat_map(|head| self.chain(head)) {
            match other.rank().cmp(&entry.rank()) {
                Ordering::Less => standing.before = Some(place),
                Ordering::Equal => {
                    standing.first = standing.first.or(Some(place));
                    standing.last = Some(place);
                    standing.same = standing.same || other.same(entry);
                }
                Ordering::Greater => break,
            }
            passed += 1;
        }
        if passed >= crowd::MANY
            && !self.crowds.contains_key(&prefix)
            && let Some(head) = head
        {
            let crowd = Crowd::of(self.chain(head));
            self.crowds.insert(prefix, crowd);
        }
        standing
    }

    /// The first route of a prefix that fits.
    pub(crate) fn find_mut(
        &mut self,
        prefix: V::Addr,
        len: u8,
        fits: impl Fn(&Entry<V>) -> bool,
    ) -> Option<&mut Entry<V>> {
        self.crowds.remove(&(prefix, len));
        let all = self.places(prefix, len);
        let place = all.into_iter().find(|p| fits(&self.entries[*p]))?;
        Some(&mut self.entries[place])
    }

    /// Takes the first route out that is meant.
    pub(crate) fn delete(
        &mut self,
        prefix: V::Addr,
        wanted: &RouteMatch,
        dev: Option<DevId>,
    ) -> Result<Entry<V>, Errno> {
        let mut chain = self.places(prefix, wanted.dst.len);
        let meant = chain
            .iter()
            .position(|p| self.entries[*p].meant(wanted, dev));
        let place = chain.remove(meant.ok_or(Errno::SRCH)?);
        let gone = self.entries.remove(place);
        self.crowds.remove(&(prefix, wanted.dst.len));
        self.relink(prefix, wanted.dst.len, &chain);
        gone.ok_or(Errno::SRCH)
    }

    /// Takes every route out for which `gone` holds.
    pub(crate) fn retain_not(&mut self, gone: impl Fn(&Entry<V>) -> bool) {
        let touched: Vec<(V::Addr, u8)> = self
            .iter()
            .filter(|e| gone(e))
            .map(|e| (e.prefix, e.prefix_len))
            .collect();
        for (prefix, len) in touched {
            let (out, stay): (Vec<u32>, Vec<u32>) = self
                .places(prefix, len)
                .into_iter()
                .partition(|p| gone(&self.entries[*p]));
            for place in out {
                self.entries.remove(place);
            }
            self.crowds.remove(&(prefix, len));
            self.relink(prefix, len, &stay);
        }
    }

    /// The routes that follow a next hop object have these hops from now on.
    pub(crate) fn follow(&mut self, nhid: u32, hole: bool, hops: &[Hop<V>]) {
        self.crowds.clear();
        let entries = self.entries.values_mut();
        for entry in entries.filter(|entry| entry.nhid == nhid) {
            entry.follow(nhid, hole, hops);
        }
    }

    /// The places of a prefix's routes, in their order.
    fn places(&self, prefix: V::Addr, len: u8) -> Vec<u32> {
        self.heads
            .get(prefix, len)
            .map(|head| self.chain(head).map(|(place, _)| place).collect())
            .unwrap_or_default()
    }

    /// Makes `chain` the routes of a prefix.
    fn relink(&mut self, prefix: V::Addr, len: u8, chain: &[u32]) {
        for (i, place) in chain.iter().enumerate() {
            self.entries[*place].next = chain.get(i + 1).copied();
        }
        match chain.first() {
            Some(head) => self.heads.insert(prefix, len, *head),
            None => self.heads.remove(prefix, len),
        };
    }
}
