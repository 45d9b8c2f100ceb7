//! Which commands have on the running kernel what they need.

/// Their names; the scripts of `tests/linux` are held to the kernel with them.
pub(crate) const ON_KERNEL: [&str; 8] = [
    "bridge",
    "brctl",
    "conntrack",
    "ifconfig",
    "ip",
    "ipset",
    "route",
    "ss",
];
