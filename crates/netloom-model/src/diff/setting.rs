//! Settings: those of all links and of links to come before there are any, then those of each.

use super::Both;
use crate::change::Change;
use crate::setting::{Settings, undotted};

/// What is told and not to be set.
const TOLD: [&str; 2] = [
    "net.netfilter.nf_conntrack_count",
    "net.netfilter.nf_conntrack_buckets",
];

const BRIDGE: &str = "net.bridge.bridge-nf-";

/// Of `net.ipv4.conf.eth0.rp_filter`: `eth0`.
fn device(name: &str) -> Option<&str> {
    let rest = [
        "net.ipv4.conf.",
        "net.ipv6.conf.",
        "net.ipv4.neigh.",
        "net.ipv6.neigh.",
    ]
    .iter()
    .find_map(|begin| name.strip_prefix(begin))?;
    let (who, _) = rest.rsplit_once('.')?;
    (!matches!(who, "all" | "default")).then_some(who)
}

/// A setting for all links, and the family that it is of: it is set for each with it.
fn for_each(name: &str) -> Option<(&str, &str)> {
    match name {
        "net.ipv4.ip_forward" | "net.ipv4.conf.all.forwarding" => Some(("net.ipv4", "forwarding")),
        "net.ipv6.conf.all.forwarding" => Some(("net.ipv6", "forwarding")),
        "net.ipv6.conf.all.disable_ipv6" => Some(("net.ipv6", "disable_ipv6")),
        _ => None,
    }
}

/// The settings as they are once those of all links are as desired.
fn afterwards(both: &Both<'_>) -> Settings {
    let mut now = both.current.sysctls.clone();
    for (name, value) in &both.desired.sysctls {
        let before = both.current.sysctls.get(name);
        let Some((family, key)) = for_each(name).filter(|_| before != Some(value)) else {
            continue;
        };
        let end = format!(".{key}");
        let begin = format!("{family}.conf.");
        for (name, now) in &mut now {
            if name.starts_with(&begin) && name.ends_with(&end) {
                now.clone_from(value);
            }
        }
        // A router believes no redirects (`inet_forward_change`).
        if (family, key) == ("net.ipv4", "forwarding") {
            let believes = if value == "0" { "1" } else { "0" };
            now.insert(REDIRECTS.into(), believes.into());
        }
    }
    now
}

const REDIRECTS: &str = "net.ipv4.conf.all.accept_redirects";

fn write(both: &Both<'_>, name: &str, value: &str, changes: &mut Vec<Change>) {
    changes.push(Change::SetSysctl {
        ns: both.ns.clone(),
        name: name.to_owned(),
        value: value.to_owned(),
    });
}

/// Those of the namespace.
pub(super) fn begin(both: &Both<'_>, changes: &mut Vec<Change>) {
    let (had, has) = (&both.current.sysctls, &both.desired.sysctls);
    let bridges = |all: &Settings| all.keys().any(|name| name.starts_with(BRIDGE));
    if bridges(has) && !bridges(had) {
        changes.push(Change::Module {
            name: "br_netfilter".to_owned(),
            load: true,
        });
    }
    // What is for each link goes first: it sets others.
    let now = afterwards(both);
    let own = |name: &str| device(name).is_none() && !TOLD.contains(&name);
    for first in [true, false] {
        let before = if first { had } else { &now };
        for (name, value) in has.iter().filter(|(name, _)| own(name)) {
            let turn = for_each(name).is_some() == first;
            if turn && before.get(name) != Some(value) {
                write(both, name, value, changes);
            }
        }
    }
}

/// Those of links.
pub(super) fn devices(both: &Both<'_>, changes: &mut Vec<Change>) {
    let now = afterwards(both);
    let stays = |name: &str| {
        let mut links = both.current.links.iter();
        let link = links.find(|link| link.name == undotted(name));
        link.is_some_and(|link| both.stays(link.index))
    };
    for (name, value) in &both.desired.sysctls {
        let Some(who) = device(name) else { continue };
        // It follows the link's own.
        if name.ends_with(".mtu") || name.ends_with(".addr_gen_mode") && value == "2" {
            continue;
        }
        // One that was just made has what is told to those to come.
        let usual = name.replacen(&format!(".{who}."), ".default.", 1);
        let before = match stays(who) {
            true => now.get(name),
            false => both.desired.sysctls.get(&usual),
        };
        // What is written for those to come reaches those that are there.
        let usual = (
            both.current.sysctls.get(&usual),
            both.desired.sysctls.get(&usual),
        );
        let reached = stays(who) && usual.0 != usual.1;
        let there = both
            .desired
            .links
            .iter()
            .any(|link| link.name == undotted(who));
        if there && (reached || before != Some(value)) {
            write(both, name, value, changes);
        }
    }
}
