//! Targets of xtables, each by its name there.

use super::{Masked, Opaque, Span};
use core::net::IpAddr;
use netloom_wire::MacAddr;
use serde::{Deserialize, Serialize};

/// A target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum XtTarget {
    /// `ARPREPLY` of ebtables: answers an ARP request.
    ArpReply {
        /// The Ethernet address that is told.
        mac: MacAddr,
        /// What becomes of the frame.
        then: EbVerdict,
    },
    /// `AUDIT`: tells the audit system.
    Audit(u8),
    /// `CHECKSUM`: fills checksums in.
    Checksum,
    /// `CLASSIFY`: sets the class of traffic.
    Classify(u32),
    /// `CONNMARK`: the connection's mark, and the packet's.
    Connmark {
        /// Which way.
        op: ConnmarkOp,
        /// The bits of the connection's mark that count.
        ctmask: u32,
        /// The bits of the packet's mark that count.
        nfmask: u32,
        /// What is set.
        value: u32,
    },
    /// `CT`: how its connection is looked up.
    Ct(Box<Ct>),
    /// `DNAT` of iptables.
    Dnat(NatRange),
    /// `DSCP`: sets the class of service.
    Dscp(u8),
    /// `ECN`: takes congestion's bits of TCP away.
    EcnTcpRemove,
    /// `HL`: IPv6's hop limit.
    Hl(SetTtl),
    /// `LOG`: writes a line to the kernel's log.
    Log {
        /// How serious it is, from 0 to 7.
        level: u8,
        /// What the line begins with.
        prefix: String,
        /// Bits of [`log_flag`](crate::ruleset::statement::log_flag).
        flags: u8,
    },
    /// `MARK`: the mark becomes `(mark & !mask) ^ value`.
    Mark(Masked),
    /// `MASQUERADE`.
    Masquerade(NatRange),
    /// `NETMAP`: the network of an address becomes another.
    Netmap {
        /// The first address of the other.
        first: IpAddr,
        /// The last.
        last: IpAddr,
    },
    /// `NFQUEUE`: hands it to a program.
    Nfqueue {
        /// From which queue to which.
        queues: Span<u16>,
        /// Goes on where no program takes it.
        bypass: bool,
        /// Spreads by processor.
        fanout: bool,
    },
    /// One that netloom does not model.
    Opaque(Opaque),
    /// `REDIRECT`.
    Redirect(NatRange),
    /// `REJECT`: drops it and tells its sender, in the form of the table's family.
    Reject(crate::ruleset::statement::Reject),
    /// `SECMARK`, `CONNSECMARK`: kept.
    Secmark(String),
    /// `SET`: puts it into an ipset, or takes it out.
    Set(SetTarget),
    /// `SNAT` of iptables.
    Snat(NatRange),
    /// `SNPT` and `DNPT`: prefixes of IPv6 (RFC 6296).
    Npt {
        /// The destination, not the source.
        destination: bool,
        /// From this prefix ...
        from: crate::IpNet,
        /// ... to that.
        to: crate::IpNet,
    },
    /// `SYNPROXY`.
    Synproxy(crate::ruleset::statement::Synproxy),
    /// `TCPMSS`: the greatest segment that a SYN tells; none: as the way allows.
    Tcpmss(Option<u16>),
    /// `TCPOPTSTRIP`: takes options of TCP away, by their kinds.
    Tcpoptstrip(Vec<u8>),
    /// `TEE`: a copy goes to that neighbour.
    Tee {
        /// The neighbour.
        gateway: IpAddr,
        /// By that device.
        device: Option<String>,
    },
    /// `TOS`: sets the type of service, `(tos & !mask) ^ value`.
    Tos {
        /// What is set.
        value: u8,
        /// The bits that go before.
        mask: u8,
    },
    /// `TPROXY`: hands it to a socket without changing it.
    Tproxy {
        /// The port; 0: the packet's.
        port: u16,
        /// The address; unspecified: that of the device.
        address: IpAddr,
        /// What the mark becomes, as [`XtTarget::Mark`].
        mark: Masked,
    },
    /// `TTL`: the time to live.
    Ttl(SetTtl),
    /// `snat` of ebtables.
    EbSnat {
        /// The new source.
        mac: MacAddr,
        /// Addresses inside of ARP change too.
        arp: bool,
        /// What becomes of the frame.
        then: EbVerdict,
    },
    /// `dnat` of ebtables.
    EbDnat {
        /// The new destination.
        mac: MacAddr,
        /// What becomes of the frame.
        then: EbVerdict,
    },
    /// `redirect` of ebtables: the frame is for this bridge.
    EbRedirect(EbVerdict),
    /// `mark` of ebtables.
    EbMark {
        /// How.
        op: MarkOp,
        /// With what.
        value: u32,
        /// What becomes of the frame.
        then: EbVerdict,
    },
    /// `mangle` of arptables.
    ArpMangle(ArpMangle),
}

