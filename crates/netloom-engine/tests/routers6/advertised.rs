//! What routers send that are told to advertise.

use super::host::Host;
use super::message::prefix;
use netloom_model::advertise::{Advertise, AdvertisedPrefix, AdvertisedRoute};
use netloom_model::{Change, LinkSettings};

/// A router and a host on a cable; the router advertises.
fn advertised(advertise: &Advertise) -> Host {
    let mut host = Host::with(&[]);
    host.lab.sysctl("r", "net.ipv6.conf.eth0.forwarding", "1");
    set(&mut host, Some(advertise));
    host.later(3);
    host
}

fn set(host: &mut Host, advertise: Option<&Advertise>) {
    host.lab.apply(Change::SetAdvertise {
        ns: "r".into(),
        link: "eth0".into(),
        advertise: advertise.cloned().map(Box::new),
    });
}

#[test]
fn a_namespace_advertises_what_it_is_told_to() {
    let what = Advertise {
        mtu: Some(1400),
        preference: 1,
        prefixes: vec![AdvertisedPrefix::new(prefix(1).prefix, 64)],
        routes: vec![AdvertisedRoute {
            prefix: prefix(9).prefix,
            len: 48,
            preference: 3,
            lifetime: None,
        }],
        ..Advertise::default()
    };
    let mut host = advertised(&what);
    assert_eq!(host.addresses().len(), 1);
    let routes = host.routes();
    assert_eq!(routes.len(), 2, "{routes:?}");
    assert!(routes[1].ends_with("high mtu 1400 hops 64"), "{routes:?}");
    let state = host.lab.state("r");
    assert_eq!(state.advertised.values().collect::<Vec<_>>(), [&what]);
    // It goes on, so the route lives longer than one advertisement says.
    host.later(4000);
    assert_eq!(host.routes().len(), 2);
    // Who advertises no more takes its route back.
    set(&mut host, None);
    host.later(1);
    assert_eq!(host.routes().len(), 1);
}

#[test]
fn who_does_not_forward_is_nobodys_default_router() {
    let what = Advertise {
        prefixes: vec![AdvertisedPrefix::new(prefix(1).prefix, 64)],
        ..Advertise::default()
    };
    let mut host = advertised(&what);
    assert_eq!(host.routes().len(), 2);
    host.lab.sysctl("r", "net.ipv6.conf.eth0.forwarding", "0");
    host.later(700);
    let routes = host.routes();
    assert!(routes.iter().all(|r| !r.starts_with("::/0")), "{routes:?}");
    assert_eq!(host.addresses().len(), 1);
}

#[test]
fn a_host_that_asks_is_answered_soon() {
    let what = Advertise {
        prefixes: vec![AdvertisedPrefix::new(prefix(1).prefix, 64)],
        ..Advertise::default()
    };
    let mut host = advertised(&what);
    host.later(100);
    let settings = |up| LinkSettings {
        up: Some(up),
        ..LinkSettings::default()
    };
    host.lab.set("h", "eth0", settings(false));
    host.later(1);
    assert!(host.addresses().is_empty());
    host.lab.set("h", "eth0", settings(true));
    host.later(5);
    assert_eq!(host.addresses().len(), 1);
}
