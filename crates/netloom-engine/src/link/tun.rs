//! TUN and TAP: the other end is a program (the kernel's documentation of tuntap). It gets what the
//! device sends and hands in what the device receives.
//!
//! Inside the engine every frame has an Ethernet header. A TUN carries none: it is taken off before
//! anybody sees the packet, and made up for what the program writes.

use super::{Defaults, ETHERNET_FLAGS, Kind};
use crate::apply::{link, new_link};
use crate::device::{DevId, Device};
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::receive;
use crate::socket;
use crate::vlan;
use netloom_model::journey::{DropReason, Event, Origin, Stage};
use netloom_model::socket::SocketId;
use netloom_model::tun::{Tun as Settings, TunMode};
use netloom_model::{Errno, LinkFlags, MacAddr, NewKind, NewLink};
use netloom_wire::{EtherType, ethernet};
use std::collections::VecDeque;

const TAP: Defaults = Defaults {
    flags: ETHERNET_FLAGS,
    mtu: 1500,
    mtu_range: (68, 65521),
    txqueuelen: 1000,
    queues: (1, 1),
    name: "tap%d",
};

const TUN: Defaults = Defaults {
    flags: LinkFlags::POINTOPOINT
        .union(LinkFlags::MULTICAST)
        .union(LinkFlags::NOARP),
    mtu_range: (68, 65535),
    txqueuelen: 500,
    name: "tun%d",
    ..TAP
};

/// Queues of a device that several programs may hold.
const MANY_QUEUES: (u32, u32) = (256, 256);

/// A TUN or TAP.
#[derive(Clone, Debug)]
pub(crate) struct Tun {
    settings: Settings,
    program: Program,
}

/// Who holds the device.
#[derive(Clone, Debug)]
enum Program {
    Nobody,
    /// Whoever holds the engine: frames wait here, at most the transmit queue's length.
    Engine(VecDeque<Packet>),
    /// Programs with a socket each; several only with multi-queue.
    Sockets(Vec<u32>),
}

impl Tun {
    pub(crate) fn new(settings: Settings) -> Tun {
        let program = if settings.attached {
            Program::Engine(VecDeque::new())
        } else {
            Program::Nobody
        };
        Tun { settings, program }
    }

    /// Whether its packets begin with an Ethernet header.
    pub(crate) fn has_ethernet(&self) -> bool {
        self.settings.mode == TunMode::Tap
    }

    pub(super) fn defaults(&self) -> Defaults {
        let defaults = match self.settings.mode {
            TunMode::Tap => TAP,
            TunMode::Tun => TUN,
        };
        if self.settings.multi_queue {
            return Defaults {
                queues: MANY_QUEUES,
                ..defaults
            };
        }
        defaults
    }

    /// Whether it stays without a program.
    pub(crate) fn is_kept(&self) -> bool {
        self.settings.persist
    }

    /// Its carrier is the program.
    pub(super) fn carrier(&self) -> bool {
        !matches!(self.program, Program::Nobody)
    }

    pub(super) fn describe(&self) -> Settings {
        Settings {
            attached: self.carrier(),
            ..self.settings.clone()
        }
    }

    /// The next frame for whoever holds the engine.
    pub(crate) fn take(&mut self) -> Option<Packet> {
        match &mut self.program {
            Program::Engine(frames) => frames.pop_front(),
            Program::Nobody | Program::Sockets(_) => None,
        }
    }
}

/// The device as a TUN or TAP.
fn tun_mut(device: &mut Device) -> Option<&mut Tun> {
    match &mut device.kind {
        Kind::Tun(tun) => Some(tun),
        _ => None,
    }
}

/// `tun_net_xmit`: the program gets it, or nobody.
pub(super) fn transmit<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    crate::offload::complete_checksum(&mut packet);
    let device = cx.net.dev_mut(dev);
    let limit = device.description.txqueuelen as usize;
    packet.pull(device.kind.made_up_header());
    vlan::into_bytes(&mut packet);
    let len = packet.len();
    let Some(tun) = tun_mut(device) else { return };
    let refused = match &mut tun.program {
        Program::Nobody => Some(DropReason::NoCarrier),
        Program::Engine(frames) if frames.len() >= limit => Some(DropReason::SocketBufferFull),
        Program::Engine(_) => None,
        Program::Sockets(sockets) => {
            // With several programs a flow should stay with one: here all stay with the first.
            let first = sockets.first().copied();
            let whole = with_info(&tun.settings, &packet);
            let taken = first.is_some_and(|id| socket::tun::deliver(cx, dev, id, whole, limit));
            (!taken).then_some(DropReason::SocketBufferFull)
        }
    };
    let device = cx.net.dev_mut(dev);
    if let Some(reason) = refused {
        device.tx.dropped += 1;
        return cx.drop(packet, dev, Stage::TapTransmit, reason);
    }
    device.tx.count(len);
    cx.see(&packet, dev, Stage::TapTransmit, |_| Event::Left);
    match tun_mut(cx.net.dev_mut(dev)).map(|tun| &mut tun.program) {
        Some(Program::Engine(frames)) => frames.push_back(packet),
        _ => cx.consume(packet),
    }
}

