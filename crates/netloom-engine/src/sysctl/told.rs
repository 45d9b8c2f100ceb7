//! Every setting of a namespace, by the dotted names of sysctl(8).

use super::{
    BRIDGE_PREFIX, BridgeConf, CONNTRACK_PREFIX, ConntrackConf, Global, Ipv4Conf, Ipv4Global,
    Ipv6Conf, Ipv6Global, LISTS, NeighbourConf,
};
use crate::conntrack;
use crate::ip::v6::address;
use crate::namespace::NsId;
use crate::net::Net;
use core::fmt;
use core::net::Ipv6Addr;
use netloom_model::setting::{Settings, dotted};

/// Whether what rules log is told of all namespaces; the first alone has it.
pub(crate) const LOG_ALL: &str = "net.netfilter.nf_log_all_netns";

/// How many chains the table of connections has on Linux, for memory above 4 GiB.
const BUCKETS: u32 = 262_144;

/// What a setting says.
pub(crate) enum Value {
    Number(i64),
    /// Several numbers.
    Numbers(Vec<i32>),
    /// An address, its groups written out.
    Secret(Ipv6Addr),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Number(number) => number.fmt(f),
            Value::Numbers(numbers) => {
                for (place, number) in numbers.iter().enumerate() {
                    let before = if place == 0 { "" } else { "\t" };
                    write!(f, "{before}{number}")?;
                }
                Ok(())
            }
            Value::Secret(secret) => {
                let [a, b, c, d, e, g, h, i] = secret.segments();
                write!(
                    f,
                    "{a:04x}:{b:04x}:{c:04x}:{d:04x}:{e:04x}:{g:04x}:{h:04x}:{i:04x}"
                )
            }
        }
    }
}

/// Who is told of settings: what the name begins with, how it ends, and what it says.
type Tell<'a> = dyn FnMut(&str, &str, Value) + 'a;

/// Every setting of a namespace by its dotted name.
pub(crate) fn list(net: &Net, ns: NsId) -> Settings {
    let mut all = Settings::new();
    each(net, ns, &mut |folder, name, value| {
        all.insert(format!("{folder}{name}").into(), value.to_string().into());
    });
    if let Some(kept) = &net.ns(ns).kept_settings {
        kept.tell(&mut all);
    }
    all
}

/// Tells of each setting that netloom has, in no order.
pub(crate) fn each(net: &Net, ns: NsId, tell: &mut Tell<'_>) {
    of_namespace(net, ns, tell);
    of_connections(net, ns, tell);
    of_devices(net, ns, tell);
    of_devices_v6(net, ns, tell);
}

fn number(value: i32) -> Value {
    Value::Number(value.into())
}

/// The rows of a setting of several numbers.
pub(crate) fn rows(key: &str) -> impl Iterator<Item = &'static (&'static str, Global, i32, i32)> {
    let rows = Ipv4Global::TABLE.iter();
    rows.filter(move |row| row.0.split_once('#').is_some_and(|(name, _)| name == key))
}

fn of_namespace(net: &Net, ns: NsId, tell: &mut Tell<'_>) {
    const IPV4: &str = "net.ipv4.";
    let namespace = net.ns(ns);
    for key in LISTS {
        let numbers = rows(key).map(|row| namespace.settings.get(row.1));
        tell(IPV4, key, Value::Numbers(numbers.collect()));
    }
    for (name, key, ..) in Ipv4Global::TABLE.iter().filter(|row| !row.0.contains('#')) {
        // Those elsewhere stand there by their whole names.
        let folder = if name.starts_with("net.") { "" } else { IPV4 };
        tell(folder, name, number(namespace.settings.get(*key)));
    }
    for (name, key, ..) in Ipv6Global::TABLE {
        tell("net.ipv6.", name, number(namespace.v6.settings.get(*key)));
    }
    if net.br_netfilter {
        for (name, key, ..) in BridgeConf::TABLE {
            tell(BRIDGE_PREFIX, name, number(namespace.bridge_conf.get(*key)));
        }
    }
    if namespace.name.is_first() {
        tell("", LOG_ALL, number(i32::from(net.log.all_namespaces)));
    }
}

/// The settings of connection tracking, and what it tells beside them.
fn of_connections(net: &Net, ns: NsId, tell: &mut Tell<'_>) {
    let conf = &net.ns(ns).conntrack_conf;
    for (name, key, ..) in ConntrackConf::TABLE {
        tell(CONNTRACK_PREFIX, name, number(conf.get(*key)));
    }
    let count = conntrack::count(net, ns) as i64;
    tell(CONNTRACK_PREFIX, "count", Value::Number(count));
    tell(CONNTRACK_PREFIX, "buckets", Value::Number(BUCKETS.into()));
}

fn of_devices(net: &Net, ns: NsId, tell: &mut Tell<'_>) {
    let namespace = net.ns(ns);
    let mut conf = |who: &str, conf: &Ipv4Conf| {
        let folder = format!("net.ipv4.conf.{who}.");
        for (name, key, ..) in Ipv4Conf::TABLE {
            tell(&folder, name, number(conf.get(*key)));
        }
    };
    conf("all", &namespace.conf_all);
    conf("default", &namespace.conf_default);
    let devices = namespace.devices.values().map(|dev| net.dev(*dev));
    for device in devices.clone() {
        conf(&dotted(&device.name), &device.conf);
    }
    neighbours(
        "net.ipv4.neigh.",
        "default",
        &namespace.neighbour_default,
        tell,
    );
    for device in devices {
        neighbours(
            "net.ipv4.neigh.",
            &dotted(&device.name),
            &device.neighbour_conf,
            tell,
        );
    }
}

fn neighbours(folder: &str, who: &str, conf: &NeighbourConf, tell: &mut Tell<'_>) {
    let folder = format!("{folder}{who}.");
    for (name, key, ..) in NeighbourConf::TABLE {
        tell(&folder, name, number(conf.get(*key)));
    }
}

fn of_devices_v6(net: &Net, ns: NsId, tell: &mut Tell<'_>) {
    const NEIGHBOURS: &str = "net.ipv6.neigh.";
    let inet6 = &net.ns(ns).v6;
    let mut conf = |who: &str, conf: &Ipv6Conf, secret: Option<u128>| {
        let folder = format!("net.ipv6.conf.{who}.");
        for (name, key, ..) in Ipv6Conf::TABLE {
            tell(&folder, name, number(conf.get(*key)));
        }
        // There is nothing to be read before it was written.
        if let Some(secret) = secret {
            let secret = Value::Secret(Ipv6Addr::from_bits(secret));
            tell(&folder, "stable_secret", secret);
        }
    };
    conf("all", &inet6.conf_all, None);
    conf("default", &inet6.conf_default, inet6.secret);
    let devices = net.ns(ns).devices.values().map(|dev| net.dev(*dev));
    let devices = devices.filter(|device| address::has_ipv6(device));
    for device in devices.clone() {
        conf(&dotted(&device.name), &device.v6.conf, device.v6.secret);
    }
    neighbours(NEIGHBOURS, "default", &inet6.neighbour_default, tell);
    for device in devices {
        neighbours(
            NEIGHBOURS,
            &dotted(&device.name),
            &device.v6.neighbour_conf,
            tell,
        );
    }
}
