//! The groups that a device listens to, and telling the routers of its links of them: what IGMP
//! (RFC 1112, 2236, 3376) and MLD (RFC 2710, 3810) do alike.
//!
//! The newest protocol is spoken until a querier of an older one is heard: then that one, for as
//! long as it may still be there. Left out: source filters.

mod joined;

use super::version::IpVersion;
use crate::device::DevId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::timer::Timer;
use core::hash::Hash;
use core::time::Duration;
use joined::Joined;
use netloom_model::{MacAddr, Time};
use netloom_wire::membership::RecordType;

/// How many records a report has at most.
const RECORDS: usize = 60;

/// How long what changed waits at least to be told: two ticks of the kernel's clock.
const SOON: Duration = Duration::from_millis(8);

/// The times of a querier's startup (RFC 3376, section 8), where a query says nothing of them.
const QUERY_INTERVAL: Duration = Duration::from_secs(125);
pub(crate) const RESPONSE_INTERVAL: Duration = Duration::from_secs(10);

/// Which protocol is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Generation {
    /// IGMPv1: who leaves says nothing.
    First,
    /// IGMPv2, MLDv1: a message for each group.
    Second,
    /// IGMPv3, MLDv2: reports of records.
    Third,
}

/// What a version of IP has of its own about groups.
pub(crate) trait Groups: IpVersion {
    /// The timer of a device's groups.
    fn timer(dev: DevId) -> Timer;
    fn of(net: &Net, dev: DevId) -> &Memberships<Self::Addr>;
    fn of_mut(net: &mut Net, dev: DevId) -> &mut Memberships<Self::Addr>;
    /// Whether the device may speak.
    fn runs(net: &Net, dev: DevId) -> bool;
    /// Whether routers are never told of a group.
    fn is_silent(net: &Net, dev: DevId, group: Self::Addr) -> bool;
    /// The hardware group of a group; none where it does not leave the host.
    fn hardware(group: Self::Addr) -> Option<MacAddr>;
    /// The protocol that a user forces.
    fn forced(net: &Net, dev: DevId) -> Option<Generation>;
    /// The longest time until something is told again.
    fn interval(net: &Net, dev: DevId, generation: Generation) -> Duration;
    /// How often something is told, unless a querier says it.
    fn robustness(net: &Net, dev: DevId) -> u8;
    /// Tells of one group as the older protocols do.
    fn tell_one<O: Observer>(
        cx: &mut Cx<'_, O>,
        dev: DevId,
        generation: Generation,
        group: Self::Addr,
        listens: bool,
    );
    /// Tells by a report of records.
    fn tell<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, records: &[(RecordType, Self::Addr)]);
}

/// A group that a device listens to.
#[derive(Clone, Debug)]
pub(crate) struct Membership<A> {
    pub(crate) group: A,
    /// How many listen.
    pub(crate) users: u32,
    /// The hardware group is in the device's list.
    loaded: bool,
    /// How often it is still told, unasked, that it was joined: by records, by messages.
    changed: u8,
    unsolicited: u8,
    /// When an answer about it is due.
    answer_at: Option<Time>,
    /// This host was the last to tell of it: who leaves without that says nothing.
    reporter: bool,
}

impl<A> Membership<A> {
    /// A group that one begins to listen to, and nobody was told of.
    fn new(group: A) -> Membership<A> {
        Membership {
            group,
            users: 1,
            loaded: false,
            changed: 0,
            unsolicited: 0,
            answer_at: None,
            reporter: false,
        }
    }
}

/// The groups of a device, for one version of IP.
#[derive(Clone, Debug)]
#[repr(C)]
pub(crate) struct Memberships<A> {
    /// The newest first.
    groups: Joined<A>,
    /// Groups that were left, and how often that is still told.
    left: Vec<(A, u8)>,
    /// How many reports of what changed are still to be sent, and when the next is.
    changes: u8,
    changes_at: Option<Time>,
    /// Groups of which it is to be said at once that they were left.
    goodbyes: Vec<A>,
    goodbye_at: Option<Time>,
    /// When the answer to a query about all groups is due.
    general_at: Option<Time>,
    /// Until when there is a querier of the first, of the second generation.
    first_until: Option<Time>,
    second_until: Option<Time>,
    /// What the querier says of its network.
    robustness: Option<u8>,
    query_interval: Duration,
}

