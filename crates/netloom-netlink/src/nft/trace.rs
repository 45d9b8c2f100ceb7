//! What rules did with a packet that is followed (`NFTA_TRACE_*`): a message for each step.
//!
//! Left out: what connections are.

use super::{FIXED, family_of, read};
use crate::Attributes;
use netloom_model::ruleset::{Backend, ChainRef, Policy, TableRef, Verdict};

/// The group of those who listen (`NFNLGRP_NFTRACE`).
pub const GROUP: u32 = 9;

const TABLE: u16 = 1;
const CHAIN: u16 = 2;
const HANDLE: u16 = 3;
const KIND: u16 = 4;
const VERDICT: u16 = 5;
const ID: u16 = 6;
const LINK: u16 = 7;
const NETWORK: u16 = 8;
const TRANSPORT: u16 = 9;
const INPUT: u16 = 10;
const INPUT_TYPE: u16 = 11;
const OUTPUT: u16 = 12;
const MARK: u16 = 14;
const PROTOCOL: u16 = 15;
const POLICY: u16 = 16;

/// `NFT_TRACETYPE_POLICY`.
const OF_POLICY: u32 = 1;
/// `ARPHRD_LOOPBACK`.
const LOOPBACK: u16 = 772;

/// One step, in which rules and devices are yet numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Tells packets apart.
    pub id: u32,
    /// The chain.
    pub chain: ChainRef,
    /// The packet's family (`NFPROTO_*`).
    pub family: u8,
    /// Its mark.
    pub mark: u32,
    /// The packet, with the first step in a base chain.
    pub packet: Option<Packet>,
    /// What was done; none at the end of a chain, with which a packet may be told nevertheless.
    pub step: Option<Step>,
}

/// What was done in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The rule of a number was carried out, and says that.
    Rule(u64, Verdict),
    /// The chain's policy decided.
    Policy(Policy),
}

/// A packet that is followed: its devices, and its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The device that it came by.
    pub input: Option<u32>,
    /// The one that it leaves by.
    pub output: Option<u32>,
    /// Whether the device that it came by is the loopback.
    pub loopback: bool,
    /// Its header of the link, that of the network, and that of the transport with what follows.
    pub headers: [Vec<u8>; 3],
}

/// The step that a message tells of.
#[must_use]
pub fn decode(body: &[u8]) -> Option<Told> {
    let attributes = Attributes::behind(body, FIXED);
    let table = TableRef {
        backend: Backend::Nft,
        ..TableRef::new(family_of(body)?, &attributes.text(TABLE)?)
    };
    let step = match attributes.be32(KIND)? {
        OF_POLICY => attributes.be32(POLICY).map(|policy| match policy {
            0 => Step::Policy(Policy::Drop),
            _ => Step::Policy(Policy::Accept),
        }),
        _ => {
            let verdict = read::verdict_of(attributes.inside(VERDICT));
            let rule = attributes.be64(HANDLE).zip(verdict);
            rule.map(|(handle, verdict)| Step::Rule(handle, verdict))
        }
    };
    let header = |kind| attributes.get(kind).unwrap_or_default().to_vec();
    let packet = || Packet {
        input: attributes.be32(INPUT),
        output: attributes.be32(OUTPUT),
        loopback: attributes.be16(INPUT_TYPE) == Some(LOOPBACK),
        headers: [LINK, NETWORK, TRANSPORT].map(header),
    };
    let is_there = |kind: &u16| attributes.get(*kind).is_some();
    let first = [LINK, NETWORK].iter().any(is_there);
    Some(Told {
        id: attributes.be32(ID)?,
        chain: ChainRef {
            table,
            chain: attributes.text(CHAIN)?,
        },
        family: attributes.be32(PROTOCOL).unwrap_or(0) as u8,
        mark: attributes.be32(MARK).unwrap_or(0),
        packet: first.then(packet),
        step,
    })
}

impl Packet {
    /// The protocol above IP, if it is a packet of IP.
    #[must_use]
    pub fn protocol(&self, family: u8) -> Option<u8> {
        const V4: u8 = 2;
        const V6: u8 = 10;
        let [link, network, _] = &self.headers;
        let version = match (family, link.get(12..14)) {
            (V4, _) | (5 | 7, Some([0x08, 0x00])) => V4,
            (V6, _) | (5 | 7, Some([0x86, 0xdd])) => V6,
            _ => return None,
        };
        network.get(if version == V4 { 9 } else { 6 }).copied()
    }
}
