//! What rules translate a new connection to (nft(8), NAT STATEMENTS; iptables-extensions(8): SNAT,
//! DNAT, MASQUERADE, REDIRECT, NETMAP). Chains of translation are asked for its first packet alone.

use super::facts::Facts;
use super::mapped::{Maps, Place, Registers};
use super::way;
use super::xt::addresses;
use crate::conntrack::nat::{self, Manip, Range};
use crate::conntrack::{self, Connection};
use crate::net::Net;
use crate::packet::Packet;
use crate::route;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::Scope;
use netloom_model::journey::DropReason;
use netloom_model::ruleset::statement::{Nat, NatKind, Statement};
use netloom_model::ruleset::xt::{NatRange, XtTarget};
use netloom_model::ruleset::{Expr, Hook, TableFamily, Value};

/// What a statement translates to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Op {
    /// Whether it is for IPv6 alone, or for IPv4 alone.
    v6: Option<bool>,
    manip: Option<Manip>,
    to: To,
    range: Range,
    /// Where the address is kept that a map has, and where the port.
    address: Option<Place>,
    port: Option<(u8, u8)>,
}

/// Where the address comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum To {
    /// The range says it.
    Range,
    /// The device that the packet leaves by.
    Masquerade,
    /// This host.
    Redirect,
    /// The range is a network; the rest of the address stays.
    Network,
}

/// What a statement translates to; none where it translates nothing, or by what netloom does not know.
pub(super) fn compile(statement: &Statement, maps: &mut Maps<'_>) -> Option<Op> {
    let target = |manip, to, range: &NatRange| Op {
        v6: None,
        manip,
        to,
        range: Range {
            addresses: range.addresses.map(|(from, to)| (octets(from), octets(to))),
            ports: range.ports,
            base_port: range.base_port,
            flags: range.flags,
        },
        address: None,
        port: None,
    };
    let (source, destination) = (Some(Manip::Source), Some(Manip::Destination));
    Some(match statement {
        Statement::XtTarget(XtTarget::Snat(range)) => target(source, To::Range, range),
        Statement::XtTarget(XtTarget::Dnat(range)) => target(destination, To::Range, range),
        Statement::XtTarget(XtTarget::Masquerade(range)) => target(source, To::Masquerade, range),
        Statement::XtTarget(XtTarget::Redirect(range)) => target(destination, To::Redirect, range),
        Statement::XtTarget(XtTarget::Netmap { first, last }) => Op {
            v6: None,
            manip: None,
            to: To::Network,
            range: Range {
                addresses: Some((octets(*first), octets(*last))),
                ..Range::default()
            },
            address: None,
            port: None,
        },
        Statement::Nat(nat) => native(nat, maps)?,
        _ => return None,
    })
}

impl Op {
    /// Whether it says nothing to packets of this version: tables of both have such of one.
    pub(super) fn passes_over(&self, v6: bool) -> bool {
        self.v6.is_some_and(|own| own != v6)
    }
}

fn native(nat: &Nat, maps: &mut Maps<'_>) -> Option<Op> {
    let (mut address, mut port) = (None, None);
    let addresses = match &nat.address {
        Some(Expr::Map { key, map }) => {
            let place = maps.take(key, map)?;
            address = Some(place);
            port = place.part(1);
            None
        }
        Some(expr) => Some(span(expr)?),
        None => None,
    };
    let ports = match &nat.port {
        Some(Expr::Value(port)) => Some((number(port)?, number(port)?)),
        Some(Expr::Range(from, to)) => Some((number(from)?, number(to)?)),
        Some(Expr::Map { key, map }) => {
            port = maps.take(key, map)?.part(0);
            None
        }
        Some(_) => return None,
        None => None,
    };
    let (manip, to) = match nat.kind {
        NatKind::Snat => (Manip::Source, To::Range),
        NatKind::Dnat => (Manip::Destination, To::Range),
        NatKind::Masquerade => (Manip::Source, To::Masquerade),
        NatKind::Redirect => (Manip::Destination, To::Redirect),
    };
    let to = if nat.prefix { To::Network } else { to };
    Some(Op {
        v6: nat.family.map(|family| family == TableFamily::Ip6),
        manip: Some(manip),
        to,
        range: Range {
            addresses,
            ports,
            base_port: None,
            flags: nat.flags,
        },
        address,
        port,
    })
}

fn number(port: &Value) -> Option<u16> {
    u16::try_from(port.to_number()?).ok()
}

/// The first and the last address that an expression stands for.
fn span(expr: &Expr) -> Option<([u8; 16], [u8; 16])> {
    let own = |value: &Value| {
        let mut bytes = [0; 16];
        let len = value.bytes().len();
        bytes.get_mut(..len)?.copy_from_slice(value.bytes());
        Some(bytes)
    };
    match expr {
        Expr::Value(value) => Some((own(value)?, own(value)?)),
        Expr::Range(from, to) => Some((own(from)?, own(to)?)),
        Expr::Prefix(value, len) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(*len)).unwrap_or(0);
            let bits = 8 * value.bytes().len() as u32;
            let all = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            let first = u128::from_be_bytes(own(value)?) & mask;
            Some((first.to_be_bytes(), (first | (all & !mask)).to_be_bytes()))
        }
        _ => None,
    }
}

