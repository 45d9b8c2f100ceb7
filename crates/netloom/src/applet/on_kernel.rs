//! Which commands have on the running kernel what they need.

/// Their names; the scripts of `tests/linux` are held to the kernel with them.
pub(crate) const ON_KERNEL: [&str; 5] = ["bridge", "brctl", "ifconfig", "ip", "route"];
