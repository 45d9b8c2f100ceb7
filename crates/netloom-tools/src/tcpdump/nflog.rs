//! `-i nflog:GROUP`: packets that rules log for groups (iptables-extensions(8), NFLOG), each behind what
//! `nfnetlink_log` says of it as TLVs (the registry of link-layer header types, 239).

use std::time::UNIX_EPOCH;

use netloom_model::notice::{About, Logged};
use netloom_model::ruleset::{Hook, TableFamily};
use netloom_model::socket::{SocketKind, SocketOption};
use netloom_model::{Errno, Time};

use super::Failure;
use super::live::{announce, summary};
use super::options::{Options, Way};
use super::output::Output;
use super::print::LinkType;
use crate::Context;
use crate::capture_file::{Interface, Packet};

/// What the names of such devices begin with.
const NAME: &str = "nflog";

/// How many groups can be listened to at once.
const MOST: usize = 32;

/// Attributes (`nfnetlink_log.h`).
mod attribute {
    pub(super) const PACKET_HEADER: u16 = 1;
    pub(super) const MARK: u16 = 2;
    pub(super) const TIMESTAMP: u16 = 3;
    pub(super) const INPUT: u16 = 4;
    pub(super) const OUTPUT: u16 = 5;
    pub(super) const PORT_INPUT: u16 = 6;
    pub(super) const PORT_OUTPUT: u16 = 7;
    pub(super) const HARDWARE_ADDRESS: u16 = 8;
    pub(super) const PAYLOAD: u16 = 9;
    pub(super) const PREFIX: u16 = 10;
    pub(super) const UID: u16 = 11;
    pub(super) const GID: u16 = 14;
    pub(super) const HARDWARE_TYPE: u16 = 15;
    pub(super) const HARDWARE_HEADER: u16 = 16;
    pub(super) const HARDWARE_LEN: u16 = 17;
}

/// The groups that a device's name says; none where it is no such device.
pub(super) fn groups(name: &str) -> Result<Option<Vec<u16>>, Failure> {
    let rest = match name.strip_prefix(NAME) {
        Some("") => return Ok(Some(vec![0])),
        Some(rest) => rest.strip_prefix(':'),
        None => None,
    };
    let Some(rest) = rest else {
        return Ok(None);
    };
    let mut groups = Vec::new();
    for word in rest.split(',').filter(|word| !word.is_empty()) {
        let wrong = || Failure::new(format!("Can't get netfilter group(s) index from {name}"));
        let number: i64 = word.parse().map_err(|_| wrong())?;
        let range = || format!("Netfilter group range from 0 to 65535 (got {number})");
        let group = u16::try_from(number).map_err(|_| Failure::new(range()))?;
        if groups.len() == MOST {
            let text = format!("Maximum 32 netfilter groups! dev: {name}");
            return Err(Failure::new(text));
        }
        groups.push(group);
    }
    Ok(Some(groups))
}

/// # Errors
/// What rules log cannot be filtered.
pub(super) fn refuse_filter(options: &Options, link: LinkType) -> Result<(), Failure> {
    if link == LinkType::Nflog && options.has_filter() {
        let text = "NFLOG link-layer type filtering not implemented";
        return Err(Failure::new(text));
    }
    Ok(())
}

/// Captures what rules log for groups.
pub(super) fn run(
    cx: &mut Context<'_>,
    options: &Options,
    (name, groups): (&str, &[u16]),
) -> Result<(), Failure> {
    let socket = cx.world.open(&cx.ns, SocketKind::PacketLog)?;
    for group in groups {
        let listened = cx.world.set(socket, SocketOption::LogGroup(*group));
        if let Err(error) = listened {
            let _ = cx.world.close(socket);
            let text = format!("Can't listen on group index: {}", error.errno.text());
            return Err(Failure::new(text));
        }
    }
    if options.way != Way::Both {
        let text = "Setting direction is not supported on this device";
        return Err(Failure::new(format!(
            "{name}: pcap_setdirection() failed: {text}"
        )));
    }
    refuse_filter(options, LinkType::Nflog)?;
    let interface = Interface {
        link_type: LinkType::Nflog.number(),
        snapshot_len: options.snapshot_len,
        name: Some(name.to_owned()),
    };
    let mut output = Output::new(options, &[interface])?;
    announce(cx, options, LinkType::Nflog, name);
    let epoch = cx.host.epoch().duration_since(UNIX_EPOCH);
    let epoch = u64::try_from(epoch.unwrap_or_default().as_nanos()).unwrap_or(u64::MAX);
    let ended = loop {
        if output.is_full() || cx.world.interrupted() {
            break Ok(());
        }
        let notice = match cx.world.next_notice(socket, Time::NEVER) {
            Ok(Some(notice)) => notice,
            Ok(None) => break Ok(()),
            Err(error) if error.errno == Errno::INTR => break Ok(()),
            Err(error) if error.errno == Errno::NOBUFS => continue,
            Err(error) => break Err(error.into()),
        };
        let About::Logged(logged) = &notice.about else {
            continue;
        };
        let at = epoch.saturating_add(notice.at.0);
        let mut bytes = message(logged, at, options.snapshot_len as usize);
        let original_len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        bytes.truncate(options.snapshot_len as usize);
        let packet = Packet {
            at,
            original_len,
            bytes,
            interface: 0,
            comment: None,
        };
        let nobody = |index| format!("if{index}");
        if let Err(failure) = output.packet(cx.out, LinkType::Nflog, &nobody, &packet) {
            break Err(failure);
        }
    };
    let flushed = output.flush(cx.out);
    let _ = cx.world.close(socket);
    summary(cx, &output, output.count);
    ended.and(flushed)
}

