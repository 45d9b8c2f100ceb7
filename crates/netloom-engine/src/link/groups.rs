//! The hardware groups that a device listens to (`dev_mc_add`, `ip maddress`): those of the IP
//! groups that it joined, and those set by hand. A virtual device receives every group whatever is
//! listed here; the list says what a real one would be told.

use netloom_model::{Errno, MacAddr};

/// A hardware group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HardwareGroup {
    pub(crate) mac: MacAddr,
    /// How many listen to it.
    pub(crate) users: u32,
    /// A user set it (`ip maddress add`): one of those who listen.
    pub(crate) by_hand: bool,
}

/// The hardware groups of a device, the newest last.
#[derive(Clone, Debug, Default)]
pub(crate) struct HardwareGroups(Vec<HardwareGroup>);

impl HardwareGroups {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &HardwareGroup> {
        self.0.iter()
    }

    pub(crate) fn contains(&self, mac: MacAddr) -> bool {
        self.0.iter().any(|group| group.mac == mac)
    }

    fn find(&mut self, mac: MacAddr) -> Option<&mut HardwareGroup> {
        self.0.iter_mut().find(|group| group.mac == mac)
    }

    /// Listens to a group once more.
    pub(crate) fn add(&mut self, mac: MacAddr) {
        match self.find(mac) {
            Some(group) => group.users += 1,
            None => self.push(mac, false),
        }
    }

    /// Listens to a group once less.
    pub(crate) fn remove(&mut self, mac: MacAddr) {
        if let Some(group) = self.find(mac) {
            group.users -= 1;
        }
        self.0.retain(|group| group.users > 0);
    }

    /// A user adds a group; twice is once (`dev_mc_add_global`).
    pub(crate) fn add_by_hand(&mut self, mac: MacAddr) {
        match self.find(mac) {
            Some(group) if group.by_hand => {}
            Some(group) => {
                group.by_hand = true;
                group.users += 1;
            }
            None => self.push(mac, true),
        }
    }

    /// A user takes a group away that a user added.
    pub(crate) fn remove_by_hand(&mut self, mac: MacAddr) -> Result<(), Errno> {
        let group = self.find(mac).filter(|group| group.by_hand);
        group.ok_or(Errno::NOENT)?.by_hand = false;
        self.remove(mac);
        Ok(())
    }

    fn push(&mut self, mac: MacAddr, by_hand: bool) {
        self.0.push(HardwareGroup {
            mac,
            users: 1,
            by_hand,
        });
    }

    /// Puts a group behind the others, as it was told.
    pub(crate) fn restore(&mut self, mac: MacAddr, users: u32, by_hand: bool) {
        self.0.push(HardwareGroup {
            mac,
            users,
            by_hand,
        });
    }

    /// Forgets all of them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: MacAddr = MacAddr([1, 0, 0x5e, 1, 2, 3]);

    #[test]
    fn a_group_goes_with_the_last_who_listens() {
        let mut groups = HardwareGroups::default();
        groups.add(GROUP);
        groups.add(GROUP);
        groups.remove(GROUP);
        assert!(groups.contains(GROUP));
        groups.remove(GROUP);
        assert!(!groups.contains(GROUP));
    }

    #[test]
    fn by_hand_it_is_added_once_and_taken_away_once() {
        let mut groups = HardwareGroups::default();
        groups.add(GROUP);
        groups.add_by_hand(GROUP);
        groups.add_by_hand(GROUP);
        assert_eq!(groups.iter().next().map(|group| group.users), Some(2));
        assert_eq!(groups.remove_by_hand(GROUP), Ok(()));
        assert_eq!(groups.remove_by_hand(GROUP), Err(Errno::NOENT));
        assert!(groups.contains(GROUP));
    }
}
