//! What a namespace tells the hosts of a link as their router (RFC 4861 section 6.2.1, RFC 4191).
//!
//! Linux itself advertises nothing: there it is a program's business, as radvd(8) is one. Here it is
//! a setting of a device.

use crate::error::{Errno, Error, Result};
use core::net::Ipv6Addr;
use serde::{Deserialize, Serialize};

/// What a router advertises by a device, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advertise {
    /// Seconds that it stays a default router; 0 = it is none. It is 0 as long as the device does
    /// not forward.
    pub lifetime: u16,
    /// The hop limit that hosts should begin with; 0 = not said.
    pub hop_limit: u8,
    /// Preference among routers: 0 medium, 1 high, 3 low.
    pub preference: u8,
    /// Addresses are to be had by DHCP.
    pub managed: bool,
    /// Other settings are to be had by DHCP.
    pub other: bool,
    /// Milliseconds that a neighbour stays reachable; 0 = not said.
    pub reachable: u32,
    /// Milliseconds between solicitations; 0 = not said.
    pub retransmit: u32,
    /// The MTU of the link.
    pub mtu: Option<u32>,
    /// The least seconds between advertisements that nobody asked for.
    pub min_interval: u16,
    /// The most seconds between them.
    pub max_interval: u16,
    /// The prefixes of the link.
    pub prefixes: Vec<AdvertisedPrefix>,
    /// Where else the router leads.
    pub routes: Vec<AdvertisedRoute>,
}

/// A prefix of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvertisedPrefix {
    /// The prefix.
    pub prefix: Ipv6Addr,
    /// Its length.
    pub len: u8,
    /// It is on the link.
    pub on_link: bool,
    /// Hosts may make addresses of it.
    pub autonomous: bool,
    /// Seconds that it is valid; `None` = for ever.
    pub valid: Option<u32>,
    /// Seconds that addresses of it are preferred; `None` = for ever.
    pub preferred: Option<u32>,
}

/// A route by the router.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvertisedRoute {
    /// Where it leads.
    pub prefix: Ipv6Addr,
    /// The length of that prefix.
    pub len: u8,
    /// Preference: 0 medium, 1 high, 3 low.
    pub preference: u8,
    /// Seconds that it is valid; `None` = for ever.
    pub lifetime: Option<u32>,
}

impl Default for Advertise {
    /// The values that RFC 4861 begins with.
    fn default() -> Self {
        Advertise {
            lifetime: 1800,
            hop_limit: 64,
            preference: 0,
            managed: false,
            other: false,
            reachable: 0,
            retransmit: 0,
            mtu: None,
            min_interval: 200,
            max_interval: 600,
            prefixes: Vec::new(),
            routes: Vec::new(),
        }
    }
}

impl AdvertisedPrefix {
    /// A prefix with the lifetimes that RFC 4861 begins with.
    #[must_use]
    pub fn new(prefix: Ipv6Addr, len: u8) -> Self {
        AdvertisedPrefix {
            prefix,
            len,
            on_link: true,
            autonomous: true,
            valid: Some(2_592_000),
            preferred: Some(604_800),
        }
    }
}

impl Advertise {
    /// Refuses what no router may say.
    ///
    /// # Errors
    /// `EINVAL`, with what is wrong.
    pub fn check(&self) -> Result<()> {
        let intervals = 3..=self.max_interval.saturating_mul(3) / 4;
        let longest = |lifetime: Option<u32>| lifetime.unwrap_or(u32::MAX);
        let wrong = if !(4..=1800).contains(&self.max_interval) {
            "the longest interval is from 4 to 1800 seconds"
        } else if !intervals.contains(&self.min_interval) {
            "the shortest interval is from 3 seconds to three quarters of the longest"
        } else if self.lifetime != 0 && !(self.max_interval..=9000).contains(&self.lifetime) {
            "the lifetime is 0, or from the longest interval to 9000 seconds"
        } else if self.mtu.is_some_and(|mtu| mtu < 1280) {
            "the MTU of IPv6 is 1280 at least"
        } else if self
            .prefixes
            .iter()
            .any(|p| p.prefix.is_unicast_link_local())
        {
            "the link-local prefix is not advertised"
        } else if (self.prefixes.iter()).any(|p| longest(p.preferred) > longest(p.valid)) {
            "a prefix is not preferred for longer than it is valid"
        } else if self.prefixes.len() + self.routes.len() > Self::MOST {
            "that is more than one message holds"
        } else {
            return Ok(());
        };
        Err(Error::with(Errno::INVAL, wrong))
    }

    /// Prefixes and routes that fit into one message on the smallest link.
    const MOST: usize = 35;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_router_may_say_is_refused() {
        let first = Advertise::default();
        assert!(first.check().is_ok());
        let wrong = |change: fn(&mut Advertise)| {
            let mut advertise = Advertise::default();
            change(&mut advertise);
            advertise.check().is_err()
        };
        assert!(wrong(|a| a.max_interval = 3));
        assert!(wrong(|a| a.min_interval = 451));
        assert!(wrong(|a| a.lifetime = 599));
        assert!(wrong(|a| a.mtu = Some(1279)));
        assert!(!wrong(|a| a.lifetime = 0));
    }
}
