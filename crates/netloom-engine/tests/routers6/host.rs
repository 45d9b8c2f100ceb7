//! A host that hears whatever is injected, and what it makes of it.

use super::common::{self, Lab};
use super::message::MAC;
use netloom_engine::Port;
use netloom_model::journey::DropReason;
use netloom_model::route::{RouteQuery, protocol};
use netloom_model::{Address, Change, LinkSettings, Route, Time, World};

/// A host that hears whatever is injected.
pub(super) struct Host {
    pub(super) lab: Lab,
    door: Port,
}

impl Host {
    /// A host with settings of its device, `KEY=VALUE`, up for a while.
    pub(super) fn with(settings: &[&str]) -> Host {
        let mut lab = Lab::v6();
        lab.ns("h");
        lab.ns("r");
        lab.apply(Change::AddLink {
            ns: "h".into(),
            link: netloom_model::NewLink::veth("eth0", "eth0", Some("r".into())),
        });
        lab.set(
            "h",
            "eth0",
            LinkSettings {
                address: Some(MAC),
                ..LinkSettings::default()
            },
        );
        for setting in settings {
            let (key, value) = setting.split_once('=').unwrap();
            lab.sysctl("h", &format!("net.ipv6.conf.eth0.{key}"), value);
        }
        lab.up("h", "eth0");
        lab.up("r", "eth0");
        let door = lab.0.engine.port(&"h".into(), &"eth0".into()).unwrap();
        let mut host = Host { lab, door };
        host.later(5);
        host
    }

    pub(super) fn later(&mut self, seconds: u64) {
        let until = Time(self.lab.0.engine.now().0 + seconds * 1_000_000_000);
        self.lab.0.sleep_until(until).unwrap();
    }

    pub(super) fn hear(&mut self, frame: &[u8]) {
        self.lab.0.engine.inject(self.door, frame);
        self.lab.0.engine.run();
    }

    /// The global addresses, the newest first.
    pub(super) fn addresses(&mut self) -> Vec<Address> {
        let mut all = self.lab.state("h").addresses;
        all.retain(|a| match a.local.addr {
            core::net::IpAddr::V6(addr) => !addr.is_unicast_link_local() && !addr.is_loopback(),
            core::net::IpAddr::V4(_) => false,
        });
        all
    }

    /// The routes by routers and to prefixes, in words.
    pub(super) fn routes(&mut self) -> Vec<String> {
        let routes = self.lab.state("h").routes;
        let told = |r: &&Route| {
            r.protocol == protocol::RA || (r.protocol == protocol::KERNEL && r.table == 254)
        };
        let link_local = |r: &&Route| !r.dst.to_string().starts_with("fe80");
        let routes = routes.iter().filter(told).filter(link_local);
        routes.map(words).collect()
    }

    pub(super) fn dropped(&self, reason: DropReason) -> u64 {
        let drops = self.lab.0.engine.drops(&"h".into(), Some(&"eth0".into()));
        drops.unwrap().get(&reason).copied().unwrap_or(0)
    }

    pub(super) fn setting(&mut self, key: &str) -> String {
        let sysctls = self.lab.state("h").sysctls;
        sysctls[&format!("net.ipv6.conf.eth0.{key}")].to_string()
    }
}

/// The question for the way to somewhere far.
pub(super) fn far() -> RouteQuery {
    RouteQuery {
        to: common::ip("2001:db8:77::1"),
        from: None,
        iif: None,
        oif: None,
        mark: 0,
        tos: 0,
        protocol: 0,
        ports: (0, 0),
        uid: 0,
        fibmatch: false,
    }
}

fn words(route: &Route) -> String {
    let via = route.nexthops.first().and_then(|hop| hop.via);
    let via = via.map_or(String::new(), |via| format!(" via {via}"));
    let expires = route.expires.map_or(String::new(), |s| format!(" {s}s"));
    let preference = ["", " high", "", " low"][usize::from(route.preference)];
    let metrics = &route.metrics;
    let more = [("mtu", metrics.mtu), ("hops", metrics.hoplimit)];
    let more = more.iter().filter(|(_, value)| *value != 0);
    let more: String = more
        .map(|(word, value)| format!(" {word} {value}"))
        .collect();
    format!("{}{via}{expires}{preference}{more}", route.dst)
}
