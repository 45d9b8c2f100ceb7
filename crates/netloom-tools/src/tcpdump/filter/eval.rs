//! Matching frames.
//!
//! Fields are read one by one, as the kernel's filter machine does: reading beyond what was captured
//! refuses the packet, whatever the rest of the expression says.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netloom_wire::{EtherType, IpProtocol, MacAddr, ipv6};

use super::{Arithmetic, Comparison, Direction, Expr, Family, Layer, Operator};
use crate::tcpdump::print::LinkType;

/// The frame reached beyond what was captured: the packet is refused.
struct Beyond;

/// Where the parts of a frame are; VLAN tags move them.
#[derive(Clone, Copy)]
struct Frame<'a> {
    link: LinkType,
    data: &'a [u8],
    length: usize,
    /// Where the EtherType is.
    type_at: usize,
    /// Where the packet begins that the EtherType names.
    packet_at: usize,
}

impl<'a> Frame<'a> {
    fn new(link: LinkType, data: &'a [u8], length: usize) -> Self {
        let type_at = if link == LinkType::Ethernet { 12 } else { 0 };
        Self {
            link,
            data,
            length,
            type_at,
            packet_at: link.header_len(data),
        }
    }

    fn bytes<const N: usize>(&self, at: usize) -> Result<[u8; N], Beyond> {
        self.data
            .get(at..)
            .and_then(|rest| rest.first_chunk())
            .copied()
            .ok_or(Beyond)
    }

    /// Bytes of the packet behind the link layer header.
    fn packet<const N: usize>(&self, at: usize) -> Result<[u8; N], Beyond> {
        self.bytes(self.packet_at + at)
    }

    fn ethertype(&self) -> Result<EtherType, Beyond> {
        if matches!(self.link, LinkType::Raw | LinkType::Nflog) {
            let [first] = self.packet(0)?;
            return Ok(if first >> 4 == 6 {
                EtherType::IPV6
            } else {
                EtherType::IPV4
            });
        }
        self.bytes(self.type_at)
            .map(|bytes| EtherType(u16::from_be_bytes(bytes)))
    }

    fn mac(&self, at: usize) -> Result<Option<MacAddr>, Beyond> {
        if self.link != LinkType::Ethernet {
            return Ok(None);
        }
        self.bytes(at).map(|bytes| Some(MacAddr(bytes)))
    }

    /// The address at one end, if the packet is of one of these families.
    fn address(&self, family: Family, end: End) -> Result<Option<IpAddr>, Beyond> {
        let wants = |one| family == Family::Any || family == one;
        let v4 = |src, dst| -> Result<_, Beyond> {
            let address: [u8; 4] = self.packet(end.of(src, dst))?;
            Ok(Some(Ipv4Addr::from(address).into()))
        };
        match self.ethertype()? {
            EtherType::IPV4 if wants(Family::Ipv4) => v4(12, 16),
            EtherType::ARP if wants(Family::Arp) => v4(14, 24),
            EtherType::RARP if wants(Family::Rarp) => v4(14, 24),
            EtherType::IPV6 if wants(Family::Ipv6) => {
                let address: [u8; 16] = self.packet(end.of(8, 24))?;
                Ok(Some(Ipv6Addr::from(address).into()))
            }
            _ => Ok(None),
        }
    }

    /// What the packet carries, and where; nothing in later fragments of IPv4.
    fn transport(&self) -> Result<Option<(IpProtocol, usize)>, Beyond> {
        match self.ethertype()? {
            EtherType::IPV4 => {
                let [protocol] = self.packet(9)?;
                let offset = u16::from_be_bytes(self.packet(6)?) & 0x1fff;
                let [first] = self.packet(0)?;
                let header_len = usize::from(first & 15) * 4;
                Ok((offset == 0).then_some((IpProtocol(protocol), self.packet_at + header_len)))
            }
            EtherType::IPV6 => {
                let [next] = self.packet(6)?;
                Ok(Some((IpProtocol(next), self.packet_at + ipv6::HEADER_LEN)))
            }
            _ => Ok(None),
        }
    }