/// A packet as the kernel tells it, in the order of its attributes.
fn message(logged: &Logged, at: u64, snapshot_len: usize) -> Vec<u8> {
    let mut message = Message::new(logged);
    let hook = hook(logged);
    let [high, low] = logged.ethertype.to_be_bytes();
    message.put(attribute::PACKET_HEADER, &[high, low, hook, 0]);
    let mut prefix = logged.prefix.clone().into_bytes();
    prefix.push(0);
    message.put(attribute::PREFIX, &prefix);
    let (devices, ports) = (logged.devices, logged.ports);
    message.number(attribute::PORT_INPUT, ports.0);
    message.number(attribute::INPUT, devices.0);
    message.number(attribute::PORT_OUTPUT, ports.1);
    message.number(attribute::OUTPUT, devices.1);
    message.number(attribute::MARK, logged.mark);
    if let Some((kind, header)) = &logged.header {
        if let Some(source) = header.get(6..12) {
            let mut address = vec![0, 6, 0, 0];
            address.extend(source);
            address.extend([0, 0]);
            message.put(attribute::HARDWARE_ADDRESS, &address);
        }
        let len = header.len() as u16;
        message.put(attribute::HARDWARE_TYPE, &kind.to_be_bytes());
        message.put(attribute::HARDWARE_LEN, &len.to_be_bytes());
        message.put(attribute::HARDWARE_HEADER, header);
    }
    if hook <= FORWARD {
        let (seconds, micros) = (at / 1_000_000_000, at % 1_000_000_000 / 1_000);
        let time = [seconds.to_be_bytes(), micros.to_be_bytes()].concat();
        message.put(attribute::TIMESTAMP, &time);
    }
    if let Some((uid, gid)) = logged.user {
        message.put(attribute::UID, &uid.to_be_bytes());
        message.put(attribute::GID, &gid.to_be_bytes());
    }
    let kept = logged.bytes.len().min(snapshot_len);
    message.put(attribute::PAYLOAD, &logged.bytes[..kept]);
    message.0
}

/// The hooks up to `NF_INET_FORWARD` tell when the packet came.
const FORWARD: u8 = 2;

/// A hook's number, of its family.
fn hook(logged: &Logged) -> u8 {
    match (logged.family, logged.hook) {
        (_, Hook::Prerouting | Hook::Ingress) | (TableFamily::Arp, Hook::Input) => 0,
        (_, Hook::Input | Hook::Egress) | (TableFamily::Arp, Hook::Output) => 1,
        (_, Hook::Forward) => FORWARD,
        (_, Hook::Output) => 3,
        (_, Hook::Postrouting) => 4,
    }
}

/// TLVs behind a header of `nfnetlink`: lengths and types in the order of this machine, which is taken
/// to be little-endian as in files from most.
struct Message(Vec<u8>);

impl Message {
    fn new(logged: &Logged) -> Message {
        let family = match logged.family {
            TableFamily::Inet | TableFamily::Ip => 2,
            TableFamily::Arp => 3,
            TableFamily::Netdev => 5,
            TableFamily::Bridge => 7,
            TableFamily::Ip6 => 10,
        };
        let [high, low] = logged.group.to_be_bytes();
        Message(vec![family, 0, high, low])
    }

    /// A number, where there is one.
    fn number(&mut self, attribute: u16, number: u32) {
        if number != 0 {
            self.put(attribute, &number.to_be_bytes());
        }
    }

    fn put(&mut self, attribute: u16, value: &[u8]) {
        let len = value.len() as u16 + 4;
        self.0.extend(len.to_le_bytes());
        self.0.extend(attribute.to_le_bytes());
        self.0.extend(value);
        let padded = self.0.len().next_multiple_of(4);
        self.0.resize(padded, 0);
    }
}
