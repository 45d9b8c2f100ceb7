//! Names of namespaces that no other host's have: that of a host itself is called as the host is, and where
//! there are several hosts, the others have its name before theirs: `alpha:web`. In a world that begins as
//! hosts were, the first host's own namespace is the first of the world, which has no name.

use netloom_model::{NsName, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// Gives every namespace such a name, and says what those of the hosts themselves are called.
pub(super) fn unique(all: &mut [Snapshot]) -> Vec<NsName> {
    named(all, false)
}

/// The same for a world, in which the first host's own namespace has no name.
pub(super) fn in_world(all: &mut [Snapshot]) -> Vec<NsName> {
    named(all, true)
}

fn named(all: &mut [Snapshot], world: bool) -> Vec<NsName> {
    let several = all.len() > 1;
    let mut taken = BTreeSet::new();
    let mut roots = Vec::new();
    for (at, host) in all.iter_mut().enumerate() {
        let root = root(host, several, &mut taken);
        let prefix = if several {
            format!("{root}:")
        } else {
            String::new()
        };
        let own = match world && at == 0 {
            true => NsName::first(),
            false => root,
        };
        let called = |ns: &NsName| format!("{prefix}{}", visible(ns.as_str()));
        let mut names = BTreeMap::from([(NsName::first(), own.clone())]);
        for ns in host.state.namespaces.keys().filter(|ns| !ns.is_first()) {
            names.insert(ns.clone(), NsName::new(free(&called(ns), &mut taken)));
        }
        let map = |ns: &NsName| match names.get(ns) {
            Some(name) => name.clone(),
            // Somewhere that nothing was read of.
            None => NsName::new(called(ns)),
        };
        rename(host, &map);
        roots.push(own);
    }
    roots
}

/// A name in which every control character is a question mark: no name of a namespace that is shown makes
/// a line of its own.
fn visible(name: &str) -> String {
    name.replace(char::is_control, "?")
}

/// What a host's own namespace is called.
fn root(host: &Snapshot, several: bool, taken: &mut BTreeSet<String>) -> NsName {
    let own = match host.host.name.as_str() {
        "" => "host".to_owned(),
        name => visible(name),
    };
    // One host's namespaces keep their names.
    let inside = host.state.namespaces.keys().filter(|_| !several);
    let mut used = taken.clone();
    used.extend(inside.map(|ns| visible(ns.as_str())));
    let name = free(&own, &mut used);
    taken.insert(name.clone());
    NsName::new(name)
}

/// A name, with a number behind it where it is taken.
fn free(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|count| format!("{name}-{count}"));
    let mut names = core::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| taken.insert(name.clone()));
    free.unwrap_or_default()
}

fn rename(host: &mut Snapshot, map: &dyn Fn(&NsName) -> NsName) {
    let namespaces = core::mem::take(&mut host.state.namespaces);
    for (ns, mut there) in namespaces {
        for link in &mut there.links {
            if let Some(peer) = &mut link.peer {
                peer.ns = map(&peer.ns);
            }
        }
        for ns in there.nsids.values_mut() {
            *ns = map(ns);
        }
        host.state.namespaces.insert(map(&ns), there);
    }
    let places = core::mem::take(&mut host.places);
    host.places = places
        .iter()
        .map(|(ns, place)| (map(ns), place.clone()))
        .collect();
    for container in &mut host.containers {
        container.ns = map(&container.ns);
    }
    for program in &mut host.programs {
        program.ns = map(&program.ns);
    }
    for missing in &mut host.missing {
        // What is missing in every namespace of this host is not missing in those of others.
        missing.ns = missing.ns.as_ref().map(map);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use netloom_model::Namespace;

    fn host(name: &str, namespaces: &[&str]) -> Snapshot {
        let mut host = Snapshot::default();
        host.host.name = name.to_owned();
        for ns in namespaces {
            (host.state.namespaces).insert((*ns).into(), Namespace::default());
        }
        host
    }

    fn names(all: &[Snapshot]) -> Vec<&str> {
        let each = all.iter().flat_map(|host| host.state.namespaces.keys());
        each.map(NsName::as_str).collect()
    }

    #[test]
    fn one_host_keeps_the_names_of_its_namespaces() {
        let mut all = [host("alpha", &["", "web"])];
        assert_eq!(unique(&mut all), ["alpha".into()]);
        assert_eq!(names(&all), ["alpha", "web"]);
    }

    #[test]
    fn a_host_that_is_called_as_one_of_its_containers_has_a_number() {
        let mut all = [host("web", &["", "web"])];
        assert_eq!(unique(&mut all), ["web-2".into()]);
    }

    #[test]
    fn in_a_world_the_first_host_is_there_without_a_name() {
        let mut all = [host("alpha", &["", "web"]), host("beta", &["", "web"])];
        assert_eq!(in_world(&mut all), ["".into(), "beta".into()]);
        assert_eq!(names(&all), ["", "alpha:web", "beta", "beta:web"]);
        let mut one = [host("alpha", &["", "web"])];
        in_world(&mut one);
        assert_eq!(names(&one), ["", "web"]);
    }

    #[test]
    fn the_names_of_several_hosts_never_clash() {
        let mut all = [host("a", &["", "b", "c\n", "c\t"]), host("a:b", &["", "c"])];
        unique(&mut all);
        let expected = ["a", "a:b", "a:c?", "a:c?-2", "a:b-2", "a:b-2:c"];
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        let mut found = names(&all);
        found.sort_unstable();
        assert_eq!(found, expected);
        let mut all = [host("", &["", "web"]), host("", &["", "web"])];
        unique(&mut all);
        assert_eq!(names(&all), ["host", "host:web", "host-2", "host-2:web"]);
    }
}
