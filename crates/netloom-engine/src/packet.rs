//! Packets on their way, and the pool they come from and go back to.
//!
//! A packet is one pointer, so queues move little. Its bytes have headroom before them for headers
//! yet to be pushed. The pool keeps freed packets: forwarding allocates nothing.

use crate::conntrack::Reference;
use crate::device::DevId;
use crate::ip::options::Options;
use crate::vlan::Tag;
use netloom_model::socket::{PacketType, SocketId};
use netloom_wire::{EtherType, MacAddr};

/// Room before a new packet's bytes: an Ethernet header and what encapsulations add.
pub(crate) const HEADROOM: usize = 128;

/// Buffer of a packet from the pool; longer ones grow.
const BUFFER: usize = 2048;

/// How many freed packets the pool keeps.
const POOL: usize = 4096;

/// How many of those are longer than usual, and the buffer of such a one.
const LARGE_POOL: usize = 64;
const LARGE_BUFFER: usize = HEADROOM + 64 + 65_536;

/// A packet.
#[derive(Debug)]
pub(crate) struct Packet(Box<Body>);

/// What a packet carries beside its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    start: u32,
    end: u32,
    buffer: Vec<u8>,
    /// Its id in a journey.
    pub(crate) id: u32,
    /// The device that it was received by, or that it is sent from.
    pub(crate) dev: DevId,
    /// The device that received it, where that is not `dev`: of a packet to oneself the one that has
    /// the destination address, for sockets, though it goes through `lo`; of one that is passed on
    /// the one that it came by, for errors.
    pub(crate) iif: DevId,
    /// What its IP options still have to be told.
    pub(crate) options: Option<Box<Options>>,
    /// The mark that rules match.
    pub(crate) mark: u32,
    /// Its class of traffic (`skb->priority`).
    pub(crate) priority: u32,
    /// The socket that a rule hands it to.
    pub(crate) socket: Option<SocketId>,
    /// By which number it is followed; 0: it is not.
    pub(crate) trace: u32,
    /// Its connection, where those are tracked.
    pub(crate) ct: Reference,
    /// The ports of a bridge by which it came and leaves, where `br_netfilter` had it pass hooks of IP
    /// (`physindev`, `physoutdev`).
    pub(crate) port_in: DevId,
    pub(crate) port_out: DevId,
    /// It is to go on in the bridge, as if from this source, once its neighbour there is known
    /// (`bridged_dnat`).
    pub(crate) bridged_from: Option<MacAddr>,
    /// The socket that sent it; none of what the kernel sends by itself.
    pub(crate) sender: Option<SocketId>,
    /// Devices crossed.
    pub(crate) hops: u16,
    /// Where the network header begins, from the buffer's start.
    network: u16,
    /// The VLAN tag that it carries beside its bytes.
    pub(crate) tag: Tag,
    /// What follows the Ethernet header.
    pub(crate) ethertype: EtherType,
    /// For whom it is, by its destination address.
    pub(crate) packet_type: PacketType,
    /// The sending stack has it done: checksums inside need not be verified again.
    pub(crate) local: bool,
    /// The TCP or UDP checksum is only begun: it holds the sum over the pseudo header, and whoever
    /// hands the packet to the outside completes it (`CHECKSUM_PARTIAL`).
    pub(crate) checksum_partial: bool,
    /// The checksum of UDP over IPv6 was looked at on its way, when the header before it began so and
    /// had this hop limit: the sum was kept for whoever looks at it next (`csum_complete_sw`).
    pub(crate) summed: Option<([u8; 4], u8)>,
    /// Longer than a segment: it stands for several with so many bytes of data each, and is cut
    /// where a device does not take it whole (`gso_size`); 0 = an ordinary packet.
    pub(crate) gso: u16,
    /// Then: the bytes of its IP and TCP headers.
    pub(crate) gso_headers: u16,
    /// It came in fragments, of which the longest had so many bytes: it leaves in none that is longer
    /// (`frag_max_size`); 0 = it came whole.
    pub(crate) frag_max: u16,
}

impl core::ops::Deref for Packet {
    type Target = Body;

