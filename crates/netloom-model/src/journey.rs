//! The journey of a packet: every step, every decision and its reason, as data.
//!
//! The engine writes it down while the packet goes through its pipeline; views of it (text, JSON,
//! diagrams) are made elsewhere. One packet can become many (a flood) and can cause others (an ARP
//! request, an answer, an ICMP error): [`Origin`] ties them into a tree.

mod connection;
mod event;
mod look;
mod lookup;
mod reason;
mod routed;
mod rules;
mod stage;

pub use connection::{ConnectionTrace, End, Rewritten, Standing};
pub use event::{Event, FdbFound, Learning, MdbFound, VlanDecision};
pub use look::Look;
pub use lookup::{LookedIn, Lookup, SetChange};
pub use reason::{DROP_REASONS, DropReason};
pub use routed::{MultipathChoice, MultipathHop, RouteTrace, RuleOutcome};
pub use rules::{ChainStep, ChainTrace, ChainVerdict};
pub use stage::Stage;

use crate::change::Change;
use crate::names::NsName;
use crate::state::Namespace;
use crate::time::Time;
use core::net::IpAddr;
use serde::{Deserialize, Serialize};

/// The version of the journey's form, told in JSON; it grows when a reader must know.
pub const JOURNEY_VERSION: u32 = 1;

/// A question: what becomes of this packet?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explain {
    /// The namespace in which the packet begins.
    pub ns: NsName,
    /// The packet.
    pub probe: Probe,
    /// Changes to be made to the copy first: what if?
    pub what_if: Vec<Change>,
    /// Write down at most this many steps.
    pub max_steps: u32,
    /// Whether each step keeps the state that it read.
    pub states: bool,
}

/// The packet that is explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Probe {
    /// A program sends it.
    Send(ProbeSend),
    /// It arrives at device `dev`, as if a program sent it with the outside end.
    Receive {
        /// The device.
        dev: String,
        /// The whole frame.
        #[serde(with = "serde_bytes")]
        frame: Vec<u8>,
    },
    /// It arrives at device `dev`; its Ethernet header is made up to fit.
    ReceiveIp {
        /// The device.
        dev: String,
        /// Its addresses, protocol and ports; `from` must be given.
        packet: ProbeSend,
    },
}

/// A packet as a program describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProbeSend {
    /// Destination.
    pub to: IpAddr,
    /// Destination port (UDP, TCP).
    pub port: u16,
    /// Protocol.
    pub protocol: ProbeProtocol,
    /// Source; none: chosen by routing.
    pub from: Option<IpAddr>,
    /// Source port; none: a free one.
    pub source_port: Option<u16>,
    /// TTL; none: the namespace's default.
    pub ttl: Option<u8>,
    /// Payload in bytes, after the ICMP, UDP or TCP header.
    pub size: u16,
    /// Type of service.
    pub tos: u8,
    /// Mark.
    pub mark: u32,
    /// Whether it must not be fragmented.
    pub dont_fragment: bool,
    /// The device that it must leave by; none: routing chooses.
    #[serde(default)]
    pub device: Option<String>,
}

/// The protocol of a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProbeProtocol {
    /// An ICMP echo request.
    Icmp,
    /// A UDP datagram.
    Udp,
    /// A TCP SYN.
    Tcp,
    /// Zeros, by the number of a protocol above IP.
    Other(u8),
}

/// The whole way of a packet, and of all that it caused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// [`JOURNEY_VERSION`].
    pub version: u32,
    /// The packets by id; the first is the one that was asked about.
    pub packets: Vec<JourneyPacket>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// What became of the packet.
    pub verdict: Verdict,
    /// What became of the answer, if there was one. Whether somebody answers to a packet that left the
    /// host, or a program to a UDP datagram, is not known: what would become of such an answer.
    pub back: Option<Verdict>,
    /// Whether steps beyond the limit were left out.
    pub truncated: bool,
}

/// A packet that took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JourneyPacket {
    /// Its place in [`Journey::packets`].
    pub id: u32,
    /// Where it came from.
    pub origin: Origin,
    /// The packet that it was copied from or caused by.
    pub parent: Option<u32>,
    /// Its first bytes as it began, from the Ethernet or the IP header on.
    pub head: Head,
}

/// Where a packet came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// It is the one that was asked about.
    Probe,
    /// Already under way when the question was asked.
    Other,
    /// A copy of its parent: a flood, a broadcast, a packet that goes up and on.
    Copy,
    /// An ARP request, made because its parent waits for the answer.
    ArpRequest,
    /// An ARP reply to its parent.
    ArpReply,
    /// An ICMP answer (echo reply) to its parent.
    IcmpReply,
    /// An ICMP error about its parent.
    IcmpError,
    /// A TCP reset that refuses its parent.
    TcpReset,
    /// A TCP segment that its parent brought about: the answer to a SYN, an acknowledgement.
    TcpReply,
    /// A neighbour solicitation, made because its parent waits for the answer.
    NeighbourSolicitation,
    /// A neighbour advertisement that answers its parent.
    NeighbourAdvertisement,
    /// What somebody outside would answer to its parent, which left the host.
    OutsideAnswer,
    /// What a program would answer to its parent, a UDP datagram.
    UdpReply,
}

impl Origin {
    /// Whether it is an answer to its parent, for whoever sent that.
    #[must_use]
    pub const fn answers(self) -> bool {
        matches!(
            self,
            Origin::IcmpReply
                | Origin::TcpReset
                | Origin::TcpReply
                | Origin::OutsideAnswer
                | Origin::UdpReply
        )
    }
}

/// The first bytes of a packet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The bytes; at most [`Head::KEPT`].
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// Length of the whole.
    pub len: u32,
    /// Whether the first bytes are an Ethernet header (else IP).
    pub ethernet: bool,
}

impl Head {
    /// How many bytes are kept.
    pub const KEPT: usize = 256;
}

/// One step of one packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Which packet.
    pub packet: u32,
    /// When.
    pub at: Time,
    /// In which namespace.
    pub ns: NsName,
    /// At which device; none above the devices.
    pub dev: Option<String>,
    /// Where in the kernel's path.
    pub stage: Stage,
    /// What was decided there.
    pub event: Event,
    /// The packet as it is now, where the step changed it or it is first seen.
    pub head: Option<Head>,
    /// What it read ([`Stage::looks`]) as it stood then: that part of its namespace; kept where
    /// [`Explain::states`] asks for it. Of a long table only what could match is in it.
    pub read: Option<Box<Namespace>>,
}

/// What became of a packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It arrived.
    Delivered {
        /// In which namespace.
        ns: NsName,
        /// At whom, in words.
        to: String,
    },
    /// It left by a device whose other end netloom does not see.
    Left {
        /// The namespace.
        ns: NsName,
        /// The device.
        dev: String,
    },
    /// It was dropped.
    Dropped {
        /// The step in [`Journey::steps`]; none if that was left out.
        step: Option<u32>,
        /// In which namespace.
        ns: NsName,
        /// At which device.
        dev: Option<String>,
        /// Why.
        reason: DropReason,
    },
    /// It cannot be said.
    Unknown {
        /// Why not.
        why: String,
    },
}
