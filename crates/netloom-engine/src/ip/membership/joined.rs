//! The list of the groups that a device joined, and a sketch of it: a flood brings a device many
//! packets to groups that nobody listens to there, and these are to be refused without a walk.

use super::{Membership, Memberships};
use core::hash::{BuildHasher, Hash};
use core::ops::{Deref, DerefMut};
use foldhash::fast::FixedState;

/// The groups that a device joined, the newest first.
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Joined<A> {
    /// The bit of each group: one whose bit is not set is not among them.
    sketch: u64,
    list: Vec<Membership<A>>,
}

impl<A> Default for Joined<A> {
    fn default() -> Joined<A> {
        Joined {
            sketch: 0,
            list: Vec::new(),
        }
    }
}

fn bit<A: Hash>(group: A) -> u64 {
    1 << (FixedState::default().hash_one(group) % 64)
}

impl<A: Copy + Eq + Hash> Joined<A> {
    #[inline]
    pub(super) fn contains(&self, group: A) -> bool {
        self.sketch & bit(group) != 0 && self.list.iter().any(|member| member.group == group)
    }

    /// Puts a group before the others.
    pub(super) fn push_front(&mut self, member: Membership<A>) {
        self.sketch |= bit(member.group);
        self.list.insert(0, member);
    }

    pub(super) fn remove(&mut self, at: usize) -> Membership<A> {
        let gone = self.list.remove(at);
        let bits = self.list.iter().map(|member| bit(member.group));
        self.sketch = bits.fold(0, |sketch, bit| sketch | bit);
        gone
    }
}

impl<A> Deref for Joined<A> {
    type Target = [Membership<A>];

    fn deref(&self) -> &[Membership<A>] {
        &self.list
    }
}

impl<A> DerefMut for Joined<A> {
    fn deref_mut(&mut self) -> &mut [Membership<A>] {
        &mut self.list
    }
}

impl<A: Copy + Eq + Hash> Memberships<A> {
    /// Groups that are listened to as they were told, the newest first: nobody is told of them again.
    pub(crate) fn restore(&mut self, told: &[(A, u32)], loaded: impl Fn(A) -> bool) {
        self.groups = Joined::default();
        for (group, users) in told.iter().rev() {
            self.groups.push_front(Membership {
                users: *users,
                loaded: loaded(*group),
                ..Membership::new(*group)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::net::Ipv4Addr;

    fn group(last: u8) -> Ipv4Addr {
        Ipv4Addr::new(239, 0, 0, last)
    }

    #[test]
    fn a_group_is_known_until_it_is_left_whatever_else_is_joined() {
        let mut joined = Joined::default();
        for last in 0..200 {
            joined.push_front(Membership::new(group(last)));
        }
        // The oldest are last in the list.
        for left in (0..200).rev() {
            let place = joined.iter().position(|m| m.group == group(left));
            let gone = place.map(|place| joined.remove(place).group);
            assert_eq!(gone, Some(group(left)));
            for last in 0..200 {
                assert_eq!(joined.contains(group(last)), last < left);
            }
        }
        assert_eq!(joined.sketch, 0);
    }
}
