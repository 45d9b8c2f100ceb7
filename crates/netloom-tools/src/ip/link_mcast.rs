//! The words of `ip link` about the multicast snooping of a bridge (ip-link(8), `mcast_*`).

use super::print::Record;
use super::words::{self, Failure, Outcome, Words};
use netloom_model::{BridgeState, McastSettings};

/// Reads the value of a word about snooping; whether it is one.
pub(super) fn setting(word: &str, words: &mut Words<'_>, set: &mut McastSettings) -> Outcome<bool> {
    macro_rules! numbers {
        ($($name:literal $field:ident $kind:ty;)*) => {
            match word {
                $($name => set.$field = Some(number::<$kind>(word, words)?),)*
                _ => return Ok(false),
            }
        };
    }
    match word {
        "mcast_querier" => set.querier = Some(number::<u8>(word, words)? != 0),
        "mcast_query_use_ifaddr" => {
            set.query_use_ifaddr = Some(number::<u8>(word, words)? != 0);
        }
        "mcast_stats_enabled" => set.stats_enabled = Some(number::<u8>(word, words)? != 0),
        // Kept for old scripts: the database has no chains any more.
        "mcast_hash_elasticity" => {
            number::<u32>(word, words)?;
        }
        _ => numbers! {
            "mcast_router" router u8;
            "mcast_hash_max" hash_max u32;
            "mcast_last_member_count" last_member_count u32;
            "mcast_startup_query_count" startup_query_count u32;
            "mcast_last_member_interval" last_member_interval u64;
            "mcast_membership_interval" membership_interval u64;
            "mcast_querier_interval" querier_interval u64;
            "mcast_query_interval" query_interval u64;
            "mcast_query_response_interval" query_response_interval u64;
            "mcast_startup_query_interval" startup_query_interval u64;
            "mcast_igmp_version" igmp_version u8;
            "mcast_mld_version" mld_version u8;
        },
    }
    Ok(true)
}

/// The number that must follow `word`.
pub(super) fn number<T: TryFrom<u64>>(word: &str, words: &mut Words<'_>) -> Outcome<T> {
    let value = words.value()?;
    let parsed = words::number(value).and_then(|number| T::try_from(number).ok());
    parsed.ok_or_else(|| Failure::wrong(value, &format!("invalid {word}")))
}

/// What `-d` tells of a bridge's snooping.
pub(super) fn details(record: &mut Record, bridge: &BridgeState) {
    let mcast = &bridge.mcast;
    for (key, name, value) in [
        ("mcast_router", "mcast_router", mcast.router.into()),
        (
            "mcast_query_use_ifaddr",
            "mcast_query_use_ifaddr",
            mcast.query_use_ifaddr.into(),
        ),
        ("mcast_querier", "mcast_querier", mcast.querier.into()),
        ("mcast_hash_elasticity", "mcast_hash_elasticity", 16),
        ("mcast_hash_max", "mcast_hash_max", mcast.hash_max.into()),
        (
            "mcast_last_member_cnt",
            "mcast_last_member_count",
            mcast.last_member_count.into(),
        ),
        (
            "mcast_startup_query_cnt",
            "mcast_startup_query_count",
            mcast.startup_query_count.into(),
        ),
        (
            "mcast_last_member_intvl",
            "mcast_last_member_interval",
            mcast.last_member_interval,
        ),
        (
            "mcast_membership_intvl",
            "mcast_membership_interval",
            mcast.membership_interval,
        ),
        (
            "mcast_querier_intvl",
            "mcast_querier_interval",
            mcast.querier_interval,
        ),
        (
            "mcast_query_intvl",
            "mcast_query_interval",
            mcast.query_interval,
        ),
        (
            "mcast_query_response_intvl",
            "mcast_query_response_interval",
            mcast.query_response_interval,
        ),
        (
            "mcast_startup_query_intvl",
            "mcast_startup_query_interval",
            mcast.startup_query_interval,
        ),
        (
            "mcast_stats_enabled",
            "mcast_stats_enabled",
            mcast.stats_enabled.into(),
        ),
        (
            "mcast_igmp_version",
            "mcast_igmp_version",
            mcast.igmp_version.into(),
        ),
        (
            "mcast_mld_version",
            "mcast_mld_version",
            mcast.mld_version.into(),
        ),
    ] {
        record.field(key, value, format!("{name} {value} "));
    }
}
