//! `LOG`, `NFLOG`, nft's `log`: a packet in one line of the kernel's log (`nf_log_syslog`), or handed to
//! the programs that listen to a group (`nfnetlink_log`).

mod group;
mod transport;
mod v4;
mod v6;

use super::facts::{Facts, Proto};
use crate::device::DevId;
use crate::link::Kind;
use crate::net::Net;
use crate::packet::Packet;
use core::fmt::Write;
use netloom_model::ruleset::Hook;
use netloom_model::ruleset::statement::{Log, Statement, log_flag};
use netloom_model::ruleset::xt::XtTarget;
use netloom_wire::{MacAddr, arp, ethernet};

/// How serious a line is where nobody says (`LOG`'s and nft's own: warn).
const WARN: u8 = 4;

/// How a packet is logged.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// A line in the kernel's log.
    Line {
        prefix: String,
        level: u8,
        flags: u8,
    },
    /// For the programs that listen to a group.
    Group {
        group: u16,
        prefix: String,
        snaplen: Option<u32>,
    },
}

/// How a statement logs; none where it does not.
pub(super) fn compile(statement: &Statement) -> Option<Op> {
    Some(match statement {
        Statement::XtTarget(XtTarget::Log {
            level,
            prefix,
            flags,
        }) => Op::Line {
            prefix: prefix.clone(),
            level: *level,
            flags: *flags,
        },
        Statement::Log(Log {
            group: Some(group),
            prefix,
            snaplen,
            ..
        }) => Op::Group {
            group: *group,
            prefix: prefix.clone().unwrap_or_default(),
            snaplen: *snaplen,
        },
        Statement::Log(log) => Op::Line {
            prefix: log.prefix.clone().unwrap_or_default(),
            level: log.level.unwrap_or(WARN),
            flags: log.flags,
        },
        _ => return None,
    })
}

impl Op {
    /// Logs a packet.
    pub(super) fn carry_out(&self, net: &mut Net, facts: &Facts, packet: &Packet) {
        match self {
            Op::Line {
                prefix,
                level,
                flags,
            } => line(net, (prefix, *level, *flags), facts, packet),
            Op::Group {
                group,
                prefix,
                snaplen,
            } => group::tell(net, (*group, prefix, *snaplen), facts, packet),
        }
    }
}

/// Writes a line about a packet.
pub(super) fn line(
    net: &mut Net,
    (prefix, level, flags): (&str, u8, u8),
    facts: &Facts,
    packet: &Packet,
) {
    // Level 8 is for the audit system.
    if level > 7 || !net.log.tells_of(&net.ns(facts.ns).name) {
        return;
    }
    let mut text = String::with_capacity(200);
    text.push_str(prefix);
    // Writing to a string does not fail.
    let _ = write(&mut text, net, flags, facts, packet);
    let now = net.now;
    net.log.write(now, level, text);
}

fn write(
    text: &mut String,
    net: &Net,
    flags: u8,
    facts: &Facts,
    packet: &Packet,
) -> core::fmt::Result {
    let name = |dev: DevId| dev.some().map_or("", |dev| net.dev(dev).name.as_str());
    write!(text, "IN={} OUT={} ", name(facts.input), name(facts.output))?;
    let network = packet.network();
    match facts.proto {
        Proto::V4 | Proto::V6 => {
            if let Some(dev) = facts.input.some() {
                hardware(text, net, flags, dev, packet)?;
            }
            let about = Detail {
                flags,
                inner: false,
            };
            if facts.proto == Proto::V4 {
                v4::write(text, network, about)?;
            } else {
                v6::write(text, network, about)?;
            }
            if flags & log_flag::SKUID != 0 && is_from_program(facts, packet) {
                text.push_str("UID=0 GID=0 ");
            }
            if packet.mark != 0 {
                write!(text, "MARK={:#x} ", packet.mark)?;
            }
            Ok(())
        }
        Proto::Arp => arp_line(text, network),
        Proto::Bridge | Proto::Netdev => frame(text, flags, facts, packet),
    }
}

