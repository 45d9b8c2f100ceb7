//! Translations, proxies, queues and copies (`NFTA_NAT_*` and its kin).

use super::Reader;
use crate::Attributes;
use crate::nft::number as numbers;
use netloom_model::ruleset::expr::MetaKey;
use netloom_model::ruleset::set::{ElementData, MapData};
use netloom_model::ruleset::statement::{Nat, NatFlags, NatKind, Statement};
use netloom_model::ruleset::{Expr, TableFamily, Value};

const RANDOM: u32 = 4;
const PERSISTENT: u32 = 8;
const FULLY_RANDOM: u32 = 16;
const NETMAP: u32 = 64;

const fn nat_flags(flags: u32) -> NatFlags {
    NatFlags {
        random: flags & RANDOM != 0,
        fully_random: flags & FULLY_RANDOM != 0,
        persistent: flags & PERSISTENT != 0,
    }
}

impl Reader<'_> {
    /// What stands in the registers of the least and the greatest value.
    fn span(&self, first: Option<u32>, last: Option<u32>) -> Option<Expr> {
        let first_register = first?;
        let low = self.plain(first_register)?;
        let Some(last) = last.filter(|last| *last != first_register) else {
            return Some(low);
        };
        match (low, self.plain(last)) {
            (Expr::Value(low), Some(Expr::Value(high))) if low != high => {
                Some(Expr::Range(low, high))
            }
            // The other end of a map's range stands inside of what the map has.
            (low, _) => Some(low),
        }
    }

    pub(super) fn nat(&mut self, data: Attributes<'_>) -> Option<()> {
        let family = numbers::family_of(data.be32(2)? as u8);
        let flags = data.be32(7).unwrap_or(0);
        let address = self.span(data.be32(3), data.be32(4));
        let port = self.span(data.be32(5), data.be32(6));
        if data.be32(3).is_some() && address.is_none() {
            return None;
        }
        let prefix = flags & NETMAP != 0;
        let told = match self.family {
            TableFamily::Inet => address.is_some(),
            _ => address
                .as_ref()
                .is_some_and(|address| self.is_of_several(address)),
        };
        self.say(Statement::Nat(Nat {
            kind: match data.be32(1)? {
                0 => NatKind::Snat,
                _ => NatKind::Dnat,
            },
            family: family.filter(|_| told),
            address: address.map(|address| match address {
                Expr::Range(low, high) if prefix => as_prefix(low, high),
                other => other,
            }),
            port,
            flags: nat_flags(flags),
            prefix,
        }))
    }

    /// Whether a map has addresses with ports, or from one to another.
    fn is_of_several(&self, expr: &Expr) -> bool {
        let Expr::Map { map, .. } = expr else {
            return false;
        };
        match &**map {
            Expr::Set(elements) => elements.iter().any(|element| match &element.data {
                Some(ElementData::Value(parts)) => parts.len() > 1,
                Some(ElementData::Range(..)) => true,
                _ => false,
            }),
            Expr::SetRef(name) => {
                let data = self.context.sets.get(name).map(|set| &set.set.data);
                matches!(data, Some(Some(MapData::Values(types))) if types.len() > 1)
            }
            _ => false,
        }
    }

    pub(super) fn masquerade(&mut self, data: Attributes<'_>) -> Option<()> {
        let port = self.span(data.be32(2), data.be32(3));
        self.translate_to_device(NatKind::Masquerade, port, data.be32(1))
    }

    pub(super) fn redirect(&mut self, data: Attributes<'_>) -> Option<()> {
        let port = self.span(data.be32(1), data.be32(2));
        self.translate_to_device(NatKind::Redirect, port, data.be32(3))
    }

    fn translate_to_device(
        &mut self,
        kind: NatKind,
        port: Option<Expr>,
        flags: Option<u32>,
    ) -> Option<()> {
        self.say(Statement::Nat(Nat {
            kind,
            family: None,
            address: None,
            port,
            flags: nat_flags(flags.unwrap_or(0)),
            prefix: false,
        }))
    }

    pub(super) fn queue(&mut self, data: Attributes<'_>) -> Option<()> {
        const BYPASS: u16 = 1;
        const FANOUT: u16 = 2;
        let flags = data.be16(3).unwrap_or(0);
        let number = match data.be32(4) {
            Some(register) => self.value(register, &Expr::Meta(MetaKey::Cpu))?,
            None => {
                let first = data.be16(1)?;
                let last = first.wrapping_add(data.be16(2).unwrap_or(1).saturating_sub(1));
                match first == last {
                    true => Expr::Value(first.into()),
                    false => Expr::Range(first.into(), last.into()),
                }
            }
        };
        self.say(Statement::Queue {
            number,
            bypass: flags & BYPASS != 0,
            fanout: flags & FANOUT != 0,
        })
    }

    /// A device by its number.
    fn device(&self, register: u32) -> Option<Expr> {
        self.value(register, &Expr::Meta(MetaKey::Oif))
    }

    pub(super) fn dup(&mut self, data: Attributes<'_>) -> Option<()> {
        let to = match data.be32(1) {
            Some(register) => Some(self.plain(register)?),
            None => None,
        };
        let device = match data.be32(2) {
            Some(register) => Some(self.device(register)?),
            None => None,
        };
        self.say(Statement::Dup { to, device })
    }

    pub(super) fn forward(&mut self, data: Attributes<'_>) -> Option<()> {
        let to = match data.be32(2) {
            Some(register) => Some(self.plain(register)?),
            None => None,
        };
        let family = data
            .be32(3)
            .and_then(|number| numbers::family_of(number as u8));
        let device = self.device(data.be32(1)?)?;
        self.say(Statement::Forward {
            device,
            family: family.filter(|_| to.is_some()),
            to,
        })
    }

    pub(super) fn tproxy(&mut self, data: Attributes<'_>) -> Option<()> {
        let family = data
            .be32(1)
            .and_then(|number| numbers::family_of(number as u8));
        let address = data.be32(2).and_then(|register| self.plain(register));
        let port = data.be32(3).and_then(|register| self.plain(register));
        self.say(Statement::Tproxy {
            family: family.filter(|_| self.family == TableFamily::Inet),
            address,
            port,
        })
    }
}

/// The prefix that a range of addresses is, where it is one.
fn as_prefix(low: Value, high: Value) -> Expr {
    let numbers = (low.to_number(), high.to_number());
    let (Some(first), Some(last)) = numbers else {
        return Expr::Range(low, high);
    };
    let host = first ^ last;
    if host & host.wrapping_add(1) != 0 || first & host != 0 {
        return Expr::Range(low, high);
    }
    let bits = 8 * low.bytes().len() as u32;
    Expr::Prefix(low, (bits - host.count_ones()) as u8)
}
