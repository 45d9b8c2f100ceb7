//! Translations, proxies, queues and copies.

use super::{Lower, register};
use crate::nft::number;
use netloom_model::ruleset::set::MapData;
use netloom_model::ruleset::statement::{Nat, NatFlags, NatKind};
use netloom_model::ruleset::{DataType, Expr, TableFamily, Value};

/// The slots of a register of sixteen bytes.
const WHOLE: usize = 4;

/// The registers of the least and the greatest value.
type Span = (u32, u32);

const fn address_type(family: TableFamily) -> DataType {
    match family {
        TableFamily::Ip6 => DataType::Ipv6Addr,
        _ => DataType::Ipv4Addr,
    }
}

/// Bits of `NF_NAT_RANGE_*`.
fn nat_flags(flags: NatFlags) -> u32 {
    let rows = [
        (flags.random, 4),
        (flags.persistent, 8),
        (flags.fully_random, 16),
    ];
    rows.iter().filter(|row| row.0).map(|row| row.1).sum()
}

const ADDRESSES: u32 = 1;
const PORTS: u32 = 2;
const NETMAP: u32 = 64;

impl Lower<'_, '_> {
    /// Has a value, or the ends of a range, in registers from `slot` on; and where the next are free.
    fn span(&mut self, expr: &Expr, ty: DataType, slot: usize) -> Option<(Span, usize)> {
        let ends = match expr {
            Expr::Range(low, high) => Some((low.clone(), high.clone())),
            Expr::Prefix(value, len) => Some((value.clone(), last_of(value, *len)?)),
            _ => None,
        };
        let first = register(slot);
        let Some((low, high)) = ends else {
            self.value(expr, &[ty], slot)?;
            return Some(((first, first), slot + WHOLE));
        };
        self.constant(slot, low.bytes());
        self.constant(slot + WHOLE, high.bytes());
        let last = register(slot + WHOLE);
        Some(((first, last), slot + 2 * WHOLE))
    }

    pub(super) fn nat(&mut self, nat: &Nat) -> Option<()> {
        if matches!(nat.kind, NatKind::Masquerade | NatKind::Redirect) {
            return self.nat_to_device(nat);
        }
        let family = nat.family.unwrap_or(self.family());
        let ty = address_type(family);
        let (mut address, mut port, mut slot) = (None, None, 0);
        match &nat.address {
            None => {}
            Some(Expr::Map { key, map }) => {
                (address, port) = self.nat_map(key, map, ty)?;
                slot = 2 * WHOLE;
            }
            Some(other) => {
                let (span, next) = self.span(other, ty, 0)?;
                (address, slot) = (Some(span), next);
            }
        }
        if let Some(other) = &nat.port {
            port = Some(self.span(other, DataType::InetService, slot)?.0);
        }
        let mut flags = nat_flags(nat.flags);
        flags |= if address.is_some() { ADDRESSES } else { 0 };
        flags |= if port.is_some() { PORTS } else { 0 };
        flags |= if nat.prefix { NETMAP } else { 0 };
        let kind = u32::from(nat.kind == NatKind::Dnat);
        self.emit("nat", |data| {
            data.be32(1, kind);
            data.be32(2, number::family(family).into());
            if let Some((first, last)) = address {
                data.be32(3, first);
                data.be32(4, last);
            }
            if let Some((first, last)) = port {
                data.be32(5, first);
                data.be32(6, last);
            }
            data.be32(7, flags);
        });
        Some(())
    }

    /// Has what a map has in registers: addresses, with ports behind them, from one to another.
    fn nat_map(
        &mut self,
        key: &Expr,
        map: &Expr,
        ty: DataType,
    ) -> Option<(Option<Span>, Option<Span>)> {
        let data = MapData::Values(vec![ty, DataType::InetService]);
        let load = self.mapped(key, map, Some(data), 0)?;
        let ranges = match map {
            Expr::SetRef(name) => (self.of.set)(name)?.ranges,
            Expr::Set(elements) => crate::nft::element::have_ranges(elements),
            _ => false,
        };
        let slots = load.len.div_ceil(4);
        let second = if ranges { slots } else { 0 };
        let address = (register(0), register(second));
        let own = ty.len() / 4;
        let port = (slots > own).then(|| (register(own), register(second + own)));
        Some((Some(address), port))
    }