    #[inline]
    fn deref(&self) -> &Body {
        &self.0
    }
}

impl core::ops::DerefMut for Packet {
    #[inline]
    fn deref_mut(&mut self) -> &mut Body {
        &mut self.0
    }
}

impl Packet {
    /// The id of a packet that no journey tells of.
    pub(crate) const UNWATCHED: u32 = u32::MAX;
}

impl Body {
    fn new() -> Body {
        Body {
            start: HEADROOM as u32,
            end: HEADROOM as u32,
            buffer: vec![0; BUFFER],
            id: 0,
            dev: DevId::NONE,
            iif: DevId::NONE,
            options: None,
            mark: 0,
            priority: 0,
            trace: 0,
            socket: None,
            ct: Reference::NONE,
            port_in: DevId::NONE,
            port_out: DevId::NONE,
            bridged_from: None,
            sender: None,
            hops: 0,
            network: 0,
            tag: Tag::NONE,
            ethertype: EtherType(0),
            packet_type: PacketType::Host,
            local: false,
            checksum_partial: false,
            summed: None,
            gso: 0,
            gso_headers: 0,
            frag_max: 0,
        }
    }

    /// The length by which a packet is measured against an MTU: that of the longest packet it stands
    /// for, with as much of the link layer's header as is in front.
    #[inline]
    pub(crate) fn longest(&self) -> usize {
        let len = self.len();
        if self.gso == 0 {
            return len;
        }
        let before = u32::from(self.network).saturating_sub(self.start) as usize;
        len.min(before + usize::from(self.gso_headers) + usize::from(self.gso))
    }

    /// What of the header of IPv6 counts in a sum over all of the packet, and can change while that of
    /// UDP stays right.
    pub(crate) fn outside_sum(&self) -> Option<([u8; 4], u8)> {
        let header = self.network();
        Some((*header.first_chunk()?, *header.get(7)?))
    }

    /// The device that sockets take it for received by (`inet_iif`); `dev` received it.
    #[inline]
    pub(crate) fn received_by(&self, dev: DevId) -> DevId {
        self.iif.some().unwrap_or(dev)
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        (self.end - self.start) as usize
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer[self.start as usize..self.end as usize]
    }