/// The packet behind what the device's settings put before it.
fn with_info(settings: &Settings, packet: &Packet) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(settings.before() + packet.len());
    if settings.packet_info {
        bytes.extend_from_slice(&[0, 0]);
        bytes.extend_from_slice(&packet.ethertype.0.to_be_bytes());
    }
    bytes.resize(settings.before(), 0);
    bytes.extend_from_slice(packet.bytes());
    bytes
}

/// A program writes a packet: the device receives it (`tun_get_user`).
pub(crate) fn write<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    bytes: &[u8],
) -> Result<(), Errno> {
    let device = cx.net.dev(dev);
    let Kind::Tun(tun) = &device.kind else {
        return Err(Errno::BADF);
    };
    if !device.is_up() {
        return Err(Errno::IO);
    }
    let payload = bytes.get(tun.settings.before()..).ok_or(Errno::INVAL)?;
    let mut packet = cx.net.pool.take(payload.len());
    packet.bytes_mut().copy_from_slice(payload);
    cx.born(&mut packet, None, Origin::Probe);
    receive(cx, dev, packet)
}

/// A packet arrives from the program's end.
pub(crate) fn receive<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    mut packet: Packet,
) -> Result<(), Errno> {
    if cx.net.dev(dev).kind.has_ethernet() {
        if packet.len() < ethernet::HEADER_LEN {
            return Err(Errno::INVAL);
        }
    } else {
        let header = made_up(packet.bytes()).ok_or(Errno::INVAL)?;
        header.emit(packet.push(ethernet::HEADER_LEN));
    }
    receive::enqueue(cx, dev, packet);
    Ok(())
}

/// The Ethernet header of an IP packet that came without one.
fn made_up(packet: &[u8]) -> Option<ethernet::Header> {
    let ethertype = match packet.first()? >> 4 {
        4 => EtherType::IPV4,
        6 => EtherType::IPV6,
        _ => return None,
    };
    Some(ethernet::Header {
        dst: MacAddr::ZERO,
        src: MacAddr::ZERO,
        ethertype,
    })
}

/// A program takes the device called `name` (a pattern, or empty: a new one) into its hands
/// (`TUNSETIFF`); it is made if there is none. The name.
pub(crate) fn attach<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    name: &str,
    wanted: &Settings,
) -> Result<String, netloom_model::Error> {
    let ns = cx.net.socket(id)?.ns;
    if cx.net.socket(id)?.dev.some().is_some() {
        return Err(Errno::INVAL.into());
    }
    let dev = match cx.net.ns(ns).by_name.get(name).copied() {
        Some(dev) => dev,
        None => {
            let nobody = Settings {
                attached: false,
                ..wanted.clone()
            };
            let link = NewLink::new(name, NewKind::Tun(nobody));
            new_link::add(cx, ns, &link)?;
            let namespace = cx.net.ns(ns);
            let newest = namespace.devices.last_key_value().map(|(_, dev)| *dev);
            newest.ok_or(Errno::NODEV)?
        }
    };
    hold(cx.net, dev, id, wanted)?;
    cx.net.socket_mut(id)?.dev = dev;
    link::update_carrier(cx, dev);
    Ok(cx.net.dev(dev).name.clone())
}

fn hold(net: &mut Net, dev: DevId, id: SocketId, wanted: &Settings) -> Result<(), Errno> {
    let tun = tun_mut(net.dev_mut(dev)).ok_or(Errno::INVAL)?;
    let same = tun.settings.mode == wanted.mode && tun.settings.multi_queue == wanted.multi_queue;
    if !same {
        return Err(Errno::INVAL);
    }
    match &mut tun.program {
        Program::Nobody => tun.program = Program::Sockets(vec![id.0]),
        Program::Sockets(sockets) if tun.settings.multi_queue => sockets.push(id.0),
        Program::Sockets(_) | Program::Engine(_) => return Err(Errno::BUSY),
    }
    // Who holds it says how its packets look.
    tun.settings.packet_info = wanted.packet_info;
    tun.settings.vnet_header = wanted.vnet_header;
    Ok(())
}

/// The program lets go of the device; one that is not to stay goes.
pub(crate) fn detach<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, id: SocketId) {
    let Some(tun) = cx.net.devices.get_mut(dev.0).and_then(tun_mut) else {
        return;
    };
    if let Program::Sockets(sockets) = &mut tun.program {
        sockets.retain(|other| *other != id.0);
        if !sockets.is_empty() {
            return;
        }
        tun.program = Program::Nobody;
    }
    if tun.settings.persist {
        link::update_carrier(cx, dev);
    } else {
        crate::apply::link_gone::destroy(cx, dev);
    }
}
