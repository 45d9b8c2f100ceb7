//! Neighbours as a snapshot tells them, and what is taken to be so of those outside of it.

use super::protocol::Protocol;
use super::state::{self, News};
use super::{Entry, Neighbours};
use crate::device::DevId;
use crate::ip::version::{V4, V6};
use crate::link::outside;
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::sysctl::Neigh;
use core::net::IpAddr;
use core::time::Duration;
use netloom_model::journey::{Event, Stage};
use netloom_model::{MacAddr, Neighbour, NeighbourState as State, Time};

/// Enters a neighbour as it was told, with the timer of its state.
pub(crate) fn restore(net: &mut Net, ns: NsId, told: &Neighbour) -> Option<()> {
    match told.dst {
        IpAddr::V4(addr) => enter::<V4>(net, ns, told, addr),
        IpAddr::V6(addr) => enter::<V6>(net, ns, told, addr),
    }
}

fn enter<V: Protocol>(net: &mut Net, ns: NsId, told: &Neighbour, addr: V::Addr) -> Option<()> {
    let dev = match (told.proxy, told.dev) {
        (true, 0) => DevId::NONE,
        (_, index) => net.ns(ns).device(index)?,
    };
    if told.proxy {
        V::table_mut(net.ns_mut(ns)).proxies.insert((dev, addr));
        return Some(());
    }
    let now = net.now;
    let ago = |seconds: u32| Time(now.0.saturating_sub(u64::from(seconds) * 1_000_000_000));
    let (used, confirmed, updated) = told.ages;
    // Of what was only heard of it is told that it was confirmed a minute before that.
    let heard = confirmed == updated.saturating_add(60);
    let entry = Entry {
        state: told.state,
        mac: told.lladdr.unwrap_or(MacAddr::ZERO),
        probes: told.probes,
        used: ago(used),
        confirmed: (!heard).then(|| ago(confirmed)),
        updated: ago(updated),
        extern_learn: told.extern_learn,
        router: told.router,
        protocol: told.protocol,
        silent: told.state == State::Failed,
        ..Entry::new(dev, addr, now)
    };
    let conf = V::conf(net.dev(dev));
    let of = |key| conf.get(key).max(0) as u64;
    let after = match told.state {
        State::Reachable => {
            let base = Duration::from_millis(of(Neigh::BaseReachableTimeMs));
            Some(base.saturating_sub(Duration::from_secs(confirmed.into())))
        }
        State::Delay => Some(Duration::from_secs(of(Neigh::DelayFirstProbeTime))),
        State::Probe | State::Incomplete => {
            Some(Duration::from_millis(of(Neigh::RetransTimeMs).max(10)))
        }
        _ => None,
    };
    let table = V::table_mut(net.ns_mut(ns));
    let place = table.entries.insert(entry);
    table.places.insert((dev, addr), place);
    state::enter::<V>(net, ns, place, told.state, after);
    Some(())
}

/// Nobody of this world answers: whether somebody outside is taken to. One who is known stays as he
/// was; one whom the snapshot told to be silent is.
pub(super) fn assume<V: Protocol, O: Observer>(cx: &mut Cx<'_, O>, ns: NsId, place: u32) -> bool {
    let entry = &V::table(cx.net.ns(ns)).entries[place];
    let (dev, addr, was, mac) = (entry.dev, entry.addr, entry.state, entry.mac);
    if entry.silent || !outside::reaches(cx.net, dev) {
        return false;
    }
    if was == State::Probe {
        state::enter::<V>(cx.net, ns, place, State::Stale, None);
        return true;
    }
    if O::ON {
        let waiting = &V::table(cx.net.ns(ns)).entries[place].queue;
        let copies: Vec<_> = waiting.iter().map(|packet| packet.id).collect();
        for id in copies {
            let mut packet = cx.net.pool.take(0);
            packet.id = id;
            cx.see(&packet, dev, Stage::Neighbour, |_| Event::Assumed {
                address: addr.into(),
            });
            cx.net.pool.give_back(packet);
        }
    }
    let news = News {
        mac: if mac.is_zero() {
            outside::SOMEBODY
        } else {
            mac
        },
        state: State::Stale,
        replace: true,
        by_user: false,
    };
    state::update::<V, O>(cx, dev, addr, news, false);
    true
}

/// The neighbour of a namespace that is known to have a hardware address.
pub(crate) fn address_of(net: &Net, ns: NsId, mac: MacAddr) -> Option<IpAddr> {
    fn found<V: Protocol>(table: &Neighbours<V>, mac: MacAddr) -> Option<IpAddr> {
        let mut all = table.entries.iter();
        let found = all.find(|(_, entry)| entry.mac == mac && entry.state.is_valid());
        found.map(|(_, entry)| entry.addr.into())
    }
    let known = mac != outside::SOMEBODY && !mac.is_zero() && !mac.is_multicast();
    if !known {
        return None;
    }
    let space = net.ns(ns);
    found(V4::table(space), mac).or_else(|| found(V6::table(space), mac))
}