    /// The port at one end, if the packet is of this transport (or any that has ports).
    fn port(&self, transport: Option<u8>, end: End) -> Result<Option<u16>, Beyond> {
        match self.transport()? {
            Some((protocol @ (IpProtocol::TCP | IpProtocol::UDP | IpProtocol::SCTP), at))
                if transport.is_none_or(|wanted| wanted == protocol.0) =>
            {
                self.bytes(at + end.of(0, 2))
                    .map(|bytes| Some(u16::from_be_bytes(bytes)))
            }
            _ => Ok(None),
        }
    }

    fn has_protocol(&self, family: Family, protocol: u8) -> Result<bool, Beyond> {
        match self.ethertype()? {
            EtherType::IPV4 if family != Family::Ipv6 => Ok(self.packet(9)? == [protocol]),
            EtherType::IPV6 if family != Family::Ipv4 => {
                let [next] = self.packet(6)?;
                let fragment = next == IpProtocol::FRAGMENT.0;
                Ok(next == protocol || fragment && self.packet(ipv6::HEADER_LEN)? == [protocol])
            }
            _ => Ok(false),
        }
    }

    /// Where a layer begins, if the frame has it.
    fn layer(&self, layer: Layer) -> Result<Option<usize>, Beyond> {
        let wanted = match layer {
            Layer::Ether => return Ok(Some(0)),
            Layer::Arp => EtherType::ARP,
            Layer::Rarp => EtherType::RARP,
            Layer::Ipv4 => EtherType::IPV4,
            Layer::Ipv6 => EtherType::IPV6,
            Layer::Icmp6 | Layer::Transport(_) => {
                let (ethertype, wanted) = match layer {
                    Layer::Transport(protocol) => (EtherType::IPV4, IpProtocol(protocol)),
                    _ => (EtherType::IPV6, IpProtocol::ICMPV6),
                };
                if self.ethertype()? != ethertype {
                    return Ok(None);
                }
                let found = self
                    .transport()?
                    .filter(|(protocol, _)| *protocol == wanted);
                return Ok(found.map(|(_, at)| at));
            }
        };
        Ok((self.ethertype()? == wanted).then_some(self.packet_at))
    }

    /// Moves behind a VLAN tag of this identifier (or any), if there is one.
    fn enter_vlan(&mut self, wanted: Option<u16>) -> Result<bool, Beyond> {
        if !matches!(self.ethertype()?.0, 0x8100 | 0x88a8 | 0x9100) {
            return Ok(false);
        }
        if let Some(wanted) = wanted
            && u16::from_be_bytes(self.packet(0)?) & 0x0fff != wanted
        {
            return Ok(false);
        }
        self.type_at = self.packet_at + 2;
        self.packet_at += 4;
        Ok(true)
    }
}

/// One end of a packet.
#[derive(Clone, Copy)]
enum End {
    Src,
    Dst,
}

impl End {
    fn of(self, src: usize, dst: usize) -> usize {
        match self {
            Self::Src => src,
            Self::Dst => dst,
        }
    }
}

/// Looks at one or both ends, at the second only where the first does not decide.
fn at_ends(
    direction: Direction,
    holds: impl Fn(End) -> Result<bool, Beyond>,
) -> Result<bool, Beyond> {
    match direction {
        Direction::Src => holds(End::Src),
        Direction::Dst => holds(End::Dst),
        Direction::Either => Ok(holds(End::Src)? || holds(End::Dst)?),
        Direction::Both => Ok(holds(End::Src)? && holds(End::Dst)?),
    }
}

pub(super) fn matches(expr: &Expr, link: LinkType, data: &[u8], length: usize) -> bool {
    matches!(holds(expr, &mut Frame::new(link, data, length)), Ok(true))
}