/// Whether a program of this host sends it: who receives a packet knows its sender no more.
fn is_from_program(facts: &Facts, packet: &Packet) -> bool {
    let leaves = matches!(facts.hook, Hook::Output | Hook::Postrouting);
    leaves && facts.input.some().is_none() && packet.sender.is_some()
}

/// How much of a packet is told.
#[derive(Clone, Copy)]
struct Detail {
    flags: u8,
    /// It is what an error quotes.
    inner: bool,
}

impl Detail {
    const fn has(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The same of the packet inside.
    const fn within(self) -> Detail {
        Detail {
            inner: true,
            ..self
        }
    }
}

/// The Ethernet header that a packet came with.
fn hardware(
    text: &mut String,
    net: &Net,
    flags: u8,
    dev: DevId,
    packet: &Packet,
) -> core::fmt::Result {
    let header = packet.link_header().filter(|_| has_header(net, dev));
    if flags & log_flag::ETHER != 0
        && let Some(header) = header
        && !net.dev(dev).is_loopback()
    {
        return words(text, header);
    }
    text.push_str("MAC=");
    for (at, byte) in header.unwrap_or_default().iter().enumerate() {
        let colon = if at == 0 { "" } else { ":" };
        write!(text, "{colon}{byte:02x}")?;
    }
    text.push(' ');
    Ok(())
}

/// Whether what a device receives has an Ethernet header.
fn has_header(net: &Net, dev: DevId) -> bool {
    match &net.dev(dev).kind {
        Kind::Tun(tun) => tun.has_ethernet(),
        _ => true,
    }
}

/// An Ethernet header in words.
fn words(text: &mut String, header: &[u8]) -> core::fmt::Result {
    let mac = |at: usize| {
        let mut octets = [0; 6];
        octets.copy_from_slice(&header[at..at + 6]);
        MacAddr(octets)
    };
    let protocol = u16::from_be_bytes([header[12], header[13]]);
    write!(
        text,
        "MACSRC={} MACDST={} MACPROTO={protocol:04x} ",
        mac(6),
        mac(0)
    )
}

/// An ARP packet.
fn arp_line(text: &mut String, bytes: &[u8]) -> core::fmt::Result {
    let word = |at: usize| {
        bytes
            .get(at..at + 2)
            .map(|b| u16::from_be_bytes([b[0], b[1]]))
    };
    let (Some(hardware), Some(protocol), Some(operation)) = (word(0), word(2), word(6)) else {
        return write!(text, "TRUNCATED");
    };
    write!(
        text,
        "ARP HTYPE={hardware} PTYPE=0x{protocol:04x} OPCODE={operation}"
    )?;
    let known = hardware == 1 && bytes.get(4..6) == Some(&[6, 4]);
    if !known {
        return Ok(());
    }
    match arp::Packet::new_checked(bytes) {
        Ok(packet) => write!(
            text,
            " MACSRC={} IPSRC={} MACDST={} IPDST={}",
            packet.sender_mac(),
            packet.sender_ip(),
            packet.target_mac(),
            packet.target_ip()
        ),
        Err(_) => write!(
            text,
            " INCOMPLETE [{} bytes]",
            bytes.len().saturating_sub(8)
        ),
    }
}

/// A frame of a bridge or device: as its protocol tells it.
fn frame(text: &mut String, flags: u8, facts: &Facts, packet: &Packet) -> core::fmt::Result {
    let about = Detail {
        flags,
        inner: false,
    };
    if let Some(header) = packet.link_header()
        && header.len() >= ethernet::HEADER_LEN
    {
        if flags & log_flag::ETHER != 0 {
            words(text, header)?;
        } else {
            text.push_str("MAC=");
            for (at, byte) in header.iter().enumerate() {
                let colon = if at == 0 { "" } else { ":" };
                write!(text, "{colon}{byte:02x}")?;
            }
            text.push(' ');
        }
    }
    let _ = facts;
    match packet.ethertype {
        netloom_wire::EtherType::IPV4 => v4::write(text, packet.network(), about),
        netloom_wire::EtherType::IPV6 => v6::write(text, packet.network(), about),
        netloom_wire::EtherType::ARP => arp_line(text, packet.network()),
        _ => Ok(()),
    }
}
