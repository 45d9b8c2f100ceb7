//! packet(7): whole frames, as they come and go.

use super::hand_over;
use crate::device::DevId;
use crate::link::{self, Xmit};
use crate::namespace::NsId;
use crate::net::{Cx, Net};
use crate::observer::Observer;
use crate::packet::Packet;
use crate::vlan;
use netloom_model::Errno;
use netloom_model::journey::{Event, Origin, Stage};
use netloom_model::socket::{Datagram, PacketType, SocketId, SocketKind};
use netloom_wire::{EtherType, ethernet};

/// `ETH_P_ALL`: every frame, also those that are sent.
const ALL: u16 = 3;

/// Counts anew which devices of a namespace are looked at.
pub(crate) fn retap(net: &mut Net, ns: NsId) {
    let namespace = &net.namespaces[ns.0];
    for dev in namespace.devices.values() {
        let looks = |id: &&u32| {
            let socket = &net.sockets.0[**id];
            socket.dev == DevId::NONE || socket.dev == *dev
        };
        let taps = namespace.sockets.packet.iter().filter(looks).count();
        net.devices[dev.0].taps = taps as u16;
    }
}

/// Gives copies of a received frame to the sockets that look at its device.
#[cold]
pub(crate) fn tap_incoming<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    tap(cx, dev, packet, packet.packet_type);
}

/// Gives copies of a frame that is about to leave.
#[cold]
pub(crate) fn tap_outgoing<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet) {
    tap(cx, dev, packet, PacketType::Outgoing);
}

fn tap<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, packet: &Packet, packet_type: PacketType) {
    let Ok(frame) = ethernet::Frame::new_checked(packet.bytes()) else {
        return;
    };
    let (ethertype, source) = (frame.ethertype(), frame.src());
    let ns = cx.net.ns_of(dev);
    let header = cx.net.dev(dev).kind.made_up_header();
    for at in 0..cx.net.ns(ns).sockets.packet.len() {
        let id = cx.net.ns(ns).sockets.packet[at];
        let socket = &cx.net.sockets.0[id];
        let kind = match socket.kind {
            SocketKind::Packet(ALL) => true,
            SocketKind::Packet(wanted) => {
                wanted == ethertype.0 && packet_type != PacketType::Outgoing
            }
            _ => false,
        };
        if !kind || (socket.dev != DevId::NONE && socket.dev != dev) {
            continue;
        }
        let datagram = Datagram {
            at: cx.net.now,
            data: vlan::whole(packet).split_off(header),
            from: None,
            to: None,
            ttl: 0,
            tos: 0,
            dev: cx.net.dev(dev).index,
            packet_type,
            source_mac: (header == 0).then_some(source),
        };
        hand_over(cx, id, datagram);
    }
}

/// Sends a whole frame out of the device that the socket is bound to.
pub(super) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    frame: &[u8],
) -> Result<usize, Errno> {
    let dev = cx.net.socket(id)?.dev.some().ok_or(Errno::NXIO)?;
    let device = cx.net.dev(dev);
    if !device.is_up() {
        return Err(Errno::NETDOWN);
    }
    if !device.kind.has_ethernet() {
        // Sent is what a program would write to the other end.
        return Err(Errno::OPNOTSUPP);
    }
    if frame.len() < ethernet::HEADER_LEN {
        return Err(Errno::INVAL);
    }
    if frame.len() > device.mtu as usize + ethernet::HEADER_LEN + 4 {
        return Err(Errno::MSGSIZE);
    }
    let mark = cx.net.socket(id)?.options.mark;
    let mut packet = cx.net.pool.take(frame.len());
    packet.bytes_mut().copy_from_slice(frame);
    packet.ethertype = EtherType(u16::from_be_bytes([frame[12], frame[13]]));
    packet.mark = mark;
    cx.born(&mut packet, None, Origin::Probe);
    cx.see(&packet, dev, Stage::PacketSend, |_| Event::Sent {
        from: None,
        to: None,
    });
    match link::transmit(cx, dev, packet) {
        Xmit::Success => Ok(frame.len()),
        Xmit::Drop | Xmit::Refused => Err(Errno::NOBUFS),
    }
}
