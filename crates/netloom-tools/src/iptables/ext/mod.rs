//! The matches and targets, one file each.

mod comment;
mod conntrack;
mod icmp;
mod ports;

use super::extension::Extension;

/// The matches. What a statement is said with is the first that knows it.
pub(super) const MATCHES: &[&Extension] = &[
    &ports::TCP,
    &ports::UDP,
    &icmp::ICMP,
    &icmp::ICMP6,
    &comment::COMMENT,
    &conntrack::CONNTRACK,
    &conntrack::STATE,
];

/// The targets.
pub(super) const TARGETS: &[&Extension] = &[];