    #[inline]
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.buffer[self.start as usize..self.end as usize]
    }

    /// Takes `n` bytes off the front; they stay in the buffer. `n` is cut to the length.
    #[inline]
    pub(crate) fn pull(&mut self, n: usize) {
        self.start = (self.start + n as u32).min(self.end);
    }

    /// Puts `n` bytes before the front: the ones that were pulled, or headroom.
    #[inline]
    pub(crate) fn push(&mut self, n: usize) -> &mut [u8] {
        if (self.start as usize) < n {
            self.grow_front(n);
        }
        self.start -= n as u32;
        let start = self.start as usize;
        &mut self.buffer[start..start + n]
    }

    #[cold]
    fn grow_front(&mut self, n: usize) {
        let more = n + HEADROOM;
        self.buffer.splice(0..0, core::iter::repeat_n(0, more));
        self.start += more as u32;
        self.end += more as u32;
        self.network += more as u16;
    }

    /// Cuts the packet to `len` bytes (link-layer padding).
    #[inline]
    pub(crate) fn truncate(&mut self, len: usize) {
        self.end = self.end.min(self.start + len as u32);
    }

    /// Adds `n` bytes to the end.
    pub(crate) fn lengthen(&mut self, n: usize) {
        let end = self.end as usize + n;
        if end > self.buffer.len() {
            self.buffer.resize(end, 0);
        }
        self.end = end as u32;
    }

    /// Has the packet end with other bytes: `len` of them from `at` behind the network header on are
    /// exchanged for `new`.
    pub(crate) fn exchange(&mut self, (at, len): (usize, usize), new: &[u8]) {
        let at = usize::from(self.network) + at;
        let end = self.end as usize;
        if at + len > end {
            return;
        }
        let longer = new.len().saturating_sub(len);
        if self.buffer.len() < end + longer {
            self.buffer.resize(end + longer, 0);
        }
        self.buffer.copy_within(at + len..end, at + new.len());
        self.buffer[at..at + new.len()].copy_from_slice(new);
        self.end = (end - len + new.len()) as u32;
    }

    /// Remembers that the network header begins at the front.
    #[inline]
    pub(crate) fn set_network(&mut self) {
        self.network = self.start as u16;
    }

    /// Whether the front is the network header, or what follows it.
    pub(crate) fn is_past_link(&self) -> bool {
        self.network != 0 && self.start >= u32::from(self.network)
    }

    /// How many segments it stands for; its front is its IP header.
    #[inline]
    pub(crate) fn segments(&self) -> u64 {
        if self.gso == 0 {
            return 1;
        }
        let data = self.len().saturating_sub(usize::from(self.gso_headers));
        data.div_ceil(usize::from(self.gso)) as u64
    }

    /// The bytes from the network header on.
    #[inline]
    pub(crate) fn network(&self) -> &[u8] {
        &self.buffer[usize::from(self.network)..self.end as usize]
    }

    /// The same, to be written.
    pub(crate) fn network_mut(&mut self) -> &mut [u8] {
        &mut self.buffer[usize::from(self.network)..self.end as usize]
    }

    /// The Ethernet header before its network header, where there is room for one.
    pub(crate) fn frame_header(&self) -> Option<&[u8]> {
        let network = usize::from(self.network);
        let from = network.checked_sub(netloom_wire::ethernet::HEADER_LEN)?;
        Some(&self.buffer[from..network])
    }

    /// The Ethernet header before its network header, if it came with one.
    pub(crate) fn link_header(&self) -> Option<&[u8]> {
        let network = usize::from(self.network);
        let from = network.checked_sub(netloom_wire::ethernet::HEADER_LEN)?;
        (self.packet_type != PacketType::Outgoing).then(|| &self.buffer[from..network])
    }

    /// The same, to be written.
    pub(crate) fn frame_header_mut(&mut self) -> Option<&mut [u8]> {
        let network = usize::from(self.network);
        let from = network.checked_sub(netloom_wire::ethernet::HEADER_LEN)?;
        Some(&mut self.buffer[from..network])
    }

    /// No bridge knows of it any more.
    #[inline]
    pub(crate) fn forget_ports(&mut self) {
        (self.port_in, self.port_out) = (DevId::NONE, DevId::NONE);
        self.bridged_from = None;
    }

    /// Takes over what another packet carries beside its bytes; the front is the network header.
    pub(crate) fn follow(&mut self, other: &Body) {
        (self.dev, self.iif) = (other.dev, other.iif);
        self.mark = other.mark;
        self.priority = other.priority;
        self.trace = other.trace;
        self.ct = other.ct;
        (self.port_in, self.port_out) = (other.port_in, other.port_out);
        self.hops = other.hops;
        self.ethertype = other.ethertype;
        self.packet_type = other.packet_type;
        self.local = other.local;
        self.checksum_partial = other.checksum_partial;
        self.set_network();
    }

    /// Puts the front back to the network header.
    #[inline]
    pub(crate) fn rewind_to_network(&mut self) {
        self.start = u32::from(self.network);
    }
}

/// Freed packets, kept for the next.
#[derive(Default)]
pub(crate) struct Pool {
    free: Vec<Packet>,
    large: Vec<Packet>,
    /// Connections that are not confirmed, and whose packets are gone.
    pub(crate) orphans: Vec<Reference>,
}

impl Clone for Pool {
    /// A copy of an engine begins with an empty pool.
    fn clone(&self) -> Pool {
        Pool {
            orphans: self.orphans.clone(),
            ..Pool::default()
        }
    }
}

