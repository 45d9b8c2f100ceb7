//! A packet is for this host (`ip6_input_finish`): its extension headers are read one after the
//! other, raw sockets get copies, then its transport.
//!
//! Left out: source routing (refused, RFC 5095), reassembly.

use super::{icmp, icmp_error};
use crate::device::DevId;
use crate::net::Cx;
use crate::observer::Observer;
use crate::packet::Packet;
use crate::socket;
use netloom_model::journey::{DropReason, Event, Stage};
use netloom_wire::icmpv6::{Type, code};
use netloom_wire::ipv6::extension::{self, Fragment};
use netloom_wire::{IpProtocol, ipv6};

/// Where the upper layer is.
struct Upper {
    protocol: IpProtocol,
    /// From the start of the IP header.
    at: usize,
    /// Where the field stands that names it.
    named_at: usize,
}

/// Why a packet ends at its extension headers, and what its sender is told: type, code and where.
struct Refused {
    reason: DropReason,
    tell: Option<(u8, usize)>,
}

fn refused(reason: DropReason) -> Refused {
    Refused { reason, tell: None }
}

/// Delivers a packet whose front is its IP header.
pub(crate) fn local<O: Observer>(cx: &mut Cx<'_, O>, dev: DevId, mut packet: Packet) {
    packet.set_network();
    cx.see(&packet, dev, Stage::Local6Deliver, |_| Event::Accepted);
    let upper = match upper(packet.bytes()) {
        Ok(upper) => upper,
        Err(Refused { reason, tell }) => {
            if let Some((code, at)) = tell {
                let kind = Type::PARAMETER_PROBLEM;
                icmp_error::send(cx, dev, &packet, kind, code, at as u32);
            }
            return cx.drop(packet, dev, Stage::Local6Deliver, reason);
        }
    };
    let raw = socket::v6::raw::deliver(cx, dev, &packet, upper.protocol, upper.at);
    packet.pull(upper.at);
    match upper.protocol {
        IpProtocol::ICMPV6 => icmp::receive(cx, dev, packet, raw),
        IpProtocol::UDP => socket::v6::udp::receive(cx, dev, packet),
        IpProtocol::TCP => socket::v6::tcp::receive(cx, dev, packet),
        IpProtocol::NO_NEXT_HEADER => cx.consume(packet),
        _ if raw => cx.consume(packet),
        _ => {
            packet.rewind_to_network();
            let (kind, at) = (Type::PARAMETER_PROBLEM, upper.named_at as u32);
            icmp_error::send(cx, dev, &packet, kind, code::NEXT_HEADER, at);
            cx.drop(packet, dev, Stage::Local6Deliver, DropReason::NoProtocol);
        }
    }
}

/// Reads the extension headers of a packet.
fn upper(bytes: &[u8]) -> Result<Upper, Refused> {
    let header = ipv6::Packet::new_unchecked(bytes);
    let group = header.dst().is_multicast();
    let from = ipv6::HEADER_LEN;
    // The field that names the first header is in the fixed one.
    let named = |at: Option<usize>| at.map_or(6, |at| from + at);
    for next in extension::walk(header.next_header(), header.payload()) {
        if next.is_cut() {
            return Err(refused(DropReason::IpTruncated));
        }
        match next.kind {
            IpProtocol::HOP_BY_HOP if next.at != 0 => {
                return Err(Refused {
                    reason: DropReason::NoProtocol,
                    tell: Some((code::NEXT_HEADER, named(next.named_at))),
                });
            }
            IpProtocol::HOP_BY_HOP | IpProtocol::DESTINATION_OPTIONS => {
                options(next.bytes, from + next.at, group)?;
            }
            // Segments that are left over would have it go on from here.
            IpProtocol::ROUTING if next.bytes[3] != 0 => {
                return Err(Refused {
                    reason: DropReason::IpOptions,
                    tell: Some((code::FIELD, from + next.at + 2)),
                });
            }
            IpProtocol::ROUTING => {}
            IpProtocol::FRAGMENT => {
                let whole = Fragment::new(next.bytes).is_some_and(|f| f.offset() == 0 && !f.more());
                if !whole {
                    return Err(refused(DropReason::ReassemblyIncomplete));
                }
            }
            protocol => {
                return Ok(Upper {
                    protocol,
                    at: from + next.at,
                    named_at: named(next.named_at),
                });
            }
        }
    }
    Err(refused(DropReason::IpTruncated))
}

/// Reads options: the highest bits of an unknown one say what is to be done (RFC 8200 section 4.2).
fn options(header: &[u8], at: usize, group: bool) -> Result<(), Refused> {
    for option in extension::options(header) {
        let Ok(option) = option else {
            return Err(refused(DropReason::IpOptions));
        };
        if option.kind == extension::ROUTER_ALERT {
            continue;
        }
        let told = Some((code::OPTION, at + option.at));
        let tell = match option.kind >> 6 {
            0 => continue,
            1 => None,
            2 => told,
            _ => told.filter(|_| !group),
        };
        let reason = DropReason::IpOptions;
        return Err(Refused { reason, tell });
    }
    Ok(())
}
