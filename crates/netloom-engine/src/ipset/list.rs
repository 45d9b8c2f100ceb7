//! Sets of sets (`list:set`).

use super::set::Set;
use netloom_model::ipset::{Entry, refusal};
use netloom_model::{Result, Time};

impl Set {
    /// Whether it is a list that has the set at `place`.
    pub(super) fn lists(&self, place: usize) -> bool {
        self.members.iter().any(|(member, _)| *member == place)
    }

    /// Puts a set into a list, beside another one if that is said.
    pub(super) fn enlist(
        &mut self,
        place: usize,
        entry: &Entry,
        beside: Option<(usize, bool)>,
        exist: bool,
        now: Time,
    ) -> Result<()> {
        let data = self.data(entry, &[], now);
        let own = self.members.iter().position(|(member, _)| *member == place);
        if let Some(own) = own {
            if !exist {
                return Err(refusal::EXIST.into());
            }
            self.members[own].1 = data;
            return Ok(());
        }
        let at = match beside {
            None => self.members.len(),
            Some((other, behind)) => {
                let at = self.members.iter().position(|(member, _)| *member == other);
                at.ok_or(refusal::LIST_REF_EXIST)? + usize::from(behind)
            }
        };
        self.members.insert(at, (place, data));
        Ok(())
    }

    /// Takes a set out of a list.
    pub(super) fn delist(
        &mut self,
        place: usize,
        beside: Option<(usize, bool)>,
        exist: bool,
    ) -> Result<()> {
        match self.member(place, beside) {
            Some(at) => {
                self.members.remove(at);
                Ok(())
            }
            None if exist => Ok(()),
            None if beside.is_some() => Err(refusal::LIST_REF_EXIST.into()),
            None => Err(refusal::EXIST.into()),
        }
    }

    pub(super) fn has_member(&self, place: usize, beside: Option<(usize, bool)>) -> bool {
        self.member(place, beside).is_some()
    }

    /// Where a set stands in the list, beside another one if that is asked.
    fn member(&self, place: usize, beside: Option<(usize, bool)>) -> Option<usize> {
        let at = self
            .members
            .iter()
            .position(|(member, _)| *member == place)?;
        let is = |at: Option<usize>, other: usize| {
            at.and_then(|at| self.members.get(at))
                .is_some_and(|(member, _)| *member == other)
        };
        let fits = match beside {
            None => true,
            Some((other, false)) => is(at.checked_add(1), other),
            Some((other, true)) => is(at.checked_sub(1), other),
        };
        fits.then_some(at)
    }
}
