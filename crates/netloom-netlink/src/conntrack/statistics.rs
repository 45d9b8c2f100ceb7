//! What a processor counted of connections (`CTA_STATS_*`).

use super::attributes;
use super::tuple::number;
use netloom_model::conntrack::Statistics;

/// How many connections there are, by the body of the answer to [`kind::COUNT`](super::kind::COUNT).
#[must_use]
pub fn count(body: &[u8]) -> Option<u32> {
    const ENTRIES: u16 = 1;
    let found = attributes(body);
    found.get(ENTRIES)?;
    Some(number(found, ENTRIES))
}

/// What the processor of a message's body counted.
#[must_use]
pub fn statistics(body: &[u8]) -> Option<Statistics> {
    const FOUND: u16 = 2;
    const INVALID: u16 = 4;
    const INSERT: u16 = 8;
    let found = attributes(body);
    let at = |kind: u16| u64::from(number(found, kind));
    found.get(FOUND)?;
    Some(Statistics {
        found: at(FOUND),
        invalid: at(INVALID),
        insert: at(INSERT),
        insert_failed: at(INSERT + 1),
        drop: at(INSERT + 2),
        early_drop: at(INSERT + 3),
        error: at(INSERT + 4),
        search_restart: at(INSERT + 5),
        clash_resolve: at(INSERT + 6),
        chain_too_long: at(INSERT + 7),
    })
}
