//! `/proc/net/ip_tables_*` and its kin: what the older home of rules has (`iptables-legacy`).

use super::{Read, namespace};
use crate::Context;
use netloom_model::NsName;
use netloom_model::ruleset::{Backend, TableFamily};
use netloom_model::state::Parts;

/// The tables of the older home, the last one first.
pub(super) fn names(cx: &mut Context<'_>, ns: &NsName, file: &str) -> Read {
    let family = match file {
        "ip_tables_names" => TableFamily::Ip,
        "ip6_tables_names" => TableFamily::Ip6,
        _ => TableFamily::Arp,
    };
    let parts = Parts {
        ruleset: true,
        ..Parts::NONE
    };
    let mut tables = namespace(cx, ns, parts)?.ruleset.tables;
    tables.retain(|table| table.family == family && table.backend == Backend::Legacy);
    tables.sort_by_key(|table| std::cmp::Reverse(table.handle));
    Ok((tables.iter())
        .map(|table| format!("{}\n", table.name))
        .collect())
}

/// The matches or targets that a file names, one for each of their revisions and families.
pub(super) fn words(file: &str) -> Option<&'static str> {
    Some(match file {
        "ip_tables_matches" => include_str!("xtables/ip_tables_matches"),
        "ip_tables_targets" => include_str!("xtables/ip_tables_targets"),
        "ip6_tables_matches" => include_str!("xtables/ip6_tables_matches"),
        "ip6_tables_targets" => include_str!("xtables/ip6_tables_targets"),
        "arp_tables_matches" => include_str!("xtables/arp_tables_matches"),
        "arp_tables_targets" => include_str!("xtables/arp_tables_targets"),
        _ => return None,
    })
}
