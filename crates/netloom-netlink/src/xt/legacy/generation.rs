//! A number for what tables say. The kernel counts no generations of them: who changes a table by what
//! was there tells by this number that it is there still.

use super::read::Hash;
use core::fmt::Write as _;
use netloom_model::ruleset::Table;

/// The generation of tables that were read: the same as long as they have the same chains, policies and
/// rules, whatever these count.
#[must_use]
pub fn generation(tables: &[Table]) -> u32 {
    let mut hash = Hash::default();
    // Nothing is written that could fail.
    for table in tables {
        let _ = write!(hash, "table {} {:?};", table.name, table.family);
        for chain in &table.chains {
            let policy = chain.base.as_ref().map(|base| base.policy);
            let _ = write!(hash, "chain {} {policy:?};", chain.name);
            for rule in &chain.rules {
                let _ = write!(hash, "{};", rule.handle);
            }
        }
    }
    let whole = hash.value();
    (whole >> 32) as u32 ^ whole as u32
}
