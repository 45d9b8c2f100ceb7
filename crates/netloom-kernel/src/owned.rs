//! Marks by which what netloom made is found again, also after it was killed: devices have an alias,
//! routes, rules and next hops a protocol number, what is in tables of nft a piece that programs pass over,
//! and named namespaces a file beside them.
//!
//! Left out: neighbours, entries of bridges and settings, which go with their device; tables of
//! iptables-legacy, sets of xtables and elements of nft's, with which nothing can be left.

use crate::netlink::Protocol;
use crate::{Kernel, namespace, refused, ruleset};
use netloom_model::change::RuleMatch;
use netloom_model::route::protocol;
use netloom_model::state::Parts;
use netloom_model::{
    Change, Errno, LinkRef, LinkSettings, Namespace, NewKind, NsName, Result, RouteMatch, World,
};
use std::fs;
use std::path::PathBuf;

/// What stands before the tag in the alias of a device, and in the piece that rules have.
const ALIAS: &str = "netloom: ";

/// Who made routes, rules and next hops (`rtm_protocol`): a number that nobody else has in
/// iproute2's `rt_protos`.
pub const PROTOCOL: u8 = 110;

/// Where it is noted which namespaces were made, and by whom.
const NOTES: &str = "/run/netloom/made";

/// Something that netloom made and that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// What it is, as `netloom clean` lists it: `device veth0`.
    pub name: String,
    /// By whom it was made, where that is known.
    pub tag: Option<String>,
    /// What takes it away.
    pub gone: Change,
}

impl Kernel {
    /// The kernel; what is made from here on carries a mark with this tag, by which [`find`] finds it.
    #[must_use]
    pub fn owned(tag: &str) -> Kernel {
        let mut kernel = Kernel::new();
        kernel.tag = Some(tag.to_owned());
        kernel
    }
}

/// The change with its mark. What has an alias or a protocol of its own keeps it.
pub(crate) fn mark(change: &Change, tag: &str) -> Change {
    let mut change = change.clone();
    match &mut change {
        Change::AddLink { link, .. } => {
            alias(&mut link.settings, tag);
            if let NewKind::Veth { peer_settings, .. } = &mut link.kind {
                alias(peer_settings, tag);
            }
        }
        Change::AddRoute { route, .. } => own(&mut route.protocol),
        Change::AddRule { rule, .. } => own(&mut rule.protocol),
        Change::AddNexthop { nexthop, .. } => own(&mut nexthop.protocol),
        _ => {}
    }
    change
}

fn alias(settings: &mut LinkSettings, tag: &str) {
    settings.alias.get_or_insert_with(|| text(tag));
}

/// A mark that is a text.
pub(crate) fn text(tag: &str) -> String {
    format!("{ALIAS}{tag}")
}

fn own(by: &mut u8) {
    if matches!(*by, protocol::UNSPEC | protocol::BOOT | protocol::STATIC) {
        *by = PROTOCOL;
    }
}

fn note_of(ns: &NsName) -> PathBuf {
    PathBuf::from(NOTES).join(ns.as_str())
}

/// Makes a namespace with a note of who did. It is noted before it has its name, so that none is forgotten,
/// and with its number after, so that another one of that name is not taken for it.
pub(crate) fn make(ns: &NsName, tag: &str) -> Result<()> {
    namespace::own(ns)?;
    if namespace::number(ns).is_some() {
        // It is somebody else's.
        return namespace::make(ns);
    }
    let note = |number: Option<u64>| {
        let text = number.map_or_else(|| tag.to_owned(), |number| format!("{tag}\n{number}"));
        fs::create_dir_all(NOTES).and_then(|()| fs::write(note_of(ns), text))
    };
    note(None).map_err(|error| refused(&error))?;
    if let Err(error) = namespace::make(ns) {
        forget(ns);
        return Err(error);
    }
    note(namespace::number(ns)).map_err(|error| refused(&error))
}

/// Forgets it.
pub(crate) fn forget(ns: &NsName) {
    let _ = fs::remove_file(note_of(ns));
}

/// Everything with a mark, in every namespace that has a name and in that of the caller: what is to go
/// first stands first. It only reads.
///
/// # Errors
/// A namespace cannot be read.
pub fn find(kernel: &mut Kernel) -> Result<Vec<Owned>> {
    let mut all = Vec::new();
    let noted = noted();
    for ns in namespace::all() {
        if noted.iter().any(|(name, _)| *name == ns) {
            // All of it goes with it.
            continue;
        }
        let parts = Parts {
            routes: true,
            rules: true,
            nexthops: true,
            ..Parts::LINKS
        };
        let mut state = match kernel.snapshot(Some(&ns), parts) {
            // Its name leads nowhere, or went.
            Err(error) if !ns.is_first() && is_none(error.errno) => continue,
            state => state?,
        };
        let state = state.namespaces.remove(&ns).unwrap_or_default();
        all.extend(found(&ns, &state));
        let netlink = kernel.socket_of(&ns, Protocol::Netfilter)?;
        let rules = ruleset::owned::find(netlink, ALIAS)?.into_iter();
        all.extend(rules.map(|one| of_ruleset(&ns, one)));
    }
    all.extend(noted.into_iter().map(|(ns, tag)| Owned {
        name: format!("namespace {ns}"),
        tag: Some(tag),
        gone: Change::DelNamespace(ns),
    }));
    Ok(all)
}