impl<A> Default for Memberships<A> {
    fn default() -> Memberships<A> {
        Memberships {
            groups: Joined::default(),
            left: Vec::new(),
            changes: 0,
            changes_at: None,
            goodbyes: Vec::new(),
            goodbye_at: None,
            general_at: None,
            first_until: None,
            second_until: None,
            robustness: None,
            query_interval: QUERY_INTERVAL,
        }
    }
}

impl<A: Copy + Eq + Hash> Memberships<A> {
    /// The groups, the newest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Membership<A>> {
        self.groups.iter()
    }

    /// Whether a group is listened to.
    #[inline]
    pub(crate) fn contains(&self, group: A) -> bool {
        self.groups.contains(group)
    }

    fn generation(&self, now: Time) -> Generation {
        let known = |until: Option<Time>| until.is_some_and(|until| until > now);
        if known(self.first_until) {
            Generation::First
        } else if known(self.second_until) {
            Generation::Second
        } else {
            Generation::Third
        }
    }

    /// The earliest moment at which something is to be told.
    fn next(&self) -> Option<Time> {
        let answers = self.groups.iter().filter_map(|member| member.answer_at);
        let others = [self.changes_at, self.general_at, self.goodbye_at];
        answers.chain(others.into_iter().flatten()).min()
    }

    /// Nothing waits to be told any more.
    fn hush(&mut self) {
        self.left.clear();
        self.goodbyes.clear();
        self.goodbye_at = None;
        self.changes = 0;
        self.changes_at = None;
        self.general_at = None;
        for member in self.groups.iter_mut() {
            (member.changed, member.unsolicited, member.answer_at) = (0, 0, None);
        }
    }
}

fn generation<V: Groups>(net: &Net, dev: DevId) -> Generation {
    V::forced(net, dev).unwrap_or_else(|| V::of(net, dev).generation(net.now))
}

fn robustness<V: Groups>(net: &Net, dev: DevId) -> u8 {
    let told = V::of(net, dev).robustness;
    told.unwrap_or_else(|| V::robustness(net, dev))
}

/// A device begins: from now on the setting says nothing to it until a querier tells otherwise.
pub(crate) fn prepare<V: Groups>(net: &mut Net, dev: DevId) {
    V::of_mut(net, dev).robustness = Some(V::robustness(net, dev));
}

/// Sees to it that the next thing to be told is told in time.
fn schedule<V: Groups>(net: &mut Net, dev: DevId) {
    if let Some(at) = V::of(net, dev).next() {
        net.timers.set(at, V::timer(dev));
    }
}

/// A moment within `most` from now.
fn within(net: &mut Net, most: Duration) -> Time {
    let most = (most.as_millis() as u64).max(1);
    net.now + Duration::from_millis(net.random.below(most)) + SOON
}

/// Listens to a group once more.
pub(crate) fn join<V: Groups>(net: &mut Net, dev: DevId, group: V::Addr) {
    let groups = &mut V::of_mut(net, dev).groups;
    if let Some(member) = groups.iter_mut().find(|member| member.group == group) {
        member.users += 1;
        return;
    }
    groups.push_front(Membership::new(group));
    added::<V>(net, dev, 0);
}

/// Listens to a group once less.
pub(crate) fn leave<V: Groups>(net: &mut Net, dev: DevId, group: V::Addr) {
    let groups = &mut V::of_mut(net, dev).groups;
    let Some(at) = groups.iter().position(|member| member.group == group) else {
        return;
    };
    groups[at].users -= 1;
    if groups[at].users > 0 {
        return;
    }
    let member = groups.remove(at);
    if member.loaded
        && let Some(mac) = V::hardware(group)
    {
        net.dev_mut(dev).hardware_groups.remove(mac);
    }
    if V::is_silent(net, dev, group) || !V::runs(net, dev) {
        return;
    }
    let now = net.now;
    match generation::<V>(net, dev) {
        Generation::Second if member.reporter => {
            let here = V::of_mut(net, dev);
            here.goodbyes.push(group);
            here.goodbye_at = Some(now);
            schedule::<V>(net, dev);
        }
        Generation::First | Generation::Second => {}
        Generation::Third => {
            let times = robustness::<V>(net, dev);
            let here = V::of_mut(net, dev);
            here.left.retain(|(other, _)| *other != group);
            here.left.insert(0, (group, times));
            change::<V>(net, dev, times);
        }
    }
}

