//! Commands as they are typed for a namespace, ready to be pasted.

use netloom_model::NsName;

/// `ip -n NS`, or `ip` in the first namespace.
pub(super) fn ip(ns: &NsName) -> String {
    if ns.is_first() {
        "ip".to_owned()
    } else {
        format!("ip -n {}", ns.as_str())
    }
}

/// `bridge -n NS`, or `bridge` in the first namespace.
pub(super) fn bridge(ns: &NsName) -> String {
    if ns.is_first() {
        "bridge".to_owned()
    } else {
        format!("bridge -n {}", ns.as_str())
    }
}

/// `ip netns exec NS COMMAND`, or the command alone.
pub(crate) fn exec(ns: &NsName, command: &str) -> String {
    if ns.is_first() {
        command.to_owned()
    } else {
        format!("ip netns exec {} {command}", ns.as_str())
    }
}
