//! `TPROXY` and nft's `tproxy`: a packet is handed to a socket that takes any address for its own
//! (`IP_TRANSPARENT`), and is not changed (Documentation/networking/tproxy). That it stays here, a
//! route says that its mark leads to.

use super::Did;
use crate::filter::facts::{Facts, Proto};
use crate::filter::load::{self, Load};
use crate::filter::mapped::Maps;
use crate::filter::sockets;
use crate::net::Net;
use crate::packet::Packet;
use crate::route;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use netloom_model::Scope;
use netloom_model::journey::DropReason;
use netloom_model::ruleset::xt::Masked;
use netloom_model::ruleset::{Expr, TableFamily};

/// To which address and port.
#[derive(Clone, Debug)]
pub(in crate::filter) struct Op {
    /// The family that it is for.
    family: Option<TableFamily>,
    address: Option<Load>,
    port: Option<Load>,
    /// What the mark becomes; that of nft does not change.
    mark: Option<Masked>,
}

impl Op {
    /// What nft says.
    pub(super) fn of(
        family: Option<TableFamily>,
        address: Option<&Expr>,
        port: Option<&Expr>,
        maps: &mut Maps<'_>,
    ) -> Option<Op> {
        let mut compiled = |expr: Option<&Expr>| match expr {
            Some(expr) => load::compile(expr, maps).map(Some),
            None => Some(None),
        };
        Some(Op {
            family,
            address: compiled(address)?,
            port: compiled(port)?,
            mark: None,
        })
    }

    /// What xtables says.
    pub(super) fn to(port: u16, address: IpAddr, mark: Masked) -> Op {
        let number = match address {
            IpAddr::V4(address) => u128::from(u32::from(address)),
            IpAddr::V6(address) => u128::from(address),
        };
        Op {
            family: None,
            address: (number != 0).then_some(Load::Constant(number)),
            port: (port != 0).then_some(Load::Constant(port.into())),
            mark: Some(mark),
        }
    }

    /// Hands a packet to its socket. Where there is none, that of xtables ends it, and the rule of nft
    /// does not match.
    pub(super) fn carry_out(&self, net: &mut Net, facts: &Facts, packet: &mut Packet) -> Did {
        if self.find(net, facts, packet).is_none() {
            return match self.mark {
                Some(_) => Did::Ends(DropReason::RuleNoSocket),
                None => Did::No,
            };
        }
        match self.mark {
            Some(mark) => {
                packet.mark = (packet.mark & !mark.mask) ^ mark.value;
                Did::Go(crate::filter::compile::Go::Accept)
            }
            None => Did::On,
        }
    }

    fn find(&self, net: &mut Net, facts: &Facts, packet: &mut Packet) -> Option<()> {
        let for_it = match self.family {
            Some(TableFamily::Ip) => facts.proto == Proto::V4,
            Some(TableFamily::Ip6) => facts.proto == Proto::V6,
            _ => true,
        };
        if !for_it {
            return None;
        }
        let (from, to) = sockets::ends(facts, packet)?;
        let found = sockets::connected(net, facts, from, to).or_else(|| {
            let address = self.address(net, facts, packet, to.0)?;
            let port = match &self.port {
                Some(load) => load.value(net, facts, packet)? as u16,
                None => to.1,
            };
            sockets::listening(net, facts, from, (address, port))
        })?;
        if !net.socket(found).ok()?.options.transparent {
            return None;
        }
        packet.socket = Some(found);
        Some(())
    }

    /// The address that the socket is looked for at: what is said, or the first of the device.
    fn address(&self, net: &mut Net, facts: &Facts, packet: &Packet, to: IpAddr) -> Option<IpAddr> {
        if let Some(load) = &self.address {
            let number = load.value(net, facts, packet)?;
            return Some(match facts.proto {
                Proto::V6 => Ipv6Addr::from(number).into(),
                _ => Ipv4Addr::from(number as u32).into(),
            });
        }
        let dev = facts.input.some()?;
        let own = match to {
            IpAddr::V4(_) => {
                let any = Ipv4Addr::UNSPECIFIED;
                let own = route::source::select(net, facts.ns, dev, any, Scope::UNIVERSE);
                own.map(IpAddr::V4)
            }
            IpAddr::V6(to) => crate::ip::v6::source::select(net, facts.ns, dev, to).map(IpAddr::V6),
        };
        Some(own.unwrap_or(to))
    }
}
