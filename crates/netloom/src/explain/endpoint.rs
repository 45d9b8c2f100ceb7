//! Whom a question names: namespaces and what has other names for them, and the addresses that stand for them.

use netloom_model::state::Parts;
use netloom_model::{Family, IpNet, NsName, State, World};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Who has which addresses.
pub(crate) struct Endpoints {
    /// The addresses of each namespace by which others may know it, those of IPv4 first.
    addresses: BTreeMap<NsName, Vec<IpAddr>>,
    /// What else namespaces are called by.
    names: BTreeMap<String, NsName>,
}

/// The first namespace, by a word.
const HOST: &str = "host";

impl Endpoints {
    /// Those of a world.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub(crate) fn of(world: &mut dyn World) -> Result<Endpoints, String> {
        let parts = Parts {
            links: true,
            addresses: true,
            ..Parts::NONE
        };
        let state = world.snapshot(None, parts).map_err(|e| e.to_string())?;
        Ok(Endpoints {
            addresses: addresses(&state),
            names: BTreeMap::new(),
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
        if let Some(ns) = self.names.get(name) {
            return Ok(ns.clone());
        }
        if name == HOST {
            return Ok(NsName::first());
        }
        let known = self.addresses.keys().filter(|ns| !ns.is_first());
        let known = known.map(NsName::as_str).chain([HOST]);
        let known = known.chain(self.names.keys().map(String::as_str));
        let known = known.collect::<Vec<_>>().join(", ");
        Err(format!(
            "nobody here is called \"{name}\": there are {known}"
        ))
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

/// The addresses of each namespace that mean something elsewhere.
fn addresses(state: &State) -> BTreeMap<NsName, Vec<IpAddr>> {
    let elsewhere = |addr: &IpAddr| match addr {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local(),
    };
    let of = |ns: &netloom_model::Namespace| {
        let all = ns.addresses.iter().map(|address| address.local.addr);
        let mut all: Vec<IpAddr> = all.filter(elsewhere).collect();
        all.sort_by_key(IpAddr::is_ipv6);
        all
    };
    let each = state.namespaces.iter();
    each.map(|(name, ns)| (name.clone(), of(ns))).collect()
}
