//! Types and codes of ICMP, and what they are called.

/// The type of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Type(pub u8);

impl Type {
    /// Echo reply.
    pub const ECHO_REPLY: Self = Self(0);
    /// Destination unreachable.
    pub const DEST_UNREACHABLE: Self = Self(3);
    /// Source quench, obsolete.
    pub const SOURCE_QUENCH: Self = Self(4);
    /// Redirect.
    pub const REDIRECT: Self = Self(5);
    /// Echo request.
    pub const ECHO_REQUEST: Self = Self(8);
    /// Router advertisement.
    pub const ROUTER_ADVERTISEMENT: Self = Self(9);
    /// Router solicitation.
    pub const ROUTER_SOLICITATION: Self = Self(10);
    /// Time exceeded.
    pub const TIME_EXCEEDED: Self = Self(11);
    /// Parameter problem.
    pub const PARAMETER_PROBLEM: Self = Self(12);
    /// Timestamp request.
    pub const TIMESTAMP_REQUEST: Self = Self(13);
    /// Timestamp reply.
    pub const TIMESTAMP_REPLY: Self = Self(14);
    /// Information request, obsolete.
    pub const INFO_REQUEST: Self = Self(15);
    /// Information reply, obsolete.
    pub const INFO_REPLY: Self = Self(16);
    /// Address mask request.
    pub const ADDRESS_MASK_REQUEST: Self = Self(17);
    /// Address mask reply.
    pub const ADDRESS_MASK_REPLY: Self = Self(18);

    /// Whether it is an error, about which no error may be sent (RFC 1122, 3.2.2).
    #[inline]
    #[must_use]
    pub fn is_error(self) -> bool {
        matches!(
            self,
            Self::DEST_UNREACHABLE
                | Self::SOURCE_QUENCH
                | Self::REDIRECT
                | Self::TIME_EXCEEDED
                | Self::PARAMETER_PROBLEM
        )
    }
}

/// Codes, by the type they belong to.
pub mod code {
    /// Destination unreachable: no route to the network.
    pub const NET_UNREACHABLE: u8 = 0;
    /// Destination unreachable: the host does not answer.
    pub const HOST_UNREACHABLE: u8 = 1;
    /// Destination unreachable: nobody takes the protocol.
    pub const PROTOCOL_UNREACHABLE: u8 = 2;
    /// Destination unreachable: nobody listens on the port.
    pub const PORT_UNREACHABLE: u8 = 3;
    /// Destination unreachable: too long for the next link, and not to be fragmented.
    pub const FRAGMENTATION_NEEDED: u8 = 4;
    /// Destination unreachable: source route failed.
    pub const SOURCE_ROUTE_FAILED: u8 = 5;
    /// Destination unreachable: network unknown.
    pub const NET_UNKNOWN: u8 = 6;
    /// Destination unreachable: host unknown.
    pub const HOST_UNKNOWN: u8 = 7;
    /// Destination unreachable: source host isolated.
    pub const HOST_ISOLATED: u8 = 8;
    /// Destination unreachable: network administratively prohibited.
    pub const NET_PROHIBITED: u8 = 9;
    /// Destination unreachable: host administratively prohibited.
    pub const HOST_PROHIBITED: u8 = 10;
    /// Destination unreachable: network, for this type of service.
    pub const NET_UNREACHABLE_TOS: u8 = 11;
    /// Destination unreachable: host, for this type of service.
    pub const HOST_UNREACHABLE_TOS: u8 = 12;
    /// Destination unreachable: communication administratively filtered.
    pub const PACKET_FILTERED: u8 = 13;
    /// Destination unreachable: host precedence violation.
    pub const PRECEDENCE_VIOLATION: u8 = 14;
    /// Destination unreachable: precedence cutoff.
    pub const PRECEDENCE_CUTOFF: u8 = 15;

    /// Redirect for the network.
    pub const REDIRECT_NET: u8 = 0;
    /// Redirect for the host.
    pub const REDIRECT_HOST: u8 = 1;
    /// Redirect for the network and type of service.
    pub const REDIRECT_NET_TOS: u8 = 2;
    /// Redirect for the host and type of service.
    pub const REDIRECT_HOST_TOS: u8 = 3;

    /// Time exceeded: the time to live ran out in transit.
    pub const TTL_EXCEEDED: u8 = 0;
    /// Time exceeded: fragments did not all arrive in time.
    pub const REASSEMBLY_EXCEEDED: u8 = 1;
}

const UNREACHABLE: [&str; 16] = [
    "Destination Net Unreachable",
    "Destination Host Unreachable",
    "Destination Protocol Unreachable",
    "Destination Port Unreachable",
    "Frag needed and DF set",
    "Source Route Failed",
    "Destination Net Unknown",
    "Destination Host Unknown",
    "Source Host Isolated",
    "Destination Net Prohibited",
    "Destination Host Prohibited",
    "Destination Net Unreachable for Type of Service",
    "Destination Host Unreachable for Type of Service",
    "Packet filtered",
    "Precedence Violation",
    "Precedence Cutoff",
];

const REDIRECT: [&str; 4] = [
    "Redirect Network",
    "Redirect Host",
    "Redirect Type of Service and Network",
    "Redirect Type of Service and Host",
];

const TIME_EXCEEDED: [&str; 2] = ["Time to live exceeded", "Frag reassembly time exceeded"];

/// What ping(8) calls a message; `None` for a type or code it has no name for.
#[must_use]
pub fn description(kind: Type, code: u8) -> Option<&'static str> {
    let code = usize::from(code);
    match kind {
        Type::ECHO_REPLY => Some("Echo Reply"),
        Type::DEST_UNREACHABLE => UNREACHABLE.get(code).copied(),
        Type::SOURCE_QUENCH => Some("Source Quench"),
        Type::REDIRECT => REDIRECT.get(code).copied(),
        Type::ECHO_REQUEST => Some("Echo Request"),
        Type::TIME_EXCEEDED => TIME_EXCEEDED.get(code).copied(),
        Type::PARAMETER_PROBLEM => Some("Parameter problem"),
        Type::TIMESTAMP_REQUEST => Some("Timestamp"),
        Type::TIMESTAMP_REPLY => Some("Timestamp Reply"),
        Type::INFO_REQUEST => Some("Information Request"),
        Type::INFO_REPLY => Some("Information Reply"),
        Type::ADDRESS_MASK_REQUEST => Some("Address Mask Request"),
        Type::ADDRESS_MASK_REPLY => Some("Address Mask Reply"),
        _ => None,
    }
}