impl Pool {
    /// A packet of `len` bytes, whatever they are, with headroom and nothing else set.
    #[inline]
    pub(crate) fn take(&mut self, len: usize) -> Packet {
        let fits = HEADROOM + len <= BUFFER;
        let free = if fits {
            &mut self.free
        } else {
            &mut self.large
        };
        let mut packet = free.pop().unwrap_or_else(|| Packet(Box::new(Body::new())));
        let body = &mut *packet;
        if body.buffer.len() < HEADROOM + len {
            body.buffer.resize(LARGE_BUFFER.max(HEADROOM + len), 0);
        }
        body.start = HEADROOM as u32;
        body.end = (HEADROOM + len) as u32;
        body.network = 0;
        body.tag = Tag::NONE;
        body.id = 0;
        body.iif = DevId::NONE;
        body.options = None;
        body.mark = 0;
        body.priority = 0;
        body.trace = 0;
        body.socket = None;
        body.ct = Reference::NONE;
        body.forget_ports();
        body.sender = None;
        body.hops = 0;
        body.local = false;
        body.checksum_partial = false;
        body.summed = None;
        body.gso = 0;
        body.gso_headers = 0;
        body.frag_max = 0;
        packet
    }

    /// A copy of a packet, with all that it carries.
    pub(crate) fn copy(&mut self, packet: &Packet) -> Packet {
        let mut copy = self.take(packet.len());
        copy.bytes_mut().copy_from_slice(packet.bytes());
        if packet.network != 0 {
            let network = i64::from(packet.network) - i64::from(packet.start);
            copy.network = (HEADROOM as i64 + network).max(0) as u16;
        }
        copy.id = packet.id;
        copy.dev = packet.dev;
        copy.iif = packet.iif;
        copy.options.clone_from(&packet.options);
        copy.mark = packet.mark;
        copy.priority = packet.priority;
        copy.trace = packet.trace;
        copy.ct = packet.ct;
        (copy.port_in, copy.port_out) = (packet.port_in, packet.port_out);
        copy.bridged_from = packet.bridged_from;
        copy.hops = packet.hops;
        copy.sender = packet.sender;
        copy.tag = packet.tag;
        copy.ethertype = packet.ethertype;
        copy.packet_type = packet.packet_type;
        copy.local = packet.local;
        copy.checksum_partial = packet.checksum_partial;
        copy.summed = packet.summed;
        copy.gso = packet.gso;
        copy.gso_headers = packet.gso_headers;
        copy.frag_max = packet.frag_max;
        copy
    }

    /// A packet knows of its connection no more.
    #[inline]
    pub(crate) fn forget_connection(&mut self, packet: &mut Packet) {
        self.let_go(packet);
        packet.ct = Reference::NONE;
    }

    #[inline]
    fn let_go(&mut self, packet: &Packet) {
        if packet.ct.fresh {
            self.orphans.push(packet.ct);
        }
    }

    #[inline]
    pub(crate) fn give_back(&mut self, packet: Packet) {
        self.let_go(&packet);
        let (free, most) = if packet.buffer.len() <= BUFFER {
            (&mut self.free, POOL)
        } else {
            (&mut self.large, LARGE_POOL)
        };
        if free.len() < most {
            free.push(packet);
        }
    }
}

impl Clone for Packet {
    fn clone(&self) -> Packet {
        Packet(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pulled_can_be_pushed_back() {
        let mut packet = Pool::default().take(20);
        packet.bytes_mut()[..3].copy_from_slice(&[1, 2, 3]);
        packet.pull(2);
        assert_eq!(packet.bytes()[0], 3);
        assert_eq!(packet.push(2), [1, 2]);
        assert_eq!(packet.len(), 20);
    }

    #[test]
    fn pushing_beyond_the_headroom_makes_more() {
        let mut packet = Pool::default().take(4);
        packet.bytes_mut().copy_from_slice(b"data");
        packet.push(HEADROOM + 5).fill(7);
        assert_eq!(packet.len(), HEADROOM + 9);
        assert!(packet.bytes().ends_with(b"data"));
    }

    #[test]
    fn a_copy_has_its_network_header_where_the_original_has_it() {
        let mut pool = Pool::default();
        let mut packet = pool.take(30);
        packet.bytes_mut().fill(9);
        packet.pull(14);
        packet.set_network();
        packet.bytes_mut()[0] = 0x45;
        packet.push(14);
        let copy = pool.copy(&packet);
        assert_eq!(copy.network()[0], 0x45);
        assert_eq!(copy.bytes(), packet.bytes());
    }
}
