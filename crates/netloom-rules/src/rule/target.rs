//! What a rule does.

use super::part::{Ports, option};
use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use core::ops::RangeInclusive;
use netloom_model::Family;

/// What becomes of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// It passes.
    Accept,
    /// It ends.
    Drop,
    /// The chain that this one was called from goes on.
    Return,
    /// Another chain is asked.
    Chain(String),
    /// It ends, and its sender is told.
    Reject(Reject),
    /// It is written to the kernel's log, behind these words.
    Log(String),
    /// Its source becomes the address of the device that it leaves by.
    Masquerade,
    /// Its source becomes that.
    Snat(Translation),
    /// Its destination becomes that.
    Dnat(Translation),
    /// Its destination becomes this host, at these ports.
    Redirect(Ports),
    /// The bits of its mark that are in the mask become those of the value.
    Mark {
        /// The value.
        value: u32,
        /// The mask.
        mask: u32,
    },
    /// A target of iptables-extensions(8) by its name, with its words.
    Other(String, Vec<String>),
}

/// What a sender is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Reject {
    /// That no program listens.
    #[default]
    PortUnreachable,
    /// That the host cannot be reached; of IPv6: the address.
    HostUnreachable,
    /// That nobody knows the network; of IPv6: that there is no route.
    NetUnreachable,
    /// That an administrator forbids it.
    AdminProhibited,
    /// That the connection is over; of TCP alone.
    TcpReset,
}

impl Reject {
    const fn word(self, family: Family) -> &'static str {
        match (self, family) {
            (Reject::PortUnreachable, Family::V4) => "icmp-port-unreachable",
            (Reject::HostUnreachable, Family::V4) => "icmp-host-unreachable",
            (Reject::NetUnreachable, Family::V4) => "icmp-net-unreachable",
            (Reject::AdminProhibited, Family::V4) => "icmp-admin-prohibited",
            (Reject::PortUnreachable, Family::V6) => "icmp6-port-unreachable",
            (Reject::HostUnreachable, Family::V6) => "icmp6-addr-unreachable",
            (Reject::NetUnreachable, Family::V6) => "icmp6-no-route",
            (Reject::AdminProhibited, Family::V6) => "icmp6-adm-prohibited",
            (Reject::TcpReset, _) => "tcp-reset",
        }
    }
}

/// What an address becomes: an address or one of a range, and perhaps a port or one of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The first and the last address.
    pub addresses: RangeInclusive<IpAddr>,
    /// The ports; none: as they are.
    pub ports: Option<Ports>,
}

impl From<IpAddr> for Translation {
    fn from(address: IpAddr) -> Translation {
        Translation {
            addresses: address..=address,
            ports: None,
        }
    }
}

impl From<Ipv4Addr> for Translation {
    fn from(address: Ipv4Addr) -> Translation {
        IpAddr::V4(address).into()
    }
}

impl From<Ipv6Addr> for Translation {
    fn from(address: Ipv6Addr) -> Translation {
        IpAddr::V6(address).into()
    }
}

impl From<SocketAddr> for Translation {
    fn from(to: SocketAddr) -> Translation {
        Translation {
            ports: Some(to.port().into()),
            ..to.ip().into()
        }
    }
}

impl fmt::Display for Translation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.addresses.start(), self.addresses.end());
        let addresses = match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        let Some(Ports { first, last }) = self.ports else {
            return f.write_str(&addresses);
        };
        let ports = match first == last {
            true => first.to_string(),
            false => format!("{first}-{last}"),
        };
        match self.addresses.start().is_ipv6() {
            true => write!(f, "[{addresses}]:{ports}"),
            false => write!(f, "{addresses}:{ports}"),
        }
    }
}

impl Target {
    /// Its words.
    pub(super) fn words(&self, family: Family) -> Vec<String> {
        let (name, rest) = match self {
            Target::Accept => ("ACCEPT", Vec::new()),
            Target::Drop => ("DROP", Vec::new()),
            Target::Return => ("RETURN", Vec::new()),
            Target::Chain(chain) => (chain.as_str(), Vec::new()),
            Target::Reject(with) => ("REJECT", option("--reject-with", with.word(family))),
            Target::Log(prefix) if prefix.is_empty() => ("LOG", Vec::new()),
            Target::Log(prefix) => ("LOG", option("--log-prefix", prefix)),
            Target::Masquerade => ("MASQUERADE", Vec::new()),
            Target::Snat(to) => ("SNAT", option("--to-source", to)),
            Target::Dnat(to) => ("DNAT", option("--to-destination", to)),
            Target::Redirect(ports) => {
                let ports = ports.to_string().replace(':', "-");
                ("REDIRECT", option("--to-ports", ports))
            }
            Target::Mark { value, mask } => (
                "MARK",
                option("--set-xmark", format!("{value:#x}/{mask:#x}")),
            ),
            Target::Other(name, words) => (name.as_str(), words.clone()),
        };
        let mut words = option("-j", name);
        words.extend(rest);
        words
    }
}