    fn nat_to_device(&mut self, nat: &Nat) -> Option<()> {
        let port = match &nat.port {
            Some(port) => Some(self.span(port, DataType::InetService, 0)?.0),
            None => None,
        };
        let mut flags = nat_flags(nat.flags);
        let (name, [low, high, of_flags]) = match nat.kind {
            NatKind::Masquerade => ("masq", [2, 3, 1]),
            _ => ("redir", [1, 2, 3]),
        };
        flags |= if port.is_some() { PORTS } else { 0 };
        self.emit(name, |data| {
            if let Some((first, last)) = port {
                data.be32(low, first);
                data.be32(high, last);
            }
            if flags != 0 {
                data.be32(of_flags, flags);
            }
        });
        Some(())
    }

    pub(super) fn tproxy(
        &mut self,
        family: Option<TableFamily>,
        address: Option<&Expr>,
        port: Option<&Expr>,
    ) -> Option<()> {
        let own = family.unwrap_or(self.family());
        let ty = address_type(own);
        if let Some(address) = address {
            self.value(address, &[ty], 0)?;
        }
        if let Some(port) = port {
            self.value(port, &[DataType::InetService], WHOLE)?;
        }
        let number = match own {
            TableFamily::Inet => 0,
            own => number::family(own),
        };
        self.emit("tproxy", |data| {
            data.be32(1, number.into());
            if address.is_some() {
                data.be32(2, register(0));
            }
            if port.is_some() {
                data.be32(3, register(WHOLE));
            }
        });
        Some(())
    }

    pub(super) fn dup(&mut self, to: Option<&Expr>, device: Option<&Expr>) -> Option<()> {
        if let Some(to) = to {
            self.value(to, &[address_type(self.family())], 0)?;
        }
        if let Some(device) = device {
            self.value(device, &[DataType::IfaceIndex], WHOLE)?;
        }
        self.emit("dup", |data| {
            if to.is_some() {
                data.be32(1, register(0));
            }
            if device.is_some() {
                data.be32(2, register(WHOLE));
            }
        });
        Some(())
    }

    pub(super) fn forward(
        &mut self,
        device: &Expr,
        to: Option<&Expr>,
        family: Option<TableFamily>,
    ) -> Option<()> {
        self.value(device, &[DataType::IfaceIndex], 0)?;
        if let Some(to) = to {
            let ty = address_type(family.unwrap_or(self.family()));
            self.value(to, &[ty], WHOLE)?;
        }
        self.emit("fwd", |data| {
            data.be32(1, register(0));
            if to.is_some() {
                data.be32(2, register(WHOLE));
                data.be32(3, family.map_or(0, number::family).into());
            }
        });
        Some(())
    }

    pub(super) fn queue(&mut self, number: &Expr, bypass: bool, fanout: bool) -> Option<()> {
        let flags = u16::from(bypass) | (u16::from(fanout) << 1);
        let constant = |value: &Value| u16::try_from(value.to_number().unwrap_or(0)).ok();
        let ends = match number {
            Expr::Value(value) => Some((constant(value)?, constant(value)?)),
            Expr::Range(low, high) => Some((constant(low)?, constant(high)?)),
            other => {
                self.value(other, &[DataType::Integer(16)], 0)?;
                None
            }
        };
        self.emit("queue", |data| {
            match ends {
                Some((first, last)) => {
                    data.be16(1, first);
                    data.be16(2, last.wrapping_sub(first).wrapping_add(1));
                }
                None => data.be32(4, register(0)),
            }
            if flags != 0 {
                data.be16(3, flags);
            }
        });
        Some(())
    }
}

/// The last value of a prefix.
fn last_of(value: &Value, len: u8) -> Option<Value> {
    let bytes = value.bytes().len();
    let all = u128::MAX.checked_shr(128 - 8 * bytes as u32)?;
    let host = all.checked_shr(len.into()).unwrap_or(0);
    Some(Value::number(value.to_number()? | host, bytes))
}