/// Whether a name leads to no namespace.
const fn is_none(errno: Errno) -> bool {
    matches!(errno, Errno::NOENT | Errno::INVAL)
}

/// The namespaces that were made and have their name still.
fn noted() -> Vec<(NsName, String)> {
    let there = namespace::all();
    let entries = fs::read_dir(NOTES).into_iter().flatten().flatten();
    let mut all = Vec::new();
    for entry in entries {
        let Ok(name) = entry.file_name().into_string().map(NsName::new) else {
            continue;
        };
        let text = fs::read_to_string(entry.path()).unwrap_or_default();
        let (tag, number) = match text.split_once('\n') {
            Some((tag, number)) => (tag, number.parse().ok()),
            None => (text.as_str(), None),
        };
        let same = number.is_none_or(|number| namespace::number(&name) == Some(number));
        if there.contains(&name) && same {
            all.push((name, tag.to_owned()));
        }
    }
    all.sort();
    all
}

/// Where something is, behind its name.
fn place(ns: &NsName) -> String {
    match ns.is_first() {
        true => String::new(),
        false => format!(" in {ns}"),
    }
}

fn of_ruleset(ns: &NsName, found: ruleset::owned::Found) -> Owned {
    let tag = found.mark.strip_prefix(ALIAS);
    Owned {
        name: found.name + &place(ns),
        tag: tag.map(str::to_owned),
        gone: Change::Ruleset {
            ns: ns.clone(),
            changes: vec![found.gone],
        },
    }
}

/// What has a mark in a namespace.
fn found(ns: &NsName, state: &Namespace) -> Vec<Owned> {
    let place = place(ns);
    let owned = |name: String, tag: Option<&str>, gone: Change| Owned {
        name: name + &place,
        tag: tag.map(str::to_owned),
        gone,
    };
    let mut all = Vec::new();
    let rules = state.rules.iter().filter(|rule| rule.protocol == PROTOCOL);
    all.extend(rules.map(|rule| {
        let gone = Change::DelRule {
            ns: ns.clone(),
            rule: Box::new(RuleMatch {
                rule: rule.clone(),
                action_given: true,
            }),
        };
        let priority = rule.priority.unwrap_or(0);
        owned(format!("rule {priority}"), None, gone)
    }));
    let routes = state.routes.iter();
    let routes = routes.filter(|route| route.protocol == PROTOCOL);
    all.extend(routes.map(|route| {
        let gone = Change::DelRoute {
            ns: ns.clone(),
            route: RouteMatch {
                table: route.table,
                tos: route.tos,
                kind: Some(route.kind),
                protocol: Some(PROTOCOL),
                metric: Some(route.metric).filter(|metric| *metric != 0),
                ..RouteMatch::new(route.dst)
            },
        };
        owned(
            format!("route {} table {}", route.dst, route.table),
            None,
            gone,
        )
    }));
    let nexthops = state.nexthops.iter().filter(|one| one.protocol == PROTOCOL);
    all.extend(nexthops.map(|one| {
        let (ns, id) = (ns.clone(), one.id);
        owned(format!("nexthop {id}"), None, Change::DelNexthop { ns, id })
    }));
    all.extend(state.links.iter().filter_map(|link| {
        let tag = link.alias.as_deref()?.strip_prefix(ALIAS)?;
        let gone = Change::DelLink {
            ns: ns.clone(),
            link: LinkRef::Index(link.index),
        };
        Some(owned(format!("device {}", link.name), Some(tag), gone))
    }));
    all
}

/// Takes away what was found; what went meanwhile, as the other end of a pair does, is gone as well.
///
/// # Errors
/// The first thing that stays, and why; the others are tried nevertheless.
pub fn clean(kernel: &mut Kernel, found: &[Owned]) -> Result<()> {
    let mut first = Ok(());
    for owned in found {
        match kernel.apply(vec![owned.gone.clone()]) {
            Err(error) if matches!(error.errno, Errno::NODEV | Errno::SRCH | Errno::NOENT) => {}
            done => first = first.and(done),
        }
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::{Mode, NewLink, Route};

    #[test]
    fn what_is_made_has_a_mark_unless_it_says_something_itself() {
        let ns = NsName::first();
        let mut link = NewLink::veth("a", "b", None);
        link.settings.alias = Some("mine".to_owned());
        let Change::AddLink { link, .. } = mark(
            &Change::AddLink {
                ns: ns.clone(),
                link,
            },
            "lab",
        ) else {
            panic!("a link");
        };
        assert_eq!(link.settings.alias.as_deref(), Some("mine"));
        let NewKind::Veth { peer_settings, .. } = link.kind else {
            panic!("a pair");
        };
        assert_eq!(peer_settings.alias.as_deref(), Some("netloom: lab"));
        let mut route = Route::new("10.0.0.0/8".parse().unwrap());
        for (told, marked) in [(protocol::BOOT, PROTOCOL), (186, 186)] {
            route.protocol = told;
            let (ns, route) = (ns.clone(), route.clone());
            let mode = Mode::Add;
            let Change::AddRoute { route, .. } = mark(&Change::AddRoute { ns, route, mode }, "lab")
            else {
                panic!("a route");
            };
            assert_eq!(route.protocol, marked);
        }
    }
}
