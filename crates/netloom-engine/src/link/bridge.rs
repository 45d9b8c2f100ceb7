//! A bridge as a device: what it begins with. How it forwards is `crate::bridge`.

use super::{Defaults, ETHERNET_FLAGS};

pub(super) const DEFAULTS: Defaults = Defaults {
    flags: ETHERNET_FLAGS,
    mtu: 1500,
    mtu_range: (68, 65535),
    txqueuelen: 1000,
    queues: (1, 1),
    name: "bridge%d",
};
