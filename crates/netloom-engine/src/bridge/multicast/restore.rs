//! What a bridge knows of groups as a snapshot tells it.

use super::mdb::{Key, PortGroup};
use super::{Multicast, PROTOS, query};
use crate::bridge::configure::bridge;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use core::time::Duration;
use netloom_model::{FilterMode, McastState, MdbEntry, MdbRouter, Time};

/// The settings of a bridge's snooping; `snoops`: it is up, and listens to the groups of snoopers.
pub(in crate::bridge) fn settings(told: &McastState, snoops: bool) -> Multicast {
    Multicast {
        settings: told.clone(),
        joined: snoops,
        ..Multicast::default()
    }
}

fn at(now: Time, centiseconds: u32) -> Time {
    now + Duration::from_millis(u64::from(centiseconds) * 10)
}

/// The groups of a namespace's bridges, the newest first.
pub(crate) fn groups(net: &mut Net, ns: NsId, told: &[MdbEntry]) -> usize {
    let now = net.now;
    let mut lost = 0;
    for entry in told.iter().rev() {
        let device = |index| net.ns(ns).device(index);
        let (Some(master), Some(port)) = (device(entry.bridge), device(entry.port)) else {
            lost += 1;
            continue;
        };
        let until = at(now, entry.timer);
        let key = Key {
            group: entry.group,
            source: entry.source,
            vid: entry.vid,
        };
        let usual = match entry.source {
            Some(_) => FilterMode::Include,
            None => FilterMode::Exclude,
        };
        let made = bridge(net, master).map(|own| own.multicast.make(key));
        let Some(Ok(group)) = made else {
            lost += 1;
            continue;
        };
        if port == master {
            group.host = Some(until);
        } else {
            let there = PortGroup {
                port,
                from: None,
                permanent: entry.permanent,
                by_user: entry.by_user,
                mode: entry.filter_mode.unwrap_or(usual),
                until: (!entry.permanent).then_some(until),
                asks: None,
            };
            group.ports.insert(0, there);
        }
        query::arm(net, master, until);
    }
    lost
}

/// The ports behind which routers of groups are.
pub(crate) fn routers(net: &mut Net, ns: NsId, told: &[MdbRouter]) {
    let now = net.now;
    for router in told {
        let device = |index| net.ns(ns).device(index);
        let (Some(master), Some(dev)) = (device(router.bridge), device(router.port)) else {
            continue;
        };
        let until = at(now, router.timer);
        if let Some(port) = &mut net.dev_mut(dev).port
            && router.timer > 0
        {
            port.multicast.router_until = [Some(until); 2];
            query::arm(net, master, until);
        }
    }
}

/// A bridge that is asked to asks on for members.
pub(in crate::bridge) fn ask(net: &mut Net, master: DevId) {
    let asks = bridge(net, master)
        .is_some_and(|own| own.multicast.joined && own.multicast.settings.querier);
    if asks {
        for proto in PROTOS {
            query::start(net, master, proto);
        }
    }
}
