//! Commands as they are typed for a namespace, ready to be pasted.

use crate::shell::{typed, word};
use netloom_model::NsName;
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

/// How the namespaces of hosts are entered; nothing where commands are typed in a world.
static HOSTS: RwLock<BTreeMap<NsName, Entering>> = RwLock::new(BTreeMap::new());

/// How a namespace of a host is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entering {
    /// The host, where there are several.
    on: Option<String>,
    /// The name for `ip netns`, or the path of a file that leads there; none: it is the host's own.
    netns: Option<String>,
}

impl Entering {
    pub(crate) const fn new(on: Option<String>, netns: Option<String>) -> Entering {
        Entering { on, netns }
    }

    /// In a world: namespaces are called by their names, but the first.
    fn in_world(ns: &NsName) -> Entering {
        let netns = (!ns.is_first()).then(|| ns.as_str().to_owned());
        Entering { on: None, netns }
    }

    fn of(ns: &NsName) -> Entering {
        let hosts = HOSTS.read().unwrap_or_else(PoisonError::into_inner);
        let known = hosts.get(ns).cloned();
        known.unwrap_or_else(|| Entering::in_world(ns))
    }

    /// A command of iproute2, which can go to a namespace with a name by itself.
    fn iproute(&self, program: &str) -> String {
        match &self.netns {
            Some(name) if !name.contains('/') => self.on(&format!("{program} -n {}", word(name))),
            _ => self.exec(program),
        }
    }

    fn exec(&self, command: &str) -> String {
        self.on(&match &self.netns {
            None => typed(command),
            Some(path) if path.contains('/') => {
                let net = format!("--net={path}");
                format!("nsenter {} {}", word(&net), typed(command))
            }
            Some(name) => format!("ip netns exec {} {}", word(name), typed(command)),
        })
    }

    fn on(&self, command: &str) -> String {
        match &self.on {
            Some(host) => format!("on {host}: {command}"),
            None => command.to_owned(),
        }
    }
}

/// From now on commands are for the namespaces of these hosts.
pub(crate) fn enter_as(hosts: BTreeMap<NsName, Entering>) {
    let mut known = HOSTS.write().unwrap_or_else(PoisonError::into_inner);
    known.extend(hosts);
}

/// `ip -n NS`, or `ip` in the first namespace.
pub(crate) fn ip(ns: &NsName) -> String {
    Entering::of(ns).iproute("ip")
}

/// `bridge -n NS`, or `bridge` in the first namespace.
pub(super) fn bridge(ns: &NsName) -> String {
    Entering::of(ns).iproute("bridge")
}

/// `ip netns exec NS COMMAND`, or the command alone.
pub(crate) fn exec(ns: &NsName, command: &str) -> String {
    Entering::of(ns).exec(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_entered_by_name_or_by_path() {
        let told = |on: Option<&str>, netns: Option<&str>| {
            let way = Entering::new(on.map(str::to_owned), netns.map(str::to_owned));
            (way.iproute("ip"), way.exec("iptables -S"))
        };
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(told(None, None), pair("ip", "iptables -S"));
        assert_eq!(
            told(None, Some("web")),
            pair("ip -n web", "ip netns exec web iptables -S")
        );
        let path = "/proc/77/ns/net";
        assert_eq!(
            told(Some("alpha"), Some(path)),
            pair(
                "on alpha: nsenter --net=/proc/77/ns/net ip",
                "on alpha: nsenter --net=/proc/77/ns/net iptables -S"
            )
        );
    }
}
