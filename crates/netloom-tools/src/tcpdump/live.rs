//! Packets of a device, or of all of them, as they pass.

use std::collections::BTreeMap;
use std::time::UNIX_EPOCH;

use netloom_model::socket::{Datagram, PacketType, Received, SocketKind, SocketOption};
use netloom_model::{Errno, Link, LinkKind, Time};
use netloom_wire::{EtherType, ethernet};

use super::devices::{self, ANY};
use super::options::{Options, Way};
use super::output::Output;
use super::print::{LinkType, SLL2_HEADER_LEN};
use super::{Failure, filter, nflog};
use crate::Context;
use crate::capture_file::{Interface, Packet};

/// `ETH_P_ALL`: every protocol, and frames sent too.
const ALL_PROTOCOLS: u16 = 3;
/// `ETH_P_802_2`: what stands for the EtherType of an 802.3 frame.
const IEEE_802_2: u16 = 4;
/// `ARPHRD_ETHER`, `ARPHRD_LOOPBACK` and `ARPHRD_NONE`.
const HARDWARE_ETHERNET: u16 = 1;
const HARDWARE_LOOPBACK: u16 = 772;
const HARDWARE_NONE: u16 = 0xfffe;

/// What is captured on.
struct Tap {
    name: String,
    link: LinkType,
    names: BTreeMap<u32, String>,
    loopback: Option<u32>,
    /// Devices whose packets have no link layer header.
    bare: Vec<u32>,
    /// Nanoseconds from 1970 to the zero of the world's clock.
    epoch: u64,
}

pub(super) fn run(cx: &mut Context<'_>, options: &Options) -> Result<(), Failure> {
    let log = options.interface.as_deref();
    if let Some(name) = log
        && let Some(groups) = nflog::groups(name)?
    {
        return nflog::run(cx, options, (name, &groups));
    }
    let links = devices::links(cx)?;
    let name = choose(options.interface.as_deref(), &links)?;
    let epoch = cx
        .host
        .epoch()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    let tap = Tap {
        link: link_type(&name, &links),
        name,
        names: links
            .iter()
            .map(|link| (link.index, link.name.clone()))
            .collect(),
        loopback: links
            .iter()
            .find(|link| matches!(link.kind, LinkKind::Loopback))
            .map(|link| link.index),
        bare: links
            .iter()
            .filter(|link| link.kind.link_type() == "none")
            .map(|link| link.index)
            .collect(),
        epoch: u64::try_from(epoch.as_nanos()).unwrap_or(u64::MAX),
    };
    let filter = filter(options)?;
    let interface = Interface {
        link_type: tap.link.number(),
        snapshot_len: options.snapshot_len,
        name: Some(tap.name.clone()),
    };
    let mut output = Output::new(options, &[interface])?;
    let socket = cx.world.open(&cx.ns, SocketKind::Packet(ALL_PROTOCOLS))?;
    if tap.name != ANY {
        cx.world
            .set(socket, SocketOption::BindToDevice(tap.name.clone()))?;
        if options.promiscuous {
            cx.world.set(socket, SocketOption::Promiscuous(true))?;
        }
    }
    announce(cx, options, tap.link, &tap.name);
    let mut received = 0u64;
    let ended = loop {
        if output.is_full() || cx.world.interrupted() {
            break Ok(());
        }
        let datagram = match cx.world.receive(socket, Time::NEVER) {
            Ok(Received::Datagram(datagram)) => datagram,
            // A world that ends waits no longer.
            Ok(Received::Nothing | Received::Stream(_)) => break Ok(()),
            Ok(Received::Error(error)) if error.errno == Errno::NETDOWN => continue,
            Ok(Received::Error(error)) => break Err(Failure::new(error.errno.text())),
            Err(error) if error.errno == Errno::INTR => break Ok(()),
            Err(error) if error.errno == Errno::NETDOWN => continue,
            Err(error) => break Err(error.into()),
        };
        if !tap.wants(options.way, &datagram) {
            continue;
        }
        let Some(mut packet) = tap.packet(&datagram) else {
            continue;
        };
        let length = packet.original_len as usize;
        if !filter.matches(tap.link, &packet.bytes, length) {
            continue;
        }
        received += 1;
        packet.bytes.truncate(options.snapshot_len as usize);
        let device_name = |index| tap.device_name(index);
        if let Err(failure) = output.packet(cx.out, tap.link, &device_name, &packet) {
            break Err(failure);
        }
    };
    let flushed = output.flush(cx.out);
    let _ = cx.world.close(socket);
    summary(cx, &output, received);
    ended.and(flushed)
}

/// What packets of the device called `name` begin with.
fn link_type(name: &str, links: &[Link]) -> LinkType {
    let link = links.iter().find(|link| link.name == name);
    match link.map(|link| link.kind.link_type()) {
        _ if name == ANY => LinkType::LinuxSll2,
        Some("none") => LinkType::Raw,
        _ => LinkType::Ethernet,
    }
}

