//! What the kernel refuses of a match when its rule is put in (`checkentry`).

use netloom_model::ruleset::xt::{Hashlimit, Policy, XtMatch};
use netloom_model::{Errno, Result};

/// The most packets of an address that `recent` keeps.
const MOST_HITS: u32 = 65_535;

/// Checks a match.
///
/// # Errors
/// Those of the kernel.
pub(in crate::filter) fn check(found: &XtMatch) -> Result<()> {
    let invalid = match found {
        XtMatch::String(asked) => {
            if !matches!(&*asked.algorithm, "bm" | "kmp" | "fsm") {
                return Err(Errno::NOENT.into());
            }
            asked.from > asked.to || asked.pattern.is.is_empty()
        }
        XtMatch::Hashlimit(asked) => return hashlimit(asked),
        XtMatch::Recent(asked) => asked.hit_count.is_some_and(|hits| hits > MOST_HITS),
        XtMatch::Policy(Policy { elements, .. }) => elements.len() > 4,
        XtMatch::Cluster { nodes, total, .. } => {
            *total == 0 || *total > 32 || u64::from(nodes.is) >= 1 << total
        }
        _ => false,
    };
    if invalid {
        return Err(Errno::INVAL.into());
    }
    Ok(())
}

fn hashlimit(asked: &Hashlimit) -> Result<()> {
    /// What a bucket holds at most, in seconds.
    const DAY: u128 = 86_400;
    if asked.gc_interval == 0 || asked.expire == 0 {
        return Err(Errno::INVAL.into());
    }
    let full = u128::from(asked.per) * u128::from(asked.burst);
    if !asked.bytes && !asked.rate_match && full >= DAY * u128::from(asked.rate) {
        return Err(Errno::RANGE.into());
    }
    Ok(())
}
