//! What rules did with a packet that is followed (`nftrace`, `TRACE`), one step after the other.

use crate::ruleset::{Policy, Rule, TableRef, Verdict};
use serde::{Deserialize, Serialize};

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traced {
    /// Tells packets apart.
    pub id: u32,
    /// The table.
    pub table: TableRef,
    /// The chain.
    pub chain: String,
    /// The packet's family: 2, 10 (`NFPROTO_IPV4`, `NFPROTO_IPV6`) ...
    pub family: u8,
    /// Its mark.
    pub mark: u32,
    /// The packet, with the first step in a base chain.
    pub packet: Option<Box<TracedPacket>>,
    /// What was done.
    pub step: TraceStep,
}

/// What was done in a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TraceStep {
    /// A rule was carried out.
    Rule {
        /// The rule.
        rule: Box<Rule>,
        /// What it says becomes of the packet.
        verdict: Verdict,
    },
    /// The chain's policy decided.
    Policy(Policy),
}

/// A packet that is followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedPacket {
    /// The name of the device that it came by; empty: none.
    pub input: String,
    /// That of the one it leaves by.
    pub output: String,
    /// Whether the device that it came by is the loopback.
    pub loopback: bool,
    /// Its Ethernet header, if it came with one.
    #[serde(with = "serde_bytes")]
    pub link: Vec<u8>,
    /// Its network header, 40 bytes at most.
    #[serde(with = "serde_bytes")]
    pub network: Vec<u8>,
    /// Its transport header and what follows, 20 bytes at most.
    #[serde(with = "serde_bytes")]
    pub transport: Vec<u8>,
    /// Its protocol above IP.
    pub protocol: Option<u8>,
}
