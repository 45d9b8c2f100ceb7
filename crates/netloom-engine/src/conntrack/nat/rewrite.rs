//! Packets are written anew by what their connection is translated to, with their checksums
//! (RFC 1624), and so are those that errors quote (RFC 5508 section 4).

use super::Manip;
use crate::conntrack::connection::Standing;
use crate::conntrack::sctp::{CHECKSUM, crc32c};
use crate::conntrack::table::Direction;
use crate::conntrack::tuple::{self, Tuple, is_icmp};
use crate::filter::{Facts, Proto, layers};
use crate::net::Net;
use crate::packet::Packet;
use netloom_model::conntrack::status;
use netloom_model::journey::DropReason;
use netloom_wire::{IpProtocol, checksum, ipv4, ipv6};

/// Where addresses stand in the headers of IP.
const V4_SOURCE: usize = 12;
const V4_CHECKSUM: usize = 10;
const V6_SOURCE: usize = 8;

/// Translates a packet of a connection at a hook.
///
/// # Errors
/// It is an error that is broken, or cannot be translated.
pub(crate) fn translate(net: &Net, facts: &Facts, packet: &mut Packet) -> Result<(), DropReason> {
    let Some(connection) = crate::conntrack::of_packet(net, facts.ns, packet) else {
        return Ok(());
    };
    let (Some(protocol), Some(transport)) = (facts.protocol, facts.transport) else {
        return Ok(());
    };
    let manip = Manip::at(facts.hook);
    let direction = packet.ct.direction;
    let bit = match direction {
        Direction::Original => manip.bit(),
        Direction::Reply => manip.other().bit(),
    };
    let v6 = facts.is_v6();
    let transport = usize::from(transport);
    let error = packet.ct.standing == Standing::Related && is_icmp(protocol, v6);
    // Whatever is told of connections, translated or not: what is broken ends.
    if error && !crate::conntrack::sums_up(facts, packet) {
        return Err(DropReason::IcmpChecksum);
    }
    if !connection.has(status::SRC_NAT | status::DST_NAT) {
        return Ok(());
    }
    let redirect = if v6 { 137 } else { 5 };
    if error && packet.network().get(transport) == Some(&redirect) {
        return Err(DropReason::NatRedirect);
    }
    let back = *connection.tuple(direction.other());
    let Some(target) = back.invert() else {
        return Ok(());
    };
    if !connection.has(bit) {
        return Ok(());
    }
    let partial = packet.checksum_partial;
    let network = packet.network_mut();
    if error {
        quoted(network, (v6, transport), &back, manip.other());
    }
    let written = Written {
        v6,
        protocol,
        transport,
        partial,
        icmp_error: error,
    };
    written.write(network, &target, manip);
    if error {
        checksum_anew(network, (v6, transport));
    }
    Ok(())
}

/// Writes the packet anew that an error quotes.
fn quoted(network: &mut [u8], (v6, transport): (bool, usize), back: &Tuple, manip: Manip) {
    let Some(inner) = network.get_mut(transport + 8..) else {
        return;
    };
    let proto = if v6 { Proto::V6 } else { Proto::V4 };
    let (Some(protocol), Some(at)) = layers(proto, inner) else {
        return;
    };
    let written = Written {
        v6,
        protocol,
        transport: usize::from(at),
        partial: false,
        icmp_error: false,
    };
    written.write(inner, back, manip);
}

/// The checksum of a message of which much was written.
fn checksum_anew(network: &mut [u8], (v6, transport): (bool, usize)) {
    let Some(at) = network.get_mut(transport + 2..transport + 4) else {
        return;
    };
    at.fill(0);
    let len = network.len() - transport;
    let sum = checksum::sum(&network[transport..]);
    let whole = if v6 {
        let header = ipv6::Packet::new_unchecked(&*network);
        let (src, dst) = (header.src(), header.dst());
        checksum::combine(&[
            checksum::pseudo_v6(src, dst, IpProtocol(tuple::ICMPV6), len),
            sum,
        ])
    } else {
        sum
    };
    network[transport + 2..transport + 4].copy_from_slice(&(!whole).to_be_bytes());
}

/// What is written to.
struct Written {
    v6: bool,
    protocol: u8,
    transport: usize,
    /// The checksum is only begun.
    partial: bool,
    icmp_error: bool,
}

