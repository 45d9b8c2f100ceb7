//! Whom a question names: namespaces and what has other names for them, and the addresses that stand for them.

use crate::hosts::Names;
use netloom_model::state::Parts;
use netloom_model::{Family, IpNet, Namespace, NsName, State, World};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Who has which addresses.
pub(crate) struct Endpoints {
    /// The addresses of each namespace by which others may know it, those of IPv4 first.
    addresses: BTreeMap<NsName, Vec<IpAddr>>,
    /// What else they are called by, where they are those of hosts.
    names: Names,
    /// The namespace of whoever is asked nothing else: that of the host.
    here: NsName,
}

/// How many names are told to who used another one.
const MOST: usize = 20;

/// The host itself, by a word.
const HOST: &str = "host";

impl Endpoints {
    /// Those of a world, or of hosts that have other names too.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub(crate) fn of(
        world: &mut dyn World,
        names: Names,
        here: NsName,
    ) -> Result<Endpoints, String> {
        let parts = Parts {
            links: true,
            addresses: true,
            ..Parts::NONE
        };
        let state = world.snapshot(None, parts).map_err(|e| e.to_string())?;
        Ok(Endpoints {
            addresses: addresses(&state),
            names,
            here,
        })
    }

    /// Every namespace that somebody can be asked from: those that have addresses.
    pub(crate) fn all(&self) -> Vec<NsName> {
        let inhabited = self.addresses.iter().filter(|(_, all)| !all.is_empty());
        inhabited.map(|(ns, _)| ns.clone()).collect()
    }

    /// The namespace that is called so.
    ///
    /// # Errors
    /// What names there are.
    pub(crate) fn namespace(&self, name: &str) -> Result<NsName, String> {
        let ns = NsName::new(name);
        if !ns.is_first() && self.addresses.contains_key(&ns) {
            return Ok(ns);
        }
        if let Some(ns) = self.names.namespace(name) {
            return Ok(ns.clone());
        }
        if name == HOST {
            return Ok(self.here.clone());
        }
        let named = self.addresses.keys().filter(|ns| !ns.is_first());
        let named = named.map(NsName::as_str).chain([HOST]);
        let mut known: Vec<&str> = named.chain(self.names.containers()).collect();
        known.sort_unstable();
        known.dedup();
        let more = match known.len().checked_sub(MOST) {
            Some(more @ 1..) => format!(" and {more} more"),
            _ => String::new(),
        };
        known.truncate(MOST);
        let known = known.join(", ");
        Err(format!(
            "nobody here is called \"{name}\": there are {known}{more}"
        ))
    }

    /// That of the host.
    pub(crate) const fn here(&self) -> &NsName {
        &self.here
    }

    /// The namespace and the port that `NAME` or `NAME:PORT` means; without a port 0.
    ///
    /// # Errors
    /// Nobody is called so.
    pub(crate) fn target(&self, word: &str) -> Result<(NsName, u16), String> {
        let whole = self.namespace(word);
        match word.rsplit_once(':') {
            Some((name, port)) if whole.is_err() => {
                let ns = self.namespace(name).or(whole)?;
                let no_port = |_| format!("{port} is no port");
                Ok((ns, port.parse().map_err(no_port)?))
            }
            _ => Ok((whole?, 0)),
        }
    }

    /// The address that stands for a namespace, of this family if it must be.
    ///
    /// # Errors
    /// It has none.
    pub(crate) fn address(&self, ns: &NsName, family: Option<Family>) -> Result<IpAddr, String> {
        let mut own = self.addresses.get(ns).into_iter().flatten();
        let fits = |addr: &&IpAddr| family.is_none_or(|family| Family::of(**addr) == family);
        let found = own.find(fits).copied();
        found.ok_or_else(|| format!("{ns} has no address that others could send to"))
    }

    /// Who has addresses in a network.
    pub(crate) fn within(&self, net: &IpNet) -> Vec<(&NsName, IpAddr)> {
        let all = self.addresses.iter();
        let all = all.flat_map(|(ns, own)| own.iter().map(move |addr| (ns, *addr)));
        all.filter(|(_, addr)| net.contains(*addr)).collect()
    }
}

impl Endpoints {
    /// The addresses of a namespace that mean something elsewhere, those of IPv4 first.
    pub(crate) fn addresses_of(here: &Namespace) -> Vec<IpAddr> {
        let elsewhere = |addr: &IpAddr| match addr {
            IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
            IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local(),
        };
        let all = here.addresses.iter().map(|address| address.local.addr);
        let mut all: Vec<IpAddr> = all.filter(elsewhere).collect();
        all.sort_by_key(IpAddr::is_ipv6);
        all
    }
}

fn addresses(state: &State) -> BTreeMap<NsName, Vec<IpAddr>> {
    let each = state.namespaces.iter();
    each.map(|(name, ns)| (name.clone(), Endpoints::addresses_of(ns)))
        .collect()
}
