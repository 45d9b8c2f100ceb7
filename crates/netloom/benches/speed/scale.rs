//! What large worlds and large routing tables cost.

use crate::prefixes::{self, Random};
use netloom_engine::Engine;
use netloom_engine::ip::version::V4;
use netloom_engine::route::lpm::Lpm;
use netloom_model::{
    Address, Change, IpNet, LinkSettings, Mode, NewKind, NewLink, NextHop, NsName, Route, Time,
};
use std::hint::black_box;
use std::net::Ipv4Addr;
use std::time::Instant;

/// What a world of `count` namespaces on ten bridges costs.
pub(crate) struct Built {
    /// Seconds until all is configured.
    pub(crate) seconds: f64,
    /// Seconds that the world's first second takes: each device checks its IPv6 address by frames
    /// that its bridge floods to all others.
    pub(crate) first_second: f64,
    /// Bytes.
    pub(crate) memory: u64,
}

/// Builds a world of `count` namespaces on ten bridges.
pub(crate) fn build(count: usize) -> Built {
    let before = resident();
    let began = Instant::now();
    let mut engine = Engine::new(1);
    let first = NsName::first();
    for bridge in 0..10 {
        let link = NewLink {
            settings: LinkSettings {
                up: Some(true),
                ..LinkSettings::default()
            },
            ..NewLink::new(format!("br{bridge}"), NewKind::Bridge)
        };
        engine
            .apply(&[Change::AddLink {
                ns: first.clone(),
                link,
            }])
            .expect("a bridge");
    }
    for i in 0..count {
        let ns = NsName::new(format!("n{i}"));
        engine
            .apply(&[Change::AddNamespace(ns.clone())])
            .expect("a namespace");
        let mut link = NewLink::veth(format!("p{i}"), "eth0", Some(ns.clone()));
        link.settings.up = Some(true);
        link.settings.master = Some(Some(format!("br{}", i % 10).into()));
        if let NewKind::Veth { peer_settings, .. } = &mut link.kind {
            peer_settings.up = Some(true);
        }
        engine
            .apply(&[Change::AddLink {
                ns: first.clone(),
                link,
            }])
            .expect("a pair");
        let local =
            Ipv4Addr::from_bits(0x0a00_0000 + (i as u32 / 10 + 2) + ((i as u32 % 10) << 16));
        let address = Address::new(2, IpNet::new(local.into(), 16), "eth0");
        let add = Change::AddAddress {
            ns: ns.clone(),
            address,
            mode: Mode::Add,
        };
        engine.apply(&[add]).expect("an address");
        let via = Ipv4Addr::from_bits(0x0a00_0001 + ((i as u32 % 10) << 16)).into();
        let hop = NextHop {
            via: Some(via),
            weight: 1,
            ..NextHop::default()
        };
        let all = IpNet::new(Ipv4Addr::UNSPECIFIED.into(), 0);
        let route = Route {
            nexthops: vec![hop],
            ..Route::new(all)
        };
        engine
            .apply(&[Change::AddRoute {
                ns,
                route,
                mode: Mode::Add,
            }])
            .expect("a route");
    }
    let seconds = began.elapsed().as_secs_f64();
    engine.advance(Time::from_secs(1));
    Built {
        seconds,
        first_second: began.elapsed().as_secs_f64() - seconds,
        memory: resident().saturating_sub(before),
    }
}

/// Bytes of memory in use (`/proc/self/statm`).
pub(crate) fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: u64 = statm
        .split(' ')
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    pages * 4096
}

/// Lookups a second in a table of `routes` prefixes: the median of some rounds, each of the same
/// million random addresses.
pub(crate) fn lookups(routes: usize) -> f64 {
    let mut table = Lpm::<V4, u32>::new();
    for ((prefix, len), value) in prefixes::ipv4(routes, 1).into_iter().zip(1..) {
        table.insert(prefix, len, value);
    }
    let mut draw = Random::new(3);
    let addresses: Vec<_> = (0..1 << 20)
        .map(|_| Ipv4Addr::from_bits(draw.next() as u32))
        .collect();
    let round = |_| {
        let began = Instant::now();
        let found = addresses.iter().map(|addr| table.lookup(*addr));
        black_box(found.map(|value| value.map_or(0, u64::from)).sum::<u64>());
        addresses.len() as f64 / began.elapsed().as_secs_f64()
    };
    crate::median((0..9).map(round).collect())
}
