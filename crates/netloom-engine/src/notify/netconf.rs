//! The settings of devices that routing daemons follow (`RTM_NEWNETCONF`): all of them when a device
//! comes, and the one that was written.

use super::tell;
use crate::apply::sysctl::Whose;
use crate::device::DevId;
use crate::namespace::NsId;
use crate::net::Net;
use crate::sysctl::{Conf, Conf6, Ipv4Conf, Ipv6Conf};
use netloom_model::Family;
use netloom_model::notice::{About, Netconf};

/// The settings of a device, of both versions.
pub(crate) fn both(net: &mut Net, dev: DevId, gone: bool) {
    for family in [Family::V4, Family::V6] {
        device(net, dev, family, gone);
    }
}

/// The settings of a device.
pub(crate) fn device(net: &mut Net, dev: DevId, family: Family, gone: bool) {
    tell(net, net.ns_of(dev), gone, |net| {
        let device = net.dev(dev);
        About::Netconf {
            family,
            dev: Some(device.index),
            name: device.name.clone(),
            told: match family {
                Family::V4 => all(&device.conf),
                Family::V6 => all6(&device.v6.conf),
            },
        }
    });
}

fn all(conf: &Ipv4Conf) -> Netconf {
    Netconf {
        forwarding: Some(conf.on(Conf::Forwarding)),
        rp_filter: Some(conf.get(Conf::RpFilter).clamp(0, 2) as u8),
        mc_forwarding: Some(false),
        proxy: Some(conf.on(Conf::ProxyArp)),
        ignore_linkdown: Some(conf.on(Conf::IgnoreRoutesWithLinkdown)),
    }
}

fn all6(conf: &Ipv6Conf) -> Netconf {
    Netconf {
        forwarding: Some(conf.on(Conf6::Forwarding)),
        rp_filter: None,
        mc_forwarding: Some(false),
        proxy: Some(conf.on(Conf6::ProxyNdp)),
        ignore_linkdown: Some(conf.on(Conf6::IgnoreRoutesWithLinkdown)),
    }
}

/// A setting of IPv4 has another value now.
pub(crate) fn written(net: &mut Net, ns: NsId, whose: Whose, key: Conf) {
    let of = |net: &Net| match whose {
        Whose::All => all(&net.ns(ns).conf_all),
        Whose::Default => all(&net.ns(ns).conf_default),
        Whose::Device(dev) => all(&net.dev(dev).conf),
    };
    let told = |all: Netconf| {
        let none = Netconf::default();
        Some(match key {
            Conf::Forwarding => Netconf {
                forwarding: all.forwarding,
                ..none
            },
            Conf::RpFilter => Netconf {
                rp_filter: all.rp_filter,
                ..none
            },
            Conf::ProxyArp => Netconf {
                proxy: all.proxy,
                ..none
            },
            Conf::IgnoreRoutesWithLinkdown => Netconf {
                ignore_linkdown: all.ignore_linkdown,
                ..none
            },
            _ => return None,
        })
    };
    if let Some(told) = told(of(net)) {
        one(net, ns, (Family::V4, whose), told);
    }
}

/// A setting of IPv6 was written.
pub(crate) fn written6(net: &mut Net, ns: NsId, whose: Whose, key: Conf6) {
    let all = match whose {
        Whose::All => all6(&net.ns(ns).v6.conf_all),
        Whose::Default => all6(&net.ns(ns).v6.conf_default),
        Whose::Device(dev) => all6(&net.dev(dev).v6.conf),
    };
    let none = Netconf::default();
    let told = match key {
        Conf6::Forwarding => Netconf {
            forwarding: all.forwarding,
            ..none
        },
        Conf6::ProxyNdp => Netconf {
            proxy: all.proxy,
            ..none
        },
        Conf6::IgnoreRoutesWithLinkdown => Netconf {
            ignore_linkdown: all.ignore_linkdown,
            ..none
        },
        // iproute2 6.1 has no word for it: the message names the device alone.
        Conf6::ForceForwarding => none,
        _ => return,
    };
    one(net, ns, (Family::V6, whose), told);
}

fn one(net: &mut Net, ns: NsId, (family, whose): (Family, Whose), told: Netconf) {
    tell(net, ns, false, |net| {
        let (dev, name) = match whose {
            Whose::All => (None, "all".to_owned()),
            Whose::Default => (None, "default".to_owned()),
            Whose::Device(dev) => (Some(net.dev(dev).index), net.dev(dev).name.clone()),
        };
        About::Netconf {
            family,
            dev,
            name,
            told,
        }
    });
}
