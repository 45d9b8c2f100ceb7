//! Names in a question: of namespaces, containers and hosts, in the place of addresses; and who is outside.

use super::endpoint::Endpoints;
use super::question::Question;
use netloom_model::state::Parts;
use netloom_model::{Family, LinkRef, Namespace, NsName, World};
use std::net::{IpAddr, Ipv4Addr};

/// What of a question is said by names, and of which hosts it is.
#[derive(Clone, Default)]
pub(super) struct Named {
    /// Whom it is sent to.
    pub(super) to: Option<String>,
    /// Who sends it.
    pub(super) from: Option<Sender>,
    /// The namespace that it begins in, as it was called.
    pub(super) inside: Option<String>,
    /// The files of the hosts that it is about.
    pub(super) snapshots: Vec<String>,
    /// It is about this machine.
    pub(super) live: bool,
}

/// Who sends.
#[derive(Clone)]
pub(super) enum Sender {
    /// Whoever is called so.
    In(String),
    /// Somebody outside, by this device: `DEV`, or `NS/DEV`.
    Outside(String),
}

impl Named {
    /// Whether it is about hosts.
    pub(super) const fn is_of_hosts(&self) -> bool {
        self.live || !self.snapshots.is_empty()
    }
}

impl Question {
    /// Puts namespaces and addresses in the place of names.
    ///
    /// # Errors
    /// Nobody is called so, or he has no address.
    pub(super) fn settle(
        &mut self,
        world: &mut dyn World,
        known: &Endpoints,
    ) -> Result<(), String> {
        let from = self.named.from.take();
        if let Some(Sender::In(name)) = &from {
            self.ns = known.namespace(name)?;
        }
        if let Some(word) = self.named.to.take() {
            let (ns, port) = known
                .target(&word)
                .map_err(|why| format!("\"{word}\" is no address, and {why}"))?;
            let to = known.address(&ns, self.source().map(Family::of))?;
            self.send_to(to, port);
        }
        if let Some(Sender::Outside(place)) = &from {
            let dev = match place.rsplit_once('/') {
                Some((ns, dev)) => {
                    self.ns = known.namespace(ns)?;
                    dev
                }
                None => place,
            };
            self.option("--dev", dev)?;
            if self.source().is_none() {
                let family = self.destination().map_or(Family::V4, Family::of);
                let source = somebody(world, &self.ns, dev, family)?;
                self.come_from(source);
            }
        }
        Ok(())
    }
}

/// An address that somebody outside has, from whom packets come in by a device: that of a router or a
/// neighbour there, else one in its network that nobody here has.
fn somebody(
    world: &mut dyn World,
    ns: &NsName,
    dev: &str,
    family: Family,
) -> Result<IpAddr, String> {
    let parts = Parts {
        links: true,
        addresses: true,
        neighbours: true,
        routes: true,
        ..Parts::NONE
    };
    let state = world.snapshot(Some(ns), parts);
    let mut state = state.map_err(|error| format!("{ns}: {error}"))?;
    let here = state.namespaces.remove(ns).unwrap_or_default();
    let none = || format!("there is no device \"{dev}\" in {ns}: see \"ip link\"");
    let link = here.link(&LinkRef::from(dev)).ok_or_else(none)?;
    let on_link = |dev: u32| dev == link.index || Some(dev) == link.master;
    let routers = here.routes.iter().flat_map(|route| &route.nexthops);
    let routers = routers
        .filter(|hop| hop.dev.is_some_and(on_link))
        .filter_map(|hop| hop.via);
    let neighbours = here
        .neighbours
        .iter()
        .filter(|known| on_link(known.dev) && known.lladdr.is_some_and(|mac| !mac.is_multicast()));
    let mut known = routers.chain(neighbours.map(|known| known.dst));
    let found = known.find(|addr| Family::of(*addr) == family);
    found.or_else(|| beside(&here, &on_link)).ok_or_else(|| {
        format!("nobody outside of {dev} is known: --src says from whom the packet comes")
    })
}

/// An address beside one of a link's own.
fn beside(here: &Namespace, on_link: &dyn Fn(u32) -> bool) -> Option<IpAddr> {
    let taken = |addr: IpAddr| here.addresses.iter().any(|own| own.local.addr == addr);
    let own = here.addresses.iter().filter(|own| on_link(own.dev));
    let mut own = own.filter_map(|own| match own.local.addr {
        IpAddr::V4(v4) => Some((own.prefix(), v4)),
        IpAddr::V6(_) => None,
    });
    own.find_map(|(net, v4)| {
        let near = [v4.to_bits().wrapping_add(1), v4.to_bits().wrapping_sub(1)];
        let near = near.map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
        let fits = |addr: &IpAddr| {
            let network = *addr == net.network().addr || *addr == net.last();
            net.contains(*addr) && !network && !taken(*addr)
        };
        near.into_iter().find(fits)
    })
}
