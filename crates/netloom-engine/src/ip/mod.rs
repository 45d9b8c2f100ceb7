//! IPv4: receive, forward, deliver, send (RFC 791, RFC 1122, RFC 1812, ip(7)).

pub(crate) mod deliver;
pub(crate) mod forward;
pub(crate) mod fragment;
pub(crate) mod icmp;
pub(crate) mod icmp_error;
pub(crate) mod igmp;
pub(crate) mod membership;
pub(crate) mod options;
pub(crate) mod output;
pub(crate) mod reassembly;
pub(crate) mod receive;
pub(crate) mod v6;
pub mod version;
pub(crate) mod with_options;
