//! Options of sockets (setsockopt(2), ip(7), ipv6(7), socket(7)), and what they begin with.

use crate::device::DevId;
use crate::ip::options::Prepared;
use core::net::{Ipv4Addr, Ipv6Addr};
use netloom_model::socket::PmtuDiscovery;

/// The default receive buffer in bytes (`net.core.rmem_default`).
pub(super) const RECEIVE_BUFFER: u32 = 212_992;

/// What setsockopt(2) sets.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) ttl: u8,
    pub(crate) multicast_all: bool,
    pub(crate) multicast_ttl: u8,
    pub(crate) multicast_loop: bool,
    pub(crate) multicast_dev: DevId,
    pub(crate) multicast_source: Ipv4Addr,
    pub(crate) tos: u8,
    pub(crate) mark: u32,
    /// Of which groups it has what rules log.
    pub(crate) log_groups: Vec<u16>,
    pub(crate) broadcast: bool,
    pub(crate) pmtu: PmtuDiscovery,
    pub(crate) receive_errors: bool,
    pub(crate) ip_options: Option<Box<Prepared>>,
    pub(crate) header_included: bool,
    pub(crate) dont_route: bool,
    pub(crate) free_bind: bool,
    pub(crate) transparent: bool,
    pub(crate) receive_buffer: u32,
    pub(crate) promiscuous: bool,
    pub(crate) groups: Vec<(Ipv4Addr, DevId)>,
    pub(crate) groups6: Vec<(Ipv6Addr, DevId)>,
    pub(crate) reuse_address: bool,
    pub(crate) reuse_port: bool,
    pub(crate) only_v6: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            ttl: 0,
            multicast_all: true,
            multicast_ttl: 1,
            multicast_loop: true,
            multicast_dev: DevId::NONE,
            multicast_source: Ipv4Addr::UNSPECIFIED,
            tos: 0,
            mark: 0,
            log_groups: Vec::new(),
            broadcast: false,
            pmtu: PmtuDiscovery::Want,
            receive_errors: false,
            ip_options: None,
            header_included: false,
            dont_route: false,
            free_bind: false,
            transparent: false,
            receive_buffer: RECEIVE_BUFFER,
            promiscuous: false,
            groups: Vec::new(),
            groups6: Vec::new(),
            reuse_address: false,
            reuse_port: false,
            only_v6: false,
        }
    }
}
