//! Which commands have on the running kernel what they need.

/// Their names; the scripts of `tests/linux` are held to the kernel with them.
pub(crate) const ON_KERNEL: [&str; 14] = [
    "bridge",
    "brctl",
    "conntrack",
    "ifconfig",
    "ip",
    "ip6tables-legacy",
    "ip6tables-legacy-restore",
    "ip6tables-legacy-save",
    "ipset",
    "iptables-legacy",
    "iptables-legacy-restore",
    "iptables-legacy-save",
    "route",
    "ss",
];
