//! `/dev/net/tun`: the program's end of a TUN or TAP, as a socket that sends and receives packets.

use crate::device::DevId;
use crate::link::tun;
use crate::net::Cx;
use crate::observer::Observer;
use netloom_model::Errno;
use netloom_model::socket::{Datagram, PacketType, SocketId, SocketKind};

/// Hands a packet that the device sends to its program, at most `limit` of them waiting; `false` if
/// they do.
pub(crate) fn deliver<O: Observer>(
    cx: &mut Cx<'_, O>,
    dev: DevId,
    id: u32,
    data: Vec<u8>,
    limit: usize,
) -> bool {
    let datagram = Datagram {
        at: cx.net.now,
        data,
        from: None,
        to: None,
        ttl: 0,
        tos: 0,
        dev: cx.net.dev(dev).index,
        packet_type: PacketType::Outgoing,
        source_mac: None,
    };
    let waiting = cx.net.sockets.0[id].queue.len();
    waiting < limit && super::hand_over(cx, id, datagram)
}

/// The program writes a packet.
pub(super) fn send<O: Observer>(
    cx: &mut Cx<'_, O>,
    id: SocketId,
    bytes: &[u8],
) -> Result<usize, Errno> {
    let dev = cx.net.socket(id)?.dev.some().ok_or(Errno::BADF)?;
    tun::write(cx, dev, bytes)?;
    Ok(bytes.len())
}

/// The program lets go of its device before the socket closes.
pub(crate) fn release<O: Observer>(cx: &mut Cx<'_, O>, id: SocketId) {
    if let Ok(socket) = cx.net.socket_mut(id)
        && socket.kind == SocketKind::Tun
        && let Some(dev) = socket.dev.some()
    {
        socket.dev = DevId::NONE;
        tun::detach(cx, dev, id);
    }
}

/// The same for every socket of a client.
pub(crate) fn release_all<O: Observer>(cx: &mut Cx<'_, O>, client: u64) {
    let sockets = cx.net.sockets.0.iter();
    let of_client = sockets.filter(|(_, socket)| socket.client == client);
    let ids: Vec<u32> = of_client.map(|(id, _)| id).collect();
    for id in ids {
        release(cx, SocketId(id));
    }
}