/// Whether an expression holds; a `vlan` primitive moves the frame for all that stands after it.
fn holds(expr: &Expr, frame: &mut Frame<'_>) -> Result<bool, Beyond> {
    Ok(match expr {
        Expr::Always => true,
        Expr::Not(inner) => !holds(inner, frame)?,
        Expr::And(left, right) => holds(left, frame)? && holds(right, frame)?,
        Expr::Or(left, right) => holds(left, frame)? || holds(right, frame)?,
        Expr::Net {
            family,
            direction,
            net,
        } => at_ends(*direction, |end| {
            Ok(frame
                .address(*family, end)?
                .is_some_and(|address| net.contains(address)))
        })?,
        Expr::Mac { direction, address } => at_ends(*direction, |end| {
            Ok(frame.mac(end.of(6, 0))? == Some(*address))
        })?,
        Expr::MacMulticast => frame.mac(0)?.is_some_and(MacAddr::is_multicast),
        Expr::EtherType(ethertype) => frame.ethertype()?.0 == *ethertype,
        Expr::Llc(sap) => frame.ethertype()?.is_length() && frame.packet(0)? == [*sap],
        Expr::IpProtocol { family, protocol } => frame.has_protocol(*family, *protocol)?,
        Expr::Port {
            transport,
            direction,
            low,
            high,
        } => at_ends(*direction, |end| {
            let port = frame.port(*transport, end)?;
            Ok(port.is_some_and(|port| (*low..=*high).contains(&port)))
        })?,
        // Without knowing the network's mask: all zeros or all ones.
        Expr::Ipv4Broadcast => {
            frame.ethertype()? == EtherType::IPV4
                && matches!(frame.packet(16)?, [0, 0, 0, 0] | [255, 255, 255, 255])
        }
        Expr::Ipv4Multicast => {
            frame.ethertype()? == EtherType::IPV4 && frame.packet::<1>(16)?[0] >= 224
        }
        Expr::Ipv6Multicast => frame.ethertype()? == EtherType::IPV6 && frame.packet(24)? == [255],
        Expr::Vlan(wanted) => frame.enter_vlan(*wanted)?,
        Expr::Compare(left, comparison, right) => {
            let (Some(left), Some(right)) = (value(left, frame)?, value(right, frame)?) else {
                return Ok(false);
            };
            match comparison {
                Comparison::Equal => left == right,
                Comparison::NotEqual => left != right,
                Comparison::Greater => left > right,
                Comparison::Less => left < right,
                Comparison::GreaterOrEqual => left >= right,
                Comparison::LessOrEqual => left <= right,
            }
        }
    })
}

/// The value of an arithmetic expression; none if the frame has no such layer.
fn value(arithmetic: &Arithmetic, frame: &Frame<'_>) -> Result<Option<u32>, Beyond> {
    Ok(match arithmetic {
        Arithmetic::Number(number) => Some(*number),
        Arithmetic::Length => u32::try_from(frame.length).ok(),
        Arithmetic::Negated(inner) => value(inner, frame)?.map(u32::wrapping_neg),
        Arithmetic::Field {
            layer,
            offset,
            size,
        } => {
            let (Some(start), Some(offset)) = (frame.layer(*layer)?, value(offset, frame)?) else {
                return Ok(None);
            };
            let at = start.saturating_add(offset as usize);
            let bytes = frame.data.get(at..).and_then(|rest| rest.get(..*size));
            let bytes = bytes.ok_or(Beyond)?;
            Some(
                bytes
                    .iter()
                    .fold(0, |value, &byte| value << 8 | u32::from(byte)),
            )
        }
        Arithmetic::Operation(left, operator, right) => {
            let (Some(left), Some(right)) = (value(left, frame)?, value(right, frame)?) else {
                return Ok(None);
            };
            Some(match operator {
                Operator::Add => left.wrapping_add(right),
                Operator::Subtract => left.wrapping_sub(right),
                Operator::Multiply => left.wrapping_mul(right),
                Operator::Divide => left.checked_div(right).ok_or(Beyond)?,
                Operator::Modulo => left.checked_rem(right).ok_or(Beyond)?,
                Operator::And => left & right,
                Operator::Or => left | right,
                Operator::Xor => left ^ right,
                Operator::ShiftLeft => left.checked_shl(right).unwrap_or(0),
                Operator::ShiftRight => left.checked_shr(right).unwrap_or(0),
            })
        }
    })
}
