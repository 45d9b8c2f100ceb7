//! The database of groups: which ports a group is wanted behind (`br_mdb.c`, `br_multicast.c`).

use super::Multicast;
use crate::device::DevId;
use core::net::IpAddr;
use netloom_model::{FilterMode, MacAddr, MdbGroup, Time};

/// What names a group in a bridge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::bridge) struct Key {
    pub(super) group: MdbGroup,
    /// The one source that is meant; none: all.
    pub(super) source: Option<IpAddr>,
    /// The VLAN; 0 = none.
    pub(super) vid: u16,
}

impl Key {
    pub(super) fn of(group: IpAddr, vid: u16) -> Key {
        Key {
            group: MdbGroup::Ip(group),
            source: None,
            vid,
        }
    }

    /// Whether it is a group of the link alone.
    pub(super) fn is_link(&self) -> bool {
        matches!(self.group, MdbGroup::Mac(_))
    }
}

/// A group.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub(super) birth: u64,
    /// The bridge's own host listens, and until when.
    pub(super) host: Option<Time>,
    /// The ports behind which somebody listens.
    pub(super) ports: Vec<PortGroup>,
}

impl Group {
    pub(super) fn find(&mut self, port: DevId, from: Option<MacAddr>) -> Option<&mut PortGroup> {
        let same = |entry: &&mut PortGroup| {
            entry.port == port && (from.is_none() || entry.from == from || entry.by_user)
        };
        self.ports.iter_mut().find(same)
    }
}

/// A port behind which a group is listened to.
#[derive(Clone, Copy, Debug)]
pub(super) struct PortGroup {
    pub(super) port: DevId,
    /// The station that listens, where each gets its own copy.
    pub(super) from: Option<MacAddr>,
    pub(super) permanent: bool,
    pub(super) by_user: bool,
    pub(super) mode: FilterMode,
    /// When it is forgotten.
    pub(super) until: Option<Time>,
    /// When it is asked once more whether the group is wanted still, and how often.
    pub(super) asks: Option<(Time, u32)>,
}

/// There is no room for one more group: the bridge snoops no more.
pub(super) struct Full;

impl Multicast {
    pub(super) fn get(&self, key: &Key) -> Option<&Group> {
        self.groups.get(key)
    }

    /// The group `key`, new if it must be.
    pub(super) fn make(&mut self, key: Key) -> Result<&mut Group, Full> {
        if !self.groups.contains_key(&key) {
            if self.groups.len() >= self.settings.hash_max as usize {
                return Err(Full);
            }
            self.born += 1;
            let birth = self.born;
            let group = Group {
                birth,
                ..Group::default()
            };
            self.groups.insert(key, group);
        }
        self.groups.get_mut(&key).ok_or(Full)
    }

    /// Every group, the newest first: as the kernel keeps them.
    pub(super) fn newest(&self) -> Vec<(&Key, &Group)> {
        let mut all: Vec<_> = self.groups.iter().collect();
        all.sort_by_key(|(_, group)| core::cmp::Reverse(group.birth));
        all
    }

    /// Takes out the entries of ports for which `gone` holds, and groups that nobody wants then.
    pub(super) fn forget(&mut self, gone: impl Fn(&PortGroup) -> bool) {
        for group in self.groups.values_mut() {
            group.ports.retain(|entry| !gone(entry));
        }
        self.sweep();
    }

    /// Takes out what is over at `now` (`br_multicast_port_group_expired`).
    pub(super) fn expire(&mut self, now: Time) {
        let over = |until: Option<Time>| until.is_some_and(|until| until <= now);
        for group in self.groups.values_mut() {
            if over(group.host) {
                group.host = None;
            }
            let gone = |entry: &PortGroup| !entry.permanent && over(entry.until);
            group.ports.retain(|entry| !gone(entry));
        }
        self.sweep();
    }

    pub(super) fn sweep(&mut self) {
        let wanted = |group: &Group| group.host.is_some() || !group.ports.is_empty();
        self.groups.retain(|_, group| wanted(group));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PORT: DevId = DevId(7);

    fn key(last: u8) -> Key {
        Key::of(IpAddr::from([239, 1, 1, last]), 0)
    }

    fn entry(until: u64, permanent: bool) -> PortGroup {
        PortGroup {
            port: PORT,
            from: None,
            permanent,
            by_user: permanent,
            mode: FilterMode::Exclude,
            until: Some(Time(until)),
            asks: None,
        }
    }

    #[test]
    fn a_group_goes_with_the_last_who_wants_it() {
        let mut multicast = Multicast::default();
        for (last, permanent) in [(1, false), (2, true)] {
            if let Ok(group) = multicast.make(key(last)) {
                group.ports.push(entry(10, permanent));
            }
        }
        multicast.expire(Time(9));
        assert_eq!(multicast.newest().len(), 2);
        multicast.expire(Time(10));
        assert!(multicast.get(&key(1)).is_none() && multicast.get(&key(2)).is_some());
        multicast.forget(|entry| entry.port == PORT);
        assert!(multicast.newest().is_empty());
    }

    #[test]
    fn there_are_only_so_many_groups() {
        let mut multicast = Multicast::default();
        multicast.settings.hash_max = 1;
        assert!(multicast.make(key(1)).is_ok() && multicast.make(key(2)).is_err());
        // The one that is there may be asked for again.
        assert!(multicast.make(key(1)).is_ok());
    }
}