/// A group is new, or its device came up.
fn added<V: Groups>(net: &mut Net, dev: DevId, at: usize) {
    let member = &mut V::of_mut(net, dev).groups[at];
    let (group, loaded) = (member.group, member.loaded);
    let device = net.dev(dev);
    // No other link layer maps groups to addresses of its own.
    let maps = device.kind.has_ethernet() && !device.is_loopback();
    if let Some(mac) = V::hardware(group)
        && maps
        && !loaded
    {
        V::of_mut(net, dev).groups[at].loaded = true;
        net.dev_mut(dev).hardware_groups.add(mac);
    }
    if V::is_silent(net, dev, group) || !V::runs(net, dev) {
        return;
    }
    let times = robustness::<V>(net, dev);
    let third = generation::<V>(net, dev) == Generation::Third;
    let now = net.now;
    let here = V::of_mut(net, dev);
    here.left.retain(|(other, _)| *other != group);
    let member = &mut here.groups[at];
    if third {
        member.changed = times;
        change::<V>(net, dev, times);
    } else {
        member.unsolicited = times;
        member.answer_at = Some(now + SOON);
        schedule::<V>(net, dev);
    }
}

/// What changed is told soon, `times` times.
fn change<V: Groups>(net: &mut Net, dev: DevId, times: u8) {
    let at = net.now + SOON;
    let here = V::of_mut(net, dev);
    here.changes = times;
    here.changes_at = Some(here.changes_at.map_or(at, |old| old.min(at)));
    schedule::<V>(net, dev);
}

/// Every group is told of once more, as if it were new.
pub(crate) fn tell_again<V: Groups>(net: &mut Net, dev: DevId) {
    if !V::runs(net, dev) || generation::<V>(net, dev) != Generation::Third {
        return;
    }
    let times = robustness::<V>(net, dev);
    for at in 0..V::of(net, dev).groups.len() {
        let group = V::of(net, dev).groups[at].group;
        if !V::is_silent(net, dev, group) {
            V::of_mut(net, dev).groups[at].changed = times;
        }
    }
    change::<V>(net, dev, times);
}

/// The device came up: every group is told of anew.
pub(crate) fn up<V: Groups>(net: &mut Net, dev: DevId) {
    for at in 0..V::of(net, dev).groups.len() {
        added::<V>(net, dev, at);
    }
}

/// The device went down: nothing is told any more, and the hardware listens to nothing.
pub(crate) fn down<V: Groups>(net: &mut Net, dev: DevId) {
    let here = V::of_mut(net, dev);
    here.hush();
    let loaded = here.groups.iter_mut().filter(|member| member.loaded);
    let groups: Vec<V::Addr> = loaded
        .map(|member| {
            member.loaded = false;
            member.group
        })
        .collect();
    for mac in groups.into_iter().filter_map(V::hardware) {
        net.dev_mut(dev).hardware_groups.remove(mac);
    }
}

/// What a query says.
pub(crate) struct Query<A> {
    pub(crate) generation: Generation,
    /// The group asked about; none: all.
    pub(crate) group: Option<A>,
    /// The time within which to answer.
    pub(crate) within: Duration,
    /// Routers are to leave their timers as they are.
    pub(crate) suppressed: bool,
    /// What a query of the third generation says of its network.
    pub(crate) robustness: Option<u8>,
    pub(crate) interval: Option<Duration>,
}

/// A router asks who listens.
pub(crate) fn queried<V: Groups>(net: &mut Net, dev: DevId, query: &Query<V::Addr>) {
    let times = u32::from(robustness::<V>(net, dev));
    let now = net.now;
    let here = V::of_mut(net, dev);
    let until = Some(now + here.query_interval * times + query.within);
    match query.generation {
        Generation::First => here.first_until = until,
        Generation::Second => here.second_until = until,
        Generation::Third => {
            here.robustness = query.robustness.filter(|times| *times > 0);
            here.query_interval = query.interval.unwrap_or(QUERY_INTERVAL);
        }
    }
    if query.generation != Generation::Third {
        // What changed is told no more by records, which the querier does not know.
        here.left.clear();
        (here.changes, here.changes_at) = (0, None);
    }
    let third = generation::<V>(net, dev) == Generation::Third;
    match query.group {
        None if third => {
            let at = within(net, query.within);
            let here = V::of_mut(net, dev);
            here.general_at = Some(here.general_at.map_or(at, |old| old.min(at)));
        }
        group => {
            for at in 0..V::of(net, dev).groups.len() {
                let asked = V::of(net, dev).groups[at].group;
                if group.is_none_or(|group| group == asked) && !V::is_silent(net, dev, asked) {
                    answer_within::<V>(net, dev, at, query.within);
                }
            }
        }
    }
    schedule::<V>(net, dev);
}