/// The device of `-i`, by name or by its number in `-D`; the first of `-D` by default.
fn choose(wanted: Option<&str>, links: &[Link]) -> Result<String, Failure> {
    let ordered = devices::ordered(links);
    let name = match wanted {
        None => ordered.first().map_or(ANY, |(name, _)| name),
        Some(name) if name == ANY || links.iter().any(|link| link.name == name) => name,
        Some(number) => match number.parse::<usize>() {
            Ok(number) => match ordered.get(number.wrapping_sub(1)) {
                Some((name, _)) => name,
                None => return Err(Failure::new("Invalid adapter index")),
            },
            Err(_) => {
                let by_altname = links
                    .iter()
                    .find(|link| link.altnames.iter().any(|name| name == number));
                match by_altname {
                    Some(link) => &link.name,
                    None => {
                        let text = "No such device exists";
                        return Err(Failure::new(format!("{number}: {text}\n({text})")));
                    }
                }
            }
        },
    };
    if let Some(link) = links.iter().find(|link| link.name == name)
        && !devices::is_up(link)
    {
        return Err(Failure::new(format!("{name}: That device is not up")));
    }
    Ok(name.to_owned())
}

/// What tcpdump says before it listens.
pub(super) fn announce(cx: &mut Context<'_>, options: &Options, link: LinkType, name: &str) {
    let (short, long) = link.names();
    if link == LinkType::LinuxSll2 {
        let _ = writeln!(cx.err, "tcpdump: data link type {short}");
    }
    let verbose = options.style.verbose > 0 || options.write.is_some();
    if verbose {
        let _ = write!(cx.err, "tcpdump: ");
    } else {
        let text = "verbose output suppressed, use -v[v]... for full protocol decode";
        let _ = writeln!(cx.err, "tcpdump: {text}");
    }
    let _ = writeln!(
        cx.err,
        "listening on {name}, link-type {short} ({long}), snapshot length {} bytes",
        options.snapshot_len
    );
    let _ = cx.err.flush();
}

pub(super) fn summary(cx: &mut Context<'_>, output: &Output<'_>, received: u64) {
    let packets = |count| format!("{count} packet{}", if count == 1 { "" } else { "s" });
    let _ = writeln!(cx.err, "{} captured", packets(output.count));
    let _ = writeln!(cx.err, "{} received by filter", packets(received));
    let _ = writeln!(cx.err, "{} dropped by kernel", packets(0));
}

impl Tap {
    fn device_name(&self, index: u32) -> String {
        self.names
            .get(&index)
            .cloned()
            .unwrap_or_else(|| format!("if{index}"))
    }

    fn wants(&self, way: Way, datagram: &Datagram) -> bool {
        let outgoing = datagram.packet_type == PacketType::Outgoing;
        // On the loopback each packet passes twice; libpcap leaves out the sending.
        if outgoing && Some(datagram.dev) == self.loopback {
            return false;
        }
        match way {
            Way::In => !outgoing,
            Way::Out => outgoing,
            Way::Both => true,
        }
    }

    /// The packet as the capture has it: the frame, or its payload behind a cooked header.
    fn packet(&self, datagram: &Datagram) -> Option<Packet> {
        let bytes = match self.link {
            LinkType::LinuxSll2 => self.cooked(datagram)?,
            _ => datagram.data.clone(),
        };
        Some(Packet {
            at: self.epoch.saturating_add(datagram.at.0),
            original_len: u32::try_from(bytes.len()).ok()?,
            bytes,
            interface: 0,
            comment: None,
        })
    }

    fn cooked(&self, datagram: &Datagram) -> Option<Vec<u8>> {
        if self.bare.contains(&datagram.dev) {
            return cooked_bare(datagram);
        }
        let frame = ethernet::Frame::new_checked(datagram.data.as_slice()).ok()?;
        let ethertype = frame.ethertype();
        let protocol = if ethertype.is_length() {
            IEEE_802_2
        } else {
            ethertype.0
        };
        let hardware = if Some(datagram.dev) == self.loopback {
            HARDWARE_LOOPBACK
        } else {
            HARDWARE_ETHERNET
        };
        let packet_type = packet_type(datagram.packet_type);
        let mut bytes = Vec::with_capacity(SLL2_HEADER_LEN + frame.payload().len());
        bytes.extend(protocol.to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(datagram.dev.to_be_bytes());
        bytes.extend(hardware.to_be_bytes());
        bytes.extend([packet_type, 6]);
        bytes.extend(frame.src().0);
        bytes.extend([0, 0]);
        bytes.extend(frame.payload());
        Some(bytes)
    }
}

/// The cooked header of a packet that has no other.
fn cooked_bare(datagram: &Datagram) -> Option<Vec<u8>> {
    let protocol = match datagram.data.first()? >> 4 {
        4 => EtherType::IPV4,
        6 => EtherType::IPV6,
        _ => return None,
    };
    let mut bytes = Vec::with_capacity(SLL2_HEADER_LEN + datagram.data.len());
    bytes.extend(protocol.0.to_be_bytes());
    bytes.extend([0, 0]);
    bytes.extend(datagram.dev.to_be_bytes());
    bytes.extend(HARDWARE_NONE.to_be_bytes());
    bytes.extend([packet_type(datagram.packet_type), 0]);
    bytes.extend([0; 8]);
    bytes.extend(&datagram.data);
    Some(bytes)
}

/// How a packet came, as the cooked header says it.
fn packet_type(packet_type: PacketType) -> u8 {
    match packet_type {
        PacketType::Host => 0,
        PacketType::Broadcast => 1,
        PacketType::Multicast => 2,
        PacketType::OtherHost => 3,
        PacketType::Outgoing => 4,
    }
}
