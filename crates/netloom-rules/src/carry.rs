//! Who carries calls out: a world, in a transaction for each; or a transaction under way, together with
//! all others in it.

use crate::draft::Draft;
use crate::error::Result;
use crate::tables::IpTables;
use netloom_model::World;
use netloom_model::ruleset::Rule;
use netloom_model::ruleset::change::Place;

/// Many calls as one ([`IpTables::transaction`]): each sees what those before it did, and the kernel
/// hears of all of them at the end, at once.
pub type Transaction<'w> = IpTables<Draft<'w>>;

/// What carries calls out.
pub trait Carry: Sized {
    /// Carries out what a call does to a draft; whether it may change something.
    ///
    /// # Errors
    /// Those of the work, and of the world.
    fn carry<T>(
        tables: &mut IpTables<Self>,
        writes: bool,
        work: impl FnMut(&mut Draft<'_>) -> Result<T>,
    ) -> Result<T>;

    /// Puts rules into a chain without looking at what is there, if that can be: whether it was done.
    ///
    /// # Errors
    /// [`Error::Permission`](crate::Error::Permission), [`Error::NoTable`](crate::Error::NoTable).
    fn at_once(
        tables: &mut IpTables<Self>,
        table: &str,
        chain: &str,
        place: Place,
        rules: &[Rule],
    ) -> Result<bool>;
}

impl<W: World> Carry for W {
    fn carry<T>(
        tables: &mut IpTables<W>,
        writes: bool,
        mut work: impl FnMut(&mut Draft<'_>) -> Result<T>,
    ) -> Result<T> {
        tables.attempt(writes, &mut |world, whose| {
            let mut draft = Draft::new(world, whose);
            let done = work(&mut draft);
            draft.end(done)
        })
    }

    fn at_once(
        tables: &mut IpTables<W>,
        table: &str,
        chain: &str,
        place: Place,
        rules: &[Rule],
    ) -> Result<bool> {
        tables.put_at_once(table, chain, place, rules)
    }
}

impl Carry for Draft<'_> {
    fn carry<T>(
        tables: &mut IpTables<Self>,
        _: bool,
        mut work: impl FnMut(&mut Draft<'_>) -> Result<T>,
    ) -> Result<T> {
        work(&mut tables.world)
    }

    fn at_once(_: &mut IpTables<Self>, _: &str, _: &str, _: Place, _: &[Rule]) -> Result<bool> {
        Ok(false)
    }
}

impl<C: Carry> IpTables<C> {
    /// A call that changes nothing.
    pub(crate) fn look<T>(&mut self, work: impl FnMut(&mut Draft<'_>) -> Result<T>) -> Result<T> {
        C::carry(self, false, work)
    }

    /// A call that changes something.
    pub(crate) fn change<T>(&mut self, work: impl FnMut(&mut Draft<'_>) -> Result<T>) -> Result<T> {
        C::carry(self, true, work)
    }
}
