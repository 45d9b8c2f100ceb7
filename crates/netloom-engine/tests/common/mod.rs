//! A small vocabulary for tests: worlds in a line or two.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "each test takes what it needs"
)]

use netloom_engine::{Engine, Simulation};
use netloom_model::journey::{Explain, Journey, Probe, ProbeProtocol, ProbeSend};
use netloom_model::state::Parts;
use netloom_model::{
    Address, Change, IpNet, Link, LinkRef, LinkSettings, Mode, Namespace, NewKind, NewLink,
    NextHop, NsName, Route, World,
};
use std::net::IpAddr;

/// A world whose calls must succeed; without IPv6, which would send on its own.
pub struct Lab(pub Simulation);

impl Default for Lab {
    fn default() -> Self {
        Lab(Simulation {
            engine: Engine::new(7).without_ipv6(),
        })
    }
}

impl Lab {
    /// The same, with IPv6 as Linux begins it.
    pub fn v6() -> Lab {
        Lab(Simulation {
            engine: Engine::new(7),
        })
    }

    pub fn apply(&mut self, change: Change) {
        let told = format!("{change:?}");
        self.0
            .apply(vec![change])
            .unwrap_or_else(|e| panic!("{told}: {e}"));
    }

    pub fn ns(&mut self, name: &str) {
        self.apply(Change::AddNamespace(name.into()));
        self.up(name, "lo");
    }

    pub fn veth(&mut self, a: (&str, &str), b: (&str, &str)) {
        let link = NewLink::veth(a.1, b.1, Some(b.0.into()));
        self.apply(Change::AddLink {
            ns: a.0.into(),
            link,
        });
        self.up(a.0, a.1);
        self.up(b.0, b.1);
    }

    pub fn bridge(&mut self, ns: &str, name: &str) {
        let link = NewLink::new(name, NewKind::Bridge);
        self.apply(Change::AddLink {
            ns: ns.into(),
            link,
        });
        self.up(ns, name);
    }

    pub fn set(&mut self, ns: &str, dev: &str, set: LinkSettings) {
        self.apply(Change::SetLink {
            ns: ns.into(),
            link: dev.into(),
            set: Box::new(set),
        });
    }

    pub fn up(&mut self, ns: &str, dev: &str) {
        self.set(
            ns,
            dev,
            LinkSettings {
                up: Some(true),
                ..LinkSettings::default()
            },
        );
    }

    pub fn master(&mut self, ns: &str, dev: &str, master: &str) {
        let master = Some(Some(master.into()));
        self.set(
            ns,
            dev,
            LinkSettings {
                master,
                ..LinkSettings::default()
            },
        );
    }

    pub fn addr(&mut self, ns: &str, dev: &str, addr: &str) {
        let index = self.link(ns, dev).index;
        let address = Address::new(index, addr.parse().unwrap(), dev);
        self.apply(Change::AddAddress {
            ns: ns.into(),
            address,
            mode: Mode::Add,
        });
    }

    pub fn route(&mut self, ns: &str, dst: &str, via: &str) {
        let dst: IpNet = dst.parse().unwrap();
        let hop = NextHop {
            via: Some(ip(via)),
            weight: 1,
            ..NextHop::default()
        };
        let route = Route {
            nexthops: vec![hop],
            ..Route::new(dst)
        };
        self.apply(Change::AddRoute {
            ns: ns.into(),
            route,
            mode: Mode::Add,
        });
    }

    pub fn sysctl(&mut self, ns: &str, name: &str, value: &str) {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.apply(Change::SetSysctl {
            ns: ns.into(),
            name,
            value,
        });
    }

    pub fn state(&mut self, ns: &str) -> Namespace {
        let name = NsName::from(ns);
        let mut state = self.0.snapshot(Some(&name), Parts::ALL).unwrap();
        state.namespaces.remove(&name).unwrap()
    }

    pub fn link(&mut self, ns: &str, dev: &str) -> Link {
        self.state(ns)
            .link(&LinkRef::from(dev))
            .unwrap_or_else(|| panic!("no {dev}"))
            .clone()
    }

    pub fn explain(&mut self, ns: &str, probe: ProbeSend) -> Journey {
        let explain = Explain {
            ns: ns.into(),
            probe: Probe::Send(probe),
            what_if: Vec::new(),
            max_steps: 10_000,
            states: false,
        };
        self.0.explain(explain).unwrap()
    }
}

pub fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub fn ping(to: &str) -> ProbeSend {
    ProbeSend {
        to: ip(to),
        port: 0,
        protocol: ProbeProtocol::Icmp,
        from: None,
        source_port: None,
        ttl: None,
        size: 56,
        tos: 0,
        mark: 0,
        dont_fragment: false,
        device: None,
    }
}