impl Written {
    /// Writes the source or destination of a tuple to a packet.
    fn write(&self, network: &mut [u8], target: &Tuple, manip: Manip) {
        let (address, port) = match manip {
            Manip::Source => (target.src, target.sport),
            Manip::Destination => (target.dst, target.dport),
        };
        let len = if self.v6 { 16 } else { 4 };
        let source = if self.v6 { V6_SOURCE } else { V4_SOURCE };
        let at = match manip {
            Manip::Source => source,
            Manip::Destination => source + len,
        };
        let Some(field) = network.get_mut(at..at + len) else {
            return;
        };
        let mut old = [0; 16];
        old[..len].copy_from_slice(field);
        field.copy_from_slice(&address[..len]);
        if !self.v6 && network.len() >= ipv4::HEADER_LEN {
            update(network, V4_CHECKSUM, &old[..len], &address[..len]);
        }
        if let Some(upper) = network.get_mut(self.transport..) {
            let icmp = is_icmp(self.protocol, self.v6);
            let port = if icmp { target.sport } else { port };
            self.write_upper(upper, (&old[..len], &address[..len]), (manip, port));
        }
    }

    /// Writes a port, or an identifier, and what the checksum covers of the addresses.
    fn write_upper(
        &self,
        upper: &mut [u8],
        (old, new): (&[u8], &[u8]),
        (manip, port): (Manip, u16),
    ) {
        let (sum_at, place) = match self.protocol {
            tuple::TCP => (16, Some(manip)),
            tuple::UDP | tuple::UDP_LITE => (6, Some(manip)),
            tuple::SCTP => return sctp(upper, manip, port),
            tuple::ICMP if !self.v6 => (2, None),
            tuple::ICMPV6 if self.v6 => (2, None),
            _ => return,
        };
        let icmp = place.is_none();
        let udp = self.protocol == tuple::UDP;
        let unsummed = udp && !self.partial && upper.get(6..8) == Some(&[0, 0]);
        let field = match place {
            Some(Manip::Source) => 0,
            Some(Manip::Destination) => 2,
            None => 4,
        };
        // Only questions and their answers have an identifier.
        let numbered = match upper.first() {
            Some(kind) if icmp && !self.v6 => matches!(kind, 0 | 8 | 13..=18),
            Some(kind) if icmp => matches!(kind, 128 | 129),
            _ => true,
        };
        let mut before = [0; 2];
        if numbered && !self.icmp_error {
            let Some(bytes) = upper.get_mut(field..field + 2) else {
                return;
            };
            before.copy_from_slice(bytes);
            bytes.copy_from_slice(&port.to_be_bytes());
        } else {
            before = port.to_be_bytes();
        }
        if unsummed {
            return;
        }
        if self.partial && !icmp {
            // The sum over the pseudo header alone, not its complement.
            complement(upper, sum_at);
            update(upper, sum_at, old, new);
            complement(upper, sum_at);
            return;
        }
        if !icmp || self.v6 {
            update(upper, sum_at, old, new);
        }
        update(upper, sum_at, &before, &port.to_be_bytes());
        if udp && upper.get(6..8) == Some(&[0, 0]) {
            upper[6..8].fill(0xff);
        }
    }
}

/// Ports of SCTP, whose checksum covers the packet alone (RFC 9260 section 6.8); one that an error
/// quotes may be cut off before it.
fn sctp(upper: &mut [u8], manip: Manip, port: u16) {
    let at = match manip {
        Manip::Source => 0,
        Manip::Destination => 2,
    };
    let Some(field) = upper.get_mut(at..at + 2) else {
        return;
    };
    field.copy_from_slice(&port.to_be_bytes());
    if let Some(field) = upper.get_mut(CHECKSUM) {
        field.fill(0);
        let sum = crc32c(upper);
        upper[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
    }
}

fn complement(bytes: &mut [u8], at: usize) {
    if let Some(field) = bytes.get_mut(at..at + 2) {
        field.iter_mut().for_each(|byte| *byte = !*byte);
    }
}

/// Brings a checksum up to date; one that was cut off has none.
fn update(bytes: &mut [u8], at: usize, old: &[u8], new: &[u8]) {
    if let Some(field) = bytes.get_mut(at..at + 2) {
        let sum = u16::from_be_bytes([field[0], field[1]]);
        field.copy_from_slice(&checksum::update_bytes(sum, old, new).to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_of_sctp_are_written_with_its_checksum() {
        let mut upper = *b"\0\x01\0\x02\0\0\0\x05........";
        sctp(&mut upper, Manip::Destination, 7);
        assert_eq!(upper[2..4], [0, 7]);
        let told = u32::from_le_bytes([upper[8], upper[9], upper[10], upper[11]]);
        upper[8..12].fill(0);
        assert_eq!(told, crc32c(&upper));
    }
}