fn octets(address: IpAddr) -> [u8; 16] {
    let mut bytes = [0; 16];
    match address {
        IpAddr::V4(address) => bytes[..4].copy_from_slice(&address.octets()),
        IpAddr::V6(address) => bytes = address.octets(),
    }
    bytes
}

/// Binds the packet's connection.
///
/// # Errors
/// There is no address to be translated to.
pub(super) fn bind(
    net: &mut Net,
    op: &Op,
    facts: &Facts,
    packet: &Packet,
) -> Result<(), DropReason> {
    let manip = op.manip.unwrap_or_else(|| Manip::at(facts.hook));
    let Some(connection) = conntrack::of_packet(net, facts.ns, packet) else {
        return Ok(());
    };
    let range = op.looked_up(&net.registers, facts);
    let mut range = range;
    match op.to {
        To::Range => {}
        To::Network => range.addresses = mapped(connection, manip, &range),
        To::Masquerade | To::Redirect => {
            let own = match op.to {
                To::Masquerade => source(net, facts, packet),
                _ => here(net, facts),
            };
            let Some(own) = own else {
                return Err(DropReason::NatNoAddress);
            };
            range.addresses = Some((octets(own), octets(own)));
        }
    }
    nat::bind(net, facts, packet, manip, &range);
    if op.to == To::Masquerade {
        let index = facts.output.some().map_or(0, |dev| net.dev(dev).index);
        if let Some(connection) = conntrack::of_packet_mut(net, facts.ns, packet) {
            connection.masquerade = index;
        }
    }
    Ok(())
}

impl Op {
    /// To what it translates, with what maps have.
    fn looked_up(&self, registers: &Registers, facts: &Facts) -> Range {
        let number = |at: u8| registers.get(usize::from(at)).copied().unwrap_or(0);
        let address = |at: u8| match facts.is_v6() {
            true => number(at).to_be_bytes(),
            false => octets(Ipv4Addr::from(number(at) as u32).into()),
        };
        let mut range = self.range;
        if let Some((from, to)) = self.address.and_then(|place| place.part(0)) {
            range.addresses = Some((address(from), address(to)));
        }
        if let Some((from, to)) = self.port {
            range.ports = Some((number(from) as u16, number(to) as u16));
        }
        range
    }
}

/// The address with its network exchanged.
fn mapped(connection: &Connection, manip: Manip, range: &Range) -> Option<([u8; 16], [u8; 16])> {
    let (first, last) = range.addresses?;
    let own = match manip {
        Manip::Source => connection.tuples[0].src,
        Manip::Destination => connection.tuples[1].src,
    };
    let [first, last, own] = [first, last, own].map(u128::from_be_bytes);
    let host = first ^ last;
    let new = ((own & host) | (first & !host)).to_be_bytes();
    Some((new, new))
}

/// The address that a device sends from: for IPv4 to the next hop, for IPv6 to where the packet goes by
/// now.
fn source(net: &Net, facts: &Facts, packet: &Packet) -> Option<IpAddr> {
    let dev = facts.output.some()?;
    let (_, dst) = addresses(facts, packet)?;
    match dst {
        IpAddr::V4(dst) => {
            // The next hop chooses among several.
            if let Some(only) = route::source::only(net, dev, Scope::UNIVERSE) {
                return Some(only.into());
            }
            let hop = match way::next_hop(net, facts, packet) {
                Some(IpAddr::V4(hop)) => hop,
                _ => dst,
            };
            route::source::select(net, facts.ns, dev, hop, Scope::UNIVERSE).map(IpAddr::V4)
        }
        IpAddr::V6(dst) => crate::ip::v6::source::select(net, facts.ns, dev, dst).map(IpAddr::V6),
    }
}

/// The address of this host at which a packet is taken.
fn here(net: &Net, facts: &Facts) -> Option<IpAddr> {
    if facts.hook == Hook::Output {
        return Some(match facts.is_v6() {
            true => Ipv6Addr::LOCALHOST.into(),
            false => Ipv4Addr::LOCALHOST.into(),
        });
    }
    let dev = facts.input.some()?;
    if facts.is_v6() {
        let dst = Ipv6Addr::UNSPECIFIED;
        return crate::ip::v6::source::select(net, facts.ns, dev, dst).map(IpAddr::V6);
    }
    let mut own = net.dev(dev).addresses.iter();
    own.find(|ifa| !ifa.address.secondary)
        .map(|ifa| ifa.local().into())
}