/// Draws a moment for the answer about a group, unless one is drawn that comes early enough.
fn answer_within<V: Groups>(net: &mut Net, dev: DevId, at: usize, most: Duration) {
    let (drawn, latest) = (within(net, most), net.now + most);
    let member = &mut V::of_mut(net, dev).groups[at];
    member.unsolicited = 0;
    if member.answer_at.is_none_or(|old| old >= latest) {
        member.answer_at = Some(drawn);
    }
}

/// Another host told of a group: this one need not.
pub(crate) fn heard<V: Groups>(net: &mut Net, dev: DevId, group: V::Addr) {
    let groups = &mut V::of_mut(net, dev).groups;
    if let Some(member) = groups.iter_mut().find(|member| member.group == group) {
        (member.answer_at, member.unsolicited) = (None, 0);
        member.reporter = false;
    }
}

/// Tells what is due.
pub(crate) fn timer<V: Groups, O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    if cx.net.devices.get(dev.0).is_none() || !V::runs(cx.net, dev) {
        return;
    }
    let now = cx.net.now;
    let due = |at: Option<Time>| at.is_some_and(|at| at <= now);
    if due(V::of(cx.net, dev).goodbye_at) {
        V::of_mut(cx.net, dev).goodbye_at = None;
        for group in core::mem::take(&mut V::of_mut(cx.net, dev).goodbyes) {
            V::tell_one(cx, dev, Generation::Second, group, false);
        }
    }
    let mut at = 0;
    while let Some(member) = V::of(cx.net, dev).groups.get(at) {
        if due(member.answer_at) {
            answer::<V, O>(cx, dev, at);
        }
        at += 1;
    }
    if due(V::of(cx.net, dev).general_at) {
        V::of_mut(cx.net, dev).general_at = None;
        general::<V, O>(cx, dev);
    }
    if due(V::of(cx.net, dev).changes_at) {
        changes::<V, O>(cx, dev);
    }
    schedule::<V>(cx.net, dev);
}

/// Tells that a group is listened to.
fn answer<V: Groups, O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, at: usize) {
    let generation = generation::<V>(cx.net, dev);
    let member = &mut V::of_mut(cx.net, dev).groups[at];
    member.answer_at = None;
    member.reporter = true;
    let group = member.group;
    member.unsolicited = member.unsolicited.saturating_sub(1);
    if member.unsolicited > 0 {
        let most = V::interval(cx.net, dev, generation);
        let again = within(cx.net, most);
        V::of_mut(cx.net, dev).groups[at].answer_at = Some(again);
    }
    match generation {
        Generation::Third => V::tell(cx, dev, &[(RecordType::IsExclude, group)]),
        older => V::tell_one(cx, dev, older, group, true),
    }
}

/// Tells of every group.
fn general<V: Groups, O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let groups = V::of(cx.net, dev).iter().map(|member| member.group);
    let told = groups.filter(|group| !V::is_silent(cx.net, dev, *group));
    let records: Vec<_> = told.map(|group| (RecordType::IsExclude, group)).collect();
    for records in records.chunks(RECORDS) {
        V::tell(cx, dev, records);
    }
}

/// Tells what changed: first what was left.
fn changes<V: Groups, O: Observer>(cx: &mut Cx<'_, O>, dev: DevId) {
    let most = V::interval(cx.net, dev, Generation::Third);
    let again = within(cx.net, most);
    let here = V::of_mut(cx.net, dev);
    let mut records = Vec::new();
    for (group, times) in &mut here.left {
        records.push((RecordType::ToInclude, *group));
        *times -= 1;
    }
    here.left.retain(|(_, times)| *times > 0);
    for member in here.groups.iter_mut().filter(|member| member.changed > 0) {
        records.push((RecordType::ToExclude, member.group));
        member.changed -= 1;
    }
    here.changes = here.changes.saturating_sub(1);
    here.changes_at = (here.changes > 0).then_some(again);
    for records in records.chunks(RECORDS) {
        V::tell(cx, dev, records);
    }
}