/// What becomes of a frame after one of ebtables' targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EbVerdict {
    /// It passes.
    Accept,
    /// It ends there.
    Drop,
    /// The next rule is asked.
    Continue,
    /// The chain goes on that this one was called from.
    Return,
}

/// Which way a mark goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConnmarkOp {
    /// The connection's becomes `(mark & !ctmask) ^ value`.
    Set,
    /// The packet's goes to the connection.
    Save,
    /// The connection's goes to the packet.
    Restore,
}

/// How ebtables changes a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkOp {
    /// It is set.
    Set,
    /// Bits are set.
    Or,
    /// Bits are kept.
    And,
    /// Bits are turned.
    Xor,
}

/// See [`XtTarget::Ct`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ct {
    /// It is not looked up.
    pub notrack: bool,
    /// Written as `NOTRACK`.
    pub alias: bool,
    /// By this helper.
    pub helper: Option<String>,
    /// With this policy of timeouts.
    pub timeout: Option<String>,
    /// Bits of what is told of it.
    pub events: u16,
    /// Bits of what is told of expectations.
    pub expect_events: u16,
    /// In this zone.
    pub zone: Option<Zone>,
    /// In it for one direction alone: 1 = original, 2 = reply.
    pub zone_direction: u8,
}

/// A zone of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Zone {
    /// That one.
    Id(u16),
    /// The one that the mark says.
    Mark,
}

/// What a packet is translated to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NatRange {
    /// Addresses.
    pub addresses: Option<Span<IpAddr>>,
    /// Ports.
    pub ports: Option<Span<u16>>,
    /// Ports keep their distance from this one (`--to-destination a:1000-1010/100`).
    pub base_port: Option<u16>,
    /// How one is chosen.
    pub flags: crate::ruleset::statement::NatFlags,
}

/// How a time to live changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SetTtl {
    /// To this.
    Set(u8),
    /// By so much more.
    Inc(u8),
    /// By so much less.
    Dec(u8),
}

/// See [`XtTarget::Set`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetTarget {
    /// It is put into this set, with sources for the parts that say so.
    pub add: Option<(String, Vec<bool>)>,
    /// It is taken out of this set.
    pub del: Option<(String, Vec<bool>)>,
    /// The packet gets what this set has for it.
    pub map: Option<(String, Vec<bool>)>,
    /// An element that is there begins anew.
    pub exist: bool,
    /// After how many seconds it goes.
    pub timeout: Option<u32>,
    /// The mark is set from the map.
    pub map_mark: bool,
    /// The class of traffic is set from the map.
    pub map_prio: bool,
    /// The queue is set from the map.
    pub map_queue: bool,
}

/// See [`XtTarget::ArpMangle`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArpMangle {
    /// The sender's IP address becomes this.
    pub source_ip: Option<IpAddr>,
    /// The sender's hardware address becomes this.
    pub source_mac: Option<MacAddr>,
    /// The target's IP address becomes this.
    pub target_ip: Option<IpAddr>,
    /// The target's hardware address becomes this.
    pub target_mac: Option<MacAddr>,
    /// What becomes of the packet.
    pub then: Option<EbVerdict>,
}
